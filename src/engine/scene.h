/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scene.h - what a record does to a key of one rule, step by step.
 *
 * life.c says what comes in which order; count.c does the same for states that
 * count records. What they share is here.
 */
#ifndef ENGINE_SCENE_H
#define ENGINE_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/inside.h"

/* From where a record goes on. No origin: from nowhere. */
struct base {
	uint32_t	 origin, past;
	int64_t		 ms;		/* of its last record */
	uint32_t	 values;	/* what BOUND borrows from */
	struct value	 bound[VARIABLES_MAX];
};

/* The root of the key, 0 when nothing lives. */
uint32_t scene_root(const struct scene *);

/*
 * Put the partial matches that may fit this state into engine.candidates: those
 * that wait for it, or that count for it. The oldest combination comes first.
 */
void	 scene_collect(const struct scene *, uint32_t state, bool counts);

/*
 * Is the candidate still there, not over age, and do its variables fit? Then
 * *BASE is what goes on; it lives as long as the candidate does.
 */
bool	 scene_goes_on(const struct scene *, uint32_t number, uint32_t state,
	    bool counts, struct base *);

/* Let the base outlive the candidate. */
void	 scene_hold(struct engine *, const struct base *);
void	 scene_drop(struct engine *, const struct base *);

/*
 * What the state binds, into BOUND: the N-th way to bind it, from 0; there are
 * several with `bind any`. False when there are no more, or the record lacks a
 * field. What the values borrow stays until the next call, of texts until the
 * next record.
 */
bool	 scene_bind(const struct scene *, uint32_t state, size_t n,
	    struct value bound[VARIABLES_MAX]);

/* Does the record bind the same in this state as these values? */
bool	 scene_binds_same(const struct scene *, uint32_t state,
	    const struct value bound[VARIABLES_MAX]);

/*
 * The sequence is complete: it will be told, and uses up the partial matches
 * that agree with it. Origin and past are taken.
 */
void	 scene_alert(const struct scene *, const struct value *bound,
	    uint32_t origin, uint32_t past);

/* A state was met, but it is not told by an alert. START: of the newest. */
void	 scene_met(const struct scene *, uint32_t state, uint64_t start);
void	 scene_first_met(const struct scene *);

/* Has the rule raised an alert by this record? Then it begins nothing. */
bool	 scene_alerted(const struct scene *);

/* May the record begin a sequence: by that, by its zone and its subject? */
bool	 scene_may_begin(const struct scene *);

/* The record meets a state that counts. */
void	 count_record(const struct scene *, uint32_t state);

/*
 * Ahead of that: the tally that it will probably look at in this group, or 0,
 * whose content is brought into the cache; call partial_ahead() before, and
 * tally_ahead_more() behind it.
 */
uint32_t count_ahead(const struct engine *, uint32_t group);

#endif
