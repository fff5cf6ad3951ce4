/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench.c - bsmtrace-bench: what watching, printing and selecting cost, as
 * multiples of E.
 *
 * Machines differ, and one machine differs from minute to minute, so that only
 * ratios within one run mean something. Rounds are interleaved: in each, every
 * workload is measured once, right behind the extraction limit over the same
 * trail, and the median of the ratios of all rounds is shown. Time is that of
 * the processor, user and system; the clock on the wall is in the JSON file.
 * Nothing here passes or fails by time.
 */
#include <sys/utsname.h>

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "measure.h"
#include "ruleset.h"

#define ROUNDS_MAX	99
#define NAME_WIDTH	34

/* The trails that script/bench has made, by their names without ".bsm". */
enum which { USUAL, EVENTS, SOLARIS, USERS, SMALL, TRAILS };
static const char *const	trail_names[TRAILS] = {
	"usual", "events", "solaris", "users", "small"
};

/* How a figure is judged, if it is. */
enum goal { NO_GOAL, LIMIT, FACTOR,	/* of E; of the five usual rules */
	COPIED };			/* of a copy of the trail */

struct work {
	const char	*name;
	enum which	 trail;
	ruleset_fn	 rules;		/* NULL: see way */
	unsigned	 n;
	enum goal	 goal;
	double		 most;
	struct taken	(*way)(const struct trail *);
	enum criterion	 by;		/* for `reduce`, with its option */
	const char	*select, *text;
	bool		 to_file;
	const char	*print;		/* an option of `print` */
	const struct text_style *style;	/* NULL: JSON lines */
};

#define WAY(what, on, how) { .name = what, .trail = on, .way = how }
#define WATCH(what, on, how_many, which, kind, figure) {		\
	.name = what, .trail = on, .rules = which, .n = how_many,	\
	.goal = kind, .most = figure }
#define SELECT(what, which, option, value, kind, figure) {		\
	.name = what, .trail = USUAL, .by = which, .select = option,	\
	.text = value, .goal = kind, .most = figure }

#define PRINT(what, on, option, how, figure) {				\
	.name = what, .trail = on, .print = option, .style = how,	\
	.goal = LIMIT, .most = figure }

static const struct text_style	as_text = { 0 },
	numeric = { .numeric_ids = true }, raw = { .raw = true },
	xml = { .xml = true };

static const struct work	works[] = {
	WAY("extraction limit, with read(2)", USUAL, measure_extract_read),
	WAY("frames", USUAL, measure_frames),
	WAY("frames and index", USUAL, measure_indexed),
	WAY("frames, Solaris without trailers", SOLARIS, measure_frames),
	WATCH("a rule that nothing concerns", USUAL, 1, ruleset_idle,
	    NO_GOAL, 0),
	WATCH("five rules", USUAL, 5, ruleset_usual, LIMIT, 7.5),
	WATCH("five rules, all events", EVENTS, 5, ruleset_usual, LIMIT, 7.5),
	WATCH("five rules, Solaris", SOLARIS, 5, ruleset_usual, NO_GOAL, 0),
	WATCH("five rules by audit class", USUAL, 5, ruleset_classes,
	    FACTOR, 2),
	WATCH("five rules by the same events", USUAL, 5, ruleset_events,
	    NO_GOAL, 0),
	WATCH("1,000 rules by class and path", USUAL, 1000,
	    ruleset_class_paths, FACTOR, 2),
	WATCH("1,000 rules by path", USUAL, 1000, ruleset_paths, FACTOR, 2),
	WATCH("10,000 rules by path", USUAL, 10000, ruleset_paths,
	    NO_GOAL, 0),
	WATCH("1,000 rules by user, one event", USUAL, 1000, ruleset_users,
	    FACTOR, 2),
	WATCH("1,000 rules by user and path", USUAL, 1000, ruleset_both,
	    FACTOR, 2),
	WATCH("100,000 sequences, each found", USERS, 1, ruleset_waiting,
	    FACTOR, 2),
	WATCH("100,000 sequences, each advanced", USERS, 1, ruleset_counting,
	    FACTOR, 2),
	WATCH("10 regular expressions", SMALL, 10, ruleset_patterns,
	    NO_GOAL, 0),
	WATCH("100 regular expressions", SMALL, 100, ruleset_patterns,
	    NO_GOAL, 0),
	WATCH("1,000 regular expressions", SMALL, 1000, ruleset_patterns,
	    NO_GOAL, 0),
	PRINT("printing as text", USUAL, "--local", &as_text, 5.5),
	PRINT("printing, ids as numbers", USUAL, "-n", &numeric, 5.5),
	PRINT("printing, all as numbers", USUAL, "-r", &raw, 5.5),
	PRINT("printing as XML", USUAL, "-x", &xml, 5.5),
	PRINT("printing as JSON lines", USUAL, "-j", NULL, 12),
	{ .name = "printing, 100,000 users", .trail = USERS, .print = "-n",
	    .style = &numeric },
	SELECT("selecting by event", CRIT_EVENT, "-m", "AUE_REBOOT", LIMIT,
	    0.5),
	SELECT("selecting by class", CRIT_CLASS, "-c", "ad", LIMIT, 0.5),
	SELECT("selecting by date", CRIT_FROM, "-a", "@4102444800", LIMIT, 0.5),
	SELECT("selecting by user", CRIT_AUID, "-u", "1010", LIMIT, 1.15),
	SELECT("selecting by path", CRIT_FILE, "-o", "file=^/root/secret",
	    LIMIT, 1.15),
	SELECT("selecting all", CRIT_NONE, "-Q", NULL, NO_GOAL, 0),
	{ .name = "copying to a file", .trail = USUAL, .to_file = true },
	{ .name = "selecting all, to a file", .trail = USUAL,
	    .by = CRIT_NONE, .select = "-Q", .to_file = true,
	    .goal = COPIED, .most = 1.2 },
};
#define NWORKS	(sizeof(works) / sizeof(works[0]))
#define FIVE	5			/* the row that factors refer to */
#define COPY	(NWORKS - 2)		/* and the one that copies do */

