/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "alert_case.h"
#include "caught.h"
#include "run/ledger.h"
#include "run/triggers.h"

/*
 * A trigger whose words are plain texts, with at most one variable: "$" stands
 * for the object.
 */
struct made {
	struct piece	 pieces[8];
	struct word	 words[8];
	struct trigger	 trigger;
};

static struct event_base	*base;
static struct triggers		*t;
static struct ledger		*ledger;
static struct alert_rule	 rule = { .label = "r", .file = "f",
	.line = 1 };
static struct exec_values	 values;
static char			 dir[] = "/tmp/test_triggers.XXXXXX";

static void
quiet(int severity, const char *message)
{
	(void)severity;
	(void)message;
}

static void
begin(unsigned time_s, unsigned running, unsigned per_minute)
{
	const struct triggers_options	 o = { time_s, running, per_minute,
		false, ledger };

	base = event_base_new();
	t = triggers_new(base, &o);
	assert_non_null(t);
	values = (struct exec_values){ .subject = "alice",
	    .object = "a b; $(c) \"d'" };
}

static void
end(void)
{
	triggers_free(t);
	event_base_free(base);
}

static void
make(struct made *m, const char *text, const char *const *words)
{
	size_t	 n = 0;

	for (; words[n] != NULL; n++) {
		m->pieces[n] = words[n][0] == '$' ?
		    (struct piece){ PIECE_VARIABLE, NULL, VAR_OBJECT } :
		    (struct piece){ PIECE_TEXT, words[n], VAR_SUBJECT };
		m->words[n] = (struct word){ &m->pieces[n], 1 };
	}
	m->trigger = (struct trigger){ text, m->words, n };
}

static void
wait_for_all(void)
{
	while (triggers_running(t) > 0)
		event_base_loop(base, EVLOOP_ONCE);
}

/* A script in the directory, to be run as a trigger. */
static void
script(const char *name, const char *text)
{
	FILE	*f = fopen(name, "w");

	fputs("#!/bin/sh\n", f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(name, 0700), 0);
}

static void
file_holds(const char *name, const char *expected)
{
	char	 text[512] = "";
	int	 fd = open(name, O_RDONLY);

	assert_true(fd != -1);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	unlink(name);
	assert_string_equal(text, expected);
}

static void
value_is_one_argument_whatever_it_holds(void **state)
{
	struct made	 m;

	(void)state;
	begin(30, 8, 10);
	script("run", "echo \"$#\" >out\nfor i; do echo \"$i\" >>out; done\n");
	make(&m, "x", (const char *const []){ "./run", "one two", "$", NULL });
	assert_true(triggers_allow(t, &rule));
	triggers_start(t, &m.trigger, &rule, &values, NULL);
	assert_int_equal(triggers_running(t), 1);
	wait_for_all();
	file_holds("out", "2\none two\na b; $(c) \"d'\n");
	end();
}

static void
program_finds_an_empty_environment_and_no_other_files(void **state)
{
	struct made		 m;
	struct triggers_stats	 stats;
	const int		 fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	begin(30, 8, 10);
	setenv("SECRET", "1", 1);
	script("run", "/usr/bin/env | grep -v -e ^_= -e ^PWD= -e ^SHLVL= "
	    "-e ^OLDPWD= >out\n"
	    "[ -z \"$(cat)\" ] || echo stdin >>out\n"
	    "[ \"$(ps -o pgid= -p $$ | tr -d ' ')\" = $$ ] || echo pg >>out\n");
	make(&m, "x", (const char *const []){ "./run", NULL });
	triggers_start(t, &m.trigger, &rule, &values, NULL);
	wait_for_all();
	file_holds("out", "PATH=/sbin:/bin:/usr/sbin:/usr/bin:"
	    "/usr/local/sbin:/usr/local/bin\n");
	triggers_stats(t, &stats);
	assert_int_equal(stats.runs, 1);
	close(fd);
	end();
}

