/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_jsonvalue.c - single JSON values: where a number, a time, an address or
 * a string ends to be one.
 */
#include <stdio.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "make/jsonvalue.h"

static struct jsonvalue	v;

static int
begin(void **state)
{
	(void)state;
	v = (struct jsonvalue){ .arena = arena_new() };
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(v.arena);
	buf_fini(&v.list);
	buf_fini(&v.problem);
	return 0;
}

static json_t *
parse(const char *text)
{
	json_t	*j = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	assert_non_null(j);
	buf_clear(&v.problem);
	return j;
}

static void
assert_number(const char *text, uint64_t max, bool good, uint64_t expected)
{
	json_t		*j = parse(text);
	uint64_t	 n = 0;

	assert_int_equal(jsonvalue_number(&v, j, max, &n), good);
	if (good)
		assert_int_equal(n, expected);
	else
		assert_true(v.problem.n > 0);
	json_decref(j);
}

static void
numbers_are_digits_or_strings_of_digits(void **state)
{
	(void)state;
	assert_number("0", 255, true, 0);
	assert_number("255", 255, true, 255);
	assert_number("256", 255, false, 0);
	assert_number("-1", UINT64_MAX, false, 0);
	assert_number("1.0", UINT64_MAX, false, 0);
	assert_number("true", UINT64_MAX, false, 0);
	assert_number("\"007\"", UINT64_MAX, true, 7);
	assert_number("\"18446744073709551615\"", UINT64_MAX, true,
	    UINT64_MAX);
	assert_number("\"18446744073709551616\"", UINT64_MAX, false, 0);
	assert_number("\"99999999999999999999\"", UINT64_MAX, false, 0);
	assert_number("\"\"", UINT64_MAX, false, 0);
	assert_number("\"+1\"", UINT64_MAX, false, 0);
	assert_number("\"1\\u0000\"", UINT64_MAX, false, 0);
}

static void
assert_string(const char *text, bool inner, const char *bytes, size_t n)
{
	json_t		*j = parse(text);
	struct slice	 s = { NULL, 0 };
	const bool	 good = jsonvalue_string(&v, j, inner, &s);

	assert_int_equal(good, bytes != NULL);
	if (good) {
		assert_int_equal(s.n, n);
		assert_memory_equal(s.p, bytes, n);
	}
	json_decref(j);
}

static void
strings_get_their_nul(void **state)
{
	(void)state;
	assert_string("\"ab\"", true, "ab", 3);
	assert_string("{\"hex\":\"6100\"}", true, "a\0", 3);
	assert_string("{\"hex\":\"61\",\"nul\":false}", true, "a", 1);
	assert_string("{\"hex\":\"\",\"nul\":true}", true, "", 1);
	assert_string("\"a\\u0000b\"", true, "a\0b", 4);
	assert_string("\"a\\u0000b\"", false, NULL, 0);
	assert_string("{\"hex\":\"6100\"}", false, NULL, 0);
	assert_string("{\"hex\":\"6\"}", true, NULL, 0);
	assert_string("{\"hex\":\"6g\"}", true, NULL, 0);
	assert_string("{\"hex\":\"61\",\"nul\":0}", true, NULL, 0);
	assert_string("{\"hex\":\"61\",\"x\":0}", true, NULL, 0);
	assert_string("{\"nul\":true}", true, NULL, 0);
	assert_string("[]", true, NULL, 0);
}

static void
assert_address(const char *text, size_t n)
{
	json_t		*j = parse(text);
	struct slice	 s = { NULL, 0 };

	assert_int_equal(jsonvalue_address(&v, j, &s), n > 0);
	assert_int_equal(s.n, n);
	json_decref(j);
}

static void
addresses_are_of_four_or_sixteen_bytes(void **state)
{
	(void)state;
	assert_address("\"192.0.2.1\"", 4);
	assert_address("\"::\"", 16);
	assert_address("\"::ffff:192.0.2.1\"", 16);
	assert_address("\"192.0.2.256\"", 0);
	assert_address("\"192.0.2.1\\u0000\"", 0);
	assert_address("\"localhost\"", 0);
	assert_address("\"\"", 0);
	assert_address("3232235777", 0);
}

