/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parentheard.c - what worker and courier say to the parent.
 *
 * It may be hostile: numbers are compared with what there is, texts become
 * words of a trigger or lines of the log, and nothing is taken apart any
 * further.
 */
#include <string.h>

#include "base/log.h"
#include "run/parentinside.h"

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

static bool
follows(const struct parent *p)
{
	for (size_t i = 0; i < p->o->ninputs; i++)
		if (p->o->inputs[i].followed)
			return true;
	return false;
}

static void
take_done(struct parent *p, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };
	const bool	 failed = cursor_uint(&c, 1) != 0;

	if (!failed && !p->stop && follows(p)) {
		hand_kill(p->worker, "it says that there is no more to come");
		return;
	}
	p->done = true;
	p->result->failed |= failed;
	p->result->bsd = cursor_uint(&c, 1) != 0;
	p->result->gaps = cursor_uint(&c, 8);
	p->result->alerts = cursor_uint(&c, 8);
}

void
parent_on_worker(void *arg, const struct message *m)
{
	struct parent	*p = arg;

	switch (m->type) {
	case ROLES_READY:
		if (!p->worker_ready)
			parent_begin_worker(p);
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
	case ROLES_RULES:
		parent_keep_rules(p, be32(m->bytes.p));
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
		all = e.rules == p->rules_before ? &p->before : NULL;
	if (all == NULL && e.rules < p->rules_given) {
		log_warn("a trigger of rules that are gone is not run");
		return;			/* see in_use() of parentrules.c */
	}
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

struct ledger *
parent_ledger(const struct parent *p)
{
	return p->o->triggers == NULL ? NULL : p->o->triggers->ledger;
}

/* All triggers that it has asked for until now are noted. */
static void
mark(struct parent *p, struct slice number)
{
	struct buf	 b = { 0 };

	if (parent_ledger(p) != NULL)
		ledger_mark(parent_ledger(p));
	buf_slice(&b, number);
	hand_send(p->courier, ROLES_MARKED, &b, -1);
	buf_fini(&b);
}

static void
take_durable(const struct parent *p, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };

	(void)cursor_uint(&c, 8);
	if (cursor_uint(&c, 1) == 1 && parent_ledger(p) != NULL)
		ledger_durable(parent_ledger(p));
}

void
parent_on_courier(void *arg, const struct message *m)
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
	case ROLES_RULES:
		parent_hear_rules(p, be32(m->bytes.p));
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

/* Triggers. */

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

void
parent_tell_triggers(struct parent *p)
{
	tell_triggers(p, ROLES_TRIGGERS);
}

/* The courier has sent its requests before the worker had its answer. */
void
parent_settle(struct parent *p)
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
