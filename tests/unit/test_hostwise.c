/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_hostwise.c - finished inputs, each with an engine of its own.
 *
 * Also to be run under -fsanitize=thread.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "alert_case.h"
#include "caught.h"
#include "rule/rules.h"
#include "run/logdir.h"
#include "run/pipeline.h"

#define TRAILS	3u
#define RECORDS	6000u			/* more than makes a share */
#define EACH	3u			/* of which fail, evenly */

#define RULE(label, event) "sequence " label " { subject any;\n" \
	"state { event " event "; status failure; }; };\n"

static struct names		*names;
static struct accounts		 accounts;
static struct logdir		 dir;
static char			 path[] = "/tmp/test_hostwise.XXXXXX";
static struct buf		 rec, bad;
static int			 alarm_at;	/* alerts until the signal, */
static int			 alarm_is;	/* which is this; 0: none */
static struct pipeline_result	 result;

static int
load_text(void *arg, const char *name, struct buf *out)
{
	(void)name;
	buf_str(out, arg);
	return 0;
}

static bool
no_user(void *arg, const char *name, uint32_t *id)
{
	(void)arg;
	(void)name;
	(void)id;
	return false;
}

/* Asked for each alert, by whoever shows it. */
static bool
on_user(void *arg, uint32_t id, char *name, size_t n)
{
	if (alarm_is != 0 && id == 1001 && --alarm_at == 0)
		(void)raise(alarm_is);
	return case_user(arg, id, name, n);
}

static struct program *
rules(const char *text)
{
	char			*copy = strdup(text);
	struct diags		*d = diags_new();
	const struct rules_env	 env = { .names = names,
	    .accounts = &accounts, .load = load_text, .arg = copy };
	struct program		*p = rules_load(&env, "rules", d);

	assert_non_null(p);
	diags_free(d);
	free(copy);
	return p;
}

static void
write_trail(void)
{
	const int	 fd = open(path, O_WRONLY | O_TRUNC);

	for (unsigned i = 1; i <= RECORDS; i++) {
		const struct buf	*b = i % (RECORDS / EACH) == 0 ?
		    &bad : &rec;

		assert_int_equal(write(fd, b->p, b->n), b->n);
	}
	close(fd);
}

static int
setup(void **state)
{
	(void)state;
	names = names_new();
	accounts = (struct accounts){ no_user, no_user, on_user, case_group,
		NULL };
	rec = bad = (struct buf){ 0 };
	case_record(&rec, "/tmp/x", NULL, 0);
	case_record(&bad, "/tmp/x", NULL, 1);
	alarm_is = 0;
	write_trail();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buf_fini(&rec);
	buf_fini(&bad);
	names_free(names);
	return 0;
}

static const struct program *
read_again(void *arg, bool *want_uid)
{
	(void)arg;
	(void)want_uid;
	return rules(RULE("later", "any"));
}

static void
use(void *arg, const struct program *p)
{
	*(const struct program **)arg = p;
}

static void
drop(void *arg, const struct program *p)
{
	(void)arg;
	program_free((struct program *)(uintptr_t)p);
}

/* Run over the same trail three times; returns what was said. */
static const char *
run(struct caught *c, const char *text, unsigned threads)
{
	const struct program		*p = rules(text);
	const struct sinks_options	 so = {
		.format = sink_format_find(slice_str("json")),
		.world = { names, &accounts }, .host = logdir_host(&dir),
		.to_stderr = true, .syslog = SINK_NO_SYSLOG,
		.stderr_fd = STDERR_FILENO
	};
	const struct pipeline_rules	 again = { read_again, use, drop, &p };
	struct input			 in[TRAILS];
	struct sinks			*s = sinks_new(&so);
	const struct pipeline_options	 o = { .program = p, .names = names,
	    .accounts = &accounts, .inputs = in, .ninputs = TRAILS,
	    .sinks = s, .rules = &again, .reopen = true, .summary = true,
	    .threads = threads };

	for (unsigned i = 0; i < TRAILS; i++)
		assert_null(input_open(&in[i], path));
	catch_stderr(c);
	pipeline_run(&o, &result);
	sinks_free(s);
	program_free((struct program *)(uintptr_t)p);
	for (unsigned i = 0; i < TRAILS; i++)
		input_close(&in[i]);
	return caught_text(c);
}

static unsigned
count(const char *text, const char *part)
{
	unsigned	 n = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		n++;
	return n;
}

