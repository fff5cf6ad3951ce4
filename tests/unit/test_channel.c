/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/wait.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "draw.h"
#include "run/channel.h"

#define MAX	(1u << 20)

struct pair {
	struct channel	*a, *b;
};

static void
pair_open(struct pair *p, size_t max)
{
	int	 ends[2];

	assert_int_equal(channel_pair(ends), 0);
	p->a = channel_new(ends[0], max);
	p->b = channel_new(ends[1], max);
}

static void
pair_close(struct pair *p)
{
	channel_free(p->a);
	channel_free(p->b);
}

/* B's end as a bare socket: what hostile peers write. */
static int
bare_pair(struct pair *p)
{
	int	 ends[2];

	assert_int_equal(channel_pair(ends), 0);
	*p = (struct pair){ .a = channel_new(ends[0], MAX) };
	return ends[1];
}

static struct slice
text(const char *s)
{
	return slice_str(s);
}

static void
messages_arrive_whole_and_in_order(void **state)
{
	struct pair	 p;
	struct message	 m;

	(void)state;
	pair_open(&p, MAX);
	assert_int_equal(channel_send(p.a, 7, text("first"), -1), 0);
	assert_int_equal(channel_send(p.a, 8, text(""), -1), 0);
	assert_int_equal(channel_flush(p.a, false), 0);
	assert_false(channel_waiting(p.a));
	assert_int_equal(channel_receive(p.b, &m), 1);
	assert_int_equal(m.type, 7);
	assert_true(slice_eq(m.bytes, text("first")));
	assert_int_equal(m.fd, -1);
	assert_int_equal(channel_receive(p.b, &m), 1);
	assert_int_equal(m.type, 8);
	assert_int_equal(m.bytes.n, 0);
	assert_int_equal(channel_next(p.b, &m), 0);
	assert_int_equal(channel_fill(p.b, false), 0);
	pair_close(&p);
}

/* A pipe whose reading end is sent; what is written comes out of the copy. */
static void
descriptor_goes_with_its_message(void **state)
{
	struct pair	 p;
	struct message	 m;
	char		 got = 0;

	(void)state;
	pair_open(&p, MAX);
	for (char i = 0; i < 5; i++) {
		int	 ends[2];

		assert_int_equal(pipe(ends), 0);
		assert_int_equal(write(ends[1], &i, 1), 1);
		close(ends[1]);
		assert_int_equal(channel_send(p.a, 1, text("plain"), -1), 0);
		assert_int_equal(channel_send(p.a, 2, text("with"),
		    ends[0]), 0);
	}
	assert_int_equal(channel_flush(p.a, false), 0);
	for (char i = 0; i < 5; i++) {
		assert_int_equal(channel_receive(p.b, &m), 1);
		assert_int_equal(m.fd, -1);
		assert_int_equal(channel_receive(p.b, &m), 1);
		assert_int_not_equal(m.fd, -1);
		assert_true(fcntl(m.fd, F_GETFD) & FD_CLOEXEC);
		assert_int_equal(read(m.fd, &got, 1), 1);
		assert_int_equal(got, i);
		close(m.fd);
	}
	pair_close(&p);
}

