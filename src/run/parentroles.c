/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parentroles.c - worker and courier: how they begin, and what follows when
 * they end.
 *
 * A role that is started gets a new channel to the other one, and the other one
 * gets its end. The worker is given its inputs when it has said that its door
 * is closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "run/parentinside.h"
#include "run/spawn.h"
#include "run/spot.h"
#include "run/worker.h"

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
	parent_give_rules(p, h);
	send_descriptor(h, ROLES_HERE, p->o->here);
	if (h == p->worker)
		send_descriptor(h, ROLES_PLACE, p->place);
	join(p);
	buf_u8(&b, p->self.has_session);
	buf_u32(&b, p->self.session);
	buf_u32(&b, (uint32_t)getpid());
	buf_u32(&b, p->rules_given);
	hand_send(h, ROLES_START, &b, -1);
	buf_fini(&b);
}

void
parent_start_worker(void *arg)
{
	struct parent	*p = arg;

	p->worker_ready = false;
	parent_renew_rules(p);
	start(p, p->worker);
}

void
parent_start_courier(void *arg)
{
	struct parent	*p = arg;

	p->courier_ready = false;
	start(p, p->courier);
}

void
parent_start_both(void *arg)
{
	struct parent	*p = arg;

	if (!hand_lives(p->courier))
		parent_start_courier(p);
	if (hand_lives(p->courier) && !hand_lives(p->worker))
		parent_start_worker(p);
}

/* What the worker is to read. */

static void
send_input(struct parent *p, const struct input *in)
{
	const int	 fd = in->fd == -1 ? -1 :
	    fcntl(in->fd, F_DUPFD_CLOEXEC, 0);
	struct buf	 b = { 0 };

	if (fd == -1 && in->fd != -1)
		hand_kill(p->worker, strerror(errno));
	/* One that died has read some of it; a pipe has no place. */
	if (in->finished)
		(void)lseek(in->fd, (off_t)in->start, SEEK_SET);
	worker_put_input(&b, in);
	hand_send(p->worker, ROLES_INPUT, &b, fd);
	buf_fini(&b);
}

void
parent_free_heralds(struct parent *p)
{
	for (size_t i = 0; i < p->o->ninputs; i++) {
		herald_free(p->heralds[i]);
		p->heralds[i] = NULL;
	}
}

void
parent_begin_worker(struct parent *p)
{
	p->worker_ready = true;
	parent_free_heralds(p);
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

/* Each turn. */

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
	if (parent_ledger(p) != NULL)
		ledger_again(parent_ledger(p));
	hand_start_later(p->worker, false);
}

static void
look_after_worker(struct parent *p)
{
	int	 status;

	if (!hand_ended(p->worker, &status))
		return;
	parent_free_heralds(p);
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
		if (p->o->keeps)
			log_warn("the next run goes on from the last "
			    "checkpoint");
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
		if (status != 0 && !p->again) {
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

bool
parent_look_after(struct parent *p)
{
	look_after_worker(p);
	look_after_courier(p);
	parent_look_for_rules(p);
	if (!p->began && p->worker_ready && p->courier_ready) {
		p->began = true;
		supervisor_tell(&p->supervisor, "READY=1");
	}
	if (p->settle)
		parent_settle(p);
	else if (p->worker_ready)
		parent_tell_triggers(p);
	if (!p->done || hand_lives(p->worker))
		return true;
	hand_send(p->courier, ROLES_STOP, NULL, -1);
	return hand_lives(p->courier) || (p->triggers != NULL &&
	    triggers_running(p->triggers) > 0);
}
