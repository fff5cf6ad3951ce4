/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/trailout.h"

#define NAME "20211014091022.20211014112059.www1"
#define BLOCK 65536

/* A directory of its own, and what is in it. */
struct place {
	char	*dir;
	char	*suffix;		/* "DIR/www1" */
	char	*named;			/* "DIR/" NAME */
};

static char *
join(const char *dir, const char *name)
{
	struct buf	 b = { 0 };
	char		*path;

	buf_printf(&b, "%s/%s", dir, name);
	path = xstrdup(buf_cstr(&b));
	buf_fini(&b);
	return path;
}

static int
set_up(void **state)
{
	struct place	*p = xcalloc(1, sizeof(*p));

	p->dir = xstrdup("/tmp/trailout.XXXXXX");
	if (mkdtemp(p->dir) == NULL)
		return -1;
	p->suffix = join(p->dir, "www1");
	p->named = join(p->dir, NAME);
	*state = p;
	return 0;
}

/* How many files there are; *ONE is the name of the last seen. */
static unsigned
files(const struct place *p, char one[256])
{
	DIR			*d = opendir(p->dir);
	const struct dirent	*e;
	unsigned		 n = 0;

	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		(void)snprintf(one, 256, "%s", e->d_name);
		n++;
	}
	closedir(d);
	return n;
}

static int
tear_down(void **state)
{
	struct place	*p = *state;
	char		 one[256], *path;

	while (files(p, one) > 0) {
		path = join(p->dir, one);
		(void)unlink(path);
		free(path);
	}
	(void)rmdir(p->dir);
	free(p->dir);
	free(p->suffix);
	free(p->named);
	free(p);
	return 0;
}

/* A record of N bytes, but for its header nothing but zeros. */
static void
record(struct buf *b, uint32_t seconds, uint32_t n)
{
	const size_t	 start = b->n;

	buf_u8(b, 0x14);
	buf_u32(b, n);
	buf_u8(b, 11);
	buf_u32(b, 0);
	buf_u32(b, seconds);
	buf_u32(b, 0);
	while (b->n < start + n)
		buf_u8(b, 0);
}

static void
put(struct trailout *o, uint32_t seconds, uint32_t n, struct buf *all)
{
	const size_t		 start = all->n;
	struct criteria_run	 run;

	record(all, seconds, n);
	run = (struct criteria_run){ { all->p + start, n }, 1,
	    all->p + start };
	trailout_put(o, &run);
}

static void
assert_holds(const char *path, const struct buf *want)
{
	const int	 fd = open(path, O_RDONLY);
	uint8_t		*got = xmalloc(want->n + 1);

	assert_int_not_equal(fd, -1);
	assert_int_equal(read(fd, got, want->n + 1), want->n);
	assert_memory_equal(got, want->p, want->n);
	close(fd);
	free(got);
}

