/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * following_case.h - trails that are followed, for the tests of following.c:
 * what is read of each host, by one process after another.
 */
#ifndef TESTS_FOLLOWING_CASE_H
#define TESTS_FOLLOWING_CASE_H

#include "trail_case.h"

#include "bsm/record.h"
#include "run/following.h"

#define PATIENCE_S	30		/* of a test on a busy machine */
#define HOSTS		3

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
	struct trails		 dir;
	struct event_base	*base;
	struct trailwatch	*watch;
	struct following	*following;
	struct heard		 heard[HOSTS];
	size_t			 nhosts;
	struct buf		 said;
	unsigned		 gone;
};

static inline void *
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

static inline void
on_turn(void *stream, struct following_trail *t)
{
	struct heard	*h = stream;

	h->trail = t;
}

static inline void
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

static inline void
on_ready(void *stream)
{
	struct heard		*h = stream;
	struct frame_record	 f;

	while (frame_next(h->trail->frame, &f) == 1)
		on_record(stream, &f);
}

static inline void
on_bytes(void *stream, const void *bytes, size_t n)
{
	struct heard	*h = stream;

	assert_int_equal(frame_feed(h->trail->frame, bytes, n), 0);
	on_ready(stream);
}

static inline void
on_quiet(void *stream)
{
	struct heard	*h = stream;

	frame_quiet(h->trail->frame);
	on_ready(stream);
}

static inline void
on_left(void *stream)
{
	struct heard	*h = stream;

	on_ready(stream);
	h->left++;
}

static inline void
on_gone(void *stream, const char *path, uint64_t taken)
{
	struct heard	*h = stream;

	(void)path;
	assert_true(taken > 0);
	h->scene->gone++;
}

static inline int
on_open(void *arg, uint32_t id)
{
	struct scene	*s = arg;

	return trailwatch_open(s->watch, id);
}

static inline void
on_say(void *arg, const char *path, const char *why)
{
	struct scene	*s = arg;

	(void)path;
	buf_printf(&s->said, "%s;", why);
}

/* What the watch tells goes to the one who follows. */

static inline void
on_begun(void *arg, const struct trailwatch_trail *t)
{
	following_begun(((struct scene *)arg)->following, t);
}

static inline void
on_ended(void *arg, uint32_t id)
{
	following_ended(((struct scene *)arg)->following, id);
}

static inline void
on_grown(void *arg)
{
	following_grown(((struct scene *)arg)->following);
}

static inline void
on_looked(void *arg)
{
	following_looked(((struct scene *)arg)->following);
}

static inline int
setup(void **state)
{
	struct scene	*s = calloc(1, sizeof(*s));

	if (!trails_make(&s->dir, "following"))
		return -1;
	s->base = event_base_new();
	*state = s;
	return 0;
}

static inline void
make(struct scene *s, enum following_from from, int64_t since_s)
{
	const struct trailwatch_to	 watch_to = { on_begun, on_ended,
	    on_grown, on_looked, on_say, s };
	const struct following_to	 to = { .host = on_host,
	    .turn = on_turn, .bytes = on_bytes, .record = on_record,
	    .ready = on_ready, .quiet = on_quiet, .left = on_left,
	    .gone = on_gone, .open = on_open, .say = on_say, .arg = s };

	s->watch = trailwatch_new(s->base, s->dir.path,
	    &watch_to);
	s->following = following_new(s->base, from, since_s * 1000, &to);
	assert_non_null(s->watch);
	assert_non_null(s->following);
}

static inline void
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

static inline bool
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

static inline void
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
static inline void
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
static inline void
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

static inline void
restart(struct scene *s)
{
	struct pages	*all = calloc(1, sizeof(*all));

	end(s, all);
	go_on(s, all);
	free(all);
}

static inline int
teardown(void **state)
{
	struct scene	*s = *state;

	following_free(s->following);
	trailwatch_free(s->watch);
	event_base_free(s->base);
	for (size_t i = 0; i < HOSTS; i++)
		free(s->heard[i].name);
	buf_fini(&s->said);
	trails_remove(&s->dir);
	free(s);
	return 0;
}

static inline void
spin(struct scene *s, unsigned ms)
{
	const struct timeval	 t = { .tv_sec = ms / 1000,
	    .tv_usec = (suseconds_t)(ms % 1000) * 1000 };

	(void)event_base_loopexit(s->base, &t);
	(void)event_base_dispatch(s->base);
}

/* Whatever can be done at once. */
static inline void
spin_at_once(struct scene *s)
{
	for (unsigned i = 0; i < 8; i++)
		(void)event_base_loop(s->base, EVLOOP_NONBLOCK);
}

/* Look twice, without waiting for the time to do so: what is gone is known. */
static inline void
look_twice(struct scene *s)
{
	for (unsigned i = 0; i < 2; i++) {
		assert_true(trailwatch_look(s->watch));
		following_grown(s->following);
		spin_at_once(s);
	}
}

static inline void
wait_for(struct scene *s, unsigned host, size_t n)
{
	for (unsigned i = 0; i < 20 * PATIENCE_S && s->heard[host].n < n; i++)
		spin(s, 50);
	assert_int_equal(s->heard[host].n, n);
}

static inline void
assert_numbers(const struct heard *h, size_t at, int64_t from, int64_t to)
{
	for (int64_t i = from; i < to; i++)
		assert_int_equal(h->numbers[at++], i);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
