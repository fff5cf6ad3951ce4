/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_printer.c - trails to output: files, directories, what came of it.
 */
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "run/printer.h"

#include "press_case.h"

#define A	"20240101000000.20240102000000"
#define B	"20240102000000.20240103000000"
#define DAY	1704153600u		/* 20240102000000 */

struct scene {
	char			 dir[64];
	int			 back;
	struct names		*names;
	struct text_style	 style;
	struct printer_options	 o;
	struct printer_result	 result;
	struct voices		 v;
};

static int
set_up(void **state)
{
	struct scene	*s = xcalloc(1, sizeof(*s));

	*s = (struct scene){ .dir = "/tmp/bsmtrace-printer.XXXXXX",
	    .back = open(".", O_RDONLY), .names = names_new(),
	    .style = { .raw = true, .one_line = true } };
	s->o.form = (struct formatter_options){ .style = &s->style,
	    .names = s->names, .accounts = &case_accounts };
	*state = s;
	return mkdtemp(s->dir) == NULL || chdir(s->dir) == -1;
}

static int
tear_down(void **state)
{
	struct scene	*s = *state;
	char		 command[128];

	free(s->v.text);
	names_free(s->names);
	(void)fchdir(s->back);
	(void)close(s->back);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", s->dir);
	free(s);
	return system(command);
}

static void
put(const char *path, uint32_t seconds, const char *text)
{
	struct buf	 b = { 0 };
	const int	 fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	if (seconds > 0)
		case_record(&b, seconds, text);
	else
		buf_str(&b, text);
	assert_int_equal(write(fd, b.p, b.n), b.n);
	(void)close(fd);
	buf_fini(&b);
}

static const char *
print(struct scene *s, const char *one, const char *other)
{
	char		*trails[] = { xstrdup(one), xstrdup(other), NULL };
	struct slice	 bad;
	struct printer	*p;

	voices_open(&s->v);
	s->o.fd = s->v.fd;
	p = printer_new(&s->o, &bad);
	assert_non_null(p);
	s->result = printer_run(p, trails);
	printer_free(p);
	free(trails[0]);
	free(trails[1]);
	return voices_text(&s->v);
}

static void
trails_are_printed_in_turn(void **state)
{
	struct scene	*s = *state;

	put("a", 2, "a");
	put("b", 1, "b");
	assert_string_equal(print(s, "a", "b"),
	    "20,30,11,0,0,2,0,40,a,19,30,\n20,30,11,0,0,1,0,40,b,19,30,\n");
	assert_false(s->result.failed);
	assert_false(s->result.damaged);
	assert_true(s->result.bsd);
}

static void
trails_of_a_directory_are_printed_by_time(void **state)
{
	struct scene	*s = *state;

	assert_int_equal(mkdir("d", 0700), 0);
	put("d/" B, DAY + 5, "a");
	put("d/" A, DAY - 9, "b");
	put("d/" A, DAY + 9, "c");
	put("a", 9, "z");
	assert_string_equal(print(s, "d", "a"),
	    "20,30,11,0,0,1704153591,0,40,b,19,30,\n"
	    "20,30,11,0,0,1704153605,0,40,a,19,30,\n"
	    "20,30,11,0,0,1704153609,0,40,c,19,30,\n"
	    "20,30,11,0,0,9,0,40,z,19,30,\n");
	assert_false(s->result.failed);
}

static void
praudit_prints_nothing_of_a_directory(void **state)
{
	struct scene	*s = *state;

	assert_int_equal(mkdir("d", 0700), 0);
	put("d/" A, 1, "b");
	put("-", 2, "a");
	s->o.classic = true;
	assert_string_equal(print(s, "d", "-"),
	    "20,30,11,0,0,2,0,40,a,19,30,\n");
	assert_false(s->result.failed);
}

static void
a_trail_that_is_missing_is_passed_over(void **state)
{
	struct scene	*s = *state;

	put("a", 2, "a");
	put("a", 0, "noise");
	assert_string_equal(print(s, "b", "a"),
	    "bsmtrace: b: No such file or directory\n"
	    "20,30,11,0,0,2,0,40,a,19,30,\n"
	    "bsmtrace: a:30: 5 bytes skipped: no record begins here\n"
	    "bsmtrace: a: 5 bytes skipped in 1 place\n");
	assert_true(s->result.failed);
	assert_true(s->result.damaged);
}

static void
a_directory_without_trails_fails(void **state)
{
	struct scene	*s = *state;

	assert_int_equal(mkdir("d", 0700), 0);
	put("a", 2, "a");
	assert_string_equal(print(s, "d", "a"),
	    "bsmtrace: d: there are no trails in this directory\n"
	    "20,30,11,0,0,2,0,40,a,19,30,\n");
	assert_true(s->result.failed);
}

static void
a_column_that_does_not_exist_is_named(void **state)
{
	struct scene	*s = *state;
	struct slice	 bad;

	s->o.form.columns = "time,nonsense";
	assert_null(printer_new(&s->o, &bad));
	assert_true(slice_is(bad, "nonsense"));
	printer_free(NULL);
}

#define test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		test(trails_are_printed_in_turn),
		test(trails_of_a_directory_are_printed_by_time),
		test(praudit_prints_nothing_of_a_directory),
		test(a_trail_that_is_missing_is_passed_over),
		test(a_directory_without_trails_fails),
		test(a_column_that_does_not_exist_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
