/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "bsm/flags.h"

#define FR 1u
#define FW 2u
#define LO 4u

static struct names *
three_classes(void)
{
	struct names	*n = names_new();

	for (int d = 0; d < DIALECTS; d++)
		(void)names_load(n, (enum dialect)d,
		    slice_str("0:no:none\n1:fr:read\n2:fw:write\n4:lo:login\n"
		    "0xff:all:all\n"), slice_str("1:AUE_X:x:fr\n"), NULL, NULL);
	return n;
}

/* The text in a block of its own, so that overreads are noticed. */
static bool
parse(const char *text, struct flags *one, char *unknown)
{
	struct names	*n = three_classes();
	struct flags	 flags[DIALECTS];
	const size_t	 len = strlen(text);
	uint8_t		*copy = xmemdup(text, len);
	struct slice	 bad = { 0 };
	const bool	 good = flags_parse(n, (struct slice){ copy, len },
	    flags, &bad);

	*one = flags[DIALECT_FREEBSD];
	memcpy(unknown, bad.n > 0 ? bad.p : copy, bad.n);
	unknown[bad.n] = '\0';
	free(copy);
	names_free(n);
	return good;
}

static void
assert_flags(const char *text, uint64_t success, uint64_t failure)
{
	struct flags	 f;
	char		 unknown[32];

	assert_true(parse(text, &f, unknown));
	assert_true(f.success == success);
	assert_true(f.failure == failure);
}

static void
items_count_from_left_to_right(void **state)
{
	(void)state;
	assert_flags("fr", FR, FR);
	assert_flags("+fr,-fw", FR, FW);
	assert_flags("fr,fw,^fr", FW, FW);
	assert_flags("fr,^-fr", FR, 0);
	assert_flags("fr,^+fr", 0, FR);
	assert_flags("^fr,fr", FR, FR);
	assert_flags("all,^-lo", 0xff, 0xff & ~LO);
	assert_flags("no", 0, 0);
}

static void
empty_items_are_passed_over(void **state)
{
	(void)state;
	assert_flags("", 0, 0);
	assert_flags(",", 0, 0);
	assert_flags(",lo,,", LO, LO);
}

static void
an_unknown_class_is_named(void **state)
{
	struct flags	 f;
	char		 unknown[32];

	(void)state;
	assert_false(parse("lo,^-zz,fr", &f, unknown));
	assert_string_equal(unknown, "zz");
	assert_false(parse("fr, lo", &f, unknown));
	assert_string_equal(unknown, " lo");
	assert_false(parse("LO", &f, unknown));
	assert_false(parse("+^fr", &f, unknown));
	assert_string_equal(unknown, "^fr");
	assert_false(parse("fr,-", &f, unknown));
	assert_string_equal(unknown, "");
}

static void
a_class_has_the_bits_of_each_dialect(void **state)
{
	struct names	*n = names_new();
	struct flags	 flags[DIALECTS];
	struct slice	 bad;

	(void)state;
	assert_true(flags_parse(n, slice_str("lo"), flags, &bad));
	for (int d = 0; d < DIALECTS; d++)
		assert_true(flags[d].success == names_class_find(n,
		    (enum dialect)d, slice_str("lo"))->mask);
	names_free(n);
}

static void
a_class_of_other_dialects_changes_nothing_here(void **state)
{
	struct names	*n = three_classes();
	struct flags	 flags[DIALECTS];
	struct slice	 bad;

	(void)state;
	(void)names_load(n, DIALECT_SOLARIS, slice_str("8:xx:only here\n"),
	    slice_str("1:AUE_X:x:xx\n"), NULL, NULL);
	assert_true(flags_parse(n, slice_str("lo,xx"), flags, &bad));
	assert_true(flags[DIALECT_FREEBSD].success == LO);
	assert_true(flags[DIALECT_SOLARIS].success == 8);
	names_free(n);
}

static void
preselection_asks_for_the_outcome(void **state)
{
	const struct flags	 f = { .success = FR, .failure = FR | LO };

	(void)state;
	assert_true(flags_preselect(&f, FR, true));
	assert_false(flags_preselect(&f, LO, true));
	assert_true(flags_preselect(&f, LO, false));
	assert_false(flags_preselect(&f, 0, false));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(items_count_from_left_to_right),
		cmocka_unit_test(empty_items_are_passed_over),
		cmocka_unit_test(an_unknown_class_is_named),
		cmocka_unit_test(a_class_has_the_bits_of_each_dialect),
		cmocka_unit_test(
		    a_class_of_other_dialects_changes_nothing_here),
		cmocka_unit_test(preselection_asks_for_the_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
