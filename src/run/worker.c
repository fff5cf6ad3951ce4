/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker.c - the process that reads records: a pipeline without files.
 *
 * Messages of the parent about trails are kept until whoever follows them has
 * its turn: they may come while a trail is waited for. All others are acted on
 * when they come. The parent is believed; it was here before the first record.
 */
#include "run/worker.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/mem.h"
#include "run/dispatch.h"
#include "run/errand.h"
#include "run/parcel.h"
#include "run/reload.h"
#include "run/remembered.h"
#include "run/spot.h"
#include "run/self.h"
#include "run/wary.h"
#include "run/watching.h"

/* A message about trails, until its turn. */
struct news {
	uint32_t	 type;
	struct slice	 bytes;		/* ours */
};

struct follower {
	struct trailwatch_to	 to;
	bool			 there;
};

struct worker {
	struct station		*station;
	const struct privilege	*privilege;
	struct pipeline_options	*o;
	struct watching		*run;
	struct dispatch		*dispatch;	/* to the courier */
	struct event		*from_parent;
	struct event		*work;		/* there is news */
	struct errands		 errands;
	uint32_t		 rules, rules_next; /* as in ROLES_RULES */
	uint32_t		 rules_before, rules_tried;
	struct triggers_stats	 triggers;
	bool			 settled;
	bool			 reading;	/* files of other rules */
	struct news		*news;
	size_t			 first, nnews, cap;
	struct input		*inputs;
	size_t			 ninputs, inputs_cap;
	struct follower		*followers;	/* of each input */
};

/* Inputs. */

enum { FINISHED = 1 << 0, AGAIN = 1 << 1, OWN_HOST = 1 << 2,
	FOLLOWED = 1 << 3, ONE_HOST = 1 << 4 };

void
worker_put_input(struct buf *b, const struct input *in)
{
	buf_u32(b, (in->finished ? FINISHED : 0) | (in->again ? AGAIN : 0) |
	    (in->own_host ? OWN_HOST : 0) | (in->followed ? FOLLOWED : 0) |
	    (in->one_host ? ONE_HOST : 0));
	buf_u64(b, in->start);
	buf_u64(b, in->size);
	roles_text(b, in->path);
	roles_text(b, in->name);
	roles_text(b, in->host);
	roles_text(b, in->whole);
	buf_u64(b, in->dev);
	buf_u64(b, in->ino);
	buf_u32(b, in->first_n);
	buf_u64(b, in->first_hash);
}

/* It stays for the life of the process, as all that inputs have. */
static char *
keep(const char *s)
{
	return s == NULL ? NULL : xstrdup(s);
}

static void
take_input(struct worker *w, const struct message *m)
{
	struct cursor	 c = { .in = m->bytes };
	const uint64_t	 flags = cursor_uint(&c, 4);
	struct input	 in = { .fd = m->fd };

	in.start = cursor_uint(&c, 8);
	in.size = cursor_uint(&c, 8);
	in.path = keep(roles_take_text(&c));
	in.name = keep(roles_take_text(&c));
	in.host = keep(roles_take_text(&c));
	in.whole = keep(roles_take_text(&c));
	in.dev = cursor_uint(&c, 8);
	in.ino = cursor_uint(&c, 8);
	in.first_n = (uint32_t)cursor_uint(&c, 4);
	in.first_hash = cursor_uint(&c, 8);
	if (!roles_taken(&c) || in.path == NULL || in.name == NULL)
		station_exit(EXIT_FAILURE);
	in.finished = (flags & FINISHED) != 0;
	in.again = (flags & AGAIN) != 0;
	in.own_host = (flags & OWN_HOST) != 0;
	in.followed = (flags & FOLLOWED) != 0;
	in.one_host = (flags & ONE_HOST) != 0;
	w->inputs = mem_grow(w->inputs, &w->inputs_cap, w->ninputs + 1,
	    sizeof(*w->inputs));
	w->inputs[w->ninputs++] = in;
}

/* The courier. */

static void
on_durable(void *arg, struct slice bytes)
{
	const struct worker	*w = arg;

	remembered_durable(w->run->remembered, bytes);
}

/*
 * Both go on from where the last checkpoint is, in other processes: the parent
 * ends this one, or has ended itself.
 */
static void
on_gone(void *arg)
{
	struct worker	*w = arg;
	struct message	 m;

	while (w->o->state_dir != NULL) {
		station_receive(w->station, &m);
		if (m.fd != -1)
			(void)close(m.fd);	/* it is of no use here */
	}
}

