/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.h - which triggers were started, so that none is started twice.
 *
 * After an interruption the records behind the last checkpoint come again, and
 * with them the triggers. DIR/triggers holds an id of each that was started
 * since a checkpoint that is durable, noted before it was started: what was
 * noted last may not have run, but nothing runs twice.
 */
#ifndef RUN_LEDGER_H
#define RUN_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

#define LEDGER_NAME	"triggers"
#define LEDGER_ID	16u		/* bytes */
#define LEDGER_MAX	(1u << 20)	/* ids; more are not noted */

struct ledger;

/*
 * Open it, or make it. Returns NULL with words for what is wrong appended to
 * WHY. DIR is the caller's and must be there as long.
 */
struct ledger	*ledger_open(const char *dir, struct buf *why);
void		 ledger_close(struct ledger *);		/* NULL is allowed */

/*
 * Note a start. True when it is durable: it may be started now. False with
 * errno 0: it was started before the interruption. Any other errno: it cannot
 * be noted, and so must not be started. An id that came several times was
 * started as often.
 */
bool		 ledger_start(struct ledger *, const uint8_t id[LEDGER_ID]);

/*
 * What was read since the last checkpoint that is durable is read again: the
 * starts since then are those of before an interruption.
 */
void		 ledger_again(struct ledger *);

/* Ids of before the interruption that have not come again. */
size_t		 ledger_left(const struct ledger *);

/* The checkpoint of this moment begins... */
void		 ledger_mark(struct ledger *);
/* ...and is durable, the last that began: what it knows is forgotten. */
void		 ledger_durable(struct ledger *);

/*
 * What an id is made of. Starts that are alike in all of it have the same, and
 * are told apart by their number. The name of the trail is not in it, for that
 * changes when the trail ends.
 */
struct ledger_start {
	uint64_t	 rule;		/* its id */
	uint32_t	 state;		/* from 0 */
	struct slice	 record;
	uint64_t	 uid[2];	/* of the alert; 0 without */
};

void		 ledger_id(uint8_t id[LEDGER_ID], const struct ledger_start *);

#endif
