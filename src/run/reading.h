/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reading.h - one trail on its way into a press.
 */
#ifndef RUN_READING_H
#define RUN_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reading {
	struct press		*press;
	const char		*label;		/* borrowed */
	struct sheet_trail	*trail;
	struct file_source	*source;
	struct frame		*frame;
	int			 fd;
	bool			 slow;		/* not a file: may keep us
						 * waiting */
	bool			 failed;	/* which was said */
	uint64_t		 taken;		/* bytes on disk */
};

/*
 * Open a trail, or standard input for NULL, to be read in pieces of so many
 * bytes. PATH is borrowed. False after saying why not; then there is nothing
 * to end.
 */
bool	reading_open(struct reading *, struct press *, const char *path,
	    size_t piece);

/*
 * Read on to the end of what there is, however often; of a pipe, to its end.
 * False when it failed, or nothing can be written any more.
 */
bool	reading_go_on(struct reading *);

/*
 * More may come later: decide on damage with what there is, and let nothing
 * that was read wait.
 */
void	reading_settle(struct reading *);

/* Is there nothing that could be added: was it compressed when it was done? */
bool	reading_compressed(const struct reading *);

/* Sum up and close. False when it could not be read to its end. */
bool	reading_end(struct reading *);

#endif
