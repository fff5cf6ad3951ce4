/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_json.c - values to JSON text; jansson reads it back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"

static void
expect(struct buf *b, const char *text)
{
	assert_string_equal(buf_cstr(b), text);
	buf_clear(b);
}

static void
commas_stand_between_and_nowhere_else(void **state)
{
	struct buf	 b = { 0 };
	struct json	 j;

	(void)state;
	json_init(&j, &b);
	json_begin_object(&j);
	json_key(&j, "a");
	json_begin_array(&j);
	json_end_array(&j);
	json_key(&j, "b");
	json_begin_array(&j);
	json_uint(&j, 1);
	json_begin_object(&j);
	json_end_object(&j);
	json_nil(&j);
	json_begin_array(&j);
	json_bool(&j, true);
	json_bool(&j, false);
	json_end_array(&j);
	json_end_array(&j);
	json_key(&j, "c");
	json_cstr(&j, "x");
	json_end_object(&j);
	expect(&b, "{\"a\":[],\"b\":[1,{},null,[true,false]],\"c\":\"x\"}");
	buf_fini(&b);
}

static void
members_of_another_object_stand_among_the_own(void **state)
{
	struct buf	 b = { 0 };
	struct json	 j;

	(void)state;
	json_init(&j, &b);
	json_begin_object(&j);
	json_members(&j, slice_str("{}"));
	json_members(&j, slice_str("{\"a\":1,\"b\":[]}"));
	json_members(&j, slice_str("{\"c\":2}"));
	json_key(&j, "d");
	json_uint(&j, 3);
	json_members(&j, slice_str("{}"));
	json_end_object(&j);
	expect(&b, "{\"a\":1,\"b\":[],\"c\":2,\"d\":3}");
	buf_fini(&b);
}

static void
a_second_value_on_top_has_no_comma(void **state)
{
	struct buf	 b = { 0 };
	struct json	 j;

	(void)state;
	json_init(&j, &b);
	json_begin_object(&j);
	json_end_object(&j);
	buf_char(&b, '\n');
	json_begin_object(&j);
	json_end_object(&j);
	expect(&b, "{}\n{}");
	buf_fini(&b);
}

static void
numbers_above_2_to_53_are_strings(void **state)
{
	struct buf	 b = { 0 };
	struct json	 j;

	(void)state;
	json_init(&j, &b);
	json_begin_array(&j);
	json_uint(&j, 0);
	json_uint(&j, 9007199254740992);
	json_uint(&j, 9007199254740993);
	json_uint(&j, UINT64_MAX);
	json_int(&j, -1);
	json_int(&j, -9007199254740992);
	json_int(&j, -9007199254740993);
	json_int(&j, INT64_MIN);
	json_int(&j, INT64_MAX);
	json_end_array(&j);
	expect(&b, "[0,9007199254740992,\"9007199254740993\","
	    "\"18446744073709551615\",-1,-9007199254740992,"
	    "\"-9007199254740993\",\"-9223372036854775808\","
	    "\"9223372036854775807\"]");
	buf_fini(&b);
}

static void
milliseconds_are_decimal_seconds(void **state)
{
	struct buf	 b = { 0 };
	struct json	 j;

	(void)state;
	json_init(&j, &b);
	json_begin_array(&j);
	json_millis(&j, 536422);
	json_millis(&j, 0);
	json_millis(&j, 5);
	json_millis(&j, -1);
	json_millis(&j, -61050);
	json_millis(&j, INT64_MIN);
	json_end_array(&j);
	expect(&b, "[536.422,0.000,0.005,-0.001,-61.050,"
	    "\"-9223372036854775.808\"]");
	buf_fini(&b);
}

/* One value on top level, from a heap block of the exact length. */
static void
written(void (*fn)(struct json *, struct slice), const char *in, size_t n,
    const char *want)
{
	struct buf	 b = { 0 };
	struct json	 j;
	uint8_t		*p = xmemdup(in, n);

	json_init(&j, &b);
	fn(&j, (struct slice){ p, n });
	expect(&b, want);
	buf_fini(&b);
	free(p);
}
#define BYTES(in, want) written(json_bytes, in, sizeof(in) - 1, want)
#define TEXT(in, want) written(json_text, in, sizeof(in) - 1, want)

