/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trailset.h - the trails that are named on a command line, read as one.
 *
 * An operand is a trail, compressed or not, `-`, or a directory: the trails in
 * it, known by their names, and in the directories below it, one for each host
 * (DIR/HOST, DIR/HOST/files). What cannot be read is said, and the rest is
 * read; trailset_failed() tells at the end.
 */
#ifndef RUN_TRAILSET_H
#define RUN_TRAILSET_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bsm/frame.h"
#include "bsm/trailname.h"
#include "select/judged.h"

struct sifters;
struct trailset;

enum trailset_order {
	TRAILSET_IN_TURN,	/* one trail after another, as named; those of
				 * a directory by the time they began */
	TRAILSET_MERGED		/* by the time of their records */
};

struct trailset_options {
	enum trailset_order	 order;
	/*
	 * Trails whose names say that they lie outside these seconds since
	 * 1970, both included, are passed over. INT64_MIN and INT64_MAX: no
	 * bound.
	 */
	int64_t			 from, until;
	bool			 operands_too;	/* not only in directories */
	bool			 empty_too;	/* a directory may hold none */
	bool			 closed_only;	/* no not_terminated ones,
						 * in directories */
	const char		*host;		/* only those whose name ends
						 * so; NULL: all; in
						 * directories */
	/*
	 * Something is wrong: TRAIL is a path, WHY words for it; neither is
	 * escaped. NULL: a warning in the log.
	 */
	void			(*say)(void *arg, const char *trail,
				    const char *why);
	/* A trail is opened, for the first time; NULL: nobody wants to know. */
	void			(*opened)(void *arg, const char *trail);
	void			*arg;
};

/* A trail of the set. All of it belongs to the set. */
struct trail {
	const char		*path;		/* `-`: standard input */
	const char		*name;		/* last part, for alerts */
	const char		*host;		/* name or directory; or NULL */
	bool			 named;		/* `stamps` are known */
	bool			 found;		/* in a directory */
	struct trailname	 stamps;	/* without the host */
	uint64_t		 size;		/* bytes on disk, if known */
	const char		*compression;	/* "gzip"; NULL: none, or not
						 * known yet */
	bool			 ended;		/* read to its end, */
	bool			 failed;	/* or not, which was said */
};

struct trailset_record {
	struct frame_record	 frame;		/* its offset is in the trail */
	const struct trail	*trail;
	size_t			 number;	/* of the trail, from 0 */
	struct judgement	 judged;	/* of all its records, if they
						 * were: see below */
};

struct trailset	*trailset_new(const struct trailset_options *);
void		 trailset_free(struct trailset *);	/* NULL is allowed */

/* Add an operand. False when there is no trail in it, which was said. */
bool		 trailset_add(struct trailset *, const char *operand);

/* From now on, tell this one what is wrong. */
void		 trailset_on_say(struct trailset *,
		    void (*say)(void *arg, const char *trail,
		    const char *why), void *arg);

/*
 * Before anything is read: decompress up to so many trails ahead, each on a
 * thread of its own. What comes, and what is said, stays the same.
 */
void		 trailset_use_threads(struct trailset *, unsigned n);

/*
 * The same: so many sets are read at once, on threads of their own, and what
 * there is of descriptors is for all of them.
 */
void		 trailset_share_room(struct trailset *, unsigned sets);

/*
 * The same, where records are only wanted by criteria: N threads read finished
 * files and judge. Of these what is not wanted does not come, and what is may
 * come many records at a time; `judged` tells. NULL: nothing more is read.
 */
void		 trailset_use_sifters(struct trailset *, struct sifters *,
		    unsigned n);

size_t		 trailset_count(const struct trailset *);
const struct trail	*trailset_trail(const struct trailset *, size_t i);

/*
 * Before anything was read: take the trails of the host of the first trail out
 * of a set, into a new one with the same options. NULL when none are left.
 */
struct trailset	*trailset_take_host(struct trailset *);

/*
 * The next record, file token or gap: 1, with *out borrowed until the next
 * call; 0 at the end of all. Trails are opened when they are needed. When all
 * are merged, time that runs backwards inside a trail is said once for it; its
 * records keep their order.
 */
int		 trailset_next(struct trailset *, struct trailset_record *out);

/*
 * For whoever goes through many records faster than one by one: what stands
 * next behind the record given out last, in its trail, as frame_ahead() and
 * frame_took() have it, or merge_ahead() and merge_took().
 */
struct slice	 trailset_ahead(struct trailset *);
void		 trailset_took(struct trailset *, size_t n);

/*
 * Call WAIT before a pipe that has nothing to read keeps the reader waiting:
 * for what was collected so far and should not wait, too.
 */
void		 trailset_on_wait(struct trailset *, void (*wait)(void *arg),
		    void *arg);

/* Call STEP now and then while it is searched for what is wanted. */
void		 trailset_on_step(struct trailset *, void (*step)(void *arg),
		    void *arg);

/* Was anything not done? */
bool		 trailset_failed(const struct trailset *);

/*
 * Is there nothing but finished files that are not compressed? Then the bytes
 * of a trail can be read again: as file_at(), and while another thread reads
 * on.
 */
bool		 trailset_plain(const struct trailset *);
ssize_t		 trailset_at(struct trailset *, size_t trail,
		    uint64_t offset, void *to, size_t n);

/* Bytes on disk of all trails, and those read so far: for a progress bar. */
uint64_t	 trailset_size(const struct trailset *);
uint64_t	 trailset_taken(const struct trailset *);

#endif
