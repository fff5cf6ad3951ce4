/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * news.h - what `new` says: was this value never seen with this key before?
 *
 * Each state has a memory of its own, each source its own values, unless the
 * rule goes across hosts.
 */
#ifndef ENGINE_NEWS_H
#define ENGINE_NEWS_H

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

#endif
