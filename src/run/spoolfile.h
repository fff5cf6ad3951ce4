/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spoolfile.h - temporary files for a merge of more trails than can be open.
 */
#ifndef RUN_SPOOLFILE_H
#define RUN_SPOOLFILE_H

#include "select/merge.h"

struct spoolfiles {
	/* What went wrong, once for each failed call. */
	void	(*say)(void *arg, const char *path, const char *why);
	void	*arg;
};

/*
 * Files in $TMPDIR, or /var/tmp, which nobody else can open: they have no name
 * once they are made. The argument must outlive the result.
 */
struct merge_spools	spoolfile_spools(struct spoolfiles *);

#endif
