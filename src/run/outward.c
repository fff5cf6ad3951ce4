/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outward.c - what the engine has told, to sinks and triggers of this process.
 *
 * A trigger finds all written that was before it.
 */
#include "run/outward.h"

#include <string.h>

#include "base/arena.h"
#include "run/scribe.h"
#include "run/watching.h"

static void
to_sinks(void *arg, const struct sink_view *v)
{
	const struct watching	*run = arg;

	sinks_alert(run->o->sinks, v);
}

/* Which state this is of, for the ledger: triggers are not shared. */
void
outward_id(const struct watching *run, const struct alert_trigger *t,
    uint8_t id[LEDGER_ID])
{
	const struct program	*p = run->program;
	struct ledger_start	 s = { .record = t->record->bytes };

	if (t->alert != NULL)
		memcpy(s.uid, t->alert->uid, sizeof(s.uid));
	for (size_t i = 0; i < p->nrules; i++)
		for (uint32_t k = 0; k < p->rules[i].nstates; k++)
			if (p->rules[i].states[k].trigger == t->trigger) {
				s.rule = p->rules[i].id;
				s.state = k;
			}
	ledger_id(id, &s);
}

static void
to_triggers(void *arg, const struct alert_trigger *t, const char *host)
{
	const struct watching	*run = arg;
	struct exec_place	 place = { .host = host };
	struct exec_values	 values;
	struct arena		*arena;
	uint8_t			 id[LEDGER_ID];

	if (!triggers_allow(run->triggers, t->rule))
		return;
	if (t->alert != NULL)
		place.evidence = sinks_evidence(run->o->sinks);
	sinks_flush(run->o->sinks);
	arena = arena_new();
	exec_values(&values, arena, t, run->o->accounts, &place);
	outward_id(run, t, id);
	triggers_start(run->triggers, t->trigger, t->rule, &values, id);
	arena_free(arena);
}

static void
flush(void *arg)
{
	const struct watching	*run = arg;

	sinks_flush(run->o->sinks);
}

void
outward_waiting(const struct sinks *sinks, struct scribe *scribe,
    struct outward_stats *s)
{
	struct outbox_stats	 lines;

	sinks_stats(sinks, &s->sinks);
	scribe_stats(scribe, &lines);
	s->sinks.lost += lines.lost;
	s->waiting = lines.waiting;
	s->waiting.items += s->sinks.waiting;
}

/* Triggers have their time even when there is nothing left to read. */
static void
settle(void *arg)
{
	struct watching	*run = arg;

	while (run->triggers != NULL && triggers_running(run->triggers) > 0) {
		if (run->stop)
			triggers_stop(run->triggers);
		watching_turn(run, 0);
	}
}

static void
stats(void *arg, struct outward_stats *s)
{
	const struct watching	*run = arg;

	outward_waiting(run->o->sinks, run->o->scribe, s);
	if (run->triggers != NULL)
		triggers_stats(run->triggers, &s->triggers);
}

struct outward
outward_direct(struct watching *run)
{
	return (struct outward){ .alert = to_sinks, .trigger = to_triggers,
		.flush = flush, .settle = settle, .stats = stats,
		.arg = run };
}
