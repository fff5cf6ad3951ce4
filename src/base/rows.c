/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows.c - what is remembered, as rows of bytes, to be kept and given back.
 *
 * A page is gathered until another one is asked for, and then goes out.
 */
#include "base/rows.h"

static void
send(struct rows *r)
{
	const struct row	 row = { r->section, r->page,
	    buf_bytes(&r->bytes) };

	if (r->bytes.n > 0 && !r->stopped)
		r->stopped = !r->fn(r->arg, &row);
	buf_clear(&r->bytes);
}

void
rows_section(struct rows *r, uint32_t section)
{
	send(r);
	r->section = section;
	r->page = 0;
}

struct buf *
rows_page(struct rows *r, uint32_t page)
{
	if (page != r->page)
		send(r);
	r->page = page;
	return &r->bytes;
}

struct buf *
rows_item(struct rows *r, uint32_t number)
{
	struct buf	*b = rows_page(r, number / ROWS_ITEMS);

	buf_u32(b, number);
	return b;
}

bool
rows_end(struct rows *r)
{
	send(r);
	buf_fini(&r->bytes);
	return !r->stopped;
}
