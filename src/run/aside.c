/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * aside.c - the parent's part of setting records aside that kill the worker.
 *
 * The parent sees no byte of them: it opens a file, and the worker writes it. A
 * descriptor is given to each worker anew until one has said that it is done.
 */
#include "run/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/poison.h"
#include "run/statedir.h"

struct aside {
	const char	*dir;
	struct poison	 poison;
};

struct aside *
aside_new(const char *dir)
{
	struct aside	*a = xcalloc(1, sizeof(*a));

	a->dir = dir;
	return a;
}

void
aside_free(struct aside *a)
{
	if (a == NULL)
		return;
	poison_fini(&a->poison);
	free(a);
}

/* The first name that nobody has; -1 with errno. */
static int
new_file(const char *dir, struct buf *path)
{
	int	 fd = -1;

	errno = EEXIST;
	for (unsigned i = 1; i <= ASIDE_FILES && fd == -1 && errno == EEXIST;
	    i++) {
		path->n = 0;
		buf_printf(path, "%s/poison-%u.bsm", dir, i);
		fd = open(buf_cstr(path), O_WRONLY | O_CREAT | O_EXCL |
		    O_NOFOLLOW | O_CLOEXEC, 0600);
	}
	return fd;
}

static void
open_file(const struct aside *a, struct poison_place *l)
{
	struct buf	 path = { 0 };

	if (a->dir == NULL)
		return;
	l->fd = new_file(a->dir, &path);
	if (l->fd != -1)
		l->name = xstrdup(buf_cstr(&path));
	else
		log_warn_errno("%s: what kills the worker cannot be kept "
		    "there", a->dir);
	buf_fini(&path);
}

static int64_t
now_s(void)
{
	struct timespec	 t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);	/* all have it */
	return t.tv_sec;
}

void
aside_died(struct aside *a, int status, const struct spot *where)
{
	struct poison_place	*l;

	if (!poison_counts(status))
		return;
	l = poison_died(&a->poison, where, now_s());
	if (l == NULL)
		return;
	if (l->what == POISON_NEAR)
		log_info("the next worker goes through this place in single "
		    "steps");
	else if (l->what != POISON_END && l->name == NULL)
		open_file(a, l);
}

/* Its file from the beginning: who had it before has not finished. */
static int
again(const struct poison_place *l)
{
	if (l->fd == -1)
		return -1;
	if (ftruncate(l->fd, 0) == -1 || lseek(l->fd, 0, SEEK_SET) == -1)
		log_warn_errno("%s", l->name);
	return fcntl(l->fd, F_DUPFD_CLOEXEC, 0);
}

void
aside_tell(const struct aside *a, struct hand *h)
{
	struct buf	 b = { 0 };

	for (size_t i = 0; i < a->poison.n; i++) {
		const struct poison_place	*l = &a->poison.v[i];
		const int			 fd = again(l);

		b.n = 0;
		buf_u32(&b, l->what);
		buf_u64(&b, l->id);
		buf_u64(&b, l->from);
		buf_u64(&b, l->until);
		roles_text(&b, l->name);
		hand_send(h, ROLES_POISON, &b, fd);
	}
	buf_fini(&b);
}

/* Soon the run goes on from behind it, and will not read it again. */
static void
sync_file(const struct aside *a, const struct poison_place *l)
{
	const int	 error = fsync(l->fd) == -1 ? errno :
	    statedir_sync(a->dir);

	if (error != 0)
		log_warn("%s: %s", l->name, strerror(error));
}

void
aside_kept(struct aside *a, struct slice bytes)
{
	struct cursor		 c = { .in = bytes };
	const enum poison_what	 what = (enum poison_what)cursor_uint(&c, 4);
	const uint64_t		 id = cursor_uint(&c, 8);
	struct poison_place	*l = poison_find(&a->poison, id, what,
	    cursor_uint(&c, 8));

	if (l == NULL)
		return;
	if (l->fd != -1)
		sync_file(a, l);
	poison_kept(l);
}
