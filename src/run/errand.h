/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * errand.h - a trigger that is to be run, as bytes for another process.
 *
 * It names the trigger by its number among those of the program, which all
 * processes have alike, and gives the values of the variables as texts. What
 * program is run, and with which words around the values, it cannot say.
 */
#ifndef RUN_ERRAND_H
#define RUN_ERRAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "engine/alert.h"
#include "rule/program.h"
#include "run/ledger.h"
#include "sink/exec.h"

#define ERRAND_MAX	(2u << 20)	/* bytes: what a record can fill */

struct errand {
	uint32_t		 rules;		/* as in ROLES_RULES */
	uint32_t		 number;	/* of the trigger */
	uint32_t		 auid, euid;	/* for their names */
	bool			 of_alert;	/* its evidence is wanted */
	uint8_t			 id[LEDGER_ID];
	struct exec_values	 values;	/* borrowed */
};

/* All triggers of a program, in the order of their rules and states. */
struct errands {
	const struct trigger	**triggers;
	struct alert_rule	*rules;		/* of each */
	size_t			 n;
};

void	errands_init(struct errands *, const struct program *);
void	errands_fini(struct errands *);

/* The number of a trigger of the program; errands.n: it is none. */
uint32_t errands_find(const struct errands *, const struct trigger *);

/* Append it. False when it is too long. */
bool	errand_put(struct buf *, const struct errand *);

/*
 * What the bytes are, no more and no less. False when they are none. The number
 * is to be compared with what there is. The values borrow from the bytes.
 */
bool	errand_take(struct errand *, struct slice);

#endif
