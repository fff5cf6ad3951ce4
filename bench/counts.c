/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counts.c - instructions a record, which do not depend on what else a machine
 * has to do.
 *
 * Of the program over a trail the same is taken off as from its time, so that
 * its start does not count. What is compared with the figures of an earlier day
 * is a multiple of what the extraction limit takes over the same trail, counted
 * in the same way: that way most of what compilers and processors differ in
 * cancels out. What is left of it is why another compiler gets more leeway.
 */
#include <sys/utsname.h>

#include <stdio.h>
#include <string.h>

#include "bench.h"

#define LEEWAY		0.05
#define LEEWAY_OTHERS	0.25		/* of another compiler or machine */
#define SOME_TIMES	"1"
#define ONCE_MORE	"2"
#define HEAD							\
	"# Instructions a record of the whole program, as multiples of " \
	"those of the\n# extraction limit over the same trail. " \
	"Written by: script/bench --instructions --update\n"

#define NUMBER(n)	#n
#define TEXT(n)		NUMBER(n)
#if defined(__clang__)
#define COMPILER	"clang " TEXT(__clang_major__)
#elif defined(__GNUC__)
#define COMPILER	"gcc " TEXT(__GNUC__)
#else
#define COMPILER	"another"
#endif

/* Who compiled this, and for what. */
static void
compiler(struct buf *b)
{
	struct utsname	 u;

	buf_printf(b, "compiler %s %s", COMPILER,
	    uname(&u) == 0 ? u.machine : "unknown");
}

/* Counting. */

/* The instructions of the extraction limit over the trail; 0 on failure. */
static double
count_extract(const struct bench *b, const struct trail *t)
{
	const char	*const some[] = { b->self, "-x", SOME_TIMES, t->path,
	    NULL };
	const char	*const more[] = { b->self, "-x", ONCE_MORE, t->path,
	    NULL };
	struct counting	 running = child_count(some);
	const uint64_t	 second = child_counted(child_count(more));
	const uint64_t	 first = child_counted(running);

	return first == 0 || second <= first ? 0 : (double)(second - first);
}

static struct counting
count_over(const struct bench *b, size_t i, enum which trail)
{
	const struct work_files	 files = { b->program, b->trails[trail].path,
	    b->results[i].rules, b->one_thread };
	const char		*arguments[WORK_ARGUMENTS];

	return work_arguments(&works[i], &files, arguments) ?
	    child_count(arguments) : (struct counting){ -1, -1 };
}

/* Instructions a record of a row; 0 on failure. */
static double
count_row(const struct bench *b, size_t i)
{
	const struct work	*w = &works[i];
	struct counting		 running = count_over(b, i, w->from);
	const uint64_t		 all = child_counted(count_over(b, i,
	    w->trail));
	const uint64_t		 off = child_counted(running);

	return off == 0 || all <= off ? 0 : (double)(all - off) /
	    (double)(b->trails[w->trail].records -
	    b->trails[w->from].records);
}

void
counts_rows(struct bench *b)
{
	bool	 can = b->program != NULL && child_counts();

	for (size_t i = 0; i < works_n && can; i++)
		for (size_t k = 0; k < GOALS; k++) {
			const struct goal	*g = &works[i].goals[k];

			if (g->kind != TIMES_COUNT ||
			    !bench_wants(b, works[i].name) ||
			    !bench_wants(b, g->of))
				continue;
			b->results[i].count = count_row(b, i);
			b->results[work_find(g->of)].count = count_row(b,
			    work_find(g->of));
		}
}

/* The figures of an earlier day. */

/* The figure of a name in the file; 0 if there is none. */
static double
figure(const char *figures, const char *name)
{
	const char	*line = figures, *end;
	double		 v;
	int		 n;

	for (; *line != '\0'; line = *end == '\0' ? end : end + 1) {
		end = line + strcspn(line, "\n");
		n = 0;
		if (sscanf(line, "%lf %n", &v, &n) == 1 && n > 0 &&
		    (size_t)(end - line - n) == strlen(name) &&
		    strncmp(line + n, name, strlen(name)) == 0)
			return v;
	}
	return 0;
}

