/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock.c - what a record's time is on the wall.
 *
 * The C library does not tell how long an offset stays; but clocks have not
 * been changed at another time than a full quarter of an hour of UTC since
 * 1972, so that it is asked once for each.
 */
#include "engine/clock.h"

#include <time.h>

#define DAY_S		86400
#define QUARTER_S	900
#define FAR		(INT64_C(1) << 56)	/* nobody's clock */

struct clock
clock_in(const struct tzif *zone)
{
	return (struct clock){ .zone = zone };
}

/* What the C library says; UTC when it cannot tell. */
static int32_t
system_offset(int64_t seconds, struct tzif_span *span)
{
	const time_t	 t = (time_t)seconds;
	int64_t		 begin = seconds % QUARTER_S;
	struct tm	 tm;

	*span = (struct tzif_span){ 0, 0 };
	if (seconds > FAR || seconds < -FAR || localtime_r(&t, &tm) == NULL)
		return 0;
	begin = seconds - (begin < 0 ? begin + QUARTER_S : begin);
	*span = (struct tzif_span){ begin, begin + QUARTER_S };
	return (int32_t)tm.tm_gmtoff;
}

struct wall
clock_at(struct clock *c, int64_t seconds)
{
	int64_t	 days = seconds / DAY_S, in_day = seconds % DAY_S;

	if (seconds < c->span.from || seconds >= c->span.until)
		c->offset = c->zone != NULL ?
		    tzif_offset(c->zone, seconds, &c->span) :
		    system_offset(seconds, &c->span);
	for (in_day += c->offset; in_day < 0; in_day += DAY_S)
		days--;
	days += in_day / DAY_S;
	/* 1970 began on a Thursday. */
	return (struct wall){ .minute = (uint16_t)(in_day % DAY_S / 60),
	    .day = (uint8_t)((days % 7 + 7 + 4) % 7) };
}
