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
#define GONE_MS		2500		/* two looks */

struct scene;

/* What was read of a host, by one process after another. */
struct heard {
	struct scene		*scene;
	char			*name;
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
	unsigned		 gone;
};

static void *
on_host(void *arg, const char *host)
{
	struct scene	*s = arg;
	struct heard	*h = &s->heard[s->nhosts++];

	assert_true(s->nhosts <= HOSTS);
	h->scene = s;
	free(h->name);
	h->name = host == NULL ? NULL : strdup(host);
	return h;
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

static void
on_gone(void *stream, const char *path, uint64_t taken)
{
	struct heard	*h = stream;

	(void)path;
	assert_true(taken > 0);
	h->scene->gone++;
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
make(struct scene *s, enum following_from from, int64_t since_s)
{
	const struct trailwatch_to	 watch_to = { on_begun, on_ended,
	    on_grown, on_looked, on_say, s };
	const struct following_to	 to = { .host = on_host,
	    .turn = on_turn, .bytes = on_bytes, .record = on_record,
	    .ready = on_ready, .quiet = on_quiet, .left = on_left,
	    .gone = on_gone, .open = on_open, .say = on_say, .arg = s };

	s->watch = trailwatch_new(s->base, s->dir, &watch_to);
	s->following = following_new(s->base, from, since_s * 1000, &to);
	assert_non_null(s->watch);
	assert_non_null(s->following);
}

static void
begin(struct scene *s, enum following_from from, int64_t since_s)
{
	make(s, from, since_s);
	assert_true(trailwatch_look(s->watch));
}

/* What is remembered, as pages of each host. */
struct page {
	bool		 done;		/* section */
	uint32_t	 host, number;
	struct buf	 bytes;
};
struct pages {
	bool		 done;
	struct page	 v[32];
	size_t		 n;
};

static bool
on_row(void *arg, const struct row *row)
{
	struct pages	*all = arg;
	struct page	*p = &all->v[all->n++];

	assert_true(all->n <= 32);
	*p = (struct page){ .done = all->done, .host = row->page >> 10,
	    .number = row->page & 1023 };
	buf_slice(&p->bytes, row->bytes);
	return true;
}

static void
load(struct scene *s, const struct page *p)
{
	const void	*stream = &s->heard[p->host];

	assert_true(p->done ?
	    following_load_done(s->following, stream, p->number,
		buf_bytes(&p->bytes)) :
	    following_load_trails(s->following, stream,
		buf_bytes(&p->bytes)));
}

/* One process ends... */
static void
end(struct scene *s, struct pages *all)
{
	all->n = 0;
	for (unsigned section = 0; section < 2; section++) {
		struct rows	 rows = { .fn = on_row, .arg = all };

		all->done = section == 1;
		for (uint32_t i = 0; i < s->nhosts; i++) {
			if (all->done)
				following_save_done(s->following,
				    &s->heard[i], &rows, i << 10);
			else
				following_save_trails(s->following,
				    &s->heard[i], &rows, i << 10);
		}
		assert_true(rows_end(&rows));
	}
	following_free(s->following);
	trailwatch_free(s->watch);
	s->following = NULL;
	s->watch = NULL;
}

/* ...and another one goes on, its hosts being those of then. */
static void
go_on(struct scene *s, struct pages *all)
{
	const size_t	 n = s->nhosts;

	make(s, FOLLOWING_NOW, 0);
	following_go_on(s->following);
	s->nhosts = 0;
	for (size_t i = 0; i < n; i++) {
		char	*name = s->heard[i].name;

		s->heard[i].name = NULL;
		assert_ptr_equal(following_host(s->following, name),
		    &s->heard[i]);
		free(name);
	}
	for (size_t i = 0; i < all->n; i++) {
		load(s, &all->v[i]);
		buf_fini(&all->v[i].bytes);
	}
	assert_true(following_loaded(s->following));
	assert_true(trailwatch_look(s->watch));
}

static void
restart(struct scene *s)
{
	struct pages	*all = calloc(1, sizeof(*all));

	end(s, all);
	go_on(s, all);
	free(all);
}

static int
teardown(void **state)
{
	struct scene	*s = *state;
	char		 command[96];

	following_free(s->following);
	trailwatch_free(s->watch);
	event_base_free(s->base);
	for (size_t i = 0; i < HOSTS; i++)
		free(s->heard[i].name);
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

static void
move(const struct scene *s, const char *from, const char *to)
{
	assert_int_equal(rename(in(s, from), in(s, to)), 0);
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
		move(s, old, closed);
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

/* One process after another. */

/* Records, and between them what is none. */
static size_t
build_damaged(struct buf *b, size_t *ends, size_t records)
{
	for (size_t i = 0; i < records; i++) {
		if (i % 7 == 3)
			buf_str(b, "noise between two records");
		if (i % 11 == 5)
			buf_put(b, "\0\0\0\0\0\0\0\0\0", 9);
		build(b, (int64_t)i);
		if (i % 5 == 4)			/* its trailer */
			b->p[b->n - 3] ^= 0x40;
		ends[i] = b->n;
	}
	return b->n;
}

static void
spin_at_once(struct scene *s)
{
	for (unsigned i = 0; i < 8; i++)
		(void)event_base_loop(s->base, EVLOOP_NONBLOCK);
}

static void
goes_on_at_each_record_of_a_damaged_trail(void **state)
{
	enum { RECORDS = 40 };
	struct scene	*s = *state;
	struct buf	 b = { 0 };
	size_t		 ends[RECORDS], n, before = 0;
	uint64_t	 gaps;

	build_damaged(&b, ends, RECORDS);
	append(in(s, T("00") "." T("01") ".whole"), b.p, b.n);
	make_old(s, T("00") "." T("01") ".whole");
	begin(s, FOLLOWING_ALL, 0);
	for (unsigned i = 0; i < 40 && s->heard[0].left == 0; i++)
		spin(s, 50);
	n = s->heard[0].n;
	gaps = s->heard[0].gaps;
	assert_true(n > RECORDS / 2);
	assert_true(gaps > 5);
	for (size_t i = 0; i < RECORDS; i++) {
		const size_t	 to = ends[i] - i % 3 * 10;

		append(in(s, ACTIVE("05") ".cut"), b.p + before, to - before);
		before = to;
		restart(s);
		spin_at_once(s);
	}
	append(in(s, ACTIVE("05") ".cut"), b.p + before, b.n - before);
	move(s, ACTIVE("05") ".cut", T("05") "." T("09") ".cut");
	make_old(s, T("05") "." T("09") ".cut");
	for (unsigned i = 0; i < 60 && s->heard[1].left == 0; i++)
		spin(s, 50);
	assert_int_equal(s->heard[1].n, n);
	assert_int_equal(s->heard[1].gaps, gaps);
	assert_memory_equal(s->heard[1].numbers, s->heard[0].numbers,
	    n * sizeof(s->heard[0].numbers[0]));
	assert_int_equal(s->heard[0].n, n);
	assert_string_equal(buf_cstr(&s->said), "");
	buf_fini(&b);
}

static void
rotations_while_nobody_reads_lose_nothing(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	add(s, ACTIVE("00"), 0, 10);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 10);
	end(s, &all);
	add(s, ACTIVE("00"), 10, 15);
	move(s, ACTIVE("00"), T("00") ".crash_recovery");
	add(s, T("03") "." T("06"), 15, 30);
	add(s, ACTIVE("06"), 30, 35);
	go_on(s, &all);
	wait_for(s, 0, 35);
	assert_numbers(&s->heard[0], 0, 0, 35);
	assert_string_equal(buf_cstr(&s->said), "");
	assert_int_equal(s->gone, 0);
}

static void
trail_that_was_compressed_meanwhile_is_read_on(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };
	char		 command[256];

	add(s, ACTIVE("00"), 0, 1000);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 1000);
	end(s, &all);
	add(s, ACTIVE("00"), 1000, 2000);
	move(s, ACTIVE("00"), T("00") "." T("01"));
	make_old(s, T("00") "." T("01"));
	(void)snprintf(command, sizeof(command), "gzip %s/%s", s->dir,
	    T("00") "." T("01"));
	assert_int_equal(system(command), 0);
	add(s, ACTIVE("01"), 2000, 2001);
	go_on(s, &all);
	wait_for(s, 0, 2001);
	assert_numbers(&s->heard[0], 0, 0, 2001);
	assert_string_equal(buf_cstr(&s->said), "");
}

static void
done_trails_are_not_read_again_whatever_they_are_called(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	add(s, T("00") "." T("01"), 0, 10);
	add(s, T("01") "." T("02"), 10, 20);
	make_old(s, T("00") "." T("01"));
	make_old(s, T("01") "." T("02"));
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 20);
	for (unsigned i = 0; i < 40 && s->heard[0].left < 2; i++)
		spin(s, 50);
	end(s, &all);
	assert_int_equal(unlink(in(s, T("01") "." T("02"))), 0);
	move(s, T("00") "." T("01"), T("00") ".crash_recovery");
	go_on(s, &all);
	spin(s, 300);
	restart(s);
	add(s, T("01") "." T("02"), 10, 20);	/* a copy comes late */
	add(s, ACTIVE("02"), 20, 22);
	wait_for(s, 0, 22);
	spin(s, 1500);
	assert_int_equal(s->heard[0].n, 22);
	assert_numbers(&s->heard[0], 0, 0, 22);
	assert_string_equal(buf_cstr(&s->said), "");
	assert_int_equal(s->gone, 0);
}

