/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_frame.c - whole records out of a stream, and damage of each kind in
 * sight. What must hold for every stream is in test_frame_damage.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bsm/frame.h"
#include "bsm/status.h"

#include "cut.h"
#include "draw.h"

/* A file token and a Solaris record without a trailer. */
static const uint8_t	solaris[66 + 77] =
	"\x78\0\0\0\0\x65\x93\x7e\x4c\0\0\0\0\0\x01\xe2\x40\0\x2f"
	"/var/audit/20240102030405.20240102030900.host1\0"
	"\x74\0\0\0\x4d\x02\0\x01\0\0\0\0\0\0\x65\x93\x7e\x4d"
	"\0\0\0\0\x3a\xde\x68\xb1"
	"\x75\0\0\x01\xf5\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x04\xd2"
	"\0\0\x10\xe1\0\0\0\0\0\0\0\x1f\xc0\0\x02\x07"
	"\x72\0\0\0\0\0\0\0\0";		/* the last NUL is the literal's */

static void
a_record_with_its_trailer_is_strong(void **state)
{
	struct cut	 cut;

	(void)state;
	cut_stream((struct slice){ execve, 124 }, whole, &cut);
	assert_int_equal(cut.n, 1);
	assert_found(&cut, 0, FRAME_RECORD, 0, 124);
	assert_int_equal(cut.v[0].quality, FRAME_STRONG);
	cut_fini(&cut);
}

static void
a_solaris_trail_begins_with_a_file_token_and_a_weak_record(void **state)
{
	struct cut	 cut;

	(void)state;
	cut_stream((struct slice){ solaris, sizeof(solaris) }, whole, &cut);
	assert_int_equal(cut.n, 2);
	assert_found(&cut, 0, FRAME_FILE, 0, 66);
	assert_found(&cut, 1, FRAME_RECORD, 66, 77);
	assert_int_equal(cut.v[1].quality, FRAME_WEAK);
	cut_fini(&cut);
}

static void
a_file_token_inside_a_record_is_part_of_it(void **state)
{
	static const uint8_t	 r[41] = "\x14\0\0\0\x29\x0b\0\0\0\0"
	    "\x49\x57\x97\x52\0\0\0\x7e\x11\0\x01\x23\x45\0\0\x01\xa8"
	    "\0\x05test\0\x13\xb1\x05\0\0\0\x29";
	struct cut		 cut;

	(void)state;
	cut_stream((struct slice){ r, 41 }, whole, &cut);
	assert_int_equal(cut.n, 1);
	assert_found(&cut, 0, FRAME_RECORD, 0, 41);
	cut_fini(&cut);
	cut_stream((struct slice){ r + 18, 16 }, whole, &cut);
	assert_int_equal(cut.n, 1);
	assert_found(&cut, 0, FRAME_FILE, 0, 16);
	cut_fini(&cut);
}

static void
an_unknown_version_is_taken_when_the_trailer_agrees(void **state)
{
	uint8_t		 r[124];
	struct cut	 cut;

	(void)state;
	memcpy(r, execve, 124);
	r[5] = 99;
	cut_stream((struct slice){ r, 124 }, whole, &cut);
	assert_int_equal(cut.n, 1);
	assert_found(&cut, 0, FRAME_RECORD, 0, 124);
	assert_int_equal(cut.v[0].quality, FRAME_STRONG);
	cut_fini(&cut);
}

/* Damage, one kind at a time: three times the known record. */

struct three {
	uint8_t	 b[3 * 124 + 8];
	size_t	 n;
};

static void
three_records(struct three *t)
{
	for (size_t i = 0; i < 3; i++)
		memcpy(t->b + 124 * i, execve, 124);
	t->n = 3 * sizeof(execve);
}

static void
cut_three(const struct three *t, struct cut *cut)
{
	struct slice	 s = exact((struct slice){ t->b, t->n });

	cut_stream(s, whole, cut);
	exact_free(s);
}

static void
a_broken_size_in_the_header_is_mended_by_the_trailer(void **state)
{
	struct three	 t;
	struct cut	 cut;

	(void)state;
	three_records(&t);
	memset(t.b + 125, 0xff, 4);
	cut_three(&t, &cut);
	assert_int_equal(cut.n, 3);
	assert_found(&cut, 1, FRAME_RECORD, 124, 124);
	assert_int_equal(cut.v[1].quality, FRAME_RECOVERED);
	assert_int_equal(cut.v[1].reason, FRAME_BAD_SIZE);
	assert_int_equal(cut.v[2].quality, FRAME_STRONG);
	cut_fini(&cut);
}

static void
a_size_too_large_by_one_is_mended_by_the_trailer(void **state)
{
	struct three	 t;
	struct cut	 cut;

	(void)state;
	three_records(&t);
	t.b[124 + 4]++;
	cut_three(&t, &cut);
	assert_int_equal(cut.n, 3);
	assert_found(&cut, 1, FRAME_RECORD, 124, 124);
	assert_int_equal(cut.v[1].quality, FRAME_RECOVERED);
	cut_fini(&cut);
}

