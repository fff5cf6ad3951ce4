/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "run/loader.h"

static char	 dir[] = "/tmp/test_loader.XXXXXX";

#define RULES	200000u		/* bytes */

static void
write_rules(void)
{
	FILE	*f;

	assert_int_equal(chdir(dir), 0);
	f = fopen("rules", "w");
	assert_non_null(f);
	for (unsigned i = 0; i < RULES; i++)
		putc('a', f);
	assert_int_equal(fclose(f), 0);
}

static void
file_is_read_whole(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	write_rules();
	buf_str(&b, "before ");
	assert_int_equal(loader_read("rules", 1u << 20, &b), 0);
	assert_int_equal(b.n, 7 + RULES);
	buf_clear(&b);
	assert_int_equal(loader_read("rules", 100000, &b), EFBIG);
	buf_fini(&b);
	unlink("rules");
}

static void
file_is_read_to_a_page(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	write_rules();
	assert_int_equal(loader_read("rules", 1u << 20, &b), 0);
	assert_int_equal(b.n, RULES);
	assert_int_equal((uintptr_t)b.p % 4096, 0);
	buf_str(&b, "it grows as others do");
	assert_int_equal(b.n, RULES + 21);
	assert_int_equal(b.p[RULES - 1], 'a');
	buf_fini(&b);
	unlink("rules");
}

static void
what_cannot_be_read_is_told_by_its_errno(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	assert_int_equal(loader_read("/nonexistent", 10, &b), ENOENT);
	assert_int_equal(loader_read(dir, 10, &b), EISDIR);
	assert_int_equal(b.n, 0);
	buf_fini(&b);
}

static void
include_is_a_regular_file(void **state)
{
	const struct rules_env	 env = loader_env(NULL, NULL);
	struct buf		 b = { 0 };
	FILE			*f;

	(void)state;
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(env.include(env.arg, "fifo", &b), RULES_NO_FILE);
	assert_int_equal(env.include(env.arg, "/dev/null", &b),
	    RULES_NO_FILE);
	assert_int_equal(env.include(env.arg, dir, &b), EISDIR);
	assert_int_equal(env.load(env.arg, "/dev/null", &b), 0);
	assert_int_equal(b.n, 0);
	assert_non_null(f = fopen("more", "w"));
	(void)fputs("# ", f);
	(void)fclose(f);
	assert_int_equal(env.include(env.arg, "more", &b), 0);
	assert_int_equal(b.n, 2);
	buf_fini(&b);
	unlink("more");
	unlink("fifo");
}

static void
environment_asks_the_file_system(void **state)
{
	const struct rules_env	 env = loader_env(NULL, NULL);

	(void)state;
	assert_int_equal(env.check_dir(env.arg, dir), 0);
	assert_int_equal(env.check_dir(env.arg, "/dev/null"), ENOTDIR);
	assert_int_equal(env.check_dir(env.arg, "/nonexistent"), ENOENT);
	assert_int_equal(env.check_program(env.arg, "/bin/sh"), 0);
	assert_int_equal(env.check_program(env.arg, dir), EISDIR);
	assert_int_equal(env.check_program(env.arg, "/nonexistent"), ENOENT);
	assert_int_equal(env.check_program(env.arg, "/etc/passwd"), EACCES);
}

static void
time_zones_never_leave_their_directory(void **state)
{
	const struct rules_env	 env = loader_env(NULL, NULL);
	struct buf		 b = { 0 };
	FILE			*f;

	(void)state;
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(mkdir("zones", 0700), 0);
	assert_non_null(f = fopen("zones/Here", "w"));
	(void)fputs("TZif", f);
	(void)fclose(f);
	(void)setenv("TZDIR", "zones", 1);
	assert_int_equal(env.zone(env.arg, "Here", &b), 0);
	assert_int_equal(b.n, 4);
	buf_clear(&b);
	assert_int_equal(env.zone(env.arg, "There", &b), ENOENT);
	assert_int_equal(env.zone(env.arg, "", &b), EINVAL);
	assert_int_equal(env.zone(env.arg, "/etc/passwd", &b), EINVAL);
	assert_int_equal(env.zone(env.arg, "../zones/Here", &b), EINVAL);
	assert_int_equal(env.zone(env.arg, "x/../Here", &b), EINVAL);
	assert_int_equal(b.n, 0);
	(void)unsetenv("TZDIR");
	buf_fini(&b);
	(void)unlink("zones/Here");
	(void)rmdir("zones");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_is_read_whole),
		cmocka_unit_test(file_is_read_to_a_page),
		cmocka_unit_test(what_cannot_be_read_is_told_by_its_errno),
		cmocka_unit_test(include_is_a_regular_file),
		cmocka_unit_test(environment_asks_the_file_system),
		cmocka_unit_test(time_zones_never_leave_their_directory),
	};
	int	 failed;

	if (mkdtemp(dir) == NULL)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (chdir("/") == 0)
		rmdir(dir);
	return failed;
}
