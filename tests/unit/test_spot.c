/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/mman.h>

#include <string.h>
#include <unistd.h>

#include "run/spot.h"

static void
what_one_notes_the_other_reads(void **state)
{
	const int	 fd = spot_new();
	struct spot	*mine = spot_map(fd), seen;

	(void)state;
	assert_true(spot_read(fd, &seen));
	assert_string_equal(seen.trail, "");
	spot_trail(mine, 7, true, "/var/audit/current");
	spot_note(mine, SPOT_FEED, true, 100, 174);
	assert_true(spot_read(fd, &seen));
	assert_string_equal(seen.trail, "/var/audit/current");
	assert_int_equal(seen.id, 7);
	assert_true(seen.again);
	assert_true(seen.exact);
	assert_int_equal(seen.work, SPOT_FEED);
	assert_int_equal(seen.from, 100);
	assert_int_equal(seen.until, 174);
	spot_rest(mine);
	assert_true(spot_read(fd, &seen));
	assert_int_equal(seen.work, SPOT_REST);
	assert_int_equal(seen.until, 174);
	spot_clear(fd);
	assert_true(spot_read(fd, &seen));
	assert_string_equal(seen.trail, "");
	(void)munmap(mine, sizeof(*mine));
	(void)close(fd);
}

static void
nonsense_is_not_believed(void **state)
{
	const int	 fd = spot_new();
	struct spot	*mine = spot_map(fd), seen;

	(void)state;
	spot_trail(mine, 1, false, "t");
	spot_note(mine, SPOT_CUT, false, 5, 4);
	assert_false(spot_read(fd, &seen));
	spot_note(mine, SPOT_CUT, false, 4, UINT64_MAX);
	assert_false(spot_read(fd, &seen));
	spot_note(mine, (enum spot_work)(SPOT_FEED + 1), false, 4, 5);
	assert_false(spot_read(fd, &seen));
	spot_note(mine, SPOT_CUT, false, 4, 5);
	assert_true(spot_read(fd, &seen));
	mine->exact = 2;
	assert_false(spot_read(fd, &seen));
	mine->exact = 0;
	assert_true(spot_read(fd, &seen));
	memset(mine->trail, 'x', sizeof(mine->trail));
	assert_false(spot_read(fd, &seen));
	(void)munmap(mine, sizeof(*mine));
	assert_int_equal(ftruncate(fd, 3), 0);
	assert_false(spot_read(fd, &seen));
	(void)close(fd);
}

static void
name_that_is_too_long_is_not_noted(void **state)
{
	const int	 fd = spot_new();
	struct spot	*mine = spot_map(fd), seen;
	char		 name[SPOT_TRAIL_MAX + 1];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	spot_trail(mine, 1, true, name);
	spot_note(mine, SPOT_FEED, false, 1, 2);
	assert_true(spot_read(fd, &seen));
	assert_string_equal(seen.trail, "");
	(void)munmap(mine, sizeof(*mine));
	(void)close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_notes_the_other_reads),
		cmocka_unit_test(nonsense_is_not_believed),
		cmocka_unit_test(name_that_is_too_long_is_not_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
