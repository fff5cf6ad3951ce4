/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_check.c - names and types in rules, and rules that cannot work.
 */
#include <stdio.h>

#include "rule_case.h"

static void
a_plain_rule_says_nothing(void **state)
{
	(void)state;
	case_silent(RULE(""));
	case_silent("");
	case_silent("sequence s { subject <auid> { root; }; timeout none;\n"
	    "state { event <auditevent> { AUE_EXECVE; }; status success; };\n"
	    "state { event <auditclass> { fr; }; status any; }; };");
}

static void
a_sequence_needs_subject_and_state(void **state)
{
	(void)state;
	case_says("sequence s { state { event any; status any; }; };",
	    DIAG_SUBJECT_MISSING);
	case_says("sequence s { subject any; };", DIAG_STATES_MISSING);
}

static void
a_state_needs_event_and_status(void **state)
{
	(void)state;
	case_says("sequence s { subject any; state { event any; }; };",
	    DIAG_STATUS_MISSING);
	case_says("sequence s { subject any; state { status any; }; };",
	    DIAG_EVENT_MISSING);
}

static void
a_broken_sequence_is_not_blamed_for_what_it_lacks(void **state)
{
	struct rule_case	*c = case_new(
	    "sequence a { state { object <auid> { nobody; }; multiplier x;");

	(void)state;
	assert_null(case_run(c));
	/* The wrong type and the wrong name were read before. */
	assert_int_equal(diags_errors(c->diags), 3);
	assert_int_equal(diags_count(c->diags, DIAG_TYPE_WRONG), 1);
	assert_int_equal(diags_count(c->diags, DIAG_USER_UNKNOWN), 1);
	assert_int_equal(diags_count(c->diags, DIAG_EXPECTED), 1);
	case_free(c);
}

static void
each_place_takes_its_types_only(void **state)
{
	static const char *const	subjects[] = {
		"auid", "euid", "ruid", "egid", "rgid"
	};
	static const char *const	others[] = {
		"auditevent", "auditclass", "path", "pcre", "logchannel"
	};
	char				text[256];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		(void)snprintf(text, sizeof(text), "sequence s { subject <%s> "
		    "{ 1; }; state { event any; status any; }; };",
		    subjects[i]);
		case_silent(text);
		(void)snprintf(text, sizeof(text), "sequence s { subject <%s> "
		    "{ 1; }; state { event any; status any; }; };", others[i]);
		case_says(text, DIAG_TYPE_WRONG);
		(void)snprintf(text, sizeof(text), STATE("event <%s> { 1; };"),
		    subjects[i]);
		case_says(text, DIAG_TYPE_WRONG);
		(void)snprintf(text, sizeof(text),
		    STATE("event any; object <%s> { 1; };"), subjects[i]);
		case_says(text, DIAG_TYPE_WRONG);
	}
	case_says(STATE("event <path> { 1; };"), DIAG_TYPE_WRONG);
	case_says(STATE("event any; object <auditclass> { 1; };"),
	    DIAG_TYPE_WRONG);
	case_silent(STATE("event <auditclass> { 1; };"));
	case_silent(STATE("event <auditevent> { 1; };"));
	case_silent(STATE("event any; object <pcre> { 1; };"));
}

static void
scopes_are_four(void **state)
{
	(void)state;
	case_says(RULE("scope global;"), DIAG_OLD_SCOPE);
	case_says(RULE("scope process;"), DIAG_OLD_SCOPE);
	case_says(RULE("scope session;"), DIAG_OLD_SCOPE);
	case_says(RULE("scope thread;"), DIAG_SCOPE_THREAD);
	case_says(RULE("scope host;"), DIAG_SCOPE_UNKNOWN);
	case_says(RULE("scope Global;"), DIAG_SCOPE_UNKNOWN);
}

static void
old_words_are_mentioned_once_for_each_load(void **state)
{
	(void)state;
	case_says(RULE("scope global;") RULE("scope session;"),
	    DIAG_OLD_SCOPE);
	case_says(RULE("serial 1;") RULE("serial 2;"), DIAG_OLD_SERIAL);
	case_says(RULE("timeout-window 5 hours;")
	    RULE("timeout-window 5 hours;"), DIAG_OLD_WINDOW);
}

