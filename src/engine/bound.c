/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bound.c - what the variables of a partial match hold.
 *
 * The values stand one behind the other in an item of a pool, each behind a
 * head of 16 bytes and filled up to a multiple of 8. The pool is one of several
 * by size; its number is part of the item's.
 *
 * What several rules bind of one record is most often the same, so the newest
 * item is looked at before another is made. It counts as if each of them had
 * one of its own: there is room for all of them when they are made again.
 */
#include "engine/bound.h"

#include <string.h>

#define SIZE_BITS	5u		/* of a number: which pool */
#define SMALLEST	32u		/* bytes */

struct item {
	uint32_t	 refs;
	uint16_t	 shares;	/* of these, from bound_new() */
	uint16_t	 n;		/* bytes of values behind it */
};

struct head {
	uint8_t		 variable;
	uint8_t		 kind;
	uint8_t		 cut;
	uint8_t		 zero;		/* no byte is left to chance */
	uint32_t	 n;		/* bytes of the value */
	uint64_t	 number;
};

_Static_assert(sizeof(struct head) == 16, "heads are compared by bytes");

_Static_assert(sizeof(struct item) + VARIABLES_MAX * (sizeof(struct head) +
    VALUE_TEXT_MAX) <= SMALLEST << (BOUNDS_SIZES - 1) / 2, "the largest fits");

/* Half as much again, then twice as much. */
static size_t
bytes_of(unsigned size)
{
	const size_t	 n = (size_t)SMALLEST << size / 2;

	return size % 2 == 0 ? n : n + n / 2;
}

/* The smallest that so many bytes fit into. */
static unsigned
size_for(size_t n)
{
	unsigned	 i;

	if (n <= SMALLEST)
		return 0;
	i = 2 * (63u - (unsigned)__builtin_clzll((n - 1) / SMALLEST));
	return n <= bytes_of(i + 1) ? i + 1 : i + 2;
}

void
bounds_init(struct bounds *b)
{
	*b = (struct bounds){ 0 };
	for (unsigned i = 0; i < BOUNDS_SIZES; i++)
		pool_init(&b->sizes[i], bytes_of(i));
}

void
bounds_fini(struct bounds *b)
{
	for (unsigned i = 0; i < BOUNDS_SIZES; i++)
		pool_fini(&b->sizes[i]);
}

static struct item *
at(const struct bounds *b, uint32_t number)
{
	return pool_at(&b->sizes[number & ((1u << SIZE_BITS) - 1)],
	    number >> SIZE_BITS);
}

static size_t
size_of(const struct bounds *b, uint32_t number)
{
	return b->sizes[number & ((1u << SIZE_BITS) - 1)].size;
}

/* Bytes that lie behind the value's head: of a whole text, of an address. */
static size_t
body(const struct value *v)
{
	return v->kind <= VALUE_NUMBER || v->cut ? 0 : v->bytes.n;
}

/* All that it takes. */
static size_t
room_for(const struct value *v)
{
	return sizeof(struct head) + ((body(v) + 7) & ~(size_t)7);
}

static struct head
head_of(uint8_t variable, const struct value *v)
{
	return (struct head){ .variable = variable,
	    .kind = (uint8_t)v->kind, .cut = v->cut,
	    .n = (uint32_t)v->bytes.n, .number = v->number };
}

static uint8_t *
put(uint8_t *p, uint8_t variable, const struct value *v)
{
	const struct head	 h = head_of(variable, v);
	const size_t		 n = body(v);

	memcpy(p, &h, sizeof(h));
	if (n > 0)
		memcpy(p + sizeof(h), v->bytes.p, n);
	return p + room_for(v);
}

static unsigned
count(const struct value values[VARIABLES_MAX])
{
	unsigned	 n = 0;

	for (size_t i = 0; i < VARIABLES_MAX; i++)
		n += values[i].kind != VALUE_NOTHING;
	return n;
}