/* What is remembered comes again; and the parent does not wait for ever. */
static bool
on_hurry(void *arg)
{
	const struct worker	*w = arg;

	return w->run->stop && w->o->state_dir == NULL;
}

/* The parent. */

static void
take_triggers(struct worker *w, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };

	w->triggers.runs = cursor_uint(&c, 8);
	w->triggers.failures = cursor_uint(&c, 8);
	w->triggers.refusals = cursor_uint(&c, 8);
}

static void
keep_news(struct worker *w, const struct message *m)
{
	w->news = mem_grow(w->news, &w->cap, w->nnews + 1, sizeof(*w->news));
	w->news[w->nnews++] = (struct news){ m->type,
	    { xmemdup(m->bytes.p, m->bytes.n), m->bytes.n } };
	event_active(w->work, 0, 0);
}

static void
stop(struct worker *w)
{
	w->run->stop = true;
	(void)event_base_loopbreak(w->run->base); /* seen at the next turn */
}

/* Answers to questions are taken by whoever asks. */
static void
take(struct worker *w, const struct message *m)
{
	switch (m->type) {
	case ROLES_BEGUN:
	case ROLES_ENDED:
	case ROLES_GROWN:
	case ROLES_LOOKED:
		keep_news(w, m);
		break;
	case ROLES_STOP:
		stop(w);
		break;
	case ROLES_FIGURES:
		watching_status(w->run);
		break;
	case ROLES_PEER:
		dispatch_meet(w->dispatch, m->fd);
		break;
	case ROLES_SETTLED:
		w->settled = true;
		/* FALLTHROUGH */
	case ROLES_TRIGGERS:
		take_triggers(w, m->bytes);
		break;
	case ROLES_INPUT:
		take_input(w, m);
		break;
	case ROLES_POISON:
		if (!wary_take(w->run->wary, m->bytes, m->fd))
			station_exit(EXIT_FAILURE);
		break;
	case ROLES_FILE:
	case ROLES_PIECE:
		w->reading = true;
		station_rules(w->station, m);
		break;
	case ROLES_RULES:
		w->reading = false;
		w->rules_next = be32(m->bytes.p);
		event_active(w->work, 0, 0);	/* between two records */
		break;
	default:
		if (m->fd != -1)
			(void)close(m->fd);	/* nobody waits for it */
	}
}

static void
hear_parent(void *arg)
{
	struct worker	*w = arg;
	struct message	 m;

	station_fill(w->station);
	while (station_next(w->station, &m))
		take(w, &m);
}

static void
on_parent(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	hear_parent(arg);
}

/* Of what came along with what was waited for the loop does not know. */
static void
look_again(struct worker *w)
{
	event_active(w->from_parent, EV_READ, 0);
}

/* Ask, and wait for the answer of this type; all else is acted on. */
static struct message
answer(struct worker *w, uint32_t question, const struct input *in,
    uint32_t id, uint32_t type)
{
	struct buf	 b = { 0 };
	struct message	 m;

	buf_u32(&b, (uint32_t)(in - w->inputs));
	buf_u32(&b, id);
	station_send(w->station, question, &b);
	buf_fini(&b);
	for (;;) {
		station_receive(w->station, &m);
		if (m.type == type)
			break;
		take(w, &m);
	}
	look_again(w);
	return m;
}

/* Trails. */

static void
tell_begun(const struct trailwatch_to *to, struct cursor *c)
{
	struct trailwatch_trail	 t = { .id = (uint32_t)cursor_uint(c, 4) };

	t.stamps.start = (int64_t)cursor_uint(c, 8);
	t.stamps.end = (int64_t)cursor_uint(c, 8);
	t.stamps.how = (enum trailname_end)cursor_uint(c, 4);
	t.path = roles_take_text(c);
	t.host = roles_take_text(c);
	if (roles_taken(c) && t.path != NULL)
		to->begun(to->arg, &t);
}

/* False when nobody follows that input yet. */
static bool
tell(struct worker *w, const struct news *news)
{
	const struct news	 n = *news;	/* more may come meanwhile */
	struct cursor		 c = { .in = n.bytes };
	const uint64_t		 input = cursor_uint(&c, 4);
	const struct trailwatch_to *to;

	if (input >= w->ninputs || !w->followers[input].there)
		return false;
	to = &w->followers[input].to;
	if (n.type == ROLES_BEGUN)
		tell_begun(to, &c);
	else if (n.type == ROLES_ENDED)
		to->ended(to->arg, (uint32_t)cursor_uint(&c, 4));
	else if (n.type == ROLES_GROWN)
		to->grown(to->arg);
	else
		to->looked(to->arg);
	return true;
}