static void
all_is_the_same_on_any_number_of_threads(void **state)
{
	struct caught	 c;
	char		*one = strdup(run(&c, RULE("many", "any"), 1));

	(void)state;
	assert_int_equal(count(one, "\"many\""), TRAILS * EACH);
	assert_int_equal(count(one, ": 6000 records, 3 alerts, "), TRAILS);
	for (unsigned threads = 2; threads < 8; threads++) {
		assert_string_equal(run(&c, RULE("many", "any"), threads),
		    one);
		assert_int_equal(result.alerts, TRAILS * EACH);
	}
	free(one);
}

static void
unknown_event_is_told_once_for_all_of_them(void **state)
{
	struct caught	 c;

	(void)state;
	rec.p[6] = rec.p[7] = 0xfd;
	write_trail();
	for (unsigned threads = 1; threads < 5; threads++)
		assert_int_equal(count(run(&c, RULE("class",
		    "<auditclass> { fr; }"), threads),
		    "audit event 65021 is in no table"), 1);
}

static void
end_comes_where_the_signal_did(void **state)
{
	struct caught	 c;
	const char	*said;

	(void)state;
	for (unsigned threads = 1; threads < 8; threads++) {
		alarm_is = SIGINT;
		alarm_at = EACH + 2;		/* in the second trail */
		said = run(&c, RULE("many", "any"), threads);
		assert_int_equal(count(said, ": 6000 records, 3 alerts, "),
		    1 + (count(said, "\"many\"") == 2 * EACH));
		assert_int_equal(count(said, ": 0 records, 0 alerts, "), 1);
		assert_in_range(result.alerts, EACH + 2, 2 * EACH);
		assert_false(result.failed);
	}
}

static void
status_is_told_on_a_signal(void **state)
{
	struct caught	 c;
	const char	*said;

	(void)state;
	for (unsigned threads = 1; threads < 4; threads++) {
		alarm_is = SIGUSR1;
		alarm_at = 2;
		said = run(&c, RULE("many", "any"), threads);
		assert_int_equal(count(said, " waiting\n"), 1 + TRAILS);
	}
}

/* In the turn after the last block of all, or after that of a share. */
static void
status_is_told_also_at_the_very_end(void **state)
{
	struct caught	 c;
	const char	*said;

	(void)state;
	for (unsigned at = EACH; at <= TRAILS * EACH; at += EACH)
		for (unsigned threads = 1; threads < 4; threads++) {
			alarm_is = SIGUSR1;
			alarm_at = (int)at;
			said = run(&c, RULE("many", "any"), threads);
			assert_int_equal(count(said, " waiting\n"),
			    1 + TRAILS);
		}
}

/* Not only where a block ends. The records are large, for several pieces. */
static void
signal_is_heard_where_a_piece_ends(void **state)
{
	struct caught	 c;
	const char	*said;
	char		 name[301] = "/";

	(void)state;
	memset(name + 1, 'x', 299);
	buf_clear(&rec);
	case_record(&rec, name, NULL, 0);
	write_trail();
	for (unsigned threads = 1; threads < 5; threads++) {
		alarm_is = SIGHUP;
		alarm_at = EACH + 1;		/* of the second trail */
		said = strstr(run(&c, RULE("many", "any"), threads),
		    "rules are read again when");
		assert_non_null(said);
		assert_in_range(count(said, "\"many\"") +
		    count(said, "\"later\""), EACH + 1, 2 * EACH - 1);
	}
}

static void
rules_are_read_again_between_hosts(void **state)
{
	struct caught	 c;
	const char	*said;

	(void)state;
	alarm_is = SIGHUP;
	alarm_at = EACH + 2;
	said = run(&c, RULE("many", "any"), 1);
	assert_int_equal(count(said, "\"many\""), 2 * EACH);
	assert_int_equal(count(said, "\"later\""), EACH);
	assert_int_equal(count(said, "rules were read again: 1 rule"), 1);
	assert_int_equal(count(said, "read again"), 2);
}

static void
it_is_said_when_rules_are_not_read_again(void **state)
{
	struct caught	 c;
	const char	*said;

	(void)state;
	alarm_is = SIGHUP;
	alarm_at = 2 * EACH + 1;
	said = run(&c, RULE("many", "any"), 4);
	assert_int_equal(count(said, "\"many\""), TRAILS * EACH);
	assert_int_equal(count(said, "rules were not read again"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    all_is_the_same_on_any_number_of_threads, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    unknown_event_is_told_once_for_all_of_them, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    end_comes_where_the_signal_did, setup, teardown),
		cmocka_unit_test_setup_teardown(status_is_told_on_a_signal,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    status_is_told_also_at_the_very_end, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    signal_is_heard_where_a_piece_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    rules_are_read_again_between_hosts, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    it_is_said_when_rules_are_not_read_again, setup, teardown),
	};
	int	 fd, failed;

	if ((fd = mkstemp(path)) == -1)
		return 1;
	(void)close(fd);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	return failed;
}
