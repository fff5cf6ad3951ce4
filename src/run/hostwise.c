/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hostwise.c - finished inputs that have nothing to do with each other, each
 * with an engine of its own, and several at a time.
 *
 * A share of the inputs (shares.h) is a run within the run: it has an engine,
 * streams, and a teller in place of a voice. With threads, some shares are read
 * at once, each by a thread, and what they have to tell waits in blocks until
 * all before it was told. This thread tells it, one share after another, and
 * has a turn of the event loop wherever one share alone would have had it. A
 * share that is too far ahead waits for room (teller.h), so what is held is
 * bounded for each of a bounded number of shares.
 *
 * Without threads this thread reads the shares, one after another.
 */
#include "run/hostwise.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/finished.h"
#include "run/reload.h"
#include "run/shares.h"
#include "run/stream.h"
#include "run/teller.h"
#include "run/threads.h"
#include "run/trailset.h"
#include "run/watching.h"

/* So many are begun and not told at most. */
#define SHARES_AHEAD(threads)	(2 * (size_t)(threads))

struct share {
	struct hostwise		*all;
	size_t			 from, to;	/* inputs */
	struct watching		 own;
	struct pipeline_result	 result;
	struct teller		 teller;
	struct tidings		 blocks[TELLER_BLOCKS];
	void			*list[TELLER_BLOCKS];
	struct engine_stats	 stats;		/* as far as it was told */
	uint64_t		 bytes;		/* the same */
};

struct hostwise {
	struct watching		*run;
	unsigned		 threads;
	size_t			*ends;		/* of shares: inputs */
	size_t			 n;
	struct share		**shares;	/* or NULL: not at hand */
	size_t			 at, begun;	/* told now; begun so far */
	struct engine_stats	 past;		/* of those that are over */
	uint64_t		 taken, records;
	bool			 asked;		/* for a status */
	bool			 reload;
};

static void
add_stats(struct engine_stats *to, const struct engine_stats *s)
{
	to->records += s->records;
	to->partial += s->partial;
	to->alerts += s->alerts;
	to->instances += s->instances;
	to->started += s->started;
	to->expired += s->expired;
	to->evicted += s->evicted;
	to->steps_lost += s->steps_lost;
	to->patterns_failed += s->patterns_failed;
	to->held_back += s->held_back;
	to->forgotten += s->forgotten;
}

/* A share, on whatever thread. */

static void
read_inputs(struct share *h)
{
	struct watching			*own = &h->own;
	const struct pipeline_options	*o = own->o;

	own->engine = watching_engine(own, own->program);
	for (size_t i = h->from; i < h->to; i++)
		(void)watching_stream(own, &o->inputs[i]);
	for (size_t i = 0; i < own->nstreams && !own->stop; i++)
		finished_read(own->streams[i]);
	engine_free(own->engine);
}

static bool
fill(void *arg, void *block)
{
	struct share	*h = arg;

	teller_begin(&h->teller, block);
	read_inputs(h);
	return false;
}

/* Telling. */

/* How far all of them are, told or not. */
static void
show_progress(struct hostwise *w)
{
	uint64_t	 taken = w->taken, records = w->records;

	for (size_t i = w->at; i < w->begun; i++) {
		taken += atomic_load(&w->shares[i]->teller.taken);
		records += atomic_load(&w->shares[i]->teller.records);
	}
	w->run->taken = taken;
	progress_step(&w->run->progress, taken, records);
}

static bool
turn(void *arg)
{
	struct share	*h = arg;
	struct watching	*run = h->all->run;

	raising_flush(&run->raising);
	show_progress(h->all);
	watching_turn(run, EVLOOP_NONBLOCK);
	return !run->stop;
}

/* When we are to stop, whoever reads is to come to an end. */
static void
turn_apart(struct share *h)
{
	if (!turn(h))
		relay_end(h->teller.relay);
}

