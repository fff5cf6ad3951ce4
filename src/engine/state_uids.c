/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state_uids.c - the last uids, as rows, so that alerts that are alike are
 * counted on.
 */
#include "engine/section.h"

#define NEXT	(UIDS_MAX / ROWS_ITEMS)	/* the page behind them */

static void
save(const struct engine *e, struct rows *rows)
{
	const size_t	 n = uids_count(e->uids);
	struct uid_seen	 one;

	for (uint32_t i = 0; i < n; i++) {
		struct buf	*to = rows_item(rows, i);

		uids_at(e->uids, i, &one);
		buf_u64(to, one.id);
		buf_u64(to, one.before);
		buf_u32(to, one.source);
	}
	if (n > 0)
		buf_u32(rows_page(rows, NEXT), (uint32_t)uids_next(e->uids));
}

static bool
next_row(struct resuming *r, const struct row *row)
{
	struct cursor	 c = { .in = row->bytes };
	const uint64_t	 next = cursor_uint(&c, 4);

	return (c.err == 0 && cursor_left(&c) == 0 &&
	    uids_restore_next(r->e->uids, next)) ||
	    resume_refuse(r, "the next place is none");
}

static bool
read_row(struct resuming *r, const struct row *row)
{
	struct cursor	 c = { .in = row->bytes };

	if (row->page == NEXT)
		return next_row(r, row);
	while (cursor_left(&c) > 0) {
		const uint64_t	 number = cursor_uint(&c, 4);
		struct uid_seen	 one;

		one.id = cursor_uint(&c, 8);
		one.before = cursor_uint(&c, 8);
		one.source = (uint32_t)cursor_uint(&c, 4);
		if (c.err != 0 || number / ROWS_ITEMS != row->page ||
		    number != uids_count(r->e->uids) ||
		    !uids_restore(r->e->uids, &one))
			return resume_refuse(r, "an alert is damaged");
	}
	return true;
}

const struct section	section_uids = {
	SECTION_UIDS, "uids", save, read_row, NULL, NULL
};
