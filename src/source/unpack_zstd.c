/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unpack_zstd.c - zstd, through its library
 * (https://facebook.github.io/zstd/zstd_manual.html, "Streaming
 * decompression").
 */
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "source/unpack.h"

#define WINDOW_LOG	27	/* UNPACK_WINDOW_MAX as a power of two */

static void
zstd_end(void *arg)
{
	(void)ZSTD_freeDStream(arg);	/* NULL is allowed; never fails */
}

static void *
zstd_begin(void)
{
	ZSTD_DStream	*z = ZSTD_createDStream();

	if (z == NULL || !ZSTD_isError(ZSTD_DCtx_setParameter(z,
	    ZSTD_d_windowLogMax, WINDOW_LOG)))
		return z;
	zstd_end(z);
	return NULL;
}

static enum unpack_status
zstd_some(void *arg, struct slice *in, struct room *out)
{
	ZSTD_inBuffer	 from = { in->p, in->n, 0 };
	ZSTD_outBuffer	 to = { out->p, out->n, 0 };
	const size_t	 rc = ZSTD_decompressStream(arg, &to, &from);

	*in = slice_from(*in, from.pos);
	out->p += to.pos;
	out->n -= to.pos;
	if (!ZSTD_isError(rc))
		return rc == 0 ? UNPACK_END : UNPACK_ON;
	switch (ZSTD_getErrorCode(rc)) {
	case ZSTD_error_memory_allocation:
		return UNPACK_MEMORY;
	case ZSTD_error_frameParameter_windowTooLarge:
		return UNPACK_BIG;
	default:
		return UNPACK_BAD;
	}
}

/* It goes on with the next frame by itself. */
static enum unpack_status
zstd_again(void *arg)
{
	(void)arg;
	return UNPACK_ON;
}

const struct unpack	unpack_zstd = { zstd_begin, zstd_end, zstd_some,
	    zstd_again };
