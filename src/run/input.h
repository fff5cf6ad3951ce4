/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.h - what -a names: opened, and told apart.
 */
#ifndef RUN_INPUT_H
#define RUN_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#define INPUT_AUDITPIPE "/dev/auditpipe"

struct input {
	const char	*path;		/* as given; for messages */
	const char	*name;		/* as alerts name it: the last part */
	char		*host;		/* from the trail's name; or NULL */
	int		 fd;
	bool		 finished;	/* a file: can be read again */
	bool		 own_host;	/* the audit pipe of this machine */
	uint64_t	 start;		/* of a file: offset where we began */
	uint64_t	 size;		/* of a file, bytes from there */
};

/*
 * Open it. `-` is standard input, which is duplicated. Returns NULL, or words
 * for what is wrong: borrowed, valid until the next call into the C library.
 */
const char	*input_open(struct input *, const char *path);
void		 input_close(struct input *);

#endif
