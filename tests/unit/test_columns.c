/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_columns.c - chosen fields as CSV and TSV: which token a name means, and
 * how what a user put into a path is kept from breaking the table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bsm/build.h"
#include "draw.h"
#include "print/columns.h"

static bool
nobody(void *arg, uint32_t id, char *name, size_t n)
{
	(void)arg;
	(void)id;
	(void)name;
	(void)n;
	return false;
}

static const struct accounts	accounts = {
	.user_of = nobody, .group_of = nobody
};

static void
put_header(struct buf *b)
{
	const struct token	 t = { .layout = layout_find(TOK_HEADER32),
		.header = { .version = 11, .event = 23, .seconds = 1,
		    .fraction = 548 } };

	assert_int_equal(build_token(b, &t), 0);
}

static void
put_path(struct buf *b, const char *path)
{
	const struct token	 t = { .layout = layout_find(TOK_PATH),
		.str = { .text = build_cstr(path) } };

	assert_int_equal(build_token(b, &t), 0);
}

/* The line of a record, whose header and trailer are added here. */
static void
assert_line(const char *list, enum columns_as as, const struct buf *tokens,
    const char *expected)
{
	const struct text_style	 style = { .utc = true };
	struct names		*names = names_new();
	struct slice		 bad, copy;
	struct columns		*c = columns_new(list, as, &style, names,
	    &accounts, &bad);
	struct buf		 b = { 0 }, out = { 0 };
	size_t			 at;

	assert_non_null(c);
	put_header(&b);
	buf_slice(&b, buf_bytes(tokens));
	build_finish(&b, 0);
	copy = exact(buf_bytes(&b));
	assert_int_equal(columns_record(c, copy, &out, &at), 0);
	assert_string_equal(buf_cstr(&out), expected);
	exact_free(copy);
	columns_free(c);
	names_free(names);
	buf_fini(&b);
	buf_fini(&out);
}

static void
assert_path(enum columns_as as, const char *path, const char *expected)
{
	struct buf	 b = { 0 };

	put_path(&b, path);
	assert_line("path", as, &b, expected);
	buf_fini(&b);
}

static void
assert_refused(const char *list, const char *expected)
{
	const struct text_style	 style = { 0 };
	struct names		*names = names_new();
	struct slice		 bad;

	assert_null(columns_new(list, COLUMNS_CSV, &style, names, &accounts,
	    &bad));
	assert_true(slice_is(bad, expected));
	names_free(names);
}

static void
the_head_names_the_columns(void **state)
{
	const struct text_style	 style = { 0 };
	struct names		*names = names_new();
	struct slice		 bad;
	struct columns		*c = columns_new("time,process.auid",
	    COLUMNS_TSV, &style, names, &accounts, &bad);
	struct buf		 out = { 0 };

	(void)state;
	assert_non_null(c);
	columns_head(c, &out);
	assert_string_equal(buf_cstr(&out), "time\tprocess.auid\n");
	buf_fini(&out);
	columns_free(c);
	names_free(names);
}

static void
time_and_event_come_from_the_header(void **state)
{
	const struct buf	 none = { 0 };

	(void)state;
	assert_line("time,event,version", COLUMNS_CSV, &none,
	    "1970-01-01T00:00:01.548Z,AUE_EXECVE,11\n");
}

static void
a_field_that_no_token_has_is_empty(void **state)
{
	const struct buf	 none = { 0 };

	(void)state;
	assert_line("auid,path,error", COLUMNS_CSV, &none, ",,\n");
}

static void
a_name_alone_means_the_subject_before_others(void **state)
{
	struct token	 t = { .layout = layout_find(TOK_PROCESS32),
		.subject = { .auid = 7, .pid = 1,
		    .address = { (const uint8_t *)"\1\2\3\4", 4 } } };
	struct buf	 b = { 0 };

	(void)state;
	assert_int_equal(build_token(&b, &t), 0);
	t.layout = layout_by_name(slice_str("subject32_ex"));
	t.subject.auid = UINT32_MAX;
	assert_int_equal(build_token(&b, &t), 0);
	assert_line("auid,process.auid,address", COLUMNS_CSV, &b,
	    "-1,7,1.2.3.4\n");
	buf_fini(&b);
}

static void
a_form_of_a_token_means_all_its_forms(void **state)
{
	const struct token	 t = { .layout = layout_find(TOK_SUBJECT32),
		.subject = { .auid = 7,
		    .address = { (const uint8_t *)"\1\2\3\4", 4 } } };
	struct buf		 b = { 0 };

	(void)state;
	assert_int_equal(build_token(&b, &t), 0);
	assert_line("subject32.auid,subject64_ex.auid", COLUMNS_CSV, &b,
	    "7,7\n");
	buf_fini(&b);
}

static void
several_values_are_divided_by_a_semicolon(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	put_path(&b, "/a");
	put_path(&b, "/b");
	assert_line("path", COLUMNS_CSV, &b, "/a;/b\n");
	buf_fini(&b);
}