static void
tell_refused(struct worker *w)
{
	struct buf	 b = { 0 };

	buf_u32(&b, w->rules);
	station_send(w->station, ROLES_RULES, &b);
	buf_fini(&b);
}

/*
 * They are read from what the parent has sent: see worker_rules(). If we cannot
 * have them after all, as when they name events that our tables are too old
 * for, the triggers are still those of the rules before.
 */
static void
change_rules(struct worker *w)
{
	w->rules_before = w->rules;
	w->rules_tried = w->rules_next;
	reload(w->run);
	if (w->rules != w->rules_tried)
		tell_refused(w);
	dispatch_flush(w->dispatch);		/* the parent waits for it */
	bundle_free(w->station->bundle);
	w->station->bundle = bundle_new();
}

static void
on_news(evutil_socket_t fd, short what, void *arg)
{
	struct worker	*w = arg;

	(void)fd;
	(void)what;
	while (w->first < w->nnews && tell(w, &w->news[w->first]))
		free((void *)(uintptr_t)w->news[w->first++].bytes.p);
	if (w->first == w->nnews)
		w->first = w->nnews = 0;
	if (w->rules_next != w->rules_tried && !w->reading)
		change_rules(w);
}

void
worker_follow(struct worker *w, const struct input *in,
    const struct trailwatch_to *to)
{
	w->followers[in - w->inputs] = (struct follower){ *to, true };
	event_active(w->work, 0, 0);
}

int
worker_open(struct worker *w, const struct input *in, uint32_t id)
{
	const struct message	 m = answer(w, ROLES_OPEN, in, id,
	    ROLES_OPENED);
	struct cursor		 c = { .in = m.bytes };
	const int		 error = (int)cursor_uint(&c, 4);

	if (m.fd == -1)
		errno = error != 0 ? error : ENOENT;
	return m.fd;
}

bool
worker_look(struct worker *w, const struct input *in, uint32_t id,
    struct stat *st)
{
	const struct message	 m = answer(w, ROLES_LOOK, in, id,
	    ROLES_LOOK_SAYS);
	struct cursor		 c = { .in = m.bytes };
	const bool		 known = cursor_uint(&c, 1) == 1;

	*st = (struct stat){ 0 };
	st->st_mtime = (time_t)cursor_uint(&c, 8);
	st->st_size = (off_t)cursor_uint(&c, 8);
	return known;
}

/* For what is remembered. */

bool
worker_may_tell(const struct worker *w)
{
	return dispatch_idle(w->dispatch);
}

void
worker_tell(struct worker *w, uint32_t type, const struct buf *b, int fd)
{
	dispatch_tell(w->dispatch, type, b, fd);
}

void
worker_hear(struct worker *w, struct message *m)
{
	dispatch_hear(w->dispatch, m);
}

size_t
worker_channels(const struct worker *w, int fds[2])
{
	fds[0] = channel_fd(w->station->parent);
	fds[1] = dispatch_fd(w->dispatch);
	return 2;
}

bool
worker_behind(const struct worker *w)
{
	return dispatch_behind(w->dispatch);
}

/* Outward. */

static void
on_alert(void *arg, const struct sink_view *v)
{
	struct worker	*w = arg;
	struct buf	 b = { 0 };
	size_t		 gone = 0;

	buf_u64(&b, dispatch_number(w->dispatch));
	if (!parcel_put_within(&b, v, ROLES_ALERT_MAX, &gone)) {
		log_warn("an alert is too large to be told");
		dispatch_lose(w->dispatch);
		buf_fini(&b);
		return;
	}
	w->run->raising.steps_gone += gone;
	dispatch_alert(w->dispatch, &b);
}

/*
 * The courier hears it between the alerts of the one and the other. It is the
 * program that runs already when what lives could not be taken over.
 */
void
worker_rules(struct worker *w, const struct program *p)
{
	errands_fini(&w->errands);
	errands_init(&w->errands, p);
	w->rules = p == w->run->program ? w->rules_before : w->rules_tried;
	dispatch_rules(w->dispatch, w->rules);
}

/* Users have their names from the courier. */
static bool
no_name(void *arg, uint32_t id, char *name, size_t n)
{
	(void)arg;
	(void)id;
	(void)name;
	(void)n;
	return false;
}

