/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * key.c - what of a record makes the key of a rule.
 *
 * A key is the hash of its parts, 64 bits under a key of this run: among a
 * million of them two are alike with a chance of one in 30 million.
 */
#include "engine/key.h"

#include "engine/inside.h"

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

uint64_t
key_classic(struct engine *e, uint32_t rule)
{
	const struct rule	*r = &e->program->rules[rule];
	uint64_t		 key = (uint64_t)rule << 32 |
	    key_subject(e, r);

	key = with(e, key, e->source);
	if (r->zone != ZONE_FREE)
		key = with(e, key, zone_hash(e));
	if (r->scope != SCOPE_GLOBAL)
		key = with(e, key, key_scope(e, r));
	return hash_word(&e->seed, key);
}

/* The host by the name of its trail, else by the address in the header. */
static uint64_t
host_hash(const struct engine *e)
{
	const struct source	*s = &e->sources[e->source];
	struct slice		 address;

	if (s->has_host)
		return s->host_hash;
	address = record_host(e->record);
	return address.n == 0 ? 0 : hash_bytes(&e->seed, address);
}

bool
key_life(struct engine *e, uint32_t rule, uint64_t *id)
{
	const struct rule	*r = &e->program->rules[rule];
	uint64_t		 key = rule;
	struct value		 v;

	if (!r->across_hosts)
		key = with(e, with(e, key, e->source), host_hash(e));
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
