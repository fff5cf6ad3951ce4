/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "alert_case.h"
#include "sink/exec.h"

static struct alert_case	 a;
static struct alert_trigger	 t;
static struct arena		*arena;

static int
setup(void **state)
{
	(void)state;
	case_init(&a, "/tmp/a b;c", NULL);
	arena = arena_new();
	t = (struct alert_trigger){ .rule = &a.alert.rule,
		.record = &a.record, .has_subject = true, .auid = 1001,
		.euid = 0, .alert = &a.alert };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	case_fini(&a);
	return 0;
}

static struct exec_values
values(const char *host, const char *evidence)
{
	const struct exec_place	 place = { host, evidence };
	struct exec_values	 v;

	exec_values(&v, arena, &t, &a.accounts, &place);
	return v;
}

static void
every_variable_has_its_value(void **state)
{
	const struct exec_values	 v = values("www1", "/var/e");

	(void)state;
	assert_string_equal(v.subject, "alice");
	assert_string_equal(v.esubject, "root");
	assert_string_equal(v.object, "/tmp/a b;c");
	assert_string_equal(v.rule, "login");
	assert_string_equal(v.priority, "5");
	assert_string_equal(v.pid, "1768");
	assert_string_equal(v.session, "4711");
	assert_string_equal(v.address, "192.0.2.7");
	assert_string_equal(v.zone, "");
	assert_string_equal(v.host, "www1");
	assert_string_equal(v.time, "2021-10-14T11:20:59.522Z");
	assert_string_equal(v.evidence, "/var/e");
	assert_string_equal(v.uid, "0000000000006f1c000000000000002a");
}

static void
user_without_a_name_is_not_attributable(void **state)
{
	struct exec_values	 v;

	(void)state;
	t.auid = UINT32_MAX;
	t.euid = 5;
	v = values(NULL, NULL);
	assert_string_equal(v.subject, "non-attributable");
	assert_string_equal(v.esubject, "non-attributable");
}

static void
only_the_path_can_be_missing(void **state)
{
	struct exec_values	 v;

	(void)state;
	case_fini(&a);
	case_init(&a, NULL, NULL);
	t.alert = NULL;
	v = values(NULL, NULL);
	assert_null(v.object);
	assert_string_equal(v.host, "");
	assert_string_equal(v.evidence, "");
	assert_string_equal(v.uid, "");
}

static void
path_that_the_rule_looked_at_counts(void **state)
{
	struct exec_values	 v;

	(void)state;
	t.has_object = true;
	t.object = slice_str("/remembered");
	v = values(NULL, NULL);
	assert_string_equal(v.object, "/remembered");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_variable_has_its_value),
		TEST(user_without_a_name_is_not_attributable),
		TEST(only_the_path_can_be_missing),
		TEST(path_that_the_rule_looked_at_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
