/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memo.c - the memory of memo.h, which is taken page by page as it is used.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "print/memo.h"

_Static_assert(sizeof(struct memo_slot) == 2 * MEMO_LINE,
    "a slot fills two lines");

void
memo_init(struct memo *m)
{
	const size_t	 n = MEMO_SLOTS * sizeof(struct memo_slot);

	m->block = xcalloc(1, n + MEMO_LINE);
	m->slots = (void *)((uint8_t *)m->block + MEMO_LINE -
	    (uintptr_t)m->block % MEMO_LINE);
}

void
memo_fini(struct memo *m)
{
	free(m->block);
}
