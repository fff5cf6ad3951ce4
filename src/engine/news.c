/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * news.c - what `new` says: was this value never seen with this key before?
 *
 * A value, its key, its source and the place in the rules where it is asked for
 * are hashed together, under keys that are the same in every run, and the hash
 * is what is remembered. A place is known by its rule's id, so that a memory
 * that was saved fits the same rules later, whatever else was loaded.
 *
 * Places learn from the first record of a source on, all of them together; but
 * one that was not there when the others began has a beginning of its own.
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
	uint32_t		 beginning;
	uint64_t		 id;
	uint64_t		 ordinal;	/* last record that was asked */
	enum news_answer	 answer;	/* and what it was told */
};

/* Of some places: by source, its first record since then. */
struct beginning {
	struct first {
		bool		 known;
		int64_t		 millis;
	}		*sources;
	size_t		 n, cap;
};

struct news {
	const struct program	*program;
	struct seen		*seen;
	struct site		*sites;		/* by state and predicate */
	size_t			 nsites, sites_cap;
	struct beginning	*beginnings;
	size_t			 nbeginnings, beginnings_cap;
	bool			*known;		/* to all, by source */
	size_t			 nknown, known_cap;
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

static uint32_t
begin(struct news *n)
{
	n->beginnings = mem_grow(n->beginnings, &n->beginnings_cap,
	    n->nbeginnings + 1, sizeof(*n->beginnings));
	n->beginnings[n->nbeginnings] = (struct beginning){ 0 };
	return (uint32_t)n->nbeginnings++;
}

struct news *
news_new(const struct program *p)
{
	struct news	*n = xcalloc(1, sizeof(*n));

	n->program = p;
	n->seen = seen_new(0);
	(void)begin(n);
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
	for (size_t i = 0; i < n->nbeginnings; i++)
		free(n->beginnings[i].sources);
	free(n->beginnings);
	free(n->known);
	free(n);
}

static void
note_first(struct beginning *b, uint32_t source, int64_t millis)
{
	b->sources = mem_grow(b->sources, &b->cap, (size_t)source + 1,
	    sizeof(*b->sources));
	while (b->n <= source)
		b->sources[b->n++] = (struct first){ 0 };
	if (!b->sources[source].known)
		b->sources[source] = (struct first){ true, millis };
}

void
news_source(struct news *n, uint32_t source, int64_t millis)
{
	if (source < n->nknown && n->known[source])
		return;
	n->known = mem_grow(n->known, &n->known_cap, (size_t)source + 1,
	    sizeof(*n->known));
	while (n->nknown <= source)
		n->known[n->nknown++] = false;
	for (size_t i = 0; i < n->nbeginnings; i++)
		note_first(&n->beginnings[i], source, millis);
	n->known[source] = true;
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
learning(const struct news *n, const struct news_question *q,
    const struct site *s)
{
	const int64_t	 first =
	    n->beginnings[s->beginning].sources[q->source].millis;
	const int64_t	 time = n->program->predicates[q->predicate].
	    learning_ms;

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
	    p->window_ms) || learning(n, q, s))
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

/* What is told and put back. */

struct seen *
news_seen(const struct news *n)
{
	return n->seen;
}

size_t
news_sites(const struct news *n)
{
	return n->nsites;
}

uint64_t
news_site(const struct news *n, size_t site, uint32_t *beginning)
{
	*beginning = n->sites[site].beginning;
	return n->sites[site].id;
}

size_t
news_beginnings(const struct news *n)
{
	return n->nbeginnings;
}

bool
news_first(const struct news *n, uint32_t beginning, uint32_t source,
    int64_t *millis)
{
	const struct beginning	*b = &n->beginnings[beginning];

	if (source >= b->n || !b->sources[source].known)
		return false;
	*millis = b->sources[source].millis;
	return true;
}

uint32_t
news_begin(struct news *n)
{
	return begin(n);
}

void
news_restore_site(struct news *n, size_t site, uint32_t beginning)
{
	n->sites[site].beginning = beginning;
}

void
news_restore_first(struct news *n, uint32_t beginning, uint32_t source,
    int64_t millis)
{
	note_first(&n->beginnings[beginning], source, millis);
}
