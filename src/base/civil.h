/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * civil.h - days and hours of the Gregorian calendar, in UTC.
 *
 * No time zones and no leap seconds; years 0 to 9999.
 */
#ifndef BASE_CIVIL_H
#define BASE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct civil {
	unsigned	 year, month, day;	/* month and day from 1 */
	unsigned	 hour, minute, second;
};

/* Are all fields in range for such a month? A second 60 is not. */
bool	civil_valid(const struct civil *);

/*
 * "2026-01-31 23:59:00" with BETWEEN between day and hour, every digit there.
 * False, with nothing of worth set, when it is anything else or not valid.
 */
#define CIVIL_TEXT	19u		/* bytes of it */
bool	civil_parse(struct slice, char between, struct civil *);

/* Seconds since 1970 of a valid time. */
int64_t	civil_seconds(const struct civil *);

/* The other way; false, with nothing set, outside the years 0 to 9999. */
bool	civil_from(int64_t seconds, struct civil *);

#endif
