/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * upkeep.h - what a run does besides: it tells how it is, to people, to
 * collectors of figures, and to the service manager.
 */
#ifndef RUN_UPKEEP_H
#define RUN_UPKEEP_H

#include <stdbool.h>

struct upkeep;
struct watching;

/*
 * As the options of the run ask for. NULL after saying what is wrong. The run
 * is ready now, and the service manager hears it.
 */
struct upkeep	*upkeep_new(struct watching *);
/* It hears of the end, too. NULL is allowed. */
void		 upkeep_free(struct upkeep *);

/* A rule has raised an alert. */
void		 upkeep_alert(struct upkeep *, const char *rule);

#endif
