/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bound.c - what the variables of a partial match hold.
 *
 * The values stand one behind the other in an item of a pool, each behind a
 * head of 16 bytes and filled up to a multiple of 8. The pool is one of several
 * by size; its number is part of the item's.
 */
#include "engine/bound.h"

#include <string.h>

#define SIZE_BITS	5u		/* of a number: which pool */
#define SMALLEST	32u		/* bytes */

struct item {
	uint32_t	 refs;
	uint32_t	 n;		/* bytes of values behind it */
};

struct head {
	uint8_t		 variable;
	uint8_t		 kind;
	uint8_t		 cut;
	uint32_t	 n;		/* bytes of the value */
	uint64_t	 number;
};

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

static uint8_t *
put(uint8_t *p, uint8_t variable, const struct value *v)
{
	const struct head	 h = { .variable = variable,
	    .kind = (uint8_t)v->kind, .cut = v->cut,
	    .n = (uint32_t)v->bytes.n, .number = v->number };
	const size_t		 n = body(v);

	memcpy(p, &h, sizeof(h));
	if (n > 0)
		memcpy(p + sizeof(h), v->bytes.p, n);
	return p + room_for(v);
}

uint32_t
bound_new(struct bounds *b, const struct value values[VARIABLES_MAX])
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
	*item = (struct item){ 1, (uint32_t)n };
	p = (uint8_t *)(item + 1);
	for (uint8_t i = 0; p < (uint8_t *)(item + 1) + n; i++)
		if (values[i].kind != VALUE_NOTHING)
			p = put(p, i, &values[i]);
	return number << SIZE_BITS | size;
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
	const unsigned	 size = number & ((1u << SIZE_BITS) - 1);

	if (number == 0 || --at(b, number)->refs > 0)
		return;
	b->bytes -= b->sizes[size].size;
	pool_give(&b->sizes[size], number >> SIZE_BITS);
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
