/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * absence.h - nothing came: partial matches that waited for that go on.
 */
#ifndef ENGINE_ABSENCE_H
#define ENGINE_ABSENCE_H

#include <stdint.h>

struct engine;
struct watch;

/*
 * Time has passed on this clock: absences that ended before MILLIS are told,
 * the first to end first. The engine then looks at another record.
 */
void	 absences_pass(struct engine *, struct watch *, int64_t millis);

#endif
