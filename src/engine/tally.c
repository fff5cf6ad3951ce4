/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally.c - the records that a state with a multiplier has met last.
 *
 * A list from the oldest to the newest record, of at most N. With `distinct`
 * the one of a value is looked for among few, and found by an index among more:
 * most tallies never have many. Of the N that a new record completes, the
 * oldest is the one N - 1 before it, so it stands at or next to the end.
 *
 * The oldest of a tally always starts something: what is older could be of no
 * use to anybody. Further up there may be gaps, but only where clocks step
 * back: as the states of a multiplier would, each gap takes over from its older
 * neighbour when the next record moves them all by one.
 */
#include "engine/tallies.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/timer.h"

#define FEW	8u		/* records that are looked through */

struct tallies *
tallies_new(struct pasts *pasts, uint32_t most)
{
	struct tallies	*t = xcalloc(1, sizeof(*t));

	pool_init(&t->tallies, sizeof(struct tally));
	pool_init(&t->entries, sizeof(struct tally_entry));
	pool_init(&t->starts, sizeof(struct tally_start));
	t->values = shards_new();
	t->pasts = pasts;
	t->seed = hash_key_random();
	t->most = most == 0 ? TALLIES_MAX : most;
	return t;
}

void
tallies_free(struct tallies *t)
{
	if (t == NULL)
		return;
	pool_fini(&t->tallies);
	pool_fini(&t->entries);
	pool_fini(&t->starts);
	shards_free(t->values);
	free(t);
}

uint32_t
tally_new(struct tallies *t)
{
	const uint32_t	 number = pool_take(&t->tallies);

	*tallies_at(t, number) = (struct tally){ .use = USE_OWNED };
	return number;
}

uint32_t
tally_count(const struct tallies *t, uint32_t number)
{
	return tallies_at(t, number)->n;
}

uint64_t
tallies_evicted(const struct tallies *t)
{
	return t->evicted;
}

uint32_t
tallies_used(const struct tallies *t)
{
	return t->entries.used;
}

void
tally_ahead(const struct tallies *t, uint32_t number)
{
	__builtin_prefetch(tallies_at(t, number));
}

void
tally_ahead_more(const struct tallies *t, uint32_t number)
{
	const struct tally	*y = tallies_at(t, number);

	if (y->newest == 0)
		return;
	__builtin_prefetch(&tallies_entry(t, y->newest)->origin);
	__builtin_prefetch(&tallies_entry(t, y->newest)->newer);
	__builtin_prefetch(tallies_entry(t, y->oldest));
}

/* The record with this value. */

static uint64_t
hash(const struct tallies *t, uint32_t tally, uint64_t value)
{
	/* Whoever knows values, in rows of an earlier run, cannot aim. */
	return hash_word(&t->seed, value + tally * (t->seed.k1 | 1));
}

void
tally_value_ahead(const struct tallies *t, uint32_t number, uint64_t value)
{
	if (tallies_at(t, number)->indexed)
		shards_prefetch(t->values, hash(t, number, value));
}

static uint32_t
find_indexed(const struct tallies *t, uint32_t tally, uint64_t value,
    uint64_t h)
{
	uint32_t	 from = 0, number;

	while ((number = shards_find(t->values, h, &from)) != SHARDS_NONE) {
		const struct tally_entry	*e = tallies_entry(t, number);

		if (e->tally == tally && e->value == value)
			return number;
	}
	return 0;
}

/* Most values are new: that tells so of many without looking further. */
static uint32_t
mark(uint64_t value)
{
	return UINT32_C(1) << value % 32;
}

/* Entries without DISTINCT have value 0, which is not looked for. */
static uint32_t
find(const struct tallies *t, uint32_t tally, uint64_t value)
{
	const struct tally	*y = tallies_at(t, tally);
	uint32_t		 i = y->newest;

	if (value == 0 || (y->marks & mark(value)) == 0)
		return 0;
	if (y->indexed)
		return find_indexed(t, tally, value, hash(t, tally, value));
	while (i != 0 && tallies_entry(t, i)->value != value)
		i = tallies_entry(t, i)->older;
	return i;
}

