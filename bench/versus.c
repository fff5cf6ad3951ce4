/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * versus.c - two programs side by side.
 *
 * Both run over the same trails with the same rules, in turns, and who is first
 * changes from round to round. What is compared is whole programs from their
 * start to their end. A difference is told as one when it is larger than what
 * the rounds differ among themselves.
 */
#include <stdio.h>
#include <unistd.h>

#include "bench.h"

#define NAME_WIDTH	37
#define SAME		0.01		/* less is nothing anyway */

static bool
run(struct bench *b, size_t i, bool old, struct taken *out)
{
	const struct work	*w = &works[i];
	const struct work_files	 files = { old ? b->old : b->program,
	    b->trails[w->trail].path, b->results[i].rules,
	    old ? b->old_one_thread : b->one_thread };
	const char		*arguments[WORK_ARGUMENTS];
	struct ran		 ran;
	int			 to = -1;

	(void)work_arguments(w, &files, arguments);	/* asked before */
	if (w->to_file)
		to = child_target(b->dir);
	ran = child_run((char *const *)(uintptr_t)arguments, to);
	if (to >= 0)
		(void)close(to);		/* it is gone anyway */
	*out = ran.taken;
	return ran.status == 0;
}

static double
distance(double v)
{
	return v < 0 ? -v : v;
}

static bool
comparable(const struct bench *b, size_t i)
{
	const struct work_files	 files = { b->program, "", "", false };
	const char		*arguments[WORK_ARGUMENTS];

	return bench_wants(b, works[i].name) && works[i].command == NULL &&
	    work_arguments(&works[i], &files, arguments);
}

/* Rules that the old one refuses are no comparison. */
static bool
measure(struct bench *b, size_t i, unsigned round)
{
	struct result	*r = &b->results[i];

	for (unsigned turn = 0; turn < 2; turn++)
		if ((turn + round) % 2 != 0) {
			if (!r->no_old)
				r->no_old = !run(b, i, true, &r->old[round]);
		} else if (!run(b, i, false, &r->whole[round]))
			return bench_fail(b->program, "did not end well");
	return true;
}

static void
print_row(const struct bench *b, size_t i)
{
	const struct result	*r = &b->results[i];
	struct series		 old, new;
	double			 ratio[ROUNDS_MAX], middle, spread;

	bench_unit_ns(b, i, r->whole, &new);
	(void)printf("%-*s", NAME_WIDTH, works[i].name);
	if (r->no_old) {
		(void)printf(" %9s %9.1f %6s  the old one cannot\n", "-",
		    bench_median(new.v, b->rounds), "-");
		return;
	}
	bench_unit_ns(b, i, r->old, &old);
	for (unsigned k = 0; k < b->rounds; k++)
		ratio[k] = new.v[k] / old.v[k];
	middle = bench_median(ratio, b->rounds);
	for (unsigned k = 0; k < b->rounds; k++)
		ratio[k] = distance(ratio[k] - middle);
	spread = bench_quartile(ratio, b->rounds);
	(void)printf(" %9.1f %9.1f %6.3f", bench_median(old.v, b->rounds),
	    bench_median(new.v, b->rounds), middle);
	(void)printf(" %6.3f  %s\n", new.least / old.least,
	    distance(middle - 1) <= (spread > SAME ? spread : SAME) ?
	    "within noise" : middle < 1 ? "faster" : "slower");
}

bool
versus(struct bench *b)
{
	for (unsigned round = 0; round < b->rounds; round++)
		for (size_t i = 0; i < works_n; i++)
			if (comparable(b, i) && !measure(b, i, round))
				return false;
	(void)printf("%-*s %9s %9s %6s %6s\n", NAME_WIDTH,
	    "nanoseconds a record, start and all", "old", "new", "ratio",
	    "least");
	for (size_t i = 0; i < works_n; i++)
		if (comparable(b, i))
			print_row(b, i);
	return true;
}
