/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state_groups.c - partial matches by group, with all that hangs on them.
 *
 * A group has its partial matches, its values and its records in its own item,
 * so that one which is touched changes one page, and those of its neighbours
 * among the equally far. Deadlines follow from the time of the last record, and
 * what a number leads to must fit the rule as it is now.
 */
#include <stdlib.h>

#include "engine/keep.h"
#include "engine/regroup.h"
#include "engine/retally.h"
#include "engine/section.h"

enum { KIND_HEAD, KIND_FREE, KIND_FREE_PARTIAL, KIND_ITEM };

/* Bits of a group. */
enum {
	GROUP_FOLDED = 1, GROUP_BOUND = 2, GROUP_BARE = 4, GROUP_ALL = 8,
	GROUP_QUALITY = 4,	/* shift */
	GROUP_ALONE = 64,	/* bound, and the root of its key */
	GROUP_WAITS = 128	/* folded, for an absence */
};

/* Bits of a partial match. */
enum { PART_COUNTS = 1, PART_IN_TALLY = 2, PART_WAITS = 4 };

#define MARKED		(UINT32_C(1) << 31)	/* of a number in the queue */

/* Telling. */

static void
put(struct buf *b, unsigned width, uint64_t v)
{
	uint8_t	*p = buf_room(b, width);

	for (unsigned i = width; i-- > 0; v >>= 8)
		p[i] = (uint8_t)v;
	b->n += width;
}

static void
save_head(const struct engine *e, struct rows *rows)
{
	const struct partials	*s = e->partials;
	struct buf		*b = rows_page(rows, stock_page(KIND_HEAD, 0));
	bool			 marked;

	buf_u8(b, e->pasts.want_hashes);
	buf_u32(b, regroup_groups(s)->n);
	buf_u32(b, regroup_partials(s)->n);
	for (uint32_t i = 0; i < regroup_queued(s); i++) {
		const uint32_t	 number = regroup_queue(s, i, &marked);

		buf_u32(b, number | (marked ? MARKED : 0));
	}
}

static void
save_value(struct buf *b, uint8_t variable, const struct value *v)
{
	buf_u8(b, variable);
	buf_u8(b, (uint8_t)v->kind);
	if (v->kind == VALUE_NUMBER) {
		buf_u64(b, v->number);
		return;
	}
	buf_u8(b, v->cut);
	buf_u64(b, v->bytes.n);
	if (v->cut)
		buf_u64(b, v->number);
	else
		buf_slice(b, v->bytes);
}

static void
save_bound(const struct engine *e, struct buf *b, uint32_t group)
{
	struct value	 values[VARIABLES_MAX];
	unsigned	 n = 0;

	if (group_root(e->partials, group) != group) {
		buf_u32(b, group_root(e->partials, group));
		buf_u32(b, group_newer(e->partials, group));
	}
	bound_values(&e->bounds, group_bound(e->partials, group), values);
	for (uint8_t i = 0; i < VARIABLES_MAX; i++)
		n += values[i].kind != VALUE_NOTHING;
	buf_u8(b, (uint8_t)n);
	for (uint8_t i = 0; i < VARIABLES_MAX; i++)
		if (values[i].kind != VALUE_NOTHING)
			save_value(b, i, &values[i]);
}

static void
save_wait(struct buf *b, const struct watch *w, uint32_t deadline)
{
	const struct deadline	*d = deadlines_at(&w->absences, deadline);

	buf_u64(b, d->kept_at);
	buf_u64(b, d->nth);
}

static void
save_folded(const struct engine *e, struct buf *b, uint32_t group)
{
	const struct group	*g = group_at(e->partials, group);

	put(b, 1, g->f_low);
	put(b, 1, g->top);
	put(b, 5, g->f_start);
	put(b, 6, g->f_offset);
	put(b, 2, g->f_source);
	put(b, 6, g->f_millis);
	put(b, 4, g->f_epoch);
	if (g->folded == FOLDED_COUNT)
		put(b, 8, g->f_value);
	else if (g->folded == FOLDED_ABSENCE)
		save_wait(b, engine_watch(e, g->f_all, g->f_source),
		    g->f_deadline);
	else
		put(b, 4, g->f_late);
	if (e->pasts.want_hashes)
		put(b, 8, group_hash(e->partials, group));
}

