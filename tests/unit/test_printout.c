/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_printout.c - what is written and what is said, in one order.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run/printout.h"

#include "press_case.h"

static struct part
gap(struct sheet_trail *t, uint64_t offset, size_t n, bool more)
{
	static const uint8_t	 zeros[100];

	return (struct part){ .kind = PART_FRAME, .trail = t, .frame = {
	    .kind = FRAME_GAP, .bytes = { zeros, n }, .offset = offset,
	    .reason = FRAME_ZEROS, .more = more } };
}

static void
words_stand_where_they_belong(void **state)
{
	struct sheet_trail	*t = sheet_trail_new("a", "a\x1b");
	struct part	 found = { .kind = PART_FRAME, .trail = t,
		.number = 3 };
	struct part	 words = { .kind = PART_WORDS,
		.frame.bytes = slice_str("100% of b: gone") };
	struct part	 end = { .kind = PART_END, .trail = t };
	struct remark	 remarks[] = {
		{ REMARK_WORDS, 0, &words, 0, 0, 0 },
		{ REMARK_RECOVERED, 4, &found, 77, 3, 0 },
		{ REMARK_PARTIAL, 8, &found, 99, 3, -1 },
		{ REMARK_END, 12, &end, 0, 0, 0 },
	};
	struct sheet	 s = { .remarks = remarks, .nremarks = 4 };
	struct printout	 o = { .progress.fd = -1 };
	struct voices	 v;

	(void)state;
	buf_str(&s.out, "one\ntwo\nthree\n");
	remarks[3].at = s.out.n;
	voices_open(&v);
	o.fd = v.fd;
	assert_true(printout_sheet(&o, &s));
	voices_text(&v);
	assert_non_null(strstr(v.text, "bsmtrace: 100% of b: gone\none\n"
	    "bsmtrace: a\\x1b:77: a record found or mended after damage, which "
	    "may be forged\ntwo\nbsmtrace: a\\x1b:99: record 3: "));
	assert_non_null(strstr(v.text, "three\n"
	    "bsmtrace: a\\x1b: 1 record shown in part\n"));
	assert_true(o.damaged);
	buf_fini(&s.out);
	free(v.text);
	sheet_trail_free(t);
}

static void
a_gap_in_pieces_is_told_once(void **state)
{
	struct sheet_trail	*t = sheet_trail_new("a", "a");
	struct part	 parts[] = { gap(t, 10, 100, true),
		gap(t, 110, 5, false) };
	struct remark	 remarks[] = {
		{ REMARK_GAP, 0, &parts[0], 10, 0, 0 },
		{ REMARK_GAP, 0, &parts[1], 110, 0, 0 },
	};
	struct sheet	 s = { .remarks = remarks, .nremarks = 2 };
	struct printout	 o = { .progress.fd = -1 };
	struct voices	 v;

	(void)state;
	voices_open(&v);
	o.fd = v.fd;
	assert_true(printout_sheet(&o, &s));
	assert_string_equal(voices_text(&v), "bsmtrace: a:10: 105 bytes "
	    "skipped: nothing but zero bytes\n");
	assert_int_equal(t->gaps, 1);
	assert_int_equal(t->skipped, 105);
	free(v.text);
	sheet_trail_free(t);
}

static void
what_comes_before_a_partial_trail_is_no_damage(void **state)
{
	struct sheet_trail	*t = sheet_trail_new("a", "a");
	struct part	 first = gap(t, 0, 9, false);
	struct part	 found = { .kind = PART_FRAME, .trail = t,
		.number = 1 };
	struct part	 end = { .kind = PART_END, .trail = t };
	struct remark	 remarks[] = {
		{ REMARK_GAP, 0, &first, 0, 0, 0 },
		{ REMARK_RECOVERED, 0, &found, 9, 1, 0 },
		{ REMARK_END, 0, &end, 0, 0, 0 },
	};
	struct sheet	 s = { .remarks = remarks, .nremarks = 3 };
	struct printout	 o = { .partial = true, .progress.fd = -1 };
	struct voices	 v;

	(void)state;
	voices_open(&v);
	o.fd = v.fd;
	assert_true(printout_sheet(&o, &s));
	assert_string_equal(voices_text(&v), "");
	assert_false(o.damaged);
	free(v.text);
	sheet_trail_free(t);
}

static void
a_reader_who_has_gone_ends_it_without_a_word(void **state)
{
	struct part	 words = { .kind = PART_WORDS,
		.frame.bytes = slice_str("never said") };
	struct remark	 r = { REMARK_WORDS, 4, &words, 0, 0, 0 };
	struct sheet	 s = { .remarks = &r, .nremarks = 1 };
	struct printout	 o = { .progress.fd = -1 };
	struct voices	 v;
	int		 ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	(void)close(ends[0]);
	(void)signal(SIGPIPE, SIG_IGN);
	buf_str(&s.out, "one\ntwo\n");
	o.fd = ends[1];
	voices_open(&v);
	assert_false(printout_sheet(&o, &s));
	assert_string_equal(voices_text(&v), "");
	assert_true(o.stopped);
	assert_false(o.failed);
	(void)close(ends[1]);
	buf_fini(&s.out);
	free(v.text);
}

static void
any_other_failure_is_said_once(void **state)
{
	struct sheet	 s = { 0 };
	struct printout	 o = { .progress.fd = -1 };
	struct voices	 v;

	(void)state;
	buf_str(&s.out, "one\n");
	voices_open(&v);
	o.fd = -1;
	assert_false(printout_sheet(&o, &s));
	assert_false(printout_sheet(&o, &s));
	assert_string_equal(voices_text(&v),
	    "bsmtrace: standard output: Bad file descriptor\n");
	assert_true(o.failed);
	buf_fini(&s.out);
	free(v.text);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(words_stand_where_they_belong),
		cmocka_unit_test(a_gap_in_pieces_is_told_once),
		cmocka_unit_test(
		    what_comes_before_a_partial_trail_is_no_damage),
		cmocka_unit_test(a_reader_who_has_gone_ends_it_without_a_word),
		cmocka_unit_test(any_other_failure_is_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
