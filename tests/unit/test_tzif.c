/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_tzif.c - time zones from zone files built in sight.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <time.h>

#include "base/buf.h"
#include "base/civil.h"
#include "base/tzif.h"

#include "draw.h"

/* A type of local time. */
struct type {
	int32_t		 offset;
	uint8_t		 dst, name;
};

struct zone {
	uint8_t			 version;
	const int64_t		*times;
	const uint8_t		*of;
	uint32_t		 ntimes;
	const struct type	*types;
	uint32_t		 ntypes;
	const char		*footer;	/* NULL: none at all */
};

static void
put_part(struct buf *b, const struct zone *z, unsigned width, bool empty)
{
	const uint32_t	 ntimes = empty ? 0 : z->ntimes;
	const uint32_t	 ntypes = empty ? 1 : z->ntypes;

	buf_put(b, "TZif", 4);
	buf_u8(b, z->version);
	buf_put(b, (const char[15]){ 0 }, 15);
	buf_u32(b, 0);			/* UT indicators */
	buf_u32(b, 0);			/* standard indicators */
	buf_u32(b, 0);			/* leap seconds */
	buf_u32(b, ntimes);
	buf_u32(b, ntypes);
	buf_u32(b, 4);			/* bytes of names */
	for (uint32_t i = 0; i < ntimes; i++)
		if (width == 8)
			buf_u64(b, (uint64_t)z->times[i]);
		else
			buf_u32(b, (uint32_t)z->times[i]);
	for (uint32_t i = 0; i < ntimes; i++)
		buf_u8(b, z->of[i]);
	for (uint32_t i = 0; i < ntypes; i++) {
		buf_u32(b, (uint32_t)z->types[i].offset);
		buf_u8(b, z->types[i].dst);
		buf_u8(b, z->types[i].name);
	}
	buf_put(b, "ABC", 4);
}

static void
put_zone(struct buf *b, const struct zone *z)
{
	if (z->version == 0) {
		put_part(b, z, 4, false);
		return;
	}
	put_part(b, z, 4, true);
	put_part(b, z, 8, false);
	if (z->footer != NULL)
		buf_printf(b, "\n%s\n", z->footer);
}

static const struct tzif *
read_zone(struct arena *a, const struct zone *z)
{
	struct buf		 b = { 0 };
	struct slice		 s;
	const struct tzif	*tz;
	const char		*why;

	put_zone(&b, z);
	s = exact(buf_bytes(&b));
	tz = tzif_read(a, s, &why);
	exact_free(s);
	buf_fini(&b);
	return tz;
}

static const struct type	two[] = { { 3600, 0, 0 }, { 7200, 1, 0 } };

/* A zone without times, of this rule. */
static const struct tzif *
read_rule(struct arena *a, const char *rule)
{
	const struct zone	 z = { .version = '3', .types = two,
	    .ntypes = 1, .footer = rule };

	return read_zone(a, &z);
}

static int64_t
at(unsigned y, unsigned mo, unsigned d, unsigned h, unsigned mi, unsigned s)
{
	return civil_seconds(&(struct civil){ y, mo, d, h, mi, s });
}

static void
times_and_types_of_all_versions_are_read(void **state)
{
	static const int64_t	 times[] = { -5000000000, 100, 200 };
	static const int64_t	 short_times[] = { -500, 100, 200 };
	static const uint8_t	 of[] = { 1, 0, 1 };
	static const uint8_t	 versions[] = { 0, '2', '3', '4' };
	struct arena		*a = arena_new();

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct zone	 z = { .version = versions[i],
		    .times = i == 0 ? short_times : times, .of = of,
		    .ntimes = 3, .types = two, .ntypes = 2, .footer = "" };
		const struct tzif	*tz = read_zone(a, &z);
		struct tzif_span	 span;

		assert_non_null(tz);
		assert_int_equal(tzif_offset(tz, INT64_MIN, NULL), 3600);
		assert_int_equal(tzif_offset(tz, z.times[0] - 1, &span), 3600);
		assert_true(span.from == INT64_MIN && span.until == z.times[0]);
		assert_int_equal(tzif_offset(tz, z.times[0], NULL), 7200);
		assert_int_equal(tzif_offset(tz, 99, &span), 7200);
		assert_true(span.from == z.times[0] && span.until == 100);
		assert_int_equal(tzif_offset(tz, 100, NULL), 3600);
		assert_int_equal(tzif_offset(tz, 200, NULL), 7200);
		assert_int_equal(tzif_offset(tz, INT64_MAX, &span), 7200);
		assert_true(span.from == 200 && span.until == INT64_MAX);
	}
	arena_free(a);
}