static void
save_records(const struct engine *e, struct buf *b, uint32_t group)
{
	const struct group	*g = group_at(e->partials, group);
	struct fold_record	 one;

	for (uint32_t i = g->top > 1 ? g->first : 0; i != 0;) {
		i = regroup_record(e->partials, i, &one);
		put(b, 6, one.offset);
		put(b, 2, one.source);
		put(b, 8, (uint64_t)one.since_ms);
		put(b, 1, one.quality);
	}
}

static void
save_partial(const struct engine *e, struct buf *b, uint32_t number)
{
	const struct partial	*p = partial_at(e->partials, number);
	const struct origin	*o = origin_at(&e->pasts, p->origin);

	buf_u32(b, number);
	buf_u16(b, p->state);
	buf_u8(b, (uint8_t)((p->counts ? PART_COUNTS : 0) |
	    (p->in_tally ? PART_IN_TALLY : 0) |
	    (p->deadline != 0 ? PART_WAITS : 0)));
	buf_u64(b, p->made);
	buf_u64(b, (uint64_t)p->last_ms);
	buf_u32(b, p->origin);
	buf_u32(b, p->counts || p->in_tally ? p->tally : p->past);
	buf_u32(b, p->epoch);
	if (p->deadline != 0)
		save_wait(b, engine_watch(e, o->all, o->source), p->deadline);
}

static void
save_open(const struct engine *e, struct buf *b, uint32_t group)
{
	const uint32_t	 first = group_at(e->partials, group)->first;
	uint16_t	 n = 0;

	for (uint32_t i = first; i != 0; i = partial_at(e->partials, i)->next)
		n++;
	buf_u16(b, n);
	for (uint32_t i = first; i != 0; i = partial_at(e->partials, i)->next)
		save_partial(e, b, i);
}

static unsigned
bits_of_folded(const struct group *g)
{
	return GROUP_FOLDED | (unsigned)g->f_quality << GROUP_QUALITY |
	    (g->f_bare ? GROUP_BARE : 0u) | (g->f_all ? GROUP_ALL : 0u) |
	    (g->folded == FOLDED_ABSENCE ? GROUP_WAITS : 0u);
}

static void
save_group(const struct engine *e, struct rows *rows, uint32_t number)
{
	const struct partials	*s = e->partials;
	const struct group	*g = group_at(s, number);
	const bool		 bound = group_bound(s, number) != 0;
	const bool		 root = group_root(s, number) == number;
	struct buf		*b = stock_item(rows, KIND_ITEM, number);

	buf_u8(b, (uint8_t)((g->folded ? bits_of_folded(g) : 0) |
	    (bound ? GROUP_BOUND : 0) | (bound && root ? GROUP_ALONE : 0)));
	buf_u32(b, g->rule);
	buf_u32(b, group_holds(s, number) ? g->newer : 0);
	if (root)
		buf_u64(b, g->id);
	if (g->folded)
		save_folded(e, b, number);
	if (bound)
		save_bound(e, b, number);
	if (g->folded)
		save_records(e, b, number);
	else
		save_open(e, b, number);
}

static void
save(const struct engine *e, struct rows *rows)
{
	const struct partials	*s = e->partials;

	save_head(e, rows);
	stock_save(rows, KIND_FREE, regroup_groups(s));
	stock_save(rows, KIND_FREE_PARTIAL, regroup_partials(s));
	for (uint32_t i = 1; i < partials_size(s); i++)
		if (group_in_use(s, i))
			save_group(e, rows, i);
}

/* Making. */

/* What of a group waits for an absence. */
struct waiting {
	uint32_t	 group;
	uint16_t	 state;
	uint64_t	 kept_at, nth;
};

struct making {
	struct regroup	 g;
	bool		 begun;
	bool		 hashes;
	uint32_t	 groups, partials;	/* numbers there were */
	uint32_t	*queue;
	size_t		 nqueue;
	struct waiting	*waiting;
	size_t		 nwaiting, waiting_cap;
	/* By state: the last group that had one, and the tally of a count. */
	uint32_t	 waits[RULE_STATES_MAX], counts[RULE_STATES_MAX];
	uint32_t	 tally[RULE_STATES_MAX];
};

