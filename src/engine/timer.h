/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer.h - age without scanning: the latest time read since an instance began.
 *
 * An instance is over age as soon as any record of its source, since the
 * instance began, was later than its deadline; a clock that steps back revives
 * nothing. Instead of asking every instance at every record, the clock
 * remembers maxima: an instance asks when it is looked at.
 */
#ifndef ENGINE_TIMER_H
#define ENGINE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How much later TO is; clamped when it does not fit. */
static inline int64_t
time_between(int64_t from, int64_t to)
{
	if (from < 0 && to > INT64_MAX + from)
		return INT64_MAX;
	if (from > 0 && to < INT64_MIN + from)
		return INT64_MIN;
	return to - from;
}

#define TIMER_EPOCHS	INT32_MAX	/* numbers of epochs */

/*
 * Epochs are stretches of records; each holds the latest time since it began.
 * From old to new these strictly fall: an epoch that is overtaken is joined to
 * the one after it.
 */
struct timer {
	struct epoch {
		uint32_t	 last;	/* number of the last epoch in it */
		int64_t		 latest;	/* seconds */
	}		*epochs;
	size_t		 n, cap;
	uint32_t	 now;		/* number of the newest epoch */
};

void		timer_init(struct timer *);
void		timer_fini(struct timer *);

/* The newest epoch is as late as this now, which is later than it was. */
void		timer_advance(struct timer *, int64_t seconds);

/* A record of this time was read. */
static inline void
timer_feed(struct timer *t, int64_t seconds)
{
	if (seconds > t->epochs[t->n - 1].latest)
		timer_advance(t, seconds);
}

/*
 * An instance begins with the record just fed, of this time. Returns the epoch
 * to remember with it: another one where the clock has stepped back.
 */
uint32_t	timer_begin_behind(struct timer *, int64_t seconds);

static inline uint32_t
timer_begin(struct timer *t, int64_t seconds)
{
	return t->epochs[t->n - 1].latest <= seconds ? t->now :
	    timer_begin_behind(t, seconds);
}

/* The latest time read since then. */
int64_t		timer_latest_of(const struct timer *, uint32_t epoch);

static inline int64_t
timer_latest(const struct timer *t, uint32_t epoch)
{
	return t->n == 1 ? t->epochs[0].latest : timer_latest_of(t, epoch);
}

/* Was a time read since then that is later than FIRST by more than LIMIT? */
static inline bool
timer_over(const struct timer *t, uint32_t epoch, int64_t first,
    uint64_t limit)
{
	const int64_t	 latest = timer_latest(t, epoch);

	return latest > first && (uint64_t)latest - (uint64_t)first > limit;
}

/*
 * For a timer that is made again, a new one: its epochs from the oldest to the
 * newest, whose number becomes `now`. False: it cannot come next.
 */
bool		timer_restore(struct timer *, struct epoch);
/* Was it never fed, so that there is nothing to make again? */
bool		timer_is_new(const struct timer *);

/*
 * Forget epochs that no instance began in. USED holds the epochs of all live
 * instances, ascending. Only needed when the clock has stepped back very often:
 * when `n` is large.
 */
void		timer_keep(struct timer *, const uint32_t *used, size_t n);

#endif
