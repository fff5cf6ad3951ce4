/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record.h - a record, header to trailer, as an indexed list of tokens.
 *
 * record_index() notes where the tokens that rules ask for begin, by length
 * alone; a member is decoded when it is asked for. Of each kind the last token
 * in the record counts, as bsmtrace has always had it. Nothing is allocated
 * and everything borrows from the bytes of the record.
 */
#ifndef BSM_RECORD_H
#define BSM_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "bsm/frame.h"
#include "bsm/token.h"

/* Kinds of token that the index remembers, and whatever nobody asks for. */
enum record_kind {
	REC_OTHER, REC_HEADER, REC_SUBJECT, REC_RETURN, REC_PATH, REC_ATTR,
	REC_ZONE, REC_KINDS
};

/* Which of them a token id is. */
extern const uint8_t	record_kinds[256];

enum record_id {			/* ids of the subject token */
	REC_AUID, REC_EUID, REC_EGID, REC_RUID, REC_RGID, REC_IDS
};

struct record {
	struct slice	 bytes;		/* the whole frame */
	uint64_t	 offset;	/* in its source, bytes */
	int64_t		 seconds;	/* since 1970, UTC */
	uint64_t	 fraction;	/* raw: see record_millis() */
	uint16_t	 event;
	uint8_t		 version;	/* of the header */
	uint8_t		 body;		/* where the header ends */
	uint8_t		 quality;	/* enum frame_quality */
	bool		 indexed;
	int16_t		 error;		/* 0, or why the rest is not decoded */
	uint32_t	 error_at;	/* where; from here on, once indexed */
	uint32_t	 at[REC_KINDS];	/* place of the last one; 0: none */
};

/*
 * Read only what the header says: event, time, version. The frame must be one
 * that frame_next() gave as a record. Returns 0 or BSM_E*.
 */
int		record_head(struct record *, const struct frame_record *);

/* So, for bytes that frame_intact() vouches for. */
static inline int
record_head_intact(struct record *r, struct slice bytes, uint64_t offset)
{
	const uint8_t	*p = bytes.p;

	if (p[0] != TOK_HEADER32)		/* nearly always it is */
		return record_head(r, &(struct frame_record){
		    .bytes = bytes, .offset = offset,
		    .quality = FRAME_STRONG });
	r->bytes = bytes;
	r->offset = offset;
	r->seconds = be32(p + 10);
	r->fraction = be32(p + 14);
	r->event = be16(p + 6);
	r->version = p[5];
	r->body = HEADER_MIN;
	r->quality = FRAME_STRONG;
	r->indexed = false;
	r->error = 0;
	return 0;
}

/*
 * And for those at the front of what frame_ahead() gives, at most MAX, without
 * a step through frame_next() for each. Returns how many; 0 when it has to be
 * asked what comes next. Their bytes are in the lent piece and stay with it.
 */
size_t		record_heads(struct frame *, struct record *, size_t max);

/*
 * Do the tokens of these bytes, which begin with a header, end exactly, as far
 * as can be told without the table, and is none of them another header? If so,
 * the record is indexed.
 */
bool		record_fits(struct slice, struct record *);

/* Find the tokens, once. Needed before anything below. */
void		record_index(struct record *);

/*
 * The same for the record that the last frame_next() gave, if that had to find
 * them for want of a trailer; else nothing is done.
 */
void		record_index_framed(struct record *, const struct frame *);

/*
 * Another header within takes the place of the first one when the tokens are
 * found. This undoes that, and nothing to records without one: it is again as
 * record_head() gave it.
 */
void		record_as_it_came(struct record *);

/* What the first header says of time, be the tokens found or not. */
struct record_time {
	int64_t		 seconds;
	uint64_t	 fraction;
};

struct record_time	record_time_reread(const struct record *);

static inline struct record_time
record_first_time(const struct record *r)
{
	if (r->indexed && r->at[REC_HEADER] != 0)
		return record_time_reread(r);
	return (struct record_time){ r->seconds, r->fraction };
}

