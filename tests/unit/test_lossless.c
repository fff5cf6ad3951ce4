/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_lossless.c - what JSON lines look like, and that whatever the frame
 * hands out comes back bit for bit through make/jsonin.c. The forms of values
 * (jsonform.c) are tested here too.
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
#include "make/jsonin.h"
#include "print/lossless.h"

static struct names	*names;
static struct lossless	*lossless;
static struct jsonin	*jsonin;

static int
begin(void **state)
{
	(void)state;
	names = names_new();
	lossless = lossless_new(names);
	jsonin = jsonin_new(names);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	jsonin_free(jsonin);
	lossless_free(lossless);
	names_free(names);
	return 0;
}

/* The line of a record at offset 7 of the trail "t". */
static void
line_of(struct slice record, struct buf *out)
{
	struct slice			 copy = exact(record);
	const struct frame_record	 f = { .kind = FRAME_RECORD,
		.bytes = copy, .offset = 7, .quality = FRAME_STRONG };

	lossless_frame(lossless, &f, slice_str("t"), out);
	exact_free(copy);
}

static void
assert_comes_back(struct slice record)
{
	struct buf	 line = { 0 }, back = { 0 };
	struct slice	 copy;

	line_of(record, &line);
	assert_true(line.n <= JSONIN_LINE_MAX);
	copy = exact(buf_bytes(&line));
	if (jsonin_line(jsonin, copy, &back) != 0)
		fail_msg("%s: %.300s", jsonin_error(jsonin),
		    buf_cstr(&line));
	if (!slice_eq(buf_bytes(&back), record))
		fail_msg("other bytes from %.300s", buf_cstr(&line));
	exact_free(copy);
	buf_fini(&line);
	buf_fini(&back);
}

static void
begin_record(struct buf *b, uint8_t version)
{
	const struct token	 t = { .layout = layout_find(TOK_HEADER32),
		.header = { .version = version, .event = 23,
		    .seconds = 1634210459, .fraction = 522 } };

	assert_int_equal(build_token(b, &t), 0);
}

#define HEAD	"{\"time\":\"2021-10-14T11:20:59.522Z\","		\
		"\"event\":\"AUE_EXECVE\",\"source\":\"t\",\"offset\":7,"	\
		"\"tokens\":["

/* How the only token of a record is written. */
static void
assert_token(const void *token, size_t n, const char *expected)
{
	struct buf	 b = { 0 }, line = { 0 };
	char		*text, *after;

	begin_record(&b, 11);
	buf_put(&b, token, n);
	build_finish(&b, 0);
	line_of(buf_bytes(&b), &line);
	text = strstr(buf_cstr(&line), "522},");
	assert_non_null(text);
	text += 5;
	after = strstr(text, ",{\"token\":\"trailer\"");
	assert_non_null(after);
	*after = '\0';
	assert_string_equal(text, expected);
	buf_fini(&b);
	buf_fini(&line);
}
#define TOKEN(...)	(const uint8_t []){ __VA_ARGS__ },		\
			sizeof((const uint8_t []){ __VA_ARGS__ })

static void
a_record_is_a_line_of_its_tokens(void **state)
{
	struct buf	 b = { 0 }, line = { 0 };

	(void)state;
	begin_record(&b, 11);
	buf_put(&b, "\x28\0\3hi\0\x27\1\0\0\0\0", 12);
	build_finish(&b, 0);
	line_of(buf_bytes(&b), &line);
	assert_string_equal(buf_cstr(&line), HEAD
	    "{\"token\":\"header32\",\"size\":37,\"version\":11,\"event\":23,"
	    "\"modifier\":0,\"seconds\":1634210459,\"fraction\":522},"
	    "{\"token\":\"text\",\"text\":\"hi\"},"
	    "{\"token\":\"return32\",\"error\":1,\"value\":0},"
	    "{\"token\":\"trailer\",\"size\":37}]}\n");
	buf_fini(&b);
	buf_fini(&line);
}

static void
strings_show_what_is_odd_about_them(void **state)
{
	(void)state;
	assert_token(TOKEN(0x28, 0, 1, 0), "{\"token\":\"text\",\"text\":\"\"}");
	assert_token(TOKEN(0x28, 0, 4, 0xc3, 0xa9, '"', 0),
	    "{\"token\":\"text\",\"text\":\"\xc3\xa9\\\"\"}");
	assert_token(TOKEN(0x28, 0, 2, 0xff, 0),
	    "{\"token\":\"text\",\"text\":{\"hex\":\"ff\"}}");
	assert_token(TOKEN(0x28, 0, 4, 'a', 0, 'b', 0),
	    "{\"token\":\"text\",\"text\":{\"hex\":\"610062\"}}");
	assert_token(TOKEN(0x28, 0, 1, 'a'),
	    "{\"token\":\"text\",\"text\":{\"hex\":\"61\",\"nul\":false}}");
	assert_token(TOKEN(0x28, 0, 0),
	    "{\"token\":\"text\",\"text\":{\"hex\":\"\",\"nul\":false}}");
}

