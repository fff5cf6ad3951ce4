/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state_head.c - the head of an engine's state: what all that follows leans on.
 *
 * The seed under which keys were hashed, so that they stay what they were; the
 * rules by their ids, the sources with their hosts, and the counters. Those
 * that the stores keep are in here too, as sums: a store begins at 0 again.
 */
#include <stdlib.h>

#include "base/map.h"
#include "engine/key.h"
#include "engine/section.h"

#define RULES		1u		/* pages from here are of rules, */
#define RULES_IN	1024u		/* so many on each; */
#define SOURCES		(1u << 20)	/* and from here of sources */
#define SOURCES_IN	64u
#define SWEEP_MAX	INT32_MAX

enum { LIVE = 1, HOST = 2 };		/* of a source */

struct making {
	struct map	*by_id;		/* rules of the program */
	bool		*taken;		/* by rule: it was there then */
	bool		 begun;		/* the first page was seen */
	uint64_t	 rules;		/* there are to be */
	uint64_t	 sources, seen;	/* there are to be; were seen */
	size_t		 cap;		/* of resuming.rules */
};

/* Counters. */

static uint64_t *
counters_of(struct engine_stats *s, unsigned i)
{
	uint64_t	*const all[] = { &s->records, &s->partial, &s->alerts,
	    &s->started, &s->expired, &s->evicted, &s->steps_lost,
	    &s->patterns_failed, &s->held_back, &s->forgotten };

	return i < sizeof(all) / sizeof(all[0]) ? all[i] : NULL;
}

/* Told. */

static void
save(const struct engine *e, struct rows *r)
{
	struct buf		*b = rows_page(r, 0);
	struct engine_stats	 stats;
	const uint64_t		*counter;

	engine_stats(e, &stats);
	buf_u32(b, STATE_VERSION);
	buf_u64(b, e->seed.k0);
	buf_u64(b, e->seed.k1);
	buf_u64(b, e->ordinal);
	buf_u32(b, (uint32_t)e->program->nrules);
	buf_u32(b, (uint32_t)e->nsources);
	buf_u32(b, e->sweep_at);
	buf_u32(b, e->life_sweep_at);
	buf_u64(b, e->nabsences);
	for (unsigned i = 0; (counter = counters_of(&stats, i)) != NULL; i++)
		buf_u64(b, *counter);
	for (uint32_t i = 0; i < e->program->nrules; i++)
		buf_u64(rows_page(r, RULES + i / RULES_IN),
		    e->program->rules[i].id);
	for (uint32_t i = 0; i < e->nsources; i++) {
		const struct source	*s = &e->sources[i];

		b = rows_page(r, SOURCES + i / SOURCES_IN);
		buf_u8(b, (uint8_t)(s->live * LIVE + s->has_host * HOST));
		buf_u32(b, (uint32_t)s->host.n);
		buf_slice(b, buf_bytes(&s->host));
	}
}

/* Made again. */

static struct making *
making(struct resuming *r)
{
	const struct program	*p = r->e->program;
	struct making		*m = resume_scratch(r, SECTION_HEAD,
	    sizeof(*m));

	if (m->by_id != NULL)
		return m;
	m->taken = xcalloc(p->nrules + 1, sizeof(*m->taken));
	m->by_id = map_new();
	for (size_t i = 0; i < p->nrules; i++) {
		const struct rule	*rule = &p->rules[i];
		const struct slice	 id = { (const uint8_t *)&rule->id,
		    sizeof(rule->id) };

		(void)map_add(m->by_id, id, (void *)(uintptr_t)rule);
	}
	return m;
}

/* All keys that the new engine makes are to be those that it finds. */
static void
take_seed(struct engine *e, struct hash_key seed)
{
	e->seed = seed;
	key_prepare(e);
	for (size_t i = 0; i < e->nsources; i++)
		e->sources[i].host_hash = hash_bytes(&e->seed,
		    buf_bytes(&e->sources[i].host));
}

