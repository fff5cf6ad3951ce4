/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trailname.c - start.end.host, the names of trail files.
 */
#include "bsm/trailname.h"

#include "base/civil.h"

#define STAMP_N		14	/* YYYYMMDDhhmmss */
#define WORD_N		14	/* not_terminated, crash_recovery */

static unsigned
digits(const uint8_t *p, size_t n)
{
	unsigned	 v = 0;

	for (size_t i = 0; i < n; i++)
		v = v * 10 + (unsigned)(p[i] - '0');
	return v;
}

/* Take a stamp from the front. */
static bool
take_stamp(struct slice *s, int64_t *seconds)
{
	struct civil	 c;

	if (s->n < STAMP_N)
		return false;
	for (size_t i = 0; i < STAMP_N; i++)
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
	c = (struct civil){ digits(s->p, 4), digits(s->p + 4, 2),
	    digits(s->p + 6, 2), digits(s->p + 8, 2), digits(s->p + 10, 2),
	    digits(s->p + 12, 2) };
	if (!civil_valid(&c))
		return false;
	*seconds = civil_seconds(&c);
	*s = (struct slice){ s->p + STAMP_N, s->n - STAMP_N };
	return true;
}

static bool
take_word(struct slice *s, const char *word)
{
	if (!slice_has_prefix(*s, slice_str(word)))
		return false;
	*s = (struct slice){ s->p + WORD_N, s->n - WORD_N };
	return true;
}

static bool
take_dot(struct slice *s)
{
	if (s->n == 0 || s->p[0] != '.')
		return false;
	*s = (struct slice){ s->p + 1, s->n - 1 };
	return true;
}

bool
trailname_parse(struct slice name, struct trailname *t)
{
	struct slice	 rest = name;

	*t = (struct trailname){ .end = INT64_MAX };
	if (!take_stamp(&rest, &t->start) || !take_dot(&rest))
		return false;
	if (take_word(&rest, "not_terminated"))
		t->how = TRAIL_NOT_TERMINATED;
	else if (take_word(&rest, "crash_recovery"))
		t->how = TRAIL_CRASHED;
	else if (!take_stamp(&rest, &t->end))
		return false;
	if (rest.n == 0)
		return true;
	if (!take_dot(&rest) || rest.n == 0)
		return false;
	t->host = rest;
	return true;
}

int
trailname_cmp(const struct trailname *a, const struct trailname *b)
{
	const size_t	 n = a->host.n < b->host.n ? a->host.n : b->host.n;
	int		 cmp;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->end != b->end)
		return a->end < b->end ? -1 : 1;
	if (n > 0 && (cmp = memcmp(a->host.p, b->host.p, n)) != 0)
		return cmp;
	return (a->host.n > b->host.n) - (a->host.n < b->host.n);
}

/* T and some seconds, or as far as numbers go. */
static int64_t
and_slack(int64_t t)
{
	return t > INT64_MAX - TRAILNAME_SLACK_S ? INT64_MAX :
	    t + TRAILNAME_SLACK_S;
}

bool
trailname_overlaps(const struct trailname *t, int64_t from, int64_t until)
{
	return and_slack(t->end) >= from && t->start <= and_slack(until);
}

static void
put_stamp(struct buf *out, int64_t seconds)
{
	struct civil	 c;

	if (!civil_from(seconds, &c))		/* no year that fits */
		c = seconds < 0 ? (struct civil){ 0, 1, 1, 0, 0, 0 } :
		    (struct civil){ 9999, 12, 31, 23, 59, 59 };
	buf_zdec(out, c.year, 4);
	buf_zdec(out, c.month, 2);
	buf_zdec(out, c.day, 2);
	buf_zdec(out, c.hour, 2);
	buf_zdec(out, c.minute, 2);
	buf_zdec(out, c.second, 2);
}

void
trailname_put(struct buf *out, int64_t start, int64_t end, struct slice host)
{
	put_stamp(out, start);
	buf_char(out, '.');
	put_stamp(out, end);
	if (host.n == 0)
		return;
	buf_char(out, '.');
	buf_slice(out, host);
}
