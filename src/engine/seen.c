/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seen.c - what has been seen before, for `new`.
 *
 * A pool of values in a list from the one that was not seen for longest to the
 * one seen last, and an index by hash. Hashes of values are the same in every
 * run, so that the index hashes them again, under a key that nobody knows.
 */
#include "engine/seen.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/shards.h"

struct entry {
	uint64_t	 value;
	int64_t		 at;		/* last seen; milliseconds */
	uint32_t	 before, after;	/* in the list; 0 at its ends */
};

struct seen {
	struct shards	*index;
	struct hash_key	 key;		/* of the index */
	struct pool	 entries;
	uint32_t	 max;
	uint32_t	 oldest, latest;
	uint64_t	 evicted;
};

struct seen *
seen_new(uint32_t max)
{
	struct seen	*s = xcalloc(1, sizeof(*s));

	s->index = shards_new();
	s->key = hash_key_random();
	s->max = max == 0 ? SEEN_MAX : max;
	pool_init(&s->entries, sizeof(struct entry));
	return s;
}

void
seen_free(struct seen *s)
{
	if (s == NULL)
		return;
	shards_free(s->index);
	pool_fini(&s->entries);
	free(s);
}

static struct entry *
entry(const struct seen *s, uint32_t number)
{
	return pool_at(&s->entries, number);
}

static uint64_t
hash(const struct seen *s, uint64_t value)
{
	return hash_word(&s->key, value);
}

static uint32_t
find(const struct seen *s, uint64_t value)
{
	const uint64_t	 h = hash(s, value);
	uint32_t	 at = 0, i;

	while ((i = shards_find(s->index, h, &at)) != SHARDS_NONE)
		if (entry(s, i)->value == value)
			return i;
	return 0;
}

static void
unlink_entry(struct seen *s, uint32_t i)
{
	const struct entry	*e = entry(s, i);

	*(e->before == 0 ? &s->oldest : &entry(s, e->before)->after) =
	    e->after;
	*(e->after == 0 ? &s->latest : &entry(s, e->after)->before) =
	    e->before;
}

static void
make_latest(struct seen *s, uint32_t i)
{
	entry(s, i)->before = s->latest;
	entry(s, i)->after = 0;
	*(s->latest == 0 ? &s->oldest : &entry(s, s->latest)->after) = i;
	s->latest = i;
}

/* A place for one more: the oldest, when there is no other. */
static uint32_t
place(struct seen *s)
{
	const uint32_t	 i = s->oldest;

	if (s->entries.used < s->max)
		return pool_take(&s->entries);
	unlink_entry(s, i);
	shards_remove(s->index, hash(s, entry(s, i)->value), i);
	s->evicted++;
	return i;
}

bool
seen_before(struct seen *s, uint64_t value, int64_t now, int64_t window)
{
	uint32_t	 i = find(s, value);
	bool		 seen = false;

	if (i != 0) {
		struct entry	*e = entry(s, i);

		seen = e->at >= now ||
		    (uint64_t)now - (uint64_t)e->at <= (uint64_t)window;
		if (e->at < now)
			e->at = now;
		unlink_entry(s, i);
	} else {
		i = place(s);
		*entry(s, i) = (struct entry){ .value = value, .at = now };
		shards_add(s->index, hash(s, value), i);
	}
	make_latest(s, i);
	return seen;
}

uint32_t
seen_count(const struct seen *s)
{
	return s->entries.used;
}

uint64_t
seen_evicted(const struct seen *s)
{
	return s->evicted;
}

/* What is told and put back. */

void
seen_at(const struct seen *s, uint32_t number, struct seen_value *to)
{
	const struct entry	*e = entry(s, number);

	*to = (struct seen_value){ e->value, e->at, e->before };
}

bool
seen_restore(struct seen *s, const struct seen_value *from)
{
	uint32_t	 i;

	if (s->entries.used >= s->max || find(s, from->value) != 0)
		return false;
	i = pool_take(&s->entries);
	*entry(s, i) = (struct entry){ .value = from->value,
	    .at = from->at };
	shards_add(s->index, hash(s, from->value), i);
	return true;
}

void
seen_restore_latest(struct seen *s, uint32_t number)
{
	make_latest(s, number);
}
