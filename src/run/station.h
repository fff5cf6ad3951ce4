/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * station.h - how a new process takes up its role: what it gets from the
 * parent, and the door that closes behind it.
 *
 * Until station_close() it may read what its command line names. What it says
 * goes to the parent from the first moment on.
 */
#ifndef RUN_STATION_H
#define RUN_STATION_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "run/bundle.h"
#include "run/privilege.h"
#include "run/roles.h"
#include "run/sandbox.h"

struct station {
	enum role	 role;
	enum roles_way	 up, down;	/* to the parent, and from it */
	struct channel	*parent;
	struct bundle	*bundle;	/* the rules */
	int		 peer;		/* to the other role, to be taken */
	int		 place;		/* of the worker; the same */
	bool		 has_session;
	uint32_t	 session, parent_pid;
	uint32_t	 rules;		/* as in ROLES_RULES */
	bool		 copies;	/* the courier, of itself */
};

/*
 * Of this process, for its whole life. What the parent gives at the start is
 * taken. Ends the process when there is no parent.
 */
struct station	*station_new(enum role);

/* Say that, if the parent has heard what was said before; else not at all. */
void		 station_tell(struct station *, uint32_t type);

/*
 * Give up privileges, close the door, and tell the parent that we are ready.
 * DIRS are for sandbox_enter(). Ends the process when that cannot be.
 */
void		 station_close(struct station *, const struct privilege *,
		    const char *const *dirs, size_t ndirs);

/* Take a file of other rules. Ends the process when that makes no sense. */
void		 station_rules(struct station *, const struct message *);

/* Send to the parent, who always listens. Ends the process if it is gone. */
void		 station_send(struct station *, uint32_t type,
		    const struct buf *);

/* Wait for its next message. Ends the process when there is none. */
void		 station_receive(struct station *, struct message *);

/* One of those that were read: false when there are no more. */
bool		 station_next(struct station *, struct message *);
/* Read what there is, once. Ends the process when the parent is gone. */
void		 station_fill(struct station *);

/* The end of a role: nobody else is waiting for anything. */
void		 station_exit(int status) __attribute__((noreturn));

#endif
