/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * format.h - an alert as text: the formats there are, and what each is given.
 */
#ifndef SINK_FORMAT_H
#define SINK_FORMAT_H

#include <stdbool.h>

#include "base/buf.h"
#include "bsm/names.h"
#include "engine/alert.h"

/* Who gives events, users and groups their names. */
struct sink_world {
	const struct names	*names;
	const struct accounts	*accounts;
};

/* An alert as a sink sees it, all of it borrowed for the call. */
struct sink_view {
	const struct alert	*alert;
	const char		*source;	/* "trail.bsm", "stdin" */
	const char		*host;		/* or NULL */
};

struct sink_format {
	const char	*name;		/* of --format */
	/* Append the alert, with the newline at its end. */
	void		(*put)(struct buf *, const struct sink_view *,
			    const struct sink_world *);
	bool		 uid;		/* shows the alert's uid */
	bool		 steps;		/* shows the records of its steps */
	bool		 one_line;	/* fit for syslog */
};

/* The formats in the order of the help; the last has no name. */
const struct sink_format	*sink_formats(void);
/* NULL when there is none of that name. */
const struct sink_format	*sink_format_find(struct slice name);

/* The classic line of bsmtrace 3.1. */
void	lines_put(struct buf *, const struct sink_view *,
	    const struct sink_world *);
/* For people: who, from where, each step, what to do. */
void	long_put(struct buf *, const struct sink_view *,
	    const struct sink_world *);
/* One JSON object on one line. */
void	jsonl_put(struct buf *, const struct sink_view *,
	    const struct sink_world *);

/*
 * A label or a name inside a line of the classic form: as it is, but for
 * control characters, which would break the line or act on a terminal. They
 * become \n, \t or \xHH.
 */
void	lines_text(struct buf *, const char *);

#endif
