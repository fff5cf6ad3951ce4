/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "bsm/trailname.h"

#define START 1634202622	/* 20211014091022 */
#define END   1634210459	/* 20211014112059 */

static bool
parse(const char *name, struct trailname *t)
{
	return trailname_parse(slice_str(name), t);
}

static void
all_forms_are_read(void **state)
{
	struct trailname	 t;

	(void)state;
	assert_true(parse("20211014091022.20211014112059", &t));
	assert_true(t.start == START && t.end == END);
	assert_int_equal(t.how, TRAIL_CLOSED);
	assert_int_equal(t.host.n, 0);
	assert_true(parse("20211014091022.not_terminated", &t));
	assert_int_equal(t.how, TRAIL_NOT_TERMINATED);
	assert_true(t.end == INT64_MAX);
	assert_true(parse("20211014091022.crash_recovery", &t));
	assert_int_equal(t.how, TRAIL_CRASHED);
	assert_true(parse("20211014091022.20211014112059.www1.example.org",
	    &t));
	assert_true(slice_is(t.host, "www1.example.org"));
	assert_true(parse("20211014091022.not_terminated.20211014112059", &t));
	assert_true(slice_is(t.host, "20211014112059"));
}

static void
other_names_are_not(void **state)
{
	static const char *const	 names[] = {
		"", "current", "20211014091022", "20211014091022.",
		"20211014091022.2021101411205", "20211014091022.terminated",
		"20211014091022.not_terminatedx",
		"20211014091022.not_terminated.",
		"20211014091022_20211014112059",
		"20211014091022.20211014112059www",
		"20211314091022.20211014112059", "x0211014091022.not_terminated",
		"20210229000000.not_terminated",
		"20211014091022.20211014250000", "20211014091060.not_terminated",
	};
	struct trailname		 t;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_false(parse(names[i], &t));
}

static void
no_prefix_is_read_beyond_its_end(void **state)
{
	const char	 whole[] = "20211014091022.not_terminated.h";

	(void)state;
	for (size_t n = 0; n < sizeof(whole); n++) {
		uint8_t			*copy = xmemdup(whole, n);
		struct trailname	 t;
		const bool		 good = trailname_parse(
		    (struct slice){ copy, n }, &t);

		assert_int_equal(good, n == 29 || n >= 31);
		free(copy);
	}
}

static void
assert_before(const char *a, const char *b)
{
	struct trailname	 x, y;

	assert_true(parse(a, &x));
	assert_true(parse(b, &y));
	assert_true(trailname_cmp(&x, &y) < 0);
	assert_true(trailname_cmp(&y, &x) > 0);
	assert_int_equal(trailname_cmp(&x, &x), 0);
}

static void
trails_stand_in_the_order_of_their_start(void **state)
{
	(void)state;
	assert_before("20211014091022.not_terminated.z",
	    "20211014091023.20211014091024.a");
	assert_before("20211014091022.20211014091023.z",
	    "20211014091022.20211014091024.a");
	assert_before("20211014091022.20211014091023",
	    "20211014091022.not_terminated");
	assert_before("20211014091022.20211014091023.a",
	    "20211014091022.20211014091023.b");
	assert_before("20211014091022.20211014091023.a",
	    "20211014091022.20211014091023.ab");
	assert_before("20211014091022.20211014091023",
	    "20211014091022.20211014091023.a");
}

static void
a_trail_outside_the_period_is_told_by_its_name(void **state)
{
	struct trailname	 t;

	(void)state;
	assert_true(parse("20211014091022.20211014112059", &t));
	assert_true(trailname_overlaps(&t, START, END));
	assert_true(trailname_overlaps(&t, END, INT64_MAX));
	assert_true(trailname_overlaps(&t, INT64_MIN, START));
	assert_false(trailname_overlaps(&t, END + TRAILNAME_SLACK_S + 1,
	    INT64_MAX));
	assert_true(trailname_overlaps(&t, END + TRAILNAME_SLACK_S,
	    INT64_MAX));
	assert_false(trailname_overlaps(&t, INT64_MIN,
	    START - TRAILNAME_SLACK_S - 1));
	assert_true(trailname_overlaps(&t, INT64_MIN,
	    START - TRAILNAME_SLACK_S));
}

static void
a_trail_without_end_reaches_into_every_later_period(void **state)
{
	struct trailname	 t;

	(void)state;
	assert_true(parse("20211014091022.not_terminated", &t));
	assert_true(trailname_overlaps(&t, INT64_MAX, INT64_MAX));
	assert_false(trailname_overlaps(&t, INT64_MIN, 0));
}

static void
assert_put(int64_t start, int64_t end, const char *host, const char *want)
{
	struct buf	 b = { 0 };

	trailname_put(&b, start, end, slice_str(host));
	assert_string_equal(buf_cstr(&b), want);
	buf_fini(&b);
}

static void
a_name_is_written_in_utc(void **state)
{
	(void)state;
	assert_put(START, END, "www1", "20211014091022.20211014112059.www1");
	assert_put(START, END, "", "20211014091022.20211014112059");
	assert_put(0, 0, "x", "19700101000000.19700101000000.x");
}

static void
times_that_no_year_has_are_put_at_the_edge(void **state)
{
	(void)state;
	assert_put(INT64_MIN, INT64_MAX, "x",
	    "00000101000000.99991231235959.x");
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(all_forms_are_read),
		cmocka_unit_test(other_names_are_not),
		cmocka_unit_test(no_prefix_is_read_beyond_its_end),
		cmocka_unit_test(trails_stand_in_the_order_of_their_start),
		cmocka_unit_test(
		    a_trail_outside_the_period_is_told_by_its_name),
		cmocka_unit_test(
		    a_trail_without_end_reaches_into_every_later_period),
		cmocka_unit_test(a_name_is_written_in_utc),
		cmocka_unit_test(times_that_no_year_has_are_put_at_the_edge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
