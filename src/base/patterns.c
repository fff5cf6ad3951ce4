/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patterns.c - many regular expressions, asked by sets.
 *
 * PCRE2 compiles every pattern once, so that it alone says what is one. Those
 * that automata can run are then looked for together, and what was found in a
 * subject is kept until there is another one. Of nearly all others something
 * wider is looked for with them, so that they are run, one by one, only where
 * that is found; and after a glance at which bytes the subject holds.
 */
#include "base/patterns.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/backtrack.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/regex.h"
#include "base/search.h"

struct pattern {
	uint32_t		 number;	/* from 0, in order of coming */
	struct slice		 text;		/* in the map */
	struct backtrack_code	*code;		/* NULL: not asked for yet */
	enum search_way		 way;		/* as soon as it is prepared */
	uint32_t		*signs;		/* see sign_of(), of its sets */
	size_t			 nsigns, cap;
};

struct set {
	struct pattern	**list;		/* each once */
	size_t		  n, cap;
	size_t		  nalone;	/* these come first, and are tried one
					 * by one: */
	size_t		  nblind;	/* these, always; the others if what
					 * is wider was found */
};

struct patterns {
	struct backtrack	*backtrack;
	struct search		*search;
	struct map		*by_text;	/* of struct pattern, owned */
	struct map		*members;	/* by set and pattern */
	struct set		*sets;
	size_t			 nsets, sets_cap;
	size_t			 nsearched;	/* patterns it was told of */
	bool			 stale;		/* something was added since */
	uint32_t		 age;		/* of the search, as arranged */
	/* The last subject, and what was found in it. */
	uint8_t			*subject;
	size_t			 subject_n, subject_cap;
	bool			 found, noted;	/* what follows */
	uint32_t		 verdict;
	struct backtrack_text	 glance;
};

/* What the search says of a set: a pattern is there, or may be. */
static uint32_t
sign_of(uint32_t set, enum search_way way)
{
	return 2 * set + (way == SEARCH_WIDER);
}

static const uint32_t *
signs_of(void *arg, uint32_t number, size_t *n)
{
	const struct patterns	*ps = arg;
	const struct pattern	*p = map_at(ps->by_text, number, NULL);

	*n = p->nsigns;
	return p->signs;
}

struct patterns *
patterns_new(void)
{
	struct patterns	*ps = xcalloc(1, sizeof(*ps));

	ps->backtrack = backtrack_new();
	ps->search = search_new(signs_of, ps);
	ps->by_text = map_new();
	ps->members = map_new();
	return ps;
}

void
patterns_free(struct patterns *ps)
{
	if (ps == NULL)
		return;
	for (size_t i = 0; i < map_count(ps->by_text); i++) {
		struct pattern	*p = map_at(ps->by_text, i, NULL);

		backtrack_code_free(p->code);
		free(p->signs);
		free(p);
	}
	map_free(ps->by_text);
	map_free(ps->members);
	for (size_t i = 0; i < ps->nsets; i++)
		free(ps->sets[i].list);
	free(ps->sets);
	free(ps->subject);
	search_free(ps->search);
	backtrack_free(ps->backtrack);
	free(ps);
}

/* Adding. */

static void
set_add(struct patterns *ps, uint32_t number, struct pattern *p)
{
	const uint32_t	 pair[2] = { number, p->number };
	struct set	*s;

	if (map_put(ps->members, (struct slice){ (const uint8_t *)pair,
	    sizeof(pair) }, p) != NULL)
		return;		/* is there already */
	if (number >= ps->nsets) {
		ps->sets = mem_grow(ps->sets, &ps->sets_cap, (size_t)number + 1,
		    sizeof(ps->sets[0]));
		memset(ps->sets + ps->nsets, 0,
		    (number + 1 - ps->nsets) * sizeof(ps->sets[0]));
		ps->nsets = (size_t)number + 1;
	}
	s = &ps->sets[number];
	s->list = mem_grow(s->list, &s->cap, s->n + 1, sizeof(s->list[0]));
	s->list[s->n++] = p;
	p->signs = mem_grow(p->signs, &p->cap, p->nsigns + 1,
	    sizeof(p->signs[0]));
	p->signs[p->nsigns++] = sign_of(number, p->way);
	ps->stale = true;
}

