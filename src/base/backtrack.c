/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backtrack.c - one regular expression, run by PCRE2 within limits.
 *
 * Before it is run, most texts are turned away by what the library tells about
 * any match: its least length, and up to two bytes that it cannot be without.
 * The library does not say whether it means a letter in one case only, so
 * either case will do.
 *
 * The JIT is asked when an expression is first run, since most never are; or
 * before, by whoever may not ask it later. All that a match needs besides is
 * made at the start. The library's memory is ours, so running out of it ends
 * the process there as well.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "base/backtrack.h"
#include "base/mem.h"
#include "base/patterns.h"

#define OPTIONS	PCRE2_NEVER_UTF		/* "(*UTF)" does not change the rules */
#define JIT_STACK_FIRST	(32u * 1024)	/* bytes */
#define STEPS_MIN	64u	/* from one place of the largest subject */
#define ANY	256			/* instead of a byte: every subject */

typedef int	(*match_fn)(const pcre2_code *, PCRE2_SPTR, PCRE2_SIZE,
		    PCRE2_SIZE, uint32_t, pcre2_match_data *,
		    pcre2_match_context *);

struct backtrack_code {
	uint16_t	 first[2];	/* one of these bytes must be there */
	uint16_t	 last[2];	/* and one of these */
	uint32_t	 length;	/* of the shortest match; bytes */
	bool		 anchored;	/* can begin in one place only */
	match_fn	 match;		/* NULL: not made ready yet */
	pcre2_code	*code;
	const struct backtrack *of;
};

struct backtrack {
	pcre2_general_context	*memory;
	pcre2_compile_context	*compiling;
	pcre2_match_context	*limits;
	pcre2_match_data	*result;
	pcre2_jit_stack		*stack;
	bool			 sealed;	/* the JIT is asked no more */
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

struct backtrack *
backtrack_new(void)
{
	struct backtrack	*b = xcalloc(1, sizeof(*b));

	b->memory = pcre2_general_context_create(take_memory, give_memory,
	    NULL);
	b->compiling = pcre2_compile_context_create(b->memory);
	/* However the library was built. */
	(void)pcre2_set_newline(b->compiling, PCRE2_NEWLINE_LF);
	b->limits = pcre2_match_context_create(b->memory);
	b->result = pcre2_match_data_create(1, b->memory);
	pcre2_set_depth_limit(b->limits, PATTERNS_DEPTH_MAX);
	pcre2_set_heap_limit(b->limits, PATTERNS_HEAP_MAX);
	/* NULL without a JIT: then no pattern asks for it. */
	b->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, PATTERNS_STACK_MAX,
	    b->memory);
	if (b->stack != NULL)
		pcre2_jit_stack_assign(b->limits, NULL, b->stack);
	return b;
}

void
backtrack_free(struct backtrack *b)
{
	if (b == NULL)
		return;
	pcre2_jit_stack_free(b->stack);
	pcre2_match_data_free(b->result);
	pcre2_match_context_free(b->limits);
	pcre2_compile_context_free(b->compiling);
	pcre2_general_context_free(b->memory);
	free(b);
}

struct backtrack_code *
backtrack_compile(struct backtrack *b, struct slice pattern, size_t *err_at,
    char *why, size_t why_n)
{
	struct backtrack_code	*c;
	int			 err;
	pcre2_code		*code = pcre2_compile(pattern.n == 0 ?
	    (PCRE2_SPTR)"" : pattern.p, pattern.n, OPTIONS, &err, err_at,
	    b->compiling);

	if (code == NULL) {
		/* A text that is cut short is still one. */
		(void)pcre2_get_error_message(err, (PCRE2_UCHAR *)why, why_n);
		return NULL;
	}
	c = xcalloc(1, sizeof(*c));
	c->code = code;
	c->of = b;
	return c;
}

void
backtrack_code_free(struct backtrack_code *c)
{
	if (c == NULL)
		return;
	pcre2_code_free(c->code);
	free(c);
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

static void
make_ready(struct backtrack_code *c)
{
	size_t		 machine = 0;	/* code; bytes */
	uint32_t	 options = 0;

	c->anchored = pcre2_pattern_info(c->code, PCRE2_INFO_ALLOPTIONS,
	    &options) == 0 && (options & PCRE2_ANCHORED) != 0;
	/*
	 * Whoever forbids memory that is executable gets slower matches, so a
	 * failure is none. Nor is a success one: "(*NO_JIT)" yields no code.
	 */
	if (!c->of->sealed)
		(void)pcre2_jit_compile(c->code, PCRE2_JIT_COMPLETE);
	c->match =
	    pcre2_pattern_info(c->code, PCRE2_INFO_JITSIZE, &machine) == 0 &&
	    machine > 0 ? pcre2_jit_match : pcre2_match;
	note_byte(c->code, PCRE2_INFO_FIRSTCODETYPE, PCRE2_INFO_FIRSTCODEUNIT,
	    c->first);
	note_byte(c->code, PCRE2_INFO_LASTCODETYPE, PCRE2_INFO_LASTCODEUNIT,
	    c->last);
	if (pcre2_pattern_info(c->code, PCRE2_INFO_MINLENGTH, &c->length) != 0)
		c->length = 0;
}

void
backtrack_ready(struct backtrack_code *c)
{
	if (c->match == NULL)
		make_ready(c);
}

void
backtrack_seal(struct backtrack *b)
{
	b->sealed = true;
}

void
backtrack_note(struct backtrack_text *t, struct slice text)
{
	t->text = text;
	memset(t->seen, 0, sizeof(t->seen));
	for (size_t i = 0; i < text.n; i++)
		t->seen[text.p[i]] = true;
	t->seen[ANY] = true;
}

bool
backtrack_may(struct backtrack_code *c, const struct backtrack_text *t)
{
	backtrack_ready(c);
	return t->text.n >= c->length &&
	    (t->seen[c->first[0]] || t->seen[c->first[1]]) &&
	    (t->seen[c->last[0]] || t->seen[c->last[1]]);
}

/*
 * A text that is a part of many may begin in fewer places than WHOLE says, but
 * only in these.
 */
int
backtrack_run(struct backtrack *b, struct backtrack_code *c, struct slice text,
    size_t whole)
{
	const PCRE2_SPTR	 p = text.n == 0 ? (PCRE2_SPTR)"" : text.p;
	uint32_t		 steps = PATTERNS_STEPS_MAX;
	int			 got;

	backtrack_ready(c);
	if ((!c->anchored || whole > text.n) &&
	    whole > PATTERNS_WORK_MAX / steps)
		steps = (uint32_t)(PATTERNS_WORK_MAX / whole);
	if (steps < STEPS_MIN)
		steps = STEPS_MIN;
	pcre2_set_match_limit(b->limits, steps);
	got = c->match(c->code, p, text.n, 0, 0, b->result, b->limits);
	if (got >= 0)
		return 1;
	/* All other errors say that it was given up. */
	return got == PCRE2_ERROR_NOMATCH ? 0 : PATTERNS_ELIMIT;
}
