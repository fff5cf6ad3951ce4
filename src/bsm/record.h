/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record.h - a record, header to trailer, as an indexed list of tokens.
 *
 * record_open() notes where the tokens that rules ask for begin, by length
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

enum record_id {			/* ids of the subject token */
	REC_AUID, REC_EUID, REC_EGID, REC_RUID, REC_RGID, REC_IDS
};

struct record {
	struct slice	 bytes;		/* the whole frame */
	uint64_t	 offset;	/* in its source, bytes */
	enum frame_quality quality;
	uint8_t		 version;	/* of the header */
	uint8_t		 body;		/* where the header ends */
	uint16_t	 event;
	int64_t		 seconds;	/* since 1970, UTC */
	uint64_t	 fraction;	/* raw: see record_millis() */
	uint32_t	 at[REC_KINDS];	/* place of the last one; 0: none */
	bool		 indexed;
	int		 error;		/* 0, or why the rest is not decoded */
	uint32_t	 error_at;	/* where */
};

/*
 * Read only what the header says: event, time, version. The frame must be one
 * that frame_next() gave as a record. Returns 0 or BSM_E*.
 */
int		record_head(struct record *, const struct frame_record *);

/* Find the tokens, once. Needed before anything below. */
void		record_index(struct record *);

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
uint32_t	record_id(const struct record *, enum record_id);
uint32_t	record_pid(const struct record *);
uint32_t	record_session(const struct record *);
/* The terminal address, 4 or 16 bytes; empty when there is none. */
struct slice	record_address(const struct record *);

/* The host's own address in an extended header, 4 or 16 bytes; or empty. */
struct slice	record_host(const struct record *);

/* The error byte of the return token; 0 when there is none. */
uint8_t		record_error(const struct record *);
/* Its value, without sign; false when there is none. */
bool		record_return(const struct record *, uint64_t *);

/* The path up to its first NUL. False when there is no path token. */
bool		record_path(const struct record *, struct slice *);
bool		record_zone(const struct record *, struct slice *);

/* File system and node of the attribute token; both 0 when there is none. */
void		record_inode(const struct record *, uint64_t *fsid,
		    uint64_t *node);

/* Mode, owner and group of the attribute token; 0 when there is none. */
enum record_attr { REC_MODE, REC_OWNER, REC_GROUP };
uint32_t	record_attr(const struct record *, enum record_attr);

/*
 * Time in milliseconds since 1970. The fraction counts milliseconds in trails
 * of the BSDs and macOS, nanoseconds in those of Solaris (header version 2).
 * Times beyond what fits are clamped.
 */
int64_t		record_millis(const struct record *);
int64_t		record_time_millis(uint8_t version, uint64_t seconds,
		    uint64_t fraction);

#endif
