/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonhop.h - the tokens of a record as JSON, without decoding them.
 */
#ifndef PRINT_JSONHOP_H
#define PRINT_JSONHOP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

struct jsonhop;

struct jsonhop	*jsonhop_new(void);
void		 jsonhop_free(struct jsonhop *);	/* NULL is allowed */

/*
 * Append the tokens of a record, which is not empty, as an array. False when
 * they have to be decoded, or the buffer is full: then what was appended is to
 * be taken back.
 */
bool		 jsonhop_record(const struct jsonhop *, struct slice record,
		    struct buf *out);

#endif
