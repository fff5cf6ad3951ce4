/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dispatch.c - what the worker tells the courier, and how it waits meanwhile.
 *
 * A message waits in the queue (spill.h) until the courier has room, that is,
 * until less than DISPATCH_WINDOW is sent and not known to be written. Then it
 * goes to the channel, and alerts and rules are kept in `sent`, since another
 * courier needs them again if this one dies. A trigger is not: it runs once or
 * not at all.
 *
 * A courier that was started again has the newest rules; which ones an alert is
 * of it hears before the first (rules_first).
 */
#include "run/dispatch.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"
#include "bsm/cursor.h"
#include "run/losing.h"
#include "run/roles.h"
#include "run/station.h"
#include "run/unacked.h"

#define QUEUED_MAX	(1u << 20)	/* bytes in the channel, */
#define FLUSH_AT	(64u << 10)	/* and from here on they are sent */
#define STANDS_MS	5000		/* without a word: it stands still */
#define GIVE_UP_MS	20000		/* the same, at the end */
#define LOOK_MS		1000		/* while it is waited for */
#define TYPE		4u		/* bytes before a message that waits */

struct dispatch {
	struct dispatch_to	 to;
	struct event_base	*base;
	struct channel		*courier;	/* NULL: it has died */
	struct event		*readable, *writable;
	int			 parent;
	bool			 patient;
	struct spill		*queue;
	struct buf		 item;		/* the next one of it, if */
	bool			 has_item;
	uint64_t		 nalerts;	/* alerts in both */
	struct unacked		*sent;
	uint64_t		 nsent;		/* alerts in it */
	size_t			 next;		/* of it, to be sent again */
	uint64_t		 number, number_sent;	/* of the last alert */
	uint64_t		 acked;
	uint64_t		 asked, answered;	/* questions */
	bool			 asks;		/* this courier was asked */
	uint32_t		 rules_first;	/* of the first in `sent` */
	unsigned		 errands_sent;	/* since it told last */
	struct losing		 losing;
	bool			 lost_last;	/* alert */
	uint64_t		 refused;	/* errands */
	uint64_t		 lost, missing;	/* of all couriers before */
	struct sinks_stats	 sinks;		/* of this one */
	struct spill_stats	 theirs;	/* what waits there */
	int64_t			 moved_ms;	/* when it told last of more */
	bool			 stands;	/* which was said */
};

static int64_t
now_ms(void)
{
	struct timespec	 t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);	/* all have it */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct dispatch *
dispatch_new(int courier, int parent, uint32_t rules,
    const struct dispatch_to *to)
{
	static const struct spill_limits	 limits = {
		.disk = SPILL_DISK
	};
	struct dispatch				*d = xcalloc(1, sizeof(*d));
	int					 error;

	d->to = *to;
	d->parent = parent;
	d->courier = channel_new(courier, ROLES_MAX);
	d->sent = unacked_new();
	d->rules_first = rules;
	d->moved_ms = now_ms();
	d->queue = spill_new(&limits);
	if ((error = spill_open(d->queue)) != 0)
		log_warn("a file for alerts that wait: %s: they will wait in "
		    "memory alone", strerror(error));
	return d;
}

void
dispatch_patient(struct dispatch *d)
{
	d->patient = true;
}

/* What waits. */

static bool
is_empty(const struct dispatch *d)
{
	struct spill_stats	 s;

	spill_stats(d->queue, &s);
	return !d->has_item && s.items == 0;
}

bool
dispatch_idle(const struct dispatch *d)
{
	return d->courier != NULL && is_empty(d) &&
	    d->next == unacked_count(d->sent);
}

/* Nobody has to take anything. */
static bool
has_nothing(const struct dispatch *d)
{
	return is_empty(d) && d->nsent == 0 && d->answered == d->asked;
}

static void
count_out(struct dispatch *d, uint32_t type)
{
	if (type == ROLES_ALERT)
		d->nalerts--;
}

/* The next one is in `item`, unless there is none. */
static bool
load(struct dispatch *d)
{
	uint64_t	 lost = 0;
	int		 got = 1;

	while (!d->has_item &&
	    (got = spill_take(d->queue, &d->item, &lost)) == -1) {
		log_warn("the queue of alerts: %s: %llu are lost",
		    strerror(errno), (unsigned long long)lost);
		d->losing.lost += lost;
		d->nalerts -= lost < d->nalerts ? lost : d->nalerts;
	}
	d->has_item = got == 1;
	return d->has_item;
}

/* Is there room in the channel for so many bytes? */
static bool
has_room(const struct dispatch *d, size_t n)
{
	if (d->courier == NULL)
		return false;
	if (channel_queued(d->courier) > FLUSH_AT)
		(void)channel_flush(d->courier, false);	/* sending tells */
	return channel_queued(d->courier) == 0 ||
	    channel_queued(d->courier) + n <= QUEUED_MAX;
}

