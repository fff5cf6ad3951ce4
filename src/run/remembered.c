/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * remembered.c - what a run remembers, from one process to the next.
 *
 * Rows of sources come first: they make the streams, and with them the sources
 * of the engine, whose own rows come next. Then outputs hear how long they
 * were. When any of this is refused, all of it is undone, and the run begins as
 * if there had been nothing; the database is kept under another name.
 */
#include "run/remembered.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "engine/state.h"
#include "run/checkpoint.h"
#include "run/figures.h"
#include "run/ledger.h"
#include "run/outputs.h"
#include "run/positions.h"
#include "run/relayed.h"
#include "run/taking.h"
#include "run/watching.h"

#define FIRST_MS	10000	/* an output that stands still holds nobody */

/* The checkpoint that is taken when what is followed was looked at. */
enum first {
	FIRST_NONE, FIRST_WANTED, FIRST_UNDER_WAY
};

struct remembered {
	struct watching		*run;
	struct statedb_about	 about;
	struct checkpoint	*checkpoint;	/* NULL: not begun; or */
	struct relayed		*relayed;	/* in a worker */
	struct outputs		 outputs;
	bool			 goes_on;	/* something was loaded */
	enum first		 first;
	int64_t			 first_ms;	/* wanted since */
	uint64_t		 before;	/* so many were over then */
};

/* Loading: rows of positions, then those of the engine. */

struct loading {
	struct watching		*run;
	struct positions	*positions;
	struct state_loading	*engine;	/* NULL: not yet */
	struct state_loaded	 told;
	bool			 any;		/* a row has come */
	struct buf		 why;
};

static void
loading_init(struct loading *l, struct watching *run)
{
	*l = (struct loading){ .run = run, .positions = positions_new(run) };
}

static void
loading_fini(struct loading *l)
{
	positions_free(l->positions);
	state_loading_free(l->engine);
	buf_fini(&l->why);
}

static bool
refuse(struct loading *l, const char *why)
{
	buf_str(&l->why, why);
	return false;
}

/* All sources are there, as they were numbered. */
static bool
to_engine(struct loading *l)
{
	if (l->engine != NULL)
		return true;
	if (!positions_end(l->positions))
		return refuse(l, positions_why(l->positions));
	l->engine = state_loading_new(l->run->engine);
	return true;
}

static bool
on_row(void *arg, const struct row *row)
{
	struct loading	*l = arg;

	l->any = true;
	if (row->section < STATE_SECTIONS)
		return to_engine(l) && (state_loading_row(l->engine, row) ||
		    refuse(l, state_loading_why(l->engine)));
	if (l->engine != NULL || row->section > POSITIONS_LAST)
		return refuse(l, "a row that is not in its place");
	return positions_row(l->positions, row) ||
	    refuse(l, positions_why(l->positions));
}

static bool
loading_end(struct loading *l)
{
	return l->why.n == 0 && to_engine(l) &&
	    (state_loading_end(l->engine, &l->told) ||
	    refuse(l, state_loading_why(l->engine)));
}

/* As if no row had come. */
static void
undo(struct loading *l)
{
	struct watching	*run = l->run;

	state_loading_free(l->engine);
	l->engine = NULL;
	positions_undo(run);
	engine_free(run->engine);
	run->engine = watching_engine(run, run->program);
}

static void
say_loaded(const struct remembered *r, const struct state_loaded *told,
    uint64_t number)
{
	struct buf	 text = { 0 };

	figures_count(&text, told->instances, "sequence");
	buf_str(&text, told->instances == 1 ? " lives on" : " live on");
	if (told->rules_gone > 0) {
		buf_str(&text, "; ");
		figures_count(&text, told->rules_gone, "rule");
		buf_str(&text, told->rules_gone == 1 ? " is gone, with " :
		    " are gone, with ");
		figures_count(&text, told->dropped, "item");
	}
	log_info("%s: goes on from checkpoint %" PRIu64 ": %s",
	    r->run->o->state_dir, number, buf_cstr(&text));
	buf_fini(&text);
}

