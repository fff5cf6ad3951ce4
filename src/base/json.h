/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.h - values to JSON text, streamed into a buffer; the one place that
 * escapes.
 *
 * The writer puts the commas. Begin and end must pair; a key must come before
 * each value of an object. Nesting is limited to JSON_DEPTH. RFC 8259.
 * The names json_object, json_array and json_null are jansson's (make/).
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

#define JSON_DEPTH 32		/* levels; ours need six */

struct json {
	struct buf	*out;
	unsigned	 depth;
	bool		 comma[JSON_DEPTH];	/* something stands before */
};

void	json_init(struct json *, struct buf *out);
void	json_begin_object(struct json *);	/* { */
void	json_end_object(struct json *);		/* } */
void	json_begin_array(struct json *);	/* [ */
void	json_end_array(struct json *);		/* ] */
void	json_key(struct json *, const char *);
/* The members of an object that was written before, as they stand there. */
void	json_members(struct json *, struct slice object);

void	json_nil(struct json *);
void	json_bool(struct json *, bool);
/* Above 2^53 a number is written as a string of digits: readers lose bits. */
void	json_uint(struct json *, uint64_t);
void	json_int(struct json *, int64_t);
/* Milliseconds as a decimal number of seconds: 536422 is 536.422. */
void	json_millis(struct json *, int64_t);
void	json_cstr(struct json *, const char *);

/*
 * Bytes as a string. Lossless: bytes that are not UTF-8, or hold a NUL, become
 * the object {"hex":"..."}.
 */
void	json_bytes(struct json *, struct slice);

/* Any bytes as a string of hexadecimal digits. */
void	json_hex(struct json *, struct slice);

/* As a string in any case: what is not UTF-8 becomes U+FFFD. */
void	json_text(struct json *, struct slice);

/* Is it well-formed UTF-8 without a NUL? */
bool	json_is_text(struct slice);

#endif