/* An item being read. */
struct item {
	struct resuming		*r;
	struct making		*m;
	struct cursor		 c;
	uint32_t		 number;
	uint64_t		 bits;
	const struct rule	*rule;		/* NULL: it is gone */
};

static uint64_t
hash_of(const void *arg, const struct value values[VARIABLES_MAX])
{
	return keep_hash(arg, values);
}

static struct making *
making(struct resuming *r)
{
	struct making	*m = resume_scratch(r, SECTION_GROUPS, sizeof(*m));

	m->g.s = r->e->partials;
	m->g.hash = hash_of;
	m->g.arg = r->e;
	return m;
}

static void
drop(void *scratch)
{
	struct making	*m = scratch;

	regroup_fini(&m->g);
	free(m->queue);
	free(m->waiting);
}

static bool
row_of_head(struct making *m, struct cursor *c)
{
	const uint64_t	 hashes = cursor_uint(c, 1);

	m->begun = true;
	m->hashes = hashes != 0;
	m->groups = (uint32_t)cursor_uint(c, 4);
	m->partials = (uint32_t)cursor_uint(c, 4);
	free(m->queue);
	m->queue = xreallocarray(NULL, cursor_left(c) / 4 + 1,
	    sizeof(*m->queue));
	while (cursor_left(c) >= 4)
		m->queue[m->nqueue++] = (uint32_t)cursor_uint(c, 4);
	return hashes <= 1 && c->err == 0 && cursor_left(c) == 0;
}

/* Values that nobody can have are found by their kind. */
static bool
value_of(struct cursor *c, struct value values[VARIABLES_MAX])
{
	const uint64_t	 variable = cursor_uint(c, 1);
	struct value	 v = { .kind = VALUE_NOTHING };
	const uint64_t	 kind = cursor_uint(c, 1);
	uint64_t	 cut, n;

	if (variable >= VARIABLES_MAX ||
	    values[variable].kind != VALUE_NOTHING)
		return false;
	if (kind == VALUE_NUMBER) {
		v = (struct value){ .kind = VALUE_NUMBER,
		    .number = cursor_uint(c, 8) };
	} else {
		cut = cursor_uint(c, 1);
		n = cursor_uint(c, 8);
		if (cut > 1 || n > SIZE_MAX ||
		    (cut == 1) != (n > VALUE_TEXT_MAX) ||
		    (kind != VALUE_TEXT && (kind != VALUE_ADDRESS ||
		    n != 16)))
			return false;
		v.kind = (enum value_kind)kind;
		v.cut = cut == 1;
		v.bytes.n = (size_t)n;
		if (v.cut)
			v.number = cursor_uint(c, 8);
		else
			v.bytes = cursor_take(c, (size_t)n);
	}
	values[variable] = v;
	return c->err == 0;
}

static bool
bound_of(struct item *it)
{
	struct value	 values[VARIABLES_MAX] = { { .kind = VALUE_NOTHING } };
	const bool	 alone = (it->bits & GROUP_ALONE) != 0;
	const uint32_t	 root = alone ? 0 : (uint32_t)cursor_uint(&it->c, 4);
	const uint32_t	 newer = alone ? 0 : (uint32_t)cursor_uint(&it->c, 4);

	if (!alone && root == 0)
		return resume_refuse(it->r,
		    "values of a key that is not there");
	for (uint64_t n = cursor_uint(&it->c, 1); n > 0; n--)
		if (!value_of(&it->c, values))
			return resume_refuse(it->r, "a value that cannot be");
	return it->rule == NULL || regroup_bound(&it->m->g, root, newer,
	    values) || resume_refuse(it->r, "values that do not fit");
}

/* It is read whatever becomes of it; false: it cannot be. */
static bool
wait_of(struct item *it, uint32_t state)
{
	struct making	*m = it->m;
	struct waiting	 w = { .group = it->number, .state = (uint16_t)state,
	    .kept_at = cursor_uint(&it->c, 8) };

	w.nth = cursor_uint(&it->c, 8);
	if (it->rule == NULL)
		return true;
	m->waiting = mem_grow(m->waiting, &m->waiting_cap, m->nwaiting + 1,
	    sizeof(*m->waiting));
	m->waiting[m->nwaiting++] = w;
	return w.nth < it->r->e->nabsences;
}

