/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_parcel.c - any bytes as an alert from another process.
 *
 * What can be opened can be shown in every format, and packed again it is the
 * same bytes.
 */
#include <stdint.h>
#include <stdlib.h>

#include "run/parcel.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static bool
nobody(void *arg, uint32_t id, char *name, size_t n)
{
	(void)arg;
	(void)id;
	(void)name;
	(void)n;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct names		*names;
	static const struct accounts	 accounts = {
		.user_of = nobody, .group_of = nobody
	};
	const struct slice		 bytes = { p, n };
	struct buf			 out = { 0 };
	struct sink_world		 world = { NULL, &accounts };
	struct parcel			 parcel;

	if (names == NULL)
		names = names_new();
	world.names = names;
	if (!parcel_init(&parcel, bytes, 8))
		return 0;
	parcel_put(&out, &parcel.view);
	if (!slice_eq(buf_bytes(&out), bytes))
		abort();
	for (const struct sink_format *f = sink_formats(); f->name != NULL; f++)
		f->put(&out, &parcel.view, &world);
	parcel_fini(&parcel);
	buf_fini(&out);
	return 0;
}
