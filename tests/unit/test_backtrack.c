/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_backtrack.c - when the JIT is asked for memory that can be executed.
 *
 * The library's function is replaced by one that counts and refuses, which is
 * what a system does where such memory is forbidden.
 */
#include "play.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/patterns.h"

static unsigned	asked;

int
pcre2_jit_compile(pcre2_code *code, uint32_t options)
{
	(void)code;
	(void)options;
	asked++;
	return PCRE2_ERROR_JIT_BADOPTION;
}

static int
add(struct patterns *ps, const char *pattern, uint32_t set)
{
	size_t	 at;
	char	 why[120];

	return patterns_add(ps, slice_str(pattern), set, &at, why, sizeof(why));
}

static void
jit_is_asked_when_a_pattern_is_first_run(void **state)
{
	struct patterns	*ps = patterns_new();

	(void)state;
	asked = 0;
	assert_int_equal(add(ps, "(?<!x)etc", 0), 0);
	assert_int_equal(asked, 0);
	assert_int_equal(patterns_match(ps, 0, slice_str("/etc/group")), 1);
	assert_int_equal(asked, 1);
	assert_int_equal(patterns_match(ps, 0, slice_str("/xetc/group")), 0);
	assert_int_equal(asked, 1);
	patterns_free(ps);
}

static void
who_is_ready_asks_no_more(void **state)
{
	struct patterns	*ps = patterns_new();

	(void)state;
	asked = 0;
	assert_int_equal(add(ps, "(?<!x)etc", 0), 0);
	assert_int_equal(add(ps, "(a)\\1", 0), 0);
	assert_int_equal(add(ps, "(?=b)b", 3), 0);
	assert_int_equal(add(ps, "regular$", 3), 0);
	patterns_ready(ps, true);
	assert_int_equal(asked, 3);
	asked = 0;
	assert_int_equal(patterns_match(ps, 0, slice_str("/etc/group")), 1);
	assert_int_equal(patterns_match(ps, 0, slice_str("/xetc/aa")), 1);
	assert_int_equal(patterns_match(ps, 3, slice_str("abc")), 1);
	assert_int_equal(patterns_match(ps, 3, slice_str("/regular")), 1);
	assert_int_equal(patterns_match(ps, 3, slice_str("/x")), 0);
	assert_int_equal(add(ps, "(?<!y)etc", 4), 0);
	assert_int_equal(patterns_match(ps, 4, slice_str("/etc/group")), 1);
	assert_int_equal(patterns_match(ps, 4, slice_str("/yetc/group")), 0);
	assert_int_equal(asked, 0);
	patterns_free(ps);
}

static void
where_it_is_forbidden_already_nobody_asks(void **state)
{
	struct patterns	*ps = patterns_new();

	(void)state;
	asked = 0;
	assert_int_equal(add(ps, "(?<!x)etc", 0), 0);
	patterns_ready(ps, false);
	assert_int_equal(patterns_match(ps, 0, slice_str("/etc/group")), 1);
	assert_int_equal(asked, 0);
	patterns_free(ps);
}

/* Plain objects, those of blocks, and sets of predicates. */
static void
engine_that_is_ready_asks_no_more(void **state)
{
	struct play	*p = play_new(
	    SEQ("plain", S(R "object <pcre> { \"(?<!x)etc\"; }; "))
	    SEQ("block", S(W "either { object <pcre> { \"(?<!y)etc\"; }; } "
	    "or { status failure; }; "))
	    SEQ("words", S(U "command <pcre> { \"(?<!z)etc\"; }; "))
	    "sequence but { subject any; " S(X)
	    " except { object <pcre> { \"(?<!v)etc\"; }; }; };\n");

	(void)state;
	asked = 0;
	engine_ready(p->e, true);
	assert_true(asked > 0);
	asked = 0;
	assert_string_equal(play(p, "r0:/etc w1:/etc u2:/etc x3:/etc x4:/b"),
	    "plain@0=0; block@1=1; but@4=4");
	assert_int_equal(asked, 0);
	play_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jit_is_asked_when_a_pattern_is_first_run),
		cmocka_unit_test(who_is_ready_asks_no_more),
		cmocka_unit_test(where_it_is_forbidden_already_nobody_asks),
		cmocka_unit_test(engine_that_is_ready_asks_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
