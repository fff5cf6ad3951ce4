/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_check_state.c - what may stand together in states and sequences.
 *
 * The exact words of each refusal are in tests/rules/bad; here is where they
 * begin and end.
 */
#include "rule_case.h"

/* A sequence with a second state of these words. */
#define SECOND(options, words) \
	"sequence s { subject any; timeout 1 hours; " options \
	" state { event any; status any; };" \
	" state { event any; status any; " words " }; };\n"

static struct program *
where(struct rule_case *c, const char *text)
{
	program_free(c->program);
	c->program = rules_load_where(&c->env, "where", slice_str(text),
	    c->diags);
	return c->program;
}

static void
an_absence_is_shorter_than_the_timeout(void **state)
{
	(void)state;
	case_silent(SECOND("", "absent 3599 seconds;"));
	case_says(SECOND("", "absent 3600 seconds;"), DIAG_ABSENT_LONG);
	case_silent("sequence s { subject any; timeout none; "
	    "state { event any; status any; }; "
	    "state { event any; status any; absent 9 weeks; }; };");
}

static void
a_trigger_can_tell_of_an_absence(void **state)
{
	(void)state;
	case_silent(SECOND("", "absent 5 seconds; trigger \"/bin/x\";"));
	case_says(SECOND("", "absent 5 seconds; multiplier 1;"),
	    DIAG_ABSENT_WITH);
}

static void
multipliers_are_limited_where_records_are_kept(void **state)
{
	(void)state;
	case_silent(STATE("event any; multiplier 10000 in 1 hours;"));
	case_says(STATE("event any; multiplier 10001 in 1 hours;"),
	    DIAG_NUMBER_LARGE);
	case_silent(SECOND("", "multiplier 10001;"));
	case_says(SECOND("strict;", "multiplier 10001;"), DIAG_NUMBER_LARGE);
	case_silent(SECOND("cooldown 1 hours;", "multiplier 10001;"));
}

static void
what_can_wait_for_ever_is_mentioned(void **state)
{
	static const char	head[] = "sequence s { subject any; "
	    "state { event any; status any; }; ";
	struct buf		text = { 0 };

	(void)state;
	buf_printf(&text, "%sstate { event any; status any; "
	    "within 5 hours; }; };", head);
	case_silent(buf_cstr(&text));
	buf_clear(&text);
	buf_printf(&text, "%sstate { event any; status any; "
	    "absent 5 hours; }; };", head);
	case_silent(buf_cstr(&text));
	buf_clear(&text);
	buf_printf(&text, "%sstate { event any; status any; }; strict; };",
	    head);
	case_says(buf_cstr(&text), DIAG_TIMEOUT_MISSING);
	buf_fini(&text);
	case_silent(STATE("event any; multiplier 5 in 1 hours;"));
	case_says(STATE("event any; multiplier 5 distinct object;"),
	    DIAG_TIMEOUT_MISSING);
	case_silent(STATE("event any; multiplier 1 or more;"));
}

static void
a_state_binds_for_those_behind_it(void **state)
{
	(void)state;
	case_silent("sequence s { subject any; timeout 1 hours; "
	    "cancel { object == $a; }; "
	    "state { event any; status any; bind $a object; }; "
	    "state { event any; status any; }; };");
	case_says("sequence s { subject any; timeout 1 hours; "
	    "state { event any; status any; bind $a object; "
	    "either { pid 1; } or { object == $a; }; }; };",
	    DIAG_VARIABLE_UNBOUND);
	/* Each sequence has variables of its own. */
	case_says("sequence s { subject any; timeout 1 hours; "
	    "state { event any; status any; bind $a object; }; "
	    "state { event any; status any; object == $a; }; };\n"
	    "sequence t { subject any; "
	    "state { event any; status any; object == $a; }; };",
	    DIAG_VARIABLE_UNBOUND);
}

static void
distinct_values_are_counted_where_they_can_be(void **state)
{
	(void)state;
	case_silent(STATE("event any; multiplier 2 distinct euid in "
	    "1 hours;"));
	case_says(STATE("event any; multiplier 2 distinct auid in 1 hours;"),
	    DIAG_DISTINCT_MANY);
	case_silent(RULE("") "sequence t { subject any; by none; "
	    "state { event any; status any; "
	    "multiplier 2 distinct auid in 1 hours; }; };");
	case_says(STATE("event any; euid { 1, 2; }; "
	    "multiplier 3 distinct euid in 1 hours;"), DIAG_DISTINCT_MANY);
	case_silent(STATE("event any; euid not { 1, 2; }; "
	    "multiplier 3 distinct euid in 1 hours;"));
	case_silent(STATE("event any; object <dir> { /a; }; "
	    "multiplier 3 distinct object in 1 hours;"));
	/* Any port may fit, and the last one is counted. */
	case_silent(STATE("event any; port { 1, 2; }; "
	    "multiplier 3 distinct port in 1 hours;"));
}

