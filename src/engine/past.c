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

_Static_assert(sizeof(struct origin) == 40, "a million of them are many");
_Static_assert(PASTS_MAX < PAST_ORIGIN, "numbers are told apart");

void
pasts_init(struct pasts *p, bool hashes)
{
	pool_init(&p->origins, sizeof(struct origin));
	pool_init(&p->hashes, sizeof(uint64_t));
	pool_init(&p->records, sizeof(struct past));
	p->want_hashes = hashes;
}

void
pasts_fini(struct pasts *p)
{
	pool_fini(&p->origins);
	pool_fini(&p->hashes);
	pool_fini(&p->records);
}

static struct origin *
origin(const struct pasts *p, uint32_t number)
{
	return pool_item(&p->origins, number, sizeof(struct origin));
}

/* Both pools are always asked together, so both give the same number. */
uint32_t
origin_new(struct pasts *p, const struct origin *o, uint64_t hash)
{
	const uint32_t	 number = pool_take(&p->origins);
	struct origin	*one = origin(p, number);

	*one = *o;
	one->refs = 1;
	if (p->want_hashes)
		*(uint64_t *)pool_at(&p->hashes, pool_take(&p->hashes)) =
		    hash;
	return number;
}

uint64_t
origin_hash(const struct pasts *p, uint32_t number)
{
	return p->want_hashes ?
	    *(const uint64_t *)pool_at(&p->hashes, number) : 0;
}

void
origin_end(struct pasts *p, uint32_t number)
{
	pool_give(&p->origins, number);
	if (p->want_hashes)
		pool_give(&p->hashes, number);
}

static struct past *
at(const struct pasts *p, uint32_t number)
{
	return pool_item(&p->records, number, sizeof(struct past));
}

struct past
past_at(const struct pasts *p, uint32_t number)
{
	const struct origin	*o;

	if ((number & PAST_ORIGIN) == 0)
		return *at(p, number);
	o = origin(p, number - PAST_ORIGIN);
	return (struct past){ .offset = o->offset, .source = o->source,
	    .state = o->state, .length = 1, .quality = o->quality };
}

uint32_t
past_of(struct pasts *p, uint32_t number)
{
	return origin_hold(p, number) | PAST_ORIGIN;
}

uint32_t
past_hold(struct pasts *p, uint32_t number)
{
	if ((number & PAST_ORIGIN) != 0)
		(void)origin_hold(p, number - PAST_ORIGIN);
	else if (number != 0)
		at(p, number)->refs++;
	return number;
}

void
past_drop(struct pasts *p, uint32_t number)
{
	while (number != 0) {
		uint32_t	 before;

		if ((number & PAST_ORIGIN) != 0) {
			origin_drop(p, number - PAST_ORIGIN);
			return;
		}
		if (--at(p, number)->refs > 0)
			return;
		before = at(p, number)->before;
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
	one.length = (uint16_t)(before == 0 ? 1 :
	    past_at(p, before).length + 1);
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

uint32_t
past_again(struct pasts *p, uint32_t before, struct past one)
{
	return add(p, past_hold(p, before), one);
}

size_t
past_list(const struct pasts *p, uint32_t head, struct alert_step *out)
{
	const size_t	 length = head == 0 ? 0 : past_at(p, head).length;
	const size_t	 n = length < ALERT_STEPS_MAX ? length :
	    ALERT_STEPS_MAX;

	assert(length <= CUT_AT);
	for (size_t i = n; head != 0 && i > 0;) {
		const struct past	 s = past_at(p, head);

		head = s.before;
		/* The middle, not cut out yet. */
		if (s.length > PASTS_ENDS &&
		    (size_t)s.length + PASTS_ENDS <= length)
			continue;
		out[--i] = (struct alert_step){ .state = s.state,
		    .source = s.source, .offset = s.offset,
		    .quality = (enum frame_quality)s.quality };
	}
	return n;
}

/* Made again. */

bool
origin_is(const struct pasts *p, uint32_t number)
{
	return number != 0 && number < p->origins.n &&
	    origin(p, number)->refs != 0;
}

bool
past_is(const struct pasts *p, uint32_t number)
{
	if ((number & PAST_ORIGIN) != 0)
		return origin_is(p, number - PAST_ORIGIN);
	return number != 0 && number < p->records.n &&
	    at(p, number)->refs != 0;
}

void
origin_restore(struct pasts *p, uint32_t number, const struct origin *o,
    uint64_t hash)
{
	pool_restore(&p->origins, number);
	*origin(p, number) = *o;
	origin(p, number)->refs = 1;
	if (!p->want_hashes)
		return;
	pool_restore(&p->hashes, number);
	*(uint64_t *)pool_at(&p->hashes, number) = hash;
}

bool
origins_restored(struct pasts *p, const uint32_t *unused, size_t n)
{
	if (!pool_restore_unused(&p->origins, unused, n))
		return false;
	for (size_t i = 0; i < n; i++)
		origin(p, unused[i])->refs = 0;
	return !p->want_hashes || pool_restore_unused(&p->hashes, unused, n);
}

void
past_restore(struct pasts *p, uint32_t number, const struct past *one)
{
	pool_restore(&p->records, number);
	*at(p, number) = *one;
	at(p, number)->refs = 1;
	at(p, number)->length = 0;		/* not known yet */
}

/* Find the length of a chain. False when it is too long, or has no end. */
static bool
measure(struct pasts *p, uint32_t number)
{
	uint32_t	 unknown[CUT_AT];
	size_t		 n = 0;
	uint16_t	 length;

	while (number != 0 && (number & PAST_ORIGIN) == 0 &&
	    at(p, number)->length == 0) {
		if (n == CUT_AT)
			return false;
		unknown[n++] = number;
		number = at(p, number)->before;
	}
	length = number == 0 ? 0 : past_at(p, number).length;
	if (length + n >= CUT_AT)
		return false;
	while (n > 0)
		at(p, unknown[--n])->length = ++length;
	return true;
}

const char *
pasts_restored(struct pasts *p, const uint32_t *unused, size_t n)
{
	if (p->records.n > PAST_ORIGIN ||
	    !pool_restore_unused(&p->records, unused, n))
		return "a number that cannot be";
	for (size_t i = 0; i < n; i++)
		at(p, unused[i])->refs = 0;
	for (uint32_t i = 1; i < p->records.n; i++) {
		const uint32_t	 before = at(p, i)->before;

		if (at(p, i)->refs == 0)
			continue;
		if (before != 0 && !past_is(p, before))
			return "a record before it that is not there";
		(void)past_hold(p, before);
	}
	for (uint32_t i = 1; i < p->records.n; i++)
		if (at(p, i)->refs != 0 && !measure(p, i))
			return "records without end";
	return NULL;
}

void
pasts_let_go(struct pasts *p)
{
	for (uint32_t i = 1; i < p->records.n; i++)
		if (at(p, i)->refs != 0)
			past_drop(p, i);
	for (uint32_t i = 1; i < p->origins.n; i++)
		if (origin(p, i)->refs != 0)
			origin_drop(p, i);
}
