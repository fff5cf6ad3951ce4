/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally.c - the records that a state with a multiplier has met last.
 *
 * A list from the oldest to the newest record, of at most N. With `distinct`
 * an index finds the one of a value. Of the N that a new record completes, the
 * oldest is the one N - 1 before it, so it stands at or next to the end.
 *
 * The oldest of a tally always starts something: what is older could be of no
 * use to anybody. Further up there may be gaps, but only where clocks step
 * back: as the states of a multiplier would, each gap takes over from its older
 * neighbour when the next record moves them all by one.
 */
#include "engine/tally.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/shards.h"
#include "engine/timer.h"

/* What a record stands for when N are looked for from it on. */
struct start {
	int64_t		 ms;
	uint64_t	 value;
	uint32_t	 past, origin;
};

struct entry {
	int64_t		 ms;
	uint64_t	 value;
	struct start	 start;		/* without origin: a gap */
	uint32_t	 past;
	uint32_t	 tally;		/* 0: not in use */
	uint32_t	 older, newer;
};

enum use { USE_NONE, USE_TOLD, USE_OWNED };	/* told: made again */

struct tally {
	uint32_t	 oldest, newest;
	uint32_t	 n;
	uint8_t		 use;		/* enum use */
	bool		 unordered;	/* a younger start has an older time */
	bool		 gaps;
	uint32_t	 first_past;	/* of those that came out last; held */
	uint64_t	 first_value;
};

struct tallies {
	struct pool	 tallies, entries;
	struct shards	*values;	/* of those that are distinct */
	struct pasts	*pasts;
	struct hash_key	 seed;
	uint64_t	 evicted;
};

struct tallies *
tallies_new(struct pasts *pasts)
{
	struct tallies	*t = xcalloc(1, sizeof(*t));

	pool_init(&t->tallies, sizeof(struct tally));
	pool_init(&t->entries, sizeof(struct entry));
	t->values = shards_new();
	t->pasts = pasts;
	t->seed = hash_key_random();
	return t;
}

void
tallies_free(struct tallies *t)
{
	if (t == NULL)
		return;
	pool_fini(&t->tallies);
	pool_fini(&t->entries);
	shards_free(t->values);
	free(t);
}

static struct tally *
at(const struct tallies *t, uint32_t number)
{
	return pool_at(&t->tallies, number);
}

static struct entry *
entry(const struct tallies *t, uint32_t number)
{
	return pool_at(&t->entries, number);
}

uint32_t
tally_new(struct tallies *t)
{
	const uint32_t	 number = pool_take(&t->tallies);

	*at(t, number) = (struct tally){ .use = USE_OWNED };
	return number;
}

