/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * triggers.h - runs the programs that rules name.
 *
 * No shell, an empty environment but for PATH, standard input from /dev/null,
 * a process group of its own, and limits: on the time one may take, on how many
 * run at once, and on how many a rule may start in a minute. What is refused is
 * counted and said once for each rule.
 */
#ifndef RUN_TRIGGERS_H
#define RUN_TRIGGERS_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "rule/program.h"
#include "sink/exec.h"

#define TRIGGERS_TIME_S		30u	/* what one may take */
#define TRIGGERS_RUNNING	8u	/* at once */
#define TRIGGERS_PER_MINUTE	10u	/* for each rule */
#define TRIGGERS_TIME_MAX_S	86400u	/* limits of the three above */
#define TRIGGERS_RUNNING_MAX	1000u
#define TRIGGERS_PER_MINUTE_MAX	10000u

struct triggers_options {
	unsigned	 time_s;
	unsigned	 running;
	unsigned	 per_minute;
	/* Standard output holds records (-b): what triggers say goes to
	 * standard error. */
	bool		 keep_stdout;
	struct ledger	*ledger;	/* or NULL: nothing is noted */
};

struct triggers_stats {
	uint64_t	 runs;
	uint64_t	 failures;	/* not started, ended badly or killed */
	uint64_t	 refusals;	/* over a limit, or without a value */
	uint64_t	 passed;	/* had run before the restart */
};

struct ledger;
struct triggers;

/* NULL when the system gives no signal events. */
struct triggers	*triggers_new(struct event_base *,
		    const struct triggers_options *);
void		 triggers_free(struct triggers *);	/* NULL is allowed */

/*
 * May this rule start one more now? Says and counts a refusal. Asked before the
 * values are looked up, which takes longer than to refuse.
 */
bool		 triggers_allow(struct triggers *, const struct alert_rule *);

/*
 * Start it, with the values in its words. ID is what a ledger knows it by (see
 * ledger.h): one that was started before an interruption is passed over, and
 * one that cannot be noted is refused. NULL without a ledger.
 */
void		 triggers_start(struct triggers *, const struct trigger *,
		    const struct alert_rule *, const struct exec_values *,
		    const uint8_t *id);

/* Does any word of the trigger hold this variable? */
bool		 triggers_uses(const struct trigger *, enum trigger_variable);

unsigned	 triggers_running(const struct triggers *);

/* Ask those that run to end, and kill what is left two seconds later. */
void		 triggers_stop(struct triggers *);

/*
 * Did one of them do this? True for its process id, while it lives and for
 * records up to the moment in which it was seen to have ended.
 */
bool		 triggers_own(const struct triggers *, uint32_t pid,
		    int64_t millis);

void		 triggers_stats(const struct triggers *,
		    struct triggers_stats *);
/* What each rule was refused, in lines. */
void		 triggers_end(const struct triggers *);

#endif