static void
arguments_are_divided_by_blanks(void **state)
{
	static const uint8_t	 args[] = { 0x3c, 0, 0, 0, 2, 'l', 's', 0,
		'-', 'l', 0 };
	struct buf		 b = { 0 };

	(void)state;
	buf_put(&b, args, sizeof(args));
	assert_line("args", COLUMNS_TSV, &b, "ls -l\n");
	buf_fini(&b);
}

static void
csv_quotes_as_rfc_4180_says(void **state)
{
	(void)state;
	assert_path(COLUMNS_CSV, "/a,b", "\"/a,b\"\n");
	assert_path(COLUMNS_CSV, "/a\"b", "\"/a\"\"b\"\n");
	assert_path(COLUMNS_CSV, "/a\nb", "\"/a\nb\"\n");
	assert_path(COLUMNS_CSV, "/a b", "/a b\n");
	assert_path(COLUMNS_CSV, " a", "\" a\"\n");
}

static void
csv_disarms_formulas(void **state)
{
	(void)state;
	assert_path(COLUMNS_CSV, "=1+1", "'=1+1\n");
	assert_path(COLUMNS_CSV, "@x,y", "\"'@x,y\"\n");
	assert_path(COLUMNS_CSV, "-x", "'-x\n");
}

static void
tsv_escapes_what_would_break_a_line(void **state)
{
	(void)state;
	assert_path(COLUMNS_TSV, "/a\tb\nc\x1b\\", "/a\\tb\\nc\\x1b\\\\\n");
	assert_path(COLUMNS_TSV, "=1", "=1\n");
}

static void
wrong_names_are_refused(void **state)
{
	(void)state;
	assert_refused("time,pth", "pth");
	assert_refused("path.auid", "path.auid");
	assert_refused("", "");
	assert_refused("time,", "");
}

static void
csv_commands_no_terminal(void **state)
{
	const struct text_style	 style = { .escape = true };
	struct names		*names = names_new();
	struct slice		 bad;
	struct columns		*c = columns_new("path", COLUMNS_CSV, &style,
	    names, &accounts, &bad);
	struct buf		 b = { 0 }, out = { 0 };
	size_t			 at;

	(void)state;
	put_header(&b);
	put_path(&b, "/\x1b[31m,\n");
	build_finish(&b, 0);
	assert_int_equal(columns_record(c, buf_bytes(&b), &out, &at), 0);
	assert_string_equal(buf_cstr(&out), "\"/\\x1b[31m,\\n\"\n");
	columns_free(c);
	names_free(names);
	buf_fini(&b);
	buf_fini(&out);
}

/* Nothing but as many cells as there are columns, whatever comes in. */
static void
every_line_of_tsv_has_all_columns(void **state)
{
	const struct text_style	 style = { 0 };
	struct lot		*l = calloc(1, sizeof(*l));
	struct names		*names = names_new();
	struct buf		 b = { 0 }, out = { 0 };
	struct slice		 bad, copy;
	struct columns		*c = columns_new(COLUMNS_USUAL ",args,items,"
	    "groups,data,words,magic", COLUMNS_TSV, &style, names, &accounts,
	    &bad);
	size_t			 at;

	(void)state;
	assert_non_null(l);
	assert_non_null(c);
	lot_seed(l, 31);
	for (unsigned i = 0; i < lot_runs(2000); i++) {
		size_t	 tabs = 0;

		buf_clear(&b);
		buf_clear(&out);
		lot_record(l, &b, i % 4 == 0 ? 2 : 11, 8, true);
		b.p[lot_below(l, (uint32_t)b.n)] = (uint8_t)lot_u64(l);
		copy = exact(buf_bytes(&b));
		(void)columns_record(c, copy, &out, &at);
		for (size_t j = 0; j < out.n; j++)
			tabs += out.p[j] == '\t';
		assert_int_equal(tabs, 14);
		assert_ptr_equal(memchr(out.p, '\n', out.n),
		    out.p + out.n - 1);
		exact_free(copy);
	}
	columns_free(c);
	names_free(names);
	buf_fini(&b);
	buf_fini(&out);
	free(l);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(the_head_names_the_columns),
		cmocka_unit_test(time_and_event_come_from_the_header),
		cmocka_unit_test(a_field_that_no_token_has_is_empty),
		cmocka_unit_test(a_name_alone_means_the_subject_before_others),
		cmocka_unit_test(a_form_of_a_token_means_all_its_forms),
		cmocka_unit_test(several_values_are_divided_by_a_semicolon),
		cmocka_unit_test(arguments_are_divided_by_blanks),
		cmocka_unit_test(csv_quotes_as_rfc_4180_says),
		cmocka_unit_test(csv_disarms_formulas),
		cmocka_unit_test(tsv_escapes_what_would_break_a_line),
		cmocka_unit_test(csv_commands_no_terminal),
		cmocka_unit_test(wrong_names_are_refused),
		cmocka_unit_test(every_line_of_tsv_has_all_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
