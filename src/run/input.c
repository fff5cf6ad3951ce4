/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.c - what -a names: opened, and told apart.
 *
 * A regular file is a finished trail, whatever its name. All else is a stream;
 * it is opened without waiting for a writer, since the loop waits better. The
 * trails of a directory are opened later, when their time comes.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "run/input.h"
#include "run/logdir.h"
#include "run/traildir.h"
#include "run/trailset.h"
#include "source/source.h"

/* The host in START.END.HOST, as auditd names its trails. */
static char *
host_of(const char *name)
{
	struct trailname	 t;

	if (!traildir_name(name, &t) || t.host.n == 0)
		return NULL;
	return xstrndup(t.host.p, t.host.n);
}

static bool
is_auditpipe(const char *path, const struct stat *st)
{
	return S_ISCHR(st->st_mode) &&
	    strncmp(path, INPUT_AUDITPIPE, strlen(INPUT_AUDITPIPE)) == 0;
}

/* The name of this machine, for records of its own. */
static char *
own_host(void)
{
	char	 name[256] = "";

	if (gethostname(name, sizeof(name) - 1) == -1 || name[0] == '\0')
		return NULL;
	return xstrdup(name);
}

bool
input_first(const struct input *in, size_t n, uint64_t *hash)
{
	static const struct hash_key	 same_for_all = { 0, 0 };
	uint8_t				 bytes[INPUT_FIRST];

	if (n > sizeof(bytes) ||
	    file_at(in->fd, in->start, bytes, n) != (ssize_t)n)
		return false;
	*hash = hash_bytes(&same_for_all, (struct slice){ bytes, n });
	return true;
}

static void
look(struct input *in, const struct stat *st)
{
	const off_t	 at = lseek(in->fd, 0, SEEK_CUR);

	in->dev = (uint64_t)st->st_dev;
	in->ino = (uint64_t)st->st_ino;
	in->finished = S_ISREG(st->st_mode);
	if (in->finished && at > 0)
		in->start = (uint64_t)at;
	if (in->finished && st->st_size > (off_t)in->start)
		in->size = (uint64_t)st->st_size - in->start;
	in->first_n = in->size < INPUT_FIRST ? (uint32_t)in->size :
	    INPUT_FIRST;
	if (!in->finished || !input_first(in, in->first_n, &in->first_hash))
		in->first_n = 0;
	in->again = in->finished && file_peek(in->fd, in->start) == NULL;
	in->own_host = is_auditpipe(in->path, st);
	in->host = in->own_host ? own_host() : host_of(in->name);
}

const char *
input_open(struct input *in, const char *path)
{
	const bool	 standard = strcmp(path, "-") == 0;
	const char	*slash = strrchr(path, '/');
	struct stat	 st;

	*in = (struct input){ .path = path, .fd = -1,
		.name = slash == NULL ? path : slash + 1 };
	if (standard) {
		in->path = in->name = "stdin";
		in->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	} else {
		in->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC |
		    O_NOCTTY);
	}
	if (in->fd == -1 || fstat(in->fd, &st) == -1)
		return strerror(errno);
	if (S_ISDIR(st.st_mode)) {
		input_close(in);
		return "is a directory; name the trails in it";
	}
	in->whole = standard ? xstrdup(path) : logdir_absolute(path);
	look(in, &st);
	return NULL;
}

static void
add(struct inputs *all, const struct input *in)
{
	all->v = mem_grow(all->v, &all->cap, all->n + 1, sizeof(*all->v));
	all->v[all->n++] = *in;
}

/*
 * The directory of a trail, for what is written to the trail and to those after
 * it. NULL when it is not called like a trail.
 */
static char *
directory_of(const char *path, char **host)
{
	char	*whole = realpath(path, NULL);
	char	*slash = whole == NULL ? NULL : strrchr(whole, '/');
	struct trailname t;

	if (slash == NULL || !traildir_name(slash + 1, &t)) {
		free(whole);
		return NULL;
	}
	*host = t.host.n == 0 ? NULL : xstrndup(t.host.p, t.host.n);
	slash[slash == whole] = '\0';		/* "/" stays */
	return whole;
}

/* By its whole path, since a daemon leaves the directory it began in. */
static const char *
add_followed(struct inputs *all, const char *path, bool directory)
{
	struct input	 in = { .fd = -1, .followed = true,
	    .one_host = !directory };

	in.dir = directory ? realpath(path, NULL) :
	    directory_of(path, &in.host);
	if (in.dir == NULL)
		return directory ? strerror(errno) : "has no name of a "
		    "trail, so what comes after it is not known; name the "
		    "directory";
	in.path = in.name = in.dir;
	add(all, &in);
	return NULL;
}

/* An input for each host, in the order of the first trail of each. */
static bool
add_directory(struct inputs *all, const char *path)
{
	const struct trailset_options	 o = { .order = TRAILSET_MERGED,
		.from = INT64_MIN, .until = INT64_MAX };
	struct trailset			*set = trailset_new(&o), *one;
	const bool			 good = trailset_add(set, path);
	const char			*host;

	while ((one = trailset_take_host(set)) != NULL) {
		host = trailset_trail(one, 0)->host;
		add(all, &(struct input){ .path = path,
		    .name = trailset_trail(one, 0)->name,
		    .host = host == NULL ? NULL : xstrdup(host),
		    .fd = -1, .set = one, .finished = true,
		    .again = trailset_plain(one),
		    .size = trailset_size(one) });
	}
	trailset_free(set);
	return good;
}

static const char *
add_file(struct inputs *all, const char *path)
{
	struct input	 in;
	const char	*why = input_open(&in, path);

	if (why == NULL)
		add(all, &in);
	return why;
}

bool
inputs_add(struct inputs *all, const char *path, enum input_follow follow)
{
	struct buf	 shown = { 0 };
	struct stat	 st = { 0 };
	const bool	 named = strcmp(path, "-") != 0 &&
	    stat(path, &st) == 0;
	const char	*why;

	if (named && S_ISDIR(st.st_mode) && follow == INPUT_TO_END)
		return add_directory(all, path);
	if (named && (S_ISDIR(st.st_mode) || (S_ISREG(st.st_mode) &&
	    follow == INPUT_FOLLOW)))
		why = add_followed(all, path, S_ISDIR(st.st_mode));
	else
		why = add_file(all, path);
	if (why == NULL)
		return true;
	buf_escape(&shown, slice_str(path));
	log_warn("%s: %s", buf_cstr(&shown), why);
	buf_fini(&shown);
	return false;
}

void
inputs_fini(struct inputs *all)
{
	for (size_t i = 0; i < all->n; i++)
		input_close(&all->v[i]);
	free(all->v);
}

ssize_t
input_at(const struct input *in, uint64_t offset, void *to, size_t n)
{
	if (in->set == NULL)
		return file_at(in->fd, in->start + offset, to, n);
	return trailset_at(in->set, input_trail(offset), input_offset(offset),
	    to, n);
}

void
input_close(struct input *in)
{
	trailset_free(in->set);
	in->set = NULL;
	if (in->fd != -1)
		(void)close(in->fd);	/* it was only read */
	free(in->host);
	free(in->dir);
	free(in->whole);
	in->fd = -1;
	in->host = in->dir = in->whole = NULL;
}
