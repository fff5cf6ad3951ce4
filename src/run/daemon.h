/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * daemon.h - into the background, with a pid file.
 *
 * Whoever starts the daemon waits until it works: until the pid file is locked
 * and written. What goes wrong before is said on standard error and is the
 * exit status.
 */
#ifndef RUN_DAEMON_H
#define RUN_DAEMON_H

#include <stdbool.h>

struct pidfile {
	char	*path;		/* absolute */
	int	 fd;		/* locked as long as it is open; -1: none */
};

/*
 * Open the pid file, and see that nobody holds it. Returns NULL, or words for
 * what is wrong: borrowed, valid until the next call.
 */
const char	*pidfile_open(struct pidfile *, const char *path);
/* Remove the file if it is ours, and close it. */
void		 pidfile_close(struct pidfile *);

/*
 * Fork; the parent never returns. In the child: a session of its own, `/` as
 * the working directory, the pid file locked and written, and /dev/null for
 * the standard descriptors, but for standard output if KEEP_STDOUT. Returns
 * false in the child when that failed and was said; it then has to exit.
 */
bool		 daemon_start(struct pidfile *, bool keep_stdout);

/*
 * Until somebody listens to it SIGUSR1 does no harm; nor does SIGHUP, when it
 * is going to mean that files are opened again.
 */
void		 daemon_not_yet(bool reopens);

/* Mark every descriptor above 2 that we were started with close-on-exec. */
void		 daemon_close_on_exec(void);

#endif
