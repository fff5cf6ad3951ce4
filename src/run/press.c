/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * press.c - records to output, on one thread or several.
 *
 * Whoever reads fills sheets (sheet.h); a crew (base/crew.h) formats them, each
 * thread with a formatter of its own, and hands them to printout.c in order.
 * Without threads the one who reads does it all, sheet by sheet, and intact
 * records are not even copied.
 *
 * The sheets in use hold RING_BYTES of trails between them, however many there
 * are. A record too large for a sheet goes through alone, so that what hostile
 * records swell to is in memory once and not once for each thread.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/mem.h"
#include "run/press.h"
#include "run/printout.h"

#define RING_BYTES	(1280u << 10)	/* on all sheets */
#define SHEET_MAX	(128u << 10)	/* with its output it stays in a cache
					 * of a megabyte */
#define SHEETS_SPARE	2u		/* one being filled, one written */

/*
 * Users and groups are asked for one at a time: nothing says that whoever
 * answers can be asked by several. Formatters remember the answers.
 */
struct asking {
	pthread_mutex_t		 lock;
	const struct accounts	*whom;
	struct accounts		 face;
};

struct press {
	struct formatter_options form;
	struct asking		 asking;
	struct formatter	*formatters[PRESS_THREADS_MAX];
	unsigned		 nformatters;
	struct crew		*crew;
	struct sheet		*sheets;
	void			**jobs;		/* pointers to them */
	size_t			 nsheets;
	struct sheet		*at;		/* being filled, or NULL */
	struct printout		 out;
	bool			 partial, threads, stopped;
	bool			 lent;		/* a part of `at` */
	uint64_t		 taken, records;
	struct sheet_trail	**trails;
	size_t			 ntrails, trails_cap;
};

/* Names. */

static bool
ask(struct asking *a, bool user, uint32_t id, char *name, size_t n)
{
	const struct accounts	*w = a->whom;
	bool			 known;

	if (pthread_mutex_lock(&a->lock) != 0)
		mem_end("a lock is broken");
	known = (user ? w->user_of : w->group_of)(w->arg, id, name, n);
	if (pthread_mutex_unlock(&a->lock) != 0)
		mem_end("a lock is broken");
	return known;
}

static bool
user_of(void *arg, uint32_t id, char *name, size_t n)
{
	return ask(arg, true, id, name, n);
}

static bool
group_of(void *arg, uint32_t id, char *name, size_t n)
{
	return ask(arg, false, id, name, n);
}

/* Formatting asks for names only, never for ids. */
static void
asking_init(struct asking *a, const struct accounts *whom)
{
	*a = (struct asking){ .whom = whom, .face = { .user_of = user_of,
	    .group_of = group_of, .arg = a } };
	if (pthread_mutex_init(&a->lock, NULL) != 0)
		mem_end("there is no memory for a lock");
}

/* The crew. */

static void
work(void *arg, unsigned worker, void *job)
{
	const struct press	*p = arg;

	formatter_run(p->formatters[worker], job);
}

static bool
deliver(void *arg, void *job)
{
	struct press	*p = arg;

	return printout_sheet(&p->out, job);
}

struct press *
press_new(const struct formatter_options *o, struct slice *bad)
{
	struct press	*p = xcalloc(1, sizeof(*p));

	p->form = *o;
	asking_init(&p->asking, o->accounts);
	p->form.accounts = &p->asking.face;
	p->formatters[0] = formatter_new(&p->form, bad);
	p->nformatters = 1;
	if (p->formatters[0] != NULL)
		return p;
	press_free(p);
	return NULL;
}

static void
start_crew(struct press *p, unsigned threads)
{
	const struct crew_work	 how = { work, deliver, p };
	struct slice		 bad;
	size_t			 size;

	if (threads > PRESS_THREADS_MAX)
		threads = PRESS_THREADS_MAX;
	if (threads < 2)
		threads = 0;
	for (; p->nformatters < threads; p->nformatters++)
		p->formatters[p->nformatters] = formatter_new(&p->form, &bad);
	p->nsheets = threads == 0 ? 1 : threads + threads / 2 + SHEETS_SPARE;
	size = RING_BYTES / p->nsheets;
	p->sheets = xcalloc(p->nsheets, sizeof(*p->sheets));
	p->jobs = xcalloc(p->nsheets, sizeof(*p->jobs));
	for (size_t i = 0; i < p->nsheets; i++) {
		sheet_init(&p->sheets[i], size < SHEET_MAX ? size : SHEET_MAX);
		p->jobs[i] = &p->sheets[i];
	}
	p->crew = crew_new(&how, threads, p->jobs, p->nsheets);
	p->threads = crew_workers(p->crew) > 0;
}

void
press_free(struct press *p)
{
	if (p == NULL)
		return;
	crew_free(p->crew);
	for (unsigned i = 0; i < p->nformatters; i++)
		formatter_free(p->formatters[i]);
	for (size_t i = 0; i < p->nsheets; i++)
		sheet_fini(&p->sheets[i]);
	for (size_t i = 0; i < p->ntrails; i++)
		sheet_trail_free(p->trails[i]);
	(void)pthread_mutex_destroy(&p->asking.lock);
	free(p->sheets);
	free(p->jobs);
	free(p->trails);
	free(p);
}

/* Filling sheets. */

static void
hand_over(struct press *p)
{
	if (p->at == NULL)
		return;
	p->at->taken = p->taken;
	p->at->records = p->records;
	p->at = NULL;
	p->lent = false;
	p->stopped |= !crew_give(p->crew);
}

