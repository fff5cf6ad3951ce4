/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay.h - texts of alerts that a file holds already, and that come again.
 *
 * After an interruption the records behind the last checkpoint are read once
 * more, and raise the alerts once more that were written meanwhile. What a file
 * has of them is known by its hash, as often as it is there, and is passed over
 * as often.
 */
#ifndef SINK_REPLAY_H
#define SINK_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rows.h"
#include "base/slice.h"

#define REPLAY_BYTES_MAX (UINT64_C(1) << 30)	/* of a file that is read */
#define REPLAY_TEXTS_MAX (4u << 20)		/* that are remembered: 96 MB */
#define REPLAY_PAGES	 4096u			/* at most, of its rows */

struct replay;

struct replay	*replay_new(void);
void		 replay_free(struct replay *);		/* NULL is allowed */

/* A file, from where it was new. */
struct replay_file {
	int		 fd;		/* to be read with pread(2) */
	uint64_t	 from;		/* bytes */
	bool		 many_lines;	/* an empty line ends each text */
	bool		 ours;		/* whatever is not a text is damage */
	/* Set by replay_read(): whole texts go up to here. */
	uint64_t	 whole;
	bool		 hole;		/* there begins what was never written;
					 * nothing behind it was read */
};

/*
 * Add the texts of the file. Returns 0, an errno, or EFBIG when there is more
 * than the bounds above allow; then some texts may have been added.
 */
int		 replay_read(struct replay *, struct replay_file *);

/* Does the file begin with a text, in any format? */
bool		 replay_begins(int fd);

/* Was this text there, and not yet as often taken? The first time asked, no
 * more can be added. */
bool		 replay_take(struct replay *, struct slice text);

/* How many there are yet. */
uint64_t	 replay_left(const struct replay *);

/*
 * What is left as rows: pages FIRST and up, less than REPLAY_PAGES of them. The
 * page of a row that comes back is not looked at; false: it makes no sense.
 */
void		 replay_put(struct replay *, struct rows *, uint32_t first);
bool		 replay_row(struct replay *, struct slice bytes);

#endif
