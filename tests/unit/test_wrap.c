/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "rule/wrap.h"

/* From a block of this very length. */
static void
wraps(const char *text, const char *expected)
{
	const size_t	 n = strlen(text);
	char		*copy = xmemdup(text, n);
	struct buf	 out = { 0 };

	wrap_lines(&out, (struct slice){ (const uint8_t *)copy, n });
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
	free(copy);
}

#define TEN	"123456789,"
#define FORTY	TEN " " TEN " " TEN " " TEN		/* 43 columns */

static void
short_lines_stay_as_they_are(void **state)
{
	(void)state;
	wraps("", "");
	wraps("a b\n\n\tc  d\n", "a b\n\n\tc  d\n");
	wraps("no newline", "no newline");
	wraps("12345678" FORTY " 1234567890 123456789 1234567\n",
	    "12345678" FORTY " 1234567890 123456789 1234567\n");
}

static void
long_lines_are_broken_at_a_blank(void **state)
{
	(void)state;
	wraps("12345678" FORTY " 1234567890 123456789 12345678\n",
	    "12345678" FORTY " 1234567890 123456789\n    12345678\n");
	wraps(FORTY " " FORTY " " FORTY "\nx\n",
	    FORTY " " TEN " " TEN " " TEN "\n"
	    "    " TEN " " FORTY "\nx\n");
}

static void
what_goes_on_is_indented_more(void **state)
{
	(void)state;
	wraps("\t\t" FORTY " " TEN " " TEN "\n",
	    "\t\t" FORTY " " TEN "\n\t\t    " TEN "\n");
}

static void
a_text_in_quotes_stays_whole(void **state)
{
	(void)state;
	wraps(FORTY " " TEN " \"a b \\\" c d e f g h i j k l\" m\n",
	    FORTY " " TEN "\n    \"a b \\\" c d e f g h i j k l\" m\n");
	wraps("x \"" FORTY " " FORTY "\" y\n",
	    "x\n    \"" FORTY " " FORTY "\"\n    y\n");
}

static void
a_character_of_several_bytes_is_one_column(void **state)
{
#define FORTY_E	"\303\251\303\251\303\251\303\251\303\251\303\251\303\251" \
	"\303\251\303\251\303\251"
	(void)state;
	wraps(FORTY_E FORTY_E FORTY_E FORTY_E " " FORTY_E FORTY_E FORTY_E
	    " 12345678\n",
	    FORTY_E FORTY_E FORTY_E FORTY_E " " FORTY_E FORTY_E FORTY_E
	    " 12345678\n");
}

static void
a_quote_that_is_not_closed_does_no_harm(void **state)
{
	(void)state;
	wraps("\"a\\", "\"a\\");
	wraps("a \"b", "a \"b");
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(short_lines_stay_as_they_are),
		cmocka_unit_test(long_lines_are_broken_at_a_blank),
		cmocka_unit_test(what_goes_on_is_indented_more),
		cmocka_unit_test(a_text_in_quotes_stays_whole),
		cmocka_unit_test(a_character_of_several_bytes_is_one_column),
		cmocka_unit_test(a_quote_that_is_not_closed_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
