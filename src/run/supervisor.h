/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervisor.h - tells the service manager that started us how we are.
 *
 * systemd reads words from a socket whose name stands in NOTIFY_SOCKET, see
 * sd_notify(3); any other manager that has one does the same. Without it, all
 * of this does nothing.
 */
#ifndef RUN_SUPERVISOR_H
#define RUN_SUPERVISOR_H

#include <stdint.h>

struct supervisor {
	int	 fd;		/* -1: nobody listens */
	uint64_t watchdog_us;	/* how often it wants to hear of us; 0: not */
};

/* Take NOTIFY_SOCKET and WATCHDOG_USEC out of the environment. */
void	supervisor_init(struct supervisor *);
void	supervisor_fini(struct supervisor *);

/*
 * "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=...": never waits, and a
 * failure is nobody's concern.
 */
void	supervisor_tell(const struct supervisor *, const char *words);

#endif