/* Folded. */

static bool
folded_fits(const struct item *it, const struct group *g)
{
	const struct rule	*r = it->rule;

	if (!fold_may_be(g) || g->f_source >= it->r->e->nsources)
		return false;
	if (r == NULL)
		return true;
	if (r->any_order || g->top >= r->nstates ||
	    (g->f_all != 0) != r->across_hosts ||
	    (g->top == 0 && !keep_counts(&r->states[0])))
		return false;
	for (unsigned i = g->f_low; i <= g->top; i++)
		if ((r->states[i].absent_ms >= 0) !=
		    (i == g->top && g->folded == FOLDED_ABSENCE))
			return false;
	return true;
}

static bool
folded_of(struct item *it, struct group *g, uint64_t *hash)
{
	struct cursor	*c = &it->c;
	const uint64_t	 low = cursor_uint(c, 1);
	bool		 good = low <= FOLD_STATES;

	g->f_low = low & FOLD_STATES;
	g->folded = (it->bits & GROUP_WAITS) != 0 ? FOLDED_ABSENCE :
	    g->f_low == 0 ? FOLDED_COUNT : FOLDED_CHAIN;
	g->top = cursor_uint(c, 1) & GROUP_TOP_MAX;
	g->f_start = cursor_uint(c, 5) & 0xffffffffffu;
	g->f_offset = cursor_uint(c, 6) & 0xffffffffffffu;
	g->f_source = cursor_uint(c, 2) & 0xffff;
	g->f_millis = cursor_uint(c, 6) & ((UINT64_C(1) << 43) - 1);
	g->f_epoch = (uint32_t)cursor_uint(c, 4) & (uint32_t)INT32_MAX;
	if (g->folded == FOLDED_COUNT)
		g->f_value = cursor_uint(c, 8);
	else if (g->folded == FOLDED_ABSENCE)
		good &= wait_of(it, g->top);
	else
		g->f_late = (uint32_t)cursor_uint(c, 4);
	g->f_quality = it->bits >> GROUP_QUALITY & 3u;
	g->f_bare = (it->bits & GROUP_BARE) != 0;
	g->f_all = (it->bits & GROUP_ALL) != 0;
	*hash = it->m->hashes ? cursor_uint(c, 8) : 0;
	return good && folded_fits(it, g);
}

static bool
records_of(struct item *it, unsigned top)
{
	uint32_t	 after = 0;

	for (unsigned i = 1; i < top; i++) {
		struct fold_record	 one = { .offset = cursor_uint(&it->c,
		    6) };

		one.source = (uint16_t)cursor_uint(&it->c, 2);
		one.since_ms = (int64_t)cursor_uint(&it->c, 8);
		one.quality = (uint8_t)cursor_uint(&it->c, 1);
		if (it->c.err != 0)
			return resume_refuse(it->r, "it is cut off");
		if (one.source >= it->r->e->nsources ||
		    one.quality > FRAME_RECOVERED ||
		    !regroup_add_record(&it->m->g, &after, &one))
			return resume_refuse(it->r, "a record that cannot be");
	}
	return true;
}

/* Open. */

/* Is it one of a kind in its group, and of a state that may have it? */
static bool
state_fits(const struct item *it, const struct partial *p, bool waits)
{
	const struct rule	*r = it->rule;
	uint32_t		*of = p->counts ? it->m->counts : it->m->waits;
	const struct state	*s;

	if (p->state >= r->nstates || of[p->state] == it->number)
		return false;
	of[p->state] = it->number;
	s = &r->states[p->state];
	if (p->counts)
		return !p->in_tally && !waits && s->absent_ms < 0 &&
		    (r->any_order || keep_counts(s));
	return !r->any_order && p->state > 0 &&
	    (s->absent_ms >= 0) == waits;
}

/* The clock that everything a tally starts must be on. */
struct clock_of {
	const struct pasts	*pasts;
	bool			 all, fits;
};

static void
on_start(void *arg, const struct counted *c)
{
	struct clock_of	*clock = arg;

	clock->fits &= c->origin == 0 || (origin_at(clock->pasts,
	    c->origin)->all != 0) == clock->all;
}

