/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poison.c - places in trails that workers have died at, and what the next one
 * is to do there.
 *
 * A place is a range of bytes. Two deaths are at the same one when their ranges
 * have a byte in common, since batches need not begin where they did before.
 */
#include "run/poison.h"

#include <sys/wait.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What nobody does to a process from outside, or hardly. */
static const int	faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT,
	SIGTRAP, SIGSYS };

bool
poison_counts(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status) != 0;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (WIFSIGNALED(status) && WTERMSIG(status) == faults[i])
			return true;
	return false;
}

void
poison_kept(struct poison_place *l)
{
	if (l->fd != -1)
		(void)close(l->fd);	/* another process has written it */
	l->fd = -1;
}

void
poison_fini(struct poison *p)
{
	for (size_t i = 0; i < p->n; i++) {
		poison_kept(&p->v[i]);
		free(p->v[i].name);
	}
	p->n = 0;
}

static void
forget_first(struct poison *p)
{
	poison_kept(&p->v[0]);
	free(p->v[0].name);
	memmove(p->v, p->v + 1, --p->n * sizeof(p->v[0]));
}

static struct poison_place *
add(struct poison *p, const struct spot *s, enum poison_what what)
{
	struct poison_place	*l;

	if (p->n == POISON_PLACES)
		forget_first(p);
	l = &p->v[p->n++];
	*l = (struct poison_place){ .id = s->id, .from = s->from,
	    .until = s->until, .what = what, .fd = -1 };
	return l;
}

/* Was somebody else near this place? */
static struct poison_place *
near(struct poison *p, const struct spot *s)
{
	for (size_t i = 0; i < p->n; i++) {
		struct poison_place	*l = &p->v[i];

		if (l->what == POISON_NEAR && l->id == s->id &&
		    l->from < s->until && s->from < l->until)
			return l;
	}
	return NULL;
}

struct poison_place *
poison_find(struct poison *p, uint64_t id, enum poison_what what,
    uint64_t from)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].id == id && p->v[i].what == what &&
		    p->v[i].from == from)
			return &p->v[i];
	return NULL;
}

static enum poison_what
what_it_was(enum spot_work work)
{
	switch (work) {
	case SPOT_READ:
		return POISON_END;
	case SPOT_CUT:
		return POISON_BYTES;
	case SPOT_FEED:
	case SPOT_REST:
		break;
	}
	return POISON_RECORD;
}

struct poison_place *
poison_died(struct poison *p, const struct spot *s, int64_t now)
{
	const enum poison_what	 what =
	    what_it_was((enum spot_work)s->work);
	struct poison_place	*l;

	if (now - p->last >= POISON_QUIET_S)
		poison_fini(p);
	p->last = now;
	if (s->work == SPOT_REST || !s->again)
		return NULL;
	if ((l = near(p, s)) == NULL)
		return add(p, s, POISON_NEAR);
	if (!s->exact) {
		l->from = s->from < l->from ? s->from : l->from;
		l->until = s->until > l->until ? s->until : l->until;
		return l;
	}
	l = poison_find(p, s->id, what, s->from);
	return l != NULL ? l : add(p, s, what);
}
