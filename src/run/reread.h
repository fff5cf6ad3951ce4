/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reread.h - the records of an alert's steps, read again when it is raised.
 */
#ifndef RUN_REREAD_H
#define RUN_REREAD_H

#include "engine/engine.h"
#include "run/input.h"

#define REREAD_BYTES_MAX (64u << 20)	/* of one alert */

struct reread;

struct reread	*reread_new(void);
void		 reread_free(struct reread *);	/* NULL is allowed */

/*
 * A copy of the steps with their bytes: from the file of a finished input, from
 * what the engine kept of any other. A record that is gone stays empty and adds
 * to *GONE. Borrowed until the next call. INPUTS is indexed by source.
 */
struct alert_step	*reread_steps(struct reread *, const struct engine *,
			    const struct input *const *inputs,
			    const struct alert *, size_t *gone);

#endif
