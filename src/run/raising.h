/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * raising.h - what the engine tells, on its way to sinks and triggers.
 */
#ifndef RUN_RAISING_H
#define RUN_RAISING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "engine/alert.h"
#include "run/input.h"
#include "rule/program.h"
#include "sink/format.h"
#include "sink/records.h"

struct stream;
struct watching;

struct raising {
	struct watching		*run;
	const struct input	**inputs;	/* by source */
	size_t			 inputs_cap;
	struct reread		*reread;
	struct records		 out;		/* of -b */
	struct alert		 alert;		/* with its steps */
	struct buf		 host;
	uint64_t		 steps_gone;
	uint8_t			 told[65536 / 8]; /* event numbers: bits, */
	unsigned		 unknown;	/* and how many */
};

/* What RUN is to be known of is there when the first record comes. */
void	raising_init(struct raising *, struct watching *run);
void	raising_fini(struct raising *);

/* The input of a source; of all before it they are known. */
void	raising_input(struct raising *, uint32_t source,
	    const struct input *);

/* Who the engine is to tell; without triggers if none may run. */
struct alert_out	raising_out(struct raising *, bool triggers);

/* For engine_on_unknown(); ARG is a raising. A number is told once. */
void	raising_unknown(void *arg, uint16_t event);

/*
 * The same that the engine tells, by somebody who has it from there: an alert
 * of the stream, of whose steps so many records are GONE; a trigger, with the
 * host of the trail, or NULL; a record that matched.
 */
void	raising_alert(struct raising *, struct stream *,
	    const struct sink_view *, size_t gone);
void	raising_trigger(struct raising *, const struct alert_trigger *,
	    const char *host);
void	raising_matched(struct raising *, struct slice record);

/* Does anybody show the records that led to an alert of these rules? */
bool	raising_steps_wanted(const struct raising *,
	    const struct program *);

/* What was told goes out. A failure is said and stops the run. */
void	raising_flush(struct raising *);

#endif