static uint32_t
find_same(const struct tallies *t, uint32_t tally, const struct tally_way *way,
    uint64_t value)
{
	return way->distinct ? find(t, tally, value) : 0;
}

bool
tallies_index(struct tallies *t, uint32_t number)
{
	struct tally	*y = tallies_at(t, number);

	y->indexed = true;
	for (uint32_t i = y->oldest; i != 0; i = tallies_entry(t, i)->newer) {
		const uint64_t	 value = tallies_entry(t, i)->value;
		const uint64_t	 h = hash(t, number, value);

		if (value == 0)
			continue;
		if (find_indexed(t, number, value, h) != 0)
			return false;
		y->marks |= mark(value);
		shards_add(t->values, h, i);
	}
	return true;
}

/* The newest entry has come. */
static void
note_value(struct tallies *t, uint32_t number, uint64_t value)
{
	struct tally	*y = tallies_at(t, number);

	if (value == 0)
		return;
	y->marks |= mark(value);
	if (y->indexed)
		shards_add(t->values, hash(t, number, value), y->newest);
	else if (y->n > FEW)
		(void)tallies_index(t, number);	/* each is there once */
}

static void
forget_value(struct tallies *t, const struct tally *y, uint32_t number)
{
	const struct tally_entry	*e = tallies_entry(t, number);

	if (y->indexed && e->value != 0)
		shards_remove(t->values, hash(t, e->tally, e->value), number);
}

/* Starts. */

struct counted
tallies_start(const struct tallies *t, const struct tally_entry *e)
{
	const struct tally_start	*s;

	if (e->start == 0)
		return (struct counted){ e->ms, e->value, e->past, e->origin };
	s = pool_at(&t->starts, e->start);
	return (struct counted){ s->ms, s->value, s->past, e->origin };
}

static void
end_start(struct tallies *t, struct tally_entry *e)
{
	origin_drop(t->pasts, e->origin);
	e->origin = 0;
	if (e->start == 0)
		return;
	past_drop(t->pasts, ((const struct tally_start *)pool_at(&t->starts,
	    e->start))->past);
	pool_give(&t->starts, e->start);
	e->start = 0;
}

void
tallies_set_start(struct tallies *t, struct tally_entry *e,
    const struct counted *c)
{
	e->start = pool_take(&t->starts);
	e->origin = c->origin;
	*(struct tally_start *)pool_at(&t->starts, e->start) =
	    (struct tally_start){ c->ms, c->value, c->past };
}

/* What another stands for, which may be a gap; held. */
static struct counted
hold_start(struct tallies *t, const struct tally_entry *from)
{
	const struct counted	 c = tallies_start(t, from);

	if (c.origin == 0)
		return (struct counted){ .origin = 0 };
	(void)origin_hold(t->pasts, c.origin);
	(void)past_hold(t->pasts, c.past);
	return c;
}

static void
remove_entry(struct tallies *t, uint32_t number)
{
	struct tally_entry	*e = tallies_entry(t, number);
	struct tally		*y = tallies_at(t, e->tally);

	forget_value(t, y, number);
	if (e->older == 0)
		y->oldest = e->newer;
	else
		tallies_entry(t, e->older)->newer = e->newer;
	if (e->newer == 0)
		y->newest = e->older;
	else
		tallies_entry(t, e->newer)->older = e->older;
	y->n--;
	end_start(t, e);
	past_drop(t->pasts, e->past);
	e->tally = 0;
	pool_give(&t->entries, number);
}

void
tally_drop(struct tallies *t, uint32_t number)
{
	while (tallies_at(t, number)->oldest != 0)
		remove_entry(t, tallies_at(t, number)->oldest);
	past_drop(t->pasts, tallies_at(t, number)->first_past);
	tallies_at(t, number)->use = USE_NONE;
	pool_give(&t->tallies, number);
}

