/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * done.h - trails of a host that are not to be read again.
 *
 * A trail is known by the second in which it began. The newest DONE_MAX are
 * remembered one by one, whether they still exist or not, since a copy may turn
 * up later; what began no later than one that had to give way is taken for
 * done, too.
 */
#ifndef RUN_DONE_H
#define RUN_DONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rows.h"

#define DONE_MAX	65536u		/* of a host */
#define DONE_PAGES	(DONE_MAX / ROWS_ITEMS)

struct done;

struct done	*done_new(void);
void		 done_free(struct done *);	/* NULL is allowed */

void		 done_add(struct done *, int64_t start);	/* once each */
bool		 done_has(const struct done *, int64_t start);
/* Is it one of which this is only known by the time? */
bool		 done_is_before_all(const struct done *, int64_t start);
size_t		 done_count(const struct done *);

/* All of it, as DONE_PAGES pages at most from the one that is FIRST. */
void		 done_save(const struct done *, struct rows *,
		    uint32_t first);
/*
 * Back: each of these pages in order, the first of them being 0, then what ends
 * it. False when they are none.
 */
bool		 done_page(struct done *, uint32_t page, struct slice);
bool		 done_loaded(struct done *);

#endif
