/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/log.h"
#include "run/checkpoint.h"
#include "run/statedir.h"

/* A run of one number, which is all that is remembered. */
struct scene {
	char			 dir[64];
	struct event_base	*base;
	struct checkpoint	*c;
	struct statedb_about	 about;
	struct checkpoint_stats	 stats;
	uint32_t		 number;
	int			 late;		/* from where rows come; -1 */
	bool			 sync_fails, save_hangs, save_dies;
	unsigned		 marks, durable, not_durable;
	int			 messages;	/* standard error */
	int			 stderr_before;
};

static bool
save(void *arg, row_fn fn, void *fn_arg)
{
	const struct scene	*s = arg;
	char			 text[16];
	struct row		 r = { 1, 2, { (const uint8_t *)text, 0 } };

	if (s->save_dies)
		(void)raise(SIGKILL);
	if (s->save_hangs)
		(void)usleep(300000);
	r.bytes.n = (size_t)snprintf(text, sizeof(text), "%u", s->number);
	return fn(fn_arg, &r);
}

static int
on_mark(void *arg)
{
	struct scene	*s = arg;

	s->marks++;
	return s->late;
}

static bool
on_sync(void *arg, struct buf *why)
{
	const struct scene	*s = arg;

	if (s->sync_fails)
		buf_str(why, "the disk is tired");
	return !s->sync_fails;
}

static void
on_over(void *arg, bool durable)
{
	struct scene	*s = arg;

	if (durable)
		s->durable++;
	else
		s->not_durable++;
}

static void
begin(struct scene *s)
{
	const struct checkpoint_part	 part = { save, s };
	struct checkpoint_options	 o = { .dir = s->dir, .every_s = 1,
	    .parts = &part, .nparts = 1, .moments = { on_mark, on_sync,
	    on_over, s } };
	struct statedb			*db;
	struct buf			 why = { 0 };

	assert_int_equal(statedb_take(s->dir, &db, &why), STATEDB_GOOD);
	statedb_about(db, &s->about);
	statedb_close(db);
	o.run = s->about.run;
	s->c = checkpoint_new(s->base, &o);
	assert_non_null(s->c);
}

/* What the program says goes to a file. */
static void
listen_in(struct scene *s)
{
	char	 path[96];

	(void)snprintf(path, sizeof(path), "%s/messages", s->dir);
	s->messages = open(path, O_RDWR | O_CREAT | O_APPEND, 0600);
	s->stderr_before = dup(STDERR_FILENO);
	(void)dup2(s->messages, STDERR_FILENO);
	log_open(LOG_TO_STDERR, NULL);
}

static int
setup(void **state)
{
	struct scene	*s = calloc(1, sizeof(*s));

	(void)snprintf(s->dir, sizeof(s->dir), "/tmp/checkpoint-XXXXXX");
	if (mkdtemp(s->dir) == NULL)
		return -1;
	s->late = -1;
	s->base = event_base_new();
	listen_in(s);
	begin(s);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene	*s = *state;
	char		 command[96];

	checkpoint_free(s->c);
	event_base_free(s->base);
	(void)dup2(s->stderr_before, STDERR_FILENO);
	(void)close(s->stderr_before);
	(void)close(s->messages);
	(void)snprintf(command, sizeof(command), "rm -rf %s", s->dir);
	(void)!system(command);
	free(s);
	return 0;
}

static bool
on_row(void *arg, const struct row *r)
{
	buf_printf(arg, "%u.%u=%.*s ", r->section, r->page, (int)r->bytes.n,
	    (const char *)r->bytes.p);
	return true;
}

static void
assert_kept(struct scene *s, const char *expected)
{
	struct buf	 told = { 0 };
	struct statedb	*db;

	assert_int_equal(statedb_open(s->dir, &db, &told), STATEDB_GOOD);
	assert_true(statedb_rows(db, 0, 99, on_row, &told));
	assert_string_equal(buf_cstr(&told), expected);
	statedb_close(db);
	buf_fini(&told);
}

