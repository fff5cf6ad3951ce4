/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * key.h - what of a record makes the key of a rule.
 *
 * All of these speak of the record being read.
 */
#ifndef ENGINE_KEY_H
#define ENGINE_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "rule/program.h"

struct engine;

/* The id that is the subject of the rule; 0 when the record has none. */
uint32_t	 key_subject(const struct engine *, const struct rule *);

/* Process or session. */
uint32_t	 key_scope(const struct engine *, const struct rule *);

/* The hash of the rule and its key, of the old life. */
uint64_t	 key_classic(struct engine *, uint32_t rule);

/*
 * The hash of the rule and all of the key, of the new life. False when the
 * record lacks a part of it. For a rule with `by` the record must have been
 * told to ask_record().
 */
bool		 key_life(struct engine *, uint32_t rule, uint64_t *id);

/* The same, made once for all rules with alike keys in one moment. */
bool		 key_now(struct engine *, uint32_t rule, uint64_t *id);

/* The key alone, whatever rule it is of, of those that have keys like it. */
bool		 key_alone(struct engine *, uint32_t rule, uint64_t *key);

/*
 * The same of a record whose turn is to come; and when it has, what was made
 * then, for key_now() and key_alone(). Not for rules with `by` or zones.
 */
bool		 key_ahead(struct engine *, uint32_t rule, uint64_t *key);
void		 key_told(struct engine *, uint32_t rule, uint64_t key);

/*
 * Which rules, of those whose bits stand with that of this one, may have
 * anything for the key that it and all alike make of the record; into their
 * memo.
 */
void		 key_look(struct engine *, uint32_t rule);

/*
 * Find out which rules these are, and salt all keys; before any other of these,
 * and again when engine.seed has changed.
 */
void		 key_prepare(struct engine *);

#endif
