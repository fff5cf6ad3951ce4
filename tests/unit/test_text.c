/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_text.c - records as praudit's lines: what stands in a line, and what
 * happens where a record cannot be decoded. The forms of single values
 * (textform.c) are tested here too, since nobody else asks for them.
 */
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bsm/build.h"
#include "bsm/status.h"
#include "draw.h"
#include "print/text.h"

static unsigned	asked;			/* how often for a user */

static bool
user_of(void *arg, uint32_t uid, char *name, size_t n)
{
	(void)arg;
	asked++;
	if (uid != 0 && uid != 1001)
		return false;
	assert_true(n > 8);
	memcpy(name, uid == 0 ? "root" : "alice", uid == 0 ? 5 : 6);
	return true;
}

static bool
group_of(void *arg, uint32_t gid, char *name, size_t n)
{
	(void)arg;
	if (gid != 0)
		return false;
	assert_true(n > 8);
	memcpy(name, "wheel", 6);
	return true;
}

static const struct accounts	accounts = {
	.user_of = user_of, .group_of = group_of
};

/* A record of one token behind a header of this version, with a trailer. */
static void
put_header(struct buf *b, uint8_t version, uint64_t seconds)
{
	const struct token	 t = { .layout = layout_find(TOK_HEADER32),
		.header = { .version = version, .event = 23,
		    .seconds = seconds, .fraction = 548 } };

	assert_int_equal(build_token(b, &t), 0);
}

/* What is printed for a record, as a C string in OUT. */
static int
show(const struct text_style *style, struct slice record, struct buf *out,
    size_t *at)
{
	struct names	*names = names_new();
	struct text	*text = text_new(style, names, &accounts);
	struct slice	 copy = exact(record);
	int		 status = text_record(text, copy, out, at);

	(void)buf_cstr(out);
	exact_free(copy);
	text_free(text);
	names_free(names);
	return status;
}

static void
assert_shown(const struct text_style *style, struct slice record,
    const char *expected)
{
	struct buf	 out = { 0 };
	size_t		 at = 0;

	assert_int_equal(show(style, record, &out, &at), 0);
	assert_string_equal((char *)out.p, expected);
	buf_fini(&out);
}

/* The second line of what is printed: that of the only token. */
static void
assert_token_shown(uint8_t version, const void *token, size_t n,
    const char *expected)
{
	const struct text_style	 style = { .utc = true };
	struct buf		 b = { 0 }, out = { 0 };
	size_t			 at = 0;
	char			*line, *end;

	put_header(&b, version, 0);
	buf_put(&b, token, n);
	build_finish(&b, 0);
	assert_int_equal(show(&style, buf_bytes(&b), &out, &at), 0);
	line = strchr((char *)out.p, '\n') + 1;
	end = strchr(line, '\n');
	assert_non_null(end);
	*end = '\0';
	assert_string_equal(line, expected);
	buf_fini(&b);
	buf_fini(&out);
}
#define TOKEN(...)	(const uint8_t []){ __VA_ARGS__ },		\
			sizeof((const uint8_t []){ __VA_ARGS__ })

static const uint8_t	execve[] = {
	0x14, 0, 0, 0, 0x7c, 0x0b, 0, 0x17, 0, 0, 0x61, 0x68, 0x12, 0x9b,
	0, 0, 0x02, 0x24,
	0x3c, 0, 0, 0, 2, 'd', 'a', 't', 'e', 0, '+', '%', 's', 0,
	0x23, 0, 10, '/', 'b', 'i', 'n', '/', 'd', 'a', 't', 'e', 0,
	0x3e, 0, 0, 0x01, 0x6d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x5d,
	0, 0, 0, 0, 0, 0x74, 0x27, 0x1c, 0, 0xe8, 0x31, 0xa0,
	0x24, 0, 0, 0x03, 0xe9, 0, 0, 0x03, 0xe9, 0, 0, 0x03, 0xe9,
	0, 0, 0x03, 0xe9, 0, 0, 0x03, 0xe9, 0, 0, 0x07, 0x01,
	0, 0, 0x06, 0xe8, 0, 0, 0xb8, 0x5a, 0xc0, 0xa8, 0x17, 0x86,
	0x27, 0, 0, 0, 0, 0,
	0x13, 0xb1, 0x05, 0, 0, 0, 0x7c
};
static const struct slice	execve_record = { execve, sizeof(execve) };

