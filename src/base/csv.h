/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * csv.h - cells of tables whose values are separated by commas.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Append a cell, quoted where RFC 4180 says so. TEXT: not a number but what
 * somebody wrote; what a spreadsheet would take for a formula gets a quote mark
 * in front, which is how they are told that it is none.
 */
void	csv_cell(struct buf *, struct slice, bool text);

#endif
