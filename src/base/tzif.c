/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tzif.c - time zones: how far local time is from UTC at a given second.
 *
 * A zone file is a list of seconds at which the offset changes (RFC 8536,
 * section 3); of a file in two parts the second, with 64-bit times, is used.
 * The rule in the footer (3.3) goes on from the last of them. Leap seconds are
 * left aside, as audit records leave them aside.
 */
#include "base/tzif.h"

#include <string.h>

#include "base/civil.h"

#define HEADER		44u		/* bytes */
#define OFFSET_MAX	(26 * 3600)	/* seconds; 3.2 */
#define DAY_S		86400
#define HOURS_MAX	167		/* in a rule's time of day; 3.3.1 */

/* When in a year the rule changes. */
struct change {
	enum { BY_MONTH, BY_JULIAN, BY_DAY } how;
	int		 month, week, day;
	int64_t		 time;		/* local, from midnight; seconds */
};

struct rule {
	bool		 has_dst;
	int32_t		 std, dst;
	struct change	 start, end;	/* of DST */
};

struct tzif {
	const int64_t	*times;		/* ascending */
	const int32_t	*offsets;	/* from each of them on */
	size_t		 n;
	int32_t		 before;	/* before the first */
	bool		 has_rule;
	struct rule	 rule;
};

/* Reading. */

/* The counts of a header, in the order of the file. */
struct counts {
	uint32_t	 isut, isstd, leap, time, type, chars;
};