static void
a_record_is_a_line_for_each_token(void **state)
{
	(void)state;
	assert_shown(&(struct text_style){ .utc = true }, execve_record,
	    "header,124,11,execve(2),0,Thu Oct 14 11:20:59 2021, + 548 msec\n"
	    "exec arg,date,+%s\n"
	    "path,/bin/date\n"
	    "attribute,555,root,wheel,93,7612188,15217056\n"
	    "subject,alice,alice,1001,alice,1001,1793,1768,47194,"
	    "192.168.23.134\n"
	    "return,success,0\n"
	    "trailer,124\n");
}

static void
raw_style_has_numbers_and_token_ids(void **state)
{
	(void)state;
	assert_shown(&(struct text_style){ .raw = true }, execve_record,
	    "20,124,11,23,0,1634210459,548\n60,date,+%s\n35,/bin/date\n"
	    "62,555,0,0,93,7612188,15217056\n"
	    "36,1001,1001,1001,1001,1001,1793,1768,47194,192.168.23.134\n"
	    "39,0,0\n19,124\n");
}

static void
one_line_ends_each_token_with_the_delimiter(void **state)
{
	(void)state;
	assert_shown(&(struct text_style){ .one_line = true, .raw = true,
	    .delimiter = "|" }, execve_record,
	    "20|124|11|23|0|1634210459|548|60|date|+%s|35|/bin/date|"
	    "62|555|0|0|93|7612188|15217056|"
	    "36|1001|1001|1001|1001|1001|1793|1768|47194|192.168.23.134|"
	    "39|0|0|19|124|\n");
}

static void
a_delimiter_may_be_empty_or_long(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	put_header(&b, 11, 1);
	build_finish(&b, 0);
	assert_shown(&(struct text_style){ .raw = true, .delimiter = "" },
	    buf_bytes(&b), "202511230" "1548\n1925\n");
	assert_shown(&(struct text_style){ .raw = true,
	    .delimiter = "<--------->" }, buf_bytes(&b),
	    "20<--------->25<--------->11<--------->23<--------->0<--------->1"
	    "<--------->548\n19<--------->25\n");
	buf_fini(&b);
}

static void
short_style_has_names_of_events(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	put_header(&b, 11, 1634210459);
	build_finish(&b, 0);
	assert_shown(&(struct text_style){ .event_names = true, .utc = true },
	    buf_bytes(&b), "header,25,11,AUE_EXECVE,0,"
	    "Thu Oct 14 11:20:59 2021, + 548 msec\ntrailer,25\n");
	buf_fini(&b);
}

static void
numeric_style_asks_for_nobody(void **state)
{
	struct buf	 out = { 0 };
	size_t		 at;

	(void)state;
	asked = 0;
	assert_int_equal(show(&(struct text_style){ .numeric_ids = true },
	    execve_record, &out, &at), 0);
	assert_int_equal(asked, 0);
	assert_non_null(strstr((char *)out.p, "subject,1001,1001,1001,"));
	buf_fini(&out);
}

static void
a_user_is_asked_for_once(void **state)
{
	struct names		*names = names_new();
	struct text		*text = text_new(&(struct text_style){ 0 },
	    names, &accounts);
	struct buf		 out = { 0 };
	size_t			 at;

	(void)state;
	asked = 0;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(text_record(text, execve_record, &out, &at),
		    0);
	assert_int_equal(asked, 2);		/* 1001 and 0 */
	text_free(text);
	names_free(names);
	buf_fini(&out);
}

static void
ids_without_a_name_are_signed(void **state)
{
	(void)state;
	assert_token_shown(11, TOKEN(0x36, 0xff, 0xff, 0xff, 0xff, 0, 2, 'x',
	    0), "user,-1,x");
	assert_token_shown(11, TOKEN(0x36, 0x80, 0, 0, 0, 0, 1, 0),
	    "user,-2147483648,");
	assert_token_shown(11, TOKEN(0x36, 0x7f, 0xff, 0xff, 0xff, 0, 1, 0),
	    "user,2147483647,");
}

