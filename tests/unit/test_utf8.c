/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_utf8.c - which bytes are text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/utf8.h"

/* Write the character as RFC 3629 section 3 does; returns its length. */
static size_t
encode(uint32_t c, uint8_t out[4])
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xc0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xe0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | c >> 18);
	out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

static void
every_character_comes_back(void **state)
{
	(void)state;
	for (uint32_t c = 0; c <= 0x110400; c++) {
		const bool	 valid = c <= 0x10ffff &&
		    (c < 0xd800 || c > 0xdfff);
		uint8_t		 b[5] = { 0 };
		const size_t	 n = encode(c, b);
		uint32_t	 code = 0;

		assert_int_equal(utf8_decode((struct slice){ b, 5 }, &code),
		    valid ? n : 0);
		if (valid)
			assert_int_equal(code, c);
	}
}

/* What is accepted encodes to itself, so there is no second form of it. */
static void
only_shortest_forms_are_accepted(void **state)
{
	uint8_t	 b[4], again[4];

	(void)state;
	for (unsigned v = 0; v < 1u << 24; v += v % 7 == 0 ? 3 : 1) {
		uint32_t	 code;
		size_t		 n;

		b[0] = (uint8_t)(0x80 | v >> 17);
		b[1] = (uint8_t)(v >> 9);
		b[2] = (uint8_t)(v >> 1);
		b[3] = (v & 1) != 0 ? 0x80 : 0x41;
		n = utf8_decode((struct slice){ b, 4 }, &code);
		if (n == 0)
			continue;
		if (encode(code, again) != n || memcmp(again, b, n) != 0)
			fail_msg("%02x %02x %02x %02x", b[0], b[1], b[2], b[3]);
	}
}

static void
a_character_that_is_cut_short_is_none(void **state)
{
	static const char	*whole[] = { "\xc3\xbc", "\xe2\x82\xac",
				    "\xf0\x9f\x98\x80" };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (size_t n = 0; n < strlen(whole[i]); n++) {
			uint8_t		*p = xmemdup(whole[i], n);
			uint32_t	 code;

			assert_int_equal(utf8_decode((struct slice){ p, n },
			    &code), 0);
			free(p);
		}
}

/* Words and what is left of them: every length, every byte at every place. */
static void
plain_bytes_end_at_the_first_that_is_not(void **state)
{
	(void)state;
	for (size_t n = 0; n < 26; n++) {
		uint8_t	*p = xmalloc(n);

		memset(p, '~', n);
		assert_int_equal(utf8_plain((struct slice){ p, n }), n);
		for (unsigned c = 0; c < 256; c++)
			for (size_t at = 0; at < n; at++) {
				const bool	 plain = c >= 0x20 &&
				    c < 0x7f && c != '"' && c != '\\';

				p[at] = (uint8_t)c;
				assert_int_equal(utf8_plain((struct slice){ p,
				    n }), plain ? n : at);
				p[at] = '~';
			}
		free(p);
	}
}

static void
controls_are_those_that_act(void **state)
{
	(void)state;
	assert_true(utf8_is_control(0) && utf8_is_control(0x1f));
	assert_true(utf8_is_control(0x7f) && utf8_is_control(0x9f));
	assert_true(utf8_is_control(0x202a) && utf8_is_control(0x202e));
	assert_true(utf8_is_control(0x2066) && utf8_is_control(0x2069));
	assert_false(utf8_is_control(0x20) || utf8_is_control(0x7e));
	assert_false(utf8_is_control(0xa0) || utf8_is_control(0x2029));
	assert_false(utf8_is_control(0x202f) || utf8_is_control(0x2065));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_comes_back),
		cmocka_unit_test(only_shortest_forms_are_accepted),
		cmocka_unit_test(a_character_that_is_cut_short_is_none),
		cmocka_unit_test(plain_bytes_end_at_the_first_that_is_not),
		cmocka_unit_test(controls_are_those_that_act),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
