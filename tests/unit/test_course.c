/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_course.c - what is found along a course is what the index finds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bsm/course.h"

#include "draw.h"

/* Both ways to the same, of these bytes alone on the heap. */
static void
assert_same(struct courses *cs, struct slice bytes,
    enum frame_quality quality)
{
	const struct slice	 alone = exact(bytes);
	struct record		 along, plain;

	if (record_head(&along, &(struct frame_record){ .bytes = alone,
	    .quality = quality }) == 0) {
		plain = along;
		record_index(&plain);
		course_index(cs, &along);
		assert_true(along.indexed);
		assert_int_equal(along.error, plain.error);
		assert_int_equal(along.error_at, plain.error_at);
		assert_int_equal(along.event, plain.event);
		assert_true(along.seconds == plain.seconds);
		assert_memory_equal(along.at + 1, plain.at + 1,
		    sizeof(along.at) - sizeof(along.at[0]));
	}
	exact_free(alone);
}

/* A record of one event, of these tokens with members by lot. */
static void
put_record(struct lot *l, struct buf *b, const uint8_t *ids, size_t n)
{
	struct token	 t = { .layout = layout_find(TOK_HEADER32) };

	l->used = 0;
	b->n = 0;
	t.header.version = 11;
	t.header.event = 72;
	assert_int_equal(build_token(b, &t), 0);
	for (size_t i = 0; i < n; i++) {
		lot_token(l, layout_find(ids[i]), &t);
		if (ids[i] == TOK_RETURN32)
			t.ret.error = 0;
		assert_int_equal(build_token(b, &t), 0);
	}
	build_finish(b, 0);
}

static void
records_of_usual_makes_go_along_a_course(void **state)
{
	static const struct {
		size_t	 n;
		uint8_t	 ids[6];
	} makes[] = {
		{ 6, { TOK_ARGUMENT32, TOK_PATH, TOK_PATH, TOK_ATTR32,
		    TOK_SUBJECT32, TOK_RETURN32 } },
		{ 5, { TOK_EXEC_ARGS, TOK_PATH, TOK_ATTR32, TOK_SUBJECT32,
		    TOK_RETURN32 } },
		{ 4, { TOK_ARGUMENT32, TOK_ATTR32, TOK_SUBJECT32,
		    TOK_RETURN32 } },
		{ 3, { TOK_TEXT, TOK_SUBJECT32, TOK_RETURN32 } },
		{ 2, { TOK_SUBJECT32, TOK_RETURN32 } },
		{ 1, { TOK_RETURN32 } },
		{ 6, { TOK_PATH, TOK_ATTR32, TOK_SUBJECT32, TOK_ATTR32,
		    TOK_SUBJECT32, TOK_RETURN32 } },
		{ 5, { TOK_SUBJECT32, TOK_ZONENAME, TOK_RETURN32,
		    TOK_RETURN32, TOK_RETURN32 } },
	};
	struct lot	*l = calloc(1, sizeof(*l));
	struct courses	*cs = calloc(1, sizeof(*cs));
	struct courses	*first = calloc(1, sizeof(*first));
	struct buf	 b = { 0 };

	(void)state;
	assert_non_null(l);
	lot_seed(l, 1);
	for (size_t i = 0; i < sizeof(makes) / sizeof(makes[0]); i++) {
		memset(cs, 0, sizeof(*cs));
		put_record(l, &b, makes[i].ids, makes[i].n);
		assert_same(cs, buf_bytes(&b), FRAME_STRONG);
		memcpy(first, cs, sizeof(*first));
		for (unsigned k = 0; k < 100; k++) {
			put_record(l, &b, makes[i].ids, makes[i].n);
			assert_same(cs, buf_bytes(&b), FRAME_STRONG);
		}
		/* Whoever leaves a course leaves a trace in it. */
		assert_memory_equal(cs, first, sizeof(*cs));
		put_record(l, &b, makes[(i + 1) % 8].ids, makes[(i + 1) % 8].n);
		assert_same(cs, buf_bytes(&b), FRAME_STRONG);
		assert_memory_not_equal(cs, first, sizeof(*cs));
	}
	buf_fini(&b);
	free(first);
	free(cs);
	free(l);
}

