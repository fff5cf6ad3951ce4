/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_following.c - trails that are read while they are written.
 *
 * Records are numbered by their times, so that what was read can be compared
 * with what was written, number by number.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

#include "base/buf.h"
#include "bsm/build.h"
#include "bsm/record.h"
#include "run/following.h"

#define PATIENCE_S	30		/* of a test on a busy machine */
#define HOSTS		3

struct scene;

/* What was read of a host. */
struct heard {
	struct scene		*scene;
	struct following_trail	*trail;
	int64_t			 numbers[20000];
	size_t			 n;
	uint64_t		 gaps;
	unsigned		 left;
};

struct scene {
	char			 dir[64];
	struct event_base	*base;
	struct trailwatch	*watch;
	struct following	*following;
	struct heard		 heard[HOSTS];
	size_t			 nhosts;
	struct buf		 said;
};

static void *
on_host(void *arg, const char *host)
{
	struct scene	*s = arg;

	(void)host;
	assert_true(s->nhosts < HOSTS);
	s->heard[s->nhosts].scene = s;
	return &s->heard[s->nhosts++];
}

static void
on_turn(void *stream, struct following_trail *t)
{
	struct heard	*h = stream;

	h->trail = t;
}

static void
on_record(void *stream, const struct frame_record *f)
{
	struct heard	*h = stream;
	struct record	 r;

	if (f->kind == FRAME_GAP)
		h->gaps++;
	if (f->kind != FRAME_RECORD)
		return;
	assert_int_equal(record_head(&r, f), 0);
	assert_true(h->n < sizeof(h->numbers) / sizeof(*h->numbers));
	h->numbers[h->n++] = r.seconds;
}

static void
on_ready(void *stream)
{
	struct heard		*h = stream;
	struct frame_record	 f;

	while (frame_next(h->trail->frame, &f) == 1)
		on_record(stream, &f);
}

static void
on_bytes(void *stream, const void *bytes, size_t n)
{
	struct heard	*h = stream;

	assert_int_equal(frame_feed(h->trail->frame, bytes, n), 0);
	on_ready(stream);
}

static void
on_quiet(void *stream)
{
	struct heard	*h = stream;

	frame_quiet(h->trail->frame);
	on_ready(stream);
}

static void
on_left(void *stream)
{
	struct heard	*h = stream;

	on_ready(stream);
	h->left++;
}

static int
on_open(void *arg, uint32_t id)
{
	struct scene	*s = arg;

	return trailwatch_open(s->watch, id);
}

static void
on_say(void *arg, const char *path, const char *why)
{
	struct scene	*s = arg;

	(void)path;
	buf_printf(&s->said, "%s;", why);
}

/* What the watch tells goes to the one who follows. */

static void
on_begun(void *arg, const struct trailwatch_trail *t)
{
	following_begun(((struct scene *)arg)->following, t);
}

static void
on_ended(void *arg, uint32_t id)
{
	following_ended(((struct scene *)arg)->following, id);
}

static void
on_grown(void *arg)
{
	following_grown(((struct scene *)arg)->following);
}

static void
on_looked(void *arg)
{
	following_looked(((struct scene *)arg)->following);
}

static int
setup(void **state)
{
	struct scene	*s = calloc(1, sizeof(*s));

	(void)snprintf(s->dir, sizeof(s->dir), "/tmp/following-XXXXXX");
	if (mkdtemp(s->dir) == NULL)
		return -1;
	s->base = event_base_new();
	*state = s;
	return 0;
}

static void
begin(struct scene *s, enum following_from from, int64_t since_s)
{
	const struct trailwatch_to	 watch_to = { on_begun, on_ended,
	    on_grown, on_looked, on_say, s };
	const struct following_to	 to = { .host = on_host,
	    .turn = on_turn, .bytes = on_bytes, .record = on_record,
	    .ready = on_ready, .quiet = on_quiet, .left = on_left,
	    .open = on_open, .say = on_say, .arg = s };

	s->watch = trailwatch_new(s->base, s->dir, &watch_to);
	s->following = following_new(s->base, from, since_s * 1000, &to);
	assert_non_null(s->watch);
	assert_non_null(s->following);
	assert_true(trailwatch_look(s->watch));
}

static int
teardown(void **state)
{
	struct scene	*s = *state;
	char		 command[96];

	following_free(s->following);
	trailwatch_free(s->watch);
	event_base_free(s->base);
	buf_fini(&s->said);
	(void)snprintf(command, sizeof(command), "rm -rf %s", s->dir);
	(void)!system(command);
	free(s);
	return 0;
}

/* Writing. */

static const char *
in(const struct scene *s, const char *name)
{
	static char	 paths[2][160];
	static unsigned	 turn;

	turn ^= 1;
	(void)snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", s->dir,
	    name);
	return paths[turn];
}