static void
on_trigger(void *arg, const struct alert_trigger *t, const char *host)
{
	const struct accounts	 nobody = { .user_of = no_name,
	    .group_of = no_name };
	const struct exec_place	 place = { .host = host };
	struct worker		*w = arg;
	struct errand		 e = { .rules = w->rules, .auid = t->auid,
	    .euid = t->euid,
	    .number = errands_find(&w->errands, t->trigger),
	    .of_alert = t->alert != NULL };
	struct arena		*arena = arena_new();
	struct buf		 b = { 0 };

	outward_id(w->run, t, e.id);
	exec_values(&e.values, arena, t, &nobody, &place);
	if (errand_put(&b, &e))
		dispatch_errand(w->dispatch, &b, e.of_alert);
	else
		log_warn("the values of a trigger are too long");
	buf_fini(&b);
	arena_free(arena);
}

static void
settle(void *arg)
{
	struct worker	*w = arg;
	struct message	 m;

	dispatch_settle(w->dispatch);
	station_send(w->station, ROLES_SETTLE, NULL);
	while (!w->settled) {
		station_receive(w->station, &m);
		take(w, &m);
	}
}

static void
stats(void *arg, struct outward_stats *s)
{
	const struct worker	*w = arg;

	*s = (struct outward_stats){ .triggers = w->triggers };
	s->triggers.refusals += dispatch_refused(w->dispatch);
	dispatch_stats(w->dispatch, &s->sinks, &s->waiting);
}

static void
flush(void *arg)
{
	const struct worker	*w = arg;

	dispatch_flush(w->dispatch);
}

struct outward
worker_outward(struct worker *w)
{
	return (struct outward){ .alert = on_alert, .trigger = on_trigger,
		.flush = flush, .settle = settle, .stats = stats, .arg = w };
}

/* Life. */

struct worker *
worker_new(struct station *s, const struct privilege *p,
    struct pipeline_options *o)
{
	struct worker	*w = xcalloc(1, sizeof(*w));

	w->station = s;
	w->privilege = p;
	w->o = o;
	w->dispatch = dispatch_new(s->peer, channel_fd(s->parent), s->rules,
	    &(struct dispatch_to){ on_durable, on_gone, hear_parent, on_hurry,
	    w });
	w->rules = w->rules_next = w->rules_tried = s->rules;
	errands_init(&w->errands, o->program);
	return w;
}

static bool
all_finished(const struct worker *w)
{
	for (size_t i = 0; i < w->ninputs; i++)
		if (!w->inputs[i].finished)
			return false;
	return true;
}

static void
take_inputs(struct worker *w)
{
	struct message	 m;

	for (;;) {
		station_receive(w->station, &m);
		if (m.type == ROLES_INPUTS_END)
			break;
		take(w, &m);
	}
	w->followers = xcalloc(w->ninputs + 1, sizeof(*w->followers));
	w->o->inputs = w->inputs;
	w->o->ninputs = w->ninputs;
	if (all_finished(w))
		dispatch_patient(w->dispatch);
}

void
worker_begin(struct worker *w, struct watching *run)
{
	const struct station	*s = w->station;

	w->run = run;
	run->wary = wary_new();
	run->spot = s->place == -1 ? NULL : spot_map(s->place);
	if (s->place != -1)
		(void)close(s->place);		/* the memory stays */
	run->self = (struct self){ .pid = (pid_t)s->parent_pid,
	    .has_session = s->has_session, .session = s->session };
	w->work = event_new(run->base, -1, 0, on_news, w);
	w->from_parent = event_new(run->base, channel_fd(s->parent),
	    EV_READ | EV_PERSIST, on_parent, w);
	if (w->work == NULL || w->from_parent == NULL ||
	    event_add(w->from_parent, NULL) == -1)
		station_exit(EXIT_FAILURE);
	dispatch_begin(w->dispatch, run->base);
	engine_ready(run->engine, true);	/* while it may be */
	station_close(w->station, w->privilege, NULL, 0);
	take_inputs(w);
	look_again(w);
}

void
worker_kept(struct worker *w, const struct poison_place *l)
{
	struct buf	 b = { 0 };

	wary_say(&b, l);
	station_send(w->station, ROLES_ASIDE, &b);
	buf_fini(&b);
}

void
worker_pulse(struct worker *w, const struct buf *figures)
{
	/* Whoever does not hear it does not need to hear it twice. */
	station_tell(w->station, ROLES_ALIVE);
	dispatch_pulse(w->dispatch);
	if (figures != NULL)
		dispatch_figures(w->dispatch, figures);
}

void
worker_end(struct worker *w, const struct pipeline_result *r)
{
	struct buf	 b = { 0 };

	buf_u8(&b, r->failed);
	buf_u8(&b, r->bsd);
	buf_u64(&b, r->gaps);
	buf_u64(&b, r->alerts);
	station_send(w->station, ROLES_DONE, &b);
	station_exit(EXIT_SUCCESS);
}
