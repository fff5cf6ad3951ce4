/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "alert_case.h"
#include "run/reread.h"

/* A file of ten records, and an alert whose steps are all of them. */
static struct alert_case	 a;
static struct buf		 trail;
static struct input		 in;
static const struct input	*inputs[1];
static struct reread		*r;
static char			 path[] = "/tmp/test_reread.XXXXXX";

static int
setup(void **state)
{
	(void)state;
	case_init(&a, "/tmp/x", NULL);
	trail = (struct buf){ 0 };
	for (uint32_t i = 0; i < 10; i++) {
		a.steps[i] = (struct alert_step){ .state = i + 1,
		    .offset = trail.n };
		buf_slice(&trail, buf_bytes(&a.bytes));
	}
	a.record.offset = a.steps[9].offset;
	a.alert.nsteps = a.alert.records = 10;
	in = (struct input){ .path = path, .name = path, .again = true };
	in.fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (write(in.fd, trail.p, trail.n) != (ssize_t)trail.n)
		return -1;
	inputs[0] = &in;
	r = reread_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	reread_free(r);
	close(in.fd);
	buf_fini(&trail);
	case_fini(&a);
	return 0;
}

static void
all_steps_have_their_records(void **state)
{
	struct alert_step	*steps;
	size_t			 gone;

	(void)state;
	steps = reread_steps(r, NULL, inputs, &a.alert, &gone);
	assert_int_equal(gone, 0);
	for (int i = 0; i < 10; i++)
		assert_true(slice_eq(steps[i].bytes, buf_bytes(&a.bytes)));
	assert_ptr_equal(steps[9].bytes.p, a.record.bytes.p);
	assert_int_equal(steps[3].state, 4);
}

static void
file_that_was_cut_leaves_steps_empty(void **state)
{
	struct alert_step	*steps;
	size_t			 gone;

	(void)state;
	assert_int_equal(ftruncate(in.fd, (off_t)(a.bytes.n * 2 + 5)), 0);
	steps = reread_steps(r, NULL, inputs, &a.alert, &gone);
	assert_int_equal(gone, 7);		/* the last one is at hand */
	assert_int_equal(steps[1].bytes.n, a.bytes.n);
	assert_int_equal(steps[2].bytes.n, 0);
	assert_int_equal(steps[9].bytes.n, a.bytes.n);
}

static void
file_that_was_rewritten_is_noticed(void **state)
{
	size_t	 gone;
	uint8_t	 noise[40];

	(void)state;
	memset(noise, 0x14, sizeof(noise));
	assert_int_equal(pwrite(in.fd, noise, sizeof(noise), 0), 40);
	assert_int_equal(pwrite(in.fd, noise, 1, (off_t)(2 * a.bytes.n - 1)),
	    1);				/* the trailer of the second */
	(void)reread_steps(r, NULL, inputs, &a.alert, &gone);
	assert_int_equal(gone, 2);
}

static void
trail_may_begin_inside_a_file(void **state)
{
	struct alert_step	*steps;
	size_t			 gone;

	(void)state;
	in.start = a.bytes.n;
	for (int i = 0; i < 9; i++)
		a.steps[i].offset = a.steps[i].offset == 0 ? 0 :
		    a.steps[i].offset - a.bytes.n;
	steps = reread_steps(r, NULL, inputs, &a.alert, &gone);
	assert_int_equal(gone, 0);
	assert_int_equal(steps[0].bytes.n, a.bytes.n);
}

static void
record_with_a_broken_size_is_repaired_again(void **state)
{
	struct alert_step	*steps;
	size_t			 gone;

	(void)state;
	assert_int_equal(pwrite(in.fd, "\x7f", 1, 1), 1);
	a.steps[0].quality = FRAME_RECOVERED;
	steps = reread_steps(r, NULL, inputs, &a.alert, &gone);
	assert_int_equal(gone, 0);
	assert_int_equal(steps[0].bytes.n, a.bytes.n);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_steps_have_their_records),
		TEST(file_that_was_cut_leaves_steps_empty),
		TEST(file_that_was_rewritten_is_noticed),
		TEST(trail_may_begin_inside_a_file),
		TEST(record_with_a_broken_size_is_repaired_again),
	};
	int	 failed, fd;

	if ((fd = mkstemp(path)) == -1)
		return 99;
	close(fd);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return failed;
}