static void
old_words_are_fine_beside_new_ones(void **state)
{
	(void)state;
	case_silent(RULE("scope session; serial 1; timeout-window 1 days; "
	    "tags new;"));
	case_silent("test s { };" RULE("scope process;"));
	case_silent(RULE("scope process;") "test s { };");
	case_silent("define set $a <dir> { /a; };\n"
	    "sequence s { subject any; scope session; "
	    "state { event any; status any; object $a; }; };");
	case_silent("sequence s { subject any; state { event any; status any; "
	    "object <exact> { /a; }; }; scope session; };");
	case_says("sequence s { subject any; state { event any; status any; "
	    "object <path> { /a; }; }; scope session; };", DIAG_OLD_SCOPE);
}

static void
a_window_without_length_does_nothing(void **state)
{
	(void)state;
	case_silent(RULE("timeout-window none; timeout-prob 5;"));
	case_silent(RULE("timeout-window 0 weeks;"));
}

static void
numbers_that_do_not_fit_are_refused(void **state)
{
	(void)state;
	case_silent(RULE("priority 2147483647;"));
	case_says(RULE("priority 2147483648;"), DIAG_NUMBER_LARGE);
	case_silent(RULE("serial 4294967295; tags x;"));
	case_says(RULE("serial 4294967296; tags x;"), DIAG_NUMBER_LARGE);
	case_says(STATE("event any; multiplier 2147483648;"),
	    DIAG_NUMBER_LARGE);
	case_says(STATE("event any; multiplier 99999999999999999999;"),
	    DIAG_NUMBER_LARGE);
	case_says(RULE("timeout-prob 101;"), DIAG_PROB_LARGE);
}

static void
repeated_options_are_mentioned(void **state)
{
	(void)state;
	case_says(RULE("priority 1; priority 2;"), DIAG_OPTION_AGAIN);
	case_says(STATE("event any; status any;"), DIAG_OPTION_AGAIN);
	case_says(RULE("subject any;"), DIAG_OPTION_AGAIN);
	case_says(RULE("subject <auid> { 1; };"), DIAG_ANY_STAYS);
	case_says(STATE("event <auditevent> { 1; }; event any;"),
	    DIAG_ANY_STAYS);
	case_silent(RULE("state { event any; status any; }; timeout none;"));
}

static void
a_label_may_come_again(void **state)
{
	struct rule_case	*c = case_good(RULE("") RULE("priority 1;"));

	(void)state;
	assert_int_equal(c->program->nrules, 2);
	assert_string_equal(case_said(c),
	    "main.conf:2:10: warning: another sequence is called 's'; both "
	    "run, and their alerts look alike\n"
	    "    sequence s { subject any; priority 1; state { event any; "
	    "status any; }; };\n"
	    "             ^\n"
	    "main.conf:1:10: note: the other one is here\n"
	    "    sequence s { subject any;  state { event any; status any; }; "
	    "};\n"
	    "             ^\n");
	case_free(c);
}

static void
states_that_no_record_can_match_are_found(void **state)
{
	(void)state;
	case_says(STATE("event <auditclass> { no; };"), DIAG_STATE_NEVER);
	case_says(STATE("event <auditclass> { 0; };"), DIAG_STATE_NEVER);
	case_says(STATE("event <auditclass> { 4; };"), DIAG_STATE_NEVER);
	case_says(STATE("event <auditevent> { 65536; };"), DIAG_STATE_NEVER);
	case_says(STATE("event any; event not <auditevent> { 1; };"),
	    DIAG_STATE_NEVER);
	case_says(STATE("event not <auditevent> { 1; }; event any;"),
	    DIAG_STATE_NEVER);
	case_silent(STATE("event not <auditclass> { no; };"));
	case_silent(STATE("event <auditevent> { 2; };"));
}

static void
waiting_without_end_must_be_meant(void **state)
{
	(void)state;
	case_says(RULE("state { event any; status any; };"),
	    DIAG_TIMEOUT_MISSING);
	case_says(STATE("event any; multiplier 2;"), DIAG_TIMEOUT_MISSING);
	case_silent(RULE("timeout none; state { event any; status any; };"));
	case_silent(RULE("timeout 1 days; state { event any; status any; };"));
	case_silent(STATE("event any; multiplier 0;"));
}

