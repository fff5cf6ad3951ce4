/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * key.c - what of a record makes the key of a rule.
 *
 * A key is the hash of its parts, 64 bits under a key drawn by lot: among a
 * million of them two are alike with a chance of one in 30 million. Rules are
 * in it by their id, so that what lives outlasts a change of other rules.
 */
#include "engine/key.h"

#include <stdlib.h>
#include <string.h>

#include "engine/inside.h"

#define KINDS	64u		/* of keys, that one more is compared with */

/* The upper bits are of the key alone: see partial.h. */
#define SALT	((UINT64_C(1) << GROUP_KEY_SHIFT) - 1)

/* Mixed before each addition: source 1 and pid 0 are not 0 and 1. */
static uint64_t
with(const struct engine *e, uint64_t key, uint64_t part)
{
	return hash_word(&e->seed, key) + part;
}

static uint64_t
zone_hash(struct engine *e)
{
	if (e->zone_hash == 0)
		e->zone_hash = e->has_zone ?
		    hash_bytes(&e->seed, e->zone) | 2 : 1;
	return e->zone_hash;
}

uint32_t
key_scope(const struct engine *e, const struct rule *r)
{
	return r->scope == SCOPE_PROCESS ? record_pid(e->record) :
	    record_session(e->record);
}

uint32_t
key_subject(const struct engine *e, const struct rule *r)
{
	return record_id(e->record, (enum record_id)r->subject);
}

/* Of those few whose keys are more than a subject. */
static uint64_t __attribute__((noinline))
classic_more(struct engine *e, const struct rule *r, uint64_t key)
{
	if (r->zone != ZONE_FREE)
		key = with(e, key, zone_hash(e));
	if (r->scope != SCOPE_GLOBAL)
		key = with(e, key, key_scope(e, r));
	return hash_word(&e->seed, key);
}

uint64_t
key_classic(struct engine *e, uint32_t rule)
{
	const struct key_part	*part = &e->key_parts[rule];
	const uint64_t		 who = (uint64_t)e->source << 32 |
	    record_id(e->record, (enum record_id)part->subject);
	const uint64_t		 key = hash_word(&e->seed, part->salt + who);

	return part->plain ? key :
	    classic_more(e, &e->program->rules[rule], key);
}

/*
 * Where it comes from: the source, and the host by the name of its trail, else
 * by the address in the header. Most records of a source have it in common.
 */
static uint64_t
origin_key(const struct engine *e)
{
	struct source		*s = &e->sources[e->source];
	const struct slice	 address = s->has_host ? (struct slice){ 0 } :
	    record_host(e->record);

	if (address.n > 0)
		return with(e, with(e, 0, e->source), hash_bytes(&e->seed,
		    address));
	if (s->key == 0)
		s->key = with(e, with(e, 0, e->source),
		    s->has_host ? s->host_hash : 0);
	return s->key;
}

/* The key alone, whatever rule it is of. */
static bool
make_key(struct engine *e, const struct rule *r, uint64_t *id)
{
	uint64_t	 key = 0;
	struct value	 v;

	if (!r->across_hosts)
		key = origin_key(e);
	if (!r->by_none)
		key = with(e, key, key_subject(e, r));
	if (r->zone != ZONE_FREE)
		key = with(e, key, zone_hash(e));
	if (r->scope != SCOPE_GLOBAL) {
		if (e->record->at[REC_SUBJECT] == 0)
			return false;
		key = with(e, key, key_scope(e, r));
	}
	for (size_t i = 0; i < r->nby; i++) {
		if (!ask_value(e->ask, r->by[i], PART_ALL, &v))
			return false;
		key = with(e, key, value_hash(&e->seed, &v));
	}
	*id = hash_word(&e->seed, key);
	return true;
}

/* Are the keys of both made of the same? */
static bool
key_alike(const struct rule *a, const struct rule *b)
{
	return a->across_hosts == b->across_hosts &&
	    a->by_none == b->by_none && a->subject == b->subject &&
	    (a->zone == ZONE_FREE) == (b->zone == ZONE_FREE) &&
	    a->scope == b->scope && a->nby == b->nby &&
	    (a->nby == 0 || memcmp(a->by, b->by,
	    a->nby * sizeof(a->by[0])) == 0);
}

/* What is new is noted, whether anything waits for it or not. */
static bool
asks_new(const struct engine *e, uint32_t rule)
{
	bool	 asks = false;

	for (size_t i = 0; i < e->program->rules[rule].nstates; i++)
		asks |= e->shapes[e->first_state[rule] + i].fresh;
	return asks;
}

/* A strict tally may have to be tidied where others are over age. */
static bool
ages(const struct rule *r)
{
	bool	 within = false;

	for (size_t i = 0; i < r->nstates; i++)
		within |= r->states[i].within_ms >= 0;
	return within || r->timeout_s != 0 || r->window_s != 0 || r->strict ||
	    r->any_order;
}

static bool
lasts(const struct rule *r)
{
	return r->nstates > 1 || r->states[0].multiplier > 1;
}

