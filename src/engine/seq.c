/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seq.c - live sequences: who is where in which rule.
 *
 * A pool in chunks, so that growing copies nothing, and an index of hashes over
 * it. Instances that wait in the same state are linked from old to new, which
 * makes the one to evict the first of a list.
 */
#include "engine/seq.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/shards.h"

#define CHUNK	4096u			/* instances */
#define LEVELS	16u			/* lists; later states share the last */
#define FREE	UINT32_MAX		/* rule of an instance not in use */

struct seqs {
	struct instance	**chunks;
	size_t		  cap;		/* of the array of chunks */
	uint32_t	  n;		/* handed out, free ones too */
	uint32_t	  live;
	uint32_t	  free;		/* chain through `newer` */
	uint32_t	  oldest[LEVELS], newest[LEVELS];
	struct shards	 *index;
	struct hash_key	  seed;
};

struct seqs *
seqs_new(void)
{
	struct seqs	*s = xcalloc(1, sizeof(*s));

	s->free = SEQ_NONE;
	for (unsigned i = 0; i < LEVELS; i++)
		s->oldest[i] = s->newest[i] = SEQ_NONE;
	s->index = shards_new();
	s->seed = hash_key_random();
	return s;
}

void
seqs_free(struct seqs *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->cap; i++)
		free(s->chunks[i]);
	free(s->chunks);
	shards_free(s->index);
	free(s);
}

uint32_t
seqs_count(const struct seqs *s)
{
	return s->live;
}

struct instance *
seqs_at(const struct seqs *s, uint32_t number)
{
	return &s->chunks[number / CHUNK][number % CHUNK];
}

static uint64_t
hash(const struct seqs *s, uint32_t rule, uint32_t value, uint64_t key)
{
	return hash_word(&s->seed, key ^
	    hash_word(&s->seed, (uint64_t)rule << 32 | value));
}

uint32_t
seqs_find(const struct seqs *s, uint32_t rule, uint32_t value, uint64_t key)
{
	uint64_t	 h = hash(s, rule, value, key);
	uint32_t	 at = 0, number;

	while ((number = shards_find(s->index, h, &at)) != SHARDS_NONE) {
		const struct instance	*i = seqs_at(s, number);

		if (i->rule == rule && i->value == value && i->key == key)
			return number;
	}
	return SEQ_NONE;
}

uint64_t
seqs_ahead(const struct seqs *s, uint32_t rule, uint32_t value, uint64_t key)
{
	uint64_t	 h = hash(s, rule, value, key);

	shards_prefetch(s->index, h);
	return h;
}

uint32_t
seqs_ahead_more(const struct seqs *s, uint64_t ahead)
{
	uint32_t		 at = 0;
	const uint32_t		 number = shards_find(s->index, ahead, &at);
	const struct instance	*i;

	if (number == SHARDS_NONE)
		return SEQ_NONE;
	i = seqs_at(s, number);
	__builtin_prefetch(&i->key);		/* an instance may lie on */
	__builtin_prefetch(&i->newer);		/* two cache lines */
	return number;
}

static unsigned
level(uint32_t state)
{
	return state < LEVELS ? state : LEVELS - 1;
}

static void
link_newest(struct seqs *s, uint32_t number)
{
	struct instance	*i = seqs_at(s, number);
	unsigned	 l = level(i->state);

	i->older = s->newest[l];
	i->newer = SEQ_NONE;
	if (i->older == SEQ_NONE)
		s->oldest[l] = number;
	else
		seqs_at(s, i->older)->newer = number;
	s->newest[l] = number;
}

static void
unlink_from(struct seqs *s, uint32_t number, unsigned l)
{
	struct instance	*i = seqs_at(s, number);

	if (i->older == SEQ_NONE)
		s->oldest[l] = i->newer;
	else
		seqs_at(s, i->older)->newer = i->newer;
	if (i->newer == SEQ_NONE)
		s->newest[l] = i->older;
	else
		seqs_at(s, i->newer)->older = i->older;
}

void
seqs_advanced(struct seqs *s, uint32_t number, uint32_t before)
{
	if (level(before) == level(seqs_at(s, number)->state))
		return;
	unlink_from(s, number, level(before));
	link_newest(s, number);
}

static uint32_t
take(struct seqs *s)
{
	uint32_t	 number = s->free, chunk = s->n / CHUNK;

	if (number != SEQ_NONE) {
		s->free = seqs_at(s, number)->newer;
		return number;
	}
	if (chunk >= s->cap) {
		size_t	 was = s->cap;

		s->chunks = mem_grow(s->chunks, &s->cap, chunk + 1,
		    sizeof(*s->chunks));
		for (size_t i = was; i < s->cap; i++)
			s->chunks[i] = NULL;
	}
	if (s->chunks[chunk] == NULL)
		s->chunks[chunk] = xreallocarray(NULL, CHUNK,
		    sizeof(struct instance));
	return s->n++;
}

uint32_t
seqs_add(struct seqs *s, const struct instance *i)
{
	uint32_t	 number;

	number = take(s);
	*seqs_at(s, number) = *i;
	link_newest(s, number);
	shards_add(s->index, hash(s, i->rule, i->value, i->key), number);
	s->live++;
	return number;
}

void
seqs_remove(struct seqs *s, uint32_t number)
{
	struct instance	*i = seqs_at(s, number);

	shards_remove(s->index, hash(s, i->rule, i->value, i->key), number);
	unlink_from(s, number, level(i->state));
	i->rule = FREE;
	i->newer = s->free;
	s->free = number;
	s->live--;
}

uint32_t
seqs_victim(const struct seqs *s)
{
	for (unsigned l = 0; l < LEVELS; l++)
		if (s->oldest[l] != SEQ_NONE)
			return s->oldest[l];
	return SEQ_NONE;
}

uint32_t
seqs_size(const struct seqs *s)
{
	return s->n;
}

bool
seqs_in_use(const struct seqs *s, uint32_t number)
{
	return seqs_at(s, number)->rule != FREE;
}
