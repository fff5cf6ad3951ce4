/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outward.h - who takes what the engine has told: alerts and triggers.
 *
 * In one process these are sinks and triggers themselves; in the worker it is a
 * channel to the courier (run/worker.h). Calls come in the order in which
 * things happened.
 */
#ifndef RUN_OUTWARD_H
#define RUN_OUTWARD_H

#include <stdbool.h>

#include "engine/alert.h"
#include "sink/format.h"
#include "sink/sink.h"
#include "run/ledger.h"
#include "run/spill.h"
#include "run/triggers.h"

struct watching;

struct outward_stats {
	struct sinks_stats	 sinks;
	struct triggers_stats	 triggers;
	struct spill_stats	 waiting;	/* alerts on their way */
};

struct outward {
	void	(*alert)(void *arg, const struct sink_view *);
	/* HOST: of the trail, or NULL. */
	void	(*trigger)(void *arg, const struct alert_trigger *,
		    const char *host);
	/* Somebody is going to wait: nothing may lie around. */
	void	(*flush)(void *arg);
	/* Before the end: all is written, and no trigger runs any more. */
	void	(*settle)(void *arg);
	/* Add what they count, and what waits for them. */
	void	(*stats)(void *arg, struct outward_stats *);
	void	*arg;
};

/* The one for one process: sinks and triggers of the run. */
struct outward	outward_direct(struct watching *);

/* What sinks of this process count, with lines for syslog; or NULL. */
struct scribe;
void		outward_waiting(const struct sinks *, struct scribe *,
		    struct outward_stats *);

/* What a ledger knows this trigger by. */
void		outward_id(const struct watching *,
		    const struct alert_trigger *, uint8_t id[LEDGER_ID]);

#endif