/* And at the courier, behind all that was sent? */
static bool
may_send(const struct dispatch *d, size_t n)
{
	const size_t	 sent = unacked_size(d->sent);

	return d->next == unacked_count(d->sent) &&
	    (sent == 0 || sent + n <= DISPATCH_WINDOW) && has_room(d, n);
}

/* The courier. */

static void	on_courier(evutil_socket_t, short, void *);
static void	on_room(evutil_socket_t, short, void *);

static void
take_told(struct dispatch *d, struct slice bytes)
{
	const struct unacked_item	*it;
	struct cursor			 c = { .in = bytes };
	const uint64_t			 acked = cursor_uint(&c, 8);
	const uint64_t			 answered = cursor_uint(&c, 8);

	if (acked != d->acked || answered != d->answered)
		d->moved_ms = now_ms();
	d->acked = acked;
	d->answered = answered;
	d->sinks.lost = cursor_uint(&c, 8);
	d->sinks.missing = cursor_uint(&c, 8);
	d->theirs.items = cursor_uint(&c, 8);
	d->theirs.bytes = cursor_uint(&c, 8);
	d->theirs.on_disk = cursor_uint(&c, 8);
	d->errands_sent = 0;
	while ((it = unacked_at(d->sent, 0)) != NULL && it->number <= acked) {
		if (it->type == ROLES_RULES)
			d->rules_first = be32(it->bytes.p);
		else
			d->nsent--;
		unacked_drop(d->sent);
		d->next -= d->next > 0;
	}
}

/* All of what was read. Returns 0, or CHANNEL_E*. */
static int
take_said(struct dispatch *d)
{
	struct message	 m;
	const char	*why;
	int		 status;

	while ((status = roles_next(d->courier, COURIER_TO_WORKER, &m,
	    &why)) == 1)
		if (m.type == ROLES_TOLD)
			take_told(d, m.bytes);
		else if (m.type == ROLES_DURABLE)
			d->to.durable(d->to.arg, m.bytes);
	return status;
}

/*
 * It has died: the parent, who hears it as well, sends another. What it has
 * said before still counts: alerts that are written shall not come twice.
 */
static void
leave(struct dispatch *d)
{
	if (d->courier == NULL)
		return;
	while (channel_fill(d->courier, false) == 1 && take_said(d) == 0)
		;
	d->to.gone(d->to.arg);
	if (d->readable != NULL)
		event_free(d->readable);
	if (d->writable != NULL)
		event_free(d->writable);
	d->readable = d->writable = NULL;
	channel_free(d->courier);
	d->courier = NULL;
	d->lost += d->sinks.lost;
	d->missing += d->sinks.missing;
	d->sinks = (struct sinks_stats){ 0 };
	d->theirs = (struct spill_stats){ 0 };
	d->asks = false;
}

static void
listen_to_it(struct dispatch *d)
{
	const int	 fd = channel_fd(d->courier);

	d->readable = event_new(d->base, fd, EV_READ | EV_PERSIST, on_courier,
	    d);
	d->writable = event_new(d->base, fd, EV_WRITE, on_room, d);
	if (d->readable == NULL || d->writable == NULL ||
	    event_add(d->readable, NULL) == -1)
		station_exit(EXIT_FAILURE);
}

/* False when it has died. */
static bool
send_one(struct dispatch *d, uint32_t type, const struct buf *b)
{
	if (d->courier != NULL && roles_send(d->courier, WORKER_TO_COURIER,
	    type, b, -1) == 0)
		return true;
	leave(d);
	return false;
}

static void
send_rules(struct dispatch *d, uint32_t rules)
{
	struct buf	 b = { 0 };

	buf_u32(&b, rules);
	(void)send_one(d, ROLES_RULES, &b);	/* if it fails, so does more */
	buf_fini(&b);
}

/* There is room. The buffer is taken if it may be needed again. */
static void
send_and_keep(struct dispatch *d, uint32_t type, struct buf *b)
{
	(void)send_one(d, type, b);		/* another one gets it */
	if (type == ROLES_ERRAND) {
		d->errands_sent++;
		return;
	}
	if (type == ROLES_ALERT) {
		d->number_sent = be64(b->p);
		d->nsent++;
	}
	unacked_put(d->sent, type == ROLES_ALERT ? d->number_sent :
	    d->number_sent + 1, type, b);
	d->next++;
}

