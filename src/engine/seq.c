/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seq.c - live sequences in old words: who is where in which rule.
 *
 * A pool in chunks, so that growing copies nothing, and an index of ids over
 * it. Instances that wait in the same state are linked from old to new, which
 * makes the one to evict the first of a list.
 */
#include "engine/seq.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/slots.h"

#define CHUNK	SEQ_CHUNK
#define LEVELS	SEQ_LEVELS
#define FREE	SEQ_FREE
#define AHEAD	16u			/* instances, of what is fetched */

_Static_assert(sizeof(struct instance) == 56, "a million of them are many");

static const uint64_t *
id_at(const void *arg, uint32_t number)
{
	return &seqs_at(arg, number)->id;
}

static struct seq_chunk *
new_chunk(const struct seqs *s)
{
	struct seq_chunk	*c = xmalloc(sizeof(*c));

	c->hashes = s->want_hashes ? xreallocarray(NULL, CHUNK,
	    sizeof(*c->hashes)) : NULL;
	return c;
}

/* Let there be the chunk that this number is in. */
static void
make_chunk(struct seqs *s, uint32_t number)
{
	const uint32_t	 chunk = number / CHUNK;

	if (chunk >= s->cap) {
		size_t	 was = s->cap;

		s->chunks = mem_grow(s->chunks, &s->cap, chunk + (size_t)1,
		    sizeof(*s->chunks));
		for (size_t i = was; i < s->cap; i++)
			s->chunks[i] = NULL;
	}
	if (s->chunks[chunk] == NULL)
		s->chunks[chunk] = new_chunk(s);
}

struct seqs *
seqs_new(uint32_t max, bool hashes)
{
	struct seqs	*s = xcalloc(1, sizeof(*s));

	s->want_hashes = hashes;
	s->max = max;
	s->free = SEQ_NONE;
	for (unsigned i = 0; i < LEVELS; i++)
		s->oldest[i] = s->newest[i] = SEQ_NONE;
	make_chunk(s, 0);
	seqs_at(s, 0)->id = 0;
	return s;
}

void
seqs_free(struct seqs *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->cap; i++) {
		if (s->chunks[i] != NULL)
			free(s->chunks[i]->hashes);
		free(s->chunks[i]);
	}
	free(s->chunks);
	slots_free(s->index);
	free(s);
}

uint64_t
seqs_hash(const struct seqs *s, uint32_t number)
{
	return s->want_hashes ?
	    s->chunks[number / CHUNK]->hashes[number % CHUNK] : 0;
}

uint32_t
seqs_look_up(struct seqs *s, uint64_t id)
{
	uint32_t	 at = 0, number;

	if (s->index == NULL)
		return SEQ_NONE;
	while ((number = slots_find(s->index, id, &at)) != SLOTS_NONE)
		if (seqs_at(s, number)->id == id) {
			s->near[id % SEQ_NEAR] = number;
			return number;
		}
	return SEQ_NONE;
}

void
seqs_ahead(const struct seqs *s, uint64_t id)
{
	if (s->index != NULL)
		slots_prefetch(s->index, id);
}

/* Where nobody is, whoever is near is far away: the first one is not. */
uint32_t
seqs_ahead_more(struct seqs *s, uint64_t id, bool all)
{
	uint32_t		 at = 0, number;
	const struct instance	*i;

	if (s->index == NULL)
		return SEQ_NONE;
	number = slots_find(s->index, id, &at);
	s->near[id % SEQ_NEAR] = number == SLOTS_NONE ? 0 : number;
	if (number == SLOTS_NONE)
		return SEQ_NONE;
	i = seqs_at(s, number);
	__builtin_prefetch(&i->id);
	if (all)			/* it may lie on two cache lines */
		__builtin_prefetch(&i->newer);
	return number;
}

static unsigned
level(unsigned state)
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
seqs_advanced(struct seqs *s, uint32_t number, unsigned before)
{
	if (level(before) == level(seqs_at(s, number)->state))
		return;
	unlink_from(s, number, level(before));
	link_newest(s, number);
}

static uint32_t
take(struct seqs *s)
{
	uint32_t	 number = s->free;

	if (number != SEQ_NONE) {
		s->free = seqs_at(s, number)->newer;
		return number;
	}
	make_chunk(s, s->n);
	return s->n++;
}

