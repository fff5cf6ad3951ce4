/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * markup.h - untrusted bytes in XML.
 */
#ifndef BASE_MARKUP_H
#define BASE_MARKUP_H

#include "base/buf.h"
#include "base/slice.h"

/*
 * Append bytes as text of an element, or of an attribute in double quotes, of
 * XML 1.0 in UTF-8: as buf_escape() shows them, marks as entities, and U+FFFE
 * and U+FFFF, which no document may hold, as \ufffe and \uffff.
 */
void	 markup_escape(struct buf *, struct slice);

#endif
