/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_glance.c - what the bytes of a rule file do to words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "rule/glance.h"

/* What is told of a byte is what the table says, wherever it stands. */
static void
is_as_in_table(const struct glance *s, size_t i, uint8_t byte)
{
	const uint64_t	 bit = UINT64_C(1) << i;
	const uint8_t	 kind = glance_bytes[byte];

	assert_int_equal((s->blanks & bit) != 0, kind == BYTE_BLANK);
	assert_int_equal((s->lines & bit) != 0, byte == '\n');
	assert_int_equal((s->stops & bit) != 0, kind != BYTE_WORD);
}

static void
each_byte_is_what_the_table_says(void **state)
{
	uint8_t	*text = xmalloc(GLANCE_BYTES + 1);

	(void)state;
	for (unsigned c = 0; c < 256; c++)
		for (size_t at = 0; at < GLANCE_BYTES; at++) {
			struct glance	 s;

			memset(text, 'a', GLANCE_BYTES + 1);
			text[at + 1] = (uint8_t)c;
			s = glance_read((struct slice){ text,
			    GLANCE_BYTES + 1 }, 1);
			for (size_t i = 0; i < GLANCE_BYTES; i++)
				is_as_in_table(&s, i, text[i + 1]);
			assert_int_equal(s.from, 1);
			assert_int_equal(s.odd, glance_bytes[c] == BYTE_ODD);
		}
	free(text);
}

static void
many_bytes_at_once_are_as_one_by_one(void **state)
{
	uint8_t		*text = xmalloc(GLANCE_BYTES);
	struct glance	 whole, part;
	uint32_t	 r = 1;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		for (size_t i = 0; i < GLANCE_BYTES; i++) {
			r = r * 1664525 + 1013904223;
			text[i] = (uint8_t)((r >> 24) % 64);
		}
		whole = glance_read((struct slice){ text, GLANCE_BYTES }, 0);
		part = glance_read((struct slice){ text, GLANCE_BYTES - 1 },
		    0);
		assert_true(whole.blanks << 1 == part.blanks << 1);
		assert_true(whole.lines << 1 == part.lines << 1);
		assert_true(whole.stops << 1 == part.stops << 1);
	}
	free(text);
}

static void
behind_the_end_of_the_text_all_are_stops(void **state)
{
	(void)state;
	for (size_t n = 0; n < GLANCE_BYTES; n++) {
		uint8_t		*text = xmalloc(n == 0 ? 1 : n);
		struct glance	 s;

		memset(text, 'a', n);
		s = glance_read((struct slice){ text, n }, 0);
		assert_true(s.stops == UINT64_MAX << n);
		assert_true(s.blanks == 0 && s.lines == 0 && !s.odd);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(each_byte_is_what_the_table_says),
		cmocka_unit_test(many_bytes_at_once_are_as_one_by_one),
		cmocka_unit_test(behind_the_end_of_the_text_all_are_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
