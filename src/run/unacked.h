/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unacked.h - messages that were sent, and are not known to be acted on.
 */
#ifndef RUN_UNACKED_H
#define RUN_UNACKED_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct unacked;

struct unacked_item {
	uint64_t	 number;
	uint32_t	 type;
	struct buf	 bytes;
};

struct unacked	*unacked_new(void);
void		 unacked_free(struct unacked *);	/* NULL is allowed */

/* Keep a message. Numbers do not descend. The buffer's memory is taken. */
void		 unacked_put(struct unacked *, uint64_t number, uint32_t type,
		    struct buf *);

/* The oldest one is done. There must be one. */
void		 unacked_drop(struct unacked *);

/* The I-th of those that are left, the oldest first; or NULL. */
const struct unacked_item *unacked_at(const struct unacked *, size_t i);

size_t		 unacked_count(const struct unacked *);
size_t		 unacked_size(const struct unacked *);	/* bytes */

#endif
