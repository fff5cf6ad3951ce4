/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * delivery.c - the process that has the sinks: the courier.
 *
 * What came at once is delivered at once: sinks are flushed, and the worker is
 * told, when nothing more is there to be read. The parent is asked for the name
 * of a user and waited for; whatever else it says meanwhile is noted, and acted
 * on after the alert at hand.
 */
#include "run/delivery.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "run/errand.h"
#include "run/keeper.h"
#include "run/metrics.h"
#include "run/outward.h"
#include "run/parcel.h"
#include "run/scribe.h"

#define NAMES_MAX	4096u	/* users and groups that are remembered */
#define NAMES_S		600	/* seconds they are believed */
#define FILLS		32u	/* readings, until the parent has its turn */
#define NAME_SIZE	256u	/* bytes of one, with its NUL */

/* Rules that nobody speaks of yet. */
struct next {
	uint32_t	 number;
	struct bundle	*bundle;
};

struct delivery {
	struct station		*station;
	const struct delivery_options *o;
	struct event_base	*base;
	struct channel		*worker;	/* NULL: none just now */
	struct event		*from_parent, *from_worker, *to_worker;
	struct accounts		 accounts;
	struct map		*names;		/* char *, "" for nobody */
	time_t			 names_since;
	struct metrics		*metrics;	/* or NULL */
	struct buf		 figures;
	size_t			 nchannels;
	uint32_t		 rules, rules_there; /* as in ROLES_RULES */
	bool			 older;		/* alerts are of others */
	time_t			 told;
	uint64_t		 alert, question;	/* the last ones */
	struct next		*next;		/* oldest first */
	size_t			 nnext, next_cap;
	bool			 reading;	/* files of other rules */
	bool			 stop, reopen;	/* what the parent wants */
	int			 peer;		/* the next worker; -1 */
};

/* The parent. */

/* They are there whole; others may come before anybody speaks of these. */
static void
keep_rules(struct delivery *d, uint32_t number)
{
	d->next = mem_grow(d->next, &d->next_cap, d->nnext + 1,
	    sizeof(*d->next));
	d->next[d->nnext++] = (struct next){ number, d->station->bundle };
	d->station->bundle = bundle_new();
	d->rules_there = number;
}

/* The station has those of this number, and none before; returns its own. */
static struct bundle *
use_rules(struct delivery *d, uint32_t number)
{
	struct bundle	*coming = d->station->bundle;
	size_t		 n = 0;

	while (n < d->nnext && d->next[n].number != number)
		bundle_free(d->next[n++].bundle);
	d->station->bundle = n < d->nnext ? d->next[n++].bundle :
	    bundle_new();
	memmove(d->next, d->next + n, (d->nnext - n) * sizeof(*d->next));
	d->nnext -= n;
	return coming;
}

static void
note(struct delivery *d, const struct message *m)
{
	switch (m->type) {
	case ROLES_STOP:
		d->stop = true;
		break;
	case ROLES_REOPEN:
		d->reopen = true;
		break;
	case ROLES_PEER:
		if (d->peer != -1)
			(void)close(d->peer);	/* that worker is gone */
		d->peer = m->fd;
		break;
	case ROLES_FILE:
	case ROLES_PIECE:
		d->reading = true;
		station_rules(d->station, m);
		break;
	case ROLES_RULES:
		d->reading = false;
		keep_rules(d, be32(m->bytes.p));
		break;
	default:
		if (m->fd != -1)
			(void)close(m->fd);	/* not for this time */
	}
}

/* Wait for the parent's answer; what else it says is noted. */
static void
await(struct delivery *d, uint32_t type, struct message *m)
{
	for (;;) {
		station_receive(d->station, m);
		if (m->type == type)
			break;
		note(d, m);
	}
	event_active(d->from_parent, EV_READ, 0); /* there may be more */
}

/* The name, for as long as the memory of names; "" if there is none. */
static const char *
ask_name(struct delivery *d, bool group, uint32_t id, struct slice key)
{
	struct buf	 b = { 0 };
	struct message	 m;
	struct cursor	 c;
	const char	*name;

	buf_u8(&b, group);
	buf_u32(&b, id);
	station_send(d->station, ROLES_WHO, &b);
	buf_fini(&b);
	await(d, ROLES_NAMED, &m);
	c = (struct cursor){ .in = m.bytes };
	if (cursor_uint(&c, 1) != 1)
		name = "";
	else if ((name = roles_take_text(&c)) == NULL)
		name = "";
	(void)map_put(d->names, key, xstrdup(name));
	return map_find(d->names, key);
}

