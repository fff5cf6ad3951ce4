/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sieve.h - the records of a set of trails, by criteria, to where they go.
 */
#ifndef RUN_SIEVE_H
#define RUN_SIEVE_H

#include <stdbool.h>
#include <stdint.h>

#include "run/trailout.h"
#include "run/trailset.h"
#include "select/criteria.h"

struct sieve_options {
	bool	 quiet;		/* nothing is said of bad records */
	bool	 stop;		/* at the first trail that cannot be read */
	unsigned threads;	/* below 2: none but the caller's */
};

struct sieve;

/*
 * What is given must outlive it, and nothing was read yet; criteria_ready() was
 * called. Of criteria, criteria_unsure() is right after sieve_free().
 */
struct sieve	*sieve_new(const struct sieve_options *, struct criteria *,
		    struct trailset *, struct trailout *);
void		 sieve_free(struct sieve *);		/* NULL is allowed */

/*
 * Read to the end, or until a write fails, or `stop` says so. What is wrong
 * with the trails is said. False when not all was read or written.
 */
bool		 sieve_run(struct sieve *);

/* Was anything damaged, or not decoded, in a trail of the set, or in any? */
bool		 sieve_damaged(const struct sieve *, size_t trail);
bool		 sieve_damaged_any(const struct sieve *);

#endif
