/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_jsonquick.c - lines read without a reader of JSON, against one: what is
 * taken on must mean the same to jansson.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bsm/frame.h"
#include "draw.h"
#include "make/jsonin.h"
#include "make/jsonquick.h"
#include "print/lossless.h"

static struct names	*names;
static struct lossless	*lossless;
static struct jsonin	*jsonin;
static struct jsonquick	*quick;

static int
begin(void **state)
{
	(void)state;
	names = names_new();
	lossless = lossless_new(names);
	jsonin = jsonin_new(names);
	quick = jsonquick_new();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	jsonquick_free(quick);
	jsonin_free(jsonin);
	lossless_free(lossless);
	names_free(names);
	return 0;
}

/*
 * Returns whether the line is taken on; then it must give the same with a blank
 * before it, which is JSON but nothing that we would write.
 */
static bool
compare(struct slice line)
{
	struct slice	 copy = exact(line);
	struct buf	 fast = { 0 }, slow = { 0 }, blank = { 0 };
	bool		 taken;

	buf_str(&fast, "before");
	taken = jsonquick_line(quick, copy, &fast);
	buf_char(&blank, ' ');
	buf_slice(&blank, line);
	if (!taken)
		assert_int_equal(fast.n, 6);
	else if (jsonin_line(jsonin, buf_bytes(&blank), &slow) != 0)
		fail_msg("%s: %s", jsonin_error(jsonin), buf_cstr(&blank));
	else {
		assert_int_equal(fast.n, 6 + slow.n);
		assert_memory_equal(fast.p + 6, slow.p, slow.n);
	}
	assert_false(jsonquick_line(quick, buf_bytes(&blank), &slow));
	exact_free(copy);
	buf_fini(&fast);
	buf_fini(&slow);
	buf_fini(&blank);
	return taken;
}

/* The line of a record, without its newline. */
static struct slice
line_of(struct slice record, struct buf *b)
{
	const struct frame_record	 f = { .kind = FRAME_RECORD,
		.bytes = record, .offset = 7, .quality = FRAME_STRONG };

	buf_clear(b);
	lossless_frame(lossless, &f, slice_str("t"), b);
	return (struct slice){ b->p, b->n - 1 };
}

static void
whatever_print_writes_is_the_same_to_both(void **state)
{
	struct lot	*l = calloc(1, sizeof(*l));
	struct buf	 b = { 0 }, line = { 0 };
	unsigned	 taken = 0;

	(void)state;
	assert_non_null(l);
	lot_seed(l, 61);
	for (unsigned i = 0; i < lot_runs(3000); i++) {
		buf_clear(&b);
		l->hostile = i % 3 == 0;
		lot_record(l, &b, i % 4 == 0 ? 2 : 11, 4, i % 7 != 0);
		taken += compare(line_of(buf_bytes(&b), &line));
	}
	assert_true(taken > 500);
	buf_fini(&b);
	buf_fini(&line);
	free(l);
}

/* Else nobody would notice if all went the long way. */
static void
usual_tokens_are_taken(void **state)
{
	static const char *const	 usual[] = {
		"header32", "header32_ex", "header64", "header64_ex",
		"trailer", "subject32", "subject32_ex", "subject64_ex",
		"process32", "return32", "return64", "path", "text",
		"argument32", "argument64", "attribute32", "attribute64",
		"exec_args", "exec_env", "groups", "sockinet32",
		"sockinet128", "zonename", "exit", "use_of_authorization"
	};
	struct lot			*l = calloc(1, sizeof(*l));
	struct buf			 b = { 0 }, line = { 0 };

	(void)state;
	assert_non_null(l);
	lot_seed(l, 62);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		const struct layout	*lay = layout_by_name(
		    slice_str(usual[i]));
		struct token		 t;

		assert_non_null(lay);
		do {			/* until each string has its NUL */
			buf_clear(&b);
			l->used = 0;
			lot_header(l, &b, lay->first_for == FOR_SOLARIS ? 2 :
			    11);
			lot_token(l, lay, &t);
			if (lay->id == TOK_TRAILER)
				t.trailer.magic = TRAILER_MAGIC;
			assert_int_equal(build_token(&b, &t), 0);
			build_finish(&b, 0);
			(void)line_of(buf_bytes(&b), &line);
		} while (strstr(buf_cstr(&line), "\"hex\"") != NULL);
		if (!compare((struct slice){ line.p, line.n - 1 }))
			fail_msg("%s", buf_cstr(&line));
	}
	buf_fini(&b);
	buf_fini(&line);
	free(l);
}

