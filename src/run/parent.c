/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parent.c - the process that was started.
 *
 * A role that is started gets a new channel to the other one, and the other one
 * gets its end. The worker is given its inputs when it has said that its door
 * is closed. What the worker sends may be hostile: numbers are compared with
 * what there is, texts become words of a trigger or lines of the log, and
 * nothing is taken apart any further.
 */
#include "run/parent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/aside.h"
#include "run/errand.h"
#include "run/hand.h"
#include "run/herald.h"
#include "run/ledger.h"
#include "run/spot.h"
#include "run/self.h"
#include "run/spawn.h"
#include "run/supervisor.h"
#include "run/worker.h"

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

struct parent {
	const struct parent_options	*o;
	struct pipeline_result		*result;
	struct event_base		*base;
	struct event			*signals[SIGNALS];
	struct event			*limit;		/* of the stop */
	struct hand			*worker, *courier;
	struct herald			**heralds;	/* by input; or NULL */
	struct triggers			*triggers;	/* or NULL */
	struct triggers_stats		 told;		/* to the worker */
	struct bundle			*bundle;	/* newer; or NULL */
	struct errands			 errands, before; /* of other rules */
	uint32_t			 rules;		/* as in ROLES_RULES */
	struct self			 self;
	struct supervisor		 supervisor;
	struct aside			*aside;
	int				 place;
	bool				 worker_ready, courier_ready;
	bool				 began;		/* both were, once */
	bool				 again;		/* both are to be */
	bool				 settle;	/* the worker waits */
	bool				 done;		/* it has said so */
	bool				 stop;
};

/* Signals. */

static void
give_rules(const struct parent *p, struct hand *h)
{
	if (hand_lives(h))
		hand_give(h, p->bundle != NULL ? p->bundle : p->o->bundle);
}

