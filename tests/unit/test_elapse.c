/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_elapse.c - which records may end an absence, and what is told by then.
 */
#include "play.h"

#include "engine/elapse.h"

#define NEVER	INT64_MAX
#define AT(s)	(PLAY_BEGINS + (s))

/* What is due after these records: a letter, and the second it was made. */
static int64_t
due_after(const char *rules, const char *script)
{
	struct play	*p = play_new(rules);
	int64_t		 due;

	assert_string_equal(play(p, script), "");
	due = elapse_due(p->e);
	play_free(p);
	return due;
}

static void
the_first_end_is_due_and_nothing_without_one(void **state)
{
	static const char	*two = SEQ("a", S(R) S(W "absent 5 seconds; "))
	    SEQ("b", S(X) S(W "absent 3 seconds; "));

	(void)state;
	assert_int_equal(due_after(SEQ("a", S(R) S(W)), "r0"), NEVER);
	assert_int_equal(due_after(two, "u0 u1"), NEVER);
	assert_int_equal(due_after(two, "r0 r1:u1"), AT(5));
	assert_int_equal(due_after(two, "r0 x1.900"), AT(4));
	assert_int_equal(due_after(two, "r0 x1 w2"), NEVER);
}

static void
an_end_on_the_clock_of_all_is_due_for_each_source(void **state)
{
	(void)state;
	assert_int_equal(due_after(SEQ("a", "across hosts; " S(R)
	    S(W "absent 5 seconds; ")), "u0:@1 u0 r1 u0:@1"), AT(6));
	assert_int_equal(due_after(SEQ("a", S(R)
	    S(W "absent 5 seconds; ")), "u0:@1 u0 r1 u0:@1"), NEVER);
}

/* What is due with a record of this time, where nothing was. */
static int64_t
due_with(const char *rules, int64_t seconds, uint64_t fraction, bool indexed)
{
	struct play		*p = play_new(rules);
	const struct record	 r = { .seconds = seconds, .version = 11,
	    .fraction = fraction, .indexed = indexed };
	const int64_t		 due = elapse_due_with(p->e, NEVER, &r);

	assert_int_equal(elapse_due_with(p->e, INT64_MIN, &r), INT64_MIN);
	play_free(p);
	return due;
}

static void
what_waits_may_begin_the_shortest_absence(void **state)
{
	static const char	*two = SEQ("a", S(R) S(W "absent 5 seconds; "))
	    SEQ("b", S(X) S(U "absent 3 seconds; "));

	(void)state;
	assert_int_equal(due_with(two, 100, 999, true), 103);
	/* There may be a header within that tells another time. */
	assert_int_equal(due_with(two, 100, 0, false), INT64_MIN);
}

static void
seconds_before_1970_are_seconds_too(void **state)
{
	static const char	*one = SEQ("a", S(R) S(W "absent 1 seconds; "));

	(void)state;
	assert_int_equal(due_with(one, -1, 0, true), 0);
	assert_int_equal(due_with(one, -1, 999, true), 0);
	assert_int_equal(due_with(one, -2, 0, true), -1);
	assert_int_equal(due_with(one, -2, 1, true), -1);
	assert_int_equal(due_with(one, INT64_MAX, 0, true),
	    INT64_MAX / 1000);
	/* Times too early for milliseconds are all the same to them. */
	assert_int_equal(due_with(one, INT64_MIN, 0, true),
	    -(INT64_MAX / 1000 - 1) + 1);
}

static void
put(struct buf *trail, char letter, int64_t ms)
{
	const size_t	 start = trail->n;

	play_bytes(trail, &(struct play_act){ .letter = letter, .session = 1,
	    .ms = PLAY_BEGINS * 1000 + ms });
	build_finish(trail, start);
}

/* What comes of records that are fed together: letters, one every second. */
static void
tells(const char *rules, const char *letters, const char *alerts)
{
	struct play	*p = play_new(rules);
	struct buf	 trail = { 0 };

	put(&trail, 'u', 0);		/* a source's first record has a turn */
	(void)engine_feed_bytes(p->e, 0, buf_bytes(&trail), 0);
	buf_clear(&trail);
	for (size_t i = 0; letters[i] != '\0'; i++)
		put(&trail, letters[i], (int64_t)i * 1000);
	(void)engine_feed_bytes(p->e, 0, buf_bytes(&trail), 1000);
	assert_string_equal(strstr(buf_cstr(&p->told), alerts) != NULL ?
	    alerts : buf_cstr(&p->told), alerts);
	assert_int_equal(alerts[0] == '\0', p->told.n == 0);
	play_free(p);
	buf_fini(&trail);
}

/* None but the first and the last are wanted by any rule. */
static void
a_record_that_nobody_wants_ends_what_is_over(void **state)
{
	(void)state;
	tells(SEQ("a", S(R) S(W "absent 3 seconds; ")), "reee", "");
	tells(SEQ("a", S(R) S(W "absent 3 seconds; ")), "reeee", "a@3=");
	tells(SEQ("a", S(R) S(W "absent 3 seconds; ")), "reeew", "a@3=");
	tells(SEQ("a", S(R) S(W "absent 3 seconds; ")), "reew", "");
}

/* And one that it begins ends later, by another record of the same batch. */
static void
what_ends_may_begin_what_ends_then(void **state)
{
	static const char	*chain = SEQ("a", S(R)
	    S(W "absent 2 seconds; ") S(X "absent 2 seconds; "));

	(void)state;
	tells(chain, "reeee", "");
	tells(chain, "reeeee", "a@4=");
	tells(chain, "reeexe", "");
}

/* To what follows it, the clock is where those passed over had put it. */
static void
an_absence_that_ends_sees_those_that_were_passed_over(void **state)
{
	(void)state;
	tells(SEQ("a", "timeout 4 seconds; " S(R) S("absent 2 seconds; " W)
	    S(U)), "reeeu", "a@4=");
	tells(SEQ("a", "timeout 4 seconds; " S(R) S("absent 2 seconds; " W)
	    S(U)), "reeeeu", "");
}

/* Whatever clock it was on: to what it begins, the record comes later. */
static void
a_record_is_too_late_for_what_it_let_end(void **state)
{
	static const char	*const scopes[] = { "", "across hosts; " };

	(void)state;
	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		char	 rules[512];

		(void)snprintf(rules, sizeof(rules), "%s%s%s%s",
		    "sequence a { subject any; ", scopes[i],
		    S(R) S("absent 3 seconds; " W) "};\n",
		    SEQ("b", S("event <alert> { a; }; status any; ")
		    S("within 1 seconds; " U)));
		plays(rules, "r0 u3.500", "a@3=0 absence; b@3.500=0,1");
		plays(rules, "r0 u5", "a@3=0 absence");
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(the_first_end_is_due_and_nothing_without_one),
		cmocka_unit_test(
		    an_end_on_the_clock_of_all_is_due_for_each_source),
		cmocka_unit_test(what_waits_may_begin_the_shortest_absence),
		cmocka_unit_test(seconds_before_1970_are_seconds_too),
		cmocka_unit_test(a_record_that_nobody_wants_ends_what_is_over),
		cmocka_unit_test(what_ends_may_begin_what_ends_then),
		cmocka_unit_test(
		    an_absence_that_ends_sees_those_that_were_passed_over),
		cmocka_unit_test(a_record_is_too_late_for_what_it_let_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
