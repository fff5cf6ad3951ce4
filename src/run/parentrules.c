/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parentrules.c - the rules of a run in several processes, and those after
 * them.
 *
 * A reader says whether they are good; until then, and if they are not, all
 * goes on with those before. What the parent has of them is an outline
 * (run/outline.h).
 *
 * Triggers are told by their numbers among the rules of their time, so those
 * before are known for as long as somebody may speak of them, and no third ones
 * are read meanwhile: whoever asks for that waits, and all who wait get one
 * answer.
 */
#include "base/log.h"
#include "run/parentinside.h"

void
parent_give_rules(const struct parent *p, struct hand *h)
{
	if (hand_lives(h))
		hand_give(h, p->bundle != NULL ? p->bundle : p->o->bundle);
}

/* Of which nobody speaks any more. */
static void
drop_oldest(struct parent *p)
{
	errands_fini(&p->before);
	program_free(p->program_before);
}

/*
 * They are good: to the courier first, so that it has them when the worker
 * speaks of them. What is under way is still of those before.
 */
static void
use(struct parent *p, struct program *outline, struct bundle *bundle)
{
	struct buf	 b = { 0 };

	bundle_free(p->bundle);
	p->bundle = bundle;
	drop_oldest(p);
	p->before = p->errands;
	p->program_before = p->program;
	p->rules_before = p->rules;
	p->rules = ++p->rules_given;
	p->program = outline;
	errands_init(&p->errands, outline);
	buf_u32(&b, p->rules);
	parent_give_rules(p, p->courier);
	hand_send(p->courier, ROLES_RULES, &b, -1);
	parent_give_rules(p, p->worker);
	hand_send(p->worker, ROLES_RULES, &b, -1);
	buf_fini(&b);
}

/*
 * Does all that is under way belong to the newest? Where a role is to be
 * started again nobody waits for an answer, since these rules may be what it
 * dies of.
 */
static bool
in_use(const struct parent *p)
{
	return p->rules_heard == p->rules ||
	    !hand_lives(p->worker) || !p->worker_ready ||
	    !hand_lives(p->courier) || !p->courier_ready;
}

void
parent_hear_rules(struct parent *p, uint32_t rules)
{
	if (rules > p->rules_given)
		hand_kill(p->courier, "it speaks of rules that there are not");
	else if (rules == 0 || rules != p->rules_refused)
		p->rules_heard = rules;
}

static void
change_places(struct parent *p)
{
	const struct errands	 errands = p->errands;
	struct program		*program = p->program;
	const uint32_t		 rules = p->rules;

	p->errands = p->before;
	p->program = p->program_before;
	p->rules = p->rules_before;
	p->before = errands;
	p->program_before = program;
	p->rules_before = rules;
}

void
parent_keep_rules(struct parent *p, uint32_t rules)
{
	if (rules != p->rules_before || rules >= p->rules)
		return;			/* it is of others, by now */
	p->rules_refused = p->rules;
	change_places(p);
	p->rules_heard = rules;
}

void
parent_renew_rules(struct parent *p)
{
	if (p->rules != p->rules_given)
		change_places(p);
	p->rules_refused = 0;
}

static void
keep(void)
{
	log_warn("the rules stay as they were");
}

void
parent_read_rules(struct parent *p)
{
	if (p->stop)
		return;
	if (p->lectern != NULL || !in_use(p)) {
		p->read_again = true;	/* they may have changed meanwhile */
		if (p->lectern == NULL && !p->waits)
			log_info("the rules are read again when those before "
			    "are in use");
		p->waits |= p->lectern == NULL;
		return;
	}
	p->read_again = p->waits = false;
	p->lectern = lectern_new(p->base, p->o->reading);
	if (p->lectern == NULL)
		keep();
}

static void
look_at_reader(struct parent *p)
{
	struct lectern_told	 told;

	if (!lectern_done(p->lectern, &told))
		return;
	lectern_free(p->lectern);
	p->lectern = NULL;
	p->o->say(p->o->arg, &told.faults);
	if (told.outline != NULL)
		use(p, told.outline, told.bundle);
	else
		keep();
	buf_fini(&told.faults);
}

void
parent_look_for_rules(struct parent *p)
{
	if (p->lectern != NULL)
		look_at_reader(p);
	if (p->lectern == NULL && p->read_again)
		parent_read_rules(p);
}

void
parent_leave_rules(struct parent *p)
{
	lectern_free(p->lectern);
	p->lectern = NULL;
	p->read_again = false;
}

void
parent_free_rules(struct parent *p)
{
	parent_leave_rules(p);
	drop_oldest(p);
	errands_fini(&p->errands);
	program_free(p->program);
	bundle_free(p->bundle);
}