/* Rule files whose loading is measured. */
static const struct loading {
	const char	*name;
	ruleset_fn	 rules;
	unsigned	 n;
} loadings[] = {
	{ "loading five rules", ruleset_usual, 5 },
	{ "loading 1,000 rules", ruleset_paths, 1000 },
	{ "loading 10,000 rules", ruleset_paths, 10000 },
};
#define NLOADINGS	(sizeof(loadings) / sizeof(loadings[0]))

struct result {
	struct program	*program;
	char		*rules;		/* path of the file */
	struct criteria	*criteria;
	uint64_t	 alerts;	/* or records that were selected */
	int		 status;	/* of the whole program */
	/* By round: of the extraction limit, here, of the whole program. */
	struct taken	 unit[ROUNDS_MAX], here[ROUNDS_MAX],
			 whole[ROUNDS_MAX];
};

struct bench {
	const char	*program;	/* NULL: only in this process */
	const char	*dir;
	const char	*only;		/* part of a name, or NULL */
	const char	*json;
	unsigned	 rounds;
	struct names	*names;
	struct trail	 trails[TRAILS];
	struct result	 results[NWORKS];
	struct taken	 loads[NLOADINGS][ROUNDS_MAX];
};

static bool
wanted(const struct bench *b, const char *name)
{
	return b->only == NULL || strstr(name, b->only) != NULL;
}

static bool
fail(const char *what, const char *why)
{
	(void)fprintf(stderr, "bsmtrace-bench: %s: %s\n", what, why);
	return false;
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

static bool
open_trails(struct bench *b)
{
	for (unsigned i = 0; i < TRAILS; i++) {
		char	*path = path_in(b, trail_names[i], ".bsm");
		int	 error = trail_map(&b->trails[i], path);

		if (error != 0) {
			(void)fail(path, strerror(error));
			free(path);
			return false;
		}
	}
	return true;
}

static bool
write_file(const char *path, struct slice text)
{
	FILE	*f = fopen(path, "w");

	if (f == NULL)
		return false;
	if (fwrite(text.p, 1, text.n, f) != text.n) {
		(void)fclose(f);		/* it failed before */
		return false;
	}
	return fclose(f) == 0;
}

/* The criteria of a workload, for this process. */
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
		(void)fail(w->name, buf_cstr(&why));
	buf_fini(&why);
	b->results[i].criteria = c;
	return good;
}

