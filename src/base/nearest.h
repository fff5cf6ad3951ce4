/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nearest.h - tables of names, and the name that was probably meant.
 */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stdint.h>

#include "base/slice.h"

/* Names and what they stand for; the last row has no name. */
struct name {
	const char	*name;
	uint32_t	 value;
};
const struct name *name_find(const struct name *, struct slice);

/*
 * The known name nearest to a word: at most one or two edits away. Both are
 * borrowed.
 */
struct nearest {
	struct slice	 word;
	struct slice	 best;		/* empty: none yet */
	unsigned	 edits;
};
void		 nearest_init(struct nearest *, struct slice word);
void		 nearest_try(struct nearest *, struct slice known);

#endif
