/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trailwatch.c - which trails there are in a directory, now and from now on.
 *
 * Each look compares what lies there with what is known. A directory is read
 * only when its time has changed since, or had changed so shortly before that
 * a second change need not show. While it is read names change: a trail counts
 * as gone when two looks in a row have missed it, and of new ones is told when
 * two readings in a row agree, so that none is told of before an earlier one.
 *
 * Known are those that are there. They stand by their ids, which ascend and are
 * never given twice; those that are gone are dropped all at once when they are
 * more than the others, so that a trail costs the same however many there were.
 */
#include "run/trailwatch.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "run/notify.h"
#include "run/traildir.h"
#include "source/compressed.h"

#define LOOK_S		1	/* from one look to the next */
#define MISSES		2	/* looks, until a trail is gone */
#define READS		10	/* of a directory that does not come to rest */
#define FRESH_S		3	/* a time that could come twice */
#define TOLD_MAX	1000	/* files that are left out, said one by one */
#define GONE_MIN	64u	/* fewer are not worth being dropped */

struct known {
	uint32_t	 id;
	char		*path;		/* NULL: it is gone */
	unsigned	 missed;	/* looks in a row */
	bool		 seen;		/* in this look */
	bool		 ended;
};

/* A directory, when it was read. */
struct directory {
	char		*path;
	struct timespec	 changed;
	bool		 fresh;		/* it may have changed again since */
};

struct trailwatch {
	const char		*path;
	struct trailwatch_to	 to;
	struct notify		*notify;	/* or NULL */
	struct event		*heard, *tick;
	struct map		*by_key;	/* to ids + 1 */
	struct known		*known;		/* by id */
	size_t			 nknown, cap, ngone;
	uint32_t		 next;		/* id */
	struct directory	*dirs;
	size_t			 ndirs;
	struct map		*told;		/* what was said of others */
	bool			 failed;	/* the last look... */
	bool			 said;		/* ...which was said */
};

/* Life. */

static void
forget_directories(struct trailwatch *w)
{
	for (size_t i = 0; i < w->ndirs; i++)
		free(w->dirs[i].path);
	free(w->dirs);
	w->dirs = NULL;
	w->ndirs = 0;
}

static void	on_heard(evutil_socket_t, short, void *);
static void	on_tick(evutil_socket_t, short, void *);

struct trailwatch *
trailwatch_new(struct event_base *base, const char *path,
    const struct trailwatch_to *to)
{
	struct trailwatch	*w = xcalloc(1, sizeof(*w));

	w->path = path;
	w->to = *to;
	w->by_key = map_new();
	w->told = map_new();
	w->notify = notify_new();
	w->tick = event_new(base, -1, EV_PERSIST, on_tick, w);
	if (w->notify != NULL)
		w->heard = event_new(base, notify_fd(w->notify),
		    EV_READ | EV_PERSIST, on_heard, w);
	if (w->tick == NULL || (w->notify != NULL && (w->heard == NULL ||
	    event_add(w->heard, NULL) == -1))) {
		trailwatch_free(w);
		return NULL;
	}
	return w;
}

void
trailwatch_free(struct trailwatch *w)
{
	if (w == NULL)
		return;
	if (w->tick != NULL)
		event_free(w->tick);
	if (w->heard != NULL)
		event_free(w->heard);
	notify_free(w->notify);
	for (size_t i = 0; i < w->nknown; i++)
		free(w->known[i].path);
	free(w->known);
	map_free(w->by_key);
	map_free(w->told);
	forget_directories(w);
	free(w);
}

/* One trail. */

