/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * long.c - an alert for people: what, who, from where, each step, what to do.
 *
 * The first line says what happened, indented lines say the rest, an empty
 * line ends it. Times are UTC. Everything that a rule or a record wrote is
 * escaped. Of a long row of steps the beginning and the end are shown.
 */
#include "sink/facts.h"
#include "sink/format.h"

#define STEPS_SHOWN 10		/* at each end: a screen holds them */

static void
put_text(struct buf *out, const char *s)
{
	buf_escape(out, slice_str(s));
}

static void
begin(struct buf *out, const char *what)
{
	buf_printf(out, "    %-7s ", what);
}

static void
put_line(struct buf *out, const char *what, const char *s)
{
	if (s == NULL)
		return;
	begin(out, what);
	put_text(out, s);
	buf_char(out, '\n');
}

static void
put_who(struct buf *out, const struct alert *a, const struct facts *last,
    const struct accounts *accounts)
{
	char	 name[256];

	begin(out, "who");
	if (!a->has_subject) {
		buf_str(out, "nobody: the record has no subject\n");
		return;
	}
	if (facts_subject(accounts, a->rule.subject_type, a->subject, name,
	    sizeof(name))) {
		put_text(out, name);
		buf_printf(out, " (%s %u)", a->rule.subject_type, a->subject);
	} else if (a->subject == UINT32_MAX) {
		buf_printf(out, "%s -1, not attributable",
		    a->rule.subject_type);
	} else {
		buf_printf(out, "%s %u", a->rule.subject_type, a->subject);
	}
	if (last->has_subject)
		buf_printf(out, ", pid %u, session %u", last->pid,
		    last->session);
	buf_char(out, '\n');
}

/* From where: what of address, host and zone there is, and the trail. */
static void
put_where(struct buf *out, const struct sink_view *v, const struct facts *last)
{
	begin(out, "from");
	if (last->address.n > 0) {
		facts_address(out, last->address);
		buf_str(out, ", ");
	}
	if (v->host != NULL) {
		buf_str(out, "host ");
		put_text(out, v->host);
		buf_str(out, ", ");
	}
	if (v->alert->has_zone) {
		buf_str(out, "zone ");
		buf_escape(out, v->alert->zone);
		buf_str(out, ", ");
	}
	put_text(out, v->source);
	buf_char(out, '\n');
}

static void
put_value(struct buf *out, const struct alert_value *v)
{
	buf_printf(out, "%s ", v->name);
	if (v->is_number)
		buf_printf(out, "%llu", (unsigned long long)v->number);
	else if (v->is_address)
		facts_address(out, v->bytes);
	else if (v->cut)
		buf_printf(out, "(%zu bytes)", v->bytes.n);
	else
		buf_escape(out, v->bytes);
}

static void
put_values(struct buf *out, const char *what, const struct alert_value *v,
    size_t n)
{
	if (n == 0)
		return;
	begin(out, what);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_str(out, ", ");
		put_value(out, &v[i]);
	}
	buf_char(out, '\n');
}

static void
put_duration(struct buf *out, const struct alert *a)
{
	const int64_t	 ms = a->millis - a->first_millis;
	const uint64_t	 u = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;

	begin(out, "took");
	if (ms < 0)
		buf_char(out, '-');
	buf_dec(out, u / 1000);
	buf_char(out, '.');
	buf_zdec(out, u % 1000, 3);
	buf_printf(out, " seconds, %llu record%s, since ",
	    (unsigned long long)a->records, a->records == 1 ? "" : "s");
	facts_time(out, a->first_millis);
	buf_char(out, '\n');
}

static void
put_outcome(struct buf *out, const struct facts *f)
{
	if (!f->failed)
		buf_str(out, "success");
	else if (f->error_name != NULL)
		buf_printf(out, "failure %s", f->error_name);
	else
		buf_printf(out, "failure %u", f->error);
}

static void
put_args(struct buf *out, const struct facts *f)
{
	struct slice	 one;
	size_t		 at = 0;

	while (strings_next(&f->args, &at, &one)) {
		buf_char(out, ' ');
		buf_escape(out, one);
	}
}

static void
put_step(struct buf *out, const struct alert_step *s, const struct names *names)
{
	struct facts	 f;

	facts_read(&f, names, s->bytes);
	buf_printf(out, "    %3u  ", s->state);
	if (!f.known) {
		buf_printf(out, "the record at %llu cannot be read again\n",
		    (unsigned long long)s->offset);
		return;
	}
	facts_time(out, f.millis);
	if (f.event_name != NULL)
		buf_printf(out, "  %s  ", f.event_name);
	else
		buf_printf(out, "  event %u  ", f.event);
	put_outcome(out, &f);
	if (f.has_subject)
		buf_printf(out, "  pid %u", f.pid);
	if (f.has_path) {
		buf_str(out, "  ");
		buf_escape(out, f.path);
	}
	if (f.has_args)
		put_args(out, &f);
	if (f.has_text) {
		buf_str(out, "  \"");
		buf_escape(out, f.text);
		buf_char(out, '"');
	}
	if (s->quality == FRAME_RECOVERED)
		buf_str(out, "  (found after damage, may be forged)");
	buf_char(out, '\n');
}

static void
put_steps(struct buf *out, const struct alert *a, const struct names *names)
{
	const size_t	 shown = 2 * STEPS_SHOWN;

	for (size_t i = 0; i < a->nsteps; i++) {
		if (i < STEPS_SHOWN || a->nsteps - i <= STEPS_SHOWN)
			put_step(out, &a->steps[i], names);
		else if (i == STEPS_SHOWN)
			buf_printf(out, "    ...  %llu more\n",
			    (unsigned long long)(a->records - shown));
	}
}

static void
put_tags(struct buf *out, const char *const *tags)
{
	if (tags == NULL || tags[0] == NULL)
		return;
	begin(out, "tags");
	for (size_t i = 0; tags[i] != NULL; i++) {
		if (i > 0)
			buf_str(out, ", ");
		put_text(out, tags[i]);
	}
	buf_char(out, '\n');
}

void
long_put(struct buf *out, const struct sink_view *v,
    const struct sink_world *world)
{
	const struct alert	*a = v->alert;
	struct facts		 last;

	facts_read(&last, world->names, a->last->bytes);
	facts_time(out, a->millis);
	buf_str(out, "  ");
	put_text(out, a->rule.label);
	buf_printf(out, "  (priority %d", a->rule.priority);
	if (a->rule.serial != 0)
		buf_printf(out, ", serial %u", a->rule.serial);
	buf_str(out, ")\n");
	put_line(out, "what", a->rule.description);
	put_who(out, a, &last, world->accounts);
	put_where(out, v, &last);
	put_values(out, "key", a->key, a->nkey);
	put_values(out, "bound", a->bound, a->nbound);
	put_duration(out, a);
	put_steps(out, a, world->names);
	if (a->absence)
		put_line(out, "then", "nothing, until the time above");
	if (a->held_back > 0) {
		begin(out, "held");
		buf_printf(out, "%llu more alert%s of this rule and key held "
		    "back since the one before\n",
		    (unsigned long long)a->held_back,
		    a->held_back == 1 ? "" : "s");
	}
	put_line(out, "do", a->rule.remedy);
	put_line(out, "see", a->rule.reference);
	put_tags(out, a->rule.tags);
	begin(out, "rule");
	put_text(out, a->rule.file);
	buf_printf(out, ":%u\n\n", a->rule.line);
}