static uint64_t
big_endian(const uint8_t *p, size_t n)
{
	uint64_t	 v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static bool
read_counts(struct slice in, struct counts *c)
{
	uint32_t	*to[] = { &c->isut, &c->isstd, &c->leap, &c->time,
	    &c->type, &c->chars };

	if (in.n < HEADER || memcmp(in.p, "TZif", 4) != 0)
		return false;
	for (size_t i = 0; i < 6; i++)
		*to[i] = (uint32_t)big_endian(in.p + 20 + 4 * i, 4);
	return true;
}

/* Bytes of a part's data; WIDTH of its times. At most some 90 GiB. */
static uint64_t
part_size(const struct counts *c, unsigned width)
{
	return (uint64_t)c->time * (width + 1) + (uint64_t)c->type * 6 +
	    c->chars + (uint64_t)c->leap * (width + 4) + c->isstd + c->isut;
}

/* Times and types of a part that is known to fit. */
static bool
read_part(struct arena *a, const uint8_t *p, const struct counts *c,
    unsigned width, struct tzif *tz)
{
	const uint8_t	*types = p + (size_t)c->time * width;
	const uint8_t	*rows = types + c->time;
	int64_t		*times = arena_array(a, c->time, sizeof(*times));
	int32_t		*offsets = arena_array(a, c->time, sizeof(*offsets));

	for (size_t i = 0; i < c->type; i++) {
		const int32_t	 o = (int32_t)big_endian(rows + 6 * i, 4);

		if (o < -OFFSET_MAX || o > OFFSET_MAX)
			return false;
	}
	for (size_t i = 0; i < c->time; i++) {
		const uint64_t	 t = big_endian(p + i * width, width);

		times[i] = width == 8 ? (int64_t)t : (int32_t)(uint32_t)t;
		if ((i > 0 && times[i] <= times[i - 1]) ||
		    types[i] >= c->type)
			return false;
		offsets[i] = (int32_t)big_endian(rows + 6 * types[i], 4);
	}
	tz->times = times;
	tz->offsets = offsets;
	tz->n = c->time;
	tz->before = (int32_t)big_endian(rows, 4);
	return true;
}

/* Its rule. */

/* What is left of the rule's text. */
struct text {
	const uint8_t	*p, *end;
};

static bool
take(struct text *t, char c)
{
	if (t->p == t->end || *t->p != (uint8_t)c)
		return false;
	t->p++;
	return true;
}

/* A number of up to three digits, LOW to HIGH. */
static bool
take_number(struct text *t, int low, int high, int *v)
{
	const uint8_t	*start = t->p;

	*v = 0;
	while (t->p < t->end && t->p - start < 3 && *t->p >= '0' &&
	    *t->p <= '9')
		*v = 10 * *v + (*t->p++ - '0');
	return t->p > start && *v >= low && *v <= high;
}

/* std, dst: three letters or more, or anything in angle brackets */
static bool
take_name(struct text *t)
{
	const uint8_t	*start = t->p;

	if (take(t, '<')) {
		while (t->p < t->end && *t->p != '>')
			t->p++;
		return take(t, '>');
	}
	while (t->p < t->end && ((*t->p >= 'a' && *t->p <= 'z') ||
	    (*t->p >= 'A' && *t->p <= 'Z')))
		t->p++;
	return t->p - start >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool
take_time(struct text *t, int hours, int64_t *seconds)
{
	const bool	 minus = take(t, '-');
	int		 h, m = 0, s = 0;

	if (!minus)
		(void)take(t, '+');
	if (!take_number(t, 0, hours, &h) ||
	    (take(t, ':') && (!take_number(t, 0, 59, &m) ||
	    (take(t, ':') && !take_number(t, 0, 59, &s)))))
		return false;
	*seconds = (int64_t)h * 3600 + m * 60 + s;
	if (minus)
		*seconds = -*seconds;
	return true;
}

/* ,date[/time] */
static bool
take_change(struct text *t, struct change *c)
{
	bool	 good;

	*c = (struct change){ .time = 2 * 3600 };
	if (!take(t, ','))
		return false;
	if (take(t, 'M')) {
		c->how = BY_MONTH;
		good = take_number(t, 1, 12, &c->month) && take(t, '.') &&
		    take_number(t, 1, 5, &c->week) && take(t, '.') &&
		    take_number(t, 0, 6, &c->day);
	} else if (take(t, 'J')) {
		c->how = BY_JULIAN;
		good = take_number(t, 1, 365, &c->day);
	} else {
		c->how = BY_DAY;
		good = take_number(t, 0, 365, &c->day);
	}
	return good && (!take(t, '/') || take_time(t, HOURS_MAX, &c->time));
}

/* std offset [dst [offset] , start , end ] */
static bool
read_rule(struct slice in, struct rule *r)
{
	struct text	 t = { in.p, in.p + in.n };
	int64_t		 west;

	*r = (struct rule){ 0 };
	if (!take_name(&t) || !take_time(&t, 24, &west))
		return false;
	r->std = (int32_t)-west;
	if (t.p == t.end)
		return true;
	r->has_dst = true;
	r->dst = r->std + 3600;
	if (!take_name(&t))
		return false;
	if (t.p < t.end && *t.p != ',') {
		if (!take_time(&t, 24, &west))
			return false;
		r->dst = (int32_t)-west;
	}
	return take_change(&t, &r->start) && take_change(&t, &r->end) &&
	    t.p == t.end;
}

/* A line feed, the rule, a line feed. An empty rule says nothing. */
static bool
read_footer(struct slice in, struct tzif *tz)
{
	const uint8_t	*end;

	if (in.n < 2 || in.p[0] != '\n' ||
	    (end = memchr(in.p + 1, '\n', in.n - 1)) == NULL)
		return false;
	tz->has_rule = end > in.p + 1;
	return !tz->has_rule || read_rule((struct slice){ in.p + 1,
	    (size_t)(end - in.p) - 1 }, &tz->rule);
}

const struct tzif *
tzif_read(struct arena *a, struct slice in, const char **why)
{
	struct tzif	*tz = arena_alloc(a, sizeof(*tz));
	unsigned	 width = 4;
	struct counts	 c;
	bool		 more;

	*why = "not a time zone file";
	if (in.n > TZIF_MAX || !read_counts(in, &c))
		return NULL;
	*why = "the time zone file is damaged";
	more = in.p[4] >= '2';
	in = (struct slice){ in.p + HEADER, in.n - HEADER };
	if (more) {
		if (part_size(&c, 4) > in.n)
			return NULL;
		in.p += part_size(&c, 4);
		in.n -= part_size(&c, 4);
		width = 8;
		if (!read_counts(in, &c))
			return NULL;
		in = (struct slice){ in.p + HEADER, in.n - HEADER };
	}
	if (part_size(&c, width) > in.n || c.type == 0 ||
	    !read_part(a, in.p, &c, width, tz))
		return NULL;
	in.p += part_size(&c, width);
	in.n -= part_size(&c, width);
	return more && !read_footer(in, tz) ? NULL : tz;
}

/* Answering. */

static int64_t
first_of(int64_t year, int month)
{
	return civil_seconds(&(struct civil){ .year = (unsigned)year,
	    .month = (unsigned)month, .day = 1 });
}

/* Midnight of the day of the change, as if local time were UTC. */
static int64_t
day_of(const struct change *c, int64_t year)
{
	const int64_t	 january = first_of(year, 1);
	const bool	 leap = first_of(year, 3) - january == 60 * DAY_S;
	int64_t		 first, next, day;

	switch (c->how) {
	case BY_DAY:
		return january + (int64_t)c->day * DAY_S;
	case BY_JULIAN:
		return january + (int64_t)(c->day - 1 +
		    (leap && c->day >= 60)) * DAY_S;
	case BY_MONTH:
		break;
	}
	first = first_of(year, c->month);
	next = c->month == 12 ? first_of(year + 1, 1) :
	    first_of(year, c->month + 1);
	/* 1970 began on a Thursday. */
	day = (c->day - (first / DAY_S + 4) % 7 + 14) % 7 + 7 * (c->week - 1);
	while (first + day * DAY_S >= next)	/* week 5: the last one */
		day -= 7;
	return first + day * DAY_S;
}

/* Of all changes in the years around, the last before and the next after. */
static int32_t
offset_by_rule(const struct rule *r, int64_t at, struct tzif_span *span)
{
	struct civil	 c;
	int32_t		 offset = r->std;

	*span = (struct tzif_span){ INT64_MIN, INT64_MAX };
	if (!r->has_dst)
		return r->std;
	if (!civil_from(at, &c) || c.year < 3 || c.year > 9996) {
		*span = (struct tzif_span){ at, at };
		return r->std;
	}
	for (int64_t year = (int64_t)c.year - 2; year <= c.year + 2; year++) {
		const int64_t	 end = day_of(&r->end, year) + r->end.time -
		    r->dst;
		const int64_t	 start = day_of(&r->start, year) +
		    r->start.time - r->std;
		const int64_t	 times[2] = { end, start };

		/* At the same time, the start wins: DST all the year. */
		for (int i = 0; i < 2; i++) {
			if (times[i] <= at && times[i] >= span->from) {
				if (times[i] > span->from || i == 1)
					offset = i == 1 ? r->dst : r->std;
				span->from = times[i];
			} else if (times[i] > at && times[i] < span->until)
				span->until = times[i];
		}
	}
	return offset;
}

int32_t
tzif_offset(const struct tzif *tz, int64_t at, struct tzif_span *span)
{
	struct tzif_span	 unused;
	size_t			 from = 0, to = tz->n;
	int32_t			 offset;

	if (span == NULL)
		span = &unused;
	while (from < to) {		/* the first that is later */
		const size_t	 middle = from + (to - from) / 2;

		if (tz->times[middle] <= at)
			from = middle + 1;
		else
			to = middle;
	}
	if (from == tz->n && tz->has_rule) {
		offset = offset_by_rule(&tz->rule, at, span);
		if (tz->n > 0 && tz->times[tz->n - 1] > span->from)
			span->from = tz->times[tz->n - 1];
		return offset;
	}
	span->from = from == 0 ? INT64_MIN : tz->times[from - 1];
	span->until = from == tz->n ? INT64_MAX : tz->times[from];
	return from == 0 ? tz->before : tz->offsets[from - 1];
}
