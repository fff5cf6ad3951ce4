/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * merge.c - many trails, one order: a merge by the time of records.
 *
 * Every open trail stands with the record that comes next in one of two heaps,
 * by the unit in which that record counts its fraction: within a heap times
 * compare in full, between the heaps only seconds do. That keeps the order well
 * defined, which one heap with both units would not.
 *
 * Trails not opened yet wait in a third heap, by the second before which they
 * hold nothing, and are opened when the merge has come so far. When there is no
 * room for one, another that has given nothing yet and whose time has not come
 * is closed again and waits from the time of its first record; if there is
 * none, the open trails are merged into a spool, which then takes part in
 * their place. Since each item carries the number of its trail, the order does
 * not depend on whether that happened.
 */
#include "select/merge.h"

#include <stdlib.h>

#include "base/mem.h"
#include "bsm/cursor.h"
#include "bsm/record.h"
#include "select/strand.h"

typedef bool	(*before_fn)(const struct strand *, const struct strand *);

struct heap {
	struct strand	**v;
	size_t		 n, cap;
	before_fn	 before;
};

/* The open trails, each with an item at hand. */
struct heads {
	struct heap	 of[MERGE_UNITS];
};

struct merge {
	const struct merge_spools	*spools;
	unsigned	 room, used;
	uint32_t	 ninputs;
	struct heap	 waiting;
	struct heads	 heads;
	struct heap	*lent;		/* the item of its top is given out */
	struct slice	 ahead;		/* what merge_ahead() gave */
	bool		 failed;
};

/* Heaps. */

static bool
key_before(const struct strand *a, const struct strand *b)
{
	if (a->key.seconds != b->key.seconds)
		return a->key.seconds < b->key.seconds;
	if (a->key.fraction != b->key.fraction)
		return a->key.fraction < b->key.fraction;
	return a->number < b->number;
}

static bool
start_before(const struct strand *a, const struct strand *b)
{
	if (a->in.start != b->in.start)
		return a->in.start < b->in.start;
	return a->number < b->number;
}

static void
heap_push(struct heap *h, struct strand *in)
{
	size_t	 i = h->n++;

	h->v = mem_grow(h->v, &h->cap, h->n, sizeof(struct strand *));
	for (; i > 0 && h->before(in, h->v[(i - 1) / 2]); i = (i - 1) / 2)
		h->v[i] = h->v[(i - 1) / 2];
	h->v[i] = in;
}

/* Fill the hole at I with IN, which belongs there or further down. */
static void
heap_sift(struct heap *h, size_t i, struct strand *in)
{
	for (size_t kid; (kid = 2 * i + 1) < h->n; i = kid) {
		if (kid + 1 < h->n && h->before(h->v[kid + 1], h->v[kid]))
			kid++;
		if (!h->before(h->v[kid], in))
			break;
		h->v[i] = h->v[kid];
	}
	h->v[i] = in;
}

static struct strand *
heap_pop(struct heap *h)
{
	struct strand	*top = h->v[0], *last = h->v[--h->n];

	if (h->n > 0)
		heap_sift(h, 0, last);
	return top;
}

/* Make a heap of what is left after some were taken out. */
static void
heap_again(struct heap *h)
{
	for (size_t i = h->n / 2; i-- > 0;)
		heap_sift(h, i, h->v[i]);
}

static void
heads_init(struct heads *h)
{
	for (size_t u = 0; u < MERGE_UNITS; u++)
		h->of[u] = (struct heap){ .before = key_before };
}

static void
heads_push(struct heads *h, struct strand *in)
{
	heap_push(&h->of[in->key.unit], in);
}

/* The heap whose top comes next; NULL when all are empty. */
static struct heap *
heads_next(struct heads *h)
{
	struct heap	*ms = &h->of[MERGE_MILLI], *ns = &h->of[MERGE_NANO];

	if (ms->n == 0 || ns->n == 0)
		return ms->n > 0 ? ms : ns->n > 0 ? ns : NULL;
	if (ms->v[0]->key.seconds != ns->v[0]->key.seconds)
		return ms->v[0]->key.seconds < ns->v[0]->key.seconds ? ms : ns;
	return ms->v[0]->number < ns->v[0]->number ? ms : ns;
}

static void
heads_fini(struct heads *h)
{
	for (size_t u = 0; u < MERGE_UNITS; u++)
		free(h->of[u].v);
}

/* Trails. */

static void
shut(struct merge *m, struct strand *in)
{
	in->in.close(in->in.arg);
	m->used -= in->in.weight;
	frame_free(in->frame);
	in->frame = NULL;
	in->at = (struct judged_at){ 0 };
}

/* On to the next item, or out. */
static void
go_on(struct merge *m, struct heads *h, struct strand *in)
{
	if (strand_advance(in, &m->failed)) {
		heads_push(h, in);
		return;
	}
	shut(m, in);
	strand_free(in);
}

