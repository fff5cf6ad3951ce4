/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slots.c - a dense hash index: four bytes for each number, and some air.
 *
 * The top bits of a hash pick the table, the low 32 bits the slot in it. Open
 * addressing with linear probing, at most three quarters full, half while the
 * table is small; removal moves later entries back, so there are no tombstones.
 * What room there is beside the number says how far from its best slot an entry
 * stands, so that removal has to ask for nobody's hash, and the rest is a tag,
 * of the bits in between: by both most others are told apart without asking. A
 * table has no slots until something is in it, but looks as if it had a free
 * one.
 *
 * A large table is given pages of its own. All tables are equally full, so they
 * grow at nearly the same time, and on the heap the old ones would leave holes
 * as large as all of them were, into which no new one fits.
 */
#include "base/slots.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/huge.h"
#include "base/mem.h"

#define TABLE_BITS	8u
#define TABLES		(1u << TABLE_BITS)
#define TABLE_MIN	16u		/* slots */
#define TABLE_SMALL	512u		/* which doubles: all are half a MiB */
#define PAGE		1024u		/* slots; who has more fills pages */
#define AHEAD		16u		/* slots, of what is read ahead */
#define FAR_BITS	4u		/* of a slot, at the most */

/* Slots hold the number plus one, 0 being free; above it how far, and a tag. */
struct table {
	uint32_t	*slots;		/* with no room: the slot `vacant` */
	uint32_t	 n, used;
};

struct slots {
	struct table	 tables[TABLES];
	unsigned	 bits;		/* of a slot: the number */
	uint32_t	 numbers;	/* these bits, */
	uint32_t	 tags;		/* and those of the tag */
	uint32_t	 far;		/* that fits: so far, or further */
	uint32_t	 vacant;	/* zero for ever */
	slots_hash_fn	 hash_at;
	const void	*arg;
};

struct slots *
slots_new(uint32_t max, slots_hash_fn hash_at, const void *arg)
{
	struct slots	*s = xcalloc(1, sizeof(*s));
	unsigned	 room;

	s->hash_at = hash_at;
	s->arg = arg;
	while (s->bits < 32 && (max + (uint64_t)1) >> s->bits != 0)
		s->bits++;
	room = 32 - s->bits < FAR_BITS ? 32 - s->bits : FAR_BITS;
	s->far = (1u << room) - 1;
	s->numbers = (uint32_t)(((uint64_t)1 << s->bits) - 1);
	s->tags = (uint32_t)(UINT64_MAX << (s->bits + room));
	for (unsigned i = 0; i < TABLES; i++)
		s->tables[i].slots = &s->vacant;
	return s;
}

static uint32_t *
take(uint32_t n)
{
	return n < PAGE ? xcalloc(n, sizeof(uint32_t)) :
	    huge_sparse(n * sizeof(uint32_t));
}

static void
give_back(uint32_t *slots, uint32_t n)
{
	if (n >= PAGE)
		huge_unmap(slots, n * sizeof(*slots));
	else if (n > 0)
		free(slots);
}

void
slots_free(struct slots *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < TABLES; i++)
		give_back(s->tables[i].slots, s->tables[i].n);
	free(s);
}

static unsigned
which(uint64_t hash)
{
	return (unsigned)(hash >> (64 - TABLE_BITS));
}

/* Where an entry would be best, in a table of any size. */
static uint32_t
home(const struct table *t, uint64_t hash)
{
	return (uint32_t)((hash & UINT32_MAX) * t->n >> 32);
}

static uint32_t
number_in(const struct slots *s, uint32_t slot)
{
	return (slot & s->numbers) - 1;
}

static uint32_t
far_in(const struct slots *s, uint32_t slot)
{
	return (uint32_t)((uint64_t)slot >> s->bits) & s->far;
}

/* As it stands in a slot. */
static uint32_t
far(const struct slots *s, uint32_t n)
{
	return (uint32_t)((uint64_t)(n < s->far ? n : s->far) << s->bits);
}

static uint32_t
tag(const struct slots *s, uint64_t hash)
{
	return (uint32_t)(hash >> 22) & s->tags;
}

