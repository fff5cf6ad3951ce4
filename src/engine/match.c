/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * match.c - is a value in a set of the second edition?
 *
 * Small sets are looked through entry by entry. For large ones there is a hash
 * of exact names, a trie of prefixes and of directories, one pass for all
 * texts, and for networks a search in those of each length. A glob is compiled
 * for each of the two meanings that it may have, by the field.
 */
#include "engine/match.h"

#include <stdlib.h>

#include "base/glob.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/texts.h"
#include "base/patterns.h"
#include "base/trie.h"

#define FEW	8u		/* entries that are looked through */

/* A set made ready; which members, by its type. */
struct ready {
	const struct match_set	*set;
	struct map		*exact;		/* NULL: few */
	struct trie		*trie;		/* NULL: few */
	struct texts		*texts;
	struct glob		**globs[2];	/* slashes special or not */
	struct network		*networks;	/* by bits, then bytes */
	uint32_t		 of_bits[130];	/* first with so many bits */
};

struct matches {
	const struct program	*program;
	struct patterns		*patterns;	/* by number of the set */
	struct ready		*sets;
};

/* In names of files and zones a star ends at a slash. */
static bool
has_slashes(enum rule_field field)
{
	return field == FIELD_OBJECT || field == FIELD_IMAGE ||
	    field == FIELD_PARENT || field == FIELD_ANCESTOR ||
	    field == FIELD_ZONE;
}

/* Making ready. */

static bool
bit(const uint8_t *bytes, unsigned i)
{
	return (bytes[i / 8] >> (7 - i % 8) & 1) != 0;
}

/* Compare the first BITS of two addresses. */
static int
compare_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	const int	 c = memcmp(a, b, bits / 8);

	if (c != 0 || bits % 8 == 0)
		return c;
	for (unsigned i = bits & ~7u; i < bits; i++)
		if (bit(a, i) != bit(b, i))
			return bit(a, i) ? 1 : -1;
	return 0;
}

static int
by_bits(const void *va, const void *vb)
{
	const struct network	*a = va, *b = vb;

	if (a->bits != b->bits)
		return a->bits < b->bits ? -1 : 1;
	return compare_bits(a->bytes, b->bytes, a->bits);
}

static void
ready_names(struct ready *r)
{
	const struct match_set	*s = r->set;

	if (s->n <= FEW)
		return;
	r->exact = map_new();
	for (size_t i = 0; i < s->n; i++)
		(void)map_put(r->exact, s->entries[i], r);
}

/* A prefix is entered under its length: see dir_has(). */
static void
ready_trie(struct ready *r)
{
	const struct match_set	*s = r->set;

	if (s->n <= FEW)
		return;
	r->trie = trie_new();
	for (size_t i = 0; i < s->n; i++) {
		const struct slice	 e = s->type == MATCH_DIR ?
		    slice_directory(s->entries[i]) : s->entries[i];

		trie_add(r->trie, e, (uint32_t)e.n);
	}
	trie_freeze(r->trie);
}

static void
ready_globs(struct ready *r, bool slashes)
{
	const struct match_set	*s = r->set;
	struct glob		**globs = r->globs[slashes];

	if (globs != NULL)
		return;
	globs = xcalloc(s->n, sizeof(*globs));
	for (size_t i = 0; i < s->n; i++)
		globs[i] = glob_new(s->entries[i], slashes);
	r->globs[slashes] = globs;
}

static void
ready_patterns(struct matches *m, const struct match_set *s, uint32_t set)
{
	size_t	 at;
	char	 why[1];

	/* The front end has refused those that do not compile. */
	for (size_t i = 0; i < s->n; i++)
		(void)patterns_add(m->patterns, s->entries[i], set, &at, why,
		    sizeof(why));
}

static void
ready_networks(struct ready *r)
{
	const struct match_set	*s = r->set;

	r->networks = xmemdup(s->networks, s->n * sizeof(*s->networks));
	qsort(r->networks, s->n, sizeof(*r->networks), by_bits);
	for (uint32_t bits = 0, i = 0; bits < 130; bits++) {
		while (i < s->n && r->networks[i].bits < bits)
			i++;
		r->of_bits[bits] = i;
	}
}

static void
make_ready(struct matches *m, const struct predicate *p)
{
	struct ready	*r = &m->sets[p->set];
	const bool	 first = r->set == NULL;

	r->set = &m->program->match_sets[p->set];
	if (r->set->type == MATCH_GLOB)
		ready_globs(r, has_slashes(p->field));
	if (!first)
		return;
	switch (r->set->type) {
	case MATCH_EXACT:
		ready_names(r);
		break;
	case MATCH_PREFIX:
	case MATCH_DIR:
		ready_trie(r);
		break;
	case MATCH_PCRE:
		ready_patterns(m, r->set, p->set);
		break;
	case MATCH_TEXT:
		r->texts = texts_new(r->set->entries, r->set->n);
		break;
	case MATCH_ADDRESS:
		ready_networks(r);
		break;
	case MATCH_ID:
	case MATCH_GLOB:
	case MATCH_RANGE:
	case MATCH_ERRNO:
		break;
	}
}

struct matches *
matches_new(const struct program *program)
{
	struct matches	*m = xcalloc(1, sizeof(*m));

	m->program = program;
	m->patterns = patterns_new();
	m->sets = xcalloc(program->nmatch_sets, sizeof(*m->sets));
	for (size_t i = 0; i < program->npredicates; i++) {
		const struct predicate	*p = &program->predicates[i];

		if (p->kind == PRED_SET || p->kind == PRED_RANGES)
			make_ready(m, p);
	}
	return m;
}

