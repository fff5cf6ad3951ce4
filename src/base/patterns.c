/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patterns.c - many regular expressions, asked by sets.
 *
 * Each pattern is compiled once, by the JIT where there is one, and judged by
 * PCRE2 alone. Before that, most of them are turned away by what the library
 * tells about any match: its least length, and up to two bytes that it cannot
 * be without. Which bytes the subject holds is noted once for all patterns of
 * a set. The library does not say whether it means a letter in one case only,
 * so either case will do.
 *
 * Everything that a match needs is made at the start. The library's memory is
 * ours, so running out of it ends the process there as well.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/patterns.h"

#define OPTIONS	PCRE2_NEVER_UTF		/* "(*UTF)" does not change the rules */
#define JIT_STACK_FIRST	(32u * 1024)	/* bytes */
#define STEPS_MIN	64u	/* from one place of the largest subject */
#define ANY	256			/* instead of a byte: every subject */

typedef int	(*match_fn)(const pcre2_code *, PCRE2_SPTR, PCRE2_SIZE,
		    PCRE2_SIZE, uint32_t, pcre2_match_data *,
		    pcre2_match_context *);

struct pattern {
	uint16_t	 first[2];	/* one of these bytes must be there */
	uint16_t	 last[2];	/* and one of these */
	uint32_t	 length;	/* of the shortest match; bytes */
	uint32_t	 number;	/* from 0, in order of coming */
	bool		 anchored;	/* can begin in one place only */
	match_fn	 match;
	pcre2_code	*code;
};

struct set {
	struct pattern	**list;		/* each once */
	size_t		  n, cap;
};

struct patterns {
	pcre2_general_context	*memory;
	pcre2_compile_context	*compiling;
	pcre2_match_context	*limits;
	pcre2_match_data	*result;
	pcre2_jit_stack		*stack;
	struct map		*by_text;	/* of struct pattern, owned */
	struct map		*members;	/* by set and pattern */
	struct set		*sets;
	size_t			 nsets, sets_cap;
	bool			 seen[ANY + 1];	/* bytes of the subject */
};

static void *
take_memory(size_t n, void *arg)
{
	(void)arg;
	return xmalloc(n);
}

static void
give_memory(void *p, void *arg)
{
	(void)arg;
	free(p);
}

struct patterns *
patterns_new(void)
{
	struct patterns	*ps = xcalloc(1, sizeof(*ps));

	ps->memory = pcre2_general_context_create(take_memory, give_memory,
	    NULL);
	ps->compiling = pcre2_compile_context_create(ps->memory);
	ps->limits = pcre2_match_context_create(ps->memory);
	ps->result = pcre2_match_data_create(1, ps->memory);
	pcre2_set_depth_limit(ps->limits, PATTERNS_DEPTH_MAX);
	pcre2_set_heap_limit(ps->limits, PATTERNS_HEAP_MAX);
	/* NULL without a JIT: then no pattern asks for it. */
	ps->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, PATTERNS_STACK_MAX,
	    ps->memory);
	if (ps->stack != NULL)
		pcre2_jit_stack_assign(ps->limits, NULL, ps->stack);
	ps->by_text = map_new();
	ps->members = map_new();
	ps->seen[ANY] = true;
	return ps;
}

void
patterns_free(struct patterns *ps)
{
	if (ps == NULL)
		return;
	for (size_t i = 0; i < map_count(ps->by_text); i++) {
		struct pattern	*p = map_at(ps->by_text, i, NULL);

		pcre2_code_free(p->code);
		free(p);
	}
	map_free(ps->by_text);
	map_free(ps->members);
	for (size_t i = 0; i < ps->nsets; i++)
		free(ps->sets[i].list);
	free(ps->sets);
	pcre2_jit_stack_free(ps->stack);
	pcre2_match_data_free(ps->result);
	pcre2_match_context_free(ps->limits);
	pcre2_compile_context_free(ps->compiling);
	pcre2_general_context_free(ps->memory);
	free(ps);
}

/* The byte that TYPE and UNIT tell of, in both its cases; ANY for none. */
static void
note_byte(const pcre2_code *code, uint32_t type, uint32_t unit, uint16_t to[2])
{
	uint32_t	 kind = 0, byte = 0;

	to[0] = to[1] = ANY;
	if (pcre2_pattern_info(code, type, &kind) != 0 || kind != 1 ||
	    pcre2_pattern_info(code, unit, &byte) != 0 || byte >= ANY)
		return;
	to[0] = to[1] = (uint16_t)byte;
	/* Not by locale: the library's own tables know ASCII letters only. */
	if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'))
		to[1] ^= 'a' ^ 'A';
}

