/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * past.c - what a partial match came from: its first record and all others.
 *
 * A chain may be shared, so its middle cannot be cut out in place: when it has
 * grown by half again over what is kept, its newest part is copied onto its
 * oldest, which is paid for by the records in between.
 */
#include "engine/past.h"

#include <assert.h>

#define CUT_AT	(3u * PASTS_ENDS)	/* length at which a chain is cut */

void
pasts_init(struct pasts *p)
{
	pool_init(&p->origins, sizeof(struct origin));
	pool_init(&p->records, sizeof(struct past));
}

void
pasts_fini(struct pasts *p)
{
	pool_fini(&p->origins);
	pool_fini(&p->records);
}

static struct origin *
origin(const struct pasts *p, uint32_t number)
{
	return pool_at(&p->origins, number);
}

const struct origin *
origin_at(const struct pasts *p, uint32_t number)
{
	return origin(p, number);
}

uint32_t
origin_new(struct pasts *p, const struct origin *o)
{
	const uint32_t	 number = pool_take(&p->origins);

	*origin(p, number) = *o;
	origin(p, number)->refs = 1;
	return number;
}

uint32_t
origin_hold(struct pasts *p, uint32_t number)
{
	if (number != 0)
		origin(p, number)->refs++;
	return number;
}

void
origin_drop(struct pasts *p, uint32_t number)
{
	if (number != 0 && --origin(p, number)->refs == 0)
		pool_give(&p->origins, number);
}

static struct past *
at(const struct pasts *p, uint32_t number)
{
	return pool_at(&p->records, number);
}

const struct past *
past_at(const struct pasts *p, uint32_t number)
{
	return at(p, number);
}

uint32_t
past_hold(struct pasts *p, uint32_t number)
{
	if (number != 0)
		at(p, number)->refs++;
	return number;
}

void
past_drop(struct pasts *p, uint32_t number)
{
	while (number != 0 && --at(p, number)->refs == 0) {
		const uint32_t	 before = at(p, number)->before;

		pool_give(&p->records, number);
		number = before;
	}
}

/* One more record, with no thought of the length. BEFORE is held. */
static uint32_t
add(struct pasts *p, uint32_t before, struct past one)
{
	const uint32_t	 number = pool_take(&p->records);

	one.before = before;
	one.refs = 1;
	one.length = (uint16_t)(before == 0 ? 1 : at(p, before)->length + 1);
	*at(p, number) = one;
	return number;
}

/*
 * A copy of a chain of CUT_AT records without its middle; the first PASTS_ENDS
 * are shared with it.
 */
static uint32_t
without_middle(struct pasts *p, uint32_t head)
{
	uint32_t	 newest[PASTS_ENDS], copy;

	for (size_t i = 0; i < PASTS_ENDS; i++, head = at(p, head)->before)
		newest[i] = head;
	while (at(p, head)->length > PASTS_ENDS)
		head = at(p, head)->before;
	copy = past_hold(p, head);
	for (size_t i = PASTS_ENDS; i-- > 0;)
		copy = add(p, copy, *at(p, newest[i]));
	return copy;
}

uint32_t
past_add(struct pasts *p, uint32_t before, struct past one)
{
	uint32_t	 whole, cut;

	if (p->records.used >= PASTS_MAX)
		return 0;
	whole = add(p, past_hold(p, before), one);
	if (at(p, whole)->length < CUT_AT)
		return whole;
	cut = without_middle(p, whole);
	past_drop(p, whole);
	return cut;
}

size_t
past_list(const struct pasts *p, uint32_t head, struct alert_step *out)
{
	const size_t	 length = head == 0 ? 0 : at(p, head)->length;
	const size_t	 n = length < ALERT_STEPS_MAX ? length :
	    ALERT_STEPS_MAX;

	assert(length <= CUT_AT);
	for (size_t i = n; head != 0; head = at(p, head)->before) {
		const struct past	*s = at(p, head);

		/* The middle, not cut out yet. */
		if (s->length > PASTS_ENDS &&
		    (size_t)s->length + PASTS_ENDS <= length)
			continue;
		out[--i] = (struct alert_step){ .state = s->state,
		    .source = s->source, .offset = s->offset,
		    .quality = (enum frame_quality)s->quality };
	}
	return n;
}