static void
assert_said(struct scene *s, const char *expected)
{
	char		 text[2048];
	const ssize_t	 n = pread(s->messages, text, sizeof(text) - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
	if (strstr(text, expected) == NULL)
		fail_msg("not said: %s; but: %s", expected, text);
}

static unsigned
lines_said(struct scene *s)
{
	char		 text[2048];
	const ssize_t	 n = pread(s->messages, text, sizeof(text), 0);
	unsigned	 lines = 0;

	for (ssize_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	return lines;
}

/* Turns of the event loop until the copy has ended. */
static void
wait_for_copy(struct scene *s)
{
	const unsigned	 before = s->durable + s->not_durable;

	while (s->durable + s->not_durable == before)
		assert_int_equal(event_base_loop(s->base, EVLOOP_ONCE), 0);
	checkpoint_stats(s->c, &s->stats);
}

static void
take(struct scene *s, uint32_t number)
{
	s->number = number;
	assert_true(checkpoint_take(s->c));
	wait_for_copy(s);
}

static void
what_is_remembered_is_kept(void **state)
{
	struct scene	*s = *state;

	take(s, 17);
	assert_kept(s, "1.2=17 ");
	assert_int_equal(s->durable, 1);
	assert_int_equal(s->marks, 1);
	assert_int_equal(s->stats.taken, 1);
	assert_int_equal(s->stats.rows, 1);
	assert_int_equal(s->stats.bytes, 2);
	assert_int_equal(s->stats.written, 2);
	assert_true(s->stats.pause_us > 0);
	assert_true(s->stats.longest_us >= s->stats.pause_us);
	assert_true(s->stats.millis > 0);
	assert_true(s->stats.age_ms < 5000);
	assert_int_equal(lines_said(s), 0);
}

static void
it_is_of_the_moment_when_it_was_taken(void **state)
{
	struct scene	*s = *state;

	s->number = 1;
	s->save_hangs = true;
	assert_true(checkpoint_take(s->c));
	s->number = 2;
	wait_for_copy(s);
	assert_kept(s, "1.2=1 ");
}

static void
there_are_never_two_at_once(void **state)
{
	struct scene	*s = *state;

	s->save_hangs = true;
	assert_true(checkpoint_take(s->c));
	assert_false(checkpoint_take(s->c));
	assert_false(checkpoint_take(s->c));
	wait_for_copy(s);
	assert_int_equal(s->stats.late, 2);
	assert_int_equal(s->stats.taken, 1);
	assert_int_equal(s->marks, 1);
}

static void
one_is_taken_each_second(void **state)
{
	struct scene	*s = *state;

	s->number = 5;
	wait_for_copy(s);
	assert_kept(s, "1.2=5 ");
	s->number = 6;
	wait_for_copy(s);
	assert_kept(s, "1.2=6 ");
}

static void
one_may_be_waited_for(void **state)
{
	struct scene	*s = *state;

	s->number = 1;
	s->save_hangs = true;
	assert_true(checkpoint_take(s->c));
	s->number = 2;
	assert_true(checkpoint_sure(s->c));
	assert_kept(s, "1.2=2 ");
	assert_int_equal(s->durable, 2);
}

static void
rows_may_come_later_from_elsewhere(void **state)
{
	struct scene	*s = *state;
	const struct row r = { 48, 3, { (const uint8_t *)"later", 5 } };
	int		 ends[2];

	assert_int_equal(pipe(ends), 0);
	s->late = ends[0];
	s->number = 7;
	assert_true(checkpoint_take(s->c));
	assert_true(checkpoint_send(ends[1], &r));
	assert_true(checkpoint_send_end(ends[1]));
	wait_for_copy(s);
	assert_kept(s, "1.2=7 48.3=later ");
	(void)close(ends[1]);
}

static void
nothing_counts_when_these_do_not_end_well(void **state)
{
	struct scene	*s = *state;
	const struct row r = { 48, 3, { (const uint8_t *)"later", 5 } };
	int		 ends[2];

	take(s, 6);
	assert_int_equal(pipe(ends), 0);
	s->late = ends[0];
	s->number = 7;
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	assert_true(checkpoint_send(ends[1], &r));
	(void)close(ends[1]);
	assert_true(checkpoint_take(s->c));
	wait_for_copy(s);
	assert_int_equal(s->stats.failed, 1);
	assert_int_equal(s->not_durable, 1);
	assert_kept(s, "1.2=6 ");
	assert_said(s, "what was written until then is not known");
}

/* Failures. */

static void
a_failure_is_said_once_until_it_works_again(void **state)
{
	struct scene	*s = *state;

	take(s, 1);
	s->sync_fails = true;
	take(s, 2);
	take(s, 3);
	take(s, 4);
	assert_int_equal(s->stats.failed, 3);
	assert_int_equal(lines_said(s), 1);
	assert_said(s, "what is remembered cannot be written: the disk is "
	    "tired; this is tried again");
	assert_kept(s, "1.2=1 ");
	assert_int_equal(s->stats.taken, 1);
	s->sync_fails = false;
	take(s, 5);
	assert_kept(s, "1.2=5 ");
	assert_int_equal(lines_said(s), 2);
	assert_said(s, "is written again, after 3 times");
}

static void
a_copy_that_dies_is_noticed(void **state)
{
	struct scene	*s = *state;

	take(s, 1);
	s->save_dies = true;
	take(s, 2);
	assert_int_equal(s->not_durable, 1);
	assert_said(s, "the copy of the process died of signal 9");
	assert_kept(s, "1.2=1 ");
	assert_false(checkpoint_sure(s->c));
}

static void
a_process_that_cannot_be_copied_is_tried_again(void **state)
{
	struct scene		*s = *state;
	const struct rlimit	 none = { 0, 0 };
	int			 status;
	pid_t			 pid;

	/* A limit on processes is none for root. */
	if (geteuid() == 0) {
		if ((pid = fork()) != 0) {
			assert_int_equal(waitpid(pid, &status, 0), pid);
			assert_int_equal(status, 0);
			return;
		}
		if (setuid(65534) == -1)
			_exit(1);
	} else if ((pid = fork()) != 0) {
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		return;
	}
	(void)setrlimit(RLIMIT_NPROC, &none);
	_exit(!checkpoint_take(s->c) && s->not_durable == 1 &&
	    lines_said(s) == 1 ? 0 : 1);
}

static void
a_database_that_breaks_meanwhile_gives_way(void **state)
{
	struct scene	*s = *state;
	char		 path[96];
	FILE		*f;

	take(s, 1);
	(void)snprintf(path, sizeof(path), "%s/" STATEDB_FILE, s->dir);
	f = fopen(path, "w");
	for (unsigned i = 0; i < 1000; i++)
		(void)fputs("not a database at all\n", f);
	(void)fclose(f);
	take(s, 2);
	assert_int_equal(s->not_durable, 1);
	assert_said(s, "is state.db.bad-1 now");
	take(s, 3);
	assert_int_equal(s->durable, 2);
	assert_kept(s, "1.2=3 ");
}

static void
whoever_lost_the_directory_writes_nothing(void **state)
{
	struct scene		*s = *state;
	struct checkpoint	*before = s->c;

	take(s, 1);
	begin(s);
	take(s, 2);
	s->number = 3;
	assert_true(checkpoint_take(before));
	wait_for_copy(s);
	assert_kept(s, "1.2=2 ");
	assert_said(s, "another run has taken it since");
	checkpoint_free(before);
}

/* A signal for all processes of the group does not end the copy. */
static void
signals_do_not_reach_the_copy(void **state)
{
	struct scene	*s = *state;

	s->save_hangs = true;
	s->number = 9;
	(void)signal(SIGUSR2, SIG_IGN);
	assert_true(checkpoint_take(s->c));
	(void)usleep(50000);
	assert_int_equal(kill(0, SIGUSR2), 0);
	wait_for_copy(s);
	assert_kept(s, "1.2=9 ");
	(void)signal(SIGUSR2, SIG_DFL);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(what_is_remembered_is_kept),
		T(it_is_of_the_moment_when_it_was_taken),
		T(there_are_never_two_at_once),
		T(one_is_taken_each_second),
		T(one_may_be_waited_for),
		T(rows_may_come_later_from_elsewhere),
		T(nothing_counts_when_these_do_not_end_well),
		T(a_failure_is_said_once_until_it_works_again),
		T(a_copy_that_dies_is_noticed),
		T(a_process_that_cannot_be_copied_is_tried_again),
		T(a_database_that_breaks_meanwhile_gives_way),
		T(whoever_lost_the_directory_writes_nothing),
		T(signals_do_not_reach_the_copy),
#undef T
	};

	(void)setpgid(0, 0);		/* signals of a group are ours alone */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
