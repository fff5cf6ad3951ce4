/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auditpipe.c - an audit pipe: its queue, its preselection, its losses.
 *
 * The order of auditpipe(4): the queue first, then the masks, then the mode
 * that makes them count, so that at no time less comes than before. What is in
 * the queue by then is not flushed: it came while we were here.
 */
#include <errno.h>

#include "base/log.h"
#include "run/auditpipe.h"
#include "run/preselect.h"

static bool
ask(const struct auditpipe *a, enum auditdev_request r, uint64_t *number)
{
	struct auditdev_value	 v = { 0 };

	if (a->dev.ask(&a->dev, r, &v) == -1)
		return false;
	*number = v.number;
	return true;
}

static bool
tell(const struct auditpipe *a, enum auditdev_request r, uint64_t number)
{
	struct auditdev_value	 v = { .number = number };

	return a->dev.ask(&a->dev, r, &v) == 0;
}

static bool
tell_flags(const struct auditpipe *a, enum auditdev_request r,
    const struct flags *f)
{
	struct auditdev_value	 v = { .success = (uint32_t)f->success,
	    .failure = (uint32_t)f->failure };

	return a->dev.ask(&a->dev, r, &v) == 0;
}

/* The queue. */

static void
lengthen(const struct auditpipe *a)
{
	uint64_t	 limit, least = 0, most;

	if (!ask(a, AUDITDEV_LIMIT, &limit) ||
	    !ask(a, AUDITDEV_LIMIT_MOST, &most)) {
		log_debug("the audit pipe does not tell how long its queue "
		    "may be");
		return;
	}
	if (ask(a, AUDITDEV_LIMIT_LEAST, &least))
		log_debug("the queue of the audit pipe has room for %llu "
		    "records, %llu to %llu are allowed",
		    (unsigned long long)limit, (unsigned long long)least,
		    (unsigned long long)most);
	if (limit >= most)
		return;
	if (!tell(a, AUDITDEV_SET_LIMIT, most))
		log_warn_errno("the queue of the audit pipe stays at %llu "
		    "records", (unsigned long long)limit);
	else
		log_debug("the queue of the audit pipe has room for %llu "
		    "records now", (unsigned long long)most);
}

void
auditpipe_init(struct auditpipe *a, const struct auditdev *dev,
    int64_t now_ms)
{
	uint64_t	 drops;

	*a = (struct auditpipe){ .dev = *dev, .asked_ms = now_ms };
	a->here = ask(a, AUDITDEV_DROPS, &drops) || errno != ENOTTY;
	if (a->here)
		lengthen(a);
}

/* The preselection. */

static bool
use_own(const struct auditpipe *a, const struct preselect *p)
{
	return tell_flags(a, AUDITDEV_SET_FLAGS, &p->flags) &&
	    tell_flags(a, AUDITDEV_SET_NAFLAGS, &p->naflags) &&
	    tell(a, AUDITDEV_SET_MODE, AUDITDEV_MODE_LOCAL);
}

bool
auditpipe_preselect(struct auditpipe *a, const struct preselect *p)
{
	if (!a->here)
		return false;
	if (p->trail) {
		if (tell(a, AUDITDEV_SET_MODE, AUDITDEV_MODE_TRAIL))
			return true;
		log_warn_errno("the audit pipe does not go back to what the "
		    "trail selects");
		return false;
	}
	if (use_own(a, p))
		return true;
	log_warn_errno("the audit pipe gives only what the trail selects, not "
	    "what the rules need");
	/* Masks of which one was set count for nothing then. */
	(void)tell(a, AUDITDEV_SET_MODE, AUDITDEV_MODE_TRAIL);
	return false;
}

/* The losses. */

static void
look_for_drops(struct auditpipe *a, int64_t now_ms)
{
	uint64_t	 drops;

	if (!ask(a, AUDITDEV_DROPS, &drops))
		return;
	if (drops > a->drops) {
		if (!a->dropping)
			log_warn("the kernel drops records that we are too "
			    "slow to read: %llu so far",
			    (unsigned long long)drops);
		a->drops = drops;
		a->dropping = true;
		a->dropped_ms = now_ms;
		return;
	}
	if (!a->dropping || now_ms - a->dropped_ms < AUDITPIPE_CALM_MS)
		return;
	log_warn("the kernel dropped %llu records that we were too slow to "
	    "read, %llu in all", (unsigned long long)(a->drops - a->said),
	    (unsigned long long)a->drops);
	a->said = a->drops;
	a->dropping = false;
}

static void
look_for_truncates(struct auditpipe *a)
{
	uint64_t	 truncates;

	if (!ask(a, AUDITDEV_TRUNCATES, &truncates) ||
	    truncates <= a->truncates)
		return;
	if (a->truncates == 0)
		log_warn("the kernel cuts records that are too long for a "
		    "read: %llu so far", (unsigned long long)truncates);
	a->truncates = truncates;
}

void
auditpipe_look(struct auditpipe *a, int64_t now_ms)
{
	if (!a->here || now_ms - a->asked_ms < AUDITPIPE_EVERY_MS)
		return;
	a->asked_ms = now_ms;
	look_for_drops(a, now_ms);
	look_for_truncates(a);
}
