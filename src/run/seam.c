/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seam.c - what was seen last of a source that cannot be read again, and where
 * the records begin that were not.
 *
 * Hashes stand in a ring. When a comparison begins they are copied and sorted,
 * and each is crossed out when its record comes again, so that of two records
 * with the same bytes both are fed, and both are recognised.
 */
#include "run/seam.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct seen {
	uint64_t	 hash;
	int64_t		 millis;
};

struct seam {
	bool		 hashes;
	bool		 any;		/* a record was seen */
	bool		 gap;		/* the next one comes after a gap */
	int64_t		 last;		/* ms since 1970: the latest, */
	int64_t		 floor;		/* and all until then are seen */
	int64_t		 forgotten;	/* the latest that had no room */
	struct seen	*ring;
	size_t		 n, cap, next;

	struct seen	*past;		/* by hash; NULL: no comparison */
	size_t		 npast, left;	/* not crossed out */
	bool		*crossed;
	int64_t		 past_floor, past_last;
};

/* A hash that another process makes, too. */
static const struct hash_key	same_for_all = { 0, 0 };

struct seam *
seam_new(bool hashes)
{
	struct seam	*s = xcalloc(1, sizeof(*s));

	s->hashes = hashes;
	s->last = s->floor = s->forgotten = INT64_MIN;
	return s;
}

static void
end_comparison(struct seam *s)
{
	free(s->past);
	free(s->crossed);
	s->past = NULL;
	s->crossed = NULL;
}

void
seam_free(struct seam *s)
{
	if (s == NULL)
		return;
	end_comparison(s);
	free(s->ring);
	free(s);
}

/* Noting. */

/* A time from which others can be computed. */
static int64_t
sane(int64_t millis)
{
	return millis < INT64_MIN / 4 ? INT64_MIN / 4 :
	    millis > INT64_MAX / 4 ? INT64_MAX / 4 : millis;
}

static void
raise_to(int64_t *time, int64_t millis)
{
	if (*time < millis)
		*time = millis;
}

static void
add(struct seam *s, uint64_t hash, int64_t millis)
{
	const struct seen	 one = { hash, millis };

	if (s->n < SEAM_MAX) {
		s->ring = mem_grow(s->ring, &s->cap, s->n + 1,
		    sizeof(*s->ring));
		s->ring[s->n++] = one;
		return;
	}
	raise_to(&s->forgotten, s->ring[s->next].millis);
	raise_to(&s->floor, s->forgotten);
	s->ring[s->next] = one;
	s->next = (s->next + 1) % SEAM_MAX;
}

/* In the order in which they were noted. */
static const struct seen *
nth(const struct seam *s, size_t i)
{
	return &s->ring[(s->next + i) % s->n];
}

void
seam_last(struct seam *s, int64_t when)
{
	const int64_t	 millis = sane(when);

	if (!s->any)
		s->floor = millis - 1;		/* we were not asked for it */
	s->any = true;
	raise_to(&s->last, millis);
	if (!s->hashes)
		raise_to(&s->floor, millis);
}

bool
seam_is_plain(const struct seam *s)
{
	return !s->hashes && !s->gap && s->past == NULL;
}

/* Comparing. */

static int
by_hash(const void *one, const void *other)
{
	const struct seen	*a = one, *b = other;

	return (a->hash > b->hash) - (a->hash < b->hash);
}

void
seam_begin(struct seam *s, bool live)
{
	end_comparison(s);
	if (!s->any)
		return;
	s->past = xcalloc(s->n + 1, sizeof(*s->past));
	s->crossed = xcalloc(s->n + 1, sizeof(*s->crossed));
	if (s->n > 0)
		memcpy(s->past, s->ring, s->n * sizeof(*s->past));
	qsort(s->past, s->n, sizeof(*s->past), by_hash);
	s->npast = s->left = s->n;
	s->past_last = s->last;
	s->past_floor = live ? s->forgotten : s->floor;
	if (!live)
		raise_to(&s->past_floor, s->last - SEAM_SLACK_MS);
}

static bool
cross_out(struct seam *s, uint64_t hash)
{
	size_t	 low = 0, high = s->npast;

	while (low < high) {
		const size_t	 mid = low + (high - low) / 2;

		if (s->past[mid].hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	while (low < s->npast && s->past[low].hash == hash && s->crossed[low])
		low++;
	if (low == s->npast || s->past[low].hash != hash)
		return false;
	s->crossed[low] = true;
	s->left--;
	return true;
}

static bool
was_seen(struct seam *s, uint64_t hash, int64_t millis)
{
	if (s->past == NULL)
		return false;
	if (s->npast > 0 && s->left == 0) {	/* also if a clock stepped */
		end_comparison(s);
		return false;
	}
	if (cross_out(s, hash) || millis <= s->past_floor)
		return true;
	if (millis > s->past_last + SEAM_SLACK_MS)
		end_comparison(s);
	return false;
}

enum seam_is
seam_look(struct seam *s, struct slice record, int64_t millis)
{
	const uint64_t	 hash = hash_bytes(&same_for_all, record);
	const bool	 gap = s->gap;

	s->gap = false;
	if (was_seen(s, hash, sane(millis)))
		return SEAM_SEEN;
	seam_last(s, millis);
	if (s->hashes)
		add(s, hash, sane(millis));
	return gap ? SEAM_AFTER_GAP : SEAM_NEW;
}

bool
seam_time(const struct seam *s, int64_t *millis)
{
	*millis = s->last;
	return s->any;
}

/* Rows. */

/* How many of the oldest need not be told: a slack is enough. */
static size_t
not_told(const struct seam *s)
{
	size_t	 i = s->n > SEAM_ROWS_MAX ? s->n - SEAM_ROWS_MAX : 0;

	while (i < s->n && nth(s, i)->millis < s->last - SEAM_SLACK_MS)
		i++;
	return i;
}

void
seam_put(const struct seam *s, struct buf *b)
{
	const size_t	 from = not_told(s);
	int64_t		 floor = s->floor;

	for (size_t i = 0; i < from; i++)
		raise_to(&floor, nth(s, i)->millis);
	buf_u8(b, s->any);
	buf_u64(b, (uint64_t)s->last);
	buf_u64(b, (uint64_t)floor);
}

void
seam_save(const struct seam *s, struct rows *rows, uint32_t first)
{
	const size_t	 from = not_told(s);

	for (size_t i = from; i < s->n; i++) {
		struct buf	*b = rows_page(rows, first +
		    (uint32_t)((i - from) / ROWS_ITEMS));

		buf_u64(b, nth(s, i)->hash);
		buf_u64(b, (uint64_t)nth(s, i)->millis);
	}
}

bool
seam_take(struct seam *s, struct cursor *c)
{
	s->any = cursor_uint(c, 1) != 0;
	s->last = (int64_t)cursor_uint(c, 8);
	s->floor = (int64_t)cursor_uint(c, 8);
	s->gap = s->any;
	/* What is computed from them cannot overflow. */
	return c->err == 0 && (!s->any || (s->last > INT64_MIN / 2 &&
	    s->last < INT64_MAX / 2 && s->floor <= s->last));
}

bool
seam_page(struct seam *s, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };

	while (cursor_left(&c) > 0) {
		const uint64_t	 hash = cursor_uint(&c, 8);
		const int64_t	 millis = (int64_t)cursor_uint(&c, 8);

		if (c.err != 0 || s->n == SEAM_ROWS_MAX)
			return false;
		if (s->hashes)
			add(s, hash, millis);
	}
	return true;
}
