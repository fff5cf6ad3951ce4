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
		cmocka_unit_test(freeing_nothing_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
