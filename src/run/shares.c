/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shares.c - finished inputs of which each could be read by itself.
 *
 * Whatever the engine remembers belongs to one source, unless a rule goes
 * across hosts: keys, clocks, paths, processes and what was seen before. Inputs
 * with an end are read one after another. So an engine of its own finds the
 * same in each of them.
 */
#include "run/shares.h"

#include <string.h>

#define LEAST		(256u << 10)	/* bytes on disk that make a share, */
#define FOR_A_RULE	(32u << 10)	/* and more for each rule */

static bool
goes_across(const struct program *p)
{
	for (size_t i = 0; i < p->nrules; i++)
		if (p->rules[i].across_hosts)
			return true;
	return false;
}

/* More than one may be the same open file, which is read from one place. */
static bool
is_standard(const struct input *in)
{
	return in->whole != NULL && (strcmp(in->whole, "-") == 0 ||
	    strncmp(in->whole, "/dev/", 5) == 0);
}

bool
shares_possible(const struct pipeline_options *o, const struct program *p)
{
	size_t	 standard = 0;

	if (o->worker != NULL || o->state_dir != NULL ||
	    o->backfill != NULL || o->metrics != NULL || o->spent != NULL)
		return false;
	for (size_t i = 0; i < o->ninputs; i++) {
		if (!o->inputs[i].finished)
			return false;
		standard += is_standard(&o->inputs[i]);
	}
	return standard < 2 && !goes_across(p);
}

size_t
shares_next(const struct pipeline_options *o, const struct program *p,
    size_t from)
{
	const uint64_t	 least = LEAST + (uint64_t)FOR_A_RULE * p->nrules;
	uint64_t	 bytes = 0;

	if (!shares_possible(o, p))
		return o->ninputs;
	while (from < o->ninputs && bytes < least)
		bytes += o->inputs[from++].size;
	return from;
}
