/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>
#include <regex.h>

#include "base/mem.h"
#include "select/pathlist.h"

/* In a block of exactly these bytes, so that overreads are noticed. */
static bool
wants_bytes(const char *list, const char *path, size_t n)
{
	struct buf	 why = { 0 };
	struct pathlist	*l = pathlist_new(slice_str(list), &why);
	uint8_t		*copy = xmemdup(path, n);
	bool		 wants;

	if (l == NULL)
		fail_msg("%s: %s", list, buf_cstr(&why));
	wants = pathlist_wants(l, (struct slice){ copy, n });
	free(copy);
	pathlist_free(l);
	buf_fini(&why);
	return wants;
}

static bool
wants(const char *list, const char *path)
{
	return wants_bytes(list, path, strlen(path));
}

static void
an_expression_is_found_anywhere(void **state)
{
	(void)state;
	assert_true(wants("/etc", "/etc/passwd"));
	assert_true(wants("/etc", "/usr/local/etc"));
	assert_false(wants("/etc", "/usr/ETC/x"));
	assert_true(wants("^/etc", "/etc/passwd"));
	assert_false(wants("^/etc", "/usr/etc"));
	assert_true(wants("\\.c$", "/src/a.c"));
	assert_false(wants("\\.c$", "/src/a.cc"));
	assert_false(wants("\\.c$", "/src/abc"));
	assert_true(wants("^/$", "/"));
	assert_false(wants("^/$", "/x"));
	assert_true(wants("(usr|home)/", "/home/x"));
	assert_true(wants("u[12]", "/u2"));
	assert_true(wants("", "/any"));
	assert_true(wants("", ""));
	assert_false(wants("x", ""));
}

static void
the_first_that_matches_decides(void **state)
{
	(void)state;
	assert_false(wants("~/etc", "/etc"));
	assert_false(wants("~/etc", "/usr"));
	assert_true(wants("~/etc,.", "/usr"));
	assert_false(wants("~/etc,.", "/etc"));
	assert_true(wants(".,~/etc", "/etc"));
	assert_true(wants("/etc,", "/usr"));
}

static void
commas_divide_unless_escaped(void **state)
{
	(void)state;
	assert_true(wants("y\\,z", "/y,z"));
	assert_false(wants("y\\,z", "/y"));
	assert_true(wants("y\\,,passwd", "/y,"));
	assert_true(wants("y\\,,passwd", "/passwd"));
	assert_true(wants(",/etc", "/x,/etc"));
	assert_false(wants(",/etc", "/etc"));
	assert_true(wants("\\,", "/a,b"));
}

static void
the_path_ends_at_its_nul_or_its_length(void **state)
{
	(void)state;
	assert_true(wants_bytes("^/etc$", "/etc\0x", 6));
	assert_false(wants_bytes("x", "/etc\0x", 6));
	assert_false(wants_bytes("[x]", "/etc\0x", 6));
	assert_false(wants_bytes("c.x", "/etc\0x", 6));
	assert_true(wants_bytes("[c]$", "/etc\0x", 6));
	assert_true(wants_bytes("etc", "/etc", 4));
	assert_true(wants_bytes("[e]tc", "/etc", 4));
	assert_false(wants_bytes("etc", "/et", 3));
}

static void
a_bad_expression_is_named(void **state)
{
	struct buf	 why = { 0 };

	(void)state;
	assert_null(pathlist_new(slice_str("/etc,~("), &why));
	assert_non_null(strstr(buf_cstr(&why),
	    "'(' is no regular expression: "));
	buf_fini(&why);
}

/* Expressions that are taken apart, and paths to try them on. */
static const char *const	 expressions[] = {
	"abc", "^abc", "abc$", "^abc$", "a.c", "^.b", "...", "a\\.c", "a*bc",
	"^a*bc", "ab*", "ab+c", "ab?c", "ab{2}c", "a|bc", "^a|c$", "(a|b)c",
	"^(ab)*c", "x(a|b)|c", "[ab]c", "^a[^b]c", "a\\|b", "^*ab", "a\\$",
	"a$b", "ab|", "b\\*", "a[|]c", "^", "$", "^$", ".", "()", "c\\", "é.",
};
static const char *const	 paths[] = {
	"", "a", "b", "c", "abc", "xabc", "abcx", "a.c", "axc", "bc", "abbc",
	"aabc", "ab", "a|b", "a|c", "a$", "a$b", "ab*", "xac", "xbc", "x",
	"a\nc", "éx", "aab", "*ab", "\\", "c\\",
};

static void
plain_expressions_answer_as_regexec_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]);
	    i++) {
		regex_t	 re;

		if (regcomp(&re, expressions[i], REG_EXTENDED | REG_NOSUB) != 0)
			continue;
		for (size_t j = 0; j < sizeof(paths) / sizeof(paths[0]); j++)
			if (wants(expressions[i], paths[j]) != (regexec(&re,
			    paths[j], 0, NULL, 0) == 0))
				fail_msg("'%s' on '%s'", expressions[i],
				    paths[j]);
		regfree(&re);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(an_expression_is_found_anywhere),
		cmocka_unit_test(the_first_that_matches_decides),
		cmocka_unit_test(commas_divide_unless_escaped),
		cmocka_unit_test(the_path_ends_at_its_nul_or_its_length),
		cmocka_unit_test(a_bad_expression_is_named),
		cmocka_unit_test(plain_expressions_answer_as_regexec_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
