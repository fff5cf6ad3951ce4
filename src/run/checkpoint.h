/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checkpoint.h - what a run remembers, written every few seconds.
 *
 * The process copies itself, and the copy writes rows to the database while the
 * process goes on: it rests only as long as the copying takes. Whoever has
 * something to remember is a part, which tells its rows in the copy.
 */
#ifndef RUN_CHECKPOINT_H
#define RUN_CHECKPOINT_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "base/rows.h"
#include "run/statedb.h"

#define CHECKPOINT_EVERY_S	5u	/* the usual */
#define CHECKPOINT_EVERY_MAX_S	86400u

struct event_base;

/* Who remembers something; each has sections of its own. */
struct checkpoint_part {
	/* In the copy: tell all rows, sections ascending; nothing changes. */
	bool		(*save)(void *arg, row_fn, void *fn_arg);
	void		*arg;
};

/* Moments of a checkpoint; each may be NULL. */
struct checkpoint_moments {
	/*
	 * Just before the copy is made: what was told goes out, and lengths of
	 * outputs are noted for `save`. A descriptor may be returned from which
	 * more rows come, as checkpoint_tell() sends them, else -1; it is
	 * closed by the caller. Who sends them is not believed: they ascend,
	 * come in time, and are of none of the sections of our own.
	 */
	int		(*mark)(void *arg);
	/* In the copy: outputs to the disk. False with words. */
	bool		(*sync)(void *arg, struct buf *why);
	/* What was marked is to be had after any failure from now on; or: it
	 * was not written. */
	void		(*over)(void *arg, bool durable);
	void		*arg;
};

struct checkpoint_options {
	const char			*dir;		/* absolute */
	unsigned			 every_s;	/* 0: when asked to */
	uint32_t			 own_first, own_last; /* sections */
	uint64_t			 run;	/* of statedb_about, */
	int64_t				 millis; /* the same */
	const struct checkpoint_part	*parts;		/* copied */
	size_t				 nparts;
	struct checkpoint_moments	 moments;
};

struct checkpoint_stats {
	uint64_t	 taken, failed;
	uint64_t	 late;		/* not begun: one was under way */
	int64_t		 millis;	/* the last one that is durable is of
					 * this time, since 1970; 0: none */
	int64_t		 age_ms;	/* of that one, now */
	uint64_t	 pause_us, longest_us;	/* last, and ever */
	uint64_t	 writing_us;	/* the copy's time, of the last one */
	uint64_t	 rows, bytes;	/* all that is remembered */
	uint64_t	 written;	/* bytes, of all checkpoints */
};

struct checkpoint;

/* NULL when the event loop refuses. The first one is taken EVERY_S from now. */
struct checkpoint *checkpoint_new(struct event_base *,
		    const struct checkpoint_options *);
void		 checkpoint_free(struct checkpoint *);	/* NULL is allowed */

/*
 * Between two records: take one now. False, after saying why, when it cannot
 * be begun; or if another one is under way.
 */
bool		 checkpoint_take(struct checkpoint *);

/*
 * The same, after any that is under way. Returns when it is durable, or false
 * after saying why it is not.
 */
bool		 checkpoint_sure(struct checkpoint *);

void		 checkpoint_stats(const struct checkpoint *,
		    struct checkpoint_stats *);

/*
 * Rows through a descriptor, each with its length, and a mark behind the last
 * one, without which nothing counts. False with errno.
 */
bool		 checkpoint_send(int fd, const struct row *);
bool		 checkpoint_send_end(int fd);

/*
 * The same in a copy of this process, of this moment: what the parts tell can
 * be read from *FROM. The copy lets go of these descriptors and ends by itself.
 * Returns its number, for waitpid(2); or -1 with errno.
 */
struct checkpoint_tell {
	const struct checkpoint_part	*parts;
	size_t				 nparts;
	const int			*close;
	size_t				 nclose;
};
pid_t		 checkpoint_tell(const struct checkpoint_tell *, int *from);

#endif
