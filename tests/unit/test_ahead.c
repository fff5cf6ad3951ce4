/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_ahead.c - a finished input, read and cut into records ahead.
 *
 * Also to be run under -fsanitize=thread.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "alert_case.h"
#include "run/ahead.h"
#include "run/trailset.h"

static char	 dir[] = "/tmp/test_ahead.XXXXXX";
static char	 path[64];
static struct buf trail;	/* what is in the file, or should be */

/* A record of so many bytes, at least 18 + 3 + 1 + 7. */
static void
record(struct buf *b, uint32_t seconds, size_t size)
{
	buf_u8(b, 0x14);
	buf_u32(b, (uint32_t)size);
	buf_u8(b, 11);
	buf_u16(b, 1);
	buf_u16(b, 0);
	buf_u32(b, seconds);
	buf_u32(b, 0);
	buf_u8(b, 0x28);			/* text */
	buf_u16(b, (uint16_t)(size - 28));
	for (size_t i = 0; i < size - 29; i++)
		buf_char(b, (char)('a' + (seconds + i) % 26));
	buf_char(b, '\0');
	buf_u8(b, 0x13);
	buf_u16(b, 0xb105);
	buf_u32(b, (uint32_t)size);
}

static void
write_file(const char *to, struct slice bytes)
{
	const int	 fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
	close(fd);
}

static void
write_gzip(const char *to, struct slice bytes)
{
	gzFile	 z = gzopen(to, "wb");

	assert_non_null(z);
	assert_int_equal(gzwrite(z, bytes.p, (unsigned)bytes.n), bytes.n);
	assert_int_equal(gzclose(z), Z_OK);
}

/* Records of many sizes, with noise, zeros and a cut header among them. */
static void
make_trail(bool damaged)
{
	uint32_t	 n = 1;

	buf_clear(&trail);
	for (; trail.n < 5 * AHEAD_BYTES; n++) {
		record(&trail, 1600000000 + n, 30 + n * 7 % 900);
		if (damaged && n % 101 == 0)
			buf_str(&trail, "noise");
		if (damaged && n % 333 == 0)
			for (unsigned i = 0; i < 300; i++)
				buf_u8(&trail, 0);
		if (damaged && n % 250 == 0)
			buf_put(&trail, trail.p, 20);
	}
	record(&trail, 1600000000 + n, 60000);
	if (damaged)
		buf_put(&trail, trail.p, 25);
}

/* What is told of a batch, as text; records are numbered from BASE on. */
static void
tell(struct buf *out, const struct batch *b, size_t base)
{
	size_t	 k = 0;

	for (size_t i = 0; i <= b->n; i++) {
		for (; k < b->nnotes && b->notes[k].before == i; k++)
			buf_printf(out, "note %d before %zu: %llu %zu %s\n",
			    b->notes[k].kind, base + i, (unsigned long long)
			    b->notes[k].frame.offset, b->notes[k].frame.bytes.n,
			    b->notes[k].why == NULL ? "" : b->notes[k].why);
		if (i == b->n)
			break;
		buf_printf(out, "%llu %d ", (unsigned long long)
		    b->records[i].offset, b->records[i].quality);
		buf_slice(out, b->records[i].bytes);
	}
	assert_int_equal(k, b->nnotes);
}

/* What one frame makes of all of it at once. */
static void
expect(struct buf *out, struct slice bytes)
{
	struct frame		*f = frame_new();
	struct batch		 b = { 0 };
	struct frame_record	 r;
	size_t			 n = 0;

	assert_int_equal(frame_feed(f, bytes.p, bytes.n), 0);
	for (unsigned i = 0; i < 2; i++) {
		while (frame_next(f, &r) == 1) {
			batch_take(&b, &r, 0, r.offset);
			tell(out, &b, n);
			n += b.n;
			batch_clear(&b);
		}
		frame_end(f);
	}
	batch_fini(&b);
	frame_free(f);
}

/* What is read ahead; INDEX as the engine would. */
static void
collect(struct buf *out, struct ahead *a, bool index, uint64_t *bytes)
{
	struct ahead_block	*b;
	size_t			 n = 0;

	*bytes = 0;
	while ((b = ahead_next(a)) != NULL) {
		if (n == 0 && b->batch.n > 0)	/* of all blocks one */
			assert_int_equal((uintptr_t)b->batch.records[0].bytes.p
			    % 4096, 0);
		tell(out, &b->batch, n);
		for (size_t i = 0; index && i < b->batch.n; i++)
			record_index(&b->batch.records[i]);
		n += b->batch.n;
		*bytes += b->bytes;
		batch_clear(&b->batch);
	}
}