static void
build(struct buf *b, int64_t number)
{
	const size_t	 start = b->n;
	struct token	 t = { .id = TOK_HEADER32,
	    .layout = layout_find(TOK_HEADER32) };

	t.header.version = 11;
	t.header.event = 1;
	t.header.seconds = (uint64_t)number;
	(void)build_token(b, &t);
	build_finish(b, start);
}

static void
append(const char *path, const void *bytes, size_t n)
{
	const int	 fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static void
add(const struct scene *s, const char *name, int64_t from, int64_t to)
{
	struct buf	 b = { 0 };

	while (from < to)
		build(&b, from++);
	append(in(s, name), b.p, b.n);
	buf_fini(&b);
}

/* A trail that was last written to long ago. */
static void
make_old(const struct scene *s, const char *name)
{
	const struct utimbuf	 long_ago = { 1600000000, 1600000000 };

	assert_int_equal(utime(in(s, name), &long_ago), 0);
}

static void
spin(struct scene *s, unsigned ms)
{
	const struct timeval	 t = { .tv_sec = ms / 1000,
	    .tv_usec = (suseconds_t)(ms % 1000) * 1000 };

	(void)event_base_loopexit(s->base, &t);
	(void)event_base_dispatch(s->base);
}

static void
wait_for(struct scene *s, unsigned host, size_t n)
{
	for (unsigned i = 0; i < 20 * PATIENCE_S && s->heard[host].n < n; i++)
		spin(s, 50);
	assert_int_equal(s->heard[host].n, n);
}

static void
assert_numbers(const struct heard *h, size_t at, int64_t from, int64_t to)
{
	for (int64_t i = from; i < to; i++)
		assert_int_equal(h->numbers[at++], i);
}

#define T(n)		"202401010000" n
#define ACTIVE(n)	T(n) ".not_terminated"

/* The facts. */

static void
what_was_there_is_passed_over(void **state)
{
	struct scene	*s = *state;

	add(s, T("00") "." T("01"), 0, 10);
	add(s, ACTIVE("01"), 10, 20);
	begin(s, FOLLOWING_NOW, 0);
	spin(s, 100);
	add(s, ACTIVE("01"), 20, 23);
	wait_for(s, 0, 3);
	assert_numbers(&s->heard[0], 0, 20, 23);
	add(s, ACTIVE("02"), 23, 25);
	wait_for(s, 0, 5);
	assert_numbers(&s->heard[0], 0, 20, 25);
	assert_string_equal(buf_cstr(&s->said), "");
}

static void
all_is_read_in_order_when_that_is_asked_for(void **state)
{
	struct scene	*s = *state;

	add(s, ACTIVE("07"), 20, 30);
	add(s, T("03") "." T("07"), 10, 20);
	add(s, T("00") "." T("03"), 0, 10);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 30);
	assert_numbers(&s->heard[0], 0, 0, 30);
}

static void
since_a_time_is_from_the_first_record_of_that_time_on(void **state)
{
	struct scene	*s = *state;
	const int64_t	 t = 1704067200;	/* of T("00") */

	add(s, "20230101000000.20230102000000", 0, 10);
	add(s, T("00") "." T("03"), t, t + 3);
	add(s, ACTIVE("03"), t + 3, t + 9);
	begin(s, FOLLOWING_SINCE, t + 1);
	wait_for(s, 0, 8);
	assert_numbers(&s->heard[0], 0, t + 1, t + 9);
}

static void
record_that_comes_in_two_pieces_is_one(void **state)
{
	struct scene	*s = *state;
	struct buf	 b = { 0 };

	build(&b, 0);
	append(in(s, ACTIVE("00")), b.p, 11);
	begin(s, FOLLOWING_ALL, 0);
	spin(s, 1500);
	assert_int_equal(s->heard[0].n, 0);
	append(in(s, ACTIVE("00")), b.p + 11, b.n - 11);
	wait_for(s, 0, 1);
	assert_int_equal(s->heard[0].gaps, 0);
	buf_fini(&b);
}

static void
trail_that_comes_late_is_read_once(void **state)
{
	struct scene	*s = *state;

	add(s, ACTIVE("05"), 50, 60);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 10);
	add(s, T("00") "." T("05"), 0, 5);
	wait_for(s, 0, 15);
	assert_numbers(&s->heard[0], 10, 0, 5);
	add(s, ACTIVE("05"), 60, 61);
	wait_for(s, 0, 16);
	spin(s, 1500);
	assert_int_equal(s->heard[0].n, 16);
}