/* The rules of a workload, for this process and for the other. */
static bool
prepare(struct bench *b, size_t i)
{
	struct result	*r = &b->results[i];
	struct buf	 text = { 0 };
	struct taken	 taken;
	char		 name[32];
	bool		 ok;

	if (works[i].select != NULL)
		return prepare_criteria(b, i);
	if (works[i].rules == NULL || !wanted(b, works[i].name))
		return true;
	works[i].rules(&text, b->names, works[i].n);
	r->program = measure_load(buf_bytes(&text), b->names, &taken);
	(void)snprintf(name, sizeof(name), "%zu", i);	/* always fits */
	r->rules = path_in(b, name, ".conf");
	ok = r->program != NULL && write_file(r->rules, buf_bytes(&text));
	if (!ok)
		(void)fail(works[i].name, "no rules");
	buf_fini(&text);
	return ok;
}

/* Measuring. */

/* Is there a figure of the whole program? */
static bool
has_whole(const struct bench *b, const struct work *w)
{
	return b->program != NULL &&
	    (w->rules != NULL || w->select != NULL || w->print != NULL);
}

static bool
measure_whole(struct bench *b, size_t i, unsigned round)
{
	const struct work	*w = &works[i];
	const struct trail	*t = &b->trails[w->trail];
	struct result		*r = &b->results[i];
	const char		*arguments[8] = { b->program };
	size_t			 n = 1;

	if (w->rules != NULL) {
		arguments[n++] = "-F";
		arguments[n++] = "-a";
		arguments[n++] = t->path;
		arguments[n++] = "-f";
		arguments[n++] = r->rules;
	} else if (w->print != NULL) {
		arguments[n++] = "print";
		arguments[n++] = "--threads";
		arguments[n++] = "1";
		arguments[n++] = w->print;
		arguments[n++] = t->path;
	} else {
		arguments[n++] = "reduce";
		arguments[n++] = w->select;
		if (w->text != NULL)
			arguments[n++] = w->text;
		arguments[n++] = t->path;
	}
	r->whole[round] = measure_program(
	    (char *const *)(uintptr_t)arguments, w->to_file ? b->dir : NULL,
	    &r->status);
	return r->status == 0 || fail(b->program, "did not end well");
}

static bool
measure_work(struct bench *b, size_t i, unsigned round)
{
	const struct work	*w = &works[i];
	const struct trail	*t = &b->trails[w->trail];
	struct result		*r = &b->results[i];

	/* what is judged of printing reads the trail: so does its unit */
	r->unit[round] = w->print != NULL ? measure_extract_read(t) :
	    measure_extract(t);
	if (w->rules != NULL)
		r->here[round] = measure_engine(t, r->program, b->names,
		    &r->alerts);
	else if (w->select != NULL)
		r->here[round] = measure_select(t, r->criteria, &r->alerts);
	else if (w->print != NULL)
		r->here[round] = measure_print(t, w->style, b->names);
	else
		r->here[round] = w->to_file ? measure_copy(t, b->dir) :
		    w->way(t);
	return !has_whole(b, w) || measure_whole(b, i, round);
}

static void
measure_loading(struct bench *b, size_t i, unsigned round)
{
	struct buf	 text = { 0 };

	loadings[i].rules(&text, b->names, loadings[i].n);
	program_free(measure_load(buf_bytes(&text), b->names,
	    &b->loads[i][round]));
	buf_fini(&text);
}

static bool
measure_all(struct bench *b)
{
	for (unsigned round = 0; round < b->rounds; round++) {
		if (isatty(STDERR_FILENO))
			(void)fprintf(stderr, "\rround %u of %u", round + 1,
			    b->rounds);
		for (size_t i = 0; i < NWORKS; i++)
			if (wanted(b, works[i].name) &&
			    !measure_work(b, i, round))
				return false;
		for (size_t i = 0; i < NLOADINGS; i++)
			if (wanted(b, loadings[i].name))
				measure_loading(b, i, round);
	}
	if (isatty(STDERR_FILENO))
		(void)fputc('\n', stderr);
	return true;
}

/* Telling. */