static unsigned
descriptors_open(void)
{
	unsigned	 n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static void
descriptor_that_nobody_takes_is_closed(void **state)
{
	const unsigned	 before = descriptors_open();
	struct pair	 p;

	(void)state;
	pair_open(&p, MAX);
	for (int i = 0; i < 6; i++)
		assert_int_equal(channel_send(p.a, 1, text("x"), dup(0)), 0);
	assert_int_equal(channel_flush(p.a, false), 0);
	assert_int_equal(channel_send(p.a, 1, text("unsent"), dup(0)), 0);
	while (channel_fill(p.b, false) == 1)
		;
	pair_close(&p);
	assert_int_equal(descriptors_open(), before);
}

static void
full_queue_takes_nothing_and_says_so(void **state)
{
	struct pair	 p;
	struct message	 m;
	uint8_t		*big = xcalloc(1, MAX);
	unsigned	 sent = 0;
	int		 status;

	(void)state;
	pair_open(&p, MAX);
	while ((status = channel_send(p.a, sent,
	    (struct slice){ big, MAX }, -1)) == 0)
		sent++;
	assert_int_equal(status, CHANNEL_EFULL);
	assert_in_range(sent, 7, 8);
	for (unsigned i = 0; i < sent;) {
		assert_int_equal(channel_flush(p.a, false), 0);
		status = channel_fill(p.b, false);
		assert_true(status >= 0);
		if (channel_next(p.b, &m) == 1) {
			assert_int_equal(m.type, i++);
			assert_int_equal(m.bytes.n, MAX);
		}
	}
	assert_int_equal(channel_send(p.a, 0, text("again"), -1), 0);
	free(big);
	pair_close(&p);
}

static void
message_above_the_maximum_is_refused_on_both_sides(void **state)
{
	struct pair	 p;
	struct message	 m;

	(void)state;
	pair_open(&p, 8);
	assert_int_equal(channel_send(p.a, 1, text("nine byte"), -1),
	    CHANNEL_EBIG);
	pair_close(&p);
	{
		const int	 fd = bare_pair(&p);
		const uint8_t	 head[12] = { 0, 0, 0, 1, 0, 16, 0, 1 };

		assert_int_equal(write(fd, head, sizeof(head)), 12);
		assert_int_equal(channel_receive(p.a, &m), CHANNEL_EBIG);
		assert_int_equal(channel_receive(p.a, &m), CHANNEL_EBIG);
		close(fd);
	}
	channel_free(p.a);
}

static void
descriptor_that_was_promised_and_did_not_come_is_an_error(void **state)
{
	struct pair	 p;
	struct message	 m;
	const int	 fd = bare_pair(&p);
	const uint8_t	 head[12] = { 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1 };

	(void)state;
	assert_int_equal(write(fd, head, sizeof(head)), 12);
	assert_int_equal(channel_receive(p.a, &m), CHANNEL_EBAD);
	close(fd);
	channel_free(p.a);
}

static void
flags_that_nobody_knows_are_an_error(void **state)
{
	struct pair	 p;
	struct message	 m;
	const int	 fd = bare_pair(&p);
	const uint8_t	 head[12] = { 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2 };

	(void)state;
	assert_int_equal(write(fd, head, sizeof(head)), 12);
	assert_int_equal(channel_receive(p.a, &m), CHANNEL_EBAD);
	close(fd);
	channel_free(p.a);
}

static void
end_comes_after_the_last_whole_message(void **state)
{
	struct pair	 p;
	struct message	 m;

	(void)state;
	pair_open(&p, MAX);
	assert_int_equal(channel_send(p.a, 3, text("last"), -1), 0);
	assert_int_equal(channel_flush(p.a, false), 0);
	channel_free(p.a);
	assert_int_equal(channel_receive(p.b, &m), 1);
	assert_int_equal(m.type, 3);
	assert_int_equal(channel_receive(p.b, &m), CHANNEL_EGONE);
	assert_int_equal(channel_send(p.b, 1, text("who hears"), -1), 0);
	assert_int_equal(channel_flush(p.b, true), CHANNEL_EGONE);
	assert_int_equal(channel_send(p.b, 1, text("nobody"), -1),
	    CHANNEL_EGONE);
	channel_free(p.b);
}

/* Two processes, each waiting for what the other has to send first. */
static void
receiving_sends_what_waits(void **state)
{
	struct pair	 p;
	struct message	 m;
	pid_t		 child;
	int		 status;

	(void)state;
	pair_open(&p, MAX);
	assert_int_not_equal(child = fork(), -1);
	if (child == 0) {
		channel_free(p.a);
		if (channel_receive(p.b, &m) != 1 ||
		    channel_send(p.b, m.type + 1, m.bytes, -1) != 0 ||
		    channel_flush(p.b, true) != 0)
			_exit(1);
		channel_free(p.b);
		_exit(0);
	}
	channel_free(p.b);
	assert_int_equal(channel_send(p.a, 41, text("question"), -1), 0);
	assert_int_equal(channel_receive(p.a, &m), 1);
	assert_int_equal(m.type, 42);
	assert_true(slice_eq(m.bytes, text("question")));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	channel_free(p.a);
}

/* Random bytes: no crash, and never more than one verdict. */
static void
garbage_is_refused_or_waited_for(void **state)
{
	struct lot	 l;

	(void)state;
	lot_seed(&l, 5);
	for (unsigned i = 0; i < 2000; i++) {
		struct pair	 p;
		struct message	 m;
		uint8_t		 junk[64];
		const int	 fd = bare_pair(&p);
		int		 status;

		for (size_t k = 0; k < sizeof(junk); k++)
			junk[k] = (uint8_t)(lot_below(&l, 4) == 0 ?
			    lot_below(&l, 256) : 0);
		assert_int_equal(write(fd, junk, sizeof(junk)),
		    sizeof(junk));
		close(fd);
		while ((status = channel_receive(p.a, &m)) == 1)
			assert_true(m.bytes.n <= sizeof(junk));
		assert_true(status < 0);
		assert_string_not_equal(channel_strstatus(status),
		    "no error");
		channel_free(p.a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_arrive_whole_and_in_order),
		cmocka_unit_test(descriptor_goes_with_its_message),
		cmocka_unit_test(descriptor_that_nobody_takes_is_closed),
		cmocka_unit_test(full_queue_takes_nothing_and_says_so),
		cmocka_unit_test(
		    message_above_the_maximum_is_refused_on_both_sides),
		cmocka_unit_test(
		    descriptor_that_was_promised_and_did_not_come_is_an_error),
		cmocka_unit_test(flags_that_nobody_knows_are_an_error),
		cmocka_unit_test(end_comes_after_the_last_whole_message),
		cmocka_unit_test(receiving_sends_what_waits),
		cmocka_unit_test(garbage_is_refused_or_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