static void
log_files_stay_in_their_directory(void **state)
{
	char	name[512] = "logfile ";

	(void)state;
	case_silent("logfile a.log;");
	case_says("logfile a/b;", DIAG_LOGFILE_NAME);
	case_says("logfile ../x;", DIAG_LOGFILE_NAME);
	case_says("logfile ..;", DIAG_LOGFILE_NAME);
	case_says("logfile \"\";", DIAG_LOGFILE_NAME);
	memset(name + 8, 'x', 255);
	(void)strcat(name, ";");
	case_silent(name);
	memset(name + 8, 'x', 256);
	(void)strcat(name, ";");
	case_says(name, DIAG_LOGFILE_NAME);
}

static void
channels_must_be_defined_before(void **state)
{
	(void)state;
	case_silent("log-channel c <stderr> { };" RULE("log c;"));
	case_silent("log-channel c <stderr> { };"
	    RULE("log <logchannel> { c; };"));
	case_silent("define set $l <logchannel> { c; };"
	    "log-channel c <stderr> { };" RULE("log $l;"));
	case_says(RULE("log c;"), DIAG_CHANNEL_UNKNOWN);
	case_says("define set $l <logchannel> { c; };" RULE("log $l;"),
	    DIAG_CHANNEL_UNKNOWN);
	case_says("define set $l <auid> { 1; };" RULE("log $l;"),
	    DIAG_TYPE_WRONG);
}

static void
channels_are_checked(void **state)
{
	(void)state;
	case_silent("log-channel c <syslog> { };");
	case_silent("log-channel c <syslog> { priority auth.NOTICE; };");
	case_says("log-channel c <syslog> { priority auth; };",
	    DIAG_PRIORITY_UNKNOWN);
	case_says("log-channel c <stderr> { priority auth.info; };",
	    DIAG_CHANNEL_PRIORITY);
	case_says("log-channel c <file> { };", DIAG_CHANNEL_TYPE);
	case_silent("log-channel c <bsm> { directory /var/audit; };");
	case_says("log-channel c <bsm> { directory /gone; };",
	    DIAG_CHANNEL_DIRECTORY);
	case_says("log-channel c <bsm> { };", DIAG_CHANNEL_NOWHERE);
}

static void
programs_of_triggers_are_looked_for(void **state)
{
	(void)state;
	case_silent(STATE("event any; trigger \"/bin/true $object\";"));
	case_says(STATE("event any; trigger \"/gone/away $object\";"),
	    DIAG_TRIGGER_PROGRAM);
	case_silent(STATE("event any; trigger \"/gone/$rule\";"));
}

static void
tests_belong_to_a_sequence(void **state)
{
	(void)state;
	case_silent(RULE("") "test s { };");
	case_silent("test s { };" RULE(""));
	case_says("test t { };", DIAG_TEST_RULE);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(a_plain_rule_says_nothing),
		cmocka_unit_test(a_sequence_needs_subject_and_state),
		cmocka_unit_test(a_state_needs_event_and_status),
		cmocka_unit_test(
		    a_broken_sequence_is_not_blamed_for_what_it_lacks),
		cmocka_unit_test(each_place_takes_its_types_only),
		cmocka_unit_test(scopes_are_four),
		cmocka_unit_test(old_words_are_mentioned_once_for_each_load),
		cmocka_unit_test(old_words_are_fine_beside_new_ones),
		cmocka_unit_test(a_window_without_length_does_nothing),
		cmocka_unit_test(numbers_that_do_not_fit_are_refused),
		cmocka_unit_test(repeated_options_are_mentioned),
		cmocka_unit_test(a_label_may_come_again),
		cmocka_unit_test(states_that_no_record_can_match_are_found),
		cmocka_unit_test(waiting_without_end_must_be_meant),
		cmocka_unit_test(log_files_stay_in_their_directory),
		cmocka_unit_test(channels_must_be_defined_before),
		cmocka_unit_test(channels_are_checked),
		cmocka_unit_test(programs_of_triggers_are_looked_for),
		cmocka_unit_test(tests_belong_to_a_sequence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
