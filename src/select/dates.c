/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dates.c - what people write for a point in time.
 *
 * Each form is a function that says whether the text is of its form at all;
 * only then it may complain about a field. So a message speaks of the form that
 * was meant.
 */
#include "select/dates.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/civil.h"

#define DAY_S		86400
#define NUMBER_MAX	(INT64_C(1) << 36)	/* seconds; 2,000 years */

/* What a form makes of a text. */
enum answer { OTHER_FORM, WRONG, RIGHT };

static const struct unit {
	const char	*name;
	int64_t		 seconds;
} units[] = {
	{ "s", 1 }, { "sec", 1 }, { "second", 1 }, { "seconds", 1 },
	{ "m", 60 }, { "min", 60 }, { "minute", 60 }, { "minutes", 60 },
	{ "h", 3600 }, { "hour", 3600 }, { "hours", 3600 },
	{ "d", DAY_S }, { "day", DAY_S }, { "days", DAY_S },
	{ "w", 7 * DAY_S }, { "week", 7 * DAY_S }, { "weeks", 7 * DAY_S },
	{ NULL, 0 }
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *
skip_blanks(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/* How many digits stand at the start. */
static size_t
digits_at(const char *s)
{
	size_t	 n = 0;

	while (is_digit(s[n]))
		n++;
	return n;
}

/* Exactly N digits; the text goes on behind them. */
static bool
take_number(const char **s, size_t n, unsigned *value)
{
	*value = 0;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit((*s)[i]))
			return false;
		*value = *value * 10 + (unsigned)((*s)[i] - '0');
	}
	*s += n;
	return true;
}

static bool
take_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* Say which field makes no sense. */
static enum answer
complain(const struct civil *c, struct buf *why)
{
	if (c->month < 1 || c->month > 12)
		buf_printf(why, "there is no month %u", c->month);
	else if (c->hour > 23)
		buf_printf(why, "there is no hour %u", c->hour);
	else if (c->minute > 59)
		buf_printf(why, "there is no minute %u", c->minute);
	else if (c->second > 59)
		buf_printf(why, "there is no second %u", c->second);
	else
		buf_printf(why, "month %u of %u has no day %u", c->month,
		    c->year, c->day);
	return WRONG;
}

/* A time of the clock on the wall, in the zone that is asked for. */
static enum answer
wall_clock(const struct dates *d, const struct civil *c, int64_t *when,
    struct buf *why)
{
	struct tm	 tm = { .tm_year = (int)c->year - 1900,
	    .tm_mon = (int)c->month - 1, .tm_mday = (int)c->day,
	    .tm_hour = (int)c->hour, .tm_min = (int)c->minute,
	    .tm_sec = (int)c->second, .tm_isdst = -1, .tm_wday = -1 };

	if (!civil_valid(c))
		return complain(c, why);
	if (d->utc) {
		*when = civil_seconds(c);
		return RIGHT;
	}
	*when = mktime(&tm);
	if (tm.tm_wday != -1)
		return RIGHT;
	buf_str(why, "this system has no such time");
	return WRONG;
}

/* 20211014112059, or less of it from the right */
static enum answer
compact(const struct dates *d, const char *s, int64_t *when, struct buf *why)
{
	const size_t	 n = digits_at(s);
	struct civil	 c = { 0 };

	if (n < 8 || s[n] != '\0')
		return OTHER_FORM;
	if (n != 8 && n != 10 && n != 12 && n != 14) {
		buf_printf(why, "%zu digits, where 8, 10, 12 or 14 make a date",
		    n);
		return WRONG;
	}
	(void)take_number(&s, 4, &c.year);	/* they are digits */
	(void)take_number(&s, 2, &c.month);
	(void)take_number(&s, 2, &c.day);
	if (n >= 10)
		(void)take_number(&s, 2, &c.hour);
	if (n >= 12)
		(void)take_number(&s, 2, &c.minute);
	if (n == 14)
		(void)take_number(&s, 2, &c.second);
	return wall_clock(d, &c, when, why);
}

/* hh:mm[:ss[.fraction]]: fractions are passed over, records have none here. */
static bool
take_clock(const char **s, struct civil *c)
{
	if (!take_number(s, 2, &c->hour) || !take_char(s, ':') ||
	    !take_number(s, 2, &c->minute))
		return false;
	if (!take_char(s, ':'))
		return true;
	if (!take_number(s, 2, &c->second))
		return false;
	if (take_char(s, '.')) {
		const size_t	 n = digits_at(*s);

		*s += n;
		return n > 0;
	}
	return true;
}