static void
end_all(struct parent *p)
{
	const struct timeval	 t = { .tv_sec = p->o->keeps ? STOP_KEEPS_S :
	    STOP_S };

	if (p->stop)
		return;
	p->stop = true;
	if (!hand_lives(p->worker)) {
		hand_start_never(p->worker);
		if (p->o->keeps)
			hand_start_never(p->courier);
		p->result->failed = true;	/* it did not read all */
		p->done = true;
	}
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

/*
 * If they are good: to the courier first, so that it has them when the worker
 * speaks of them. What is under way is still of those before.
 */
static void
read_rules(struct parent *p)
{
	struct bundle		*bundle = NULL;
	const struct program	*rules = p->o->read == NULL ? NULL :
	    p->o->read(p->o->arg, &bundle);
	struct buf		 b = { 0 };

	if (rules == NULL) {
		log_warn("the rules stay as they were");
		return;
	}
	bundle_free(p->bundle);
	p->bundle = bundle;
	errands_fini(&p->before);
	p->before = p->errands;
	errands_init(&p->errands, rules);
	buf_u32(&b, ++p->rules);
	give_rules(p, p->courier);
	hand_send(p->courier, ROLES_RULES, &b, -1);
	give_rules(p, p->worker);
	hand_send(p->worker, ROLES_RULES, &b, -1);
	buf_fini(&b);
}

static void
on_reopen_signal(evutil_socket_t fd, short what, void *arg)
{
	struct parent	*p = arg;

	(void)fd;
	(void)what;
	hand_send(p->courier, ROLES_REOPEN, NULL, -1);
	read_rules(p);
}

/* That there is something to be seen is all; it is looked for each turn. */
static void
on_child_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

/* Starting a role. */

static void
send_descriptor(struct hand *h, uint32_t type, int fd)
{
	const int	 copy = fd == -1 ? -1 :
	    fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (copy != -1)
		hand_send(h, type, NULL, copy);
	else if (fd != -1)
		hand_kill(h, strerror(errno));
}

/* A channel between the two: one end to each that lives. */
static void
join(struct parent *p)
{
	int	 ends[2];
	int	 error = channel_pair(ends);

	if (error != 0) {
		hand_kill(p->worker, strerror(error));
		return;
	}
	hand_send(p->worker, ROLES_PEER, NULL, ends[0]);
	hand_send(p->courier, ROLES_PEER, NULL, ends[1]);
}

static void
start(struct parent *p, struct hand *h)
{
	struct buf	 b = { 0 };

	if (!hand_start(h, p->o->argv)) {
		hand_start_later(h, false);
		return;
	}
	give_rules(p, h);
	send_descriptor(h, ROLES_HERE, p->o->here);
	if (h == p->worker)
		send_descriptor(h, ROLES_PLACE, p->place);
	join(p);
	buf_u8(&b, p->self.has_session);
	buf_u32(&b, p->self.session);
	buf_u32(&b, (uint32_t)getpid());
	buf_u32(&b, p->rules);
	hand_send(h, ROLES_START, &b, -1);
	buf_fini(&b);
}

static void
start_worker(void *arg)
{
	struct parent	*p = arg;

	p->worker_ready = false;
	start(p, p->worker);
}

static void
start_courier(void *arg)
{
	struct parent	*p = arg;

	p->courier_ready = false;
	start(p, p->courier);
}

/* Those that are not there; the courier first, since it has the rows. */
static void
start_both(void *arg)
{
	struct parent	*p = arg;

	if (!hand_lives(p->courier))
		start_courier(p);
	if (hand_lives(p->courier) && !hand_lives(p->worker))
		start_worker(p);
}

/* What the worker is to read. */

static void
send_input(struct parent *p, const struct input *in)
{
	const int	 fd = in->fd == -1 ? -1 :
	    fcntl(in->fd, F_DUPFD_CLOEXEC, 0);
	struct buf	 b = { 0 };

	/* One that died has read some of it; a pipe has no place. */
	if (in->finished)
		(void)lseek(in->fd, (off_t)in->start, SEEK_SET);
	worker_put_input(&b, in);
	hand_send(p->worker, ROLES_INPUT, &b, fd);
	buf_fini(&b);
}

static void
free_heralds(struct parent *p)
{
	for (size_t i = 0; i < p->o->ninputs; i++) {
		herald_free(p->heralds[i]);
		p->heralds[i] = NULL;
	}
}

static void
begin_worker(struct parent *p)
{
	p->worker_ready = true;
	free_heralds(p);
	aside_tell(p->aside, p->worker);
	for (size_t i = 0; i < p->o->ninputs; i++)
		send_input(p, &p->o->inputs[i]);
	hand_send(p->worker, ROLES_INPUTS_END, NULL, -1);
	for (size_t i = 0; i < p->o->ninputs; i++)
		if (p->o->inputs[i].followed)
			p->heralds[i] = herald_new(p->base, p->worker,
			    &p->o->inputs[i], (uint32_t)i);
	if (p->stop)
		hand_send(p->worker, ROLES_STOP, NULL, -1);
}

/* What they say. */

static void
answer_trail(struct parent *p, const struct message *m)
{
	struct cursor	 c = { .in = m->bytes };
	const uint64_t	 input = cursor_uint(&c, 4);
	const uint32_t	 id = (uint32_t)cursor_uint(&c, 4);

	if (input >= p->o->ninputs || p->heralds[input] == NULL)
		hand_kill(p->worker, "it asks for what it was not given");
	else if (m->type == ROLES_OPEN)
		herald_open(p->heralds[input], id);
	else
		herald_look(p->heralds[input], id);
}

static void
take_done(struct parent *p, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };

	p->done = true;
	p->result->failed |= cursor_uint(&c, 1) != 0;
	p->result->bsd = cursor_uint(&c, 1) != 0;
	p->result->gaps = cursor_uint(&c, 8);
	p->result->alerts = cursor_uint(&c, 8);
}

static void
on_worker(void *arg, const struct message *m)
{
	struct parent	*p = arg;

	switch (m->type) {
	case ROLES_READY:
		if (!p->worker_ready)
			begin_worker(p);
		break;
	case ROLES_SAY:
		hand_say(p->worker, m->bytes);
		break;
	case ROLES_OPEN:
	case ROLES_LOOK:
		answer_trail(p, m);
		break;
	case ROLES_ALIVE:
		supervisor_tell(&p->supervisor, "WATCHDOG=1");
		break;
	case ROLES_SETTLE:
		p->settle = true;
		break;
	case ROLES_ASIDE:
		aside_kept(p->aside, m->bytes);
		break;
	case ROLES_DONE:
		take_done(p, m->bytes);
		break;
	default:			/* roles_check() knows no other */
		break;
	}
}

