/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tracing.h - who tells what trace.h says.
 *
 * Each of these returns at once when nobody follows.
 */
#ifndef ENGINE_TRACING_H
#define ENGINE_TRACING_H

#include "engine/inside.h"

void	 tracing_record(struct engine *);
void	 tracing_alert(struct engine *, enum trace_what, uint32_t rule,
	    uint64_t key, const struct value *bound, int64_t first_millis);
void	 tracing_partial_now(struct engine *, enum trace_what,
	    uint32_t number);
void	 tracing_instance_now(struct engine *, enum trace_what,
	    uint32_t number);

/*
 * Of a partial match, or of a sequence in old words. MET, RENEWED: one that
 * waits for the state behind; all others, before they end.
 */
static inline void
tracing_partial(struct engine *e, enum trace_what what, uint32_t number)
{
	if (e->trace.step != NULL)
		tracing_partial_now(e, what, number);
}

static inline void
tracing_instance(struct engine *e, enum trace_what what, uint32_t number)
{
	if (e->trace.step != NULL)
		tracing_instance_now(e, what, number);
}

/* All partial matches of a group come to this end. */
void	 tracing_group(struct engine *, enum trace_what, uint32_t group);

#endif
