/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * regtree.h - a regular expression as a tree.
 */
#ifndef BASE_REGTREE_H
#define BASE_REGTREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/byteset.h"

#define REGEX_EVER	UINT32_MAX	/* a repeat without an end */

enum regex_kind {
	REGEX_BYTE,			/* one byte of a set */
	REGEX_ASSERT,			/* what holds between two bytes */
	REGEX_ROW,			/* its parts, one after another */
	REGEX_EITHER,			/* one of its parts */
	REGEX_REPEAT			/* its one part, so many times */
};

enum regex_assert {
	ASSERT_BEGIN,			/* ^ \A */
	ASSERT_END,			/* \z */
	ASSERT_DOLLAR,			/* $ \Z: or before a last newline */
	ASSERT_WORD,			/* \b */
	ASSERT_NOT_WORD			/* \B */
};

struct regex {
	enum regex_kind		 kind;
	enum regex_assert	 what;
	uint32_t		 min, max;	/* times */
	struct byteset		 set;
	struct regex		*parts;		/* the first */
	struct regex		*next;		/* of the same whole */
};

/* How many bytes and assertions there are once repeats are written out. */
uint32_t	 regtree_size(const struct regex *);	/* UINT32_MAX: more */

/* Can it match nothing at all, whatever stands around? */
bool		 regtree_nullable(const struct regex *);

/* Below, equal to or above 0: any order in which only equals are equal. */
int		 regtree_compare(const struct regex *, const struct regex *);

#endif
