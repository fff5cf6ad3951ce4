/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_state_memory.c - alerts for `cooldown` and values for `new`, saved and
 * loaded.
 */
#include "section_case.h"

#include <stdio.h>

#include "engine/news.h"
#include "engine/seen.h"

#include "ask_case.h"
#include "rule_case.h"

#define NSOURCES	3u
#define NEW(name, words) \
	"sequence " name " { subject any; state { event any; status any; " \
	words " }; };\n"
#define DAYS(n)		((n) * 86400)

/* ARG: the rules, or NULL. */
static struct engine *
fresh(void *arg)
{
	const struct rule_case	*rules = arg;
	struct engine		*e = xcalloc(1, sizeof(*e));

	e->nsources = NSOURCES;
	e->cooldowns = cooldowns_new();
	if (rules != NULL)
		e->ask = ask_new(rules->program);
	return e;
}

static void
end(struct engine *e)
{
	cooldowns_free(e->cooldowns);
	ask_free(e->ask);
	free(e);
}

/* Cooldowns. */

static void
use_cooldowns(struct engine *e)
{
	uint64_t	 held;

	for (uint64_t i = 0; i < 100; i++)
		(void)cooldowns_hold(e->cooldowns, i % 15 << 60, 100, 5,
		    &held);
}

static const struct section_case	cool = {
	{ &section_cooldowns, NULL }, fresh, use_cooldowns, end, NULL
};

static void
holds_same(struct engine *a, struct engine *b, uint64_t key, int64_t now)
{
	uint64_t	 one, two;

	assert_int_equal(cooldowns_hold(a->cooldowns, key, now, 50, &one),
	    cooldowns_hold(b->cooldowns, key, now, 50, &two));
	assert_true(one == two);
}

static void
alerts_are_held_back_on(void **state)
{
	struct engine	*a = fresh(NULL), *b;
	uint64_t	 held;

	(void)state;
	(void)cooldowns_hold(a->cooldowns, 1, 1000, 50, &held);
	(void)cooldowns_hold(a->cooldowns, 1, 1010, 50, &held);
	(void)cooldowns_hold(a->cooldowns, 2, -7, 50, &held);
	b = section_copy(&cool, a);
	assert_true(cooldowns_hold(b->cooldowns, 1, 1020, 50, &held));
	assert_false(cooldowns_hold(b->cooldowns, 1, 1051, 50, &held));
	assert_int_equal(held, 2);
	assert_true(cooldowns_hold(b->cooldowns, 2, 43, 50, &held));
	end(a);
	end(b);
}

static void
the_same_alerts_are_forgotten(void **state)
{
	static struct lot	 l;
	struct engine		*a = fresh(NULL), *b = NULL;
	uint64_t		 held;

	(void)state;
	lot_seed(&l, 8);
	for (uint32_t i = 0; i < COOLDOWNS_MAX - 1000; i++)
		(void)cooldowns_hold(a->cooldowns, lot_below(&l, 1u << 20),
		    i / 100, 50, &held);
	b = section_copy(&cool, a);
	for (uint32_t i = 0; i < 2 * COOLDOWNS_MAX; i++)
		holds_same(a, b, lot_below(&l, 1u << 20), i / 100);
	assert_true(cooldowns_evicted(a->cooldowns) > 0);
	end(b);
	b = section_copy(&cool, a);
	for (uint32_t i = 0; i < COOLDOWNS_MAX; i++)
		holds_same(a, b, lot_below(&l, 1u << 20), i / 100);
	end(a);
	end(b);
}

static void
another_alert_changes_few_rows(void **state)
{
	struct engine	*e = fresh(NULL);
	struct saved	 was, is;
	uint64_t	 held;

	(void)state;
	for (uint64_t i = 0; i < 5000; i++)
		(void)cooldowns_hold(e->cooldowns, i, 0, 50, &held);
	was = section_saved(&cool, e);
	(void)cooldowns_hold(e->cooldowns, 2500, 100, 50, &held);
	is = section_saved(&cool, e);
	assert_int_equal(rows_new(&was, &is), 1);
	saved_free(&was);
	saved_free(&is);
	end(e);
}

static void
damaged_alerts_are_refused_or_do_no_harm(void **state)
{
	struct engine	*e = fresh(NULL);
	uint64_t	 held;

	(void)state;
	for (uint64_t i = 0; i < 70; i++)
		(void)cooldowns_hold(e->cooldowns, i % 15 << 60,
		    (int64_t)i, 5, &held);
	section_damage(&cool, e);
	end(e);
}

/* New values. */

