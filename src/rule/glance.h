/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * glance.h - what the bytes of a rule file do to words, many at once.
 *
 * A few bytes end a word; a few more go on with one, but have something to be
 * said of them; all others just go on with it.
 */
#ifndef RULE_GLANCE_H
#define RULE_GLANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum glance_byte {
	BYTE_WORD,		/* goes on with a word */
	BYTE_ODD,		/* so do these, but for what is said of them */
	BYTE_BLANK,		/* a newline too */
	BYTE_END
};

extern const uint8_t	glance_bytes[256];	/* enum glance_byte */

#define GLANCE_BYTES	64u

/* A bit for each byte of a part of a text, the first one lowest. */
struct glance {
	size_t		 from;		/* of the text */
	uint64_t	 blanks, lines;	/* lines: which of them are newlines */
	uint64_t	 stops;		/* all but BYTE_WORD */
	bool		 odd;		/* some are BYTE_ODD */
};

/* Those from FROM on. Behind the end of the text all are stops, none blank. */
struct glance	glance_read(struct slice text, size_t from);

#endif
