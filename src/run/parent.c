/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parent.c - the process that was started: its signals, and its life.
 */
#include "run/parent.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/parentinside.h"
#include "run/spot.h"

#define STOP_S		30	/* from the word to the end of a role; or */
#define STOP_KEEPS_S	150	/* with two checkpoints in between */

static void	on_end_signal(evutil_socket_t, short, void *);
static void	on_figures_signal(evutil_socket_t, short, void *);
static void	on_reopen_signal(evutil_socket_t, short, void *);
static void	on_child_signal(evutil_socket_t, short, void *);

static const struct {
	int		 number;
	event_callback_fn call;
} signals[] = {
	{ SIGTERM, on_end_signal },
	{ SIGINT, on_end_signal },
	{ SIGUSR1, on_figures_signal },
#ifdef SIGINFO
	{ SIGINFO, on_figures_signal },
#endif
	{ SIGCHLD, on_child_signal },
	{ SIGHUP, on_reopen_signal },		/* last: not always wanted */
};
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

_Static_assert(SIGNALS <= PARENT_SIGNALS_MAX, "each has its event");

/* Signals. */

/*
 * The worker has died, and waits to be started again. With a state it has its
 * place in the last checkpoint, and nothing is lost; else nobody reads what it
 * would have read.
 */
static void
end_without_worker(struct parent *p)
{
	hand_start_never(p->worker);
	if (p->o->keeps) {
		hand_start_never(p->courier);
		log_warn("the end, while both wait to be started again: the "
		    "next run goes on from the last checkpoint");
	} else {
		log_warn("the end, while the worker waits to be started "
		    "again: what it has not read yet is not read");
		p->result->failed = true;
	}
	p->done = true;
}

static void
end_all(struct parent *p)
{
	const struct timeval	 t = { .tv_sec = p->o->keeps ? STOP_KEEPS_S :
	    STOP_S };

	if (p->stop)
		return;
	p->stop = true;
	parent_leave_rules(p);
	if (!p->done && (!hand_lives(p->worker) || p->again))
		end_without_worker(p);
	else if (!p->done && !hand_lives(p->courier))
		hand_start_later(p->courier, true);	/* it is waited for */
	hand_send(p->worker, ROLES_STOP, NULL, -1);
	(void)event_add(p->limit, &t);
}

static void
on_end_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	end_all(arg);
}

static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	struct parent	*p = arg;

	(void)fd;
	(void)what;
	hand_kill(p->worker, "it does not stop");
	hand_kill(p->courier, "it does not stop");
}

static void
on_figures_signal(evutil_socket_t fd, short what, void *arg)
{
	const struct parent	*p = arg;

	(void)fd;
	(void)what;
	hand_send(p->worker, ROLES_FIGURES, NULL, -1);
}

static void
on_reopen_signal(evutil_socket_t fd, short what, void *arg)
{
	struct parent	*p = arg;

	(void)fd;
	(void)what;
	hand_send(p->courier, ROLES_REOPEN, NULL, -1);
	parent_read_rules(p);
}

/* That there is something to be seen is all; it is looked for each turn. */
static void
on_child_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

/* Life. */

static bool
start_signals(struct parent *p)
{
	const size_t	 n = p->o->reopen ? SIGNALS : SIGNALS - 1;

	for (size_t i = 0; i < n; i++) {
		p->signals[i] = evsignal_new(p->base, signals[i].number,
		    signals[i].call, p);
		if (p->signals[i] == NULL ||
		    event_add(p->signals[i], NULL) == -1)
			return false;
	}
	return true;
}

static bool
make(struct parent *p)
{
	const struct hand_to	 to_worker = { parent_on_worker,
	    p->o->keeps ? parent_start_both : parent_start_worker, p };
	const struct hand_to	 to_courier = { parent_on_courier,
	    p->o->keeps ? parent_start_both : parent_start_courier, p };

	if ((p->base = event_base_new()) == NULL || !start_signals(p) ||
	    (p->limit = evtimer_new(p->base, on_limit, p)) == NULL)
		return false;
	if (p->o->triggers != NULL && (p->triggers =
	    triggers_new(p->base, p->o->triggers)) == NULL)
		return false;
	p->worker = hand_new(p->base, ROLE_WORKER, &to_worker);
	p->courier = hand_new(p->base, ROLE_COURIER, &to_courier);
	return p->worker != NULL && p->courier != NULL;
}

static void
release(struct parent *p)
{
	parent_free_heralds(p);
	free(p->heralds);
	hand_free(p->worker);
	hand_free(p->courier);
	triggers_free(p->triggers);
	parent_free_rules(p);
	aside_free(p->aside);
	if (p->place != -1)
		(void)close(p->place);		/* it has no name */
	if (p->limit != NULL)
		event_free(p->limit);
	for (size_t i = 0; i < SIGNALS; i++)
		if (p->signals[i] != NULL)
			event_free(p->signals[i]);
	if (p->base != NULL)
		event_base_free(p->base);
}

/* Triggers are in our audit session: what they do is known to be ours. */
static void
know_ourselves(struct parent *p)
{
	for (size_t i = 0; i < p->o->ninputs; i++)
		if (p->o->inputs[i].own_host) {
			self_init(&p->self);
			break;
		}
}

void
parent_run(const struct parent_options *o, struct pipeline_result *result)
{
	struct parent	 p = { .o = o, .result = result };

	*result = (struct pipeline_result){ 0 };
	p.heralds = xcalloc(o->ninputs + 1, sizeof(struct herald *));
	errands_init(&p.errands, o->program);
	p.aside = aside_new(o->keep_dir);
	if ((p.place = spot_new()) == -1)
		log_debug("nobody will know where the worker was");
	if (!make(&p)) {
		log_warn("no event loop");
		result->failed = true;
		release(&p);
		return;
	}
	know_ourselves(&p);
	supervisor_init(&p.supervisor);
	parent_start_both(&p);
	while (parent_look_after(&p))
		if (event_base_loop(p.base, EVLOOP_ONCE) == -1) {
			log_warn("the event loop failed");
			result->failed = true;
			break;
		}
	supervisor_tell(&p.supervisor, "STOPPING=1");
	supervisor_fini(&p.supervisor);
	if (p.triggers != NULL)
		triggers_end(p.triggers);
	release(&p);
}
