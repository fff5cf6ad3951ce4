/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outline.h - of a program, what the parent has to know: triggers, log files
 * and log channels.
 *
 * A reader tells it in typed messages, and it becomes a program that has these
 * and nothing else: the rules with a trigger or a channel, and of their states
 * those with a trigger, in the order of the rules that were read. So a trigger
 * has the same number here as in the worker (run/errand.h). No engine can run
 * it.
 */
#ifndef RUN_OUTLINE_H
#define RUN_OUTLINE_H

#include <stdbool.h>

#include "base/buf.h"
#include "rule/program.h"
#include "run/roles.h"

#define OUTLINE_BYTES_MAX (512u << 20)	/* of memory */
#define OUTLINE_LOGS_MAX 256u		/* channels; and files: see include */
#define OUTLINE_FILES_MAX 10001u	/* each file of rules may name one */

struct outline;

/*
 * As the reader: tell of the program. Returns NULL, or words, borrowed, for
 * what is too large to be told; then some of it was.
 */
const char	*outline_tell(const struct program *,
		    void (*send)(void *arg, uint32_t type, const struct buf *),
		    void *arg);

/* As the parent. */
struct outline	*outline_new(void);
void		 outline_free(struct outline *);	/* NULL is allowed */

/* Take one of the messages. False when it makes no sense. */
bool		 outline_take(struct outline *, const struct message *);

/*
 * All was told. Returns the program, the caller's; NULL when something is
 * missing. The outline is freed.
 */
struct program	*outline_end(struct outline *);

#endif
