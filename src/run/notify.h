/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify.h - to hear at once of what changes in a directory.
 *
 * A help, not a promise: file systems of other machines say nothing, and some
 * systems cannot be asked. Whoever uses it looks now and then all the same. One
 * file for each system does it: notify_SYSTEM.c.
 */
#ifndef RUN_NOTIFY_H
#define RUN_NOTIFY_H

struct notify;

enum notify_what {
	NOTIFY_ENTRIES	= 1,	/* files came, went or changed their names */
	NOTIFY_BYTES	= 2	/* a file was written to */
};

/* NULL where there is no such thing. */
struct notify	*notify_new(void);
void		 notify_free(struct notify *);		/* NULL is allowed */

/* Becomes readable when there is something to hear. */
int		 notify_fd(const struct notify *);

/* Hear of this directory; of one that is heard of already, nothing new. */
void		 notify_directory(struct notify *, const char *path);
/* And of an open file in it, where a directory does not tell of its files. */
void		 notify_file(struct notify *, int fd);

/* What has happened since the last call: NOTIFY_* together, 0 for nothing. */
unsigned	 notify_read(struct notify *);

#endif