static void
free_globs(struct glob **globs, size_t n)
{
	for (size_t i = 0; globs != NULL && i < n; i++)
		glob_free(globs[i]);
	free(globs);
}

void
matches_free(struct matches *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->program->nmatch_sets; i++) {
		struct ready	*r = &m->sets[i];

		if (r->set == NULL)
			continue;
		map_free(r->exact);
		trie_free(r->trie);
		texts_free(r->texts);
		free_globs(r->globs[0], r->set->n);
		free_globs(r->globs[1], r->set->n);
		free(r->networks);
	}
	patterns_free(m->patterns);
	free(m->sets);
	free(m);
}

void
matches_ready(struct matches *m, bool jit)
{
	patterns_ready(m->patterns, jit);
}

/* Asking. */

static bool
id_has(const struct match_set *s, uint64_t id)
{
	const struct id_set	 ids = { s->ids, s->n };

	return id <= UINT32_MAX && id_set_has(&ids, (uint32_t)id);
}

static bool
range_has(const struct match_set *s, uint64_t v)
{
	size_t	 from = 0, to = s->n;

	while (from < to) {
		const size_t		 middle = from + (to - from) / 2;
		const struct range	*r = &s->ranges[middle];

		if (v >= r->low && v <= r->high)
			return true;
		if (v > r->high)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

static bool
error_has(const struct match_set *s, enum dialect d, uint64_t error)
{
	for (size_t i = 0; i < s->nerrors[d]; i++)
		if (s->errors[d][i] == error)
			return true;
	return false;
}

/* In a network of so many BITS, among those from FROM up to TO? */
static bool
network_in(const struct network *list, size_t from, size_t to,
    const uint8_t *address)
{
	while (from < to) {
		const size_t		 middle = from + (to - from) / 2;
		const struct network	*n = &list[middle];
		const int		 c = compare_bits(address, n->bytes,
		    n->bits);

		if (c == 0)
			return true;
		if (c > 0)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

static bool
address_has(const struct ready *r, const uint8_t *address)
{
	for (unsigned bits = 0; bits <= 128; bits++)
		if (network_in(r->networks, r->of_bits[bits],
		    r->of_bits[bits + 1], address))
			return true;
	return false;
}

static bool
exact_has(const struct ready *r, struct slice v)
{
	if (r->exact != NULL)
		return map_find(r->exact, v) != NULL;
	for (size_t i = 0; i < r->set->n; i++)
		if (slice_eq(v, r->set->entries[i]))
			return true;
	return false;
}

static bool
prefix_has(const struct ready *r, struct slice v)
{
	if (r->trie != NULL)
		return trie_walk(r->trie, v, 0) != 0;
	for (size_t i = 0; i < r->set->n; i++)
		if (slice_has_prefix(v, r->set->entries[i]))
			return true;
	return false;
}

/* Of the directories that V begins with, one that ends where a name ends. */
static bool
dir_has(const struct ready *r, struct slice v)
{
	uint32_t	 class;
	size_t		 n;

	if (r->trie == NULL) {
		for (size_t i = 0; i < r->set->n; i++)
			if (slice_lies_in(v, r->set->entries[i]))
				return true;
		return false;
	}
	for (class = trie_walk(r->trie, v, 0); class != 0;
	    class = trie_parent(r->trie, class)) {
		const size_t	 length = trie_sets(r->trie, class, &n)[0];

		if (slice_lies_in(v, (struct slice){ v.p, length }))
			return true;
	}
	return false;
}

static bool
glob_has(const struct ready *r, bool slashes, struct slice v)
{
	struct glob *const	*globs = r->globs[slashes];

	for (size_t i = 0; i < r->set->n; i++)
		if (globs[i] != NULL && glob_fits(globs[i], v))
			return true;
	return false;
}

static int
text_has(struct matches *m, const struct predicate *p, struct slice v,
    size_t whole)
{
	const struct ready	*r = &m->sets[p->set];

	switch (r->set->type) {
	case MATCH_PREFIX:
		return prefix_has(r, v);
	case MATCH_PCRE:
		return patterns_match_part(m->patterns, p->set, v, whole);
	case MATCH_EXACT:
		return exact_has(r, v);
	case MATCH_DIR:
		return dir_has(r, v);
	case MATCH_GLOB:
		return glob_has(r, has_slashes(p->field), v);
	case MATCH_TEXT:
		return texts_in(r->texts, v);
	case MATCH_ID:
	case MATCH_ADDRESS:
	case MATCH_RANGE:
	case MATCH_ERRNO:
		break;
	}
	return 0;
}

int
matches_has(struct matches *m, const struct predicate *p, enum dialect d,
    const struct value *v, size_t whole)
{
	const struct ready	*r = &m->sets[p->set];

	switch (v->kind) {
	case VALUE_NOTHING:
		break;
	case VALUE_NUMBER:
		if (r->set->type == MATCH_ID)
			return id_has(r->set, v->number);
		if (r->set->type == MATCH_RANGE)
			return range_has(r->set, v->number);
		return r->set->type == MATCH_ERRNO &&
		    error_has(r->set, d, v->number);
	case VALUE_ADDRESS:
		return r->set->type == MATCH_ADDRESS &&
		    address_has(r, v->bytes.p);
	case VALUE_TEXT:
		return text_has(m, p, v->bytes, whole);
	}
	return 0;
}
