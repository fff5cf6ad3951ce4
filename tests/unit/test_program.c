/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_program.c - look-ups in compiled sets, and the listing.
 */
#include "rule_case.h"

static void
ids_are_found_at_both_ends(void **state)
{
	static const uint32_t		ids[] = { 0, 5, 6, 900, UINT32_MAX };
	static const uint32_t		others[] = { 1, 4, 7, 899, 4294967294 };
	const struct id_set		set = { ids, 5 };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		assert_true(id_set_has(&set, ids[i]));
		assert_false(id_set_has(&set, others[i]));
	}
	assert_false(id_set_has(&(struct id_set){ NULL, 0 }, 0));
	assert_true(id_set_has(&(struct id_set){ ids, 1 }, 0));
}

static void
events_are_those_of_the_dialect(void **state)
{
	static const uint16_t		bsd[] = { 1, 72, 65535 };
	static const uint16_t		solaris[] = { 0 };
	const struct event_set		set = {
		.numbers = { bsd, NULL, solaris }, .n = { 3, 0, 1 }
	};

	(void)state;
	assert_true(event_set_has(&set, DIALECT_FREEBSD, 1));
	assert_true(event_set_has(&set, DIALECT_FREEBSD, 72));
	assert_true(event_set_has(&set, DIALECT_FREEBSD, 65535));
	assert_false(event_set_has(&set, DIALECT_FREEBSD, 0));
	assert_false(event_set_has(&set, DIALECT_FREEBSD, 73));
	assert_false(event_set_has(&set, DIALECT_MACOS, 1));
	assert_true(event_set_has(&set, DIALECT_SOLARIS, 0));
	assert_false(event_set_has(&set, DIALECT_SOLARIS, 1));
}

static void
a_listing_has_everything(void **state)
{
	struct rule_case	*c = case_good("logfile f;\n"
	    "log-channel c <syslog> { priority auth.info; };\n"
	    "sequence \"a\\\nb\" { subject not <ruid> { 7, root; };\n"
	    "timeout 1 minutes; zone j*; log c; enabled no;\n"
	    "state { event <auditevent> { AUE_login; }; status success;\n"
	    "object not <path> { /x; }; multiplier 2;\n"
	    "trigger \"/bin/y $uid\"; };\n"
	    "state { event any; status any; }; };\n");
	struct buf		 out = { 0 };

	(void)state;
	program_list(c->program, &out);
	assert_string_equal(buf_cstr(&out),
	    "rule \"a\\nb\" priority 0 serial 0 scope global disabled\n"
	    "\tsubject ruid not ids 0 timeout 60 window 0/65 zone pattern is "
	    "\"j*\" logfile \"f\" channel 0\n"
	    "\tstate success events 0 not objects 0 times 2\n"
	    "\t\ttrigger [/bin/y] [$uid]\n"
	    "\tstate any any event times 1\n"
	    "ids 0: 0 7\n"
	    "events 0 freebsd: 6152\n"
	    "events 0 macos: 6152\n"
	    "events 0 solaris: 6153\n"
	    "objects 0 path: \"/x\"\n"
	    "channel 0 syslog name \"c\" priority 38\n");
	buf_fini(&out);
	case_free(c);
}

static void
a_listing_tells_how_a_sequence_lives(void **state)
{
	struct rule_case	*c = case_good(
	    "options { path-cache follow; };\n"
	    "sequence s { subject any; timeout 1 hours; by object, pid;\n"
	    "strict; across hosts; cooldown 5 seconds;\n"
	    "state { event any; status any; bind $f any object;\n"
	    "multiplier 5 distinct port in 9 seconds; };\n"
	    "state { event any; status failure; within 3 seconds;\n"
	    "object in $f; errno { EPERM; }; mode & 8; day sat;\n"
	    "either { port not { 22, 80..90; }; } or { event any; }; };\n"
	    "cancel { terminal { 10.0.0.0/8; }; };\n"
	    "except { argument \"x\" > 5; command[0] <glob> { a*; }; }; };\n"
	    "sequence t { subject any; state { event <alert> { s; };\n"
	    "status any; new object by auid in 1 minutes; }; };\n");
	struct buf		 out = { 0 };

	(void)state;
	program_list(c->program, &out);
	assert_string_equal(buf_cstr(&out),
	    "rule \"s\" priority 0 serial 0 scope global\n"
	    "\tsubject auid any timeout 3600 window 0/65 zone free\n"
	    "\tlife new strict across hosts by object,pid cooldown 5000 "
	    "awaited\n"
	    "\tvariable 0 f is a path of state 0\n"
	    "\tstate any any event times 5 distinct port in 9000 "
	    "bind 0 any object\n"
	    "\tstate failure any event predicates 1 2 3 5 0 times 1 "
	    "within 3000\n"
	    "\tcancel any any event predicates 6\n"
	    "\texcept any any event predicates 7 8\n"
	    "rule \"t\" priority 0 serial 0 scope global\n"
	    "\tsubject auid any timeout 0 window 0/65 zone free\n"
	    "\tstate any alerts 0 predicates 9 times 1\n"
	    "predicate 0 object in variable 0 bound\n"
	    "predicate 1 errno set 0\n"
	    "predicate 2 mode & 8\n"
	    "predicate 3 day bits 40\n"
	    "predicate 4 not any port set 1\n"
	    "predicate 5 either\n"
	    "\tor any any event predicates 4\n"
	    "\tor any any event\n"
	    "predicate 6 terminal set 2\n"
	    "predicate 7 any argument \"x\" > 5\n"
	    "predicate 8 command[0] set 3\n"
	    "predicate 9 object by auid new in 60000 learning 60000\n"
	    "set 0 errno: freebsd 1 macos 1 solaris 1\n"
	    "set 1 range: 22..22 80..90\n"
	    "set 2 address: ::ffff:10.0.0.0/104\n"
	    "set 3 glob: \"a*\"\n"
	    "path-cache follow\n");
	buf_fini(&out);
	case_free(c);
}

static void
freeing_nothing_is_allowed(void **state)
{
	(void)state;
	program_free(NULL);
	tests_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(ids_are_found_at_both_ends),
		cmocka_unit_test(events_are_those_of_the_dialect),
		cmocka_unit_test(a_listing_has_everything),
		cmocka_unit_test(a_listing_tells_how_a_sequence_lives),
		cmocka_unit_test(freeing_nothing_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
