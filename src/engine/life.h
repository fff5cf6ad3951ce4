/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * life.h - how a sequence of the second edition lives.
 *
 * For each key and each combination of bound values every state but the last
 * keeps at most one partial match: of the newest records that meet the states
 * up to it. One record does, in this order: time passes, `except`, `cancel`,
 * the states from last to first, `strict`.
 */
#ifndef ENGINE_LIFE_H
#define ENGINE_LIFE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/index.h"

struct engine;
struct met;

/* The record meets these N entries of one rule, but for what they ask more. */
void	 life_feed(struct engine *, const struct entry *, size_t n);

/* What `strict` ends, when all that the record can do is done. */
void	 life_strict(struct engine *);

/* Tell one of the states that were met. */
void	 life_tell(struct engine *, const struct met *);

/* Sequences of a source that are not over age. */
uint64_t life_waiting(const struct engine *, uint32_t source);

#endif
