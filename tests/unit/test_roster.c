/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_roster.c - which ids need not be asked for, against who is asked.
 */
#include <grp.h>
#include <pwd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/roster.h"
#include "draw.h"

static bool
whole(const char *text, const char *database)
{
	struct slice	 copy = exact(slice_str(text));
	bool		 is = roster_is_whole(copy, database);

	exact_free(copy);
	return is;
}

static void
services_that_read_files_list_all_they_know(void **state)
{
	static const char	 debian[] = "# comment: files\n\n"
	    "passwd:         files systemd\ngroup:\tfiles\nhosts: files dns\n"
	    "shadow:files";

	(void)state;
	assert_true(whole(debian, "passwd"));
	assert_true(whole(debian, "group"));
	assert_true(whole(debian, "shadow"));
	assert_false(whole(debian, "hosts"));
	assert_false(whole(debian, "comment"));
}

static void
of_any_other_service_nothing_is_known(void **state)
{
	(void)state;
	assert_false(whole("", "passwd"));
	assert_false(whole("passwd", "passwd"));
	assert_false(whole("passwd:", "passwd"));
	assert_false(whole("passwd: \t\n", "passwd"));
	assert_false(whole("passwd: files ldap\n", "passwd"));
	assert_false(whole("passwd: sss files\n", "passwd"));
	assert_false(whole("passwd: compat\n", "passwd"));
	assert_false(whole("passwd: files [NOTFOUND=return] sss\n", "passwd"));
	assert_false(whole("passwd_compat: files\n", "passwd"));
	assert_false(whole("group: files\n", "passwd"));
}

/* Whoever the system knows must be asked for. */
static void
nobody_who_is_there_is_left_out(void **state)
{
	struct roster	*r = roster_new();

	(void)state;
	assert_true(roster_may_have_user(r, 0));
	assert_true(roster_may_have_group(r, 0));
	for (uint32_t id = 0; id < 70000; id += id < 2000 ? 1 : 97) {
		if (!roster_may_have_user(r, id))
			assert_null(getpwuid((uid_t)id));
		if (!roster_may_have_group(r, id))
			assert_null(getgrgid((gid_t)id));
	}
	assert_true(roster_may_have_user(r, 65534));
	roster_free(r);
	roster_free(NULL);
}

/* Ids are written as numbers, and one could be somebody's name. */
static void
names_that_are_numbers_need_not_be_asked_for(void **state)
{
	static const char *const	numbers[] = { "0", "1001", "987654321" };
	struct roster			*r = roster_new();

	(void)state;
	assert_true(roster_may_name_user(r, "root"));
	assert_true(roster_may_name_group(r, "12th"));
	assert_true(roster_may_name_user(r, ""));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (!roster_may_name_user(r, numbers[i]))
			assert_null(getpwnam(numbers[i]));
		if (!roster_may_name_group(r, numbers[i]))
			assert_null(getgrnam(numbers[i]));
	}
	roster_free(r);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(services_that_read_files_list_all_they_know),
		cmocka_unit_test(of_any_other_service_nothing_is_known),
		cmocka_unit_test(nobody_who_is_there_is_left_out),
		cmocka_unit_test(names_that_are_numbers_need_not_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
