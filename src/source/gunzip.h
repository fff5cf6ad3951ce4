/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gunzip.h - gzip, with all that a file cut short still holds.
 */
#ifndef SOURCE_GUNZIP_H
#define SOURCE_GUNZIP_H

#include "base/slice.h"
#include "source/compressed.h"

struct gunzip;

struct gunzip	*gunzip_new(compressed_feed, void *arg);
void		 gunzip_free(struct gunzip *);		/* NULL is allowed */

/* As compressed_more() and compressed_why(). */
int		 gunzip_more(struct gunzip *, struct slice *bytes);
const char	*gunzip_why(const struct gunzip *);

#endif