/* From a database, for which outputs are part of it. */
static bool
load_all(struct remembered *r, struct statedb *db, struct buf *why)
{
	struct loading	 l;
	bool		 good;

	loading_init(&l, r->run);
	good = statedb_rows(db, POSITIONS_FIRST, POSITIONS_LAST, on_row,
	    &l) && statedb_rows(db, 0, STATE_SECTIONS - 1, on_row, &l) &&
	    loading_end(&l) && outputs_load(&r->outputs, db, &l.why);
	if (good) {
		say_loaded(r, &l.told, r->about.number);
		r->goes_on = true;
	} else {
		buf_str(why, statedb_why(db)[0] != '\0' ? statedb_why(db) :
		    buf_cstr(&l.why));
		undo(&l);
	}
	loading_fini(&l);
	return good;
}

static bool
load_database(struct remembered *r)
{
	const char	*dir = r->run->o->state_dir;
	struct statedb	*db = taking_new(dir);
	struct buf	 why = { 0 };

	if (db == NULL)
		return false;
	statedb_about(db, &r->about);
	if (r->about.number > 0 && !load_all(r, db, &why)) {
		db = taking_another(dir, db, buf_cstr(&why));
		if (db != NULL)
			statedb_about(db, &r->about);
	}
	sinks_resumed(r->run->o->sinks);
	buf_fini(&why);
	statedb_close(db);		/* it does not live through a fork */
	return db != NULL;
}

/* From the courier, who has the outputs, and says what is of no use. */
static void
load_relayed(struct remembered *r)
{
	struct worker		*w = r->run->o->worker;
	struct relayed_from	 from;
	struct loading		 l;

	loading_init(&l, r->run);
	if (relayed_rows(w, on_row, &l)) {
		from = relayed_loaded(w, loading_end(&l) ? NULL :
		    buf_cstr(&l.why));
		r->goes_on = from.goes_on;
		r->about.millis = from.millis;
	}
	if (r->goes_on)
		say_loaded(r, &l.told, from.number);
	else if (l.any)
		undo(&l);
	loading_fini(&l);
}

bool
remembered_load(struct watching *run)
{
	struct remembered	*r;

	if (run->o->state_dir == NULL)
		return true;
	run->remembered = r = xcalloc(1, sizeof(*r));
	r->run = run;
	r->outputs.sinks = run->o->sinks;
	if (run->o->worker == NULL)
		return load_database(r);
	load_relayed(r);
	return true;
}

/* Keeping. */

static bool
save_engine(void *arg, row_fn fn, void *fn_arg)
{
	const struct watching	*run = arg;

	return engine_save(run->engine, fn, fn_arg);
}

static bool
save_positions(void *arg, row_fn fn, void *fn_arg)
{
	return positions_save(arg, fn, fn_arg);
}

static struct ledger *
ledger_of(const struct watching *run)
{
	return run->o->triggers == NULL ? NULL : run->o->triggers->ledger;
}

static int
on_mark(void *arg)
{
	struct watching	*run = arg;

	raising_flush(&run->raising);
	outputs_mark(&run->remembered->outputs);
	if (ledger_of(run) != NULL)
		ledger_mark(ledger_of(run));
	return -1;				/* nothing comes later */
}

/* Of a worker: the courier marks the rest. */
static int
on_mark_relayed(void *arg)
{
	struct watching	*run = arg;

	raising_flush(&run->raising);
	return -1;
}

static bool
on_sync(void *arg, struct buf *why)
{
	const struct watching	*run = arg;

	return sinks_sync(run->o->sinks, why);
}

static void
on_over(void *arg, bool durable)
{
	struct watching	*run = arg;

	if (durable && ledger_of(run) != NULL)
		ledger_durable(ledger_of(run));
}

