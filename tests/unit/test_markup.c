/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_markup.c - whatever the bytes are, XML may hold what comes out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/markup.h"

static void
becomes(const char *bytes, const char *expected)
{
	struct buf	 out = { 0 };

	markup_escape(&out, slice_str(bytes));
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

static void
marks_become_entities(void **state)
{
	(void)state;
	becomes("<a b=\"c\"> & d", "&lt;a b=&quot;c&quot;&gt; &amp; d");
}

static void
control_bytes_are_shown(void **state)
{
	(void)state;
	becomes("\x01\n\xff", "\\x01\\n\\xff");
}

static void
characters_that_no_document_holds_are_shown(void **state)
{
	(void)state;
	becomes("\xef\xbf\xbe\xef\xbf\xbf", "\\ufffe\\uffff");
	becomes("\xef\xbf\xbd", "\xef\xbf\xbd");
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(marks_become_entities),
		cmocka_unit_test(control_bytes_are_shown),
		cmocka_unit_test(characters_that_no_document_holds_are_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