/* May this rule count in there? Later on nobody doubts what that starts. */
static bool
take_tally(const struct item *it, const struct partial *p)
{
	const struct engine	*e = it->r->e;
	struct clock_of		 clock = { &e->pasts, it->rule->across_hosts,
	    true };

	if (!retally_own(e->tallies, p->tally) ||
	    tally_count(e->tallies, p->tally) >
	    it->rule->states[p->state].multiplier)
		return false;
	tally_walk(e->tallies, p->tally, on_start, &clock);
	return clock.fits;
}

/* What it leads to is there, of this rule, and from now on held. */
static bool
take(const struct item *it, const struct partial *p)
{
	struct engine	*e = it->r->e;

	if (!origin_is(&e->pasts, p->origin) ||
	    (origin_at(&e->pasts, p->origin)->all != 0) !=
	    it->rule->across_hosts)
		return false;
	if (p->counts) {
		it->m->tally[p->state] = p->tally;
		if (!take_tally(it, p))
			return false;
	} else if (!p->in_tally) {
		if (p->past != 0 && !past_is(&e->pasts, p->past))
			return false;
		(void)past_hold(&e->pasts, p->past);
	}
	(void)origin_hold(&e->pasts, p->origin);
	return true;
}

static bool
partial_of(struct item *it)
{
	struct cursor		*c = &it->c;
	const uint32_t		 number = (uint32_t)cursor_uint(c, 4);
	struct partial		 p = { .state = cursor_uint(c, 2) &
	    UINT16_MAX };
	const uint64_t		 bits = cursor_uint(c, 1);
	bool			 good = true;

	p.counts = (bits & PART_COUNTS) != 0;
	p.in_tally = (bits & PART_IN_TALLY) != 0;
	p.made = cursor_uint(c, 8) & PARTIAL_MADE;
	p.last_ms = (int64_t)cursor_uint(c, 8);
	p.origin = (uint32_t)cursor_uint(c, 4);
	p.past = (uint32_t)cursor_uint(c, 4);
	p.epoch = (uint32_t)cursor_uint(c, 4);
	if ((bits & PART_WAITS) != 0)
		good = wait_of(it, p.state);
	if (c->err != 0)
		return resume_refuse(it->r, "it is cut off");
	if (!good || (it->rule != NULL && (!state_fits(it, &p,
	    (bits & PART_WAITS) != 0) || !take(it, &p))))
		return resume_refuse(it->r, "a partial match that cannot be");
	regroup_partial(&it->m->g, &p, number);
	return true;
}

/* What has come out of a tally leads to that of the state before. */
static bool
tallies_fit(const struct item *it, size_t first)
{
	const struct regroup	*g = &it->m->g;

	for (size_t i = first; it->rule != NULL && i < g->n; i++) {
		const struct partial	*p = &g->v[i].p;

		if (p->in_tally && (it->m->counts[p->state - 1] != it->number ||
		    it->m->tally[p->state - 1] != p->tally))
			return resume_refuse(it->r,
			    "what came out of another tally");
	}
	return true;
}

static bool
open_of(struct item *it)
{
	const size_t	 first = it->m->g.n;

	for (uint64_t n = cursor_uint(&it->c, 2); n > 0; n--)
		if (!partial_of(it))
			return false;
	return tallies_fit(it, first);
}

/* What is in the group itself; false when it cannot be. */
static bool
head_of_group(struct item *it, struct group *g, uint64_t *hash)
{
	struct cursor	*c = &it->c;
	const uint32_t	 rule = resume_rule(it->r, cursor_uint(c, 4));

	it->rule = NULL;
	g->rule = REGROUP_GONE;
	if (rule < REGROUP_GONE) {
		it->rule = &it->r->e->program->rules[rule];
		g->rule = rule & GROUP_RULES_MAX;
	}
	g->newer = (uint32_t)cursor_uint(c, 4);
	if ((it->bits & GROUP_BOUND) == 0 || (it->bits & GROUP_ALONE) != 0)
		g->id = cursor_uint(c, 8);
	if (it->rule != NULL && !it->rule->new_life)
		return false;
	return ((it->bits & GROUP_FOLDED) == 0 || folded_of(it, g, hash)) &&
	    c->err == 0;
}

