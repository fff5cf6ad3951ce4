/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * losing.c - a queue that has no room.
 *
 * It is over only when half of the room is there again, so that one who is a
 * little too slow all the time does not make a line of each item.
 */
#include "run/losing.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"

static bool
has_air(const struct spill *s)
{
	struct spill_stats	 left;

	spill_stats(s, &left);
	return left.bytes <= spill_room(s) / 2;
}

bool
losing_note(struct losing *l, int error, const struct spill *s)
{
	const bool	 tell = l->now ? error == 0 && has_air(s) :
	    error != 0;

	if (tell) {
		l->now = error != 0;
		if (l->now)
			l->before = l->lost;
	}
	l->lost += error != 0;
	return tell;
}

void
losing_say(const struct losing *l, int error, const char *name)
{
	if (error == 0)
		log_warn("the queue of %s has room again; %llu were lost",
		    name, (unsigned long long)(l->lost - l->before));
	else if (error == ENOBUFS)
		log_warn("the queue of %s is full: more are lost", name);
	else
		log_warn("the queue of %s is full, and cannot go on on disk: "
		    "%s: more are lost", name, strerror(error));
}