static void
failures_are_spelled_in_two_ways(void **state)
{
	(void)state;
	assert_token_shown(11, TOKEN(0x27, 1, 0, 0, 0, 9),
	    "return,failure : Operation not permitted,9");
	assert_token_shown(11, TOKEN(0x27, 61, 0xff, 0xff, 0xff, 0xff),
	    "return,failure: Unknown error: 61,4294967295");
	assert_token_shown(11, TOKEN(0x72, 0, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xfe), "return,success,-2");
	assert_token_shown(11, TOKEN(0x52, 0, 0, 0, 5, 0, 0, 0, 6),
	    "exit,Error 5,6");
}

static void
nul_bytes_of_a_string_are_left_out(void **state)
{
	(void)state;
	assert_token_shown(11, TOKEN(0x28, 0, 5, 'a', 0, 'b', 0, 'c'),
	    "text,abc");
	assert_token_shown(11, TOKEN(0x28, 0, 0), "text,");
}

static void
empty_lists_have_no_delimiter(void **state)
{
	(void)state;
	assert_token_shown(11, TOKEN(0x3c, 0, 0, 0, 0), "exec arg");
	assert_token_shown(11, TOKEN(0x3c, 0, 0, 0, 1, 0), "exec arg,");
	assert_token_shown(11, TOKEN(0x3b, 0, 0), "group");
	assert_token_shown(11, TOKEN(0x29, 0, 0), "opaque,0,");
}

static void
all_groups_are_shown(void **state)
{
	uint8_t		 token[3 + 4 * 300] = { 0x3b, 300 >> 8, 300 & 255 };
	char		 expected[8 + 6 * 300] = "group";

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		memcpy(expected + 5 + 6 * i, ",wheel", 7);
	assert_token_shown(11, token, sizeof(token), expected);
}

static void
sockets_have_zero_without_0x(void **state)
{
	(void)state;
	assert_token_shown(11, TOKEN(0x7f, 0, 2, 0, 0, 0, 4, 0x1f, 0x90,
	    127, 0, 0, 1, 0, 0, 192, 0, 2, 1),
	    "socket,0x2,0,0x1f90,127.0.0.1,0,192.0.2.1");
	assert_token_shown(11, TOKEN(0x2c, 0, 80), "ip port,0x50");
	assert_token_shown(11, TOKEN(0x2d, 1, 0, 0, 0, 0, 0, 2, 'v', 0),
	    "argument,1,0x0,v");
}

static void
arbitrary_data_is_shown_as_it_asks(void **state)
{
	(void)state;
	assert_token_shown(11, TOKEN(0x21, 4, 0, 2, 'h', 'i'),
	    "arbitrary,string,byte,2,hi");
	assert_token_shown(11, TOKEN(0x21, 0, 0, 2, 'h', 'i'),
	    "arbitrary,binary,byte,2, h i");
	assert_token_shown(11, TOKEN(0x21, 1, 1, 1, 8, 0),
	    "arbitrary,octal,short,1, 10");
	assert_token_shown(11, TOKEN(0x21, 2, 2, 1, 0xff, 0xff, 0xff, 0xff),
	    "arbitrary,decimal,int,1, -1");
	assert_token_shown(11, TOKEN(0x21, 3, 3, 1, 1, 2, 3, 4, 5, 6, 7, 8),
	    "arbitrary,hex,int64,1, 807060504030201");
	assert_token_shown(11, TOKEN(0x21, 5, 0, 1, 7), "arbitrary,");
}

static void
solaris_writes_data_big_endian(void **state)
{
	(void)state;
	assert_token_shown(2, TOKEN(0x21, 3, 1, 1, 1, 2),
	    "arbitrary,hex,short,1, 102");
}

static void
tokens_beyond_praudit_are_decoded(void **state)
{
	(void)state;
	assert_token_shown(11, TOKEN(0xed, 0, 0, 0, 1, 0, 4, 'c', '.', 'l', 0,
	    0, 0, 1, 0, 0, 0, 2, 0xca, 0xfe), "identity,1,c.l,0,,0,2,0xcafe");
	assert_token_shown(2, TOKEN(0x70, 192, 0, 2, 1), "host,192.0.2.1");
}