static void
controls_never_stand_in_a_line(void **state)
{
	(void)state;
	assert_token(TOKEN(0x23, 0, 5, '/', 0x1b, '\n', 0x7f, 0),
	    "{\"token\":\"path\",\"path\":\"/\\u001b\\n\\u007f\"}");
}

static void
addresses_are_text_that_tells_their_length(void **state)
{
	(void)state;
	assert_token(TOKEN(0x7e, 0, 0, 0, 4, 192, 0, 2, 1),
	    "{\"token\":\"in_addr_ex\",\"address\":\"192.0.2.1\"}");
	assert_token(TOKEN(0x7e, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0xff, 0xff, 192, 0, 2, 1),
	    "{\"token\":\"in_addr_ex\",\"address\":\"::ffff:192.0.2.1\"}");
}

static void
large_numbers_are_strings_of_digits(void **state)
{
	(void)state;
	assert_token(TOKEN(0x72, 0, 0, 0x20, 0, 0, 0, 0, 0, 0),
	    "{\"token\":\"return64\",\"error\":0,\"value\":9007199254740992}");
	assert_token(TOKEN(0x72, 0, 0, 0x20, 0, 0, 0, 0, 0, 1),
	    "{\"token\":\"return64\",\"error\":0,"
	    "\"value\":\"9007199254740993\"}");
}

static void
lists_are_arrays(void **state)
{
	(void)state;
	assert_token(TOKEN(0x3c, 0, 0, 0, 3, 'a', 0, 0, 0xff, 0),
	    "{\"token\":\"exec_args\",\"args\":[\"a\",\"\",{\"hex\":\"ff\"}]}");
	assert_token(TOKEN(0x3c, 0, 0, 0, 0),
	    "{\"token\":\"exec_args\",\"args\":[]}");
	assert_token(TOKEN(0x3b, 0, 2, 0, 0, 0, 7, 0xff, 0xff, 0xff, 0xff),
	    "{\"token\":\"groups\",\"groups\":[7,4294967295]}");
	assert_token(TOKEN(0x51, 0, 1, 0, 2, 'x', 0, 0, 1, 0, 1, 'y'),
	    "{\"token\":\"cmd\",\"args\":[\"x\"],"
	    "\"env\":[{\"hex\":\"79\",\"nul\":false}]}");
}

static void
a_list_that_lies_says_so(void **state)
{
	(void)state;
	assert_token(TOKEN(0x3c, 0, 0, 0, 9, 'a', 0, 'b', 0),
	    "{\"token\":\"exec_args\",\"args\":[\"a\",\"b\"],\"count\":9}");
	assert_token(TOKEN(0x3c, 0, 0, 0, 2, 'a', 0, 'b', 0, 0, 0),
	    "{\"token\":\"exec_args\",\"args\":[\"a\",\"b\"],\"padding\":2}");
}

static void
blobs_are_hexadecimal(void **state)
{
	(void)state;
	assert_token(TOKEN(0x29, 0, 2, 0xca, 0xfe),
	    "{\"token\":\"opaque\",\"data\":\"cafe\"}");
	assert_token(TOKEN(0x21, 3, 1, 1, 0xab, 0xcd),
	    "{\"token\":\"arbitrary\",\"how\":3,\"unit\":1,"
	    "\"items\":\"abcd\"}");
	assert_token(TOKEN(0x84, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
	    13, 14, 15, 0, 1, 0), "{\"token\":\"arg_uuid\",\"number\":1,"
	    "\"uuid\":\"00010203-0405-0607-0809-0a0b0c0d0e0f\","
	    "\"text\":\"\"}");
}

static void
what_no_token_explains_is_raw(void **state)
{
	(void)state;
	assert_token(TOKEN(0xfe, 1, 2),
	    "{\"token\":\"raw\",\"hex\":\"fe0102\"}");
}

static void
another_trailer_magic_is_shown(void **state)
{
	(void)state;
	assert_token(TOKEN(0x13, 1, 2, 0, 0, 0, 7),
	    "{\"token\":\"trailer\",\"magic\":258,\"size\":7}");
}