static struct pattern *
pattern_new(struct patterns *ps, struct slice text)
{
	struct pattern	*p = xcalloc(1, sizeof(*p));
	const size_t	 n = map_count(ps->by_text);

	p->number = (uint32_t)n;
	(void)map_put(ps->by_text, text, p);		/* was not there */
	(void)map_at(ps->by_text, n, &p->text);
	return p;
}

/* NULL: there is no memory for it. */
static struct backtrack_code *
code_of(struct patterns *ps, struct pattern *p)
{
	size_t	 at;
	char	 why[1];

	if (p->code == NULL)
		p->code = backtrack_compile(ps->backtrack, p->text, &at, why,
		    sizeof(why));
	return p->code;
}

int
patterns_add(struct patterns *ps, struct slice pattern, uint32_t set,
    size_t *err_at, char *why, size_t why_n)
{
	struct pattern	*p = map_find(ps->by_text, pattern);

	if (p == NULL) {
		struct backtrack_code	*code = backtrack_compile(
		    ps->backtrack, pattern, err_at, why, why_n);

		if (code == NULL)
			return -1;
		p = pattern_new(ps, pattern);
		p->code = code;
	}
	set_add(ps, set, p);
	return 0;
}

void
patterns_add_known(struct patterns *ps, struct slice pattern, uint32_t set)
{
	struct pattern	*p = map_find(ps->by_text, pattern);

	set_add(ps, set, p != NULL ? p : pattern_new(ps, pattern));
}

bool
patterns_alone(struct slice pattern)
{
	struct arena	*arena = arena_new();
	const bool	 alone = regex_read(arena, pattern) == NULL;

	arena_free(arena);
	return alone;
}

/* Asking. */

/* Those of a set that are found this way. */
static size_t
pick(const struct patterns *ps, const struct set *s, enum search_way way,
    struct pattern **to)
{
	size_t	 n = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct pattern	*p = s->list[i];

		if ((search_has(ps->search, p->number) ? p->way :
		    SEARCH_NOT) == way)
			to[n++] = p;
	}
	return n;
}

static void
arrange_set(const struct patterns *ps, struct set *s)
{
	struct pattern	**list = xreallocarray(NULL, s->n, sizeof(*list));

	s->nblind = pick(ps, s, SEARCH_NOT, list);
	s->nalone = s->nblind + pick(ps, s, SEARCH_WIDER, list + s->nblind);
	(void)pick(ps, s, SEARCH_EXACTLY, list + s->nalone);
	free(s->list);
	s->list = list;
	s->cap = s->n;
}

static void
arrange(struct patterns *ps)
{
	for (size_t i = 0; i < ps->nsets; i++)
		if (ps->sets[i].n > 0)
			arrange_set(ps, &ps->sets[i]);
	ps->age = search_age(ps->search);
}

static void
prepare(struct patterns *ps)
{
	for (; ps->nsearched < map_count(ps->by_text); ps->nsearched++) {
		struct pattern	*p = map_at(ps->by_text, ps->nsearched, NULL);

		p->way = search_add(ps->search, p->text, p->number);
		for (size_t i = 0; i < p->nsigns; i++)
			p->signs[i] = sign_of(p->signs[i] / 2, p->way);
	}
	search_renew(ps->search);
	search_ready(ps->search);
	arrange(ps);
	ps->stale = ps->found = false;
}

void
patterns_prepare(struct patterns *ps)
{
	if (ps->stale)
		prepare(ps);
}

