/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roles.h - the processes of one `watch`, and what they may say to each other.
 *
 * The parent opens things, starts the others and runs triggers; it reads
 * nothing that comes from a record or a rule. The worker reads trails by
 * descriptors that it is given, and has rules; it can open nothing. The courier
 * has the sinks. A reader lives for as long as rules are read: it says what is
 * wrong with them, and what of them concerns the parent. Each is this program,
 * executed again, and talks over a run/channel.h to each of the others; a
 * reader to the parent alone.
 *
 * A table has a row for each message: who may say it to whom, how long it is,
 * and whether a descriptor comes with it. Whoever says anything else is taken
 * to be in other hands, and ended.
 */
#ifndef RUN_ROLES_H
#define RUN_ROLES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "bsm/cursor.h"
#include "run/channel.h"

enum role { ROLE_PARENT, ROLE_WORKER, ROLE_COURIER, ROLE_READER };

#define ROLES_CHANNEL_FD	3	/* to the parent, in a new process */

/* Who speaks to whom: bits. */
enum roles_way {
	PARENT_TO_WORKER	= 1 << 0,
	PARENT_TO_COURIER	= 1 << 1,
	WORKER_TO_PARENT	= 1 << 2,
	COURIER_TO_PARENT	= 1 << 3,
	WORKER_TO_COURIER	= 1 << 4,
	COURIER_TO_WORKER	= 1 << 5,
	PARENT_TO_READER	= 1 << 6,
	READER_TO_PARENT	= 1 << 7
};

/* Texts are as roles_text() has them, numbers big-endian. */
enum roles_type {
	/* From the parent, at the start. */
	ROLES_FILE = 1,		/* kind (1), name: a file of the rules... */
	ROLES_PIECE,		/* ...and its bytes, in pieces; or of what was
				 * asked for: see ROLES_SHOW */
	ROLES_HERE,		/* the directory that paths begin at */
	ROLES_PLACE,		/* of run/spot.h */
	ROLES_PEER,		/* a channel to the other role; again, when
				 * that was started again */
	ROLES_START,		/* session: 1 if there is one (1), its number,
				 * the parent's process, and the rules as in
				 * ROLES_RULES (4 each) */
	/* From the parent to the worker. */
	ROLES_INPUT,		/* see input_message() of run/worker.c */
	ROLES_POISON,		/* what, trail, from, until (4, 8, 8, 8) of
				 * run/poison.h, name of a file: its
				 * descriptor comes with it */
	ROLES_INPUTS_END,	/* all of them are there */
	ROLES_BEGUN,		/* input, trail (4 each), start, end (8 each),
				 * how (4), path, host */
	ROLES_ENDED,		/* input, trail */
	ROLES_GROWN,		/* input */
	ROLES_LOOKED,		/* input */
	ROLES_OPENED,		/* errno (4); 0: with the trail */
	ROLES_LOOK_SAYS,	/* known (1), changed when (8), bytes (8) */
	ROLES_FIGURES,		/* say a line of figures */
	ROLES_SETTLED,		/* no trigger runs: runs, failures, refusals
				 * (8 each) */
	ROLES_TRIGGERS,		/* the same, on the way */
	/* From the parent to the courier. */
	ROLES_REOPEN,		/* the log files */
	ROLES_NAMED,		/* found (1), the name */
	ROLES_MARKED,		/* number (8): triggers until now are noted */
	/* From the parent to both. */
	ROLES_STOP,
	/* From the parent to both, behind the files of other rules; from the
	 * worker to the courier, and then from there to the parent: what comes
	 * now is of these. From the worker to the parent: it keeps these, and
	 * cannot have the others. */
	ROLES_RULES,		/* the how manieth since the start (4) */
	/* From the parent to the reader. */
	ROLES_SHOWN,		/* errno (4), and what there is (8): the bytes
				 * of a file, the number of a user */
	/* From all to the parent. */
	ROLES_READY,
	ROLES_SAY,		/* level (1), a line for the log */
	/* From the reader to the parent. */
	ROLES_SHOW,		/* what (1), as in run/lectern.h; its name */
	ROLES_MORE,		/* the next piece of that file */
	ROLES_FAULTS,		/* lines about what is wrong with the rules */
	ROLES_LOG_FILE,		/* run/outline.h, as the next ones */
	ROLES_LOG_CHANNEL,
	ROLES_RULE,
	ROLES_RULE_TRIGGER,
	ROLES_JUDGED,		/* the rules are good (1); that was all */
	/* From the worker to the parent. */
	ROLES_OPEN,		/* input, trail (4 each) */
	ROLES_LOOK,		/* the same: how is it? */
	ROLES_SETTLE,		/* tell when no trigger runs any more */
	ROLES_ALIVE,
	ROLES_ASIDE,		/* what, trail, from (4, 8, 8) of a poison:
				 * its bytes are kept */
	ROLES_DONE,		/* failed, bsd (1 each), gaps, alerts (8) */
	/* From the worker to the courier. */
	ROLES_ALERT,		/* number (8), a parcel */
	ROLES_ERRAND,		/* run/errand.h */
	ROLES_ASK,		/* number (8): tell when all is written */
	ROLES_METRICS,		/* the figures, as they are told */
	ROLES_ROWS_WANTED,	/* what is remembered, of the worker's */
	ROLES_ROWS_LOADED,	/* nothing: it is; or words why it is not */
	ROLES_MARK,		/* number (8), wait for it (1): a checkpoint of
				 * this moment; the worker's rows come through
				 * the descriptor, by checkpoint_send() */
	/* From the courier to the worker. */
	ROLES_TOLD,		/* number (8) of the last alert, of the last
				 * question (8), lost, missing (8 each); what
				 * waits there: items, bytes, those on disk
				 * (8 each) */
	ROLES_ROW,		/* section, page (4 each), bytes */
	ROLES_ROWS_END,		/* good (1): that was all */
	ROLES_GOES_ON,		/* with that (1); number and time of the last
				 * checkpoint (8 each) */
	/* From the courier to the parent. */
	ROLES_RUN,		/* run/errand.h */
	ROLES_WHO,		/* group, not user (1), number (4) */
	ROLES_ACCUSE,		/* the worker said what is none of these */
	ROLES_MARKING,		/* number (8): a checkpoint is of this moment */
	/* From the courier to both. */
	ROLES_DURABLE,		/* number (8): it is (1); rows, bytes, written,
				 * microseconds (8 each) */
	ROLES_TYPES
};

