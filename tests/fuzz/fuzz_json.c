/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_json.c - any bytes as a JSON line.
 *
 * What is accepted means the same with a blank before it, which keeps it from
 * being read the quick way. It is cut into records again, and each must come
 * back from its own line bit for bit.
 */
#include <stdlib.h>

#include "bsm/frame.h"
#include "bsm/names.h"
#include "make/jsonin.h"
#include "print/lossless.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct names		*names = names_new();
	struct jsonin		*in = jsonin_new(names);
	struct lossless		*lossless = lossless_new(names);
	struct frame		*frame = frame_new();
	struct buf		 bytes = { 0 }, line = { 0 }, back = { 0 };
	struct frame_record	 f;

	if (jsonin_line(in, (struct slice){ p, n }, &bytes) != 0) {
		if (bytes.n != 0 || jsonin_error(in)[0] == '\0')
			abort();
		goto out;
	}
	buf_char(&line, ' ');
	buf_put(&line, p, n);
	if (n < JSONIN_LINE_MAX &&
	    (jsonin_line(in, buf_bytes(&line), &back) != 0 ||
	    !slice_eq(buf_bytes(&back), buf_bytes(&bytes))))
		abort();
	(void)frame_feed(frame, bytes.p, bytes.n);	/* it is empty */
	frame_end(frame);
	while (frame_next(frame, &f) == 1) {
		buf_clear(&line);
		buf_clear(&back);
		lossless_frame(lossless, &f, slice_str("t"), &line);
		if (jsonin_line(in, buf_bytes(&line), &back) != 0 ||
		    !slice_eq(buf_bytes(&back), f.bytes))
			abort();
	}
out:
	frame_free(frame);
	buf_fini(&bytes);
	buf_fini(&line);
	buf_fini(&back);
	lossless_free(lossless);
	jsonin_free(in);
	names_free(names);
	return 0;
}
