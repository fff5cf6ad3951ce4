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

/*
 * What of a record a predicate, a key or a variable asks for. fields.h has
 * their words. Those up to FIELD_RGID are in the order of enum record_id.
 */
enum rule_field {
	/* of the subject token */
	FIELD_AUID, FIELD_EUID, FIELD_EGID, FIELD_RUID, FIELD_RGID,
	FIELD_PID, FIELD_SESSION, FIELD_TERMINAL,
	/* of the attribute token */
	FIELD_OWNER, FIELD_GROUP, FIELD_MODE, FIELD_DEVICE, FIELD_INODE,
	/* of the return token */
	FIELD_ERRNO, FIELD_RETURN,
	/* of tokens that may come several times */
	FIELD_OBJECT, FIELD_ADDRESS, FIELD_PORT, FIELD_TEXT, FIELD_COMMAND,
	FIELD_ENVIRONMENT, FIELD_ARGUMENT,
	/* of the record as a whole */
	FIELD_EVENT, FIELD_ZONE, FIELD_HOST, FIELD_TIME, FIELD_DAY,
	/* of the process that made it, as far as the engine knows it */
	FIELD_PPID, FIELD_IMAGE, FIELD_PARENT, FIELD_ANCESTOR, FIELD_LINEAGE,
	FIELDS				/* none of them */
};

/* What the value of a field is; those of unlike kinds are never compared. */
enum field_kind {
	KIND_USER, KIND_GROUP,		/* 32 bits */
	KIND_NUMBER,			/* 64 bits, no sign */
	KIND_ERRNO,			/* of the record's own system */
	KIND_PORT, KIND_ADDRESS, KIND_PATH, KIND_TEXT, KIND_EVENT, KIND_TIME
};

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

/*
 * Sets of the second edition, for whatever field. OBJECT_PATH and OBJECT_PCRE
 * are here too when they are not the plain `object` of a state.
 */
enum match_type {
	MATCH_ID, MATCH_PREFIX, MATCH_PCRE, MATCH_EXACT, MATCH_DIR, MATCH_GLOB,
	MATCH_TEXT, MATCH_ADDRESS, MATCH_RANGE, MATCH_ERRNO
};
struct range {
	uint64_t		 low, high;	/* both included */
};
/* An address, as 16 bytes; IPv4 as ::ffff:a.b.c.d; bits from the first. */
struct network {
	uint8_t			 bytes[16];
	uint8_t			 bits;
};
struct match_set {
	enum match_type		 type;
	/* By type: */
	const uint32_t		*ids;		/* sorted */
	const struct slice	*entries;	/* text of all others, as
						 * written, no duplicates */
	const struct range	*ranges;	/* sorted, apart */
	const struct network	*networks;
	const uint8_t		*errors[DIALECTS]; /* numbers, sorted */
	size_t			 n;
	size_t			 nerrors[DIALECTS];
};

enum pred_kind {
	PRED_SET,	/* a value of the field is in the set */
	PRED_NUMBER,	/* compare with `number` */
	PRED_RANGES,	/* is in one of the ranges, as MATCH_RANGE */
	PRED_CLOCK,	/* time of day in low..high, minutes; may wrap */
	PRED_DAY,	/* bit of the weekday in `number`; bit 0 is Sunday */
	PRED_FIELD,	/* compare with another field */
	PRED_BOUND,	/* compare with a bound variable */
	PRED_NONE,	/* the record has no such field */
	PRED_NEW,	/* not seen before */
	PRED_EITHER	/* one of the blocks holds */
};
enum compare { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_GT, COMPARE_BITS,
	COMPARE_IN };		/* equals, or lies below: paths */
/* Which of several values: see language of each field in bsmtrace.conf(5). */
enum quantifier { WHICH_LAST, WHICH_ANY, WHICH_ALL };

#define PART_ALL	UINT32_MAX	/* the words of a command together */
#define VARIABLES_MAX	8u		/* of a sequence */

/*
 * A predicate. Equal ones are one: what it says of a record is asked once,
 * unless it looks at variables. A test over a field that the record lacks is
 * false, negated or not.
 */