#define ROLES_ALERT_MAX	(CHANNEL_QUEUE_MAX - 65536)	/* bytes of a parcel */
#define ROLES_PIECE_MAX	(1u << 20)	/* bytes of a file at once */
#define ROLES_SAY_MAX	4096u		/* bytes of a line */
#define ROLES_TEXT_MAX	65536u		/* bytes of paths and such */
#define ROLES_MAX	CHANNEL_QUEUE_MAX	/* of any message */

/*
 * NULL if this message may go this way. Else words for what is wrong with it,
 * borrowed; its descriptor is still the caller's.
 */
const char	*roles_check(enum roles_way, const struct message *);

/* The name of a message, or of a role: for messages to people. */
const char	*roles_type_name(uint32_t type);
const char	*roles_name(enum role);

/* Which way a role speaks to the parent, and hears from it. */
enum roles_way	 roles_up(enum role);
enum roles_way	 roles_down(enum role);

/* What a process is, by the name it was started under, and that name. */
enum role	 roles_of(const char *argv0);
const char	*roles_argv0(enum role);

/*
 * Send, and wait while there is no room. What may not be said is not sent: that
 * is a fault of ours. Returns 0, or CHANNEL_E*; the descriptor is closed in
 * any case.
 */
int		 roles_send(struct channel *, enum roles_way, uint32_t type,
		    const struct buf *bytes, int fd);

/*
 * The next message that may go this way, and was received: 1, or 0. Else
 * CHANNEL_E*, with *WHY, borrowed, in words; what may not be said is
 * CHANNEL_EBAD.
 */
int		 roles_next(struct channel *, enum roles_way,
		    struct message *, const char **why);

/* A text with its length, which counts its NUL; nothing but that for NULL. */
void		 roles_text(struct buf *, const char *);
/* Borrowed; NULL if there is none, or after an error of the cursor. */
const char	*roles_take_text(struct cursor *);
bool		 roles_taken(const struct cursor *);	/* all of it, well */

#endif
