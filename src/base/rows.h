/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows.h - what is remembered, as rows of bytes, to be kept and given back.
 *
 * All that has to outlive a process is told in sections, each in pages of some
 * items. A page to which nothing happened has the same bytes as before, so that
 * whoever keeps rows need only write those that have changed. Items have a
 * number that stays while they live; 64 of them make a page.
 *
 * Numbers in a row are big-endian. Who reads a row believes nothing of it.
 */
#ifndef BASE_ROWS_H
#define BASE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

#define ROWS_ITEMS	64u		/* of a page, by their numbers */
#define ROWS_BYTES	(256u << 10)	/* a page of bytes is cut here */
#define ROWS_ROW_MAX	(7u << 20)	/* bytes of a row; more is damage */

struct row {
	uint32_t	 section;
	uint32_t	 page;
	struct slice	 bytes;		/* borrowed for the call; never empty */
};

/* False: no more rows are wanted. */
typedef bool	 (*row_fn)(void *arg, const struct row *);

/* Where rows go: `{ .fn = FN, .arg = ARG }` is ready. */
struct rows {
	row_fn		 fn;
	void		*arg;
	bool		 stopped;	/* FN has returned false */
	uint32_t	 section, page;	/* of what is gathered */
	struct buf	 bytes;
};

/* A section begins; sections ascend. */
void		 rows_section(struct rows *, uint32_t section);

/*
 * What is appended to the result, until the next call, belongs to this page;
 * pages of a section ascend, and one that stays empty is none.
 */
struct buf	*rows_page(struct rows *, uint32_t page);

/* The page of the item with this number, to which its number is appended. */
struct buf	*rows_item(struct rows *, uint32_t number);

/* What is left goes out, and memory is given back. False: it was stopped. */
bool		 rows_end(struct rows *);

#endif
