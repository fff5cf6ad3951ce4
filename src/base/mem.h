/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mem.h - memory, or the end of the process.
 *
 * Running out of memory is not an error that callers handle: these functions
 * report it on standard error and end the process with status 1. Memory is
 * freed with free().
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void	*xmalloc(size_t n);
void	*xcalloc(size_t count, size_t size);
/*
 * N bytes that begin at a page of memory: for what files are read into. The
 * system has a file in pages, too, and there are processors that copy several
 * times as slowly to a place that is a few bytes further in its page.
 */
void	*xpages(size_t n);
/* Room for COUNT items of SIZE bytes; the product is checked for overflow. */
void	*xreallocarray(void *, size_t count, size_t size);
char	*xstrdup(const char *);
void	*xmemdup(const void *, size_t n);
/* N bytes and a NUL behind them. */
char	*xstrndup(const void *, size_t n);

/* The end for another reason that nobody can handle; WHY says it in words. */
_Noreturn void	 mem_end(const char *why);

/* Sizes of what is to be allocated; one that overflows ends the process. */
size_t	 mem_sum(size_t, size_t);
size_t	 mem_product(size_t count, size_t size);

/*
 * Room in a growing array: returns ARRAY, moved if need be, so that at least
 * WANT items of SIZE bytes fit, and updates *CAP (items). Grows by doubling.
 */
void	*mem_grow(void *array, size_t *cap, size_t want, size_t size);

#endif
