/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spawn.h - this program, executed again in another role.
 */
#ifndef RUN_SPAWN_H
#define RUN_SPAWN_H

#include <sys/types.h>

#include <stdbool.h>

#include "base/buf.h"
#include "run/roles.h"

/* Does this system tell which file we are? */
bool	spawn_possible(void);

/*
 * Start it with the same arguments, ARGV of the command, but for its name. FD
 * becomes its channel to us; of all other descriptors it has only the standard
 * ones. Returns the process, or -1 with errno.
 */
pid_t	spawn_role(enum role, char *const *argv, int fd);

/* "died of signal 11 (Segmentation fault)", "ended with status 1" */
void	spawn_put_end(struct buf *, int status);

#endif
