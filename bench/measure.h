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

struct taken	 measure_now(void);
struct taken	 measure_since(struct taken);

/* Returns 0, or an errno; EINVAL for what bsmtrace-gen has not written. */
int		 trail_map(struct trail *, const char *path);
void		 trail_unmap(struct trail *);

/* The extraction limit over the mapping, or with read(2) in between. */
struct taken	 measure_extract(const struct trail *);
struct taken	 measure_extract_read(const struct trail *);

/* From header to header, with no look between them. */
struct taken	 measure_hops(const struct trail *);

/* The program's own way to records, without and with an index of tokens. */
struct taken	 measure_frames(const struct trail *);
struct taken	 measure_indexed(const struct trail *);

/*
 * And through the engine, whose alerts are counted. What lies before the byte
 * FROM goes through it, too, but its time is not taken.
 */
struct taken	 measure_engine(const struct trail *, size_t from,
		    const struct program *, const struct names *,
		    uint64_t *alerts);

/* And by criteria, with the records counted that are wanted. */
struct taken	 measure_select(const struct trail *, struct criteria *,
		    uint64_t *records);

/* And printed, in this style or as JSON lines (NULL); nothing is written. */
struct taken	 measure_print(const struct trail *, const struct text_style *,
		    const struct names *);

/* Read and written to a file in DIR, as plain as can be. */
struct taken	 measure_copy(const struct trail *, const char *dir);

/* Users and groups: there are none, whatever machine this is. */
const struct accounts	*measure_nobody(void);

/*
 * The rules as a program, to be freed with program_free(); NULL when they are
 * refused, with the reasons on standard error.
 */
struct program	*measure_load(struct slice rules, const struct names *,
		    struct taken *);

#endif
