/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_keeper.c - what the courier keeps of what a worker tells, and all that
 * it does not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/wait.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "caught.h"
#include "run/checkpoint.h"
#include "run/keeper.h"
#include "run/roles.h"

/* One life of a courier; what it says to others is written down. */
static struct {
	char			 dir[64];
	struct event_base	*base;
	struct sinks		*sinks;
	struct keeper		*keeper;	/* for the life of a process */
	char			 said[4096];
	struct caught		 caught;
} life;

/* A keeper lives as long as its process: none is lost here. */
static struct keeper	*all[64];
static unsigned		 nall;

static void
say(const char *format, ...)
{
	const size_t	 n = strlen(life.said);
	va_list		 ap;

	va_start(ap, format);
	(void)vsnprintf(life.said + n, sizeof(life.said) - n, format, ap);
	va_end(ap);
}

static void
to_worker(void *arg, uint32_t type, const struct buf *b)
{
	(void)arg;
	if (type == ROLES_ROW)
		say("row %u.%u=%.*s ", be32(b->p), be32(b->p + 4),
		    (int)b->n - 8, (const char *)b->p + 8);
	else if (type == ROLES_DURABLE)
		say("durable %u=%u ", b->p[7], b->p[8]);
	else
		say("%s %u ", roles_type_name(type), b->p[0]);
}

static void
to_parent(void *arg, uint32_t type, const struct buf *b)
{
	(void)arg;
	say("parent: %s %u=%u ", roles_type_name(type), b->p[7], b->p[8]);
}

static void
on_mark(void *arg, const struct buf *number)
{
	(void)arg;
	say("mark %u ", number->p[7]);
}

static void
begin(void)
{
	const struct keeper_to	 to = { to_worker, to_parent, on_mark, NULL };

	life.keeper = all[nall++] = keeper_new(life.dir, life.sinks);
	assert_non_null(life.keeper);
	keeper_begin(life.keeper, life.base, &to);
	life.said[0] = '\0';
}

static int
setup(void **state)
{
	const struct sinks_options	 o = { .format = sink_formats(),
	    .syslog = SINK_NO_SYSLOG, .stderr_fd = -1 };

	(void)state;
	(void)snprintf(life.dir, sizeof(life.dir), "/tmp/keeper-XXXXXX");
	if (mkdtemp(life.dir) == NULL)
		return -1;
	catch_stderr(&life.caught);
	life.base = event_base_new();
	life.sinks = sinks_new(&o);
	begin();
	return 0;
}

static int
teardown(void **state)
{
	char	 command[96];

	(void)state;
	event_base_free(life.base);
	sinks_free(life.sinks);
	(void)caught_text(&life.caught);
	(void)snprintf(command, sizeof(command), "rm -rf %s", life.dir);
	(void)!system(command);
	return 0;
}

static bool
take(uint32_t type, const char *bytes, size_t n, int fd)
{
	const struct message	 m = { .type = type, .fd = fd,
	    .bytes = { (const uint8_t *)bytes, n } };

	return keeper_take(life.keeper, &m);
}

static bool
wanted(void)
{
	return take(ROLES_ROWS_WANTED, "", 0, -1);
}

struct told {
	uint32_t	 section, page;
	const char	*text;
};

/* A checkpoint of these rows, waited for; NUL: no mark at their end. */
static bool
mark(char number, const struct told *rows, size_t n, bool ended)
{
	const char	 bytes[9] = { 0, 0, 0, 0, 0, 0, 0, number, 1 };
	int		 ends[2];

	assert_int_equal(pipe(ends), 0);
	for (size_t i = 0; i < n; i++) {
		const struct row	 r = { rows[i].section, rows[i].page,
		    { (const uint8_t *)rows[i].text, strlen(rows[i].text) } };

		assert_true(checkpoint_send(ends[1], &r));
	}
	if (ended)
		assert_true(checkpoint_send_end(ends[1]));
	(void)close(ends[1]);
	return take(ROLES_MARK, bytes, sizeof(bytes), ends[0]);
}

static const struct told	good[] = {
	{ 1, 0, "one" }, { 2, 7, "two" }, { 33, 0, "place" }, { 64, 1, "more" }
};

static void
nothing_is_there_at_first(void **state)
{
	(void)state;
	assert_true(wanted());
	assert_string_equal(life.said, "rows-end 0 ");
}

static void
rows_come_back_sources_first(void **state)
{
	(void)state;
	assert_true(wanted());
	assert_true(mark(5, good, 4, true));
	assert_string_equal(life.said, "rows-end 0 mark 5 "
	    "parent: durable 5=1 durable 5=1 ");
	begin();
	assert_true(wanted());
	assert_string_equal(life.said, "row 33.0=place row 1.0=one "
	    "row 2.7=two rows-end 1 ");
	assert_true(take(ROLES_ROWS_LOADED, "", 0, -1));
	assert_non_null(strstr(life.said, "goes-on 1 "));
	assert_true(mark(1, good, 1, true));
	assert_non_null(strstr(life.said, "durable 1=1 durable 1=1"));
}

