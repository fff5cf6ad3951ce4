/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relayed.c - what a worker remembers: the courier keeps it.
 *
 * The copy is made before the courier is told of it, and between the two
 * nothing happens, so both are of the same moment. There is never more than
 * one checkpoint under way, and none begins while alerts wait that came before
 * it: a place counts only when all that was found up to there is written. What
 * goes wrong with one is said by the courier, who hears of it; that it does
 * not come to one is said here.
 */
#include "run/relayed.h"

#include <sys/wait.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"
#include "bsm/cursor.h"

#define WAITS_US	60000000	/* without a checkpoint: it is said */

struct relayed {
	struct worker		*worker;
	struct event		*timer;
	struct checkpoint_part	*parts;
	size_t			 nparts;
	struct checkpoint_moments moments;	/* only the first */
	uint64_t		 number;	/* of the last one */
	pid_t			 child;		/* 0: none is under way */
	int64_t			 began_ms;	/* since 1970 */
	bool			 durable;	/* the last one is */
	bool			 failing;	/* copies: it was said */
	uint64_t		 good_us;	/* when one was durable */
	bool			 waits;		/* too long: it was said */
	struct checkpoint_stats	 stats;
};

/* At the start. */

bool
relayed_rows(struct worker *w, row_fn fn, void *arg)
{
	struct message	 m;
	bool		 wanted = true;

	worker_tell(w, ROLES_ROWS_WANTED, NULL, -1);
	for (;;) {
		struct cursor	 c;
		struct row	 row;

		worker_hear(w, &m);
		c = (struct cursor){ .in = m.bytes };
		if (m.type == ROLES_ROWS_END)
			return cursor_uint(&c, 1) == 1;
		if (m.type != ROLES_ROW || !wanted)
			continue;
		row.section = (uint32_t)cursor_uint(&c, 4);
		row.page = (uint32_t)cursor_uint(&c, 4);
		row.bytes = cursor_take(&c, cursor_left(&c));
		wanted = fn(arg, &row);
	}
}

struct relayed_from
relayed_loaded(struct worker *w, const char *why)
{
	struct relayed_from	 from;
	struct buf		 b = { 0 };
	struct message		 m;
	struct cursor		 c;

	if (why != NULL)
		buf_put(&b, why, strnlen(why, ROLES_SAY_MAX));
	worker_tell(w, ROLES_ROWS_LOADED, &b, -1);
	buf_fini(&b);
	do
		worker_hear(w, &m);
	while (m.type != ROLES_GOES_ON);
	c = (struct cursor){ .in = m.bytes };
	from.goes_on = cursor_uint(&c, 1) == 1;
	from.number = cursor_uint(&c, 8);
	from.millis = (int64_t)cursor_uint(&c, 8);
	return from;
}

/* Checkpoints. */

static uint64_t
micros(void)
{
	struct timespec	 t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);	/* all have it */
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int64_t
clock_ms(void)
{
	struct timespec	 t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
note_pause(struct relayed *r, uint64_t begun)
{
	r->stats.pause_us = micros() - begun;
	if (r->stats.pause_us > r->stats.longest_us)
		r->stats.longest_us = r->stats.pause_us;
}

static void
say_failure(struct relayed *r, const char *why)
{
	r->stats.failed++;
	r->durable = false;
	if (!r->failing)
		log_warn("what is remembered cannot be told: %s; this is tried "
		    "again", why);
	r->failing = true;
}

/* Its number, and where its rows come from. */
static void
tell_courier(struct relayed *r, int from, bool sure)
{
	struct buf	 b = { 0 };

	buf_u64(&b, ++r->number);
	buf_u8(&b, sure);
	worker_tell(r->worker, ROLES_MARK, &b, from);
	buf_fini(&b);
}

static bool
take(struct relayed *r, bool sure)
{
	const uint64_t			 begun = micros();
	int				 channels[2], from;
	const struct checkpoint_tell	 tell = { r->parts, r->nparts,
	    channels, worker_channels(r->worker, channels) };
	pid_t				 pid;

	(void)r->moments.mark(r->moments.arg);
	if ((pid = checkpoint_tell(&tell, &from)) == -1) {
		say_failure(r, strerror(errno));
		return false;
	}
	r->failing = false;
	r->child = pid;
	r->began_ms = clock_ms();
	tell_courier(r, from, sure);
	note_pause(r, begun);
	return true;
}

void
relayed_durable(struct relayed *r, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };
	const uint64_t	 number = cursor_uint(&c, 8);

	if (r == NULL || r->child == 0 || number != r->number)
		return;
	while (waitpid(r->child, NULL, 0) == -1 && errno == EINTR)
		;				/* nobody reads it any more */
	r->child = 0;
	r->durable = cursor_uint(&c, 1) == 1;
	if (!r->durable) {
		r->stats.failed++;
		return;
	}
	r->good_us = micros();
	if (r->waits)
		log_warn("what is remembered is written again");
	r->waits = false;
	r->stats.taken++;
	r->stats.millis = r->began_ms;
	r->stats.rows = cursor_uint(&c, 8);
	r->stats.bytes = cursor_uint(&c, 8);
	r->stats.written = cursor_uint(&c, 8);
	r->stats.writing_us = cursor_uint(&c, 8);
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	struct relayed	*r = arg;

	(void)fd;
	(void)what;
	if (r->child == 0 && worker_may_tell(r->worker)) {
		(void)take(r, false);		/* what went wrong was said */
		return;
	}
	r->stats.late++;
	if (r->waits || micros() - r->good_us < WAITS_US)
		return;
	r->waits = true;
	log_warn("what is remembered is not written: the courier does not take "
	    "what was before; it is tried again");
}

/* The courier waits no longer than a minute, and then says so. */
static void
wait_for_it(struct relayed *r)
{
	struct message	 m;

	while (r->child != 0) {
		worker_hear(r->worker, &m);
		if (m.type == ROLES_DURABLE)
			relayed_durable(r, m.bytes);
	}
}

bool
relayed_take(struct relayed *r)
{
	return r->child == 0 && worker_may_tell(r->worker) && take(r, false);
}

bool
relayed_sure(struct relayed *r)
{
	wait_for_it(r);
	if (!take(r, true))
		return false;
	wait_for_it(r);
	return r->durable;
}

/* Life. */

struct relayed *
relayed_new(struct event_base *base, struct worker *w,
    const struct checkpoint_options *o)
{
	struct relayed		*r = xcalloc(1, sizeof(*r));
	const struct timeval	 every = { .tv_sec = (time_t)o->every_s };

	r->worker = w;
	r->good_us = micros();
	r->stats.millis = o->millis;
	r->parts = xmemdup(o->parts, mem_product(o->nparts,
	    sizeof(*o->parts)));
	r->nparts = o->nparts;
	r->moments = o->moments;
	r->timer = event_new(base, -1, EV_PERSIST, on_time, r);
	if (r->timer == NULL || event_add(r->timer, &every) == -1) {
		relayed_free(r);
		return NULL;
	}
	return r;
}

void
relayed_free(struct relayed *r)
{
	if (r == NULL)
		return;
	if (r->timer != NULL)
		event_free(r->timer);
	free(r->parts);
	free(r);
}

void
relayed_stats(const struct relayed *r, struct checkpoint_stats *stats)
{
	const int64_t	 now = clock_ms();

	*stats = r->stats;
	if (stats->millis > 0 && now > stats->millis)
		stats->age_ms = now - stats->millis;
}
