/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * texthop.h - print a record as text without decoding it.
 */
#ifndef PRINT_TEXTHOP_H
#define PRINT_TEXTHOP_H

#include "print/textform.h"

/* Note in a plan how its tokens are printed at once, if they can be. */
void	 texthop_plan(struct text *, const struct layout *, struct plan *);

/*
 * Append a record to t->out. False when it has to be decoded: then what was
 * appended is to be taken back.
 */
bool	 texthop_record(struct text *, struct slice record);

#endif
