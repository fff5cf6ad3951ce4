/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * news.h - what `new` says: was this value never seen with this key before?
 *
 * Each state has a memory of its own, each source its own values, unless the
 * rule goes across hosts.
 */
#ifndef ENGINE_NEWS_H
#define ENGINE_NEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/ask.h"
#include "rule/program.h"

struct news;

enum news_answer { NEWS_OLD, NEWS_NEW, NEWS_LACKS };

/* The program must outlive it. */
struct news	*news_new(const struct program *);
void		 news_free(struct news *);		/* NULL is allowed */

/* When the first record of the source was made; what is known stays. */
void		 news_source(struct news *, uint32_t source, int64_t millis);

struct news_question {
	struct ask		*ask;		/* gives the values */
	const struct state	*state;
	uint32_t		 predicate;	/* of kind PRED_NEW, of STATE */
	uint64_t		 ordinal;	/* of the record, from 1 */
	uint32_t		 source;
	int64_t			 millis;	/* time of the record */
};

/*
 * Notes that the value was seen, once for each record. NEWS_LACKS: the record
 * has no such value or lacks a part of the key, and nothing is noted.
 */
enum news_answer news_ask(struct news *, const struct news_question *);

uint32_t	 news_count(const struct news *);
uint64_t	 news_evicted(const struct news *);

/*
 * For state_memory.c: what was seen; the places in the rules where `new` is
 * asked, each with an id that is the same as long as its rule is; and their
 * beginnings, which say when the first record of a source was made. All places
 * have number 0 until news_restore_site().
 */
struct seen;
struct seen	*news_seen(const struct news *);
size_t		 news_sites(const struct news *);
uint64_t	 news_site(const struct news *, size_t, uint32_t *beginning);
size_t		 news_beginnings(const struct news *);
/* False: there was no record of the source since then. */
bool		 news_first(const struct news *, uint32_t beginning,
		    uint32_t source, int64_t *millis);

uint32_t	 news_begin(struct news *);	/* another beginning */
void		 news_restore_site(struct news *, size_t, uint32_t beginning);
void		 news_restore_first(struct news *, uint32_t beginning,
		    uint32_t source, int64_t millis);

#endif
