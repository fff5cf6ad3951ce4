/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_clock.c - what a record's time is on the wall.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <time.h>

#include "base/buf.h"
#include "base/civil.h"
#include "engine/clock.h"

/* A zone file of version 2 without times, of this rule. */
static const struct tzif *
zone_of(struct arena *a, const char *rule)
{
	static const uint8_t	 head[44] = "TZif2";
	static const uint8_t	 type[10] = { 0 };
	struct buf		 b = { 0 };
	const struct tzif	*tz;
	const char		*why;

	for (int part = 0; part < 2; part++) {
		buf_put(&b, head, sizeof(head));
		b.p[b.n - 44 + 39] = 1;		/* types */
		b.p[b.n - 44 + 43] = 4;		/* bytes of names */
		buf_put(&b, type, sizeof(type));
	}
	buf_printf(&b, "\n%s\n", rule);
	tz = tzif_read(a, buf_bytes(&b), &why);
	assert_non_null(tz);
	buf_fini(&b);
	return tz;
}

static int64_t
at(unsigned mo, unsigned d, unsigned h, unsigned mi)
{
	return civil_seconds(&(struct civil){ 2024, mo, d, h, mi, 30 });
}

static void
assert_wall(struct clock *c, int64_t t, unsigned day, unsigned h, unsigned mi)
{
	const struct wall	 w = clock_at(c, t);

	assert_int_equal(w.day, day);
	assert_int_equal(w.minute, 60 * h + mi);
}

static void
a_zone_that_is_given_counts(void **state)
{
	struct arena	*a = arena_new();
	struct clock	 c = clock_in(zone_of(a,
	    "CET-1CEST,M3.5.0,M10.5.0/3"));

	(void)state;
	assert_wall(&c, at(3, 31, 0, 59), 0, 1, 59);	/* a Sunday */
	assert_wall(&c, at(3, 31, 1, 0), 0, 3, 0);
	assert_wall(&c, at(1, 1, 23, 30), 2, 0, 30);	/* Tuesday already */
	assert_wall(&c, at(3, 31, 0, 59), 0, 1, 59);	/* and back */
	assert_wall(&c, -1, 4, 0, 59);			/* 1970-01-01 */
	arena_free(a);
}

static void
without_one_the_programs_own_counts(void **state)
{
	struct clock	 c = clock_in(NULL);

	(void)state;
	setenv("TZ", "XXX-5:45", 1);
	tzset();
	assert_wall(&c, at(1, 1, 0, 0), 1, 5, 45);
	assert_wall(&c, at(1, 1, 18, 14), 1, 23, 59);
	assert_wall(&c, at(1, 1, 18, 15), 2, 0, 0);
	assert_wall(&c, at(1, 1, 18, 14), 1, 23, 59);
	unsetenv("TZ");
	tzset();
}

static void
times_far_away_do_no_harm(void **state)
{
	struct arena	*a = arena_new();
	struct clock	 c[] = { clock_in(NULL), clock_in(zone_of(a,
	    "CET-1CEST,M3.5.0,M10.5.0/3")) };

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_true(clock_at(&c[i], INT64_MAX).day < 7);
		assert_true(clock_at(&c[i], INT64_MIN).day < 7);
		assert_true(clock_at(&c[i], INT64_MIN).minute < 1440);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_zone_that_is_given_counts),
		cmocka_unit_test(without_one_the_programs_own_counts),
		cmocka_unit_test(times_far_away_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
