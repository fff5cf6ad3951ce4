/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "alert_case.h"
#include "bsm/status.h"
#include "run/batch.h"

static struct buf	 rec;
static struct batch	 b;

static int
setup(void **state)
{
	(void)state;
	rec = (struct buf){ 0 };
	case_record(&rec, "/tmp/x", NULL, 0);
	b = (struct batch){ 0 };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buf_fini(&rec);
	batch_fini(&b);
	return 0;
}

static struct frame_record
framed(enum frame_kind kind, enum frame_quality quality)
{
	return (struct frame_record){ .kind = kind, .quality = quality,
		.bytes = buf_bytes(&rec), .offset = 7 };
}

static void
record_has_its_header_read_and_its_place(void **state)
{
	const struct frame_record	 f = framed(FRAME_RECORD, FRAME_STRONG);

	(void)state;
	batch_take(&b, &f, 3, 4711);
	assert_int_equal(b.n, 1);
	assert_int_equal(b.nnotes, 0);
	assert_int_equal(b.records[0].event, 23);
	assert_int_equal(b.records[0].offset, 4711);
	assert_ptr_equal(b.records[0].bytes.p, rec.p);
	assert_false(b.records[0].indexed);
}

static void
intact_records_are_taken_many_at_a_time(void **state)
{
	struct frame	*f = frame_new();
	struct buf	 all = { 0 };
	const size_t	 many = 150;

	(void)state;
	for (size_t i = 0; i < many; i++)
		buf_slice(&all, buf_bytes(&rec));
	all.p[all.n - 1] ^= 1;		/* the last one is not intact */
	assert_int_equal(frame_feed(f, all.p, all.n), 0);
	batch_take_ahead(&b, f);
	assert_int_equal(b.n, many - 1);
	assert_int_equal(b.nnotes, 0);
	for (size_t i = 0; i < b.n; i++) {
		assert_int_equal(b.records[i].offset, i * rec.n);
		assert_ptr_equal(b.records[i].bytes.p, all.p + i * rec.n);
		assert_int_equal(b.records[i].event, 23);
	}
	frame_free(f);
	buf_fini(&all);
}

static void
file_token_is_passed_over(void **state)
{
	const struct frame_record	 f = framed(FRAME_FILE, FRAME_STRONG);

	(void)state;
	batch_take(&b, &f, 0, 0);
	assert_int_equal(b.n + b.nnotes, 0);
}

static void
what_is_said_stands_between_the_records(void **state)
{
	struct frame_record	 f = framed(FRAME_RECORD, FRAME_STRONG);

	(void)state;
	batch_take(&b, &f, 0, 0);
	f = framed(FRAME_GAP, FRAME_STRONG);
	f.reason = FRAME_ZEROS;
	batch_take(&b, &f, 2, 0);
	batch_words(&b, "trail", "is strange");
	f = framed(FRAME_RECORD, FRAME_RECOVERED);
	batch_take(&b, &f, 2, 0);
	assert_int_equal(b.n, 2);
	assert_int_equal(b.nnotes, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(b.notes[i].before, 1);
	assert_int_equal(b.notes[0].kind, BATCH_GAP);
	assert_int_equal(b.notes[0].trail, 2);
	assert_int_equal(b.notes[0].frame.offset, 7);
	assert_int_equal(b.notes[0].frame.bytes.n, rec.n);
	assert_null(b.notes[0].frame.bytes.p);	/* they need not stay */
	assert_string_equal(b.notes[0].why, frame_strreason(FRAME_ZEROS));
	assert_int_equal(b.notes[1].kind, BATCH_WORDS);
	assert_string_equal(b.notes[1].path, "trail");
	assert_string_equal(b.notes[1].why, "is strange");
	assert_int_equal(b.notes[2].kind, BATCH_RECOVERED);
}

static void
record_whose_header_does_not_fit_is_a_gap(void **state)
{
	struct frame_record	 f = framed(FRAME_RECORD, FRAME_WEAK);

	(void)state;
	f.bytes.n = 17;
	batch_take(&b, &f, 0, 0);
	assert_int_equal(b.n, 0);
	assert_int_equal(b.nnotes, 1);
	assert_int_equal(b.notes[0].kind, BATCH_GAP);
	assert_string_equal(b.notes[0].why, bsm_strstatus(BSM_ETRUNC));
}

static void
batch_can_be_used_again(void **state)
{
	const struct frame_record	 f = framed(FRAME_RECORD, FRAME_STRONG);

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		batch_take(&b, &f, 0, i);
	batch_words(&b, "", "");
	assert_int_equal(b.records[99].offset, 99);
	batch_clear(&b);
	assert_int_equal(b.n + b.nnotes, 0);
	batch_take(&b, &f, 0, 5);
	assert_int_equal(b.records[0].offset, 5);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(record_has_its_header_read_and_its_place),
		TEST(intact_records_are_taken_many_at_a_time),
		TEST(file_token_is_passed_over),
		TEST(what_is_said_stands_between_the_records),
		TEST(record_whose_header_does_not_fit_is_a_gap),
		TEST(batch_can_be_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
