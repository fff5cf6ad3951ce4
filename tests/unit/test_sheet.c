/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sheet.c - records on one side, what became of them on the other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "press_case.h"

#define SIZE 4096

struct scene {
	struct names			*names;
	struct text_style		 style;
	struct formatter_options	 o;
	struct formatter		*f;
	struct sheet_trail		*of;
	struct sheet			 sheet;
	struct buf			 trail;
};

static int
set_up(void **state)
{
	struct scene	*s = xcalloc(1, sizeof(*s));
	struct slice	 bad;

	s->names = names_new();
	s->style.raw = s->style.one_line = true;
	s->o = (struct formatter_options){ .style = &s->style,
	    .names = s->names, .accounts = &case_accounts };
	s->f = formatter_new(&s->o, &bad);
	s->of = sheet_trail_new("trail\n", "trail\n");
	sheet_init(&s->sheet, SIZE);
	*state = s;
	return s->f == NULL;
}

static int
tear_down(void **state)
{
	struct scene	*s = *state;

	sheet_fini(&s->sheet);
	sheet_trail_free(s->of);
	sheet_trail_free(NULL);
	formatter_free(s->f);
	formatter_free(NULL);
	names_free(s->names);
	buf_fini(&s->trail);
	free(s);
	return 0;
}

static struct part
part(struct scene *s, enum part_kind kind, struct slice bytes)
{
	return (struct part){ .kind = kind, .trail = s->of, .number = 1,
	    .frame = { .kind = FRAME_RECORD, .bytes = bytes, .offset = 1000 } };
}

static void
assert_out(struct scene *s, const char *expected)
{
	assert_string_equal(buf_cstr(&s->sheet.out), expected);
}

static void
a_run_becomes_its_records(void **state)
{
	struct scene	*s = *state;
	struct part	 p;

	case_record(&s->trail, 1, "a");
	case_record(&s->trail, 2, "b");
	p = part(s, PART_RUN, buf_bytes(&s->trail));
	sheet_put(&s->sheet, &p, true);
	formatter_run(s->f, &s->sheet);
	assert_out(s, "20,30,11,0,0,1,0,40,a,19,30,\n"
	    "20,30,11,0,0,2,0,40,b,19,30,\n");
	assert_int_equal(s->sheet.nremarks, 0);
	assert_true(s->sheet.bsd);
}

static void
a_record_shown_in_part_is_remarked_at_its_place(void **state)
{
	struct scene		*s = *state;
	const struct remark	*r = NULL;
	struct part		 p;

	case_record(&s->trail, 1, "a");
	case_partial(&s->trail, 2);
	case_record(&s->trail, 3, "c");
	p = part(s, PART_RUN, buf_bytes(&s->trail));
	p.number = 7;
	sheet_put(&s->sheet, &p, true);
	formatter_run(s->f, &s->sheet);
	assert_int_equal(s->sheet.nremarks, 1);
	r = &s->sheet.remarks[0];
	assert_int_equal(r->kind, REMARK_PARTIAL);
	assert_int_equal(r->number, 8);
	assert_int_equal(r->offset, 1000 + 30 + 18);
	assert_int_not_equal(r->status, 0);
	/* Behind what could be shown of it, before the next. */
	assert_memory_equal(s->sheet.out.p + r->at, "20,30,11,0,0,3", 14);
}

static void
parts_keep_their_order(void **state)
{
	static const uint8_t	 zeros[3];
	struct scene		*s = *state;
	const struct slice	 words = slice_str("words"),
	    out = slice_str("out\n");
	const struct part	 gap = { .kind = PART_FRAME, .trail = s->of,
		.frame = { .kind = FRAME_GAP, .bytes = { zeros, 3 } } };
	struct part		 p;

	p = part(s, PART_OUTPUT, out);
	sheet_put(&s->sheet, &p, false);
	p = part(s, PART_WORDS, words);
	sheet_put(&s->sheet, &p, false);
	case_record(&s->trail, 1, "a");
	p = part(s, PART_FRAME, buf_bytes(&s->trail));
	p.frame.quality = FRAME_RECOVERED;
	sheet_put(&s->sheet, &p, false);
	sheet_put(&s->sheet, &gap, false);
	p = part(s, PART_END, (struct slice){ NULL, 0 });
	sheet_put(&s->sheet, &p, false);
	formatter_run(s->f, &s->sheet);
	assert_out(s, "out\n20,30,11,0,0,1,0,40,a,19,30,\n");
	assert_int_equal(s->sheet.nremarks, 4);
	assert_int_equal(s->sheet.remarks[0].kind, REMARK_WORDS);
	assert_int_equal(s->sheet.remarks[0].at, 4);
	assert_int_equal(s->sheet.remarks[1].kind, REMARK_RECOVERED);
	assert_int_equal(s->sheet.remarks[1].at, 4);
	assert_int_equal(s->sheet.remarks[2].kind, REMARK_GAP);
	assert_int_equal(s->sheet.remarks[2].at, s->sheet.out.n);
	assert_int_equal(s->sheet.remarks[3].kind, REMARK_END);
}

