/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turn.h - the first look at a record, which most records do not get beyond.
 *
 * It is in here since feed.c takes it at once, and lookahead.c where records
 * are not to be sifted. The rest is in feed.h.
 */
#ifndef ENGINE_TURN_H
#define ENGINE_TURN_H

#include "engine/inside.h"

/* The slot, where it can be told without telling anybody. */
static inline uint32_t
turn_slot(const struct engine *e, const struct record *r)
{
	return e->slots[r->version][r->event];
}

/*
 * A turn that comes behind those that wait, with nothing known of its record
 * but the slot, and whether it `ends` anything.
 */
static inline void
turn_init(struct turn *t, const struct turns *ts)
{
	t->plan = NULL;
	t->keyed = PROGRAM_NONE;
	t->tasks = TASK_RUN;
	t->want = WANT_UNKNOWN;
	t->ready = t->has_path = t->has_inode = t->has_kind = false;
	t->has_class = t->has_found = false;
	t->lessons = ts->nlessons;
}

/*
 * Event and outcome: may anybody want the record? Its turn has a slot by then,
 * which may become another one.
 */
static inline enum want
turn_read(struct engine *e, struct turn *t)
{
	struct record	*r = t->record;
	uint32_t	 slot = t->slot;

	if (slot == INDEX_UNSEEN)
		return WANT_UNKNOWN;
	if (slot == INDEX_NOBODY && !engine_looks_at_all(e))
		return WANT_NOBODY;
	course_index(&e->turns->courses, r);
	if (r->at[REC_HEADER] != 0) {	/* a header within: it counts */
		t->slot = slot = turn_slot(e, r);
		if (slot == INDEX_UNSEEN)
			return WANT_UNKNOWN;
	}
	e->stats.partial += r->error != 0;
	if (slot != INDEX_NOBODY && slot_takes(&(*e->asks)[slot], r))
		return WANT_RULES;
	return engine_looks_at_all(e) || e->sees_all ? WANT_OTHERS :
	    WANT_NOBODY;
}

/* Path and inode of a record that is indexed, if it is. */
static inline void
turn_make_ready(const struct engine *e, struct turn *t)
{
	t->ready = true;
	if (!t->record->indexed)	/* nobody wants to know */
		return;
	t->has_path = record_path_whole(t->record, &t->path);
	if (e->paths != NULL)
		t->has_inode = engine_inode(e, t->record, &t->inode);
}

/* Go on from there, up to where the path counts. */
static inline void
turn_open(const struct engine *e, struct turn *t, enum want want)
{
	t->want = (uint8_t)want;
	if (want == WANT_NOBODY)
		t->tasks = 0;
	else if (want != WANT_UNKNOWN && ((*e->asks)[t->slot].object ||
	    engine_looks_at_all(e)))
		turn_make_ready(e, t);
}

#endif
