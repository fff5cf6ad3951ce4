/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nearest.c - tables of names, and the name that was probably meant.
 *
 * The distance counts insertions, deletions, replacements and swaps of
 * neighbours ("optimal string alignment"). Only distances up to two are asked
 * for, so a few cells beside the diagonal of the table are enough, and a
 * candidate costs time in proportion to its length.
 */
#include <stdbool.h>

#include "base/nearest.h"

#define EDITS_MAX	2u
#define WORD_MAX	64u	/* bytes; longer ones are told apart at once */
#define BAND		(2 * EDITS_MAX + 1)

const struct name *
name_find(const struct name *names, struct slice s)
{
	for (; names->name != NULL; names++)
		if (s.n > 0 && s.p[0] == (uint8_t)names->name[0] &&
		    slice_is(s, names->name))
			return names;
	return NULL;
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static bool
differs_in_case_only(struct slice a, struct slice b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Edits from A to B, or more than EDITS_MAX. rows[i % 3][k] is the distance of
 * the first i bytes of A from the first i + k - EDITS_MAX of B.
 */
static unsigned
distance(struct slice a, struct slice b)
{
	unsigned	 rows[3][BAND + 2];
	const unsigned	 far = EDITS_MAX + 1;

	for (size_t i = 0; i <= a.n; i++) {
		unsigned	*row = rows[i % 3] + 1;
		const unsigned	*up = rows[(i + 2) % 3] + 1;
		const unsigned	*upper = rows[(i + 1) % 3] + 1;

		row[-1] = row[BAND] = far;
		for (size_t k = 0; k < BAND; k++) {
			const size_t	 j = i + k - EDITS_MAX;
			unsigned	 d = far;

			if (i + k < EDITS_MAX || j > b.n) {
				row[k] = far;
				continue;
			}
			if (i == 0 || j == 0) {
				row[k] = (unsigned)(i + j);
				continue;
			}
			d = least(up[k] + (a.p[i - 1] != b.p[j - 1]), far);
			d = least(d, row[(long)k - 1] + 1);
			d = least(d, up[k + 1] + 1);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1])
				d = least(d, upper[k] + 1);
			row[k] = d;
		}
	}
	return rows[a.n % 3][1 + b.n + EDITS_MAX - a.n];
}

void
nearest_init(struct nearest *near, struct slice word)
{
	/* Short words are near to everything. */
	*near = (struct nearest){
		.word = word,
		.edits = word.n < 3 || word.n > WORD_MAX ? 1 :
		    word.n < 5 ? 2 : EDITS_MAX + 1,
	};
}

void
nearest_try(struct nearest *near, struct slice known)
{
	unsigned	d;

	if (near->edits == 0 || known.n > WORD_MAX + EDITS_MAX ||
	    known.n + EDITS_MAX < near->word.n ||
	    near->word.n + EDITS_MAX < known.n)
		return;
	d = differs_in_case_only(near->word, known) ? 0 :
	    distance(near->word, known);
	if (d >= near->edits)
		return;
	near->edits = d;
	near->best = known;
}
