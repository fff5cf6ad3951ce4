/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_state_kept.c - records that were kept, saved and loaded.
 */
#include "section_case.h"

#include "engine/kept.h"

#define NSOURCES	3u

static struct engine *
fresh(void *arg)
{
	struct engine	*e = xcalloc(1, sizeof(*e));

	(void)arg;
	e->nsources = NSOURCES;
	return e;
}

static void
end(struct engine *e)
{
	ring_free(e->kept);
	free(e);
}

/* Keep a record of N bytes, of which only the header means anything. */
static uint64_t
keep(struct engine *e, struct slice bytes, uint64_t offset, uint32_t source)
{
	struct record	 r;

	assert_int_equal(record_head(&r, &(struct frame_record){
	    .bytes = bytes, .offset = offset,
	    .quality = (enum frame_quality)(offset % 3) }), 0);
	e->record = &r;
	e->source = source;
	e->is_kept = false;
	return kept_put(e);
}

static struct slice
record_of(uint8_t *p, size_t n, uint8_t filling)
{
	memset(p, filling, n);
	memset(p, 0, 18);
	p[0] = TOK_HEADER32;
	p[5] = 11;
	return (struct slice){ p, n };
}

/* Is the same there in both, of this length or, when it is 0, nothing? */
static void
agree(const struct engine *a, const struct engine *b, uint64_t at, size_t n)
{
	struct alert_step	 one = { .offset = at }, two = one;

	engine_kept(a, &one);
	engine_kept(b, &two);
	assert_int_equal(one.bytes.n, n);
	assert_true(one.offset == two.offset);
	assert_true(slice_eq(one.bytes, two.bytes));
}

static void
use(struct engine *e)
{
	uint8_t			 bytes[60];
	struct record		 r;
	struct alert_step	 s;
	uint32_t		 source;

	for (uint64_t at = 0; at < 1200; at += 4) {
		(void)kept_read(e, at, &r, &source);
		assert_true(source < NSOURCES);
		s = (struct alert_step){ .offset = at };
		engine_kept(e, &s);
	}
	(void)kept_read(e, UINT64_MAX, &r, &source);
	(void)keep(e, record_of(bytes, sizeof(bytes), 1), 1, 1);
}

static const struct section_case	sc = {
	{ &section_kept, NULL }, fresh, use, end, NULL
};

static void
records_stay_at_their_places(void **state)
{
	uint8_t		 bytes[200];
	struct engine	*a = fresh(NULL), *b;
	uint64_t	 at[100];

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		at[i] = keep(a, record_of(bytes, 20 + i, (uint8_t)i), i,
		    i % NSOURCES);
	b = section_copy(&sc, a);
	for (size_t i = 0; i < 100; i++) {
		struct record	 r;
		uint32_t	 source;

		agree(a, b, at[i], 20 + i);
		assert_true(kept_read(b, at[i], &r, &source));
		assert_int_equal(source, i % NSOURCES);
		assert_true(r.offset == i);
		assert_int_equal(r.quality, i % 3);
	}
	end(a);
	end(b);
}

static void
an_engine_that_kept_nothing_has_no_rows(void **state)
{
	struct engine	*a = fresh(NULL), *b;
	struct saved	 s = section_saved(&sc, a);

	(void)state;
	assert_int_equal(s.n, 0);
	b = section_copy(&sc, a);
	assert_null(b->kept);
	end(a);
	end(b);
}

