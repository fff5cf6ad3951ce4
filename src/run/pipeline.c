/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipeline.c - source to frame to engine to sinks.
 *
 * The only file that knows all four. A finished file is read in large pieces,
 * and the event loop gets a turn after each, for signals, triggers and the live
 * sources; a record costs no system call. All records of a piece are through
 * before the next one is read, so nothing borrowed outlives its piece. The
 * trails of a directory come as records, from run/trailset.c.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "bsm/frame.h"
#include "bsm/status.h"
#include "engine/engine.h"
#include "run/auditpipe.h"
#include "run/damage.h"
#include "run/figures.h"
#include "run/pipeline.h"
#include "run/progress.h"
#include "run/reread.h"
#include "run/self.h"
#include "run/trailset.h"
#include "sink/facts.h"
#include "sink/records.h"
#include "source/source.h"

#define QUIET_MS	500	/* a stream that rests so long is quiet */
#define TICK_MS		1000	/* while it is, the clock is looked at */
#define LATE_MS		2000	/* so late a record may still come */
#define TURN_BYTES	(256u << 10)	/* of a directory, between turns */
#define UNKNOWN_SAID	20	/* event numbers that are told one by one */

/* An input while it is read. */
struct stream {
	struct pipeline		*owner;
	const struct input	*in;
	uint32_t		 number;	/* of the engine's source */
	struct frame		*frame;
	struct source		*source;	/* of a live one */
	struct event		*quiet;
	struct damage		 *damage;	/* of each of its trails */
	size_t			 ntrails;	/* 1, but for a directory */
	size_t			 at;		/* the trail at hand */
	struct auditpipe	 pipe;		/* of one of this machine */
	struct slice		 piece;		/* being cut into records */
	struct record		 held[ENGINE_AHEAD];	/* not fed yet */
	size_t			 nheld;
	uint8_t			 version;	/* of the last record */
	uint64_t		 records, alerts;
	bool			 ended;
};

struct pipeline {
	const struct pipeline_options	*o;
	struct pipeline_result		*result;
	struct event_base		*base;
	struct event			**signals;
	struct engine			*engine;
	struct stream			*streams;
	const struct input		**inputs;	/* by source */
	struct reread			*reread;
	struct triggers			*triggers;	/* or NULL */
	struct records			 out;
	struct self			 self;
	struct progress			 progress;
	struct alert			 alert;		/* with its steps */
	struct buf			 host;
	uint64_t			 bytes, records;
	uint64_t			 taken;		/* of files, bytes */
	uint64_t			 steps_gone;
	unsigned			 unknown;
	size_t				 live;		/* streams not ended */
	bool				 absences;	/* rules wait for */
	bool				 stop;
};

static void	on_end_signal(evutil_socket_t, short, void *);
static void	on_reopen_signal(evutil_socket_t, short, void *);
static void	on_status_signal(evutil_socket_t, short, void *);

/* The signals that mean something here. */
static const struct {
	int		 number;
	event_callback_fn call;
} signals[] = {
	{ SIGTERM, on_end_signal },
	{ SIGINT, on_end_signal },
	{ SIGUSR1, on_status_signal },
#ifdef SIGINFO
	{ SIGINFO, on_status_signal },
#endif
	{ SIGHUP, on_reopen_signal },		/* last: not always wanted */
};
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

/* Messages. */

static void
say_input(struct pipeline *p, const struct input *in, const char *why)
{
	struct buf	 text = { 0 };

	progress_hide(&p->progress);
	buf_escape(&text, slice_str(in->path));
	log_warn("%s: %s", buf_cstr(&text), why);
	buf_fini(&text);
}