uint32_t
tally_count(const struct tallies *t, uint32_t number)
{
	return at(t, number)->n;
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

/* The record with this value. */

static uint64_t
hash(const struct tallies *t, uint32_t tally, uint64_t value)
{
	/* Whoever knows values, in rows of an earlier run, cannot aim. */
	return hash_word(&t->seed, value + tally * (t->seed.k1 | 1));
}

static uint32_t
find(const struct tallies *t, uint32_t tally, uint64_t value)
{
	uint32_t	 from = 0, number;

	while ((number = shards_find(t->values, hash(t, tally, value),
	    &from)) != SHARDS_NONE)
		if (entry(t, number)->tally == tally &&
		    entry(t, number)->value == value)
			return number;
	return 0;
}

/* Entries without DISTINCT have value 0 and are in no index. */
static uint32_t
find_same(const struct tallies *t, uint32_t tally, const struct tally_way *way,
    uint64_t value)
{
	return way->distinct ? find(t, tally, value) : 0;
}

static void
index_value(struct tallies *t, uint32_t number)
{
	const struct entry	*e = entry(t, number);

	if (e->value != 0)
		shards_add(t->values, hash(t, e->tally, e->value), number);
}

static void
forget_value(struct tallies *t, uint32_t number)
{
	const struct entry	*e = entry(t, number);

	if (e->value != 0)
		shards_remove(t->values, hash(t, e->tally, e->value), number);
}

/* Starts. */

static void
end_start(struct tallies *t, struct entry *e)
{
	origin_drop(t->pasts, e->start.origin);
	past_drop(t->pasts, e->start.past);
	e->start = (struct start){ .origin = 0 };
}

static void
copy_start(struct tallies *t, struct entry *e, const struct entry *from)
{
	e->start = from->start;
	(void)origin_hold(t->pasts, e->start.origin);
	(void)past_hold(t->pasts, e->start.past);
}

static void
remove_entry(struct tallies *t, uint32_t number)
{
	struct entry	*e = entry(t, number);
	struct tally	*y = at(t, e->tally);

	forget_value(t, number);
	if (e->older == 0)
		y->oldest = e->newer;
	else
		entry(t, e->older)->newer = e->newer;
	if (e->newer == 0)
		y->newest = e->older;
	else
		entry(t, e->newer)->older = e->older;
	y->n--;
	end_start(t, e);
	past_drop(t->pasts, e->past);
	e->tally = 0;
	pool_give(&t->entries, number);
}

void
tally_drop(struct tallies *t, uint32_t number)
{
	while (at(t, number)->oldest != 0)
		remove_entry(t, at(t, number)->oldest);
	past_drop(t->pasts, at(t, number)->first_past);
	at(t, number)->use = USE_NONE;
	pool_give(&t->tallies, number);
}

void
tally_expire(struct tallies *t, uint32_t number, tally_dead_fn dead, void *arg)
{
	struct tally	*y = at(t, number);

	if (y->unordered)
		for (uint32_t i = y->oldest; i != 0; i = entry(t, i)->newer) {
			struct entry	*e = entry(t, i);

			if (e->start.origin == 0 ||
			    !dead(arg, e->start.origin))
				continue;
			end_start(t, e);
			y->gaps = true;
		}
	while (y->oldest != 0) {
		const uint32_t	 origin = entry(t, y->oldest)->start.origin;

		if (origin != 0 && !dead(arg, origin))
			break;
		remove_entry(t, y->oldest);
	}
	if (y->n == 0)
		y->unordered = y->gaps = false;
}

/* Counting. */

static struct counted
counted_of(const struct start *s)
{
	return (struct counted){ .ms = s->ms, .value = s->value,
	    .past = s->past, .origin = s->origin };
}

/* Can N begin with this start and end with this record? */
static bool
spans(const struct start *s, const struct tally_way *way,
    const struct counted *c)
{
	if (s->origin == 0 || (way->distinct && s->value == c->value))
		return false;
	return way->window_ms < 0 ||
	    time_between(s->ms, c->ms) <= way->window_ms;
}

bool
tally_completes(const struct tallies *t, uint32_t number,
    const struct tally_way *way, const struct counted *c,
    struct counted *first)
{
	const struct tally	*y = at(t, number);
	const uint32_t		 same = find_same(t, number, way, c->value);
	const uint32_t		 others = y->n - (same != 0);
	uint32_t		 oldest = y->oldest;

	*first = *c;
	if (way->wanted == 1)
		return c->origin != 0;
	if (others < way->wanted - 1 || (way->strict && same != 0 &&
	    same != oldest))
		return false;
	if (same == oldest || others == way->wanted)
		oldest = entry(t, oldest)->newer;
	if (!spans(&entry(t, oldest)->start, way, c))
		return false;
	*first = counted_of(&entry(t, oldest)->start);
	return true;
}

/* Make room in the tally: for the record of the same value, for N, at all. */
static void
make_room(struct tallies *t, uint32_t number, const struct tally_way *way,
    uint32_t same)
{
	struct tally	*y = at(t, number);

	if (same != 0 && way->strict)		/* it and what is before it */
		while (y->oldest != same)
			remove_entry(t, y->oldest);
	if (same != 0)
		remove_entry(t, same);
	while (y->n >= way->wanted)
		remove_entry(t, y->oldest);
	if (t->entries.used >= TALLIES_MAX && y->n > 0) {
		remove_entry(t, y->oldest);
		t->evicted++;
	}
}

static void
fill_gaps(struct tallies *t, struct tally *y)
{
	y->gaps = false;
	for (uint32_t i = y->newest; i != 0; i = entry(t, i)->older) {
		struct entry	*e = entry(t, i);

		if (e->start.origin == 0 && e->older != 0)
			copy_start(t, e, entry(t, e->older));
		y->gaps |= e->start.origin == 0;
	}
}

/* Does this start lie before that of the newest, by their times? */
static bool
steps_back(const struct tallies *t, const struct tally *y, uint32_t origin)
{
	uint32_t	 last = y->newest == 0 ? 0 :
	    entry(t, y->newest)->start.origin;

	if (origin == 0 || y->n == 0)
		return false;
	return last == 0 || origin_at(t->pasts, origin)->first_s <
	    origin_at(t->pasts, last)->first_s;
}

/* What a record stands for that begins nothing: what the newest does. */
static struct start
inherited(struct tallies *t, const struct tally *y, const struct tally_way *way)
{
	struct start	 s = { .origin = 0 };

	if (way->strict || y->newest == 0)
		return s;
	s = entry(t, y->newest)->start;
	(void)origin_hold(t->pasts, s.origin);
	(void)past_hold(t->pasts, s.past);
	return s;
}

static void
link_newest(struct tallies *t, struct tally *y, uint32_t number)
{
	entry(t, number)->older = y->newest;
	if (y->newest == 0)
		y->oldest = number;
	else
		entry(t, y->newest)->newer = number;
	y->newest = number;
	y->n++;
}

void
tally_add(struct tallies *t, uint32_t number, const struct tally_way *way,
    const struct counted *c)
{
	struct tally	*y = at(t, number);
	struct start	 s = { .ms = c->ms, .value = c->value,
	    .past = c->past, .origin = c->origin };
	uint32_t	 one;

	if (c->origin == 0)
		s = inherited(t, y, way);
	else
		(void)past_hold(t->pasts, s.past);
	y->unordered |= steps_back(t, y, c->origin);
	make_room(t, number, way, find_same(t, number, way, c->value));
	one = pool_take(&t->entries);
	*entry(t, one) = (struct entry){ .ms = c->ms, .past = c->past,
	    .tally = number, .value = way->distinct ? c->value : 0,
	    .start = s };
	link_newest(t, y, one);
	index_value(t, one);
	if (y->gaps && !way->strict)
		fill_gaps(t, y);
}

static struct counted
as_it_stands(const struct entry *e)
{
	return (struct counted){ .ms = e->ms, .value = e->value,
	    .past = e->past, .origin = e->start.origin };
}

struct counted
tally_newest(const struct tallies *t, uint32_t number)
{
	return as_it_stands(entry(t, at(t, number)->newest));
}

struct counted
tally_oldest(const struct tallies *t, uint32_t number)
{
	return as_it_stands(entry(t, at(t, number)->oldest));
}

void
tally_purge(struct tallies *t, uint32_t number)
{
	struct tally	*y = at(t, number);

	if (!y->gaps)
		return;
	for (uint32_t i = y->oldest, next; i != 0; i = next) {
		next = entry(t, i)->newer;
		if (entry(t, i)->start.origin == 0)
			remove_entry(t, i);
	}
	y->gaps = false;
}

void
tally_walk(const struct tallies *t, uint32_t number,
    void (*fn)(void *, const struct counted *), void *arg)
{
	for (uint32_t i = at(t, number)->oldest; i != 0;
	    i = entry(t, i)->newer) {
		const struct counted	 c = as_it_stands(entry(t, i));

		fn(arg, &c);
	}
}

/* Evidence. */

void
tally_came_out(struct tallies *t, uint32_t number, const struct counted *first)
{
	struct tally	*y = at(t, number);

	(void)past_hold(t->pasts, first->past);
	past_drop(t->pasts, y->first_past);
	y->first_past = first->past;
	y->first_value = first->value;
}

static void
append(struct tallies *t, uint32_t *past, uint32_t number)
{
	const struct entry	*e = entry(t, number);
	uint32_t		 longer;

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
	const struct tally	*y = at(t, number);
	const uint32_t		 others = way->wanted - 1;
	const uint32_t		 skip = find_same(t, number, way,
	    y->first_value);
	uint32_t		 past = past_hold(t->pasts, y->first_past);
	uint32_t		 i = y->oldest, n = y->n - (skip != 0);

	for (; i != 0; i = entry(t, i)->newer) {
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

/* Told, and made again. */

const struct pool *
tallies_pool(const struct tallies *t)
{
	return &t->tallies;
}

const struct pool *
tallies_records(const struct tallies *t)
{
	return &t->entries;
}

bool
tally_tell(const struct tallies *t, uint32_t number, struct tally_told *told)
{
	const struct tally	*y = at(t, number);

	if (y->use == USE_NONE)
		return false;
	*told = (struct tally_told){ y->unordered, y->first_past,
	    y->first_value };
	return true;
}

bool
tally_tell_record(const struct tallies *t, uint32_t number,
    struct tally_record *r)
{
	const struct entry	*e = entry(t, number);

	if (e->tally == 0)
		return false;
	*r = (struct tally_record){ .ms = e->ms, .start_ms = e->start.ms,
	    .value = e->value, .start_value = e->start.value,
	    .past = e->past, .start_past = e->start.past,
	    .origin = e->start.origin, .tally = e->tally, .newer = e->newer };
	return true;
}

void
tally_restore(struct tallies *t, uint32_t number, const struct tally_told *told)
{
	pool_restore(&t->tallies, number);
	*at(t, number) = (struct tally){ .use = USE_TOLD,
	    .unordered = told->unordered, .first_value = told->first_value,
	    .first_past = past_hold(t->pasts, told->first_past) };
}

void
tally_restore_record(struct tallies *t, uint32_t number,
    const struct tally_record *r)
{
	pool_restore(&t->entries, number);
	*entry(t, number) = (struct entry){ .ms = r->ms, .value = r->value,
	    .past = past_hold(t->pasts, r->past), .tally = r->tally,
	    .newer = r->newer };
	if (r->origin != 0)
		entry(t, number)->start = (struct start){ .ms = r->start_ms,
		    .value = r->start_value,
		    .past = past_hold(t->pasts, r->start_past),
		    .origin = origin_hold(t->pasts, r->origin) };
}

bool
tally_records_restored(struct tallies *t, const uint32_t *unused, size_t n)
{
	if (!pool_restore_unused(&t->entries, unused, n))
		return false;
	for (size_t i = 0; i < n; i++)
		entry(t, unused[i])->tally = 0;
	return true;
}

static bool
is_told(const struct tallies *t, uint32_t number)
{
	return number != 0 && number < t->tallies.n &&
	    at(t, number)->use != USE_NONE;
}

/* Its tally and the next one there must be, and be no other's next. */
static const char *
link_again(struct tallies *t, uint32_t number)
{
	struct entry	*e = entry(t, number), *next;

	if (!is_told(t, e->tally))
		return "a record of a tally that is not there";
	at(t, e->tally)->n++;
	at(t, e->tally)->gaps |= e->start.origin == 0;
	if (e->newer == 0)
		return NULL;
	if (e->newer >= t->entries.n)
		return "a next record that is not there";
	next = entry(t, e->newer);
	if (next->tally != e->tally || next->older != 0)
		return "a next record that is another's";
	next->older = number;
	return NULL;
}

/* All records of a tally follow the one that nobody is before. */
static const char *
order_again(struct tallies *t, uint32_t number)
{
	struct tally	*y = at(t, number);
	uint32_t	 last = 0, n = 0;

	for (uint32_t i = y->oldest; i != 0; i = entry(t, i)->newer, n++) {
		const struct entry	*e = entry(t, i);

		if (e->value != 0 && find(t, number, e->value) != 0)
			return "a value twice in a tally";
		index_value(t, i);
		last = i;
	}
	y->newest = last;
	return n == y->n ? NULL : "records that are not in a row";
}

const char *
tallies_restored(struct tallies *t, const uint32_t *unused, size_t n)
{
	const char	*why = NULL;

	if (!pool_restore_unused(&t->tallies, unused, n))
		return "a number that cannot be";
	for (size_t i = 0; i < n; i++)
		at(t, unused[i])->use = USE_NONE;
	for (uint32_t i = 1; why == NULL && i < t->entries.n; i++)
		if (entry(t, i)->tally != 0)
			why = link_again(t, i);
	for (uint32_t i = 1; why == NULL && i < t->entries.n; i++)
		if (entry(t, i)->tally != 0 && entry(t, i)->older == 0)
			at(t, entry(t, i)->tally)->oldest = i;
	for (uint32_t i = 1; why == NULL && i < t->tallies.n; i++)
		if (at(t, i)->use != USE_NONE)
			why = order_again(t, i);
	return why;
}

bool
tally_own(struct tallies *t, uint32_t number)
{
	if (!is_told(t, number) || at(t, number)->use == USE_OWNED)
		return false;
	at(t, number)->use = USE_OWNED;
	return true;
}

void
tallies_let_go(struct tallies *t)
{
	for (uint32_t i = 1; i < t->tallies.n; i++)
		if (at(t, i)->use == USE_TOLD)
			tally_drop(t, i);
}
