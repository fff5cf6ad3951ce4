/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonvalue.h - JSON values to the values of token fields.
 *
 * Every function returns false after a wrong value, with a sentence about it
 * appended to `problem`. Bytes that are made live in `arena`.
 */
#ifndef MAKE_JSONVALUE_H
#define MAKE_JSONVALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"
#include "bsm/token.h"

#define JSONVALUE_SHOWN_MAX 60u		/* bytes of input in a message */

struct jsonvalue {
	struct arena	*arena;		/* of the line at hand */
	struct buf	 list;		/* for lists while they are read */
	struct buf	 problem;
};

/* Append to the problem; always false. */
bool	 jsonvalue_fail(struct jsonvalue *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));

/* Append text of the input in quotes, escaped and at most so many bytes. */
void	 jsonvalue_quote(struct jsonvalue *, const char *, size_t n);

/* A number, or a string of digits, up to MAX. */
bool	 jsonvalue_number(struct jsonvalue *, json_t *, uint64_t max,
	    uint64_t *);

/*
 * A string, or {"hex":"..."} with "nul":false when it is not to have a final
 * NUL. The slice has the NUL. With INNER false no other NUL may occur.
 */
bool	 jsonvalue_string(struct jsonvalue *, json_t *, bool inner,
	    struct slice *);

bool	 jsonvalue_hex(struct jsonvalue *, json_t *, struct slice *);
/* IPv4 to 4 bytes, IPv6 to 16. */
bool	 jsonvalue_address(struct jsonvalue *, json_t *, struct slice *);
bool	 jsonvalue_uuid(struct jsonvalue *, json_t *, struct slice *);
/* An array of numbers to 32 bits each, big-endian. */
bool	 jsonvalue_words(struct jsonvalue *, json_t *, struct slice *);
/* An array of strings; COUNTED: each with its length before it. */
bool	 jsonvalue_strings(struct jsonvalue *, json_t *, bool counted,
	    struct strings *);

/* RFC 3339 in UTC to seconds since 1970, not before, and nanoseconds. */
bool	 jsonvalue_time(struct jsonvalue *, json_t *, uint64_t *seconds,
	    uint64_t *nanos);

#endif
