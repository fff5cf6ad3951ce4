/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_texts.c - one of many strings somewhere in a text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/texts.h"

#include "draw.h"

static bool
in(const struct texts *t, const char *text)
{
	struct slice	 s = exact(slice_str(text));
	bool		 answer = texts_in(t, s);

	exact_free(s);
	return answer;
}

static void
a_string_is_found_anywhere(void **state)
{
	const struct slice	 all[] = { slice_str("he"), slice_str("she"),
	    slice_str("his"), slice_str("hers") };
	struct texts		*t = texts_new(all, 4);

	(void)state;
	assert_true(in(t, "he"));
	assert_true(in(t, "ushers"));
	assert_true(in(t, "this"));
	assert_false(in(t, ""));
	assert_false(in(t, "h e"));
	assert_false(in(t, "hi hr sh"));
	texts_free(t);
	texts_free(NULL);
}

/* After "abc" failed, the "bc" of it still counts. */
static void
what_failed_may_be_the_beginning_of_another(void **state)
{
	const struct slice	 all[] = { slice_str("abcd"),
	    slice_str("bce"), slice_str("cf") };
	struct texts		*t = texts_new(all, 3);

	(void)state;
	assert_true(in(t, "abce"));
	assert_true(in(t, "abcf"));
	assert_true(in(t, "ababcd"));
	assert_false(in(t, "abcabc"));
	texts_free(t);
}

static void
the_empty_string_is_in_every_text(void **state)
{
	const struct slice	 all[] = { slice_str("x"), { NULL, 0 } };
	struct texts		*t = texts_new(all, 2);

	(void)state;
	assert_true(in(t, ""));
	assert_true(in(t, "y"));
	texts_free(t);
	t = texts_new(all, 0);
	assert_false(in(t, ""));
	assert_false(in(t, "x"));
	texts_free(t);
}

static void
any_byte_may_occur(void **state)
{
	const struct slice	 all[] = { { (const uint8_t *)"\0\xff", 2 } };
	struct texts		*t = texts_new(all, 1);

	(void)state;
	assert_true(texts_in(t, (struct slice){
	    (const uint8_t *)"a\0\0\xff", 4 }));
	assert_false(texts_in(t, (struct slice){
	    (const uint8_t *)"a\0\0\xfe", 4 }));
	texts_free(t);
}

static void
random_strings_are_found_as_by_looking_everywhere(void **state)
{
	static struct lot	 l;

	(void)state;
	lot_seed(&l, 3);
	for (int i = 0; i < 20000; i++) {
		uint8_t		 pool[40][8], text[40];
		struct slice	 all[40], s = { text, lot_below(&l, 40) };
		const size_t	 n = lot_below(&l, 40);
		const uint32_t	 letters = 2 + lot_below(&l, 3);
		bool		 want = false;
		struct texts	*t;

		for (size_t k = 0; k < s.n; k++)
			text[k] = (uint8_t)lot_below(&l, letters);
		for (size_t k = 0; k < n; k++) {
			all[k] = (struct slice){ pool[k],
			    3 + lot_below(&l, 6) };
			for (size_t j = 0; j < all[k].n; j++)
				pool[k][j] = (uint8_t)lot_below(&l, letters);
			for (size_t at = 0; at + all[k].n <= s.n; at++)
				want |= memcmp(text + at, pool[k],
				    all[k].n) == 0;
		}
		t = texts_new(all, n);
		assert_int_equal(texts_in(t, s), want);
		texts_free(t);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_string_is_found_anywhere),
		cmocka_unit_test(what_failed_may_be_the_beginning_of_another),
		cmocka_unit_test(the_empty_string_is_in_every_text),
		cmocka_unit_test(any_byte_may_occur),
		cmocka_unit_test(
		    random_strings_are_found_as_by_looking_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