uint32_t
slots_find(const struct slots *s, uint64_t hash, uint32_t *at)
{
	const struct table	*t = &s->tables[which(hash)];
	const uint32_t		 mine = tag(s, hash);
	uint32_t		 i = home(t, hash) + *at;

	for (i = i < t->n ? i : i - t->n;; i = i + 1 < t->n ? i + 1 : 0) {
		const uint32_t	 slot = t->slots[i];

		if (slot == 0)
			return SLOTS_NONE;
		if ((slot & ~s->numbers) == (mine | far(s, (*at)++)))
			return number_in(s, slot);
	}
}

void
slots_prefetch(const struct slots *s, uint64_t hash)
{
	const struct table	*t = &s->tables[which(hash)];

	__builtin_prefetch(&t->slots[home(t, hash)]);
}

static inline uint32_t
place(const struct slots *s, struct table *t, uint64_t hash, uint32_t number)
{
	uint32_t	 i = home(t, hash), n = 0;

	for (; t->slots[i] != 0; n++)
		i = i + 1 < t->n ? i + 1 : 0;
	t->slots[i] = tag(s, hash) | far(s, n) | (number + 1);
	return n;
}

/* How many slots come after so many. */
static uint32_t
more(uint32_t n)
{
	if (n < TABLE_SMALL)
		return n == 0 ? TABLE_MIN : 2 * n;
	if (n < PAGE)
		return n + n / 4 < PAGE ? n + n / 4 : PAGE;
	return n + (n / 4 < PAGE ? PAGE : n / 4 / PAGE * PAGE);
}

/* What a slot says is anywhere in memory: it is fetched ahead. */
static void
grow(const struct slots *s, struct table *t)
{
	uint32_t	*old = t->slots;
	const uint32_t	 n = t->n;

	t->n = more(n);
	t->slots = take(t->n);
	for (uint32_t i = 0; i < n; i++) {
		if (i + AHEAD < n && old[i + AHEAD] != 0)
			__builtin_prefetch(s->hash_at(s->arg,
			    number_in(s, old[i + AHEAD])));
		if (old[i] != 0)
			(void)place(s, t, *s->hash_at(s->arg,
			    number_in(s, old[i])), number_in(s, old[i]));
	}
	give_back(old, n);
}

/* So many fit, with air between them. */
static uint32_t
room(const struct table *t)
{
	return t->n <= TABLE_SMALL ? t->n / 2 : t->n - t->n / 4;
}

uint32_t
slots_add(struct slots *s, uint64_t hash, uint32_t number)
{
	struct table	*t = &s->tables[which(hash)];
	uint32_t	 n;

	if (t->used >= room(t))
		grow(s, t);
	n = place(s, t, hash, number);
	t->used++;
	return n;
}

/* How far from its best slot the entry in slot I of this table stands. */
static uint32_t
how_far(const struct slots *s, const struct table *t, uint32_t i)
{
	uint32_t	 n = far_in(s, t->slots[i]), at;

	if (n < s->far)
		return n;
	at = home(t, *s->hash_at(s->arg, number_in(s, t->slots[i])));
	return i >= at ? i - at : i + t->n - at;
}

/* It was so far away before it moved to this slot, by BACK. */
static void
came_back(const struct slots *s, uint32_t *slot, uint32_t n, uint32_t back)
{
	*slot = (*slot & ~far(s, s->far)) | far(s, n - back);
}

void
slots_remove(struct slots *s, uint64_t hash, uint32_t number)
{
	struct table	*t = &s->tables[which(hash)];
	uint32_t	 hole = home(t, hash), from_hole = 0;

	while (number_in(s, t->slots[hole]) != number)
		hole = hole + 1 < t->n ? hole + 1 : 0;
	t->used--;
	for (uint32_t i = hole;;) {
		uint32_t	 n;

		from_hole++;
		i = i + 1 < t->n ? i + 1 : 0;
		if (t->slots[i] == 0)
			break;
		n = how_far(s, t, i);
		if (n < from_hole)
			continue;	/* its home lies behind the hole */
		t->slots[hole] = t->slots[i];
		came_back(s, &t->slots[hole], n, from_hole);
		hole = i;
		from_hole = 0;
	}
	t->slots[hole] = 0;
}

size_t
slots_bytes(const struct slots *s)
{
	size_t	 n = sizeof(*s);

	for (unsigned i = 0; i < TABLES; i++)
		n += s->tables[i].n * sizeof(uint32_t);
	return n;
}
