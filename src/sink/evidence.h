/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * evidence.h - the records that raised an alert, in a file of their own.
 *
 * DIR/LABEL/SEC.FRAC.RANDOM holds the raw records, one for each state in
 * order. A label that would lead out of DIR, or that no directory can bear,
 * is written another way: see evidence_dirname().
 */
#ifndef SINK_EVIDENCE_H
#define SINK_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "sink/format.h"

#define EVIDENCE_NAME_MAX 200	/* bytes of a directory's name */

/*
 * Make BASE/DIR (mode 0700) if it is missing and create the file in it: mode
 * 0600, and only if there is none of that name. BASE is the directory of a log
 * channel, or NULL for that of -l. Appends the path of the file to PATH.
 * Returns a descriptor, or -1 with errno.
 */
typedef int (*evidence_open_fn)(void *arg, const char *base, const char *dir,
    const char *file, struct buf *path);

/*
 * The name of the directory for a label, without a slash in it. A slash and
 * every control byte become %XX, and so does the first dot of "." and "..";
 * the empty label is "%". A name over EVIDENCE_NAME_MAX bytes is cut there and
 * ends in "%" and a hash of the whole. All other labels stay as they are.
 */
void	evidence_dirname(struct buf *, const char *label);

/*
 * Write the file for an alert. PATH gets its path, *MISSING how many records
 * were not there to be written. Returns 0 or an errno.
 */
int	evidence_write(evidence_open_fn, void *arg, const char *base,
	    const struct alert *, struct buf *path, size_t *missing);

/*
 * The same in a run that is kept: the name comes from the alert's uid, so that
 * an alert that is told again finds its file. One that is whole stays, one that
 * was torn is completed. The file is on the disk afterwards.
 */
struct evidence_files {
	evidence_open_fn open;
	/* Open for reading and writing what is there, a file with no other
	 * name. */
	evidence_open_fn reopen;
	void		*arg;
};

int	evidence_keep(const struct evidence_files *, const char *base,
	    const struct alert *, struct buf *path, size_t *missing);

/* The notice that 3.1 sends to syslog, without newline. */
void	evidence_notice(struct buf *, const struct sink_view *,
	    const char *path);

#endif