static void
the_rule_goes_on_from_the_last_time(void **state)
{
	static const int64_t	 times[] = { 1000000000 };
	static const uint8_t	 of[] = { 0 };
	const struct zone	 z = { '2', times, of, 1, two, 2,
	    "CET-1CEST,M3.5.0,M10.5.0/3" };
	struct arena		*a = arena_new();
	const struct tzif	*tz = read_zone(a, &z);
	struct tzif_span	 span;

	(void)state;
	assert_non_null(tz);
	assert_int_equal(tzif_offset(tz, at(2024, 3, 31, 0, 59, 59), NULL),
	    3600);
	assert_int_equal(tzif_offset(tz, at(2024, 3, 31, 1, 0, 0), &span),
	    7200);
	assert_true(span.from == at(2024, 3, 31, 1, 0, 0));
	assert_true(span.until == at(2024, 10, 27, 1, 0, 0));
	assert_int_equal(tzif_offset(tz, at(2024, 10, 27, 0, 59, 59), NULL),
	    7200);
	assert_int_equal(tzif_offset(tz, at(2024, 10, 27, 1, 0, 0), NULL),
	    3600);
	assert_int_equal(tzif_offset(tz, at(2399, 7, 1, 0, 0, 0), NULL), 7200);
	/* Just behind the last time. */
	assert_int_equal(tzif_offset(tz, 1000000001, &span), 7200);
	assert_true(span.from == 1000000000);
	arena_free(a);
}

static void
rules_of_the_south_and_odd_ones_are_understood(void **state)
{
	struct arena		*a = arena_new();
	const struct tzif	*tz;

	(void)state;
	tz = read_rule(a, "AEST-10AEDT,M10.1.0,M4.1.0/3");	/* Sydney */
	assert_int_equal(tzif_offset(tz, at(2024, 1, 1, 0, 0, 0), NULL),
	    39600);
	assert_int_equal(tzif_offset(tz, at(2024, 7, 1, 0, 0, 0), NULL),
	    36000);
	assert_int_equal(tzif_offset(tz, at(2024, 12, 31, 23, 0, 0), NULL),
	    39600);
	tz = read_rule(a, "<-03>3");
	assert_int_equal(tzif_offset(tz, 0, NULL), -10800);
	tz = read_rule(a, "<+0545>-5:45");
	assert_int_equal(tzif_offset(tz, 0, NULL), 20700);
	/* Before midnight of the day, and DST that is behind. */
	tz = read_rule(a, "<-02>2<-01>,M3.5.0/-1,M10.5.0/0");	/* Nuuk */
	assert_int_equal(tzif_offset(tz, at(2024, 3, 31, 0, 59, 59), NULL),
	    -7200);
	assert_int_equal(tzif_offset(tz, at(2024, 3, 31, 1, 0, 0), NULL),
	    -3600);
	tz = read_rule(a, "IST-1GMT0,M10.5.0,M3.5.0/1");	/* Dublin */
	assert_int_equal(tzif_offset(tz, at(2024, 7, 1, 0, 0, 0), NULL), 3600);
	assert_int_equal(tzif_offset(tz, at(2024, 1, 1, 0, 0, 0), NULL), 0);
	/* DST all the year, as RFC 8536 spells it. */
	tz = read_rule(a, "EST5EDT,0/0,J365/25");
	for (unsigned m = 1; m <= 12; m++)
		assert_int_equal(tzif_offset(tz, at(2023, m, 1, 4, 59, 59),
		    NULL), -14400);
	/* Days by number, with and without the leap day. */
	tz = read_rule(a, "AAA0BBB,J60/0,59/0");
	assert_int_equal(tzif_offset(tz, at(2023, 3, 1, 0, 0, 0), NULL), 3600);
	tz = read_rule(a, "AAA0BBB,J60/0,J300/0");
	assert_int_equal(tzif_offset(tz, at(2024, 2, 29, 23, 0, 0), NULL), 0);
	assert_int_equal(tzif_offset(tz, at(2024, 3, 1, 0, 0, 0), NULL), 3600);
	arena_free(a);
}

static void
times_far_away_do_no_harm(void **state)
{
	struct arena		*a = arena_new();
	const struct tzif	*tz = read_rule(a,
	    "CET-1CEST,M3.5.0,M10.5.0/3");
	static const int64_t	 far[] = { INT64_MIN, INT64_MAX,
	    -62167219200, 253402300799, 253402300800 };

	(void)state;
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(tzif_offset(tz, far[i], NULL), 3600);
	arena_free(a);
}

