/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lossless.h - records as JSON, a line each, from which make/jsonin.h writes
 * the same bytes again.
 *
 *	{"time":"2021-10-14T11:20:59.522Z","event":"AUE_openssh",
 *	 "source":"trail","offset":20480,"tokens":[
 *	 {"token":"header32","size":99,...},...,{"token":"trailer","size":99}]}
 *
 * `tokens` alone decides the bytes; the rest is for readers. "time" is left
 * out beyond the year 9999, "event" is a number where no name is known, and
 * "recovered":true marks a record that was found or repaired after damage. A
 * stand-alone file token is a line whose only token is file32 or file64, and
 * what was given up between records is {"gap":"reason","source":...,
 * "offset":N,"hex":"..."}.
 *
 * Names of tokens and fields are those of the token table. Values are:
 *
 *	number		a number, or a string of digits above 2^53
 *	string		"text", its final NUL not shown. Where the bytes before
 *			that NUL are not UTF-8 or hold a NUL: {"hex":"ff"}.
 *			Without a final NUL: {"hex":"ff","nul":false}
 *	address, UUID	"192.0.2.1", "2001:db8::1": the colon tells 16 bytes
 *			from 4
 *	list of strings	an array; where the count on the wire is another one,
 *			"count":N beside it, and "padding":N for zero bytes
 *			that an old writer put behind
 *	groups		an array of numbers
 *	bytes, items	"00ff", hexadecimal digits
 *
 * The trailer's "magic" is shown only when it is not 0xb105. Bytes that no
 * token explains, or a token that its own values would not give back, are
 * {"token":"raw","hex":"..."}. A record whose line would pass
 * LOSSLESS_LINE_MAX is one raw token as a whole.
 */
#ifndef PRINT_LOSSLESS_H
#define PRINT_LOSSLESS_H

#include "base/buf.h"
#include "base/slice.h"
#include "bsm/frame.h"
#include "bsm/names.h"

#define LOSSLESS_LINE_MAX (16u << 20)	/* bytes; what jsonin.h takes */

struct lossless;

struct lossless	*lossless_new(const struct names *);	/* borrowed */
void		 lossless_free(struct lossless *);	/* NULL is allowed */

/*
 * Append what frame_next() gave as a line. SOURCE names the trail, at most a
 * few thousand bytes of any kind. OUT has no maximum of its own.
 */
void		 lossless_frame(struct lossless *, const struct frame_record *,
		    struct slice source, struct buf *out);

#endif