static void
solaris_counts_nanoseconds(void **state)
{
	const struct token	 t = { .layout = layout_find(TOK_HEADER64),
		.header = { .version = 2, .seconds = 1704164941,
		    .fraction = 987654321 } };
	struct buf		 b = { 0 }, line = { 0 };

	(void)state;
	assert_int_equal(build_token(&b, &t), 0);
	build_sizes(&b, 0);
	line_of(buf_bytes(&b), &line);
	assert_memory_equal(line.p, "{\"time\":\"2024-01-02T03:09:01.987Z\"",
	    34);
	assert_comes_back(buf_bytes(&b));
	buf_fini(&b);
	buf_fini(&line);
}

static void
a_time_beyond_four_digits_is_left_out(void **state)
{
	const struct token	 t = { .layout = layout_find(TOK_HEADER64),
		.header = { .version = 11, .event = 65535,
		    .seconds = (uint64_t)1 << 60 } };
	struct buf		 b = { 0 }, line = { 0 };

	(void)state;
	assert_int_equal(build_token(&b, &t), 0);
	build_finish(&b, 0);
	line_of(buf_bytes(&b), &line);
	assert_memory_equal(line.p, "{\"event\":65535,\"source\"", 23);
	assert_comes_back(buf_bytes(&b));
	buf_fini(&b);
	buf_fini(&line);
}

static void
a_gap_keeps_its_bytes(void **state)
{
	const uint8_t			 bytes[] = { 0, 0xff };
	const struct frame_record	 f = { .kind = FRAME_GAP,
		.bytes = { bytes, 2 }, .offset = 20480,
		.reason = FRAME_TRUNCATED };
	struct buf			 line = { 0 }, back = { 0 };

	(void)state;
	lossless_frame(lossless, &f, slice_str("a\"b"), &line);
	assert_string_equal(buf_cstr(&line),
	    "{\"gap\":\"the trail ends inside a record\",\"source\":"
	    "\"a\\\"b\",\"offset\":20480,\"hex\":\"00ff\"}\n");
	assert_int_equal(jsonin_line(jsonin, buf_bytes(&line), &back), 0);
	assert_int_equal(back.n, 2);
	assert_memory_equal(back.p, bytes, 2);
	buf_fini(&line);
	buf_fini(&back);
}

static void
a_file_token_stands_alone(void **state)
{
	const uint8_t			 file[] = { 0x11, 0, 0, 0, 1, 0, 0, 0,
		2, 0, 3, '/', 'x', 0 };
	const struct frame_record	 f = { .kind = FRAME_FILE,
		.bytes = { file, sizeof(file) }, .quality = FRAME_RECOVERED };
	struct buf			 line = { 0 }, back = { 0 };

	(void)state;
	lossless_frame(lossless, &f, slice_str("t"), &line);
	assert_string_equal(buf_cstr(&line), "{\"source\":\"t\",\"offset\":0,"
	    "\"recovered\":true,\"tokens\":[{\"token\":\"file32\","
	    "\"seconds\":1,\"fraction\":2,\"name\":\"/x\"}]}\n");
	assert_int_equal(jsonin_line(jsonin, buf_bytes(&line), &back), 0);
	assert_int_equal(back.n, sizeof(file));
	assert_memory_equal(back.p, file, sizeof(file));
	buf_fini(&line);
	buf_fini(&back);
}

/* Tokens of three bytes make lines many times as long as the record. */
static void
a_line_that_would_be_too_long_is_raw(void **state)
{
	struct buf	 b = { 0 }, line = { 0 };

	(void)state;
	begin_record(&b, 11);
	while (b.n < FRAME_RECORD_MAX - 2 * TRAILER_SIZE)
		buf_put(&b, "\x60\0", 3);
	build_finish(&b, 0);
	line_of(buf_bytes(&b), &line);
	assert_true(line.n < 3 * b.n);
	assert_memory_equal(line.p + strlen(HEAD), "{\"token\":\"raw\",\"hex\"",
	    20);
	assert_comes_back(buf_bytes(&b));
	buf_fini(&b);
	buf_fini(&line);
}

static void
names_of_fields_do_not_clash_with_ours(void **state)
{
	size_t			 n;
	const struct layout	*all = token_layouts(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct field	*f = all[i].fields;

		assert_string_not_equal(all[i].name, "raw");
		assert_true(f->wire != W_STRINGS || f[1].name == NULL);
		for (; f->name != NULL; f++) {
			assert_string_not_equal(f->name, "token");
			assert_string_not_equal(f->name, "count");
			assert_string_not_equal(f->name, "padding");
			assert_true(f == all[i].fields ||
			    f->wire != W_STRINGS);
		}
	}
}