static void
missing_program_is_named_once(void **state)
{
	struct made		 m;
	struct triggers_stats	 stats;
	struct caught		 c;

	(void)state;
	begin(30, 8, 10);
	make(&m, "/no/such thing", (const char *const []){ "/no/such",
	    "thing", NULL });
	catch_stderr(&c);
	triggers_start(t, &m.trigger, &rule, &values, NULL);
	triggers_start(t, &m.trigger, &rule, &values, NULL);
	assert_string_equal(caught_text(&c), "bsmtrace: /no/such thing: "
	    "/no/such: No such file or directory\n");
	triggers_stats(t, &stats);
	assert_int_equal(stats.failures, 2);
	assert_int_equal(stats.runs, 0);
	assert_int_equal(triggers_running(t), 0);
	end();
}

static void
trigger_without_its_object_is_refused(void **state)
{
	struct made		 m;
	struct triggers_stats	 stats;
	struct caught		 c;

	(void)state;
	begin(30, 8, 10);
	values.object = NULL;
	make(&m, "x", (const char *const []){ "/bin/true", "$", NULL });
	catch_stderr(&c);
	triggers_start(t, &m.trigger, &rule, &values, NULL);
	assert_non_null(strstr(caught_text(&c), "r: trigger not run: the "
	    "record has no path"));
	triggers_stats(t, &stats);
	assert_int_equal(stats.refusals, 1);
	end();
}

static void
trigger_that_hangs_is_ended_with_all_it_started(void **state)
{
	struct made		 m;
	struct triggers_stats	 stats;
	struct caught		 c;
	struct timeval		 a, b;
	pid_t			 grandchild;
	FILE			*f;

	(void)state;
	begin(1, 8, 10);
	script("run", "sleep 60 & echo $! >out\nwait\n");
	make(&m, "x", (const char *const []){ "./run", NULL });
	catch_stderr(&c);
	evutil_gettimeofday(&a, NULL);
	triggers_start(t, &m.trigger, &rule, &values, NULL);
	wait_for_all();
	evutil_gettimeofday(&b, NULL);
	assert_string_equal(caught_text(&c), "bsmtrace: x: ended after 1 "
	    "seconds, the time limit\n");
	assert_true(b.tv_sec - a.tv_sec <= 3);
	triggers_stats(t, &stats);
	assert_int_equal(stats.failures, 1);
	f = fopen("out", "r");
	assert_int_equal(fscanf(f, "%d", &grandchild), 1);
	fclose(f);
	unlink("out");
	usleep(100000);
	/* It is gone, or a zombie that nobody has collected yet. */
	if (kill(grandchild, 0) == 0) {
		char	 path[64], line[256];

		snprintf(path, sizeof(path), "/proc/%d/stat", grandchild);
		f = fopen(path, "r");
		assert_true(f == NULL || (fgets(line, sizeof(line), f) != NULL
		    && strstr(line, ") Z ") != NULL));
		if (f != NULL)
			fclose(f);
	}
	end();
}

static void
trigger_that_ignores_the_signal_is_killed(void **state)
{
	struct made	 m;
	struct caught	 c;

	(void)state;
	begin(1, 8, 10);
	script("run", "trap '' TERM\nwhile :; do sleep 1; done\n");
	make(&m, "x", (const char *const []){ "./run", NULL });
	catch_stderr(&c);
	triggers_start(t, &m.trigger, &rule, &values, NULL);
	wait_for_all();				/* or the test never ends */
	(void)caught_text(&c);
	end();
}

static void
trigger_that_ends_badly_is_told_once(void **state)
{
	struct made	 m;
	struct caught	 c;

	(void)state;
	begin(30, 8, 10);
	script("run", "exit 3\n");
	make(&m, "x", (const char *const []){ "./run", NULL });
	catch_stderr(&c);
	for (int i = 0; i < 2; i++) {
		triggers_start(t, &m.trigger, &rule, &values, NULL);
		wait_for_all();
	}
	assert_string_equal(caught_text(&c),
	    "bsmtrace: x: ended with status 3\n");
	end();
}

static void
what_is_said_at_the_end_outlives_the_rules(void **state)
{
	char		*text = strdup("x");
	struct made	 m;
	struct caught	 c;

	(void)state;
	begin(30, 8, 10);
	script("run", "exit 3\n");
	make(&m, text, (const char *const []){ "./run", NULL });
	catch_stderr(&c);
	triggers_start(t, &m.trigger, &rule, &values, NULL);
	text[0] = '\0';			/* they have been read again */
	free(text);
	m.trigger.text = NULL;
	wait_for_all();
	assert_string_equal(caught_text(&c),
	    "bsmtrace: x: ended with status 3\n");
	end();
}

