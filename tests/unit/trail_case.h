/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trail_case.h - a directory of trails, for the tests of those who follow it:
 * written to, renamed and removed as auditd and others do.
 *
 * Records are numbered by their times, so that what was read can be compared
 * with what was written, number by number.
 */
#ifndef TESTS_TRAIL_CASE_H
#define TESTS_TRAIL_CASE_H

#include <sys/stat.h>

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
#include "bsm/token.h"

/* Names of trails; N is the second at which one began, two digits. */
#define T(n)		"202401010000" n
#define ACTIVE(n)	T(n) ".not_terminated"
#define CLOSED(n, m)	T(n) "." T(m)

struct trails {
	char	 path[64];
};

/* Where files cost least, if there is such a place. */
static inline bool
trails_make(struct trails *d, const char *name)
{
	const char	*in = access("/dev/shm", W_OK | X_OK) == 0 ?
	    "/dev/shm" : "/tmp";

	(void)snprintf(d->path, sizeof(d->path), "%s/%s-XXXXXX", in, name);
	return mkdtemp(d->path) != NULL;
}

static inline void
trails_remove(const struct trails *d)
{
	char	 command[96];

	(void)snprintf(command, sizeof(command), "rm -rf %s", d->path);
	(void)!system(command);
}

/* Borrowed until the call after the next one. */
static inline const char *
trails_in(const struct trails *d, const char *name)
{
	static char	 paths[2][160];
	static unsigned	 turn;

	turn ^= 1;
	(void)snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", d->path,
	    name);
	return paths[turn];
}

static inline void
trails_append(const struct trails *d, const char *name, const void *bytes,
    size_t n)
{
	const int	 fd = open(trails_in(d, name),
	    O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static inline void
trails_move(const struct trails *d, const char *from, const char *to)
{
	assert_int_equal(rename(trails_in(d, from), trails_in(d, to)), 0);
}

/* It was last written to long ago. */
static inline void
trails_age(const struct trails *d, const char *name)
{
	const struct utimbuf	 long_ago = { 1600000000, 1600000000 };

	assert_int_equal(utime(trails_in(d, name), &long_ago), 0);
}

/* Its name ends with .gz then, and its times stay. */
static inline void
trails_gzip(const struct trails *d, const char *name)
{
	char	 command[256];

	(void)snprintf(command, sizeof(command), "gzip %s/%s", d->path, name);
	assert_int_equal(system(command), 0);
}

/* Records. */

static inline void
build_numbered(struct buf *b, int64_t number)
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

static inline void
trails_add(const struct trails *d, const char *name, int64_t from, int64_t to)
{
	struct buf	 b = { 0 };

	while (from < to)
		build_numbered(&b, from++);
	trails_append(d, name, b.p, b.n);
	buf_fini(&b);
}

#endif