struct predicate {
	enum pred_kind		 kind;
	enum rule_field		 field;
	enum quantifier		 which;
	uint32_t		 part;		/* of a command; or PART_ALL */
	bool			 negated;
	bool			 bound;		/* it, or one within, looks at
						 * a variable */
	enum compare		 compare;
	uint64_t		 number;
	uint32_t		 set;		/* match_set */
	enum rule_field		 other;		/* of PRED_FIELD */
	uint32_t		 variable;	/* of PRED_BOUND */
	/* Of FIELD_ARGUMENT: its text, or with NULL its position. */
	const char		*argument;
	uint32_t		 position;
	uint16_t		 from, until;	/* of PRED_CLOCK, minutes */
	/* Of PRED_NEW: by these fields, in this time, after that learning. */
	const enum rule_field	*by;
	size_t			 nby;
	int64_t			 window_ms, learning_ms;
	/* Of PRED_EITHER. */
	const struct state	*blocks;
	size_t			 nblocks;
};

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
	bool			 not_object;
	uint32_t		 events;	/* event_set; or NONE if any */
	enum test_status	 status;
	uint32_t		 objects;	/* object_set, or NONE */
	/* Of the second edition: */
	const uint32_t		*alerts;	/* rules whose alert it waits
						 * for, ascending; or NULL */
	size_t			 nalerts;
	enum rule_field		 distinct;	/* of a multiplier; or FIELDS */
	int64_t			 window_ms;	/* of a multiplier; -1: none */
	const uint32_t		*predicates;	/* of the program; the cheap
						 * ones first */
	/* And what is asked of it whenever it is met, which lies together: */
	size_t			 npredicates;
	int64_t			 within_ms;	/* -1: none */
	int64_t			 absent_ms;	/* -1: none */
	const struct bind	*binds;
	size_t			 nbinds;
	bool			 or_more;	/* of a multiplier */
	/* Of both: */
	uint32_t		 multiplier;	/* 1 and up */
	const struct trigger	*trigger;	/* or NULL */
};

/* `bind $x any object`: what a record that meets the state leaves behind. */
struct bind {
	uint32_t		 variable;	/* of the rule */
	enum rule_field		 field;
	uint32_t		 part;		/* of a command; or PART_ALL */
	enum quantifier		 which;		/* LAST, or ANY: each */
};

struct variable {
	const char		*name;		/* without its '$' */
	enum field_kind		 kind;
	uint32_t		 state;		/* that binds it, from 0 */
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

#define RULE_STATES_MAX	16383u	/* of a sequence: 14 bits of what lives */

struct rule {
	const char		*label;		/* any bytes but NUL */
	const char		*file;		/* where it is defined */
	unsigned		 line;
	uint64_t		 id;		/* hash of its text in normal
						 * form; rules alike count up
						 * from it */

	enum subject		 subject;
	bool			 any_subject;
	bool			 not_subject;
	uint32_t		 subjects;	/* id_set; NONE if any */

	unsigned		 window_prob;	/* percent, 1 to 100 */
	int32_t			 priority;
	uint32_t		 serial;
	enum scope		 scope;
	const char		*zone_pattern;

	const char		*logfile;	/* or NULL: the default */
	const uint32_t		*channels;	/* indexes, last named first */
	size_t			 nchannels;
	bool			 enabled;

	/* What is asked of it by each record that concerns it lies together. */
	enum zone_mode		 zone;
	int64_t			 timeout_s;	/* 0: for ever */
	int64_t			 window_s;	/* of timeout-window; 0: none */
	const struct state	*states;
	size_t			 nstates;	/* 1 and up */

	/*
	 * Of the second edition. NEW_LIFE: it lives by partial matches, as
	 * bsmtrace.conf(5) tells, and not as it always did. Blocks to cancel
	 * and to except are states of which only the predicates count.
	 */
	bool			 new_life;
	bool			 strict, any_order, across_hosts, by_none;
	bool			 awaited;	/* by an `event <alert>` */
	size_t			 ncancels, nexcepts, nvariables;
	const struct state	*cancels, *excepts;
	const struct variable	*variables;
	const enum rule_field	*by;		/* besides the subject */
	size_t			 nby;
	int64_t			 cooldown_ms;	/* 0: none */

	const char		*description;	/* or NULL, as the next ones */
	const char *const	*tags;		/* ends with NULL */
	const char		*reference;
	const char		*remedy;
};

/* What becomes of device and inode when a path goes: `options`. */
enum path_cache { PATH_CACHE_CLASSIC, PATH_CACHE_FOLLOW, PATH_CACHE_OFF };

struct tzif;				/* base/tzif.h */

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
	const struct match_set	*match_sets;
	size_t			 nmatch_sets;
	const struct predicate	*predicates;
	size_t			 npredicates;
	enum path_cache		 path_cache;
	const struct tzif	*timezone;	/* or NULL: the program's */
	bool			 wants_processes; /* any rule asks who ran it */
	/* Names of all log files that rules ask for, without duplicates. */
	const char *const	*logfiles;
	size_t			 nlogfiles;
};

void	program_free(struct program *);		/* NULL is allowed */

/* A listing of everything in it, for tests and for whoever hunts a fault. */
struct buf;
void	program_list(const struct program *, struct buf *);

/* What rules call a field. */
const char	*program_field_word(enum rule_field);

/* Is the number in the set, for records of this dialect? Binary search. */
bool	event_set_has(const struct event_set *, enum dialect, uint16_t number);
bool	id_set_has(const struct id_set *, uint32_t id);

#endif
