/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flags.h - audit flags: which outcomes of which classes are audited.
 *
 * The lists of audit_control(5): `lo,+ex,^-fc` is all of class lo, what
 * succeeded of ex, but nothing that failed of fc.
 */
#ifndef BSM_FLAGS_H
#define BSM_FLAGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "bsm/names.h"

struct flags {
	uint64_t	 success, failure;	/* masks of classes */
};

/*
 * Read a list for every dialect at once, since they give classes different
 * bits. Items count from left to right, beginning with nothing; empty ones are
 * passed over. A class that only other dialects know is passed over, too.
 * Returns false, with *BAD the name, when no dialect knows a class.
 */
bool	flags_parse(const struct names *, struct slice list,
	    struct flags[DIALECTS], struct slice *bad);

/* Does an event of these classes, with this outcome, meet the flags? */
static inline bool
flags_preselect(const struct flags *f, uint64_t classes, bool success)
{
	return (classes & (success ? f->success : f->failure)) != 0;
}

#endif
