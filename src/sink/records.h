/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * records.h - raw records on standard output (-b).
 *
 * They are gathered and go out when there are many, or when records_flush() is
 * called: on a live source after each piece that was read.
 */
#ifndef SINK_RECORDS_H
#define SINK_RECORDS_H

#include "base/buf.h"

struct records {
	int		 fd;
	struct buf	 waiting;
	int		 error;		/* the first errno; sticks */
};

void	records_init(struct records *, int fd);
void	records_fini(struct records *);		/* what waits is dropped */
void	records_put(struct records *, struct slice record);
/* Returns 0, or the errno that sticks. */
int	records_flush(struct records *);

#endif