static void
collect(const struct pipeline *p, struct figures *f)
{
	*f = (struct figures){ .bytes = p->bytes, .passed = p->self.passed,
	    .steps_gone = p->steps_gone };
	engine_stats(p->engine, &f->engine);
	sinks_stats(p->o->sinks, &f->sinks);
	if (p->triggers != NULL)
		triggers_stats(p->triggers, &f->triggers);
	for (size_t i = 0; i < p->o->ninputs; i++) {
		const struct stream	*s = &p->streams[i];

		f->records += s->records;
		f->alerts += s->alerts;
		for (size_t k = 0; k < s->ntrails; k++) {
			f->gaps += s->damage[k].gaps;
			f->skipped += s->damage[k].skipped;
			f->recovered += s->damage[k].recovered;
		}
		f->dropped += s->pipe.drops;
		f->waiting += engine_waiting(p->engine, s->number);
	}
}

static void
on_status_signal(evutil_socket_t fd, short what, void *arg)
{
	struct pipeline	*p = arg;
	struct figures	 f;
	struct buf	 text = { 0 };

	(void)fd;
	(void)what;
	collect(p, &f);
	figures_status(&text, &f);
	progress_hide(&p->progress);
	log_info("%s", buf_cstr(&text));
	buf_fini(&text);
}

static void
on_end_signal(evutil_socket_t fd, short what, void *arg)
{
	struct pipeline	*p = arg;

	(void)fd;
	(void)what;
	p->stop = true;
	(void)event_base_loopbreak(p->base);	/* seen at the next turn */
}

static void
on_reopen_signal(evutil_socket_t fd, short what, void *arg)
{
	struct pipeline	*p = arg;

	(void)fd;
	(void)what;
	sinks_reopen(p->o->sinks);
}

static void
on_unknown_event(void *arg, uint16_t event)
{
	struct pipeline	*p = arg;

	if (p->unknown++ >= UNKNOWN_SAID)
		return;
	progress_hide(&p->progress);
	log_warn("audit event %u is in no table: classes never match it%s",
	    event, p->unknown == UNKNOWN_SAID ?
	    "; further numbers are not told" : "");
}

/* What the engine tells. */

/* The host of the trail, else the one whose address the header holds. */
static const char *
host_of(struct pipeline *p, const struct stream *s, const struct record *rec)
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
	buf_clear(&p->host);
	facts_address(&p->host, tok.header.address);
	return p->host.n == 0 ? NULL : buf_cstr(&p->host);
}

/* The name of the trail at hand. */
static const char *
name_of(const struct stream *s)
{
	return s->in->set == NULL ? s->in->name :
	    trailset_trail(s->in->set, s->at)->name;
}

/* The alert as sinks want it: with the records of its steps if need be. */
static struct sink_view
view_of(struct pipeline *p, const struct alert *a)
{
	const struct stream	*s = &p->streams[a->source];
	size_t			 gone = 0;

	p->alert = *a;
	if (sinks_want_steps(p->o->sinks, &a->rule))
		p->alert.steps = reread_steps(p->reread, p->engine, p->inputs,
		    a, &gone);
	if (gone > 0 && p->steps_gone == 0)
		say_input(p, s->in, "records of an alert cannot be read again");
	p->steps_gone += gone;
	return (struct sink_view){ .alert = &p->alert, .source = name_of(s),
		.host = host_of(p, s, a->last) };
}

static void
on_matched(void *arg, const struct record *rec, uint32_t source)
{
	struct pipeline	*p = arg;

	(void)source;
	records_put(&p->out, rec->bytes);
}

static void
on_trigger(void *arg, const struct alert_trigger *t)
{
	struct pipeline		*p = arg;
	struct exec_place	 place = { 0 };
	struct exec_values	 values;
	struct arena		*arena;

	progress_hide(&p->progress);
	if (!triggers_allow(p->triggers, t->rule))
		return;
	place.host = host_of(p, &p->streams[t->source], t->record);
	if (t->alert != NULL)
		place.evidence = sinks_evidence(p->o->sinks);
	arena = arena_new();
	exec_values(&values, arena, t, p->o->accounts, &place);
	triggers_start(p->triggers, t->trigger, t->rule, &values);
	arena_free(arena);
}

