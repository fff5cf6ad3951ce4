/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_image.c - users and groups from the files of another system.
 */
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/image.h"

static char	root[] = "/tmp/bsmtrace-image.XXXXXX";

static void
write_file(const char *name, const char *text)
{
	char	 path[128];
	FILE	*f;

	(void)snprintf(path, sizeof(path), "%s/etc/%s", root, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int
make_root(void **state)
{
	char	 path[128];

	(void)state;
	if (mkdtemp(root) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/etc", root);
	return mkdir(path, 0700);
}

static int
remove_root(void **state)
{
	static const char *const	 files[] = { "/etc/passwd",
		"/etc/group", "/etc", "" };
	char				 path[128];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", root, files[i]);
		(void)remove(path);
	}
	return 0;
}

static void
assert_user(const struct accounts *a, uint32_t id, const char *expected)
{
	char	 name[32];

	if (expected == NULL) {
		assert_false(a->user_of(a->arg, id, name, sizeof(name)));
		return;
	}
	assert_true(a->user_of(a->arg, id, name, sizeof(name)));
	assert_string_equal(name, expected);
}

static void
without_a_passwd_file_there_is_no_image(void **state)
{
	(void)state;
	assert_null(image_new(root));
}

static void
names_are_found_by_id_and_ids_by_name(void **state)
{
	struct image		*i;
	const struct accounts	*a;
	uint32_t		 id;

	(void)state;
	write_file("passwd", "root:x:0:0::/root:/bin/sh\n# comment:x:9:\n"
	    "nobody:*:-2:-2::/:\nbroken line\nlast:x:7");
	i = image_new(root);
	assert_non_null(i);
	a = image_accounts(i);
	assert_user(a, 0, "root");
	assert_user(a, UINT32_MAX - 1, "nobody");
	assert_user(a, 7, "last");
	assert_user(a, 9, NULL);
	assert_true(a->uid_of(a->arg, "last", &id));
	assert_int_equal(id, 7);
	assert_false(a->uid_of(a->arg, "las", &id));
	assert_false(a->gid_of(a->arg, "root", &id));	/* no group file */
	image_free(i);
}

static void
the_first_of_two_lines_counts(void **state)
{
	struct image		*i;
	const struct accounts	*a;
	uint32_t		 id;

	(void)state;
	write_file("passwd", "toor:x:0:0\nroot:x:0:0\ntoor:x:5:0\n");
	write_file("group", "wheel:*:0:root\n");
	i = image_new(root);
	assert_non_null(i);
	a = image_accounts(i);
	assert_user(a, 0, "toor");
	assert_true(a->uid_of(a->arg, "toor", &id));
	assert_int_equal(id, 0);
	assert_true(a->gid_of(a->arg, "wheel", &id));
	image_free(i);
}

static void
ids_that_do_not_fit_are_passed_over(void **state)
{
	struct image		*i;

	(void)state;
	write_file("passwd", "a:x:4294967296:\nb:x:99999999999999999999:\n"
	    "c:x::\nd:x:1x:\nlongname-longname-longname-longname:x:3:\n");
	i = image_new(root);
	assert_non_null(i);
	assert_user(image_accounts(i), 0, NULL);
	assert_user(image_accounts(i), 1, NULL);
	assert_user(image_accounts(i), 3, NULL);	/* no room for it */
	image_free(i);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(without_a_passwd_file_there_is_no_image),
		cmocka_unit_test(names_are_found_by_id_and_ids_by_name),
		cmocka_unit_test(the_first_of_two_lines_counts),
		cmocka_unit_test(ids_that_do_not_fit_are_passed_over),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
