/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unacked.h - alerts that were sent, and are not known to be written.
 */
#ifndef RUN_UNACKED_H
#define RUN_UNACKED_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct unacked;

/* At most MAX bytes: what is older than that is let go, and counted. */
struct unacked	*unacked_new(size_t max);
void		 unacked_free(struct unacked *);	/* NULL is allowed */

/* Keep a message; numbers ascend. The buffer's memory is taken. */
void		 unacked_put(struct unacked *, uint64_t number, struct buf *);

/* All up to this number are written. */
void		 unacked_done(struct unacked *, uint64_t number);

/* The I-th of those that are left, or NULL. */
const struct buf *unacked_at(const struct unacked *, size_t i);

/* How many were let go since this was asked last, of those not written. */
uint64_t	 unacked_gone(struct unacked *);

#endif
