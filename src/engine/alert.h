/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alert.h - what comes out of the engine.
 *
 * Everything is borrowed for the call in which it is handed over. Nothing here
 * needs the rule language: sinks are written against this file alone.
 */
#ifndef ENGINE_ALERT_H
#define ENGINE_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "bsm/record.h"

/* What an alert says of its rule. */
struct alert_rule {
	const char		*label;
	const char		*file;		/* where it is defined */
	unsigned		 line;
	int32_t			 priority;
	uint32_t		 serial;
	const char		*subject_type;	/* "auid", "euid"... */
	const char		*description;	/* or NULL, as the next ones */
	const char *const	*tags;		/* ends with NULL */
	const char		*reference;
	const char		*remedy;
	const char		*logfile;
	const uint32_t		*channels;
	size_t			 nchannels;
	const char		*scope;		/* "process", "session", NULL */
};

#define ALERT_STEPS_MAX 1000	/* kept of an instance: both ends, 500 each */

/* A record that took part. */
struct alert_step {
	uint32_t		 state;		/* from 1 */
	uint32_t		 source;
	uint64_t		 offset;	/* in its source, bytes; of a
						 * live one see engine_kept() */
	enum frame_quality	 quality;
	/*
	 * The record, when whoever runs the engine could fetch it; empty when
	 * it is gone or was not asked for.
	 */
	struct slice		 bytes;
};

/* A part of the key, or what a variable holds. */
struct alert_value {
	const char		*name;		/* of the field or variable */
	bool			 is_number, is_address;
	uint64_t		 number;
	struct slice		 bytes;		/* a text; 4 or 16 bytes */
	bool			 cut;		/* too long: BYTES.n alone */
};

struct alert {
	struct alert_rule	 rule;
	uint64_t		 uid[2];	/* see below; 0 if not wanted */
	int64_t			 seconds;	/* of the completing record */
	uint64_t		 fraction;	/* raw, as the record has it */
	int64_t			 millis;	/* the same time, by platform */
	int64_t			 first_millis;	/* of the first record */
	int64_t			 duration_s;	/* last minus first; signed */
	bool			 has_subject;	/* a subject token was there */
	uint32_t		 subject;	/* its id, of subject_type */
	bool			 has_scope;
	uint32_t		 scope;		/* pid or session */
	bool			 has_zone;
	struct slice		 zone;
	uint32_t		 source;
	/* What `scope` and `by` say, in this order; what was bound. */
	const struct alert_value *key, *bound;
	size_t			 nkey, nbound;
	uint64_t		 held_back;	/* by `cooldown` since the one
						 * before */
	/*
	 * Its last state was an `absent`: the times are those of its end, and
	 * LAST is the latest record that took part.
	 */
	bool			 absence;
	const struct record	*last;		/* the completing record */
	uint64_t		 records;	/* how many took part */
	struct alert_step	*steps;		/* in order; the pipeline may
						 * fill in their bytes */
	size_t			 nsteps;	/* up to ALERT_STEPS_MAX */
};

/*
 * `uid` is the same whenever the same records are read again with the same
 * rule: a hash of the rule's canonical text, the key, the bytes of the first
 * and the last record, and a count when all these are equal.
 */

struct trigger;

/* A state was entered that has a trigger. */
struct alert_trigger {
	const struct trigger	*trigger;
	const struct alert_rule	*rule;
	const struct record	*record;	/* the one that matched */
	uint32_t		 source;
	bool			 has_subject;
	uint32_t		 auid, euid;
	/*
	 * The path that the rule looked at, when the record has none of its
	 * own and its device and inode were seen with one.
	 */
	bool			 has_object;
	struct slice		 object;
	const struct alert	*alert;		/* of a last state, which
						 * was told before; or NULL */
};

/*
 * Who is told. Calls come in the order that bsmtrace 3.1 has: for each record
 * first the instances it advances, newest first, then the rules it starts,
 * last defined first. NULL functions are not called.
 */
struct alert_out {
	void	(*matched)(void *arg, const struct record *, uint32_t source);
	void	(*trigger)(void *arg, const struct alert_trigger *);
	void	(*alert)(void *arg, struct alert *);
	void	*arg;
};

#endif
