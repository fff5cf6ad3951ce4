/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * glob.h - patterns of file names, in time linear in the name.
 *
 * A pattern fits the whole of a text: `?` is one byte, `*` any number of them,
 * [abc] [a-z] [!a-z] [^a-z] [[:digit:]] one of a class (of ASCII), and a
 * backslash takes the meaning from the next byte. With slashes special, none
 * of these is a '/'; then only `**`, and a '/' itself, gets past one. As with
 * fnmatch(3), a '[' without an end is itself; so is a backslash at the end.
 */
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include <stdbool.h>

#include "base/slice.h"

struct glob;

#define GLOB_MAX	4096u		/* bytes of a pattern */

/*
 * The pattern is copied; memory is about 40 times its size at the most. NULL
 * when it is longer than GLOB_MAX.
 */
struct glob	*glob_new(struct slice pattern, bool slashes);
void		 glob_free(struct glob *);		/* NULL is allowed */

bool		 glob_fits(const struct glob *, struct slice text);

#endif
