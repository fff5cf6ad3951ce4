/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auditpipe.h - records that the kernel could not keep for us.
 *
 * An audit pipe has a queue. When its reader is slow, records are dropped and
 * counted; this asks for the count and makes the queue longer.
 */
#ifndef RUN_AUDITPIPE_H
#define RUN_AUDITPIPE_H

#include <stdint.h>

#define AUDITPIPE_EVERY 50	/* reads from one question to the next */

struct auditpipe {
	uint64_t	 drops;		/* records, as the kernel counts */
	unsigned	 reads;		/* since it was asked */
};

/*
 * Before each read from the pipe: now and then asks for the count. When it
 * grew, says so and doubles the queue, up to what the kernel allows. Does
 * nothing on systems without audit pipes.
 */
void	auditpipe_look(struct auditpipe *, int fd);

#endif
