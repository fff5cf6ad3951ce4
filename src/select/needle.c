/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * needle.c - bytes that every wanted record holds.
 *
 * Nothing goes through bytes as fast as memchr(3), as long as it has to stop
 * seldom. So it is given the byte of the needle that the trail has least often,
 * counted once, where it is looked into first. When that is not rare enough two
 * bytes are looked for, as far apart as they are in the needle, at many places
 * at once.
 */
#include "select/needle.h"

#include <string.h>

#define SAMPLE		4096u	/* bytes that are counted; fewer tell little */
#define SELDOM		512u	/* bytes to one that is rare: a few records */
#define BLOCK		64u	/* places that are looked at at once */

/* What compilers turn into the widest instructions that there always are. */
typedef uint8_t lanes __attribute__((vector_size(16)));

/* How many of them tell one record from another: zeros do not. */
static size_t
worth(struct slice bytes)
{
	size_t	 n = 0;

	for (size_t i = 0; i < bytes.n; i++)
		n += bytes.p[i] != 0;
	return n;
}

/* That of the worst decides: it lets most records through. */
static size_t
worth_all(const struct slice *all, size_t n)
{
	size_t	 least = SIZE_MAX;

	for (size_t i = 0; i < n; i++) {
		const size_t	 one = all[i].n < NEEDLE_MIN ? 0 :
		    worth(all[i]);

		if (one < least)
			least = one;
	}
	return n == 0 ? 0 : least;
}

static size_t
worth_taken(const struct needles *taken)
{
	struct slice	 all[NEEDLES_MAX];

	for (size_t i = 0; i < taken->n; i++)
		all[i] = (struct slice){ taken->v[i].bytes, taken->v[i].n };
	return worth_all(all, taken->n);
}

void
needles_offer(struct needles *taken, const struct slice *all, size_t n)
{
	if (n > NEEDLES_MAX || worth_all(all, n) <= worth_taken(taken))
		return;
	taken->n = n;
	for (size_t i = 0; i < n; i++) {
		struct needle	*one = &taken->v[i];

		*one = (struct needle){ .n = all[i].n < NEEDLE_MAX ?
		    all[i].n : NEEDLE_MAX };
		memcpy(one->bytes, all[i].p, one->n);
		one->one = one->n - 1;		/* of numbers the last varies */
	}
}

/* How often do two of its bytes stand here as they do in it? */
static size_t
count_both(const struct needle *n, size_t one, size_t two, struct slice here)
{
	size_t	 count = 0;

	for (size_t i = 0; i + n->n <= here.n; i++)
		count += here.p[i + one] == n->bytes[one] &&
		    here.p[i + two] == n->bytes[two];
	return count;
}

/* The byte that is rarest here, and the one that is with it least often. */
static void
choose(struct needle *n, struct slice here)
{
	size_t	 seen[256] = { 0 }, least = SIZE_MAX;

	if (here.n < SAMPLE)
		return;
	here.n = SAMPLE;
	for (size_t i = 0; i < here.n; i++)
		seen[here.p[i]]++;
	for (size_t i = 0; i < n->n; i++)
		if (seen[n->bytes[i]] < seen[n->bytes[n->one]])
			n->one = i;
	for (size_t i = 0; i < n->n; i++) {
		const size_t	 count = i == n->one ? SIZE_MAX :
		    count_both(n, n->one, i, here);

		if (count < least) {
			least = count;
			n->two = i;
		}
	}
	n->rare = seen[n->bytes[n->one]] <= SAMPLE / SELDOM;
	n->chosen = true;
}

static inline lanes
both(const uint8_t *p, const uint8_t *q, lanes one, lanes two)
{
	lanes	 a, b;

	memcpy(&a, p, sizeof(a));
	memcpy(&b, q, sizeof(b));
	return (lanes)((a == one) & (b == two));
}

/* Are there the two bytes, at P and at Q or at any of BLOCK places behind? */
static inline bool
block_has(const uint8_t *p, const uint8_t *q, lanes one, lanes two)
{
	const lanes	 hits = both(p, q, one, two) |
	    both(p + 16, q + 16, one, two) | both(p + 32, q + 32, one, two) |
	    both(p + 48, q + 48, one, two);
	uint64_t	 halves[2];

	memcpy(halves, &hits, sizeof(halves));
	return (halves[0] | halves[1]) != 0;
}

/* Where is it, with its byte `one` from P on and before UNTIL? Or NULL. */
static const uint8_t *
look(const struct needle *n, const uint8_t *p, const uint8_t *until)
{
	for (; p < until; p++) {
		p = memchr(p, n->bytes[n->one], (size_t)(until - p));
		if (p == NULL)
			return NULL;
		if (p[(ptrdiff_t)n->two - (ptrdiff_t)n->one] ==
		    n->bytes[n->two] &&
		    memcmp(p - n->one, n->bytes, n->n) == 0)
			return p - n->one;
	}
	return NULL;
}

/* The first place from P on where it stands before END; END: none. */
static const uint8_t *
find(struct needle *n, const uint8_t *p, const uint8_t *end)
{
	const uint8_t	*until, *at = NULL;
	lanes		 one = { 0 }, two = { 0 };

	if (!n->chosen)
		choose(n, (struct slice){ p, (size_t)(end - p) });
	if ((size_t)(end - p) < n->n)
		return end;
	one += n->bytes[n->one];
	two += n->bytes[n->two];
	until = end - (n->n - n->one) + 1;	/* places for its byte `one` */
	p += n->one;
	for (; !n->rare && (size_t)(until - p) >= BLOCK; p += BLOCK)
		if (block_has(p, p - n->one + n->two, one, two) &&
		    (at = look(n, p, p + BLOCK)) != NULL)
			return at;
	at = look(n, p, until);
	return at != NULL ? at : end;
}

bool
search_within(struct search *s, const uint8_t *p, const uint8_t *until)
{
	for (size_t i = 0; i < s->needles->n; i++) {
		if (s->at[i] == NULL || s->at[i] < p)
			s->at[i] = find(&s->needles->v[i], p, s->end);
		if (s->at[i] < until)
			return true;
	}
	return false;
}
