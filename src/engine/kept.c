/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kept.c - copies of records that cannot be read again when they are needed.
 *
 * A ring of blocks, each large enough for the largest record. A place in it
 * that was used again is noticed.
 */
#include "engine/kept.h"

#include <string.h>

#include "engine/inside.h"

#define BLOCK	(2 * FRAME_RECORD_MAX)		/* bytes; the largest fits */

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

uint64_t
kept_put(struct engine *e)
{
	const struct record	*r = e->record;
	const struct head	 h = { r->offset, (uint32_t)r->bytes.n,
	    (uint16_t)e->source, (uint16_t)r->quality };
	uint8_t			*p;

	if (e->is_kept)
		return e->kept_at;
	if (e->kept == NULL)
		e->kept = ring_new(BLOCK, ENGINE_KEPT_MAX / BLOCK, NULL, NULL);
	p = ring_put(e->kept, sizeof(h) + ((h.n + 7u) & ~7u), &e->kept_at);
	memcpy(p, &h, sizeof(h));
	memcpy(p + sizeof(h), r->bytes.p, h.n);
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

static const uint8_t *
find(const struct engine *e, uint64_t at, struct head *h)
{
	const uint8_t	*p = e->kept == NULL ? NULL : ring_at(e->kept, at);

	if (p == NULL)
		return NULL;
	memcpy(h, p, sizeof(*h));
	return p + sizeof(*h);
}

bool
kept_read(struct engine *e, uint64_t at, struct record *r, uint32_t *source)
{
	struct frame_record	 f = { .kind = FRAME_RECORD };
	struct head		 h = { .n = sizeof(nothing) };
	const uint8_t		*p = find(e, at, &h);

	f.bytes = (struct slice){ p == NULL ? nothing : p, h.n };
	f.offset = h.offset;
	f.quality = (enum frame_quality)h.quality;
	*source = h.source;
	(void)record_head(r, &f);	/* it was read before */
	record_index(r);
	return p != NULL;
}

void
engine_kept(const struct engine *e, struct alert_step *s)
{
	struct head	 h;
	const uint8_t	*p = find(e, s->offset, &h);

	s->offset = 0;
	if (p == NULL)
		return;
	s->offset = h.offset;
	s->bytes = (struct slice){ p, h.n };
}
