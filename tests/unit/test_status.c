/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_status.c - the texts of bsm_strstatus().
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <limits.h>

#include <cmocka.h>

#include "bsm/status.h"

static void
success_is_no_error(void **state)
{
	(void)state;
	assert_string_equal(bsm_strstatus(0), "no error");
	assert_string_equal(bsm_strstatus(1), "no error");
	assert_string_equal(bsm_strstatus(INT_MAX), "no error");
}

static void
each_code_has_a_text_of_its_own(void **state)
{
	(void)state;
	for (int a = BSM_EFIELD; a <= BSM_ETRUNC; a++) {
		assert_string_not_equal(bsm_strstatus(a), "unknown status");
		for (int b = BSM_EFIELD; b < a; b++)
			assert_string_not_equal(bsm_strstatus(a),
			    bsm_strstatus(b));
	}
	assert_string_equal(bsm_strstatus(BSM_ETRUNC),
	    "the token passes the end of its record");
}

/* "trail:offset: record N: TEXT": it goes behind a colon, in one line. */
static void
texts_fit_into_messages(void **state)
{
	(void)state;
	for (int code = BSM_EFIELD; code <= BSM_ETRUNC; code++) {
		const char	*text = bsm_strstatus(code);
		const size_t	 n = strlen(text);

		assert_true(text[0] >= 'a' && text[0] <= 'z');
		assert_true(text[n - 1] != '.');
		assert_null(strchr(text, '\n'));
	}
}

static void
codes_outside_the_list_are_unknown(void **state)
{
	(void)state;
	assert_string_equal(bsm_strstatus(BSM_EFIELD - 1), "unknown status");
	assert_string_equal(bsm_strstatus(INT_MIN), "unknown status");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(success_is_no_error),
		cmocka_unit_test(each_code_has_a_text_of_its_own),
		cmocka_unit_test(texts_fit_into_messages),
		cmocka_unit_test(codes_outside_the_list_are_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