static void
the_prefix_of_a_directory_is_mentioned_once(void **state)
{
	(void)state;
	case_says("define set $a <path> { /bin, /tmp, /x/log; };\n"
	    STATE("event any; object $a;") SECOND("", "object not $a;"),
	    DIAG_PATH_INSIDE);
	case_silent(STATE("event any; "
	    "object <path> { /home/a, /etc/passwd, /bin/, bin; };"));
	case_silent(STATE("event any; object <dir> { /bin; };"));
}

/* The directory at the end of a path that begins with N other bytes. */
static void
ends_with(const char *last, size_t n, bool inside)
{
	struct buf	 text = { 0 };

	buf_str(&text, "sequence s { subject any; state { status any; "
	    "event any; object <path> { ");
	for (size_t i = 0; i < n; i++)
		buf_char(&text, 'x');
	buf_printf(&text, "%s; }; }; };\n", last);
	if (inside)
		case_says(buf_cstr(&text), DIAG_PATH_INSIDE);
	else
		case_silent(buf_cstr(&text));
	buf_fini(&text);
}

static void
a_directory_is_known_behind_a_path_of_any_length(void **state)
{
	(void)state;
	for (size_t n = 0; n < 20; n++) {
		ends_with("/bin", n, true);
		ends_with("/private", n, true);
		ends_with("//tmp", n, true);
		ends_with("/binx", n, false);
		ends_with("/xprivate", n, false);
		ends_with("/tmp/", n, false);
		ends_with("bin", n, false);
	}
}

static void
one_record_alone_tells_only_of_itself(void **state)
{
	struct rule_case	*c = case_new("");

	(void)state;
	assert_non_null(where(c, "pid 5; any object <dir> { /a; }; "
	    "either { euid { root; }; } or { status failure; }; "
	    "object <path> { /bin; }"));
	assert_int_equal(diags_warnings(c->diags), 0);
	assert_int_equal(c->program->rules[0].states[0].npredicates, 3);
	assert_null(where(c, "parent { /a; };"));
	assert_int_equal(diags_count(c->diags, DIAG_WHERE_FIELD), 1);
	assert_null(where(c, "object != image;"));
	assert_int_equal(diags_count(c->diags, DIAG_WHERE_FIELD), 2);
	assert_null(where(c, "either { pid 1; } or { ppid 1; };"));
	assert_int_equal(diags_count(c->diags, DIAG_WHERE_FIELD), 3);
	assert_null(where(c, "event <alert> { x; };"));
	assert_int_equal(diags_count(c->diags, DIAG_ALERT_PLACE), 1);
	assert_null(where(c, "object == $x;"));
	assert_int_equal(diags_count(c->diags, DIAG_VARIABLE_UNBOUND), 1);
	assert_null(where(c, "new object in 1 days;"));
	case_free(c);
}

static struct rule_case *
with_states(unsigned n)
{
	struct buf		 text = { 0 };
	struct rule_case	*c;

	buf_str(&text, "sequence s { subject any; timeout 5 hours; by port;\n");
	while (n-- > 0)
		buf_str(&text, "state { event any; status any; "
		    "multiplier 2 distinct object in 1 hours; };\n");
	buf_str(&text, "};\n");
	c = case_new(buf_cstr(&text));
	(void)case_run(c);
	buf_fini(&text);
	return c;
}

/* Their number is kept in few bits of what lives. */
static void
a_sequence_has_a_limit_of_states(void **state)
{
	struct rule_case	*most = with_states(RULE_STATES_MAX);
	struct rule_case	*more = with_states(RULE_STATES_MAX + 10);

	(void)state;
	assert_non_null(most->program);
	assert_int_equal(most->program->rules[0].nstates, RULE_STATES_MAX);
	assert_null(more->program);
	assert_int_equal(diags_count(more->diags, DIAG_STATES_MANY), 1);
	assert_int_equal(diags_errors(more->diags), 1);
	case_free(most);
	case_free(more);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(an_absence_is_shorter_than_the_timeout),
		cmocka_unit_test(a_trigger_can_tell_of_an_absence),
		cmocka_unit_test(
		    multipliers_are_limited_where_records_are_kept),
		cmocka_unit_test(what_can_wait_for_ever_is_mentioned),
		cmocka_unit_test(a_state_binds_for_those_behind_it),
		cmocka_unit_test(distinct_values_are_counted_where_they_can_be),
		cmocka_unit_test(the_prefix_of_a_directory_is_mentioned_once),
		cmocka_unit_test(
		    a_directory_is_known_behind_a_path_of_any_length),
		cmocka_unit_test(one_record_alone_tells_only_of_itself),
		cmocka_unit_test(a_sequence_has_a_limit_of_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