/* Room. */

/*
 * Close a trail that has given nothing and whose time has not come, the one
 * whose time comes last. It is not opened again before something was given out,
 * so this cannot go on for ever.
 */
static bool
park(struct merge *m)
{
	struct heap	*next = heads_next(&m->heads), *from = NULL;
	size_t		 at = 0;
	struct strand	*in;

	for (size_t u = 0; u < MERGE_UNITS; u++) {
		struct heap	*h = &m->heads.of[u];

		for (size_t i = 0; i < h->n; i++) {
			in = h->v[i];
			if (in->given || in->in.once || in->spool != NULL ||
			    in->head.note != MERGE_FINE ||
			    in->key.seconds <= next->v[0]->key.seconds ||
			    (from != NULL && in->key.seconds <=
			    from->v[at]->key.seconds))
				continue;
			from = h;
			at = i;
		}
	}
	if (from == NULL)
		return false;
	in = from->v[at];
	from->v[at] = from->v[--from->n];
	heap_again(from);
	shut(m, in);
	in->in.start = in->key.seconds;
	in->ended = in->timed = false;
	heap_push(&m->waiting, in);
	return true;
}

/* Move the open trails from one set to another, with the spools if ALL. */
static void
gather(struct heads *from, struct heads *to, bool all)
{
	for (size_t u = 0; u < MERGE_UNITS; u++) {
		struct heap	*h = &from->of[u];
		size_t		 kept = 0;

		for (size_t i = 0; i < h->n; i++)
			if (all || h->v[i]->spool == NULL)
				heap_push(&to->of[u], h->v[i]);
			else
				h->v[kept++] = h->v[i];
		h->n = kept;
		heap_again(h);
	}
}

/* Merge all of these into the spool. */
static bool
put_aside(struct merge *m, struct heads *h, void *spool)
{
	struct heap	*next;

	while (!m->failed && (next = heads_next(h)) != NULL) {
		struct strand	*in = heap_pop(next);

		if (!spool_put(m->spools, spool, &in->head, &in->key))
			m->failed = true;
		in->given = true;
		go_on(m, h, in);
	}
	return !m->failed && m->spools->rewind(spool);
}

/* The spool takes part from now on. */
static void
join(struct merge *m, void *spool)
{
	struct strand	*in = xcalloc(1, sizeof(*in));

	in->in = (struct merge_input){ .close = m->spools->close,
	    .arg = spool, .weight = 1 };
	in->spool = xcalloc(1, sizeof(*in->spool));
	in->spool->spools = m->spools;
	in->spool->spool = spool;
	m->used++;
	go_on(m, &m->heads, in);
}

static unsigned
weight(const struct heads *h, bool spools)
{
	unsigned	 sum = 0;

	for (size_t u = 0; u < MERGE_UNITS; u++)
		for (size_t i = 0; i < h->of[u].n; i++)
			if ((h->of[u].v[i]->spool != NULL) == spools)
				sum += h->of[u].v[i]->in.weight;
	return sum;
}

static void
drop(struct merge *m, struct heads *h)
{
	for (size_t u = 0; u < MERGE_UNITS; u++)
		while (h->of[u].n > 0) {
			struct strand	*in = h->of[u].v[--h->of[u].n];

			shut(m, in);
			strand_free(in);
		}
}

/*
 * Merge the open trails into a spool. Spools are merged again only when they
 * take up most of the room: nothing is copied often.
 */
static bool
collapse(struct merge *m)
{
	struct heads	 these;
	const unsigned	 trails = weight(&m->heads, false);
	const bool	 all = trails < weight(&m->heads, true);
	void		*spool;

	if (m->spools == NULL || m->used < 2 || (!all && trails < 2))
		return false;
	if ((spool = m->spools->begin(m->spools->arg)) == NULL) {
		m->failed = true;
		return false;
	}
	heads_init(&these);
	gather(&m->heads, &these, all);
	if (put_aside(m, &these, spool))
		join(m, spool);
	else {
		m->failed = true;
		m->spools->close(spool);
		drop(m, &these);
	}
	heads_fini(&these);
	return !m->failed;
}

/* Open the trail that waits first; a spool if there is no room otherwise. */
static void
open_next(struct merge *m)
{
	struct strand	*in = heap_pop(&m->waiting);

	while (m->used > 0 && in->in.weight + m->used > m->room &&
	    (park(m) || collapse(m)))
		continue;
	in->frame = frame_new();
	in->key = (struct merge_key){ in->in.start, 0, MERGE_MILLI };
	m->used += in->in.weight;
	go_on(m, &m->heads, in);
}

/* The interface. */

struct merge *
merge_new(unsigned room, const struct merge_spools *spools)
{
	struct merge	*m = xcalloc(1, sizeof(*m));

	m->spools = spools;
	m->room = spools == NULL ? UINT32_MAX : room;
	m->waiting.before = start_before;
	heads_init(&m->heads);
	return m;
}

