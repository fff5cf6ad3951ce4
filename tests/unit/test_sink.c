/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "alert_case.h"
#include "sink/sink.h"

/* What the sinks were seen to do, as text. */
static struct alert_case	 a;
static struct buf		 seen;
static struct sinks_options	 o;
static int			 err[2];	/* standard error, as a pipe */
static int			 log_error;	/* errno of opening a log */
static char			 dir[] = "/tmp/test_sink.XXXXXX";

static int
open_log(void *arg, const char *name)
{
	struct buf	 path = { 0 };
	int		 fd;

	(void)arg;
	buf_printf(&seen, "open %s\n", name);
	if (log_error != 0) {
		errno = log_error;
		return -1;
	}
	buf_printf(&path, "%s/%s", dir, name);
	fd = open(buf_cstr(&path), O_WRONLY | O_APPEND | O_CREAT, 0600);
	buf_fini(&path);
	return fd;
}

static int
open_evidence(void *arg, const char *base, const char *sub, const char *file,
    struct buf *path)
{
	(void)arg;
	(void)file;
	buf_printf(&seen, "evidence %s/%s\n", base == NULL ? "-l" : base, sub);
	buf_str(path, "/evidence");
	return open("/dev/null", O_WRONLY);
}

static void
send_syslog(void *arg, int priority, const char *line)
{
	(void)arg;
	buf_printf(&seen, "syslog %d %.20s\n", priority, line);
}

static void
trouble(void *arg, const char *what, int error, uint64_t lost)
{
	(void)arg;
	buf_printf(&seen, "trouble %s %d %u\n", what, error, (unsigned)lost);
}

static void
missing(void *arg, const char *path, size_t n)
{
	(void)arg;
	buf_printf(&seen, "missing %s %zu\n", path, n);
}

static int
setup(void **state)
{
	(void)state;
	case_init(&a, "/tmp/x", NULL);
	log_error = 0;
	o = (struct sinks_options){
		.format = sink_format_find(slice_str("text")),
		.world = a.world,
		.host = { .open_log = open_log,
		    .open_evidence = open_evidence, .syslog = send_syslog,
		    .trouble = trouble, .missing = missing },
		.syslog = SINK_NO_SYSLOG
	};
	if (pipe(err) == -1 || fcntl(err[0], F_SETFL, O_NONBLOCK) == -1)
		return -1;
	o.stderr_fd = err[1];
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	case_fini(&a);
	buf_fini(&seen);
	seen = (struct buf){ 0 };
	close(err[0]);
	close(err[1]);
	return 0;
}

