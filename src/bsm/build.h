/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build.h - values to bytes, by the same table that decodes them.
 *
 * Tokens are appended to a buffer. Sizes in header and trailer are filled in
 * by build_finish() unless the caller wants those it gave (so that a damaged
 * record can be written again as it was).
 */
#ifndef BSM_BUILD_H
#define BSM_BUILD_H

#include "base/buf.h"
#include "bsm/token.h"

/*
 * Append the token by its layout. Strings (W_STR) are written as the slice
 * says, so the NUL must be part of it: build_cstr() makes such a slice.
 * Returns 0, or BSM_ERANGE when a value does not fit its wire form, with
 * nothing appended.
 */
int		build_token(struct buf *, const struct token *);

/* The bytes of a C string with its NUL, for W_STR members. */
struct slice	build_cstr(const char *);

/*
 * Fill in the size of the record that begins at START and goes to the end of
 * the buffer: in its header, and in its trailer when it ends with one.
 */
void		build_sizes(struct buf *, size_t start);

/* Append a trailer for a record that begins at START, then build_sizes(). */
void		build_finish(struct buf *, size_t start);

#endif
