/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fold.c - a group of partial matches in little room.
 *
 * A group is folded only when it can be opened again exactly as it was, but for
 * the numbers of what it holds: so whoever uses the store never knows. Anything
 * out of the ordinary is left as it is, large numbers too.
 */
#include "engine/fold.h"

#define LATER_MAX	((1u << 24) - 1)	/* numbers of records */
#define SINCE_MAX	((INT64_C(1) << 37) - 1) /* ms: four years */
#define START_MAX	((UINT64_C(1) << 40) - 1)
#define OFFSET_MAX	((UINT64_C(1) << 48) - 1)
#define MILLIS_MAX	((INT64_C(1) << 43) - 1) /* until the year 2248 */

/* A record after the first. */
struct later {
	uint64_t	 offset : 48;
	uint64_t	 source : 16;
	uint64_t	 since : 38;	/* ms after the first, signed */
	uint64_t	 before : 24;
	uint64_t	 quality : 2;
};

_Static_assert(sizeof(struct group) == 56, "a million of them are many");
_Static_assert(sizeof(struct later) == 16, "and of these");

void
folds_init(struct folds *f, struct pasts *pasts, struct tallies *tallies)
{
	pool_init(&f->later, sizeof(struct later));
	f->pasts = pasts;
	f->tallies = tallies;
}

void
folds_fini(struct folds *f)
{
	pool_fini(&f->later);
}

static struct later *
at(const struct folds *f, uint32_t number)
{
	return pool_at(&f->later, number);
}

static int64_t
signed_since(const struct later *l)
{
	const int64_t	 v = (int64_t)l->since;

	return v > SINCE_MAX ? v - 2 * (SINCE_MAX + 1) : v;
}

/* May it be folded? */

static bool
origin_fits(const struct origin *o, int64_t *ms)
{
	if (o->first_s < 0 || o->first_s > MILLIS_MAX / 1000 - 1)
		return false;
	*ms = o->first_s * 1000 + o->first_ms;
	return o->state == 1 && o->start <= START_MAX &&
	    o->offset <= OFFSET_MAX;
}

/* Is this the chain of all partial matches, with a record for each state? */
static bool
chain_fits(const struct folds *f, struct partial *const by_state[],
    unsigned low, unsigned top)
{
	uint32_t	 past = by_state[top]->past;

	for (unsigned i = top; i > 1; i--) {
		struct past	 one;

		if ((past & PAST_ORIGIN) != 0 || past == 0 ||
		    (i >= low && by_state[i]->past != past))
			return false;
		one = past_at(f->pasts, past);
		if (one.state != i || one.offset > OFFSET_MAX)
			return false;
		past = one.before;
	}
	return past == (by_state[top]->origin | PAST_ORIGIN) &&
	    (low > 1 || by_state[1]->past == past);
}

/* Has none of them a past, since nobody asks for it? */
static bool
is_bare(struct partial *const by_state[], unsigned low, unsigned top)
{
	for (unsigned i = low; i <= top; i++)
		if (by_state[i]->past != 0)
			return false;
	return true;
}

static bool
fits(const struct folds *f, struct partial *const by_state[], unsigned low,
    unsigned top)
{
	const struct partial	*last = by_state[top];
	int64_t			 ms;

	if (f->later.n > LATER_MAX - top || !origin_fits(origin_at(f->pasts,
	    last->origin), &ms) || (low == 1 && by_state[1]->last_ms != ms))
		return false;
	for (unsigned i = low; i <= top; i++) {
		const struct partial	*p = by_state[i];

		if (p->origin != last->origin || p->epoch != last->epoch ||
		    (p->deadline != 0 && (p != last || p->epoch != 0)) ||
		    p->last_ms < ms - SINCE_MAX || p->last_ms > ms + SINCE_MAX)
			return false;
	}
	return is_bare(by_state, low, top) ||
	    chain_fits(f, by_state, low, top);
}

/* Folding. */

static uint32_t
put_later(struct folds *f, const struct group *g, uint32_t past, int64_t ms)
{
	const uint32_t	 number = pool_take(&f->later);
	struct past	 one = { 0 };

	if (past != 0)
		one = past_at(f->pasts, past);
	*at(f, number) = (struct later){ .offset = one.offset & OFFSET_MAX,
	    .source = one.source, .quality = one.quality & 3u,
	    .since = (uint64_t)(ms - (int64_t)g->f_millis) &
	    (2 * (uint64_t)SINCE_MAX + 1) };
	return number;
}

