/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "engine/census.h"
#include "run/metrics.h"

#define PATIENCE_MS	10000	/* on a busy machine */

static void
put_one(void *arg, struct buf *b)
{
	(void)arg;
	metrics_put(b, "records_total", "Records.", NULL, 42);
}

static int
connect_to(uint16_t port)
{
	struct sockaddr_in	 at = { .sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int		 fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&at,
	    sizeof(at)), 0);
	return fd;
}

/* Ask, let the server have its turns, and take what comes until the end. */
static void
ask(struct event_base *base, uint16_t port, const char *request,
    struct buf *answer)
{
	const int	 fd = connect_to(port);
	struct pollfd	 one = { .fd = fd, .events = POLLIN };
	char		 piece[4096];
	ssize_t		 n = 1;

	assert_int_equal(send(fd, request, strlen(request), 0),
	    strlen(request));
	for (unsigned i = 0; n > 0 && i < PATIENCE_MS / 10; i++) {
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
		if (poll(&one, 1, 10) == 1 &&
		    (n = recv(fd, piece, sizeof(piece), 0)) > 0)
			buf_put(answer, piece, (size_t)n);
	}
	assert_int_equal(n, 0);
	close(fd);
}

static void
assert_answer(const char *request, const char *status, const char *part)
{
	struct event_base	*base = event_base_new();
	struct buf		 why = { 0 }, answer = { 0 };
	struct metrics		*m = metrics_new(base, "127.0.0.1:0", put_one,
	    NULL, &why);

	assert_non_null(m);
	ask(base, metrics_port(m), request, &answer);
	assert_true(answer.n > 12);	/* HTTP/1.x and a blank before it */
	assert_memory_equal(answer.p + 9, status, strlen(status));
	assert_non_null(strstr(buf_cstr(&answer), part));
	metrics_free(m);
	event_base_free(base);
	buf_fini(&answer);
	buf_fini(&why);
}

static void
figures_are_at_metrics(void **state)
{
	(void)state;
	assert_answer("GET /metrics HTTP/1.0\r\n\r\n", "200 ",
	    "# TYPE bsmtrace_records_total counter\n"
	    "bsmtrace_records_total 42\n");
}

static void
nothing_else_is_anywhere(void **state)
{
	(void)state;
	assert_answer("GET / HTTP/1.0\r\n\r\n", "404 ",
	    "/metrics");
}

static void
other_methods_are_refused(void **state)
{
	(void)state;
	assert_answer("DELETE /metrics HTTP/1.0\r\n\r\n", "501 ",
	    "");
}

static void
request_without_measure_is_refused(void **state)
{
	char	 long_one[3 * 8192];

	(void)state;
	memset(long_one, 'a', sizeof(long_one) - 1);
	memcpy(long_one, "GET /metrics HTTP/1.0\r\nX: ", 26);
	memcpy(long_one + sizeof(long_one) - 5, "\r\n\r\n", 5);
	assert_answer(long_one, "4", "");
}

static void
assert_place(const char *where, bool good)
{
	struct buf	 why = { 0 };

	assert_int_equal(metrics_check(where, &why), good);
	assert_int_equal(why.n == 0, good);
	buf_fini(&why);
}

static void
only_this_machine_is_listened_to(void **state)
{
	(void)state;
	assert_place("127.0.0.1:9480", true);
	assert_place("127.1.2.3:0", true);
	assert_place("[::1]:9480", true);
	assert_place("localhost:65535", true);
	assert_place("0.0.0.0:9480", false);
	assert_place("192.0.2.7:9480", false);
	assert_place("[::]:9480", false);
	assert_place("www.example.org:9480", false);
}

static void
places_that_make_no_sense_are_refused(void **state)
{
	(void)state;
	assert_place("", false);
	assert_place(":", false);
	assert_place("9480", false);
	assert_place(":9480", false);
	assert_place("[]:9480", false);
	assert_place("127.0.0.1:", false);
	assert_place("127.0.0.1:65536", false);
	assert_place("127.0.0.1:-1", false);
	assert_place("127.0.0.1:94x", false);
}

static void
port_that_is_taken_is_said(void **state)
{
	struct event_base	*base = event_base_new();
	struct buf		 why = { 0 }, where = { 0 };
	struct metrics		*m = metrics_new(base, "127.0.0.1:0", put_one,
	    NULL, &why);

	(void)state;
	assert_non_null(m);
	buf_printf(&where, "127.0.0.1:%u", metrics_port(m));
	assert_null(metrics_new(base, buf_cstr(&where), put_one, NULL, &why));
	assert_non_null(strstr(buf_cstr(&why), "cannot be listened at"));
	metrics_free(m);
	event_base_free(base);
	buf_fini(&where);
	buf_fini(&why);
}

