/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inodes.c - an index from device and inode to a small number.
 *
 * The top bits of a key pick the line of a table, those that follow the table:
 * as many of these as it takes, and where fewer suffice the same table stands
 * at several places. So a table is split alone, when a key that finds its line
 * full finds those behind full, too: nothing is copied but one table, no memory
 * is left over, and none is touched before it is needed.
 *
 * A slot and its byte tell whole which pair it is of. Removal brings back a key
 * that went on, so there are no tombstones and no table wears out; and a line
 * that no key passes has no bit that says so, as it is not full.
 */
#include "engine/inodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SLOTS		INODES_SLOTS
#define LINES		INODES_LINES
#define DEVICES_MAX	(INODES_DEVICES / 4 * 3)
#define ALIGN		sizeof(struct inodes_line)
#define STEPS		4u		/* lines behind, before it is split */
#define FEW		(LINES * SLOTS / 2)	/* keys: it never is */

_Static_assert(sizeof(struct inodes_line) == 64, "one cache line");
_Static_assert(INODES_NODE_BITS + 17 == 56 && INODES_DEVICES == 1u << 8,
    "a device and a node fit into a key");
_Static_assert(INODES_NUMBER_BITS == 16 + 8, "a slot has what a key has");

/* A table has room in it to be aligned. */
void
inodes_memory(struct slabs *s)
{
	slabs_init(s, LINES * sizeof(struct inodes_line) + ALIGN);
}

static struct inodes_line *
new_table(struct inodes *t)
{
	uint8_t	*p = slabs_take(t->memory);

	p += (ALIGN - (uintptr_t)p % ALIGN) % ALIGN;
	return memset(p, 0, LINES * sizeof(struct inodes_line));
}

/* So many bits pick a table. */
static unsigned
depth(const struct inodes *t)
{
	return 64 - t->shift;
}

void
inodes_init(struct inodes *t, const struct hash_key *k, struct slabs *memory)
{
	*t = (struct inodes){ .key = *k, .odd = k->k1 | 1, .shift = 63,
	    .memory = memory };
	t->tables = xcalloc((size_t)1 << depth(t), sizeof(*t->tables));
	t->tables[0] = t->tables[1] = new_table(t);
}

void
inodes_fini(struct inodes *t)
{
	free(t->tables);
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
	uint64_t	 key = 0;

	if (node >> INODES_NODE_BITS == 0 && device < INODES_DEVICES)
		key = inodes_mix(t, device, node);
	if (key != 0)
		return key;
	return (hash_word(&t->key, node ^ fsid * t->odd) &
	    ~(2 * INODES_WIDE - 1)) | INODES_WIDE;
}

/* Where a key's table is told. */
static struct inodes_line **
table_of(const struct inodes *t, uint64_t key)
{
	return &t->tables[key << INODES_LINE_BITS >> t->shift];
}

static unsigned
line_of(uint64_t key)
{
	return (unsigned)(key >> (64 - INODES_LINE_BITS));
}

static unsigned
behind(unsigned line)
{
	return (line + 1) % LINES;
}

/* The line that has a key, and its slot there; or NULL. */
static struct inodes_line *
find_on(const struct inodes *t, uint64_t key, unsigned *slot)
{
	struct inodes_line	*table = *table_of(t, key);
	unsigned		 line = line_of(key);

	for (unsigned n = 0; n < LINES; n++, line = behind(line)) {
		if ((*slot = inodes_slot(&table[line], key)) < SLOTS)
			return &table[line];
		if ((table[line].bytes & inodes_passed(key)) == 0)
			break;
	}
	return NULL;
}

uint32_t
inodes_find_on(const struct inodes *t, uint64_t key)
{
	unsigned			 i;
	const struct inodes_line	*line = find_on(t, key, &i);

	return line == NULL ? INODES_NONE : line->slots[i] & INODES_MAX;
}

/* Adding. */

/* Into the first line with room, so many steps from its own at the most. */
static bool
place(struct inodes_line *table, uint64_t key, uint32_t number, unsigned steps)
{
	unsigned	 line = line_of(key), n = 0;

	for (; inodes_count(&table[line]) == SLOTS; line = behind(line))
		if (n++ == steps)
			return false;
	for (unsigned i = line_of(key); i != line; i = behind(i))
		table[i].bytes |= inodes_passed(key);
	inodes_fill(&table[line], key, number);
	return true;
}

static uint64_t
key_of(const struct inodes_line *line, unsigned i)
{
	return (line->slots[i] & ~(uint64_t)INODES_MAX) |
	    (line->bytes >> 8 * i & 0xff) << 16;
}