static void
no_more_run_at_once_than_allowed(void **state)
{
	struct made		 m;
	struct alert_rule	 other = rule;
	struct triggers_stats	 stats;
	struct caught		 c;

	(void)state;
	begin(30, 2, 10);
	other.line = 2;
	script("run", "sleep 60\n");
	make(&m, "x", (const char *const []){ "./run", NULL });
	catch_stderr(&c);
	for (int i = 0; i < 5; i++)
		if (triggers_allow(t, i % 2 == 0 ? &rule : &other))
			triggers_start(t, &m.trigger, &rule, &values, NULL);
	assert_int_equal(triggers_running(t), 2);
	triggers_end(t);
	triggers_stop(t);
	wait_for_all();
	assert_string_equal(caught_text(&c),
	    "bsmtrace: r: trigger not run: as many as allowed are running; "
	    "further ones of this rule are only counted\n"
	    "bsmtrace: r: trigger not run: as many as allowed are running; "
	    "further ones of this rule are only counted\n"
	    "bsmtrace: r: 2 triggers not run\n"
	    "bsmtrace: r: 1 trigger not run\n");
	triggers_stats(t, &stats);
	assert_int_equal(stats.refusals, 3);
	assert_int_equal(stats.failures, 0);
	end();
}

static void
rule_starts_no_more_in_a_minute_than_allowed(void **state)
{
	struct made		 m;
	struct alert_rule	 other = rule;
	struct caught		 c;
	unsigned		 started = 0;

	(void)state;
	begin(30, 100, 3);
	other.label = "other";
	make(&m, "x", (const char *const []){ "/bin/true", NULL });
	catch_stderr(&c);
	for (int i = 0; i < 10; i++)
		if (triggers_allow(t, &rule)) {
			triggers_start(t, &m.trigger, &rule, &values, NULL);
			started++;
		}
	assert_int_equal(started, 3);
	assert_true(triggers_allow(t, &other));
	wait_for_all();
	assert_non_null(strstr(caught_text(&c), "too many in a minute"));
	end();
}

/* Two runs: the second goes on behind an interruption. */
static void
trigger_that_was_started_before_is_passed_over_and_counts(void **state)
{
	static const uint8_t	 id[3][LEDGER_ID] = { { 1 }, { 2 }, { 3 } };
	struct made		 m;
	struct triggers_stats	 stats;
	struct buf		 why = { 0 };
	struct caught		 c;

	(void)state;
	script("run", "echo x >>out\n");
	make(&m, "x", (const char *const []){ "./run", NULL });
	for (size_t n = 2; n <= 3; n++) {
		ledger = ledger_open(".", &why);
		assert_non_null(ledger);
		begin(30, 8, 3);
		catch_stderr(&c);
		for (size_t i = 0; i < n; i++) {
			triggers_start(t, &m.trigger, &rule, &values, id[i]);
			wait_for_all();
		}
		triggers_end(t);
		assert_string_equal(caught_text(&c), n == 2 ? "" :
		    "bsmtrace: 2 triggers had been started before the restart "
		    "and were not started again\n");
		assert_true(triggers_allow(t, &rule) == (n == 2));
		triggers_stats(t, &stats);
		assert_int_equal(stats.runs, n == 2 ? 2 : 1);
		assert_int_equal(stats.passed, n == 2 ? 0 : 2);
		end();
		ledger_close(ledger);
	}
	ledger = NULL;
	unlink(LEDGER_NAME);
	file_holds("out", "x\nx\nx\n");
}

static void
some_that_do_not_come_again_are_told_at_the_end(void **state)
{
	static const uint8_t	 id[2][LEDGER_ID] = { { 1 }, { 2 } };
	struct made		 m;
	struct buf		 why = { 0 };
	struct caught		 c;

	(void)state;
	make(&m, "x", (const char *const []){ "/bin/true", NULL });
	ledger = ledger_open(".", &why);
	assert_true(ledger_start(ledger, id[0]));
	assert_true(ledger_start(ledger, id[1]));
	ledger_close(ledger);
	ledger = ledger_open(".", &why);
	begin(30, 8, 10);
	catch_stderr(&c);
	triggers_start(t, &m.trigger, &rule, &values, id[1]);
	triggers_end(t);
	assert_string_equal(caught_text(&c), "bsmtrace: 1 trigger had been "
	    "started before the restart and was not started again\n");
	end();
	ledger_close(ledger);
	ledger = NULL;
	unlink(LEDGER_NAME);
}

