/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dates.h - what people write for a point in time.
 *
 *	20211014  2021101411  202110141120  20211014112059
 *	2021-10-14  2021-10-14T11:20  2021-10-14T11:20:59Z  ...+02:00
 *	@1634210459
 *	now  today  yesterday  tomorrow
 *	-2h  -30min  "2 hours ago"  "3 days ago"  "1 week ago"
 *
 * Local time with its summer time, unless UTC is asked for or the text says
 * otherwise. What is left out at the end is zero; `today` begins at midnight; a
 * day is 24 hours, and a week seven of them.
 */
#ifndef SELECT_DATES_H
#define SELECT_DATES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* For messages: what is understood. */
#define DATES_FORMS "YYYYMMDD[hh[mm[ss]]], YYYY-MM-DD[Thh:mm[:ss]], now, " \
	"today, yesterday, -2h or '3 days ago'"

struct dates {
	int64_t	 now;		/* seconds since 1970 */
	bool	 utc;
};

/*
 * The second that is meant. False, with what is wrong appended to WHY, when
 * the text makes no sense.
 */
bool	dates_parse(const struct dates *, const char *text, int64_t *when,
	    struct buf *why);

/* The first and the last second of the day in which that second lies. */
bool	dates_day(const struct dates *, const char *text, int64_t *first,
	    int64_t *last, struct buf *why);

/* The length of "2h", "90 min" or "1 day" in seconds. */
bool	dates_length(const char *text, int64_t *seconds, struct buf *why);

#endif
