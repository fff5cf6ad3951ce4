/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_check_predicate.c - which values agree, and what could never hold.
 *
 * The exact words of each refusal are in tests/rules/bad; here is where they
 * begin and end.
 */
#include "rule_case.h"

/* A state that asks this. */
#define ASKS(words)	STATE("event any; " words)
/* The second state, behind one that binds a path, a user and a number. */
#define BOUND(words) \
	"sequence s { subject any; timeout 1 hours; " \
	"state { event any; status any; bind $p object; bind $u auid; " \
	"bind $n pid; }; state { event any; status any; object == $p; " \
	"auid != $u; pid == $n; " words " }; };\n"

static void
values_of_one_kind_are_compared(void **state)
{
	(void)state;
	case_silent(ASKS("owner != euid; group == egid; pid == ppid;"));
	case_silent(ASKS("address == terminal; object != image;"));
	case_silent(ASKS("text == command; zone != host; inode == return;"));
	case_says(ASKS("owner != group;"), DIAG_COMPARE_TYPES);
	case_says(ASKS("object == text;"), DIAG_COMPARE_TYPES);
	case_says(ASKS("port == pid;"), DIAG_COMPARE_TYPES);
	case_says(ASKS("errno == return;"), DIAG_COMPARE_TYPES);
}

static void
variables_have_the_kind_of_their_field(void **state)
{
	(void)state;
	case_silent(BOUND("image == $p; euid != $u; ppid == $n;"));
	case_silent(BOUND("any object in $p; all objects not in $p;"));
	case_silent(BOUND("image in $p; parent in $p;"));
	case_says(BOUND("object == $u;"), DIAG_COMPARE_TYPES);
	case_says(BOUND("pid in $n;"), DIAG_COMPARE_OPERATOR);
	case_says(BOUND("pid < $n;"), DIAG_COMPARE_OPERATOR);
	case_says(BOUND("pid in $p;"), DIAG_COMPARE_OPERATOR);
}

static void
numbers_are_for_fields_that_are_numbers(void **state)
{
	(void)state;
	case_silent(ASKS("port == 22; port != 5; pid & 1; mode != 0;"));
	case_says(ASKS("errno == 13;"), DIAG_COMPARE_TYPES);
	case_says(ASKS("object == 13;"), DIAG_COMPARE_TYPES);
	case_says(ASKS("group == 0;"), DIAG_COMPARE_TYPES);
}

static void
what_could_never_hold_is_mentioned(void **state)
{
	(void)state;
	case_silent(ASKS("pid 4294967295; pid > 4294967294; port == 65535;"));
	case_says(ASKS("pid == 4294967296;"), DIAG_PREDICATE_NEVER);
	case_says(ASKS("port > 65535;"), DIAG_PREDICATE_NEVER);
	case_says(ASKS("mode & 0x100000000;"), DIAG_PREDICATE_NEVER);
	case_silent(ASKS("pid != 4294967296; pid not 4294967296;"));
	case_silent(ASKS("pid 1, 4294967296;"));
	case_silent(ASKS("device == 18446744073709551615;"));
	case_says(ASKS("owner != owner;"), DIAG_PREDICATE_NEVER);
	/* Two addresses of one record may differ. */
	case_silent(ASKS("address != address;"));
	case_says("sequence s { subject any; state { event any; "
	    "status success; errno not { EPERM; }; }; };",
	    DIAG_PREDICATE_NEVER);
	case_says(ASKS("object none; object <exact> { /a; };"),
	    DIAG_PREDICATE_NEVER);
}

static void
fields_stand_where_they_can(void **state)
{
	(void)state;
	case_silent(RULE("by object, terminal, port, inode, zone, lineage;"));
	case_says(RULE("by text;"), DIAG_FIELD_PLACE);
	case_says(RULE("by errno;"), DIAG_FIELD_PLACE);
	case_says(RULE("by parent;"), DIAG_FIELD_PLACE);
	case_silent(ASKS("new command by host, image in 1 days;"));
	case_silent(ASKS("new lineage in 1 days;"));
	case_says(ASKS("new environment in 1 days;"), DIAG_FIELD_PLACE);
	case_says(ASKS("pid == argument;"), DIAG_FIELD_PLACE);
	case_says(ASKS("text == command[0];"), DIAG_FIELD_PLACE);
	case_silent(ASKS("command[0] == text;"));
	case_says(ASKS("text == time;"), DIAG_COMPARE_TYPES);
	case_says(BOUND("bind $x environment;"), DIAG_FIELD_PLACE);
	case_says(BOUND("bind $x any euid;"), DIAG_FIELD_PLACE);
}

static void
parts_have_limits(void **state)
{
	(void)state;
	case_silent(ASKS("command[9999] <text> { x; };"));
	case_says(ASKS("command[10000] <text> { x; };"), DIAG_NUMBER_LARGE);
	case_says(ASKS("new command[4294967294] in 1 days;"),
	    DIAG_NUMBER_LARGE);
	case_silent(ASKS("argument 255 == 1;"));
	case_says(ASKS("argument 256 == 1;"), DIAG_NUMBER_LARGE);
	case_silent(ASKS("argument \"256\" == 1;"));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(values_of_one_kind_are_compared),
		cmocka_unit_test(variables_have_the_kind_of_their_field),
		cmocka_unit_test(numbers_are_for_fields_that_are_numbers),
		cmocka_unit_test(what_could_never_hold_is_mentioned),
		cmocka_unit_test(fields_stand_where_they_can),
		cmocka_unit_test(parts_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
