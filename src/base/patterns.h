/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patterns.h - many regular expressions, asked by sets.
 *
 * Perl-compatible (PCRE2), without options, found anywhere in the subject.
 * Subject and pattern are bytes: `.` is one byte, and only ASCII letters have
 * a case. A pattern that is in many sets is compiled once.
 *
 * All that are regular in the strict sense are looked for together, in one pass
 * over the subject; look-around, references to what was matched before, atomic
 * groups and the like are tried one by one.
 */
#ifndef BASE_PATTERNS_H
#define BASE_PATTERNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/*
 * What a pattern that is tried alone may use on one subject. One that
 * backtracks without bound must not hold up the stream: these limits end it
 * within some hundredths of a second. The library counts steps anew for each
 * byte where a match could begin, so the longer the subject is, the fewer each
 * of them is allowed, but for a pattern that can begin in one place only. Paths
 * of 4 KiB leave 16,000. The others have no need of limits: see automaton.h.
 */
#define PATTERNS_STEPS_MAX	1000000u	/* from one place */
#define PATTERNS_WORK_MAX	(64u << 20)	/* steps from all of them */
#define PATTERNS_DEPTH_MAX	100000u		/* nested backtracking points */
#define PATTERNS_HEAP_MAX	16384u		/* KiB, without the JIT */
#define PATTERNS_STACK_MAX	(4096u * 1024)	/* bytes, with the JIT */

#define PATTERNS_ELIMIT		(-1)

struct patterns;

struct patterns	*patterns_new(void);
void		 patterns_free(struct patterns *);	/* NULL is allowed */

/*
 * Compile PATTERN and put it into SET. Sets are numbered from 0 without large
 * gaps. Returns 0; or -1 when the pattern is wrong, with *err_at the offset in
 * it (bytes) and in WHY the library's message, cut to WHY_N bytes with its NUL.
 */
int		 patterns_add(struct patterns *, struct slice pattern,
		    uint32_t set, size_t *err_at, char *why, size_t why_n);

/*
 * One that the library has taken before, as patterns_add() tells: it is not
 * compiled again unless it is tried alone.
 */
void		 patterns_add_known(struct patterns *, struct slice pattern,
		    uint32_t set);

/* What is looked for together is made ready now, not with a first subject. */
void		 patterns_prepare(struct patterns *);

/*
 * For a process that may have no memory that can be executed, later or now
 * already (JIT is false): from now on none is asked for. What is tried alone is
 * made ready before; what an automaton gives up later is run without the JIT,
 * and slower, as is all that is added.
 */
void		 patterns_ready(struct patterns *, bool jit);

/* Is it one that is tried alone? Known of any text, without compiling it. */
bool		 patterns_alone(struct slice pattern);

/*
 * Does any pattern of SET match? Returns 1, or 0; or PATTERNS_ELIMIT when none
 * did and one or more were given up at a limit. A set nobody added to matches
 * nothing. To ask many sets about one subject in a row costs little more than
 * to ask one.
 */
int		 patterns_match(struct patterns *, uint32_t set,
		    struct slice subject);

/*
 * The same for one of several subjects, of WHOLE bytes together, that may use
 * no more than a single one of that size.
 */
int		 patterns_match_part(struct patterns *, uint32_t set,
		    struct slice subject, size_t whole);

/*
 * For who has many sets: a number for all that is found by one pass over the
 * subject. Equal numbers mean equal answers of patterns_says().
 */
uint64_t	 patterns_class(struct patterns *, struct slice subject);

enum patterns_answer { PATTERNS_NO, PATTERNS_YES, PATTERNS_ASK };

/*
 * What such a number says of a set; patterns_match() has to be asked about one
 * with patterns that are tried alone, and when the number is an old one whose
 * meaning was forgotten.
 */
enum patterns_answer	 patterns_says(const struct patterns *, uint64_t class,
			    uint32_t set);

#endif
