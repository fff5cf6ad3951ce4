/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "base/mem.h"
#include "bsm/frame.h"
#include "caught.h"
#include "pipedevice.h"
#include "run/auditpipe.h"
#include "run/preselect.h"

static void
descriptor_that_is_no_audit_pipe_is_nothing_to_speak_of(void **state)
{
	struct auditpipe	 a;
	struct auditdev		 dev;
	struct caught		 c;
	int			 ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	dev = auditdev_of(ends[0]);
	catch_stderr(&c);
	auditpipe_init(&a, &dev, 0);
	assert_false(auditpipe_preselect(&a, &(struct preselect){ 0 }));
	auditpipe_look(&a, 3 * AUDITPIPE_EVERY_MS);
	assert_string_equal(caught_text(&c), "");
	assert_false(a.here);
	assert_int_equal(a.drops, 0);
	close(ends[0]);
	close(ends[1]);
}

static void
what_is_no_audit_pipe_is_asked_once(void **state)
{
	struct pipedevice	 d;
	struct auditpipe	 a;

	(void)state;
	pipedevice_init(&d);
	pipedevice_refuse(&d, 0, ENOTTY);
	auditpipe_init(&a, &d.dev, 0);
	for (int64_t t = 0; t < 100 * AUDITPIPE_EVERY_MS; t += 500)
		auditpipe_look(&a, t);
	assert_int_equal(d.asked[AUDITDEV_DROPS], 1);
	assert_int_equal(d.asked[AUDITDEV_SET_LIMIT], 0);
}

static void
queue_becomes_as_long_as_the_kernel_allows(void **state)
{
	struct pipedevice	 d;
	struct auditpipe	 a;

	(void)state;
	pipedevice_init(&d);
	auditpipe_init(&a, &d.dev, 0);
	assert_true(a.here);
	assert_int_equal(d.limit, PIPEDEVICE_LIMIT_MOST);
	assert_int_equal(d.mode, AUDITDEV_MODE_TRAIL);
}

static void
queue_that_is_long_enough_is_left_alone(void **state)
{
	struct pipedevice	 d;
	struct auditpipe	 a;

	(void)state;
	pipedevice_init(&d);
	d.limit = PIPEDEVICE_LIMIT_MOST;
	auditpipe_init(&a, &d.dev, 0);
	assert_int_equal(d.asked[AUDITDEV_SET_LIMIT], 0);
}

static void
queue_that_stays_short_is_said_and_the_rest_goes_on(void **state)
{
	const struct preselect	 p = { .flags = { 1, 2 } };
	struct pipedevice	 d;
	struct auditpipe	 a;
	struct caught		 c;

	(void)state;
	pipedevice_init(&d);
	d.refuses[AUDITDEV_SET_LIMIT] = EPERM;
	catch_stderr(&c);
	auditpipe_init(&a, &d.dev, 0);
	assert_non_null(strstr(caught_text(&c), "the queue of the audit pipe "
	    "stays at 128 records: "));
	assert_true(auditpipe_preselect(&a, &p));
	assert_int_equal(d.mode, AUDITDEV_MODE_LOCAL);
}

static void
preselection_of_its_own_counts_when_its_masks_are_set(void **state)
{
	const struct preselect	 p = { .flags = { 0x10, 0x20 },
	    .naflags = { 0x40, 0x80 } };
	struct pipedevice	 d;
	struct auditpipe	 a;

	(void)state;
	pipedevice_init(&d);
	d.trail = 0x1000;
	auditpipe_init(&a, &d.dev, 0);
	assert_true(pipedevice_selects(&d, 0x1000, true, true));
	assert_true(auditpipe_preselect(&a, &p));
	assert_false(pipedevice_selects(&d, 0x1000, true, true));
	assert_true(pipedevice_selects(&d, 0x10, true, true));
	assert_false(pipedevice_selects(&d, 0x10, false, true));
	assert_true(pipedevice_selects(&d, 0x20, false, true));
	assert_true(pipedevice_selects(&d, 0x40, true, false));
	assert_true(pipedevice_selects(&d, 0x80, false, false));
	assert_false(pipedevice_selects(&d, 0x10, true, false));
}