/* Of the first start counts what was asked for then, not since. */
static void
what_was_passed_over_is_so_for_ever(void **state)
{
	struct scene	*s = *state;
	const int64_t	 t = 1704067200;	/* of T("00") */

	add(s, "20230101000000.20230102000000", 0, 10);
	add(s, ACTIVE("03"), t + 3, t + 9);
	begin(s, FOLLOWING_SINCE, t + 5);
	wait_for(s, 0, 4);
	restart(s);
	add(s, ACTIVE("03"), t + 9, t + 10);
	wait_for(s, 0, 5);
	spin(s, 300);
	assert_numbers(&s->heard[0], 0, t + 5, t + 10);
}

static void
records_from_now_on_are_so_before_the_first_comes(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	add(s, ACTIVE("03"), 0, 100);
	begin(s, FOLLOWING_NOW, 0);
	end(s, &all);
	add(s, ACTIVE("03"), 100, 102);
	go_on(s, &all);
	wait_for(s, 0, 2);
	assert_numbers(&s->heard[0], 0, 100, 102);
}

static void
trail_that_is_gone_is_told_once_and_read_on_when_it_is_back(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	add(s, ACTIVE("00"), 0, 10);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 10);
	end(s, &all);
	move(s, ACTIVE("00"), "away");
	go_on(s, &all);
	spin(s, 100);
	assert_int_equal(s->gone, 1);
	restart(s);
	spin(s, 100);
	assert_int_equal(s->gone, 1);
	add(s, "away", 10, 12);
	move(s, "away", T("00") "." T("01"));
	wait_for(s, 0, 12);
	assert_numbers(&s->heard[0], 0, 0, 12);
}

