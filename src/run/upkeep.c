/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * upkeep.c - what a run does besides: it tells how it is.
 */
#include "run/upkeep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "run/figures.h"
#include "run/metrics.h"
#include "run/retention.h"
#include "run/supervisor.h"
#include "run/watching.h"
#include "run/worker.h"

#define PULSE_US	1000000		/* from one sign of life to the next */

struct upkeep {
	struct watching		*run;
	struct supervisor	 supervisor;
	struct event		*watchdog, *stats, *pulse;	/* or NULL */
	struct metrics		*metrics;		/* or NULL */
	struct retention	*retention;		/* or NULL */
	struct map		*alerts;	/* by rule: uint64_t, owned */
	time_t			 began;
};

static void	put_all(void *, struct buf *);

static void
on_watchdog(evutil_socket_t fd, short what, void *arg)
{
	const struct upkeep	*u = arg;

	(void)fd;
	(void)what;
	supervisor_tell(&u->supervisor, "WATCHDOG=1");
}

/* In the worker: its parent is the one that others know. */
static void
on_pulse(evutil_socket_t fd, short what, void *arg)
{
	const struct upkeep	*u = arg;
	struct buf		 b = { 0 };

	(void)fd;
	(void)what;
	if (u->run->o->metrics != NULL)
		put_all(arg, &b);
	worker_pulse(u->run->o->worker, b.n > 0 ? &b : NULL);
	buf_fini(&b);
}

static void
on_stats(evutil_socket_t fd, short what, void *arg)
{
	struct upkeep	*u = arg;

	(void)fd;
	(void)what;
	watching_status(u->run);
}

/* Figures. */

void
upkeep_alert(struct upkeep *u, const char *rule)
{
	uint64_t	*n = map_find(u->alerts, slice_str(rule));

	if (n == NULL) {
		n = xcalloc(1, sizeof(*n));
		(void)map_put(u->alerts, slice_str(rule), n);
	}
	++*n;
}

static void
put_alerts(const struct upkeep *u, struct buf *b)
{
	struct slice	 rule;

	buf_str(b, "# HELP bsmtrace_alerts_total Alerts, by the rule that "
	    "raised them.\n# TYPE bsmtrace_alerts_total counter\n");
	for (size_t i = 0; i < map_count(u->alerts); i++) {
		const uint64_t	*n = map_at(u->alerts, i, &rule);
		char		*name = xstrndup(rule.p, rule.n);

		buf_str(b, "bsmtrace_alerts_total{");
		metrics_label(b, "rule", name);
		buf_printf(b, "} %" PRIu64 "\n", *n);
		free(name);
	}
}

static void
put_process(const struct upkeep *u, struct buf *b)
{
	struct rusage	 r;

	buf_str(b, "# HELP bsmtrace_build_info The version.\n"
	    "# TYPE bsmtrace_build_info gauge\nbsmtrace_build_info{");
	metrics_label(b, "version", BSMTRACE_VERSION);
	buf_str(b, "} 1\n");
	metrics_put(b, "start_time_seconds", "When the run began, since 1970.",
	    "gauge", (uint64_t)u->began);
	if (getrusage(RUSAGE_SELF, &r) == -1)
		return;
	buf_printf(b, "# HELP bsmtrace_cpu_seconds_total Processor time, user "
	    "and system.\n# TYPE bsmtrace_cpu_seconds_total counter\n"
	    "bsmtrace_cpu_seconds_total %.3f\n",
	    (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	    (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6);
}

static void
put_all(void *arg, struct buf *b)
{
	const struct upkeep	*u = arg;
	struct figures		 f;

	watching_figures(u->run, &f);
	metrics_figures(b, &f);
	put_alerts(u, b);
	if (u->run->census != NULL)
		metrics_events(b, u->run->census);
	put_process(u, b);
}

/* Life. */

static struct event *
every(struct upkeep *u, uint64_t us, event_callback_fn call)
{
	const struct timeval	 t = { .tv_sec = (time_t)(us / 1000000),
	    .tv_usec = (suseconds_t)(us % 1000000) };
	struct event		*e = event_new(u->run->base, -1, EV_PERSIST,
	    call, u);

	if (e != NULL && event_add(e, &t) == -1) {
		event_free(e);
		e = NULL;
	}
	return e;
}

/* False after saying why. */
static bool
start_metrics(struct upkeep *u)
{
	const char	*where = u->run->o->metrics;
	struct buf	 why = { 0 };

	if (where == NULL || u->run->o->worker != NULL)
		return true;		/* the courier has it then */
	u->metrics = metrics_new(u->run->base, where, put_all, u, &why);
	if (u->metrics == NULL)
		log_warn("--metrics %s: %s", where, buf_cstr(&why));
	else
		log_debug("figures at port %u", metrics_port(u->metrics));
	buf_fini(&why);
	return u->metrics != NULL;
}

struct upkeep *
upkeep_new(struct watching *run)
{
	struct upkeep	*u = xcalloc(1, sizeof(*u));

	u->run = run;
	u->began = time(NULL);
	u->alerts = map_new();
	supervisor_init(&u->supervisor);
	if (!start_metrics(u)) {
		upkeep_free(u);
		return NULL;
	}
	/* Twice as often as it wants to hear of us. */
	if (u->supervisor.watchdog_us > 1)
		u->watchdog = every(u, u->supervisor.watchdog_us / 2,
		    on_watchdog);
	if (run->o->worker != NULL)
		u->pulse = every(u, PULSE_US, on_pulse);
	if (run->o->stats_s > 0)
		u->stats = every(u, (uint64_t)run->o->stats_s * 1000000,
		    on_stats);
	u->retention = retention_new(run->base, run->o->sinks,
	    &run->o->retention);
	supervisor_tell(&u->supervisor, "READY=1");
	return u;
}

void
upkeep_free(struct upkeep *u)
{
	if (u == NULL)
		return;
	supervisor_tell(&u->supervisor, "STOPPING=1");
	supervisor_fini(&u->supervisor);
	metrics_free(u->metrics);
	retention_free(u->retention);
	if (u->watchdog != NULL)
		event_free(u->watchdog);
	if (u->stats != NULL)
		event_free(u->stats);
	if (u->pulse != NULL)
		event_free(u->pulse);
	for (size_t i = 0; i < map_count(u->alerts); i++)
		free(map_at(u->alerts, i, NULL));
	map_free(u->alerts);
	free(u);
}
