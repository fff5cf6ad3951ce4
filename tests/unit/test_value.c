/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_value.c - values of fields: equal, below, hashed, cut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/value.h"

static struct value
text(const char *s)
{
	return (struct value){ .kind = VALUE_TEXT, .bytes = slice_str(s) };
}

static struct value
number(uint64_t n)
{
	return (struct value){ .kind = VALUE_NUMBER, .number = n };
}

static bool
equal(struct value a, struct value b)
{
	return value_equal(&a, &b);
}

static bool
below(const char *path, const char *dir)
{
	const struct value	 a = text(path), b = text(dir);

	return value_below(&a, &b);
}

static void
values_of_one_kind_are_compared(void **state)
{
	(void)state;
	assert_true(equal(number(5), number(5)));
	assert_false(equal(number(5), number(UINT64_C(1) << 32 | 5)));
	assert_true(equal(text("/a"), text("/a")));
	assert_false(equal(text("/a"), text("/a/")));
	assert_true(equal(text(""), text("")));
	assert_false(equal(text(""), number(0)));
	assert_false(equal((struct value){ 0 }, (struct value){ 0 }));
}

static void
below_means_whole_components(void **state)
{
	(void)state;
	assert_true(below("/tmp", "/tmp"));
	assert_true(below("/tmp/x", "/tmp"));
	assert_true(below("/tmp/x", "/tmp/"));
	assert_true(below("/tmp/x", "/tmp//"));
	assert_true(below("/tmp", "/tmp/"));
	assert_false(below("/tmpx", "/tmp"));
	assert_false(below("/tm", "/tmp"));
	assert_true(below("/x", "/"));
	assert_true(below("/", "/"));
	assert_false(below("x", "/"));
	assert_false(below("/x", ""));
	assert_true(below("", ""));
}

static void
a_long_text_is_known_by_length_and_hash(void **state)
{
	static const struct hash_key	 key = { 1, 2 };
	char				 bytes[VALUE_TEXT_MAX + 2];
	struct value			 whole, kept, other;

	(void)state;
	memset(bytes, 'a', sizeof(bytes) - 1);
	bytes[sizeof(bytes) - 1] = '\0';
	whole = kept = text(bytes);
	value_cut(&kept);
	assert_true(kept.cut);
	assert_int_equal(kept.bytes.n, VALUE_TEXT_MAX + 1);
	assert_true(equal(whole, kept));
	assert_true(equal(kept, whole));
	assert_true(equal(kept, kept));
	assert_true(value_hash(&key, &whole) == value_hash(&key, &kept));
	assert_false(value_below(&whole, &kept));
	bytes[7] = 'b';
	other = text(bytes);
	assert_false(equal(other, kept));
	value_cut(&other);
	assert_false(equal(other, kept));
	bytes[7] = 'a';
	bytes[VALUE_TEXT_MAX] = '\0';
	other = text(bytes);
	value_cut(&other);
	assert_false(other.cut);
	assert_false(equal(other, kept));
}

static void
hashes_tell_values_apart(void **state)
{
	static const struct hash_key	 key = { 1, 2 };
	const struct value		 v[] = { number(0), number(1),
	    text("a"), text("b"), text("") };

	(void)state;
	for (size_t i = 0; i < 5; i++)
		for (size_t j = 0; j < 5; j++)
			assert_int_equal(value_hash(&key, &v[i]) ==
			    value_hash(&key, &v[j]), i == j);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(values_of_one_kind_are_compared),
		cmocka_unit_test(below_means_whole_components),
		cmocka_unit_test(a_long_text_is_known_by_length_and_hash),
		cmocka_unit_test(hashes_tell_values_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
