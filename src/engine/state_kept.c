/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state_kept.c - records that cannot be read again, as rows.
 *
 * Steps and deadlines say where a record is kept, so all of them come back to
 * the place where they were.
 */
#include "engine/kept.h"
#include "engine/section.h"
#include "engine/stretch.h"

static size_t
tell(struct buf *to, const uint8_t *p)
{
	struct kept	 k;

	kept_look(p, &k);
	buf_u64(to, k.offset);
	buf_u32(to, (uint32_t)k.bytes.n);
	buf_u16(to, (uint16_t)k.source);
	buf_u8(to, (uint8_t)k.quality);
	buf_slice(to, k.bytes);
	return kept_size(k.bytes.n);
}

static bool
read_one(void *arg, struct cursor *c, struct stretch_at *at)
{
	struct resuming	*r = arg;
	struct kept	 k = { .offset = cursor_uint(c, 8) };
	const size_t	 n = cursor_uint(c, 4);
	uint64_t	 position;
	uint8_t		*p;

	k.source = (uint32_t)cursor_uint(c, 2);
	k.quality = (uint32_t)cursor_uint(c, 1);
	k.bytes = cursor_take(c, n);
	if (c->err != 0)
		return resume_refuse(r, "a record is cut off");
	if (!kept_is_sound(r->e, &k))
		return resume_refuse(r, "what was kept is not a record");
	p = stretch_room(at, kept_size(k.bytes.n), &position);
	if (p == NULL)
		return resume_refuse(r, "a block is too full");
	kept_write(p, &k);
	return true;
}

static const struct stretches	way = {
	KEPT_BLOCK, KEPT_BLOCKS, tell, read_one
};

static void
save(const struct engine *e, struct rows *rows)
{
	if (e->kept != NULL)
		stretches_save(&way, e->kept, rows);
}

static bool
read_row(struct resuming *r, const struct row *row)
{
	struct stretch_at	*s = resume_scratch(r, SECTION_KEPT,
	    sizeof(*s));

	if (s->way == NULL) {
		r->e->kept = kept_ring();
		stretches_begin(s, &way, r->e->kept);
	}
	return stretches_row(s, r, row) ||
	    resume_refuse(r, "a stretch is not in its place");
}

static bool
end(struct resuming *r)
{
	struct stretch_at	*s = r->scratch[SECTION_KEPT];

	return s == NULL || stretches_end(s) ||
	    resume_refuse(r, "a block is missing");
}

static void
drop(void *scratch)
{
	stretches_fini(scratch);
}

const struct section	section_kept = {
	SECTION_KEPT, "records kept", save, read_row, end, drop
};