static void
take_mark(struct share *h, struct stream *s, const struct tiding_mark *m)
{
	struct hostwise	*all = h->all;
	struct watching	*run = all->run;

	run->bytes += m->bytes - h->bytes;
	h->bytes = m->bytes;
	s->records = m->records;
	s->version = m->version;
	h->stats = m->engine;
	if (m->counted) {
		s->waiting = m->waiting;
		if (all->asked)
			watching_tell_status(run);
		all->asked = false;
	}
	if (h->teller.relay != NULL)	/* else whoever reads has one */
		turn_apart(h);
}

static void
tell(void *arg, const struct tiding *t)
{
	struct share	*h = arg;
	struct raising	*r = &h->all->run->raising;
	struct stream	*s = h->all->run->streams[h->from + t->stream];

	switch (t->kind) {
	case TIDING_MATCHED:
		raising_matched(r, t->record);
		break;
	case TIDING_ALERT:
		raising_alert(r, s, t->alert.view, t->alert.gone);
		break;
	case TIDING_TRIGGER:
		raising_trigger(r, t->trigger.trigger, t->trigger.host);
		break;
	case TIDING_UNKNOWN:
		raising_unknown(r, t->event);
		break;
	case TIDING_NOTE:
		stream_say(s, t->note);
		break;
	case TIDING_MARK:
		take_mark(h, s, &t->mark);
		break;
	case TIDING_END:
		stream_ended(s, t->why);
		break;
	}
}

/* Shares come and go. */

static void
start_thread(struct share *h)
{
	const struct relay_work	 how = { fill, h };

	for (size_t i = 0; i < TELLER_BLOCKS; i++)
		h->list[i] = &h->blocks[i];
	relay_begin(&h->teller.relay, &how, true, h->list, TELLER_BLOCKS);
	if (relay_threaded(h->teller.relay))
		return;
	relay_free(h->teller.relay);	/* it is read when it is told */
	h->teller.relay = NULL;
}

static void
begin(struct hostwise *w, unsigned threads)
{
	const struct watching	*run = w->run;
	struct share		*h = xcalloc(1, sizeof(*h));

	h->all = w;
	h->from = w->begun == 0 ? 0 : w->ends[w->begun - 1];
	h->to = w->ends[w->begun];
	h->own = (struct watching){ .o = run->o, .result = &h->result,
	    .program = run->program, .triggers = run->triggers,
	    .teller = &h->teller, .progress = { .fd = -1 },
	    .want_uid = run->want_uid, .threads = threads };
	h->teller = (struct teller){ .tell = tell, .turn = turn, .arg = h };
	raising_init(&h->own.raising, &h->own);
	for (size_t i = h->from; i < h->to; i++)
		if (run->o->inputs[i].set != NULL)
			trailset_share_room(run->o->inputs[i].set,
			    w->threads);
	w->shares[w->begun++] = h;
	if (w->threads > 1)
		start_thread(h);
}

static bool
is_at_work(const struct share *h)
{
	return h->teller.relay != NULL && !relay_filled(h->teller.relay);
}

/* As many as there are threads for; each has all it can get. */
static void
begin_more(struct hostwise *w)
{
	unsigned	 left = w->threads;

	for (size_t i = w->at; i < w->begun; i++)
		if (is_at_work(w->shares[i]))
			left -= left < w->shares[i]->own.threads ? left :
			    w->shares[i]->own.threads;
	while (left > 0 && w->begun < w->n && !w->reload &&
	    w->begun - w->at < SHARES_AHEAD(w->threads)) {
		const size_t	 shares = w->n - w->begun;
		const unsigned	 threads = shares >= left ? 1 :
		    left / (unsigned)shares;

		begin(w, threads);
		left -= threads;
	}
}