static void
years_have_four_digits_or_are_numbers(void **state)
{
	const struct text_style	 style = { .utc = true };
	static const struct {
		uint64_t	 seconds;
		const char	*shown;
	} times[] = {
		{ 0, "Thu Jan  1 00:00:00 1970" },
		{ 4294967295, "Sun Feb  7 06:28:15 2106" },
		{ 253402300799, "Fri Dec 31 23:59:59 9999" },
		{ 253402300800, "253402300800" },
		{ 0x7fffffffffffffff, "9223372036854775807" },
		{ UINT64_MAX, "18446744073709551615" }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		const struct token	 t = {
			.layout = layout_find(TOK_FILE64),
			.file = { .seconds = times[i].seconds,
			    .name = build_cstr("/t") } };
		struct buf		 b = { 0 }, expected = { 0 };

		assert_int_equal(build_token(&b, &t), 0);
		buf_printf(&expected, "file,%s, + 0 msec,/t\n",
		    times[i].shown);
		assert_shown(&style, buf_bytes(&b), buf_cstr(&expected));
		buf_fini(&b);
		buf_fini(&expected);
	}
}

/* Times near each other are spelled from what is remembered. */
static void
local_times_agree_with_ctime(void **state)
{
	struct names	*names = names_new();
	struct text	*text;
	struct lot	*l = calloc(1, sizeof(*l));
	struct buf	 b = { 0 }, out = { 0 };
	uint64_t	 seconds = 1616893100;	/* an hour is left out soon */

	(void)state;
	assert_non_null(l);
	assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
	tzset();
	text = text_new(&(struct text_style){ 0 }, names, &accounts);
	lot_seed(l, 3);
	for (unsigned i = 0; i < lot_runs(5000); i++) {
		const time_t	 t = (time_t)seconds;
		char		 expected[64];
		size_t		 at;

		buf_clear(&b);
		buf_clear(&out);
		put_header(&b, 11, seconds);
		build_finish(&b, 0);
		assert_int_equal(text_record(text, buf_bytes(&b), &out, &at),
		    0);
		assert_non_null(ctime_r(&t, expected));
		expected[24] = '\0';
		assert_non_null(strstr(buf_cstr(&out), expected));
		seconds = seconds + lot_below(l, 70) - 5;
		if (lot_below(l, 100) == 0)
			seconds = lot_u64(l) % 4000000000;
	}
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
	text_free(text);
	names_free(names);
	buf_fini(&b);
	buf_fini(&out);
	free(l);
}

static void
a_token_that_does_not_fit_ends_its_record(void **state)
{
	const struct text_style	 style = { .raw = true };
	struct buf		 b = { 0 }, out = { 0 };
	size_t			 at = 0;

	(void)state;
	put_header(&b, 11, 1);
	buf_put(&b, "\x28\0\2x\0\x28\0\x20y", 9);
	build_finish(&b, 0);
	assert_int_equal(show(&style, buf_bytes(&b), &out, &at), BSM_ETRUNC);
	assert_int_equal(at, 18 + 5);
	assert_string_equal((char *)out.p, "20,34,11,23,0,1,548\n40,x\n");
	buf_fini(&b);
	buf_fini(&out);
}

static void
no_token_reaches_into_the_trailer(void **state)
{
	const struct text_style	 style = { .raw = true };
	struct buf		 b = { 0 }, out = { 0 };
	size_t			 at = 0;

	(void)state;
	put_header(&b, 11, 1);
	buf_put(&b, "\x28\0\x7", 3);	/* the trailer would be its text */
	build_finish(&b, 0);
	assert_int_equal(show(&style, buf_bytes(&b), &out, &at), BSM_ETRUNC);
	assert_string_equal((char *)out.p, "20,28,11,23,0,1,548\n");
	buf_fini(&b);
	buf_fini(&out);
}

