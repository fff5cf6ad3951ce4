/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/wait.h>

#include <stdlib.h>
#include <unistd.h>

#include "run/privilege.h"

/* In a process of its own, which is not root whoever runs the tests. */
static void
only_root_names_somebody_else(void **state)
{
	struct privilege	 p;
	int			 status = -1;
	pid_t			 child;

	(void)state;
	if ((child = fork()) == 0) {
		if (geteuid() == 0 && setuid(12345) == -1)
			_exit(2);
		_exit(privilege_find(&p, NULL) == NULL && !p.drop &&
		    privilege_drop(&p) && privilege_find(&p, "nobody") != NULL
		    ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
root_becomes_somebody_else_for_good(void **state)
{
	struct privilege	 p;
	int			 status = -1;
	pid_t			 child;

	(void)state;
	if (geteuid() != 0)
		return;			/* the other test has it all */
	assert_non_null(privilege_find(&p, "root"));
	assert_non_null(privilege_find(&p, "no-user-has-this-name"));
	assert_null(privilege_find(&p, "nobody"));
	assert_true(p.drop);
	if ((child = fork()) == 0)
		_exit(privilege_drop(&p) && getuid() == p.uid &&
		    setuid(0) == -1 && getgroups(0, NULL) == 1 ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_root_names_somebody_else),
		cmocka_unit_test(root_becomes_somebody_else_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
