/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_rotations.c - years of rotations, and what is left of them in memory.
 *
 * Seventy thousand trails, more than are remembered one by one, come, are
 * closed, read to their end and removed, some hundred at a time. What is known
 * of them, and told as rows, must not grow with their number.
 */
#include "trail_case.h"

#include "bsm/record.h"
#include "run/done.h"
#include "run/following.h"

#define ALL	70000u
#define BATCH	500u
#define TURNS	10000u			/* of the event loop, for a batch */

_Static_assert(ALL > DONE_MAX, "the oldest are not remembered");

struct scene {
	struct trails		 dir;
	struct event_base	*base;
	struct trailwatch	*watch;
	struct following	*following;
	struct following_trail	*trail;
	unsigned		 next;		/* number of a record */
	unsigned		 left;
	struct buf		 said;
};

/* What is read. */

static void *
on_host(void *arg, const char *host)
{
	assert_null(host);
	return arg;
}

static void
on_turn(void *stream, struct following_trail *t)
{
	struct scene	*s = stream;

	s->trail = t;
}

/* All of them, each once, in order. */
static void
on_record(void *stream, const struct frame_record *f)
{
	struct scene	*s = stream;
	struct record	 r;

	assert_int_equal(f->kind, FRAME_RECORD);
	assert_int_equal(record_head(&r, f), 0);
	assert_int_equal(r.seconds, s->next++);
}

static void
on_ready(void *stream)
{
	struct scene		*s = stream;
	struct frame_record	 f;

	while (frame_next(s->trail->frame, &f) == 1)
		on_record(stream, &f);
}

static void
on_bytes(void *stream, const void *bytes, size_t n)
{
	struct scene	*s = stream;

	assert_int_equal(frame_feed(s->trail->frame, bytes, n), 0);
	on_ready(stream);
}

static void
on_quiet(void *stream)
{
	(void)stream;
}

static void
on_left(void *stream)
{
	struct scene	*s = stream;

	s->left++;
}

static void
on_gone(void *stream, const char *path, uint64_t taken)
{
	struct scene	*s = stream;

	buf_printf(&s->said, "%s is gone behind %u;", path, (unsigned)taken);
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

	buf_printf(&s->said, "%s %s;", path, why);
}

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

static void
follow(struct scene *s)
{
	const struct trailwatch_to	 watch_to = { on_begun, on_ended,
	    on_grown, on_looked, on_say, s };
	const struct following_to	 to = { .host = on_host,
	    .turn = on_turn, .bytes = on_bytes, .record = on_record,
	    .ready = on_ready, .quiet = on_quiet, .left = on_left,
	    .gone = on_gone, .open = on_open, .say = on_say, .arg = s };

	s->watch = trailwatch_new(s->base, s->dir.path,
	    &watch_to);
	s->following = following_new(s->base, FOLLOWING_ALL, 0, &to);
	assert_non_null(s->watch);
	assert_non_null(s->following);
}

static int
setup(void **state)
{
	struct scene	*s = calloc(1, sizeof(*s));

	if (!trails_make(&s->dir, "rotations"))
		return -1;
	s->base = event_base_new();
	follow(s);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene	*s = *state;

	following_free(s->following);
	trailwatch_free(s->watch);
	event_base_free(s->base);
	buf_fini(&s->said);
	trails_remove(&s->dir);
	free(s);
	return 0;
}

/* What is written. */

static const char *
path_of(const struct scene *s, unsigned number, const char *end)
{
	static char	 paths[2][160];
	static unsigned	 turn;

	turn ^= 1;
	(void)snprintf(paths[turn], sizeof(paths[turn]),
	    "%s/202401%02u%02u%02u%02u.%s", s->dir.path, number / 86400 + 1,
	    number / 3600 % 24, number / 60 % 60, number % 60, end);
	return paths[turn];
}

/* With one record, and last written to long ago. */
static void
write_trail(const struct scene *s, unsigned number, const char *end)
{
	const struct utimbuf	 long_ago = { 1600000000, 1600000000 };
	const char		*path = path_of(s, number, end);
	const int		 fd = open(path, O_WRONLY | O_CREAT, 0600);
	struct buf		 b = { 0 };

	build_numbered(&b, number);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, b.p, b.n), b.n);
	close(fd);
	buf_fini(&b);
	assert_int_equal(utime(path, &long_ago), 0);
}

#define ENDS_OPEN	"not_terminated"
#define ENDS_CLOSED	"20250101000000"

static void
come_and_go(struct scene *s, unsigned first)
{
	for (unsigned i = first; i < first + BATCH; i++)
		write_trail(s, i, ENDS_OPEN);
	assert_true(trailwatch_look(s->watch));
	for (unsigned i = first; i < first + BATCH; i++)
		assert_int_equal(rename(path_of(s, i, ENDS_OPEN),
		    path_of(s, i, ENDS_CLOSED)), 0);
	assert_true(trailwatch_look(s->watch));
	for (unsigned i = 0; i < TURNS && s->left < first + BATCH; i++)
		(void)event_base_loop(s->base, EVLOOP_NONBLOCK);
	assert_int_equal(s->left, first + BATCH);
	assert_int_equal(s->next, first + BATCH);
	for (unsigned i = first; i < first + BATCH; i++)
		assert_int_equal(unlink(path_of(s, i, ENDS_CLOSED)), 0);
	for (unsigned i = 0; i < 2; i++)
		assert_true(trailwatch_look(s->watch));
}

/* What is told. */

static bool
on_size(void *arg, const struct row *row)
{
	size_t	*size = arg;

	*size += row->bytes.n;
	return true;
}

static size_t
size_of_rows(const struct scene *s)
{
	size_t		 size = 0;
	struct rows	 rows = { .fn = on_size, .arg = &size };

	rows_section(&rows, 1);
	following_save_trails(s->following, s, &rows, 0);
	rows_section(&rows, 2);
	following_save_done(s->following, s, &rows, 0);
	assert_true(rows_end(&rows));
	return size;
}

/* The facts. */

static void
seventy_thousand_trails_are_read_once_and_leave_little(void **state)
{
	struct scene	*s = *state;
	const size_t	 full = 8 + 8 * DONE_MAX;

	assert_true(trailwatch_look(s->watch));
	for (unsigned i = 0; i < ALL; i += BATCH) {
		come_and_go(s, i);
		assert_true(trailwatch_count(s->watch) <= 2 * BATCH);
		assert_true(size_of_rows(s) <= full);
	}
	assert_int_equal(size_of_rows(s), full);
	assert_string_equal(buf_cstr(&s->said), "");
	/* Some of the last ones are back, and nothing comes of them. */
	for (unsigned i = ALL - 9; i < ALL; i++)
		write_trail(s, i, ENDS_CLOSED);
	assert_true(trailwatch_look(s->watch));
	for (unsigned i = 0; i < 20; i++)
		(void)event_base_loop(s->base, EVLOOP_NONBLOCK);
	assert_int_equal(s->next, ALL);
	assert_string_equal(buf_cstr(&s->said), "");
	/* One that is new is read. */
	write_trail(s, ALL, ENDS_CLOSED);
	assert_true(trailwatch_look(s->watch));
	for (unsigned i = 0; i < TURNS && s->left < ALL + 1; i++)
		(void)event_base_loop(s->base, EVLOOP_NONBLOCK);
	assert_int_equal(s->next, ALL + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    seventy_thousand_trails_are_read_once_and_leave_little,
		    setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