static void
a_size_that_spans_two_records_does_not_swallow_the_second(void **state)
{
	struct three	 t;
	struct cut	 cut;

	(void)state;
	three_records(&t);
	t.b[4] = 2 * 124;
	cut_three(&t, &cut);
	assert_int_equal(cut.n, 3);
	assert_found(&cut, 0, FRAME_RECORD, 0, 124);
	assert_int_equal(cut.v[0].quality, FRAME_RECOVERED);
	assert_found(&cut, 1, FRAME_RECORD, 124, 124);
	assert_int_equal(cut.v[1].quality, FRAME_STRONG);
	cut_fini(&cut);
}

static void
a_broken_trailer_is_mended_by_the_next_record(void **state)
{
	struct three	 t;
	struct cut	 cut;

	(void)state;
	for (size_t i = 124 - 7; i < 124; i++) {
		three_records(&t);
		t.b[124 + i] ^= 0x40;
		cut_three(&t, &cut);
		assert_int_equal(cut.n, 3);
		assert_found(&cut, 1, FRAME_RECORD, 124, 124);
		assert_int_equal(cut.v[1].quality, FRAME_RECOVERED);
		assert_int_equal(cut.v[1].reason, FRAME_BAD_TRAILER);
		assert_int_equal(cut.v[2].quality, FRAME_STRONG);
		cut_fini(&cut);
	}
}

static void
a_stray_byte_costs_just_itself(void **state)
{
	struct three	 t;
	struct cut	 cut;

	(void)state;
	three_records(&t);
	memmove(t.b + 125, t.b + 124, 2 * 124);
	t.b[124] = 0xaa;
	t.n++;
	cut_three(&t, &cut);
	assert_int_equal(cut.n, 4);
	assert_found(&cut, 1, FRAME_GAP, 124, 1);
	assert_int_equal(cut.v[1].reason, FRAME_NOT_A_RECORD);
	assert_found(&cut, 2, FRAME_RECORD, 125, 124);
	assert_int_equal(cut.v[2].quality, FRAME_RECOVERED);
	assert_found(&cut, 3, FRAME_RECORD, 249, 124);
	assert_int_equal(cut.v[3].quality, FRAME_STRONG);
	cut_fini(&cut);
}

static void
zeros_between_records_are_told_as_such(void **state)
{
	uint8_t		 b[2 * 124 + 50] = { 0 };
	struct cut	 cut;

	(void)state;
	memcpy(b, execve, 124);
	memcpy(b + 124 + 50, execve, 124);
	cut_stream((struct slice){ b, sizeof(b) }, whole, &cut);
	assert_int_equal(cut.n, 3);
	assert_found(&cut, 1, FRAME_GAP, 124, 50);
	assert_int_equal(cut.v[1].reason, FRAME_ZEROS);
	cut_fini(&cut);
}

static void
a_stream_that_ends_inside_a_record_is_truncated(void **state)
{
	(void)state;
	for (size_t n = 1; n < 124; n++) {
		struct three	 t;
		struct cut	 cut;

		three_records(&t);
		t.n = 124 + n;
		cut_three(&t, &cut);
		assert_int_equal(cut.n, 2);
		assert_found(&cut, 1, FRAME_GAP, 124, n);
		assert_int_equal(cut.v[1].reason, FRAME_TRUNCATED);
		cut_fini(&cut);
	}
}

static void
a_broken_solaris_trailer_is_not_taken_for_none(void **state)
{
	struct buf	 b = { 0 };
	struct cut	 cut;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		size_t	 start = b.n;

		buf_put(&b, solaris + 66, 77);
		build_finish(&b, start);
	}
	b.p[77 + 6] ^= 1;		/* the size in the first trailer */
	cut_stream(buf_bytes(&b), whole, &cut);
	assert_int_equal(cut.n, 2);
	assert_found(&cut, 0, FRAME_RECORD, 0, 84);
	assert_int_equal(cut.v[0].quality, FRAME_RECOVERED);
	assert_int_equal(cut.v[0].reason, FRAME_BAD_TRAILER);
	assert_int_equal(cut.v[1].quality, FRAME_STRONG);
	cut_fini(&cut);
	buf_fini(&b);
}

static void
a_weak_record_does_not_swallow_the_next(void **state)
{
	uint8_t		 b[4 * 77];
	struct cut	 cut;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		memcpy(b + 77 * i, solaris + 66, 77);
	b[4] = 3 * 77;			/* ends where a record ends */
	cut_stream((struct slice){ b, sizeof(b) }, whole, &cut);
	assert_non_null(found_at(&cut, 77));
	assert_found(&cut, 0, FRAME_GAP, 0, 77);
	assert_found(&cut, 1, FRAME_RECORD, 77, 77);
	assert_found(&cut, 2, FRAME_RECORD, 154, 77);
	cut_fini(&cut);
}

/* Feeding. */

