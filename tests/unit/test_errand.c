/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "run/errand.h"

static const struct errand	one = {
	.rules = 2, .number = 7, .auid = 1001, .euid = 0, .of_alert = true,
	.id = { 1, 2, 3, [15] = 16 },
	.values = { "robert", "root", "/etc/passwd", "rule", "5", "77", "4711",
	    "192.0.2.7", "", "host", "2021-10-14T11:20:59.522Z", "/e", "00" }
};

static void
errand_comes_back(void **state)
{
	struct buf	 b = { 0 };
	struct errand	 e;

	(void)state;
	assert_true(errand_put(&b, &one));
	assert_true(errand_take(&e, buf_bytes(&b)));
	assert_int_equal(e.rules, 2);
	assert_int_equal(e.number, 7);
	assert_int_equal(e.auid, 1001);
	assert_true(e.of_alert);
	assert_memory_equal(e.id, one.id, LEDGER_ID);
	assert_string_equal(e.values.subject, "robert");
	assert_string_equal(e.values.object, "/etc/passwd");
	assert_string_equal(e.values.zone, "");
	assert_string_equal(e.values.uid, "00");
	buf_fini(&b);
}

static void
object_may_be_missing_and_nothing_else(void **state)
{
	struct errand	 less = one, e;
	struct buf	 b = { 0 };

	(void)state;
	less.values.object = NULL;
	assert_true(errand_put(&b, &less));
	assert_true(errand_take(&e, buf_bytes(&b)));
	assert_null(e.values.object);
	less.values.time = NULL;
	buf_clear(&b);
	assert_true(errand_put(&b, &less));
	assert_false(errand_take(&e, buf_bytes(&b)));
	buf_fini(&b);
}

/* Cut anywhere, or with a byte more: it is none. */
static void
every_other_length_is_refused(void **state)
{
	struct buf	 b = { 0 };
	struct errand	 e;

	(void)state;
	assert_true(errand_put(&b, &one));
	for (size_t n = 0; n <= b.n + 1; n++) {
		uint8_t	*heap = calloc(1, n + 1);

		memcpy(heap, b.p, n < b.n ? n : b.n);
		assert_int_equal(errand_take(&e, (struct slice){ heap, n }),
		    n == b.n);
		free(heap);
	}
	buf_fini(&b);
}

static void
errand_that_is_too_long_is_not_made(void **state)
{
	struct errand	 large = one;
	char		*text = calloc(1, ERRAND_MAX + 1);
	struct buf	 b = { 0 };

	(void)state;
	memset(text, 'x', ERRAND_MAX);
	large.values.object = text;
	assert_false(errand_put(&b, &large));
	buf_fini(&b);
	free(text);
}

static void
triggers_are_numbered_in_their_order(void **state)
{
	static const struct trigger	 first, second, other;
	static const struct state	 states[] = {
		{ .trigger = NULL }, { .trigger = &first },
	};
	static const struct state	 more[] = { { .trigger = &second } };
	const struct rule		 rules[] = {
		{ .label = "a", .file = "f", .states = states, .nstates = 2 },
		{ .label = "b", .file = "f", .states = more, .nstates = 1 },
	};
	const struct program		 p = { .rules = rules, .nrules = 2 };
	struct errands			 all;

	(void)state;
	errands_init(&all, &p);
	assert_int_equal(all.n, 2);
	assert_int_equal(errands_find(&all, &first), 0);
	assert_int_equal(errands_find(&all, &second), 1);
	assert_int_equal(errands_find(&all, &other), 2);	/* none */
	assert_string_equal(all.rules[1].label, "b");
	errands_fini(&all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errand_comes_back),
		cmocka_unit_test(object_may_be_missing_and_nothing_else),
		cmocka_unit_test(every_other_length_is_refused),
		cmocka_unit_test(errand_that_is_too_long_is_not_made),
		cmocka_unit_test(triggers_are_numbered_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
