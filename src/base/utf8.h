/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * utf8.h - which bytes are text, and which text may reach a terminal.
 *
 * UTF-8 as RFC 3629 has it: shortest forms only, no surrogates, nothing above
 * U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdint.h>

#include "base/slice.h"

/*
 * Decode the character at the start of the slice. Returns its length in bytes,
 * 1 to 4, and sets *code; 0 when no well-formed character stands there.
 */
size_t	utf8_decode(struct slice, uint32_t *code);

/*
 * Is this a character that acts instead of being shown? The controls (C0, DEL,
 * C1) and those that turn the direction of the text around them.
 */
bool	utf8_is_control(uint32_t code);

/*
 * How many bytes at the start are plain: printable ASCII, and neither the
 * double quote nor the backslash. Nobody has to escape these.
 */
size_t	utf8_plain(struct slice);

#endif
