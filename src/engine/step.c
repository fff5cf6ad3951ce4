/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * step.c - the records that took part in live sequences.
 *
 * A pool in chunks, so that growing copies nothing. A chain may grow by half
 * again over what is kept before its middle is cut out, so that the walk to
 * the place of the cut is paid for by the steps in between.
 */
#include "engine/step.h"

#include <stdlib.h>

#include "base/mem.h"

#define CHUNK	4096u			/* steps */
#define CUT_AT	(STEPS_CHAIN + 1)	/* length at which a chain is cut */

struct steps {
	struct step	**chunks;
	size_t		  cap;		/* of the array of chunks */
	uint32_t	  n;		/* steps handed out, free ones too */
	uint32_t	  free;		/* chain of free steps */
};

struct steps *
steps_new(void)
{
	struct steps	*s = xcalloc(1, sizeof(*s));

	s->n = 1;			/* 0 is the empty chain */
	return s;
}

void
steps_free(struct steps *s)
{
	if (s == NULL)
		return;
	for (uint32_t i = 0; i < s->cap; i++)
		free(s->chunks[i]);
	free(s->chunks);
	free(s);
}

static struct step *
at(const struct steps *s, uint32_t number)
{
	return &s->chunks[number / CHUNK][number % CHUNK];
}

const struct step *
steps_at(const struct steps *s, uint32_t number)
{
	return at(s, number);
}

void
steps_ahead(const struct steps *s, uint32_t head)
{
	if (head != 0)
		__builtin_prefetch(at(s, head));
}

static void
make_chunk(struct steps *s, uint32_t chunk)
{
	if (chunk >= s->cap) {
		size_t	 was = s->cap;

		s->chunks = mem_grow(s->chunks, &s->cap, chunk + 1,
		    sizeof(*s->chunks));
		for (size_t i = was; i < s->cap; i++)
			s->chunks[i] = NULL;
	}
	if (s->chunks[chunk] == NULL)
		s->chunks[chunk] = xreallocarray(NULL, CHUNK,
		    sizeof(struct step));
}

/* A step nobody uses, 0 when there is none. */
static uint32_t
take(struct steps *s)
{
	uint32_t	 number = s->free;

	if (number != 0) {
		s->free = at(s, number)->before;
		return number;
	}
	if (s->n >= STEPS_MAX)
		return 0;
	make_chunk(s, s->n / CHUNK);
	return s->n++;
}

/*
 * Cut the middle out of a chain of CUT_AT steps: keep STEPS_ENDS at the head,
 * join them to the first STEPS_ENDS.
 */
static void
cut(struct steps *s, uint32_t head)
{
	uint32_t	 join = head, drop;

	for (unsigned i = 1; i < STEPS_ENDS; i++)
		join = at(s, join)->before;
	drop = at(s, join)->before;
	for (unsigned i = 0; i < CUT_AT - 2 * STEPS_ENDS; i++) {
		uint32_t	 next = at(s, drop)->before;

		at(s, drop)->before = s->free;
		at(s, drop)->length = 0;
		s->free = drop;
		drop = next;
	}
	at(s, join)->before = drop;
}

bool
steps_push(struct steps *s, uint32_t *head, struct step step)
{
	uint32_t	 number = take(s), length = 1;

	if (number == 0)
		return false;
	if (*head != 0)
		length += at(s, *head)->length;
	step.before = *head;
	step.length = length & 0x3fff;
	*at(s, number) = step;
	*head = number;
	if (length == CUT_AT) {
		cut(s, number);
		at(s, number)->length = 2 * STEPS_ENDS;
	}
	return true;
}

void
steps_release(struct steps *s, uint32_t head)
{
	uint32_t	 last = head;

	if (head == 0)
		return;
	for (; at(s, last)->before != 0; last = at(s, last)->before)
		at(s, last)->length = 0;
	at(s, last)->length = 0;
	at(s, last)->before = s->free;
	s->free = head;
}

uint32_t
steps_size(const struct steps *s)
{
	return s->n;
}

bool
steps_in_use(const struct steps *s, uint32_t number)
{
	return number > 0 && number < s->n && at(s, number)->length != 0;
}

bool
steps_restore(struct steps *s, uint32_t number, const struct step *step)
{
	if (number < s->n || number >= STEPS_MAX || step->length == 0 ||
	    step->length > STEPS_CHAIN)
		return false;
	for (; s->n < number; s->n++) {
		make_chunk(s, s->n / CHUNK);
		at(s, s->n)->length = 0;
	}
	make_chunk(s, number / CHUNK);
	*at(s, number) = *step;
	s->n = number + 1;
	return true;
}

void
steps_restored(struct steps *s)
{
	for (uint32_t i = s->n; i-- > 1;)
		if (at(s, i)->length == 0) {
			at(s, i)->before = s->free;
			s->free = i;
		}
}
