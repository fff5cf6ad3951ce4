/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state_life.c - what partial matches lean on: origins, pasts and tallies.
 *
 * Who holds what is not told but found out again: until the groups are there
 * (state_groups.c) each of these is held by nobody else and stays all the same.
 * Each section begins with how many numbers there are, so that one which has
 * lost its end is noticed.
 */
#include "engine/retally.h"
#include "engine/section.h"
#include "engine/stock.h"

enum { KIND_HEAD, KIND_FREE, KIND_ITEM, KIND_FREE_RECORD, KIND_RECORD };

/* Bits of an origin. */
enum { ORIGIN_ALL = 4 };			/* above the quality */

/* A section being made: of one pool or two. */
struct making {
	bool		 begun;
	bool		 hashes;	/* of origins: they are told */
	uint32_t	 n[2];		/* numbers there were */
	struct stock	 stocks[2];
};

static struct making *
making(struct resuming *r, enum section_number number)
{
	return resume_scratch(r, number, sizeof(struct making));
}

static void
drop(void *scratch)
{
	struct making	*m = scratch;

	stock_fini(&m->stocks[0]);
	stock_fini(&m->stocks[1]);
}

/* Is the next item there, and is it one that may come? */
static bool
next(struct making *m, unsigned which, const struct row *row,
    struct cursor *c, uint32_t *number)
{
	return m->begun && cursor_left(c) > 0 &&
	    stock_next(&m->stocks[which], row, c, number);
}

/* Origins. */

static void
save_origins(const struct engine *e, struct rows *rows)
{
	const struct pasts	*p = &e->pasts;
	struct buf		*b = rows_page(rows, stock_page(KIND_HEAD, 0));

	buf_u8(b, p->want_hashes);
	buf_u32(b, p->origins.n);
	stock_save(rows, KIND_FREE, &p->origins);
	for (uint32_t i = 1; i < p->origins.n; i++) {
		const struct origin	*o = origin_at(p, i);

		if (o->refs == 0)
			continue;
		b = stock_item(rows, KIND_ITEM, i);
		buf_u64(b, o->start);
		buf_u64(b, (uint64_t)o->first_s);
		buf_u16(b, o->first_ms);
		buf_u64(b, o->offset);
		buf_u32(b, o->epoch);
		buf_u16(b, o->source);
		buf_u16(b, o->state);
		buf_u8(b, (uint8_t)(o->quality | (o->all ? ORIGIN_ALL : 0)));
		if (p->want_hashes)
			buf_u64(b, origin_hash(p, i));
	}
}

static bool
head_of_origins(struct making *m, struct cursor *c)
{
	const uint64_t	 hashes = cursor_uint(c, 1);

	m->begun = true;
	m->hashes = hashes != 0;
	m->n[0] = (uint32_t)cursor_uint(c, 4);
	return hashes <= 1;
}

static bool
origin_row_item(struct resuming *r, struct making *m, struct cursor *c,
    uint32_t number)
{
	struct origin	 o = { .start = cursor_uint(c, 8) };
	uint64_t	 ms, bits, hash = 0;

	o.first_s = (int64_t)cursor_uint(c, 8);
	ms = cursor_uint(c, 2);
	o.offset = cursor_uint(c, 8);
	o.epoch = (uint32_t)cursor_uint(c, 4);
	o.source = (uint16_t)cursor_uint(c, 2);
	o.state = (uint16_t)cursor_uint(c, 2);
	bits = cursor_uint(c, 1);
	if (m->hashes)
		hash = cursor_uint(c, 8);
	if (c->err != 0)
		return resume_refuse(r, "it is cut off");
	if (o.source >= r->e->nsources || o.epoch > TIMER_EPOCHS ||
	    ms > 999 || bits > (ORIGIN_ALL | 3u))
		return resume_refuse(r, "a beginning that cannot be");
	o.first_ms = ms & 0x3ff;
	o.quality = bits & 3u;
	o.all = (bits & ORIGIN_ALL) != 0;
	origin_restore(&r->e->pasts, number, &o, hash);
	return true;
}

static bool
row_of_origins(struct resuming *r, const struct row *row)
{
	struct making	*m = making(r, SECTION_ORIGINS);
	struct cursor	 c = { .in = row->bytes };
	uint32_t	 number;

	if (row->page == KIND_HEAD && !head_of_origins(m, &c))
		return false;
	if (stock_kind(row) == KIND_FREE && m->begun)
		return stock_row(&m->stocks[0], row);
	while (stock_kind(row) == KIND_ITEM && next(m, 0, row, &c, &number))
		if (!origin_row_item(r, m, &c, number))
			return false;
	return c.err == 0 && cursor_left(&c) == 0;
}

