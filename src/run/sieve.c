/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sieve.c - the records of a set of trails, by criteria, to where they go.
 *
 * Most records are never met one by one: all that lies ahead in the bytes at
 * hand is scanned in one go. What the scan leaves (damage, file tokens, records
 * that are cut by the end of a piece) comes through trailset_next(), and so do
 * those that have to be merged with others of the same second. So does all that
 * other threads have judged (sifted.h): that is only put in order and written.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "bsm/status.h"
#include "run/damage.h"
#include "run/progress.h"
#include "run/sieve.h"
#include "run/sifted.h"

#define STEP_RECORDS	1024u	/* merged, between looks at the clock */

/* What is remembered of each trail. */
struct tally {
	struct damage	 damage;
	uint64_t	 partial;	/* records not decoded to their end */
	uint64_t	 limited;	/* patterns given up */
};

struct sieve {
	struct sieve_options	 o;
	struct criteria		*criteria;
	struct trailset		*set;
	struct trailout		*out;
	struct sifters		*sifters;	/* or NULL */
	struct tally		*tallies;
	size_t			 ntallies, cap;
	struct progress		 progress;
	uint64_t		 records;	/* that were not scanned */
};

/* What was found so far is not to wait for a slow source. */
static void
on_wait(void *arg)
{
	trailout_flush(arg);
}

/* Nothing may have come for a long time. */
static void
on_step(void *arg)
{
	struct sieve	*s = arg;

	progress_step(&s->progress, trailset_taken(s->set), s->records);
}

struct sieve *
sieve_new(const struct sieve_options *o, struct criteria *criteria,
    struct trailset *set, struct trailout *out)
{
	struct sieve	*s = xcalloc(1, sizeof(*s));

	s->o = *o;
	s->criteria = criteria;
	s->set = set;
	s->out = out;
	trailset_on_wait(set, on_wait, out);
	if (o->threads < 2)
		return s;
	s->sifters = sifters_new(criteria, o->threads);
	trailset_use_sifters(set, s->sifters, o->threads);
	trailset_on_step(set, on_step, s);
	return s;
}

void
sieve_free(struct sieve *s)
{
	if (s == NULL)
		return;
	if (s->sifters != NULL)
		trailset_use_sifters(s->set, NULL, 0);
	trailset_on_step(s->set, NULL, NULL);
	sifters_free(s->sifters);
	free(s->tallies);
	free(s);
}

static const char *
shown_name(const struct trail *t)
{
	return strcmp(t->path, "-") == 0 ? "standard input" : t->path;
}

static struct tally *
tally_of(struct sieve *s, const struct trailset_record *r)
{
	while (s->ntallies <= r->number) {
		s->tallies = mem_grow(s->tallies, &s->cap, s->ntallies + 1,
		    sizeof(*s->tallies));
		s->tallies[s->ntallies] = (struct tally){ .damage.trail =
		    shown_name(trailset_trail(s->set, s->ntallies)) };
		s->ntallies++;
	}
	return &s->tallies[r->number];
}

/* A record that was judged by a part of it, or at a limit. */
static void
say_note(struct sieve *s, const struct trailset_record *r,
    const struct criteria_note *note)
{
	struct tally	*t = tally_of(s, r);
	struct buf	 text = { 0 };

	t->partial += note->status != 0;
	t->limited += note->limit;
	if (s->o.quiet || t->partial + t->limited > DAMAGE_SAID)
		return;
	progress_hide(&s->progress);
	buf_escape(&text, slice_str(shown_name(r->trail)));
	buf_printf(&text, ":%llu: ", (unsigned long long)(r->frame.offset +
	    note->at));
	if (note->limit)
		buf_str(&text, "a pattern was given up on this record: "
		    "it would take too long");
	else
		buf_printf(&text, "%s; the record is judged by its other "
		    "tokens", bsm_strstatus(note->status));
	log_warn("%s", buf_cstr(&text));
	buf_fini(&text);
}