static void
state_that_the_worker_refuses_is_set_aside(void **state)
{
	char	 path[96];

	(void)state;
	assert_true(wanted());
	assert_true(mark(1, good, 4, true));
	begin();
	assert_true(wanted());
	assert_true(take(ROLES_ROWS_LOADED, "not\nmine", 8, -1));
	assert_non_null(strstr(life.said, "goes-on 0 "));
	(void)snprintf(path, sizeof(path), "%s/state.db.bad-1", life.dir);
	assert_int_equal(access(path, F_OK), 0);
	assert_true(mark(1, good, 4, true));
	assert_non_null(strstr(life.said, "durable 1=1 durable 1=1"));
	begin();
	assert_true(wanted());
	assert_non_null(strstr(life.said, "row 1.0=one"));
}

static void
all_has_its_turn(void **state)
{
	(void)state;
	assert_false(take(ROLES_ROWS_LOADED, "", 0, -1));
	assert_false(mark(1, good, 4, true));
	assert_true(wanted());
	assert_false(wanted());
	assert_false(take(ROLES_ROWS_LOADED, "", 0, -1));
	assert_string_equal(life.said, "rows-end 0 ");
}

static void
descriptor_that_is_refused_is_closed(void **state)
{
	const int	 fd = open("/dev/null", O_RDONLY);

	(void)state;
	assert_false(take(ROLES_MARK, "\0\0\0\0\0\0\0\1\0", 9, fd));
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

/* What stands there stays; the next one may be good again. */
static void
refused(const struct told *rows, size_t n, bool ended)
{
	assert_true(wanted());
	assert_true(mark(1, good, 4, true));
	assert_true(mark(2, rows, n, ended));
	assert_non_null(strstr(life.said, "durable 2=0 durable 2=0"));
	assert_true(mark(3, good, 4, true));
	assert_non_null(strstr(life.said, "durable 3=1 durable 3=1"));
	begin();
	assert_true(wanted());
	assert_string_equal(life.said, "row 33.0=place row 1.0=one "
	    "row 2.7=two rows-end 1 ");
}

static void
rows_of_outputs_are_not_the_workers(void **state)
{
	static const struct told	 rows[] = { { 1, 0, "changed" },
	    { 48, 0, "length" } };

	(void)state;
	refused(rows, 2, true);
}

static void
no_section_up_to_63_is(void **state)
{
	static const struct told	 rows[] = { { 63, 0, "x" } };

	(void)state;
	refused(rows, 1, true);
}

static void
section_0_is_none(void **state)
{
	static const struct told	 rows[] = { { 0, 1, "x" } };

	(void)state;
	refused(rows, 1, true);
}

static void
rows_ascend(void **state)
{
	static const struct told	 rows[] = { { 2, 0, "x" },
	    { 1, 9, "y" } };

	(void)state;
	refused(rows, 2, true);
}

static void
no_row_comes_twice(void **state)
{
	static const struct told	 rows[] = { { 2, 0, "x" },
	    { 2, 0, "x" } };

	(void)state;
	refused(rows, 2, true);
}

static void
rows_without_an_end_do_not_count(void **state)
{
	static const struct told	 rows[] = { { 1, 0, "changed" } };

	(void)state;
	refused(rows, 1, false);
}

static void
row_longer_than_any_is_refused(void **state)
{
	const char	 bytes[9] = { 0, 0, 0, 0, 0, 0, 0, 2, 1 };
	const uint8_t	 head[12] = { 0, 0, 0, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff,
	    0xff };
	int		 ends[2];

	(void)state;
	assert_true(wanted());
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], head, sizeof(head)), sizeof(head));
	(void)close(ends[1]);
	assert_true(take(ROLES_MARK, bytes, sizeof(bytes), ends[0]));
	assert_non_null(strstr(life.said, "durable 2=0 durable 2=0"));
}

static void
one_at_a_time(void **state)
{
	const char	 bytes[9] = { 0, 0, 0, 0, 0, 0, 0, 1, 0 };
	int		 ends[2];

	(void)state;
	assert_true(wanted());
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETFD, FD_CLOEXEC), 0);
	assert_true(take(ROLES_MARK, bytes, sizeof(bytes), ends[0]));
	assert_false(mark(2, good, 4, true));
	assert_true(checkpoint_send_end(ends[1]));
	(void)close(ends[1]);
	while (strstr(life.said, "durable 1=1 durable 1=1") == NULL)
		(void)event_base_loop(life.base, EVLOOP_ONCE);
	assert_true(mark(3, good, 4, true));
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		T(nothing_is_there_at_first),
		T(rows_come_back_sources_first),
		T(state_that_the_worker_refuses_is_set_aside),
		T(all_has_its_turn),
		T(descriptor_that_is_refused_is_closed),
		T(rows_of_outputs_are_not_the_workers),
		T(no_section_up_to_63_is),
		T(section_0_is_none),
		T(rows_ascend),
		T(no_row_comes_twice),
		T(rows_without_an_end_do_not_count),
		T(row_longer_than_any_is_refused),
		T(one_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
