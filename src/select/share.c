/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * share.c - the same criteria, asked by several threads at once.
 *
 * What was made of the options is only read while records are judged, and is
 * shared. What is noted on the way (answers by event, what stands in the way of
 * needles, work space of patterns) each has for itself.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "select/tests.h"

struct criteria *
criteria_share(const struct criteria *of)
{
	struct criteria	*c = xcalloc(1, sizeof(*c));

	*c = *of;
	c->heads = xcalloc(DIALECTS, EVENTS);
	c->unsure = false;
	if (of->paths != NULL)
		c->paths = pathlist_again(of->paths);
	if (of->ask != NULL)
		c->ask = ask_new(of->where);
	return c;
}

void
criteria_join(struct criteria *of, struct criteria *c)
{
	of->unsure |= c->unsure;
	pathlist_free(c->paths);
	ask_free(c->ask);
	free(c->heads);
	free(c);
}