static void
every_layout_comes_back(void **state)
{
	size_t			 n;
	const struct layout	*all = token_layouts(&n);
	struct lot		*l = calloc(1, sizeof(*l));
	struct buf		 b = { 0 };

	(void)state;
	assert_non_null(l);
	lot_seed(l, 21);
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; k < lot_runs(50); k++) {
			struct token	 t;

			buf_clear(&b);
			begin_record(&b, k % 2 == 0 ? 11 : 2);
			l->used = 0;
			l->hostile = k % 8 < 4;
			lot_token(l, &all[i], &t);
			assert_int_equal(build_token(&b, &t), 0);
			if (k % 4 < 2)
				build_finish(&b, 0);
			else
				build_sizes(&b, 0);
			assert_comes_back(buf_bytes(&b));
		}
	buf_fini(&b);
	free(l);
}

static void
damaged_records_come_back(void **state)
{
	struct lot	*l = calloc(1, sizeof(*l));
	struct buf	 b = { 0 };

	(void)state;
	assert_non_null(l);
	lot_seed(l, 22);
	for (unsigned i = 0; i < lot_runs(5000); i++) {
		buf_clear(&b);
		l->hostile = i % 4 < 2;
		lot_record(l, &b, i % 3 == 0 ? 2 : 11, 6, i % 5 != 0);
		for (uint32_t k = lot_below(l, 6); k > 0; k--)
			b.p[1 + lot_below(l, (uint32_t)b.n - 1)] = (uint8_t)(
			    lot_below(l, 2) ? lot_u64(l) : lot_below(l, 4));
		assert_comes_back(buf_bytes(&b));
	}
	buf_fini(&b);
	free(l);
}

/* A stream with holes, in pieces as they come. */
static void
damaged_trails_come_back(void **state)
{
	struct lot		*l = calloc(1, sizeof(*l));
	struct buf		 trail = { 0 }, lines = { 0 }, back = { 0 };
	struct frame_record	 f;

	(void)state;
	assert_non_null(l);
	lot_seed(l, 23);
	for (unsigned i = 0; i < lot_runs(200); i++) {
		struct frame	*frame = frame_new();
		struct slice	 left;

		buf_clear(&trail);
		buf_clear(&back);
		l->hostile = i % 3 == 0;
		for (unsigned k = 0; k < 12; k++)
			lot_record(l, &trail, k % 4 == 0 ? 2 : 11, 4,
			    k % 4 != 0 || i % 2 == 0);
		for (uint32_t k = lot_below(l, 8); k > 0; k--)
			trail.p[lot_below(l, (uint32_t)trail.n)] =
			    (uint8_t)lot_u64(l);
		trail.n -= lot_below(l, 40);
		assert_int_equal(frame_feed(frame, trail.p, trail.n), 0);
		frame_end(frame);
		buf_clear(&lines);
		while (frame_next(frame, &f) == 1)
			lossless_frame(lossless, &f, slice_str("t"), &lines);
		for (left = buf_bytes(&lines); left.n > 0;) {
			const uint8_t	*nl = memchr(left.p, '\n', left.n);
			const size_t	 n = (size_t)(nl - left.p);

			assert_int_equal(jsonin_line(jsonin,
			    (struct slice){ left.p, n }, &back), 0);
			left.p += n + 1;
			left.n -= n + 1;
		}
		assert_true(slice_eq(buf_bytes(&trail), buf_bytes(&back)));
		frame_free(frame);
	}
	buf_fini(&trail);
	buf_fini(&lines);
	buf_fini(&back);
	free(l);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_record_is_a_line_of_its_tokens),
		cmocka_unit_test(strings_show_what_is_odd_about_them),
		cmocka_unit_test(controls_never_stand_in_a_line),
		cmocka_unit_test(addresses_are_text_that_tells_their_length),
		cmocka_unit_test(large_numbers_are_strings_of_digits),
		cmocka_unit_test(lists_are_arrays),
		cmocka_unit_test(a_list_that_lies_says_so),
		cmocka_unit_test(blobs_are_hexadecimal),
		cmocka_unit_test(what_no_token_explains_is_raw),
		cmocka_unit_test(another_trailer_magic_is_shown),
		cmocka_unit_test(solaris_counts_nanoseconds),
		cmocka_unit_test(a_time_beyond_four_digits_is_left_out),
		cmocka_unit_test(a_gap_keeps_its_bytes),
		cmocka_unit_test(a_file_token_stands_alone),
		cmocka_unit_test(a_line_that_would_be_too_long_is_raw),
		cmocka_unit_test(names_of_fields_do_not_clash_with_ours),
		cmocka_unit_test(every_layout_comes_back),
		cmocka_unit_test(damaged_records_come_back),
		cmocka_unit_test(damaged_trails_come_back),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
