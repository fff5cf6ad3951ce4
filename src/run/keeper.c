/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keeper.c - the courier's part in what a run remembers.
 *
 * First the worker asks for its rows, once, and says whether it can use them.
 * Only then do the sinks hear how long their files were: if one of the two
 * cannot, both begin as if there had been nothing. From then on it sends marks,
 * one after the answer to another.
 */
#include "run/keeper.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "bsm/cursor.h"
#include "engine/state.h"
#include "run/checkpoint.h"
#include "run/outputs.h"
#include "run/positions.h"
#include "run/roles.h"
#include "run/statedir.h"
#include "run/station.h"
#include "run/taking.h"

#define SECTIONS_OURS	SINKS_FIRST	/* and up to this: */
#define SECTIONS_OURS_TO	63u

enum turn {
	TO_ASK,			/* for rows */
	TO_LOAD,		/* and say what became of them */
	TO_MARK
};

struct keeper {
	char			*dir;
	struct statedb		*db;		/* until all is loaded */
	struct statedb_about	 about;
	struct outputs		 outputs;
	struct event_base	*base;
	struct keeper_to	 to;
	enum turn		 turn;
	struct checkpoint	*checkpoint;	/* from then on */
	uint64_t		 number;	/* of the worker's */
	int			 late;		/* its rows; -1: taken */
	bool			 under_way;
};

struct keeper *
keeper_new(const char *dir, struct sinks *sinks)
{
	struct keeper	*k;
	struct statedb	*db;
	struct buf	 why = { 0 };

	if (statedir_wait(dir, &why) == -1) {	/* it is ours for good */
		log_warn("%s: %s", dir, buf_cstr(&why));
		buf_fini(&why);
		return NULL;
	}
	if ((db = taking_new(dir)) == NULL)
		return NULL;
	k = xcalloc(1, sizeof(*k));
	k->dir = xstrdup(dir);
	k->db = db;
	statedb_about(db, &k->about);
	k->outputs.sinks = sinks;
	k->late = -1;
	return k;
}

void
keeper_begin(struct keeper *k, struct event_base *base,
    const struct keeper_to *to)
{
	k->base = base;
	k->to = *to;
}

/* Checkpoints. */

static int
on_mark(void *arg)
{
	struct keeper	*k = arg;
	struct buf	 b = { 0 };
	const int	 late = k->late;

	sinks_flush(k->outputs.sinks);
	outputs_mark(&k->outputs);
	buf_u64(&b, k->number);
	k->to.mark(k->to.arg, &b);
	buf_fini(&b);
	k->late = -1;
	return late;
}

static bool
on_sync(void *arg, struct buf *why)
{
	const struct keeper	*k = arg;

	return sinks_sync(k->outputs.sinks, why);
}

static void
on_over(void *arg, bool durable)
{
	struct keeper		*k = arg;
	struct checkpoint_stats	 s;
	struct buf		 b = { 0 };

	checkpoint_stats(k->checkpoint, &s);
	k->under_way = false;
	buf_u64(&b, k->number);
	buf_u8(&b, durable);
	buf_u64(&b, s.rows);
	buf_u64(&b, s.bytes);
	buf_u64(&b, s.written);
	buf_u64(&b, s.writing_us);
	k->to.parent(k->to.arg, ROLES_DURABLE, &b);
	k->to.worker(k->to.arg, ROLES_DURABLE, &b);
	buf_fini(&b);
}

static void
start_checkpoints(struct keeper *k)
{
	const struct checkpoint_part	 ours = { outputs_save, &k->outputs };
	const struct checkpoint_options	 o = {
		.dir = k->dir,
		.own_first = SECTIONS_OURS,
		.own_last = SECTIONS_OURS_TO,
		.run = k->about.run,
		.millis = k->about.millis,
		.parts = &ours,
		.nparts = 1,
		.moments = { on_mark, on_sync, on_over, k }
	};

	statedb_close(k->db);		/* it does not live through a fork */
	k->db = NULL;
	sinks_resumed(k->outputs.sinks);
	k->turn = TO_MARK;
	k->checkpoint = checkpoint_new(k->base, &o);
	if (k->checkpoint == NULL)
		station_exit(EXIT_FAILURE);
}

static bool
take_mark(struct keeper *k, const struct message *m)
{
	struct cursor	 c = { .in = m->bytes };

	if (k->turn != TO_MARK || k->under_way) {
		(void)close(m->fd);	/* it is refused */
		return false;
	}
	k->number = cursor_uint(&c, 8);
	k->late = m->fd;
	k->under_way = true;
	if (cursor_uint(&c, 1) == 1)
		(void)checkpoint_sure(k->checkpoint);	/* on_over() tells */
	else
		(void)checkpoint_take(k->checkpoint);	/* the same */
	return true;
}

/* Rows. */

/* Without a database nothing can go on. */
static void
begin_anew(struct keeper *k, const char *why)
{
	k->db = taking_another(k->dir, k->db, why);
	if (k->db == NULL)
		station_exit(EXIT_FAILURE);
	statedb_about(k->db, &k->about);
}

static bool
send_row(void *arg, const struct row *row)
{
	const struct keeper	*k = arg;
	struct buf		 b = { 0 };

	buf_u32(&b, row->section);
	buf_u32(&b, row->page);
	buf_slice(&b, row->bytes);
	k->to.worker(k->to.arg, ROLES_ROW, &b);
	buf_fini(&b);
	return true;
}

/* Sources first, since the engine's rows speak of them. */
static bool
send_rows(struct keeper *k)
{
	const bool	 any = k->about.number > 0;
	struct buf	 b = { 0 };
	bool		 good = true;

	if (k->turn != TO_ASK)
		return false;
	if (any)
		good = statedb_rows(k->db, POSITIONS_FIRST, POSITIONS_LAST,
		    send_row, k) &&
		    statedb_rows(k->db, 0, STATE_SECTIONS - 1, send_row, k);
	if (!good) {
		buf_str(&b, statedb_why(k->db));
		begin_anew(k, buf_cstr(&b));
		buf_clear(&b);
	}
	if (any && good)
		k->turn = TO_LOAD;
	else
		start_checkpoints(k);
	buf_u8(&b, any && good);
	k->to.worker(k->to.arg, ROLES_ROWS_END, &b);
	buf_fini(&b);
	return true;
}

/* The worker's words are shown as they are by nobody. */
static bool
take_loaded(struct keeper *k, struct slice words)
{
	struct buf	 why = { 0 }, b = { 0 };
	bool		 good = words.n == 0;

	if (k->turn != TO_LOAD)
		return false;
	if (good)
		good = outputs_load(&k->outputs, k->db, &why);
	else
		buf_escape(&why, words);
	if (!good)
		begin_anew(k, buf_cstr(&why));
	start_checkpoints(k);
	buf_u8(&b, good);
	buf_u64(&b, k->about.number);
	buf_u64(&b, (uint64_t)k->about.millis);
	k->to.worker(k->to.arg, ROLES_GOES_ON, &b);
	buf_fini(&b);
	buf_fini(&why);
	return true;
}

bool
keeper_wants(uint32_t type)
{
	return type == ROLES_ROWS_WANTED || type == ROLES_ROWS_LOADED ||
	    type == ROLES_MARK;
}

bool
keeper_take(struct keeper *k, const struct message *m)
{
	switch (m->type) {
	case ROLES_ROWS_WANTED:
		return send_rows(k);
	case ROLES_ROWS_LOADED:
		return take_loaded(k, m->bytes);
	default:
		return take_mark(k, m);
	}
}
