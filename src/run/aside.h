/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * aside.h - the parent's part of setting records aside that kill the worker: it
 * learns where that is, opens files for them, and tells the next worker.
 */
#ifndef RUN_ASIDE_H
#define RUN_ASIDE_H

#include "base/slice.h"
#include "run/hand.h"
#include "run/spot.h"

#define ASIDE_FILES	1000u	/* in one directory */

struct aside;

/* Files are in DIR, which is borrowed; NULL: no record is kept. */
struct aside	*aside_new(const char *dir);
void		 aside_free(struct aside *);		/* NULL is allowed */

/* The worker has ended so, and was there. */
void		 aside_died(struct aside *, int status, const struct spot *);

/* Tell one that was started, before its inputs. */
void		 aside_tell(const struct aside *, struct hand *);

/* What it says of a place of which the bytes are kept now. */
void		 aside_kept(struct aside *, struct slice bytes);

#endif