void
patterns_ready(struct patterns *ps, bool jit)
{
	patterns_prepare(ps);
	for (size_t i = 0; jit && i < ps->nsets; i++)
		for (size_t k = 0; k < ps->sets[i].nalone; k++)
			if (code_of(ps, ps->sets[i].list[k]) != NULL)
				backtrack_ready(ps->sets[i].list[k]->code);
	backtrack_seal(ps->backtrack);
}

/* From here on it is this subject that is asked about. */
static void
take_subject(struct patterns *ps, struct slice subject)
{
	patterns_prepare(ps);
	if ((ps->found || ps->noted) &&
	    slice_eq(subject, (struct slice){ ps->subject, ps->subject_n }))
		return;
	ps->subject = mem_grow(ps->subject, &ps->subject_cap, subject.n, 1);
	if (subject.n > 0)
		memcpy(ps->subject, subject.p, subject.n);
	ps->subject_n = subject.n;
	ps->found = ps->noted = false;
}

static void
look(struct patterns *ps, struct slice subject)
{
	ps->verdict = search_find(ps->search, subject);
	/* Perhaps there were too many states, and some are given up. */
	if (ps->age != search_age(ps->search))
		arrange(ps);
}

/* A copy of the subject would cost more than is won by having it. */
uint64_t
patterns_class(struct patterns *ps, struct slice subject)
{
	patterns_prepare(ps);
	ps->found = ps->noted = false;
	look(ps, subject);
	return (uint64_t)ps->age << 32 | ps->verdict;
}

/* Was any pattern of the set found that is looked for this way? */
static bool
says(const struct patterns *ps, uint32_t verdict, uint32_t set,
    enum search_way way)
{
	return verdicts_has(search_verdicts(ps->search), verdict,
	    sign_of(set, way));
}

enum patterns_answer
patterns_says(const struct patterns *ps, uint64_t class, uint32_t set)
{
	if (set >= ps->nsets)
		return PATTERNS_NO;
	if (class >> 32 != search_age(ps->search))
		return PATTERNS_ASK;
	if (says(ps, (uint32_t)class, set, SEARCH_EXACTLY))
		return PATTERNS_YES;
	return ps->sets[set].nblind > 0 ||
	    says(ps, (uint32_t)class, set, SEARCH_WIDER) ? PATTERNS_ASK :
	    PATTERNS_NO;
}

/* The first N of a set. */
static int
try_alone(struct patterns *ps, const struct set *s, size_t n,
    struct slice subject, size_t whole)
{
	int	 answer = 0;

	/* For one pattern the library's own look is the cheaper. */
	if (n > 1 && !ps->noted) {
		backtrack_note(&ps->glance, subject);
		ps->noted = true;
	}
	for (size_t i = 0; i < n; i++) {
		struct backtrack_code	*code = code_of(ps, s->list[i]);
		int			 got = PATTERNS_ELIMIT;

		if (code != NULL && n > 1 &&
		    !backtrack_may(code, &ps->glance))
			continue;
		if (code != NULL)
			got = backtrack_run(ps->backtrack, code, subject,
			    whole);
		if (got == 1)
			return 1;
		if (got != 0)
			answer = got;
	}
	return answer;
}

int
patterns_match(struct patterns *ps, uint32_t set, struct slice subject)
{
	return patterns_match_part(ps, set, subject, subject.n);
}

int
patterns_match_part(struct patterns *ps, uint32_t set, struct slice subject,
    size_t whole)
{
	const struct set	*s;
	size_t			 alone;

	if (set >= ps->nsets || ps->sets[set].n == 0)
		return 0;
	take_subject(ps, subject);
	s = &ps->sets[set];
	alone = s->nblind;
	if (s->nblind < s->n) {
		if (!ps->found)
			look(ps, subject);
		ps->found = true;
		if (says(ps, ps->verdict, set, SEARCH_EXACTLY))
			return 1;
		if (says(ps, ps->verdict, set, SEARCH_WIDER))
			alone = s->nalone;
	}
	return alone > 0 ? try_alone(ps, s, alone, subject, whole) : 0;
}
