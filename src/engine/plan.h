/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan.h - what a record of a kind can do: the states that it meets.
 *
 * The kind of a record is its slot (what its event answers), the class of its
 * path (which prefixes and regular expressions it has) and its outcome. For
 * each kind that comes there is one plan, made when it first comes, and most
 * kinds share the one in which nobody stands. Who made a record is no part of
 * its kind, so that rules by user do not multiply plans: plan_for() takes those
 * out of a plan who are about others.
 */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/patterns.h"
#include "base/trie.h"
#include "bsm/record.h"
#include "engine/atom.h"
#include "engine/eval.h"
#include "rule/program.h"

struct muster;
struct musters;
struct picks;
struct plans;

#define PLANS_MAX	(16u << 20)	/* bytes; see plans_tidy() */
#define PLAN_NO_PATH	UINT32_MAX	/* class of a record without a path */

struct plan {
	struct entries		 lists[ENTRY_LISTS];
	bool			 asks;	/* of what engine/ask.h answers */
	bool			 sure;	/* somebody is about the record,
					 * whoever made it; or it takes
					 * long to tell */
	uint8_t			 kinds;	/* else: somebody may be, by these
					 * ids (enum record_id), as bits */
	const struct picks	*picks;	/* who is about some subjects; or
					 * NULL: the plan is complete */
	const struct plan	*common; /* more of the same slot; or NULL */
	const struct muster	*muster; /* of ENTRY_LIVES; or NULL */
};

/*
 * An atom, and what it asks besides the event. That is found out when rules are
 * loaded: they lie far apart in memory, and slots are made while records wait.
 */
struct demand {
	struct atom	 atom;
	uint32_t	 prefixes;	/* atom_prefixes() */
	uint8_t		 status;	/* enum test_status */
	bool		 paths;		/* by prefixes, or for their absence */
	bool		 patterns;	/* by regular expressions */
	bool		 object;	/* it or its rule, in any way */
	bool		 excepts;	/* its rule never sees some events */
};

/* What the states that want an event ask besides. */
struct slot {
	/* Those that ask for no path prefix come first, then those that ask
	 * for its absence; then the others, by object set. */
	struct demand	*demands;
	size_t		 n, nfree, nplain;
	bool		 object;	/* any asks for the object */
	bool		 paths;		/* by prefixes */
	bool		 patterns;	/* by regular expressions */
	bool		 status;	/* any asks for the outcome */
	enum test_status outcome;	/* and all for this one; or any */
};

/* The plan of a kind. */
struct plan_place {
	uint64_t		 kind;
	const struct plan	*plan;	/* NULL: free */
};

/* So many of those that came last can be found in one look. */
#define PLANS_NEAR_BITS	10
#define PLANS_NEAR	(1u << PLANS_NEAR_BITS)

/* PROGRAM must outlive them. */
struct plans	*plans_new(const struct program *);
void		 plans_free(struct plans *);		/* NULL is allowed */

/* Patterns of the object sets, by their numbers, which must outlive them. */
void		 plans_use_patterns(struct plans *, struct patterns *);

/* Plans have musters from now on; they must outlive them. */
void		 plans_use_musters(struct plans *, const struct musters *);

/* Take over the demands on a new slot, sort them and note what they say. */
void		 slot_init(struct slot *, struct demand *, size_t n);
void		 slot_fini(struct slot *);

/*
 * The kind of a record, indexed and with this object, of the I-th slot; what
 * follows the first NUL of its path does not count. What plans_find() will look
 * at is brought near. A plan is borrowed until plans_tidy().
 */
uint64_t	 plans_kind(struct plans *, const struct slot *,
		    uint32_t i, const struct record *, const struct object *);
const struct plan *plans_find(struct plans *, const struct slot *, uint64_t);

/*
 * Is the record's outcome one that any state of its slot asks for? It is less
 * work to tell than what else makes the kind.
 */
static inline bool
slot_takes(const struct slot *s, const struct record *r)
{
	return s->outcome == STATUS_ANY ||
	    (s->outcome == STATUS_SUCCESS) == (record_error(r) == 0);
}

static inline uint64_t
plan_kind(uint32_t slot, uint32_t class, bool success)
{
	return (uint64_t)slot << 33 | (uint64_t)class << 1 | success;
}

/*
 * The class of a path by its prefixes; what follows its first NUL does not
 * count. It stands in the record, or is one that was remembered for it.
 */
uint32_t	 plans_class(const struct plans *, struct slice path,
		    const struct record *);

/*
 * Is it faster to ask for the classes of some paths together? Then plans_ask()
 * says so of each, and plans_classes() of TRIE_TOGETHER at the most.
 */
bool		 plans_ask_together(const struct plans *);
struct trie_path plans_ask(struct slice path, const struct record *);
void		 plans_classes(const struct plans *, struct trie_path *,
		    size_t n);

/*
 * Where plans_find() notes what it found, by plan_near_at() of their kinds, and
 * whence plans_tidy() takes them.
 */
const struct plan_place *plans_near(const struct plans *);

static inline size_t
plan_near_at(uint64_t kind)
{
	return kind * 0x9e3779b97f4a7c15u >> (64 - PLANS_NEAR_BITS);
}

/* Or NULL, when plans_find() has to be asked. */
static inline const struct plan *
plan_near(const struct plan_place *near, uint64_t kind)
{
	const struct plan_place	*at = &near[plan_near_at(kind)];

	return at->kind == kind ? at->plan : NULL;
}

/* From here on the time of regular expressions is told to it; NULL: nobody. */
struct profile;
void		 plans_profile(struct plans *, struct profile *);

/*
 * Forget all plans if they take more than PLANS_MAX. Not called, it may be more
 * by as many plans as are made.
 */
void		 plans_tidy(struct plans *);

/*
 * A complete plan: without those who are about other subjects than the
 * record's. Borrowed until the next call of this.
 */
const struct plan *plan_pick(struct plans *, const struct plan *,
		    const struct record *);

/* Is any id of the record, of the kinds in the plan, one that it names? */
bool		 plan_names(const struct plans *, const struct plan *,
		    const struct record *);

/*
 * Is anybody in a plan about the record's subject? It is faster than to pick
 * them, and says yes where it is not sure.
 */
static inline bool
plan_concerns(const struct plans *ps, const struct plan *p,
    const struct record *r)
{
	return p->sure || (p->kinds != 0 && plan_names(ps, p, r));
}

static inline const struct plan *
plan_for(struct plans *ps, const struct plan *p, const struct record *r)
{
	return p->picks == NULL && p->common == NULL ? p :
	    plan_pick(ps, p, r);
}

static inline bool
plan_is_empty(const struct plan *p)
{
	return !p->sure && p->kinds == 0;
}

#endif
