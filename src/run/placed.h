/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * placed.h - what the rows of positions have in common, for positions.c, which
 * tells them, and placed.c, which goes on with them.
 */
#ifndef RUN_PLACED_H
#define RUN_PLACED_H

#include "run/done.h"
#include "run/following.h"
#include "run/input.h"
#include "run/positions.h"

#define PLACED_PAGE_BITS	10u	/* of a page's number: in a stream */
#define PLACED_TEXT_MAX		4096u	/* bytes of a path or a host */

struct followed;
struct stream;

/* What a source is; these are in rows. */
enum placed_kind {
	PLACED_GONE,		/* another one took its place */
	PLACED_FILE,
	PLACED_PACKED,		/* a compressed file */
	PLACED_PIPE,
	PLACED_FOLLOWED		/* trails of a host in a directory */
};
enum placed_flags {
	PLACED_AGAIN	= 1,	/* its records can be read again */
	PLACED_HOST	= 2	/* it has one */
};

enum placed_kind	 placed_kind(const struct input *);
const char		*placed_path(const struct input *);

/* The directory that this stream comes from; NULL: none that is asked for. */
const struct followed	*placed_followed(const struct watching *,
			    const struct stream *);

#endif
