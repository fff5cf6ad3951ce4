/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "select/dates.h"

#define NOW 1634210459		/* 2021-10-14 11:20:59 UTC */

/* Central Europe: one hour ahead of UTC, in summer two. */
#define EUROPE "CET-1CEST,M3.5.0,M10.5.0/3"

static void
in_zone(const char *tz)
{
	assert_int_equal(setenv("TZ", tz, 1), 0);
	tzset();
}

static void
assert_time(const char *text, bool utc, int64_t want)
{
	const struct dates	 d = { NOW, utc };
	struct buf		 why = { 0 };
	int64_t			 when = 0;

	if (!dates_parse(&d, text, &when, &why))
		fail_msg("%s: %s", text, buf_cstr(&why));
	if (when != want)
		fail_msg("%s: %lld, not %lld", text, (long long)when,
		    (long long)want);
	buf_fini(&why);
}

static void
assert_wrong(const char *text, const char *want)
{
	const struct dates	 d = { NOW, true };
	struct buf		 why = { 0 };
	int64_t			 when;

	assert_false(dates_parse(&d, text, &when, &why));
	assert_string_equal(buf_cstr(&why), want);
	buf_fini(&why);
}

static void
digits_may_be_missing_from_the_right(void **state)
{
	(void)state;
	assert_time("20211014112059", true, NOW);
	assert_time("202110141120", true, NOW - 59);
	assert_time("2021101411", true, NOW - 59 - 20 * 60);
	assert_time("20211014", true, 1634169600);
	assert_time("19000101", true, -2208988800);
}

static void
times_of_rfc_3339_are_read(void **state)
{
	(void)state;
	assert_time("2021-10-14T11:20:59Z", false, NOW);
	assert_time("2021-10-14 11:20:59Z", false, NOW);
	assert_time("2021-10-14T11:20:59.999Z", true, NOW);
	assert_time("2021-10-14T13:20:59+02:00", false, NOW);
	assert_time("2021-10-14T06:50:59-0430", false, NOW);
	assert_time("2021-10-14T11:20:59", true, NOW);
	assert_time("2021-10-14T11:20", true, NOW - 59);
	assert_time("2021-10-14", true, 1634169600);
}

static void
now_and_the_days_around_it(void **state)
{
	(void)state;
	assert_time("now", true, NOW);
	assert_time("today", true, 1634169600);
	assert_time("yesterday", true, 1634169600 - 86400);
	assert_time("tomorrow", true, 1634169600 + 86400);
	assert_time("@1634210459", true, NOW);
}

static void
lengths_before_now(void **state)
{
	(void)state;
	assert_time("-2h", true, NOW - 7200);
	assert_time("-30min", true, NOW - 1800);
	assert_time("-90 seconds", true, NOW - 90);
	assert_time("2 hours ago", true, NOW - 7200);
	assert_time("1 week ago", true, NOW - 7 * 86400);
	assert_time("3d ago", true, NOW - 3 * 86400);
	assert_time("0s ago", true, NOW);
}

static void
local_time_has_its_summer_time(void **state)
{
	(void)state;
	in_zone(EUROPE);
	assert_time("20211014132059", false, NOW);	/* summer */
	assert_time("20211214122059", false, NOW + 61 * 86400);	/* winter */
	assert_time("today", false, 1634169600 - 7200);
	in_zone("UTC");
}

static void
what_makes_no_sense_is_said(void **state)
{
	(void)state;
	assert_wrong("20210230", "month 2 of 2021 has no day 30");
	assert_wrong("20211301", "there is no month 13");
	assert_wrong("2021101424", "there is no hour 24");
	assert_wrong("202110141160", "there is no minute 60");
	assert_wrong("20211014112060", "there is no second 60");
	assert_wrong("202110141", "9 digits, where 8, 10, 12 or 14 make a "
	    "date");
	assert_wrong("2021-13-01", "there is no month 13");
	assert_wrong("2h", "does not say whether it was ago: write -2h or "
	    "'2 hours ago'");
	assert_wrong("@9999999999999999999",
	    "more digits than seconds can have");
	assert_wrong("-99999999999999w",
	    "longer than anything that was audited");
}

static void
other_texts_have_no_known_form(void **state)
{
	static const char *const	 texts[] = {
		"", "garbage", "2021", "20211014x", "20211014112059x",
		"2021-10-14T", "2021-10-14T11", "2021-10-14T11:20:59X",
		"2021-10-14T11:20:59+2", "2021-10-14T11:20:59.Z", "Now",
		"-", "-h", "-2x", "-2h ago", "2 h before", "ago", "@", "@x",
		"2 months ago", "+2h",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_wrong(texts[i], "no such form is known");
}

static void
assert_day(const char *text, bool utc, int64_t first, int64_t last)
{
	const struct dates	 d = { NOW, utc };
	struct buf		 why = { 0 };
	int64_t			 a, b;

	assert_true(dates_day(&d, text, &a, &b, &why));
	assert_true(a == first);
	assert_true(b == last);
	buf_fini(&why);
}

static void
a_day_has_24_hours_but_for_two(void **state)
{
	(void)state;
	in_zone(EUROPE);
	assert_day("2021101410", true, 1634169600, 1634255999);
	assert_day("20211014", false, 1634162400, 1634248799);
	assert_day("20210328", false, 1616886000, 1616886000 + 23 * 3600 - 1);
	assert_day("20211031", false, 1635631200, 1635631200 + 25 * 3600 - 1);
	in_zone("UTC");
}

static void
the_last_day_of_all_has_no_end(void **state)
{
	const struct dates	 d = { NOW, true };
	struct buf		 why = { 0 };
	int64_t			 a, b;

	(void)state;
	assert_false(dates_day(&d, "99991231", &a, &b, &why));
	assert_string_equal(buf_cstr(&why),
	    "beyond the years that a date can have");
	buf_fini(&why);
}

static void
a_length_is_a_number_and_a_unit(void **state)
{
	struct buf	 why = { 0 };
	int64_t		 s;

	(void)state;
	assert_true(dates_length("2h", &s, &why) && s == 7200);
	assert_true(dates_length("1d", &s, &why) && s == 86400);
	assert_true(dates_length("10 minutes", &s, &why) && s == 600);
	assert_int_equal(why.n, 0);
	assert_false(dates_length("2", &s, &why));
	assert_false(dates_length("2h ago", &s, &why));
	assert_false(dates_length("h", &s, &why));
	assert_false(dates_length("", &s, &why));
	buf_fini(&why);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(digits_may_be_missing_from_the_right),
		cmocka_unit_test(times_of_rfc_3339_are_read),
		cmocka_unit_test(now_and_the_days_around_it),
		cmocka_unit_test(lengths_before_now),
		cmocka_unit_test(local_time_has_its_summer_time),
		cmocka_unit_test(what_makes_no_sense_is_said),
		cmocka_unit_test(other_texts_have_no_known_form),
		cmocka_unit_test(a_day_has_24_hours_but_for_two),
		cmocka_unit_test(the_last_day_of_all_has_no_end),
		cmocka_unit_test(a_length_is_a_number_and_a_unit),
	};

	in_zone("UTC");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
