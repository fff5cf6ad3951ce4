/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_state_classic.c - sequences in old words, told as rows and made again.
 */
#include "play.h"

#include "engine/section.h"

#define A_TO_C	SEQ("s", S(R) S(W) S(U))
#define SEQS	(1u << 20)		/* the page where instances begin */
#define STEP	20u			/* bytes of a step */
#define SEQ_	70u			/* and of an instance */

static void
a_sequence_goes_on_where_it_was(void **state)
{
	struct play	*p = play_new(A_TO_C);

	(void)state;
	assert_string_equal(play(p, "r0:u1 w1:u1 r2:u2"), "");
	play_move(p);
	assert_string_equal(play(p, "u3:u2 u4:u1"), "s@4=0,1,4");
	play_move(p);
	assert_string_equal(play(p, "w5:u2 u6:u2"), "s@6=2,5,6");
	play_free(p);
}

static void
it_is_as_old_as_it_was(void **state)
{
	struct play	*p = play_new(SEQ("s", "timeout 10 seconds; " S(R)
	    S(W)));

	(void)state;
	(void)play(p, "r0:u1 r1:u2 x11");
	play_move(p);
	assert_string_equal(play(p, "w11:u1 w11:u2"), "s@11=1,4");
	play_free(p);
}

static void
a_clock_that_went_back_is_remembered(void **state)
{
	struct play	*p = play_new(SEQ("s", "timeout 10 seconds; " S(R)
	    S(W)));

	(void)state;
	(void)play(p, "r0:u1 x100 r0:u2 x5");
	play_move(p);
	assert_string_equal(play(p, "w5:u1 w5:u2"), "s@5=2,5");
	play_free(p);
}

/* Other rules. */

static struct state_loaded
reload(struct play *p, const char *rules)
{
	struct rule_case	*before = p->c;
	struct saved		 s = saved_of(p->e);
	struct state_loaded	 told = { 0 };
	const struct engine_options options = p->options;

	engine_free(p->e);
	p->c = case_good(rules);
	case_free(before);
	play_begin(p, &options);
	assert_true(saved_load(&s, p->e, &told, NULL));
	saved_free(&s);
	return told;
}

static void
rules_are_known_again_wherever_they_stand(void **state)
{
	struct play	*p = play_new(SEQ("a", S(R) S(W)) SEQ("b", S(R) S(U)));
	struct state_loaded told;

	(void)state;
	(void)play(p, "r0:u1 r1:u2");
	told = reload(p, SEQ("c", S(R)) SEQ("b", S(R) S(U)) SEQ("a", S(R)
	    S(W)));
	assert_int_equal(told.instances, 4);
	assert_int_equal(told.rules_gone, 0);
	assert_int_equal(told.dropped, 0);
	assert_string_equal(play(p, "w2:u1 u3:u2"), "a@2=0,2; b@3=1,3");
	play_free(p);
}

static void
what_lives_of_a_rule_that_is_gone_is_dropped(void **state)
{
	struct play		*p = play_new(SEQ("a", S(R) S(W) S(X))
	    SEQ("b", S(R) S(U)));
	struct state_loaded	 told;
	struct engine_stats	 stats;

	(void)state;
	(void)play(p, "r0:u1 r1:u2 w2:u2");
	told = reload(p, SEQ("b", S(R) S(U)));
	assert_int_equal(told.instances, 2);
	assert_int_equal(told.rules_gone, 1);
	assert_int_equal(told.dropped, 2);
	engine_stats(p->e, &stats);
	assert_int_equal(stats.instances, 2);
	assert_int_equal(stats.started, 4);
	assert_string_equal(play(p, "w3:u1 u4:u2 u5:u1"),
	    "b@4=1,4; b@5=0,5");
	play_move(p);
	play_free(p);
}

static void
a_rule_that_was_changed_is_another(void **state)
{
	struct play		*p = play_new(SEQ("a", S(R) S(W)));
	struct state_loaded	 told;

	(void)state;
	(void)play(p, "r0");
	told = reload(p, SEQ("a", "timeout 1 hours; " S(R) S(W)));
	assert_int_equal(told.rules_gone, 1);
	assert_int_equal(told.dropped, 1);
	assert_string_equal(play(p, "w1"), "");
	play_free(p);
}