static bool
end_of_origins(struct resuming *r)
{
	struct making	*m = making(r, SECTION_ORIGINS);
	struct pasts	*p = &r->e->pasts;

	return !m->begun || (origins_restored(p, m->stocks[0].free,
	    m->stocks[0].nfree) && p->origins.n == m->n[0]);
}

const struct section	section_origins = { SECTION_ORIGINS, "origins",
	save_origins, row_of_origins, end_of_origins, drop };

/* Pasts. */

static void
save_pasts(const struct engine *e, struct rows *rows)
{
	const struct pool	*pool = &e->pasts.records;

	buf_u32(rows_page(rows, stock_page(KIND_HEAD, 0)), pool->n);
	stock_save(rows, KIND_FREE, pool);
	for (uint32_t i = 1; i < pool->n; i++) {
		const struct past	 p = past_at(&e->pasts, i);
		struct buf		*b;

		if (p.refs == 0)
			continue;
		b = stock_item(rows, KIND_ITEM, i);
		buf_u64(b, p.offset);
		buf_u32(b, p.before);
		buf_u16(b, p.source);
		buf_u16(b, p.state);
		buf_u8(b, p.quality);
	}
}

static bool
past_row_item(struct resuming *r, struct cursor *c, uint32_t number)
{
	struct past	 p = { .offset = cursor_uint(c, 8) };

	p.before = (uint32_t)cursor_uint(c, 4);
	p.source = (uint16_t)cursor_uint(c, 2);
	p.state = (uint16_t)cursor_uint(c, 2);
	p.quality = (uint8_t)cursor_uint(c, 1);
	if (c->err != 0)
		return resume_refuse(r, "it is cut off");
	if (p.source >= r->e->nsources || p.quality > FRAME_RECOVERED)
		return resume_refuse(r, "a record that cannot be");
	past_restore(&r->e->pasts, number, &p);
	return true;
}

static bool
row_of_pasts(struct resuming *r, const struct row *row)
{
	struct making	*m = making(r, SECTION_PASTS);
	struct cursor	 c = { .in = row->bytes };
	uint32_t	 number;

	if (row->page == KIND_HEAD) {
		m->begun = true;
		m->n[0] = (uint32_t)cursor_uint(&c, 4);
	}
	if (stock_kind(row) == KIND_FREE && m->begun)
		return stock_row(&m->stocks[0], row);
	while (stock_kind(row) == KIND_ITEM && next(m, 0, row, &c, &number))
		if (!past_row_item(r, &c, number))
			return false;
	return c.err == 0 && cursor_left(&c) == 0;
}

static bool
end_of_pasts(struct resuming *r)
{
	struct making	*m = making(r, SECTION_PASTS);
	struct pasts	*p = &r->e->pasts;
	const char	*why;

	if (!m->begun)
		return true;
	why = pasts_restored(p, m->stocks[0].free, m->stocks[0].nfree);
	if (why != NULL)
		return resume_refuse(r, why);
	return p->records.n == m->n[0];
}

const struct section	section_pasts = { SECTION_PASTS, "pasts",
	save_pasts, row_of_pasts, end_of_pasts, drop };

/* Tallies. */

static void
save_counted(const struct tallies *t, struct rows *rows)
{
	const struct pool	*pool = retally_records(t);
	struct tally_record	 one;

	stock_save(rows, KIND_FREE_RECORD, pool);
	for (uint32_t i = 1; i < pool->n; i++) {
		struct buf	*b;

		if (!retally_tell_record(t, i, &one))
			continue;
		b = stock_item(rows, KIND_RECORD, i);
		buf_u32(b, one.tally);
		buf_u32(b, one.newer);
		buf_u64(b, (uint64_t)one.ms);
		buf_u64(b, one.value);
		buf_u32(b, one.past);
		buf_u32(b, one.origin);
		if (one.origin == 0)
			continue;
		buf_u64(b, (uint64_t)one.start_ms);
		buf_u64(b, one.start_value);
		buf_u32(b, one.start_past);
	}
}

