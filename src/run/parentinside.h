/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parentinside.h - what the files of the parent share.
 */
#ifndef RUN_PARENTINSIDE_H
#define RUN_PARENTINSIDE_H

#include "run/aside.h"
#include "run/errand.h"
#include "run/hand.h"
#include "run/herald.h"
#include "run/lectern.h"
#include "run/ledger.h"
#include "run/parent.h"
#include "run/self.h"
#include "run/supervisor.h"

#define PARENT_SIGNALS_MAX	8u

struct parent {
	const struct parent_options	*o;
	struct pipeline_result		*result;
	struct event_base		*base;
	struct event			*signals[PARENT_SIGNALS_MAX];
	struct event			*limit;		/* of the stop */
	struct hand			*worker, *courier;
	struct herald			**heralds;	/* by input; or NULL */
	struct triggers			*triggers;	/* or NULL */
	struct triggers_stats		 told;		/* to the worker */
	struct lectern			*lectern;	/* rules are read */
	bool				 read_again;	/* and once more, */
	bool				 waits;		/* which was said */
	struct bundle			*bundle;	/* newer; or NULL */
	struct program			*program;	/* the same: outlines */
	struct program			*program_before;
	struct errands			 errands, before;
	/* As in ROLES_RULES: whose the errands are, and those before... */
	uint32_t			 rules, rules_before;
	uint32_t			 rules_given;	/* of the bundle, */
	uint32_t			 rules_heard;	/* the courier's, */
	uint32_t			 rules_refused;	/* not had; or 0 */
	struct self			 self;
	struct supervisor		 supervisor;
	struct aside			*aside;
	int				 place;
	bool				 worker_ready, courier_ready;
	bool				 began;		/* both were, once */
	bool				 again;		/* both are to be */
	bool				 settle;	/* the worker waits */
	bool				 done;		/* it has said so */
	bool				 stop;
};

/* The roles: parentroles.c. */
void	parent_start_worker(void *parent);
void	parent_start_courier(void *parent);
/* Those that are not there; the courier first, since it has the rows. */
void	parent_start_both(void *parent);
/* The worker's door is closed: what it is to read. */
void	parent_begin_worker(struct parent *);
/* Each turn. False when all is over. */
bool	parent_look_after(struct parent *);
void	parent_free_heralds(struct parent *);

/* What they say: parentheard.c. */
void	parent_on_worker(void *parent, const struct message *);
void	parent_on_courier(void *parent, const struct message *);
/* What became of triggers, when the worker has not heard of it yet. */
void	parent_tell_triggers(struct parent *);
/* No trigger runs any more: if so, say it, to whom it waits. */
void	parent_settle(struct parent *);
struct ledger *parent_ledger(const struct parent *);	/* or NULL */

/* The rules: parentrules.c. */
void	parent_give_rules(const struct parent *, struct hand *);
/* They are to be read again: now, or as soon as may be. */
void	parent_read_rules(struct parent *);
/* What the courier says now is of these. */
void	parent_hear_rules(struct parent *, uint32_t rules);
/* The worker keeps these; and a new one has what is given to it. */
void	parent_keep_rules(struct parent *, uint32_t rules);
void	parent_renew_rules(struct parent *);
/* Each turn: have they been? */
void	parent_look_for_rules(struct parent *);
/* Nobody wants them any more. */
void	parent_leave_rules(struct parent *);
void	parent_free_rules(struct parent *);

#endif
