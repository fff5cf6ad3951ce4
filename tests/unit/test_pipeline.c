/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alert_case.h"
#include "caught.h"
#include "run/logdir.h"
#include "run/pipeline.h"
#include "rule/rules.h"

/* Rules given as text, and what becomes of records run through them. */
static struct names		*names;
static struct accounts		 accounts;
static struct logdir		 dir;
static char			 path[] = "/tmp/test_pipeline.XXXXXX";
static struct buf		 rec;	/* one record of auid 1001 */
static struct sinks_options	 so;
static struct pipeline_options	 o;
static struct pipeline_result	 result;
static struct triggers_options	 limits = { 30, 8, 10, false, NULL };

#define TWO_STATES "sequence two { subject any; timeout 10 seconds;\n" \
	"state { event any; status any; };\n" \
	"state { event any; status any; }; };\n"
#define ONE_STATE "sequence one { subject any;\n" \
	"state { event any; status any; }; };\n"

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

static int
setup(void **state)
{
	(void)state;
	names = names_new();
	accounts = (struct accounts){ no_user, no_user, case_user, case_group,
		NULL };
	rec = (struct buf){ 0 };
	case_record(&rec, "/tmp/x", NULL, 0);
	so = (struct sinks_options){ .format = sink_formats(),
	    .world = { names, &accounts }, .host = logdir_host(&dir),
	    .to_stderr = true, .syslog = SINK_NO_SYSLOG,
	    .stderr_fd = STDERR_FILENO };
	o = (struct pipeline_options){ .names = names, .accounts = &accounts,
	    .triggers = &limits };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buf_fini(&rec);
	names_free(names);
	unlink(path);
	return 0;
}

static void
write_trail(const char *to, unsigned records)
{
	const int	 fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	for (unsigned i = 0; i < records; i++)
		assert_int_equal(write(fd, rec.p, rec.n), rec.n);
	close(fd);
}

/* Run over these inputs; returns what was said. */
static const char *
run(struct caught *c, const char *text, struct input *in, size_t n)
{
	struct program	*p = rules(text);
	struct sinks	*s = sinks_new(&so);

	o.program = p;
	o.sinks = s;
	o.inputs = in;
	o.ninputs = n;
	catch_stderr(c);
	pipeline_run(&o, &result);
	sinks_free(s);
	program_free(p);
	for (size_t i = 0; i < n; i++)
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
finished_trail_raises_its_alerts(void **state)
{
	struct input	 in;
	struct caught	 c;
	const char	*said;

	(void)state;
	write_trail(path, 5);
	assert_null(input_open(&in, path));
	said = run(&c, TWO_STATES, &in, 1);
	assert_int_equal(count(said, " state machine: two "), 2);
	assert_int_equal(count(said, "\n"), 2);
	assert_int_equal(result.alerts, 2);
	assert_int_equal(result.gaps, 0);
	assert_false(result.failed);
}

static void
each_trail_has_sequences_of_its_own(void **state)
{
	struct input	 in[2];
	struct caught	 c;

	(void)state;
	write_trail(path, 1);
	assert_null(input_open(&in[0], path));
	assert_null(input_open(&in[1], path));
	(void)run(&c, TWO_STATES, in, 2);
	assert_int_equal(result.alerts, 0);
}

static void
damage_is_told_and_reading_goes_on(void **state)
{
	struct input	 in;
	struct caught	 c;
	const char	*said;
	int		 fd;

	(void)state;
	write_trail(path, 2);
	fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "noise", 5), 5);
	assert_int_equal(write(fd, rec.p, rec.n), rec.n);
	assert_int_equal(write(fd, rec.p, rec.n), rec.n);
	close(fd);
	assert_null(input_open(&in, path));
	said = run(&c, ONE_STATE, &in, 1);
	assert_int_equal(count(said, ": 5 bytes skipped: "), 1);
	assert_int_equal(count(said, " state machine: one "), 4);
	/* Alerts stand where they were raised, and messages between them. */
	assert_int_equal(count(strstr(said, " skipped: "),
	    " state machine: one "), 2);
	assert_int_equal(result.gaps, 1);
	assert_false(result.failed);
}

static void
empty_trail_is_fine(void **state)
{
	struct input	 in;
	struct caught	 c;

	(void)state;
	write_trail(path, 0);
	assert_null(input_open(&in, path));
	assert_string_equal(run(&c, ONE_STATE, &in, 1), "");
	assert_false(result.failed);
}

/* Write records into the pipe, one byte at a time for the first. */
static void
writer(int fd, unsigned records)
{
	for (size_t i = 0; i < rec.n; i++)
		(void)!write(fd, rec.p + i, 1);
	for (unsigned i = 1; i < records; i++)
		(void)!write(fd, rec.p, rec.n);
	_exit(0);
}

static struct input
piped(unsigned records, pid_t *child)
{
	int	 ends[2];

	assert_int_equal(pipe(ends), 0);
	if ((*child = fork()) == 0) {
		close(ends[0]);
		writer(ends[1], records);
	}
	close(ends[1]);
	return (struct input){ .path = "pipe", .name = "pipe",
		.fd = ends[0] };
}

