/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * delivery.h - the process that has the sinks: the courier.
 *
 * Alerts come as parcels from the worker, who may be in other hands: what is
 * not one is refused, and the worker accused. A trigger is passed on to the
 * parent when all that came before it has been written.
 */
#ifndef RUN_DELIVERY_H
#define RUN_DELIVERY_H

#include <stddef.h>
#include <stdint.h>

#include "run/station.h"
#include "sink/sink.h"

struct delivery;
struct keeper;
struct scribe;

#define DELIVERY_NONE	SIZE_MAX	/* channels: see below */

struct delivery_options {
	struct sinks		*sinks;
	struct keeper		*keeper;	/* of what is remembered; or
						 * NULL */
	size_t			 nchannels;	/* of the rules */
	/*
	 * Other rules have come to the station: the sinks are to know them.
	 * Returns how many channels they have, or DELIVERY_NONE after saying
	 * why they cannot be had.
	 */
	size_t			(*use)(void *arg);
	void			*arg;
	/* The door is closed: what takes a thread can begin. */
	void			(*begin)(void *arg);
	struct scribe		**scribe;	/* there from then on; or not */
	const char		*metrics;	/* where to tell figures */
	const char		*const *dirs;	/* where sinks write */
	size_t			 ndirs;
};

/*
 * Names of users and groups, as the parent knows them: for the world of the
 * sinks, and to be had before them. *OUT is valid as long as the station.
 */
struct delivery	*delivery_new(struct station *);
const struct accounts *delivery_accounts(struct delivery *);

/* Deliver until the parent says that it is enough; does not return. */
void		 delivery_run(struct delivery *,
		    const struct delivery_options *)
		    __attribute__((noreturn));

#endif
