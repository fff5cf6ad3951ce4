/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonform.h - values of token fields as JSON that loses nothing: what
 * lossless.c, which writes tokens that were decoded, and jsonhop.c, which does
 * not decode, have in common. lossless.h describes the forms.
 */
#ifndef PRINT_JSONFORM_H
#define PRINT_JSONFORM_H

#include "base/json.h"
#include "bsm/token.h"

/* A string as it is on the wire: with its NUL, if it has one. */
void	 jsonform_string(struct json *, struct slice);

/* The key and value of a field, and what goes with it. */
void	 jsonform_field(struct json *, const struct token *,
	    const struct field *);

#endif
