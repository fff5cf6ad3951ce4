/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seen.c - what has been seen before, for `new`.
 *
 * One array of values in a list from the one that was not seen for longest to
 * the one seen last, and an index by hash. It has no pointers, so that it can
 * be saved as it stands.
 */
#include "engine/seen.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/shards.h"

#define NOBODY	UINT32_MAX

struct entry {
	uint64_t	 value;
	int64_t		 at;		/* last seen; milliseconds */
	uint32_t	 before, after;	/* in the list; NOBODY at its ends */
};

struct seen {
	struct shards	*index;
	struct entry	*entries;
	size_t		 n, cap;
	uint32_t	 max;
	uint32_t	 oldest, latest;
	uint64_t	 evicted;
};

struct seen *
seen_new(uint32_t max)
{
	struct seen	*s = xcalloc(1, sizeof(*s));

	s->index = shards_new();
	s->max = max == 0 ? SEEN_MAX : max;
	s->oldest = s->latest = NOBODY;
	return s;
}

void
seen_free(struct seen *s)
{
	if (s == NULL)
		return;
	shards_free(s->index);
	free(s->entries);
	free(s);
}

static uint32_t
find(const struct seen *s, uint64_t value)
{
	uint32_t	 at = 0, i;

	while ((i = shards_find(s->index, value, &at)) != SHARDS_NONE)
		if (s->entries[i].value == value)
			return i;
	return NOBODY;
}

static void
unlink_entry(struct seen *s, uint32_t i)
{
	const struct entry	*e = &s->entries[i];

	*(e->before == NOBODY ? &s->oldest : &s->entries[e->before].after) =
	    e->after;
	*(e->after == NOBODY ? &s->latest : &s->entries[e->after].before) =
	    e->before;
}

static void
make_latest(struct seen *s, uint32_t i)
{
	s->entries[i].before = s->latest;
	s->entries[i].after = NOBODY;
	*(s->latest == NOBODY ? &s->oldest : &s->entries[s->latest].after) =
	    i;
	s->latest = i;
}

/* A place for one more: the oldest, when there is no other. */
static uint32_t
place(struct seen *s)
{
	const uint32_t	 i = s->oldest;

	if (s->n < s->max) {
		s->entries = mem_grow(s->entries, &s->cap, s->n + 1,
		    sizeof(*s->entries));
		return (uint32_t)s->n++;
	}
	unlink_entry(s, i);
	shards_remove(s->index, s->entries[i].value, i);
	s->evicted++;
	return i;
}

bool
seen_before(struct seen *s, uint64_t value, int64_t now, int64_t window)
{
	uint32_t	 i = find(s, value);
	bool		 seen = false;

	if (i != NOBODY) {
		struct entry	*e = &s->entries[i];

		seen = e->at >= now ||
		    (uint64_t)now - (uint64_t)e->at <= (uint64_t)window;
		if (e->at < now)
			e->at = now;
		unlink_entry(s, i);
	} else {
		i = place(s);
		s->entries[i] = (struct entry){ .value = value, .at = now };
		shards_add(s->index, value, i);
	}
	make_latest(s, i);
	return seen;
}

uint32_t
seen_count(const struct seen *s)
{
	return (uint32_t)s->n;
}

uint64_t
seen_evicted(const struct seen *s)
{
	return s->evicted;
}
