/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tell.c - what was measured, as a table and as JSON.
 *
 * Two figures stand in a row: of this process, over the mapping, as a multiple
 * of E over the mapping; and of the whole program, which reads, as a multiple
 * of E with read(2). The second is judged, but for rows whose goal is about
 * mapped bytes.
 */
#include <sys/utsname.h>

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "bench.h"

#define NAME_WIDTH	37

/* The median of all rounds, and the least. */
struct middle {
	double	 median, least;
};

static double
median(const double *v, unsigned n)
{
	double	 sorted[ROUNDS_MAX];

	for (unsigned i = 0; i < n; i++)
		sorted[i] = v[i];
	return bench_median(sorted, n);
}

static struct middle
middle(const struct series *s, unsigned n)
{
	return (struct middle){ median(s->v, n), s->least };
}

/* Of two columns: the median of the ratios, and the ratio of the least. */
static struct middle
ratio(const struct series *s, const struct series *of, unsigned n)
{
	double	 r[ROUNDS_MAX];

	for (unsigned i = 0; i < n; i++)
		r[i] = s->v[i] / of->v[i];
	return (struct middle){ median(r, n), s->least / of->least };
}

/* What is shown of a row, in nanoseconds a record for each round. */
struct column {
	struct series	 unit, here, unit_read, whole;
};

static bool
has_here(size_t i)
{
	return works[i].command == NULL;
}

static bool
has_whole(const struct bench *b, size_t i)
{
	return b->program != NULL && works[i].way == NULL && !works[i].copy;
}

static void
column_of(const struct bench *b, size_t i, struct column *c)
{
	const struct result	*r = &b->results[i];

	bench_unit_ns(b, i, r->unit, &c->unit);
	bench_unit_ns(b, i, r->unit_read, &c->unit_read);
	bench_rest_ns(b, i, r->here, NULL, &c->here);
	bench_rest_ns(b, i, r->whole, works[i].with_start ? NULL : r->start,
	    &c->whole);
}

/* Judging. */

/* What is judged, and the unit that goes with it. */
static void
judged(const struct bench *b, size_t i, const struct column *c,
    const struct series **v, const struct series **unit)
{
	const bool	 here = works[i].mapped || !has_whole(b, i);

	*v = here ? &c->here : &c->whole;
	*unit = here ? &c->unit : &c->unit_read;
}

struct verdict {
	bool	 known;
	double	 is, least;
};

static struct verdict
verdict(const struct bench *b, size_t i, const struct goal *g,
    const struct column *c)
{
	const size_t	 of = g->of == NULL ? i : work_find(g->of);
	struct verdict	 out = { .known = bench_wants(b, works[of].name) };
	const struct series	*v, *unit, *other;
	struct column	 others;
	struct middle	 m;

	judged(b, i, c, &v, &unit);
	if (!out.known)
		return out;
	if (g->kind == TIMES_E)
		m = ratio(v, unit, b->rounds);
	else if (g->kind == OVER_E) {
		m = middle(v, b->rounds);
		m.median -= middle(unit, b->rounds).median;
		m.least -= middle(unit, b->rounds).least;
	} else if (g->kind == TIMES_ROW) {
		column_of(b, of, &others);
		judged(b, of, &others, &other, &unit);
		m = ratio(v, other, b->rounds);
	} else {
		out.known = b->results[of].count > 0;
		m.median = m.least = b->results[i].count /
		    b->results[of].count;
	}
	out.is = m.median;
	out.least = m.least;
	return out;
}

static void
print_goals(const struct bench *b, size_t i, const struct column *c)
{
	static const char *const	 units[] = { [TIMES_E] = " E",
	    [OVER_E] = " ns over E", [TIMES_ROW] = " times",
	    [TIMES_COUNT] = " times the instructions of" };

	for (size_t k = 0; k < GOALS; k++) {
		const struct goal	*g = &works[i].goals[k];
		struct verdict		 v;

		if (g->kind == NO_GOAL)
			continue;
		v = verdict(b, i, g, c);
		if (!v.known)
			continue;
		(void)printf("%s at most %.4g%s%s%s: %.3g, %s",
		    k == 0 ? " " : ";", g->most, units[g->kind],
		    g->of == NULL ? "" : " ", g->of == NULL ? "" : g->of, v.is,
		    v.is <= g->most ? "met" : "missed");
	}
}

/* The table. */

static void
print_pair(bool there, const struct series *v, const struct series *unit,
    unsigned n)
{
	struct middle	 m;

	if (!there) {
		(void)printf(" %6s %7s %6s %6s", "-", "-", "-", "-");
		return;
	}
	m = ratio(v, unit, n);
	(void)printf(" %6.1f %7.1f %6.2f %6.2f", middle(unit, n).median,
	    middle(v, n).median, m.median, m.least);
}

static void
print_row(const struct bench *b, size_t i)
{
	struct column	 c;

	column_of(b, i, &c);
	(void)printf("%-*s", NAME_WIDTH, works[i].name);
	print_pair(has_here(i), &c.here, &c.unit, b->rounds);
	print_pair(has_whole(b, i), &c.whole, &c.unit_read, b->rounds);
	print_goals(b, i, &c);
	(void)putchar('\n');
}

static struct middle
fact_middle(const struct fact *f)
{
	double	 sorted[ROUNDS_MAX];

	for (unsigned i = 0; i < f->n; i++)
		sorted[i] = f->v[i];
	return (struct middle){ bench_median(sorted, f->n), sorted[0] };
}

static void
print_fact(const struct fact *f)
{
	const struct middle	 m = fact_middle(f);

	(void)printf("%-*s %.2f %s (least %.2f)", NAME_WIDTH, f->name,
	    m.median, f->unit, m.least);
	if (f->most > 0)
		(void)printf("  at most %.4g: %s", f->most,
		    m.median <= f->most ? "met" : "missed");
	(void)putchar('\n');
}

