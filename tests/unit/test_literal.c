/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_literal.c - numbers, ranges, addresses and times as one word.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "rule/literal.h"

/* A word in a block of its exact length. */
static struct lexeme
word(const char *text)
{
	const size_t	n = strlen(text);

	return (struct lexeme){ .kind = LEX_STRING,
	    .text = { xmemdup(text, n), n } };
}

static void
done(struct lexeme *w)
{
	free((void *)(uintptr_t)w->text.p);
}

static void
number_is(const char *text, uint64_t expected)
{
	struct lexeme	w = word(text);
	uint64_t	n;

	if (!literal_number(&w, UINT64_MAX, &n, NULL))
		fail_msg("refused: %s", text);
	assert_true(n == expected);
	done(&w);
}

/* What is said of a word that READ refuses. */
static void
refused(const char *text, enum diag id,
    bool (*read)(const struct lexeme *, struct diags *))
{
	struct diags	*d = diags_new();
	struct buf	 file = { 0 };
	struct lexeme	 w = word(text);

	buf_str(&file, text);
	(void)diags_file(d, "f", &file);
	assert_false(read(&w, d));
	assert_int_equal(diags_errors(d), 1);
	if (diags_count(d, id) != 1)
		fail_msg("%s: not %s", text, diag_id(id));
	assert_false(read(&w, NULL));
	done(&w);
	diags_free(d);
}

static bool
read_number(const struct lexeme *w, struct diags *d)
{
	uint64_t	n;

	return literal_number(w, UINT64_MAX, &n, d);
}

static bool
read_small(const struct lexeme *w, struct diags *d)
{
	uint64_t	n;

	return literal_number(w, 7, &n, d);
}

static bool
read_range(const struct lexeme *w, struct diags *d)
{
	struct range	r;

	return literal_range(w, 1000, &r, d);
}

static bool
read_clock(const struct lexeme *w, struct diags *d)
{
	uint16_t	from, until;

	return literal_clock(w, &from, &until, d);
}

static bool
read_days(const struct lexeme *w, struct diags *d)
{
	uint64_t	bits = 0;

	return literal_days(w, &bits, d);
}

static bool
read_network(const struct lexeme *w, struct diags *d)
{
	struct network	net;

	return literal_network(w, &net, d);
}

static void
numbers_are_decimal_hexadecimal_or_octal(void **state)
{
	(void)state;
	number_is("0", 0);
	number_is("10", 10);
	number_is("010", 8);
	number_is("06000", 3072);
	number_is("0x1F", 31);
	number_is("0Xff", 255);
	number_is("18446744073709551615", UINT64_MAX);
	number_is("0xffffffffffffffff", UINT64_MAX);
	number_is("01777777777777777777777", UINT64_MAX);
}

