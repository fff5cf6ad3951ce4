/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * raise.h - what the engine tells of a rule: matches, triggers, alerts.
 */
#ifndef ENGINE_RAISE_H
#define ENGINE_RAISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/alert.h"
#include "engine/past.h"
#include "engine/value.h"
#include "rule/program.h"

struct engine;

/* A sequence that the record being read completes. */
struct complete {
	uint32_t		 rule;
	const struct origin	*origin;
	uint64_t		 hash;		/* of its record's bytes */
	uint64_t		 records;	/* how many took part */
	size_t			 nsteps;	/* in engine.alert_steps */
	uint64_t		 key;		/* hash of rule and key */
	const struct value	*bound;		/* by variable, or NULL */
};

/* Does anybody want to know that a record met this state? */
bool	 raise_hears(const struct engine *, const struct state *);

/* The record being read met a state. */
void	 raise_matched(struct engine *);

/* The state's trigger, if it has one; ALERT of a last state, else NULL. */
void	 raise_trigger(struct engine *, const struct rule *,
	    const struct state *, const struct alert *);

/*
 * The alert and the trigger of the last state, unless `cooldown` holds both
 * back. Returns whether it was told.
 */
bool	 raise_alert(struct engine *, const struct complete *);

#endif