uint32_t
seqs_add(struct seqs *s, const struct instance *i, uint64_t hash)
{
	const uint32_t	 number = take(s);

	if (s->index == NULL)
		s->index = slots_new(s->max, id_at, s);
	*seqs_at(s, number) = *i;
	if (s->want_hashes)
		s->chunks[number / CHUNK]->hashes[number % CHUNK] = hash;
	link_newest(s, number);
	slots_add(s->index, i->id, number);
	s->live++;
	return number;
}

void
seqs_remove(struct seqs *s, uint32_t number)
{
	struct instance	*i = seqs_at(s, number);

	slots_remove(s->index, i->id, number);
	unlink_from(s, number, level(i->state));
	i->id = 0;
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

/* Made again. */

void
seqs_unused(const struct seqs *s, uint32_t *to)
{
	uint32_t	 n = s->n - s->live;

	for (uint32_t i = s->free; i != SEQ_NONE; i = seqs_at(s, i)->newer)
		to[--n] = i;
}

/* Make those up to this number, nobody being in them. */
static void
make_up_to(struct seqs *s, uint32_t number)
{
	for (; s->n < number; s->n++) {
		make_chunk(s, s->n);
		*seqs_at(s, s->n) = (struct instance){ .rule = FREE,
		    .newer = SEQ_NONE, .older = SEQ_NONE };
	}
}

void
seqs_restore(struct seqs *s, uint32_t number, const struct instance *i,
    uint64_t hash)
{
	make_up_to(s, number + 1);
	*seqs_at(s, number) = *i;
	seqs_at(s, number)->newer = SEQ_NONE;
	if (s->want_hashes)
		s->chunks[number / CHUNK]->hashes[number % CHUNK] = hash;
	s->live++;
}

/* All that nobody is in are to be named, each of them once. */
static bool
take_unused(struct seqs *s, const uint32_t *unused, size_t n)
{
	if (n > SEQ_NONE - 1 - s->live || s->n > s->live + n)
		return false;
	make_up_to(s, s->live + (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		struct instance	*at;

		if (unused[i] >= s->n)
			return false;
		at = seqs_at(s, unused[i]);
		if (at->rule != FREE || at->older != SEQ_NONE)
			return false;
		at->older = 0;		/* named */
		at->newer = s->free;
		s->free = unused[i];
	}
	return true;
}

/* Who is next to whom, from what each says of the one before. */
static const char *
link_one(struct seqs *s, uint32_t number)
{
	const struct instance	*i = seqs_at(s, number);
	uint32_t		*link = &s->oldest[level(i->state)];

	if (i->older != SEQ_NONE) {
		if (i->older >= s->n || !seqs_in_use(s, i->older))
			return "one is newer than nobody";
		if (level(seqs_at(s, i->older)->state) != level(i->state))
			return "one is newer than one that is less far";
		link = &seqs_at(s, i->older)->newer;
	}
	if (*link != SEQ_NONE)
		return "two are next to one";
	*link = number;
	return NULL;
}

/* Are all of them in the lists? None is in two places. */
static const char *
end_lists(struct seqs *s)
{
	uint32_t	 n = 0;

	for (unsigned l = 0; l < LEVELS; l++)
		for (uint32_t i = s->oldest[l]; i != SEQ_NONE;
		    i = seqs_at(s, i)->newer) {
			s->newest[l] = i;
			n++;
		}
	return n == s->live ? NULL : "their order has no beginning";
}

/* Numbers may be above what the index was made for: more were allowed then. */
const char *
seqs_restored(struct seqs *s, const uint32_t *unused, size_t n)
{
	const char	*why = NULL;

	if (!take_unused(s, unused, n))
		return "numbers of nobody are missing";
	slots_free(s->index);
	s->max = s->n > s->max ? s->n : s->max;
	s->index = slots_new(s->max, id_at, s);
	for (uint32_t i = 0; i < s->n && why == NULL; i++) {
		if (s->n - i > AHEAD)
			seqs_ahead(s, seqs_at(s, i + AHEAD)->id);
		if (!seqs_in_use(s, i))
			continue;
		if (seqs_look_up(s, seqs_at(s, i)->id) != SEQ_NONE)
			return "two of one key";
		why = slots_add(s->index, seqs_at(s, i)->id, i) > SLOTS_CROWD ?
		    "keys that are no hashes" : link_one(s, i);
	}
	return why != NULL ? why : end_lists(s);
}
