/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procs.h - who ran it: processes and their parents, from the records.
 *
 * BSM carries no parent. Records of fork, exec and exit tell of it, if they
 * are audited, and this is a table of what they told. What is not known is not
 * guessed: a process that is older than the trail has no parent and, until it
 * executes something, no image; one whose fork was not audited has no parent.
 *
 * A record is written when its call is over, and a child may run before that:
 * after vfork(2) where the parent stands still until the child has executed
 * something, else by chance. Then it is a process without a parent, of a
 * lineage of its own, until the fork is read. From there on it and what it has
 * begun belong to the parent; what was answered before stays as it was.
 *
 * A process that has ended is kept as long as something it began is known, and
 * there is room: the parent of a process is who began it, not who inherited it.
 *
 * A lineage is a process and what descends from it. It begins with a process
 * whose parent is not known or is the first process of the system, and anew
 * with one that changes its audit session, as login programs do.
 */
#ifndef ENGINE_PROCS_H
#define ENGINE_PROCS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "bsm/names.h"
#include "bsm/record.h"

struct procs;

#define PROCS_MAX	131072u		/* processes, of all sources */
#define PROCS_DEPTH	64u		/* ancestors that are looked at */
#define PROCS_NONE	UINT32_MAX	/* no such process */
#define PROCS_FIRST_PID	1u		/* init, launchd */
/*
 * A child may be heard of before the fork that made it: its first record, or
 * its last exec, is at most so far from that, in milliseconds of the records.
 * One further away has had the same pid.
 */
#define PROCS_AHEAD_MS	2000

struct procs_stats {
	uint64_t	 processes;	/* known now */
	uint64_t	 evicted;	/* forgotten for want of room, although
					 * alive or with children */
	uint64_t	 images_lost;	/* paths for which there was no room */
};

/* MAX processes; 0: PROCS_MAX. The names are only read now. */
struct procs	*procs_new(const struct names *, uint32_t max);
void		 procs_free(struct procs *);		/* NULL is allowed */
void		 procs_stats(const struct procs *, struct procs_stats *);

/* The names of the events that it learns from, one by one; then NULL. */
const char	*procs_event(size_t);

/*
 * For each record, which must be indexed, in order: first procs_meet(), then
 * rules may ask, then procs_learn(). So an exec record still has the image that
 * made it; its object is the new one. O(1).
 */
void		 procs_meet(struct procs *, uint32_t source,
		    const struct record *);
void		 procs_learn(struct procs *, uint32_t source, enum dialect,
		    const struct record *);

/* The process of this pid, PROCS_NONE when it is not known. */
uint32_t	 procs_find(const struct procs *, uint32_t source,
		    uint32_t pid);

/* Of a process that is known. False or PROCS_NONE: that is not known. */
bool		 procs_ppid(const struct procs *, uint32_t, uint32_t *ppid);
uint32_t	 procs_parent(const struct procs *, uint32_t);
bool		 procs_image(const struct procs *, uint32_t, struct slice *);
uint64_t	 procs_lineage(const struct procs *, uint32_t);

/* All that is known of one, for procs.c and whoever saves it. */
struct process {
	uint64_t	 lineage;
	int64_t		 heard_ms;	/* of it first, or of its last exec */
	uint32_t	 source, pid;
	uint32_t	 generation;	/* of this row */
	uint32_t	 parent, parent_generation;
	uint32_t	 ppid;
	uint32_t	 image;
	uint32_t	 session;
	uint32_t	 children;	/* that are known, also ended ones */
	uint32_t	 before, after;	/* in its list; or PROCS_NONE */
	uint8_t		 list;
	bool		 has_parent, has_session;
	bool		 in_index;
};

/* By number, up to the count; and the paths of their images. */
struct images;
uint32_t		 procs_count(const struct procs *);
const struct process	*procs_at(const struct procs *, uint32_t);
struct images		*procs_images(const struct procs *);

/*
 * To put them back into a table that is new, after its images: first each in
 * the order of numbers, without `children` and `after`; then how each list
 * goes, ORDER having all numbers. False: it cannot be so. Sources are not
 * looked at.
 */
bool			 procs_restore(struct procs *,
			    const struct process *);
bool			 procs_restored(struct procs *,
			    const uint32_t *order);

#endif
