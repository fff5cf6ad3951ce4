/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_spent.c - what `watch --profile` says, from figures made by hand.
 */
#include "rule_case.h"

#include "run/spent.h"

#define SECOND	1e9

static const char	rules[] =
    "sequence cheap { subject any;"
    " state { event any; status any; object <pcre> { ^/a+$, b, c; }; }; };\n"
    "sequence dear { subject any; state { event any; status any; }; };\n"
    "sequence asleep { subject any; state { event any; status any; }; };\n";

/*
 * A quarter of a second to start, one and a quarter to run; in one second of it
 * records were fed, and one in a hundred was followed.
 */
static struct spent *
spent_case(const struct program *p)
{
	struct spent	*s = spent_new(p);
	struct profile	*of = s->profile;

	s->before = SECOND / 4;
	s->run = SECOND + SECOND / 4;
	s->here.ns[SPENT_FED] = SECOND;
	of->records = 100000;
	of->followed = 1000;
	of->ns[PROFILE_TOKENS] = SECOND / 400;
	of->ns[PROFILE_RULES] = 3 * SECOND / 400;
	of->rules[0] = (struct profile_part){ SECOND / 1000, 10, 5 };
	of->rules[1] = (struct profile_part){ SECOND / 250, 20, 1 };
	of->sets[0] = (struct profile_part){ SECOND / 1000, 10, 5 };
	return s;
}

/* Reading took an eighth, on the thread of the engine or on another. */
static void
told(bool apart, struct buf *out)
{
	struct rule_case	*c = case_good(rules);
	struct spent		*s = spent_case(c->program);
	struct spent_laps	*laps = apart ? &s->apart : &s->here;

	laps->ns[SPENT_READ] = SECOND / 8;
	spent_tell(s, c->program, out);
	spent_free(s);
	case_free(c);
}

static void
what_was_fed_is_divided_as_in_those_that_were_followed(void **state)
{
	struct buf	 out = { 0 };

	(void)state;
	told(false, &out);
	assert_non_null(strstr(buf_cstr(&out),
	    "100000 records took 1.500 s of processor time; 1000 of them were "
	    "followed, and stand for all\n\n"
	    "       time   share  spent on\n"
	    "    0.250 s  16.7 %  starting, and loading the rules\n"
	    "    0.125 s   8.3 %  reading\n"
	    "    0.250 s  16.7 %  finding tokens, looking ahead\n"
	    "    0.750 s  50.0 %  predicates and live sequences\n"
	    "    0.125 s   8.3 %  waiting for events, and all else\n\n"));
	buf_fini(&out);
}

static void
reading_on_another_thread_is_added(void **state)
{
	struct buf	 out = { 0 };

	(void)state;
	told(true, &out);
	assert_non_null(strstr(buf_cstr(&out), "1.625 s of processor time on "
	    "two threads; "));
	assert_non_null(strstr(buf_cstr(&out),
	    "    0.125 s   7.7 %  reading\n"));
	assert_non_null(strstr(buf_cstr(&out),
	    "    0.250 s  15.4 %  waiting for events, and all else\n"));
	buf_fini(&out);
}

static void
rules_come_by_their_cost_with_what_all_records_mean(void **state)
{
	struct buf	 out = { 0 };
	const char	*dear, *cheap;

	(void)state;
	told(false, &out);
	dear = strstr(buf_cstr(&out),
	    "    0.400 s  26.7 %        2000         100  dear (main.conf:2)\n");
	cheap = strstr(buf_cstr(&out),
	    "    0.100 s   6.7 %        1000         500  cheap (main.conf:1)\n");
	assert_non_null(dear);
	assert_non_null(cheap);
	assert_true(dear < cheap);
	assert_null(strstr(buf_cstr(&out), "asleep"));
	buf_fini(&out);
}

static void
a_set_is_told_by_its_first_entries(void **state)
{
	struct buf	 out = { 0 };

	(void)state;
	told(false, &out);
	assert_non_null(strstr(buf_cstr(&out),
	    "        1000         500  <pcre> { ^/a+$, b, 1 more; }\n"));
	buf_fini(&out);
}

static void
pieces_are_timed_one_after_the_other(void **state)
{
	static const struct program	 program = { .nrules = 0 };
	struct spent			*s = spent_new(&program);

	(void)state;
	spent_begin(&s->here);
	spent_on(&s->here, SPENT_READ);
	spent_on(&s->here, SPENT_FED);
	assert_true(s->here.ns[SPENT_READ] > 0);
	assert_true(s->here.ns[SPENT_FED] > 0);
	assert_true(s->here.ns[SPENT_CUT] == 0);
	spent_end(s);
	assert_true(s->run >= s->here.ns[SPENT_READ] + s->here.ns[SPENT_FED]);
	spent_free(s);
}

static void
who_has_none_spends_nothing(void **state)
{
	(void)state;
	spent_begin(NULL);
	spent_on(NULL, SPENT_READ);
	spent_end(NULL);
	spent_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_was_fed_is_divided_as_in_those_that_were_followed),
		cmocka_unit_test(reading_on_another_thread_is_added),
		cmocka_unit_test(
		    rules_come_by_their_cost_with_what_all_records_mean),
		cmocka_unit_test(a_set_is_told_by_its_first_entries),
		cmocka_unit_test(pieces_are_timed_one_after_the_other),
		cmocka_unit_test(who_has_none_spends_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