static void
run_trigger(struct parent *p, struct slice bytes)
{
	const struct errands	*all = &p->errands;
	struct errand		 e;

	if (p->triggers == NULL || !errand_take(&e, bytes)) {
		hand_kill(p->courier, "it asks for a trigger that is none");
		return;
	}
	if (e.rules != p->rules)
		all = e.rules + 1 == p->rules ? &p->before : NULL;
	if (all == NULL || e.number >= all->n)
		hand_kill(p->courier, "it asks for a trigger that there is "
		    "not");
	else if (triggers_allow(p->triggers, &all->rules[e.number]))
		triggers_start(p->triggers, all->triggers[e.number],
		    &all->rules[e.number], &e.values, e.id);
}

static void
answer_name(struct parent *p, struct slice bytes)
{
	const struct accounts	*a = p->o->accounts;
	struct cursor		 c = { .in = bytes };
	const bool		 group = cursor_uint(&c, 1) == 1;
	const uint32_t		 id = (uint32_t)cursor_uint(&c, 4);
	char			 name[256] = "";
	const bool		 found = (group ? a->group_of : a->user_of)
	    (a->arg, id, name, sizeof(name));
	struct buf		 b = { 0 };

	buf_u8(&b, found);
	roles_text(&b, name);
	hand_send(p->courier, ROLES_NAMED, &b, -1);
	buf_fini(&b);
}

static struct ledger *
ledger_of(const struct parent *p)
{
	return p->o->triggers == NULL ? NULL : p->o->triggers->ledger;
}

/* All triggers that it has asked for until now are noted. */
static void
mark(struct parent *p, struct slice number)
{
	struct buf	 b = { 0 };

	if (ledger_of(p) != NULL)
		ledger_mark(ledger_of(p));
	buf_slice(&b, number);
	hand_send(p->courier, ROLES_MARKED, &b, -1);
	buf_fini(&b);
}

static void
take_durable(const struct parent *p, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };

	(void)cursor_uint(&c, 8);
	if (cursor_uint(&c, 1) == 1 && ledger_of(p) != NULL)
		ledger_durable(ledger_of(p));
}

static void
on_courier(void *arg, const struct message *m)
{
	struct parent	*p = arg;

	switch (m->type) {
	case ROLES_READY:
		p->courier_ready = true;
		break;
	case ROLES_SAY:
		hand_say(p->courier, m->bytes);
		break;
	case ROLES_RUN:
		run_trigger(p, m->bytes);
		break;
	case ROLES_WHO:
		answer_name(p, m->bytes);
		break;
	case ROLES_MARKING:
		mark(p, m->bytes);
		break;
	case ROLES_DURABLE:
		take_durable(p, m->bytes);
		break;
	case ROLES_ACCUSE:
		hand_kill(p->worker, "the courier does not understand it");
		break;
	default:			/* roles_check() knows no other */
		break;
	}
}

/* Each turn. */

/* What became of triggers, when the worker has not heard of it yet. */
static void
tell_triggers(struct parent *p, uint32_t type)
{
	struct triggers_stats	 now = { 0 };
	struct buf		 b = { 0 };

	if (p->triggers != NULL)
		triggers_stats(p->triggers, &now);
	if (type == ROLES_SETTLED ||
	    memcmp(&now, &p->told, sizeof(now)) != 0) {
		buf_u64(&b, now.runs);
		buf_u64(&b, now.failures);
		buf_u64(&b, now.refusals);
		hand_send(p->worker, type, &b, -1);
		p->told = now;
		buf_fini(&b);
	}
}

/* The courier has sent its requests before the worker had its answer. */
static void
settle(struct parent *p)
{
	hand_hear(p->courier);
	if (p->triggers != NULL && triggers_running(p->triggers) > 0) {
		if (p->stop)
			triggers_stop(p->triggers);
		return;
	}
	p->settle = false;
	tell_triggers(p, ROLES_SETTLED);
}

/*
 * "died of signal 11 (Segmentation fault), when it read TRAIL, from byte N"; or
 * "...; it had read TRAIL, up to byte N"
 */
