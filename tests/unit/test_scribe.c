/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_scribe.c - syslog stands still, and nobody waits for it.
 *
 * The syslog(3) of this program is the one below: it can be made to stand.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <syslog.h>

#include <cmocka.h>

#include "base/log.h"
#include "run/scribe.h"

static pthread_mutex_t	gate = PTHREAD_MUTEX_INITIALIZER;
static char		lines[8][64];	/* the first ones */
static unsigned		nlines;

/* Takes the place of the system's. */
void
syslog(int priority, const char *format, ...)
{
	va_list	 ap;

	(void)pthread_mutex_lock(&gate);
	if (nlines < 8) {
		const int	 n = snprintf(lines[nlines], 64, "%d ",
		    priority);

		va_start(ap, format);
		(void)vsnprintf(lines[nlines] + n, 64 - (size_t)n, format,
		    ap);
		va_end(ap);
	}
	nlines++;
	(void)pthread_mutex_unlock(&gate);
}

static void
lines_arrive_in_order_and_whole(void **state)
{
	struct scribe	*s = scribe_new(scribe_queue());

	(void)state;
	nlines = 0;
	assert_non_null(s);
	scribe_send(s, LOG_AUTH | LOG_NOTICE, "one %s %n");
	scribe_send(s, LOG_WARNING, "");
	scribe_send(s, LOG_WARNING, "three");
	assert_true(scribe_leave(s));
	assert_int_equal(nlines, 3);
	assert_string_equal(lines[0], "37 one %s %n");
	assert_string_equal(lines[1], "4 ");
	assert_string_equal(lines[2], "4 three");
}

static void
nobody_waits_while_it_stands_still(void **state)
{
	struct scribe	*s = scribe_new(scribe_queue());

	(void)state;
	nlines = 0;
	(void)pthread_mutex_lock(&gate);
	for (unsigned i = 0; i < 10000; i++)
		scribe_send(s, LOG_WARNING, "a line");
	assert_false(scribe_done(s));
	(void)pthread_mutex_unlock(&gate);
	assert_true(scribe_leave(s));
	assert_int_equal(nlines, 10000);
}

static void
messages_of_the_program_go_the_same_way(void **state)
{
	struct scribe	*s = scribe_new(scribe_queue());

	(void)state;
	nlines = 0;
	log_open(LOG_TO_SYSLOG, NULL);
	log_syslog_by(scribe_send, s);
	(void)pthread_mutex_lock(&gate);
	log_warn("nothing %s", "waits");
	(void)pthread_mutex_unlock(&gate);
	assert_true(scribe_leave(s));
	log_syslog_by(NULL, NULL);
	log_warn("and nothing is lost");
	log_open(LOG_TO_STDERR, NULL);
	assert_int_equal(nlines, 2);
	assert_string_equal(lines[0], "4 nothing waits");
	assert_string_equal(lines[1], "4 and nothing is lost");
}

static void
one_who_never_reads_is_left_at_the_end(void **state)
{
	struct scribe	*s = scribe_new(scribe_queue());

	(void)state;
	nlines = 0;
	(void)pthread_mutex_lock(&gate);
	scribe_send(s, LOG_WARNING, "a line");
	assert_false(scribe_leave(s));
	scribe_send(s, LOG_WARNING, "to nobody");
	(void)pthread_mutex_unlock(&gate);
	assert_true(scribe_leave(s));	/* so that the test leaves nothing */
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(lines_arrive_in_order_and_whole),
		cmocka_unit_test(nobody_waits_while_it_stands_still),
		cmocka_unit_test(messages_of_the_program_go_the_same_way),
		cmocka_unit_test(one_who_never_reads_is_left_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
