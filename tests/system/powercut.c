/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * powercut.c - to be loaded into a program, whose power is to be cut.
 *
 * Each call that changes a file below the chosen directory is noted, in the
 * order in which they happen, whatever process they come from; at one of them
 * the power goes: nothing is done any more, and everybody waits to be killed.
 * Nothing is asked of the system that a closed room would not allow: the notes
 * are in shared memory. To sync is only noted: there is nothing to wait for.
 *
 * glibc has several names for a call, and programs use all of them.
 */
/* Each name is to mean itself. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE
#include "powercut.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct powercut	*map;		/* NULL: nobody wants to know */

static struct {
	int	(*openat)(int, const char *, int, ...);
	ssize_t	(*write)(int, const void *, size_t);
	ssize_t	(*pwrite)(int, const void *, size_t, off_t);
	int	(*ftruncate)(int, off_t);
	int	(*fsync)(int);
	int	(*fdatasync)(int);
	int	(*renameat)(int, const char *, int, const char *);
	int	(*unlinkat)(int, const char *, int);
	int	(*mkdirat)(int, const char *, mode_t);
} real;

/* dlsym(3) returns a pointer to an object, and means a function. */
static void
find(void *fn, const char *name)
{
	void	*p = dlsym(RTLD_NEXT, name);

	if (p == NULL)
		abort();
	memcpy(fn, &p, sizeof(p));
}

__attribute__((constructor)) static void
begin(void)
{
	const char	*path = getenv(POWERCUT_MAP);
	void		*p;
	int		 fd;

	find(&real.openat, "openat");
	find(&real.write, "write");
	find(&real.pwrite, "pwrite");
	find(&real.ftruncate, "ftruncate");
	find(&real.fsync, "fsync");
	find(&real.fdatasync, "fdatasync");
	find(&real.renameat, "renameat");
	find(&real.unlinkat, "unlinkat");
	find(&real.mkdirat, "mkdirat");
	if (path == NULL)
		return;
	if ((fd = real.openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC)) == -1)
		abort();
	p = mmap(NULL, POWERCUT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	(void)close(fd);
	if (p == MAP_FAILED)
		abort();
	map = p;
}

/* One at a time; who had it when the power went never gives it back. */
static void
enter(void)
{
	const struct timespec	 moment = { 0, 20000 };
	uint32_t		 unlocked = 0;

	while (!atomic_compare_exchange_weak(&map->lock, &unlocked, 1)) {
		unlocked = 0;
		(void)nanosleep(&moment, NULL);
	}
	if (++map->calls == map->last)
		atomic_store(&map->off, 1);
	while (atomic_load(&map->off) != 0)
		(void)nanosleep(&moment, NULL);
}

static void
leave(void)
{
	const int	 error = errno;

	atomic_store(&map->lock, 0);
	errno = error;
}

/* Notes. */

static void
note(struct powercut_entry e, const void *bytes)
{
	uint8_t		*at = (uint8_t *)map + map->used;
	const uint64_t	 room = (e.n + UINT64_C(7)) & ~UINT64_C(7);
	struct timespec	 now;

	if (sizeof(e) + room > POWERCUT_SIZE - map->used)
		abort();
	(void)clock_gettime(CLOCK_REALTIME, &now);
	e.seconds = now.tv_sec;
	e.nanos = now.tv_nsec;
	memcpy(at, &e, sizeof(e));
	memcpy(at + sizeof(e), bytes, e.n);
	map->used += sizeof(e) + room;
}

/* Where the number is, or could be. */
static _Atomic uint64_t *
place_of(uint64_t node)
{
	uint64_t	 i = node * UINT64_C(0x9e3779b97f4a7c15) >> 32;

	for (;; i++) {
		_Atomic uint64_t	*p = &map->files[i % POWERCUT_FILES];
		const uint64_t		 there = atomic_load(p);

		if (there == 0 || there == node)
			return p;
	}
}

