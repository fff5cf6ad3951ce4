/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slice.h - borrowed bytes: a pointer and a length, never an owner.
 *
 * A slice lives as long as the bytes it points into. Nothing here assumes a
 * terminating NUL, and any byte may occur.
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const uint8_t	*p;
	size_t		 n;		/* bytes */
};

/* Eight bytes, the lowest first; compilers make one load of it. */
static inline uint64_t
le64(const uint8_t *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
	    (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
	    (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

/* The bytes of a C string, without its NUL. */
static inline struct slice
slice_str(const char *s)
{
	return (struct slice){ (const uint8_t *)s, strlen(s) };
}

static inline bool
slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
slice_is(struct slice a, const char *s)
{
	return slice_eq(a, slice_str(s));
}

static inline bool
slice_has_prefix(struct slice a, struct slice prefix)
{
	return prefix.n <= a.n &&
	    (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

/* Without the first N bytes, which must be there. */
static inline struct slice
slice_from(struct slice a, size_t n)
{
	return n == 0 ? a : (struct slice){ a.p + n, a.n - n };
}

/* The bytes before the first NUL; all of them when there is none. */
static inline struct slice
slice_until_nul(struct slice a)
{
	const uint8_t	*nul = a.n == 0 ? NULL : memchr(a.p, 0, a.n);

	return nul == NULL ? a : (struct slice){ a.p, (size_t)(nul - a.p) };
}

/* A directory's name without the slashes at its end; "/" stays. */
static inline struct slice
slice_directory(struct slice a)
{
	while (a.n > 1 && a.p[a.n - 1] == '/')
		a.n--;
	return a;
}

/* The path is the directory, or lies below it by whole components. */
static inline bool
slice_lies_in(struct slice path, struct slice dir)
{
	dir = slice_directory(dir);
	return slice_has_prefix(path, dir) && (path.n == dir.n ||
	    (dir.n > 0 && dir.p[dir.n - 1] == '/') ||
	    (dir.n > 0 && path.p[dir.n] == '/'));
}

#endif