/* As scp(1) writes: under its last name from the start. */
static void
trail_that_is_copied_slowly_is_read_whole(void **state)
{
	struct scene	*s = *state;
	struct buf	 b = { 0 };

	for (int64_t i = 0; i < 4; i++)
		build(&b, i);
	begin(s, FOLLOWING_ALL, 0);
	append(in(s, T("00") "." T("05")), b.p, 30);
	spin(s, 1300);
	append(in(s, T("00") "." T("05")), b.p + 30, b.n - 30);
	wait_for(s, 0, 4);
	assert_numbers(&s->heard[0], 0, 0, 4);
	assert_int_equal(s->heard[0].gaps, 0);
	buf_fini(&b);
}

static void
old_trail_is_left_at_once_and_cut_one_is_damage(void **state)
{
	struct scene	*s = *state;
	struct buf	 b = { 0 };

	build(&b, 0);
	append(in(s, T("00") "." T("05")), b.p, b.n - 1);
	make_old(s, T("00") "." T("05"));
	begin(s, FOLLOWING_ALL, 0);
	for (unsigned i = 0; i < 20 && s->heard[0].left == 0; i++)
		spin(s, 50);
	assert_int_equal(s->heard[0].left, 1);
	assert_int_equal(s->heard[0].gaps, 1);
	buf_fini(&b);
}

static void
compressed_one_of_the_same_trail_is_not_read_again(void **state)
{
	struct scene	*s = *state;
	char		 command[256];

	add(s, T("00") "." T("05"), 0, 5);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 5);
	(void)snprintf(command, sizeof(command), "gzip %s/%s", s->dir,
	    T("00") "." T("05"));
	assert_int_equal(system(command), 0);
	add(s, ACTIVE("05"), 5, 6);
	wait_for(s, 0, 6);
	spin(s, 1500);
	assert_int_equal(s->heard[0].n, 6);
}

static void
compressed_trail_is_read_when_it_is_all_there(void **state)
{
	struct scene	*s = *state;
	char		 command[256];

	add(s, T("00") "." T("05"), 0, 5);
	make_old(s, T("00") "." T("05"));
	(void)snprintf(command, sizeof(command), "gzip %s/%s", s->dir,
	    T("00") "." T("05"));
	assert_int_equal(system(command), 0);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 5);
	assert_string_equal(buf_cstr(&s->said), "");
}

static void
hosts_are_told_apart(void **state)
{
	struct scene	*s = *state;

	add(s, ACTIVE("00") ".www1", 0, 3);
	add(s, ACTIVE("01") ".www2", 10, 15);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 3);
	wait_for(s, 1, 5);
	assert_numbers(&s->heard[0], 0, 0, 3);
	assert_numbers(&s->heard[1], 0, 10, 15);
}

/*
 * As auditd rotates: the new trail is there before the old one is written to
 * for the last time, then the old one gets its name. All in a hurry.
 */
static void
write_and_rotate(const struct scene *s, unsigned trails, int64_t each)
{
	char	 old[64], new[64], closed[64];
	int64_t	 n = 0;

	for (unsigned i = 0; i < trails; i++) {
		(void)snprintf(old, sizeof(old),
		    "2024010100%04u.not_terminated", i);
		(void)snprintf(new, sizeof(new),
		    "2024010100%04u.not_terminated", i + 1);
		(void)snprintf(closed, sizeof(closed),
		    "2024010100%04u.2024010100%04u", i, i + 1);
		for (int64_t k = 1; k < each; k++, n++)
			add(s, old, n, n + 1);
		add(s, new, 0, 0);
		add(s, old, n, n + 1);
		n++;
		assert_int_equal(rename(in(s, old), in(s, closed)), 0);
	}
	add(s, new, n, n + 1);
}

static void
rotations_in_a_hurry_lose_nothing_and_keep_the_order(void **state)
{
	struct scene	*s = *state;
	pid_t		 writer;
	int		 status;

	begin(s, FOLLOWING_ALL, 0);
	writer = fork();
	assert_int_not_equal(writer, -1);
	if (writer == 0) {
		write_and_rotate(s, 50, 200);
		_exit(0);
	}
	wait_for(s, 0, 50 * 200 + 1);
	assert_numbers(&s->heard[0], 0, 0, 50 * 200 + 1);
	assert_int_equal(waitpid(writer, &status, 0), writer);
	assert_int_equal(status, 0);
	assert_string_equal(buf_cstr(&s->said), "");
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_there_is_passed_over),
		TEST(all_is_read_in_order_when_that_is_asked_for),
		TEST(since_a_time_is_from_the_first_record_of_that_time_on),
		TEST(record_that_comes_in_two_pieces_is_one),
		TEST(trail_that_comes_late_is_read_once),
		TEST(trail_that_is_copied_slowly_is_read_whole),
		TEST(old_trail_is_left_at_once_and_cut_one_is_damage),
		TEST(compressed_one_of_the_same_trail_is_not_read_again),
		TEST(compressed_trail_is_read_when_it_is_all_there),
		TEST(hosts_are_told_apart),
		TEST(rotations_in_a_hurry_lose_nothing_and_keep_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
