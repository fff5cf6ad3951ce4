/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_spell.c - addresses, times and numbers against what the C library
 * spells.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "draw.h"
#include "print/spell.h"

static void
assert_spelled(const uint8_t *text, size_t n, const char *expected)
{
	assert_int_equal(n, strlen(expected));
	assert_memory_equal(text, expected, n);
}

static void
every_edge_of_a_number_is_spelled_in_full(void **state)
{
	uint8_t		 text[SPELL_NUMBER_MAX];
	char		 expected[32];
	uint64_t	 edge = 1;

	(void)state;
	for (unsigned i = 0; i < 20; i++, edge *= 10)
		for (unsigned k = 0; k < 3; k++) {
			(void)snprintf(expected, sizeof(expected), "%llu",
			    (unsigned long long)(edge - 1 + k));
			assert_spelled(text, spell_dec(text, edge - 1 + k),
			    expected);
		}
	assert_spelled(text, spell_dec(text, UINT64_MAX),
	    "18446744073709551615");
}

static void
ipv6_addresses_look_as_glibc_writes_them(void **state)
{
	static const struct { const char *text; } addresses[] = {
		{ "::" }, { "::1" }, { "::2" }, { "1::" }, { "::ffff:192.0.2.1" },
		{ "::192.0.2.42" }, { "::0.1.0.2" }, { "2001:db8::1:0:0:1" },
		{ "2001:0:0:1::1" }, { "1:0:2:0:3:0:4:0" }, { "fe80::1:0" },
		{ "::1:0:0:0" }, { "ff02:1:2:3:4:5:6:7" }, { "0:1::" },
		{ "1:2:3:4:5:6::" }, { "::3:4:5:6:7:8" }
	};
	uint8_t		 text[SPELL_ADDRESS_MAX], a[16];

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		assert_int_equal(inet_pton(AF_INET6, addresses[i].text, a), 1);
		assert_spelled(text, spell_address(text,
		    (struct slice){ a, 16 }), addresses[i].text);
	}
}

static void
any_address_reads_back(void **state)
{
	uint8_t		 text[SPELL_ADDRESS_MAX + 1], back[16];
	struct lot	*l = calloc(1, sizeof(*l));

	(void)state;
	assert_non_null(l);
	lot_seed(l, 1);
	for (unsigned i = 0; i < lot_runs(20000); i++) {
		struct slice	 a;
		uint64_t	 keep = lot_u64(l);
		uint8_t		 b[16];

		l->used = 0;
		a = lot_bytes(l, 16);
		for (unsigned k = 0; k < 16; k++)
			b[k] = keep >> (k / 2 * 2) & 1 ? a.p[k] :
			    keep >> 32 & 1 ? 0 : 0xff;
		text[spell_address(text, (struct slice){ b, 16 })] = '\0';
		assert_int_equal(inet_pton(AF_INET6, (char *)text, back), 1);
		assert_memory_equal(back, b, 16);
		text[spell_address(text, (struct slice){ b, 4 })] = '\0';
		assert_int_equal(inet_pton(AF_INET, (char *)text, back), 1);
		assert_memory_equal(back, b, 4);
	}
	free(l);
}

static void
an_address_of_another_length_is_not_spelled(void **state)
{
	const uint8_t	 a[16] = { 0 };
	uint8_t		 text[SPELL_ADDRESS_MAX];

	(void)state;
	assert_int_equal(spell_address(text, (struct slice){ a, 0 }), 0);
	assert_int_equal(spell_address(text, (struct slice){ a, 5 }), 0);
	assert_int_equal(spell_uuid(text, (struct slice){ a, 15 }), 0);
}

static void
a_uuid_has_its_bytes_in_order(void **state)
{
	const uint8_t	 u[16] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd,
		0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10 };
	uint8_t		 text[SPELL_UUID_MAX];

	(void)state;
	assert_spelled(text, spell_uuid(text, (struct slice){ u, 16 }),
	    "01234567-89ab-cdef-fedc-ba9876543210");
}

static void
times_agree_with_gmtime(void **state)
{
	uint8_t		 text[SPELL_TIME_MAX];
	struct lot	*l = calloc(1, sizeof(*l));

	(void)state;
	assert_non_null(l);
	lot_seed(l, 2);
	for (unsigned i = 0; i < lot_runs(20000); i++) {
		const int64_t	 seconds = (int64_t)(lot_u64(l) %
		    (253402300800 + 62167219200)) - 62167219200;
		const unsigned	 millis = lot_below(l, 1000);
		const time_t	 t = (time_t)seconds;
		char		 expected[128];
		struct tm	 tm;

		assert_non_null(gmtime_r(&t, &tm));
		(void)snprintf(expected, sizeof(expected),
		    "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		    tm.tm_sec, millis);
		assert_spelled(text, spell_rfc3339(text,
		    seconds * 1000 + millis), expected);
	}
	free(l);
}

static void
a_year_of_five_digits_is_not_spelled(void **state)
{
	uint8_t		 text[SPELL_TIME_MAX];

	(void)state;
	assert_spelled(text, spell_rfc3339(text, 253402300799999),
	    "9999-12-31T23:59:59.999Z");
	assert_int_equal(spell_rfc3339(text, 253402300800000), 0);
	assert_int_equal(spell_rfc3339(text, INT64_MAX), 0);
	assert_int_equal(spell_rfc3339(text, INT64_MIN), 0);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(every_edge_of_a_number_is_spelled_in_full),
		cmocka_unit_test(ipv6_addresses_look_as_glibc_writes_them),
		cmocka_unit_test(any_address_reads_back),
		cmocka_unit_test(an_address_of_another_length_is_not_spelled),
		cmocka_unit_test(a_uuid_has_its_bytes_in_order),
		cmocka_unit_test(times_agree_with_gmtime),
		cmocka_unit_test(a_year_of_five_digits_is_not_spelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