static void
on_gap(struct sieve *s, const struct trailset_record *r)
{
	struct damage	*d = &tally_of(s, r)->damage;

	progress_hide(&s->progress);
	if (s->o.quiet)
		d->gaps += !r->frame.more;
	else
		(void)damage_gap(d, &r->frame,
		    frame_strreason(r->frame.reason));
}

static void
on_recovered(struct sieve *s, const struct trailset_record *r)
{
	struct damage	*d = &tally_of(s, r)->damage;

	progress_hide(&s->progress);
	if (s->o.quiet)
		d->recovered++;
	else
		damage_recovered(d, &r->frame);
}

static void
on_record(struct sieve *s, const struct trailset_record *r)
{
	const struct criteria_run	 run = { r->frame.bytes, 1,
	    r->frame.bytes.p };
	struct criteria_note		 note;

	if (r->frame.quality == FRAME_RECOVERED)
		on_recovered(s, r);
	if (criteria_want(s->criteria, &r->frame, &note))
		trailout_put(s->out, &run);
	if (note.status != 0 || note.limit)
		say_note(s, r, &note);
	s->records++;
}

/* The same, of what others have judged: one record or more. */
static void
on_judged(struct sieve *s, const struct trailset_record *r)
{
	const struct criteria_run	 run = { r->frame.bytes,
	    r->judged.records, r->judged.last };

	if (r->frame.quality == FRAME_RECOVERED)
		on_recovered(s, r);
	if (r->judged.as == JUDGED_WANTED)
		trailout_put(s->out, &run);
	if (r->judged.note.status != 0 || r->judged.note.limit)
		say_note(s, r, &r->judged.note);
	s->records++;
}

/*
 * All that can be judged without asking for it record by record. Returns
 * whether there was any.
 */
static bool
scan(struct sieve *s)
{
	const struct slice	 bytes = trailset_ahead(s->set);
	size_t			 n;

	if (bytes.n == 0)
		return false;
	n = criteria_scan(s->criteria, bytes, trailout_put, s->out);
	trailset_took(s->set, n);
	return n > 0;
}

/* The counts, once all has been read. */
static void
sum_up(struct sieve *s)
{
	for (size_t i = 0; i < s->ntallies && !s->o.quiet; i++) {
		const struct tally	*t = &s->tallies[i];
		struct buf		 name = { 0 };

		damage_end(&t->damage);
		buf_escape(&name, slice_str(t->damage.trail));
		if (t->partial > DAMAGE_SAID)
			log_warn("%s: %llu records were judged by a part of "
			    "them", buf_cstr(&name),
			    (unsigned long long)t->partial);
		buf_fini(&name);
	}
}

bool
sieve_run(struct sieve *s)
{
	const bool		 failed = trailset_failed(s->set);
	struct trailset_record	 r;
	int			 status;

	progress_init(&s->progress, STDERR_FILENO, trailset_size(s->set));
	while (!trailout_stopped(s->out)) {
		const bool	 scanned = scan(s);

		status = trailset_next(s->set, &r);
		if (status == 0 ||
		    (s->o.stop && trailset_failed(s->set) != failed))
			break;
		if (r.frame.kind == FRAME_GAP)
			on_gap(s, &r);
		else if (r.judged.as != JUDGED_NOT)
			on_judged(s, &r);
		else
			on_record(s, &r);
		if (scanned || s->records % STEP_RECORDS == 0)
			progress_step(&s->progress, trailset_taken(s->set),
			    s->records);
	}
	progress_hide(&s->progress);
	sum_up(s);
	return !trailout_failed(s->out) && !trailset_failed(s->set);
}

bool
sieve_damaged(const struct sieve *s, size_t trail)
{
	const struct tally	*t;

	if (trail >= s->ntallies)
		return false;
	t = &s->tallies[trail];
	return t->damage.gaps + t->damage.recovered +
	    t->partial > 0;
}

bool
sieve_damaged_any(const struct sieve *s)
{
	for (size_t i = 0; i < s->ntallies; i++)
		if (sieve_damaged(s, i))
			return true;
	return false;
}
