/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_log.c - what the program says on standard error.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

/* Run FN with standard error in a file, and compare what it wrote. */
static void
says(void (*fn)(void), const char *want)
{
	FILE		*file = tmpfile();
	const int	 before = dup(STDERR_FILENO);
	char		 got[12000];
	size_t		 n;

	assert_non_null(file);
	assert_int_not_equal(dup2(fileno(file), STDERR_FILENO), -1);
	fn();
	assert_int_not_equal(dup2(before, STDERR_FILENO), -1);
	(void)close(before);
	rewind(file);
	n = fread(got, 1, sizeof(got) - 1, file);
	got[n] = '\0';
	(void)fclose(file);
	assert_string_equal(got, want);
}

static void
warn_and_inform(void)
{
	log_warn("%s: %d records", "trail", 3);
	log_info("done");
}

static void
lines_begin_with_the_program_and_its_role(void **state)
{
	(void)state;
	says(warn_and_inform,
	    "bsmtrace: trail: 3 records\nbsmtrace: done\n");
	log_open(LOG_TO_STDERR, "worker");
	says(warn_and_inform,
	    "bsmtrace[worker]: trail: 3 records\nbsmtrace[worker]: done\n");
	log_open(LOG_TO_STDERR, NULL);
}

static void
debug(void)
{
	log_debug("detail %d", 1);
}

static void
details_are_told_on_request(void **state)
{
	(void)state;
	says(debug, "");
	log_set_debug(true);
	says(debug, "bsmtrace: detail 1\n");
	log_set_debug(false);
	says(debug, "");
}

static void
fail_twice(void)
{
	errno = ENOENT;
	log_warn_errno("open %s", "x");
	log_warn_errno("again");
	assert_int_equal(errno, ENOENT);
}

static void
errors_are_put_in_words_and_kept(void **state)
{
	(void)state;
	says(fail_twice, "bsmtrace: open x: No such file or directory\n"
	    "bsmtrace: again: No such file or directory\n");
}

static char	long_text[10001];

static void
say_much(void)
{
	log_warn("%s", long_text);
}

static void
long_lines_are_whole(void **state)
{
	char	 want[10100];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	(void)snprintf(want, sizeof(want), "bsmtrace: %s\n", long_text);
	says(say_much, want);
}

static void
a_daemon_says_nothing_on_standard_error(void **state)
{
	(void)state;
	log_open(LOG_TO_SYSLOG, NULL);
	says(warn_and_inform, "");
	log_open(LOG_TO_BOTH, NULL);
	says(debug, "");
	log_open(LOG_TO_STDERR, NULL);
}

static void
let_go(void *arg)
{
	assert_int_equal(write(STDERR_FILENO, arg, strlen(arg)),
	    strlen(arg));
}

static void
what_was_gathered_stands_before_a_message(void **state)
{
	char	 line[] = "alert\n";

	(void)state;
	log_before(let_go, line);
	says(fail_twice, "alert\nbsmtrace: open x: No such file or "
	    "directory\nalert\nbsmtrace: again: No such file or directory\n");
	log_open(LOG_TO_SYSLOG, NULL);
	says(warn_and_inform, "");
	log_open(LOG_TO_STDERR, NULL);
	log_before(NULL, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_begin_with_the_program_and_its_role),
		cmocka_unit_test(details_are_told_on_request),
		cmocka_unit_test(errors_are_put_in_words_and_kept),
		cmocka_unit_test(long_lines_are_whole),
		cmocka_unit_test(what_was_gathered_stands_before_a_message),
		cmocka_unit_test(a_daemon_says_nothing_on_standard_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
