/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * columns.h - chosen fields of records as CSV or TSV.
 */
#ifndef PRINT_COLUMNS_H
#define PRINT_COLUMNS_H

#include "print/text.h"

#define COLUMNS_USUAL "time,event,auid,euid,pid,session,address,path,error"
#define COLUMNS_MAX 64		/* of one table */

/*
 * CSV is quoted as RFC 4180 says, but its lines end as they do here; a text
 * that a spreadsheet would take for a formula gets an apostrophe before it. In
 * TSV a tab, a newline or a control byte is written as \t, \n, \xHH.
 */
enum columns_as { COLUMNS_CSV, COLUMNS_TSV };

struct columns;

/*
 * LIST names columns, divided by commas: `time`, or a field of the token table,
 * alone ("auid") or behind its token ("process.auid"). Alone it is that of the
 * subject, the return token, the header, the path and so on, in this order.
 * Returns NULL when there is no such field, then with *BAD borrowed from LIST;
 * *BAD is empty when there are more than COLUMNS_MAX.
 *
 * The style tells how values are spelled; NAMES and ACCOUNTS are borrowed.
 */
struct columns	*columns_new(const char *list, enum columns_as,
		    const struct text_style *, const struct names *,
		    const struct accounts *, struct slice *bad);
void		 columns_free(struct columns *);	/* NULL is allowed */

/* Append the line of names. */
void		 columns_head(const struct columns *, struct buf *out);

/*
 * Append a line for the record. Where several tokens have the field its values
 * stand one behind the other, with a semicolon between. Returns 0; or BSM_E*
 * when a token at *AT could not be decoded: it counts as absent.
 */
int		 columns_record(struct columns *, struct slice record,
		    struct buf *out, size_t *at);

#endif
