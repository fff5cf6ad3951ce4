/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_check_alert.c - who waits for whose alert.
 */
#include <stdio.h>

#include "rule_case.h"

/* A sequence that waits for the alerts of these. */
#define WAITS(label, labels) \
	"sequence " label " { subject any; " \
	"state { event <alert> { " labels "; }; status any; }; };\n"
#define PLAIN(label) \
	"sequence " label " { subject any; " \
	"state { event any; status any; }; };\n"

static void
a_name_means_all_sequences_of_that_label(void **state)
{
	struct rule_case	*c = case_good(WAITS("a", "b, c") PLAIN("c")
	    PLAIN("b") PLAIN("d") PLAIN("b") WAITS("e", "a"));
	const struct rule	*r = c->program->rules;
	const struct state	*s = &r[0].states[0];

	(void)state;
	assert_int_equal(s->nalerts, 3);
	assert_int_equal(s->alerts[0], 1);
	assert_int_equal(s->alerts[1], 2);
	assert_int_equal(s->alerts[2], 4);
	assert_false(s->any_event);
	assert_int_equal(s->events, PROGRAM_NONE);
	assert_true(r[0].awaited);
	assert_true(r[1].awaited);
	assert_true(r[2].awaited);
	assert_false(r[3].awaited);
	assert_true(r[4].awaited);
	assert_false(r[5].awaited);
	assert_false(r[0].new_life);
	case_free(c);
}

static void
a_named_set_of_labels_serves_too(void **state)
{
	struct rule_case	*c = case_good(
	    "define set $x <alert> { b; };\n"
	    "define set $y <alert> { set $x, c; };\n"
	    "sequence a { subject any; timeout 1 hours;\n"
	    "state { event $y; status any; };\n"
	    "state { event $y; status failure; }; };\n"
	    PLAIN("b") PLAIN("c"));
	const struct state	*s = c->program->rules[0].states;

	(void)state;
	assert_int_equal(s[0].nalerts, 2);
	assert_ptr_equal(s[0].alerts, s[1].alerts);
	case_free(c);
}

static void
loops_are_refused_wherever_they_are(void **state)
{
	(void)state;
	case_says(WAITS("a", "a"), DIAG_ALERT_LOOP);
	case_says(WAITS("a", "b") WAITS("b", "a"), DIAG_ALERT_LOOP);
	case_says(PLAIN("x") WAITS("a", "x, b") WAITS("b", "c, x")
	    WAITS("c", "x, a") WAITS("d", "a"), DIAG_ALERT_LOOP);
	/* One of that label waits for the other, and so for itself. */
	case_says(WAITS("a", "b") PLAIN("b") WAITS("b", "a"),
	    DIAG_ALERT_LOOP);
}

static void
two_ways_to_one_place_are_no_loop(void **state)
{
	(void)state;
	case_silent(WAITS("a", "b, c") WAITS("b", "d") WAITS("c", "d")
	    PLAIN("d"));
}

static void
each_loop_is_reported(void **state)
{
	struct rule_case	*c = case_new(WAITS("a", "b") WAITS("b", "a")
	    WAITS("c", "c") WAITS("d", "c, a"));

	(void)state;
	assert_null(case_run(c));
	assert_int_equal(diags_count(c->diags, DIAG_ALERT_LOOP), 2);
	case_free(c);
}

static void
a_long_chain_needs_no_stack(void **state)
{
	struct buf		 text = { 0 };
	const unsigned		 n = 20000;
	struct rule_case	*c;

	(void)state;
	for (unsigned i = 0; i < n; i++)
		buf_printf(&text, WAITS("s%u", "s%u"), i, i + 1);
	buf_printf(&text, PLAIN("s%u"), n);
	c = case_good(buf_cstr(&text));
	assert_int_equal(c->program->nrules, n + 1);
	case_free(c);
	buf_printf(&text, WAITS("s%u", "s0"), n);
	c = case_new(buf_cstr(&text));
	assert_null(case_run(c));
	assert_int_equal(diags_count(c->diags, DIAG_ALERT_LOOP), 1);
	case_free(c);
	buf_fini(&text);
}

static void
a_state_waits_for_a_thousand_at_most(void **state)
{
	struct buf	text = { 0 };

	(void)state;
	buf_str(&text, WAITS("a", "b"));
	for (unsigned i = 0; i < 1000; i++)
		buf_str(&text, PLAIN("b"));
	case_free(case_good(buf_cstr(&text)));
	buf_str(&text, PLAIN("b"));
	case_says(buf_cstr(&text), DIAG_ALERT_MANY);
	buf_fini(&text);
}

static void
disabled_sequences_raise_nothing(void **state)
{
	(void)state;
	case_says(WAITS("a", "b") "sequence b { subject any; enabled no; "
	    "state { event any; status any; }; };\n", DIAG_STATE_NEVER);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(a_name_means_all_sequences_of_that_label),
		cmocka_unit_test(a_named_set_of_labels_serves_too),
		cmocka_unit_test(loops_are_refused_wherever_they_are),
		cmocka_unit_test(two_ways_to_one_place_are_no_loop),
		cmocka_unit_test(each_loop_is_reported),
		cmocka_unit_test(a_long_chain_needs_no_stack),
		cmocka_unit_test(a_state_waits_for_a_thousand_at_most),
		cmocka_unit_test(disabled_sequences_raise_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
