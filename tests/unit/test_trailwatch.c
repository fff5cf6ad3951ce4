/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_trailwatch.c - which trails there are, and what becomes of them.
 */
#include "trail_case.h"

#include "run/trailwatch.h"

#define FIRST		"20240101000000.not_terminated"
#define FIRST_CLOSED	"20240101000000.20240102000000"
#define FIRST_CRASHED	"20240101000000.crash_recovery"
#define SECOND		"20240102000000.not_terminated"
#define PATIENCE_S	20		/* of a test on a busy machine */

struct scene {
	struct trails		 dir;
	struct event_base	*base;
	struct trailwatch	*watch;
	struct buf		 told;		/* what was, in words */
	unsigned		 grown;
};

static void
on_begun(void *arg, const struct trailwatch_trail *t)
{
	struct scene	*s = arg;

	buf_printf(&s->told, "+%u %s%s%s;", t->id, strrchr(t->path, '/') + 1,
	    t->host == NULL ? "" : " of ", t->host == NULL ? "" : t->host);
}

static void
on_ended(void *arg, uint32_t id)
{
	struct scene	*s = arg;

	buf_printf(&s->told, "-%u;", id);
}

static void
on_grown(void *arg)
{
	struct scene	*s = arg;

	s->grown++;
}

static void
on_looked(void *arg)
{
	(void)arg;
}

static void
on_say(void *arg, const char *path, const char *why)
{
	struct scene	*s = arg;

	(void)path;
	buf_printf(&s->told, "!%s;", why);
}

static int
setup(void **state)
{
	struct scene		*s = calloc(1, sizeof(*s));
	struct trailwatch_to	 to = { on_begun, on_ended, on_grown,
	    on_looked, on_say, s };

	if (!trails_make(&s->dir, "trailwatch"))
		return -1;
	s->base = event_base_new();
	s->watch = trailwatch_new(s->base, s->dir.path, &to);
	*state = s;
	return s->watch == NULL;
}

static int
teardown(void **state)
{
	struct scene	*s = *state;

	trailwatch_free(s->watch);
	event_base_free(s->base);
	buf_fini(&s->told);
	trails_remove(&s->dir);
	free(s);
	return 0;
}

static void
write_to(const struct scene *s, const char *name)
{
	trails_append(&s->dir, name, "x", 1);
}

/* Let the loop run until it was told; what comes besides is an error. */
static void
assert_told(struct scene *s, const char *expected)
{
	const struct timeval	 tenth = { .tv_usec = 100000 };

	for (unsigned i = 0; i < 10 * PATIENCE_S &&
	    s->told.n < strlen(expected); i++) {
		(void)event_base_loopexit(s->base, &tenth);
		(void)event_base_dispatch(s->base);
	}
	assert_string_equal(buf_cstr(&s->told), expected);
	buf_clear(&s->told);
}

/* Two looks at once, and what they tell is nothing. */
static void
assert_nothing_more(struct scene *s)
{
	for (unsigned i = 0; i < 2; i++) {
		(void)trailwatch_look(s->watch);
		(void)event_base_loop(s->base, EVLOOP_NONBLOCK);
	}
	assert_string_equal(buf_cstr(&s->told), "");
}

static void
trails_that_are_there_are_told_in_the_order_of_time(void **state)
{
	struct scene	*s = *state;

	write_to(s, SECOND);
	write_to(s, FIRST_CLOSED);
	write_to(s, "no.trail");
	assert_true(trailwatch_look(s->watch));
	assert_told(s, "+0 " FIRST_CLOSED ";-0;+1 " SECOND ";");
}

static void
rotation_is_an_end_and_a_beginning(void **state)
{
	struct scene	*s = *state;

	write_to(s, FIRST);
	assert_true(trailwatch_look(s->watch));
	assert_told(s, "+0 " FIRST ";");
	write_to(s, SECOND);
	assert_told(s, "+1 " SECOND ";");
	trails_move(&s->dir, FIRST, FIRST_CLOSED);
	assert_told(s, "-0;");
	assert_nothing_more(s);
}

static void
new_name_is_no_new_trail(void **state)
{
	struct scene	*s = *state;

	write_to(s, FIRST);
	assert_true(trailwatch_look(s->watch));
	assert_told(s, "+0 " FIRST ";");
	trails_move(&s->dir, FIRST, FIRST_CRASHED);
	assert_told(s, "-0;");
	trails_move(&s->dir, FIRST_CRASHED, FIRST_CLOSED ".gz");
	assert_nothing_more(s);
	assert_non_null(strstr(trailwatch_path(s->watch, 0), ".gz"));
}

static void
link_called_current_is_no_trail(void **state)
{
	struct scene	*s = *state;

	write_to(s, FIRST);
	assert_int_equal(symlink(FIRST, trails_in(&s->dir, "current")), 0);
	assert_true(trailwatch_look(s->watch));
	assert_told(s, "+0 " FIRST ";");
}

