/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/source.h"

/* What a source has brought. */
struct brought {
	char		 text[64];
	size_t		 n;
	unsigned	 calls, ends;
	int		 error;
	struct source	*to_free;	/* at the end, as it is allowed to */
};

static void
on_bytes(void *arg, const void *bytes, size_t n)
{
	struct brought	*b = arg;

	assert_true(n > 0 && n <= sizeof(b->text) - b->n);
	memcpy(b->text + b->n, bytes, n);
	b->n += n;
	b->calls++;
}

static void
on_end(void *arg, int error)
{
	struct brought	*b = arg;

	b->ends++;
	b->error = error;
	pipe_free(b->to_free);
	b->to_free = NULL;
}

static const struct source_to	to = { on_bytes, on_end };

static void
bytes_come_as_they_are_written_and_then_the_end(void **state)
{
	struct event_base	*base = event_base_new();
	struct brought		 b = { 0 };
	int			 ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	b.to_free = pipe_new(base, ends[0], &to, &b);
	assert_non_null(b.to_free);
	assert_int_equal(write(ends[1], "one", 3), 3);
	event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(b.n, 3);
	assert_int_equal(b.calls, 1);
	assert_int_equal(write(ends[1], "two", 3), 3);
	close(ends[1]);
	event_base_dispatch(base);		/* ends: nothing is left */
	assert_memory_equal(b.text, "onetwo", 6);
	assert_int_equal(b.ends, 1);
	assert_int_equal(b.error, 0);
	close(ends[0]);
	event_base_free(base);
}

static void
error_ends_the_source_with_its_errno(void **state)
{
	struct event_base	*base = event_base_new();
	struct brought		 b = { 0 };
	int			 ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	b.to_free = pipe_new(base, ends[0], &to, &b);
	assert_non_null(b.to_free);
	/* Unread bytes on the other side become a reset on ours. */
	assert_int_equal(write(ends[0], "x", 1), 1);
	close(ends[1]);
	event_base_dispatch(base);
	assert_int_equal(b.ends, 1);
	assert_int_equal(b.error, ECONNRESET);
	close(ends[0]);
	event_base_free(base);
}

static void
file_is_nothing_to_wait_for(void **state)
{
	struct event_base	*base = event_base_new();
	struct brought		 b = { 0 };
	const int		 fd = open("/proc/self/exe", O_RDONLY);
	struct source		*s;

	(void)state;
	if (fd == -1) {
		event_base_free(base);
		skip();
	}
	s = pipe_new(base, fd, &to, &b);
	/* Where the loop can wait for files this is a source like others. */
	pipe_free(s);
	assert_int_equal(b.calls + b.ends, 0);
	close(fd);
	event_base_free(base);
}

static void
quiet(int severity, const char *message)
{
	(void)severity;
	(void)message;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    bytes_come_as_they_are_written_and_then_the_end),
		cmocka_unit_test(error_ends_the_source_with_its_errno),
		cmocka_unit_test(file_is_nothing_to_wait_for),
	};

	event_set_log_callback(quiet);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