static bool
make_head(struct resuming *r, struct making *m, struct cursor *c)
{
	struct engine	*e = r->e;
	struct hash_key	 seed;
	uint64_t	*counter;

	if (cursor_uint(c, 4) != STATE_VERSION)
		return resume_refuse(r, "it is of another version");
	seed.k0 = cursor_uint(c, 8);
	seed.k1 = cursor_uint(c, 8);
	e->ordinal = cursor_uint(c, 8);
	m->rules = cursor_uint(c, 4);
	m->sources = cursor_uint(c, 4);
	e->sweep_at = (uint32_t)cursor_uint(c, 4);
	e->life_sweep_at = (uint32_t)cursor_uint(c, 4);
	e->nabsences = cursor_uint(c, 8);
	for (unsigned i = 0; (counter = counters_of(&e->stats, i)) != NULL;
	    i++)
		*counter = cursor_uint(c, 8);
	if (c->err != 0 || cursor_left(c) != 0)
		return resume_refuse(r, "it is not whole");
	if (e->sweep_at > SWEEP_MAX || e->life_sweep_at > SWEEP_MAX)
		return resume_refuse(r, "a place that cannot be");
	if (m->sources > e->nsources && !r->makes_sources)
		return resume_refuse(r, "there were other sources");
	take_seed(e, seed);
	m->begun = true;
	return true;
}

/* The rule with this id now; the same for two of them cannot be. */
static bool
make_rule(struct resuming *r, struct making *m, uint64_t id)
{
	const struct rule	*rule = map_find(m->by_id, (struct slice){
	    (const uint8_t *)&id, sizeof(id) });
	uint32_t		 now = PROGRAM_NONE;

	if (r->nrules >= m->rules)
		return resume_refuse(r, "more rules than there were");
	if (rule != NULL) {
		now = (uint32_t)(rule - r->e->program->rules);
		if (m->taken[now])
			return resume_refuse(r, "a rule twice");
		m->taken[now] = true;
	} else
		r->told.rules_gone++;
	r->rules = mem_grow(r->rules, &m->cap, r->nrules + 1,
	    sizeof(*r->rules));
	r->rules[r->nrules++] = now;
	return true;
}

/* One that is as it was. */
static void
new_source(struct engine *e, unsigned is, struct slice host)
{
	const uint32_t	 number = engine_source(e, (is & LIVE) != 0);

	if ((is & HOST) != 0)
		engine_source_host(e, number, host);
}

static bool
make_source(struct resuming *r, struct making *m, struct cursor *c)
{
	const unsigned		 is = (unsigned)cursor_uint(c, 1);
	const struct slice	 host = cursor_take(c,
	    (size_t)cursor_uint(c, 4));
	struct source		*s;

	if (c->err != 0 || is > LIVE + HOST)
		return resume_refuse(r, "a source is not whole");
	if (m->seen >= m->sources)
		return resume_refuse(r, "more sources than there were");
	if (m->seen == r->e->nsources)		/* see makes_sources */
		new_source(r->e, is, host);
	s = &r->e->sources[m->seen++];
	if (s->live != ((is & LIVE) != 0) ||
	    s->has_host != ((is & HOST) != 0) ||
	    !slice_eq(host, buf_bytes(&s->host)))
		return resume_refuse(r, "there were other sources");
	return true;
}

/* Pages are whole but for the last one of their kind. */
static bool
row(struct resuming *r, const struct row *row)
{
	struct making	*m = making(r);
	struct cursor	 c = { .in = row->bytes };

	if (row->page == 0)
		return make_head(r, m, &c);
	if (!m->begun)
		return resume_refuse(r, "it has no beginning");
	if (row->page < SOURCES) {
		if (r->nrules != (uint64_t)(row->page - RULES) * RULES_IN ||
		    row->bytes.n % 8 != 0 || row->bytes.n / 8 > RULES_IN)
			return resume_refuse(r, "a page of rules is missing");
		while (cursor_left(&c) > 0)
			if (!make_rule(r, m, cursor_uint(&c, 8)))
				return false;
		return true;
	}
	if (m->seen != (uint64_t)(row->page - SOURCES) * SOURCES_IN)
		return resume_refuse(r, "a page of sources is missing");
	while (cursor_left(&c) > 0)
		if (!make_source(r, m, &c))
			return false;
	return true;
}

static bool
end(struct resuming *r)
{
	const struct making	*m = r->scratch[SECTION_HEAD];

	if (m == NULL)
		return resume_refuse(r, "it is missing");
	for (size_t i = 0; i < r->e->program->nrules; i++)
		r->told.rules_new += !m->taken[i];
	return m->begun && r->nrules == m->rules && m->seen == m->sources;
}

static void
drop(void *scratch)
{
	struct making	*m = scratch;

	map_free(m->by_id);
	free(m->taken);
}

const struct section	section_head = { SECTION_HEAD, "head", save, row, end,
    drop };
