/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_follow.c - trails that grow, are closed and replaced while they are
 * printed.
 *
 * A child follows; the test writes trails, reads what comes, and ends the child
 * by closing the pipe that it prints to.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "run/follow.h"

#include "press_case.h"

#define PATIENCE_MS 20000	/* of a test on a busy machine */

#define FIRST	"20240101000000.not_terminated"
#define FIRST_CLOSED "20240101000000.20240102000000"
#define SECOND	"20240102000000.not_terminated"

struct scene {
	char	 dir[64];
	char	 path[128];
	pid_t	 child;
	int	 out;			/* of the child */
};

static const char *
in(struct scene *s, const char *name)
{
	(void)snprintf(s->path, sizeof(s->path), "%s/%s", s->dir, name);
	return s->path;
}

static void
add(struct scene *s, const char *name, const char *text)
{
	struct buf	 b = { 0 };
	const int	 fd = open(in(s, name), O_WRONLY | O_CREAT | O_APPEND,
	    0600);

	case_record(&b, 1, text);
	assert_int_equal(write(fd, b.p, b.n), b.n);
	(void)close(fd);
	buf_fini(&b);
}

static void
rename_trail(struct scene *s, const char *from, const char *to)
{
	char	 old[128];

	(void)snprintf(old, sizeof(old), "%s/%s", s->dir, from);
	assert_int_equal(rename(old, in(s, to)), 0);
}

static int
run_child(const char *path, bool directory, int fd)
{
	struct names			*names = names_new();
	const struct text_style		 style = { .raw = true,
		.one_line = true };
	const struct formatter_options	 o = { .style = &style,
		.names = names, .accounts = &case_accounts };
	const struct press_start	 start = { .fd = fd, .bar_fd = -1 };
	struct slice			 bad;
	struct press			*p = press_new(&o, &bad);
	bool				 good;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)dup2(fd, STDERR_FILENO);
	press_begin(p, &start);
	good = directory ? follow_directory(p, path, NULL) :
	    follow_trail(p, path);
	good &= press_end(p);
	press_free(p);
	names_free(names);
	return good ? 0 : 1;
}

static void
begin(struct scene *s)
{
	*s = (struct scene){ .dir = "/tmp/bsmtrace-follow.XXXXXX" };
	assert_non_null(mkdtemp(s->dir));
}

static void
follow(struct scene *s, const char *name)
{
	const bool	 directory = name[0] == '\0';
	int		 ends[2];

	assert_int_equal(pipe(ends), 0);
	(void)in(s, name);
	fflush(stdout);
	if ((s->child = fork()) == 0) {
		(void)close(ends[0]);
		_exit(run_child(s->path, directory, ends[1]));
	}
	assert_int_not_equal(s->child, -1);
	(void)close(ends[1]);
	s->out = ends[0];
}

/* The next bytes that come are these, or a record with this text. */
static void
expect(struct scene *s, const char *text)
{
	struct pollfd	 one = { .fd = s->out, .events = POLLIN };
	char		 want[256], have[256];
	size_t		 n = 0;

	(void)snprintf(want, sizeof(want), "20,%zu,11,0,0,1,0,40,%s,19,%zu,\n",
	    29 + strlen(text), text, 29 + strlen(text));
	while (n < strlen(want)) {
		assert_int_equal(poll(&one, 1, PATIENCE_MS), 1);
		assert_int_equal(read(s->out, have + n, 1), 1);
		n++;
	}
	have[n] = '\0';
	assert_string_equal(have, want);
}

/* Close the pipe, or wait for a child that ends by itself; its status. */
static int
end(struct scene *s, bool itself, const char *said)
{
	char	 rest[512] = "", expected[512] = "";
	int	 status = -1;
	size_t	 n = 0;
	ssize_t	 got;
	char	 command[128];

	while (itself && (got = read(s->out, rest + n,
	    sizeof(rest) - 1 - n)) > 0)
		n += (size_t)got;
	if (said != NULL)
		(void)snprintf(expected, sizeof(expected), "bsmtrace: %s: %s\n",
		    s->path, said);
	assert_string_equal(rest, expected);
	(void)close(s->out);
	assert_int_equal(waitpid(s->child, &status, 0), s->child);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", s->dir);
	assert_int_equal(system(command), 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
a_growing_trail_is_printed_as_it_grows(void **state)
{
	struct scene	 s;

	(void)state;
	begin(&s);
	add(&s, "a", "one");
	follow(&s, "a");
	expect(&s, "one");
	add(&s, "a", "two");
	expect(&s, "two");
	assert_int_equal(end(&s, false, NULL), 0);
}

static void
a_link_to_another_trail_is_gone_after(void **state)
{
	struct scene	 s;

	(void)state;
	begin(&s);
	add(&s, FIRST, "one");
	assert_int_equal(symlink(FIRST, in(&s, "current")), 0);
	follow(&s, "current");
	expect(&s, "one");
	add(&s, FIRST, "last");
	add(&s, SECOND, "two");
	assert_int_equal(symlink(SECOND, in(&s, "new")), 0);
	rename_trail(&s, "new", "current");
	expect(&s, "last");
	expect(&s, "two");
	assert_int_equal(end(&s, false, NULL), 0);
}

static void
a_trail_that_is_closed_ends(void **state)
{
	struct scene	 s;

	(void)state;
	begin(&s);
	add(&s, FIRST, "one");
	follow(&s, FIRST);
	expect(&s, "one");
	rename_trail(&s, FIRST, FIRST_CLOSED);
	(void)in(&s, FIRST);
	assert_int_equal(end(&s, true, "has been closed: it is no longer "
	    "followed"), 0);
}

static void
a_trail_that_becomes_shorter_ends(void **state)
{
	struct scene	 s;

	(void)state;
	begin(&s);
	add(&s, "a", "one");
	follow(&s, "a");
	expect(&s, "one");
	assert_int_equal(truncate(in(&s, "a"), 3), 0);
	assert_int_equal(end(&s, true, "has become shorter: it is no longer "
	    "followed"), 0);
}

static void
trails_of_a_directory_are_printed_one_behind_the_other(void **state)
{
	struct scene	 s;

	(void)state;
	begin(&s);
	add(&s, FIRST, "one");
	add(&s, "notes", "not a trail by its name");
	follow(&s, "");
	expect(&s, "one");
	add(&s, FIRST, "last");
	rename_trail(&s, FIRST, FIRST_CLOSED);
	add(&s, SECOND, "two");
	expect(&s, "last");
	expect(&s, "two");
	assert_int_equal(mkdir(in(&s, "www"), 0700), 0);
	add(&s, "www/" SECOND, "of another host");
	expect(&s, "of another host");
	add(&s, SECOND, "three");
	expect(&s, "three");
	assert_int_equal(unlink(in(&s, SECOND)), 0);
	add(&s, "www/" SECOND, "still there");
	expect(&s, "still there");
	assert_int_equal(end(&s, false, NULL), 0);
}

static void
a_directory_that_is_not_there_is_said(void **state)
{
	struct scene	 s;

	(void)state;
	begin(&s);
	assert_int_equal(rmdir(s.dir), 0);
	follow(&s, "");
	assert_int_equal(end(&s, true, "No such file or directory"), 1);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_growing_trail_is_printed_as_it_grows),
		cmocka_unit_test(a_link_to_another_trail_is_gone_after),
		cmocka_unit_test(a_trail_that_is_closed_ends),
		cmocka_unit_test(a_trail_that_becomes_shorter_ends),
		cmocka_unit_test(
		    trails_of_a_directory_are_printed_one_behind_the_other),
		cmocka_unit_test(a_directory_that_is_not_there_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
