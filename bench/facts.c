/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts.c - what is measured that is no time of a record: loading rules, the
 * memory of live sequences, and the longest that a record has to wait.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "bench.h"
#include "live.h"

enum number {
	LOAD_FIVE, LOAD_1000, LOAD_10000, PEAK, SETTLED, GROWING, PEAK_2,
	SETTLED_2, GROWING_2, WORST, ALL_WALL, ALL_CPU, HOSTS_WALL, HOSTS_CPU,
	PACKED_WALL, PACKED_CPU, SEARCH_WALL, SEARCH_CPU, UNPACK_WALL,
	UNPACK_CPU, NFACTS
};

/* What a live sequence weighs, in the old words and in the new ones. */
static const struct memory {
	ruleset_fn	 rules;
	enum number	 peak, settled, growing;
} memories[] = {
	{ ruleset_waiting, PEAK, SETTLED, GROWING },
	{ ruleset_cancelled, PEAK_2, SETTLED_2, GROWING_2 },
};
#define NMEMORIES	(sizeof(memories) / sizeof(memories[0]))

/* Rule files whose loading is measured. */
static const struct loading {
	enum number	 fact;
	ruleset_fn	 rules;
	unsigned	 n;
} loadings[] = {
	{ LOAD_FIVE, ruleset_usual, 5 },
	{ LOAD_1000, ruleset_paths, 1000 },
	{ LOAD_10000, ruleset_paths, 10000 },
};
#define NLOADINGS	(sizeof(loadings) / sizeof(loadings[0]))

/* What is done on one processor and on all, and its files in the directory. */
static const struct sharing {
	enum number	 wall, cpu;
	const char	*trails;
	bool		 search;	/* else the usual rules watch */
} sharings[] = {
	{ ALL_WALL, ALL_CPU, "some.bsm", false },
	{ HOSTS_WALL, HOSTS_CPU, "hosts", false },
	{ PACKED_WALL, PACKED_CPU, "packed", false },
	{ SEARCH_WALL, SEARCH_CPU, "hosts", true },
	{ UNPACK_WALL, UNPACK_CPU, "packed", true },
};
#define NSHARINGS	(sizeof(sharings) / sizeof(sharings[0]))

#define LOADED		"ms, from text to a program"
#define SHARED		"of the time on one"

struct fact *
facts_new(void)
{
	static const struct fact	 all[NFACTS] = {
		[LOAD_FIVE] = { "loading five rules", LOADED, .most = 0 },
		[LOAD_1000] = { "loading 1,000 rules", LOADED, .most = 0 },
		[LOAD_10000] = { "loading 10,000 rules", LOADED,
		    .most = 40 },
		[PEAK] = { "a sequence, of the peak", "bytes", .most = 96 },
		[SETTLED] = { "a sequence, settled", "bytes", .most = 64 },
		[GROWING] = { "a sequence, growing", "bytes", .most = 96 },
		[PEAK_2] = { "one with cancel, of the peak", "bytes",
		    .most = 96 },
		[SETTLED_2] = { "one with cancel, settled", "bytes",
		    .most = 64 },
		[GROWING_2] = { "one with cancel, growing", "bytes",
		    .most = 96 },
		[ALL_WALL] = { "on all processors, by the clock", SHARED,
		    .most = 0 },
		[ALL_CPU] = { "on all processors, in all", SHARED,
		    .most = 0 },
		[HOSTS_WALL] = { "four hosts on all, by the clock", SHARED,
		    .most = 0 },
		[HOSTS_CPU] = { "four hosts on all, in all", SHARED,
		    .most = 0 },
		[PACKED_WALL] = { "four hosts, gzip, by the clock", SHARED,
		    .most = 0 },
		[PACKED_CPU] = { "four hosts, gzip, in all", SHARED,
		    .most = 0 },
		[SEARCH_WALL] = { "searching on all, by the clock", SHARED,
		    .most = 0 },
		[SEARCH_CPU] = { "searching on all, in all", SHARED,
		    .most = 0 },
		[UNPACK_WALL] = { "searching gzip on all, by the clock",
		    SHARED, .most = 0 },
		[UNPACK_CPU] = { "searching gzip on all, in all", SHARED,
		    .most = 0 },
		[WORST] = { "the worst record of 2,000,000", "ms",
		    .most = 1 },
	};
	struct fact	*f = xcalloc(NFACTS + 1, sizeof(*f));

	for (size_t i = 0; i < NFACTS; i++)
		f[i] = all[i];
	return f;
}

static bool
wanted(const struct bench *b, enum number i)
{
	return bench_wants(b, b->facts[i].name);
}

static void
note(struct bench *b, enum number i, double v)
{
	struct fact	*f = &b->facts[i];

	if (v >= 0 && f->n < ROUNDS_MAX)
		f->v[f->n++] = v;
}

/* The most that the program holds while it watches the trail. */
static double
peak(const struct bench *b, enum which trail, const char *rules)
{
	const struct work_files	 files = { b->program, b->trails[trail].path,
	    rules, b->one_thread };
	const struct work	 w = { .rules = ruleset_waiting };
	const char		*arguments[WORK_ARGUMENTS];
	struct ran		 ran;

	(void)work_arguments(&w, &files, arguments);	/* it watches */
	ran = child_run((char *const *)(uintptr_t)arguments, -1);
	return ran.status == 0 ? ran.peak : -1;
}