/* Before the ring is full, and long after. */
static void
the_same_records_go_when_there_is_no_room(void **state)
{
	enum { ALL = 900 };
	static struct lot	 l;
	static uint64_t		 at[ALL];
	static size_t		 size[ALL];
	uint8_t			*bytes = xmalloc(FRAME_RECORD_MAX);
	struct engine		*a = fresh(NULL), *b = NULL;

	(void)state;
	lot_seed(&l, 6);
	for (size_t i = 0; i < ALL; i++) {
		size[i] = 18 + lot_below(&l, i % 10 == 0 ?
		    FRAME_RECORD_MAX - 18 : 200000);
		at[i] = keep(a, record_of(bytes, size[i], (uint8_t)i), i, 1);
		if (b != NULL)
			assert_true(keep(b, record_of(bytes, size[i],
			    (uint8_t)i), i, 1) == at[i]);
		if (i == 30 || i == 700) {
			if (b != NULL)
				end(b);
			b = section_copy(&sc, a);
		}
	}
	for (size_t i = 0; i < ALL; i++)
		agree(a, b, at[i], at[i] / KEPT_BLOCK + KEPT_BLOCKS >
		    at[ALL - 1] / KEPT_BLOCK ? size[i] : 0);
	free(bytes);
	end(a);
	end(b);
}

static void
another_record_changes_one_row(void **state)
{
	static uint8_t	 bytes[10000];
	struct engine	*e = fresh(NULL);
	struct saved	 was, is;

	(void)state;
	for (size_t i = 0; i < 500; i++)
		(void)keep(e, record_of(bytes, sizeof(bytes), 1), i, 0);
	was = section_saved(&sc, e);
	assert_true(was.n > 60);
	(void)keep(e, record_of(bytes, 50, 2), 1, 0);
	is = section_saved(&sc, e);
	assert_int_equal(rows_new(&was, &is), 1);
	saved_free(&was);
	saved_free(&is);
	end(e);
}

static void
a_place_within_a_record_is_no_place(void **state)
{
	uint8_t			 bytes[200];
	struct engine		*e = fresh(NULL);
	struct record		 r;
	const uint64_t		 at = keep(e, record_of(bytes, 200, 0xff), 1,
	    0);
	uint32_t		 source;

	(void)state;
	for (uint64_t i = 1; i < 300; i++)
		assert_false(kept_read(e, at + i, &r, &source));
	assert_true(kept_read(e, at, &r, &source));
	end(e);
}

static void
damage_is_refused_or_does_no_harm(void **state)
{
	uint8_t		 bytes[60];
	struct engine	*e = fresh(NULL);

	(void)state;
	for (uint32_t i = 0; i < 10; i++)
		(void)keep(e, record_of(bytes, 40 + i, (uint8_t)i), i,
		    i % NSOURCES);
	section_damage(&sc, e);
	end(e);
}

/* A second page, and a block of its own. */
static void
a_row_that_is_missing_between_others_is_refused(void **state)
{
	static uint8_t	 bytes[60000];
	struct engine	*a = fresh(NULL), *b;
	struct saved	 s;

	(void)state;
	for (size_t i = 0; i < 40; i++)
		(void)keep(a, record_of(bytes, sizeof(bytes), 1), i, 0);
	s = section_saved(&sc, a);
	for (size_t i = 0; i + 1 < s.n; i++) {
		const struct row	 gone = s.v[i];
		bool			 good;

		memmove(&s.v[i], &s.v[i + 1],
		    (s.n - i - 1) * sizeof(s.v[0]));
		s.n--;
		b = fresh(NULL);
		good = section_loaded(&sc, &s, b, NULL);
		/* The last of a block: then nothing was kept there. */
		assert_true(!good || gone.page / (KEPT_BLOCK >> 16) !=
		    s.v[i].page / (KEPT_BLOCK >> 16));
		end(b);
		memmove(&s.v[i + 1], &s.v[i], (s.n - i) * sizeof(s.v[0]));
		s.v[i] = gone;
		s.n++;
	}
	saved_free(&s);
	end(a);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(records_stay_at_their_places),
		cmocka_unit_test(an_engine_that_kept_nothing_has_no_rows),
		cmocka_unit_test(the_same_records_go_when_there_is_no_room),
		cmocka_unit_test(another_record_changes_one_row),
		cmocka_unit_test(a_place_within_a_record_is_no_place),
		cmocka_unit_test(damage_is_refused_or_does_no_harm),
		cmocka_unit_test(
		    a_row_that_is_missing_between_others_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
