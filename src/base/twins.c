/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * twins.c - which of many things is equal to this one?
 *
 * An open table, probed one by one, at most three quarters full, which grows in
 * few steps: fresh memory is the most that it costs. Each slot has half of the
 * hash, so that hardly any thing but the right one is looked at; its other
 * half is where the slot is, as far as the table is large.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/twins.h"

#define SLOTS_FIRST 64u
#define GROWTH	4u

struct slot {
	uint32_t	 number;	/* + 1; 0: empty */
	uint32_t	 hash;		/* the low half */
};

struct twins {
	struct slot	*slots;
	size_t		 mask;		/* slots, less one */
	size_t		 n;
};

struct twins *
twins_new(void)
{
	struct twins	*t = xcalloc(1, sizeof(*t));

	t->slots = xcalloc(SLOTS_FIRST, sizeof(t->slots[0]));
	t->mask = SLOTS_FIRST - 1;
	return t;
}

void
twins_free(struct twins *t)
{
	if (t == NULL)
		return;
	free(t->slots);
	free(t);
}

static void
grow(struct twins *t)
{
	const size_t	 mask = mem_product(t->mask + 1, GROWTH) - 1;
	struct slot	*slots = xcalloc(mask + 1, sizeof(slots[0]));

	for (size_t i = 0; i <= t->mask; i++) {
		size_t	 to = t->slots[i].hash & mask;

		if (t->slots[i].number == 0)
			continue;
		while (slots[to].number != 0)
			to = (to + 1) & mask;
		slots[to] = t->slots[i];
	}
	free(t->slots);
	t->slots = slots;
	t->mask = mask;
}

uint32_t
twins_add(struct twins *t, uint64_t hash, uint32_t number,
    bool (*same)(const void *arg, uint32_t number), const void *arg)
{
	const uint32_t	 low = (uint32_t)hash;
	size_t		 i;

	if (t->n >= t->mask / 4 * 3)
		grow(t);
	for (i = low & t->mask; t->slots[i].number != 0; i = (i + 1) & t->mask)
		if (t->slots[i].hash == low &&
		    same(arg, t->slots[i].number - 1))
			return t->slots[i].number - 1;
	t->slots[i] = (struct slot){ number + 1, low };
	t->n++;
	return number;
}

void
twins_near(const struct twins *t, uint64_t hash)
{
	__builtin_prefetch(&t->slots[(uint32_t)hash & t->mask]);
}