/* The trails are not mapped yet: a child would be taken for as large. */
bool
facts_before(struct bench *b)
{
	const double	 more = (double)(b->trails[MANY_BEGUN].records -
	    b->trails[FEW_BEGUN].records);
	struct buf	 path = { 0 };
	bool		 ok = true;

	buf_printf(&path, "%s/peak.conf", b->dir);
	for (size_t i = 0; b->program != NULL && i < NMEMORIES && ok; i++) {
		const struct memory	*m = &memories[i];
		struct buf		 text = { 0 };
		double			 few, many;

		if (!wanted(b, m->peak))
			continue;
		m->rules(&text, b->names, 1);
		ok = bench_write(buf_cstr(&path), buf_bytes(&text));
		few = ok ? peak(b, FEW, buf_cstr(&path)) : -1;
		many = ok ? peak(b, MANY, buf_cstr(&path)) : -1;
		if (few > 0 && many > 0)
			note(b, m->peak, (many - few) / more);
		buf_fini(&text);
	}
	buf_fini(&path);
	return ok;
}

/* The four usual rules, for whoever watches with them. */
static bool
write_usual(const struct bench *b, const char *path)
{
	struct buf	 text = { 0 };
	bool		 ok;

	ruleset_usual(&text, b->names, 4);
	ok = bench_write(path, buf_bytes(&text));
	buf_fini(&text);
	return ok;
}

/* One run of it, on one processor if the program takes such an option. */
static struct ran
run(const struct bench *b, const struct sharing *s, const char *trails,
    const char *rules, bool one)
{
	const char	*v[10] = { b->program, s->search ? "reduce" : "watch" };
	size_t		 n = 2;

	if (one && (s->search ? b->search_one_thread : b->one_thread)) {
		v[n++] = "--threads";
		v[n++] = "1";
	}
	if (s->search) {
		v[n++] = "-o";
		v[n++] = "file=^/root/secret";
	} else {
		v[n++] = "-F";
		v[n++] = "-f";
		v[n++] = rules;
		v[n++] = "-a";
	}
	v[n] = trails;
	return child_run((char *const *)(uintptr_t)v, -1);
}

/* What more processors are good for. */
static void
compare_threads(struct bench *b, const struct sharing *s)
{
	struct buf	 trails = { 0 }, rules = { 0 };
	struct ran	 one, all;

	buf_printf(&trails, "%s/%s", b->dir, s->trails);
	buf_printf(&rules, "%s/shared.conf", b->dir);
	if (b->program != NULL && wanted(b, s->wall) &&
	    write_usual(b, buf_cstr(&rules))) {
		one = run(b, s, buf_cstr(&trails), buf_cstr(&rules), true);
		all = run(b, s, buf_cstr(&trails), buf_cstr(&rules), false);
		if (one.status == 0 && all.status == 0) {
			note(b, s->wall, all.taken.wall_ns /
			    one.taken.wall_ns);
			note(b, s->cpu, all.taken.cpu_ns / one.taken.cpu_ns);
		}
	}
	buf_fini(&trails);
	buf_fini(&rules);
}

void
facts_round(struct bench *b)
{
	for (size_t i = 0; i < NSHARINGS; i++)
		compare_threads(b, &sharings[i]);
	for (size_t i = 0; i < NLOADINGS; i++) {
		struct buf	 text = { 0 };
		struct taken	 taken;

		if (!wanted(b, loadings[i].fact))
			continue;
		loadings[i].rules(&text, b->names, loadings[i].n);
		program_free(measure_load(buf_bytes(&text), b->names, &taken));
		note(b, loadings[i].fact, taken.cpu_ns / 1e6);
		buf_fini(&text);
	}
}

static struct program *
load(const struct bench *b, ruleset_fn rules)
{
	struct buf	 text = { 0 };
	struct taken	 taken;
	struct program	*p;

	rules(&text, b->names, 1);
	p = measure_load(buf_bytes(&text), b->names, &taken);
	buf_fini(&text);
	return p;
}

/* In what an earlier measurement has given back nobody sees memory grow. */
void
facts_first(struct bench *b)
{
	for (size_t i = 0; i < NMEMORIES; i++) {
		const struct memory	*m = &memories[i];
		struct program		*p;
		struct weight		 w;

		if (!wanted(b, m->settled) && !wanted(b, m->growing))
			continue;
		p = load(b, m->rules);
		w = live_weigh(&b->trails[MANY], p, b->names);
		note(b, m->settled, w.settled);
		note(b, m->growing, w.growing);
		program_free(p);
	}
}

void
facts_after(struct bench *b)
{
	struct program	*p;

	if (!wanted(b, WORST))
		return;
	p = load(b, ruleset_hasty);
	note(b, WORST, live_worst(&b->trails[MANY_BEGUN], &b->trails[LATER],
	    p, b->names) / 1e6);
	program_free(p);
}
