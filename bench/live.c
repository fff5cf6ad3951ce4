/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live.c - what live sequences cost beside time: memory, and the one record
 * that has to wait for all others.
 *
 * Memory is what the system says that a process holds, so that what allocators
 * keep for themselves counts. It is asked for in a child, which no measurement
 * before it has filled. The longest time of a record is mostly chance: somebody
 * else had the processor's caches. But tables grow and sequences expire at the
 * same records each time; so what counts of each record is the least of a few
 * passes, and of these the most.
 */
#include "live.h"

#include <sys/types.h>
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "bsm/frame.h"
#include "bsm/record.h"
#include "engine/engine.h"

#define PASSES		5u
#define LOOK_EVERY	2000u		/* records */
#define FIRST_LIVE	1000u		/* sequences that are not counted, */
#define ENOUGH_LIVE	100000u		/* and how many say something */

struct feeder {
	struct engine	*engine;
	uint32_t	 source;
	uint64_t	 records;
	void		(*before)(struct feeder *);	/* or NULL */
	void		(*after)(struct feeder *);
	void		*arg;
};

static void
ignore(void *arg, struct alert *a)
{
	(void)arg;
	(void)a;
}

static void
feeder_init(struct feeder *f, const struct program *p,
    const struct names *names)
{
	static const struct engine_options	 options = {
		.skip_steps = true
	};
	static const struct alert_out		 out = { .alert = ignore };

	f->engine = engine_new(p, names, &options, &out);
	f->source = engine_source(f->engine, false);
	f->records = 0;
}

static void
feed(struct feeder *f, const struct trail *t)
{
	struct frame		*frame = frame_new();
	struct frame_record	 fr;
	struct record		 r;

	(void)frame_feed(frame, t->p, t->n);	/* a new one is never busy */
	frame_end(frame);
	while (frame_next(frame, &fr) == 1) {
		if (fr.kind != FRAME_RECORD || record_head(&r, &fr) != 0)
			continue;
		if (f->before != NULL)
			f->before(f);
		engine_feed(f->engine, f->source, &r);
		f->after(f);
		f->records++;
	}
	frame_free(frame);
}

/* Memory. */

/* Bytes of this process that are nobody else's; less than 0 if unknown. */
static double
held(void)
{
	FILE	*f = fopen("/proc/self/status", "r");
	char	 line[256];
	double	 kb = -1;

	if (f == NULL)
		return -1;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "RssAnon: %lf", &kb) == 1)
			break;
	(void)fclose(f);			/* only read from */
	return kb * 1024;
}

struct scale {
	double		 base, live;	/* bytes, sequences at first */
	struct weight	 weight;
};

static void
weigh(struct feeder *f)
{
	struct scale		*s = f->arg;
	struct engine_stats	 stats;
	double			 more;

	if (f->records % LOOK_EVERY != 0)
		return;
	engine_stats(f->engine, &stats);
	if (s->base == 0 && stats.instances >= FIRST_LIVE) {
		s->base = held();
		s->live = (double)stats.instances;
	}
	if (stats.instances < ENOUGH_LIVE)
		return;
	more = (double)stats.instances - s->live;
	s->weight.settled = (held() - s->base) / more;
	if (s->weight.settled > s->weight.growing)
		s->weight.growing = s->weight.settled;
}

static void
weigh_here(int to, const struct trail *t, const struct program *p,
    const struct names *names)
{
	struct scale	 s = { .weight = { -1, -1 } };
	struct feeder	 f = { .after = weigh, .arg = &s };

	feeder_init(&f, p, names);
	if (held() > 0)
		feed(&f, t);
	_exit(write(to, &s.weight, sizeof(s.weight)) !=
	    (ssize_t)sizeof(s.weight));
}

struct weight
live_weigh(const struct trail *t, const struct program *p,
    const struct names *names)
{
	struct weight	 w = { -1, -1 };
	int		 fds[2], how;
	pid_t		 pid;

	if (pipe(fds) != 0)
		return w;
	pid = fork();
	if (pid == 0)
		weigh_here(fds[1], t, p, names);
	(void)close(fds[1]);			/* the child's */
	if (read(fds[0], &w, sizeof(w)) != (ssize_t)sizeof(w))
		w = (struct weight){ -1, -1 };
	(void)close(fds[0]);			/* only read from */
	if (pid > 0)
		(void)waitpid(pid, &how, 0);	/* it has written or not */
	return w;
}

/* The worst record. */

struct longest {
	double		 start;
	uint32_t	*ns;		/* of each record, the least */
};

static double
processor_ns(void)
{
	struct timespec	 t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);	/* is known */
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void
start(struct feeder *f)
{
	struct longest	*l = f->arg;

	l->start = processor_ns();
}

static void
stop(struct feeder *f)
{
	struct longest	*l = f->arg;
	double		 ns = processor_ns() - l->start;

	if (ns < l->ns[f->records])
		l->ns[f->records] = (uint32_t)ns;
}

double
live_worst(const struct trail *first, const struct trail *second,
    const struct program *p, const struct names *names)
{
	const uint64_t	 n = first->records + second->records;
	struct longest	 l = { .ns = xcalloc(n, sizeof(*l.ns)) };
	struct feeder	 f = { .before = start, .after = stop, .arg = &l };
	uint32_t	 worst = 0;

	for (uint64_t i = 0; i < n; i++)
		l.ns[i] = UINT32_MAX;
	for (unsigned pass = 0; pass < PASSES; pass++) {
		feeder_init(&f, p, names);
		feed(&f, first);
		feed(&f, second);
		engine_free(f.engine);
	}
	for (uint64_t i = 0; i < n; i++)
		if (l.ns[i] > worst)
			worst = l.ns[i];
	free(l.ns);
	return worst;
}
