/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verdicts.c - lists of numbers, each list kept once.
 *
 * The lists are the keys of a map, and their numbers are their places in it.
 * What was joined once is remembered in a second one.
 */
#include "base/verdicts.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"

#define PAIR_BYTES	64u		/* what a map needs besides the key */

struct verdicts {
	struct map	*lists;		/* number + 1 */
	struct map	*joined;	/* the same, by numbers of verdicts */
	size_t		 bytes;
	uint32_t	 age;
	uint32_t	*scratch;
	size_t		 cap;
};

static void
begin(struct verdicts *v)
{
	v->lists = map_new();
	v->joined = map_new();
	v->bytes = 0;
	(void)verdicts_add(v, NULL, 0);
}

struct verdicts *
verdicts_new(void)
{
	struct verdicts	*v = xcalloc(1, sizeof(*v));

	begin(v);
	return v;
}

void
verdicts_free(struct verdicts *v)
{
	if (v == NULL)
		return;
	map_free(v->lists);
	map_free(v->joined);
	free(v->scratch);
	free(v);
}

void
verdicts_clear(struct verdicts *v)
{
	map_free(v->lists);
	map_free(v->joined);
	v->age++;
	begin(v);
}

static int
by_number(const void *va, const void *vb)
{
	const uint32_t	*a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

static struct slice
as_bytes(const uint32_t *list, size_t n)
{
	return (struct slice){ (const uint8_t *)list, n * sizeof(*list) };
}

/* Under this key, or put there. */
static uint32_t
remember(struct verdicts *v, struct map *m, struct slice key, uint32_t number)
{
	void	*known = map_find(m, key);

	if (known != NULL)
		return (uint32_t)((uintptr_t)known - 1);
	(void)map_put(m, key, (void *)((uintptr_t)number + 1));
	v->bytes += key.n + PAIR_BYTES;
	return number;
}

uint32_t
verdicts_add(struct verdicts *v, uint32_t *list, size_t n)
{
	size_t	 kept = 0;

	if (n > 1)
		qsort(list, n, sizeof(*list), by_number);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || list[kept - 1] != list[i])
			list[kept++] = list[i];
	return remember(v, v->lists, as_bytes(list, kept),
	    (uint32_t)map_count(v->lists));
}

uint32_t
verdicts_join(struct verdicts *v, const uint32_t *verdicts, size_t n)
{
	const struct slice	 key = as_bytes(verdicts, n);
	void			*known;
	size_t			 sum = 0;

	if (n <= 1)
		return n == 0 ? VERDICTS_NONE : verdicts[0];
	if ((known = map_find(v->joined, key)) != NULL)
		return (uint32_t)((uintptr_t)known - 1);
	for (size_t i = 0, some; i < n; i++) {
		const uint32_t	*list = verdicts_list(v, verdicts[i], &some);

		v->scratch = mem_grow(v->scratch, &v->cap, sum + some,
		    sizeof(*v->scratch));
		if (some > 0)
			memcpy(v->scratch + sum, list, some * sizeof(*list));
		sum += some;
	}
	return remember(v, v->joined, key, verdicts_add(v, v->scratch, sum));
}

const uint32_t *
verdicts_list(const struct verdicts *v, uint32_t verdict, size_t *n)
{
	struct slice	 key;

	(void)map_at(v->lists, verdict, &key);
	*n = key.n / sizeof(uint32_t);
	/* A map aligns its keys as memory for anything. */
	return (const uint32_t *)(const void *)key.p;
}

bool
verdicts_has(const struct verdicts *v, uint32_t verdict, uint32_t number)
{
	size_t		 from = 0, to;
	const uint32_t	*list = verdicts_list(v, verdict, &to);

	while (from < to) {
		const size_t	 middle = from + (to - from) / 2;

		if (list[middle] == number)
			return true;
		if (list[middle] < number)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

size_t
verdicts_bytes(const struct verdicts *v)
{
	return v->bytes;
}

uint32_t
verdicts_age(const struct verdicts *v)
{
	return v->age;
}
