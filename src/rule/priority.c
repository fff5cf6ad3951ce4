/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * priority.c - names of syslog(3) facilities and levels, as syslog.conf(5) has
 * them. Systems differ in which facilities they know.
 */
#include <syslog.h>

#include "rule/priority.h"

#define PRIORITY_MAX	(LOG_LOCAL7 | LOG_DEBUG)

struct code {
	const char	*name;
	int		 value;
};

static const struct code facilities[] = {
	{ "auth", LOG_AUTH }, { "cron", LOG_CRON }, { "daemon", LOG_DAEMON },
	{ "kern", LOG_KERN }, { "lpr", LOG_LPR }, { "mail", LOG_MAIL },
	{ "news", LOG_NEWS }, { "syslog", LOG_SYSLOG }, { "user", LOG_USER },
	{ "uucp", LOG_UUCP }, { "local0", LOG_LOCAL0 },
	{ "local1", LOG_LOCAL1 }, { "local2", LOG_LOCAL2 },
	{ "local3", LOG_LOCAL3 }, { "local4", LOG_LOCAL4 },
	{ "local5", LOG_LOCAL5 }, { "local6", LOG_LOCAL6 },
	{ "local7", LOG_LOCAL7 },
#ifdef LOG_AUTHPRIV
	{ "authpriv", LOG_AUTHPRIV },
#endif
#ifdef LOG_FTP
	{ "ftp", LOG_FTP },
#endif
#ifdef LOG_NTP
	{ "ntp", LOG_NTP },
#endif
#ifdef LOG_CONSOLE
	{ "console", LOG_CONSOLE },
#endif
#ifdef LOG_SECURITY
	{ "security", LOG_SECURITY },
#else
	{ "security", LOG_AUTH },
#endif
#ifdef LOG_AUDIT
	{ "audit", LOG_AUDIT },
#endif
	{ 0 }
};

static const struct code levels[] = {
	{ "emerg", LOG_EMERG }, { "panic", LOG_EMERG }, { "alert", LOG_ALERT },
	{ "crit", LOG_CRIT }, { "err", LOG_ERR }, { "error", LOG_ERR },
	{ "warning", LOG_WARNING }, { "warn", LOG_WARNING },
	{ "notice", LOG_NOTICE }, { "info", LOG_INFO }, { "debug", LOG_DEBUG },
	{ 0 }
};

static bool
same_letters(struct slice s, const char *name)
{
	for (size_t i = 0; i < s.n; i++, name++) {
		const uint8_t	c = s.p[i];
		const uint8_t	l = c >= 'A' && c <= 'Z' ?
		    (uint8_t)(c + ('a' - 'A')) : c;

		if (*name == '\0' || l != (uint8_t)*name)
			return false;
	}
	return *name == '\0';
}

static bool
code_find(const struct code *codes, struct slice s, int *value)
{
	for (; codes->name != NULL; codes++)
		if (same_letters(s, codes->name)) {
			*value = codes->value;
			return true;
		}
	return false;
}

static bool
digits(struct slice s, int *value)
{
	*value = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*value = *value * 10 + (s.p[i] - '0');
		if (*value > PRIORITY_MAX)
			return false;
	}
	return s.n > 0;
}

bool
priority_find(struct slice s, int *priority)
{
	const uint8_t	*dot = s.n == 0 ? NULL : memchr(s.p, '.', s.n);
	struct slice	 facility;
	int		 high = LOG_USER, low;

	if (digits(s, priority))
		return true;
	if (dot != NULL) {
		facility = (struct slice){ s.p, (size_t)(dot - s.p) };
		if (!code_find(facilities, facility, &high))
			return false;
		s.p = dot + 1;
		s.n -= facility.n + 1;
	}
	if (!code_find(levels, s, &low))
		return false;
	*priority = high | low;
	return true;
}
