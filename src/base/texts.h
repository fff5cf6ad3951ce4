/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * texts.h - is one of many strings somewhere in a text?
 *
 * One pass over the text, however many strings there are (A. Aho and
 * M. Corasick, "Efficient string matching", 1975).
 */
#ifndef BASE_TEXTS_H
#define BASE_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct texts;

/* Any bytes; the empty one is in every text. All is copied. */
struct texts	*texts_new(const struct slice *, size_t n);
void		 texts_free(struct texts *);	/* NULL is allowed */

bool		 texts_in(const struct texts *, struct slice text);

#endif
