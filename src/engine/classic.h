/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * classic.h - how a sequence in old words lives.
 *
 * One instance for each rule, subject value and key. A repeated first record is
 * ignored, so is whatever does not meet the state that is waited for.
 */
#ifndef ENGINE_CLASSIC_H
#define ENGINE_CLASSIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/atom.h"

struct engine;
struct touched;

/*
 * Add to engine.touched the instances that the record advances, if it meets
 * these. ALONE: nobody else is to be advanced by it, in no other life; then a
 * single one is advanced at once.
 */
void	 classic_touch(struct engine *, const struct entries *, bool alone);

/* Advance one of those that were added. */
void	 classic_advance(struct engine *, const struct touched *);

/* The record meets this first state, but for what the plan left open. */
void	 classic_begin(struct engine *, const struct entry *);

/* Remove an instance. */
void	 classic_end(struct engine *, uint32_t number);

bool	 classic_over_age(const struct engine *, uint32_t number);

/* Live instances of a source. */
uint64_t classic_waiting(const struct engine *, uint32_t source);

#endif
