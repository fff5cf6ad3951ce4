/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench.c - bsmtrace-bench: what watching, printing and selecting cost, as
 * multiples of E.
 *
 * Machines differ, and one machine differs from minute to minute, so that only
 * ratios within one run mean something. Rounds are interleaved: in each, every
 * row is measured once, right behind the extraction limit over the same trail,
 * and the median of the ratios of all rounds is shown. Time is that of the
 * processor, user and system; the clock on the wall is in the JSON file.
 * Nothing here passes or fails by time.
 */
#include "bench.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

bool
bench_wants(const struct bench *b, const char *name)
{
	return b->only == NULL || strstr(name, b->only) != NULL;
}

bool
bench_fail(const char *what, const char *why)
{
	(void)fprintf(stderr, "bsmtrace-bench: %s: %s\n", what, why);
	return false;
}

bool
bench_write(const char *path, struct slice text)
{
	FILE	*f = fopen(path, "w");
	bool	 ok = f != NULL && fwrite(text.p, 1, text.n, f) == text.n;

	if (f != NULL)
		ok &= fclose(f) == 0;
	return ok || bench_fail(path, "cannot be written");
}

/* Setting up. */

static char *
path_in(const struct bench *b, const char *name, const char *ending)
{
	struct buf	 path = { 0 };
	char		*s;

	buf_printf(&path, "%s/%s%s", b->dir, name, ending);
	s = xstrdup(buf_cstr(&path));
	buf_fini(&path);
	return s;
}

bool
bench_map(struct bench *b, enum which i)
{
	const char	*path = b->trails[i].path;
	int		 error = i == NOTHING || b->trails[i].p != NULL ? 0 :
	    trail_map(&b->trails[i], path);

	return error == 0 || bench_fail(path, strerror(error));
}

static bool
map_trails(struct bench *b)
{
	for (unsigned i = 0; i < TRAILS; i++)
		if (!bench_map(b, i))
			return false;
	return true;
}

static void
unmap_trails(struct bench *b)
{
	for (unsigned i = 0; i < TRAILS; i++)
		trail_unmap(&b->trails[i]);
}

/* The criteria of a row, for this process. */
static bool
prepare_criteria(struct bench *b, size_t i)
{
	const struct work	*w = &works[i];
	struct criteria		*c = criteria_new(b->names, measure_nobody());
	struct buf		 why = { 0 };
	bool			 good = true;

	if (w->by == CRIT_FILE)
		good = criteria_add(c, w->by, strchr(w->text, '=') + 1, &why);
	else if (w->by == CRIT_FROM)
		criteria_from(c, strtoll(w->text + 1, NULL, 10));
	else if (w->by != CRIT_NONE)
		good = criteria_add(c, w->by, w->text, &why);
	criteria_ready(c);
	if (!good)
		(void)bench_fail(w->name, buf_cstr(&why));
	buf_fini(&why);
	b->results[i].criteria = c;
	return good;
}

/* The rules of a row, for this process and for the other. */
bool
bench_prepare(struct bench *b, size_t i)
{
	struct result	*r = &b->results[i];
	struct buf	 text = { 0 };
	struct taken	 taken;
	char		 name[32];
	bool		 ok;

	if (works[i].reduce != NULL)
		return prepare_criteria(b, i);
	if (works[i].rules == NULL || !bench_wants(b, works[i].name))
		return true;
	work_rules(&works[i], b->names, &text);
	(void)snprintf(name, sizeof(name), "%zu", i);	/* always fits */
	r->rules = path_in(b, name, ".conf");
	r->program = measure_load(buf_bytes(&text), b->names, &taken);
	ok = r->program != NULL ? bench_write(r->rules, buf_bytes(&text)) :
	    bench_fail(works[i].name, "no rules");
	buf_fini(&text);
	return ok;
}

/* Rows that others refer to, by names that may have been mistyped. */
static bool
check_works(void)
{
	for (size_t i = 0; i < works_n; i++)
		for (size_t k = 0; k < GOALS; k++) {
			const char	*of = works[i].goals[k].of;

			if (of != NULL && work_find(of) == works_n)
				return bench_fail(of, "there is no such row");
		}
	for (size_t i = 0; works_counted[i] != NULL; i++)
		if (work_find(works_counted[i]) == works_n)
			return bench_fail(works_counted[i],
			    "there is no such row");
	return true;
}

/* Measuring. */

