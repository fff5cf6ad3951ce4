/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "sink/records.h"

static void
records_wait_until_they_are_flushed(void **state)
{
	struct records	 r;
	int		 ends[2];
	char		 back[16];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	records_init(&r, ends[1]);
	records_put(&r, slice_str("one"));
	records_put(&r, slice_str("two"));
	assert_int_equal(read(ends[0], back, sizeof(back)), -1);
	assert_int_equal(records_flush(&r), 0);
	assert_int_equal(read(ends[0], back, sizeof(back)), 6);
	assert_memory_equal(back, "onetwo", 6);
	records_fini(&r);
	close(ends[0]);
	close(ends[1]);
}

static void
many_records_go_out_by_themselves(void **state)
{
	struct records	 r;
	int		 fd = open("/dev/null", O_WRONLY);
	uint8_t		*big = calloc(1, 100000);

	(void)state;
	records_init(&r, fd);
	records_put(&r, (struct slice){ big, 100000 });
	assert_int_equal(r.waiting.n, 0);
	assert_int_equal(r.error, 0);
	records_fini(&r);
	free(big);
	close(fd);
}

static void
nothing_is_written_after_an_error(void **state)
{
	struct records	 r;
	int		 fd = open("/dev/null", O_RDONLY);

	(void)state;
	records_init(&r, fd);		/* cannot be written to */
	records_put(&r, slice_str("one"));
	assert_int_equal(records_flush(&r), EBADF);
	records_put(&r, slice_str("two"));
	assert_int_equal(r.waiting.n, 0);
	assert_int_equal(records_flush(&r), EBADF);
	records_fini(&r);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_wait_until_they_are_flushed),
		cmocka_unit_test(many_records_go_out_by_themselves),
		cmocka_unit_test(nothing_is_written_after_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