/* From the last record to the second; the first lies in the group. */
static void
put_chain(struct folds *f, struct group *g, struct partial *const by_state[],
    unsigned low)
{
	uint32_t	 past = by_state[g->top]->past, after = 0;

	g->first = 0;
	for (unsigned i = g->top; i > 1; i--) {
		const uint32_t	 number = put_later(f, g, past, i < low ?
		    (int64_t)g->f_millis : by_state[i]->last_ms);

		if (after == 0)
			g->first = number;
		else
			at(f, after)->before = number & LATER_MAX;
		after = number;
		if (past != 0)
			past = past_at(f->pasts, past).before;
	}
}

static void
put_origin(struct group *g, const struct origin *o)
{
	g->f_start = o->start & START_MAX;
	g->f_offset = o->offset & OFFSET_MAX;
	g->f_source = o->source;
	g->f_millis = (uint64_t)(o->first_s * 1000 + o->first_ms) &
	    (uint64_t)MILLIS_MAX;
	g->f_quality = o->quality;
	g->f_all = o->all;
	g->f_epoch = o->epoch & (uint32_t)INT32_MAX;
}

bool
fold_put(struct folds *f, struct group *g,
    struct partial *const by_state[FOLD_STATES + 1], unsigned low,
    uint64_t *hash)
{
	const struct partial	*last = by_state[g->top];

	if (!fits(f, by_state, low, g->top))
		return false;
	*hash = origin_hash(f->pasts, last->origin);
	put_origin(g, origin_at(f->pasts, last->origin));
	g->folded = last->deadline != 0 ? FOLDED_ABSENCE : FOLDED_CHAIN;
	if (g->folded == FOLDED_ABSENCE)
		g->f_deadline = last->deadline;
	else
		g->f_late = last->epoch;
	g->f_low = low & FOLD_STATES;
	g->f_bare = last->past == 0;
	put_chain(f, g, by_state, low);
	for (unsigned i = low; i <= g->top; i++) {
		past_drop(f->pasts, by_state[i]->past);
		origin_drop(f->pasts, by_state[i]->origin);
	}
	return true;
}

/* Is it the origin of a record of this time? */
static bool
begins_at(const struct origin *o, int64_t ms)
{
	int64_t	 first;

	return origin_fits(o, &first) && first == ms;
}

bool
fold_begin(struct group *g, const struct origin *o, int64_t ms, uint32_t late,
    bool bare)
{
	if (!begins_at(o, ms))
		return false;
	*g = (struct group){ .folded = FOLDED_CHAIN, .f_low = 1, .top = 1,
	    .f_late = late, .f_bare = bare };
	put_origin(g, o);
	return true;
}

bool
fold_count(struct group *g, const struct origin *o, int64_t ms, uint64_t value,
    bool bare)
{
	if (!begins_at(o, ms))
		return false;
	*g = (struct group){ .folded = FOLDED_COUNT, .f_value = value,
	    .f_bare = bare };
	put_origin(g, o);
	return true;
}

/* Opening. */

static uint32_t
take_origin(struct folds *f, const struct group *g, uint64_t hash)
{
	const struct origin	 o = { .start = g->f_start,
	    .first_s = (int64_t)g->f_millis / 1000,
	    .first_ms = (unsigned)(g->f_millis % 1000) & 0x3ff,
	    .offset = g->f_offset, .epoch = g->f_epoch, .source = g->f_source,
	    .state = 1, .quality = g->f_quality, .all = g->f_all };

	return origin_new(f->pasts, &o, hash);
}

/* The past with this record behind it; what it was is given back. */
static uint32_t
longer(struct folds *f, uint32_t past, const struct later *l, unsigned state)
{
	const uint32_t	 more = past_again(f->pasts, past, (struct past){
	    .offset = l->offset, .source = l->source,
	    .state = (uint16_t)state, .quality = l->quality });

	past_drop(f->pasts, past);
	return more;
}

/* ORIGIN is taken. */
static void
take_count(struct folds *f, struct group *g, uint32_t origin,
    struct partial *p)
{
	const struct tally_way	 way = { .distinct = g->f_value != 0 };
	const struct counted	 one = { .ms = (int64_t)g->f_millis,
	    .value = g->f_value, .origin = origin,
	    .past = g->f_bare ? 0 : past_of(f->pasts, origin) };

