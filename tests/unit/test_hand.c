/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_hand.c - processes that the parent has started.
 *
 * They are this very program: started as a role, it does what its first
 * argument says, and most of that is wrong.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/wait.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "run/hand.h"
#include "run/spawn.h"

struct scene {
	struct event_base	*base;
	struct hand		*hand;
	struct buf		 log;
	unsigned		 ready, started;
	int			 status;
};

/* As the other process. */

static void
send_alone(struct channel *c, uint32_t type, const char *bytes)
{
	(void)channel_send(c, type, slice_str(bytes), -1);
	(void)channel_flush(c, true);
}

static int
play(const char *what)
{
	struct channel	*c = channel_new(ROLES_CHANNEL_FD, ROLES_MAX);
	struct message	 m;

	send_alone(c, ROLES_READY, "");
	if (strcmp(what, "dies") == 0)
		(void)raise(SIGKILL);
	if (strcmp(what, "lies") == 0)
		send_alone(c, ROLES_TOLD, "what only couriers tell workers .");
	if (strcmp(what, "talks") == 0)
		for (unsigned i = 0; i < HAND_LINES + 100; i++)
			send_alone(c, ROLES_SAY, "\4a line");
	if (strcmp(what, "waits") == 0 || strcmp(what, "lies") == 0)
		(void)channel_receive(c, &m);
	channel_free(c);
	return 3;
}

/* As the parent. */

static void
on_line(void *arg, int level, const char *text)
{
	struct scene	*s = arg;

	buf_printf(&s->log, "%d %s\n", level, text);
}

static void
on_message(void *arg, const struct message *m)
{
	struct scene	*s = arg;

	if (m->type == ROLES_READY)
		s->ready++;
	else if (m->type == ROLES_SAY)
		hand_say(s->hand, m->bytes);
}

static void
on_start(void *arg)
{
	struct scene	*s = arg;

	s->started++;
}

static int
setup(void **state)
{
	struct scene		*s = calloc(1, sizeof(*s));
	const struct hand_to	 to = { on_message, on_start, s };

	s->base = event_base_new();
	s->hand = hand_new(s->base, ROLE_WORKER, &to);
	log_divert(on_line, s);
	*state = s;
	return s->hand == NULL;
}

static int
teardown(void **state)
{
	struct scene	*s = *state;

	log_divert(NULL, NULL);
	hand_free(s->hand);
	event_base_free(s->base);
	buf_fini(&s->log);
	free(s);
	return 0;
}

static void
start(struct scene *s, const char *what)
{
	char		 words[2][16] = { "watch" };
	char		*argv[] = { words[0], words[1], NULL };

	memcpy(words[1], what, strlen(what) + 1);
	assert_true(hand_start(s->hand, argv));
	assert_true(hand_lives(s->hand));
}

/* Until it has ended, five seconds at most. */
static void
see_the_end(struct scene *s)
{
	for (unsigned i = 0; i < 500; i++) {
		(void)event_base_loop(s->base, EVLOOP_NONBLOCK);
		if (hand_ended(s->hand, &s->status)) {
			assert_false(hand_lives(s->hand));
			return;
		}
		(void)usleep(10000);
	}
	fail_msg("it did not end");
}

static void
how_it_ended_is_known(void **state)
{
	struct scene	*s = *state;

	if (!spawn_possible()) {
		skip();
		return;
	}
	start(s, "dies");
	see_the_end(s);
	assert_int_equal(s->ready, 1);
	assert_true(WIFSIGNALED(s->status));
	buf_clear(&s->log);
	spawn_put_end(&s->log, s->status);
	assert_string_equal(buf_cstr(&s->log), "died of signal 9 (Killed)");
	start(s, "ends");
	see_the_end(s);
	assert_int_equal(WEXITSTATUS(s->status), 3);
}

static void
whoever_says_what_it_may_not_is_ended(void **state)
{
	struct scene	*s = *state;

	if (!spawn_possible()) {
		skip();
		return;
	}
	start(s, "lies");
	see_the_end(s);
	assert_true(WIFSIGNALED(s->status));
	assert_non_null(strstr(buf_cstr(&s->log), "4 the worker is ended: a "
	    "message that is not its to send"));
}

static void
one_that_talks_too_much_is_heard_in_part(void **state)
{
	struct scene	*s = *state;
	size_t		 lines = 0;

	if (!spawn_possible()) {
		skip();
		return;
	}
	start(s, "talks");
	see_the_end(s);
	for (const char *p = buf_cstr(&s->log);
	    (p = strstr(p, "4 a line\n")) != NULL; p++)
		lines++;
	assert_in_range(lines, HAND_LINES, HAND_LINES + 99);
	assert_non_null(strstr(buf_cstr(&s->log), "more lines to say"));
}

static void
lines_that_act_on_a_terminal_are_escaped(void **state)
{
	struct scene	*s = *state;

	hand_say(s->hand, slice_str("\4plain \303\251 \\x41"));
	hand_say(s->hand, slice_str("\4\33[2Jgone"));
	assert_non_null(strstr(buf_cstr(&s->log), "4 plain \303\251 \\x41\n"));
	assert_null(strchr(buf_cstr(&s->log), '\33'));
}

static void
wait_doubles_up_to_a_minute(void **state)
{
	unsigned	 wait = 0, total = 0;

	(void)state;
	for (unsigned i = 0; i < 7; i++)
		total += wait = hand_wait(wait, 0);
	assert_int_equal(total, 1 + 2 + 4 + 8 + 16 + 32 + 60);
	assert_int_equal(hand_wait(60, 59), 60);
	assert_int_equal(hand_wait(60, 60), 1);		/* it was well */
}

static void
it_is_started_again_unless_nobody_wants_it(void **state)
{
	struct scene	*s = *state;

	hand_start_later(s->hand, true);
	(void)event_base_loop(s->base, EVLOOP_ONCE);
	assert_int_equal(s->started, 1);
	hand_start_later(s->hand, true);
	hand_start_never(s->hand);
	(void)event_base_loop(s->base, EVLOOP_NONBLOCK);
	assert_int_equal(s->started, 1);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(how_it_ended_is_known, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    whoever_says_what_it_may_not_is_ended, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    one_that_talks_too_much_is_heard_in_part, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    lines_that_act_on_a_terminal_are_escaped, setup, teardown),
		cmocka_unit_test(wait_doubles_up_to_a_minute),
		cmocka_unit_test_setup_teardown(
		    it_is_started_again_unless_nobody_wants_it, setup,
		    teardown),
	};

	if (argc > 1 && roles_of(argv[0]) != ROLE_PARENT)
		return play(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