static void
what_is_no_zone_is_refused(void **state)
{
	static const int64_t	 times[] = { 100, 200 }, wrong[] = { 200, 200 };
	static const uint8_t	 of[] = { 0, 1 }, beyond[] = { 0, 2 };
	static const struct type far[] = { { 3600, 0, 0 },
	    { 100000, 0, 0 } };
	static const char *const rules[] = { "C-1", "CET", "CET-1CEST",
	    "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
	    "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0",
	    "CET-1CEST,J0,J10", "CET-1CEST,366,1", "CET-1x", "<CET-1",
	    "CET-1CEST,M3.5.0,M10.5.0x", "CET-25", "CET-1:60",
	    "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1CEST,M3..0,M10.5.0" };
	struct arena		*a = arena_new();
	struct zone		 z = { '2', times, of, 2, two, 2, "" };

	(void)state;
	assert_non_null(read_zone(a, &z));
	z.footer = NULL;
	assert_null(read_zone(a, &z));
	z.footer = "";
	z.times = wrong;
	assert_null(read_zone(a, &z));
	z.times = times;
	z.of = beyond;
	assert_null(read_zone(a, &z));
	z.of = of;
	z.types = far;
	assert_null(read_zone(a, &z));
	z = (struct zone){ '2', NULL, NULL, 0, NULL, 0, "" };
	z.types = two;
	assert_null(read_zone(a, &z));
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (read_rule(a, rules[i]) != NULL)
			fail_msg("%s", rules[i]);
	arena_free(a);
}

static void
every_prefix_and_every_flipped_bit_is_survived(void **state)
{
	static const int64_t	 times[] = { 100, 200 };
	static const uint8_t	 of[] = { 0, 1 };
	const struct zone	 z = { '2', times, of, 2, two, 2,
	    "CET-1CEST,M3.5.0,M10.5.0/3" };
	struct buf		 b = { 0 };
	const char		*why;

	(void)state;
	put_zone(&b, &z);
	for (size_t n = 0; n < b.n; n++) {
		struct arena	*a = arena_new();
		struct slice	 s = exact((struct slice){ b.p, n });

		assert_null(tzif_read(a, s, &why));
		assert_non_null(why);
		exact_free(s);
		arena_free(a);
	}
	for (size_t bit = 0; bit < 8 * b.n; bit++) {
		struct arena		*a = arena_new();
		struct slice		 s;
		const struct tzif	*tz;

		b.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		s = exact(buf_bytes(&b));
		b.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if ((tz = tzif_read(a, s, &why)) != NULL) {
			(void)tzif_offset(tz, 150, NULL);
			(void)tzif_offset(tz, 1700000000, NULL);
		}
		exact_free(s);
		arena_free(a);
	}
	buf_fini(&b);
}

/* The system's own zones, where it has them, against the C library. */
static void
the_c_library_says_the_same(void **state)
{
	static const char *const names[] = { "Europe/Berlin",
	    "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo",
	    "Africa/Casablanca", "Asia/Kathmandu", "Europe/Dublin",
	    "America/Nuuk", "Pacific/Apia", "Asia/Gaza" };
	static struct lot	 l;
	int			 tried = 0;

	(void)state;
	lot_seed(&l, 11);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		static uint8_t	 bytes[1u << 16];
		char		 path[100];
		struct arena	*a = arena_new();
		const char	*why;
		FILE		*f;
		size_t		 n;
		const struct tzif *tz;

		snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s",
		    names[i]);
		if ((f = fopen(path, "rb")) == NULL) {
			arena_free(a);
			continue;
		}
		n = fread(bytes, 1, sizeof(bytes), f);
		fclose(f);
		tz = tzif_read(a, (struct slice){ bytes, n }, &why);
		assert_non_null(tz);
		setenv("TZ", names[i], 1);
		tzset();
		for (int k = 0; k < 4000; k++) {
			/* 1902 to 2106 */
			const time_t		 t = (time_t)lot_below(&l,
			    UINT32_MAX) * 3 / 2 - 2145916800;
			struct tzif_span	 span;
			struct tm		 tm;

			localtime_r(&t, &tm);
			assert_int_equal(tzif_offset(tz, t, &span),
			    tm.tm_gmtoff);
			assert_true(span.from <= t && t < span.until);
			if (span.until < INT64_C(4300000000))
				assert_int_equal(tzif_offset(tz,
				    span.until - 1, NULL), tm.tm_gmtoff);
		}
		arena_free(a);
		tried++;
	}
	unsetenv("TZ");
	tzset();
	if (tried == 0)
		skip();
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(times_and_types_of_all_versions_are_read),
		cmocka_unit_test(the_rule_goes_on_from_the_last_time),
		cmocka_unit_test(
		    rules_of_the_south_and_odd_ones_are_understood),
		cmocka_unit_test(times_far_away_do_no_harm),
		cmocka_unit_test(what_is_no_zone_is_refused),
		cmocka_unit_test(
		    every_prefix_and_every_flipped_bit_is_survived),
		cmocka_unit_test(the_c_library_says_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