static void
bytes_are_copied_unless_they_are_lent(void **state)
{
	struct scene		*s = *state;
	struct part		 p;

	case_record(&s->trail, 1, "a");
	p = part(s, PART_RUN, buf_bytes(&s->trail));
	sheet_put(&s->sheet, &p, false);
	sheet_put(&s->sheet, &p, true);
	assert_ptr_not_equal(s->sheet.parts[0].frame.bytes.p, s->trail.p);
	assert_ptr_equal(s->sheet.parts[1].frame.bytes.p, s->trail.p);
	memset(s->trail.p, 'x', 1);	/* the second is not looked at */
	s->sheet.nparts = 1;
	formatter_run(s->f, &s->sheet);
	assert_out(s, "20,30,11,0,0,1,0,40,a,19,30,\n");
}

static void
copies_never_move(void **state)
{
	struct scene		*s = *state;
	struct part		 p;
	const uint8_t		*first;

	case_record(&s->trail, 1, "a");
	p = part(s, PART_FRAME, buf_bytes(&s->trail));
	sheet_put(&s->sheet, &p, false);
	first = s->sheet.parts[0].frame.bytes.p;
	while (sheet_room(&s->sheet) >= s->trail.n)
		sheet_put(&s->sheet, &p, false);
	assert_int_equal(s->sheet.nparts, SIZE / s->trail.n);
	assert_ptr_equal(s->sheet.bytes.p, first);
}

static void
an_empty_sheet_takes_anything_and_gives_it_back(void **state)
{
	struct scene		*s = *state;
	struct part		 p;

	assert_true(sheet_room(&s->sheet) == SIZE_MAX);
	buf_room(&s->trail, 40 * SIZE);
	memset(s->trail.p, '.', 40 * SIZE);
	s->trail.n = 40 * SIZE;
	p = part(s, PART_OUTPUT, buf_bytes(&s->trail));
	sheet_put(&s->sheet, &p, false);
	assert_int_equal(sheet_room(&s->sheet), 0);
	formatter_run(s->f, &s->sheet);
	assert_int_equal(s->sheet.out.n, 40 * SIZE);
	sheet_clear(&s->sheet);
	assert_true(s->sheet.bytes.cap <= 2 * SIZE);
	assert_int_equal(s->sheet.out.cap, 0);
	assert_true(sheet_room(&s->sheet) == SIZE_MAX);
}

static void
each_form_has_its_formatter(void **state)
{
	struct scene		*s = *state;
	struct formatter_options o = s->o;
	struct formatter	*f;
	struct buf		 out = { 0 };
	struct slice		 bad;

	s->style.xml = true;
	f = formatter_new(&o, &bad);
	formatter_begin(f, &out);
	formatter_end(f, &out);
	assert_string_equal(buf_cstr(&out),
	    "<?xml version='1.0' ?>\n<audit>\n</audit>\n");
	formatter_free(f);
	buf_clear(&out);
	o.columns = "time,pid";
	f = formatter_new(&o, &bad);
	formatter_begin(f, &out);
	formatter_end(f, &out);
	assert_string_equal(buf_cstr(&out), "time,pid\n");
	formatter_free(f);
	o.columns = "time,nonsense";
	assert_null(formatter_new(&o, &bad));
	assert_true(slice_is(bad, "nonsense"));
	buf_fini(&out);
}

static void
solaris_records_are_not_bsd(void **state)
{
	struct scene	*s = *state;
	struct part	 p;

	case_record(&s->trail, 1, "a");
	s->trail.p[5] = 2;
	p = part(s, PART_RUN, buf_bytes(&s->trail));
	sheet_put(&s->sheet, &p, true);
	formatter_run(s->f, &s->sheet);
	assert_false(s->sheet.bsd);
}

#define test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		test(a_run_becomes_its_records),
		test(a_record_shown_in_part_is_remarked_at_its_place),
		test(parts_keep_their_order),
		test(bytes_are_copied_unless_they_are_lent),
		test(copies_never_move),
		test(an_empty_sheet_takes_anything_and_gives_it_back),
		test(each_form_has_its_formatter),
		test(solaris_records_are_not_bsd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
