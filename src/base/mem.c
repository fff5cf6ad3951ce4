/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mem.c - memory, or the end of the process.
 *
 * No caller has to think about NULL: sizes are checked for overflow before
 * they reach the allocator, and a refusal ends the process with one line on
 * standard error, which is unbuffered and needs no memory. A request for no
 * bytes yields a block that can be freed, never NULL.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define GROW_FIRST 16		/* items of a fresh array */
#define PAGE	4096u		/* bytes; larger ones begin where such do */

void
mem_end(const char *why)
{
	fprintf(stderr, "bsmtrace: %s\n", why);
	exit(1);
}

static _Noreturn void
out_of_memory(void)
{
	mem_end("out of memory");
}

size_t
mem_sum(size_t a, size_t b)
{
	if (a > SIZE_MAX - b)
		out_of_memory();
	return a + b;
}

size_t
mem_product(size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		out_of_memory();
	return count * size;
}

void *
xmalloc(size_t n)
{
	void	*p = malloc(n == 0 ? 1 : n);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
xcalloc(size_t count, size_t size)
{
	const size_t	 n = mem_product(count, size);
	void		*p = calloc(1, n == 0 ? 1 : n);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
xpages(size_t n)
{
	void	*p;

	if (posix_memalign(&p, PAGE, n == 0 ? 1 : n) != 0)
		out_of_memory();
	return p;
}

void *
xreallocarray(void *old, size_t count, size_t size)
{
	const size_t	 n = mem_product(count, size);
	void		*p = realloc(old, n == 0 ? 1 : n);

	if (p == NULL)
		out_of_memory();
	return p;
}

char *
xstrdup(const char *s)
{
	return xmemdup(s, strlen(s) + 1);
}

void *
xmemdup(const void *from, size_t n)
{
	void	*p = xmalloc(n);

	if (n > 0)
		memcpy(p, from, n);
	return p;
}

char *
xstrndup(const void *from, size_t n)
{
	char	*s = xmalloc(mem_sum(n, 1));

	if (n > 0)
		memcpy(s, from, n);
	s[n] = '\0';
	return s;
}

void *
mem_grow(void *array, size_t *cap, size_t want, size_t size)
{
	size_t	 to = *cap < GROW_FIRST ? GROW_FIRST : *cap;

	if (array != NULL && want <= *cap)
		return array;
	while (to < want)
		to = to > SIZE_MAX / 2 ? want : to * 2;
	array = xreallocarray(array, to, size);
	*cap = to;
	return array;
}
