/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inside.h - what the files of the engine share with each other.
 *
 * feed.c takes records, lookahead.c finds out what they will need, and moment.c
 * hands each round: classic.c knows how sequences in old words live, life.c
 * those of the second edition, order.c those whose states come in any order.
 * What they find is told by raise.c. Nobody outside of this folder includes
 * this file.
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
#include "engine/census.h"
#include "engine/cooldown.h"
#include "engine/deadline.h"
#include "engine/engine.h"
#include "engine/eval.h"
#include "engine/fate.h"
#include "engine/feed.h"
#include "engine/index.h"
#include "engine/muster.h"
#include "engine/partial.h"
#include "engine/past.h"
#include "engine/pathcache.h"
#include "engine/procs.h"
#include "engine/profile.h"
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
	bool		 begun;		/* this engine has read of it */
	bool		 has_host;
	struct buf	 host;
	uint64_t	 host_hash;
	uint64_t	 key;		/* of these, see key.c; 0: not made */
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

/* What a rule's key is made of, and the last that was made of that. */
struct key_part {
	uint64_t	 salt;		/* of the rule */
	uint32_t	 kind;		/* the same where keys are alike */
	uint32_t	 block;		/* see waits.h; else bits are those */
	uint8_t		 bit;		/* of partial.h */
	bool		 ages;		/* what it has may get over age */
	bool		 ahead;		/* it may have something for long,
					 * and its key is known at once */
	bool		 goes_on;	/* without a partial match, only a
					 * first state means anything to it */
	/* In old words: */
	bool		 open;		/* rule and states ask for no more
					 * than the plan knows, and patterns */
	bool		 plain;		/* its key: rule, subject, source */
	uint8_t		 subject;	/* enum record_id */
	bool		 lasts;		/* longer than a single record */
};

/* The record's key in a rule in old words, as was made last. */
struct classic_key {
	uint64_t	 ordinal;
	uint64_t	 id;
	uint32_t	 rule;
};

/* By which value the record differs, as was asked last. */
struct distinct {
	uint64_t	 ordinal;
	uint64_t	 hash;
	enum rule_field	 field;
	bool		 has;
};

/* The hash of a text of the record, as was asked last. */
struct text_memo {
	uint64_t	 ordinal;
	uint64_t	 hash;
	struct slice	 text;
};

struct key_memo {
	uint64_t	 ordinal;
	uint64_t	 key;
	bool		 has;
	uint64_t	 turn;		/* live_turn when it was looked at, */
	uint32_t	 block;		/* which rules of this block */
	uint64_t	 alive;		/* may have the key */
};

/* One rule and the key of the record in it. */
struct scene {
	struct engine	*e;
	const struct rule *r;
	uint32_t	 rule;
	uint64_t	 key;		/* hash of both */
	uint32_t	 root;		/* found for it, or 0; maybe gone */
	uint64_t	 added;		/* partials_added() by then */
	const struct value *nothing;	/* no variable is bound */
};

struct engine {
	/* What most records come to, and no further. */
	const uint32_t *const	*slots;		/* of index_slots() */
	struct turns		*turns;
	const struct slot *const *asks;		/* of index_all_asks() */
	struct plans		*plans;
	const struct plan_place	*near;		/* of plans_near() */
	struct index		*index;
	struct pathcache	*paths;		/* NULL: nobody asks */
	struct procs		*procs;		/* NULL: nobody asks */
	struct source		*sources;
	struct source		*here;		/* whose records are fed */
	struct profile		*timed;		/* NULL: not this batch */
	bool			 sees_all;	/* somebody sees each record */
	bool			 passes_over;	/* those that no rule wants */
	bool			 sifts;		/* looks at them one by one */
	bool			 gathers;	/* or at some together */
	bool			 teaches;	/* the path cache at once, by
						 * those that nobody wants */
	bool			 absences;	/* a rule waits for one */
	bool			 wants_millis;	/* a rule says `within` */
	bool			 wants_all;	/* a rule is across hosts */
	bool			 ages;		/* of the new life: any rule */
	uint64_t		 ordinal;	/* of the record or absence */
	struct engine_stats	 stats;

	const struct program	*program;
	const struct names	*names;
	struct engine_options	 options;
	struct alert_out	 out;
	struct patterns		*patterns;
	struct fates		 fates;	/* what removes and renames */
	struct ask		*ask;
	struct seqs		*seqs;
	struct steps		*steps;
	struct ring		*kept;		/* records, see kept.c */
	struct uids		*uids;
	struct cooldowns	*cooldowns;
	struct hash_key		 seed;
	size_t			 nsources, sources_cap;
	struct watch		 all;		/* of all sources */
	uint32_t		*first_state;	/* of each rule: in the next */
	uint32_t		*waiting;	/* instances in each state */
	struct shape		*shapes;	/* of each state */
	uint32_t		 sweep_at;
	void			(*on_unknown)(void *, uint16_t);
	void			*unknown_arg;
	struct trace		 trace;		/* no step: nobody follows */
	struct profile		*profile;	/* NULL: nobody asks */
	struct census		*census;	/* the same */

	/* The new life. */
	struct partials		*partials;
	struct pasts		 pasts;
	struct bounds		 bounds;
	struct tallies		*tallies;
	struct key_part		*key_parts;	/* by rule */
	struct key_memo		*key_memos;	/* by kind */
	struct waiter		*waiters;	/* by rule */
	struct waits		*waits;		/* NULL: few rules; so are */
	struct musters		*musters;	/* these */
	uint64_t		*concerned;	/* scratch: by block of one */
	uint64_t		 live_turn;	/* one for each plan run */
	uint64_t		 nabsences;	/* ever waited for */
	int64_t			 least_absent;	/* the shortest; milliseconds */
	uint32_t		 life_sweep_at;
	uint8_t			 held[VARIABLES_MAX][16]; /* addresses */
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
	bool			 asking;	/* `ask` knows it */
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
	struct classic_key	 classic_key;
	struct distinct		 distinct;
	struct text_memo	 text_memo;
	uint64_t		*completed;	/* by rule: by which record */
	struct alert_step	*alert_steps;
};

/* The time from here on is that of a stage; returns the one before. */
static inline enum profile_stage
engine_enter(const struct engine *e, enum profile_stage stage)
{
	return e->timed == NULL ? PROFILE_OUTSIDE :
	    profile_enter(e->timed, stage);
}

/* And that of a rule, which considers the record now or has already. */
static inline void
engine_rule(const struct engine *e, uint32_t rule, bool considers)
{
	if (e->timed != NULL)
		profile_rule(e->timed, rule, considers);
}

static inline void
engine_no_rule(const struct engine *e)
{
	if (e->timed != NULL)
		profile_no_rule(e->timed);
}

/* Does anybody look into records that no rule wants? */
static inline bool
engine_looks_at_all(const struct engine *e)
{
	return e->paths != NULL || e->procs != NULL;
}

/* The clock of what began in this source, or of ALL hosts. */
static inline const struct watch *
engine_watch(const struct engine *e, bool all, uint32_t source)
{
	return all ? &e->all : &e->sources[source].watch;
}

/* The inode of a record that is indexed, for `paths`; false: it has none. */
static inline bool
engine_inode(const struct engine *e, const struct record *r, struct inode *i)
{
	uint64_t	 fsid;

	record_inode(r, &fsid, &i->node);
	i->source = e->source;
	i->fsid = (uint32_t)fsid;
	if (i->fsid == 0 || i->node == 0)
		return false;
	pathcache_key(e->paths, i);
	return true;
}

/* Let `ask` know the record being read, unless it does. */
void	 engine_ask(struct engine *);

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
