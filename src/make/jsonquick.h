/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonquick.h - the lines that print -j writes, to the bytes of records, many
 * times as fast as a reader of JSON. jsonin.c tries it before anything else.
 */
#ifndef MAKE_JSONQUICK_H
#define MAKE_JSONQUICK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

struct jsonquick;

struct jsonquick *jsonquick_new(void);
void		 jsonquick_free(struct jsonquick *);	/* NULL is allowed */

/*
 * Append the record of a line, without its newline, that is to the letter what
 * print/lossless.h would write of usual tokens. False for any other line, good
 * or bad, with nothing appended.
 */
bool		 jsonquick_line(const struct jsonquick *, struct slice line,
		    struct buf *out);

#endif
