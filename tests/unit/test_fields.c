/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_fields.c - the words for what a record says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rule/fields.h"

static void
every_field_has_a_word_that_finds_it(void **state)
{
	(void)state;
	for (enum rule_field f = 0; f < FIELDS; f++) {
		assert_non_null(field_rows[f].word);
		assert_int_equal(field_find(slice_str(field_rows[f].word)), f);
	}
	assert_int_equal(field_find(slice_str("objects")), FIELDS);
	assert_int_equal(field_find(slice_str("Object")), FIELDS);
	assert_int_equal(field_find(slice_str("")), FIELDS);
}

static void
names_are_as_many_as_fields(void **state)
{
	size_t	n = 0;

	(void)state;
	while (field_names[n].name != NULL)
		n++;
	assert_int_equal(n, FIELDS);
}

static void
a_key_can_be_bound_but_for_the_lineage(void **state)
{
	(void)state;
	for (enum rule_field f = 0; f < FIELDS; f++)
		if (field_rows[f].key && f != FIELD_LINEAGE)
			assert_true(field_rows[f].bind);
	assert_true(field_rows[FIELD_LINEAGE].key);
	assert_false(field_rows[FIELD_LINEAGE].bind);
	assert_false(field_rows[FIELD_LINEAGE].predicate);
	assert_true(field_rows[FIELD_COMMAND].bind);
	assert_false(field_rows[FIELD_COMMAND].key);
}

static void
kinds_are_compared_with_themselves_only(void **state)
{
	(void)state;
	for (enum field_kind a = 0; a <= KIND_TIME; a++)
		for (enum field_kind b = 0; b <= KIND_TIME; b++)
			assert_int_equal(field_comparable(a, b), a == b &&
			    a != KIND_EVENT && a != KIND_TIME);
}

static void
kinds_have_names_for_messages(void **state)
{
	(void)state;
	assert_string_equal(field_kind_name(KIND_USER), "a user");
	assert_string_equal(field_kind_name(KIND_ADDRESS), "an address");
	for (enum field_kind k = 0; k <= KIND_TIME; k++)
		assert_non_null(field_kind_name(k));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(every_field_has_a_word_that_finds_it),
		cmocka_unit_test(names_are_as_many_as_fields),
		cmocka_unit_test(a_key_can_be_bound_but_for_the_lineage),
		cmocka_unit_test(kinds_are_compared_with_themselves_only),
		cmocka_unit_test(kinds_have_names_for_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
