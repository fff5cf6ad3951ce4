/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_include.c - which files an include names, and includes without end.
 */
#include <stdio.h>

#include "rule_case.h"

#include "rule/parse.h"

static void
paths_are_relative_to_the_main_file_in_nested_includes_too(void **state)
{
	struct rule_case	*c = case_new("include sub/i.conf;" RULE(""));

	(void)state;
	c->files[0].path = "/etc/bsm/main.conf";
	case_file(c, "/etc/bsm/sub/i.conf", "include j.conf;" RULE(""));
	case_file(c, "/etc/bsm/j.conf", "include /abs/k.conf;" RULE(""));
	case_file(c, "/abs/k.conf", "include sub/l.conf;" RULE(""));
	case_file(c, "/etc/bsm/sub/l.conf", RULE(""));
	assert_non_null(case_run(c));
	assert_int_equal(c->program->nrules, 5);
	assert_string_equal(c->program->rules[0].file, "/etc/bsm/sub/l.conf");
	case_free(c);
}

static void
without_a_slash_they_are_relative_to_the_working_directory(void **state)
{
	struct rule_case	*c = case_new("include sub/i.conf;");

	(void)state;
	case_file(c, "sub/i.conf", RULE(""));
	assert_non_null(case_run(c));
	case_free(c);
}

static void
statements_need_not_end_where_they_began(void **state)
{
	struct rule_case	*c = case_new(
	    "include i.conf; subject any; state { event any; status any; }; "
	    "};\n" RULE(""));

	(void)state;
	case_file(c, "i.conf", "\nsequence open {");
	assert_non_null(case_run(c));
	assert_string_equal(c->program->rules[0].label, "open");
	assert_string_equal(c->program->rules[0].file, "i.conf");
	assert_int_equal(c->program->rules[0].line, 2);
	assert_int_equal(c->program->rules[1].line, 2);
	case_free(c);
}

static void
a_missing_file_is_an_error_at_its_statement(void **state)
{
	struct rule_case	*c = case_new(RULE("") "include away.conf;\n"
	    "include gone.conf;\n");

	(void)state;
	assert_null(case_run(c));
	assert_string_equal(case_said(c),
	    "main.conf:2:9: error: 'away.conf' cannot be read: No such file or "
	    "directory\n"
	    "    include away.conf;\n"
	    "            ^~~~~~~~~\n"
	    "main.conf:3:9: error: 'gone.conf' cannot be read: No such file or "
	    "directory\n"
	    "    include gone.conf;\n"
	    "            ^~~~~~~~~\n");
	case_free(c);
}

static void
a_missing_main_file_is_an_error(void **state)
{
	struct rule_case	*c = case_new("");

	(void)state;
	c->files[0].path = NULL;
	assert_null(rules_load(&c->env, "none.conf", c->diags));
	assert_string_equal(case_said(c), "none.conf: error: cannot be read: "
	    "No such file or directory\n");
	case_free(c);
}

static void
a_loop_is_named(void **state)
{
	struct rule_case	*c = case_new("include a.conf;\n" RULE(""));

	(void)state;
	case_file(c, "a.conf", "include b.conf;\n");
	case_file(c, "b.conf", " include a.conf;\n");
	assert_null(case_run(c));
	assert_string_equal(case_said(c),
	    "b.conf:1:10: error: 'a.conf' is already being read: a.conf "
	    "includes b.conf includes a.conf\n"
	    "     include a.conf;\n"
	    "             ^~~~~~\n");
	case_free(c);
}

static void
a_file_may_not_include_itself(void **state)
{
	struct rule_case	*c = case_new("include main.conf;\n");

	(void)state;
	assert_null(case_run(c));
	assert_int_equal(diags_count(c->diags, DIAG_INCLUDE_LOOP), 1);
	case_free(c);
}

static void
a_file_may_be_included_twice(void **state)
{
	struct rule_case	*c = case_new(
	    "include a.conf; include a.conf; include b.conf;");

	(void)state;
	case_file(c, "a.conf", RULE(""));
	case_file(c, "b.conf", "include a.conf;");
	assert_non_null(case_run(c));
	assert_int_equal(c->program->nrules, 3);
	case_free(c);
}

/* Hand over a file for any path: it includes the next one. */
static int
load_next(void *arg, const char *path, struct buf *out)
{
	unsigned	*n = arg;

	(void)path;
	++*n;
	buf_printf(out, "include f%u;", *n);
	return 0;
}

static void
includes_end_at_a_depth(void **state)
{
	struct rule_case	*c = case_new("");
	unsigned		 n = 0;

	(void)state;
	c->env.load = load_next;
	c->env.arg = &n;
	assert_null(case_run(c));
	assert_int_equal(diags_count(c->diags, DIAG_INCLUDE_DEEP), 1);
	assert_int_equal(n, LEX_DEPTH_MAX + 1);
	case_free(c);
}