/* What the courier before has not written. */
static void
send_again(struct dispatch *d)
{
	const struct unacked_item	*it;

	while ((it = unacked_at(d->sent, d->next)) != NULL &&
	    has_room(d, it->bytes.n) && send_one(d, it->type, &it->bytes))
		d->next++;
}

/* Send what waits, as there is room. */
static void
pump(struct dispatch *d)
{
	struct buf	 b = { 0 }, question = { 0 };

	send_again(d);
	while (d->courier != NULL && load(d) &&
	    may_send(d, d->item.n - TYPE)) {
		const uint32_t	 type = be32(d->item.p);

		buf_clear(&b);
		buf_put(&b, d->item.p + TYPE, d->item.n - TYPE);
		d->has_item = false;
		count_out(d, type);
		send_and_keep(d, type, &b);
	}
	buf_fini(&b);
	if (d->answered == d->asked || d->asks || !dispatch_idle(d))
		return;
	buf_u64(&question, d->asked);
	d->asks = send_one(d, ROLES_ASK, &question);
	buf_fini(&question);
}

void
dispatch_flush(struct dispatch *d)
{
	pump(d);
	if (d->courier == NULL || channel_flush(d->courier, false) != 0)
		return;			/* we hear of its end */
	if (channel_waiting(d->courier) && d->writable != NULL)
		(void)event_add(d->writable, NULL);	/* or next time */
}

static void
on_room(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	dispatch_flush(arg);
}

static void
say_errands(struct dispatch *d)
{
	if (d->errands_sent > 0)
		log_warn("%u triggers may not have been run, since the courier "
		    "has died", d->errands_sent);
	d->errands_sent = 0;
}

void
dispatch_meet(struct dispatch *d, int fd)
{
	leave(d);
	d->courier = channel_new(fd, ROLES_MAX);
	d->moved_ms = now_ms();
	listen_to_it(d);
	send_rules(d, d->rules_first);
	d->next = 0;
	say_errands(d);
	dispatch_flush(d);
}

/* What it has said; it may have died of it. */
static void
listen_now(struct dispatch *d)
{
	if (channel_fill(d->courier, false) < 0 || take_said(d) < 0)
		leave(d);
}

static void
on_courier(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	listen_now(arg);
	dispatch_flush(arg);
}

void
dispatch_begin(struct dispatch *d, struct event_base *base)
{
	d->base = base;
	listen_to_it(d);
	send_rules(d, d->rules_first);
}

/* Until one of them says something, or the courier takes more. */
static void
wait_a_while(struct dispatch *d, bool parent_too)
{
	struct pollfd	 v[2] = { { .fd = d->parent, .events = POLLIN } };
	nfds_t		 n = 1;

	if (d->courier != NULL)
		v[n++] = (struct pollfd){ .fd = channel_fd(d->courier),
		    .events = (short)(POLLIN |
		    (channel_waiting(d->courier) ? POLLOUT : 0)) };
	if (d->courier != NULL && !parent_too)
		v[0].fd = -1;			/* passed over */
	(void)poll(v, n, LOOK_MS);		/* we look in any case */
	if (n > 1)
		listen_now(d);
	dispatch_flush(d);
	if (v[0].revents != 0)
		d->to.hear(d->to.arg);
}

void
dispatch_free(struct dispatch *d)
{
	if (d == NULL)
		return;
	leave(d);
	spill_free(d->queue);
	unacked_free(d->sent);
	buf_fini(&d->item);
	free(d);
}

/* What it is told. */

/* Later, or not at all. */
static void
put_aside(struct dispatch *d, uint32_t type, const struct buf *b)
{
	struct buf	 item = { 0 };
	int		 error;

	buf_u32(&item, type);
	buf_put(&item, b->p, b->n);
	error = spill_put(d->queue, buf_bytes(&item), type == ROLES_RULES);
	buf_fini(&item);
	if (type == ROLES_ALERT)
		d->lost_last = error != 0;
	if (type == ROLES_ERRAND)
		d->refused += error != 0;
	else if (losing_note(&d->losing, error, d->queue))
		losing_say(&d->losing, error, "alerts");
	if (type == ROLES_ALERT && error == 0)
		d->nalerts++;
}

static void
put(struct dispatch *d, uint32_t type, struct buf *b)
{
	if (d->courier != NULL && is_empty(d) && !may_send(d, b->n)) {
		listen_now(d);
		dispatch_flush(d);
	}
	while (d->patient && !(is_empty(d) && may_send(d, b->n)))
		wait_a_while(d, false);
	if (is_empty(d) && may_send(d, b->n)) {
		d->lost_last = false;
		send_and_keep(d, type, b);
	} else
		put_aside(d, type, b);
	buf_fini(b);
}

uint64_t
dispatch_number(struct dispatch *d)
{
	return ++d->number;
}