static bool
same(const struct buf *a, const struct buf *b)
{
	return slice_eq(buf_bytes(a), buf_bytes(b));
}

static void
check_file(bool thread, bool index)
{
	struct buf	 want = { 0 }, got = { 0 };
	struct input	 in;
	struct ahead	*a;
	uint64_t	 bytes;

	expect(&want, buf_bytes(&trail));
	assert_null(input_open(&in, path));
	a = ahead_new(&in, thread, NULL);
	collect(&got, a, index, &bytes);
	assert_null(ahead_why(a));
	ahead_free(a);
	input_close(&in);
	assert_true(same(&want, &got));
	assert_int_equal(bytes, trail.n);
	buf_fini(&want);
	buf_fini(&got);
}

static void
file_comes_as_the_records_and_notes_of_one_frame(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		make_trail(i & 1);
		write_file(path, buf_bytes(&trail));
		check_file(i & 2, i & 4);
	}
}

static void
compressed_file_comes_as_what_it_was_before(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		make_trail(i & 1);
		write_gzip(path, buf_bytes(&trail));
		check_file(i & 2, false);
	}
}

static void
empty_file_has_no_records(void **state)
{
	(void)state;
	buf_clear(&trail);
	write_file(path, buf_bytes(&trail));
	check_file(false, false);
	check_file(true, false);
}

static void
end_that_comes_too_early_is_told(void **state)
{
	struct buf	 got = { 0 };
	struct input	 in;
	struct ahead	*a;
	struct stat	 st;
	uint64_t	 bytes;

	(void)state;
	make_trail(false);
	write_gzip(path, buf_bytes(&trail));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size / 2), 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_null(input_open(&in, path));
		a = ahead_new(&in, i == 1, NULL);
		collect(&got, a, false, &bytes);
		assert_string_equal(ahead_why(a), "the gzip data is cut short");
		assert_true(bytes > 0 && bytes < trail.n);
		ahead_free(a);
		input_close(&in);
	}
	buf_fini(&got);
}

/* Each record has another header within, but for every tenth. */
static void
make_nested(void)
{
	buf_clear(&trail);
	for (uint32_t n = 0; trail.n < 24 * AHEAD_BYTES; n++) {
		const size_t	 start = trail.n;

		record(&trail, 1600000000 + n, 300);
		if (n % 10 == 0)
			continue;
		/* In place of the text: a header of event 9, and a return. */
		trail.n = start + 18;
		buf_u8(&trail, 0x14);
		buf_u32(&trail, 0);
		buf_u8(&trail, 11);
		buf_u16(&trail, 9);
		buf_u16(&trail, 0);
		buf_u32(&trail, 1);
		buf_u32(&trail, 0);
		buf_u8(&trail, 0x27);
		buf_u8(&trail, 0);
		buf_u32(&trail, 0);
		buf_u8(&trail, 0x13);
		buf_u16(&trail, 0xb105);
		buf_u32(&trail, (uint32_t)(trail.n + 4 - start));
		for (unsigned i = 0; i < 4; i++)
			trail.p[start + 1 + i] = trail.p[trail.n - 4 + i];
	}
}

/*
 * How many blocks came with tokens, for somebody who WANTs them and is slow.
 * Whatever came, the first header of a record is the one that counts.
 */
static unsigned
count_indexed(bool want, useconds_t nap)
{
	struct ahead_block	*b;
	struct ahead		*a;
	struct input		 in;
	unsigned		 indexed = 0;
	uint32_t		 n = 0;

	assert_null(input_open(&in, path));
	a = ahead_new(&in, true, NULL);
	while ((b = ahead_next(a)) != NULL) {
		bool	 any = false;

		for (size_t i = 0; i < b->batch.n; i++, n++) {
			struct record	*r = &b->batch.records[i];

			any |= r->indexed;
			assert_true(!r->indexed || n % 10 == 0);
			assert_int_equal(r->event, 1);
			assert_int_equal(r->seconds, 1600000000 + n);
			if (want)
				record_index(r);
		}
		indexed += any;
		(void)usleep(nap);
	}
	ahead_free(a);
	input_close(&in);
	return indexed;
}

/* The tokens are found ahead, once it is seen that somebody wants them. */
static void
blocks_learn_whether_tokens_are_wanted(void **state)
{
	(void)state;
	make_nested();
	write_file(path, buf_bytes(&trail));
	assert_int_equal(count_indexed(false, 2000), 0);
	assert_true(count_indexed(true, 20000) > 0);
}

