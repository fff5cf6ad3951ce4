/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ruletest.h - the tests that stand beside rules: made into records and run.
 */
#ifndef RUN_RULETEST_H
#define RUN_RULETEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "make/words.h"
#include "rule/program.h"
#include "rule/tree.h"

/* Of an `expect` line. */
struct ruletest_result {
	struct span	 at;
	uint64_t	 expected, got;
};

/*
 * Run a test: its records through the decoder and an empty engine that has the
 * test's own rule, enabled or not, and besides only those whose alerts it waits
 * for. `after` lets time pass although no record comes. No trigger runs. Each
 * `expect` line is told in turn: the alerts of the test's own rule. Returns
 * false when a line could not be understood, which is in the diagnostics then.
 */
bool	ruletest_run(const struct words_env *, const struct program *,
	    const struct test *,
	    void (*told)(void *arg, const struct ruletest_result *), void *arg);

/*
 * Append how far each key of the rule came in the test, and what kept it from
 * more; where a record stands in its trail, the line of the test is told.
 */
void	ruletest_explain(const struct words_env *, const struct program *,
	    const struct test *, struct buf *);

/* Append the records of a test, a trail without its pauses. */
bool	ruletest_trail(const struct words_env *, const struct test *,
	    struct buf *);

#endif
