/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outputs.h - how long the files are that sinks write, as rows.
 */
#ifndef RUN_OUTPUTS_H
#define RUN_OUTPUTS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/rows.h"
#include "run/statedb.h"
#include "sink/sink.h"

/* `{ .sinks = SINKS }` is ready. */
struct outputs {
	struct sinks	*sinks;
	struct buf	 rows;		/* as they were marked */
};

void	 outputs_fini(struct outputs *);

/* They have told all they were given: note lengths, of this moment. */
void	 outputs_mark(struct outputs *);

/* A part of a checkpoint: ARG is the outputs. */
bool	 outputs_save(void *arg, row_fn, void *fn_arg);

/* Back to the sinks. False with words. */
bool	 outputs_load(const struct outputs *, struct statedb *,
	    struct buf *why);

#endif