/* A line with bytes changed, left out, doubled or put in. */
static void
spoil(struct lot *l, struct buf *b)
{
	static const char	 likely[] = "0123456789-.e\"\\{}[],: \tna\n";
	const uint32_t		 n = (uint32_t)b->n;
	const size_t		 at = lot_below(l, n);

	switch (lot_below(l, 4)) {
	case 0:
		b->p[at] = (uint8_t)likely[lot_below(l, sizeof(likely) - 1)];
		return;
	case 1:
		b->p[at] = (uint8_t)lot_u64(l);
		return;
	case 2:
		memmove(b->p + at, b->p + at + 1, n - at - 1);
		b->n--;
		return;
	default:
		(void)buf_room(b, 1);
		memmove(b->p + at + 1, b->p + at, n - at);
		if (lot_below(l, 2))
			b->p[at] = (uint8_t)likely[lot_below(l,
			    sizeof(likely) - 1)];
		b->n++;
	}
}

static void
what_is_not_quite_so_is_left_alone_or_means_the_same(void **state)
{
	struct lot	*l = calloc(1, sizeof(*l));
	struct buf	 b = { 0 }, line = { 0 };
	unsigned	 taken = 0;

	(void)state;
	assert_non_null(l);
	lot_seed(l, 63);
	for (unsigned i = 0; i < lot_runs(20000); i++) {
		if (i % 20 == 0) {
			buf_clear(&b);
			lot_record(l, &b, i % 40 == 0 ? 2 : 11, 2, true);
		}
		(void)line_of(buf_bytes(&b), &line);
		line.n--;
		for (uint32_t k = lot_below(l, 3); k < 3; k++)
			spoil(l, &line);
		taken += compare(buf_bytes(&line));
	}
	assert_true(taken > 100);
	buf_fini(&b);
	buf_fini(&line);
	free(l);
}

static void
assert_left(const char *line)
{
	if (compare(slice_str(line)))
		fail_msg("taken: %s", line);
}

#define HEAD	"{\"source\":\"t\",\"offset\":0,\"tokens\":["
#define HEADER	"{\"token\":\"header32\",\"size\":25,\"version\":11,"	\
		"\"event\":1,\"modifier\":0,\"seconds\":1,\"fraction\":"

static void
one_spelling_is_taken_and_no_other(void **state)
{
	(void)state;
	assert_true(compare(slice_str(HEAD HEADER "2}]}")));
	assert_true(compare(slice_str("{\"time\":\"x\",\"event\":1,\"source\":"
	    "\"t\",\"offset\":0,\"recovered\":true,\"tokens\":[" HEADER
	    "2}]}")));
	assert_left("");
	assert_left("{");
	assert_left("{}");
	assert_left("null");
	assert_left(HEAD "]}");
	assert_left(HEAD HEADER "02}]}");
	assert_left(HEAD HEADER "-2}]}");
	assert_left(HEAD HEADER "2.0}]}");
	assert_left(HEAD HEADER "\"2\"}]}");
	assert_left(HEAD HEADER "4294967296}]}");
	assert_left(HEAD HEADER "18446744073709551618}]}");
	assert_left(HEAD HEADER "}]}");
	assert_left(HEAD HEADER "2 }]}");
	assert_left(HEAD HEADER "2}]} ");
	assert_left(HEAD HEADER "2}]}}");
	assert_left(HEAD HEADER "2},]}");
	assert_left(HEAD HEADER "2}]");
	assert_left(HEAD HEADER "2}],\"x\":1}");
	assert_left(HEAD "{\"token\":\"text\",\"text\":\"\"}]}");
	assert_left(HEAD "{\"token\":\"nothing\"}]}");
	assert_left(HEAD "{\"token\":\"\",\"x\":1}]}");
	assert_left(HEAD "{\"token\":\"raw\",\"hex\":\"00\"}]}");
	assert_left(HEAD "{\"token\":\"file32\",\"seconds\":1,\"fraction\":1,"
	    "\"name\":\"\"}," HEADER "2}]}");
	assert_left("{\"gap\":\"x\",\"source\":\"t\",\"offset\":0,"
	    "\"hex\":\"00\"}");
	assert_left("{\"offset\":0,\"source\":\"t\",\"tokens\":[" HEADER
	    "2}]}");
	assert_left("{\"source\":\"\\t\",\"offset\":0,\"tokens\":[" HEADER
	    "2}]}");
	assert_left("{\"source\":\"t\",\"offset\":0,\"recovered\":false,"
	    "\"tokens\":[" HEADER "2}]}");
}