/* All of it is kept here; or by the courier, who has the last part itself. */
static bool
start(struct remembered *r)
{
	struct watching			*run = r->run;
	const struct checkpoint_part	 parts[] = {
		{ save_engine, run },
		{ save_positions, run },
		{ outputs_save, &r->outputs },
	};
	struct checkpoint_options	 o = {
		.dir = run->o->state_dir,
		.every_s = run->o->state_every_s,
		.run = r->about.run,
		.millis = r->goes_on ? r->about.millis : 0,
		.parts = parts,
		.nparts = sizeof(parts) / sizeof(parts[0]),
		.moments = { on_mark, on_sync, on_over, run }
	};

	if (run->o->worker == NULL) {
		r->checkpoint = checkpoint_new(run->base, &o);
		return r->checkpoint != NULL;
	}
	o.nparts--;
	o.moments.mark = on_mark_relayed;
	r->relayed = relayed_new(run->base, run->o->worker, &o);
	return r->relayed != NULL;
}

/* One that is durable, now. False after saying why it is not. */
static bool
sure(const struct remembered *r)
{
	return r->relayed != NULL ? relayed_sure(r->relayed) :
	    checkpoint_sure(r->checkpoint);
}

bool
remembered_begin(struct watching *run)
{
	struct remembered	*r = run->remembered;

	if (r == NULL)
		return true;
	positions_begin(run);
	if (!start(r))
		return false;
	/* Otherwise it is known how long outputs were, and from where on. */
	if (!r->goes_on)
		(void)sure(r);			/* which was said */
	return true;
}

/* The first look. */

static int64_t
our_clock_ms(void)
{
	struct timespec	 now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);	/* all have it */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint64_t
over(const struct remembered *r)
{
	struct checkpoint_stats	 stats;

	(void)remembered_stats(r, &stats);
	return stats.taken + stats.failed;
}

void
remembered_looked(struct watching *run)
{
	struct remembered	*r = run->remembered;

	if (r == NULL || (r->checkpoint == NULL && r->relayed == NULL))
		return;
	r->first = FIRST_WANTED;
	r->first_ms = our_clock_ms();
	r->before = over(r);
}

bool
remembered_waits(struct watching *run)
{
	struct remembered	*r = run->remembered;

	if (r == NULL || r->first == FIRST_NONE)
		return false;
	if (over(r) != r->before && r->first == FIRST_UNDER_WAY)
		r->first = FIRST_NONE;
	if (r->first == FIRST_WANTED) {
		r->before = over(r);
		if (r->relayed != NULL ? relayed_take(r->relayed) :
		    checkpoint_take(r->checkpoint))
			r->first = FIRST_UNDER_WAY;
		else if (over(r) != r->before)
			r->first = FIRST_NONE;		/* it was said */
	}
	if (our_clock_ms() - r->first_ms > FIRST_MS)
		r->first = FIRST_NONE;
	return r->first != FIRST_NONE;
}

bool
remembered_end(struct watching *run)
{
	const struct remembered	*r = run->remembered;

	return r == NULL || (r->checkpoint == NULL && r->relayed == NULL) ||
	    sure(r);
}

void
remembered_free(struct remembered *r)
{
	if (r == NULL)
		return;
	checkpoint_free(r->checkpoint);
	relayed_free(r->relayed);
	outputs_fini(&r->outputs);
	free(r);
}

void
remembered_durable(struct remembered *r, struct slice bytes)
{
	if (r != NULL)
		relayed_durable(r->relayed, bytes);
}

bool
remembered_stats(const struct remembered *r, struct checkpoint_stats *stats)
{
	*stats = (struct checkpoint_stats){ 0 };
	if (r == NULL || (r->checkpoint == NULL && r->relayed == NULL))
		return false;
	if (r->relayed != NULL)
		relayed_stats(r->relayed, stats);
	else
		checkpoint_stats(r->checkpoint, stats);
	return true;
}
