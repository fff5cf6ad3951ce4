/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stretch.c - what lies in a ring, as rows.
 *
 * Blocks are told in the order of their places in the ring, so that each has
 * pages of its own for as long as it stays. A page begins with the number of
 * the block and its own offset there, so that none is missing unnoticed.
 */
#include "engine/stretch.h"

#include <stdlib.h>

#include "base/mem.h"

/* More than anything writes, and as far as those go who note a position. */
#define POSITIONS	(UINT64_C(1) << 48)

/* The block that is in this place of the ring now. */
static uint64_t
block_in(const struct stretches *way, const struct ring *ring, size_t place)
{
	const uint64_t	 newest = ring_newest(ring);
	const uint64_t	 back = (newest - place) % way->blocks;

	return place > newest ? place : newest - back;
}

static void
save_block(const struct stretches *way, struct rows *rows, uint64_t block,
    struct slice bytes)
{
	const size_t	 first = block % way->blocks * (way->block / STRETCH);
	size_t		 told = 0;	/* stretches that were begun */

	for (size_t at = 0; at < bytes.n && !rows->stopped;) {
		struct buf	*to = rows_page(rows,
		    (uint32_t)(first + at / STRETCH));

		if (at / STRETCH >= told) {
			buf_u64(to, block);
			buf_u32(to, (uint32_t)at);
			told = at / STRETCH + 1;
		}
		at += way->tell(to, bytes.p + at);
	}
}

void
stretches_save(const struct stretches *way, const struct ring *ring,
    struct rows *rows)
{
	for (size_t i = 0; i < way->blocks && !rows->stopped; i++) {
		const uint64_t	 block = block_in(way, ring, i);

		save_block(way, rows, block, ring_block(ring, block));
	}
}

void
stretches_begin(struct stretch_at *s, const struct stretches *way,
    struct ring *ring)
{
	*s = (struct stretch_at){ .way = way, .ring = ring,
	    .numbers = xcalloc(way->blocks, sizeof(*s->numbers)) };
}

void
stretches_fini(struct stretch_at *s)
{
	free(s->numbers);
	s->numbers = NULL;
}

/* Is this page the next of its block? */
static bool
begins_right(struct stretch_at *s, uint32_t page, uint64_t offset)
{
	const size_t	 stretches = s->way->block / STRETCH;
	const size_t	 place = page / stretches;

	return place < s->way->blocks &&
	    s->block < POSITIONS / s->way->block &&
	    s->block % s->way->blocks == place &&
	    offset / STRETCH == page % stretches &&
	    (s->numbers[place] == 0 ? offset == 0 :
	    s->numbers[place] == s->block + 1) &&
	    offset == ring_restored_bytes(s->ring, s->block);
}

bool
stretches_row(struct stretch_at *s, void *arg, const struct row *row)
{
	struct cursor	 c = { .in = row->bytes };
	uint64_t	 offset;

	s->block = cursor_uint(&c, 8);
	offset = cursor_uint(&c, 4);
	if (c.err != 0 || !begins_right(s, row->page, offset))
		return false;
	s->numbers[s->block % s->way->blocks] = s->block + 1;
	if (s->block > s->newest)
		s->newest = s->block;
	while (cursor_left(&c) > 0)
		if (!s->way->read(arg, &c, s) || c.err != 0)
			return false;
	return true;
}

uint8_t *
stretch_room(struct stretch_at *s, size_t n, uint64_t *at)
{
	*at = s->block * s->way->block +
	    ring_restored_bytes(s->ring, s->block);
	return ring_restore(s->ring, s->block, n);
}

bool
stretches_end(struct stretch_at *s)
{
	bool	 any = false;

	for (size_t i = 0; i < s->way->blocks; i++) {
		if (s->numbers[i] == 0)
			continue;
		any = true;
		if (s->newest - (s->numbers[i] - 1) >= s->way->blocks)
			return false;
	}
	return !any || ring_restored(s->ring, s->newest);
}
