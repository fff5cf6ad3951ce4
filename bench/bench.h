/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench.h - what was measured, for those who tell it.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "child.h"
#include "works.h"

#define ROUNDS_MAX	99

/* A row: what each round took. */
struct result {
	struct program	*program;
	char		*rules;		/* path of the file */
	struct criteria	*criteria;
	uint64_t	 alerts;	/* or records that were selected */
	double		 count;		/* instructions a record; 0: unknown */
	/*
	 * Of the extraction limit over the mapping and with read(2), here, of
	 * the whole program, and of what is taken off.
	 */
	struct taken	 unit[ROUNDS_MAX], unit_read[ROUNDS_MAX],
			 here[ROUNDS_MAX], whole[ROUNDS_MAX],
			 start[ROUNDS_MAX];
	struct taken	 old[ROUNDS_MAX];	/* of another program */
	bool		 no_old;	/* which does not know this */
};

/* Something that is no time of a record. */
struct fact {
	const char	*name, *unit;
	double		 most;		/* hoped for; 0: nothing is */
	double		 v[ROUNDS_MAX];
	unsigned	 n;		/* of them; 0: not known */
};

struct bench {
	const char	*self;		/* this program */
	const char	*program;	/* NULL: only in this process */
	const char	*old;		/* to be compared with, or NULL */
	/* They take `watch --threads`, or have but one; so does `reduce`. */
	bool		 one_thread, old_one_thread, search_one_thread;
	const char	*dir;
	const char	*only;		/* part of a name, or NULL */
	const char	*json;
	unsigned	 rounds;
	struct names	*names;
	struct trail	 trails[TRAILS];
	struct result	*results;	/* by row */
	struct fact	*facts;		/* the last one has no name */
};

bool	 bench_wants(const struct bench *, const char *name);

/* Of N numbers, which are sorted for it. */
double	 bench_median(double *, unsigned n);
double	 bench_quartile(double *, unsigned n);	/* the upper */

/*
 * Processor time of each round in nanoseconds a record, and the least: of all
 * records of the row's trail; and of those behind its `from`, less what was
 * taken off, if that is not NULL.
 */
struct series {
	double	 v[ROUNDS_MAX];
	double	 least;
};
void	 bench_unit_ns(const struct bench *, size_t row, const struct taken *,
	    struct series *);
void	 bench_rest_ns(const struct bench *, size_t row, const struct taken *,
	    const struct taken *off, struct series *);

/* Messages on standard error; false. */
bool	 bench_fail(const char *what, const char *why);
bool	 bench_write(const char *path, struct slice text);

/* tell.c: the table, and the JSON file. */
void	 tell_table(const struct bench *);
bool	 tell_json(const struct bench *);

/* versus.c: two programs side by side. */
bool	 versus(struct bench *);

/*
 * facts.c: before the trails are mapped, then before anything else is measured,
 * in a round, and after all rounds.
 */
struct fact *facts_new(void);
bool	 facts_before(struct bench *);
void	 facts_first(struct bench *);
void	 facts_round(struct bench *);
void	 facts_after(struct bench *);

/* counts.c: instructions of the counted rows, against a file of figures. */
struct counts_options {
	const char	*file;
	bool		 update;
};
bool	 counts(struct bench *, const struct counts_options *);
/* And of the rows that are judged by them, for the table. */
void	 counts_rows(struct bench *);

/* bench.c: what a row needs before it is measured. */
bool	 bench_prepare(struct bench *, size_t row);
bool	 bench_map(struct bench *, enum which);

#endif