void
tally_expire(struct tallies *t, uint32_t number, tally_dead_fn dead, void *arg)
{
	struct tally	*y = tallies_at(t, number);

	if (y->unordered)
		for (uint32_t i = y->oldest; i != 0;
		    i = tallies_entry(t, i)->newer) {
			struct tally_entry	*e = tallies_entry(t, i);

			if (e->origin == 0 || !dead(arg, e->origin))
				continue;
			end_start(t, e);
			y->gaps = true;
		}
	while (y->oldest != 0) {
		const uint32_t	 origin = tallies_entry(t, y->oldest)->origin;

		if (origin != 0 && !dead(arg, origin))
			break;
		remove_entry(t, y->oldest);
	}
	if (y->n > 0)
		return;
	y->unordered = y->gaps = y->indexed = false;
	y->marks = 0;
}

/* Counting. */

/* Can N begin with this start and end with this record? */
static bool
spans(const struct counted *start, const struct tally_way *way,
    const struct counted *c)
{
	if (start->origin == 0 ||
	    (way->distinct && start->value == c->value))
		return false;
	return way->window_ms < 0 ||
	    time_between(start->ms, c->ms) <= way->window_ms;
}

bool
tally_completes(const struct tallies *t, uint32_t number,
    const struct tally_way *way, const struct counted *c,
    struct counted *first)
{
	const struct tally	*y = tallies_at(t, number);
	struct counted		 start;
	uint32_t		 same, others, oldest = y->oldest;

	*first = *c;
	if (way->wanted == 1)
		return c->origin != 0;
	if (y->n < way->wanted - 1)
		return false;
	same = find_same(t, number, way, c->value);
	others = y->n - (same != 0);
	if (others < way->wanted - 1 || (way->strict && same != 0 &&
	    same != oldest))
		return false;
	if (same == oldest || others == way->wanted)
		oldest = tallies_entry(t, oldest)->newer;
	start = tallies_start(t, tallies_entry(t, oldest));
	if (!spans(&start, way, c))
		return false;
	*first = start;
	return true;
}

/* Make room in the tally: for the record of the same value, for N, at all. */
static void
make_room(struct tallies *t, uint32_t number, const struct tally_way *way,
    uint32_t same)
{
	struct tally	*y = tallies_at(t, number);

	if (same != 0 && way->strict)		/* it and what is before it */
		while (y->oldest != same)
			remove_entry(t, y->oldest);
	if (same != 0)
		remove_entry(t, same);
	while (y->n >= way->wanted)
		remove_entry(t, y->oldest);
	if (t->entries.used >= t->most && y->n > 0) {
		remove_entry(t, y->oldest);
		t->evicted++;
	}
}

static void
fill_gaps(struct tallies *t, struct tally *y)
{
	y->gaps = false;
	for (uint32_t i = y->newest; i != 0; i = tallies_entry(t, i)->older) {
		struct tally_entry	*e = tallies_entry(t, i);
		struct counted		 start = { .origin = 0 };

		if (e->origin == 0 && e->older != 0)
			start = hold_start(t, tallies_entry(t, e->older));
		if (start.origin != 0)
			tallies_set_start(t, e, &start);
		y->gaps |= e->origin == 0;
	}
}

/* Does this start lie before that of the newest, by their times? */
static bool
steps_back(const struct tallies *t, const struct tally *y, uint32_t origin)
{
	uint32_t	 last;

	if (origin == 0 || y->n == 0)
		return false;
	last = tallies_entry(t, y->newest)->origin;
	return last == 0 || origin_at(t->pasts, origin)->first_s <
	    origin_at(t->pasts, last)->first_s;
}

static void
link_newest(struct tallies *t, struct tally *y, uint32_t number)
{
	if (y->newest == 0)
		y->oldest = number;
	else
		tallies_entry(t, y->newest)->newer = number;
	y->newest = number;
	y->n++;
}

