/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backfill.c - what a live source brought while nobody listened, from the
 * trails to which it was written as well.
 *
 * The source was opened before the directory is looked at. So a record that is
 * not in a trail yet comes from the source, and one that comes both ways is
 * recognised (run/seam.c).
 */
#include "run/backfill.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/live.h"
#include "run/seam.h"
#include "run/stream.h"
#include "run/trailset.h"
#include "run/watching.h"

#define TURN_RECORDS	4096u		/* until the loop has a turn */

static bool
is_asked_for(const struct watching *run, size_t i)
{
	const struct stream	*s = run->lives[i].stream;
	int64_t			 last;

	return run->o->backfill != NULL && run->lives[i].source != NULL &&
	    s->seam != NULL && seam_time(s->seam, &last);
}

void
backfill_hold(struct watching *run)
{
	for (size_t i = 0; i < run->o->ninputs; i++)
		if (is_asked_for(run, i))
			live_hold(&run->lives[i]);
}

static void
on_say(void *arg, const char *trail, const char *why)
{
	struct watching		*run = arg;
	const struct input	 about = { .path = trail };

	watching_say(run, &about, why);
}

/*
 * The trails of the source's host, as it calls itself; those that do not say
 * whose they are are its own.
 */
static struct trailset *
trails_of(struct watching *run, const struct stream *s)
{
	int64_t				 last = 0;
	struct trailset			*all, *one;
	struct trailset_options		 o = { .order = TRAILSET_MERGED,
	    .until = INT64_MAX, .empty_too = true, .say = on_say,
	    .arg = run };

	(void)seam_time(s->seam, &last);
	o.from = (last - SEAM_SLACK_MS) / 1000;
	all = trailset_new(&o);
	(void)trailset_add(all, run->o->backfill);	/* or it was said */
	while ((one = trailset_take_host(all)) != NULL) {
		const char	*host = trailset_trail(one, 0)->host;

		if (host == NULL || s->in->host == NULL ||
		    strcmp(host, s->in->host) == 0)
			break;
		trailset_free(one);
	}
	trailset_free(all);
	return one;
}

/* The last record may be just being written, and will come from the source. */
static bool
is_unfinished(const struct trailset_record *r)
{
	return r->frame.kind == FRAME_GAP &&
	    r->frame.reason == FRAME_TRUNCATED &&
	    r->trail->stamps.how == TRAIL_NOT_TERMINATED;
}

static void
take(struct stream *s, const struct trailset_record *r, struct damage *d)
{
	d->trail = r->trail->path;
	if (r->frame.kind == FRAME_RECORD)
		stream_found(s, &r->frame);
	else if (r->frame.kind == FRAME_GAP && !is_unfinished(r))
		s->run->result->gaps += damage_gap(d, &r->frame,
		    frame_strreason(r->frame.reason));
}

static void
read_trails(struct stream *s)
{
	struct watching		*run = s->run;
	struct trailset		*set = trails_of(run, s);
	struct trailset_record	 r;
	struct damage		*damage;
	size_t			 n = 0;

	if (set == NULL)
		return;
	damage = xcalloc(trailset_count(set), sizeof(*damage));
	seam_begin(s->seam, false);
	while (!run->stop && trailset_next(set, &r) == 1) {
		take(s, &r, &damage[r.number]);
		if (++n % TURN_RECORDS != 0)
			continue;
		stream_flush(s);
		watching_turn(run, EVLOOP_NONBLOCK);
	}
	stream_flush(s);
	seam_begin(s->seam, true);
	for (size_t i = 0; i < trailset_count(set); i++)
		damage_end(&damage[i]);
	run->result->failed |= trailset_failed(set);
	trailset_free(set);
	free(damage);
}

void
backfill_read(struct watching *run)
{
	for (size_t i = 0; i < run->o->ninputs && !run->stop; i++)
		if (run->lives[i].held != NULL) {
			read_trails(run->lives[i].stream);
			if (!run->stop)
				live_release(&run->lives[i]);
		}
}
