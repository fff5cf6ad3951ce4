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
#include "run/errand.h"
#include "run/parcel.h"
#include "run/reload.h"
#include "run/remembered.h"
#include "run/spot.h"
#include "run/self.h"
#include "run/unacked.h"
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
	struct channel		*courier;	/* NULL: it has died */
	struct event		*from_parent, *from_courier, *to_courier;
	struct event		*work;		/* there is news */
	struct errands		 errands;
	struct unacked		*unacked;
	uint32_t		 rules, rules_next; /* as in ROLES_RULES */
	uint64_t		 number;	/* of the last alert */
	uint64_t		 asked, answered;	/* questions */
	uint64_t		 acked;		/* alerts */
	unsigned		 errands_sent;	/* since then */
	uint64_t		 lost, missing;	/* of all couriers before */
	struct sinks_stats	 sinks;		/* of this one */
	struct triggers_stats	 triggers;
	bool			 settled;
	bool			 reading;	/* files of other rules */
	struct news		*news;
	size_t			 first, nnews, cap;
	struct input		*inputs;
	size_t			 ninputs, inputs_cap;
	struct follower		*followers;	/* of each input */
};

struct worker *
worker_new(struct station *s, const struct privilege *p,
    struct pipeline_options *o)
{
	struct worker	*w = xcalloc(1, sizeof(*w));

	w->station = s;
	w->privilege = p;
	w->o = o;
	w->courier = channel_new(s->peer, ROLES_MAX);
	w->unacked = unacked_new(WORKER_KEPT_MAX);
	w->rules = w->rules_next = s->rules;
	errands_init(&w->errands, o->program);
	return w;
}

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

static void	on_courier(evutil_socket_t, short, void *);
static void	on_courier_room(evutil_socket_t, short, void *);

/* Listen to the one there is now. */
static void
hear_courier(struct worker *w)
{
	w->from_courier = event_new(w->run->base, channel_fd(w->courier),
	    EV_READ | EV_PERSIST, on_courier, w);
	w->to_courier = event_new(w->run->base, channel_fd(w->courier),
	    EV_WRITE, on_courier_room, w);
	if (w->from_courier == NULL || w->to_courier == NULL ||
	    event_add(w->from_courier, NULL) == -1)
		station_exit(EXIT_FAILURE);
}

/*
 * Both go on from where the last checkpoint is, in other processes: the parent
 * ends this one, or has ended itself.
 */
static void __attribute__((noreturn))
wait_for_the_end(struct worker *w)
{
	struct message	 m;

	for (;;) {
		station_receive(w->station, &m);
		if (m.fd != -1)
			(void)close(m.fd);	/* it is of no use here */
	}
}

/* It has died: the parent, who hears it as well, sends another. */
static void
leave_courier(struct worker *w)
{
	if (w->courier == NULL)
		return;
	if (w->o->state_dir != NULL)
		wait_for_the_end(w);
	event_free(w->from_courier);
	event_free(w->to_courier);
	channel_free(w->courier);
	w->courier = NULL;
	w->lost += w->sinks.lost;
	w->missing += w->sinks.missing;
	w->sinks = (struct sinks_stats){ 0 };
}

static void
resend(struct worker *w)
{
	const uint64_t	 gone = unacked_gone(w->unacked);
	const struct buf *b;

	for (size_t i = 0; (b = unacked_at(w->unacked, i)) != NULL; i++)
		(void)roles_send(w->courier, WORKER_TO_COURIER, ROLES_ALERT,
		    b, -1);		/* if it fails, so does the next */
	if (gone > 0)
		log_warn("%llu alerts may have been lost with the courier",
		    (unsigned long long)gone);
	w->lost += gone;
	if (w->errands_sent > 0)
		log_warn("%u triggers may not have been run, since the courier "
		    "has died", w->errands_sent);
	w->errands_sent = 0;
}

static void
ask(struct worker *w)
{
	struct buf	 b = { 0 };

	buf_u64(&b, w->asked);
	(void)roles_send(w->courier, WORKER_TO_COURIER, ROLES_ASK, &b, -1);
	buf_fini(&b);
}

static void
meet_courier(struct worker *w, int fd)
{
	leave_courier(w);
	w->courier = channel_new(fd, ROLES_MAX);
	hear_courier(w);
	resend(w);
	if (w->answered != w->asked)
		ask(w);
	(void)channel_flush(w->courier, false);	/* we hear of its end */
}

static void
take_told(struct worker *w, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };

	w->acked = cursor_uint(&c, 8);
	w->answered = cursor_uint(&c, 8);
	w->sinks.lost = cursor_uint(&c, 8);
	w->sinks.missing = cursor_uint(&c, 8);
	unacked_done(w->unacked, w->acked);
	w->errands_sent = 0;
}

/* What it has said. False when it has died. */
static bool
listen_to_courier(struct worker *w, bool wait)
{
	struct message	 m;
	const char	*why;
	int		 status = channel_fill(w->courier, wait);

	while (status >= 0 && (status = roles_next(w->courier,
	    COURIER_TO_WORKER, &m, &why)) == 1)
		if (m.type == ROLES_TOLD)
			take_told(w, m.bytes);
		else if (m.type == ROLES_DURABLE)
			remembered_durable(w->run->remembered, m.bytes);
	if (status >= 0)
		return true;
	leave_courier(w);
	return false;
}