/* The number of an open file or directory of ours; 0: it is not. */
static uint64_t
node_of(int fd)
{
	struct stat	 st;
	const int	 error = errno;
	uint64_t	 node = 0;

	if (map != NULL && fstat(fd, &st) == 0 && st.st_dev == map->device &&
	    (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) &&
	    atomic_load(place_of(st.st_ino)) != 0)
		node = st.st_ino;
	errno = error;
	return node;
}

/* A name in a directory of ours. */
struct name {
	uint64_t	 dir;		/* 0: it is not */
	uint64_t	 node;		/* 0: there is none */
	char		 text[256];
};

static struct name
name_of(int at, const char *path)
{
	const char	*slash = strrchr(path, '/');
	const int	 error = errno;
	struct name	 n = { 0 };
	char		 dir[POWERCUT_PATH] = ".";
	struct stat	 st;

	if (map == NULL || strlen(path) >= sizeof(dir))
		return n;
	if (slash != NULL)
		(void)snprintf(dir, sizeof(dir), "%.*s",
		    (int)(slash - path) + 1, path);
	(void)snprintf(n.text, sizeof(n.text), "%s", slash == NULL ? path :
	    slash + 1);
	if (fstatat(at, dir, &st, 0) == 0 && st.st_dev == map->device &&
	    atomic_load(place_of(st.st_ino)) != 0) {
		n.dir = st.st_ino;
		if (fstatat(at, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
			n.node = st.st_ino;
	}
	errno = error;
	return n;
}

static void
note_made(enum powercut_what what, struct name n, uint64_t node)
{
	atomic_store(place_of(node), node);
	note((struct powercut_entry){ .what = what, .node = node,
	    .at = n.dir, .n = (uint32_t)strlen(n.text) }, n.text);
}

/* Files. */

static int
open_any(int at, const char *path, int flags, mode_t mode)
{
	struct name	 n = { 0 };
	struct stat	 st;
	int		 fd;

	if ((flags & (O_CREAT | O_TRUNC)) != 0)
		n = name_of(at, path);
	if (n.dir == 0)
		return real.openat(at, path, flags, mode);
	enter();
	n = name_of(at, path);
	fd = real.openat(at, path, flags, mode);
	if (fd != -1 && n.node == 0 && fstat(fd, &st) == 0)
		note_made(POWERCUT_MADE, n, st.st_ino);
	else if (fd != -1 && (flags & O_TRUNC) != 0)
		note((struct powercut_entry){ .what = POWERCUT_CUT,
		    .node = n.node }, "");
	leave();
	return fd;
}

static void
note_written(uint64_t node, const void *p, ssize_t n, off_t at)
{
	note((struct powercut_entry){ .what = POWERCUT_WRITTEN, .node = node,
	    .at = (uint64_t)at, .n = (uint32_t)n }, p);
}

static int
sync_any(int fd)
{
	const uint64_t	 node = node_of(fd);

	if (node == 0)
		return real.fsync(fd);
	enter();
	note((struct powercut_entry){ .what = POWERCUT_SYNCED, .node = node },
	    "");
	leave();
	return 0;
}

/* What programs call. */

#define EXPORT	__attribute__((visibility("default")))

/* The mode is there only if it is needed. */
#define MODE_OF(flags, mode) do {					\
	va_list	 ap_;							\
									\
	va_start(ap_, flags);						\
	mode = ((flags) & (O_CREAT | O_TMPFILE)) != 0 ?			\
	    va_arg(ap_, mode_t) : 0;					\
	va_end(ap_);							\
} while (0)

#define OPEN(name)							\
EXPORT int	name(const char *, int, ...);				\
EXPORT int								\
name(const char *path, int flags, ...)					\
{									\
	mode_t	 mode;							\
									\
	MODE_OF(flags, mode);						\
	return open_any(AT_FDCWD, path, flags, mode);			\
}

#define OPENAT(name)							\
EXPORT int	name(int, const char *, int, ...);			\
EXPORT int								\
name(int at, const char *path, int flags, ...)				\
{									\
	mode_t	 mode;							\
									\
	MODE_OF(flags, mode);						\
	return open_any(at, path, flags, mode);				\
}

OPEN(open)
OPEN(open64)
OPEN(__open_2)
OPEN(__open64_2)
OPENAT(openat)
OPENAT(openat64)
OPENAT(__openat_2)
OPENAT(__openat64_2)

EXPORT ssize_t
write(int fd, const void *p, size_t n)
{
	const uint64_t	 node = node_of(fd);
	ssize_t		 done;

	if (node == 0)
		return real.write(fd, p, n);
	enter();
	done = real.write(fd, p, n);
	if (done > 0)
		note_written(node, p, done, lseek(fd, 0, SEEK_CUR) - done);
	leave();
	return done;
}

#define PWRITE(name)							\
EXPORT ssize_t	name(int, const void *, size_t, off_t);			\
EXPORT ssize_t								\
name(int fd, const void *p, size_t n, off_t at)				\
{									\
	const uint64_t	 node = node_of(fd);				\
	ssize_t		 done;						\
									\
	if (node == 0)							\
		return real.pwrite(fd, p, n, at);			\
	enter();							\
	done = real.pwrite(fd, p, n, at);				\
	if (done > 0)							\
		note_written(node, p, done, at);			\
	leave();							\
	return done;							\
}

PWRITE(pwrite)
PWRITE(pwrite64)

#define FTRUNCATE(name)							\
EXPORT int	name(int, off_t);					\
EXPORT int								\
name(int fd, off_t n)							\
{									\
	const uint64_t	 node = node_of(fd);				\
	int		 got;						\
									\
	if (node == 0)							\
		return real.ftruncate(fd, n);				\
	enter();							\
	got = real.ftruncate(fd, n);					\
	if (got == 0)							\
		note((struct powercut_entry){ .what = POWERCUT_CUT,	\
		    .node = node, .at = (uint64_t)n }, "");		\
	leave();							\
	return got;							\
}

FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

EXPORT int
fsync(int fd)
{
	return sync_any(fd);
}

EXPORT int
fdatasync(int fd)
{
	return sync_any(fd);
}

/* Names. */

EXPORT int
renameat(int at, const char *path, int to_at, const char *to_path)
{
	struct name	 n = name_of(at, path), to = name_of(to_at, to_path);
	char		 names[2 * sizeof(n.text)];
	int		 got;

	if (n.dir == 0 && to.dir == 0)
		return real.renameat(at, path, to_at, to_path);
	enter();
	n = name_of(at, path);
	got = real.renameat(at, path, to_at, to_path);
	if (got == 0) {
		const int	 len = snprintf(names, sizeof(names), "%s/%s",
		    n.text, to.text);

		note((struct powercut_entry){ .what = POWERCUT_MOVED,
		    .node = n.node, .at = n.dir, .to = to.dir,
		    .n = (uint32_t)len }, names);
	}
	leave();
	return got;
}

EXPORT int
rename(const char *path, const char *to)
{
	return renameat(AT_FDCWD, path, AT_FDCWD, to);
}

/* mv(1) asks for this one. */
EXPORT int
renameat2(int at, const char *path, int to_at, const char *to_path,
    unsigned flags)
{
	struct stat	 st;

	if ((flags & RENAME_NOREPLACE) != 0 &&
	    fstatat(to_at, to_path, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(at, path, to_at, to_path);
}

EXPORT int
unlinkat(int at, const char *path, int flags)
{
	struct name	 n = name_of(at, path);
	int		 got;

	if (n.dir == 0)
		return real.unlinkat(at, path, flags);
	enter();
	got = real.unlinkat(at, path, flags);
	if (got == 0)
		note((struct powercut_entry){ .what = POWERCUT_GONE,
		    .at = n.dir, .n = (uint32_t)strlen(n.text) }, n.text);
	leave();
	return got;
}

EXPORT int
unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

EXPORT int
mkdirat(int at, const char *path, mode_t mode)
{
	struct name	 n = name_of(at, path);
	int		 got;

	if (n.dir == 0)
		return real.mkdirat(at, path, mode);
	enter();
	got = real.mkdirat(at, path, mode);
	n = name_of(at, path);
	if (got == 0 && n.node != 0)
		note_made(POWERCUT_MADE_DIR, n, n.node);
	leave();
	return got;
}

EXPORT int
mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}