static void
trigger_that_cannot_be_noted_is_not_run(void **state)
{
	static const uint8_t	 id[LEDGER_ID] = { 1 };
	struct made		 m;
	struct triggers_stats	 stats;
	struct rlimit		 before, small;
	struct buf		 why = { 0 };
	struct caught		 c;

	(void)state;
	make(&m, "x", (const char *const []){ "/bin/true", NULL });
	ledger = ledger_open(".", &why);
	for (uint8_t i = 0; i < 20; i++)	/* longer than what is said */
		assert_true(ledger_start(ledger, (uint8_t [LEDGER_ID]){ i }));
	begin(30, 8, 10);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 21 * LEDGER_ID;
	signal(SIGXFSZ, SIG_IGN);
	catch_stderr(&c);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	triggers_start(t, &m.trigger, &rule, &values, id);
	triggers_start(t, &m.trigger, &rule, &values, id);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_string_equal(caught_text(&c), "bsmtrace: r: trigger not run: "
	    "its start cannot be noted: File too large; further ones of this "
	    "rule are only counted\n");
	assert_int_equal(triggers_running(t), 0);
	triggers_stats(t, &stats);
	assert_int_equal(stats.refusals, 2);
	assert_int_equal(stats.runs, 0);
	end();
	ledger_close(ledger);
	ledger = NULL;
	unlink(LEDGER_NAME);
}

static void
own_processes_are_known_up_to_their_end(void **state)
{
	struct made	 m;
	const pid_t	 before = fork();
	pid_t		 pid = 0;

	(void)state;
	if (before == 0)
		_exit(0);
	(void)waitpid(before, NULL, 0);
	begin(30, 8, 10);
	script("run", "echo $$ >out\n");
	make(&m, "x", (const char *const []){ "./run", NULL });
	triggers_start(t, &m.trigger, &rule, &values, NULL);
	wait_for_all();
	{
		FILE	*f = fopen("out", "r");

		assert_int_equal(fscanf(f, "%d", &pid), 1);
		fclose(f);
		unlink("out");
	}
	assert_true(triggers_own(t, (uint32_t)pid, 1000));
	assert_false(triggers_own(t, (uint32_t)pid, INT64_MAX));
	assert_false(triggers_own(t, (uint32_t)before, 1000));
	assert_false(triggers_own(t, 0, 1000));
	end();
}

static void
variables_of_a_trigger_are_known(void **state)
{
	struct made	 m;

	(void)state;
	make(&m, "x", (const char *const []){ "/bin/true", "$", NULL });
	assert_true(triggers_uses(&m.trigger, VAR_OBJECT));
	assert_false(triggers_uses(&m.trigger, VAR_UID));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(value_is_one_argument_whatever_it_holds),
		cmocka_unit_test(
		    program_finds_an_empty_environment_and_no_other_files),
		cmocka_unit_test(missing_program_is_named_once),
		cmocka_unit_test(trigger_without_its_object_is_refused),
		cmocka_unit_test(
		    trigger_that_hangs_is_ended_with_all_it_started),
		cmocka_unit_test(trigger_that_ignores_the_signal_is_killed),
		cmocka_unit_test(trigger_that_ends_badly_is_told_once),
		cmocka_unit_test(what_is_said_at_the_end_outlives_the_rules),
		cmocka_unit_test(no_more_run_at_once_than_allowed),
		cmocka_unit_test(rule_starts_no_more_in_a_minute_than_allowed),
		cmocka_unit_test(
		trigger_that_was_started_before_is_passed_over_and_counts),
		cmocka_unit_test(
		    some_that_do_not_come_again_are_told_at_the_end),
		cmocka_unit_test(trigger_that_cannot_be_noted_is_not_run),
		cmocka_unit_test(
		    own_processes_are_known_up_to_their_end),
		cmocka_unit_test(variables_of_a_trigger_are_known),
	};
	int	 failed;

	event_set_log_callback(quiet);
	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink("run");
	if (chdir("/") == 0)
		rmdir(dir);
	return failed;
}
