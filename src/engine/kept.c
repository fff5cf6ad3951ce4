/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kept.c - copies of records that cannot be read again when they are needed.
 *
 * A ring of blocks, each large enough for the largest record. A place in it
 * that was used again is noticed.
 */
#include "engine/kept.h"

#include <string.h>

#include "base/huge.h"
#include "engine/inside.h"

_Static_assert(KEPT_BLOCK <= HUGE_PAGE, "or a slab has no room for it");

/* Before each record. */
struct head {
	uint64_t	 offset;	/* in its source */
	uint32_t	 n;		/* bytes of the record */
	uint16_t	 source;
	uint16_t	 quality;
};

/* What stands for a record that is gone: a header and a trailer. */
static const uint8_t	nothing[] = {
	TOK_HEADER32, 0, 0, 0, 25, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	TOK_TRAILER, 0xb1, 0x05, 0, 0, 0, 25
};

struct ring *
kept_ring(void)
{
	return ring_new(KEPT_BLOCK, KEPT_BLOCKS, NULL, NULL);
}

size_t
kept_size(size_t n)
{
	return sizeof(struct head) + ((n + 7u) & ~(size_t)7u);
}

void
kept_write(uint8_t *p, const struct kept *k)
{
	const struct head	 h = { k->offset, (uint32_t)k->bytes.n,
	    (uint16_t)k->source, (uint16_t)k->quality };

	memcpy(p, &h, sizeof(h));
	memcpy(p + sizeof(h), k->bytes.p, h.n);
}

void
kept_look(const uint8_t *p, struct kept *k)
{
	struct head	 h;

	memcpy(&h, p, sizeof(h));
	*k = (struct kept){ h.offset, h.source, h.quality,
	    { p + sizeof(h), h.n } };
}

uint64_t
kept_put(struct engine *e)
{
	const struct record	*r = e->record;
	const struct kept	 k = { r->offset, e->source, r->quality,
	    r->bytes };

	if (e->is_kept)
		return e->kept_at;
	if (e->kept == NULL)
		e->kept = kept_ring();
	kept_write(ring_put(e->kept, kept_size(k.bytes.n), &e->kept_at), &k);
	e->is_kept = true;
	return e->kept_at;
}

struct step
kept_step(struct engine *e)
{
	const bool	 live = e->sources[e->source].live;

	return (struct step){
		.offset = live ? kept_put(e) : e->record->offset,
		.source = (uint16_t)e->source,
		.quality = (unsigned)e->record->quality & 3u
	};
}

uint32_t
kept_past(struct engine *e, uint32_t before, uint32_t state)
{
	struct step	 s;
	uint32_t	 past;

	if (e->options.skip_steps)
		return 0;
	s = kept_step(e);
	past = past_add(&e->pasts, before, (struct past){
	    .offset = s.offset, .source = s.source,
	    .quality = s.quality, .state = (uint16_t)state });
	e->stats.steps_lost += past == 0;
	return past;
}

uint32_t
kept_first(struct engine *e, uint32_t origin)
{
	return e->options.skip_steps ? 0 : past_of(&e->pasts, origin);
}

/*
 * Places may come from rows that somebody has changed: whatever one of them
 * leads to is looked at as if it had just been read.
 */
static bool
find(const struct engine *e, uint64_t at, struct kept *k)
{
	struct slice	 s = { NULL, 0 };

	if (e->kept != NULL)
		s = ring_from(e->kept, at);
	if (s.n < sizeof(struct head))
		return false;
	kept_look(s.p, k);
	return k->bytes.n <= s.n - sizeof(struct head) &&
	    kept_is_sound(e, k);
}

/* As it is read again: FRAME_RECORD, and what its header says. */
static bool
read_head(const struct kept *k, struct record *r)
{
	return record_head(r, &(struct frame_record){ .kind = FRAME_RECORD,
	    .bytes = k->bytes, .offset = k->offset,
	    .quality = (enum frame_quality)k->quality }) == 0;
}

bool
kept_is_sound(const struct engine *e, const struct kept *k)
{
	struct record	 r;

	return k->source < e->nsources && k->source <= UINT16_MAX &&
	    k->quality <= FRAME_RECOVERED &&
	    k->bytes.n <= FRAME_RECORD_MAX && read_head(k, &r);
}

bool
kept_read(struct engine *e, uint64_t at, struct record *r, uint32_t *source)
{
	struct kept	 k;
	const bool	 there = find(e, at, &k);

	if (!there)
		k = (struct kept){ .bytes = { nothing, sizeof(nothing) } };
	*source = k.source;
	(void)read_head(&k, r);
	record_index(r);
	return there;
}

void
engine_kept(const struct engine *e, struct alert_step *s)
{
	struct kept	 k;
	const bool	 there = find(e, s->offset, &k);

	s->offset = 0;
	if (!there)
		return;
	s->offset = k.offset;
	s->bytes = k.bytes;
}
