/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_byteset.c - names and escapes stand for the bytes that PCRE2 means.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteset.h"

/* Each byte is in the set if and only if the pattern matches it. */
static void
is_what(const struct byteset *set, const char *pattern)
{
	int			 err;
	PCRE2_SIZE		 at;
	pcre2_code		*code = pcre2_compile((PCRE2_SPTR)pattern,
	    PCRE2_ZERO_TERMINATED, 0, &err, &at, NULL);
	pcre2_match_data	*data = pcre2_match_data_create(1, NULL);

	assert_non_null(code);
	for (unsigned c = 0; c < 256; c++) {
		const uint8_t	 byte = (uint8_t)c;

		if ((pcre2_match(code, &byte, 1, 0, 0, data, NULL) >= 0) !=
		    byteset_has(set, byte))
			fail_msg("%s is wrong about byte %u", pattern, c);
	}
	pcre2_match_data_free(data);
	pcre2_code_free(code);
}

static void
names_mean_what_they_mean_in_pcre2(void **state)
{
	static const char *const	 names[] = { "alnum", "alpha", "ascii",
	    "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
	    "space", "upper", "word", "xdigit" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct byteset	 set;
		char		 pattern[32];

		(void)snprintf(pattern, sizeof(pattern), "[[:%s:]]", names[i]);
		assert_true(byteset_named(slice_str(names[i]), &set));
		is_what(&set, pattern);
	}
}

static void
escapes_mean_what_they_mean_in_pcre2(void **state)
{
	static const char	 letters[] = "dDhHsSvVwW";

	(void)state;
	for (const char *p = letters; *p != '\0'; p++) {
		const char	 pattern[] = { '\\', *p, '\0' };
		struct byteset	 set;

		assert_true(byteset_escaped((uint8_t)*p, &set));
		is_what(&set, pattern);
	}
}

static void
other_names_and_letters_mean_nothing(void **state)
{
	static const char	 letters[] = "abcefgijklmnopqrtuxyzABENRQKX09";
	struct byteset		 set;

	(void)state;
	assert_false(byteset_named(slice_str(""), &set));
	assert_false(byteset_named(slice_str("alph"), &set));
	assert_false(byteset_named(slice_str("alphas"), &set));
	assert_false(byteset_named(slice_str("d"), &set));
	for (const char *p = letters; *p != '\0'; p++)
		assert_false(byteset_escaped((uint8_t)*p, &set));
}

static void
both_cases_of_ascii_letters_are_alike(void **state)
{
	struct byteset	 set = byteset_of('k');

	(void)state;
	byteset_fold(&set);
	is_what(&set, "(?i)k");
	set = byteset_of(0xe4);
	byteset_fold(&set);
	is_what(&set, "(?i)\\xe4");
	set = (struct byteset){ { 0 } };
	byteset_add(&set, 'W', '^');
	byteset_add(&set, '{', 0x85);
	byteset_fold(&set);
	is_what(&set, "(?i)[W-^{-\\x85]");
	byteset_invert(&set);
	is_what(&set, "(?i)[^W-^{-\\x85]");
}

static void
sets_can_be_joined_and_counted(void **state)
{
	struct byteset		 set = byteset_of(0);
	const struct byteset	 other = byteset_of(255);

	(void)state;
	byteset_join(&set, &other);
	byteset_add(&set, 63, 64);
	assert_int_equal(byteset_count(&set), 4);
	is_what(&set, "[\\x00\\xff?@]");
	byteset_add(&set, 0, 255);
	assert_int_equal(byteset_count(&set), 256);
	byteset_invert(&set);
	assert_int_equal(byteset_count(&set), 0);
}

static void
a_byte_alone_is_known(void **state)
{
	struct byteset	 set = { { 0 } };

	(void)state;
	assert_int_equal(byteset_only(&set), -1);
	for (int c = 0; c < 256; c++) {
		set = byteset_of((uint8_t)c);
		assert_int_equal(byteset_only(&set), c);
		byteset_add(&set, c == 0 ? 64 : 0, c == 0 ? 64 : 0);
		assert_int_equal(byteset_only(&set), -1);
	}
	set = (struct byteset){ { 0 } };
	byteset_add(&set, 70, 71);
	assert_int_equal(byteset_only(&set), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_mean_what_they_mean_in_pcre2),
		cmocka_unit_test(escapes_mean_what_they_mean_in_pcre2),
		cmocka_unit_test(other_names_and_letters_mean_nothing),
		cmocka_unit_test(both_cases_of_ascii_letters_are_alike),
		cmocka_unit_test(sets_can_be_joined_and_counted),
		cmocka_unit_test(a_byte_alone_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