static void
on_alert(void *arg, struct alert *a)
{
	struct pipeline		*p = arg;
	const struct sink_view	 view = view_of(p, a);

	progress_hide(&p->progress);
	p->streams[a->source].alerts++;
	p->result->alerts++;
	sinks_alert(p->o->sinks, &view);
	if (p->o->records_again)
		records_put(&p->out, a->last->bytes);
}

/* From bytes to the engine. */

static void
gap(struct stream *s, const struct frame_record *f, const char *why)
{
	progress_hide(&s->owner->progress);
	s->owner->result->gaps += damage_gap(&s->damage[s->at], f, why);
}

static void
feed_record(struct stream *s, struct record *r)
{
	struct pipeline	*p = s->owner;

	s->records++;
	s->version = r->version;
	if (s->in->own_host) {
		record_index(r);
		if (self_own(&p->self, p->triggers, r))
			return;
	}
	engine_feed(p->engine, s->number, r);
}

/* Feed what was held back, so that the engine could look ahead. */
static void
feed_held(struct stream *s)
{
	const size_t	 n = s->nheld;

	engine_expect(s->owner->engine, s->number, s->held, n);
	for (size_t i = 0; i < n; i++)
		feed_record(s, &s->held[i]);
	s->owner->records += n;
	s->nheld = 0;
}

/* Do these bytes stay while the frame goes on? */
static bool
stays(const struct stream *s, struct slice bytes)
{
	return (uintptr_t)bytes.p - (uintptr_t)s->piece.p < s->piece.n;
}

/* Records are fed in their order, and before anything is said of damage. */
static void
take_record(struct stream *s, const struct frame_record *f)
{
	int	 status;

	if (f->quality == FRAME_RECOVERED) {
		feed_held(s);
		progress_hide(&s->owner->progress);
		damage_recovered(&s->damage[s->at], f);
	}
	if ((status = record_head(&s->held[s->nheld], f)) != 0) {
		feed_held(s);
		gap(s, f, bsm_strstatus(status));
		return;
	}
	if (s->in->set != NULL)
		s->held[s->nheld].offset = input_place(s->at, f->offset);
	s->nheld++;
	if (s->nheld == ENGINE_AHEAD || !stays(s, f->bytes))
		feed_held(s);
}

/* A file token between records is nobody's doing. */
static void
take(struct stream *s, const struct frame_record *f)
{
	if (f->kind == FRAME_RECORD)
		take_record(s, f);
	else if (f->kind == FRAME_GAP) {
		feed_held(s);
		gap(s, f, frame_strreason(f->reason));
	}
}

/* Everything that was taken goes through, and out. */
static void
flush(struct stream *s)
{
	feed_held(s);
	if (s->owner->out.error == 0 &&
	    records_flush(&s->owner->out) != 0) {
		errno = s->owner->out.error;
		log_warn_errno("standard output");
		s->owner->result->failed = true;
		s->owner->stop = true;
	}
}

/* Run what the frame has through the engine. */
static void
drain(struct stream *s)
{
	struct frame_record	 f;

	while (frame_next(s->frame, &f) == 1)
		take(s, &f);
	flush(s);
}

static void
feed(struct stream *s, const void *bytes, size_t n)
{
	s->owner->bytes += n;
	s->piece = (struct slice){ bytes, n };
	(void)frame_feed(s->frame, bytes, n);	/* drained, so never busy */
	drain(s);
	s->piece = (struct slice){ NULL, 0 };
}

