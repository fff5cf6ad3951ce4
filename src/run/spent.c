/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spent.c - `watch --profile`: where the time of a run went.
 *
 * How long a thread was at work is known exactly; so is what of that went into
 * reading, and how long records were fed. The latter is divided as it was in
 * those batches that were followed.
 */
#include "run/spent.h"

#include <stdlib.h>
#include <time.h>

#include "base/mem.h"

#define LISTED		10u		/* rules, and sets */
#define ENTRIES		2u		/* of a set that are shown, */
#define ENTRY_BYTES	40u		/* each so far */
#define NSEC_PER_SEC	1e9

static double
clock_ns(clockid_t which)
{
	struct timespec	 t;

	(void)clock_gettime(which, &t);		/* both are known */
	return (double)t.tv_sec * NSEC_PER_SEC + (double)t.tv_nsec;
}

struct spent *
spent_new(const struct program *p)
{
	struct spent	*s = xcalloc(1, sizeof(*s));

	s->profile = profile_new(p);
	s->before = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	s->start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	return s;
}

void
spent_free(struct spent *s)
{
	if (s == NULL)
		return;
	profile_free(s->profile);
	free(s);
}

void
spent_end(struct spent *s)
{
	if (s == NULL)
		return;
	profile_end(s->profile);
	s->run = clock_ns(CLOCK_THREAD_CPUTIME_ID) - s->start;
}