static int
by_size(const void *va, const void *vb)
{
	const double	*a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

static double
median(double *v, unsigned n)
{
	qsort(v, n, sizeof(*v), by_size);
	return n % 2 != 0 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* The median of the times of all rounds, in nanoseconds. */
static double
cpu_ns(const struct bench *b, const struct taken *t)
{
	double	 v[ROUNDS_MAX];

	for (unsigned i = 0; i < b->rounds; i++)
		v[i] = t[i].cpu_ns;
	return median(v, b->rounds);
}

static double
wall_ns(const struct bench *b, const struct taken *t)
{
	double	 v[ROUNDS_MAX];

	for (unsigned i = 0; i < b->rounds; i++)
		v[i] = t[i].wall_ns;
	return median(v, b->rounds);
}

/* The median of what each round took in multiples of its extraction limit. */
static double
in_units(const struct bench *b, const struct result *r, const struct taken *t)
{
	double	 v[ROUNDS_MAX];

	for (unsigned i = 0; i < b->rounds; i++)
		v[i] = t[i].cpu_ns / r->unit[i].cpu_ns;
	return median(v, b->rounds);
}

/*
 * The figure that is judged: of the whole program where there is one. But what
 * selecting takes is set against E over the same mapping.
 */
static double
judged(const struct bench *b, size_t i)
{
	const struct result	*r = &b->results[i];
	const bool		 here = !has_whole(b, &works[i]) ||
	    (works[i].select != NULL && !works[i].to_file);

	return in_units(b, r, here ? r->here : r->whole);
}

static void
print_goal(const struct bench *b, size_t i)
{
	const struct work	*w = &works[i];
	double			 is = judged(b, i);

	if (w->goal == LIMIT)
		(void)printf("  at most %.4g E: %s", w->most,
		    is <= w->most ? "met" : "missed");
	else if (w->goal == FACTOR && wanted(b, works[FIVE].name)) {
		is /= judged(b, FIVE);
		(void)printf("  at most %.0f x five: %.2f, %s", w->most, is,
		    is <= w->most ? "met" : "missed");
	} else if (w->goal == COPIED && wanted(b, works[COPY].name)) {
		is /= judged(b, COPY);
		(void)printf("  at most %.1f x copying: %.2f, %s", w->most, is,
		    is <= w->most ? "met" : "missed");
	}
}

static void
print_work(const struct bench *b, size_t i)
{
	const struct result	*r = &b->results[i];
	double			 n =
	    (double)b->trails[works[i].trail].records;

	(void)printf("%-*s %5.0f %7.0f %6.2f", NAME_WIDTH, works[i].name,
	    cpu_ns(b, r->unit) / n, cpu_ns(b, r->here) / n,
	    in_units(b, r, r->here));
	if (has_whole(b, &works[i]))
		(void)printf(" %7.0f %6.2f", cpu_ns(b, r->whole) / n,
		    in_units(b, r, r->whole));
	else
		(void)printf(" %7s %6s", "-", "-");
	print_goal(b, i);
	(void)putchar('\n');
}

static void
print_table(const struct bench *b)
{
	(void)printf("%*s  engine alone  whole program\n"
	    "%-*s %5s %7s %6s %7s %6s  goal\n",
	    NAME_WIDTH + 6, "", NAME_WIDTH, "nanoseconds a record", "E",
	    "ns", "/ E", "ns", "/ E");
	for (size_t i = 0; i < NWORKS; i++)
		if (wanted(b, works[i].name))
			print_work(b, i);
	for (size_t i = 0; i < NLOADINGS; i++)
		if (wanted(b, loadings[i].name))
			(void)printf("%-*s %.2f ms\n", NAME_WIDTH,
			    loadings[i].name, cpu_ns(b, b->loads[i]) / 1e6);
}

/* A decimal number with three digits behind the point. */
static void
put_figure(struct json *j, const char *key, double v)
{
	json_key(j, key);
	json_millis(j, (int64_t)(v * 1000 + 0.5));
}

static void
put_work(struct json *j, const struct bench *b, size_t i)
{
	const struct work	*w = &works[i];
	const struct result	*r = &b->results[i];
	const struct trail	*t = &b->trails[w->trail];
	double			 n = (double)t->records;

	json_begin_object(j);
	json_key(j, "name");
	json_cstr(j, w->name);
	json_key(j, "trail");
	json_cstr(j, trail_names[w->trail]);
	json_key(j, "records");
	json_uint(j, t->records);
	json_key(j, "bytes");
	json_uint(j, t->n);
	json_key(j, w->select != NULL ? "selected" : "alerts");
	json_uint(j, r->alerts);
	put_figure(j, "limit_ns", cpu_ns(b, r->unit) / n);
	put_figure(j, "engine_ns", cpu_ns(b, r->here) / n);
	put_figure(j, "engine_ratio", in_units(b, r, r->here));
	if (has_whole(b, w)) {
		put_figure(j, "program_ns", cpu_ns(b, r->whole) / n);
		put_figure(j, "program_wall_ns", wall_ns(b, r->whole) / n);
		put_figure(j, "program_ratio", in_units(b, r, r->whole));
	}
	if (w->goal != NO_GOAL)
		put_figure(j, w->goal == LIMIT ? "goal_ratio" :
		    w->goal == FACTOR ? "goal_of_five_rules" :
		    "goal_of_copying", w->most);
	json_end_object(j);
}

static void
put_system(struct json *j, unsigned rounds)
{
	struct utsname	 u;
	long		 processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (uname(&u) == 0) {
		json_key(j, "system");
		json_cstr(j, u.sysname);
		json_key(j, "machine");
		json_cstr(j, u.machine);
	}
	json_key(j, "processors");
	json_int(j, processors);
	json_key(j, "rounds");
	json_uint(j, rounds);
}

static bool
write_json(const struct bench *b)
{
	struct buf	 out = { 0 };
	struct json	 j;
	bool		 ok;

	json_init(&j, &out);
	json_begin_object(&j);
	put_system(&j, b->rounds);
	json_key(&j, "workloads");
	json_begin_array(&j);
	for (size_t i = 0; i < NWORKS; i++)
		if (wanted(b, works[i].name))
			put_work(&j, b, i);
	json_end_array(&j);
	json_key(&j, "loading");
	json_begin_array(&j);
	for (size_t i = 0; i < NLOADINGS; i++) {
		if (!wanted(b, loadings[i].name))
			continue;
		json_begin_object(&j);
		json_key(&j, "name");
		json_cstr(&j, loadings[i].name);
		put_figure(&j, "ms", cpu_ns(b, b->loads[i]) / 1e6);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	buf_char(&out, '\n');
	ok = write_file(b->json, buf_bytes(&out));
	buf_fini(&out);
	return ok || fail(b->json, "cannot be written");
}

/* The whole. */

static bool
bench(struct bench *b)
{
	if (!open_trails(b))
		return false;
	for (size_t i = 0; i < NWORKS; i++)
		if (!prepare(b, i))
			return false;
	if (!measure_all(b))
		return false;
	print_table(b);
	return b->json == NULL || write_json(b);
}

static void
bench_fini(struct bench *b)
{
	for (size_t i = 0; i < NWORKS; i++) {
		program_free(b->results[i].program);
		criteria_free(b->results[i].criteria);
		free(b->results[i].rules);
	}
	for (unsigned i = 0; i < TRAILS; i++) {
		free((void *)(uintptr_t)b->trails[i].path);
		trail_unmap(&b->trails[i]);
	}
	names_free(b->names);
}

static int
usage(void)
{
	(void)fputs("usage: bsmtrace-bench [-p PROGRAM] [-r ROUNDS] [-w NAME] "
	    "[-o FILE] DIRECTORY\n"
	    "  -p PROGRAM  the bsmtrace to measure as a whole\n"
	    "  -r ROUNDS   how often each workload runs (5)\n"
	    "  -w NAME     only workloads that have this in their name\n"
	    "  -o FILE     write the figures as JSON, too\n"
	    "DIRECTORY holds the trails and takes the rules: "
	    "see script/bench.\n",
	    stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	struct bench		*b = xcalloc(1, sizeof(*b));
	char			*end;
	unsigned long		 rounds = 5;
	int			 option;
	bool			 ok;

	while ((option = getopt(argc, argv, "p:r:w:o:")) != -1) {
		switch (option) {
		case 'p':
			b->program = optarg;
			break;
		case 'r':
			rounds = strtoul(optarg, &end, 10);
			if (*end != '\0' || rounds < 1 || rounds > ROUNDS_MAX)
				return usage();
			break;
		case 'w':
			b->only = optarg;
			break;
		case 'o':
			b->json = optarg;
			break;
		default:
			return usage();
		}
	}
	if (optind + 1 != argc)
		return usage();
	b->dir = argv[optind];
	b->rounds = (unsigned)rounds;
	b->names = names_new();
	ok = bench(b);
	bench_fini(b);
	free(b);
	return ok ? 0 : 1;
}
