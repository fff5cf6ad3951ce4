/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/csv.h"

static void
assert_cell(const char *value, bool text, const char *expected)
{
	struct buf	 b = { 0 };

	csv_cell(&b, slice_str(value), text);
	assert_string_equal(buf_cstr(&b), expected);
	buf_fini(&b);
}

static void
plain_values_stay_as_they_are(void **state)
{
	(void)state;
	assert_cell("", true, "");
	assert_cell("AUE_OPEN_R", true, "AUE_OPEN_R");
	assert_cell("a b", true, "a b");
}

static void
what_would_end_a_cell_is_quoted(void **state)
{
	(void)state;
	assert_cell("a,b", true, "\"a,b\"");
	assert_cell("a\nb", true, "\"a\nb\"");
	assert_cell("say \"no\"", true, "\"say \"\"no\"\"\"");
	assert_cell(" a", true, "\" a\"");
	assert_cell("a ", true, "\"a \"");
}

static void
text_is_no_formula(void **state)
{
	(void)state;
	assert_cell("=1+1", true, "'=1+1");
	assert_cell("-1", true, "'-1");
	assert_cell("-1", false, "-1");
	assert_cell("@a,b", true, "\"'@a,b\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_values_stay_as_they_are),
		cmocka_unit_test(what_would_end_a_cell_is_quoted),
		cmocka_unit_test(text_is_no_formula),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