/* NULL: it is gone. */
static struct known *
find(const struct trailwatch *w, uint32_t id)
{
	size_t	 low = 0, high = w->nknown;

	while (low < high) {
		const size_t	 mid = low + (high - low) / 2;

		if (w->known[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < w->nknown && w->known[low].id == id &&
	    w->known[low].path != NULL ? &w->known[low] : NULL;
}

static void
end(const struct trailwatch *w, struct known *k)
{
	if (k->ended)
		return;
	k->ended = true;
	w->to.ended(w->to.arg, k->id);
}

/* Host and beginning: what stays when a trail is closed or compressed. */
static void
key_of(struct buf *key, const struct traildir_trail *t)
{
	buf_clear(key);
	buf_u64(key, (uint64_t)t->stamps.start);
	if (t->host != NULL)
		buf_str(key, t->host);
}

static struct known *
find_key(const struct trailwatch *w, struct slice key)
{
	const uintptr_t	 known = (uintptr_t)map_find(w->by_key, key);

	return known == 0 ? NULL : find(w, (uint32_t)(known - 1));
}

static struct known *
add(struct trailwatch *w, struct slice key, const char *path)
{
	const uint32_t	 id = w->next++;

	w->known = mem_grow(w->known, &w->cap, w->nknown + 1,
	    sizeof(*w->known));
	w->known[w->nknown] = (struct known){ .id = id,
	    .path = xstrdup(path) };
	(void)map_put(w->by_key, key, (void *)((uintptr_t)id + 1));
	return &w->known[w->nknown++];
}

static void
rename_to(struct known *k, const char *path)
{
	if (strcmp(k->path, path) == 0)
		return;
	free(k->path);
	k->path = xstrdup(path);
}

/* A trail lies there: one we know, or a new one. */
static void
meet(struct trailwatch *w, const struct traildir_trail *t, struct buf *key)
{
	struct known	*k;

	key_of(key, t);
	if ((k = find_key(w, buf_bytes(key))) != NULL) {
		rename_to(k, t->path);
	} else {
		k = add(w, buf_bytes(key), t->path);
		w->to.begun(w->to.arg, &(struct trailwatch_trail){
		    .id = k->id, .path = t->path, .host = t->host,
		    .stamps = t->stamps });
	}
	k->missed = 0;
	k->seen = true;
	if (t->stamps.how != TRAIL_NOT_TERMINATED)
		end(w, k);
}

static void
drop_keys(struct trailwatch *w)
{
	struct map	*kept = map_new();

	for (size_t i = 0; i < map_count(w->by_key); i++) {
		struct slice	 key;
		void		*value = map_at(w->by_key, i, &key);

		if (find(w, (uint32_t)((uintptr_t)value - 1)) != NULL)
			(void)map_put(kept, key, value);
	}
	map_free(w->by_key);
	w->by_key = kept;
}

/* Each that stays is paid for by one that goes. */
static void
drop_gone(struct trailwatch *w)
{
	size_t	 kept = 0;

	if (w->ngone < GONE_MIN || w->ngone < w->nknown - w->ngone)
		return;
	drop_keys(w);
	for (size_t i = 0; i < w->nknown; i++)
		if (w->known[i].path != NULL)
			w->known[kept++] = w->known[i];
	w->nknown = kept;
	w->ngone = 0;
}

/* Those that were there and are not. */
static void
miss(struct trailwatch *w)
{
	for (size_t i = 0; i < w->nknown; i++) {
		struct known	*k = &w->known[i];

		if (k->path == NULL || k->seen) {
			k->seen = false;
			continue;
		}
		if (++k->missed < MISSES)
			continue;
		free(k->path);
		k->path = NULL;
		w->ngone++;
		end(w, k);
	}
	drop_gone(w);
}

/* Looking. */

static bool
is_missed(const struct trailwatch *w)
{
	for (size_t i = 0; i < w->nknown; i++)
		if (w->known[i].path != NULL && w->known[i].missed > 0)
			return true;
	return false;
}

/* Is what the last look saw no longer all there is? */
static bool
has_changed(const struct trailwatch *w)
{
	struct stat	 st;

	if (w->ndirs == 0)
		return true;
	for (size_t i = 0; i < w->ndirs; i++) {
		const struct directory	*d = &w->dirs[i];

		if (d->fresh || stat(d->path, &st) == -1 ||
		    st.st_mtim.tv_sec != d->changed.tv_sec ||
		    st.st_mtim.tv_nsec != d->changed.tv_nsec)
			return true;
	}
	return is_missed(w);
}

/* They were read just before: a change in between is fresh, at least. */
static struct directory *
date(const struct traildir *d)
{
	struct directory	*dirs = xcalloc(d->ndirs, sizeof(*dirs));
	const time_t		 now = time(NULL);
	struct stat		 st;

	for (size_t i = 0; i < d->ndirs; i++) {
		dirs[i].path = xstrdup(d->dirs[i]);
		dirs[i].fresh = stat(d->dirs[i], &st) == -1 ||
		    st.st_mtim.tv_sec > now - FRESH_S;
		if (!dirs[i].fresh)
			dirs[i].changed = st.st_mtim;
	}
	return dirs;
}

static void
remember_directories(struct trailwatch *w, const struct traildir *d)
{
	forget_directories(w);
	w->dirs = date(d);
	w->ndirs = d->ndirs;
	for (size_t i = 0; w->notify != NULL && i < d->ndirs; i++)
		notify_directory(w->notify, d->dirs[i]);
}

/*
 * Once each, but what is wrong with the directory itself each time it begins. A
 * trail that is there twice is just being compressed.
 */
static void
say(void *arg, const char *path, const char *why)
{
	struct trailwatch	*w = arg;

	if (strcmp(path, w->path) == 0) {
		w->failed = true;
		if (!w->said)
			w->to.say(w->to.arg, path, why);
		w->said = true;
	} else if (compressed_suffix(slice_str(path)) == 0 &&
	    map_find(w->told, slice_str(path)) == NULL &&
	    map_count(w->told) < TOLD_MAX) {
		(void)map_put(w->told, slice_str(path), w);
		w->to.say(w->to.arg, path, why);
	}
}

static bool
is_known(const struct trailwatch *w, const struct traildir_trail *t)
{
	struct buf	 key = { 0 };
	bool		 known;

	key_of(&key, t);
	known = find_key(w, buf_bytes(&key)) != NULL;
	buf_fini(&key);
	return known;
}

static bool
is_news(const struct trailwatch *w, const struct traildir *d)
{
	for (size_t i = 0; i < d->ntrails; i++)
		if (!is_known(w, &d->trails[i]))
			return true;
	return false;
}

static bool
same_names(const struct traildir *a, const struct traildir *b)
{
	if (a->ntrails != b->ntrails)
		return false;
	for (size_t i = 0; i < a->ntrails; i++)
		if (strcmp(a->trails[i].path, b->trails[i].path) != 0)
			return false;
	return true;
}

/*
 * A trail that gets another name while the directory is read may be found under
 * neither, and the one after it be told of first. What is found twice in a row
 * was not changed meanwhile.
 */
static bool
read_directory(struct trailwatch *w, struct traildir *d)
{
	struct traildir	 before;
	bool		 same = false, good;

	good = traildir_read(d, w->path, say, w);
	for (unsigned i = 0; good && !same && i < READS && is_news(w, d); i++) {
		before = *d;
		good = traildir_read(d, w->path, say, w);
		same = same_names(&before, d);
		traildir_fini(&before);
	}
	return good;
}

static void
look(struct trailwatch *w)
{
	struct buf	 key = { 0 };
	struct traildir	 d;

	w->failed = false;
	if (!read_directory(w, &d)) {
		traildir_fini(&d);
		forget_directories(w);
		return;
	}
	w->said = false;
	remember_directories(w, &d);
	for (size_t i = 0; i < d.ntrails; i++)
		meet(w, &d.trails[i], &key);
	miss(w);
	buf_fini(&key);
	traildir_fini(&d);
	w->to.looked(w->to.arg);
}

bool
trailwatch_look(struct trailwatch *w)
{
	const struct timeval	 t = { .tv_sec = LOOK_S };

	look(w);
	if (event_add(w->tick, &t) == -1)
		return false;
	return !w->failed;
}

static void
on_heard(evutil_socket_t fd, short what, void *arg)
{
	struct trailwatch	*w = arg;
	const unsigned		 heard = notify_read(w->notify);

	(void)fd;
	(void)what;
	if (heard & NOTIFY_ENTRIES)
		look(w);
	if (heard != 0)
		w->to.grown(w->to.arg);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct trailwatch	*w = arg;

	(void)fd;
	(void)what;
	if (has_changed(w))
		look(w);
	w->to.grown(w->to.arg);
}

/* Opening. */

int
trailwatch_open(struct trailwatch *w, uint32_t id)
{
	const struct known	*k = find(w, id);
	char			*now;
	int			 fd;

	if (k == NULL) {
		errno = ENOENT;
		return -1;
	}
	fd = open(k->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1 && errno == ENOENT &&
	    (now = traildir_again(k->path)) != NULL) {
		fd = open(now, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		free(now);
	}
	if (fd != -1 && w->notify != NULL)
		notify_file(w->notify, fd);
	return fd;
}

const char *
trailwatch_path(const struct trailwatch *w, uint32_t id)
{
	const struct known	*k = find(w, id);

	return k == NULL ? NULL : k->path;
}

size_t
trailwatch_count(const struct trailwatch *w)
{
	return w->nknown;
}
