/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tidings.c - what comes out of reading a source, to be told later and in its
 * turn.
 *
 * Whatever is borrowed from a record, from an alert or from what is read again
 * goes into one arena, and with it when all was told. The names of rules and
 * trails outlive the run.
 */
#include "run/tidings.h"

#include <stdlib.h>

#include "base/mem.h"

void
tidings_fini(struct tidings *t)
{
	arena_free(t->arena);
	free(t->v);
	*t = (struct tidings){ 0 };
}

void
tidings_clear(struct tidings *t)
{
	arena_free(t->arena);
	t->arena = NULL;
	t->n = t->bytes = 0;
}

/* Copies. */

static struct slice
bytes_of(struct arena *a, struct slice s)
{
	if (s.n > 0)
		s.p = arena_copy(a, s.p, s.n);
	return s;
}

static const char *
text_of(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_str(a, slice_str(s));
}

static const struct record *
record_of(struct arena *a, const struct record *from)
{
	struct record	*r = arena_copy(a, from, sizeof(*r));

	r->bytes = bytes_of(a, r->bytes);
	return r;
}

static const struct alert_value *
values_of(struct arena *a, const struct alert_value *from, size_t n)
{
	struct alert_value	*v;

	if (n == 0)
		return NULL;
	v = arena_copy(a, from, n * sizeof(*v));
	for (size_t i = 0; i < n; i++)
		if (!v[i].cut)		/* else there is only a length */
			v[i].bytes = bytes_of(a, v[i].bytes);
	return v;
}

static struct alert_step *
steps_of(struct arena *a, const struct alert_step *from, size_t n)
{
	struct alert_step	*v;

	if (n == 0)
		return NULL;
	v = arena_copy(a, from, n * sizeof(*v));
	for (size_t i = 0; i < n; i++)
		v[i].bytes = bytes_of(a, v[i].bytes);
	return v;
}

static const struct alert *
alert_of(struct arena *a, const struct alert *from)
{
	struct alert	*to = arena_copy(a, from, sizeof(*to));

	if (to->has_zone)
		to->zone = bytes_of(a, to->zone);
	to->key = values_of(a, to->key, to->nkey);
	to->bound = values_of(a, to->bound, to->nbound);
	to->last = record_of(a, to->last);
	to->steps = steps_of(a, to->steps, to->nsteps);
	return to;
}

static const struct sink_view *
view_of(struct arena *a, const struct sink_view *from)
{
	struct sink_view	*v = arena_copy(a, from, sizeof(*v));

	v->alert = alert_of(a, v->alert);
	v->host = text_of(a, v->host);
	return v;
}

static const struct alert_trigger *
trigger_of(struct arena *a, const struct alert_trigger *from)
{
	struct alert_trigger	*t = arena_copy(a, from, sizeof(*t));

	t->rule = arena_copy(a, t->rule, sizeof(*t->rule));
	t->record = record_of(a, t->record);
	if (t->has_object)
		t->object = bytes_of(a, t->object);
	if (t->alert != NULL)
		t->alert = alert_of(a, t->alert);
	return t;
}

static const struct batch_note *
note_of(struct arena *a, const struct batch_note *from)
{
	struct batch_note	*n = arena_copy(a, from, sizeof(*n));

	n->why = text_of(a, n->why);
	n->path = text_of(a, n->path);
	return n;
}

static void
copy(struct arena *a, struct tiding *t)
{
	switch (t->kind) {
	case TIDING_MATCHED:
		t->record = bytes_of(a, t->record);
		break;
	case TIDING_ALERT:
		t->alert.view = view_of(a, t->alert.view);
		break;
	case TIDING_TRIGGER:
		t->trigger.trigger = trigger_of(a, t->trigger.trigger);
		t->trigger.host = text_of(a, t->trigger.host);
		break;
	case TIDING_NOTE:
		t->note = note_of(a, t->note);
		break;
	case TIDING_END:
		t->why = text_of(a, t->why);
		break;
	case TIDING_UNKNOWN:
	case TIDING_MARK:
		break;
	}
}

/* What was counted once for somebody is not lost. */
static void
mark_again(struct tiding_mark *m, const struct tiding_mark *now)
{
	const struct tiding_mark	 before = *m;

	*m = *now;
	if (!now->counted) {
		m->counted = before.counted;
		m->waiting = before.waiting;
	}
}

void
tidings_put(struct tidings *t, const struct tiding *one)
{
	struct tiding	*last = t->n == 0 ? NULL : &t->v[t->n - 1];

	if (one->kind == TIDING_MARK && last != NULL &&
	    last->kind == TIDING_MARK && last->stream == one->stream) {
		mark_again(&last->mark, &one->mark);
		return;
	}
	if (t->arena == NULL)
		t->arena = arena_new();
	t->v = mem_grow(t->v, &t->cap, t->n + 1, sizeof(*t->v));
	t->v[t->n] = *one;
	copy(t->arena, &t->v[t->n++]);
	t->bytes = arena_size(t->arena) + t->n * sizeof(*t->v);
}
