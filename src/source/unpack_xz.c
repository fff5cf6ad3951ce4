/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unpack_xz.c - xz, through liblzma (lzma/container.h, lzma/base.h).
 */
#include <lzma.h>
#include <stdlib.h>

#include "base/mem.h"
#include "source/unpack.h"

#define MEMORY	(UNPACK_WINDOW_MAX + (1u << 20))	/* and some tables */

static enum unpack_status
xz_again(void *arg)
{
	return lzma_stream_decoder(arg, MEMORY, 0) == LZMA_OK ? UNPACK_ON :
	    UNPACK_MEMORY;
}

static void
xz_end(void *arg)
{
	if (arg == NULL)
		return;
	lzma_end(arg);
	free(arg);
}

static void *
xz_begin(void)
{
	lzma_stream	*z = xmalloc(sizeof(*z));

	*z = (lzma_stream)LZMA_STREAM_INIT;
	if (xz_again(z) == UNPACK_ON)
		return z;
	xz_end(z);
	return NULL;
}

static enum unpack_status
xz_some(void *arg, struct slice *in, struct room *out)
{
	lzma_stream	*z = arg;
	lzma_ret	 rc;

	z->next_in = in->p;
	z->avail_in = in->n;
	z->next_out = out->p;
	z->avail_out = out->n;
	rc = lzma_code(z, LZMA_RUN);
	*in = slice_from(*in, in->n - z->avail_in);
	out->p += out->n - z->avail_out;
	out->n = z->avail_out;
	switch (rc) {
	case LZMA_OK:
	case LZMA_BUF_ERROR:		/* only more input, or room */
		return UNPACK_ON;
	case LZMA_STREAM_END:
		return UNPACK_END;
	case LZMA_MEM_ERROR:
		return UNPACK_MEMORY;
	case LZMA_MEMLIMIT_ERROR:
		return UNPACK_BIG;
	default:
		return UNPACK_BAD;
	}
}

const struct unpack	unpack_xz = { xz_begin, xz_end, xz_some, xz_again };
