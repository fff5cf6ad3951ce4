/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * teller.c - where a run that does not speak for itself brings what it has to
 * tell.
 *
 * A block goes to the other side when it is full, or when somebody waits for
 * it; but not for each piece that was read, since to be woken costs more than
 * that brings.
 */
#include "run/teller.h"

#include "run/stream.h"
#include "run/watching.h"

#define PATIENCE	8u		/* turns, of one who waits */

void
teller_begin(struct teller *t, struct tidings *block)
{
	tidings_clear(block);
	t->block = block;
	t->turns = 0;
}

/* The block at hand is the other side's; what comes next goes to another. */
static void
pass_on(struct teller *t)
{
	struct tidings	*next = relay_next(t->relay,
	    t->block->bytes, TELLER_HELD);

	if (next == NULL)
		t->lost = true;
	else
		teller_begin(t, next);
}

void
teller_tell(struct teller *t, const struct tiding *one)
{
	if (t->relay == NULL) {
		t->tell(t->arg, one);
		return;
	}
	if (t->lost)
		return;
	tidings_put(t->block, one);
	if (t->block->bytes >= TELLER_BYTES)
		pass_on(t);
}

static void
mark(struct teller *t, const struct stream *s, bool count)
{
	const struct watching	*run = s->run;
	struct tiding		 one = { .kind = TIDING_MARK,
	    .stream = s->number };
	struct tiding_mark	*m = &one.mark;

	m->records = s->records;
	m->version = s->version;
	m->bytes = run->bytes;
	engine_stats(run->engine, &m->engine);
	m->counted = count;
	if (count)
		m->waiting = engine_waiting(run->engine, s->number);
	atomic_store(&t->records, run->records);
	teller_tell(t, &one);
}

bool
teller_turn(struct teller *t, const struct stream *s, uint64_t taken)
{
	atomic_store(&t->taken, taken);
	mark(t, s, atomic_exchange(&t->asked, false));
	if (t->relay == NULL)
		return t->turn(t->arg);
	if (t->lost || relay_ending(t->relay))
		return false;
	if (++t->turns >= PATIENCE && relay_awaited(t->relay))
		pass_on(t);
	return !t->lost;
}

void
teller_end(struct teller *t, const struct stream *s, const char *why)
{
	mark(t, s, true);
	teller_tell(t, &(struct tiding){ .kind = TIDING_END,
	    .stream = s->number, .why = why });
}
