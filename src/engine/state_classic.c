/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state_classic.c - sequences in old words, and the records behind them.
 *
 * Steps come first. Then each instance takes the chain that is its own: a step
 * is in one chain, and no step is in none. Instances of rules that are gone
 * are made like all others, since their neighbours speak of them, and removed
 * when all are there. Numbers that no instance has are told before them, in the
 * order in which they will be used: old instances are swept away by number.
 */
#include <stdlib.h>

#include "engine/section.h"

/* Items, with the number before them. There may be many: no cursor. */
#define STEP_BYTES	20u
#define SEQ_BYTES	70u

static void
put16(uint8_t *p, uint64_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint64_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static void
put64(uint8_t *p, uint64_t v)
{
	put32(p, v >> 32);
	put32(p + 4, v);
}

/* Do these bytes belong on this page, as an item of this length? */
static bool
is_page(const struct row *row, uint32_t size)
{
	return row->bytes.n % size == 0 && row->bytes.n / size <= ROWS_ITEMS;
}

/* Steps. */

static void
save_steps(const struct engine *e, struct rows *r)
{
	for (uint32_t i = 1; i < steps_size(e->steps); i++) {
		const struct step	*s;
		uint8_t			 item[STEP_BYTES - 4];

		if (!steps_in_use(e->steps, i))
			continue;
		s = steps_at(e->steps, i);
		put64(item, s->offset);
		put32(item + 8, s->before);
		put16(item + 12, s->source);
		put16(item + 14, (uint64_t)s->quality << 14 | s->length);
		buf_put(rows_item(r, i), item, sizeof(item));
	}
}

static bool
row_of_steps(struct resuming *r, const struct row *row)
{
	if (!is_page(row, STEP_BYTES))
		return resume_refuse(r, "a page is not whole");
	for (size_t at = 0; at < row->bytes.n; at += STEP_BYTES) {
		const uint8_t		*p = row->bytes.p + at;
		const uint32_t		 number = be32(p);
		const struct step	 s = { .offset = be64(p + 4),
		    .before = be32(p + 12), .source = be16(p + 16),
		    .quality = (unsigned)be16(p + 18) >> 14 & 3u,
		    .length = be16(p + 18) & 0x3fffu };

		if (s.source >= r->e->nsources || s.quality > FRAME_RECOVERED)
			return resume_refuse(r, "a record from nowhere");
		if (number / ROWS_ITEMS != row->page ||
		    !steps_restore(r->e->steps, number, &s))
			return resume_refuse(r, "one that cannot be there");
	}
	return true;
}

static bool
end_steps(struct resuming *r)
{
	steps_restored(r->e->steps);
	return true;
}

const struct section	section_steps = { SECTION_STEPS, "steps", save_steps,
    row_of_steps, end_steps, NULL };

/* Instances. */

#define UNUSED_IN	1024u		/* numbers on a page of those */
#define SEQS		(1u << 20)	/* pages from here are of instances */

struct making {
	uint32_t	*unused;	/* numbers */
	size_t		 nunused, unused_cap;
	uint8_t		*taken;		/* a bit for each step */
	uint32_t	*gone;		/* instances of rules that are */
	size_t		 ngone, cap;
};

static void
save_unused(const struct seqs *s, struct rows *r)
{
	const uint32_t	 n = seqs_size(s) - seqs_count(s);
	uint32_t	*numbers = xreallocarray(NULL, n + (size_t)1,
	    sizeof(*numbers));

	seqs_unused(s, numbers);
	for (uint32_t i = 0; i < n; i++)
		buf_u32(rows_page(r, i / UNUSED_IN), numbers[i]);
	free(numbers);
}

static void
save_seqs(const struct engine *e, struct rows *r)
{
	save_unused(e->seqs, r);
	for (uint32_t n = 0; n < seqs_size(e->seqs); n++) {
		const struct instance	*i;
		uint8_t			 item[SEQ_BYTES];

		if (!seqs_in_use(e->seqs, n))
			continue;
		i = seqs_at(e->seqs, n);
		put32(item, n);
		put64(item + 4, i->id);
		put64(item + 12, (uint64_t)i->first_s);
		put64(item + 20, i->first_at);
		put64(item + 28, i->start);
		put64(item + 36, seqs_hash(e->seqs, n));
		put32(item + 44, i->rule);
		put32(item + 48, i->steps);
		put32(item + 52, i->count);
		put32(item + 56, i->epoch);
		put32(item + 60, i->older);
		put16(item + 64, i->state);
		put16(item + 66, (uint64_t)i->first_ms << 2 | i->quality);
		put16(item + 68, i->source);
		buf_put(rows_page(r, SEQS + n / ROWS_ITEMS), item,
		    sizeof(item));
	}
}

static struct making *
making(struct resuming *r)
{
	struct making	*m = resume_scratch(r, SECTION_SEQS, sizeof(*m));

	if (m->taken == NULL)
		m->taken = xcalloc(steps_size(r->e->steps) / 8 + 1, 1);
	return m;
}

/* Take a chain of steps. NULL, or what is wrong with it. */
static const char *
take_steps(struct resuming *r, struct making *m, uint32_t head)
{
	const struct steps	*s = r->e->steps;
	uint32_t		 n = 0;

	for (uint32_t i = head; i != 0; i = steps_at(s, i)->before) {
		if (!steps_in_use(s, i))
			return "a step that is not there";
		if ((m->taken[i / 8] >> i % 8 & 1) != 0)
			return "a step of two";
		m->taken[i / 8] |= (uint8_t)(1u << i % 8);
		n++;
	}
	if (head != 0 && n != steps_at(s, head)->length)
		return "steps are missing";
	return NULL;
}

/* What is wrong with an instance of this rule, or NULL. */
static const char *
wrong_with(const struct resuming *r, const struct instance *i,
    uint32_t rule, uint64_t state)
{
	const struct engine	*e = r->e;
	const struct rule	*now;

	if (i->source >= e->nsources || i->quality > FRAME_RECOVERED ||
	    i->first_ms > 999)
		return "a record from nowhere";
	if (i->epoch > e->sources[i->source].watch.seconds.now)
		return "one from the future";
	if (state >= SEQ_STATES_MAX)
		return "a state that there is not";
	if (rule == PROGRAM_NONE)
		return NULL;
	now = &e->program->rules[rule];
	if (now->new_life)
		return "one of the second edition";
	if (state >= now->nstates ||
	    i->count >= now->states[state].multiplier)
		return "a state that there is not";
	return state == 0 && i->count == 0 ? "one that never began" : NULL;
}

/* Numbers that do not fit into the struct are wrong for another reason. */
static const char *
take_seq(struct resuming *r, struct making *m, const uint8_t *p)
{
	const uint32_t		 number = be32(p);
	const uint32_t		 rule = resume_rule(r, be32(p + 44));
	const struct instance	 i = {
		.id = be64(p + 4), .first_s = (int64_t)be64(p + 12),
		.first_at = be64(p + 20),
		.start = be64(p + 28) & ((UINT64_C(1) << 40) - 1),
		.rule = rule == PROGRAM_NONE ? 0 : rule & (SEQ_RULES_MAX - 1),
		.steps = be32(p + 48) & (STEPS_MAX - 1),
		.count = be32(p + 52) & INT32_MAX,
		.epoch = be32(p + 56) & INT32_MAX, .older = be32(p + 60),
		.state = be16(p + 64) & (SEQ_STATES_MAX - 1),
		.first_ms = (unsigned)be16(p + 66) >> 2 & 0x3ffu,
		.quality = be16(p + 66) & 3u, .source = be16(p + 68)
	};
	const char		*why = wrong_with(r, &i, rule, be16(p + 64));

	if (why == NULL && i.steps != be32(p + 48))
		why = "a step that is not there";
	if (why == NULL && (i.count != be32(p + 52) ||
	    i.epoch != be32(p + 56) || i.start != be64(p + 28) ||
	    be32(p + 44) >= r->nrules))
		why = "a number that cannot be";
	if (why == NULL)
		why = take_steps(r, m, i.steps);
	if (why != NULL)
		return why;
	seqs_restore(r->e->seqs, number, &i, be64(p + 36));
	if (rule != PROGRAM_NONE) {
		r->e->waiting[r->e->first_state[rule] + i.state]++;
		return NULL;
	}
	m->gone = mem_grow(m->gone, &m->cap, m->ngone + 1, sizeof(*m->gone));
	m->gone[m->ngone++] = number;
	return NULL;
}

static bool
row_of_unused(struct resuming *r, struct making *m, const struct row *row)
{
	struct cursor	 c = { .in = row->bytes };

	if (row->bytes.n % 4 != 0 || row->bytes.n / 4 > UNUSED_IN ||
	    m->nunused != (size_t)row->page * UNUSED_IN)
		return resume_refuse(r, "a page is not whole");
	while (cursor_left(&c) > 0) {
		m->unused = mem_grow(m->unused, &m->unused_cap,
		    m->nunused + 1, sizeof(*m->unused));
		m->unused[m->nunused++] = (uint32_t)cursor_uint(&c, 4);
	}
	return true;
}

/* Those below it are in use or not, and so many of these there are. */
static bool
may_be_next(const struct resuming *r, const struct making *m,
    const struct row *row, uint32_t number)
{
	const struct seqs	*s = r->e->seqs;

	return number / ROWS_ITEMS == row->page - SEQS &&
	    number >= seqs_size(s) &&
	    number <= seqs_count(s) + (uint64_t)m->nunused;
}

static bool
row_of_seqs(struct resuming *r, const struct row *row)
{
	struct making	*m = making(r);

	if (row->page < SEQS)
		return row_of_unused(r, m, row);
	if (!is_page(row, SEQ_BYTES))
		return resume_refuse(r, "a page is not whole");
	for (size_t at = 0; at < row->bytes.n; at += SEQ_BYTES) {
		const uint8_t	*p = row->bytes.p + at;
		const char	*why = may_be_next(r, m, row, be32(p)) ?
		    take_seq(r, m, p) : "one that cannot be there";

		if (why != NULL)
			return resume_refuse(r, why);
	}
	return true;
}

static bool
end_seqs(struct resuming *r)
{
	struct engine	*e = r->e;
	struct making	*m = making(r);
	const char	*why = seqs_restored(e->seqs, m->unused, m->nunused);

	for (uint32_t i = 1; why == NULL && i < steps_size(e->steps); i++)
		if (steps_in_use(e->steps, i) &&
		    (m->taken[i / 8] >> i % 8 & 1) == 0)
			why = "a step of nobody";
	if (why != NULL)
		return resume_refuse(r, why);
	for (size_t i = 0; i < m->ngone; i++) {
		steps_release(e->steps, seqs_at(e->seqs, m->gone[i])->steps);
		seqs_remove(e->seqs, m->gone[i]);
	}
	r->told.dropped += m->ngone;
	return true;
}

static void
drop_seqs(void *scratch)
{
	struct making	*m = scratch;

	free(m->unused);
	free(m->taken);
	free(m->gone);
}

const struct section	section_seqs = { SECTION_SEQS, "sequences", save_seqs,
    row_of_seqs, end_seqs, drop_seqs };
