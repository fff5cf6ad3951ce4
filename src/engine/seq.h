/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seq.h - live sequences: who is where in which rule.
 *
 * An instance is found by rule, subject value and key in one look, never by
 * walking a list, so a million cost no more than ten. Instances are numbers
 * into a pool and hold no pointers. When somebody has to go, it is the least
 * advanced, of these the one that has waited there longest.
 */
#ifndef ENGINE_SEQ_H
#define ENGINE_SEQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seqs;

#define SEQ_NONE	UINT32_MAX

struct instance {
	uint64_t	 key;		/* hash of source, zone, scope */
	uint64_t	 start;		/* ordinal of its first record */
	uint64_t	 first_hash;	/* of the bytes of that record */
	int64_t		 first_s;	/* its time */
	uint32_t	 rule;
	uint32_t	 value;		/* of the subject */
	uint32_t	 state;		/* waited for, from 0 */
	uint32_t	 count;		/* how often it was met so far */
	uint32_t	 epoch;		/* for its age */
	uint32_t	 steps;		/* chain of records */
	uint32_t	 nsteps;	/* how many took part */
	uint16_t	 source;
	uint16_t	 first_ms;	/* milliseconds of first_s */
	uint32_t	 older, newer;	/* of those equally far */
};

struct seqs	*seqs_new(void);
void		 seqs_free(struct seqs *);		/* NULL is allowed */
uint32_t	 seqs_count(const struct seqs *);

/* The instance of that rule, value and key, or SEQ_NONE. */
uint32_t	 seqs_find(const struct seqs *, uint32_t rule, uint32_t value,
		    uint64_t key);

/*
 * Ahead of a seqs_find(): bring what it looks at first into the cache, and
 * later, by what that returned, what it looks at next. The instance that it
 * will probably find, or SEQ_NONE.
 */
uint64_t	 seqs_ahead(const struct seqs *, uint32_t rule,
		    uint32_t value, uint64_t key);
uint32_t	 seqs_ahead_more(const struct seqs *, uint64_t ahead);

/* Borrowed until the next seqs_add() or seqs_remove(). */
struct instance	*seqs_at(const struct seqs *, uint32_t number);

/*
 * Add an instance, none of its rule, value and key being there. Its links are
 * set here.
 */
uint32_t	 seqs_add(struct seqs *, const struct instance *);
void		 seqs_remove(struct seqs *, uint32_t number);

/* The instance has reached another state: order it anew. */
void		 seqs_advanced(struct seqs *, uint32_t number, uint32_t before);

/* Who has to go when there is no room; SEQ_NONE when there is nobody. */
uint32_t	 seqs_victim(const struct seqs *);

/* For walks over all: numbers are below seqs_size(), not all are in use. */
uint32_t	 seqs_size(const struct seqs *);
bool		 seqs_in_use(const struct seqs *, uint32_t number);

#endif