/* Where the tokens end: before the trailer, if there is one. */
static inline size_t
record_end(const struct record *r)
{
	const size_t	 n = r->bytes.n;
	const uint8_t	*t = r->bytes.p + n - TRAILER_SIZE;

	if (r->quality == FRAME_STRONG || (n >= HEADER_MIN + TRAILER_SIZE &&
	    t[0] == TOK_TRAILER && be16(t + 1) == TRAILER_MAGIC &&
	    be32(t + 3) == n))
		return n - TRAILER_SIZE;
	return n;
}

/* An id of the subject; 0 when the record has no subject token. */
static inline uint32_t
record_id(const struct record *r, enum record_id id)
{
	uint32_t	 at = r->at[REC_SUBJECT];

	return at == 0 ? 0 : be32(r->bytes.p + at + 1 + 4 * (unsigned)id);
}

uint32_t	record_pid(const struct record *);

static inline uint32_t
record_session(const struct record *r)
{
	uint32_t	 at = r->at[REC_SUBJECT];

	return at == 0 ? 0 : be32(r->bytes.p + at + 25);
}

/* The terminal address, 4 or 16 bytes; empty when there is none. */
struct slice	record_address(const struct record *);

/* The host's own address in an extended header, 4 or 16 bytes; or empty. */
static inline struct slice
record_host(const struct record *r)
{
	const uint8_t	*p = r->bytes.p + r->at[REC_HEADER];

	if (p[0] != TOK_HEADER32_EX && p[0] != TOK_HEADER64_EX)
		return (struct slice){ NULL, 0 };
	return (struct slice){ p + 14, be32(p + 10) };
}

/* The error byte of the return token; 0 when there is none. */
static inline uint8_t
record_error(const struct record *r)
{
	uint32_t	 at = r->at[REC_RETURN];

	return at == 0 ? 0 : r->bytes.p[at + 1];
}

/* Its value, without sign; false when there is none. */
bool		record_return(const struct record *, uint64_t *);

/* The path up to its first NUL. False when there is no path token. */
bool		record_path(const struct record *, struct slice *);

/*
 * The same with its first NUL and what follows, for whoever stops there by
 * himself.
 */
static inline bool
record_path_whole(const struct record *r, struct slice *s)
{
	const uint8_t	*p = r->bytes.p + r->at[REC_PATH];

	if (r->at[REC_PATH] == 0)
		return false;
	*s = (struct slice){ p + 3, be16(p + 1) };
	return true;
}

bool		record_zone(const struct record *, struct slice *);

/* File system and node of the attribute token; both 0 when there is none. */
static inline void
record_inode(const struct record *r, uint64_t *fsid, uint64_t *node)
{
	const uint8_t	*p = r->bytes.p + r->at[REC_ATTR];

	*fsid = *node = 0;
	if (r->at[REC_ATTR] == 0)
		return;
	*fsid = be32(p + 13);
	*node = p[0] == TOK_ATTR ? be32(p + 17) : be64(p + 17);
}

/* Mode, owner and group of the attribute token; 0 when there is none. */
enum record_attr { REC_MODE, REC_OWNER, REC_GROUP };
uint32_t	record_attr(const struct record *, enum record_attr);

#define RECORD_SECONDS_MAX (INT64_MAX / 1000 - 1) /* as milliseconds */

/*
 * Time in milliseconds since 1970. The fraction counts milliseconds in trails
 * of the BSDs and macOS, nanoseconds in those of Solaris (header version 2).
 * Times beyond what fits are clamped.
 */
static inline int64_t
record_time_millis(uint8_t version, uint64_t seconds, uint64_t fraction)
{
	int64_t	 s = (int64_t)seconds;

	if (version >= 2 && version <= 4)
		fraction /= 1000000;
	if (fraction > 999)		/* a clock that was never right */
		fraction = 999;
	if (s > RECORD_SECONDS_MAX)
		s = RECORD_SECONDS_MAX;
	if (s < -RECORD_SECONDS_MAX)
		s = -RECORD_SECONDS_MAX;
	return s * 1000 + (int64_t)fraction;
}

static inline int64_t
record_millis(const struct record *r)
{
	return record_time_millis(r->version, (uint64_t)r->seconds,
	    r->fraction);
}

#endif
