/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traildir.c - the trails that lie in a directory, known by their names.
 *
 * Files are not opened: a directory may hold ten years of them. What is no
 * trail by its name is counted and left out. Names change while we look, since
 * a trail is renamed when it is closed; traildir_again() finds it by the time
 * it began.
 */
#include "run/traildir.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "source/compressed.h"

/* Where we are while looking. */
struct walk {
	struct traildir	*dir;
	void		(*say)(void *arg, const char *path, const char *why);
	void		*arg;
};

static const char *
last_part(const char *path)
{
	const char	*slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* A path without what a compressed file's name ends with. */
static struct slice
stem(const char *path)
{
	struct slice	 s = slice_str(path);

	s.n -= compressed_suffix(s);
	return s;
}

bool
traildir_name(const char *path, struct trailname *t)
{
	return trailname_parse(stem(last_part(path)), t);
}

/* Names of directories that are not those of hosts. */
static bool
is_host(const char *name)
{
	return strcmp(name, "files") != 0 && strcmp(name, "dist") != 0 &&
	    strcmp(name, "remote") != 0;
}

static void
add_trail(struct traildir *d, const char *path, const char *host,
    const struct stat *st)
{
	struct trailname	 stamps;
	struct traildir_trail	*t;

	if (!traildir_name(path, &stamps)) {
		d->nothers++;
		if (d->other == NULL)
			d->other = xstrdup(path);
		return;
	}
	d->trails = mem_grow(d->trails, &d->cap, d->ntrails + 1,
	    sizeof(*d->trails));
	t = &d->trails[d->ntrails++];
	*t = (struct traildir_trail){ .path = xstrdup(path),
	    .stamps = stamps, .dev = st->st_dev, .ino = st->st_ino,
	    .size = st->st_size > 0 ? (uint64_t)st->st_size : 0 };
	if (stamps.host.n > 0)
		t->host = xstrndup(stamps.host.p, stamps.host.n);
	else if (host != NULL)
		t->host = xstrdup(host);
	t->stamps.host = (struct slice){ NULL, 0 };
}

static bool	walk(struct walk *, const char *path, const char *host,
		    unsigned depth);

static void
look(struct walk *w, const char *path, const char *host, unsigned depth)
{
	const char	*name = last_part(path);
	struct stat	 st;
	bool		 linked;

	if (lstat(path, &st) == -1)
		return;			/* it has just gone */
	linked = S_ISLNK(st.st_mode);
	if (linked && (strcmp(name, "current") == 0 || stat(path, &st) == -1))
		return;
	if (S_ISREG(st.st_mode))
		add_trail(w->dir, path, host, &st);
	else if (S_ISDIR(st.st_mode) && !linked && depth < TRAILDIR_DEPTH)
		(void)walk(w, path, is_host(name) ? name : host, depth + 1);
}

static void
add_directory(struct traildir *d, const char *path)
{
	d->dirs = mem_grow(d->dirs, &d->dirs_cap, d->ndirs + 1,
	    sizeof(char *));
	d->dirs[d->ndirs++] = xstrdup(path);
}

/* What cannot be read is said here. */
static bool
walk(struct walk *w, const char *path, const char *host, unsigned depth)
{
	struct buf	 below = { 0 };
	struct dirent	*entry;
	DIR		*d = opendir(path);
	int		 error;

	if (d == NULL) {
		w->say(w->arg, path, strerror(errno));
		return false;
	}
	add_directory(w->dir, path);
	while (errno = 0, (entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		buf_clear(&below);
		buf_str(&below, path);
		if (below.n > 0 && below.p[below.n - 1] != '/')
			buf_char(&below, '/');
		buf_str(&below, entry->d_name);
		look(w, buf_cstr(&below), host, depth);
	}
	if ((error = errno) != 0)
		w->say(w->arg, path, strerror(error));
	(void)closedir(d);		/* it was only read */
	buf_fini(&below);
	return error == 0;
}

static int
cmp_hosts(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int
cmp(const void *one, const void *other)
{
	const struct traildir_trail	*a = one, *b = other;
	int				 c;

	if ((c = trailname_cmp(&a->stamps, &b->stamps)) != 0 ||
	    (c = cmp_hosts(a->host, b->host)) != 0)
		return c;
	return strcmp(a->path, b->path);	/* shorter first */
}

static bool
same(const struct traildir_trail *a, const struct traildir_trail *b)
{
	return (a->dev == b->dev && a->ino == b->ino) ||
	    slice_eq(stem(a->path), stem(b->path));
}

static void
trail_fini(struct traildir_trail *t)
{
	free(t->path);
	free(t->host);
}

/* Is it there already, among those of the same time and host? */
static bool
known(const struct traildir *d, const struct traildir_trail *t)
{
	for (size_t i = d->ntrails; i-- > 0;) {
		const struct traildir_trail	*k = &d->trails[i];

		if (trailname_cmp(&k->stamps, &t->stamps) != 0)
			break;
		if (same(k, t))
			return true;
	}
	return false;
}

/* Leave out what is there twice. The list is sorted. */
static void
once(struct walk *w)
{
	struct traildir	*d = w->dir;
	const size_t	 n = d->ntrails;

	d->ntrails = 0;
	for (size_t i = 0; i < n; i++) {
		struct traildir_trail	 t = d->trails[i];

		if (!known(d, &t)) {
			d->trails[d->ntrails++] = t;
			continue;
		}
		if (compressed_suffix(slice_str(t.path)) > 0)
			w->say(w->arg, t.path, "is left out: it is there "
			    "without being compressed, too");
		trail_fini(&t);
	}
}

bool
traildir_read(struct traildir *d, const char *path,
    void (*say)(void *arg, const char *path, const char *why), void *arg)
{
	struct walk	 w = { d, say, arg };

	*d = (struct traildir){ 0 };
	if (!walk(&w, path, NULL, 0))
		return false;
	if (d->ntrails > 1)
		qsort(d->trails, d->ntrails, sizeof(*d->trails), cmp);
	once(&w);
	return true;
}

void
traildir_fini(struct traildir *d)
{
	for (size_t i = 0; i < d->ntrails; i++)
		trail_fini(&d->trails[i]);
	for (size_t i = 0; i < d->ndirs; i++)
		free(d->dirs[i]);
	free(d->dirs);
	free(d->trails);
	free(d->other);
	*d = (struct traildir){ 0 };
}

char *
traildir_again(const char *path)
{
	const size_t		 n = (size_t)(last_part(path) - path);
	struct trailname	 old, t;
	struct buf		 found = { 0 };
	struct dirent		*entry;
	char			*where;
	DIR			*d;

	if (!traildir_name(path, &old))
		return NULL;
	where = n == 0 ? xstrdup(".") : xstrndup(path, n);
	d = opendir(where);
	free(where);
	if (d == NULL)
		return NULL;
	while (found.n == 0 && (entry = readdir(d)) != NULL) {
		if (!traildir_name(entry->d_name, &t) ||
		    t.start != old.start || !slice_eq(t.host, old.host))
			continue;
		buf_put(&found, path, n);
		buf_str(&found, entry->d_name);
	}
	(void)closedir(d);		/* it was only read */
	return found.n == 0 ? NULL : (char *)(uintptr_t)buf_cstr(&found);
}