static void
a_uuid_has_its_dashes(void **state)
{
	json_t		*j = parse(
	    "\"00112233-4455-6677-8899-aAbBcCdDeEfF\"");
	struct slice	 s;

	(void)state;
	assert_true(jsonvalue_uuid(&v, j, &s));
	assert_memory_equal(s.p, "\x00\x11\x22\x33\x44\x55\x66\x77"
	    "\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16);
	json_decref(j);
	j = parse("\"00112233-4455-6677-8899_aabbccddeeff\"");
	assert_false(jsonvalue_uuid(&v, j, &s));
	json_decref(j);
	j = parse("\"00112233-4455-6677-8899-aabbccddeeff0\"");
	assert_false(jsonvalue_uuid(&v, j, &s));
	json_decref(j);
}

static void
assert_time(const char *text, bool good, uint64_t seconds, uint64_t nanos)
{
	json_t		*j = parse(text);
	uint64_t	 s = 0, n = 0;

	assert_int_equal(jsonvalue_time(&v, j, &s, &n), good);
	if (good) {
		assert_int_equal(s, seconds);
		assert_int_equal(n, nanos);
	}
	json_decref(j);
}

static void
times_are_rfc_3339_in_utc(void **state)
{
	(void)state;
	assert_time("\"1970-01-01T00:00:00Z\"", true, 0, 0);
	assert_time("\"2021-10-14T11:20:59.548Z\"", true, 1634210459,
	    548000000);
	assert_time("\"2024-02-29T00:00:00.000000001Z\"", true, 1709164800, 1);
	assert_time("\"9999-12-31T23:59:59Z\"", true, 253402300799, 0);
	assert_time("\"2023-02-29T00:00:00Z\"", false, 0, 0);
	assert_time("\"1900-01-01T00:00:00Z\"", false, 0, 0);
	assert_time("\"2021-10-14T24:00:00Z\"", false, 0, 0);
	assert_time("\"2021-10-14 11:20:59Z\"", false, 0, 0);
	assert_time("\"2021-10-14T11:20:59\"", false, 0, 0);
	assert_time("\"2021-10-14T11:20:59.Z\"", false, 0, 0);
	assert_time("\"2021-10-14T11:20:59.0000000001Z\"", false, 0, 0);
	assert_time("\"2021-10-14T11:20:59+00:00\"", false, 0, 0);
	assert_time("1634210459", false, 0, 0);
}

static void
every_day_is_counted(void **state)
{
	char	 text[32];

	(void)state;
	for (time_t t = 0; t < (time_t)130 * 366 * 86400; t += 86400) {
		struct tm	 tm;

		assert_non_null(gmtime_r(&t, &tm));
		assert_true(strftime(text, sizeof(text),
		    "\"%Y-%m-%dT%H:%M:%SZ\"", &tm) > 0);
		assert_time(text, true, (uint64_t)t, 0);
	}
}

static void
lists_hold_one_kind(void **state)
{
	json_t		*j = parse("[\"a\",\"\"]");
	struct strings	 s;
	struct slice	 words;

	(void)state;
	assert_true(jsonvalue_strings(&v, j, false, &s));
	assert_int_equal(s.count, 2);
	assert_int_equal(s.bytes.n, 3);
	assert_memory_equal(s.bytes.p, "a\0", 3);
	assert_true(jsonvalue_strings(&v, j, true, &s));
	assert_int_equal(s.bytes.n, 7);
	assert_memory_equal(s.bytes.p, "\0\2a\0\0\1", 7);
	assert_false(jsonvalue_words(&v, j, &words));
	json_decref(j);
	j = parse("[1,\"4294967295\"]");
	assert_true(jsonvalue_words(&v, j, &words));
	assert_memory_equal(words.p, "\0\0\0\1\xff\xff\xff\xff", 8);
	assert_false(jsonvalue_strings(&v, j, false, &s));
	json_decref(j);
	j = parse("[{\"hex\":\"61\",\"nul\":false}]");
	assert_false(jsonvalue_strings(&v, j, false, &s));
	assert_true(jsonvalue_strings(&v, j, true, &s));
	json_decref(j);
	j = parse("{}");
	assert_false(jsonvalue_strings(&v, j, false, &s));
	assert_false(jsonvalue_words(&v, j, &words));
	json_decref(j);
}

static void
long_text_is_cut_in_messages(void **state)
{
	char	 text[200];

	(void)state;
	memset(text, 'x', sizeof(text));
	buf_clear(&v.problem);
	jsonvalue_quote(&v, text, sizeof(text));
	assert_int_equal(v.problem.n, JSONVALUE_SHOWN_MAX + 5);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(numbers_are_digits_or_strings_of_digits),
		cmocka_unit_test(strings_get_their_nul),
		cmocka_unit_test(addresses_are_of_four_or_sixteen_bytes),
		cmocka_unit_test(a_uuid_has_its_dashes),
		cmocka_unit_test(times_are_rfc_3339_in_utc),
		cmocka_unit_test(every_day_is_counted),
		cmocka_unit_test(lists_hold_one_kind),
		cmocka_unit_test(long_text_is_cut_in_messages),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