/* One line for a trail that was read to its end. */
static void
summarize(struct stream *s)
{
	struct pipeline	*p = s->owner;
	struct buf	 text = { 0 };
	uint64_t	 skipped = 0;

	if (s->records > 0 &&
	    (s->version < 2 || s->version > 4))
		p->result->bsd = true;
	progress_hide(&p->progress);
	for (size_t i = 0; i < s->ntrails; i++) {
		damage_end(&s->damage[i]);
		skipped += s->damage[i].skipped;
	}
	if (!p->o->summary)
		return;
	figures_count(&text, s->records, "record");
	buf_str(&text, ", ");
	figures_count(&text, s->alerts, "alert");
	buf_str(&text, ", ");
	figures_count(&text, skipped, "byte");
	buf_str(&text, " skipped, ");
	figures_count(&text, engine_waiting(p->engine, s->number), "sequence");
	buf_str(&text, " still waiting");
	say_input(p, s->in, buf_cstr(&text));
	buf_fini(&text);
}

/* Nothing comes any more; WHY says what went wrong, or is NULL. */
static void
end_stream(struct stream *s, const char *why)
{
	struct pipeline	*p = s->owner;

	if (s->ended)
		return;
	s->ended = true;
	if (!p->stop)			/* else what is left is not damage */
		frame_end(s->frame);
	drain(s);
	if (why != NULL) {
		say_input(p, s->in, why);
		p->result->failed = true;
	}
	summarize(s);
}

/* Finished files. */

static void
turn(struct pipeline *p, int flags)
{
	if (event_base_loop(p->base, EVLOOP_ONCE | flags) == -1) {
		log_warn("the event loop failed");
		p->result->failed = true;
		p->stop = true;
	}
}

/* Read it to its end, giving the event loop a turn after each piece. */
static void
read_file(struct stream *s)
{
	struct pipeline		*p = s->owner;
	struct file_source	*f = file_new(s->in->fd);
	const uint64_t		 before = p->taken;
	struct slice		 piece;
	int			 got = 0;

	while (!p->stop && (got = file_more(f, &piece)) == 1) {
		feed(s, piece.p, piece.n);
		p->taken = before + file_taken(f);
		progress_step(&p->progress, p->taken, p->records);
		turn(p, EVLOOP_NONBLOCK);
	}
	end_stream(s, got == -1 ? file_why(f) : NULL);
	file_free(f);
}

/* Directories. */

static void
on_set_says(void *arg, const char *trail, const char *why)
{
	const struct input	 in = { .path = trail };

	say_input(arg, &in, why);
}

/* Read its trails to the end of the last. */
static void
read_set(struct stream *s)
{
	struct pipeline		*p = s->owner;
	struct trailset		*set = s->in->set;
	const uint64_t		 before = p->taken;
	struct trailset_record	 r;
	size_t			 since = 0;

	trailset_on_say(set, on_set_says, p);
	while (!p->stop && trailset_next(set, &r) == 1) {
		s->at = r.number;
		take(s, &r.frame);
		p->bytes += r.frame.bytes.n;
		since += r.frame.bytes.n;
		if (since < TURN_BYTES)
			continue;
		since = 0;
		flush(s);
		p->taken = before + trailset_taken(set);
		progress_step(&p->progress, p->taken, p->records);
		turn(p, EVLOOP_NONBLOCK);
	}
	end_stream(s, NULL);
	p->result->failed |= trailset_failed(set);
}

/* Live sources. */