static void
masks_that_are_refused_leave_what_the_trail_selects(void **state)
{
	static const enum auditdev_request	 refused[] = {
		AUDITDEV_SET_FLAGS, AUDITDEV_SET_NAFLAGS
	};
	const struct preselect	 p = { .flags = { 1, 1 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct pipedevice	 d;
		struct auditpipe	 a;
		struct caught		 c;

		pipedevice_init(&d);
		d.refuses[refused[i]] = i == 0 ? EINVAL : EPERM;
		auditpipe_init(&a, &d.dev, 0);
		catch_stderr(&c);
		assert_false(auditpipe_preselect(&a, &p));
		assert_non_null(strstr(caught_text(&c), "the audit pipe gives "
		    "only what the trail selects, not what the rules need: "));
		assert_int_equal(d.mode, AUDITDEV_MODE_TRAIL);
	}
}

static void
new_rules_can_go_back_to_what_the_trail_selects(void **state)
{
	struct pipedevice	 d;
	struct auditpipe	 a;

	(void)state;
	pipedevice_init(&d);
	auditpipe_init(&a, &d.dev, 0);
	assert_true(auditpipe_preselect(&a, &(struct preselect){
	    .flags = { 1, 1 } }));
	assert_int_equal(d.mode, AUDITDEV_MODE_LOCAL);
	assert_true(auditpipe_preselect(&a, &(struct preselect){
	    .trail = true }));
	assert_int_equal(d.mode, AUDITDEV_MODE_TRAIL);
}

static void
drops_are_said_when_they_begin_and_when_they_end(void **state)
{
	struct pipedevice	 d;
	struct auditpipe	 a;
	struct caught		 c;
	int64_t			 t = 0;

	(void)state;
	pipedevice_init(&d);
	auditpipe_init(&a, &d.dev, t);
	catch_stderr(&c);
	for (unsigned i = 0; i < 5; i++) {	/* said once, not five times */
		d.drops += 10;
		auditpipe_look(&a, t += AUDITPIPE_EVERY_MS);
	}
	assert_int_equal(a.drops, 50);
	for (unsigned i = 0; i < 20; i++)
		auditpipe_look(&a, t += AUDITPIPE_EVERY_MS);
	d.drops += 7;
	auditpipe_look(&a, t += AUDITPIPE_EVERY_MS);
	auditpipe_look(&a, t + AUDITPIPE_CALM_MS);
	assert_string_equal(caught_text(&c),
	    "bsmtrace: the kernel drops records that we are too slow to read: "
	    "10 so far\n"
	    "bsmtrace: the kernel dropped 50 records that we were too slow to "
	    "read, 50 in all\n"
	    "bsmtrace: the kernel drops records that we are too slow to read: "
	    "57 so far\n"
	    "bsmtrace: the kernel dropped 7 records that we were too slow to "
	    "read, 57 in all\n");
}

static void
kernel_is_asked_now_and_then_not_at_each_read(void **state)
{
	struct pipedevice	 d;
	struct auditpipe	 a;

	(void)state;
	pipedevice_init(&d);
	auditpipe_init(&a, &d.dev, 0);
	d.asked[AUDITDEV_DROPS] = 0;
	for (int64_t t = 0; t <= 3 * AUDITPIPE_EVERY_MS; t++)
		auditpipe_look(&a, t);
	assert_int_equal(d.asked[AUDITDEV_DROPS], 3);
}

static void
records_that_were_cut_are_counted_and_said_once(void **state)
{
	struct pipedevice	 d;
	struct auditpipe	 a;
	struct caught		 c;

	(void)state;
	pipedevice_init(&d);
	auditpipe_init(&a, &d.dev, 0);
	catch_stderr(&c);
	d.truncates = 2;
	auditpipe_look(&a, AUDITPIPE_EVERY_MS);
	d.truncates = 5;
	auditpipe_look(&a, 2 * AUDITPIPE_EVERY_MS);
	assert_int_equal(a.truncates, 5);
	assert_string_equal(caught_text(&c), "bsmtrace: the kernel cuts "
	    "records that are too long for a read: 2 so far\n");
}

static void
counts_that_an_old_kernel_does_not_have_are_none(void **state)
{
	struct pipedevice	 d;
	struct auditpipe	 a;
	struct caught		 c;

	(void)state;
	pipedevice_init(&d);
	d.refuses[AUDITDEV_TRUNCATES] = ENOTTY;
	auditpipe_init(&a, &d.dev, 0);
	catch_stderr(&c);
	auditpipe_look(&a, AUDITPIPE_EVERY_MS);
	assert_string_equal(caught_text(&c), "");
	assert_int_equal(a.truncates, 0);
}

/* exit(2): a header, return 0 and a trailer; its number is its time. */
static size_t
exit_record(uint8_t *b, uint32_t number)
{
	static const uint8_t	 bytes[] = {
		0x14, 0, 0, 0, 31, 11, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0x27, 0, 0, 0, 0, 0,
		0x13, 0xb1, 0x05, 0, 0, 0, 31
	};

	memcpy(b, bytes, sizeof(bytes));
	for (unsigned i = 0; i < 4; i++)
		b[10 + i] = (uint8_t)(number >> (24 - 8 * i));
	return sizeof(bytes);
}

/* Read what there is, in pieces of SIZE bytes; count the whole records. */
static uint64_t
read_all(struct pipedevice *d, struct frame *frame, size_t size)
{
	uint64_t	 n = 0;
	size_t		 got;

	for (;;) {
		struct frame_record	 f;
		uint8_t			*piece = xmalloc(size);

		got = pipedevice_read(d, piece, size);
		if (got > 0)
			assert_int_equal(frame_feed(frame, piece, got), 0);
		while (got > 0 && frame_next(frame, &f) == 1) {
			assert_int_equal(f.kind, FRAME_RECORD);
			assert_int_equal(f.quality, FRAME_STRONG);
			n++;
		}
		free(piece);
		if (got == 0)
			return n;
	}
}

static void
every_record_is_read_or_counted_as_dropped_however_reads_cut_them(
    void **state)
{
	static const size_t	 sizes[] = { 1, 7, 30, 31, 32, 1000, 1u << 20 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct pipedevice	*d = xmalloc(sizeof(*d));
		struct frame		*frame = frame_new();
		struct auditpipe	 a;
		struct caught		 c;
		uint8_t			 bytes[64];
		uint64_t		 read = 0, made = 0;
		int64_t			 t = 0;

		pipedevice_init(d);
		catch_stderr(&c);
		auditpipe_init(&a, &d->dev, t);
		for (unsigned burst = 1; burst <= 2000; burst += 333) {
			for (unsigned k = 0; k < burst; k++)
				pipedevice_put(d, bytes, exit_record(bytes,
				    (uint32_t)made++));
			read += read_all(d, frame, sizes[i]);
			auditpipe_look(&a, t += AUDITPIPE_EVERY_MS);
		}
		(void)caught_text(&c);
		assert_int_equal(read + a.drops, made);
		assert_int_equal(a.drops, (1333 - 1024) + (1666 - 1024) +
		    (1999 - 1024));
		frame_free(frame);
		free(d);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    descriptor_that_is_no_audit_pipe_is_nothing_to_speak_of),
		cmocka_unit_test(what_is_no_audit_pipe_is_asked_once),
		cmocka_unit_test(queue_becomes_as_long_as_the_kernel_allows),
		cmocka_unit_test(queue_that_is_long_enough_is_left_alone),
		cmocka_unit_test(
		    queue_that_stays_short_is_said_and_the_rest_goes_on),
		cmocka_unit_test(
		    preselection_of_its_own_counts_when_its_masks_are_set),
		cmocka_unit_test(
		    masks_that_are_refused_leave_what_the_trail_selects),
		cmocka_unit_test(
		    new_rules_can_go_back_to_what_the_trail_selects),
		cmocka_unit_test(
		    drops_are_said_when_they_begin_and_when_they_end),
		cmocka_unit_test(kernel_is_asked_now_and_then_not_at_each_read),
		cmocka_unit_test(
		    records_that_were_cut_are_counted_and_said_once),
		cmocka_unit_test(
		    counts_that_an_old_kernel_does_not_have_are_none),
		cmocka_unit_test(
		    every_record_is_read_or_counted_as_dropped_however_reads_cut_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
