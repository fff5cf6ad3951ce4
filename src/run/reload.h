/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reload.h - the rules are read again while records come.
 *
 * If they are good they take the place of the old ones between two records, and
 * what lives of rules that have not changed lives on. If not, nothing changes.
 */
#ifndef RUN_RELOAD_H
#define RUN_RELOAD_H

struct watching;

/* Between two records. What came of it is said, and counted in the run. */
void	reload(struct watching *);

#endif