static void
forget_names(struct delivery *d)
{
	for (size_t i = 0; i < map_count(d->names); i++)
		free(map_at(d->names, i, NULL));
	map_free(d->names);
	d->names = map_new();
	d->names_since = time(NULL);
}

static bool
name_of(struct delivery *d, bool group, uint32_t id, struct slice to)
{
	uint8_t		 key[5];
	const char	*name;
	size_t		 n;

	if (map_count(d->names) >= NAMES_MAX ||
	    time(NULL) - d->names_since > NAMES_S)
		forget_names(d);
	key[0] = group;
	memcpy(key + 1, &id, sizeof(id));
	name = map_find(d->names, (struct slice){ key, sizeof(key) });
	if (name == NULL)
		name = ask_name(d, group, id,
		    (struct slice){ key, sizeof(key) });
	n = strlen(name);
	if (n == 0 || n >= to.n)
		return false;
	memcpy((void *)(uintptr_t)to.p, name, n + 1);
	return true;
}

static bool
user_of(void *arg, uint32_t id, char *name, size_t n)
{
	return name_of(arg, false, id, (struct slice){ (uint8_t *)name, n });
}

static bool
group_of(void *arg, uint32_t id, char *name, size_t n)
{
	return name_of(arg, true, id, (struct slice){ (uint8_t *)name, n });
}

struct delivery *
delivery_new(struct station *s)
{
	struct delivery	*d = xcalloc(1, sizeof(*d));

	d->station = s;
	d->peer = -1;
	d->names = map_new();
	d->names_since = time(NULL);
	d->accounts = (struct accounts){ .user_of = user_of,
		.group_of = group_of, .arg = d };
	return d;
}

const struct accounts *
delivery_accounts(struct delivery *d)
{
	return &d->accounts;
}

/* The worker. */

/* It is cut off, and the parent hears why it should end it. */
static void
accuse(struct delivery *d, const char *why)
{
	log_warn("the worker sent %s", why);
	station_send(d->station, ROLES_ACCUSE, NULL);
}

static void
leave_worker(struct delivery *d)
{
	if (d->worker == NULL)
		return;
	event_free(d->from_worker);
	event_free(d->to_worker);
	channel_free(d->worker);
	d->worker = NULL;
	d->alert = d->question = 0;
}

static bool
take_alert(struct delivery *d, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };
	const uint64_t	 number = cursor_uint(&c, 8);
	struct parcel	 p;

	if (!parcel_init(&p, cursor_take(&c, cursor_left(&c)),
	    d->older ? SIZE_MAX : d->nchannels))
		return false;
	if (d->older)
		p.alert.rule.nchannels = 0;
	sinks_alert(d->o->sinks, &p.view);
	parcel_fini(&p);
	d->alert = number;
	return true;
}

static const char *
user_name(struct delivery *d, uint32_t id, char name[NAME_SIZE])
{
	return user_of(d, id, name, NAME_SIZE) ? name : EXEC_NOBODY;
}

static bool
take_errand(struct delivery *d, struct slice bytes)
{
	char		 subject[NAME_SIZE], esubject[NAME_SIZE];
	struct buf	 b = { 0 };
	const char	*path;
	struct errand	 e;

	if (!errand_take(&e, bytes))
		return false;
	sinks_flush(d->o->sinks);
	e.values.subject = user_name(d, e.auid, subject);
	e.values.esubject = user_name(d, e.euid, esubject);
	path = e.of_alert ? sinks_evidence(d->o->sinks) : NULL;
	e.values.evidence = path == NULL ? "" : path;
	if (errand_put(&b, &e))
		station_send(d->station, ROLES_RUN, &b);
	else
		log_warn("the values of a trigger are too long");
	buf_fini(&b);
	return true;
}

static bool
take_question(struct delivery *d, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };

	d->question = cursor_uint(&c, 8);
	return true;
}