static void
of_more_than_there_may_be_now_the_least_advanced_go(void **state)
{
	struct play		*p = play_new(A_TO_C);
	struct saved		 s;
	struct state_loaded	 told;
	struct engine_stats	 stats;

	(void)state;
	(void)play(p, "r0:u1 r1:u2 r2:u3 w3:u1 r4:u4");
	s = saved_of(p->e);
	engine_free(p->e);
	play_begin(p, &(struct engine_options){ .max_instances = 2 });
	assert_true(saved_load(&s, p->e, &told, NULL));
	assert_int_equal(told.instances, 2);
	engine_stats(p->e, &stats);
	assert_int_equal(stats.evicted, 2);
	assert_string_equal(play(p, "w5:u2 u6:u2 w7:u3 u8:u3 u9:u1 w10:u4 "
	    "u11:u4"), "s@9=0,3,9; s@11=4,10,11");
	saved_free(&s);
	play_free(p);
}

/* Numbers are used as they would have been. */
static void
numbers_are_used_again_in_the_same_order(void **state)
{
	struct play	*p = play_new(SEQ("s", S(R) S(W)));

	(void)state;
	(void)play(p, "r0:u1 r0:u2 r0:u3 r0:u4 w1:u2 w1:u4 w1:u1");
	play_move(p);
	(void)play(p, "r2:u9");
	play_move(p);
	assert_int_equal(seqs_size(p->e->seqs), 4);
	assert_true(seqs_in_use(p->e->seqs, 0));
	assert_false(seqs_in_use(p->e->seqs, 1));
	(void)play(p, "r2:u8");
	assert_true(seqs_in_use(p->e->seqs, 3));
	assert_false(seqs_in_use(p->e->seqs, 1));
	play_free(p);
}

/* Damage. */

struct damage {
	uint32_t	 section, page;
	size_t		 at, width;
	uint64_t	 value;
	const char	*why;
};

static void
damage(struct saved *s, const struct damage *d)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct row	*row = &s->v[i];
		uint8_t			*p = (uint8_t *)(uintptr_t)
		    row->bytes.p;

		if (row->section != d->section || row->page != d->page)
			continue;
		assert_true(d->at + d->width <= row->bytes.n);
		for (size_t k = 0; k < d->width; k++)
			p[d->at + k] = (uint8_t)(d->value >>
			    8 * (d->width - 1 - k));
		return;
	}
	fail_msg("no such row");
}

/*
 * Two sequences with a step each, 0 and 1, which are of 1 and 2; a number that
 * nobody has any more, 2.
 */
