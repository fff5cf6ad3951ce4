/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests.h - criteria in the form in which judge.c asks them, made by
 * criteria.c. For these two alone.
 */
#ifndef SELECT_TESTS_H
#define SELECT_TESTS_H

#include "bsm/token.h"
#include "engine/ask.h"
#include "select/criteria.h"
#include "select/needle.h"
#include "select/pathlist.h"

#define BIT(criterion)	(UINT64_C(1) << (criterion))
#define EVENTS		65536u	/* numbers that an event can have */

/* What is known of an event number of a dialect. */
enum event_bits {
	EVENT_LISTED	= 1,	/* asked for by name or number */
	EVENT_SUCCESS	= 2,	/* of a class that is asked for, if it */
	EVENT_FAILURE	= 4	/* succeeded or failed */
};
#define EVENT_CLASS	(EVENT_SUCCESS | EVENT_FAILURE)

/* What a header tells of its record. */
enum head {
	HEAD_ASK,		/* not asked yet */
	HEAD_NO, HEAD_YES,	/* not wanted, wanted */
	HEAD_INSIDE,		/* it has to be looked into */
	HEAD_BAD		/* it cannot be read */
};

/* Kinds of IPC object, as the ipc token has them. */
enum ipc_kind { IPC_ANY, IPC_MSGQ, IPC_SEM, IPC_SHM };

/* How a token is asked. */
enum look_how {
	LOOK_ID,		/* four bytes are the value */
	LOOK_IPC_ID,		/* so, if the IPC object is of the kind */
	LOOK_IPC_KIND,		/* what an IPC permission that follows is of */
	LOOK_OUTCOME,		/* an error byte */
	LOOK_TEXT,		/* a counted string */
	LOOK_GROUPS,		/* the value is in a counted list */
	LOOK_GROUPS16,		/* or in one of sixteen */
	LOOK_SOCKET		/* the token has to be decoded */
};

/* One question to a token; those of one criterion stand together. */
struct look {
	enum criterion	 criterion;
	enum look_how	 how;
	uint8_t		 at;		/* of the member in the token, bytes */
	uint8_t		 ipc;		/* enum ipc_kind */
};
#define LOOKS_MAX	160	/* of all tokens; all criteria make 126 */

struct socket_wanted {
	bool		 is_port;
	uint64_t	 port;
	struct slice	 address;	/* of `bytes`, 4 or 16 */
	uint8_t		 bytes[16];
};

struct criteria {
	const struct names	*names;
	const struct accounts	*accounts;
	uint64_t		 need;		/* BIT() of all given */
	uint64_t		 deep;		/* not told by the header */
	bool			 every, invert;
	bool			 outcome;	/* classes ask for it */
	enum criteria_ids	 ids;
	int64_t			 from, until;

	/* By event_index(): enum event_bits, and enum head once asked for. */
	uint8_t			*events, *heads;
	uint8_t			 dialects[256];	/* by version */
	bool			 unsure;	/* see criteria_unsure() */

	uint32_t		 values[CRITERIA];
	char			*texts[CRITERIA];
	bool			 user_is_id;	/* of CRIT_USER */
	struct pathlist		*paths;
	struct socket_wanted	 socket;

	const struct program	*where;
	struct ask		*ask;		/* the same program */

	struct needles		 needles;	/* of one that is deep */

	struct look		 looks[LOOKS_MAX];
	size_t			 nlooks;
	bool			 alone;	/* one simple look at any token, and
					 * all of one criterion */
	struct by_id {
		uint8_t	 size;		/* bytes; 0: see token_size_slow() */
		uint8_t	 first, count;	/* of `looks`: what to ask it */
		uint8_t	 how, at;	/* of the first of them */
		bool	 simple;	/* it is one at an id or a text */
		uint16_t mask;		/* as that of a token_sizing */
	}			 by_id[256];
};

/* Where a header of this version and event number is looked up. */
static inline size_t
event_index(const struct criteria *c, uint8_t version, uint16_t number)
{
	return (size_t)c->dialects[version] * EVENTS + number;
}

#endif
