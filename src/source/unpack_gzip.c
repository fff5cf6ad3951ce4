/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unpack_gzip.c - gzip, through zlib (https://zlib.net/manual.html).
 */
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"
#include "source/unpack.h"

#define WINDOW	(15 + 16)	/* any that there is, behind a gzip header */

static void *
gzip_begin(void)
{
	z_stream	*z = xcalloc(1, sizeof(*z));

	if (inflateInit2(z, WINDOW) == Z_OK)
		return z;
	free(z);
	return NULL;
}

static void
gzip_end(void *arg)
{
	if (arg == NULL)
		return;
	(void)inflateEnd(arg);		/* frees; nothing to be done if not */
	free(arg);
}

static enum unpack_status
gzip_some(void *arg, struct slice *in, struct room *out)
{
	z_stream	*z = arg;
	const uInt	 n = in->n > INT_MAX ? INT_MAX : (uInt)in->n;
	const uInt	 room = out->n > INT_MAX ? INT_MAX : (uInt)out->n;
	int		 rc;

	z->next_in = (z_const Bytef *)(uintptr_t)in->p;
	z->avail_in = n;
	z->next_out = out->p;
	z->avail_out = room;
	rc = inflate(z, Z_NO_FLUSH);
	*in = slice_from(*in, n - z->avail_in);
	out->p += room - z->avail_out;
	out->n -= room - z->avail_out;
	switch (rc) {
	case Z_OK:
	case Z_BUF_ERROR:		/* only more input, or room */
		return UNPACK_ON;
	case Z_STREAM_END:
		return UNPACK_END;
	case Z_MEM_ERROR:
		return UNPACK_MEMORY;
	default:
		return UNPACK_BAD;
	}
}

static enum unpack_status
gzip_again(void *arg)
{
	(void)inflateReset(arg);	/* never fails once begun */
	return UNPACK_ON;
}

const struct unpack	unpack_gzip = { gzip_begin, gzip_end, gzip_some,
	    gzip_again };
