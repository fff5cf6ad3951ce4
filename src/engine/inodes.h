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
#include "base/slabs.h"

#define INODES_NUMBER_BITS 24u
#define INODES_NONE	UINT32_MAX
#define INODES_MAX	((1u << INODES_NUMBER_BITS) - 1) /* numbers are below */

/*
 * A cache line: a byte of each slot's key, what is told of the line, and the
 * slots: their key, but for that byte, above the number. All of a slot that is
 * free is 0.
 */
#define INODES_SLOTS	7u
#define INODES_PASSED	56u		/* shift of four bits: see below */
#define INODES_COUNT	61u		/* shift of how many slots are in use */
struct inodes_line {
	uint64_t	 bytes;
	uint64_t	 slots[INODES_SLOTS];
};

/* Tables are of one size. One that fills up gives half of its keys to a new. */
#define INODES_LINE_BITS 7u
#define INODES_LINES	(1u << INODES_LINE_BITS)
#define INODES_DEPTH_MAX 18u		/* more than 64 MB of paths ever take */

/*
 * What makes a key: devices are numbered as they come, so that this number and
 * the inode's own fit into the upper 47 bits. What does not fit is hashed.
 */
#define INODES_DEVICES	256u		/* places for numbers of devices */
#define INODES_NODE_BITS 39u
#define INODES_WIDE	(UINT64_C(1) << 16)	/* in a key: it is a hash */

struct inodes {
	struct inodes_line	**tables;	/* by bits behind the line's */
	unsigned	 shift;		/* so many are behind those */
	unsigned	 ndevices;
	uint64_t	 odd;		/* of the key, for what fits */
	uint32_t	 devices[INODES_DEVICES];	/* 0: free */
	struct hash_key	 key;
	struct slabs	*memory;
};

/* Make memory for tables, which any number of indexes may share. */
void		 inodes_memory(struct slabs *);

/* The memory has to stay longer; with it go the tables. */
void		 inodes_init(struct inodes *, const struct hash_key *,
		    struct slabs *memory);
void		 inodes_fini(struct inodes *);

/*
 * The key that all others want to have, for a device that is not 0: no other
 * pair has it. But for those that do not fit: of these, two are alike with a
 * chance of one in 2^47, and then the first one counts. It is never 0.
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
	uint64_t	 v = (uint64_t)device << 56 | node << 17;

	v *= t->odd;
	v ^= v >> 40 << 17;
	return v * 0xd6e8feb86659fd93u;
}

/*
 * The same as inodes_key(), where it is known at once: true then. Else *KEY is
 * just any, 0 for node 0 of device 0.
 */
static inline bool
inodes_key_at_once(const struct inodes *t, uint32_t fsid, uint64_t node,
    uint64_t *key)
{
	const unsigned	 device = inodes_place(t, fsid);

	*key = inodes_mix(t, device, node);
	return ((t->devices[device] ^ fsid) | node >> INODES_NODE_BITS) == 0 &&
	    *key != 0;
}

/* Where a key, be it one of inodes_key() or any, is looked for first. */
static inline struct inodes_line *
inodes_home(const struct inodes *t, uint64_t key)
{
	return &t->tables[key << INODES_LINE_BITS >> t->shift]
	    [key >> (64 - INODES_LINE_BITS)];
}

/* What stands for it beside the slot, which has all else. */
static inline uint64_t
inodes_byte(uint64_t key)
{
	return key >> 16 & 0xff;
}

/*
 * The slot of a key in a line, or INODES_SLOTS. All bytes are compared at once:
 * what comes out has a bit for each that is alike, no other. Where the slot is
 * free it differs, as no key is 0.
 */
static inline unsigned
inodes_slot(const struct inodes_line *line, uint64_t key)
{
	const uint64_t	 ones = 0x0001010101010101u, low = ones * 0x7f;
	const uint64_t	 differ = line->bytes ^ ones * inodes_byte(key);
	uint64_t	 alike = ~(((differ & low) + low) | differ) &
			    ones << 7;

	for (; alike != 0; alike &= alike - 1) {
		const unsigned	 i = (unsigned)__builtin_ctzll(alike) / 8;

		if ((line->slots[i] ^ key) <= INODES_MAX)
			return i;
	}
	return INODES_SLOTS;
}

/*
 * Keys that found a line full went on to the next. Each left one of four bits
 * there, which only tells that such keys may have done so.
 */
static inline uint64_t
inodes_passed(uint64_t key)
{
	return UINT64_C(1) << INODES_PASSED << (key >> 24 & 3);
}

/* Further on. */
uint32_t	 inodes_find_on(const struct inodes *, uint64_t key);

/* The number, or INODES_NONE. */
static inline uint32_t
inodes_find(const struct inodes *t, uint64_t key)
{
	const struct inodes_line	*line = inodes_home(t, key);
	const unsigned			 i = inodes_slot(line, key);

	if (i < INODES_SLOTS)
		return line->slots[i] & INODES_MAX;
	return (line->bytes & inodes_passed(key)) == 0 ? INODES_NONE :
	    inodes_find_on(t, key);
}

static inline unsigned
inodes_count(const struct inodes_line *line)
{
	return (unsigned)(line->bytes >> INODES_COUNT);
}

/* Put a key and its number into the first slot that is free. */
static inline void
inodes_fill(struct inodes_line *line, uint64_t key, uint32_t number)
{
	const unsigned	 i = inodes_count(line);

	line->slots[i] = (key & ~(uint64_t)INODES_MAX) | number;
	line->bytes += (uint64_t)1 << INODES_COUNT | inodes_byte(key) << 8 * i;
}

/* Where the line is full. */
void		 inodes_add_on(struct inodes *, uint64_t key, uint32_t number);

/*
 * It must not be there. Of more than a table's slots whose keys have 25 bits in
 * common, which nobody can bring about, some are not kept.
 */
static inline void
inodes_add(struct inodes *t, uint64_t key, uint32_t number)
{
	struct inodes_line	*line = inodes_home(t, key);

	if (inodes_count(line) < INODES_SLOTS)
		inodes_fill(line, key, number);
	else
		inodes_add_on(t, key, number);
}

/* Nothing is done when it is not there, or with another number. */
void		 inodes_remove(struct inodes *, uint64_t key, uint32_t number);

#endif
