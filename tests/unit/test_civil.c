/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/civil.h"

static void
known_dates(void **state)
{
	const struct {
		struct civil	 c;
		int64_t		 seconds;
	} dates[] = {
		{ { 1970, 1, 1, 0, 0, 0 }, 0 },
		{ { 1969, 12, 31, 23, 59, 59 }, -1 },
		{ { 2000, 2, 29, 12, 0, 0 }, 951825600 },
		{ { 2021, 10, 14, 11, 20, 59 }, 1634210459 },
		{ { 2038, 1, 19, 3, 14, 8 }, INT64_C(1) << 31 },
		{ { 0, 1, 1, 0, 0, 0 }, -62167219200 },
		{ { 9999, 12, 31, 23, 59, 59 }, 253402300799 },
	};
	struct civil	 c;

	(void)state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		assert_true(civil_valid(&dates[i].c));
		assert_true(civil_seconds(&dates[i].c) == dates[i].seconds);
		assert_true(civil_from(dates[i].seconds, &c));
		assert_memory_equal(&c, &dates[i].c, sizeof(c));
	}
}

static void
fields_out_of_range_are_invalid(void **state)
{
	const struct civil	 bad[] = {
		{ 2021, 0, 1, 0, 0, 0 }, { 2021, 13, 1, 0, 0, 0 },
		{ 2021, 1, 0, 0, 0, 0 }, { 2021, 4, 31, 0, 0, 0 },
		{ 2021, 2, 29, 0, 0, 0 }, { 1900, 2, 29, 0, 0, 0 },
		{ 2021, 1, 1, 24, 0, 0 }, { 2021, 1, 1, 0, 60, 0 },
		{ 2021, 1, 1, 0, 0, 60 }, { 10000, 1, 1, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(civil_valid(&bad[i]));
}

static void
every_day_of_400_years_there_and_back(void **state)
{
	struct civil	 c, before = { 1799, 12, 31, 0, 0, 0 };

	(void)state;
	for (int64_t day = -62091; day < -62091 + 146097; day++) {
		assert_true(civil_from(day * 86400 + 86399, &c));
		assert_true(civil_valid(&c));
		assert_true(civil_seconds(&c) == day * 86400 + 86399);
		assert_true(c.day == before.day + 1 || c.day == 1);
		assert_true(c.month == before.month || c.day == 1);
		before = c;
	}
	assert_int_equal(c.year, 2199);
}

static void
years_without_four_digits_are_refused(void **state)
{
	struct civil	 c;

	(void)state;
	assert_false(civil_from(-62167219201, &c));
	assert_false(civil_from(253402300800, &c));
	assert_false(civil_from(INT64_MIN, &c));
	assert_false(civil_from(INT64_MAX, &c));
}

static bool
parses(const char *text, char between, int64_t seconds)
{
	const size_t	 n = strlen(text);
	uint8_t		*copy = malloc(n == 0 ? 1 : n);
	struct civil	 c;
	bool		 good;

	assert_non_null(copy);
	memcpy(copy, text, n);
	good = civil_parse((struct slice){ copy, n }, between, &c) &&
	    civil_seconds(&c) == seconds;
	free(copy);
	return good;
}

static void
a_time_is_read_to_the_last_digit(void **state)
{
	static const char *const	 bad[] = {
		"", "2026-01-31", "2026-01-31 23:59", "2026-01-31 23:59:0",
		"2026-01-31 23:59:000", "2026-1-31 23:59:000",
		"2026-01-31T23:59:00", "2026-01-31 23:59:60",
		"2026-02-29 00:00:00", "2026-13-01 00:00:00",
		"2026-01-31 23:59:0x", " 026-01-31 23:59:00",
		"+026-01-31 23:59:00", "2026/01/31 23:59:00",
		"2026-01-31 23-59-00"
	};
	struct civil			 c;

	(void)state;
	assert_true(parses("2026-01-31 23:59:00", ' ', 1769903940));
	assert_true(parses("2021-10-14T11:20:59", 'T', 1634210459));
	assert_true(parses("0000-01-01 00:00:00", ' ', -62167219200));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(civil_parse(slice_str(bad[i]), ' ', &c));
	assert_false(civil_parse((struct slice){ NULL, 0 }, ' ', &c));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(known_dates),
		cmocka_unit_test(fields_out_of_range_are_invalid),
		cmocka_unit_test(a_time_is_read_to_the_last_digit),
		cmocka_unit_test(every_day_of_400_years_there_and_back),
		cmocka_unit_test(years_without_four_digits_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