/* All is written: it hears so, unless it does not listen at all. */
static void
tell(struct delivery *d)
{
	struct outward_stats	 stats = { 0 };
	struct buf		 b = { 0 };

	sinks_flush(d->o->sinks);
	outward_waiting(d->o->sinks, *d->o->scribe, &stats);
	d->told = time(NULL);
	if (d->worker == NULL)
		return;
	if (!channel_waiting(d->worker)) {
		buf_u64(&b, d->alert);
		buf_u64(&b, d->question);
		buf_u64(&b, stats.sinks.lost);
		buf_u64(&b, stats.sinks.missing);
		buf_u64(&b, stats.waiting.items);
		buf_u64(&b, stats.waiting.bytes);
		buf_u64(&b, stats.waiting.on_disk);
		(void)roles_send(d->worker, COURIER_TO_WORKER, ROLES_TOLD, &b,
		    -1);			/* we hear of its end */
		buf_fini(&b);
	}
	(void)channel_flush(d->worker, false);	/* the same */
	if (channel_waiting(d->worker))
		(void)event_add(d->to_worker, NULL);
}

/*
 * Our tables of events may be too old for them: those of the next one are not.
 * It gets again what the worker has not heard to be written.
 */
static void __attribute__((noreturn))
begin_anew(struct delivery *d)
{
	log_warn("the worker has other rules than the courier, which begins "
	    "anew");
	tell(d);
	station_exit(EXIT_FAILURE);
}

/*
 * The parent has sent them before the worker could speak of them. If ours are
 * newer, since we were started later, what comes first is of rules that nobody
 * has any more: their log channels are passed over.
 */
static bool
take_rules(struct delivery *d, struct slice bytes)
{
	const uint32_t	 rules = be32(bytes.p);
	struct bundle	*coming;
	struct message	 m;

	d->older = rules < d->rules;
	if (rules <= d->rules)
		return true;
	while ((d->rules_there < rules || d->reading) && !d->stop &&
	    d->peer == -1) {
		station_receive(d->station, &m);
		note(d, &m);
	}
	if (d->rules_there < rules)
		return false;
	event_active(d->from_parent, EV_READ, 0); /* there may be more */
	sinks_flush(d->o->sinks);
	coming = use_rules(d, rules);
	d->nchannels = d->o->use(d->o->arg);
	if (d->nchannels == DELIVERY_NONE)
		begin_anew(d);
	d->rules = rules;
	bundle_free(d->station->bundle);
	d->station->bundle = coming;
	return true;
}

/* All triggers before were told: nobody needs to know older rules for us. */
static bool
change_rules(struct delivery *d, struct slice number)
{
	struct buf	 b = { 0 };

	if (!take_rules(d, number))
		return false;
	buf_slice(&b, number);
	station_send(d->station, ROLES_RULES, &b);
	buf_fini(&b);
	return true;
}

static bool
take_figures(struct delivery *d, struct slice bytes)
{
	buf_clear(&d->figures);
	buf_slice(&d->figures, bytes);
	return true;
}

static bool
take_for_keeper(struct delivery *d, const struct message *m)
{
	if (d->o->keeper != NULL)
		return keeper_take(d->o->keeper, m);
	if (m->fd != -1)
		(void)close(m->fd);	/* nobody asked for it */
	return false;
}

static bool
take(struct delivery *d, const struct message *m)
{
	if (keeper_wants(m->type))
		return take_for_keeper(d, m);
	switch (m->type) {
	case ROLES_ALERT:
		return take_alert(d, m->bytes);
	case ROLES_ERRAND:
		return take_errand(d, m->bytes);
	case ROLES_ASK:
		return take_question(d, m->bytes);
	case ROLES_RULES:
		return change_rules(d, m->bytes);
	default:
		return take_figures(d, m->bytes);
	}
}

/* Take all that is whole. False: what comes is none of what may come. */
static bool
take_all(struct delivery *d, const char **why)
{
	struct message	 m;
	int		 got;

	while ((got = roles_next(d->worker, WORKER_TO_COURIER, &m, why)) == 1)
		if (!take(d, &m)) {
			*why = m.type == ROLES_ALERT ||
			    m.type == ROLES_ERRAND ?
			    "an alert or a trigger that is none" :
			    "what is not its turn to send";
			return false;
		}
	return got == 0;
}

static void
on_worker(evutil_socket_t fd, short what, void *arg)
{
	struct delivery	*d = arg;
	const char	*why = NULL;
	int		 status = 1;
	bool		 good = true;

	(void)fd;
	(void)what;
	for (unsigned i = 0; good && status == 1 && i < FILLS; i++) {
		status = channel_fill(d->worker, false);
		good = take_all(d, &why);
		/* A slow one is not taken for one that stands still. */
		if (good && d->told != time(NULL))
			tell(d);
	}
	tell(d);
	if (!good)
		accuse(d, why);
	if (!good || status < 0)
		leave_worker(d);
}