/* Is the path new to the RULE-th sequence's first state? */
static bool
sees(struct engine *e, const struct rule_case *rules, size_t rule,
    const char *path, int64_t seconds)
{
	const struct state	*s = rules->program->rules[rule].states;
	struct made		 m;
	bool			 answer;

	made_begin(&m, 11, 72, seconds);
	made_text(&m, "path", path);
	made_end(&m, DIALECT_FREEBSD);
	m.asked.source = e->source;
	ask_record(e->ask, &m.asked);
	answer = ask_state(e->ask, s, NULL);
	made_free(&m);
	return answer;
}

static void
use_news(struct engine *e)
{
	struct made	 m;

	made_begin(&m, 11, 72, 1000);
	made_text(&m, "path", "/used");
	made_end(&m, DIALECT_FREEBSD);
	ask_record(e->ask, &m.asked);
	/* The places in rules are asked by number: all have one state. */
	for (size_t i = 0; i < news_sites(ask_news(e->ask)); i++)
		(void)news_ask(ask_news(e->ask), &(struct news_question){
		    .ask = e->ask, .state = e->program->rules[i].states,
		    .predicate = e->program->rules[i].states[0].
		    predicates[0], .ordinal = 1 });
	for (uint64_t i = 0; i < 20; i++)
		(void)seen_before(news_seen(ask_news(e->ask)), i, 0, 10);
	made_free(&m);
}

static struct engine *
fresh_news(void *arg)
{
	struct engine	*e = fresh(arg);

	e->program = ((const struct rule_case *)arg)->program;
	return e;
}

static struct section_case
news_case(struct rule_case *rules)
{
	return (struct section_case){ { &section_news, NULL }, fresh_news,
	    use_news, end, rules };
}

#define TWO	NEW("a", "new object in 30 days learning 5 days;") \
		NEW("b", "new object in 1 days learning none;")

static void
what_was_seen_is_not_new(void **state)
{
	struct rule_case		*rules = case_good(TWO);
	const struct section_case	 sc = news_case(rules);
	struct engine			*a = fresh_news(rules), *b;

	(void)state;
	assert_true(sees(a, rules, 1, "/x", 0));
	b = section_copy(&sc, a);
	assert_false(sees(b, rules, 1, "/x", DAYS(1)));
	assert_true(sees(b, rules, 1, "/y", DAYS(1)));
	assert_true(sees(b, rules, 1, "/x", DAYS(2) + 1));
	end(a);
	end(b);
	case_free(rules);
}

static void
learning_goes_on(void **state)
{
	struct rule_case		*rules = case_good(TWO);
	const struct section_case	 sc = news_case(rules);
	struct engine			*a = fresh_news(rules), *b;

	(void)state;
	assert_false(sees(a, rules, 0, "/x", DAYS(10)));
	a->source = 2;
	assert_false(sees(a, rules, 0, "/x", DAYS(12)));
	b = section_copy(&sc, a);
	assert_false(sees(b, rules, 0, "/y", DAYS(14)));
	assert_true(sees(b, rules, 0, "/z", DAYS(15)));
	b->source = 2;
	assert_false(sees(b, rules, 0, "/y", DAYS(16)));
	assert_true(sees(b, rules, 0, "/z", DAYS(17)));
	b->source = 1;			/* which was not heard of */
	assert_false(sees(b, rules, 0, "/y", DAYS(20)));
	assert_false(sees(b, rules, 0, "/z", DAYS(24)));
	assert_true(sees(b, rules, 0, "/w", DAYS(25)));
	end(a);
	end(b);
	case_free(rules);
}

/* Rules are told apart by what they say, whatever stands before them. */
static void
a_rule_that_is_new_learns_and_the_others_do_not(void **state)
{
	struct rule_case		*then = case_good(TWO);
	struct rule_case		*now = case_good(
	    NEW("c", "new object in 9 days learning 5 days;")
	    NEW("a", "new object in 30 days learning 5 days;"));
	struct section_case		 sc = news_case(then);
	struct engine			*a = fresh_news(then), *b;
	struct resuming			 r;
	struct saved			 s;

	(void)state;
	assert_false(sees(a, then, 0, "/x", DAYS(10)));
	assert_true(sees(a, then, 0, "/y", DAYS(16)));
	s = section_saved(&sc, a);
	end(a);
	sc = news_case(now);
	b = fresh_news(now);
	assert_true(section_loaded(&sc, &s, b, &r));
	assert_int_equal(r.told.dropped, 1);
	saved_free(&s);
	assert_false(sees(b, now, 1, "/x", DAYS(17)));
	assert_true(sees(b, now, 1, "/z", DAYS(17)));
	assert_false(sees(b, now, 0, "/z", DAYS(17)));
	a = b;
	b = section_copy(&sc, a);	/* it is still learning then */
	assert_false(sees(b, now, 0, "/v", DAYS(21)));
	assert_true(sees(b, now, 0, "/w", DAYS(22)));
	assert_true(sees(b, now, 1, "/w", DAYS(22)));
	end(a);
	end(b);
	case_free(then);
	case_free(now);
}

