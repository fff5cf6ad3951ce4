/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonin.h - JSON lines to the bytes of records: the inverse of
 * print/lossless.h, which describes the form.
 *
 * A line by hand need not say everything. A field that is left out is 0, or
 * empty. When the first token is a header with its "size", or raw, the tokens
 * are the record and nothing is added, and a lone file token stands alone.
 * Otherwise the record is completed:
 *
 *	a header32 of version 11 is put in front when there is no header
 *	"time" and "event" of the line (name or number) fill in what the
 *	header does not say
 *	a trailer is put behind when there is none, unless the header's
 *	version is one of Solaris (2 to 4)
 *
 * A first header or a last trailer without "size" gets the record's.
 * {"gap":...} gives the bytes of its "hex".
 */
#ifndef MAKE_JSONIN_H
#define MAKE_JSONIN_H

#include "base/buf.h"
#include "base/slice.h"
#include "bsm/names.h"

#define JSONIN_LINE_MAX (16u << 20)	/* bytes; bounds what a line costs */

struct jsonin;

struct jsonin	*jsonin_new(const struct names *);	/* borrowed */
void		 jsonin_free(struct jsonin *);		/* NULL is allowed */

/*
 * Append what a line means, with or without its newline. Returns 0; or -1 with
 * nothing appended, and jsonin_error() says what is wrong. A record is at most
 * FRAME_RECORD_MAX bytes.
 */
int		 jsonin_line(struct jsonin *, struct slice line, struct buf *);

/* A sentence without a full stop; untrusted bytes in it are escaped. */
const char	*jsonin_error(struct jsonin *);

#endif
