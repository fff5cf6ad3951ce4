/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_buf.c - growable bytes, numbers as text, and escaping.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <inttypes.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

static void
expect(struct buf *b, const char *text)
{
	assert_string_equal(buf_cstr(b), text);
	assert_int_equal(b->n, strlen(text));
	buf_clear(b);
}

static void
an_append_that_does_not_fit_takes_nothing(void **state)
{
	struct buf	 b;

	(void)state;
	buf_init(&b, 4);
	buf_str(&b, "abc");
	buf_str(&b, "de");
	assert_true(b.full);
	assert_int_equal(b.n, 3);
	buf_u32(&b, 1);
	buf_dec(&b, 10);
	buf_zdec(&b, 1, 2);
	buf_printf(&b, "%d", 12);
	buf_hexbytes(&b, slice_str("x"));
	assert_null(buf_room(&b, 2));
	buf_char(&b, 'd');
	assert_true(b.full);
	assert_string_equal(buf_cstr(&b), "abcd");	/* the NUL is beyond */
	buf_clear(&b);
	assert_false(b.full);
	buf_str(&b, "wxyz");
	assert_false(b.full);
	expect(&b, "wxyz");
	buf_fini(&b);
}

static void
room_for_any_size_is_refused_without_overflow(void **state)
{
	struct buf	 b;

	(void)state;
	buf_init(&b, 100);
	buf_str(&b, "x");
	assert_null(buf_room(&b, SIZE_MAX));
	assert_null(buf_room(&b, SIZE_MAX - 1));
	assert_null(buf_room(&b, 100));
	assert_non_null(buf_room(&b, 99));
	buf_fini(&b);
}

static void
a_zeroed_buffer_works_and_has_no_limit(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	assert_string_equal(buf_cstr(&b), "");
	for (int i = 0; i < 100000; i++)
		buf_u8(&b, (uint8_t)i);
	assert_int_equal(b.n, 100000);
	assert_false(b.full);
	for (size_t i = 0; i < b.n; i++)
		assert_int_equal(b.p[i], i & 0xff);
	buf_fini(&b);
	assert_int_equal(b.n, 0);
	buf_put(&b, NULL, 0);
	buf_slice(&b, (struct slice){ NULL, 0 });
	assert_int_equal(b.n, 0);
	buf_fini(&b);
}

static void
wire_numbers_are_big_endian(void **state)
{
	static const uint8_t	 want[] = { 0xfe, 0x01, 0x02, 0x03, 0x04, 0x05,
				    0x06, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16,
				    0x17, 0x18 };
	struct buf		 b = { 0 };

	(void)state;
	buf_u8(&b, 0xfe);
	buf_u16(&b, 0x0102);
	buf_u32(&b, 0x03040506);
	buf_u64(&b, 0x1112131415161718);
	assert_int_equal(b.n, sizeof(want));
	assert_memory_equal(b.p, want, sizeof(want));
	buf_fini(&b);
}

/* Every power of ten, of two, and their neighbours. */
static void
numbers_are_as_printf_writes_them(void **state)
{
	struct buf	 b = { 0 };
	char		 want[32];

	(void)state;
	for (unsigned i = 0; i < 64 + 20; i++) {
		uint64_t	 v = i < 64 ? (uint64_t)1 << i : 1;

		for (unsigned k = 64; k < i; k++)
			v *= 10;
		for (uint64_t w = v - 1; w != v + 2; w++) {
			(void)snprintf(want, sizeof(want), "%" PRIu64, w);
			buf_dec(&b, w);
			expect(&b, want);
			(void)snprintf(want, sizeof(want), "%" PRId64,
			    (int64_t)w);
			buf_sdec(&b, (int64_t)w);
			expect(&b, want);
			(void)snprintf(want, sizeof(want), "%" PRIo64, w);
			buf_oct(&b, w);
			expect(&b, want);
			(void)snprintf(want, sizeof(want), "%" PRIx64, w);
			buf_hex(&b, w);
			expect(&b, want);
		}
	}
	for (uint64_t v = 0; v < 1100; v++) {
		(void)snprintf(want, sizeof(want), "%03" PRIu64, v);
		buf_zdec(&b, v, 3);
		expect(&b, want);
	}
	buf_fini(&b);
}

static void
padding_may_be_longer_than_any_number(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	buf_zdec(&b, 7, 30);
	expect(&b, "000000000000000000000000000007");
	buf_zdec(&b, 1234, 0);
	expect(&b, "1234");
	buf_sdec(&b, INT64_MIN);
	expect(&b, "-9223372036854775808");
	buf_fini(&b);
}

static void
formats_may_be_of_any_length(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	buf_printf(&b, "%s", "");
	expect(&b, "");
	buf_printf(&b, "%d:%5000d", 1, 2);
	assert_int_equal(b.n, 5002);
	assert_int_equal(b.p[5001], '2');
	buf_fini(&b);

	buf_init(&b, 5);
	buf_printf(&b, "%s", "12345");
	assert_false(b.full);
	expect(&b, "12345");
	buf_fini(&b);
}

