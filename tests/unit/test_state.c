/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_state.c - all that an engine remembers, as rows, and back.
 *
 * One engine that remembers something of each kind; its rows are changed in
 * every way there is. What comes of that is refused, with words, or an engine
 * that lives on.
 */
#include "draw.h"
#include "play.h"

#include "engine/section.h"

#define TIME	"timeout 1 hours; "
#define RULES								\
	SEQ("old", "timeout 10 seconds; " S(R) S(W) S(U))		\
	SEQ("keys", TIME "by object; " S(R) S(W) S(U))			\
	SEQ("counts", TIME "by none; "					\
	    S(R "multiplier 5 in 20 seconds; ") S(U))			\
	SEQ("many", TIME S(R "multiplier 3 distinct object; ") S(W))	\
	SEQ("lacks", TIME S(R) S(W "absent 30 seconds; "))		\
	SEQ("binds", TIME S(R "bind $f object; ") S(W "object == $f; ")) \
	SEQ("both", TIME "order any; " S(R) S(U))			\
	SEQ("cool", "by pid; cooldown 1 hours; " S(X))			\
	SEQ("fresh", S(U "new object in 1 days; "))			\
	SEQ("runs", S(X "parent <exact> { /sh; }; "))			\
	SEQ("far", TIME "across hosts; " S(R) S(X) S(U))

static const char	script[] = "r0:/a,u1 r1:/b,u2,i7 w2:/a,u1 x3:/sh,p5 "
    "x4:/ls,p6 r5:/a,u1 x6:u1 r7:@1,/c,i8 u7:/z,u3 r1:@1,u4 w8:u4,i7";
static const char	after[] = "u20:/a,u1 r21:/d,u1 w22:/a,u1 r23:/e,u1 "
    "w24:u1 x25:/sh,p5 u26:/y,u3 r27:@1,/c u28:/c,i8 .90 .90:@1 u99:u1";

static struct play *
play_all(void)
{
	struct play	*p = play_new(RULES);

	engine_free(p->e);
	buf_str(&p->hosts[1], "there");
	play_begin(p, &(struct engine_options){ .want_uid = true,
	    .max_open = 2, .muster_from = 1 });
	(void)play(p, script);
	return p;
}

static void
every_section_has_something_to_tell(void **state)
{
	struct play	*p = play_all();
	struct saved	 s = saved_of(p->e);

	(void)state;
	for (uint32_t n = SECTION_HEAD; n <= SECTION_UIDS; n++) {
		bool	 there = false;

		for (size_t i = 0; i < s.n; i++)
			there |= s.v[i].section == n;
		if (!there)
			fail_msg("section %u", n);
	}
	saved_free(&s);
	play_free(p);
}

static void
what_comes_after_is_the_same(void **state)
{
	struct play		*once = play_all(), *often = play_all();
	struct engine_stats	 a, b;
	char			*told;

	(void)state;
	play_move(often);
	told = xstrdup(play(once, after));
	assert_string_equal(play(often, after), told);
	assert_true(strlen(told) > 50);
	engine_stats(once->e, &a);
	engine_stats(often->e, &b);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_memory_equal(once->uid, often->uid, sizeof(once->uid));
	free(told);
	play_free(once);
	play_free(often);
}

static void
nothing_is_changed_by_saving(void **state)
{
	struct play	*p = play_all();
	struct saved	 a = saved_of(p->e), b = saved_of(p->e);

	(void)state;
	assert_int_equal(saved_differ(&a, &b), a.n);
	assert_int_equal(a.n, b.n);
	saved_free(&a);
	saved_free(&b);
	play_free(p);
}

static bool
stop(void *arg, const struct row *row)
{
	(void)row;
	return --*(size_t *)arg > 0;
}

static void
saving_can_be_stopped_at_any_row(void **state)
{
	struct play	*p = play_all();
	struct saved	 s = saved_of(p->e);

	(void)state;
	for (size_t n = 1; n <= s.n + 1; n++) {
		size_t	 left = n;

		assert_int_equal(engine_save(p->e, stop, &left), n > s.n);
	}
	saved_free(&s);
	play_free(p);
}

static void
an_engine_that_read_nothing_is_made_again(void **state)
{
	struct play	*p = play_new(RULES);

	(void)state;
	play_move(p);
	(void)play(p, script);
	play_move(p);
	play_free(p);
}

/* From the first record on, whether the rule wants that one or not. */
static void
a_rule_that_is_new_learns_from_now_on(void **state)
{
	static const char	 then[] = SEQ("old", S(R));
	static const char	 now[] = SEQ("old", S(R))
	    SEQ("fresh", S(U "new object in 1 days learning 10 seconds; "));
	struct play		*p = play_new(then);
	const struct engine_options options = p->options;
	struct rule_case	*c = p->c;
	struct engine		*e;

	(void)state;
	(void)play(p, "r0:/a");
	e = p->e;
	p->c = case_good(now);
	play_begin(p, &options);
	p->e = saved_reload(e, p->e);
	case_free(c);
	assert_string_equal(play(p, "r5:/a u12:/b u15:/c"),
	    "old@5=1; fresh@15=3");
	play_free(p);
}

