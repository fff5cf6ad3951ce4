/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inside.h - what the files of the engine share with each other.
 *
 * engine.c takes a record and hands it round: classic.c knows how sequences in
 * old words live, life.c those of the second edition, order.c those whose
 * states come in any order. What they find is told by raise.c. Nobody outside
 * of this folder includes this file.
 */
#ifndef ENGINE_INSIDE_H
#define ENGINE_INSIDE_H

#include "base/arena.h"
#include "base/mem.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/patterns.h"
#include "base/ring.h"
#include "engine/ask.h"
#include "engine/bound.h"
#include "engine/cooldown.h"
#include "engine/deadline.h"
#include "engine/engine.h"
#include "engine/eval.h"
#include "engine/fate.h"
#include "engine/index.h"
#include "engine/partial.h"
#include "engine/past.h"
#include "engine/pathcache.h"
#include "engine/procs.h"
#include "engine/seq.h"
#include "engine/shape.h"
#include "engine/step.h"
#include "engine/tally.h"
#include "engine/timer.h"
#include "engine/trace.h"
#include "engine/uid.h"

/* A clock: of a source, or of all of them together (`across hosts`). */
struct watch {
	struct timer	 seconds;	/* latest times, for `timeout` */
	struct timer	 millis;	/* and for `within` */
	struct deadlines absences;
};

struct source {
	struct watch	 watch;
	bool		 live;
	bool		 begun;		/* a record of it was read */
	bool		 has_host;
	struct buf	 host;
	uint64_t	 host_hash;
};

/* What a set of patterns says of a path. */
enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

/*
 * What a record does besides beginning something: in the old life it advances
 * an instance, in the new one it has met a state of a rule.
 */
struct touched {
	uint64_t	 start;		/* of the oldest that it advances */
	uint32_t	 rule;
	uint32_t	 number;	/* of the instance; of what was met */
	bool		 new_life;
};

/* A state that was met, to be told when its turn has come. */
struct met {
	uint32_t	 rule, state;
	bool		 alert;		/* the last one: the rest is there */
	uint32_t	 origin, past;	/* both held */
	uint32_t	 bound;		/* the same */
	uint64_t	 key;
};

/* A key in which a strict rule has to be tidied. */
struct strict {
	uint32_t	 rule;
	uint64_t	 key;
};

/* One rule and the key of the record in it. */
struct scene {
	struct engine	*e;
	const struct rule *r;
	uint32_t	 rule;
	uint64_t	 key;		/* hash of both */
	const struct value *nothing;	/* no variable is bound */
};

struct engine {
	const struct program	*program;
	const struct names	*names;
	struct engine_options	 options;
	struct alert_out	 out;
	struct index		*index;
	struct patterns		*patterns;
	struct pathcache	*paths;		/* NULL: nobody asks */
	struct fates		 fates;	/* what removes and renames */
	struct ask		*ask;
	struct procs		*procs;		/* NULL: nobody asks */
	struct seqs		*seqs;
	struct steps		*steps;
	struct ring		*kept;		/* records, see kept.c */
	struct uids		*uids;
	struct cooldowns	*cooldowns;
	struct hash_key		 seed;
	struct source		*sources;
	size_t			 nsources, sources_cap;
	struct watch		 all;		/* of all sources */
	bool			 wants_all;	/* a rule is across hosts */
	bool			 wants_millis;	/* a rule says `within` */
	uint32_t		*first_state;	/* of each rule: in the next */
	uint32_t		*waiting;	/* instances in each state */
	struct shape		*shapes;	/* of each state */
	uint64_t		 ordinal;	/* of the record or absence */
	uint32_t		 sweep_at;
	struct engine_stats	 stats;
	void			(*on_unknown)(void *, uint16_t);
	void			*unknown_arg;
	struct trace		 trace;		/* no step: nobody follows */

	/* The new life. */
	struct partials		*partials;
	struct pasts		 pasts;
	struct bounds		 bounds;
	struct tallies		*tallies;
	uint32_t		 life_sweep_at;
	uint8_t			 held[VARIABLES_MAX][VALUE_TEXT_MAX];
	uint32_t		*candidates;	/* scratch: partial matches */
	size_t			 ncandidates, candidates_cap;
	struct met		*mets;
	size_t			 nmets, mets_cap;
	struct met		*firsts;	/* last rule first */
	size_t			 nfirsts, firsts_cap;
	struct strict		*stricts;
	size_t			 nstricts, stricts_cap;
	uint32_t		*alerted;	/* rules others wait for */
	size_t			 nalerted, alerted_cap;
	uint64_t		*alerted_at;	/* by rule: heard then */

	/* Of the record being read. */
	struct record		*record;
	uint32_t		 source;
	int64_t			 millis;	/* of now: it, or the end of */
	int64_t			 seconds;	/* an absence */
	bool			 absent;	/* it is a copy, and late */
	struct object		 object;
	bool			 has_zone;
	struct slice		 zone;
	uint64_t		 zone_hash;	/* 0: not made yet */
	uint64_t		 kept_at;	/* where the ring has it */
	bool			 is_kept;
	uint64_t		*asked;		/* per object set: ordinal */
	enum answer		*answered;	/* and the answer */
	struct touched		*touched;
	size_t			 ntouched, touched_cap;
	uint64_t		*completed;	/* by rule: by which record */
	struct alert_step	*alert_steps;
};

/*
 * The record being read is this one now, which is indexed, with its object;
 * it is a moment of its own.
 */
void	 engine_look(struct engine *, uint32_t source, struct record *);

/*
 * All that this moment does: to those in the plan, then to those who wait for
 * the alerts of others.
 */
void	 engine_run(struct engine *, const struct plan *);

#endif