static void
a_second_piece_is_refused_while_the_first_is_not_used_up(void **state)
{
	struct frame		*f = frame_new();
	struct frame_record	 r;

	(void)state;
	assert_int_equal(frame_feed(f, execve, 124), 0);
	assert_int_equal(frame_feed(f, execve, 124), BSM_EBUSY);
	assert_int_equal(frame_next(f, &r), 1);
	assert_ptr_equal(r.bytes.p, execve);	/* nothing was copied */
	assert_int_equal(frame_next(f, &r), 0);
	assert_int_equal(frame_feed(f, execve, 124), 0);
	assert_int_equal(frame_next(f, &r), 1);
	assert_int_equal(r.offset, 124);
	frame_free(f);
	frame_free(NULL);
}

static void
an_end_told_before_the_last_piece_is_used_up_changes_nothing(void **state)
{
	struct frame		*f = frame_new();
	struct frame_record	 r;

	(void)state;
	assert_int_equal(frame_feed(f, execve, 60), 0);
	assert_int_equal(frame_next(f, &r), 0);
	assert_int_equal(frame_feed(f, execve + 60, 64), 0);
	frame_end(f);
	assert_int_equal(frame_next(f, &r), 1);
	assert_int_equal(r.kind, FRAME_RECORD);
	assert_int_equal(r.bytes.n, 124);
	assert_int_equal(r.quality, FRAME_STRONG);
	assert_int_equal(frame_next(f, &r), 0);
	frame_free(f);
}

static void
a_quiet_stream_decides_on_damage_with_what_there_is(void **state)
{
	struct frame		*f = frame_new();
	struct frame_record	 r;
	uint8_t			 b[124 + 18];

	(void)state;
	memcpy(b, execve, 124);
	b[0] = 0x55;			/* then a header of a record to come */
	memcpy(b + 124, execve, 18);
	b[4] = 0x80;			/* no size that leads anywhere */
	assert_int_equal(frame_feed(f, b, sizeof(b)), 0);
	while (frame_next(f, &r) == 1)
		;
	frame_quiet(f);
	while (frame_next(f, &r) == 1)
		assert_int_equal(r.kind, FRAME_GAP);
	assert_int_equal(frame_feed(f, execve + 18, 106), 0);
	assert_int_equal(frame_next(f, &r), 1);
	if (r.kind == FRAME_GAP)
		assert_int_equal(frame_next(f, &r), 1);
	assert_int_equal(r.kind, FRAME_RECORD);
	assert_int_equal(r.offset, 124);
	assert_int_equal(r.bytes.n, 124);
	assert_int_equal(frame_next(f, &r), 0);
	frame_free(f);
}

static void
quiet_does_not_harm_a_record_that_is_still_coming(void **state)
{
	(void)state;
	for (size_t n = 1; n < 124; n++) {
		struct frame		*f = frame_new();
		struct frame_record	 r;

		assert_int_equal(frame_feed(f, execve, n), 0);
		assert_int_equal(frame_next(f, &r), 0);
		frame_quiet(f);
		assert_int_equal(frame_next(f, &r), 0);
		assert_int_equal(frame_feed(f, execve + n, 124 - n), 0);
		assert_int_equal(frame_next(f, &r), 1);
		assert_int_equal(r.kind, FRAME_RECORD);
		assert_int_equal(r.quality, FRAME_STRONG);
		frame_free(f);
	}
}

static void
every_reason_has_words(void **state)
{
	(void)state;
	for (int i = FRAME_NOT_A_RECORD; i <= FRAME_ZEROS; i++)
		for (int j = FRAME_NOT_A_RECORD; j < i; j++)
			assert_string_not_equal(
			    frame_strreason((enum frame_reason)i),
			    frame_strreason((enum frame_reason)j));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_with_its_trailer_is_strong),
		cmocka_unit_test(
		    a_solaris_trail_begins_with_a_file_token_and_a_weak_record),
		cmocka_unit_test(a_file_token_inside_a_record_is_part_of_it),
		cmocka_unit_test(
		    an_unknown_version_is_taken_when_the_trailer_agrees),
		cmocka_unit_test(
		    a_broken_size_in_the_header_is_mended_by_the_trailer),
		cmocka_unit_test(
		    a_size_too_large_by_one_is_mended_by_the_trailer),
		cmocka_unit_test(
		    a_size_that_spans_two_records_does_not_swallow_the_second),
		cmocka_unit_test(a_broken_trailer_is_mended_by_the_next_record),
		cmocka_unit_test(a_stray_byte_costs_just_itself),
		cmocka_unit_test(zeros_between_records_are_told_as_such),
		cmocka_unit_test(
		    a_stream_that_ends_inside_a_record_is_truncated),
		cmocka_unit_test(
		    a_broken_solaris_trailer_is_not_taken_for_none),
		cmocka_unit_test(a_weak_record_does_not_swallow_the_next),
		cmocka_unit_test(
		    a_second_piece_is_refused_while_the_first_is_not_used_up),
		cmocka_unit_test(
		an_end_told_before_the_last_piece_is_used_up_changes_nothing),
		cmocka_unit_test(
		    a_quiet_stream_decides_on_damage_with_what_there_is),
		cmocka_unit_test(
		    quiet_does_not_harm_a_record_that_is_still_coming),
		cmocka_unit_test(every_reason_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