/* Put a part on a sheet that has room for it; false when all has stopped. */
static bool
put(struct press *p, const struct part *part, bool lent)
{
	const size_t	 n = part->frame.bytes.n;

	lent &= !p->threads;
	if (p->at != NULL && sheet_room(p->at) < n)
		hand_over(p);
	if (p->at == NULL && !p->stopped &&
	    (p->at = crew_take(p->crew)) != NULL)
		sheet_clear(p->at);
	if (p->at == NULL) {
		p->stopped = true;
		return false;
	}
	sheet_put(p->at, part, lent);
	p->lent |= lent;
	if (n > p->at->size) {
		hand_over(p);
		p->stopped |= !crew_finish(p->crew);
	}
	return true;
}

/* Of a part that stands in no trail. */
static void
put_bytes(struct press *p, enum part_kind kind, const struct buf *bytes)
{
	const struct part	 part = { .kind = kind,
		.frame.bytes = buf_bytes(bytes) };

	if (bytes->n > 0)
		(void)put(p, &part, false);
}

void
press_begin(struct press *p, const struct press_start *start)
{
	struct buf	 text = { 0 };

	p->out.fd = start->fd;
	p->out.partial = p->partial = start->partial;
	progress_init(&p->out.progress, start->bar_fd, start->total);
	start_crew(p, start->threads);
	formatter_begin(p->formatters[0], &text);
	put_bytes(p, PART_OUTPUT, &text);
	buf_fini(&text);
}

bool
press_end(struct press *p)
{
	struct buf	 text = { 0 };

	formatter_end(p->formatters[0], &text);
	put_bytes(p, PART_OUTPUT, &text);
	buf_fini(&text);
	press_finish(p);
	progress_hide(&p->out.progress);
	return !p->out.failed;
}

int
press_fd(const struct press *p)
{
	return p->out.fd;
}

bool
press_stopped(const struct press *p)
{
	return p->stopped;
}

void
press_stop(struct press *p)
{
	p->stopped = true;
}

struct sheet_trail *
press_trail(struct press *p, const char *name, const char *label)
{
	p->trails = mem_grow(p->trails, &p->trails_cap, p->ntrails + 1,
	    sizeof(struct sheet_trail *));
	return p->trails[p->ntrails++] = sheet_trail_new(name, label);
}

void
press_frame(struct press *p, struct sheet_trail *t,
    const struct frame_record *f)
{
	const struct part	 part = { .kind = PART_FRAME, .frame = *f,
		.trail = t, .number = t->records + 1 };

	t->offset = f->offset + f->bytes.n;
	if (p->partial && t->records == 0 && f->kind == FRAME_FILE)
		return;			/* what is wanted begins later */
	if (put(p, &part, false) && f->kind != FRAME_GAP) {
		t->records++;
		p->records++;
	}
}

/* Bytes of intact records at the front, as many as there is room for. */
static size_t
run_length(struct slice bytes, size_t room, uint64_t *count)
{
	size_t	 at = 0, n;

	*count = 0;
	while ((n = frame_intact(bytes.p + at, bytes.n - at)) > 0 &&
	    n <= room - at) {
		at += n;
		++*count;
	}
	return at;
}

size_t
press_ahead(struct press *p, struct sheet_trail *t, struct slice bytes,
    bool lent)
{
	const size_t	 whole = p->sheets[0].size;
	struct part	 part = { .kind = PART_RUN, .trail = t };
	struct slice	*run = &part.frame.bytes;
	uint64_t	 count;
	size_t		 taken = 0;

	while (taken < bytes.n && !p->stopped) {
		const struct slice	 rest = { bytes.p + taken,
		    bytes.n - taken };
		const size_t		 first = frame_intact(rest.p, rest.n);

		if (first == 0 || first > whole)
			break;		/* frame_next() takes care of it */
		if (p->at != NULL && sheet_room(p->at) < first)
			hand_over(p);
		*run = (struct slice){ rest.p, run_length(rest, p->at == NULL ?
		    whole : sheet_room(p->at), &count) };
		part.number = t->records + 1;
		part.frame.offset = t->offset;
		if (!put(p, &part, lent))
			break;
		t->records += count;
		p->records += count;
		t->offset += run->n;
		taken += run->n;
	}
	return taken;
}

void
press_release(struct press *p)
{
	if (p->lent)
		hand_over(p);
}

void
press_words(struct press *p, const char *name, const char *why)
{
	struct buf	 text = { 0 };

	buf_escape(&text, slice_str(name));
	buf_str(&text, ": ");
	buf_str(&text, why);
	put_bytes(p, PART_WORDS, &text);
	buf_fini(&text);
}

void
press_trail_end(struct press *p, struct sheet_trail *t)
{
	const struct part	 part = { .kind = PART_END, .trail = t };

	(void)put(p, &part, false);
	t->ended = true;
}

void
press_flush(struct press *p)
{
	hand_over(p);
}

/* No sheet speaks any more of trails that have ended. */
static void
forget_ended(struct press *p)
{
	size_t	 kept = 0;

	for (size_t i = 0; i < p->ntrails; i++)
		if (p->trails[i]->ended)
			sheet_trail_free(p->trails[i]);
		else
			p->trails[kept++] = p->trails[i];
	p->ntrails = kept;
}

void
press_finish(struct press *p)
{
	hand_over(p);
	if (crew_finish(p->crew))
		forget_ended(p);
	else
		p->stopped = true;
}

void
press_took(struct press *p, uint64_t n)
{
	p->taken += n;
}

bool
press_damaged(const struct press *p)
{
	return p->out.damaged;
}

bool
press_bsd(const struct press *p)
{
	return p->out.bsd;
}
