/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "alert_case.h"
#include "bsm/record.h"
#include "sink/facts.h"

static struct alert_case	 a;

static int
setup(void **state)
{
	(void)state;
	case_init(&a, "/tmp/x", "hello");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	case_fini(&a);
	return 0;
}

static void
everything_a_step_shows_is_read(void **state)
{
	struct facts	 f;

	(void)state;
	facts_read(&f, a.names, buf_bytes(&a.bytes));
	assert_true(f.known && f.failed && f.has_subject && f.has_path &&
	    f.has_text && !f.has_args);
	assert_int_equal(f.millis, 1634210459522);
	assert_int_equal(f.event, 23);
	assert_string_equal(f.event_name, "AUE_EXECVE");
	assert_string_equal(f.error_name, "EPERM");
	assert_int_equal(f.pid, 1768);
	assert_int_equal(f.session, 4711);
	assert_true(slice_is(f.path, "/tmp/x"));
	assert_true(slice_is(f.text, "hello"));
	assert_int_equal(f.length, a.bytes.n);
}

static void
nothing_is_known_of_a_record_that_is_gone(void **state)
{
	struct facts	 f;

	(void)state;
	facts_read(&f, a.names, (struct slice){ 0 });
	assert_false(f.known);
	assert_int_equal(f.length, 0);
}

static void
no_prefix_of_a_record_is_read_past_its_end(void **state)
{
	struct facts	 f;

	(void)state;
	for (size_t n = 0; n < a.bytes.n; n++) {
		uint8_t	*part = malloc(n == 0 ? 1 : n);

		memcpy(part, a.bytes.p, n);
		facts_read(&f, a.names, (struct slice){ part, n });
		assert_true(f.known == (n >= 18));
		free(part);
	}
}

static void
exec_arguments_are_found(void **state)
{
	static const uint8_t	 args[] = "\x3c\0\0\0\2ls\0-l";
	struct buf		 b = { 0 };
	struct facts		 f;
	struct slice		 one;
	size_t			 at = 0;
	const size_t		 head = 18;

	(void)state;
	buf_put(&b, a.bytes.p, head);
	buf_put(&b, args, sizeof(args));
	buf_put(&b, a.bytes.p + head, a.bytes.n - head);
	b.p[4] = (uint8_t)b.n;
	b.p[b.n - 1] = (uint8_t)b.n;
	facts_read(&f, a.names, buf_bytes(&b));
	assert_true(f.has_args);
	assert_true(strings_next(&f.args, &at, &one));
	assert_true(slice_is(one, "ls"));
	assert_true(strings_next(&f.args, &at, &one));
	assert_true(slice_is(one, "-l"));
	assert_false(strings_next(&f.args, &at, &one));
	buf_fini(&b);
}

static void
unspecified_address_is_none(void **state)
{
	static const uint8_t	 zero[16], v4[] = { 192, 0, 2, 7 };
	struct buf		 b = { 0 };

	(void)state;
	facts_address(&b, (struct slice){ zero, 4 });
	facts_address(&b, (struct slice){ zero, 16 });
	facts_address(&b, (struct slice){ 0 });
	assert_int_equal(b.n, 0);
	facts_address(&b, (struct slice){ v4, 4 });
	assert_string_equal(buf_cstr(&b), "192.0.2.7");
	buf_fini(&b);
}

static void
time_beyond_the_calendar_is_in_seconds(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	facts_time(&b, 1634210459522);
	assert_string_equal(buf_cstr(&b), "2021-10-14T11:20:59.522Z");
	buf_clear(&b);
	facts_time(&b, INT64_MAX);
	assert_string_equal(buf_cstr(&b), "9223372036854775");
	buf_fini(&b);
}

static void
type_of_the_subject_decides_whose_name_it_is(void **state)
{
	char	 name[16];

	(void)state;
	assert_true(facts_subject(&a.accounts, "euid", 0, name,
	    sizeof(name)));
	assert_string_equal(name, "root");
	assert_true(facts_subject(&a.accounts, "rgid", 0, name,
	    sizeof(name)));
	assert_string_equal(name, "wheel");
	assert_false(facts_subject(&a.accounts, "auid", 5, name,
	    sizeof(name)));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything_a_step_shows_is_read),
		TEST(nothing_is_known_of_a_record_that_is_gone),
		TEST(no_prefix_of_a_record_is_read_past_its_end),
		TEST(exec_arguments_are_found),
		TEST(unspecified_address_is_none),
		TEST(time_beyond_the_calendar_is_in_seconds),
		TEST(type_of_the_subject_decides_whose_name_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