static void
say_end(struct parent *p, const struct hand *h, int status)
{
	const bool	 worker = h == p->worker;
	struct buf	 text = { 0 };
	struct spot	 where;
	const bool	 known = worker && spot_read(p->place, &where);

	spawn_put_end(&text, status);
	if (known && where.trail[0] != '\0') {
		const bool	 rest = where.work == SPOT_REST;

		buf_str(&text, rest ? "; it had read " : ", when it read ");
		buf_escape(&text, slice_str(where.trail));
		buf_printf(&text, rest ? ", up to byte %llu" :
		    ", from byte %llu", (unsigned long long)
		    (rest ? where.until : where.from));
	}
	log_warn("the %s %s", worker ? "worker" : "courier", buf_cstr(&text));
	if (known)
		aside_died(p->aside, status, &where);
	buf_fini(&text);
}

/* Before it was ready for the first time: it has said what is wrong. */
static void
give_up(struct parent *p)
{
	p->result->failed = true;
	p->done = true;
	hand_kill(p->worker, "the start has failed");
	hand_kill(p->courier, "the start has failed");
}

/*
 * One of them has died: when the other one has ended as well, both go on from
 * the last checkpoint. What comes again are triggers, too.
 */
static void
begin_again(struct parent *p)
{
	if (!p->again)
		log_warn("both go on from the last checkpoint");
	p->again = true;
	if (hand_lives(p->worker))
		hand_kill(p->worker, "the courier has died");
	if (hand_lives(p->courier))
		hand_kill(p->courier, "the worker has died");
	if (hand_lives(p->worker) || hand_lives(p->courier))
		return;
	p->again = false;
	if (ledger_of(p) != NULL)
		ledger_again(ledger_of(p));
	hand_start_later(p->worker, false);
}

static void
look_after_worker(struct parent *p)
{
	int	 status;

	if (!hand_ended(p->worker, &status))
		return;
	free_heralds(p);
	p->settle = false;
	if (p->done)
		return;
	if (!p->again)
		say_end(p, p->worker, status);
	if (p->place != -1)
		spot_clear(p->place);
	if (!p->began && !p->worker_ready)
		give_up(p);
	else if (p->stop) {
		p->result->failed = true;
		p->done = true;
	} else if (p->o->keeps)
		begin_again(p);
	else {
		log_warn("sequences that waited are lost; trails are read as "
		    "at a start");
		hand_start_later(p->worker, false);
	}
}

/* While all ends it is wanted at once: the worker waits for it. */
static void
look_after_courier(struct parent *p)
{
	int	 status;

	if (!hand_ended(p->courier, &status))
		return;
	if (p->done && (p->o->keeps || !hand_lives(p->worker))) {
		if (status != 0) {
			say_end(p, p->courier, status);
			p->result->failed = true;
		}
		return;
	}
	if (!p->again)
		say_end(p, p->courier, status);
	if (!p->began && !p->again)
		give_up(p);
	else if (p->o->keeps && p->stop)
		hand_kill(p->worker, "the courier has died");
	else if (p->o->keeps)
		begin_again(p);
	else
		hand_start_later(p->courier, p->stop || p->settle);
}

/* False when all is over. */
static bool
look_after(struct parent *p)
{
	look_after_worker(p);
	look_after_courier(p);
	if (!p->began && p->worker_ready && p->courier_ready) {
		p->began = true;
		supervisor_tell(&p->supervisor, "READY=1");
	}
	if (p->settle)
		settle(p);
	else if (p->worker_ready)
		tell_triggers(p, ROLES_TRIGGERS);
	if (!p->done || hand_lives(p->worker))
		return true;
	hand_send(p->courier, ROLES_STOP, NULL, -1);
	return hand_lives(p->courier) || (p->triggers != NULL &&
	    triggers_running(p->triggers) > 0);
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
	const struct hand_to	 to_worker = { on_worker,
	    p->o->keeps ? start_both : start_worker, p };
	const struct hand_to	 to_courier = { on_courier,
	    p->o->keeps ? start_both : start_courier, p };

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
	free_heralds(p);
	free(p->heralds);
	hand_free(p->worker);
	hand_free(p->courier);
	triggers_free(p->triggers);
	errands_fini(&p->errands);
	errands_fini(&p->before);
	bundle_free(p->bundle);
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
	start_both(&p);
	while (look_after(&p))
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