static void
on_courier(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)listen_to_courier(arg, false);
}

static void
flush(void *arg)
{
	struct worker	*w = arg;

	if (w->courier == NULL)
		return;
	if (channel_flush(w->courier, false) != 0)
		return;			/* we hear of its end */
	if (channel_waiting(w->courier))
		(void)event_add(w->to_courier, NULL);	/* or next time */
}

static void
on_courier_room(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
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
		meet_courier(w, m->fd);
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
on_parent(evutil_socket_t fd, short what, void *arg)
{
	struct worker	*w = arg;
	struct message	 m;

	(void)fd;
	(void)what;
	station_fill(w->station);
	while (station_next(w->station, &m))
		take(w, &m);
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

/* They are read from what the parent has sent: see worker_rules(). */
static void
change_rules(struct worker *w)
{
	reload(w->run);
	w->rules = w->rules_next;
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
	if (w->rules_next != w->rules && !w->reading)
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

/* Outward. */

/* Until there is a courier; the parent sends one, or its end. */
static void
wait_for_courier(struct worker *w)
{
	struct message	 m;

	while (w->courier == NULL) {
		station_receive(w->station, &m);
		take(w, &m);
	}
	look_again(w);
}

/* What is sent again when the courier dies needs no other care. */
static void
tell_courier(struct worker *w, uint32_t type, const struct buf *b)
{
	if (w->courier == NULL)
		wait_for_courier(w);
	if (roles_send(w->courier, WORKER_TO_COURIER, type, b, -1) != 0)
		leave_courier(w);
}

/* For what is remembered. */

void
worker_tell(struct worker *w, uint32_t type, const struct buf *b, int fd)
{
	if (roles_send(w->courier, WORKER_TO_COURIER, type, b, fd) != 0 ||
	    channel_flush(w->courier, false) != 0)
		leave_courier(w);
	flush(w);			/* the rest as there is room */
}

void
worker_hear(struct worker *w, struct message *m)
{
	const char	*why;
	int		 status;

	for (;;) {
		status = roles_next(w->courier, COURIER_TO_WORKER, m, &why);
		if (status == 0) {
			/* Its end is heard of next. */
			(void)channel_flush(w->courier, true);
			status = channel_fill(w->courier, true);
			if (status == 1)
				continue;
		}
		if (status < 0)
			leave_courier(w);
		else if (status == 1 && m->type == ROLES_TOLD)
			take_told(w, m->bytes);
		else if (status == 1)
			break;
	}
	event_active(w->from_courier, EV_READ, 0); /* there may be more */
}

size_t
worker_channels(const struct worker *w, int fds[2])
{
	fds[0] = channel_fd(w->station->parent);
	fds[1] = channel_fd(w->courier);
	return 2;
}

/* Alerts. */

static void
on_alert(void *arg, const struct sink_view *v)
{
	struct worker	*w = arg;
	struct buf	 b = { 0 };
	size_t		 gone = 0;

	buf_u64(&b, w->number + 1);
	if (!parcel_put_within(&b, v, ROLES_ALERT_MAX, &gone)) {
		log_warn("an alert is too large to be told");
		w->lost++;
		buf_fini(&b);
		return;
	}
	w->run->raising.steps_gone += gone;
	w->number++;
	tell_courier(w, ROLES_ALERT, &b);
	unacked_put(w->unacked, w->number, &b);
}

/* The courier hears it between the alerts of the one and the other. */
void
worker_rules(struct worker *w, const struct program *p)
{
	struct buf	 b = { 0 };

	errands_fini(&w->errands);
	errands_init(&w->errands, p);
	w->rules = w->rules_next;
	buf_u32(&b, w->rules);
	tell_courier(w, ROLES_RULES, &b);
	buf_fini(&b);
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
	if (errand_put(&b, &e)) {
		tell_courier(w, ROLES_ERRAND, &b);
		w->errands_sent++;
	} else
		log_warn("the values of a trigger are too long");
	buf_fini(&b);
	arena_free(arena);
}

static void
settle(void *arg)
{
	struct worker	*w = arg;
	struct message	 m;

	w->asked++;
	if (w->courier != NULL)
		ask(w);
	while (w->answered != w->asked) {
		wait_for_courier(w);	/* it is asked when it comes */
		if (channel_flush(w->courier, true) != 0)
			leave_courier(w);
		else
			(void)listen_to_courier(w, true);
	}
	station_send(w->station, ROLES_SETTLE, NULL);
	while (!w->settled) {
		station_receive(w->station, &m);
		take(w, &m);
	}
}

static void
stats(void *arg, struct sinks_stats *s, struct triggers_stats *t)
{
	const struct worker	*w = arg;

	s->lost += w->lost + w->sinks.lost;
	s->missing += w->missing + w->sinks.missing;
	*t = w->triggers;
}

struct outward
worker_outward(struct worker *w)
{
	return (struct outward){ .alert = on_alert, .trigger = on_trigger,
		.flush = flush, .settle = settle, .stats = stats, .arg = w };
}

/* Life. */

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
	hear_courier(w);
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
	station_send(w->station, ROLES_ALIVE, NULL);
	if (figures != NULL && w->courier != NULL &&
	    !channel_waiting(w->courier)) {
		(void)roles_send(w->courier, WORKER_TO_COURIER, ROLES_METRICS,
		    figures, -1);		/* the next one comes soon */
		flush(w);
	}
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