static void
what_cannot_be_is_refused(void **state)
{
	static const struct damage	 all[] = {
		{ SECTION_HEAD, 0, 0, 4, 2, "head: it is of another version" },
		{ SECTION_HEAD, 0, 28, 4, 2, "head: it is not whole" },
		{ SECTION_HEAD, 0, 32, 4, 3, "head: there were other sources" },
		{ SECTION_HEAD, 1u << 20, 0, 1, 1,
		    "head: there were other sources" },
		{ SECTION_HEAD, 1u << 20, 1, 4, 100,
		    "head: a source is not whole" },
		{ SECTION_STEPS, 0, 0, 4, 2, "steps: one that cannot be there" },
		{ SECTION_STEPS, 0, 0, 4, 64,
		    "steps: one that cannot be there" },
		{ SECTION_STEPS, 0, 16, 2, 2, "steps: a record from nowhere" },
		{ SECTION_STEPS, 0, 18, 2, 0xc001,
		    "steps: a record from nowhere" },
		{ SECTION_STEPS, 0, 18, 2, 0,
		    "steps: one that cannot be there" },
		{ SECTION_STEPS, 0, 18, 2, 2, "sequences: steps are missing" },
		{ SECTION_STEPS, 0, 12, 4, 1, "sequences: a step of two" },
		{ SECTION_STEPS, 0, STEP + 12, 4, 1,
		    "sequences: a step of two" },
		{ SECTION_STEPS, 0, 12, 4, 9,
		    "sequences: a step that is not there" },
		{ SECTION_SEQS, SEQS, 48, 4, 3,
		    "sequences: a step that is not there" },
		{ SECTION_SEQS, SEQS, 48, 4, 0x1000001,
		    "sequences: a step that is not there" },
		{ SECTION_SEQS, SEQS, 48, 4, 0, "sequences: a step of nobody" },
		{ SECTION_SEQS, SEQS, 60, 4, 1,
		    "sequences: their order has no beginning" },
		{ SECTION_SEQS, SEQS, 60, 4, 0,
		    "sequences: two are next to one" },
		{ SECTION_SEQS, SEQS, SEQ_ + 60, 4, SEQ_NONE,
		    "sequences: two are next to one" },
		{ SECTION_SEQS, SEQS, SEQ_ + 60, 4, 2,
		    "sequences: one is newer than nobody" },
		{ SECTION_SEQS, SEQS, SEQ_ + 64, 2, 1,
		    "sequences: one is newer than one that is less far" },
		{ SECTION_SEQS, SEQS, 44, 4, 1,
		    "sequences: a number that cannot be" },
		{ SECTION_SEQS, SEQS, 64, 2, 3,
		    "sequences: a state that there is not" },
		{ SECTION_SEQS, SEQS, 52, 4, 1,
		    "sequences: a state that there is not" },
		{ SECTION_SEQS, SEQS, 64, 2, 0,
		    "sequences: one that never began" },
		{ SECTION_SEQS, SEQS, 56, 4, 1,
		    "sequences: one from the future" },
		{ SECTION_SEQS, SEQS, 66, 2, 1000 << 2,
		    "sequences: a record from nowhere" },
		{ SECTION_SEQS, SEQS, 68, 2, 2,
		    "sequences: a record from nowhere" },
		{ SECTION_SEQS, SEQS, SEQ_, 4, 0,
		    "sequences: one that cannot be there" },
		{ SECTION_SEQS, SEQS, SEQ_, 4, 3,
		    "sequences: one that cannot be there" },
		{ SECTION_SEQS, 0, 0, 4, 1,
		    "sequences: numbers of nobody are missing" },
		{ SECTION_SEQS, 0, 0, 4, 4,
		    "sequences: numbers of nobody are missing" },
		{ SECTION_CLOCKS, 2u << 14, 4, 8, UINT64_C(1) << 63,
		    "clocks: times that cannot be" },
		{ SECTION_CLOCKS, 2u << 14, 0, 4, UINT32_MAX,
		    "clocks: times that cannot be" },
	};
	struct play		*p = play_new(A_TO_C);
	struct buf		 why = { 0 };
	struct state_loaded	 told;

	(void)state;
	(void)play(p, "r0:u1 r1:u2 r2:u3 w3:u1 w4:u2 w5:u3 u6:u3");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct saved	 s = saved_of(p->e);
		struct play	 other = { .c = p->c };

		damage(&s, &all[i]);
		play_begin(&other, &p->options);
		assert_false(saved_load(&s, other.e, &told, &why));
		assert_string_equal(buf_cstr(&why), all[i].why);
		engine_free(other.e);
		saved_free(&s);
	}
	buf_fini(&why);
	play_free(p);
}

static void
two_of_one_key_are_refused(void **state)
{
	struct play		*p = play_new(A_TO_C);
	struct play		 other = { .c = p->c };
	struct buf		 why = { 0 };
	struct saved		 s;
	struct state_loaded	 told;

	(void)state;
	(void)play(p, "r0:u1 r1:u2");
	s = saved_of(p->e);
	damage(&s, &(struct damage){ SECTION_SEQS, SEQS, SEQ_ + 4, 8,
	    seqs_at(p->e->seqs, 0)->id, NULL });
	play_begin(&other, &p->options);
	assert_false(saved_load(&s, other.e, &told, &why));
	assert_string_equal(buf_cstr(&why), "sequences: two of one key");
	engine_free(other.e);
	saved_free(&s);
	buf_fini(&why);
	play_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sequence_goes_on_where_it_was),
		cmocka_unit_test(it_is_as_old_as_it_was),
		cmocka_unit_test(a_clock_that_went_back_is_remembered),
		cmocka_unit_test(rules_are_known_again_wherever_they_stand),
		cmocka_unit_test(
		    what_lives_of_a_rule_that_is_gone_is_dropped),
		cmocka_unit_test(a_rule_that_was_changed_is_another),
		cmocka_unit_test(
		    of_more_than_there_may_be_now_the_least_advanced_go),
		cmocka_unit_test(numbers_are_used_again_in_the_same_order),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(two_of_one_key_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