static void
who_does_not_ask_passes_over_all_of_it(void **state)
{
	struct rule_case		*rules = case_good(TWO);
	struct rule_case		*none = case_good(NEW("c", ""));
	const struct section_case	 sc = news_case(rules);
	struct engine			*a = fresh_news(rules);
	struct engine			*b = fresh_news(none);
	struct saved			 s;

	(void)state;
	use_news(a);
	s = section_saved(&sc, a);
	assert_true(s.n > 0);
	assert_true(section_loaded(&sc, &s, b, NULL));
	saved_free(&s);
	s = section_saved(&sc, b);
	assert_int_equal(s.n, 0);
	/* And what was not asked for before begins with nothing. */
	assert_true(section_loaded(&sc, &s, a, NULL));
	end(a);
	end(b);
	case_free(rules);
	case_free(none);
}

/* In their order, which times do not tell. */
static void
the_same_values_are_forgotten(void **state)
{
	static struct lot		 l;
	struct rule_case		*rules = case_good(TWO);
	const struct section_case	 sc = news_case(rules);
	struct engine			*a = fresh_news(rules), *b;
	struct seen			*one = news_seen(ask_news(a->ask));
	struct seen			*two;

	(void)state;
	lot_seed(&l, 9);
	for (uint32_t i = 0; i < SEEN_MAX; i++)
		(void)seen_before(one, lot_below(&l, 1u << 22),
		    lot_below(&l, 100), 10);
	b = section_copy(&sc, a);
	two = news_seen(ask_news(b->ask));
	for (uint32_t i = 0; i < SEEN_MAX; i++) {
		const uint64_t	 value = lot_below(&l, 1u << 22);
		const int64_t	 at = lot_below(&l, 120);

		assert_int_equal(seen_before(one, value, at, 10),
		    seen_before(two, value, at, 10));
	}
	assert_true(seen_evicted(one) > 0);
	assert_true(seen_evicted(one) == seen_evicted(two));
	end(a);
	end(b);
	case_free(rules);
}

static void
another_value_changes_few_rows(void **state)
{
	struct rule_case		*rules = case_good(TWO);
	const struct section_case	 sc = news_case(rules);
	struct engine			*e = fresh_news(rules);
	struct seen			*s = news_seen(ask_news(e->ask));
	struct saved			 was, is;

	(void)state;
	(void)sees(e, rules, 0, "/x", DAYS(1));
	for (uint64_t i = 0; i < 10000; i++)
		(void)seen_before(s, i, 0, 10);
	was = section_saved(&sc, e);
	(void)seen_before(s, 5000, 9, 10);
	is = section_saved(&sc, e);
	assert_int_equal(rows_new(&was, &is), 1);
	saved_free(&was);
	saved_free(&is);
	end(e);
	case_free(rules);
}

static void
damaged_values_are_refused_or_do_no_harm(void **state)
{
	struct rule_case		*rules = case_good(TWO);
	const struct section_case	 sc = news_case(rules);
	struct engine			*e = fresh_news(rules);
	char				 path[20];

	(void)state;
	for (int i = 0; i < 6; i++) {
		e->source = (uint32_t)i % NSOURCES;
		(void)snprintf(path, sizeof(path), "/%d", i);
		(void)sees(e, rules, (size_t)i % 2, path, i);
	}
	section_damage(&sc, e);
	end(e);
	case_free(rules);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
#define TEST(name) cmocka_unit_test(name)
		TEST(alerts_are_held_back_on),
		TEST(the_same_alerts_are_forgotten),
		TEST(another_alert_changes_few_rows),
		TEST(damaged_alerts_are_refused_or_do_no_harm),
		TEST(what_was_seen_is_not_new),
		TEST(learning_goes_on),
		TEST(a_rule_that_is_new_learns_and_the_others_do_not),
		TEST(who_does_not_ask_passes_over_all_of_it),
		TEST(the_same_values_are_forgotten),
		TEST(another_value_changes_few_rows),
		TEST(damaged_values_are_refused_or_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