void
tell_table(const struct bench *b)
{
	(void)printf("%-*s %28s %28s\n%-*s %6s %7s %6s %6s %6s %7s %6s %6s  "
	    "goal, of the median\n", NAME_WIDTH, "", "here, over the mapping",
	    "whole program, with read(2)", NAME_WIDTH, "nanoseconds a record",
	    "E", "this", "/ E", "least", "E", "this", "/ E", "least");
	for (size_t i = 0; i < works_n; i++)
		if (bench_wants(b, works[i].name))
			print_row(b, i);
	for (const struct fact *f = b->facts; f->name != NULL; f++)
		if (f->n > 0)
			print_fact(f);
}

/* JSON. */

/* A decimal number with three digits behind the point. */
static void
put_figure(struct json *j, const char *key, double v)
{
	json_key(j, key);
	json_millis(j, (int64_t)(v * 1000 + (v < 0 ? -0.5 : 0.5)));
}

static void
put_middle(struct json *j, const char *key, struct middle m)
{
	json_key(j, key);
	json_begin_object(j);
	put_figure(j, "median", m.median);
	put_figure(j, "least", m.least);
	json_end_object(j);
}

static void
put_goals(struct json *j, const struct bench *b, size_t i,
    const struct column *c)
{
	static const char *const	 kinds[] = { [TIMES_E] = "times E",
	    [OVER_E] = "ns over E", [TIMES_ROW] = "times",
	    [TIMES_COUNT] = "times the instructions" };

	json_key(j, "goals");
	json_begin_array(j);
	for (size_t k = 0; k < GOALS; k++) {
		const struct goal	*g = &works[i].goals[k];
		struct verdict		 v = { 0 };

		if (g->kind != NO_GOAL)
			v = verdict(b, i, g, c);
		if (!v.known)
			continue;
		json_begin_object(j);
		json_key(j, "unit");
		json_cstr(j, kinds[g->kind]);
		if (g->of != NULL) {
			json_key(j, "of");
			json_cstr(j, g->of);
		}
		put_figure(j, "most", g->most);
		put_figure(j, "is", v.is);
		put_figure(j, "least", v.least);
		json_key(j, "met");
		json_bool(j, v.is <= g->most);
		json_end_object(j);
	}
	json_end_array(j);
}

static void
put_times(struct json *j, const struct bench *b, size_t i)
{
	const struct result	*r = &b->results[i];
	double			 wall[ROUNDS_MAX], off[ROUNDS_MAX];

	for (unsigned k = 0; k < b->rounds; k++) {
		wall[k] = r->whole[k].wall_ns / 1e6;
		off[k] = r->start[k].cpu_ns / 1e6;
	}
	put_figure(j, "program_wall_ms", median(wall, b->rounds));
	put_figure(j, "program_taken_off_ms", median(off, b->rounds));
}

static void
put_row(struct json *j, const struct bench *b, size_t i)
{
	const struct work	*w = &works[i];
	const struct trail	*t = &b->trails[w->trail];
	struct column		 c;

	column_of(b, i, &c);
	json_begin_object(j);
	json_key(j, "name");
	json_cstr(j, w->name);
	json_key(j, "trail");
	json_cstr(j, works_trails[w->trail]);
	json_key(j, "records");
	json_uint(j, t->records);
	json_key(j, "bytes");
	json_uint(j, t->n);
	json_key(j, w->reduce != NULL ? "selected" : "alerts");
	json_uint(j, b->results[i].alerts);
	put_middle(j, "limit_mapped_ns", middle(&c.unit, b->rounds));
	put_middle(j, "limit_read_ns", middle(&c.unit_read, b->rounds));
	if (has_here(i)) {
		put_middle(j, "here_ns", middle(&c.here, b->rounds));
		put_middle(j, "here_ratio", ratio(&c.here, &c.unit, b->rounds));
	}
	if (has_whole(b, i)) {
		put_middle(j, "program_ns", middle(&c.whole, b->rounds));
		put_middle(j, "program_ratio", ratio(&c.whole, &c.unit_read,
		    b->rounds));
		put_times(j, b, i);
	}
	if (b->results[i].count > 0)
		put_figure(j, "instructions", b->results[i].count);
	put_goals(j, b, i, &c);
	json_end_object(j);
}

static void
put_fact(struct json *j, const struct fact *f)
{
	const struct middle	 m = fact_middle(f);

	json_begin_object(j);
	json_key(j, "name");
	json_cstr(j, f->name);
	json_key(j, "unit");
	json_cstr(j, f->unit);
	put_figure(j, "median", m.median);
	put_figure(j, "least", m.least);
	if (f->most > 0) {
		put_figure(j, "most", f->most);
		json_key(j, "met");
		json_bool(j, m.median <= f->most);
	}
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

bool
tell_json(const struct bench *b)
{
	struct buf	 out = { 0 };
	struct json	 j;
	bool		 ok;

	json_init(&j, &out);
	json_begin_object(&j);
	put_system(&j, b->rounds);
	json_key(&j, "workloads");
	json_begin_array(&j);
	for (size_t i = 0; i < works_n; i++)
		if (bench_wants(b, works[i].name))
			put_row(&j, b, i);
	json_end_array(&j);
	json_key(&j, "facts");
	json_begin_array(&j);
	for (const struct fact *f = b->facts; f->name != NULL; f++)
		if (f->n > 0)
			put_fact(&j, f);
	json_end_array(&j);
	json_end_object(&j);
	buf_char(&out, '\n');
	ok = bench_write(b->json, buf_bytes(&out));
	buf_fini(&out);
	return ok;
}