void
dispatch_alert(struct dispatch *d, struct buf *b)
{
	put(d, ROLES_ALERT, b);
}

void
dispatch_lose(struct dispatch *d)
{
	d->lost++;
	d->lost_last = true;
}

void
dispatch_errand(struct dispatch *d, struct buf *b, bool of_alert)
{
	if (!of_alert || !d->lost_last) {
		put(d, ROLES_ERRAND, b);
		return;
	}
	d->refused++;
	buf_fini(b);
}

/* It has a number, so that it is kept as long as alerts behind it are. */
void
dispatch_rules(struct dispatch *d, uint32_t rules)
{
	struct buf	 b = { 0 };

	d->number++;
	buf_u32(&b, rules);
	put(d, ROLES_RULES, &b);
}

/* How it is. */

static bool
is_standing(const struct dispatch *d, int64_t ms)
{
	return now_ms() - d->moved_ms >= ms;
}

void
dispatch_pulse(struct dispatch *d)
{
	if (has_nothing(d))
		d->moved_ms = now_ms();
	if (is_standing(d, STANDS_MS) && !d->stands) {
		log_warn("the courier takes nothing: alerts wait, in memory "
		    "and then on disk");
		d->stands = true;
	} else if (d->stands && !is_standing(d, STANDS_MS)) {
		log_warn("the courier takes alerts again; %llu wait",
		    (unsigned long long)(d->nalerts + d->nsent));
		d->stands = false;
	}
	dispatch_flush(d);
	if (d->losing.now && losing_note(&d->losing, 0, d->queue))
		losing_say(&d->losing, 0, "alerts");
}

bool
dispatch_behind(const struct dispatch *d)
{
	struct spill_stats	 s;

	spill_stats(d->queue, &s);
	return s.bytes > spill_room(d->queue) / 2 && d->courier != NULL &&
	    !is_standing(d, STANDS_MS);
}

void
dispatch_figures(struct dispatch *d, const struct buf *figures)
{
	if (!dispatch_idle(d) || channel_waiting(d->courier))
		return;
	(void)send_one(d, ROLES_METRICS, figures);
	dispatch_flush(d);
}

void
dispatch_stats(const struct dispatch *d, struct sinks_stats *s,
    struct spill_stats *waiting)
{
	struct spill_stats	 here;

	spill_stats(d->queue, &here);
	s->lost += d->lost + d->losing.lost + d->sinks.lost;
	s->missing += d->missing + d->sinks.missing;
	waiting->items += d->nalerts + d->nsent + d->theirs.items;
	waiting->bytes += here.bytes + unacked_size(d->sent) +
	    d->theirs.bytes;
	waiting->on_disk += here.on_disk + d->theirs.on_disk;
}

uint64_t
dispatch_refused(const struct dispatch *d)
{
	return d->refused;
}

/* The end. */

/* Nobody will take it any more. */
static void
give_up(struct dispatch *d)
{
	const uint64_t	 n = d->nalerts + d->nsent;

	log_warn("the courier stands still: %llu alerts were not written",
	    (unsigned long long)n);
	d->losing.lost += n;
	d->nalerts = 0;
	d->answered = d->asked;
}

void
dispatch_settle(struct dispatch *d)
{
	d->asked++;
	d->asks = false;
	d->moved_ms = now_ms();
	dispatch_flush(d);
	d->to.hear(d->to.arg);
	while (d->answered != d->asked) {
		wait_a_while(d, true);
		if (is_standing(d, GIVE_UP_MS) && d->to.hurry(d->to.arg))
			give_up(d);
	}
}

/* For what is remembered. */

void
dispatch_tell(struct dispatch *d, uint32_t type, const struct buf *b, int fd)
{
	while (!dispatch_idle(d))
		wait_a_while(d, true);
	if (roles_send(d->courier, WORKER_TO_COURIER, type, b, fd) != 0)
		leave(d);
	dispatch_flush(d);
}

void
dispatch_hear(struct dispatch *d, struct message *m)
{
	const char	*why;
	int		 status;

	for (;;) {
		status = roles_next(d->courier, COURIER_TO_WORKER, m, &why);
		if (status == 0) {
			/* Its end is heard of next. */
			(void)channel_flush(d->courier, true);
			status = channel_fill(d->courier, true);
			if (status == 1)
				continue;
		}
		if (status < 0)
			leave(d);
		else if (status == 1 && m->type == ROLES_TOLD) {
			take_told(d, m->bytes);
			dispatch_flush(d);
		} else if (status == 1)
			break;
	}
	event_active(d->readable, EV_READ, 0);	/* there may be more */
}

int
dispatch_fd(const struct dispatch *d)
{
	return channel_fd(d->courier);
}
