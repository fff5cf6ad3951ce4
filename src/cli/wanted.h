/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wanted.h - the options of `reduce` that say which records are wanted.
 *
 * They are kept as text until all are there, since some change what others
 * mean: --utc the times, --platform the events.
 */
#ifndef CLI_WANTED_H
#define CLI_WANTED_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/cli.h"
#include "select/criteria.h"

struct wanted {
	bool			 all, invert, every, exclusive, utc;
	enum criteria_ids	 ids;
	const char		*after, *before, *date, *where;
	struct given {
		int		 letter;
		const char	*text;
	}			*given;
	size_t			 ngiven, cap;
};

void		 wanted_fini(struct wanted *);

/* A criterion by its letter: -c -m -u -e -r -f -g -j -s -z -o. */
void		 wanted_add(struct wanted *, int letter, const char *text);

/* Does nothing but --all stand there? */
bool		 wanted_everything(const struct wanted *);

/*
 * All of it, ready to judge. *WHERE is the program of --where, which must
 * outlive the criteria, or NULL. NULL after a report of what makes no sense.
 */
struct criteria	*wanted_criteria(const struct wanted *, const struct names *,
		    const struct accounts *, const struct cli_usage *,
		    struct program **where);

#endif
