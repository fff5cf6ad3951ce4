/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unpack_bzip2.c - bzip2, through its library
 * (https://sourceware.org/bzip2/manual/manual.html).
 */
#include <bzlib.h>
#include <limits.h>
#include <stdlib.h>

#include "base/mem.h"
#include "source/unpack.h"

static void *
bzip2_begin(void)
{
	bz_stream	*z = xcalloc(1, sizeof(*z));

	if (BZ2_bzDecompressInit(z, 0, 0) == BZ_OK)
		return z;
	free(z);
	return NULL;
}

static void
bzip2_end(void *arg)
{
	if (arg == NULL)
		return;
	(void)BZ2_bzDecompressEnd(arg);	/* the same may be over already */
	free(arg);
}

static enum unpack_status
bzip2_some(void *arg, struct slice *in, struct room *out)
{
	bz_stream	*z = arg;
	const unsigned	 n = in->n > INT_MAX ? INT_MAX : (unsigned)in->n;
	const unsigned	 room = out->n > INT_MAX ? INT_MAX : (unsigned)out->n;
	int		 rc;

	z->next_in = (char *)(uintptr_t)in->p;
	z->avail_in = n;
	z->next_out = (char *)out->p;
	z->avail_out = room;
	rc = BZ2_bzDecompress(z);
	*in = slice_from(*in, n - z->avail_in);
	out->p += room - z->avail_out;
	out->n -= room - z->avail_out;
	switch (rc) {
	case BZ_OK:
		return UNPACK_ON;
	case BZ_STREAM_END:
		return UNPACK_END;
	case BZ_MEM_ERROR:
		return UNPACK_MEMORY;
	default:
		return UNPACK_BAD;
	}
}

static enum unpack_status
bzip2_again(void *arg)
{
	bz_stream	*z = arg;

	(void)BZ2_bzDecompressEnd(z);	/* it was begun */
	*z = (bz_stream){ 0 };
	return BZ2_bzDecompressInit(z, 0, 0) == BZ_OK ? UNPACK_ON :
	    UNPACK_MEMORY;
}

const struct unpack	unpack_bzip2 = { bzip2_begin, bzip2_end, bzip2_some,
	    bzip2_again };