static void
trail_that_became_shorter_is_said(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	add(s, ACTIVE("00"), 0, 10);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 10);
	end(s, &all);
	assert_int_equal(unlink(in(s, ACTIVE("00"))), 0);
	add(s, T("00") "." T("01"), 0, 5);
	make_old(s, T("00") "." T("01"));
	go_on(s, &all);
	spin(s, 300);
	assert_int_equal(s->heard[0].n, 10);
	assert_string_equal(buf_cstr(&s->said), "ends before the place up to "
	    "which it had been read;");
}

static void
hosts_are_told_apart_in_another_process(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	add(s, ACTIVE("05") ".www2", 10, 15);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 5);
	add(s, ACTIVE("00") ".www1", 0, 3);
	wait_for(s, 1, 3);
	end(s, &all);
	add(s, ACTIVE("00") ".www1", 3, 5);
	add(s, ACTIVE("05") ".www2", 15, 19);
	add(s, ACTIVE("00") ".www0", 50, 51);
	go_on(s, &all);
	wait_for(s, 0, 9);
	wait_for(s, 1, 5);
	wait_for(s, 2, 1);
	assert_numbers(&s->heard[0], 0, 10, 19);
	assert_numbers(&s->heard[1], 0, 0, 5);
}

static void
trail_that_is_back_while_it_is_read_is_read_on(void **state)
{
	struct scene	*s = *state;

	add(s, ACTIVE("00"), 0, 10);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 10);
	move(s, ACTIVE("00"), "away");
	spin(s, GONE_MS);
	move(s, "away", ACTIVE("00"));
	spin(s, 6000);			/* one that has ended would be left */
	assert_int_equal(s->heard[0].left, 0);
	add(s, ACTIVE("00"), 10, 12);
	wait_for(s, 0, 12);
	assert_numbers(&s->heard[0], 0, 0, 12);
	assert_int_equal(s->gone, 0);
}

