/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inodes.c - an index from device and inode to a small number.
 *
 * The top bits of a key pick the shard, those that follow the line; a slot has
 * all that are left. So a slot tells whole which pair it is of, and a shard can
 * grow by its slots alone. A line that is full sends the next keys to the line
 * behind it. Removal moves such keys back, so there are no tombstones and no
 * table wears out.
 */
#include "engine/inodes.h"

#include <stdlib.h>

#include "base/mem.h"

#define SLOTS		INODES_SLOTS
#define DEVICES_MAX	(INODES_DEVICES / 4 * 3)
#define LINES_FIRST	4u		/* of a shard, which then doubles */
#define LINES_FEW	64u		/* up to here */

_Static_assert(sizeof(struct inodes_line) == 64, "one cache line");
_Static_assert(INODES_NODE_BITS + 16 == 56 && INODES_DEVICES == 1u << 8,
    "a device and a node fit into a key");
_Static_assert(INODES_NUMBER_BITS == 15 + 8, "a slot has what a key has");

void
inodes_init(struct inodes *t, const struct hash_key *k)
{
	*t = (struct inodes){ .key = *k, .odd = k->k1 | 1 };
	for (unsigned i = 0; i < INODES_SHARDS; i++)
		t->shard[i] = (struct inodes_shard){ &t->none, 1, 0 };
}

static void
free_lines(const struct inodes *t, struct inodes_line *lines)
{
	if (lines != &t->none)
		free(lines);
}

void
inodes_fini(struct inodes *t)
{
	for (unsigned i = 0; i < INODES_SHARDS; i++)
		free_lines(t, t->shard[i].lines);
}

/* A device by its number, which it may get now; or INODES_DEVICES. */
static unsigned
number_of(struct inodes *t, uint32_t fsid)
{
	unsigned	 at = inodes_place(t, fsid);

	for (; t->devices[at] != fsid; at = (at + 1) % INODES_DEVICES) {
		if (t->devices[at] != 0)
			continue;
		if (t->ndevices == DEVICES_MAX)
			return INODES_DEVICES;
		t->ndevices++;
		t->devices[at] = fsid;
		break;
	}
	return at;
}

uint64_t
inodes_key(struct inodes *t, uint32_t fsid, uint64_t node)
{
	const unsigned	 device = number_of(t, fsid);

	if (node >> INODES_NODE_BITS == 0 && device < INODES_DEVICES)
		return inodes_mix(t, device, node);
	return (hash_word(&t->key, node ^ fsid * t->odd) &
	    ~(INODES_WIDE - 1)) | INODES_WIDE;
}

static uint32_t
behind(const struct inodes_shard *sh, uint32_t line)
{
	return line + 1 < sh->n ? line + 1 : 0;
}

static bool
is_full(const struct inodes_shard *sh, uint32_t line)
{
	return inodes_count(&sh->lines[line]) == SLOTS;
}

uint32_t
inodes_find_on(const struct inodes_shard *sh, uint64_t key)
{
	uint32_t	 line = inodes_home(sh, key);

	while (is_full(sh, line)) {
		const struct inodes_line	*l;
		unsigned			 i;

		line = behind(sh, line);
		l = &sh->lines[line];
		if ((i = inodes_slot(l, key)) < SLOTS)
			return l->slots[i] & INODES_MAX;
	}
	return INODES_NONE;
}

/* The key of a slot, but for the shard. */
static uint64_t
key_of(uint64_t slot)
{
	return slot >> INODES_NUMBER_BITS << (INODES_NUMBER_BITS - 8);
}

static void
set(struct inodes_line *line, unsigned i, uint64_t slot)
{
	line->bytes &= ~((uint64_t)0xff << 8 * i);
	line->bytes |= inodes_byte(key_of(slot)) << 8 * i;
	line->slots[i] = slot;
}

static inline void
place(const struct inodes_shard *sh, uint64_t key, uint64_t slot)
{
	uint32_t	 line = inodes_home(sh, key);
	unsigned	 i;

	while ((i = inodes_count(&sh->lines[line])) == SLOTS)
		line = behind(sh, line);
	inodes_fill(&sh->lines[line], i, key, slot);
}

void
inodes_fill_on(struct inodes_shard *sh, uint64_t key, uint64_t slot)
{
	place(sh, key, slot);
}

/* Keys that so many lines take before there have to be more. */
static uint32_t
keys_in(uint32_t lines)
{
	return lines * SLOTS / 4 * 3;
}

/* Lines come in an order that is about that of the new ones. */
void
inodes_grow(struct inodes *t, struct inodes_shard *sh)
{
	struct inodes_line	*old = sh->lines;
	const uint32_t		 n = old == &t->none ? 0 : sh->n;

	sh->n = n == 0 ? LINES_FIRST : n < LINES_FEW ? 2 * n : n + n / 2;
	sh->lines = aligned_alloc(sizeof(*old), mem_product(sh->n,
	    sizeof(*old)));
	if (sh->lines == NULL)
		mem_end("out of memory");
	for (uint32_t i = 0; i < sh->n; i++)
		sh->lines[i].bytes = 0;
	for (uint32_t i = 0; i < n; i++)
		for (unsigned k = 0; k < inodes_count(&old[i]); k++)
			place(sh, key_of(old[i].slots[k]), old[i].slots[k]);
	sh->room += keys_in(sh->n) - keys_in(n);
	free_lines(t, old);
}

/* How many lines further on is the second one? */
static uint32_t
distance(const struct inodes_shard *sh, uint32_t from, uint32_t to)
{
	return to >= from ? to - from : to + sh->n - from;
}

/* A slot in a line that would be in line AT, had there been room; or SLOTS. */
static unsigned
sent_on(const struct inodes_shard *sh, uint32_t line, uint32_t at)
{
	const struct inodes_line	*l = &sh->lines[line];

	for (unsigned i = inodes_count(l); i-- > 0;)
		if (distance(sh, inodes_home(sh, key_of(l->slots[i])), line) >=
		    distance(sh, at, line))
			return i;
	return SLOTS;
}

/* A line that is full may have sent others on: the first of them comes back. */
void
inodes_remove(struct inodes *t, uint64_t key)
{
	struct inodes_shard	*sh = &t->shard[key >> 56];
	uint32_t		 line = inodes_home(sh, key);
	unsigned		 hole, from, last;

	while ((hole = inodes_slot(&sh->lines[line], key)) == SLOTS)
		line = behind(sh, line);
	for (uint32_t i = line; is_full(sh, i);) {
		i = behind(sh, i);
		if ((from = sent_on(sh, i, line)) == SLOTS)
			continue;
		set(&sh->lines[line], hole, sh->lines[i].slots[from]);
		line = i;
		hole = from;
	}
	last = inodes_count(&sh->lines[line]) - 1;
	set(&sh->lines[line], hole, sh->lines[line].slots[last]);
	sh->lines[line].bytes &= ~((uint64_t)0xff << 8 * last);
	sh->lines[line].bytes -= (uint64_t)1 << INODES_COUNT;
	sh->room++;
}