static void
over(struct hostwise *w, size_t i)
{
	struct share	*h = w->shares[i];
	struct watching	*own = &h->own;

	relay_free(h->teller.relay);		/* nobody reads it any more */
	w->run->result->failed |= h->result.failed;
	w->taken += atomic_load(&h->teller.taken);
	w->records += atomic_load(&h->teller.records);
	add_stats(&w->past, &h->stats);
	for (size_t k = 0; k < own->nstreams; k++) {
		stream_fini(own->streams[k]);
		free(own->streams[k]);
	}
	free(own->streams);
	raising_fini(&own->raising);
	for (size_t k = 0; k < TELLER_BLOCKS; k++)
		tidings_fini(&h->blocks[k]);
	free(h);
	w->shares[i] = NULL;
}

/* What another thread has to tell. What was told is not held any longer. */
static void
take_all(struct share *h)
{
	struct hostwise	*w = h->all;
	struct relay	*r = h->teller.relay;
	struct tidings	*block;

	while ((block = relay_take(r)) != NULL) {
		for (size_t i = 0; i < block->n; i++)
			tell(h, &block->v[i]);
		tidings_clear(block);
		turn_apart(h);
		begin_more(w);
	}
}

static void
read_share(struct hostwise *w)
{
	struct share	*h;

	if (w->at == w->begun)
		begin(w, w->threads);
	h = w->shares[w->at];
	if (w->asked)			/* when the last one had no more */
		atomic_store(&h->teller.asked, true);
	if (h->teller.relay != NULL)
		take_all(h);
	else {
		read_inputs(h);
		(void)turn(h);
	}
	over(w, w->at);
	w->at++;
}

/* The interface. */

/* Those from FROM on: where each ends. */
static void
plan(struct hostwise *w, size_t from)
{
	const struct watching	*run = w->run;

	for (w->n = w->at; from < run->o->ninputs; w->n++) {
		from = shares_next(run->o, run->program, from);
		w->ends[w->n] = from;
	}
}

struct hostwise *
hostwise_new(struct watching *run)
{
	const struct pipeline_options	*o = run->o;
	struct hostwise			*w;
	uint64_t			 bytes = 0;

	if (shares_next(o, run->program, 0) == o->ninputs)
		return NULL;
	w = xcalloc(1, sizeof(*w));
	w->run = run;
	w->ends = xcalloc(o->ninputs, sizeof(*w->ends));
	w->shares = xcalloc(o->ninputs, sizeof(*w->shares));
	for (size_t i = 0; i < o->ninputs; i++)
		bytes += o->inputs[i].size;
	w->threads = threads_worth(o->threads, bytes);
	plan(w, 0);
	return w;
}

void
hostwise_free(struct hostwise *w)
{
	if (w == NULL)
		return;
	free(w->ends);
	free(w->shares);
	free(w);
}

void
hostwise_run(struct hostwise *w)
{
	struct watching	*run = w->run;

	while (w->at < w->n && !run->stop) {
		if (w->reload && w->at == w->begun) {
			w->reload = false;
			reload(run);
			plan(w, w->at == 0 ? 0 : w->ends[w->at - 1]);
		}
		if (w->threads > 1)
			begin_more(w);
		read_share(w);
	}
	for (size_t i = w->at; i < w->begun; i++)
		over(w, i);			/* of them nothing is told */
	w->begun = w->at;
	if (w->asked)
		watching_tell_status(run);
	w->asked = false;
	if (w->reload && !run->stop)
		log_info("the rules were not read again: nothing is left to "
		    "be read");
	w->reload = false;
}

void
hostwise_stats(const struct hostwise *w, struct engine_stats *s)
{
	*s = w->past;
	if (w->at < w->begun)
		add_stats(s, &w->shares[w->at]->stats);
}

bool
hostwise_ask(struct hostwise *w)
{
	if (w->at == w->begun)
		return false;
	w->asked = true;
	atomic_store(&w->shares[w->at]->teller.asked, true);
	return true;
}

void
hostwise_reload(struct hostwise *w)
{
	if (!w->reload)
		log_info("the rules are read again when the trails at hand "
		    "have been read");
	w->reload = true;
}
