/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * marks.h - how far files of alerts were written, and what came behind that.
 *
 * A checkpoint notes each file by its name, device, inode and length, and by
 * a hash of its last bytes, for a number of an inode is used again. When the
 * run goes on after an interruption, what is behind the length is compared: it
 * was written after the checkpoint and will be told again.
 */
#ifndef SINK_MARKS_H
#define SINK_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rows.h"
#include "sink/outlet.h"
#include "sink/replay.h"

#define MARKS_FILES	48u		/* section: a row for each file */
#define MARKS_TEXTS	49u		/* section: texts not told again yet */
#define MARKS_MAX	65536u		/* files */

/* What is to be known of files, and said of them. */
struct marks_host {
	/* The file of that name as it is, for reading and writing; or -1. */
	int	(*reopen)(void *arg, const char *name);
	/* The one with this identity beside it, under any name; or -1. */
	int	(*find)(void *arg, uint64_t device, uint64_t inode);
	/* Those that were rotated, written to since then. */
	void	(*others)(void *arg, const char *name, int64_t since,
		    void (*found)(void *found_arg, int fd), void *found_arg);
	void	(*say)(void *arg, const char *name, const char *what);
	void	*arg;
};

struct mark {
	char		*name;
	uint64_t	 device, inode, length;
	int64_t		 written;	/* last, seconds since 1970 */
	uint64_t	 tail;		/* hash of what is before; or 0 */
	struct replay	*replay;	/* what was left then; or NULL */
};

/* Rows that have come; `{ 0 }` has none. */
struct marks {
	struct mark	*v;
	size_t		 n, cap;
};

void		 marks_fini(struct marks *);

/* The rows of section MARKS_FILES: the file number PAGE. */
void		 marks_put(struct rows *, uint32_t page, const struct outlet *,
		    const struct marks_host *);

/* What was written goes to the disk; 0 or an errno. */
int		 marks_sync(const struct outlet *, const struct marks_host *);

/* A row of either section, in order. False: it makes no sense. */
bool		 marks_row(struct marks *, const struct row *);

/*
 * The outlet is open, and is what was noted under its name, if anything was.
 * Returns the texts that will come again, NULL for none; whoever calls frees
 * them. What is torn at the end of the file is cut off. MANY_LINES as in
 * replay.h.
 */
struct replay	*marks_compare(struct marks *, const struct marks_host *,
		    struct outlet *, bool many_lines);

#endif
