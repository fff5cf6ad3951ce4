/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonform.h - values of token fields as JSON that loses nothing: what
 * lossless.c, which writes tokens that were decoded, and jsonhop.c, which does
 * not decode, have in common. lossless.h describes the forms.
 */
#ifndef PRINT_JSONFORM_H
#define PRINT_JSONFORM_H

#include "base/digits.h"
#include "base/json.h"
#include "bsm/token.h"

#define JSONFORM_EXACT	((uint64_t)1 << 53)	/* above: a string of digits */

/* A number as json_uint() writes it, where there is room; returns its end. */
static inline uint8_t *
jsonform_number(uint8_t *to, uint64_t v)
{
	if (v < DIGITS_WORD)
		return to + digits_short(to, (uint32_t)v);
	if (v <= JSONFORM_EXACT)
		return to + digits_put(to, v);
	*to++ = '"';
	to += digits_put(to, v);
	*to++ = '"';
	return to;
}

/* A string as it is on the wire: with its NUL, if it has one. */
void	 jsonform_string(struct json *, struct slice);

/* The key and value of a field, and what goes with it. */
void	 jsonform_field(struct json *, const struct token *,
	    const struct field *);

#endif
