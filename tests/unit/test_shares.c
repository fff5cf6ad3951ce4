/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_shares.c - finished inputs of which each could be read by itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run/shares.h"

#define MANY	(1u << 30)	/* bytes: a share by itself */

struct scene {
	struct input		 inputs[5];
	struct rule		 rules[3];
	struct program		 program;
	struct pipeline_options	 o;
};

static int
setup(void **state)
{
	static struct scene	 s;

	s = (struct scene){ .program = { .rules = s.rules, .nrules = 3 },
	    .o = { .inputs = s.inputs, .ninputs = 5 } };
	for (size_t i = 0; i < 5; i++)
		s.inputs[i] = (struct input){ .finished = true, .size = MANY };
	*state = &s;
	return 0;
}

static void
each_large_input_is_a_share(void **state)
{
	const struct scene	*s = *state;

	assert_true(shares_possible(&s->o, &s->program));
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(shares_next(&s->o, &s->program, i), i + 1);
}

/* Standard input that is named twice is one open file. */
static void
what_may_be_one_file_is_read_in_turn(void **state)
{
	static char	 standard[] = "-", device[] = "/dev/fd/0";
	struct scene	*s = *state;

	s->inputs[1].whole = standard;
	assert_true(shares_possible(&s->o, &s->program));
	s->inputs[3].whole = device;
	assert_false(shares_possible(&s->o, &s->program));
	assert_int_equal(shares_next(&s->o, &s->program, 0), 5);
}

static void
small_inputs_have_one_together(void **state)
{
	struct scene	*s = *state;

	s->inputs[0].size = s->inputs[1].size = s->inputs[4].size = 1;
	assert_int_equal(shares_next(&s->o, &s->program, 0), 3);
	assert_int_equal(shares_next(&s->o, &s->program, 3), 4);
	assert_int_equal(shares_next(&s->o, &s->program, 4), 5);
}

static void
more_rules_make_larger_shares(void **state)
{
	struct scene	*s = *state;

	for (size_t i = 0; i < 5; i++)
		s->inputs[i].size = 300u << 10;
	assert_int_equal(shares_next(&s->o, &s->program, 0), 2);
	s->program.nrules = 1;
	assert_int_equal(shares_next(&s->o, &s->program, 0), 1);
}

static void
nothing_depends_on_the_number_of_threads(void **state)
{
	struct scene	*s = *state;

	for (s->o.threads = 0; s->o.threads < 9; s->o.threads++)
		assert_int_equal(shares_next(&s->o, &s->program, 2), 3);
}

static void
rules_across_hosts_need_all_inputs_together(void **state)
{
	struct scene	*s = *state;

	s->rules[2].across_hosts = true;
	assert_false(shares_possible(&s->o, &s->program));
	assert_int_equal(shares_next(&s->o, &s->program, 0), 5);
}

static void
so_does_whatever_goes_on(void **state)
{
	struct scene	*s = *state;

	s->inputs[4].finished = false;
	assert_int_equal(shares_next(&s->o, &s->program, 0), 5);
}

static void
so_does_what_is_counted_or_remembered_of_all(void **state)
{
	struct scene	*s = *state;
	struct buf	 spent = { 0 };

	s->o.state_dir = "/var/db";
	assert_false(shares_possible(&s->o, &s->program));
	s->o.state_dir = NULL;
	s->o.metrics = "127.0.0.1:9999";
	assert_false(shares_possible(&s->o, &s->program));
	s->o.metrics = NULL;
	s->o.spent = &spent;
	assert_false(shares_possible(&s->o, &s->program));
	s->o.spent = NULL;
	assert_true(shares_possible(&s->o, &s->program));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_large_input_is_a_share, setup),
		cmocka_unit_test_setup(
		    what_may_be_one_file_is_read_in_turn, setup),
		cmocka_unit_test_setup(small_inputs_have_one_together, setup),
		cmocka_unit_test_setup(more_rules_make_larger_shares, setup),
		cmocka_unit_test_setup(
		    nothing_depends_on_the_number_of_threads, setup),
		cmocka_unit_test_setup(
		    rules_across_hosts_need_all_inputs_together, setup),
		cmocka_unit_test_setup(so_does_whatever_goes_on, setup),
		cmocka_unit_test_setup(
		    so_does_what_is_counted_or_remembered_of_all, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