static bool
group_of(struct item *it)
{
	struct group	 g = { .id = 0 };
	uint64_t	 hash = 0;

	it->bits = cursor_uint(&it->c, 1);
	if (!head_of_group(it, &g, &hash) ||
	    !regroup_add(&it->m->g, it->number, &g, hash))
		return resume_refuse(it->r, "a group that cannot be");
	if ((it->bits & GROUP_BOUND) != 0 && !bound_of(it))
		return false;
	return g.folded ? records_of(it, (unsigned)g.top) : open_of(it);
}

static bool
row_of_groups(struct resuming *r, const struct row *row)
{
	struct making	*m = making(r);
	struct item	 it = { .r = r, .m = m, .c = { .in = row->bytes } };

	if (row->page == KIND_HEAD)
		return row_of_head(m, &it.c);
	if (!m->begun)
		return false;
	if (stock_kind(row) == KIND_FREE)
		return stock_row(&m->g.groups, row);
	if (stock_kind(row) == KIND_FREE_PARTIAL)
		return stock_row(&m->g.all, row);
	while (stock_kind(row) == KIND_ITEM && cursor_left(&it.c) > 0) {
		if (!stock_next(&m->g.groups, row, &it.c, &it.number))
			return resume_refuse(r, "a number that cannot be");
		if (!group_of(&it))
			return false;
	}
	return it.c.err == 0 && cursor_left(&it.c) == 0;
}

/* All are there. */

/* It runs from the record before, as keep.c had it. */
static void
wait_again(struct engine *e, const struct waiting *w)
{
	const struct group	*g = group_at(e->partials, w->group);
	const struct rule	*r = &e->program->rules[g->rule];
	const int64_t		 wait = r->states[w->state].absent_ms;
	uint32_t		 source = g->f_source;
	struct deadline		 d = { .start = g->f_start, .rule = g->rule,
	    .group = w->group, .state = w->state, .kept_at = w->kept_at,
	    .nth = w->nth & DEADLINE_NTH };

	if (g->folded) {
		d.end = group_last_ms(e->partials, w->group);
	} else {
		const struct partial	*p = partial_at(e->partials,
		    partial_find(e->partials, w->group, w->state, false));
		const struct origin	*o = origin_at(&e->pasts, p->origin);

		d.end = p->last_ms;
		d.start = o->start;
		source = o->source;
	}
	d.end = d.end > INT64_MAX - wait ? INT64_MAX : d.end + wait;
	group_waits_at(e->partials, w->group, w->state,
	    deadlines_add(&keep_watch(e, r, source)->absences, &d));
}

static int
by_nth(const void *va, const void *vb)
{
	const struct waiting	*a = va, *b = vb;

	return a->nth < b->nth ? -1 : a->nth > b->nth;
}

/* In their order, most of them stand in lists again. */
static void
all_wait_again(struct engine *e, struct making *m)
{
	if (m->nwaiting > 1)
		qsort(m->waiting, m->nwaiting, sizeof(*m->waiting), by_nth);
	for (size_t i = 0; i < m->nwaiting; i++)
		wait_again(e, &m->waiting[i]);
}

static bool
end(struct resuming *r)
{
	struct making	*m = making(r);
	struct engine	*e = r->e;
	const char	*why = regroup_end(&m->g);

	if (why != NULL)
		return resume_refuse(r, why);
	if (m->begun && (partials_size(e->partials) != m->groups ||
	    regroup_partials(e->partials)->n != m->partials))
		return false;
	if (e->life_sweep_at >= partials_size(e->partials))
		return false;
	for (size_t i = 0; i < m->nqueue; i++)
		if (!regroup_put_queue(e->partials, m->queue[i] & ~MARKED,
		    (m->queue[i] & MARKED) != 0))
			return resume_refuse(r, "a group that is not there");
	all_wait_again(e, m);
	r->told.dropped += m->g.gone;
	retally_let_go(e->tallies);
	pasts_let_go(&e->pasts);
	return true;
}

const struct section	section_groups = { SECTION_GROUPS, "groups",
	save, row_of_groups, end, drop };