/* One bit more picks a table: each stands at two places. */
static void
deepen(struct inodes *t)
{
	const size_t		  n = (size_t)1 << depth(t);
	struct inodes_line	**more = xcalloc(n, 2 * sizeof(*more));

	for (size_t i = 0; i < n; i++)
		more[2 * i] = more[2 * i + 1] = t->tables[i];
	free(t->tables);
	t->tables = more;
	t->shift--;
}

/* At how many places does a key's table stand? The first is *AT. */
static size_t
places(const struct inodes *t, uint64_t key, size_t *at)
{
	size_t	 n = 1;

	*at = (size_t)(key << INODES_LINE_BITS >> t->shift);
	for (; n < (size_t)1 << depth(t); n *= 2) {
		const size_t	 from = *at & ~n, to = from | (2 * n - 1);

		if (t->tables[from] != t->tables[to])
			break;
		*at = from;
	}
	return n;
}

/* A new table takes the second half of the places, and the keys of these. */
static void
split(struct inodes *t, size_t at, size_t n)
{
	struct inodes_line	*to[2] = { t->tables[at], new_table(t) };
	struct inodes_line	 old[LINES];
	const unsigned		 bit = t->shift - INODES_LINE_BITS +
				    (unsigned)__builtin_ctzll(n) - 1;

	memcpy(old, to[0], sizeof(old));
	memset(to[0], 0, sizeof(old));
	for (size_t i = n / 2; i < n; i++)
		t->tables[at + i] = to[1];
	for (unsigned line = 0; line < LINES; line++)
		for (unsigned i = 0; i < inodes_count(&old[line]); i++) {
			const uint64_t	 key = key_of(&old[line], i);

			(void)place(to[key >> bit & 1], key, /* there is room */
			    old[line].slots[i] & INODES_MAX, LINES);
		}
}

static unsigned
keys_in(const struct inodes_line *table)
{
	unsigned	 n = 0;

	for (unsigned i = 0; i < LINES; i++)
		n += inodes_count(&table[i]);
	return n;
}

/* Can a key's table be split, and is it worth it? Then it is. */
static bool
grow(struct inodes *t, uint64_t key)
{
	size_t	 at, n;

	if (keys_in(*table_of(t, key)) < FEW)
		return false;
	if ((n = places(t, key, &at)) == 1) {
		if (depth(t) == INODES_DEPTH_MAX)
			return false;
		deepen(t);
		n = places(t, key, &at);
	}
	split(t, at, n);
	return true;
}

void
inodes_add_on(struct inodes *t, uint64_t key, uint32_t number)
{
	while (!place(*table_of(t, key), key, number, STEPS))
		if (!grow(t, key)) {
			(void)place(*table_of(t, key), key, number, LINES);
			return;
		}
}

/* Removing. */

/* A slot in a line whose key passed line AT of the same table; or SLOTS. */
static unsigned
sent_on(const struct inodes_line *table, unsigned line, unsigned at)
{
	const struct inodes_line	*l = &table[line];

	for (unsigned i = inodes_count(l); i-- > 0;)
		if ((line - line_of(key_of(l, i))) % LINES >=
		    (line - at) % LINES)
			return i;
	return SLOTS;
}

/* The last one of the line comes into the hole; then none passes it. */
static void
close_hole(struct inodes_line *line, unsigned hole)
{
	const unsigned	 last = inodes_count(line) - 1;
	const uint64_t	 byte = line->bytes >> 8 * last & 0xff;

	line->bytes &= ~((uint64_t)0xff << 8 * hole);
	line->bytes |= byte << 8 * hole;
	line->bytes &= ~((uint64_t)0xff << 8 * last);
	line->slots[hole] = line->slots[last];
	line->slots[last] = 0;
	line->bytes &= ~((uint64_t)0xf << INODES_PASSED);
	line->bytes -= (uint64_t)1 << INODES_COUNT;
}

void
inodes_remove(struct inodes *t, uint64_t key, uint32_t number)
{
	struct inodes_line	*table = *table_of(t, key), *to;
	unsigned		 hole, from, line;

	if ((to = find_on(t, key, &hole)) == NULL ||
	    (to->slots[hole] & INODES_MAX) != number)
		return;
	line = (unsigned)(to - table);
	for (unsigned i = line, n = 1; n < LINES &&
	    inodes_count(&table[i]) == SLOTS; n++) {
		i = behind(i);
		if ((from = sent_on(table, i, line)) == SLOTS)
			continue;
		to = &table[line];
		to->bytes &= ~((uint64_t)0xff << 8 * hole);
		to->bytes |= inodes_byte(key_of(&table[i], from)) << 8 * hole;
		to->slots[hole] = table[i].slots[from];
		line = i;
		hole = from;
	}
	close_hole(&table[line], hole);
}
