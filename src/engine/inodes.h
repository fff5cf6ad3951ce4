/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inodes.h - an index from device and inode to a small number.
 *
 * Most records of a trail come to it, each to another place in memory. So it
 * is dense: eight bytes for each number, and one cache line nearly always
 * answers. Each source of records has an index of its own.
 */
#ifndef ENGINE_INODES_H
#define ENGINE_INODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

#define INODES_NUMBER_BITS 23u
#define INODES_NONE	UINT32_MAX
#define INODES_MAX	((1u << INODES_NUMBER_BITS) - 1) /* numbers are below */

#define INODES_SHARDS	256u		/* tables, so that growing is short */

/*
 * A cache line: a byte of each slot's key, 0 where there is none, and how many
 * there are; then the slots, their key above the number.
 */
#define INODES_SLOTS	7u
#define INODES_COUNT	56u		/* shift of how many */
struct inodes_line {
	uint64_t	 bytes;
	uint64_t	 slots[INODES_SLOTS];
};

/*
 * What makes a key: devices are numbered as they come, so that this number and
 * the inode's own fit into the upper 48 bits. What does not fit is hashed.
 */
#define INODES_DEVICES	256u		/* places for numbers of devices */
#define INODES_NODE_BITS 40u
#define INODES_WIDE	(UINT64_C(1) << 15)	/* in a key: it is a hash */

struct inodes {
	struct inodes_shard {
		struct inodes_line	*lines;
		uint32_t		 n;
		uint32_t		 room;	/* keys, before it grows */
	}		 shard[INODES_SHARDS];
	struct inodes_line	 none;	/* of all shards without a key */
	uint32_t	 devices[INODES_DEVICES];	/* 0: free */
	unsigned	 ndevices;
	struct hash_key	 key;
	uint64_t	 odd;		/* of it, for what fits */
};

/* Where it is initialized it stays. */
void		 inodes_init(struct inodes *, const struct hash_key *);
void		 inodes_fini(struct inodes *);

/*
 * The key that all others want to have, for a device that is not 0: no other
 * pair has it. But for those that do not fit: of these, two are alike with a
 * chance of one in 2^48, and then the first one counts.
 */
uint64_t	 inodes_key(struct inodes *, uint32_t fsid, uint64_t node);

/* Where a device stands, if it is not further on. */
static inline unsigned
inodes_place(const struct inodes *t, uint32_t fsid)
{
	return fsid * (uint32_t)t->odd >> 24;
}

/*
 * The key of what fits; the device has this number. Both are mixed in a way
 * that nobody outside can know, but only among the upper bits: nothing is lost.
 */
static inline uint64_t
inodes_mix(const struct inodes *t, unsigned device, uint64_t node)
{
	uint64_t	 v = (uint64_t)device << 56 | node << 16;

	v *= t->odd;
	v ^= v >> 40 << 16;
	return v * 0xd6e8feb86659fd93u;
}

/* The same as inodes_key(), where it is known at once; else 0. */
static inline uint64_t
inodes_key_at_once(const struct inodes *t, uint32_t fsid, uint64_t node)
{
	const unsigned	 device = inodes_place(t, fsid);

	return t->devices[device] == fsid && node >> INODES_NODE_BITS == 0 ?
	    inodes_mix(t, device, node) : 0;
}

/* The line where a key is looked for first. */
static inline uint32_t
inodes_home(const struct inodes_shard *sh, uint64_t key)
{
	return (uint32_t)((key << 8 >> 32) * sh->n >> 32);
}

/*
 * The same for whoever wants it brought near. He has to do that himself:
 * compilers leave out a call of a function that does no more.
 */
static inline const void *
inodes_first(const struct inodes *t, uint64_t key)
{
	const struct inodes_shard	*sh = &t->shard[key >> 56];

	return &sh->lines[inodes_home(sh, key)];
}

/* What stands for it in a line; it says nothing of which one, and is not 0. */
static inline uint64_t
inodes_byte(uint64_t key)
{
	return (key >> 16 & 0xff) | 0x80;
}

/*
 * The slot of a key in a line, or INODES_SLOTS. All bytes are compared at once:
 * what comes out has a bit for each that is alike, and perhaps for others in
 * use above the first of these.
 */
static inline unsigned
inodes_slot(const struct inodes_line *line, uint64_t key)
{
	const uint64_t	 ones = 0x0001010101010101u;
	const uint64_t	 differ = line->bytes ^ ones * inodes_byte(key);
	uint64_t	 alike = (differ - ones) & ~differ & ones << 7;

	for (; alike != 0; alike &= alike - 1) {
		const unsigned	 i = (unsigned)__builtin_ctzll(alike) / 8;

		if ((line->slots[i] ^ key << 8) <= INODES_MAX)
			return i;
	}
	return INODES_SLOTS;
}

/* Further on: a line that is full may have sent it to the next. */
uint32_t	 inodes_find_on(const struct inodes_shard *, uint64_t key);

/* The number, or INODES_NONE. */
static inline uint32_t
inodes_find(const struct inodes *t, uint64_t key)
{
	const struct inodes_shard	*sh = &t->shard[key >> 56];
	const struct inodes_line	*line;
	unsigned			 i;

	line = &sh->lines[inodes_home(sh, key)];
	if ((i = inodes_slot(line, key)) < INODES_SLOTS)
		return line->slots[i] & INODES_MAX;
	return line->bytes >> INODES_COUNT < INODES_SLOTS ? INODES_NONE :
	    inodes_find_on(sh, key);
}

static inline unsigned
inodes_count(const struct inodes_line *line)
{
	return (unsigned)(line->bytes >> INODES_COUNT);
}

/* Put a key, with what is below it, into the I-th slot, the first free. */
static inline void
inodes_fill(struct inodes_line *line, unsigned i, uint64_t key, uint64_t slot)
{
	line->slots[i] = slot;
	line->bytes += (uint64_t)1 << INODES_COUNT | inodes_byte(key) << 8 * i;
}

/* Make room for more; put a key behind a line that is full. */
void		 inodes_grow(struct inodes *, struct inodes_shard *);
void		 inodes_fill_on(struct inodes_shard *, uint64_t key,
		    uint64_t slot);

/* It must not be there. */
static inline void
inodes_add(struct inodes *t, uint64_t key, uint32_t number)
{
	struct inodes_shard	*sh = &t->shard[key >> 56];
	struct inodes_line	*line;
	unsigned		 i;

	if (sh->room == 0)
		inodes_grow(t, sh);
	sh->room--;
	line = &sh->lines[inodes_home(sh, key)];
	if ((i = inodes_count(line)) < INODES_SLOTS)
		inodes_fill(line, i, key, key << 8 | number);
	else
		inodes_fill_on(sh, key, key << 8 | number);
}

/* It must be there. */
void		 inodes_remove(struct inodes *, uint64_t key);

#endif
