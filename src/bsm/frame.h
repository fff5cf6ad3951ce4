/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame.h - cut a byte stream into whole BSM records.
 *
 * A frame is strong when header size and trailer agree, weak when it is a
 * Solaris record without a trailer whose tokens fit. After damage the next
 * frame is searched for: what was given up is returned as a gap, what was
 * found by searching is marked as recovered, since its place was inside bytes
 * that somebody else may have written. Intact frames are never looked into.
 *
 * The records and gaps that come out do not depend on how the stream was cut
 * into pieces.
 */
#ifndef BSM_FRAME_H
#define BSM_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "bsm/token.h"

struct frame;

#define FRAME_RECORD_MAX (1u << 20)	/* bytes; a larger claim is damage */
#define FRAME_GAP_MAX	 (1u << 20)	/* bytes of one gap piece */
#define FRAME_REPAIR_MAX (1u << 16)	/* how far a trailer is searched that
					 * tells the size a header has lost */

enum frame_quality {
	FRAME_STRONG,		/* header and trailer agree */
	FRAME_WEAK,		/* no trailer, but the tokens fit */
	FRAME_RECOVERED		/* found or repaired after damage */
};

/* Why bytes were given up. */
enum frame_reason {
	FRAME_NOT_A_RECORD,	/* no header where one was expected */
	FRAME_BAD_SIZE,		/* a header with an impossible size */
	FRAME_BAD_HEADER,	/* unknown version or address type */
	FRAME_BAD_TRAILER,	/* size and trailer do not agree */
	FRAME_TRUNCATED,	/* the stream ends inside a record */
	FRAME_ZEROS		/* nothing but zero bytes */
};

enum frame_kind { FRAME_RECORD, FRAME_FILE, FRAME_GAP };

/*
 * What frame_next() found. A gap of more than FRAME_GAP_MAX bytes comes in
 * pieces, all but the last with `more` set.
 */
struct frame_record {
	enum frame_kind		 kind;
	struct slice		 bytes;		/* of a gap: what is lost */
	uint64_t		 offset;	/* in the stream */
	enum frame_quality	 quality;
	enum frame_reason	 reason;	/* of a gap or recovered */
	bool			 more;		/* the gap goes on */
};

struct frame	*frame_new(void);		/* free with frame_free() */
void		 frame_free(struct frame *);	/* NULL is allowed */

/*
 * Lend the next piece of the stream, of any size. Records are cut out of it in
 * place; only one that is split between pieces is copied. The bytes must stay
 * until frame_next() has returned 0. Returns 0, or BSM_EBUSY with nothing taken
 * while the piece before is not used up.
 */
int		 frame_feed(struct frame *, const void *, size_t n);

/* The stream is at its end: what is left is a record, or a gap. */
void		 frame_end(struct frame *);

/*
 * A live stream is quiet: decide on damage with what there is, instead of
 * waiting for more to look at. Does nothing while there is none.
 */
void		 frame_quiet(struct frame *);

/*
 * Take what comes next. Returns 1 and fills *OUT; 0 when more bytes are
 * needed, or after frame_end() when all is done. OUT's bytes are borrowed until
 * the next call on this frame; those that lie in the lent piece stay with it.
 */
int		 frame_next(struct frame *, struct frame_record *out);

/*
 * For whoever goes through many records faster than one by one: the bytes that
 * stand next in the lent piece, where records begin at a boundary and nothing
 * is damaged; none when frame_next() has to be asked. Take whole records from
 * their front, as long as frame_intact() says so, and tell how many bytes.
 */
struct slice	 frame_ahead(const struct frame *);
void		 frame_took(struct frame *, size_t n);
/* Where in the stream they stand. */
uint64_t	 frame_offset(const struct frame *);
/* Where those end that it was lent, taken or not. */
uint64_t	 frame_lent(const struct frame *);

/*
 * The size of the record at P when all of it is there, in LEFT bytes, and
 * header and trailer agree; else 0.
 */
static inline size_t
frame_intact(const uint8_t *p, size_t left)
{
	size_t		 size, min = HEADER_MIN + TRAILER_SIZE;
	const uint8_t	*t;

	if (left < min)
		return 0;
	if (p[0] != TOK_HEADER32) {		/* nearly always it is */
		if (!token_is_header(p[0]))
			return 0;
		min = p[0] == TOK_HEADER64_EX ? 34 : 26;
	}
	size = be32(p + 1);
	if (size < min || size > left || size > FRAME_RECORD_MAX)
		return 0;
	t = p + size - TRAILER_SIZE;		/* id, magic, 0 of the size */
	return be32(t) == (TOK_TRAILER << 24 | TRAILER_MAGIC << 8) &&
	    memcmp(t + 3, p + 1, 4) == 0 ? size : 0;
}

#define FRAME_FETCH	2048u	/* bytes to have near: some records, */
#define FRAME_LINE	64u	/* and what memory gives at once */

/*
 * Each record tells where the next begins, which keeps the processor waiting
 * unless those to come are near already: for who goes from P on.
 */
static inline void
frame_fetch(const uint8_t *p, size_t left)
{
	if (left < FRAME_FETCH + FRAME_LINE)
		return;
	__builtin_prefetch(p + FRAME_FETCH);
	__builtin_prefetch(p + FRAME_FETCH + FRAME_LINE);
}

/* "no record header": for messages. */
const char	*frame_strreason(enum frame_reason);

#endif
