/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_inroot.c - a path inside an image leads nowhere else.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "run/inroot.h"

/*
 *	/out/secret		outside of the image, which is /image:
 *	/image/etc/passwd	a file
 *	/image/private/etc	a directory with another
 */
static char	top[] = "/tmp/bsmtrace-inroot.XXXXXX";

static const char *
at(const char *path)
{
	static char	 full[512];

	(void)snprintf(full, sizeof(full), "%s%s", top, path);
	return full;
}

static void
put(const char *path, const char *text)
{
	const int	 fd = open(at(path), O_WRONLY | O_CREAT, 0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
}

static void
put_link(const char *path, const char *target)
{
	assert_int_equal(symlink(target, at(path)), 0);
}

static int
set_up(void **state)
{
	static const char *const	 dirs[] = { "/out", "/image",
		"/image/etc", "/image/private", "/image/private/etc" };

	(void)state;
	if (mkdtemp(top) == NULL)
		return -1;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdir(at(dirs[i]), 0700) == -1)
			return -1;
	put("/out/secret", "outside");
	put("/image/etc/passwd", "in etc");
	put("/image/private/etc/passwd", "in private");
	return 0;
}

static int
tear_down(void **state)
{
	char	 command[128];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", top);
	return system(command);
}

/* The file behind PATH holds TEXT; or, for NULL, cannot be opened: WHY. */
static void
assert_opens(const char *path, const char *text, int why)
{
	char	 have[64] = "";
	char	 root[512];
	int	 fd;

	(void)snprintf(root, sizeof(root), "%s", at("/image"));
	errno = 0;
	fd = inroot_open(root, path);
	if (text == NULL) {
		assert_int_equal(fd, -1);
		assert_int_equal(errno, why);
		return;
	}
	assert_int_not_equal(fd, -1);
	assert_int_equal(read(fd, have, sizeof(have) - 1), strlen(text));
	assert_string_equal(have, text);
	(void)close(fd);
}

static void
a_file_is_found(void **state)
{
	(void)state;
	assert_opens("/etc/passwd", "in etc", 0);
	assert_opens("etc//./passwd", "in etc", 0);
	assert_opens("/etc/../private/etc/passwd", "in private", 0);
	assert_opens("/etc/shadow", NULL, ENOENT);
	assert_opens("/etc/passwd/x", NULL, ENOTDIR);
}

static void
only_files_are_opened(void **state)
{
	(void)state;
	assert_opens("/etc", NULL, EISDIR);
	assert_opens("/", NULL, EISDIR);
	assert_opens("", NULL, EISDIR);
	assert_int_equal(mkfifo(at("/image/etc/pipe"), 0600), 0);
	assert_opens("/etc/pipe", NULL, EACCES);	/* and not waited for */
	assert_int_equal(inroot_open("/nonexistent", "/etc/passwd"), -1);
	assert_int_equal(errno, ENOENT);
}

static void
an_absolute_link_stays_in_the_image(void **state)
{
	char	 outside[512];

	(void)state;
	put_link("/image/abs", "/private/etc");
	assert_opens("/abs/passwd", "in private", 0);
	put_link("/image/etc/master", "/private/etc/passwd");
	assert_opens("/etc/master", "in private", 0);
	(void)snprintf(outside, sizeof(outside), "%s", at("/out/secret"));
	put_link("/image/etc/evil", outside);
	assert_opens("/etc/evil", NULL, ENOENT);
	put_link("/image/etc/host", "/etc/passwd");
	assert_opens("/etc/host", "in etc", 0);
}

static void
a_link_that_climbs_stays_in_the_image(void **state)
{
	(void)state;
	put_link("/image/up", "../../../../../private/etc");
	assert_opens("/up/passwd", "in private", 0);
	put_link("/image/etc/climb", "../../out/secret");
	assert_opens("/etc/climb", NULL, ENOENT);
	assert_opens("/../../../etc/passwd", "in etc", 0);
	/* ".." behind a link is above where the link leads. */
	put_link("/image/etc/jump", "../private/etc");
	assert_opens("/etc/jump/../etc/passwd", "in private", 0);
}

static void
links_that_lead_to_links_end(void **state)
{
	(void)state;
	put_link("/image/round", "round");
	assert_opens("/round", NULL, ELOOP);
	put_link("/image/one", "two/x");
	put_link("/image/two", "one/y");
	assert_opens("/one", NULL, ELOOP);
}

static void
a_long_path_is_refused(void **state)
{
	char	 path[2 * INROOT_DEPTH_MAX + 512];
	size_t	 n = 0;

	(void)state;
	memset(path, 'x', 300);
	path[300] = '\0';
	assert_opens(path, NULL, ENAMETOOLONG);
	/* Not deep at any time, however long it is. */
	for (unsigned i = 0; i < 40; i++)
		n += (size_t)snprintf(path + n, sizeof(path) - n, "etc/../");
	(void)snprintf(path + n, sizeof(path) - n, "etc/passwd");
	assert_opens(path, "in etc", 0);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_file_is_found),
		cmocka_unit_test(only_files_are_opened),
		cmocka_unit_test(an_absolute_link_stays_in_the_image),
		cmocka_unit_test(a_link_that_climbs_stays_in_the_image),
		cmocka_unit_test(links_that_lead_to_links_end),
		cmocka_unit_test(a_long_path_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
