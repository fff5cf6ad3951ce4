/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unpack.h - how one kind of compressed data is made what it was.
 *
 * One file for each kind, unpack_KIND.c, joins the library that knows it. Who
 * asks for bytes and puts members together is compressed.c.
 */
#ifndef SOURCE_UNPACK_H
#define SOURCE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum unpack_status {
	UNPACK_ON,		/* wants more bytes, or more room */
	UNPACK_END,		/* a member is over */
	UNPACK_BAD,		/* damaged */
	UNPACK_BIG,		/* wants more memory than anybody needs */
	UNPACK_MEMORY		/* there is none */
};

/* Where bytes go: room for N at P, which both are moved on. */
struct room {
	uint8_t		*p;
	size_t		 n;
};

#define UNPACK_WINDOW_MAX (128u << 20)	/* bytes that a member may look back;
					 * gzip, bzip2: less than a MB */

struct unpack {
	/* NULL when there is no memory. */
	void			*(*begin)(void);
	void			 (*end)(void *);	/* NULL is allowed */
	/* Use bytes up, which may be none, and make others of them. */
	enum unpack_status	 (*some)(void *, struct slice *in,
				    struct room *);
	/* Another member begins. */
	enum unpack_status	 (*again)(void *);
};

extern const struct unpack	unpack_gzip, unpack_zstd, unpack_bzip2,
	    unpack_xz;

#endif