static void
reading_may_end_at_any_time(void **state)
{
	struct input	 in;

	(void)state;
	make_trail(true);
	write_file(path, buf_bytes(&trail));
	for (unsigned i = 0; i < 4; i++) {
		struct ahead	*a;

		assert_null(input_open(&in, path));
		a = ahead_new(&in, true, NULL);
		for (unsigned k = 0; k < i; k++)
			assert_non_null(ahead_next(a));
		ahead_free(a);
		input_close(&in);
	}
	ahead_free(NULL);
}

/* Of two trails whose records alternate, one of them damaged. */
static struct trailset *
two_trails(struct buf *first, struct buf *second)
{
	const struct trailset_options	 o = { .order = TRAILSET_MERGED,
		.from = INT64_MIN, .until = INT64_MAX };
	struct trailset			*set = trailset_new(&o);

	for (uint32_t n = 0; n < 3000; n++) {
		record(n / 10 % 2 == 0 ? first : second, 1600000000 + n,
		    100 + n % 300);
		if (n == 1000)
			buf_str(first, "noise");
	}
	assert_int_equal(chdir(dir), 0);
	write_file("20200913122640.20200913132640", buf_bytes(first));
	write_file("20200913122641.20200913132640", buf_bytes(second));
	assert_true(trailset_add(set, "20200913122640.20200913132640"));
	assert_true(trailset_add(set, "20200913122641.20200913132640"));
	return set;
}

static void
records_of_a_directory_come_merged_and_know_their_trail(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct buf	 of[2] = { { 0 }, { 0 } };
		struct input	 in = { .fd = -1, .finished = true,
			.set = two_trails(&of[0], &of[1]) };
		struct ahead	*a = ahead_new(&in, i == 1, NULL);
		struct ahead_block *b;
		uint32_t	 n = 0;
		size_t		 notes = 0;

		while ((b = ahead_next(a)) != NULL) {
			for (size_t k = 0; k < b->batch.n; k++, n++) {
				const struct record	*r =
				    &b->batch.records[k];
				const size_t		 t =
				    input_trail(r->offset);

				assert_int_equal(r->seconds, 1600000000 + n);
				assert_int_equal(t, n / 10 % 2);
				assert_memory_equal(r->bytes.p, of[t].p +
				    input_offset(r->offset), r->bytes.n);
			}
			notes += b->batch.nnotes;
		}
		assert_int_equal(n, 3000);
		assert_int_equal(notes, 2);	/* a gap, and behind it */
		ahead_free(a);
		trailset_free(in.set);
		buf_fini(&of[0]);
		buf_fini(&of[1]);
	}
}

static void
words_about_a_trail_stand_among_its_records(void **state)
{
	struct buf	 of[2] = { { 0 }, { 0 } };
	struct input	 in = { .fd = -1, .finished = true,
		.set = two_trails(&of[0], &of[1]) };
	struct ahead	*a;
	struct ahead_block *b;

	(void)state;
	assert_int_equal(unlink("20200913122641.20200913132640"), 0);
	a = ahead_new(&in, true, NULL);
	b = ahead_next(a);
	assert_non_null(b);
	assert_int_equal(b->batch.notes[0].kind, BATCH_WORDS);
	assert_string_equal(b->batch.notes[0].path,
	    "20200913122641.20200913132640");
	assert_string_equal(b->batch.notes[0].why, strerror(ENOENT));
	ahead_free(a);
	assert_true(trailset_failed(in.set));
	trailset_free(in.set);
	buf_fini(&of[0]);
	buf_fini(&of[1]);
}

static int
clean_up(void **state)
{
	(void)state;
	(void)!chdir(dir);
	(void)unlink(path);
	(void)unlink("20200913122640.20200913132640");
	(void)unlink("20200913122641.20200913132640");
	buf_fini(&trail);
	trail = (struct buf){ 0 };
	return 0;
}

#define TEST(f) cmocka_unit_test_teardown(f, clean_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file_comes_as_the_records_and_notes_of_one_frame),
		TEST(compressed_file_comes_as_what_it_was_before),
		TEST(empty_file_has_no_records),
		TEST(end_that_comes_too_early_is_told),
		TEST(blocks_learn_whether_tokens_are_wanted),
		TEST(reading_may_end_at_any_time),
		TEST(records_of_a_directory_come_merged_and_know_their_trail),
		TEST(words_about_a_trail_stand_among_its_records),
	};
	int	 failed;

	if (mkdtemp(dir) == NULL)
		return 99;
	snprintf(path, sizeof(path), "%s/trail", dir);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(dir);
	return failed;
}