static int64_t
clock_ms(void)
{
	struct timespec	 now;

	if (clock_gettime(CLOCK_REALTIME, &now) == -1)
		return INT64_MIN;		/* nothing is over then */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* If it fails, damage and absences wait for the next record. */
static void
look_again(struct stream *s, unsigned ms)
{
	const struct timeval	 t = { .tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000 };

	(void)evtimer_add(s->quiet, &t);
}

/* Nothing came: what should not come has not, if the clock says so. */
static void
pass_time(struct stream *s)
{
	struct pollfd	 one = { .fd = s->in->fd, .events = POLLIN };
	const int64_t	 now = clock_ms();

	if (now != INT64_MIN && poll(&one, 1, 0) == 0) {
		engine_pass(s->owner->engine, s->number, now - LATE_MS);
		flush(s);
	}
	look_again(s, TICK_MS);
}

static void
on_quiet(evutil_socket_t fd, short what, void *arg)
{
	struct stream	*s = arg;

	(void)fd;
	(void)what;
	frame_quiet(s->frame);
	drain(s);
	if (s->owner->absences)
		pass_time(s);
}

static void
on_bytes(void *arg, const void *bytes, size_t n)
{
	struct stream	*s = arg;

	if (s->in->own_host)
		auditpipe_look(&s->pipe, s->in->fd);
	feed(s, bytes, n);
	look_again(s, QUIET_MS);
}

static void
on_end(void *arg, int error)
{
	struct stream	*s = arg;

	(void)evtimer_del(s->quiet);		/* fails if not pending */
	end_stream(s, error == 0 ? NULL : strerror(error));
	s->owner->live--;
}

static const struct source_to	to_stream = { on_bytes, on_end };

/* Streams that the loop cannot wait for are read like files. */
static void
start_live(struct stream *s)
{
	struct pipeline	*p = s->owner;

	s->quiet = evtimer_new(p->base, on_quiet, s);
	if (s->quiet != NULL)
		s->source = pipe_new(p->base, s->in->fd, &to_stream, s);
	if (s->source != NULL)
		p->live++;
}

static void
debug_stream(const struct stream *s)
{
	struct buf	 text = { 0 };

	buf_escape(&text, slice_str(s->in->path));
	log_debug("%s: source %u, %s", buf_cstr(&text), s->number,
	    s->source != NULL ? "live" : "to be read to its end");
	buf_fini(&text);
}

/* The run. */

/* Does anybody show the records that led to an alert? */
static bool
steps_wanted(const struct pipeline *p)
{
	for (size_t i = 0; i < p->o->program->nrules; i++) {
		const struct rule	*r = &p->o->program->rules[i];
		const struct alert_rule	 about = { .channels = r->channels,
		    .nchannels = r->nchannels };

		if (sinks_want_steps(p->o->sinks, &about))
			return true;
	}
	return false;
}

/* Does a rule wait for something not to come? */
static bool
absences_wanted(const struct program *p)
{
	for (size_t i = 0; i < p->nrules; i++)
		for (size_t k = 0; k < p->rules[i].nstates; k++)
			if (p->rules[i].enabled && p->rules[i].new_life &&
			    p->rules[i].states[k].absent_ms >= 0)
				return true;
	return false;
}

static struct engine *
start_engine(struct pipeline *p)
{
	const struct engine_options	 options = {
		.max_instances = p->o->max_instances,
		.want_uid = p->o->want_uid,
		.skip_steps = !steps_wanted(p)
	};
	const struct alert_out		 out = {
		.matched = p->o->records ? on_matched : NULL,
		.trigger = p->triggers != NULL ? on_trigger : NULL,
		.alert = on_alert,
		.arg = p
	};
	struct engine	*e = engine_new(p->o->program, p->o->names, &options,
	    &out);

	engine_on_unknown(e, on_unknown_event, p);
	p->absences = absences_wanted(p->o->program);
	return e;
}

static void
start_damage(struct stream *s)
{
	const struct trailset	*set = s->in->set;

	s->ntrails = set == NULL ? 1 : trailset_count(set);
	s->damage = xcalloc(s->ntrails, sizeof(*s->damage));
	for (size_t i = 0; i < s->ntrails; i++)
		s->damage[i].trail = set == NULL ? s->in->path :
		    trailset_trail(set, i)->path;
}

/* Streams stand at the index that is their source's number. */
static void
start_streams(struct pipeline *p)
{
	uint64_t	 total = 0;

	for (size_t i = 0; i < p->o->ninputs; i++) {
		const struct input	*in = &p->o->inputs[i];
		const uint32_t		 n = engine_source(p->engine,
		    !in->again);
		struct stream		*s = &p->streams[n];

		*s = (struct stream){ .owner = p, .in = in, .number = n,
		    .frame = frame_new() };
		start_damage(s);
		if (in->host != NULL)
			engine_source_host(p->engine, n, slice_str(in->host));
		p->inputs[n] = in;
		total += in->size;
	}
	progress_init(&p->progress, p->o->summary ? STDERR_FILENO : -1, total);
	for (size_t i = 0; i < p->o->ninputs; i++) {
		if (p->streams[i].in->own_host)
			self_init(&p->self);
		if (!p->streams[i].in->finished)
			start_live(&p->streams[i]);
		debug_stream(&p->streams[i]);
	}
}

static bool
start(struct pipeline *p)
{
	const size_t	 nsignals = p->o->reopen ? SIGNALS : SIGNALS - 1;

	if ((p->base = event_base_new()) == NULL)
		return false;
	p->signals = xcalloc(SIGNALS, sizeof(*p->signals));
	for (size_t i = 0; i < nsignals; i++) {
		p->signals[i] = evsignal_new(p->base, signals[i].number,
		    signals[i].call, p);
		if (p->signals[i] == NULL ||
		    event_add(p->signals[i], NULL) == -1)
			return false;
	}
	if (p->o->triggers != NULL &&
	    (p->triggers = triggers_new(p->base, p->o->triggers)) == NULL)
		return false;
	p->engine = start_engine(p);
	p->streams = xcalloc(p->o->ninputs, sizeof(*p->streams));
	p->inputs = xcalloc(p->o->ninputs, sizeof(*p->inputs));
	p->reread = reread_new();
	records_init(&p->out, STDOUT_FILENO);
	start_streams(p);
	return true;
}

/* Triggers have their time even when there is nothing left to read. */
static void
wait_for_triggers(struct pipeline *p)
{
	while (p->triggers != NULL && triggers_running(p->triggers) > 0) {
		if (p->stop)
			triggers_stop(p->triggers);
		turn(p, 0);
	}
}

static void
finish(struct pipeline *p)
{
	struct figures	 f;

	wait_for_triggers(p);
	for (size_t i = 0; i < p->o->ninputs; i++)
		end_stream(&p->streams[i], NULL);
	collect(p, &f);
	figures_losses(&f);
	if (p->triggers != NULL)
		triggers_end(p->triggers);
	if (f.sinks.lost > 0)
		p->result->failed = true;
}

static void
release(struct pipeline *p)
{
	for (size_t i = 0; p->streams != NULL && i < p->o->ninputs; i++) {
		struct stream	*s = &p->streams[i];

		pipe_free(s->source);
		frame_free(s->frame);
		free(s->damage);
		if (s->quiet != NULL)
			event_free(s->quiet);
	}
	free(p->streams);
	free(p->inputs);
	engine_free(p->engine);
	reread_free(p->reread);
	triggers_free(p->triggers);
	records_fini(&p->out);
	buf_fini(&p->host);
	for (size_t i = 0; p->signals != NULL && i < SIGNALS; i++)
		if (p->signals[i] != NULL)
			event_free(p->signals[i]);
	free(p->signals);
	if (p->base != NULL)
		event_base_free(p->base);
}

static void
quiet_library(int severity, const char *message)
{
	(void)severity;
	log_debug("libevent: %s", message);
}

void
pipeline_run(const struct pipeline_options *o, struct pipeline_result *result)
{
	struct pipeline	 p = { .o = o, .result = result };

	*result = (struct pipeline_result){ 0 };
	event_set_log_callback(quiet_library);
	if (!start(&p)) {
		log_warn("no event loop");
		result->failed = true;
		release(&p);
		return;
	}
	for (size_t i = 0; i < o->ninputs && !p.stop; i++)
		if (p.streams[i].in->set != NULL)
			read_set(&p.streams[i]);
		else if (p.streams[i].source == NULL)
			read_file(&p.streams[i]);
	while (p.live > 0 && !p.stop)
		turn(&p, 0);
	finish(&p);
	release(&p);
}
