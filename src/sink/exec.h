/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exec.h - what a trigger asks for: the values of its variables.
 *
 * Values are looked up here, before anything runs, so that whoever starts the
 * program needs no record. Each is one NUL-terminated string and becomes part
 * of one argument, whatever bytes it holds.
 */
#ifndef SINK_EXEC_H
#define SINK_EXEC_H

#include "base/arena.h"
#include "bsm/names.h"
#include "engine/alert.h"

/* Never NULL but for `object`, of a record that has no path. */
struct exec_values {
	const char	*subject;	/* name of the auid */
	const char	*esubject;	/* name of the euid */
	const char	*object;
	const char	*rule;
	const char	*priority;
	const char	*pid;		/* empty without a subject token */
	const char	*session;	/* the same */
	const char	*address;	/* empty when there is none */
	const char	*zone;		/* the same */
	const char	*host;		/* empty when nobody knows */
	const char	*time;		/* of the record, RFC 3339 */
	const char	*evidence;	/* path; empty when there is none */
	const char	*uid;		/* of the alert; empty without one */
};

/* What the record does not know. */
struct exec_place {
	const char	*host;		/* or NULL */
	const char	*evidence;	/* or NULL */
};

/* Who nobody knows by name. */
#define EXEC_NOBODY "non-attributable"

/* Everything is allocated in the arena. */
void	exec_values(struct exec_values *, struct arena *,
	    const struct alert_trigger *, const struct accounts *,
	    const struct exec_place *);

#endif