static void
an_unknown_token_is_shown_as_bytes(void **state)
{
	const struct text_style	 style = { .raw = true };
	struct buf		 b = { 0 }, out = { 0 };
	size_t			 at = 0;

	(void)state;
	put_header(&b, 11, 1);
	buf_put(&b, "\xfe\x01\x02", 3);
	build_finish(&b, 0);
	assert_int_equal(show(&style, buf_bytes(&b), &out, &at),
	    BSM_EUNKNOWN);
	assert_int_equal(at, 18);
	assert_string_equal((char *)out.p,
	    "20,28,11,23,0,1,548\n254,0x0102\n19,28\n");
	buf_fini(&b);
	buf_fini(&out);
}

static void
no_control_byte_reaches_a_terminal(void **state)
{
	const struct text_style	 style = { .raw = true, .escape = true };
	struct buf		 b = { 0 };

	(void)state;
	put_header(&b, 11, 1);
	buf_put(&b, "\x23\0\7/\x1b[2J\n\0", 10);
	buf_put(&b, "\x3c\0\0\0\1\a\0\x21\4\0\1\r", 12);
	build_finish(&b, 0);
	assert_shown(&style, buf_bytes(&b), "20,47,11,23,0,1,548\n"
	    "35,/\\x1b[2J\\n\n60,\\x07\n33,string,byte,1,\\r\n19,47\n");
	buf_fini(&b);
}

static void
any_bytes_print_within_their_bounds(void **state)
{
	struct lot	*l = calloc(1, sizeof(*l));
	struct buf	 b = { 0 }, out = { 0 };
	struct names	*names = names_new();
	struct text	*text = text_new(&(struct text_style){ .utc = true },
	    names, &accounts);

	(void)state;
	assert_non_null(l);
	lot_seed(l, 4);
	for (unsigned i = 0; i < lot_runs(4000); i++) {
		struct slice	 copy;
		size_t		 at = 0;

		buf_clear(&b);
		lot_record(l, &b, i % 3 == 0 ? 2 : 11, 6, i % 5 != 0);
		for (uint32_t k = lot_below(l, 4); k > 0; k--)
			b.p[lot_below(l, (uint32_t)b.n)] =
			    (uint8_t)lot_u64(l);
		copy = exact(buf_bytes(&b));
		buf_clear(&out);
		(void)text_record(text, copy, &out, &at);
		assert_true(at < b.n);
		assert_true(out.n <= 32 * b.n + 256);
		exact_free(copy);
	}
	text_free(text);
	names_free(names);
	buf_fini(&b);
	buf_fini(&out);
	free(l);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_record_is_a_line_for_each_token),
		cmocka_unit_test(raw_style_has_numbers_and_token_ids),
		cmocka_unit_test(one_line_ends_each_token_with_the_delimiter),
		cmocka_unit_test(a_delimiter_may_be_empty_or_long),
		cmocka_unit_test(short_style_has_names_of_events),
		cmocka_unit_test(numeric_style_asks_for_nobody),
		cmocka_unit_test(a_user_is_asked_for_once),
		cmocka_unit_test(ids_without_a_name_are_signed),
		cmocka_unit_test(failures_are_spelled_in_two_ways),
		cmocka_unit_test(nul_bytes_of_a_string_are_left_out),
		cmocka_unit_test(empty_lists_have_no_delimiter),
		cmocka_unit_test(all_groups_are_shown),
		cmocka_unit_test(sockets_have_zero_without_0x),
		cmocka_unit_test(arbitrary_data_is_shown_as_it_asks),
		cmocka_unit_test(solaris_writes_data_big_endian),
		cmocka_unit_test(tokens_beyond_praudit_are_decoded),
		cmocka_unit_test(years_have_four_digits_or_are_numbers),
		cmocka_unit_test(local_times_agree_with_ctime),
		cmocka_unit_test(a_token_that_does_not_fit_ends_its_record),
		cmocka_unit_test(no_token_reaches_into_the_trailer),
		cmocka_unit_test(an_unknown_token_is_shown_as_bytes),
		cmocka_unit_test(no_control_byte_reaches_a_terminal),
		cmocka_unit_test(any_bytes_print_within_their_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
