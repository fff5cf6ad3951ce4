/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hostwise.h - finished inputs that have nothing to do with each other, each
 * with an engine of its own, and several at a time.
 */
#ifndef RUN_HOSTWISE_H
#define RUN_HOSTWISE_H

#include <stdbool.h>

#include "engine/engine.h"

struct hostwise;
struct watching;

/*
 * NULL when the inputs of this run are not to be read so: it has an engine for
 * all of them then. Free when the run has ended; NULL is allowed.
 */
struct hostwise	*hostwise_new(struct watching *);
void		 hostwise_free(struct hostwise *);

/*
 * Read all inputs to their end, or until the run is to stop. All that comes of
 * them comes as if they were read one after another.
 */
void		 hostwise_run(struct hostwise *);

/* What was counted of all that has been told. */
void		 hostwise_stats(const struct hostwise *,
		    struct engine_stats *);

/* Have a status told, which takes a moment. False: nobody is at work. */
bool		 hostwise_ask(struct hostwise *);

/* Read the rules again when what is at hand has been read. */
void		 hostwise_reload(struct hostwise *);

#endif