/* Damage. */

struct bent {
	struct play	*p;
	struct buf	 why;
	unsigned	 refused, taken;
};

/* Load rows that were changed; if they are taken, what follows is harmless. */
static void
try(struct bent *b, const struct saved *s)
{
	const struct engine_options	 options = b->p->options;
	struct play			 other = { .c = b->p->c };
	struct state_loaded		 told;

	buf_str(&other.hosts[1], "there");
	play_begin(&other, &options);
	other.moves = false;		/* they are many, and it has moved */
	if (saved_load(s, other.e, &told, &b->why)) {
		struct saved	 again = saved_of(other.e);

		saved_free(&again);
		(void)play(&other, after);
		b->taken++;
	} else {
		assert_true(b->why.n > 8);
		b->refused++;
	}
	engine_free(other.e);
	buf_fini(&other.told);
	buf_fini(&other.hosts[1]);
}

/* A third of the bytes in each run, each in one of these ways, in turn. */
static void
bend(struct bent *b, unsigned run)
{
	static const uint8_t	 masks[] = { 0xff, 1, 0x80, 2 };
	struct saved		 s = saved_of(b->p->e);

	for (size_t i = 0; i < s.n; i++)
		for (size_t k = (i + run) % 3; k < s.v[i].bytes.n; k += 3) {
			uint8_t		*p = (uint8_t *)(uintptr_t)
			    s.v[i].bytes.p + k;
			const uint8_t	 was = *p;

			*p ^= masks[(k + run) % sizeof(masks)];
			try(b, &s);
			*p = was;
		}
	saved_free(&s);
}

static void
bent_fini(struct bent *b)
{
	buf_fini(&b->why);
	play_free(b->p);
}

static void
a_byte_that_was_changed_harms_nobody(void **state)
{
	struct bent	 b = { .p = play_all() };

	(void)state;
	for (unsigned run = 0; run < lot_runs(1); run++)
		bend(&b, run);
	assert_true(b.refused > 150 && b.taken > 30);
	bent_fini(&b);
}

/* A row of exactly its first N bytes; none at all with 0. */
static void
cut_row(struct bent *b, const struct saved *s, size_t row, size_t n)
{
	struct saved	 cut = { xmemdup(s->v, s->n * sizeof(*s->v)), s->n,
	    s->n };

	if (n > 0) {
		cut.v[row].bytes = exact((struct slice){ s->v[row].bytes.p,
		    n });
		try(b, &cut);
		exact_free(cut.v[row].bytes);
	} else {
		memmove(&cut.v[row], &cut.v[row + 1],
		    (--cut.n - row) * sizeof(*cut.v));
		try(b, &cut);
	}
	free(cut.v);
}

static void
a_row_that_was_cut_or_lost_harms_nobody(void **state)
{
	struct bent	 b = { .p = play_all() };
	struct saved	 s = saved_of(b.p->e);

	(void)state;
	for (size_t i = 0; i < s.n; i++)
		for (size_t n = 0; n < s.v[i].bytes.n; n += 1 + n / 16)
			cut_row(&b, &s, i, n);
	assert_true(b.refused > b.taken);
	saved_free(&s);
	bent_fini(&b);
}

static void
assert_refused(struct bent *b, const struct saved *s, const char *why)
{
	b->refused = 0;
	try(b, s);
	assert_int_equal(b->refused, 1);
	assert_string_equal(buf_cstr(&b->why), why);
}

static void
rows_have_their_order(void **state)
{
	struct bent	 b = { .p = play_all() };
	struct saved	 s = saved_of(b.p->e), none = { 0 };
	const struct row first = s.v[0];

	(void)state;
	assert_refused(&b, &none, "head: it is missing");
	s.v[0] = s.v[1];
	assert_refused(&b, &s, "head: it has no beginning");
	s.v[0] = first;
	s.v[0].section = STATE_SECTIONS - 1;
	b.refused = 0;
	try(&b, &s);
	assert_int_equal(b.refused, 1);
	s.v[0] = first;
	s.v[1].page = 0;
	assert_refused(&b, &s, "head: a row is not in its place");
	s.v[1].page = 1;
	s.v[s.n - 1].section = STATE_SECTIONS - 1;
	b.refused = 0;
	try(&b, &s);
	assert_int_equal(b.refused, 1);
	saved_free(&s);
	bent_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_section_has_something_to_tell),
		cmocka_unit_test(what_comes_after_is_the_same),
		cmocka_unit_test(nothing_is_changed_by_saving),
		cmocka_unit_test(saving_can_be_stopped_at_any_row),
		cmocka_unit_test(an_engine_that_read_nothing_is_made_again),
		cmocka_unit_test(a_rule_that_is_new_learns_from_now_on),
		cmocka_unit_test(a_byte_that_was_changed_harms_nobody),
		cmocka_unit_test(a_row_that_was_cut_or_lost_harms_nobody),
		cmocka_unit_test(rows_have_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
