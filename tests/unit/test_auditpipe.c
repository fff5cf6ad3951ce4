/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "caught.h"
#include "run/auditpipe.h"

static void
descriptor_that_is_no_audit_pipe_is_nothing_to_speak_of(void **state)
{
	struct auditpipe	 a = { 0 };
	struct caught		 c;
	int			 ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	catch_stderr(&c);
	for (unsigned i = 0; i < 3 * AUDITPIPE_EVERY; i++)
		auditpipe_look(&a, ends[0]);
	assert_string_equal(caught_text(&c), "");
	assert_int_equal(a.drops, 0);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    descriptor_that_is_no_audit_pipe_is_nothing_to_speak_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