void
merge_free(struct merge *m)
{
	if (m == NULL)
		return;
	drop(m, &m->heads);
	while (m->waiting.n > 0)
		strand_free(m->waiting.v[--m->waiting.n]);
	heads_fini(&m->heads);
	free(m->waiting.v);
	free(m);
}

uint32_t
merge_add(struct merge *m, const struct merge_input *input)
{
	struct strand	*in = xcalloc(1, sizeof(*in));

	in->in = *input;
	in->number = m->ninputs;
	heap_push(&m->waiting, in);
	return m->ninputs++;
}

/* Has the time of a trail that waits come? */
static bool
due(struct merge *m)
{
	const struct heap	*next;

	if (m->waiting.n == 0)
		return false;
	next = heads_next(&m->heads);
	return next == NULL ||
	    m->waiting.v[0]->in.start <= next->v[0]->key.seconds;
}

/* The trail at the top goes on: in its place, in the other heap, or out. */
static void
go_on_top(struct merge *m, struct heap *h)
{
	struct strand	*in = h->v[0];
	const bool	 more = strand_advance(in, &m->failed);

	if (more && h == &m->heads.of[in->key.unit]) {
		heap_sift(h, 0, in);
		return;
	}
	(void)heap_pop(h);		/* it is `in` */
	if (more) {
		heads_push(&m->heads, in);
		return;
	}
	shut(m, in);
	strand_free(in);
}

/* The second from which on another trail may come next. */
static int64_t
others_from(const struct merge *m)
{
	const struct heap	*waiting = &m->waiting;
	int64_t			 from = INT64_MAX;

	if (waiting->n > 0)
		from = waiting->v[0]->in.start;
	for (size_t u = 0; u < MERGE_UNITS; u++) {
		const struct heap	*h = &m->heads.of[u];

		/* Beside the top of its heap its kids are the smallest. */
		for (size_t i = h == m->lent; i < h->n && i < 3; i++)
			if (h->v[i]->key.seconds < from)
				from = h->v[i]->key.seconds;
	}
	return from;
}

/* The item that comes next, at the top of its heap; NULL when there is none. */
static struct strand *
next_strand(struct merge *m)
{
	struct heap	*next;

	if (m->lent != NULL)
		go_on_top(m, m->lent);
	m->lent = NULL;
	while (!m->failed && due(m))
		open_next(m);
	if (m->failed || (next = heads_next(&m->heads)) == NULL)
		return NULL;
	m->lent = next;
	next->v[0]->given = true;
	return next->v[0];
}

int
merge_next(struct merge *m, struct merge_record *out)
{
	struct strand	*in;

	while ((in = next_strand(m)) != NULL) {
		if (in->plain)
			strand_run(in, others_from(m));
		if (in->head.note != MERGE_FINE ||
		    !judged_passes(&in->head.frame, &in->head.judged))
			break;
	}
	if (in != NULL)
		*out = in->head;
	return in != NULL ? 1 : m->failed ? -1 : 0;
}

static bool
seconds_of(const uint8_t *p, size_t n, int64_t *seconds)
{
	const struct frame_record	 f = { .bytes = { p, n } };
	struct record			 r;

	if (p[0] == TOK_HEADER32) {		/* nearly always */
		*seconds = be32(p + 10);
		return true;
	}
	if (record_head(&r, &f) != 0)
		return false;
	*seconds = r.seconds;
	return true;
}

/* As strand_run(), of what nobody has judged. */
struct slice
merge_ahead(struct merge *m)
{
	const struct strand	*in = m->lent == NULL ? NULL : m->lent->v[0];
	const uint8_t		*p;
	int64_t			 until, last, s;
	size_t			 left, n;

	m->ahead = (struct slice){ NULL, 0 };
	if (in == NULL || in->spool != NULL || !in->timed)
		return m->ahead;
	m->ahead = frame_ahead(in->frame);
	until = others_from(m);
	last = in->key.seconds;
	p = m->ahead.p;
	for (left = m->ahead.n; (n = frame_intact(p, left)) > 0 &&
	    seconds_of(p, n, &s) && s < until && (s >= last || in->noted);
	    left -= n) {
		last = s;
		p += n;
	}
	m->ahead.n -= left;
	return m->ahead;
}

void
merge_took(struct merge *m, size_t n)
{
	const uint8_t	*p = m->ahead.p;
	struct strand	*in;
	size_t		 one = 0;

	if (n == 0)
		return;
	in = m->lent->v[0];
	for (size_t at = 0; at < n; at += one) {
		p = m->ahead.p + at;
		one = be32(p + 1);
	}
	strand_took(in, (struct slice){ p, one });
	frame_took(in->frame, n);
	m->ahead = (struct slice){ NULL, 0 };
}
