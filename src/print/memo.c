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
	memset(m->luck, 0, sizeof(m->luck));
}

void
memo_fini(struct memo *m)
{
	free(m->block);
}

void
memo_missed(struct memo_luck *l)
{
	if (++l->misses < MEMO_MISSES)
		return;
	*l = (struct memo_luck){ .rests = l->hits < MEMO_HITS ?
	    MEMO_RESTS : 0 };
}