/* Takes the code. */
static struct pattern *
pattern_new(pcre2_code *code)
{
	struct pattern	*p = xcalloc(1, sizeof(*p));
	size_t		 machine = 0;	/* code; bytes */
	uint32_t	 options = 0;

	p->code = code;
	p->anchored = pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS,
	    &options) == 0 && (options & PCRE2_ANCHORED) != 0;
	/*
	 * Whoever forbids memory that is executable gets slower matches, so a
	 * failure is none. Nor is a success one: "(*NO_JIT)" yields no code.
	 */
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	p->match =
	    pcre2_pattern_info(code, PCRE2_INFO_JITSIZE, &machine) == 0 &&
	    machine > 0 ? pcre2_jit_match : pcre2_match;
	note_byte(code, PCRE2_INFO_FIRSTCODETYPE, PCRE2_INFO_FIRSTCODEUNIT,
	    p->first);
	note_byte(code, PCRE2_INFO_LASTCODETYPE, PCRE2_INFO_LASTCODEUNIT,
	    p->last);
	if (pcre2_pattern_info(code, PCRE2_INFO_MINLENGTH, &p->length) != 0)
		p->length = 0;
	return p;
}

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
}

int
patterns_add(struct patterns *ps, struct slice pattern, uint32_t set,
    size_t *err_at, char *why, size_t why_n)
{
	struct pattern	*p = map_find(ps->by_text, pattern);

	if (p == NULL) {
		int		 err;
		pcre2_code	*code = pcre2_compile(
		    pattern.n == 0 ? (PCRE2_SPTR)"" : pattern.p, pattern.n,
		    OPTIONS, &err, err_at, ps->compiling);

		if (code == NULL) {
			/* A text that is cut short is still one. */
			(void)pcre2_get_error_message(err, (PCRE2_UCHAR *)why,
			    why_n);
			return -1;
		}
		p = pattern_new(code);
		p->number = (uint32_t)map_count(ps->by_text);
		(void)map_put(ps->by_text, pattern, p);	/* was not there */
	}
	set_add(ps, set, p);
	return 0;
}

static void
note_subject(struct patterns *ps, struct slice subject)
{
	memset(ps->seen, 0, ANY * sizeof(ps->seen[0]));
	for (size_t i = 0; i < subject.n; i++)
		ps->seen[subject.p[i]] = true;
}

/* Can this pattern match at all? */
static bool
worth_trying(const struct patterns *ps, const struct pattern *p, size_t n)
{
	return n >= p->length &&
	    (ps->seen[p->first[0]] || ps->seen[p->first[1]]) &&
	    (ps->seen[p->last[0]] || ps->seen[p->last[1]]);
}

/*
 * Run one pattern; what the library returns. A subject that is a part of many
 * may begin in fewer places than WHOLE says, but only in these.
 */
static int
run(struct patterns *ps, const struct pattern *p, struct slice subject,
    size_t whole)
{
	const PCRE2_SPTR	 text = subject.n == 0 ?
	    (PCRE2_SPTR)"" : subject.p;
	uint32_t		 steps = PATTERNS_STEPS_MAX;

	if ((!p->anchored || whole > subject.n) &&
	    whole > PATTERNS_WORK_MAX / steps)
		steps = (uint32_t)(PATTERNS_WORK_MAX / whole);
	if (steps < STEPS_MIN)
		steps = STEPS_MIN;
	pcre2_set_match_limit(ps->limits, steps);
	return p->match(p->code, text, subject.n, 0, 0, ps->result,
	    ps->limits);
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
	int			 answer = 0;

	if (set >= ps->nsets)
		return 0;
	s = &ps->sets[set];
	if (s->n > 1)
		note_subject(ps, subject);
	for (size_t i = 0; i < s->n; i++) {
		const struct pattern	*p = s->list[i];
		int			 got;

		/* For one pattern the library's own look is the cheaper. */
		if (s->n > 1 && !worth_trying(ps, p, subject.n))
			continue;
		got = run(ps, p, subject, whole);
		if (got >= 0)
			return 1;
		/* All other errors say that it was given up. */
		if (got != PCRE2_ERROR_NOMATCH)
			answer = PATTERNS_ELIMIT;
	}
	return answer;
}