static void
on_worker_room(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	tell(arg);
}

static struct event *
listen_to(struct delivery *d, int fd, short what, event_callback_fn call)
{
	struct event	*e = event_new(d->base, fd, what, call, d);

	if (e == NULL || ((what & EV_READ) != 0 && event_add(e, NULL) == -1))
		station_exit(EXIT_FAILURE);
	return e;
}

static void
meet_worker(struct delivery *d, int fd)
{
	leave_worker(d);
	d->worker = channel_new(fd, ROLES_MAX);
	d->from_worker = listen_to(d, fd, EV_READ | EV_PERSIST, on_worker);
	d->to_worker = listen_to(d, fd, EV_WRITE, on_worker_room);
}

/* For the keeper. */

static void
to_worker(void *arg, uint32_t type, const struct buf *b)
{
	struct delivery	*d = arg;

	if (d->worker != NULL && roles_send(d->worker, COURIER_TO_WORKER,
	    type, b, -1) == 0)
		tell(d);		/* or we hear of its end */
}

static void
to_parent(void *arg, uint32_t type, const struct buf *b)
{
	struct delivery	*d = arg;

	station_send(d->station, type, b);
}

static void
mark_triggers(void *arg, const struct buf *number)
{
	struct delivery	*d = arg;
	struct message	 m;

	station_send(d->station, ROLES_MARKING, number);
	await(d, ROLES_MARKED, &m);
}

static void
start_keeper(struct delivery *d)
{
	const struct keeper_to	 to = { to_worker, to_parent, mark_triggers,
	    d };

	if (d->o->keeper == NULL)
		return;
	keeper_begin(d->o->keeper, d->base, &to);
	d->station->copies = true;
}

/* Life. */

/* The parent waits with it until the worker has its answers, or is gone. */
static void
finish(struct delivery *d)
{
	if (d->worker != NULL)
		on_worker(-1, 0, d);
	sinks_settle(d->o->sinks);
	(void)scribe_leave(*d->o->scribe);	/* it has had its time */
	(void)channel_flush(d->station->parent, true);	/* it is the end */
	station_exit(EXIT_SUCCESS);
}

static void
obey(struct delivery *d)
{
	if (d->reopen)
		sinks_reopen(d->o->sinks);
	d->reopen = false;
	if (d->peer != -1)
		meet_worker(d, d->peer);
	d->peer = -1;
	if (d->stop)
		finish(d);
}

static void
on_parent(evutil_socket_t fd, short what, void *arg)
{
	struct delivery	*d = arg;
	struct message	 m;

	(void)fd;
	(void)what;
	station_fill(d->station);
	while (station_next(d->station, &m))
		note(d, &m);
	obey(d);
}

static void
put_figures(void *arg, struct buf *b)
{
	const struct delivery	*d = arg;

	buf_slice(b, buf_bytes(&d->figures));
}

static void
start_metrics(struct delivery *d)
{
	struct buf	 why = { 0 };

	if (d->o->metrics == NULL)
		return;
	d->metrics = metrics_new(d->base, d->o->metrics, put_figures, d, &why);
	if (d->metrics == NULL) {
		log_warn("--metrics %s: %s", d->o->metrics, buf_cstr(&why));
		station_exit(EXIT_FAILURE);
	}
	log_debug("figures at port %u", metrics_port(d->metrics));
	buf_fini(&why);
}

void
delivery_run(struct delivery *d, const struct delivery_options *o)
{
	d->o = o;
	d->nchannels = o->nchannels;
	d->rules = d->rules_there = d->station->rules;
	if ((d->base = event_base_new()) == NULL)
		station_exit(EXIT_FAILURE);
	start_metrics(d);
	start_keeper(d);
	d->from_parent = listen_to(d, channel_fd(d->station->parent),
	    EV_READ | EV_PERSIST, on_parent);
	meet_worker(d, d->station->peer);
	station_close(d->station, NULL, o->dirs, o->ndirs);
	o->begin(o->arg);
	event_active(d->from_parent, EV_READ, 0);
	while (event_base_dispatch(d->base) == 0)
		;
	station_exit(EXIT_FAILURE);
}