static bool
known_ahead(const struct rule *r)
{
	return lasts(r) && r->zone == ZONE_FREE && r->nby == 0;
}

/* Where its bit stands among those of others. */
static void
give_bit(struct engine *e, uint32_t rule)
{
	struct key_part	*part = &e->key_parts[rule];
	const uint32_t	 number = e->waiters[rule].number;

	part->bit = (uint8_t)(rule % GROUP_RULES);
	if (e->waits == NULL)
		return;
	part->block = number / WAITS_BITS;
	part->bit = number % WAITS_BITS;
}

static struct key_part
old_part(const struct rule *r, uint64_t salt)
{
	bool	 asks = r->nexcepts > 0 || r->zone != ZONE_FREE;

	for (size_t i = 0; i < r->nstates; i++)
		asks |= r->states[i].npredicates > 0;
	return (struct key_part){ .salt = salt, .open = !asks,
	    .plain = r->zone == ZONE_FREE && r->scope == SCOPE_GLOBAL,
	    .subject = (uint8_t)r->subject,
	    .ages = r->timeout_s != 0 || r->window_s != 0,
	    .ahead = known_ahead(r), .lasts = lasts(r) };
}

void
key_prepare(struct engine *e)
{
	const struct rule	*rules = e->program->rules;
	uint32_t		*like = xcalloc(e->program->nrules + 1,
	    sizeof(*like));	/* a rule of each kind */
	uint32_t		 kinds = 0, lives = 0;

	free(e->key_parts);
	free(e->key_memos);
	free(e->waiters);
	e->classic_key.ordinal = UINT64_MAX;
	for (size_t i = 0; i < e->nsources; i++)
		e->sources[i].key = 0;
	e->ages = false;
	e->key_parts = xcalloc(e->program->nrules + 1, sizeof(*e->key_parts));
	e->waiters = xcalloc(e->program->nrules + 1, sizeof(*e->waiters));
	for (uint32_t i = 0; i < e->program->nrules; i++) {
		const uint64_t	 salt = hash_word(&e->seed, rules[i].id);
		uint32_t	 k = kinds > KINDS ? kinds - KINDS : 0;

		if (!rules[i].new_life) {
			e->key_parts[i] = old_part(&rules[i], salt);
			continue;
		}
		while (k < kinds && !key_alike(&rules[i], &rules[like[k]]))
			k++;
		like[k] = i;
		kinds += k == kinds;
		e->key_parts[i] = (struct key_part){ .kind = k,
		    .salt = salt & SALT,
		    .goes_on = !rules[i].any_order && !asks_new(e, i),
		    .ages = ages(&rules[i]), .ahead = known_ahead(&rules[i]) };
		e->waiters[i] = (struct waiter){ salt & SALT, lives++,
		    musters_by_key(e->musters, i) };
		give_bit(e, i);
		e->ages |= e->key_parts[i].ages;
	}
	if (e->waits != NULL)
		partials_tell(e->partials, e->waits, e->waiters);
	e->key_memos = xcalloc(kinds + (size_t)1, sizeof(*e->key_memos));
	free(like);
}

bool
key_life(struct engine *e, uint32_t rule, uint64_t *id)
{
	if (!make_key(e, &e->program->rules[rule], id))
		return false;
	*id ^= e->key_parts[rule].salt;
	return true;
}

bool
key_ahead(struct engine *e, uint32_t rule, uint64_t *key)
{
	return make_key(e, &e->program->rules[rule], key);
}

void
key_told(struct engine *e, uint32_t rule, uint64_t key)
{
	struct key_memo	*m = &e->key_memos[e->key_parts[rule].kind];

	m->ordinal = e->ordinal;
	m->key = key;
	m->has = true;
}

static void
remember_key(struct engine *e, struct key_memo *m, uint32_t rule)
{
	if (m->ordinal == e->ordinal)
		return;
	m->ordinal = e->ordinal;
	m->has = make_key(e, &e->program->rules[rule], &m->key);
}

bool
key_now(struct engine *e, uint32_t rule, uint64_t *id)
{
	struct key_memo	*m = &e->key_memos[e->key_parts[rule].kind];

	remember_key(e, m, rule);
	*id = m->key ^ e->key_parts[rule].salt;
	return m->has;
}

bool
key_alone(struct engine *e, uint32_t rule, uint64_t *key)
{
	struct key_memo	*m = &e->key_memos[e->key_parts[rule].kind];

	remember_key(e, m, rule);
	*key = m->key;
	return m->has;
}

void
key_look(struct engine *e, uint32_t rule)
{
	const struct key_part	*part = &e->key_parts[rule];
	struct key_memo		*m = &e->key_memos[part->kind];

	remember_key(e, m, rule);
	m->turn = e->live_turn;
	m->block = part->block;
	if (!m->has)
		m->alive = 0;
	else if (e->waits != NULL)
		m->alive = waits_word(e->waits, m->key, part->block);
	else
		m->alive = groups_alive(e->partials, m->key);
}
