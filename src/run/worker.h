/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker.h - the process that reads records: a pipeline without files.
 *
 * What it reads comes as descriptors from the parent, and what it finds goes to
 * the courier (dispatch.h).
 */
#ifndef RUN_WORKER_H
#define RUN_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "run/outward.h"
#include "run/pipeline.h"
#include "run/station.h"
#include "run/trailwatch.h"

struct poison_place;
struct worker;

/*
 * The one of this process. The station is taken; OPTIONS are those of the
 * pipeline, whose inputs will be filled in.
 */
struct worker	*worker_new(struct station *, const struct privilege *,
		    struct pipeline_options *);

/*
 * The engine of this run is there: close the door, and take what is to be read.
 * From now on the loop of the run listens to the parent.
 */
void		 worker_begin(struct worker *, struct watching *);

/* Where alerts and triggers go. */
struct outward	 worker_outward(struct worker *);

/* Tell of the trails of this input, as trailwatch_new() does. */
void		 worker_follow(struct worker *, const struct input *,
		    const struct trailwatch_to *);
/* As trailwatch_open(). */
int		 worker_open(struct worker *, const struct input *,
		    uint32_t id);
/* Size and time of a trail; nothing else is set. False: it is gone. */
bool		 worker_look(struct worker *, const struct input *,
		    uint32_t id, struct stat *);

/* The run has other rules from now on. */
void		 worker_rules(struct worker *, const struct program *);

/* The parent may close the file of this place: all is in it. */
void		 worker_kept(struct worker *, const struct poison_place *);

/* Once a second: we are well, and these are the figures, or NULL. */
void		 worker_pulse(struct worker *, const struct buf *figures);

/* All is done; does not return. */
void		 worker_end(struct worker *, const struct pipeline_result *)
		    __attribute__((noreturn));

/* So much waits for the courier that reading had better wait, too. */
bool		 worker_behind(const struct worker *);

/*
 * For run/relayed.c. Are all alerts on their way to the courier? Say something
 * to it, behind all of them, which is waited for; the descriptor is closed.
 */
bool		 worker_may_tell(const struct worker *);
void		 worker_tell(struct worker *, uint32_t type,
		    const struct buf *, int fd);
/* Wait for what it says next, but for how far it has written. */
void		 worker_hear(struct worker *, struct message *);
/* What a copy of the process should not hold: how many there are. */
size_t		 worker_channels(const struct worker *, int fds[2]);

/* For the parent: an input on its way to the worker. */
void		 worker_put_input(struct buf *, const struct input *);

#endif
