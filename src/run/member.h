/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * member.h - the inside of a set of trails, for trailset.c, which has the list
 * and gives out the records, and member.c, which has the bytes of each trail.
 */
#ifndef RUN_MEMBER_H
#define RUN_MEMBER_H

#include <sys/types.h>

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "run/spoolfile.h"
#include "run/trailset.h"
#include "select/merge.h"

struct file_source;
struct pieces;
struct sifted;

struct member {
	struct trail		 trail;
	struct trailset		*set;
	char			*path, *host;
	char			*old;		/* path before it changed */
	bool			 standard;	/* input */
	bool			 once;		/* a pipe */
	bool			 announced;
	size_t			 number;	/* once there are turns */
	int			 fd;
	bool			 open;		/* its turn has come */
	struct file_source	*source;	/* while open, or else: */
	struct pieces		*pieces;	/* open, or begun early */
	struct sifted		*sifted;	/* so, and judged */
	const struct judged	*judged;	/* of it, at hand */
	uint64_t		 there;		/* bytes to read, when opened */
	uint64_t		 taken;
};

struct trailset {
	struct trailset_options	 o;
	pthread_mutex_t		 lock;		/* of each member's fd */
	void			(*wait)(void *arg);
	void			*wait_arg;
	void			(*step)(void *arg);
	void			*step_arg;
	void			(*say)(void *, const char *, const char *);
	void			*say_arg;
	struct member		**members;
	size_t			 n, cap;
	size_t			 nopen;
	unsigned		 threads, reading;	/* ahead */
	unsigned		 room;		/* trails open; 0: not known */
	struct sifters		*sifters;	/* who judge, too; or NULL */
	struct member		**turns;	/* members as they come */
	size_t			 next;		/* of these, to be begun */
	uint64_t		 size, taken;
	bool			 failed;
	struct merge		*merge;		/* once it is read merged */
	struct spoolfiles	 files;
	struct merge_spools	 spools;
	size_t			 at;		/* in turn: the trail at hand */
	struct frame		*frame;		/* of it */
	struct judged_at	 judged;	/* or so, once judged */
	bool			 over;		/* nothing more of it comes */
};

/* When it begins at the earliest; or MERGE_NO_START. */
int64_t		 member_start(const struct member *);

/*
 * As merge_input has them, each of a member: the next of its bytes, for which
 * it is opened if need be; what is judged, after MERGE_JUDGED; and its end,
 * after which it begins anew.
 */
int		 member_more(void *, struct slice *bytes);
const struct judged *member_judged(void *);
void		 member_close(void *);

/* As trailset_at(). */
ssize_t		 member_at(struct member *, uint64_t offset, void *to,
		    size_t n);

/* Something stays undone because of this trail. */
void		 trailset_say_failed(void *set, const char *trail,
		    const char *why);

#endif
