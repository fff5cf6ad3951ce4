/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state.c - all that an engine remembers, as rows, and an engine made of them.
 *
 * The table of sections, in the order in which they are told and made: each
 * leans only on those above it. What is in them, state_NAME.c knows.
 *
 * Of `struct engine` no section tells
 *  - what is made from the program, names and options alone: index, plans,
 *    patterns, shapes, fates, first_state, wants_*, absences with
 *    least_absent;
 *  - what is counted anew from what is there: waiting, keys' salts, host_hash
 *    and key of a source;
 *  - what is of the record being read, and notes under its ordinal that the
 *    next one, which is higher, makes stale: completed, alerted_at, asked and
 *    answered, key_memos with live_turn, candidates, mets, held...;
 *  - begun of a source: to what is new its next record is the first;
 *  - turns, here: between two calls nobody waits, and all times that were read
 *    have been told to the clocks;
 *  - who listens: trace, profile, on_unknown, whose events are told again.
 */
#include "engine/state.h"

#include <stdlib.h>

#include "engine/age.h"
#include "engine/section.h"

static const struct section *const	sections[] = {
	&section_head, &section_clocks, &section_kept, &section_steps,
	&section_seqs, &section_origins, &section_pasts, &section_tallies,
	&section_groups, &section_cooldowns, &section_news, &section_images,
	&section_procs, &section_paths, &section_uids
};
#define SECTIONS (sizeof(sections) / sizeof(sections[0]))

struct state_loading {
	struct resuming	 r;
	size_t		 at;		/* sections that are over */
	uint32_t	 page;		/* the last one of this section, */
	bool		 begun;		/* if there was one */
	bool		 failed;
};

bool
engine_save(const struct engine *e, row_fn fn, void *arg)
{
	struct rows	 r = { .fn = fn, .arg = arg };

	for (size_t i = 0; i < SECTIONS && !r.stopped; i++) {
		rows_section(&r, sections[i]->number);
		sections[i]->save(e, &r);
	}
	return rows_end(&r);
}

struct state_loading *
state_loading_new(struct engine *e)
{
	struct state_loading	*l = xcalloc(1, sizeof(*l));

	l->r.e = e;
	return l;
}

void
state_loading_sources(struct state_loading *l)
{
	l->r.makes_sources = true;
}

void
state_loading_free(struct state_loading *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < SECTIONS; i++)
		resume_drop(&l->r, sections[i]);
	free(l->r.rules);
	buf_fini(&l->r.why);
	free(l);
}

void *
resume_scratch(struct resuming *r, enum section_number number, size_t n)
{
	if (r->scratch[number] == NULL)
		r->scratch[number] = xcalloc(1, n);
	return r->scratch[number];
}

void
resume_drop(struct resuming *r, const struct section *s)
{
	if (r->scratch[s->number] != NULL && s->drop != NULL)
		s->drop(r->scratch[s->number]);
	free(r->scratch[s->number]);
	r->scratch[s->number] = NULL;
}

bool
resume_refuse(struct resuming *r, const char *why)
{
	if (r->why.n == 0)
		buf_str(&r->why, why);
	return false;
}

uint32_t
resume_rule(const struct resuming *r, uint64_t number)
{
	return number < r->nrules ? r->rules[number] : PROGRAM_NONE;
}

/* The section at hand says no: its name stands before what is wrong. */
static bool
refuse(struct state_loading *l, const char *why)
{
	struct buf	 text = { 0 };

	l->failed = true;
	buf_printf(&text, "%s: %s", sections[l->at < SECTIONS ? l->at :
	    SECTIONS - 1]->name, l->r.why.n > 0 ? buf_cstr(&l->r.why) : why);
	buf_fini(&l->r.why);
	l->r.why = text;
	return false;
}

static bool
end_section(struct state_loading *l)
{
	const struct section	*s = sections[l->at];

	if (s->end != NULL && !s->end(&l->r))
		return refuse(l, "it is not whole");
	resume_drop(&l->r, s);
	l->at++;
	l->begun = false;
	return true;
}

bool
state_loading_row(struct state_loading *l, const struct row *row)
{
	if (l->failed)
		return false;
	while (l->at < SECTIONS && sections[l->at]->number != row->section)
		if (!end_section(l))
			return false;
	if (l->at == SECTIONS || (l->begun && row->page <= l->page))
		return refuse(l, "a row is not in its place");
	l->begun = true;
	l->page = row->page;
	return sections[l->at]->row(&l->r, row) ||
	    refuse(l, "a row is damaged");
}

bool
state_loading_end(struct state_loading *l, struct state_loaded *told)
{
	if (l->failed)
		return false;
	while (l->at < SECTIONS)
		if (!end_section(l))
			return false;
	age_fit(l->r.e);
	l->r.told.instances = seqs_count(l->r.e->seqs) +
	    (uint64_t)partials_count(l->r.e->partials);
	*told = l->r.told;
	return true;
}

const char *
state_loading_why(const struct state_loading *l)
{
	/* A NUL behind it changes nothing of it. */
	return buf_cstr((struct buf *)(uintptr_t)&l->r.why);
}