static void
a_new_way_becomes_the_course_by_and_by(void **state)
{
	static const uint8_t	 old[] = { TOK_PATH, TOK_RETURN32 };
	static const uint8_t	 new[] = { TOK_SUBJECT32, TOK_RETURN32 };
	struct lot		*l = calloc(1, sizeof(*l));
	struct courses		*cs = calloc(1, sizeof(*cs));
	struct courses		*before = calloc(1, sizeof(*before));
	struct buf		 b = { 0 };
	unsigned		 n = 0;

	(void)state;
	assert_non_null(l);
	lot_seed(l, 2);
	put_record(l, &b, old, 2);
	assert_same(cs, buf_bytes(&b), FRAME_STRONG);
	put_record(l, &b, new, 2);
	do {
		memcpy(before, cs, sizeof(*before));
		assert_same(cs, buf_bytes(&b), FRAME_STRONG);
	} while (memcmp(before, cs, sizeof(*before)) != 0 && ++n < 100);
	assert_in_range(n, 2, 50);
	buf_fini(&b);
	free(before);
	free(cs);
	free(l);
}

/* Bytes behind the header are changed, and how long it all is. */
static void
mutilate(struct lot *l, struct buf *b)
{
	const uint32_t	 last = (uint32_t)b->n - TRAILER_SIZE;

	for (uint32_t k = lot_below(l, 3); k > 0 && last > HEADER_MIN; k--) {
		const uint32_t	 at = HEADER_MIN + lot_below(l, last -
		    HEADER_MIN);

		b->p[at] = (uint8_t)(lot_below(l, 2) ? lot_u64(l) :
		    b->p[at] + lot_below(l, 5) - 2);
	}
	if (lot_below(l, 4) == 0) {
		b->n -= TRAILER_SIZE + lot_below(l, last -
		    HEADER_MIN + 1);
		build_finish(b, 0);
	}
}

static void
what_is_found_along_a_course_is_what_the_index_finds(void **state)
{
	static const uint8_t	 usual[] = { TOK_PATH, TOK_ATTR32,
	    TOK_SUBJECT32, TOK_RETURN32, TOK_ARGUMENT32, TOK_EXEC_ARGS,
	    TOK_ZONENAME, TOK_TEXT, TOK_SUBJECT32_EX, TOK_HEADER32,
	    TOK_RETURN64, TOK_ATTR64 };
	struct lot		*l = calloc(1, sizeof(*l));
	struct courses		*cs = calloc(1, sizeof(*cs));
	struct buf		 b = { 0 };
	const unsigned		 runs = lot_runs(3000);

	(void)state;
	assert_non_null(l);
	for (uint64_t seed = 1; seed <= runs; seed++) {
		uint8_t		 ids[8];
		const size_t	 n = seed % 9;

		lot_seed(l, seed);
		for (size_t i = 0; i < n; i++)
			ids[i] = usual[lot_below(l, i == 0 ? 6 :
			    seed % 4 == 0 ? sizeof(usual) : 5)];
		memset(cs, 0, sizeof(*cs));
		for (unsigned k = 0; k < 20; k++) {
			put_record(l, &b, ids, n);
			assert_same(cs, buf_bytes(&b), FRAME_STRONG);
			mutilate(l, &b);
			assert_same(cs, buf_bytes(&b), FRAME_STRONG);
			b.n -= lot_below(l, TRAILER_SIZE + 1);
			assert_same(cs, buf_bytes(&b), FRAME_WEAK);
			assert_same(cs, buf_bytes(&b), FRAME_RECOVERED);
		}
	}
	buf_fini(&b);
	free(cs);
	free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_usual_makes_go_along_a_course),
		cmocka_unit_test(a_new_way_becomes_the_course_by_and_by),
		cmocka_unit_test(
		    what_is_found_along_a_course_is_what_the_index_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
