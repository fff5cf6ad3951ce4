/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_roles.c - what the processes of one run may say, and all they may not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rows.h"
#include "run/roles.h"

#define WAYS	8u

static bool
may(enum roles_way way, uint32_t type, size_t n, int fd)
{
	const struct message	 m = { .type = type, .fd = fd,
	    .bytes = { NULL, n } };

	return roles_check(way, &m) == NULL;
}

static void
every_message_has_a_row(void **state)
{
	(void)state;
	for (uint32_t t = 1; t < ROLES_TYPES; t++) {
		bool	 somebody = false;

		assert_non_null(roles_type_name(t));
		for (unsigned w = 0; w < WAYS; w++)
			for (size_t n = 0; n <= 64 && !somebody; n++)
				somebody = may(1u << w, t, n, -1) ||
				    may(1u << w, t, n, 7);
		assert_true(somebody);
	}
}

static void
unknown_types_are_refused(void **state)
{
	(void)state;
	for (unsigned w = 0; w < WAYS; w++) {
		assert_false(may(1u << w, 0, 0, -1));
		assert_false(may(1u << w, ROLES_TYPES, 0, -1));
		assert_false(may(1u << w, UINT32_MAX, 0, -1));
	}
}

/* Nobody but those who are named. */
static void
direction_is_checked(void **state)
{
	static const struct {
		uint32_t	 type;
		size_t		 n;
		int		 fd;
		unsigned	 ways;
	} some[] = {
		{ ROLES_INPUT, 40, 7, PARENT_TO_WORKER },
		{ ROLES_OPENED, 4, 7, PARENT_TO_WORKER },
		{ ROLES_POISON, 40, 7, PARENT_TO_WORKER },
		{ ROLES_ASIDE, 20, -1, WORKER_TO_PARENT },
		{ ROLES_STOP, 0, -1, PARENT_TO_WORKER | PARENT_TO_COURIER },
		{ ROLES_OPEN, 8, -1, WORKER_TO_PARENT },
		{ ROLES_DONE, 18, -1, WORKER_TO_PARENT },
		{ ROLES_SAY, 20, -1, WORKER_TO_PARENT | COURIER_TO_PARENT |
		    READER_TO_PARENT },
		{ ROLES_PIECE, 20, -1, PARENT_TO_WORKER | PARENT_TO_COURIER |
		    PARENT_TO_READER },
		{ ROLES_PEER, 0, 7, PARENT_TO_WORKER | PARENT_TO_COURIER },
		{ ROLES_SHOW, 20, -1, READER_TO_PARENT },
		{ ROLES_SHOWN, 12, -1, PARENT_TO_READER },
		{ ROLES_MORE, 0, -1, READER_TO_PARENT },
		{ ROLES_FAULTS, 20, -1, READER_TO_PARENT },
		{ ROLES_LOG_FILE, 20, -1, READER_TO_PARENT },
		{ ROLES_LOG_CHANNEL, 20, -1, READER_TO_PARENT },
		{ ROLES_RULE, 40, -1, READER_TO_PARENT },
		{ ROLES_RULE_TRIGGER, 40, -1, READER_TO_PARENT },
		{ ROLES_JUDGED, 1, -1, READER_TO_PARENT },
		{ ROLES_ALERT, 100, -1, WORKER_TO_COURIER },
		{ ROLES_ERRAND, 100, -1, WORKER_TO_COURIER },
		{ ROLES_RUN, 100, -1, COURIER_TO_PARENT },
		{ ROLES_WHO, 5, -1, COURIER_TO_PARENT },
		{ ROLES_TOLD, 56, -1, COURIER_TO_WORKER },
		{ ROLES_ROWS_WANTED, 0, -1, WORKER_TO_COURIER },
		{ ROLES_ROW, 9, -1, COURIER_TO_WORKER },
		{ ROLES_ROWS_END, 1, -1, COURIER_TO_WORKER },
		{ ROLES_ROWS_LOADED, 30, -1, WORKER_TO_COURIER },
		{ ROLES_GOES_ON, 17, -1, COURIER_TO_WORKER },
		{ ROLES_MARK, 9, 7, WORKER_TO_COURIER },
		{ ROLES_MARKING, 8, -1, COURIER_TO_PARENT },
		{ ROLES_MARKED, 8, -1, PARENT_TO_COURIER },
		{ ROLES_DURABLE, 41, -1, COURIER_TO_PARENT |
		    COURIER_TO_WORKER },
		{ ROLES_RULES, 4, -1, PARENT_TO_WORKER | PARENT_TO_COURIER |
		    WORKER_TO_COURIER | COURIER_TO_PARENT |
		    WORKER_TO_PARENT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		for (unsigned w = 0; w < WAYS; w++)
			assert_int_equal(may(1u << w, some[i].type, some[i].n,
			    some[i].fd), (some[i].ways & 1u << w) != 0);
}

static void
size_is_checked(void **state)
{
	(void)state;
	assert_false(may(WORKER_TO_PARENT, ROLES_OPEN, 7, -1));
	assert_true(may(WORKER_TO_PARENT, ROLES_OPEN, 8, -1));
	assert_false(may(WORKER_TO_PARENT, ROLES_OPEN, 9, -1));
	assert_false(may(WORKER_TO_PARENT, ROLES_SAY, 0, -1));
	assert_true(may(WORKER_TO_PARENT, ROLES_SAY, ROLES_SAY_MAX, -1));
	assert_false(may(WORKER_TO_PARENT, ROLES_SAY, ROLES_SAY_MAX + 1, -1));
	assert_true(may(WORKER_TO_COURIER, ROLES_ALERT, ROLES_ALERT_MAX + 8,
	    -1));
	assert_false(may(WORKER_TO_COURIER, ROLES_ALERT, ROLES_ALERT_MAX + 9,
	    -1));
	assert_false(may(COURIER_TO_WORKER, ROLES_ROW, 8, -1));
	assert_true(may(COURIER_TO_WORKER, ROLES_ROW, ROWS_ROW_MAX + 8, -1));
	assert_false(may(COURIER_TO_WORKER, ROLES_ROW, ROWS_ROW_MAX + 9, -1));
}

static void
descriptors_are_checked(void **state)
{
	(void)state;
	assert_true(may(PARENT_TO_WORKER, ROLES_PEER, 0, 7));
	assert_false(may(PARENT_TO_WORKER, ROLES_PEER, 0, -1));
	assert_true(may(PARENT_TO_WORKER, ROLES_OPENED, 4, -1));
	assert_false(may(WORKER_TO_PARENT, ROLES_OPEN, 8, 7));
	assert_false(may(WORKER_TO_COURIER, ROLES_ALERT, 100, 7));
	assert_false(may(WORKER_TO_COURIER, ROLES_MARK, 9, -1));
}

/* Two ends in one process. */
static void
pair(struct channel *c[2])
{
	int	 ends[2];

	assert_int_equal(channel_pair(ends), 0);
	c[0] = channel_new(ends[0], ROLES_MAX);
	c[1] = channel_new(ends[1], ROLES_MAX);
}

static void
what_may_not_be_said_is_not_sent(void **state)
{
	const int	 fd = open("/dev/null", O_RDONLY);
	struct channel	*c[2];

	(void)state;
	pair(c);
	assert_int_equal(roles_send(c[0], WORKER_TO_PARENT, ROLES_ALERT, NULL,
	    -1), CHANNEL_EBAD);
	assert_int_equal(roles_send(c[0], WORKER_TO_PARENT, ROLES_READY, NULL,
	    fd), CHANNEL_EBAD);
	assert_int_equal(fcntl(fd, F_GETFD), -1);	/* it was closed */
	assert_false(channel_waiting(c[0]));
	channel_free(c[0]);
	channel_free(c[1]);
}

static void
hostile_message_is_refused_with_its_descriptor(void **state)
{
	const int	 fd = open("/dev/null", O_RDONLY);
	struct channel	*c[2];
	struct message	 m;
	const char	*why;

	(void)state;
	pair(c);
	assert_int_equal(channel_send(c[0], ROLES_READY, (struct slice){ 0 },
	    -1), 0);
	assert_int_equal(channel_send(c[0], ROLES_READY, (struct slice){ 0 },
	    fd), 0);
	assert_int_equal(channel_flush(c[0], true), 0);
	assert_int_equal(channel_fill(c[1], true), 1);
	assert_int_equal(roles_next(c[1], WORKER_TO_PARENT, &m, &why), 1);
	assert_int_equal(m.type, ROLES_READY);
	(void)channel_fill(c[1], false);
	assert_int_equal(roles_next(c[1], WORKER_TO_PARENT, &m, &why),
	    CHANNEL_EBAD);
	assert_string_equal(why, "a descriptor that nobody asked for");
	assert_int_equal(fcntl(m.fd, F_GETFD), -1);
	channel_free(c[0]);
	channel_free(c[1]);
}

static void
text_comes_back_and_none_as_well(void **state)
{
	struct buf	 b = { 0 };
	struct cursor	 c;

	(void)state;
	roles_text(&b, "a trail");
	roles_text(&b, NULL);
	roles_text(&b, "");
	c = (struct cursor){ .in = buf_bytes(&b) };
	assert_string_equal(roles_take_text(&c), "a trail");
	assert_null(roles_take_text(&c));
	assert_string_equal(roles_take_text(&c), "");
	assert_true(roles_taken(&c));
	buf_fini(&b);
}

/* With a NUL inside, without one at the end, longer than there is. */
static void
texts_that_are_none(void **state)
{
	static const uint8_t	 bad[][7] = {
		{ 0, 0, 0, 3, 'a', 0, 0 },
		{ 0, 0, 0, 3, 'a', 'b', 'c' },
		{ 0, 0, 0, 4, 'a', 'b', 0 },
		{ 255, 255, 255, 255, 'a', 'b', 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t		*heap = malloc(sizeof(bad[i]));
		struct cursor	 c = { .in = { heap, sizeof(bad[i]) } };

		memcpy(heap, bad[i], sizeof(bad[i]));
		assert_null(roles_take_text(&c));
		assert_int_not_equal(c.err, 0);
		free(heap);
	}
}

static void
role_is_known_by_its_name(void **state)
{
	(void)state;
	assert_int_equal(roles_of("bsmtrace"), ROLE_PARENT);
	assert_int_equal(roles_of("bsmtrace: worker"), ROLE_WORKER);
	assert_int_equal(roles_of(roles_argv0(ROLE_COURIER)), ROLE_COURIER);
	assert_int_equal(roles_of("bsmtrace: workers"), ROLE_PARENT);
	assert_string_equal(roles_name(ROLE_WORKER), "worker");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_has_a_row),
		cmocka_unit_test(unknown_types_are_refused),
		cmocka_unit_test(direction_is_checked),
		cmocka_unit_test(size_is_checked),
		cmocka_unit_test(descriptors_are_checked),
		cmocka_unit_test(what_may_not_be_said_is_not_sent),
		cmocka_unit_test(
		    hostile_message_is_refused_with_its_descriptor),
		cmocka_unit_test(text_comes_back_and_none_as_well),
		cmocka_unit_test(texts_that_are_none),
		cmocka_unit_test(role_is_known_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