/* One run of the program, over the trail of a row or over another. */
static bool
measure_whole(struct bench *b, size_t i, enum which trail, struct taken *out)
{
	const struct work	*w = &works[i];
	const struct work_files	 files = { b->program, b->trails[trail].path,
	    b->results[i].rules, b->one_thread };
	const char		*arguments[WORK_ARGUMENTS];
	struct ran		 ran;
	int			 to = -1;

	if (b->program == NULL || !work_arguments(w, &files, arguments))
		return true;
	if (w->to_file)
		to = child_target(b->dir);
	ran = child_run((char *const *)(uintptr_t)arguments, to);
	if (to >= 0)
		(void)close(to);		/* it is gone anyway */
	*out = ran.taken;
	return ran.status == 0 ||
	    bench_fail(arguments[0], "did not end well");
}

static void
measure_here(struct bench *b, size_t i, struct taken *out)
{
	const struct work	*w = &works[i];
	const struct trail	*t = &b->trails[w->trail];
	struct result		*r = &b->results[i];

	if (w->rules != NULL)
		*out = measure_engine(t, b->trails[w->from].n, r->program,
		    b->names, &r->alerts);
	else if (w->reduce != NULL)
		*out = measure_select(t, r->criteria, &r->alerts);
	else if (w->print != NULL)
		*out = measure_print(t, w->style, b->names);
	else if (w->copy)
		*out = measure_copy(t, b->dir);
	else if (w->way != NULL)
		*out = w->way(t);
}

static bool
measure_row(struct bench *b, size_t i, unsigned round)
{
	const struct work	*w = &works[i];
	const struct trail	*t = &b->trails[w->trail];
	struct result		*r = &b->results[i];

	r->unit[round] = measure_extract(t);
	measure_here(b, i, &r->here[round]);
	r->unit_read[round] = measure_extract_read(t);
	return measure_whole(b, i, w->trail, &r->whole[round]) &&
	    (w->with_start ||
	    measure_whole(b, i, w->from, &r->start[round]));
}

static bool
measure_all(struct bench *b)
{
	const bool	 shown = isatty(STDERR_FILENO);

	for (unsigned round = 0; round < b->rounds; round++) {
		for (size_t i = 0; i < works_n; i++) {
			if (!bench_wants(b, works[i].name))
				continue;
			if (shown)
				(void)fprintf(stderr,
				    "\rround %u of %u: %-36s", round + 1,
				    b->rounds, works[i].name);
			if (!measure_row(b, i, round))
				return false;
		}
		facts_round(b);
	}
	if (shown)
		(void)fprintf(stderr, "\r%56s\r", "");
	return true;
}

/* Numbers. */