	*p = (struct partial){ .made = g->f_start, .counts = true,
	    .last_ms = one.ms, .tally = tally_new(f->tallies),
	    .origin = origin_hold(f->pasts, origin) };
	tally_add(f->tallies, p->tally, &way, &one);
	g->f_value = 0;
}

/* ORIGIN is given back. */
static void
take_chain(struct folds *f, struct group *g, uint32_t origin,
    struct partial by_state[FOLD_STATES + 1])
{
	uint32_t	 past = g->f_bare ? 0 : past_of(f->pasts, origin);
	uint32_t	 later[FOLD_STATES + 1];

	for (unsigned i = g->top; i > 1; i--) {
		later[i] = g->first;
		g->first = at(f, g->first)->before;
	}
	for (unsigned i = 1; i <= g->top; i++) {
		int64_t	 ms = (int64_t)g->f_millis;

		if (i > 1) {
			ms += signed_since(at(f, later[i]));
			if (!g->f_bare)
				past = longer(f, past, at(f, later[i]), i);
			pool_give(&f->later, later[i]);
		}
		if (i >= g->f_low)
			by_state[i] = (struct partial){
			    .state = (uint16_t)i, .last_ms = ms,
			    .origin = origin_hold(f->pasts, origin),
			    .past = past_hold(f->pasts, past),
			    .epoch = group_late(g) };
	}
	if (g->folded == FOLDED_ABSENCE)
		by_state[g->top].deadline = g->f_deadline;
	past_drop(f->pasts, past);
	origin_drop(f->pasts, origin);
	g->first = 0;
}

unsigned
fold_take(struct folds *f, struct group *g, uint64_t hash,
    struct partial by_state[FOLD_STATES + 1])
{
	const uint32_t	 origin = take_origin(f, g, hash);

	if (g->folded == FOLDED_COUNT)
		take_count(f, g, origin, &by_state[0]);
	else
		take_chain(f, g, origin, by_state);
	g->folded = FOLDED_NOT;
	return g->f_low;
}

int64_t
fold_last_ms(const struct folds *f, const struct group *g)
{
	const int64_t	 ms = (int64_t)g->f_millis;

	return g->top <= 1 ? ms : ms + signed_since(at(f, g->first));
}

/* Told, and made again. */

uint32_t
fold_tell(const struct folds *f, uint32_t number, struct fold_record *r)
{
	const struct later	*l = at(f, number);

	*r = (struct fold_record){ .offset = l->offset, .source = l->source,
	    .since_ms = signed_since(l), .quality = l->quality };
	return l->before;
}

bool
fold_may_be(const struct group *g)
{
	return (g->f_low == 0) == (g->folded == FOLDED_COUNT) &&
	    (g->f_low == 0) == (g->top == 0) && g->f_low <= g->top &&
	    g->top <= FOLD_STATES && g->f_millis < (uint64_t)MILLIS_MAX;
}

uint32_t
fold_restore(struct folds *f, struct group *g, uint32_t after,
    const struct fold_record *r)
{
	uint32_t	 number;

	if (f->later.n > LATER_MAX || r->offset > OFFSET_MAX ||
	    r->since_ms > SINCE_MAX || r->since_ms < -SINCE_MAX)
		return 0;
	number = pool_take(&f->later);
	*at(f, number) = (struct later){ .offset = r->offset & OFFSET_MAX,
	    .source = r->source, .quality = r->quality & 3u,
	    .since = (uint64_t)r->since_ms & (2 * (uint64_t)SINCE_MAX + 1) };
	if (after == 0)
		g->first = number;
	else
		at(f, after)->before = number & LATER_MAX;
	return number;
}

void
fold_drop(struct folds *f, struct group *g)
{
	if (g->folded == FOLDED_COUNT)
		g->f_value = 0;
	while (g->first != 0) {
		const uint32_t	 number = g->first;

		g->first = at(f, number)->before;
		pool_give(&f->later, number);
	}
}

void
fold_ahead(const struct folds *f, const struct group *g)
{
	if (g->top > 1 && g->folded && g->first != 0)
		__builtin_prefetch(at(f, g->first));
}
