/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "caught.h"
#include "cli/cli.h"

static char			 dir[] = "/tmp/test_local.XXXXXX";
static const struct cli_shared	 here = { .audit_dir = "." };

static void
put(const char *name, const char *text)
{
	FILE	*f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
given_tables_hold_for_every_dialect(void **state)
{
	struct names			*n;
	const struct event_name		*e;

	(void)state;
	put("audit_class", "0x00000004:xx:special\n");
	put("audit_event", "4711:AUE_SPECIAL:a special one:xx\n");
	n = cli_names(&here);
	assert_non_null(n);
	for (int d = 0; d < DIALECTS; d++) {
		e = names_event(n, (enum dialect)d, 4711);
		assert_non_null(e);
		assert_string_equal(e->name, "AUE_SPECIAL");
		assert_int_equal(e->classes, 4);
	}
	names_free(n);
}

static void
bad_lines_of_a_table_are_said(void **state)
{
	struct names	*n;
	struct caught	 c;

	(void)state;
	put("audit_class", "0x4:xx:special\n");
	put("audit_event", "rubbish\n");
	catch_stderr(&c);
	n = cli_names(&here);
	assert_non_null(strstr(caught_text(&c), "line 1: "));
	names_free(n);
}

static void
missing_table_is_named(void **state)
{
	struct caught	 c;

	(void)state;
	unlink("audit_class");
	catch_stderr(&c);
	assert_null(cli_names(&here));
	assert_string_equal(caught_text(&c),
	    "bsmtrace: ./audit_class: No such file or directory\n");
}

static void
platform_is_the_dialect_of_bsd_records(void **state)
{
	const struct cli_shared	 macos = { .platform = "macos" };
	struct names		*n = cli_names(&macos);

	(void)state;
	assert_int_equal(names_dialect(n, 11), DIALECT_MACOS);
	assert_int_equal(names_dialect(n, 2), DIALECT_SOLARIS);
	names_free(n);
}

static void
names_of_users_are_those_of_this_machine(void **state)
{
	const struct accounts	*a = cli_accounts();
	char			 name[64], again[64];
	uint32_t		 uid = 1;

	(void)state;
	assert_true(a->uid_of(a->arg, "root", &uid));
	assert_int_equal(uid, 0);
	assert_false(a->uid_of(a->arg, "no such user", &uid));
	assert_true(a->user_of(a->arg, 0, name, sizeof(name)));
	assert_string_equal(name, "root");
	assert_true(a->user_of(a->arg, 0, again, sizeof(again)));
	assert_string_equal(again, "root");
	assert_false(a->user_of(a->arg, 0, name, 4));	/* does not fit */
	assert_false(a->user_of(a->arg, UINT32_MAX, name, sizeof(name)));
	assert_true(a->group_of(a->arg, 0, name, sizeof(name)));
}

static void
many_unknown_users_are_not_remembered_for_ever(void **state)
{
	const struct accounts	*a = cli_accounts();
	char			 name[64];

	(void)state;
	for (uint32_t i = 0; i < 10000; i++)
		assert_false(a->user_of(a->arg, 3000000000 + i, name,
		    sizeof(name)));
	assert_true(a->user_of(a->arg, 0, name, sizeof(name)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(given_tables_hold_for_every_dialect),
		cmocka_unit_test(bad_lines_of_a_table_are_said),
		cmocka_unit_test(missing_table_is_named),
		cmocka_unit_test(platform_is_the_dialect_of_bsd_records),
		cmocka_unit_test(names_of_users_are_those_of_this_machine),
		cmocka_unit_test(
		    many_unknown_users_are_not_remembered_for_ever),
	};
	int	 failed;

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink("audit_class");
	unlink("audit_event");
	if (chdir("/") == 0)
		rmdir(dir);
	return failed;
}
