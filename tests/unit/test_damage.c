/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "caught.h"
#include "run/damage.h"

static uint8_t	 zeros[100];

static struct frame_record
gap_at(uint64_t offset, size_t n, bool more)
{
	return (struct frame_record){ .kind = FRAME_GAP, .offset = offset,
		.bytes = { zeros, n }, .more = more };
}

static void
gap_is_told_with_its_place(void **state)
{
	struct damage		 d = { .trail = "a\nb" };
	struct frame_record	 f = gap_at(20480, 7, false);
	struct caught		 c;

	(void)state;
	catch_stderr(&c);
	assert_true(damage_gap(&d, &f, "no record header"));
	assert_string_equal(caught_text(&c), "bsmtrace: a\\nb:20480: 7 bytes "
	    "skipped: no record header\n");
}

static void
gap_in_pieces_is_one_gap(void **state)
{
	struct damage		 d = { .trail = "t" };
	struct frame_record	 one = gap_at(10, 100, true);
	struct frame_record	 two = gap_at(110, 100, true);
	struct frame_record	 last = gap_at(210, 5, false);
	struct caught		 c;

	(void)state;
	catch_stderr(&c);
	assert_false(damage_gap(&d, &one, "zeros"));
	assert_false(damage_gap(&d, &two, "zeros"));
	assert_true(damage_gap(&d, &last, "zeros"));
	assert_string_equal(caught_text(&c),
	    "bsmtrace: t:10: 205 bytes skipped: zeros\n");
	assert_int_equal(d.gaps, 1);
	assert_int_equal(d.skipped, 205);
}

static void
many_places_are_counted_instead(void **state)
{
	struct damage	 d = { .trail = "t" };
	struct caught	 c;
	const char	*said;
	unsigned	 lines = 0;

	(void)state;
	catch_stderr(&c);
	for (unsigned i = 0; i < 1000; i++) {
		struct frame_record	 f = gap_at(i, 1, false);

		(void)damage_gap(&d, &f, "x");
		damage_recovered(&d, &f);
	}
	damage_end(&d);
	said = caught_text(&c);
	for (const char *p = said; *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(lines, DAMAGE_SAID + 1);
	assert_non_null(strstr(said, "t: 1000 bytes skipped in 1000 places, "
	    "1000 records found after damage (1980 of these not shown)\n"));
}

static void
whole_trail_is_nothing_to_speak_of(void **state)
{
	struct damage	 d = { .trail = "t" };
	struct caught	 c;

	(void)state;
	catch_stderr(&c);
	damage_end(&d);
	assert_string_equal(caught_text(&c), "");
}

/* What an earlier process has said is told in the end, and not again. */
static void
another_process_goes_on_counting(void **state)
{
	struct damage		 d = { .trail = "t" }, other = { .trail = "t" };
	struct frame_record	 one = gap_at(10, 7, false);
	struct frame_record	 part = gap_at(20, 100, true);
	struct frame_record	 last = gap_at(120, 5, false);
	struct buf		 b = { 0 };
	struct cursor		 c = { 0 };
	struct caught		 said;

	(void)state;
	catch_stderr(&said);
	assert_true(damage_gap(&d, &one, "noise"));
	assert_false(damage_gap(&d, &part, "noise"));
	damage_put(&b, &d);
	(void)caught_text(&said);
	c.in = buf_bytes(&b);
	assert_true(damage_take(&c, &other));
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(other.gaps, 0);
	catch_stderr(&said);
	assert_true(damage_gap(&other, &last, "noise"));
	damage_end(&other);
	assert_string_equal(caught_text(&said),
	    "bsmtrace: t:20: 105 bytes skipped: noise\n"
	    "bsmtrace: t: 112 bytes skipped in 2 places, 0 records found "
	    "after damage\n");
	assert_int_equal(other.gaps, 1);
	assert_int_equal(other.skipped, 5);
	c = (struct cursor){ .in = { b.p, b.n - 1 } };
	assert_false(damage_take(&c, &other));
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gap_is_told_with_its_place),
		cmocka_unit_test(gap_in_pieces_is_one_gap),
		cmocka_unit_test(many_places_are_counted_instead),
		cmocka_unit_test(whole_trail_is_nothing_to_speak_of),
		cmocka_unit_test(another_process_goes_on_counting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