static bool
read_file(const char *path, struct buf *out)
{
	FILE	*f = fopen(path, "r");
	char	 b[4096];
	size_t	 n;

	if (f == NULL)
		return bench_fail(path, "cannot be read");
	while ((n = fread(b, 1, sizeof(b), f)) > 0)
		buf_put(out, b, n);
	(void)fclose(f);			/* only read from */
	return true;
}

/* One line of TAP. */
static bool
compare(unsigned number, const char *name, double is, double was,
    double leeway)
{
	const double	 change = was > 0 ? is / was - 1 : 0;
	const bool	 good = is > 0 && was > 0 && change <= leeway;

	(void)printf("%s %u - instructions of '%s': %.3f E", good ? "ok" :
	    "not ok", number, name, is);
	if (is == 0)
		(void)printf(", which is a failure");
	else if (was == 0)
		(void)printf(", and no earlier figure");
	else if (!good)
		(void)printf(", %.3f before: %.1f %% more, and at most %.0f "
		    "are let pass", was, change * 100, leeway * 100);
	else if (change < -leeway)
		(void)printf(", %.3f before", was);
	(void)putchar('\n');
	if (is > 0 && (!good || change < -leeway))
		(void)printf("# %s\n# script/bench --instructions --update\n",
		    good ? "Fewer than before. So that this stays, renew the "
		    "figures with" : "If it has to be so, renew the figures "
		    "with");
	return good;
}

/* A row, as a multiple of E over its trail. */
static double
count_ratio(struct bench *b, size_t i, double units[TRAILS])
{
	const enum which	 trail = works[i].trail;

	if (!bench_map(b, trail) || !bench_map(b, works[i].from) ||
	    !bench_prepare(b, i))
		return 0;
	if (units[trail] == 0)
		units[trail] = count_extract(b, &b->trails[trail]) /
		    (double)b->trails[trail].records;
	return units[trail] == 0 ? 0 : count_row(b, i) / units[trail];
}

static bool
update(struct bench *b, const char *path)
{
	double		 units[TRAILS] = { 0 };
	struct buf	 out = { 0 };
	bool		 ok = true;

	buf_str(&out, HEAD);
	compiler(&out);
	buf_char(&out, '\n');
	for (size_t i = 0; works_counted[i] != NULL && ok; i++) {
		const char	*name = works_counted[i];
		double		 is;

		if (!bench_wants(b, name))
			continue;
		is = count_ratio(b, work_find(name), units);
		ok = is > 0 || bench_fail(name, "could not be counted");
		buf_printf(&out, "%8.3f %s\n", is, name);
	}
	(void)fputs(buf_cstr(&out), stdout);
	ok = ok && bench_write(path, buf_bytes(&out));
	buf_fini(&out);
	return ok;
}

bool
counts(struct bench *b, const struct counts_options *o)
{
	double		 units[TRAILS] = { 0 };
	struct buf	 file = { 0 }, by = { 0 };
	double		 leeway;
	bool		 ok = true;
	unsigned	 n = 0;

	if (!child_counts()) {
		(void)puts("1..0 # SKIP no valgrind to count instructions");
		return !o->update;
	}
	if (o->update)
		return update(b, o->file);
	if (!read_file(o->file, &file))
		return false;
	compiler(&by);
	leeway = strstr(buf_cstr(&file), buf_cstr(&by)) != NULL ? LEEWAY :
	    LEEWAY_OTHERS;
	(void)printf("# %s\n", buf_cstr(&by));
	for (size_t i = 0; works_counted[i] != NULL; i++) {
		const char	*name = works_counted[i];

		if (!bench_wants(b, name))
			continue;
		ok &= compare(++n, name, count_ratio(b, work_find(name),
		    units), figure(buf_cstr(&file), name), leeway);
		(void)fflush(stdout);		/* it takes its time */
	}
	(void)printf("1..%u\n", n);
	buf_fini(&file);
	buf_fini(&by);
	return ok;
}
