/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "run/progress.h"

static void
bytes_are_said_in_the_unit_that_fits(void **state)
{
	static const struct {
		uint64_t	 n;
		const char	*text;
	} rows[] = {
		{ 0, "0 bytes" }, { 999, "999 bytes" }, { 1000, "1.0 kB" },
		{ 1999, "1.9 kB" }, { 999999, "999.9 kB" },
		{ 1000000, "1.0 MB" }, { 2900000000, "2.9 GB" },
		{ UINT64_MAX, "18446744.0 TB" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf	 b = { 0 };

		progress_bytes(&b, rows[i].n);
		assert_string_equal(buf_cstr(&b), rows[i].text);
		buf_fini(&b);
	}
}

static void
bar_tells_share_rate_and_time_left(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	progress_line(&b, 4000000, 1000000, 5000, 2500);
	assert_string_equal(buf_cstr(&b), " 25% [#####...............] "
	    "1.0 MB of 4.0 MB, 2000 records/s, 8 s left");
	buf_clear(&b);
	progress_line(&b, 10, 0, 0, 2500);
	assert_string_equal(buf_cstr(&b), "  0% [....................] "
	    "0 bytes of 10 bytes, 0 records/s");
	buf_clear(&b);
	progress_line(&b, 10, 10, 1, 1000);
	assert_memory_equal(b.p, "100% [####################]", 27);
	buf_fini(&b);
}

static void
nothing_is_shown_where_there_is_no_terminal(void **state)
{
	struct progress	 p;

	(void)state;
	progress_init(&p, -1, 100);
	assert_int_equal(p.fd, -1);
	progress_step(&p, 50, 1);
	progress_hide(&p);
	assert_int_equal(p.width, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_said_in_the_unit_that_fits),
		cmocka_unit_test(bar_tells_share_rate_and_time_left),
		cmocka_unit_test(nothing_is_shown_where_there_is_no_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
