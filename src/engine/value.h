/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * value.h - the value of a field: what is compared, bound and made a key of.
 */
#ifndef ENGINE_VALUE_H
#define ENGINE_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/slice.h"

enum value_kind {
	VALUE_NOTHING,
	VALUE_NUMBER,		/* ids, ports, numbers, errors, lineages */
	VALUE_TEXT,		/* paths and texts, any bytes */
	VALUE_ADDRESS		/* 16 bytes; IPv4 as ::ffff:a.b.c.d */
};

#define VALUE_TEXT_MAX	1024u	/* bytes that are kept of a bound text */

struct value {
	enum value_kind	 kind;
	bool		 cut;
	/*
	 * The number; of a text that is longer than VALUE_TEXT_MAX and was
	 * kept, its hash: then CUT is set and `bytes` has only its length.
	 */
	uint64_t	 number;
	struct slice	 bytes;
};

/* Of one kind and equal; of a cut one length and hash decide. */
bool		 value_equal(const struct value *, const struct value *);

/* PATH is VALUE, or lies below it by whole components. False when cut. */
bool		 value_below(const struct value *path, const struct value *);

/* The same for equal values, cut or not. */
uint64_t	 value_hash(const struct hash_key *, const struct value *);

/* Before it is kept: a text that is too long becomes its length and hash. */
void		 value_cut(struct value *);

#endif
