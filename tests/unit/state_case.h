/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state_case.h - the rows of an engine, kept in memory, for the tests of state.
 *
 * Each row is kept in a block of its exact length.
 */
#ifndef TESTS_STATE_CASE_H
#define TESTS_STATE_CASE_H

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/state.h"

struct saved {
	struct row	*v;
	size_t		 n, cap;
};

static inline bool
saved_add(void *arg, const struct row *row)
{
	struct saved	*s = arg;

	assert_true(row->bytes.n > 0 && row->bytes.n <= ROWS_ROW_MAX);
	assert_true(s->n == 0 || s->v[s->n - 1].section < row->section ||
	    (s->v[s->n - 1].section == row->section &&
	    s->v[s->n - 1].page < row->page));
	s->v = mem_grow(s->v, &s->cap, s->n + 1, sizeof(*s->v));
	s->v[s->n] = *row;
	s->v[s->n++].bytes.p = xmemdup(row->bytes.p, row->bytes.n);
	return true;
}

static inline struct saved
saved_of(const struct engine *e)
{
	struct saved	 s = { 0 };

	assert_true(engine_save(e, saved_add, &s));
	return s;
}

static inline void
saved_free(struct saved *s)
{
	for (size_t i = 0; i < s->n; i++)
		free((void *)(uintptr_t)s->v[i].bytes.p);
	free(s->v);
	*s = (struct saved){ 0 };
}

/* Make the engine of these; WHY, if it is not NULL, is what was wrong. */
static inline bool
saved_load(const struct saved *s, struct engine *e, struct state_loaded *told,
    struct buf *why)
{
	struct state_loading	*l = state_loading_new(e);
	bool			 good = true;

	for (size_t i = 0; good && i < s->n; i++)
		good = state_loading_row(l, &s->v[i]);
	good = good && state_loading_end(l, told);
	if (!good && why != NULL) {
		buf_clear(why);
		buf_str(why, state_loading_why(l));
	}
	state_loading_free(l);
	return good;
}

/* The first row in which they differ; the number of rows when in none. */
static inline size_t
saved_differ(const struct saved *a, const struct saved *b)
{
	size_t	 i = 0;

	while (i < a->n && i < b->n && a->v[i].section == b->v[i].section &&
	    a->v[i].page == b->v[i].page &&
	    slice_eq(a->v[i].bytes, b->v[i].bytes))
		i++;
	return i;
}

/*
 * Make a new engine go on where the other one stands, which is freed. What it
 * would save is what the other one has. Says why not, and ends the test.
 */
static inline struct engine *
saved_move(struct engine *from, struct engine *to)
{
	struct saved		 was = saved_of(from), is;
	struct state_loaded	 told;
	struct buf		 why = { 0 };
	size_t			 at;

	if (!saved_load(&was, to, &told, &why))
		fail_msg("%s", buf_cstr(&why));
	is = saved_of(to);
	at = saved_differ(&was, &is);
	if (at < was.n || at < is.n)
		fail_msg("section %u page %u is not as it was",
		    (at < was.n ? was : is).v[at].section,
		    (at < was.n ? was : is).v[at].page);
	saved_free(&was);
	saved_free(&is);
	engine_free(from);
	return to;
}

/* The same with other rules: what it would save may differ. */
static inline struct engine *
saved_reload(struct engine *from, struct engine *to)
{
	struct saved		 s = saved_of(from);
	struct state_loaded	 told;
	struct buf		 why = { 0 };

	if (!saved_load(&s, to, &told, &why))
		fail_msg("%s", buf_cstr(&why));
	saved_free(&s);
	engine_free(from);
	return to;
}

#endif