static void
trail_that_is_removed_has_ended_and_is_new_when_it_is_back(void **state)
{
	struct scene	*s = *state;

	write_to(s, FIRST);
	assert_true(trailwatch_look(s->watch));
	assert_told(s, "+0 " FIRST ";");
	assert_int_equal(unlink(trails_in(&s->dir, FIRST)), 0);
	assert_told(s, "-0;");
	assert_null(trailwatch_path(s->watch, 0));
	assert_int_equal(trailwatch_open(s->watch, 0), -1);
	write_to(s, FIRST);
	assert_told(s, "+1 " FIRST ";");
	assert_nothing_more(s);
	assert_null(trailwatch_path(s->watch, 0));
	assert_non_null(trailwatch_path(s->watch, 1));
}

static const char *
numbered(unsigned number)
{
	static char	 name[64];

	(void)snprintf(name, sizeof(name), "20230101%02u%02u%02u"
	    ".crash_recovery", number / 3600 % 24, number / 60 % 60,
	    number % 60);
	return name;
}

/* All that was told of a batch of trails that were there for a while. */
static size_t
come_and_go(struct scene *s, unsigned first, unsigned n)
{
	size_t	 told;

	for (unsigned i = first; i < first + n; i++)
		write_to(s, numbered(i));
	assert_true(trailwatch_look(s->watch));
	for (unsigned i = first; i < first + n; i++)
		assert_int_equal(unlink(trails_in(&s->dir, numbered(i))), 0);
	for (unsigned i = 0; i < 2; i++)
		assert_true(trailwatch_look(s->watch));
	told = s->told.n;
	buf_clear(&s->told);
	return told;
}

/* One stays for the whole time, and is found by its id at the end. */
static void
ten_thousand_trails_that_are_gone_take_no_memory(void **state)
{
	enum { ALL = 10000, BATCH = 500 };
	struct scene	*s = *state;

	write_to(s, SECOND);
	assert_true(trailwatch_look(s->watch));
	assert_told(s, "+0 " SECOND ";");
	for (unsigned i = 0; i < ALL; i += BATCH) {
		assert_true(come_and_go(s, i, BATCH) > (size_t)BATCH * 20);
		assert_true(trailwatch_count(s->watch) <= 2 * (BATCH + 1));
	}
	assert_non_null(trailwatch_path(s->watch, 0));
	assert_null(trailwatch_path(s->watch, ALL));
	assert_null(trailwatch_path(s->watch, ALL + 1));
	write_to(s, FIRST);
	assert_true(trailwatch_look(s->watch));
	assert_told(s, "+10001 " FIRST ";");
}

static void
hosts_have_directories_of_their_own_also_later(void **state)
{
	struct scene	*s = *state;

	assert_true(trailwatch_look(s->watch));
	assert_int_equal(mkdir(trails_in(&s->dir, "www1"), 0700), 0);
	write_to(s, "www1/" FIRST);
	assert_told(s, "+0 " FIRST " of www1;");
	write_to(s, "www1/" SECOND);
	assert_told(s, "+1 " SECOND " of www1;");
}

static void
bytes_are_heard_of(void **state)
{
	struct scene		*s = *state;
	const struct timeval	 while_ = { .tv_sec = 3 };
	unsigned		 before;

	write_to(s, FIRST);
	assert_true(trailwatch_look(s->watch));
	before = s->grown;
	write_to(s, FIRST);
	(void)event_base_loopexit(s->base, &while_);
	while (s->grown == before &&
	    event_base_loop(s->base, EVLOOP_ONCE) == 0)
		if (event_base_got_exit(s->base))
			break;
	assert_true(s->grown > before);
}

static void
name_that_has_just_changed_opens_all_the_same(void **state)
{
	struct scene	*s = *state;
	int		 fd;

	write_to(s, FIRST);
	assert_true(trailwatch_look(s->watch));
	trails_move(&s->dir, FIRST, FIRST_CLOSED);
	fd = trailwatch_open(s->watch, 0);
	assert_int_not_equal(fd, -1);
	close(fd);
}

static void
directory_that_comes_later_is_told_when_it_does(void **state)
{
	struct scene	*s = *state;

	assert_int_equal(rmdir(s->dir.path), 0);
	assert_false(trailwatch_look(s->watch));
	assert_told(s, "!No such file or directory;");
	assert_nothing_more(s);
	assert_int_equal(mkdir(s->dir.path, 0700), 0);
	write_to(s, FIRST);
	assert_told(s, "+0 " FIRST ";");
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(trails_that_are_there_are_told_in_the_order_of_time),
		TEST(rotation_is_an_end_and_a_beginning),
		TEST(new_name_is_no_new_trail),
		TEST(link_called_current_is_no_trail),
		TEST(
		    trail_that_is_removed_has_ended_and_is_new_when_it_is_back
		),
		TEST(ten_thousand_trails_that_are_gone_take_no_memory),
		TEST(hosts_have_directories_of_their_own_also_later),
		TEST(bytes_are_heard_of),
		TEST(name_that_has_just_changed_opens_all_the_same),
		TEST(directory_that_comes_later_is_told_when_it_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
