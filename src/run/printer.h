/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printer.h - trails to output: what `print` and `praudit` do.
 */
#ifndef RUN_PRINTER_H
#define RUN_PRINTER_H

#include "run/press.h"

struct printer_options {
	struct formatter_options form;
	int		 fd;		/* where it is printed */
	bool		 classic;	/* `-` is a file; directories have
					 * nothing to print */
	bool		 partial;	/* trails may begin inside a record */
	bool		 follow;	/* the last one grows */
	bool		 watched;	/* somebody sees each line come */
	unsigned	 threads;	/* 0: as many as are of use */
};

struct printer;

/* NULL and *BAD as columns_new() has them. All is borrowed. */
struct printer	*printer_new(const struct printer_options *,
		    struct slice *bad);
void		 printer_free(struct printer *);	/* NULL is allowed */

/* What came of it. */
struct printer_result {
	bool		 failed;	/* to read a trail, or to write: said */
	bool		 damaged;	/* any trail */
	bool		 bsd;		/* records of FreeBSD or macOS */
};

/*
 * Print all trails in turn: files, `-`, directories in the order of time;
 * without any standard input. The list ends with NULL.
 */
struct printer_result	 printer_run(struct printer *, char *const *trails);

#endif
