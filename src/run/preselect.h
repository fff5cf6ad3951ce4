/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * preselect.h - which audit classes the rules need.
 *
 * An audit pipe with a preselection of its own gives what its masks select,
 * whatever the trail does: so no rule waits for records that nobody asked the
 * kernel for, and no record is made that no rule listens to.
 */
#ifndef RUN_PRESELECT_H
#define RUN_PRESELECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "bsm/flags.h"
#include "bsm/names.h"
#include "rule/program.h"

struct preselect {
	bool		 trail;		/* better what the trail selects: */
	size_t		 rule;		/* this one would need most of all */
	struct flags	 flags;		/* of those with an audit id... */
	struct flags	 naflags;	/* ...and of those without */
	size_t		 outside;	/* events in no class: how many are
					 * asked for, and one of them */
	uint16_t	 outside_event;
};

/*
 * For the enabled rules on a machine of this dialect: the classes of all events
 * that a state or a `cancel` listens to, with the outcomes that count; and what
 * the engine learns from, where the rules ask for it: the life of processes,
 * and the opening of files of which a later record tells only the inode. Of an
 * event in several classes one is enough: that which brings least besides.
 *
 * A rule that listens to any event, or to more than half of those that there
 * are, would have almost every call of every process audited; then it is what
 * the trail selects.
 */
void	preselect_make(struct preselect *, const struct program *,
	    const struct names *, enum dialect);

/* Append a list of flags as in audit_control(5): `ex,+fr,-lo`. */
void	preselect_flags(const struct flags *, const struct names *,
	    enum dialect, struct buf *);

#endif