#define TOKENS(token)	HEAD HEADER "2}," token "]}"

static void
values_are_checked_to_the_last_digit(void **state)
{
	(void)state;
	assert_true(compare(slice_str(TOKENS("{\"token\":\"in_addr\","
	    "\"address\":\"192.0.2.255\"}"))));
	assert_left(TOKENS("{\"token\":\"in_addr\",\"address\":"
	    "\"192.0.2.256\"}"));
	assert_left(TOKENS("{\"token\":\"in_addr\",\"address\":"
	    "\"192.0.02.1\"}"));
	assert_left(TOKENS("{\"token\":\"in_addr\",\"address\":\"192.0.2\"}"));
	assert_left(TOKENS("{\"token\":\"in_addr\",\"address\":"
	    "\"192.0.2.1.\"}"));
	assert_left(TOKENS("{\"token\":\"in_addr\",\"address\":\"::1\"}"));
	assert_true(compare(slice_str(TOKENS("{\"token\":\"in_addr_ex\","
	    "\"address\":\"::1\"}"))));
	assert_left(TOKENS("{\"token\":\"in_addr_ex\",\"address\":\"::1::\"}"));
	assert_true(compare(slice_str(TOKENS("{\"token\":\"groups\","
	    "\"groups\":[]}"))));
	assert_true(compare(slice_str(TOKENS("{\"token\":\"groups\","
	    "\"groups\":[0,1]}"))));
	assert_left(TOKENS("{\"token\":\"groups\",\"groups\":[0,]}"));
	assert_left(TOKENS("{\"token\":\"groups\",\"groups\":[,0]}"));
	assert_left(TOKENS("{\"token\":\"groups\",\"groups\":[0 ,1]}"));
	assert_left(TOKENS("{\"token\":\"exec_args\",\"args\":[\"a\"],"
	    "\"count\":1}"));
	assert_left(TOKENS("{\"token\":\"text\",\"text\":\"\\u0041\"}"));
	assert_left(TOKENS("{\"token\":\"text\",\"text\":\"\xff\"}"));
	assert_true(compare(slice_str(TOKENS("{\"token\":\"text\",\"text\":"
	    "\"\xc3\xa9\"}"))));
	assert_true(compare(slice_str(TOKENS("{\"token\":\"return64\","
	    "\"error\":255,\"value\":9007199254740992}"))));
	assert_true(compare(slice_str(TOKENS("{\"token\":\"return64\","
	    "\"error\":0,\"value\":\"18446744073709551615\"}"))));
	assert_left(TOKENS("{\"token\":\"return64\",\"error\":0,"
	    "\"value\":9007199254740993}"));
	assert_left(TOKENS("{\"token\":\"return64\",\"error\":0,"
	    "\"value\":\"18446744073709551616\"}"));
	assert_left(TOKENS("{\"token\":\"return64\",\"error\":256,"
	    "\"value\":0}"));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(whatever_print_writes_is_the_same_to_both),
		cmocka_unit_test(usual_tokens_are_taken),
		cmocka_unit_test(
		    what_is_not_quite_so_is_left_alone_or_means_the_same),
		cmocka_unit_test(one_spelling_is_taken_and_no_other),
		cmocka_unit_test(values_are_checked_to_the_last_digit),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