static void
what_is_no_number_is_refused(void **state)
{
	static const char *const	bad[] = {
		"", "x", "-1", "+1", " 1", "1 ", "08", "0x", "0xg", "1a", "1.",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(bad[i], DIAG_NUMBER_BAD, read_number);
}

static void
numbers_have_a_limit(void **state)
{
	(void)state;
	refused("18446744073709551616", DIAG_NUMBER_LARGE, read_number);
	refused("0x10000000000000000", DIAG_NUMBER_LARGE, read_number);
	refused("99999999999999999999999999", DIAG_NUMBER_LARGE, read_number);
	refused("8", DIAG_NUMBER_LARGE, read_small);
	refused("010", DIAG_NUMBER_LARGE, read_small);
}

static void
a_range_is_one_number_or_two(void **state)
{
	struct lexeme	one = word("0x10"), two = word("1..1000");
	struct range	r;

	(void)state;
	assert_true(literal_range(&one, 1000, &r, NULL));
	assert_int_equal(r.low, 16);
	assert_int_equal(r.high, 16);
	assert_true(literal_range(&two, 1000, &r, NULL));
	assert_int_equal(r.low, 1);
	assert_int_equal(r.high, 1000);
	done(&one);
	done(&two);
	refused("9..3", DIAG_RANGE_EMPTY, read_range);
	refused("1..1001", DIAG_NUMBER_LARGE, read_range);
	refused("..", DIAG_NUMBER_BAD, read_range);
	refused("1..", DIAG_NUMBER_BAD, read_range);
	refused("..1", DIAG_NUMBER_BAD, read_range);
	refused("1...2", DIAG_NUMBER_BAD, read_range);
	refused("1..2..3", DIAG_NUMBER_BAD, read_range);
	refused("", DIAG_NUMBER_BAD, read_range);
}

static void
clock_is(const char *text, unsigned from, unsigned until)
{
	struct lexeme	w = word(text);
	uint16_t	a, b;

	assert_true(literal_clock(&w, &a, &b, NULL));
	assert_int_equal(a, from);
	assert_int_equal(b, until);
	done(&w);
}

static void
times_of_day_are_minutes(void **state)
{
	static const char *const	bad[] = {
		"", "..", "22:00", "22:00..", "..06:00", "24:00..06:00",
		"22:00..24:01", "22:60..23:00", "9:00..10:00", "22.00..06:00",
		"22:0a..23:00", "22:00..06:000",
	};

	(void)state;
	clock_is("22:00..06:00", 1320, 360);
	clock_is("00:00..24:00", 0, 1440);
	clock_is("09:05..09:06", 545, 546);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(bad[i], DIAG_CLOCK_BAD, read_clock);
	refused("10:00..10:00", DIAG_RANGE_EMPTY, read_clock);
}

static void
days_are(const char *text, uint64_t expected)
{
	struct lexeme	w = word(text);
	uint64_t	bits = 0;

	assert_true(literal_days(&w, &bits, NULL));
	assert_int_equal(bits, expected);
	done(&w);
}

static void
days_are_bits_and_weeks_have_no_end(void **state)
{
	(void)state;
	days_are("sun", 1);
	days_are("sat", 64);
	days_are("mon..fri", 62);
	days_are("fri..mon", 32 + 64 + 1 + 2);
	days_are("sun..sat", 127);
	days_are("wed..wed", 8);
	refused("", DIAG_DAY_UNKNOWN, read_days);
	refused("Sun", DIAG_DAY_UNKNOWN, read_days);
	refused("mon..", DIAG_DAY_UNKNOWN, read_days);
	refused("sunday", DIAG_DAY_UNKNOWN, read_days);
}

static void
network_is(const char *text, const uint8_t bytes[16], unsigned bits)
{
	struct lexeme	w = word(text);
	struct network	net;

	if (!literal_network(&w, &net, NULL))
		fail_msg("refused: %s", text);
	assert_memory_equal(net.bytes, bytes, 16);
	assert_int_equal(net.bits, bits);
	done(&w);
}

static void
addresses_of_both_kinds_are_sixteen_bytes(void **state)
{
	static const uint8_t	four[16] = {
		[10] = 0xff, [11] = 0xff, [12] = 10, [13] = 1, [14] = 2,
		[15] = 3
	};
	static const uint8_t	ten[16] = {
		[10] = 0xff, [11] = 0xff, [12] = 10
	};
	static const uint8_t	all[16] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t	none[16] = { 0 };
	static const uint8_t	six[16] = { [0] = 0xfe, [1] = 0x80 };

	(void)state;
	network_is("10.1.2.3", four, 128);
	network_is("10.1.2.3/32", four, 128);
	network_is("10.0.0.0/8", ten, 104);
	network_is("0.0.0.0/0", all, 96);
	network_is("fe80::/10", six, 10);
	network_is("::/0", none, 0);
	network_is("::ffff:10.1.2.3", four, 128);
}

static void
what_is_no_address_is_refused(void **state)
{
	static const char *const	bad[] = {
		"", "/", "/8", "10", "10.0.0", "10.0.0.256", "10.0.0.0/",
		"10.0.0.0/8/8", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/0x8",
		"localhost", "fe80::1%lo0", "::1/x",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(bad[i], DIAG_ADDRESS_BAD, read_network);
	refused("10.0.0.0/33", DIAG_NUMBER_LARGE, read_network);
	refused("::/129", DIAG_NUMBER_LARGE, read_network);
	refused("::/99999999999999999999", DIAG_NUMBER_LARGE, read_network);
}

static void
bits_beyond_the_mask_go_with_a_warning(void **state)
{
	static const uint8_t	 expected[16] = {
		[10] = 0xff, [11] = 0xff, [12] = 10, [13] = 0xa0
	};
	struct diags		*d = diags_new();
	struct buf		 file = { 0 };
	struct lexeme		 w = word("10.191.3.4/11");
	struct network		 net;

	(void)state;
	buf_str(&file, "10.191.3.4/11");
	(void)diags_file(d, "f", &file);
	assert_true(literal_network(&w, &net, d));
	assert_int_equal(diags_count(d, DIAG_ADDRESS_BITS), 1);
	assert_memory_equal(net.bytes, expected, 16);
	assert_int_equal(net.bits, 96 + 11);
	done(&w);
	diags_free(d);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(numbers_are_decimal_hexadecimal_or_octal),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(numbers_have_a_limit),
		cmocka_unit_test(a_range_is_one_number_or_two),
		cmocka_unit_test(times_of_day_are_minutes),
		cmocka_unit_test(days_are_bits_and_weeks_have_no_end),
		cmocka_unit_test(addresses_of_both_kinds_are_sixteen_bytes),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(bits_beyond_the_mask_go_with_a_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
