/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * civil.c - days and hours of the Gregorian calendar, in UTC.
 *
 * A year is counted from March, so that the leap day is its last and the days
 * before a month follow from the month alone; 400 years have always as many
 * days.
 */
#include "base/civil.h"

#define DAY_S		86400
#define ERA_DAYS	146097		/* of 400 years */
#define DAYS_TO_1970	719468		/* from the first of March of year 0 */
#define YEAR_0_S	(-62167219200)	/* its first second, since 1970 */
#define YEAR_10000_S	253402300800

static bool
is_leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned
month_days(unsigned year, unsigned month)
{
	static const uint8_t	 days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool
civil_valid(const struct civil *c)
{
	return c->year <= 9999 && c->month >= 1 && c->month <= 12 &&
	    c->day >= 1 && c->day <= month_days(c->year, c->month) &&
	    c->hour < 24 && c->minute < 60 && c->second < 60;
}

/* A decimal number that fills the slice. */
static bool
parse_number(struct slice s, unsigned *to)
{
	*to = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*to = 10 * *to + s.p[i] - '0';
	}
	return true;
}

bool
civil_parse(struct slice s, char between, struct civil *c)
{
	const struct {
		unsigned	*to;
		size_t		 n;
		char		 before;
	} parts[] = {
		{ &c->year, 4, 0 }, { &c->month, 2, '-' }, { &c->day, 2, '-' },
		{ &c->hour, 2, between }, { &c->minute, 2, ':' },
		{ &c->second, 2, ':' }
	};
	size_t	 at = 0;

	if (s.n != CIVIL_TEXT)
		return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (i > 0 && s.p[at++] != (uint8_t)parts[i].before)
			return false;
		if (!parse_number((struct slice){ s.p + at, parts[i].n },
		    parts[i].to))
			return false;
		at += parts[i].n;
	}
	return civil_valid(c);
}

int64_t
civil_seconds(const struct civil *c)
{
	const int64_t	 year = (int64_t)c->year - (c->month <= 2);
	const int64_t	 era = (year >= 0 ? year : year - 399) / 400;
	const int64_t	 of_era = year - era * 400;
	const int64_t	 month = (c->month + 9) % 12;	/* from March */
	const int64_t	 days = era * ERA_DAYS + of_era * 365 + of_era / 4 -
	    of_era / 100 + (153 * month + 2) / 5 + c->day - 1 - DAYS_TO_1970;

	return days * DAY_S + (int64_t)c->hour * 3600 +
	    (int64_t)c->minute * 60 + c->second;
}

bool
civil_from(int64_t seconds, struct civil *c)
{
	int64_t	 days, left, era, of_era, year, month;

	if (seconds < YEAR_0_S || seconds >= YEAR_10000_S)
		return false;
	left = seconds % DAY_S;
	left = left < 0 ? left + DAY_S : left;
	days = (seconds - left) / DAY_S + DAYS_TO_1970;
	era = (days >= 0 ? days : days - (ERA_DAYS - 1)) / ERA_DAYS;
	days -= era * ERA_DAYS;
	of_era = (days - days / 1460 + days / 36524 - days / 146096) / 365;
	days -= of_era * 365 + of_era / 4 - of_era / 100;
	month = (5 * days + 2) / 153;			/* from March */
	year = era * 400 + of_era + (month >= 10);
	*c = (struct civil){ .year = (unsigned)year,
	    .month = (unsigned)(month < 10 ? month + 3 : month - 9),
	    .day = (unsigned)(days - (153 * month + 2) / 5 + 1),
	    .hour = (unsigned)(left / 3600),
	    .minute = (unsigned)(left / 60 % 60),
	    .second = (unsigned)(left % 60) };
	return true;
}