/* Is this what stands at the head? Of what is not bound only that is known. */
static inline bool
is_there(const uint8_t *p, const struct value values[VARIABLES_MAX])
{
	const uint8_t		 variable = p[offsetof(struct head, variable)];
	const struct value	*v = &values[variable];
	struct head		 h;

	if (v->kind == VALUE_NOTHING)
		return false;
	h = head_of(variable, v);
	return memcmp(p, &h, sizeof(h)) == 0 && (body(v) == 0 ||
	    memcmp(p + sizeof(h), v->bytes.p, body(v)) == 0);
}

/* Has the item just these values? */
static inline bool
has(const struct item *item, const struct value values[VARIABLES_MAX])
{
	const uint8_t	*p = (const uint8_t *)(item + 1);
	const uint8_t	*end = p + item->n;
	unsigned	 n = 0;

	for (; p < end && is_there(p, values); n++)
		p += room_for(&values[p[offsetof(struct head, variable)]]);
	return p == end && n == count(values);
}

static uint32_t __attribute__((noinline))
make(struct bounds *b, const struct value values[VARIABLES_MAX])
{
	size_t		 n = 0;
	unsigned	 size;
	struct pool	*of_size;
	uint32_t	 number;
	struct item	*item;
	uint8_t		*p;

	for (uint8_t i = 0; i < VARIABLES_MAX; i++)
		if (values[i].kind != VALUE_NOTHING)
			n += room_for(&values[i]);
	size = size_for(sizeof(*item) + n);
	of_size = &b->sizes[size];
	if (n == 0 || BOUNDS_MAX - b->bytes < of_size->size)
		return 0;
	b->bytes += of_size->size;
	number = pool_take(of_size);
	item = pool_at(of_size, number);
	*item = (struct item){ 1, 1, (uint16_t)n };
	p = (uint8_t *)(item + 1);
	for (uint8_t i = 0; p < (uint8_t *)(item + 1) + n; i++)
		if (values[i].kind != VALUE_NOTHING)
			p = put(p, i, &values[i]);
	b->newest = number << SIZE_BITS | size;
	return b->newest;
}

uint32_t
bound_new(struct bounds *b, const struct value values[VARIABLES_MAX])
{
	struct item	*item;
	size_t		 size;

	if (b->newest == 0)
		return make(b, values);
	item = at(b, b->newest);
	size = size_of(b, b->newest);
	if (BOUNDS_MAX - b->bytes < size || item->shares == UINT16_MAX ||
	    !has(item, values))
		return make(b, values);
	b->bytes += size;
	item->refs++;
	item->shares++;
	return b->newest;
}

uint32_t
bound_hold(struct bounds *b, uint32_t number)
{
	if (number != 0)
		at(b, number)->refs++;
	return number;
}

void
bound_drop(struct bounds *b, uint32_t number)
{
	struct item	*item;

	if (number == 0)
		return;
	item = at(b, number);
	if (--item->refs >= item->shares)
		return;			/* it was of bound_hold() */
	item->shares--;
	b->bytes -= size_of(b, number);
	if (item->refs > 0)
		return;
	if (number == b->newest)
		b->newest = 0;
	pool_give(&b->sizes[number & ((1u << SIZE_BITS) - 1)],
	    number >> SIZE_BITS);
}

void
bound_values(const struct bounds *b, uint32_t number,
    struct value values[VARIABLES_MAX])
{
	const uint8_t	*p, *end;

	bound_nothing(values);
	if (number == 0)
		return;
	p = (const uint8_t *)(at(b, number) + 1);
	for (end = p + at(b, number)->n; p < end;) {
		struct head	 h;
		struct value	*v;

		memcpy(&h, p, sizeof(h));
		v = &values[h.variable];
		*v = (struct value){ .kind = (enum value_kind)h.kind,
		    .number = h.number, .cut = h.cut != 0,
		    .bytes = { NULL, h.n } };
		if (!v->cut)
			v->bytes.p = p + sizeof(h);
		p += room_for(v);
	}
}

bool
bound_agrees(const struct value some[VARIABLES_MAX],
    const struct value all[VARIABLES_MAX])
{
	for (size_t i = 0; i < VARIABLES_MAX; i++)
		if (some[i].kind != VALUE_NOTHING &&
		    !value_equal(&some[i], &all[i]))
			return false;
	return true;
}