/* Z, +hh:mm or -hhmm, in seconds east of Greenwich. */
static bool
take_zone(const char **s, int64_t *east)
{
	const bool	 minus = **s == '-';
	unsigned	 hours, minutes;

	*east = 0;
	if (take_char(s, 'Z'))
		return true;
	if (!take_char(s, '+') && !take_char(s, '-'))
		return false;
	if (!take_number(s, 2, &hours))
		return false;
	(void)take_char(s, ':');		/* may be left out */
	if (!take_number(s, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*east = (int64_t)hours * 3600 + (int64_t)minutes * 60;
	*east = minus ? -*east : *east;
	return true;
}

/* 2021-10-14T11:20:59+02:00, or less of it from the right (RFC 3339) */
static enum answer
rfc3339(const struct dates *d, const char *s, int64_t *when, struct buf *why)
{
	const struct dates	 zulu = { .utc = true };
	struct civil		 c = { 0 };
	int64_t			 east;
	enum answer		 answer;

	if (!take_number(&s, 4, &c.year) || !take_char(&s, '-') ||
	    !take_number(&s, 2, &c.month) || !take_char(&s, '-') ||
	    !take_number(&s, 2, &c.day))
		return OTHER_FORM;
	if (*s == '\0')
		return wall_clock(d, &c, when, why);
	if ((!take_char(&s, 'T') && !take_char(&s, ' ')) ||
	    !take_clock(&s, &c))
		return OTHER_FORM;
	if (*s == '\0')
		return wall_clock(d, &c, when, why);
	if (!take_zone(&s, &east) || *s != '\0')
		return OTHER_FORM;
	answer = wall_clock(&zulu, &c, when, why);
	*when -= answer == RIGHT ? east : 0;
	return answer;
}

/* Midnight, DAYS days from today. */
static enum answer
midnight(const struct dates *d, int64_t when, int days, int64_t *out,
    struct buf *why)
{
	const time_t	 t = (time_t)when;
	struct tm	 tm;
	struct civil	 c;

	if ((d->utc ? gmtime_r(&t, &tm) : localtime_r(&t, &tm)) == NULL ||
	    tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
		goto beyond;
	c = (struct civil){ .year = (unsigned)(tm.tm_year + 1900),
	    .month = (unsigned)tm.tm_mon + 1, .day = (unsigned)tm.tm_mday };
	if (!civil_from(civil_seconds(&c) + (int64_t)days * DAY_S, &c))
		goto beyond;
	return wall_clock(d, &c, out, why);
beyond:
	buf_str(why, "beyond the years that a date can have");
	return WRONG;
}

static enum answer
by_name(const struct dates *d, const char *s, int64_t *when, struct buf *why)
{
	static const struct {
		const char	*name;
		int		 days;
	} days[] = { { "today", 0 }, { "yesterday", -1 }, { "tomorrow", 1 } };

	if (strcmp(s, "now") == 0) {
		*when = d->now;
		return RIGHT;
	}
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		if (strcmp(s, days[i].name) == 0)
			return midnight(d, d->now, days[i].days, when, why);
	return OTHER_FORM;
}

/* @SECONDS since 1970 */
static enum answer
epoch(const char *s, int64_t *when, struct buf *why)
{
	if (!take_char(&s, '@') || digits_at(s) == 0 ||
	    s[digits_at(s)] != '\0')
		return OTHER_FORM;
	if (digits_at(s) > 18) {
		buf_str(why, "more digits than seconds can have");
		return WRONG;
	}
	*when = strtoll(s, NULL, 10);
	return RIGHT;
}

/* "2h", "3 days": a number, a unit and what follows. */
static enum answer
take_length(const char **text, int64_t *seconds, struct buf *why)
{
	const char		*s = *text;
	const size_t		 n = digits_at(s);
	const struct unit	*u = units;
	const char		*word;
	size_t			 len;
	int64_t			 value;

	if (n == 0)
		return OTHER_FORM;
	value = n > 12 ? NUMBER_MAX + 1 : strtoll(s, NULL, 10);
	word = skip_blanks(s + n);
	len = strcspn(word, " \t");
	while (u->name != NULL && (strlen(u->name) != len ||
	    memcmp(u->name, word, len) != 0))
		u++;
	if (len == 0 || u->name == NULL)
		return OTHER_FORM;
	if (value > NUMBER_MAX / u->seconds) {
		buf_str(why, "longer than anything that was audited");
		return WRONG;
	}
	*seconds = value * u->seconds;
	*text = skip_blanks(word + len);
	return RIGHT;
}

/* -2h, "2 hours ago" */
static enum answer
relative(const struct dates *d, const char *s, int64_t *when, struct buf *why)
{
	const bool	 minus = take_char(&s, '-');
	int64_t		 seconds;
	enum answer	 answer = take_length(&s, &seconds, why);

	if (answer != RIGHT)
		return answer;
	if (!minus && *s == '\0') {
		buf_str(why, "does not say whether it was ago: write -2h or "
		    "'2 hours ago'");
		return WRONG;
	}
	if (strcmp(s, minus ? "" : "ago") != 0)
		return OTHER_FORM;
	*when = d->now - seconds;
	return RIGHT;
}

bool
dates_parse(const struct dates *d, const char *text, int64_t *when,
    struct buf *why)
{
	enum answer	 answer;

	if ((answer = compact(d, text, when, why)) == OTHER_FORM &&
	    (answer = rfc3339(d, text, when, why)) == OTHER_FORM &&
	    (answer = by_name(d, text, when, why)) == OTHER_FORM &&
	    (answer = epoch(text, when, why)) == OTHER_FORM &&
	    (answer = relative(d, text, when, why)) == OTHER_FORM)
		buf_str(why, "no such form is known");
	return answer == RIGHT;
}

bool
dates_day(const struct dates *d, const char *text, int64_t *first,
    int64_t *last, struct buf *why)
{
	int64_t	 when, next;

	if (!dates_parse(d, text, &when, why) ||
	    midnight(d, when, 0, first, why) != RIGHT ||
	    midnight(d, when, 1, &next, why) != RIGHT)
		return false;
	*last = next - 1;
	return true;
}

bool
dates_length(const char *text, int64_t *seconds, struct buf *why)
{
	const enum answer	 answer = take_length(&text, seconds, why);

	if (answer == RIGHT && *text == '\0')
		return true;
	if (answer != WRONG)
		buf_str(why, "no length of time: write 2h, 30min or 7d");
	return false;
}
