/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * huge.c - memory for what has become large.
 *
 * Only what is aligned can be a huge page, so a page more is asked for, and
 * what lies around the aligned part goes back.
 */
#include "base/huge.h"

#include <sys/mman.h>

#include <stdint.h>

#include "base/mem.h"

#ifdef MADV_HUGEPAGE
#define USE_HUGE(p, n)	((void)madvise((p), (n), MADV_HUGEPAGE))
#else
#define USE_HUGE(p, n)	((void)(p))
#endif

static void *
fresh(size_t n)
{
	return mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON,
	    -1, 0);
}

void *
huge_map(size_t n)
{
	uint8_t	*from = fresh(mem_sum(n, HUGE_PAGE));
	size_t	 before;

	if (from == MAP_FAILED)
		return NULL;
	before = (HUGE_PAGE - (uintptr_t)from % HUGE_PAGE) % HUGE_PAGE;
	if (before > 0)
		(void)munmap(from, before);
	(void)munmap(from + before + n, HUGE_PAGE - before);
	USE_HUGE(from + before, n);
	return from + before;
}

void
huge_unmap(void *p, size_t n)
{
	(void)munmap(p, n);
}

void *
huge_sparse(size_t n)
{
	void	*p = fresh(n);

	if (p == MAP_FAILED)
		mem_end("out of memory");
	return p;
}
