/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_news.c - `new`: by state, by key, by source, after learning.
 */
#include "rule_case.h"

#include "ask_case.h"

#define NEW(words) \
	"sequence s { subject any; state { event any; status any; " words \
	" }; };\n"
#define DAY_S	86400

struct watch {
	struct rule_case	*rules;
	struct ask		*ask;
	int64_t			 now;		/* seconds */
	uint32_t		 source;
};

static struct watch
watch_new(const char *text)
{
	struct watch	 w = { .rules = case_good(text), .now = 1000 };

	w.ask = ask_new(w.rules->program);
	return w;
}

static void
watch_free(struct watch *w)
{
	ask_free(w->ask);
	case_free(w->rules);
}

/* Does the RULE-th sequence's first state hold for this record? */
static bool
sees(struct watch *w, size_t rule, const char *path, uint32_t auid)
{
	const struct state	*s = w->rules->program->rules[rule].states;
	struct made		 m;
	bool			 answer;

	made_begin(&m, 11, 72, w->now);
	if (path != NULL)
		made_text(&m, "path", path);
	if (auid != 0)
		made_subject(&m, auid, 1, 1);
	made_end(&m, DIALECT_FREEBSD);
	m.asked.source = w->source;
	ask_record(w->ask, &m.asked);
	answer = ask_state(w->ask, s, NULL);
	/* Asked again about the same record, it says the same. */
	assert_int_equal(ask_state(w->ask, s, NULL), answer);
	made_free(&m);
	return answer;
}

static void
a_value_is_new_once(void **state)
{
	struct watch	 w = watch_new(NEW("new object in 1 days learning none;"));

	(void)state;
	assert_true(sees(&w, 0, "/a", 1));
	assert_false(sees(&w, 0, "/a", 1));
	assert_true(sees(&w, 0, "/b", 1));
	w.now += DAY_S;
	assert_false(sees(&w, 0, "/a", 1));
	w.now += DAY_S + 1;
	assert_true(sees(&w, 0, "/a", 1));
	watch_free(&w);
}

static void
each_key_has_values_of_its_own(void **state)
{
	struct watch	 w = watch_new(
	    NEW("new object by auid, session in 1 days learning none;"));

	(void)state;
	assert_true(sees(&w, 0, "/a", 1));
	assert_true(sees(&w, 0, "/a", 2));
	assert_false(sees(&w, 0, "/a", 1));
	watch_free(&w);
}

static void
without_value_or_key_nothing_is_new(void **state)
{
	struct watch		 w = watch_new(
	    NEW("new object by auid in 1 days learning none;"));
	struct ask_stats	 stats;

	(void)state;
	assert_false(sees(&w, 0, NULL, 1));
	assert_false(sees(&w, 0, "/a", 0));
	ask_stats(w.ask, &stats);
	assert_int_equal(stats.new_values, 0);
	watch_free(&w);
}

static void
nothing_is_new_while_learning(void **state)
{
	struct watch	 w = watch_new(NEW("new object in 2 days;")
	    "sequence t { subject any; state { event any; status any; "
	    "new object in 2 days learning 1 days; }; };\n");

	(void)state;
	assert_false(sees(&w, 0, "/a", 1));
	w.now += DAY_S - 1;
	assert_false(sees(&w, 1, "/b", 1));
	w.now += 1;
	assert_true(sees(&w, 1, "/c", 1));
	assert_false(sees(&w, 0, "/c", 1));
	w.now += DAY_S;
	assert_false(sees(&w, 0, "/a", 1));
	assert_true(sees(&w, 0, "/d", 1));
	watch_free(&w);
}

static void
learning_begins_with_the_first_record_that_was_told(void **state)
{
	struct watch	 w = watch_new(NEW("new object in 1 days;"));

	(void)state;
	ask_source(w.ask, 0, (1000 - DAY_S) * 1000);
	assert_true(sees(&w, 0, "/a", 1));
	watch_free(&w);
}

static void
each_state_and_each_source_has_values_of_its_own(void **state)
{
	struct watch	 w = watch_new(
	    NEW("new object in 1 days learning none;")
	    NEW("new object in 1 days learning none;"));

	(void)state;
	assert_true(sees(&w, 0, "/a", 1));
	assert_true(sees(&w, 1, "/a", 1));
	w.source = 1;
	assert_true(sees(&w, 0, "/a", 1));
	assert_false(sees(&w, 0, "/a", 1));
	watch_free(&w);
}

static void
across_hosts_all_sources_are_one(void **state)
{
	struct watch	 w = watch_new("sequence s { subject any; "
	    "across hosts; state { event any; status any; "
	    "new object in 1 days learning none; }; };\n");

	(void)state;
	assert_true(sees(&w, 0, "/a", 1));
	w.source = 1;
	assert_false(sees(&w, 0, "/a", 1));
	watch_free(&w);
}

static void
a_value_counts_as_seen_when_all_else_holds(void **state)
{
	struct watch	 w = watch_new(
	    NEW("pid 1; auid { bind; }; "
	    "new object in 1 days learning none;"));

	(void)state;
	assert_false(sees(&w, 0, "/a", 52));
	assert_true(sees(&w, 0, "/a", 53));
	assert_false(sees(&w, 0, "/a", 53));
	watch_free(&w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_value_is_new_once),
		cmocka_unit_test(each_key_has_values_of_its_own),
		cmocka_unit_test(without_value_or_key_nothing_is_new),
		cmocka_unit_test(nothing_is_new_while_learning),
		cmocka_unit_test(
		    learning_begins_with_the_first_record_that_was_told),
		cmocka_unit_test(
		    each_state_and_each_source_has_values_of_its_own),
		cmocka_unit_test(across_hosts_all_sources_are_one),
		cmocka_unit_test(a_value_counts_as_seen_when_all_else_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
