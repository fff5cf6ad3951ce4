/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * texthop.h - print a record as text or XML without decoding it.
 */
#ifndef PRINT_TEXTHOP_H
#define PRINT_TEXTHOP_H

#include "print/textform.h"

/*
 * Append a record to t->out. False when it has to be decoded: then what was
 * appended is to be taken back.
 */
bool	 texthop_record(struct text *, struct slice record);

#endif
