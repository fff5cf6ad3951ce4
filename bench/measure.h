/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * measure.h - one reading of the clock for one way through a trail.
 *
 * All trails are mapped and touched before anything is measured, so that their
 * pages are in memory for whoever maps or reads them.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "bsm/names.h"
#include "print/text.h"
#include "rule/program.h"
#include "select/criteria.h"

struct trail {
	const char	*path;
	const uint8_t	*p;		/* mapped */
	size_t		 n;		/* bytes */
	uint64_t	 records;
};

/* How long something took. */
struct taken {
	double		 wall_ns;
	double		 cpu_ns;	/* user and system */
};

/* Returns 0, or an errno; EINVAL for what bsmtrace-gen has not written. */
int		 trail_map(struct trail *, const char *path);
void		 trail_unmap(struct trail *);

/* The extraction limit over the mapping, or with read(2) in between. */
struct taken	 measure_extract(const struct trail *);
struct taken	 measure_extract_read(const struct trail *);

/* The program's own way to records, without and with an index of tokens. */
struct taken	 measure_frames(const struct trail *);
struct taken	 measure_indexed(const struct trail *);

/* And through the engine, whose alerts are counted. */
struct taken	 measure_engine(const struct trail *, const struct program *,
		    const struct names *, uint64_t *alerts);

/* And by criteria, with the records counted that are wanted. */
struct taken	 measure_select(const struct trail *, struct criteria *,
		    uint64_t *records);

/* And printed, in this style or, with NULL, as JSON lines; nothing is written. */
struct taken	 measure_print(const struct trail *, const struct text_style *,
		    const struct names *);

/* Read and written to a file in DIR, as plain as can be. */
struct taken	 measure_copy(const struct trail *, const char *dir);

/*
 * The whole program: started with these arguments, run to its end. What it
 * writes goes to a file in DIR, or with DIR NULL to /dev/null, as what it says
 * does. *STATUS is its exit status, -1 if it did not run.
 */
struct taken	 measure_program(char *const *arguments, const char *dir,
		    int *status);

/* Users and groups: there are none, whatever machine this is. */
const struct accounts	*measure_nobody(void);

/*
 * The rules as a program, to be freed with program_free(); NULL when they are
 * refused, with the reasons on standard error.
 */
struct program	*measure_load(struct slice rules, const struct names *,
		    struct taken *);

#endif
