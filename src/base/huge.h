/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * huge.h - memory for what has become large.
 *
 * A program meets each page of fresh memory with a fault, and later finds it
 * through tables of the system. One page of this size costs a fraction of the
 * 512 usual ones, and is found at once. What is large but hardly used should
 * not be met at all.
 */
#ifndef BASE_HUGE_H
#define BASE_HUGE_H

#include <stddef.h>

#define HUGE_PAGE	(2u << 20)	/* bytes, where the system has them */
#define HUGE_ENOUGH	(1u << 20)	/* bytes: what takes more is large */

/*
 * N bytes, a multiple of HUGE_PAGE, which are zero and aligned so; the system
 * is asked to make them of huge pages, but need not. NULL: none are to be had.
 */
void	*huge_map(size_t n);
void	 huge_unmap(void *, size_t n);

/*
 * N bytes that are zero, and not even there where nobody touches them: calloc()
 * promises no such thing once memory was freed. Running out of it ends the
 * process. To be given back with huge_unmap().
 */
void	*huge_sparse(size_t n);

#endif
