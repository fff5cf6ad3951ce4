/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.h - records as the lines of praudit(1), or as its XML.
 *
 * Tokens that OpenBSM's praudit does not decode are decoded here too, and
 * spelled in the same way, unless the style is classic. What is printed follows
 * the token table; text.c and xml.c add only where praudit departs from it.
 */
#ifndef PRINT_TEXT_H
#define PRINT_TEXT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"
#include "bsm/names.h"

struct text_style {
	const char	*delimiter;	/* taken literally; NULL is a comma */
	bool		 one_line;	/* a line for each record, not token */
	bool		 raw;		/* ids, events, times: as numbers */
	bool		 event_names;	/* AUE_EXECVE instead of execve(2) */
	bool		 numeric_ids;	/* users and groups stay numbers */
	bool		 utc;		/* not the local time zone */
	bool		 escape;	/* for a terminal: no control bytes */
	bool		 colour;	/* for a terminal that has them */
	bool		 xml;		/* elements; no delimiter */
	bool		 classic;	/* praudit(1)'s tokens alone: others
					 * are bytes, counts are believed */
};

struct text;

/*
 * NAMES and ACCOUNTS are borrowed until text_free(), and so is the delimiter.
 * Users and groups are asked for once and remembered, in a table of fixed size.
 */
struct text	*text_new(const struct text_style *, const struct names *,
		    const struct accounts *);
void		 text_free(struct text *);		/* NULL is allowed */

/*
 * What stands before the first record and behind the last; nothing but in XML.
 */
void		 text_begin(const struct text *, struct buf *out);
void		 text_end(const struct text *, struct buf *out);

/*
 * Append a record, or a stand-alone file token, to a buffer without a limit:
 * the output is bounded by the record, about thirty bytes for each of its own.
 * Returns 0; or BSM_E* when a token at *AT, bytes into the record, could not be
 * decoded: an unknown token is shown as its bytes, and after one that does not
 * fit the rest of the record is left out.
 */
int		 text_record(struct text *, struct slice record,
		    struct buf *out, size_t *at);

#endif