static void
labels_are_quoted(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	metrics_label(&b, "rule", "a\"b\\c\nd");
	assert_string_equal(buf_cstr(&b), "rule=\"a\\\"b\\\\c\\nd\"");
	buf_fini(&b);
}

static void
every_figure_has_its_help_and_type(void **state)
{
	const struct figures	 f = { .records = 7 };
	struct buf		 b = { 0 };
	const char		*p;
	unsigned		 help = 0, type = 0;

	(void)state;
	metrics_figures(&b, &f);
	for (p = buf_cstr(&b); (p = strstr(p, "# HELP ")) != NULL; p++)
		help++;
	for (p = buf_cstr(&b); (p = strstr(p, "# TYPE ")) != NULL; p++)
		type++;
	assert_int_equal(help, type);
	assert_in_range(help, 15, 100);
	assert_non_null(strstr(buf_cstr(&b), "\nbsmtrace_records_total 7\n"));
	buf_fini(&b);
}

static void
checkpoints_are_told_where_there_are_some(void **state)
{
	struct figures	 f = { .remembers = false };
	struct buf	 b = { 0 };

	(void)state;
	metrics_figures(&b, &f);
	assert_null(strstr(buf_cstr(&b), "checkpoint"));
	f.remembers = true;
	f.state = (struct checkpoint_stats){ .taken = 2, .failed = 1,
	    .millis = 1500, .age_ms = 2500, .pause_us = 450 };
	metrics_figures(&b, &f);
	assert_non_null(strstr(buf_cstr(&b),
	    "\nbsmtrace_checkpoints_total{result=\"failed\"} 1\n"));
	assert_non_null(strstr(buf_cstr(&b),
	    "\nbsmtrace_checkpoint_timestamp_seconds 1.500000\n"));
	assert_non_null(strstr(buf_cstr(&b),
	    "\nbsmtrace_checkpoint_age_seconds 2.500000\n"));
	assert_non_null(strstr(buf_cstr(&b),
	    "\nbsmtrace_checkpoint_pause_seconds 0.000450\n"));
	buf_fini(&b);
}

static void
the_lag_is_told_once_a_record_was_read(void **state)
{
	struct figures	 f = { .newest = 1600000000, .now = 1600000042 };
	struct buf	 b = { 0 };

	(void)state;
	metrics_figures(&b, &f);
	assert_null(strstr(buf_cstr(&b), "lag"));
	f.read = true;
	metrics_figures(&b, &f);
	assert_non_null(strstr(buf_cstr(&b), "\nbsmtrace_newest_record_"
	    "timestamp_seconds 1600000000\n"));
	assert_non_null(strstr(buf_cstr(&b), "\nbsmtrace_lag_seconds 42\n"));
	buf_clear(&b);
	f.newest = INT64_MAX;		/* a record of the future */
	metrics_figures(&b, &f);
	assert_non_null(strstr(buf_cstr(&b), "\nbsmtrace_lag_seconds 0\n"));
	buf_clear(&b);
	f.newest = -5;
	metrics_figures(&b, &f);
	assert_non_null(strstr(buf_cstr(&b), "\nbsmtrace_lag_seconds 0\n"));
	buf_fini(&b);
}

static void
records_are_told_by_event(void **state)
{
	struct names		*names = names_new();
	struct census		*c = census_new(names);
	const struct record	 r[] = { { .version = 11, .event = 72 },
	    { .version = 11, .event = 72 }, { .version = 2, .event = 1 },
	    { .version = 11, .event = 60001 },
	    { .version = 11, .event = 60000 } };
	struct buf		 b = { 0 };

	(void)state;
	census_records(c, r, sizeof(r) / sizeof(r[0]));
	metrics_events(&b, c);
	assert_string_equal(strstr(buf_cstr(&b), "counter\n"), "counter\n"
	    "bsmtrace_events_total{event=\"AUE_OPEN_R\","
	    "system=\"freebsd\"} 2\n"
	    "bsmtrace_events_total{event=\"unknown\","
	    "system=\"freebsd\"} 2\n"
	    "bsmtrace_events_total{event=\"AUE_EXIT\","
	    "system=\"solaris\"} 1\n");
	buf_fini(&b);
	census_free(c);
	names_free(names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_at_metrics),
		cmocka_unit_test(nothing_else_is_anywhere),
		cmocka_unit_test(other_methods_are_refused),
		cmocka_unit_test(request_without_measure_is_refused),
		cmocka_unit_test(only_this_machine_is_listened_to),
		cmocka_unit_test(places_that_make_no_sense_are_refused),
		cmocka_unit_test(port_that_is_taken_is_said),
		cmocka_unit_test(labels_are_quoted),
		cmocka_unit_test(every_figure_has_its_help_and_type),
		cmocka_unit_test(checkpoints_are_told_where_there_are_some),
		cmocka_unit_test(the_lag_is_told_once_a_record_was_read),
		cmocka_unit_test(records_are_told_by_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
