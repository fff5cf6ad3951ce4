/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * census.h - how many records of each event were read.
 *
 * For whoever collects figures: an engine counts only when it is given one, see
 * engine_census(). Events are counted by number and told by name; those that no
 * table names are counted together, so that what is told has an end whatever
 * numbers somebody invents.
 */
#ifndef ENGINE_CENSUS_H
#define ENGINE_CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "bsm/names.h"
#include "bsm/record.h"

struct census;

/* The names must outlive it, and their BSD dialect be settled. */
struct census	*census_new(const struct names *);
void		 census_free(struct census *);		/* NULL is allowed */

/* N records, by their headers. */
void		 census_records(struct census *, const struct record *,
		    size_t n);
/* The same for bytes that are intact records, one behind the other. */
void		 census_bytes(struct census *, struct slice);

struct census_row {
	enum dialect	 dialect;
	const char	*event;		/* its name; NULL: no table has it */
	uint64_t	 records;	/* more than 0 */
};

/* The next row; *AT is 0 before the first. False: there are no more. */
bool		 census_next(const struct census *, uint32_t *at,
		    struct census_row *);

#endif