static int
by_size(const void *va, const void *vb)
{
	const double	*a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

double
bench_median(double *v, unsigned n)
{
	qsort(v, n, sizeof(*v), by_size);
	return n % 2 != 0 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static double
least(const double *v, unsigned n)
{
	double	 min = v[0];

	for (unsigned i = 1; i < n; i++)
		if (v[i] < min)
			min = v[i];
	return min;
}

double
bench_quartile(double *v, unsigned n)
{
	qsort(v, n, sizeof(*v), by_size);
	return v[(3 * n) / 4];
}

void
bench_unit_ns(const struct bench *b, size_t row, const struct taken *t,
    struct series *out)
{
	const double	 n = (double)b->trails[works[row].trail].records;

	for (unsigned i = 0; i < b->rounds; i++)
		out->v[i] = t[i].cpu_ns / n;
	out->least = least(out->v, b->rounds);
}

void
bench_rest_ns(const struct bench *b, size_t row, const struct taken *t,
    const struct taken *off, struct series *out)
{
	const struct work	*w = &works[row];
	const double		 n = (double)b->trails[w->trail].records -
	    (double)b->trails[w->from].records;
	double			 all[ROUNDS_MAX] = { 0 };
	double			 less[ROUNDS_MAX] = { 0 };

	for (unsigned i = 0; i < b->rounds; i++) {
		all[i] = t[i].cpu_ns / n;
		less[i] = off == NULL ? 0 : off[i].cpu_ns / n;
		out->v[i] = all[i] - less[i];
	}
	out->least = least(all, b->rounds) - least(less, b->rounds);
}

/* The whole. */

static bool
measure(struct bench *b)
{
	if (b->old == NULL) {
		unmap_trails(b);	/* only their sizes were asked for */
		if (!facts_before(b) || !map_trails(b))
			return false;
		facts_first(b);
	}
	for (size_t i = 0; i < works_n; i++)
		if (!bench_prepare(b, i))
			return false;
	if (b->old != NULL)
		return versus(b);
	if (!measure_all(b))
		return false;
	facts_after(b);
	counts_rows(b);
	tell_table(b);
	return b->json == NULL || tell_json(b);
}

/* A program of an earlier day may have no such option, and no threads. */
static bool
takes_threads(const char *program, const char *command)
{
	const char	*const arguments[] = { program, command, "--threads",
	    "1", "--help", NULL };

	return program == NULL || child_run(
	    (char *const *)(uintptr_t)arguments, -1).status == 0;
}

static void
bench_init(struct bench *b)
{
	b->names = names_new();
	b->results = xcalloc(works_n, sizeof(*b->results));
	b->facts = facts_new();
	b->one_thread = takes_threads(b->program, "watch");
	b->old_one_thread = takes_threads(b->old, "watch");
	b->search_one_thread = takes_threads(b->program, "reduce");
	for (unsigned i = 0; i < TRAILS; i++)
		b->trails[i].path = path_in(b, works_trails[i], ".bsm");
}

static void
bench_fini(struct bench *b)
{
	for (size_t i = 0; i < works_n; i++) {
		program_free(b->results[i].program);
		criteria_free(b->results[i].criteria);
		free(b->results[i].rules);
	}
	for (unsigned i = 0; i < TRAILS; i++) {
		trail_unmap(&b->trails[i]);
		free((void *)(uintptr_t)b->trails[i].path);
	}
	free(b->results);
	free(b->facts);
	names_free(b->names);
}

static int
usage(void)
{
	(void)fputs("usage: bsmtrace-bench [-p PROGRAM [-q OLD]] [-r ROUNDS] "
	    "[-w NAME] [-o FILE] DIRECTORY\n"
	    "       bsmtrace-bench -c|-u FIGURES -p PROGRAM DIRECTORY\n"
	    "       bsmtrace-bench -x N TRAIL\n"
	    "  -p PROGRAM  the bsmtrace to measure as a whole\n"
	    "  -q OLD      compare it with this one and measure nothing else\n"
	    "  -r ROUNDS   how often each row is measured (5)\n"
	    "  -w NAME     only rows that have this in their name\n"
	    "  -o FILE     write the figures as JSON, too\n"
	    "  -c FIGURES  count instructions and compare with this file\n"
	    "  -u FIGURES  count instructions and write it anew\n"
	    "  -x N        extract a trail so often, to count that\n"
	    "DIRECTORY holds the trails and takes the rules: "
	    "see script/bench.\n",
	    stderr);
	return 2;
}

static bool
number(const char *text, unsigned long max, unsigned *out)
{
	char		*end;
	unsigned long	 n = strtoul(text, &end, 10);

	*out = (unsigned)n;
	return *end == '\0' && n >= 1 && n <= max;
}

/* Only for whoever counts the instructions of this. */
static int
extract_only(const char *path, unsigned times)
{
	struct trail	 t;
	int		 error = trail_map(&t, path);

	if (error != 0)
		return !bench_fail(path, strerror(error));
	while (times-- > 0)
		(void)measure_extract(&t);
	trail_unmap(&t);
	return 0;
}

int
main(int argc, char **argv)
{
	struct bench		 b = { .rounds = 5 };
	struct counts_options	 figures = { NULL, false };
	unsigned		 times = 0;
	int			 option;
	bool			 ok;

	while ((option = getopt(argc, argv, "p:q:r:w:o:c:u:x:")) != -1)
		switch (option) {
		case 'p': b.program = optarg; break;
		case 'q': b.old = optarg; break;
		case 'w': b.only = optarg; break;
		case 'o': b.json = optarg; break;
		case 'c':
		case 'u':
			figures.file = optarg;
			figures.update = option == 'u';
			break;
		case 'r':
			if (!number(optarg, ROUNDS_MAX, &b.rounds))
				return usage();
			break;
		case 'x':
			if (!number(optarg, UINT16_MAX, &times))
				return usage();
			break;
		default: return usage();
		}
	if (optind + 1 != argc || (b.program == NULL &&
	    (b.old != NULL || figures.file != NULL)))
		return usage();
	if (times > 0)
		return extract_only(argv[optind], times);
	b.self = argv[0];
	b.dir = argv[optind];
	bench_init(&b);
	ok = check_works();
	if (ok && figures.file != NULL)
		ok = counts(&b, &figures);
	else if (ok)
		ok = map_trails(&b) && measure(&b);
	bench_fini(&b);
	return ok ? 0 : 1;
}
