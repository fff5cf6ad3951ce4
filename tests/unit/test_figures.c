/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "caught.h"
#include "run/figures.h"

static void
status_tells_what_is_not_zero(void **state)
{
	struct figures	 f = { .records = 54, .bytes = 12345, .alerts = 1,
	    .waiting = 3 };
	struct buf	 b = { 0 };

	(void)state;
	figures_status(&b, &f);
	assert_string_equal(buf_cstr(&b), "54 records, 12.3 kB, 1 alert, "
	    "3 sequences waiting");
	buf_clear(&b);
	f.skipped = 7;
	f.triggers.refusals = 2;
	figures_status(&b, &f);
	assert_non_null(strstr(buf_cstr(&b), ", 7 bytes skipped, 2 triggers "
	    "not run"));
	buf_fini(&b);
}

static void
status_tells_what_is_remembered(void **state)
{
	struct figures	 f = { .records = 1, .remembers = true };
	struct buf	 b = { 0 };

	(void)state;
	figures_status(&b, &f);
	assert_non_null(strstr(buf_cstr(&b), ", no checkpoint yet"));
	f.state = (struct checkpoint_stats){ .taken = 2, .failed = 3,
	    .millis = 5, .age_ms = 2999, .bytes = 7, .pause_us = 450,
	    .longest_us = 12345 };
	buf_clear(&b);
	figures_status(&b, &f);
	assert_non_null(strstr(buf_cstr(&b), ", checkpoint 2 s ago of 7 "));
	assert_non_null(strstr(buf_cstr(&b), ", paused 0.5 ms (at most 12 ms), "
	    "3 checkpoints failed"));
	buf_fini(&b);
}

static void
losses_are_said_and_nothing_else(void **state)
{
	struct figures	 f = { .records = 54, .alerts = 22 };
	struct caught	 c;

	(void)state;
	catch_stderr(&c);
	figures_losses(&f);
	assert_string_equal(caught_text(&c), "");
	f.sinks.lost = 5;
	f.engine.evicted = 6;
	f.engine.forgotten = 7;
	catch_stderr(&c);
	figures_losses(&f);
	assert_string_equal(caught_text(&c),
	    "bsmtrace: 6 sequences were given up: too many were live at once; "
	    "--max-instances allows more\n"
	    "bsmtrace: 7 values of 'new', processes or times of alerts were "
	    "forgotten for want of room\n"
	    "bsmtrace: 5 alerts did not get everywhere they should\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_tells_what_is_not_zero),
		cmocka_unit_test(status_tells_what_is_remembered),
		cmocka_unit_test(losses_are_said_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
