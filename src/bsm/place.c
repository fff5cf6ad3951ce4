/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place.c - where a frame stands in its stream, so that another can go on.
 *
 * How many bytes the frame had already, and how many it waits for, is not part
 * of it: they are fed again, and looked at again where they were looked at in
 * vain.
 */
#include "bsm/place.h"

#include "bsm/resync.h"
#include "bsm/status.h"

enum { DAMAGED = 1, SEARCHING = 2, ALL_ZERO = 4, FLAGS = 7 };

struct place
place_of(const struct frame *f)
{
	return (struct place){ .offset = f->offset,
	    .suspect_until = f->suspect_until, .walked = f->walked,
	    .repair_at = (uint32_t)f->repair_at,
	    .search_at = (uint32_t)f->search_at,
	    .inside_at = (uint32_t)f->inside_at,
	    .reason = (uint8_t)f->reason, .walk = (uint8_t)f->walk,
	    .damaged = f->damaged, .searching = f->searching,
	    .all_zero = f->all_zero };
}

struct frame *
place_frame(const struct place *p)
{
	struct frame	*f = frame_new();

	f->offset = p->offset;
	f->suspect_until = p->suspect_until;
	f->walked = p->walked;
	f->repair_at = p->repair_at;
	f->search_at = p->search_at;
	f->inside_at = p->inside_at;
	f->reason = (enum frame_reason)p->reason;
	f->walk = (enum walk)p->walk;
	f->damaged = p->damaged;
	f->searching = p->searching;
	f->all_zero = p->all_zero;
	return f;
}

void
place_put(struct buf *b, const struct place *p)
{
	buf_u64(b, p->offset);
	buf_u64(b, p->suspect_until);
	buf_u64(b, p->walked);
	buf_u32(b, p->repair_at);
	buf_u32(b, p->search_at);
	buf_u32(b, p->inside_at);
	buf_u8(b, p->reason);
	buf_u8(b, p->walk);
	buf_u8(b, (uint8_t)((p->damaged ? DAMAGED : 0) |
	    (p->searching ? SEARCHING : 0) | (p->all_zero ? ALL_ZERO : 0)));
}

bool
place_take(struct cursor *c, struct place *p)
{
	uint64_t	 flags;

	p->offset = cursor_uint(c, 8);
	p->suspect_until = cursor_uint(c, 8);
	p->walked = cursor_uint(c, 8);
	p->repair_at = (uint32_t)cursor_uint(c, 4);
	p->search_at = (uint32_t)cursor_uint(c, 4);
	p->inside_at = (uint32_t)cursor_uint(c, 4);
	p->reason = (uint8_t)cursor_uint(c, 1);
	p->walk = (uint8_t)cursor_uint(c, 1);
	flags = cursor_uint(c, 1);
	p->damaged = (flags & DAMAGED) != 0;
	p->searching = (flags & SEARCHING) != 0;
	p->all_zero = (flags & ALL_ZERO) != 0;
	if (p->offset > INT64_MAX || p->walked > INT64_MAX ||
	    p->repair_at > FRAME_REPAIR_MAX || p->search_at > FRAME_GAP_MAX ||
	    p->inside_at > FRAME_RECORD_MAX || p->reason > FRAME_ZEROS ||
	    p->walk > WALK_HEADER || flags > FLAGS)
		(void)cursor_fail(c, BSM_ERANGE);
	return c->err == 0;
}
