/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spoolfile.c - temporary files for a merge of more trails than can be open.
 */
#include "run/spoolfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "source/source.h"

#define SPOOL_DIR	"/var/tmp"	/* on a disk; /tmp may be in memory */
#define SPOOL_PIECE	(32u << 10)	/* bytes written, read at once */

struct spool {
	const struct spoolfiles	*owner;
	const char		*where;
	int			 fd;
	struct buf		 waiting;
	struct file_source	*source;	/* once it is read */
};

static bool
fail(const struct spool *s)
{
	struct buf	 why = { 0 };

	buf_printf(&why, "temporary file: %s", strerror(errno));
	s->owner->say(s->owner->arg, s->where, buf_cstr(&why));
	buf_fini(&why);
	return false;
}

static void
spool_close(void *spool)
{
	struct spool	*s = spool;

	file_free(s->source);
	if (s->fd != -1)
		(void)close(s->fd);	/* nobody wants it any more */
	buf_fini(&s->waiting);
	free(s);
}

static void *
spool_begin(void *arg)
{
	struct spool	*s = xcalloc(1, sizeof(*s));
	struct buf	 path = { 0 };
	const char	*dir = getenv("TMPDIR");
	char		*name;

	s->owner = arg;
	s->where = dir != NULL && dir[0] != '\0' ? dir : SPOOL_DIR;
	buf_printf(&path, "%s/bsmtrace.XXXXXX", s->where);
	name = xstrdup(buf_cstr(&path));
	s->fd = mkstemp(name);
	if (s->fd == -1 || fcntl(s->fd, F_SETFD, FD_CLOEXEC) == -1 ||
	    unlink(name) == -1) {
		(void)fail(s);
		spool_close(s);
		s = NULL;
	}
	free(name);
	buf_fini(&path);
	return s;
}

static bool
flush(struct spool *s)
{
	size_t	 at = 0;

	while (at < s->waiting.n) {
		const ssize_t	 n = write(s->fd, s->waiting.p + at,
		    s->waiting.n - at);

		if (n == -1 && errno != EINTR)
			return fail(s);
		if (n > 0)
			at += (size_t)n;
	}
	buf_clear(&s->waiting);
	return true;
}

static bool
spool_write(void *spool, const void *bytes, size_t n)
{
	struct spool	*s = spool;

	buf_put(&s->waiting, bytes, n);
	return s->waiting.n < SPOOL_PIECE || flush(s);
}

static bool
spool_rewind(void *spool)
{
	struct spool	*s = spool;

	if (!flush(s))
		return false;
	if (lseek(s->fd, 0, SEEK_SET) == -1)
		return fail(s);
	buf_fini(&s->waiting);
	s->waiting = (struct buf){ 0 };
	s->source = file_new_plain(s->fd, SPOOL_PIECE);
	return true;
}

static int
spool_more(void *spool, struct slice *bytes)
{
	struct spool	*s = spool;
	const int	 got = file_more(s->source, bytes);

	if (got == -1)
		(void)fail(s);
	return got;
}

struct merge_spools
spoolfile_spools(struct spoolfiles *files)
{
	return (struct merge_spools){ spool_begin, spool_write, spool_rewind,
	    spool_more, spool_close, files };
}
