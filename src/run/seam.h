/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seam.h - what was seen last of a source that cannot be read again, and where
 * the records begin that were not.
 *
 * Another process, or the trails that the same records were written to, may
 * bring some of them twice. A record is known by its bytes: of those that were
 * seen last a hash is kept, as often as it was seen.
 */
#ifndef RUN_SEAM_H
#define RUN_SEAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rows.h"
#include "base/slice.h"
#include "bsm/cursor.h"

#define SEAM_MAX	65536u		/* hashes that are kept; of these, */
#define SEAM_ROWS_MAX	4096u		/* so many outlive the process */
#define SEAM_SLACK_MS	2000		/* records may be so much late */
#define SEAM_PAGES	(SEAM_ROWS_MAX / ROWS_ITEMS)

struct seam;

enum seam_is {
	SEAM_NEW,		/* it is to be fed, and is noted */
	SEAM_AFTER_GAP,		/* so, but what came before it was not seen */
	SEAM_SEEN		/* it was fed before */
};

/* HASHES: what is noted can be recognised later. */
struct seam	*seam_new(bool hashes);
void		 seam_free(struct seam *);	/* NULL is allowed */

/* A record is there, of this time: milliseconds since 1970. */
enum seam_is	 seam_look(struct seam *, struct slice record,
		    int64_t millis);

/*
 * Does only the time of the last record matter, for now? Then many may be fed
 * without seam_look(), and the last one is told.
 */
bool		 seam_is_plain(const struct seam *);
void		 seam_last(struct seam *, int64_t millis);

/*
 * Records of the trails come now: those that were noted are among them, and
 * what is older was seen, too. LIVE: those of the source itself, which may have
 * come with the trails.
 */
void		 seam_begin(struct seam *, bool live);

/* The latest time noted; false when there is none. */
bool		 seam_time(const struct seam *, int64_t *millis);

/* What another process is to know, as pages from FIRST on; and the time. */
void		 seam_save(const struct seam *, struct rows *,
		    uint32_t first);
void		 seam_put(const struct seam *, struct buf *);

/* Back: the time, then pages, before anything is noted. False: none of it. */
bool		 seam_take(struct seam *, struct cursor *);
bool		 seam_page(struct seam *, struct slice);

#endif
