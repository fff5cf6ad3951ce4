/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seq.h - live sequences in old words: who is where in which rule.
 *
 * An instance is found by a hash of rule and key in one look, never by walking
 * a list, so a million cost no more than ten. Instances are numbers into a pool
 * and hold no pointers. When somebody has to go, it is the least advanced, of
 * these the one that has waited there longest.
 */
#ifndef ENGINE_SEQ_H
#define ENGINE_SEQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slots;

#define SEQ_NONE	UINT32_MAX
#define SEQ_RULES_MAX	(1u << 24)	/* what fits below */
#define SEQ_STATES_MAX	(1u << 14)

/*
 * 56 bytes: there may be a million. With its 4 bytes in the index, and some
 * air there, one that has met a single record takes about 62. What every record
 * looks at stands first, so that it is most often on one cache line.
 */
struct instance {
	uint64_t	 id;		/* hash of rule and key */
	uint64_t	 start : 40;	/* ordinal of the first record */
	uint64_t	 first_ms : 10;	/* milliseconds of first_s */
	uint64_t	 state : 14;	/* waited for, from 0 */
	uint64_t	 rule : 24;
	uint64_t	 steps : 24;	/* chain of records after the first */
	uint64_t	 source : 16;
	uint64_t	 count : 31;	/* how often the state was met so far */
	uint64_t	 epoch : 31;	/* for its age */
	uint64_t	 quality : 2;	/* of the first record */
	int64_t		 first_s;	/* the time of the first record */
	uint64_t	 first_at;	/* its place, as in struct step */
	uint32_t	 older, newer;	/* of those equally far */
};

/*
 * Declared here, so that what is done with each record is inlined. Only seq.c
 * changes it.
 */
#define SEQ_CHUNK	4096u		/* instances */
#define SEQ_LEVELS	16u		/* lists; later states share the last */
#define SEQ_FREE	(SEQ_RULES_MAX - 1)	/* rule of one not in use */

struct seq_chunk {
	struct instance	 instances[SEQ_CHUNK];
	uint64_t	*hashes;	/* or NULL: not wanted */
};

/*
 * Who was found last, so that the same few need no index. Whoever has such a
 * number may be somebody else by now, or nobody; its id tells.
 */
#define SEQ_NEAR	4096u		/* a power of two */

struct seqs {
	struct seq_chunk **chunks;
	size_t		  cap;		/* of the array of chunks */
	uint32_t	  n;		/* handed out, free ones too */
	uint32_t	  live;
	uint32_t	  free;		/* chain through `newer` */
	uint32_t	  oldest[SEQ_LEVELS], newest[SEQ_LEVELS];
	bool		  want_hashes;
	uint32_t	  max;		/* what INDEX is made for, */
	struct slots	 *index;	/* with the first; NULL before */
	uint32_t	  near[SEQ_NEAR];	/* by id; 0 at first */
};

/* HASHES: remember a hash for each. MAX: there will be no more. */
struct seqs	*seqs_new(uint32_t max, bool hashes);
void		 seqs_free(struct seqs *);		/* NULL is allowed */

static inline uint32_t
seqs_count(const struct seqs *s)
{
	return s->live;
}

/*
 * Borrowed until the next seqs_add() or seqs_remove(). There is one with the
 * number 0 to be looked at, even before it is added.
 */
static inline struct instance *
seqs_at(const struct seqs *s, uint32_t number)
{
	return &s->chunks[number / SEQ_CHUNK]->instances[number % SEQ_CHUNK];
}

/* The instance with this id, or SEQ_NONE; the first one only by the index. */
uint32_t	 seqs_look_up(struct seqs *, uint64_t id);

static inline uint32_t
seqs_find(struct seqs *s, uint64_t id)
{
	const uint32_t	 near = s->near[id % SEQ_NEAR];

	/* The id of one not in use is 0, so nothing else is looked at. */
	return seqs_at(s, near)->id == id && id != 0 ? near :
	    seqs_look_up(s, id);
}

/*
 * Ahead of a seqs_find(), when there are any: bring what it looks at first into
 * the cache, and later what it looks at next, the instance: ALL of it, or its
 * id. Which one it will probably find, or SEQ_NONE.
 */
void		 seqs_ahead(const struct seqs *, uint64_t id);
uint32_t	 seqs_ahead_more(struct seqs *, uint64_t id, bool all);

/*
 * Add an instance, none with its id being there. Its links are set here. HASH:
 * of the bytes of its first record.
 */
uint32_t	 seqs_add(struct seqs *, const struct instance *,
		    uint64_t hash);
uint64_t	 seqs_hash(const struct seqs *, uint32_t number);
void		 seqs_remove(struct seqs *, uint32_t number);

/* The instance has reached another state: order it anew. */
void		 seqs_advanced(struct seqs *, uint32_t number,
		    unsigned before);

/* Who has to go when there is no room; SEQ_NONE when there is nobody. */
uint32_t	 seqs_victim(const struct seqs *);

/* Copy the numbers not in use, to room for all; the next to go is last. */
void		 seqs_unused(const struct seqs *, uint32_t *to);

/*
 * For instances that are made again, in a new store. First each of them comes
 * back under its number, the numbers ascending, not too far above what is
 * there, since those between are made too; of its links `older` counts. Then,
 * with the numbers that were not in use, all are put in order and can be found.
 * Returns NULL, or what is wrong, and the store is of no use.
 */
void		 seqs_restore(struct seqs *, uint32_t number,
		    const struct instance *, uint64_t hash);
const char	*seqs_restored(struct seqs *, const uint32_t *unused,
		    size_t n);

/* For walks over all: numbers are below seqs_size(), not all are in use. */
uint32_t	 seqs_size(const struct seqs *);

static inline bool
seqs_in_use(const struct seqs *s, uint32_t number)
{
	return seqs_at(s, number)->rule != SEQ_FREE;
}

#endif
