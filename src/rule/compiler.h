/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compiler.h - what the files of the compiler share; nobody else needs it.
 *
 * compile.c has rules and the program, compile_set.c sets, compile_state.c
 * states and predicates. Nothing here can fail: check.c has seen it all.
 */
#ifndef RULE_COMPILER_H
#define RULE_COMPILER_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/twins.h"
#include "rule/compile.h"
#include "rule/sets.h"

/* An event of a dialect, by number; of several rows the first. */
struct event {
	uint16_t	 number;
	uint64_t	 classes;
};

/* A state that waits for alerts: by which rules is known in the end. */
struct waiting {
	struct state		*state;
	const struct set	*set;
};

/* Growing lists of what goes to the arena in the end. */
struct compiler {
	struct program		*program;
	struct arena		*arena;
	const struct diags	*diags;
	const struct names	*names;
	struct event		*events[DIALECTS]; /* NULL: not asked yet */
	size_t			 nevents[DIALECTS];
	struct id_set		*id_sets;
	struct event_set	*event_sets;
	struct object_set	*object_sets;
	struct match_set	*match_sets;
	struct predicate	*predicates;
	struct rule		*rules;		/* in the arena */
	struct channel		*channels;
	struct waiting		*waiting;
	size_t			 nwaiting;
	size_t			 rule_cap, channel_cap, waiting_cap;
	size_t			 id_cap, event_cap, object_cap, match_cap;
	size_t			 predicate_cap;
	struct map		*known;		/* contents to index + 1 */
	struct buf		 scratch;	/* such contents */
	struct twins		*objects;	/* among object_sets */
	struct hash_key		 seed;
	struct map		*masks;		/* of classes, to the same */
	struct twins		*ids;		/* of rules... */
	size_t			 nsettled;	/* ...up to this one */
	struct map		*alikes;	/* to struct alike, by id */
	struct map		*logfiles;	/* to the name in the arena */
	struct map		*files;		/* the same */
	const char		*file;		/* the last one of them... */
	uint32_t		 file_number;	/* ...and which it was */
	struct rule		*rule;		/* that is being made */
	bool			*named;		/* its channels so far */
	size_t			 named_cap;
};

/* Is there something of these contents? If not, it gets INDEX. */
bool	 compiler_is_known(struct compiler *, struct slice contents,
	    size_t index, uint32_t *found);

/* The field is asked for: does the engine have to know processes? */
void	 compiler_want(struct compiler *, enum rule_field);

/* compile_set.c: the index of a set in the program. */
uint32_t compiler_set(struct compiler *, const struct ref_node *);
uint32_t compiler_match_set(struct compiler *, const struct ref_node *);

/* compile_state.c: what stands in the states and blocks of a sequence. */
void	 compiler_states(struct compiler *, const struct item *);

#endif
