/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * raising.c - what the engine tells, on its way to sinks and triggers.
 *
 * An alert knows where the records lie that took part; whoever shows them is
 * given their bytes, which are read again here. What the record cannot know,
 * such as the host of its trail, is added.
 *
 * Sinks gather lines until raising_flush(), and no progress is shown between an
 * alert and that; but triggers and messages find all written that was before.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/raising.h"
#include "run/reread.h"
#include "run/stream.h"
#include "run/teller.h"
#include "run/upkeep.h"
#include "run/watching.h"
#include "sink/facts.h"

#define UNKNOWN_SAID	20	/* event numbers that are told one by one */

static void
before_message(void *arg)
{
	const struct raising	*r = arg;

	sinks_flush_stderr(r->run->o->sinks);
}

void
raising_init(struct raising *r, struct watching *run)
{
	*r = (struct raising){ .run = run, .reread = reread_new() };
	records_init(&r->out, STDOUT_FILENO);
	if (run->teller == NULL)
		log_before(before_message, r);
}

void
raising_fini(struct raising *r)
{
	if (r->run->teller == NULL)
		log_before(NULL, NULL);
	free(r->inputs);
	reread_free(r->reread);
	records_fini(&r->out);
	buf_fini(&r->host);
}

void
raising_input(struct raising *r, uint32_t source, const struct input *in)
{
	r->inputs = mem_grow(r->inputs, &r->inputs_cap, source + (size_t)1,
	    sizeof(*r->inputs));
	r->inputs[source] = in;
}

/* The host of the trail, else the one whose address the header holds. */
static const char *
host_of(struct raising *r, const struct stream *s, const struct record *rec)
{
	struct tokens	 walk;
	struct token	 tok;

	if (s->in->host != NULL)
		return s->in->host;
	if (rec->bytes.p[0] != TOK_HEADER32_EX &&
	    rec->bytes.p[0] != TOK_HEADER64_EX)
		return NULL;
	tokens_begin(&walk, rec->bytes);
	if (tokens_next(&walk, &tok) != 1 || !token_is_header(tok.id))
		return NULL;
	buf_clear(&r->host);
	facts_address(&r->host, tok.header.address);
	return r->host.n == 0 ? NULL : buf_cstr(&r->host);
}

/* The alert as sinks want it: with the records of its steps if need be. */
static struct sink_view
view_of(struct raising *r, const struct alert *a, size_t *gone)
{
	struct watching		*run = r->run;
	const struct stream	*s = run->streams[a->source];

	r->alert = *a;
	if (sinks_want_steps(run->o->sinks, &a->rule))
		r->alert.steps = reread_steps(r->reread, run->engine,
		    r->inputs, a, gone);
	return (struct sink_view){ .alert = &r->alert,
		.source = stream_name(s), .host = host_of(r, s, a->last) };
}

void
raising_matched(struct raising *r, struct slice record)
{
	records_put(&r->out, record);
}

void
raising_trigger(struct raising *r, const struct alert_trigger *t,
    const char *host)
{
	struct watching	*run = r->run;

	progress_hide(&run->progress);
	run->outward.trigger(run->outward.arg, t, host);
}

void
raising_alert(struct raising *r, struct stream *s, const struct sink_view *v,
    size_t gone)
{
	struct watching	*run = r->run;

	if (gone > 0 && r->steps_gone == 0)
		watching_say(run, s->in,
		    "records of an alert cannot be read again");
	r->steps_gone += gone;
	progress_hide(&run->progress);
	s->alerts++;
	run->result->alerts++;
	upkeep_alert(run->upkeep, v->alert->rule.label);
	run->outward.alert(run->outward.arg, v);
	if (run->o->records_again)
		raising_matched(r, v->alert->last->bytes);
}

/* What the engine tells: ours to show, or somebody else's. */

static void
on_matched(void *arg, const struct record *rec, uint32_t source)
{
	struct raising	*r = arg;

	if (r->run->teller == NULL)
		raising_matched(r, rec->bytes);
	else
		teller_tell(r->run->teller, &(struct tiding){
		    .kind = TIDING_MATCHED, .stream = source,
		    .record = rec->bytes });
}

static void
on_trigger(void *arg, const struct alert_trigger *t)
{
	struct raising	*r = arg;
	const char	*host = host_of(r, r->run->streams[t->source],
	    t->record);

	if (r->run->teller == NULL)
		raising_trigger(r, t, host);
	else
		teller_tell(r->run->teller, &(struct tiding){
		    .kind = TIDING_TRIGGER, .stream = t->source,
		    .trigger = { t, host } });
}

static void
on_alert(void *arg, struct alert *a)
{
	struct raising		*r = arg;
	size_t			 gone = 0;
	const struct sink_view	 view = view_of(r, a, &gone);

	if (r->run->teller == NULL)
		raising_alert(r, r->run->streams[a->source], &view, gone);
	else
		teller_tell(r->run->teller, &(struct tiding){
		    .kind = TIDING_ALERT, .stream = a->source,
		    .alert = { &view, gone } });
}

struct alert_out
raising_out(struct raising *r, bool triggers)
{
	return (struct alert_out){
		.matched = r->run->o->records ? on_matched : NULL,
		.trigger = triggers ? on_trigger : NULL,
		.alert = on_alert,
		.arg = r
	};
}

void
raising_unknown(void *arg, uint16_t event)
{
	struct raising	*r = arg;
	const uint8_t	 bit = (uint8_t)(1u << event % 8);

	if (r->run->teller != NULL) {
		teller_tell(r->run->teller, &(struct tiding){
		    .kind = TIDING_UNKNOWN, .event = event });
		return;
	}
	if ((r->told[event / 8] & bit) != 0)
		return;
	r->told[event / 8] |= bit;
	if (r->unknown++ >= UNKNOWN_SAID)
		return;
	progress_hide(&r->run->progress);
	log_warn("audit event %u is in no table: classes never match it%s",
	    event, r->unknown == UNKNOWN_SAID ?
	    "; further numbers are not told" : "");
}

bool
raising_steps_wanted(const struct raising *r, const struct program *p)
{
	for (size_t i = 0; i < p->nrules; i++) {
		const struct alert_rule	 about = {
			.channels = p->rules[i].channels,
			.nchannels = p->rules[i].nchannels
		};

		if (sinks_want_steps(r->run->o->sinks, &about))
			return true;
	}
	return false;
}

void
raising_flush(struct raising *r)
{
	r->run->outward.flush(r->run->outward.arg);
	if (r->out.error != 0 || records_flush(&r->out) == 0)
		return;
	errno = r->out.error;
	log_warn_errno("standard output");
	r->run->result->failed = true;
	r->run->stop = true;
}
