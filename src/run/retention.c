/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * retention.c - how long alerts stay in the store, and how many.
 *
 * Nobody waits for this: a step removes some fifty alerts, a few milliseconds
 * of work, and a pause that is much longer belongs to those who read. A look
 * that finds nothing more to remove is over, and the next one is an hour away.
 * What is wrong with the store then is said by the sinks.
 */
#include "run/retention.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"

struct retention {
	struct sinks		*sinks;
	struct retention_limits	 limits;
	struct event		*timer;
	uint64_t		 removed;	/* in this look */
};

bool
retention_size(const char *text, uint64_t *bytes)
{
	static const char	 units[] = "kmgt";
	const char		*unit;
	char			*end;
	unsigned		 shift = 0;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*bytes = strtoull(text, &end, 10);
	if (*end != '\0') {
		unit = strchr(units, tolower((unsigned char)*end));
		if (unit == NULL || end[1] != '\0')
			return false;
		shift = 10 * (unsigned)(unit - units + 1);
	}
	if (errno != 0 || *bytes > (uint64_t)INT64_MAX >> shift)
		return false;
	*bytes <<= shift;
	return *bytes >= RETENTION_SIZE_MIN;
}

static void
look_again(struct retention *r, bool more)
{
	const struct timeval	 pause = { .tv_usec =
	    RETENTION_PAUSE_MS * 1000 };
	const struct timeval	 hour = { .tv_sec = RETENTION_EVERY_S };

	if (event_add(r->timer, more ? &pause : &hour) == -1)
		log_warn("no timer: the store grows from now on");
}

static void
step(struct retention *r)
{
	const int64_t	 before = r->limits.keep_s == 0 ? STORE_ANY :
	    ((int64_t)time(NULL) - r->limits.keep_s) * 1000;
	const uint64_t	 n = sinks_expire(r->sinks, before, r->limits.max);

	r->removed += n;
	if (n == 0 && r->removed > 0) {
		log_debug("%" PRIu64 " alerts removed from the store",
		    r->removed);
		r->removed = 0;
	}
	look_again(r, n > 0);
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	step(arg);
}

struct retention *
retention_new(struct event_base *base, struct sinks *sinks,
    const struct retention_limits *limits)
{
	struct retention	*r;

	if (limits->keep_s == 0 && limits->max == 0)
		return NULL;
	r = xcalloc(1, sizeof(*r));
	r->sinks = sinks;
	r->limits = *limits;
	if ((r->timer = evtimer_new(base, on_time, r)) == NULL) {
		log_warn("no timer: the store is not kept small");
		retention_free(r);
		return NULL;
	}
	step(r);
	return r;
}

void
retention_free(struct retention *r)
{
	if (r == NULL)
		return;
	if (r->timer != NULL)
		event_free(r->timer);
	free(r);
}
