/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain.h - how far each key of a rule came, and what kept it from more.
 *
 * Records are fed as to the engine, which this has one of. At the end there is
 * a text for people: a section for each key, those that came farthest first. Or
 * each step is told in a line of JSON as it happens, for programs.
 */
#ifndef RUN_EXPLAIN_H
#define RUN_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "bsm/names.h"
#include "bsm/record.h"
#include "rule/program.h"
#include "rule/tree.h"

#define EXPLAIN_KEYS	20u	/* shown, unless all are wanted */

/* All must outlive what is made of it. */
struct explain_options {
	const struct program	*program;
	const struct item	*item;		/* the rule in the tree of the
						 * same load */
	const struct names	*names;
	const struct accounts	*accounts;
	uint32_t		 rule;
	bool			 all;		/* leave nothing out */
	bool			 has_subject;	/* records of this one only */
	uint32_t		 subject;	/* id, of the rule's type */
	/* JSON is wanted: takes each line, with its newline. Else NULL. */
	void			(*line)(void *arg, struct slice);
	void			*arg;
};

struct explain;

/* The sequence that became the rule of this number. */
const struct item *explain_item(const struct tree *, uint32_t rule);

struct explain	*explain_new(const struct explain_options *);
void		 explain_free(struct explain *);	/* NULL is allowed */

/* A new source of records; HOST, or NULL, is copied. */
uint32_t	 explain_source(struct explain *, const char *host);

/* A record, of a trail that is called so. It needs record_head() alone. */
void		 explain_feed(struct explain *, uint32_t source,
		    const char *trail, struct record *);

/* Time passes in a source, although no record comes. */
void		 explain_pass(struct explain *, uint32_t source,
		    int64_t millis);

/* After the last record: append what is to be said, of JSON nothing. */
void		 explain_tell(struct explain *, struct buf *);

#endif
