/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.h - a compiled rule set: what the engine runs.
 *
 * Everything is resolved: names are numbers for each dialect, sets are sorted
 * and shared, multipliers are counters. A program is immutable, lives in one
 * arena and knows neither files nor records. Rules stand in the order in which
 * they were defined; sets are referred to by index.
 */
#ifndef RULE_PROGRAM_H
#define RULE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "bsm/names.h"

#define PROGRAM_NONE	UINT32_MAX	/* no such set */

/* Which id of the subject token is the subject of a rule. */
enum subject {
	SUBJECT_AUID, SUBJECT_EUID, SUBJECT_EGID, SUBJECT_RUID, SUBJECT_RGID
};					/* the order of enum record_id */

/* Users or groups: sorted, no duplicates. */
struct id_set {
	const uint32_t	*ids;
	size_t		 n;
};

/*
 * Audit events, sorted, for each dialect. A set of classes becomes the events
 * of these classes; negated, the known events outside them, so that an event
 * number that no table has matches neither.
 */
struct event_set {
	const uint16_t	*numbers[DIALECTS];
	size_t		 n[DIALECTS];
	bool		 classes;	/* made from audit classes */
};

enum object_type { OBJECT_PATH, OBJECT_PCRE };

/* Path prefixes, or patterns: in the order of the rule file, no duplicates. */
struct object_set {
	enum object_type	 type;
	const struct slice	*entries;
	size_t			 n;
};

enum test_status { STATUS_ANY, STATUS_SUCCESS, STATUS_FAILURE };

/* How a trigger's words are put together when it runs. */
enum piece_kind { PIECE_TEXT, PIECE_VARIABLE };
enum trigger_variable {
	VAR_SUBJECT, VAR_ESUBJECT, VAR_OBJECT, VAR_RULE, VAR_PRIORITY, VAR_PID,
	VAR_SESSION, VAR_ADDRESS, VAR_ZONE, VAR_HOST, VAR_TIME, VAR_EVIDENCE,
	VAR_UID
};
struct piece {
	enum piece_kind		 kind;
	const char		*text;		/* of PIECE_TEXT */
	enum trigger_variable	 variable;
};
struct word {
	const struct piece	*pieces;
	size_t			 n;
};
struct trigger {
	const char		*text;		/* as written */
	const struct word	*words;		/* the first is the program */
	size_t			 n;
};

struct state {
	bool			 never;		/* `any` and `not SET` */
	bool			 any_event;
	bool			 not_event;	/* of `events` */
	uint32_t		 events;	/* event_set; or NONE if any */
	enum test_status	 status;
	bool			 not_object;
	uint32_t		 objects;	/* object_set, or NONE */
	uint32_t		 multiplier;	/* 1 and up */
	const struct trigger	*trigger;	/* or NULL */
};

enum zone_mode { ZONE_FREE, ZONE_NONE, ZONE_ANY, ZONE_PATTERN };
enum scope { SCOPE_GLOBAL, SCOPE_PROCESS, SCOPE_SESSION };

enum channel_type { CHANNEL_STDERR, CHANNEL_SYSLOG, CHANNEL_BSM };

/* A log-channel of the 1.4 language. */
struct channel {
	const char		*name;
	enum channel_type	 type;
	int			 priority;	/* syslog: facility and level */
	const char		*directory;	/* bsm; or NULL */
};

struct rule {
	const char		*label;		/* any bytes but NUL */
	const char		*file;		/* where it is defined */
	unsigned		 line;
	uint64_t		 id;		/* hash of `canonical`; rules
						 * alike count up from it */
	const char		*canonical;	/* its text, normal form */

	enum subject		 subject;
	bool			 any_subject;
	bool			 not_subject;
	uint32_t		 subjects;	/* id_set; NONE if any */

	int64_t			 timeout_s;	/* 0: for ever */
	int64_t			 window_s;	/* of timeout-window; 0: none */
	unsigned		 window_prob;	/* percent, 1 to 100 */
	int32_t			 priority;
	uint32_t		 serial;
	enum scope		 scope;
	enum zone_mode		 zone;
	const char		*zone_pattern;

	const struct state	*states;
	size_t			 nstates;	/* 1 and up */

	const char		*logfile;	/* or NULL: the default */
	const uint32_t		*channels;	/* indexes, last named first */
	size_t			 nchannels;
	bool			 enabled;

	const char		*description;	/* or NULL, as the next ones */
	const char *const	*tags;		/* ends with NULL */
	const char		*reference;
	const char		*remedy;
};

struct program {
	const struct rule	*rules;
	size_t			 nrules;
	const struct id_set	*id_sets;
	size_t			 nid_sets;
	const struct event_set	*event_sets;
	size_t			 nevent_sets;
	const struct object_set	*object_sets;
	size_t			 nobject_sets;
	const struct channel	*channels;
	size_t			 nchannels;
	/* Names of all log files that rules ask for, without duplicates. */
	const char *const	*logfiles;
	size_t			 nlogfiles;
};

void	program_free(struct program *);		/* NULL is allowed */

/* A listing of everything in it, for tests and for whoever hunts a fault. */
struct buf;
void	program_list(const struct program *, struct buf *);

/* Is the number in the set, for records of this dialect? Binary search. */
bool	event_set_has(const struct event_set *, enum dialect, uint16_t number);
bool	id_set_has(const struct id_set *, uint32_t id);

#endif