void
tally_add(struct tallies *t, uint32_t number, const struct tally_way *way,
    const struct counted *c)
{
	struct tally		*y = tallies_at(t, number);
	const uint64_t		 value = way->distinct ? c->value : 0;
	struct counted		 start = { .origin = 0 };
	struct tally_entry	*e;
	uint32_t		 one;

	/* What begins nothing stands for what the newest does. */
	if (c->origin == 0 && !way->strict && y->newest != 0)
		start = hold_start(t, tallies_entry(t, y->newest));
	y->unordered |= steps_back(t, y, c->origin);
	if (y->n > 0)
		make_room(t, number, way, find(t, number, value));
	one = pool_take(&t->entries);
	e = tallies_entry(t, one);
	*e = (struct tally_entry){ .ms = c->ms, .value = value, .past = c->past,
	    .origin = c->origin, .tally = number, .older = y->newest };
	if (start.origin != 0)
		tallies_set_start(t, e, &start);
	link_newest(t, y, one);
	note_value(t, number, value);
	if (y->gaps && !way->strict)
		fill_gaps(t, y);
}

static struct counted
as_it_stands(const struct tally_entry *e)
{
	return (struct counted){ .ms = e->ms, .value = e->value,
	    .past = e->past, .origin = e->origin };
}

struct counted
tally_newest(const struct tallies *t, uint32_t number)
{
	return as_it_stands(tallies_entry(t, tallies_at(t, number)->newest));
}

struct counted
tally_oldest(const struct tallies *t, uint32_t number)
{
	return as_it_stands(tallies_entry(t, tallies_at(t, number)->oldest));
}

void
tally_purge(struct tallies *t, uint32_t number)
{
	struct tally	*y = tallies_at(t, number);

	if (!y->gaps)
		return;
	for (uint32_t i = y->oldest, next; i != 0; i = next) {
		next = tallies_entry(t, i)->newer;
		if (tallies_entry(t, i)->origin == 0)
			remove_entry(t, i);
	}
	y->gaps = false;
}

void
tally_walk(const struct tallies *t, uint32_t number,
    void (*fn)(void *, const struct counted *), void *arg)
{
	for (uint32_t i = tallies_at(t, number)->oldest; i != 0;
	    i = tallies_entry(t, i)->newer) {
		const struct counted	 c = as_it_stands(tallies_entry(t, i));

		fn(arg, &c);
	}
}

/* Evidence. */

void
tally_came_out(struct tallies *t, uint32_t number, const struct counted *first)
{
	struct tally	*y = tallies_at(t, number);

	(void)past_hold(t->pasts, first->past);
	past_drop(t->pasts, y->first_past);
	y->first_past = first->past;
	y->first_value = first->value;
}

static void
append(struct tallies *t, uint32_t *past, uint32_t number)
{
	const struct tally_entry	*e = tallies_entry(t, number);
	uint32_t			 longer;

	if (e->past == 0)
		return;
	longer = past_add(t->pasts, *past, past_at(t->pasts, e->past));
	if (longer == 0)
		return;
	past_drop(t->pasts, *past);
	*past = longer;
}

uint32_t
tally_past(struct tallies *t, uint32_t number, const struct tally_way *way)
{
	const struct tally	*y = tallies_at(t, number);
	const uint32_t		 others = way->wanted - 1;
	const uint32_t		 skip = find_same(t, number, way,
	    y->first_value);
	uint32_t		 past = past_hold(t->pasts, y->first_past);
	uint32_t		 i = y->oldest, n = y->n - (skip != 0);

	for (; i != 0; i = tallies_entry(t, i)->newer) {
		if (i == skip)
			continue;
		/* Those that came before; of very many the ends are enough. */
		if (n <= others && (others - n < PASTS_ENDS ||
		    n <= PASTS_ENDS))
			append(t, &past, i);
		n--;
	}
	return past;
}
