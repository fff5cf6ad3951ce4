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

/*
 * What a record stands for when N are looked for from it on: nearly always for
 * itself, else for one that may be gone by now.
 */
struct start {
	int64_t		 ms;
	uint64_t	 value;
	uint32_t	 past;		/* held */
};

struct entry {
	int64_t		 ms;
	uint64_t	 value;
	uint32_t	 past;
	uint32_t	 origin;	/* of its start; 0: a gap */
	uint32_t	 start;		/* of another record; 0: its own */
	uint32_t	 tally;		/* 0: not in use */
	uint32_t	 older, newer;
};

_Static_assert(sizeof(struct entry) == 40, "there may be millions");

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
	struct pool	 tallies, entries, starts;
	struct shards	*values;	/* of those that are distinct */
	struct pasts	*pasts;
	struct hash_key	 seed;
	uint32_t	 most;		/* records */
	uint64_t	 evicted;
};

struct tallies *
tallies_new(struct pasts *pasts, uint32_t most)
{
	struct tallies	*t = xcalloc(1, sizeof(*t));

	pool_init(&t->tallies, sizeof(struct tally));
	pool_init(&t->entries, sizeof(struct entry));
	pool_init(&t->starts, sizeof(struct start));
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

void
tally_ahead(const struct tallies *t, uint32_t number)
{
	__builtin_prefetch(at(t, number));
}

void
tally_ahead_more(const struct tallies *t, uint32_t number)
{
	const struct tally	*y = at(t, number);

	if (y->newest == 0)
		return;
	__builtin_prefetch(&entry(t, y->newest)->origin);
	__builtin_prefetch(&entry(t, y->newest)->newer);
	__builtin_prefetch(entry(t, y->oldest));
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
	shards_prefetch(t->values, hash(t, number, value));
}

static uint32_t
find_hash(const struct tallies *t, uint32_t tally, uint64_t value, uint64_t h)
{
	uint32_t	 from = 0, number;

	while ((number = shards_find(t->values, h, &from)) != SHARDS_NONE)
		if (entry(t, number)->tally == tally &&
		    entry(t, number)->value == value)
			return number;
	return 0;
}

static uint32_t
find(const struct tallies *t, uint32_t tally, uint64_t value)
{
	return find_hash(t, tally, value, hash(t, tally, value));
}

/* Entries without DISTINCT have value 0 and are in no index. */
static uint32_t
find_same(const struct tallies *t, uint32_t tally, const struct tally_way *way,
    uint64_t value)
{
	return way->distinct ? find(t, tally, value) : 0;
}

static void
forget_value(struct tallies *t, uint32_t number)
{
	const struct entry	*e = entry(t, number);

	if (e->value != 0)
		shards_remove(t->values, hash(t, e->tally, e->value), number);
}

/* Starts. */

/* Borrowed; only if it is no gap. */
static struct counted
start_of(const struct tallies *t, const struct entry *e)
{
	struct counted		 c = { e->ms, e->value, e->past, e->origin };
	const struct start	*s;

	if (e->start == 0)
		return c;
	s = pool_at(&t->starts, e->start);
	return (struct counted){ s->ms, s->value, s->past, e->origin };
}

static void
end_start(struct tallies *t, struct entry *e)
{
	origin_drop(t->pasts, e->origin);
	e->origin = 0;
	if (e->start == 0)
		return;
	past_drop(t->pasts, ((const struct start *)pool_at(&t->starts,
	    e->start))->past);
	pool_give(&t->starts, e->start);
	e->start = 0;
}

/* It has none. Past and origin are held. */
static void
set_start(struct tallies *t, struct entry *e, const struct counted *c)
{
	e->start = pool_take(&t->starts);
	e->origin = c->origin;
	*(struct start *)pool_at(&t->starts, e->start) = (struct start){
	    c->ms, c->value, c->past };
}

/* What another stands for, which may be a gap; held. */
static struct counted
hold_start(struct tallies *t, const struct entry *from)
{
	const struct counted	 c = start_of(t, from);

	if (c.origin == 0)
		return (struct counted){ .origin = 0 };
	(void)origin_hold(t->pasts, c.origin);
	(void)past_hold(t->pasts, c.past);
	return c;
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

			if (e->origin == 0 || !dead(arg, e->origin))
				continue;
			end_start(t, e);
			y->gaps = true;
		}
	while (y->oldest != 0) {
		const uint32_t	 origin = entry(t, y->oldest)->origin;

		if (origin != 0 && !dead(arg, origin))
			break;
		remove_entry(t, y->oldest);
	}
	if (y->n == 0)
		y->unordered = y->gaps = false;
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
	const struct tally	*y = at(t, number);
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
		oldest = entry(t, oldest)->newer;
	start = start_of(t, entry(t, oldest));
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
	struct tally	*y = at(t, number);

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
	for (uint32_t i = y->newest; i != 0; i = entry(t, i)->older) {
		struct entry	*e = entry(t, i);
		struct counted	 start = { .origin = 0 };

		if (e->origin == 0 && e->older != 0)
			start = hold_start(t, entry(t, e->older));
		if (start.origin != 0)
			set_start(t, e, &start);
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
	last = entry(t, y->newest)->origin;
	return last == 0 || origin_at(t->pasts, origin)->first_s <
	    origin_at(t->pasts, last)->first_s;
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
	const uint64_t	 value = way->distinct ? c->value : 0;
	const uint64_t	 h = value == 0 ? 0 : hash(t, number, value);
	struct counted	 start = { .origin = 0 };
	struct entry	*e;
	uint32_t	 one;

	/* What begins nothing stands for what the newest does. */
	if (c->origin == 0 && !way->strict && y->newest != 0)
		start = hold_start(t, entry(t, y->newest));
	y->unordered |= steps_back(t, y, c->origin);
	make_room(t, number, way, value == 0 ? 0 :
	    find_hash(t, number, value, h));
	one = pool_take(&t->entries);
	e = entry(t, one);
	*e = (struct entry){ .ms = c->ms, .value = value, .past = c->past,
	    .origin = c->origin, .tally = number };
	if (start.origin != 0)
		set_start(t, e, &start);
	link_newest(t, y, one);
	if (value != 0)
		shards_add(t->values, h, one);
	if (y->gaps && !way->strict)
		fill_gaps(t, y);
}

static struct counted
as_it_stands(const struct entry *e)
{
	return (struct counted){ .ms = e->ms, .value = e->value,
	    .past = e->past, .origin = e->origin };
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
		if (entry(t, i)->origin == 0)
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
	struct counted		 start;

	if (e->tally == 0)
		return false;
	*r = (struct tally_record){ .ms = e->ms, .value = e->value,
	    .past = e->past, .origin = e->origin, .tally = e->tally,
	    .newer = e->newer };
	if (e->origin == 0)
		return true;
	start = start_of(t, e);
	r->start_ms = start.ms;
	r->start_value = start.value;
	r->start_past = start.past;
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
	struct entry	*e;

	pool_restore(&t->entries, number);
	e = entry(t, number);
	*e = (struct entry){ .ms = r->ms, .value = r->value,
	    .past = past_hold(t->pasts, r->past), .tally = r->tally,
	    .newer = r->newer };
	if (r->origin == 0)
		return;
	(void)origin_hold(t->pasts, r->origin);
	if (r->start_ms == r->ms && r->start_value == r->value &&
	    r->start_past == r->past)
		e->origin = r->origin;
	else
		set_start(t, e, &(struct counted){ r->start_ms,
		    r->start_value, past_hold(t->pasts, r->start_past),
		    r->origin });
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
	at(t, e->tally)->gaps |= e->origin == 0;
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
		if (e->value != 0)
			shards_add(t->values, hash(t, number, e->value), i);
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