/* How many lines came out on standard error. */
static unsigned
stderr_lines(void)
{
	char		 text[4096];
	const ssize_t	 n = read(err[0], text, sizeof(text));
	unsigned	 lines = 0;

	for (ssize_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	return lines;
}

static void
did(const char *what)
{
	assert_string_equal(buf_cstr(&seen), what);
	buf_clear(&seen);
}

static void
formats_are_found_by_name(void **state)
{
	(void)state;
	assert_ptr_equal(sink_format_find(slice_str("json"))->put, jsonl_put);
	assert_null(sink_format_find(slice_str("jsonl")));
	assert_string_equal(sink_formats()->name, "text");
}

static void
foreground_writes_to_standard_error(void **state)
{
	struct sinks	*s;

	(void)state;
	o.to_stderr = true;
	s = sinks_new(&o);
	assert_false(sinks_want_steps(s, &a.alert.rule));
	sinks_alert(s, &a.view);
	assert_int_equal(stderr_lines(), 0);
	sinks_flush(s);
	assert_int_equal(stderr_lines(), 1);
	did("");
	sinks_free(s);
}

static void
rule_with_a_log_file_of_its_own_writes_there_only(void **state)
{
	static const char *const	 names[] = { "ssh.log" };
	struct sinks			*s;
	int				 error;

	(void)state;
	o.files = true;
	s = sinks_new(&o);
	assert_null(sinks_open(s, names, 1, &error));
	did("open bsmtrace.log\nopen ssh.log\n");
	a.alert.rule.logfile = "ssh.log";
	sinks_alert(s, &a.view);
	sinks_flush(s);
	assert_int_equal(stderr_lines(), 0);
	sinks_free(s);
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(access("bsmtrace.log", F_OK), 0);
	{
		char		 text[256];
		const int	 fd = open("ssh.log", O_RDONLY);

		assert_true(read(fd, text, sizeof(text)) > 80);
		close(fd);
	}
	assert_int_equal(unlink("bsmtrace.log"), 0);
	assert_int_equal(unlink("ssh.log"), 0);
}

static void
channels_come_first_and_instead_of_standard_error(void **state)
{
	static const struct sink_channel channels[] = {
		{ SINK_SYSLOG, 34, NULL },
		{ SINK_STDERR, 0, NULL },
		{ SINK_EVIDENCE, 0, "/var/evidence" },
	};
	static const uint32_t		 named[] = { 2, 0 };
	struct sinks			*s;

	(void)state;
	o.to_stderr = true;
	o.channels = channels;
	o.nchannels = 3;
	s = sinks_new(&o);
	a.alert.rule.channels = named;
	a.alert.rule.nchannels = 2;
	assert_true(sinks_want_steps(s, &a.alert.rule));
	sinks_alert(s, &a.view);
	did("evidence /var/evidence/login\nsyslog 37 1634210459.522 seque\n"
	    "syslog 34 1634210459.522 state\n");
	sinks_flush(s);
	assert_int_equal(stderr_lines(), 0);
	sinks_free(s);
}

static void
path_of_the_evidence_is_known_after_the_alert(void **state)
{
	struct sinks	*s;

	(void)state;
	o.evidence = true;
	s = sinks_new(&o);
	assert_null(sinks_evidence(s));
	sinks_alert(s, &a.view);
	did("evidence -l/login\nsyslog 37 1634210459.522 seque\n");
	assert_string_equal(sinks_evidence(s), "/evidence");
	sinks_free(s);
}

static void
file_that_fails_is_told_once_and_its_alerts_go_to_stderr(void **state)
{
	struct sinks		*s;
	struct sinks_stats	 stats;
	struct buf		 said = { 0 };

	(void)state;
	o.files = true;
	s = sinks_new(&o);
	log_error = EROFS;
	for (int i = 0; i < 3; i++)
		sinks_alert(s, &a.view);
	sinks_flush(s);
	assert_int_equal(stderr_lines(), 3);
	buf_printf(&said, "open bsmtrace.log\ntrouble bsmtrace.log %d 1\n"
	    "open bsmtrace.log\nopen bsmtrace.log\n", EROFS);
	did(buf_cstr(&said));
	buf_fini(&said);
	sinks_stats(s, &stats);
	assert_int_equal(stats.lost, 3);
	log_error = 0;
	sinks_alert(s, &a.view);	/* at once: it may fail again */
	did("open bsmtrace.log\ntrouble bsmtrace.log 0 3\n");
	assert_int_equal(stderr_lines(), 0);
	sinks_free(s);
	assert_int_equal(chdir(dir), 0);
	unlink("bsmtrace.log");
}

/* Each read of a socket for datagrams is what one write brought. */
static void
lines_are_gathered_up_to_a_limit(void **state)
{
	struct sinks	*s;
	static char	 text[256u << 10];
	int		 ends[2];
	ssize_t		 n;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	o.to_stderr = true;
	o.stderr_fd = ends[1];
	s = sinks_new(&o);
	for (unsigned i = 0; i < 100; i++)
		sinks_alert(s, &a.view);
	assert_int_equal(read(ends[0], text, sizeof(text)), -1);
	for (unsigned i = 0; i < 900; i++)
		sinks_alert(s, &a.view);
	n = read(ends[0], text, sizeof(text));
	assert_in_range(n, 64 << 10, 65 << 10);
	assert_int_equal(text[n - 1], '\n');
	sinks_flush(s);
	sinks_free(s);
	close(ends[0]);
	close(ends[1]);
}

static void
what_was_gathered_goes_to_the_file_before_it_is_renamed(void **state)
{
	struct sinks	*s;
	char		 text[1024];
	int		 fd;

	(void)state;
	o.files = true;
	s = sinks_new(&o);
	sinks_alert(s, &a.view);
	assert_int_equal(chdir(dir), 0);
	sinks_flush(s);
	sinks_alert(s, &a.view);
	assert_int_equal(rename("bsmtrace.log", "old"), 0);
	sinks_reopen(s);
	fd = open("old", O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text)) % 2, 0);
	close(fd);
	fd = open("bsmtrace.log", O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text)), 0);
	close(fd);
	sinks_free(s);
	unlink("old");
	unlink("bsmtrace.log");
}

static void
file_that_cannot_be_opened_at_the_start_is_named(void **state)
{
	struct sinks	*s;
	int		 error;

	(void)state;
	o.files = true;
	log_error = EACCES;
	s = sinks_new(&o);
	assert_string_equal(sinks_open(s, NULL, 0, &error), "bsmtrace.log");
	assert_int_equal(error, EACCES);
	sinks_free(s);
}

static void
missing_records_are_told_once(void **state)
{
	struct sinks		*s;
	struct sinks_stats	 stats;

	(void)state;
	o.evidence = true;
	a.steps[0].bytes = (struct slice){ 0 };
	s = sinks_new(&o);
	sinks_alert(s, &a.view);
	sinks_alert(s, &a.view);
	assert_non_null(strstr(buf_cstr(&seen), "missing /evidence 1\n"));
	assert_null(strstr(strstr(buf_cstr(&seen), "missing") + 1,
	    "missing"));
	sinks_stats(s, &stats);
	assert_int_equal(stats.missing, 2);
	sinks_free(s);
}

static void
format_that_shows_steps_wants_them(void **state)
{
	struct sinks	*s;

	(void)state;
	o.to_stderr = true;
	o.format = sink_format_find(slice_str("long"));
	s = sinks_new(&o);
	assert_true(sinks_want_steps(s, &a.alert.rule));
	sinks_free(s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(formats_are_found_by_name),
		TEST(foreground_writes_to_standard_error),
		TEST(rule_with_a_log_file_of_its_own_writes_there_only),
		TEST(channels_come_first_and_instead_of_standard_error),
		TEST(path_of_the_evidence_is_known_after_the_alert),
		TEST(file_that_fails_is_told_once_and_its_alerts_go_to_stderr),
		TEST(lines_are_gathered_up_to_a_limit),
		TEST(what_was_gathered_goes_to_the_file_before_it_is_renamed),
		TEST(file_that_cannot_be_opened_at_the_start_is_named),
		TEST(missing_records_are_told_once),
		TEST(format_that_shows_steps_wants_them),
	};
	int	 failed;

	if (mkdtemp(dir) == NULL)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(dir);
	return failed;
}
