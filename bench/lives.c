/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lives.c - rules of the second edition for the bench.
 *
 * Each watches a directory of its own, so that every record that opens a file
 * means something to one rule or two, as in a real set of rules; what a state
 * after the first listens to is the same for all of them, so that it has to be
 * found out whom it concerns. They fire seldom.
 */
#include "ruleset.h"
#include "scene.h"

#define OPENED	"AUE_OPEN_R, AUE_OPEN_RC, AUE_OPEN_WC, AUE_OPEN_WTC"
#define WRITTEN	"AUE_OPEN_WC, AUE_OPEN_WTC, AUE_OPEN_RWC, AUE_RENAME"

static void
open_rule(struct buf *b, const char *kind, unsigned i, const char *events)
{
	buf_printf(b, "sequence %s.%u {\n\tsubject any;\n"
	    "\tstate { event <auditevent> { %s; }; object <path> { ", kind, i,
	    events);
	scene_directory(b, i);
	buf_str(b, "; };\n\t    status success;");
}

static void
put_bound(struct buf *b, unsigned i)
{
	open_rule(b, "bound", i, WRITTEN);
	buf_str(b, " bind $file object; };\n"
	    "\tstate { event <auditevent> { AUE_EXECVE; }; object == $file;\n"
	    "\t    status success; within 10 seconds; };\n"
	    "\tcancel { event <auditevent> { AUE_UNLINK; };"
	    " object == $file; status success; };\n"
	    "\tscope session;\n\ttimeout 1 minutes;\n};\n");
}

static void
put_sliding(struct buf *b, unsigned i)
{
	open_rule(b, "sliding", i, OPENED);
	buf_str(b, " multiplier 50 in 60 seconds; };\n"
	    "\tcooldown 1 hours;\n};\n");
}

static void
put_distinct(struct buf *b, unsigned i)
{
	open_rule(b, "distinct", i, OPENED);
	buf_str(b, " multiplier 40 distinct object in 60 seconds; };\n"
	    "\tcooldown 1 hours;\n};\n");
}

static void
put_absent(struct buf *b, unsigned i)
{
	open_rule(b, "absent", i, OPENED);
	buf_str(b, " };\n\tstate { absent 60 seconds;"
	    " event <auditevent> { AUE_EXECVE; }; status any; };\n};\n");
}

static void
put_all(struct buf *b, unsigned n, void (*put)(struct buf *, unsigned))
{
	for (unsigned i = 0; i < n; i++)
		put(b, i);
}

void
ruleset_bound(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	put_all(b, n, put_bound);
}

void
ruleset_sliding(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	put_all(b, n, put_sliding);
}

void
ruleset_distinct(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	put_all(b, n, put_distinct);
}

void
ruleset_absent(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	put_all(b, n, put_absent);
}

void
ruleset_mixed(struct buf *b, const struct names *names, unsigned n)
{
	static void	(*const put[])(struct buf *, unsigned) = {
		put_bound, put_sliding, put_distinct, put_absent
	};

	(void)names;
	for (unsigned i = 0; i < n; i++)
		put[i % 4](b, i);
}
