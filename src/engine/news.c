/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * news.c - what `new` says: was this value never seen with this key before?
 *
 * A value, its key, its source and the place in the rules where it is asked for
 * are hashed together, under keys that are the same in every run, and the hash
 * is what is remembered. A place is known by its rule's id, so that a memory
 * that was saved fits the same rules later, whatever else was loaded.
 */
#include "engine/news.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "engine/seen.h"

static const struct hash_key	news_key = {
	0x62736d7472616365u, 0x6669727374736565u	/* "bsmtracefirstsee" */
};

/* A place in the rules. */
struct site {
	const struct state	*state;
	uint32_t		 predicate;
	bool			 across;	/* all sources are one */
	uint64_t		 id;
	uint64_t		 ordinal;	/* last record that was asked */
	enum news_answer	 answer;	/* and what it was told */
};

struct source {
	bool		 known;
	int64_t		 first;		/* its first record; milliseconds */
};

struct news {
	const struct program	*program;
	struct seen		*seen;
	struct site		*sites;		/* by state and predicate */
	size_t			 nsites, sites_cap;
	struct source		*sources;
	size_t			 nsources, sources_cap;
};

static int
by_place(const void *va, const void *vb)
{
	const struct site	*a = va, *b = vb;
	const uintptr_t		 pa = (uintptr_t)a->state;
	const uintptr_t		 pb = (uintptr_t)b->state;

	if (pa != pb)
		return pa < pb ? -1 : 1;
	return a->predicate < b->predicate ? -1 :
	    a->predicate > b->predicate;
}

static void
add_sites(struct news *n, const struct rule *r, uint32_t number)
{
	const struct state	*s = &r->states[number];

	for (size_t i = 0; i < s->npredicates; i++) {
		const uint32_t	 p = s->predicates[i];

		if (n->program->predicates[p].kind != PRED_NEW)
			continue;
		n->sites = mem_grow(n->sites, &n->sites_cap, n->nsites + 1,
		    sizeof(*n->sites));
		n->sites[n->nsites++] = (struct site){ .state = s,
		    .predicate = p, .across = r->across_hosts,
		    .id = hash_word(&news_key, hash_word(&news_key, r->id) +
		    ((uint64_t)number << 32 | i)) };
	}
}

struct news *
news_new(const struct program *p)
{
	struct news	*n = xcalloc(1, sizeof(*n));

	n->program = p;
	n->seen = seen_new(0);
	for (size_t i = 0; i < p->nrules; i++)
		for (uint32_t s = 0; s < p->rules[i].nstates; s++)
			add_sites(n, &p->rules[i], s);
	if (n->nsites > 1)
		qsort(n->sites, n->nsites, sizeof(*n->sites), by_place);
	return n;
}

void
news_free(struct news *n)
{
	if (n == NULL)
		return;
	seen_free(n->seen);
	free(n->sites);
	free(n->sources);
	free(n);
}

void
news_source(struct news *n, uint32_t source, int64_t millis)
{
	if (source >= n->nsources) {
		n->sources = mem_grow(n->sources, &n->sources_cap,
		    (size_t)source + 1, sizeof(*n->sources));
		while (n->nsources <= source)
			n->sources[n->nsources++] = (struct source){ 0 };
	}
	if (!n->sources[source].known)
		n->sources[source] = (struct source){ true, millis };
}

/* Add a value to the hash; false when the record lacks it. */
static bool
mix(const struct news_question *q, enum rule_field field, uint32_t part,
    uint64_t *hash)
{
	struct value	 v;

	if (!ask_value(q->ask, field, part, &v))
		return false;
	*hash = hash_word(&news_key, *hash) + value_hash(&news_key, &v);
	return true;
}

static bool
learning(const struct news *n, const struct news_question *q, int64_t time)
{
	const int64_t	 first = n->sources[q->source].first;

	return q->millis < first ||
	    (uint64_t)q->millis - (uint64_t)first < (uint64_t)time;
}

static enum news_answer
answer(struct news *n, const struct news_question *q, const struct site *s)
{
	const struct predicate	*p = &n->program->predicates[q->predicate];
	uint64_t		 hash = s->id + (s->across ? 0 :
	    (uint64_t)q->source + 1);

	for (size_t i = 0; i < p->nby; i++)
		if (!mix(q, p->by[i], PART_ALL, &hash))
			return NEWS_LACKS;
	if (!mix(q, p->field, p->part, &hash))
		return NEWS_LACKS;
	if (seen_before(n->seen, hash_word(&news_key, hash), q->millis,
	    p->window_ms) || learning(n, q, p->learning_ms))
		return NEWS_OLD;
	return NEWS_NEW;
}

enum news_answer
news_ask(struct news *n, const struct news_question *q)
{
	const struct site	 key = { .state = q->state,
	    .predicate = q->predicate };
	struct site		*s = n->nsites == 0 ? NULL : bsearch(&key,
	    n->sites, n->nsites, sizeof(*n->sites), by_place);

	if (s == NULL)
		return NEWS_LACKS;	/* not a state of a rule */
	if (s->ordinal != q->ordinal) {
		s->ordinal = q->ordinal;
		s->answer = answer(n, q, s);
	}
	return s->answer;
}

uint32_t
news_count(const struct news *n)
{
	return seen_count(n->seen);
}

uint64_t
news_evicted(const struct news *n)
{
	return seen_evicted(n->seen);
}