static void
pipe_raises_the_same_alerts(void **state)
{
	struct input	 in;
	struct caught	 c;
	const char	*said;
	pid_t		 child;

	(void)state;
	in = piped(5, &child);
	said = run(&c, TWO_STATES, &in, 1);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(count(said, " state machine: two "), 2);
	assert_int_equal(count(said, "source: pipe\n"), 2);
}

static void
steps_of_a_pipe_are_kept(void **state)
{
	struct input	 in;
	struct caught	 c;
	const char	*said;
	pid_t		 child;

	(void)state;
	so.format = sink_format_find(slice_str("json"));
	in = piped(2, &child);
	said = run(&c, TWO_STATES, &in, 1);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(count(said, "\"path\":\"/tmp/x\""), 2);
	assert_int_equal(count(said, "\"time\":null"), 0);
}

static void
several_pipes_and_files_are_read_together(void **state)
{
	struct input	 in[3];
	struct caught	 c;
	pid_t		 one, two;

	(void)state;
	write_trail(path, 3);
	in[0] = piped(4, &one);
	assert_null(input_open(&in[1], path));
	in[2] = piped(5, &two);
	(void)run(&c, ONE_STATE, in, 3);
	assert_int_equal(waitpid(one, NULL, 0), one);
	assert_int_equal(waitpid(two, NULL, 0), two);
	assert_int_equal(result.alerts, 12);
}

static void
records_of_our_own_are_passed_over_on_this_host_only(void **state)
{
	struct input	 in;
	struct caught	 c;
	const pid_t	 me = getpid();
	pid_t		 child;

	(void)state;
	for (unsigned i = 0; i < 4; i++)	/* pid of the subject */
		rec.p[18 + 21 + i] = (uint8_t)(me >> (24 - 8 * i));
	in = piped(3, &child);
	in.own_host = true;
	(void)run(&c, ONE_STATE, &in, 1);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(result.alerts, 0);
	in = piped(3, &child);
	(void)run(&c, ONE_STATE, &in, 1);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(result.alerts, 3);
}

/* Whoever looks into it first: the engine asks for the first header's event. */
static void
a_header_within_counts_no_more_on_this_host_than_elsewhere(void **state)
{
	static const uint8_t	 within[18] = { 0x14, 0, 0, 0, 0, 11, 0, 6 };
	struct input		 in;
	struct caught		 c;
	pid_t			 child;

	(void)state;
	buf_clear(&rec);
	case_record(&rec, "/tmp/xxxxxxxxx", NULL, 0);	/* as many bytes */
	memcpy(rec.p + 18 + 37, within, sizeof(within));
	for (unsigned i = 0; i < 2; i++) {
		in = piped(3, &child);
		in.own_host = i == 1;
		(void)run(&c, "sequence one { subject any;\n"
		    "state { event <auditevent> { 6; }; status any; }; };\n",
		    &in, 1);
		assert_int_equal(waitpid(child, NULL, 0), child);
		assert_int_equal(result.alerts, 0);
	}
}

static void
terminated_run_ends_without_reporting_damage(void **state)
{
	struct input	 in;
	struct caught	 c;
	const char	*said;
	pid_t		 child;
	int		 ends[2];
	const pid_t	 me = getpid();

	(void)state;
	assert_int_equal(pipe(ends), 0);
	if ((child = fork()) == 0) {
		(void)!write(ends[1], rec.p, rec.n);
		(void)!write(ends[1], rec.p, 20);
		usleep(200000);
		kill(me, SIGUSR1);
		usleep(100000);
		kill(me, SIGTERM);
		_exit(0);
	}
	in = (struct input){ .path = "pipe", .name = "pipe", .fd = ends[0] };
	said = run(&c, ONE_STATE, &in, 1);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(ends[1]);
	assert_int_equal(count(said, " state machine: one "), 1);
	assert_int_equal(count(said, "skipped"), 0);
	assert_int_equal(count(said, "1 record, 98 bytes, 1 alert"), 1);
	assert_int_equal(result.gaps, 0);
	assert_false(result.failed);
}

static void
trigger_of_the_last_state_runs_before_the_end(void **state)
{
	struct input	 in;
	struct caught	 c;

	(void)state;
	write_trail(path, 1);
	assert_null(input_open(&in, path));
	(void)run(&c, "sequence one { subject any; state { event any;\n"
	    "status any; trigger \"/bin/sh -c 'sleep 0.2; rm $object' "
	    "\"; }; };\n", &in, 1);
	assert_false(result.failed);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(finished_trail_raises_its_alerts),
		TEST(each_trail_has_sequences_of_its_own),
		TEST(damage_is_told_and_reading_goes_on),
		TEST(empty_trail_is_fine),
		TEST(pipe_raises_the_same_alerts),
		TEST(steps_of_a_pipe_are_kept),
		TEST(several_pipes_and_files_are_read_together),
		TEST(records_of_our_own_are_passed_over_on_this_host_only),
		TEST(
		    a_header_within_counts_no_more_on_this_host_than_elsewhere),
		TEST(terminated_run_ends_without_reporting_damage),
		TEST(trigger_of_the_last_state_runs_before_the_end),
	};
	int	 failed, fd;

	if ((fd = mkstemp(path)) == -1)
		return 99;
	close(fd);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return failed;
}
