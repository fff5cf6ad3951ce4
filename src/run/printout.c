/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printout.c - sheets to a descriptor, and what is said beside it.
 *
 * This is the only place where printing speaks, so messages keep their order
 * and their place whatever number of threads made the sheets.
 */
#include <errno.h>
#include <unistd.h>

#include "base/log.h"
#include "bsm/status.h"
#include "run/figures.h"
#include "run/printout.h"

static void
write_bytes(struct printout *o, const struct buf *out, size_t at, size_t end)
{
	while (at < end && !o->stopped) {
		const ssize_t	 done = write(o->fd, out->p + at, end - at);

		if (done >= 0) {
			at += (size_t)done;
		} else if (errno != EINTR) {
			o->stopped = true;
			if (errno == EPIPE)
				return;	/* who reads has seen enough */
			o->failed = true;
			progress_hide(&o->progress);
			log_warn_errno("standard output");
		}
	}
}

static void
say(struct printout *o, const struct remark *r, uint64_t offset,
    const char *what)
{
	progress_hide(&o->progress);
	log_warn("%s:%llu: %s", r->part->trail->label,
	    (unsigned long long)offset, what);
}

/* A gap may come in pieces; it is told when its last is there. */
static void
on_gap(struct printout *o, const struct remark *r)
{
	const struct frame_record	*f = &r->part->frame;
	struct sheet_trail		*t = r->part->trail;
	struct buf			 what = { 0 };

	if (t->gap_n == 0)
		t->gap_at = f->offset;
	t->gap_n += f->bytes.n;
	if (f->more)
		return;
	if (!o->partial || t->gap_at > 0) {
		t->gaps++;
		t->skipped += t->gap_n;
		buf_printf(&what, "%llu bytes skipped: %s",
		    (unsigned long long)t->gap_n, frame_strreason(f->reason));
		say(o, r, t->gap_at, buf_cstr(&what));
		buf_fini(&what);
	}
	t->gap_n = 0;
}

static void
on_partial(struct printout *o, const struct remark *r)
{
	struct buf	 what = { 0 };

	r->part->trail->partly++;
	buf_printf(&what, "record %llu: %s", (unsigned long long)r->number,
	    bsm_strstatus(r->status));
	say(o, r, r->offset, buf_cstr(&what));
	buf_fini(&what);
}

/* Sum up what was wrong with a trail. */
static void
on_end(struct printout *o, const struct sheet_trail *t)
{
	struct buf	 text = { 0 };

	if (t->gaps == 0 && t->partly == 0)
		return;
	o->damaged = true;
	progress_hide(&o->progress);
	if (t->gaps > 0) {
		figures_count(&text, t->skipped, "byte");
		buf_str(&text, " skipped in ");
		figures_count(&text, t->gaps, "place");
	}
	if (t->partly > 0) {
		buf_str(&text, text.n > 0 ? ", " : "");
		figures_count(&text, t->partly, "record");
		buf_str(&text, " shown in part");
	}
	log_warn("%s: %s", t->label, buf_cstr(&text));
	buf_fini(&text);
}

/* With --partial the first record is found by searching, as it should be. */
static void
on_recovered(struct printout *o, const struct remark *r)
{
	if (o->partial && r->number == 1)
		return;
	o->damaged = true;
	say(o, r, r->offset, "a record found or mended after damage, which may "
	    "be forged");
}

static void
on_remark(struct printout *o, const struct remark *r)
{
	switch (r->kind) {
	case REMARK_RECOVERED:
		on_recovered(o, r);
		break;
	case REMARK_PARTIAL:
		on_partial(o, r);
		break;
	case REMARK_GAP:
		on_gap(o, r);
		break;
	case REMARK_WORDS:
		progress_hide(&o->progress);
		log_warn("%.*s", (int)r->part->frame.bytes.n,
		    (const char *)r->part->frame.bytes.p);
		break;
	case REMARK_END:
		on_end(o, r->part->trail);
		break;
	}
}

bool
printout_sheet(struct printout *o, const struct sheet *s)
{
	size_t	 at = 0;

	for (size_t i = 0; i < s->nremarks && !o->stopped; i++) {
		write_bytes(o, &s->out, at, s->remarks[i].at);
		at = s->remarks[i].at;
		if (!o->stopped)
			on_remark(o, &s->remarks[i]);
	}
	write_bytes(o, &s->out, at, s->out.n);
	o->bsd |= s->bsd;
	progress_step(&o->progress, s->taken, s->records);
	return !o->stopped;
}