void
spent_begin(struct spent_laps *s)
{
	if (s != NULL)
		s->mark = clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

void
spent_on(struct spent_laps *s, enum spent_stage stage)
{
	double	 now;

	if (s == NULL)
		return;
	now = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	s->ns[stage] += now - s->mark;
	s->mark = now;
}

/* Adding up. */

/* The same of all records as was found of those that were followed. */
struct scale {
	double	 time;			/* times so much */
	double	 count;
	double	 total;			/* ns of the whole process */
};

static double
sum(const double *v, size_t n)
{
	double	 total = 0;

	for (size_t i = 0; i < n; i++)
		total += v[i];
	return total;
}

static struct scale
scale_of(const struct spent *s)
{
	const struct profile	*p = s->profile;
	const double		 seen = sum(p->ns, PROFILE_STAGES);

	return (struct scale){
		.time = seen > 0 ? s->here.ns[SPENT_FED] / seen : 0,
		.count = p->followed == 0 ? 0 : (double)p->records /
		    (double)p->followed,
		.total = s->before + s->run + sum(s->apart.ns, SPENT_STAGES)
	};
}

/* Telling. */

static void
line(struct buf *out, const struct scale *scale, double ns)
{
	buf_printf(out, "%9.3f s %5.1f %%", ns / NSEC_PER_SEC,
	    scale->total > 0 ? 100 * ns / scale->total : 0);
}

/* A line for what took any time at all. */
static void
tell_stage(const struct scale *scale, double ns, const char *what,
    struct buf *out)
{
	if (ns == 0)
		return;
	line(out, scale, ns);
	buf_printf(out, "  %s\n", what);
}

static void
tell_stages(const struct spent *s, const struct scale *scale, struct buf *out)
{
	static const char *const	 pieces[SPENT_FED] = {
		[SPENT_READ] = "reading",
		[SPENT_CUT] = "cutting what was read into records",
		[SPENT_INDEX] = "finding their tokens ahead",
	};
	static const char *const	 stages[PROFILE_STAGES] = {
		[PROFILE_OUTSIDE] = "cutting into records, and between them",
		[PROFILE_TOKENS] = "finding tokens, looking ahead",
		[PROFILE_PATHS] = "the cache of device and inode",
		[PROFILE_PLAN] = "finding out which rules are concerned",
		[PROFILE_PATTERNS] = "regular expressions",
		[PROFILE_RULES] = "predicates and live sequences",
		[PROFILE_ALERTS] = "alerts, and where they go",
	};

	buf_str(out, "\n       time   share  spent on\n");
	tell_stage(scale, s->before, "starting, and loading the rules", out);
	for (size_t i = 0; i < SPENT_FED; i++)
		tell_stage(scale, s->here.ns[i] + s->apart.ns[i], pieces[i],
		    out);
	for (size_t i = 0; i < PROFILE_STAGES; i++)
		tell_stage(scale, s->profile->ns[i] * scale->time, stages[i],
		    out);
	tell_stage(scale, s->run - sum(s->here.ns, SPENT_STAGES),
	    "waiting for events, and all else", out);
}

/* Most expensive first; those that cost the same in the order of the file. */
static int
by_cost(const void *va, const void *vb)
{
	const struct profile_part *const	*a = va, *const *b = vb;

	if ((*a)->ns != (*b)->ns)
		return (*a)->ns > (*b)->ns ? -1 : 1;
	return *a < *b ? -1 : *a > *b;
}

static void
tell_rule(const struct program *p, size_t i, struct buf *out)
{
	const struct rule	*r = &p->rules[i];

	buf_escape(out, slice_str(r->label));
	buf_str(out, " (");
	buf_escape(out, slice_str(r->file));
	buf_printf(out, ":%u)", (unsigned)r->line);
}

static void
tell_set(const struct program *p, size_t i, struct buf *out)
{
	const struct object_set	*s = &p->object_sets[i];

	buf_str(out, s->type == OBJECT_PCRE ? "<pcre> { " : "<path> { ");
	for (size_t k = 0; k < s->n && k < ENTRIES; k++) {
		struct slice	 text = s->entries[k];
		const bool	 cut = text.n > ENTRY_BYTES;

		text.n = cut ? ENTRY_BYTES : text.n;
		buf_escape(out, text);
		buf_str(out, cut ? "..., " : ", ");
	}
	if (s->n > ENTRIES)
		buf_printf(out, "%zu more, ", s->n - ENTRIES);
	out->n -= 2;			/* the last comma and blank */
	buf_str(out, "; }");
}

struct list {
	const struct profile_part *parts;
	size_t			 n;
	const char		*head;
	void			(*tell)(const struct program *, size_t,
				    struct buf *);
};

static void
tell_list(const struct list *l, const struct program *p,
    const struct scale *scale, struct buf *out)
{
	const struct profile_part	**order = xcalloc(l->n + 1,
	    sizeof(const struct profile_part *));

	for (size_t i = 0; i < l->n; i++)
		order[i] = &l->parts[i];
	qsort(order, l->n, sizeof(const struct profile_part *), by_cost);
	for (size_t i = 0; i < l->n && i < LISTED; i++) {
		const struct profile_part	*part = order[i];

		if (part->considered == 0)
			break;
		if (i == 0)
			buf_printf(out, "\n       time   share  considered"
			    "     matched  %s\n", l->head);
		line(out, scale, part->ns * scale->time);
		buf_printf(out, " %11.0f %11.0f  ",
		    (double)part->considered * scale->count,
		    (double)part->matched * scale->count);
		l->tell(p, (size_t)(part - l->parts), out);
		buf_char(out, '\n');
	}
	free((void *)order);
}

void
spent_tell(const struct spent *s, const struct program *p, struct buf *out)
{
	const struct profile	*of = s->profile;
	const struct scale	 scale = scale_of(s);
	const struct list	 rules = { of->rules, of->nrules,
	    "a rule", tell_rule };
	const struct list	 sets = { of->sets, of->nsets,
	    "a set with expressions that are tried alone", tell_set };

	buf_dec(out, of->records);
	buf_printf(out, " records took %.3f s of processor time%s; ",
	    scale.total / NSEC_PER_SEC, sum(s->apart.ns, SPENT_STAGES) > 0 ?
	    " on two threads" : "");
	buf_dec(out, of->followed);
	buf_str(out, " of them were followed, and stand for all\n");
	tell_stages(s, &scale, out);
	tell_list(&rules, p, &scale, out);
	tell_list(&sets, p, &scale, out);
}