static void
save_tallies(const struct engine *e, struct rows *rows)
{
	const struct tallies	*t = e->tallies;
	const struct pool	*pool = retally_pool(t);
	struct tally_told	 told;
	struct buf		*b = rows_page(rows, stock_page(KIND_HEAD, 0));

	buf_u32(b, pool->n);
	buf_u32(b, retally_records(t)->n);
	stock_save(rows, KIND_FREE, pool);
	for (uint32_t i = 1; i < pool->n; i++) {
		if (!retally_tell(t, i, &told))
			continue;
		b = stock_item(rows, KIND_ITEM, i);
		buf_u8(b, told.unordered);
		buf_u32(b, told.first_past);
		buf_u64(b, told.first_value);
	}
	save_counted(t, rows);
}

/* A past, or none. */
static bool
may_be_past(const struct resuming *r, uint32_t number)
{
	return number == 0 || past_is(&r->e->pasts, number);
}

static bool
tally_row_item(struct resuming *r, struct cursor *c, uint32_t number)
{
	struct tally_told	 told;
	const uint64_t		 unordered = cursor_uint(c, 1);

	told.unordered = unordered != 0;
	told.first_past = (uint32_t)cursor_uint(c, 4);
	told.first_value = cursor_uint(c, 8);
	if (c->err != 0)
		return resume_refuse(r, "it is cut off");
	if (unordered > 1 || !may_be_past(r, told.first_past))
		return resume_refuse(r, "a tally that cannot be");
	retally_restore(r->e->tallies, number, &told);
	return true;
}

static bool
counted_row_item(struct resuming *r, struct cursor *c, uint32_t number)
{
	struct tally_record	 one = { .tally = (uint32_t)cursor_uint(c,
	    4) };

	one.newer = (uint32_t)cursor_uint(c, 4);
	one.ms = (int64_t)cursor_uint(c, 8);
	one.value = cursor_uint(c, 8);
	one.past = (uint32_t)cursor_uint(c, 4);
	one.origin = (uint32_t)cursor_uint(c, 4);
	if (one.origin != 0) {
		one.start_ms = (int64_t)cursor_uint(c, 8);
		one.start_value = cursor_uint(c, 8);
		one.start_past = (uint32_t)cursor_uint(c, 4);
	}
	if (c->err != 0)
		return resume_refuse(r, "it is cut off");
	if (one.tally == 0 || !may_be_past(r, one.past) ||
	    !may_be_past(r, one.start_past) ||
	    (one.origin != 0 && !origin_is(&r->e->pasts, one.origin)))
		return resume_refuse(r, "a record that cannot be");
	retally_restore_record(r->e->tallies, number, &one);
	return true;
}

static bool
row_of_tallies(struct resuming *r, const struct row *row)
{
	struct making	*m = making(r, SECTION_TALLIES);
	struct cursor	 c = { .in = row->bytes };
	uint32_t	 number;

	if (row->page == KIND_HEAD) {
		m->begun = true;
		m->n[0] = (uint32_t)cursor_uint(&c, 4);
		m->n[1] = (uint32_t)cursor_uint(&c, 4);
	}
	if (stock_kind(row) == KIND_FREE && m->begun)
		return stock_row(&m->stocks[0], row);
	if (stock_kind(row) == KIND_FREE_RECORD && m->begun)
		return stock_row(&m->stocks[1], row);
	while (stock_kind(row) == KIND_ITEM && next(m, 0, row, &c, &number))
		if (!tally_row_item(r, &c, number))
			return false;
	while (stock_kind(row) == KIND_RECORD && next(m, 1, row, &c, &number))
		if (!counted_row_item(r, &c, number))
			return false;
	return c.err == 0 && cursor_left(&c) == 0;
}

static bool
end_of_tallies(struct resuming *r)
{
	struct making	*m = making(r, SECTION_TALLIES);
	struct tallies	*t = r->e->tallies;
	const char	*why;

	if (!m->begun)
		return true;
	if (!retally_records_end(t, m->stocks[1].free, m->stocks[1].nfree))
		return false;
	why = retally_end(t, m->stocks[0].free, m->stocks[0].nfree);
	if (why != NULL)
		return resume_refuse(r, why);
	return retally_pool(t)->n == m->n[0] &&
	    retally_records(t)->n == m->n[1];
}

const struct section	section_tallies = { SECTION_TALLIES, "tallies",
	save_tallies, row_of_tallies, end_of_tallies, drop };
