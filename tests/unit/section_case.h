/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * section_case.h - some sections of an engine's state on their own, for the
 * tests of the stores behind them.
 */
#ifndef TESTS_SECTION_CASE_H
#define TESTS_SECTION_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/section.h"

#include "draw.h"
#include "state_case.h"

#define SECTIONS_MOST	2u

/* The sections of a store, and engines of which only that store is used. */
struct section_case {
	const struct section	*sections[SECTIONS_MOST];	/* or NULL */
	struct engine		*(*fresh)(void *arg);
	void			(*use)(struct engine *);
	void			(*end)(struct engine *);
	void			*arg;
};

static inline struct saved
section_saved(const struct section_case *sc, const struct engine *e)
{
	struct saved	 s = { 0 };
	struct rows	 rows = { .fn = saved_add, .arg = &s };

	for (size_t i = 0; i < SECTIONS_MOST && sc->sections[i] != NULL; i++) {
		rows_section(&rows, sc->sections[i]->number);
		sc->sections[i]->save(e, &rows);
	}
	assert_true(rows_end(&rows));
	return s;
}

/* False: it was refused. WHY may be NULL. */
static inline bool
section_loaded(const struct section_case *sc, const struct saved *s,
    struct engine *e, struct resuming *told)
{
	struct resuming	 r = { .e = e };
	bool		 good = true;
	size_t		 at = 0;

	for (size_t i = 0; good && i < SECTIONS_MOST &&
	    sc->sections[i] != NULL; i++) {
		const struct section	*one = sc->sections[i];

		for (; good && at < s->n &&
		    s->v[at].section == one->number; at++)
			good = one->row(&r, &s->v[at]);
		if (good && one->end != NULL)
			good = one->end(&r);
	}
	for (size_t i = 0; i < SECTIONS_MOST && sc->sections[i] != NULL; i++)
		resume_drop(&r, sc->sections[i]);
	assert_int_equal(good, r.why.n == 0);
	if (told != NULL)
		told->told = r.told;
	buf_fini(&r.why);
	return good;
}

/* A new engine where the other one stands; it would save the same rows. */
static inline struct engine *
section_copy(const struct section_case *sc, const struct engine *from)
{
	struct engine	*e = sc->fresh(sc->arg);
	struct saved	 was = section_saved(sc, from), is;

	assert_true(section_loaded(sc, &was, e, NULL));
	is = section_saved(sc, e);
	assert_int_equal(was.n, is.n);
	assert_int_equal(saved_differ(&was, &is), was.n);
	saved_free(&was);
	saved_free(&is);
	return e;
}

/* How many rows of B are not as in A. */
static inline size_t
rows_new(const struct saved *a, const struct saved *b)
{
	size_t	 n = 0;

	for (size_t i = 0; i < b->n; i++) {
		size_t	 k = 0;

		while (k < a->n && (a->v[k].section != b->v[i].section ||
		    a->v[k].page != b->v[i].page))
			k++;
		n += k == a->n || !slice_eq(a->v[k].bytes, b->v[i].bytes);
	}
	return n;
}

static inline void
load_damaged(const struct section_case *sc, const struct saved *s)
{
	struct engine	*e = sc->fresh(sc->arg);

	if (section_loaded(sc, s, e, NULL))
		sc->use(e);
	sc->end(e);
}

/* All lengths of a row; then it is missing. */
static inline void
cut_row(const struct section_case *sc, struct saved *s, size_t row)
{
	const struct row	 whole = s->v[row];

	for (size_t n = 1; n < whole.bytes.n; n++) {
		s->v[row].bytes = exact((struct slice){ whole.bytes.p, n });
		load_damaged(sc, s);
		exact_free(s->v[row].bytes);
	}
	memmove(&s->v[row], &s->v[row + 1],
	    (s->n - row - 1) * sizeof(*s->v));
	s->n--;
	load_damaged(sc, s);
	memmove(&s->v[row + 1], &s->v[row], (s->n - row) * sizeof(*s->v));
	s->n++;
	s->v[row] = whole;
}

/* Every byte of a row has every bit turned, and is 0, and is 255. */
static inline void
flip_row(const struct section_case *sc, struct saved *s, size_t row)
{
	uint8_t		*p = (uint8_t *)(uintptr_t)s->v[row].bytes.p;

	for (size_t i = 0; i < s->v[row].bytes.n; i++) {
		const uint8_t	 was = p[i];

		for (unsigned bit = 0; bit < 8; bit++) {
			p[i] = (uint8_t)(was ^ 1u << bit);
			load_damaged(sc, s);
		}
		p[i] = 0;
		load_damaged(sc, s);
		p[i] = 255;
		load_damaged(sc, s);
		p[i] = was;
	}
}

/* Whatever is done to the rows of an engine, it is refused or does no harm. */
static inline void
section_damage(const struct section_case *sc, const struct engine *e)
{
	struct saved	 s = section_saved(sc, e);

	assert_true(s.n > 0);
	for (size_t i = 0; i < s.n; i++) {
		const uint32_t	 page = s.v[i].page;

		flip_row(sc, &s, i);
		cut_row(sc, &s, i);
		s.v[i].page = page + 1;
		load_damaged(sc, &s);
		s.v[i].page = UINT32_MAX - page;
		load_damaged(sc, &s);
		s.v[i].page = page;
	}
	saved_free(&s);
}

#endif