#define FOUR(x)		x x x x
#define SIXTEEN(x)	FOUR(FOUR(x))

static void
includes_that_multiply_have_an_end(void **state)
{
	struct rule_case	*c = case_new(SIXTEEN("include a;"));

	(void)state;
	case_file(c, "a", SIXTEEN("include b;"));
	case_file(c, "b", SIXTEEN("include c;"));
	case_file(c, "c", SIXTEEN("include d;"));
	case_file(c, "d", "#");
	assert_null(case_run(c));
	assert_true(diags_count(c->diags, DIAG_INCLUDE_MANY) > 0);
	assert_int_equal(diags_errors(c->diags),
	    diags_count(c->diags, DIAG_INCLUDE_MANY));
	case_free(c);
}

/* Thirty levels, each of which doubles what is below it. */
static int
load_twice(void *arg, const char *path, struct buf *out)
{
	const unsigned long	 level = strtoul(path + 1, NULL, 10);

	*(size_t *)arg += 1;
	if (level < 30)
		buf_printf(out, "include f%lu;\ninclude f%lu;\n", level + 1,
		    level + 1);
	return 0;
}

static void
doubling_has_an_end(void **state)
{
	struct rule_case	*c = case_new("");
	size_t			 loads = 0;

	(void)state;
	c->env.load = load_twice;
	c->env.arg = &loads;
	assert_null(rules_load(&c->env, "f0", c->diags));
	assert_int_equal(loads, 31);		/* each file once */
	/* Behind the last file that is read only its includers go on. */
	assert_in_range(diags_count(c->diags, DIAG_INCLUDE_MANY), 1, 30);
	assert_int_equal(diags_errors(c->diags),
	    diags_count(c->diags, DIAG_INCLUDE_MANY));
	case_free(c);
}

/* Many includes of a file of a hundred kilobytes. */
static int
load_large(void *arg, const char *path, struct buf *out)
{
	const size_t	*n = arg;

	if (strcmp(path, "large") == 0) {
		for (size_t i = 0; i < 100 << 10; i++)
			buf_char(out, i % 64 == 0 ? '\n' : '#');
		return 0;
	}
	for (size_t i = 0; i < *n; i++)
		buf_str(out, "include large;\n");
	return 0;
}

static void
what_is_read_again_has_a_limit(void **state)
{
	struct rule_case	*c = case_new("");
	size_t			 n = PARSE_AGAIN_MAX / (100 << 10) + 1;

	(void)state;
	c->env.load = load_large;
	c->env.arg = &n;
	program_free(rules_load(&c->env, "main.conf", c->diags));
	assert_int_equal(diags_errors(c->diags), 0);
	n++;
	assert_null(rules_load(&c->env, "main.conf", c->diags));
	assert_int_equal(diags_count(c->diags, DIAG_INCLUDE_AGAIN), 1);
	assert_int_equal(diags_errors(c->diags), 1);
	case_free(c);
}

/* Say that the file is larger than the buffer allows. */
static int
load_full(void *arg, const char *path, struct buf *out)
{
	(void)arg;
	if (strcmp(path, "main.conf") == 0) {
		buf_str(out, "include large;");
		return 0;
	}
	assert_int_equal(out->max, PARSE_BYTES_MAX);
	out->full = true;
	return 0;
}

static void
files_that_are_too_large_are_refused(void **state)
{
	struct rule_case	*c = case_new("");

	(void)state;
	c->env.load = load_full;
	assert_null(rules_load(&c->env, "main.conf", c->diags));
	assert_int_equal(diags_count(c->diags, DIAG_INCLUDE_UNREADABLE), 1);
	assert_null(rules_load(&c->env, "large", c->diags));
	assert_int_equal(diags_count(c->diags, DIAG_FILE_LARGE), 1);
	case_free(c);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(
		    paths_are_relative_to_the_main_file_in_nested_includes_too),
		cmocka_unit_test(
		    without_a_slash_they_are_relative_to_the_working_directory),
		cmocka_unit_test(statements_need_not_end_where_they_began),
		cmocka_unit_test(a_missing_file_is_an_error_at_its_statement),
		cmocka_unit_test(a_missing_main_file_is_an_error),
		cmocka_unit_test(a_loop_is_named),
		cmocka_unit_test(a_file_may_not_include_itself),
		cmocka_unit_test(a_file_may_be_included_twice),
		cmocka_unit_test(includes_end_at_a_depth),
		cmocka_unit_test(includes_that_multiply_have_an_end),
		cmocka_unit_test(doubling_has_an_end),
		cmocka_unit_test(what_is_read_again_has_a_limit),
		cmocka_unit_test(files_that_are_too_large_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