static void
bytes_become_hexadecimal_pairs(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	buf_hexbytes(&b, (struct slice){ (const uint8_t *)"\0\xffZ", 3 });
	expect(&b, "00ff5a");
	buf_hexbytes(&b, (struct slice){ NULL, 0 });
	expect(&b, "");
	buf_fini(&b);
}

/* On a heap block of the exact length, so that a look beyond is seen. */
static void
escaped(const char *in, size_t n, const char *want)
{
	struct buf	 b = { 0 };
	uint8_t		*p = xmemdup(in, n);

	buf_escape(&b, (struct slice){ p, n });
	expect(&b, want);
	buf_fini(&b);
	free(p);
}
#define ESCAPED(in, want) escaped(in, sizeof(in) - 1, want)

static void
text_that_can_be_shown_stays(void **state)
{
	(void)state;
	ESCAPED("", "");
	ESCAPED("/usr/home/alice/\"my\" file~", "/usr/home/alice/\"my\" file~");
	ESCAPED("\xc3\xbc \xe2\x82\xac \xf0\x9f\x98\x80",
	    "\xc3\xbc \xe2\x82\xac \xf0\x9f\x98\x80");
	ESCAPED("\xc2\xa0\xe2\x80\xa9\xef\xbf\xbd",
	    "\xc2\xa0\xe2\x80\xa9\xef\xbf\xbd");
}

static void
controls_have_names_or_numbers(void **state)
{
	(void)state;
	ESCAPED("a\nb\tc\rd\\e", "a\\nb\\tc\\rd\\\\e");
	ESCAPED("\0\x1b[31m\x7f", "\\x00\\x1b[31m\\x7f");
}

/* C1 controls, overrides and isolates act on a terminal as well. */
static void
wide_controls_are_escaped(void **state)
{
	(void)state;
	ESCAPED("\xc2\x80\xc2\x9b\xc2\x9f", "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f");
	ESCAPED("a\xe2\x80\xaetxt.exe", "a\\xe2\\x80\\xaetxt.exe");
	ESCAPED("\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9",
	    "\\xe2\\x80\\xaa\\xe2\\x81\\xa6\\xe2\\x81\\xa9");
}

static void
broken_utf8_is_escaped_byte_by_byte(void **state)
{
	(void)state;
	ESCAPED("\xff\xfe", "\\xff\\xfe");
	ESCAPED("a\x80", "a\\x80");
	ESCAPED("\xc0\xaf", "\\xc0\\xaf");		/* overlong */
	ESCAPED("\xe0\x9f\xbf", "\\xe0\\x9f\\xbf");	/* overlong */
	ESCAPED("\xed\xa0\x80", "\\xed\\xa0\\x80");	/* a surrogate */
	ESCAPED("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	ESCAPED("\xe2\x82", "\\xe2\\x82");		/* cut short */
	ESCAPED("\xf0\x9f\x98", "\\xf0\\x9f\\x98");
	ESCAPED("\xc3""A", "\\xc3""A");
}

/* All single bytes at all places of words, against the plain rule. */
static void
each_byte_is_escaped_wherever_it_stands(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++)
		for (size_t at = 0; at < 20; at++) {
			char	 in[20], want[64], *w = want;

			memset(in, 'a', sizeof(in));
			in[at] = (char)c;
			memset(w, 'a', at);
			w += at;
			if (c == '\n' || c == '\t' || c == '\r' || c == '\\')
				w += sprintf(w, "\\%c", c == '\n' ? 'n' :
				    c == '\t' ? 't' : c == '\r' ? 'r' : '\\');
			else if (c < 0x20 || c >= 0x7f)
				w += sprintf(w, "\\x%02x", c);
			else
				*w++ = (char)c;
			memset(w, 'a', 19 - at);
			w[19 - at] = '\0';
			escaped(in, sizeof(in), want);
		}
}

static void
an_escape_that_does_not_fit_takes_nothing(void **state)
{
	struct buf	 b;

	(void)state;
	buf_init(&b, 10);
	buf_str(&b, "abc");
	buf_escape(&b, slice_str("12\n34\n56"));
	assert_true(b.full);
	assert_int_equal(b.n, 3);
	buf_escape(&b, slice_str("12\n34"));
	assert_true(b.full);
	expect(&b, "abc12\\n34");
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_append_that_does_not_fit_takes_nothing),
		cmocka_unit_test(room_for_any_size_is_refused_without_overflow),
		cmocka_unit_test(a_zeroed_buffer_works_and_has_no_limit),
		cmocka_unit_test(wire_numbers_are_big_endian),
		cmocka_unit_test(numbers_are_as_printf_writes_them),
		cmocka_unit_test(padding_may_be_longer_than_any_number),
		cmocka_unit_test(formats_may_be_of_any_length),
		cmocka_unit_test(bytes_become_hexadecimal_pairs),
		cmocka_unit_test(text_that_can_be_shown_stays),
		cmocka_unit_test(controls_have_names_or_numbers),
		cmocka_unit_test(wide_controls_are_escaped),
		cmocka_unit_test(broken_utf8_is_escaped_byte_by_byte),
		cmocka_unit_test(each_byte_is_escaped_wherever_it_stands),
		cmocka_unit_test(an_escape_that_does_not_fit_takes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
