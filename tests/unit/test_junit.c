/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run/junit.h"

static void
says(struct junit *j, const char *expected)
{
	struct buf	 out = { 0 };

	junit_end(j, &out);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static void
no_suite_is_an_empty_document(void **state)
{
	(void)state;
	says(junit_new(), HEAD "<testsuites name=\"bsmtrace test\" "
	    "tests=\"0\" failures=\"0\" errors=\"0\" time=\"0.000000\">\n"
	    "</testsuites>\n");
}

static void
suites_are_counted_by_themselves_and_together(void **state)
{
	struct junit	*j = junit_new();

	(void)state;
	junit_suite(j, "a.conf");
	junit_case(j, &(struct junit_case){ .name = slice_str("one"),
	    .file = "a.conf", .line = 3, .micros = 1500000 });
	junit_case(j, &(struct junit_case){ .name = slice_str("two"),
	    .file = "a.conf", .line = 9, .failed = true, .micros = 25,
	    .why = slice_str("  x:9: expected 1\n  y\n") });
	junit_suite(j, "b.conf");
	junit_broken(j, slice_str("b.conf:1:1: error: no\n"));
	says(j, HEAD "<testsuites name=\"bsmtrace test\" tests=\"3\" "
	    "failures=\"1\" errors=\"1\" time=\"1.500025\">\n"
	    "  <testsuite name=\"a.conf\" tests=\"2\" failures=\"1\" "
	    "errors=\"0\" time=\"1.500025\">\n"
	    "    <testcase classname=\"a.conf\" name=\"one\" "
	    "file=\"a.conf\" line=\"3\" time=\"1.500000\"/>\n"
	    "    <testcase classname=\"a.conf\" name=\"two\" "
	    "file=\"a.conf\" line=\"9\" time=\"0.000025\">\n"
	    "      <failure message=\"x:9: expected 1\">"
	    "  x:9: expected 1\n  y\n</failure>\n"
	    "    </testcase>\n"
	    "  </testsuite>\n"
	    "  <testsuite name=\"b.conf\" tests=\"1\" failures=\"0\" "
	    "errors=\"1\" time=\"0.000000\">\n"
	    "    <testcase classname=\"b.conf\" name=\"the file\">\n"
	    "      <error message=\"b.conf:1:1: error: no\">"
	    "b.conf:1:1: error: no\n</error>\n"
	    "    </testcase>\n"
	    "  </testsuite>\n"
	    "</testsuites>\n");
}

static void
any_bytes_of_a_name_leave_it_well_formed(void **state)
{
	struct junit	*j = junit_new();
	struct buf	 out = { 0 };

	(void)state;
	junit_suite(j, "<&\">\x01");
	junit_case(j, &(struct junit_case){
	    .name = slice_str("]]>\xff\xef\xbf\xbe\xc3\xa4\x1b"),
	    .file = "f", .line = 1 });
	junit_end(j, &out);
	assert_non_null(strstr(buf_cstr(&out),
	    "classname=\"&lt;&amp;&quot;&gt;\\x01\" "
	    "name=\"]]&gt;\\xff\\ufffe\xc3\xa4\\x1b\""));
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(no_suite_is_an_empty_document),
		cmocka_unit_test(
		    suites_are_counted_by_themselves_and_together),
		cmocka_unit_test(any_bytes_of_a_name_leave_it_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