static void
strings_are_escaped(void **state)
{
	(void)state;
	BYTES("", "\"\"");
	BYTES("/etc/passwd", "\"/etc/passwd\"");
	BYTES("a\"b\\c\nd\te\rf", "\"a\\\"b\\\\c\\nd\\te\\rf\"");
	BYTES("\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"");
	BYTES("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80",
	    "\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\"");
}

static void
controls_beyond_ascii_are_escaped_too(void **state)
{
	(void)state;
	BYTES("\xc2\x80\xc2\x9b", "\"\\u0080\\u009b\"");
	BYTES("\xe2\x80\xae", "\"\\u202e\"");
	BYTES("\xe2\x81\xa6", "\"\\u2066\"");
}

static void
bytes_that_are_not_text_become_hexadecimal(void **state)
{
	(void)state;
	BYTES("\0", "{\"hex\":\"00\"}");
	BYTES("a\0b", "{\"hex\":\"610062\"}");
	BYTES("\xff", "{\"hex\":\"ff\"}");
	BYTES("abcdefgh\xc0\xaf", "{\"hex\":\"6162636465666768c0af\"}");
	BYTES("\xed\xa0\x80", "{\"hex\":\"eda080\"}");
	BYTES("\xe2\x82", "{\"hex\":\"e282\"}");
}

static void
text_replaces_what_is_not_text(void **state)
{
	(void)state;
	TEXT("a\xff""b", "\"a\xef\xbf\xbd""b\"");
	TEXT("\0", "\"\\u0000\"");
	TEXT("\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void
hexadecimal_values_are_items_like_others(void **state)
{
	struct buf	 b = { 0 };
	struct json	 j;

	(void)state;
	json_init(&j, &b);
	json_begin_array(&j);
	json_bytes(&j, (struct slice){ (const uint8_t *)"\0", 1 });
	json_hex(&j, slice_str("AB"));
	json_bytes(&j, (struct slice){ NULL, 0 });
	json_text(&j, (struct slice){ NULL, 0 });
	json_end_array(&j);
	expect(&b, "[{\"hex\":\"00\"},\"4142\",\"\",\"\"]");
	buf_fini(&b);
}

/* Whatever is written: no control byte, a reader takes it, nothing is lost. */
static void
any_two_bytes_come_back(void **state)
{
	struct buf	 b = { 0 };
	struct json	 j;

	(void)state;
	json_init(&j, &b);
	for (unsigned v = 0; v < 65536; v++) {
		const uint8_t	 in[2] = { (uint8_t)(v >> 8), (uint8_t)v };
		json_t		*got;

		buf_clear(&b);
		json_bytes(&j, (struct slice){ in, 2 });
		for (size_t i = 0; i < b.n; i++)
			assert_true(b.p[i] >= 0x20 && b.p[i] != 0x7f);
		got = json_loadb((const char *)b.p, b.n, JSON_DECODE_ANY, NULL);
		assert_non_null(got);
		if (json_is_text((struct slice){ in, 2 })) {
			assert_int_equal(json_string_length(got), 2);
			assert_memory_equal(json_string_value(got), in, 2);
		} else {
			char	 hex[5];

			(void)snprintf(hex, sizeof(hex), "%04x", v);
			assert_string_equal(json_string_value(
			    json_object_get(got, "hex")), hex);
		}
		json_decref(got);
	}
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_stand_between_and_nowhere_else),
		cmocka_unit_test(
		    members_of_another_object_stand_among_the_own),
		cmocka_unit_test(a_second_value_on_top_has_no_comma),
		cmocka_unit_test(numbers_above_2_to_53_are_strings),
		cmocka_unit_test(milliseconds_are_decimal_seconds),
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(controls_beyond_ascii_are_escaped_too),
		cmocka_unit_test(bytes_that_are_not_text_become_hexadecimal),
		cmocka_unit_test(text_replaces_what_is_not_text),
		cmocka_unit_test(hexadecimal_values_are_items_like_others),
		cmocka_unit_test(any_two_bytes_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
