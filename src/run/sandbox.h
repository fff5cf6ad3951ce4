/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox.h - what a process may still do when it has seen its first record.
 *
 * The worker decodes bytes that anybody may have had a hand in, so it works
 * with the descriptors it was given and can get no others. The courier writes
 * files, below a few directories. Neither runs a program, nor speaks to anybody
 * over a network. One file for each system does it: sandbox_SYSTEM.c.
 */
#ifndef RUN_SANDBOX_H
#define RUN_SANDBOX_H

#include <stddef.h>

enum sandbox_role {
	SANDBOX_WORKER,		/* reads and writes descriptors that it has */
	SANDBOX_COURIER,	/* and files below its directories */
	SANDBOX_KEEPER		/* the same, by copies of itself, too */
};

/*
 * Close the door behind this process and all it will start, for good; to be
 * called before the first thread is started. DIRS are those of the courier,
 * which it may read and write below; those that do not exist are passed over.
 * What is refused later fails with EPERM, EACCES or ECAPMODE; whoever tries to
 * run a program is ended by the system, where it can do that.
 *
 * Memory that is both written and run is refused from here on where the system
 * can tell, so what compiles patterns to code has done so before.
 *
 * Returns NULL; or words, borrowed, for what cannot be closed. Then what could
 * be is closed all the same.
 */
const char	*sandbox_enter(enum sandbox_role, const char *const *dirs,
		    size_t ndirs);

/* "seccomp, Landlock": what there is on this system; NULL when nothing. */
const char	*sandbox_kind(void);

#endif