/* From a backup, under its name, and then compressed. */
static void
done_trail_that_is_back_is_not_read_again(void **state)
{
	struct scene	*s = *state;
	char		 command[256];

	(void)snprintf(command, sizeof(command), "cd %s && gzip away && "
	    "mv away.gz " T("00") "." T("01") ".gz", s->dir);
	add(s, T("00") "." T("01"), 0, 10);
	make_old(s, T("00") "." T("01"));
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 10);
	move(s, T("00") "." T("01"), "away");
	spin(s, GONE_MS);
	move(s, "away", T("00") "." T("01"));
	spin(s, GONE_MS);
	move(s, T("00") "." T("01"), "away");
	spin(s, GONE_MS);
	assert_int_equal(system(command), 0);
	add(s, ACTIVE("01"), 10, 11);
	wait_for(s, 0, 11);
	spin(s, 1500);
	assert_int_equal(s->heard[0].n, 11);
	assert_int_equal(s->heard[0].left, 1);
	assert_string_equal(buf_cstr(&s->said), "");
}

static void
trail_that_was_never_read_is_when_it_is_back(void **state)
{
	struct scene	*s = *state;

	add(s, T("00") "." T("01"), 0, 10);
	begin(s, FOLLOWING_ALL, 0);
	move(s, T("00") "." T("01"), "away");
	spin(s, GONE_MS);
	assert_string_equal(buf_cstr(&s->said), "is gone, and was not read;");
	move(s, "away", T("00") "." T("01"));
	wait_for(s, 0, 10);
	assert_numbers(&s->heard[0], 0, 0, 10);
}

/* Found by the first look of a process, and gone when it is to be opened. */
static void
trail_that_was_begun_is_read_on_when_it_is_back(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	add(s, ACTIVE("00"), 0, 10);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 10);
	end(s, &all);
	go_on(s, &all);
	move(s, ACTIVE("00"), "away");
	spin(s, GONE_MS);
	assert_int_equal(s->gone, 1);
	add(s, "away", 10, 12);
	move(s, "away", T("00") "." T("01"));
	wait_for(s, 0, 12);
	assert_numbers(&s->heard[0], 0, 0, 12);
	assert_int_equal(s->gone, 1);
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
		TEST(goes_on_at_each_record_of_a_damaged_trail),
		TEST(rotations_while_nobody_reads_lose_nothing),
		TEST(trail_that_was_compressed_meanwhile_is_read_on),
		TEST(done_trails_are_not_read_again_whatever_they_are_called),
		TEST(what_was_passed_over_is_so_for_ever),
		TEST(records_from_now_on_are_so_before_the_first_comes),
		TEST(
		    trail_that_is_gone_is_told_once_and_read_on_when_it_is_back
		),
		TEST(trail_that_became_shorter_is_said),
		TEST(hosts_are_told_apart_in_another_process),
		TEST(trail_that_is_back_while_it_is_read_is_read_on),
		TEST(done_trail_that_is_back_is_not_read_again),
		TEST(trail_that_was_never_read_is_when_it_is_back),
		TEST(trail_that_was_begun_is_read_on_when_it_is_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
