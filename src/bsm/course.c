/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * course.c - which tokens follow each other in the records of an event.
 *
 * To find the tokens of a record one by one costs a wrong guess of the
 * processor wherever another token comes than the last time. To ask whether
 * they are those of the last time costs none: the same steps are made for all
 * records, whatever they are made of, and all answers are yes. Shorter courses
 * are filled up with strides of no size, which look at the id that comes next,
 * and with the last mark once more.
 *
 * A course is only a guess. Each id and the size of each token are checked
 * before anything is believed of them, and whenever something does not fit,
 * record_index() has the word.
 */
#include "bsm/course.h"

#define PAUSE	15u		/* see struct course */

/* Most tokens that a course can have, apart from strings. */
#define TOKENS	(COURSE_STRIDES + COURSE_MARKS)

static inline struct course *
course_of(struct courses *cs, const struct record *r, size_t end)
{
	/* Events of one origin are near each other, and apart from others. */
	const size_t	 at = (r->event ^ r->event >> 6) % COURSES;

	/* If the record ends with what was returned, this is the error. */
	return &cs->v[2 * at + (r->bytes.p[end - RETURN32_SIZE + 1] != 0)];
}

static inline bool
is_course_of(const struct course *c, const struct record *r)
{
	return c->key == r->event + 1u;
}

/* Following. */

/*
 * One token of uncertain size, which has to leave room for the marked ones: if
 * there never was any, LAST is before POS, perhaps below zero.
 */
static inline bool
make_stride(struct record *r, const struct course_stride *s, ptrdiff_t *pos,
    ptrdiff_t last)
{
	const uint8_t	*const p = r->bytes.p;
	const ptrdiff_t	 end = *pos + s->fixed;

	if (end > last || p[*pos] != s->id)
		return false;
	r->at[s->kind] = (uint32_t)*pos;
	*pos = end + (be16(p + end - 2) & (ptrdiff_t)s->mask);
	return true;
}

static inline bool
pass_mark(struct record *r, const struct course_mark *m, ptrdiff_t last)
{
	const ptrdiff_t	 pos = last + m->at;

	if (r->bytes.p[pos] != m->id)
		return false;
	r->at[m->kind] = (uint32_t)pos;
	return true;
}

/* From where strings have ended, if there are any. */
static inline bool __attribute__((always_inline))
follow(const struct course *c, struct record *r, size_t from, size_t end)
{
	const ptrdiff_t	 last = (ptrdiff_t)end - (ptrdiff_t)c->rest;
	ptrdiff_t	 pos = (ptrdiff_t)from;

	_Static_assert(COURSE_STRIDES == 3 && COURSE_MARKS == 3, "below");
	memset(r->at, 0, sizeof(r->at));
	if (!make_stride(r, &c->strides[0], &pos, last) ||
	    !make_stride(r, &c->strides[1], &pos, last) ||
	    !make_stride(r, &c->strides[2], &pos, last) || pos != last ||
	    !pass_mark(r, &c->marks[0], last) ||
	    !pass_mark(r, &c->marks[1], last) ||
	    !pass_mark(r, &c->marks[2], last))
		return false;
	r->indexed = true;
	r->error_at = 0;
	return true;
}

/* Learning. */

/* The tokens behind strings that come first; false when it is no course. */
static bool
take_tokens(struct course *c, const struct record *r, size_t end,
    uint32_t at[TOKENS + 1], size_t *n)
{
	const uint8_t	*const p = r->bytes.p;
	size_t		 pos = r->body, size;

	if (pos < end && p[pos] == TOK_EXEC_ARGS) {
		c->strings = true;
		pos += token_size_strings(p + pos, end - pos);
	}
	for (*n = 0; pos < end; pos += size) {
		if (*n == TOKENS || token_is_header(p[pos]) ||
		    token_sizings[p[pos]].how != TOKEN_HOP)
			return false;
		size = token_size(p + pos, end - pos);
		if (size == 0)
			return false;
		at[(*n)++] = (uint32_t)pos;
	}
	at[*n] = (uint32_t)end;
	return true;
}

/* How many of them come before those that are marked. */
static size_t
count_strides(const struct record *r, const uint32_t *at, size_t n)
{
	size_t	 nstrides = n > COURSE_MARKS ? n - COURSE_MARKS : 0;

	for (size_t i = nstrides; i < n; i++)
		if (token_sizings[r->bytes.p[at[i]]].mask != 0)
			nstrides = i + 1;
	return nstrides;
}

static bool
learn(struct course *c, const struct record *r, size_t end)
{
	const uint8_t	*const p = r->bytes.p;
	uint32_t	 at[TOKENS + 1];
	size_t		 n, nstrides;
	uint32_t	 rest;

	if (!take_tokens(c, r, end, at, &n))
		return false;
	nstrides = count_strides(r, at, n);
	if (nstrides == n || nstrides > COURSE_STRIDES ||
	    (rest = at[n] - at[nstrides]) > UINT8_MAX)
		return false;
	c->rest = rest;
	for (size_t i = 0; i < COURSE_STRIDES; i++) {
		const uint8_t			 id = p[at[i < nstrides ? i :
		    nstrides]];
		const struct token_sizing	*s = &token_sizings[id];

		c->strides[i] = (struct course_stride){ .id = id };
		if (i < nstrides)
			c->strides[i] = (struct course_stride){ id, s->fixed,
			    s->mask == 0 ? 0 : -1, record_kinds[id] };
	}
	for (size_t i = 0; i < COURSE_MARKS; i++) {
		const size_t	 k = nstrides + i < n ? nstrides + i : n - 1;
		const uint8_t	 id = p[at[k]];

		c->marks[i] = (struct course_mark){ id, record_kinds[id],
		    (uint8_t)(at[k] - at[nstrides]) };
	}
	return true;
}

/*
 * It goes another way, or is the first of its kind. To learn that costs more
 * than it brings where each record differs from the one before.
 */
static void __attribute__((noinline))
index_and_learn(struct course *c, struct record *r)
{
	struct course	 new = { .key = r->event + 1u, .pause = PAUSE };

	record_index(r);
	if (c->pause > 0)
		c->pause--;
	else if (learn(&new, r, record_end(r)))
		*c = new;
	else
		c->pause = PAUSE;
}

/* On its own, so that most records need no room on the stack. */
static void __attribute__((noinline))
index_strings(struct course *c, struct record *r)
{
	const size_t	 pos = r->body, end = record_end(r);
	size_t		 size = 0;

	if (pos < end && r->bytes.p[pos] == TOK_EXEC_ARGS)
		size = token_size_strings(r->bytes.p + pos, end - pos);
	if (size == 0 || !follow(c, r, pos + size, end))
		index_and_learn(c, r);
}

void
course_index(struct courses *cs, struct record *r)
{
	const size_t	 end = record_end(r);
	struct course	*c = course_of(cs, r, end);

	if (r->indexed)
		return;
	if (!is_course_of(c, r))
		index_and_learn(c, r);
	else if (c->strings)
		index_strings(c, r);
	else if (!follow(c, r, r->body, end))
		index_and_learn(c, r);
}