static void
a_trail_is_named_by_its_first_and_last_record(void **state)
{
	struct place	*p = *state;
	struct trailout	*o = trailout_file(p->suffix);
	struct buf	 all = { 0 };
	const char	*name;
	struct stat	 st;
	char		 one[256];

	put(o, 1634202622, 40, &all);
	put(o, 5, 40, &all);		/* out of order: not asked */
	put(o, 1634210459, 40, &all);
	assert_int_equal(files(p, one), 1);
	assert_int_not_equal(strcmp(one, NAME), 0);
	assert_true(trailout_finish(o, true, &name));
	assert_string_equal(name, p->named);
	assert_int_equal(trailout_records(o), 3);
	trailout_free(o);
	assert_int_equal(files(p, one), 1);
	assert_string_equal(one, NAME);
	assert_holds(p->named, &all);
	assert_int_equal(stat(p->named, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	buf_fini(&all);
}

static void
long_and_short_runs_keep_their_order(void **state)
{
	struct place	*p = *state;
	struct trailout	*o = trailout_file(p->suffix);
	struct buf	 all = { .max = 0 };
	const char	*name;

	put(o, 1634202622, 40, &all);
	for (uint32_t i = 0; i < 40; i++)
		put(o, i, i % 3 == 0 ? 50000 : 1000 + i, &all);
	put(o, 1634210459, 40, &all);
	assert_true(trailout_finish(o, false, &name));
	assert_holds(name, &all);
	trailout_free(o);
	buf_fini(&all);
}

static void
a_run_of_many_records_tells_both_times(void **state)
{
	struct place		*p = *state;
	struct trailout		*o = trailout_file(p->suffix);
	struct buf		 all = { 0 };
	struct criteria_run	 run;
	const char		*name;

	record(&all, 1634202622, 40);
	record(&all, 1634210459, 40);
	run = (struct criteria_run){ buf_bytes(&all), 2, all.p + 40 };
	trailout_put(o, &run);
	assert_true(trailout_finish(o, false, &name));
	assert_string_equal(name, p->named);
	trailout_free(o);
	buf_fini(&all);
}

static void
a_trail_that_is_there_is_left_alone(void **state)
{
	struct place	*p = *state;
	struct buf	 all = { 0 };
	struct trailout	*o;
	const char	*name;
	char		 one[256];
	int		 fd = open(p->named, O_WRONLY | O_CREAT, 0600);

	assert_int_equal(write(fd, "evidence", 8), 8);
	close(fd);
	o = trailout_file(p->suffix);
	put(o, 1634202622, 40, &all);
	put(o, 1634210459, 40, &all);
	assert_false(trailout_finish(o, false, &name));
	assert_null(name);
	trailout_free(o);
	assert_int_equal(files(p, one), 1);
	buf_clear(&all);
	buf_str(&all, "evidence");
	assert_holds(p->named, &all);
	buf_fini(&all);
}

static void
what_is_not_finished_is_removed(void **state)
{
	struct place	*p = *state;
	struct trailout	*o = trailout_file(p->suffix);
	struct buf	 all = { 0 };
	char		 one[256];

	put(o, 1, 50000, &all);
	assert_int_equal(files(p, one), 1);
	trailout_free(o);
	assert_int_equal(files(p, one), 0);
	buf_fini(&all);
}

static void
without_records_it_begins_in_1970(void **state)
{
	struct place	*p = *state;
	struct trailout	*o = trailout_file(p->suffix);
	const char	*name;

	assert_true(trailout_finish(o, false, &name));
	assert_non_null(strstr(name, "/19700101000000.2"));
	trailout_free(o);
}

static void
a_place_that_is_not_there_is_refused(void **state)
{
	(void)state;
	assert_null(trailout_file("/nonexistent/www1"));
}

static void
its_own_file_is_known_again(void **state)
{
	struct place	*p = *state;
	struct trailout	*o = trailout_file(p->suffix);
	char		 one[256], *path;

	assert_int_equal(files(p, one), 1);
	path = join(p->dir, one);
	assert_true(trailout_is(o, path));
	assert_false(trailout_is(o, p->dir));
	assert_false(trailout_is(o, p->named));
	free(path);
	trailout_free(o);
}

static void
put_many(struct trailout *o, struct buf *all)
{
	static const uint32_t	 sizes[] = { 1000, 40000, 300, 200000, 70,
	    65536, 65000, 31000, 32768, 131072, 140000, 30, 700000 };

	for (uint32_t i = 0; i < 60; i++)
		put(o, i, sizes[i * 7 % 13] + i % 5, all);
}

/* Run FN with this as standard output. */
static void
with_output(int fd, void (*fn)(struct trailout *, int), struct buf *all)
{
	const int	 old = dup(STDOUT_FILENO);
	struct trailout	*o;
	const char	*name;

	assert_int_not_equal(dup2(fd, STDOUT_FILENO), -1);
	o = trailout_standard();
	put_many(o, all);
	if (fn != NULL)
		fn(o, fd);
	assert_true(trailout_finish(o, false, &name));
	trailout_free(o);
	assert_int_not_equal(dup2(old, STDOUT_FILENO), -1);
	(void)close(old);
}

static void
writes_end_where_a_block_does(void **state)
{
	struct place	*p = *state;
	struct trailout	*o = trailout_file(p->suffix);
	struct buf	 all = { 0 };
	char		 one[256], *path;
	const char	*name;
	struct stat	 st;

	assert_int_equal(files(p, one), 1);
	path = join(p->dir, one);
	for (uint32_t i = 0; i < 300; i++) {
		put(o, i, i % 7 == 0 ? 1000 * i + 30 : 30 + i, &all);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_size % BLOCK, 0);
	}
	assert_true(st.st_size > 4000000);
	assert_true(trailout_finish(o, false, &name));
	assert_holds(name, &all);
	trailout_free(o);
	free(path);
	buf_fini(&all);
}

static void
ends_at_a_block(struct trailout *o, int fd)
{
	struct stat	 st;

	(void)o;
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(st.st_size > BLOCK);
	assert_int_equal(st.st_size % BLOCK, 0);
}

static void
blocks_are_those_of_a_file_that_was_begun(void **state)
{
	struct place	*p = *state;
	char		*path = join(p->dir, "begun");
	const int	 fd = open(path, O_WRONLY | O_CREAT, 0600);
	struct buf	 all = { 0 };

	buf_str(&all, "what is there");
	assert_int_equal(write(fd, all.p, all.n), all.n);
	with_output(fd, ends_at_a_block, &all);
	assert_holds(path, &all);
	(void)close(fd);
	free(path);
	buf_fini(&all);
}

static void
on_alarm(int signo)
{
	(void)signo;
}

/* Reads slowly, and tells by its end whether it is what is expected. */
static _Noreturn void
read_slowly(int fd, const struct buf *all)
{
	uint8_t	 b[30000];
	size_t	 at = 0;
	ssize_t	 n;

	while ((n = read(fd, b, sizeof(b))) > 0) {
		if ((size_t)n > all->n - at ||
		    memcmp(b, all->p + at, (size_t)n) != 0)
			_exit(1);
		at += (size_t)n;
		if (at < all->n / 10)
			(void)usleep(2000);
	}
	_exit(at != all->n);
}

static void
what_is_written_in_part_goes_on(void **state)
{
	const struct itimerval	 often = { { 0, 700 }, { 0, 700 } };
	const struct itimerval	 never = { { 0, 0 }, { 0, 0 } };
	const struct sigaction	 noted = { .sa_handler = on_alarm };
	struct place		*p = *state;
	struct trailout		*o = trailout_file(p->suffix);
	struct buf		 all = { 0 }, same = { 0 };
	int			 fds[2], how;
	pid_t			 pid;

	put_many(o, &all);
	trailout_free(o);
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		(void)close(fds[1]);
		read_slowly(fds[0], &all);
	}
	(void)close(fds[0]);
	assert_int_equal(sigaction(SIGALRM, &noted, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	with_output(fds[1], NULL, &same);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	(void)close(fds[1]);
	assert_int_equal(waitpid(pid, &how, 0), pid);
	assert_true(WIFEXITED(how));
	assert_int_equal(WEXITSTATUS(how), 0);
	buf_fini(&all);
	buf_fini(&same);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		CASE(a_trail_is_named_by_its_first_and_last_record),
		CASE(long_and_short_runs_keep_their_order),
		CASE(a_run_of_many_records_tells_both_times),
		CASE(a_trail_that_is_there_is_left_alone),
		CASE(what_is_not_finished_is_removed),
		CASE(without_records_it_begins_in_1970),
		CASE(a_place_that_is_not_there_is_refused),
		CASE(its_own_file_is_known_again),
		CASE(writes_end_where_a_block_does),
		CASE(blocks_are_those_of_a_file_that_was_begun),
		CASE(what_is_written_in_part_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
