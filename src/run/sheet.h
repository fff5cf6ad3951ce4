/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet.h - a stretch of what is printed: records on one side, what became of
 * them on the other.
 *
 * A sheet is filled with parts in the order in which they are to appear:
 * records, damage, and words about a trail. formatter_run() makes output of
 * the records and remarks of the rest, each with the place in the output where
 * it belongs. So records may be formatted on any thread, and all that is said
 * is said at the right moment by the one who writes (printout.c).
 */
#ifndef RUN_SHEET_H
#define RUN_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "bsm/frame.h"
#include "bsm/names.h"
#include "print/columns.h"
#include "print/text.h"

/* What is remembered of a trail while it is printed. */
struct sheet_trail {
	char		*name;		/* as it was given */
	char		*label;		/* for messages: escaped */
	uint64_t	 records, offset;	/* put on sheets so far */
	bool		 ended;
	/* The rest belongs to whoever writes, in the order of the sheets. */
	uint64_t	 gaps, skipped, partly;
	uint64_t	 gap_at, gap_n;	/* a gap that goes on */
};

struct sheet_trail	*sheet_trail_new(const char *name, const char *label);
void			 sheet_trail_free(struct sheet_trail *); /* or NULL */

enum part_kind {
	PART_RUN,		/* intact records, one behind the other */
	PART_FRAME,		/* what frame_next() gave */
	PART_OUTPUT,		/* bytes that go out as they are */
	PART_WORDS,		/* a line for standard error */
	PART_END		/* of a trail: sum up what was wrong */
};

struct part {
	enum part_kind		 kind;
	struct frame_record	 frame;		/* of all: its bytes */
	struct sheet_trail	*trail;
	uint64_t		 number;	/* of its first record */
};

enum remark_kind { REMARK_RECOVERED, REMARK_PARTIAL, REMARK_GAP, REMARK_WORDS,
	REMARK_END };

struct remark {
	enum remark_kind	 kind;
	size_t			 at;		/* bytes of output before it */
	const struct part	*part;
	uint64_t		 offset;	/* in the trail */
	uint64_t		 number;	/* of the record */
	int			 status;	/* why it is partial: BSM_E* */
};

struct sheet {
	struct part		*parts;
	size_t			 nparts, parts_cap;
	struct buf		 bytes;		/* what parts point to */
	size_t			 size;		/* that bytes may take */
	size_t			 used;		/* of that, with what is lent */

	struct buf		 out;
	struct remark		*remarks;
	size_t			 nremarks, remarks_cap;
	bool			 bsd;		/* any of FreeBSD or macOS */

	uint64_t		 taken, records; /* of all, up to here */
};

void	 sheet_init(struct sheet *, size_t size);	/* bytes */
void	 sheet_fini(struct sheet *);
void	 sheet_clear(struct sheet *);	/* memory beyond the usual is freed */

/* How many bytes of parts there is room for; an empty one takes any number. */
size_t	 sheet_room(const struct sheet *);

/*
 * Append a part; its bytes are copied, unless LENT, when they must stay until
 * the sheet was written. The caller has looked for room.
 */
void	 sheet_put(struct sheet *, const struct part *, bool lent);

/* What makes output of records: one for each thread. */
struct formatter_options {
	const struct text_style	*style;		/* of text and columns */
	bool			 json;		/* lines of JSON instead */
	const char		*columns;	/* a table of these; or NULL */
	enum columns_as		 columns_as;
	const struct names	*names;
	const struct accounts	*accounts;
};

struct formatter;

/* All is borrowed. NULL and *BAD as columns_new() has them. */
struct formatter	*formatter_new(const struct formatter_options *,
			    struct slice *bad);
void			 formatter_free(struct formatter *); /* or NULL */

/* What stands before the first record, and behind the last. */
void			 formatter_begin(const struct formatter *,
			    struct buf *);
void			 formatter_end(const struct formatter *, struct buf *);

/* Fill the other side of a sheet. */
void			 formatter_run(struct formatter *, struct sheet *);

#endif
