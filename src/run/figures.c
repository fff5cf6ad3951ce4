/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * figures.c - what was done, counted, and the lines that say so.
 */
#include <inttypes.h>

#include "base/log.h"
#include "run/figures.h"
#include "run/progress.h"

void
figures_count(struct buf *out, uint64_t n, const char *what)
{
	buf_printf(out, "%llu %s%s", (unsigned long long)n, what,
	    n == 1 ? "" : "s");
}

static void
put(struct buf *out, uint64_t n, const char *what)
{
	if (n > 0)
		buf_printf(out, ", %llu %s", (unsigned long long)n, what);
}

/* In the unit in which it can be read best. */
static void
put_time(struct buf *out, uint64_t us)
{
	if (us < 10000)
		buf_printf(out, "%.1f ms", (double)us / 1e3);
	else if (us < 10000000)
		buf_printf(out, "%.0f ms", (double)us / 1e3);
	else
		buf_printf(out, "%.0f s", (double)us / 1e6);
}

static void
put_memory(struct buf *out, const struct checkpoint_stats *s)
{
	if (s->millis == 0)
		buf_str(out, ", no checkpoint yet");
	else
		buf_printf(out, ", checkpoint %" PRId64 " s ago",
		    s->age_ms / 1000);
	if (s->taken > 0) {
		buf_str(out, " of ");
		progress_bytes(out, s->bytes);
		buf_str(out, ", paused ");
		put_time(out, s->pause_us);
		buf_str(out, " (at most ");
		put_time(out, s->longest_us);
		buf_char(out, ')');
	}
	put(out, s->failed, "checkpoints failed");
}

static void
put_queue(struct buf *out, const struct spill_stats *s)
{
	put(out, s->items, "alerts on their way");
	if (s->on_disk == 0)
		return;
	buf_str(out, " (");
	progress_bytes(out, s->on_disk);
	buf_str(out, " on disk)");
}

void
figures_status(struct buf *out, const struct figures *f)
{
	figures_count(out, f->records, "record");
	buf_str(out, ", ");
	progress_bytes(out, f->bytes);
	buf_str(out, ", ");
	figures_count(out, f->alerts, "alert");
	buf_str(out, ", ");
	figures_count(out, f->waiting, "sequence");
	buf_str(out, " waiting");
	put(out, f->missed, "times records were missed");
	put(out, f->skipped, "bytes skipped");
	put(out, f->recovered, "records found after damage");
	put(out, f->engine.partial, "records decoded in part");
	put(out, f->dropped, "records dropped by the kernel");
	put(out, f->truncated, "records cut by the kernel");
	put(out, f->passed, "records of our own passed over");
	put(out, f->aside, "records left out that kill the worker");
	put(out, f->engine.evicted, "sequences given up");
	put(out, f->engine.forgotten, "values and processes forgotten");
	put_queue(out, &f->queued);
	put(out, f->sinks.lost, "alerts lost");
	put(out, f->triggers.runs, "triggers run");
	put(out, f->triggers.failures, "triggers failed");
	put(out, f->triggers.refusals, "triggers not run");
	if (f->remembers)
		put_memory(out, &f->state);
}

static void
tell(uint64_t n, const char *what)
{
	if (n > 0)
		log_warn("%llu %s", (unsigned long long)n, what);
}

void
figures_losses(const struct figures *f)
{
	tell(f->dropped, "records were dropped by the kernel before they could "
	    "be read");
	tell(f->truncated, "records were cut by the kernel: they were too long "
	    "for a read");
	tell(f->engine.evicted, "sequences were given up: too many were live "
	    "at once; --max-instances allows more");
	tell(f->engine.forgotten, "values of 'new', processes or times of "
	    "alerts were forgotten for want of room");
	tell(f->engine.steps_lost, "records of steps were not kept: too many "
	    "bytes were waited for");
	tell(f->steps_gone, "records of steps could not be read again");
	tell(f->engine.patterns_failed, "times a pattern gave up on a path: "
	    "it counts as not matching");
	tell(f->sinks.lost, "alerts did not get everywhere they should");
}
