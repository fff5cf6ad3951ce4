/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_jsonin.c - lines written by hand: what is completed, and what is said
 * about wrong ones. That machine-made lines come back is test_lossless.c's.
 */
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "bsm/frame.h"
#include "bsm/token.h"
#include "draw.h"
#include "make/jsonin.h"

static struct names	*names;
static struct jsonin	*in;

static int
begin(void **state)
{
	(void)state;
	names = names_new();
	in = jsonin_new(names);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	jsonin_free(in);
	names_free(names);
	return 0;
}

static int
make(const char *line, struct buf *out)
{
	struct slice	 copy = exact(slice_str(line));
	int		 status = jsonin_line(in, copy, out);

	exact_free(copy);
	return status;
}

static void
assert_makes(const char *line, const void *bytes, size_t n)
{
	struct buf	 out = { 0 };

	if (make(line, &out) != 0)
		fail_msg("%s", jsonin_error(in));
	assert_int_equal(out.n, n);
	assert_memory_equal(out.p, bytes, n);
	buf_fini(&out);
}
#define BYTES(...)	(const uint8_t []){ __VA_ARGS__ },		\
			sizeof((const uint8_t []){ __VA_ARGS__ })

/* The line is refused, with this message, and nothing is appended. */
static void
assert_refused(const char *line, const char *message)
{
	struct buf	 out = { 0 };

	buf_str(&out, "before");
	assert_int_equal(make(line, &out), -1);
	assert_string_equal(jsonin_error(in), message);
	assert_int_equal(out.n, 6);
	buf_fini(&out);
}

static void
header_and_trailer_are_made(void **state)
{
	(void)state;
	assert_makes("{\"time\":\"2021-10-14T11:20:59.548Z\","
	    "\"event\":\"AUE_EXECVE\",\"tokens\":["
	    "{\"token\":\"return32\",\"error\":1}]}",
	    BYTES(0x14, 0, 0, 0, 31, 11, 0, 23, 0, 0, 0x61, 0x68, 0x12, 0x9b,
	    0, 0, 2, 0x24, 0x27, 1, 0, 0, 0, 0, 0x13, 0xb1, 5, 0, 0, 0, 31));
}

static void
without_time_and_event_they_are_zero(void **state)
{
	(void)state;
	assert_makes("{\"tokens\":[{\"token\":\"sequence\",\"number\":7}]}",
	    BYTES(0x14, 0, 0, 0, 30, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0x2f, 0, 0, 0, 7, 0x13, 0xb1, 5, 0, 0, 0, 30));
}

static void
a_header_says_more_than_the_line(void **state)
{
	(void)state;
	assert_makes("{\"time\":\"2021-10-14T11:20:59Z\",\"event\":23,"
	    "\"tokens\":[{\"token\":\"header32\",\"event\":1,\"seconds\":2}]}",
	    BYTES(0x14, 0, 0, 0, 25, 11, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0,
	    0x13, 0xb1, 5, 0, 0, 0, 25));
}

static void
a_solaris_record_gets_no_trailer_and_nanoseconds(void **state)
{
	(void)state;
	assert_makes("{\"time\":\"1970-01-01T00:00:01.5Z\",\"tokens\":["
	    "{\"token\":\"header32\",\"version\":2}]}",
	    BYTES(0x14, 0, 0, 0, 18, 2, 0, 0, 0, 0, 0, 0, 0, 1,
	    0x1d, 0xcd, 0x65, 0));
}

static void
a_header_with_its_size_is_left_as_it_is(void **state)
{
	(void)state;
	assert_makes("{\"event\":5,\"tokens\":["
	    "{\"token\":\"header32\",\"size\":999,\"event\":7}]}",
	    BYTES(0x14, 0, 0, 3, 0xe7, 11, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
}

static void
a_trailer_without_size_gets_the_records(void **state)
{
	(void)state;
	assert_makes("{\"tokens\":[{\"token\":\"header32\",\"size\":5},"
	    "{\"token\":\"trailer\"}]}",
	    BYTES(0x14, 0, 0, 0, 5, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0x13, 0xb1, 5, 0, 0, 0, 25));
	assert_makes("{\"tokens\":[{\"token\":\"header32\"},"
	    "{\"token\":\"trailer\",\"size\":3,\"magic\":258}]}",
	    BYTES(0x14, 0, 0, 0, 25, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0x13, 1, 2, 0, 0, 0, 3));
}

static void
raw_bytes_in_front_are_the_record(void **state)
{
	(void)state;
	assert_makes("{\"tokens\":[{\"token\":\"raw\",\"hex\":\"14\"},"
	    "{\"token\":\"raw\",\"hex\":\"00fF\"}]}", BYTES(0x14, 0, 0xff));
}

static void
a_lone_file_token_stands_alone(void **state)
{
	(void)state;
	assert_makes("{\"tokens\":[{\"token\":\"file32\",\"name\":\"/x\"}]}",
	    BYTES(0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, '/', 'x', 0));
}

static void
fields_left_out_are_empty(void **state)
{
	static const struct {
		const char	*name;
		size_t		 n;
	} sizes[] = {
		{ "text", 4 }, { "path", 4 }, { "opaque", 3 },
		{ "exec_args", 5 }, { "cmd", 5 }, { "groups", 3 },
		{ "groups16", 65 }, { "subject32", 37 },
		{ "subject32_ex", 41 }, { "socket_ex", 19 }, { "label", 5 },
		{ "arbitrary", 4 }, { "arg_uuid", 21 }, { "sockunix", 4 },
		{ "tid", 14 }, { "sockinet128", 21 }, { "identity", 15 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct buf	 out = { 0 };
		struct tokens	 w;
		struct token	 t;
		char		 line[128];

		(void)snprintf(line, sizeof(line), "{\"tokens\":["
		    "{\"token\":\"%s\"}]}", sizes[i].name);
		assert_int_equal(make(line, &out), 0);
		assert_int_equal(out.n, 18 + sizes[i].n + 7);
		tokens_begin(&w, (struct slice){ out.p, out.n });
		for (unsigned k = 0; k < 3; k++)
			assert_int_equal(tokens_next(&w, &t), 1);
		assert_int_equal(tokens_next(&w, &t), 0);
		buf_fini(&out);
	}
}

static void
lengths_follow_from_what_is_given(void **state)
{
	(void)state;
	assert_makes("{\"tokens\":[{\"token\":\"raw\",\"hex\":\"\"},"
	    "{\"token\":\"label\",\"compartments\":\"0000000100000002\"}]}",
	    BYTES(0x33, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2));
	assert_makes("{\"tokens\":[{\"token\":\"raw\",\"hex\":\"\"},"
	    "{\"token\":\"socket_ex\",\"raddr\":\"::1\"}]}",
	    BYTES(0x7f, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0, 1));
}

static void
lists_take_count_and_padding(void **state)
{
	(void)state;
	assert_makes("{\"tokens\":[{\"token\":\"raw\",\"hex\":\"\"},"
	    "{\"token\":\"exec_args\",\"args\":[\"a\",{\"hex\":\"ff\"}],"
	    "\"count\":9,\"padding\":1}]}",
	    BYTES(0x3c, 0, 0, 0, 9, 'a', 0, 0xff, 0, 0));
}

static void
misspelled_names_get_a_suggestion(void **state)
{
	(void)state;
	assert_refused("{\"tokens\":[{\"token\":\"pth\"}]}",
	    "token 1: no token is called 'pth'; did you mean 'path'?");
	assert_refused("{\"tokens\":[{\"token\":\"text\"},"
	    "{\"token\":\"subject32\",\"aiud\":1}]}",
	    "token 2, subject32: it has no field 'aiud'; "
	    "did you mean 'auid'?");
	assert_refused("{\"tokens\":[{\"token\":\"q\\u0007\"}]}",
	    "token 1: no token is called 'q\\x07'");
	assert_refused("{\"token\":[]}",
	    "unexpected 'token'; did you mean 'tokens'?");
	assert_refused("{\"event\":\"AUE_NOSUCH\",\"tokens\":["
	    "{\"token\":\"text\"}]}", "\"event\": no event is called "
	    "'AUE_NOSUCH'");
}

static void
wrong_values_are_named(void **state)
{
	(void)state;
	assert_refused("{\"tokens\":[{\"token\":\"text\",\"text\":5}]}",
	    "token 1, text, \"text\": expected a string, not a number");
	assert_refused("{\"tokens\":[{\"token\":\"return32\","
	    "\"error\":256}]}",
	    "token 1, return32, \"error\": a number above 255");
	assert_refused("{\"tokens\":[{\"token\":\"return32\","
	    "\"value\":-1}]}",
	    "token 1, return32, \"value\": a number below 0");
	assert_refused("{\"tokens\":[{\"token\":\"in_addr\","
	    "\"address\":\"::1\"}]}",
	    "token 1, in_addr, \"address\": expected 4 bytes, not 16");
	assert_refused("{\"tokens\":[{\"token\":\"arbitrary\",\"unit\":9}]}",
	    "token 1, arbitrary: its values do not fit together");
	assert_refused("{\"tokens\":[{\"token\":\"raw\",\"hex\":\"0\"}]}",
	    "token 1, raw, \"hex\": expected pairs of hexadecimal digits, "
	    "not '0'");
	assert_refused("{\"time\":\"soon\",\"tokens\":["
	    "{\"token\":\"text\"}]}", "\"time\": expected a time like "
	    "2021-10-14T11:20:59.522Z, not 'soon'");
	assert_refused("{\"gap\":\"x\",\"hex\":1}",
	    "\"hex\": expected hexadecimal digits, not a number");
	assert_refused("{\"gap\":\"x\"}", "\"hex\": is missing");
}

static void
what_is_not_a_record_is_refused(void **state)
{
	struct buf	 out = { 0 };

	(void)state;
	assert_refused("[]", "expected an object");
	assert_refused("{}",
	    "expected \"tokens\", an array that is not empty");
	assert_refused("{\"tokens\":[]}",
	    "expected \"tokens\", an array that is not empty");
	assert_refused("{\"tokens\":[7]}",
	    "token 1: expected an object whose \"token\" is a name");
	assert_int_equal(make("{\"tokens\":[{\"token\":\"text\","
	    "\"text\":\"a\",\"text\":\"b\"}]}", &out), -1);
	assert_non_null(strstr(jsonin_error(in), "duplicate object key"));
	assert_int_equal(out.n, 0);
	buf_fini(&out);
}

static void
a_record_larger_than_any_is_refused(void **state)
{
	const size_t	 n = FRAME_RECORD_MAX;
	char		*line = xmalloc(2 * n + 100);
	struct buf	 out = { 0 };
	size_t		 at;

	(void)state;
	at = (size_t)sprintf(line,
	    "{\"tokens\":[{\"token\":\"raw\",\"hex\":\"");
	memset(line + at, '0', 2 * n + 2);
	(void)sprintf(line + at + 2 * n + 2, "\"}]}");
	assert_refused(line, "the record has 1048577 bytes, more than 1048576");
	(void)sprintf(line + at + 2 * n, "\"}]}");
	assert_int_equal(make(line, &out), 0);
	assert_int_equal(out.n, n);
	buf_fini(&out);
	free(line);
}

static void
a_line_beyond_the_limit_is_not_even_read(void **state)
{
	const size_t	 n = JSONIN_LINE_MAX + 1;
	uint8_t		*line = xcalloc(n, 1);
	struct buf	 out = { 0 };

	(void)state;
	assert_int_equal(jsonin_line(in, (struct slice){ line, n }, &out), -1);
	assert_string_equal(jsonin_error(in),
	    "the line has more than 16777216 bytes");
	free(line);
	buf_fini(&out);
}

static void
a_cut_line_is_refused_everywhere(void **state)
{
	static const char	 line[] = "{\"time\":\"2021-10-14T11:20:59Z\","
	    "\"event\":\"AUE_EXECVE\",\"tokens\":[{\"token\":\"exec_args\","
	    "\"args\":[\"a\",{\"hex\":\"ff\"}]},{\"token\":\"text\"}]}";
	struct buf		 out = { 0 };

	(void)state;
	for (size_t n = 0; n < sizeof(line) - 1; n++) {
		struct slice	 copy = exact(
		    (struct slice){ (const uint8_t *)line, n });

		assert_int_equal(jsonin_line(in, copy, &out), -1);
		assert_int_equal(out.n, 0);
		exact_free(copy);
	}
	assert_int_equal(make(line, &out), 0);
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(header_and_trailer_are_made),
		cmocka_unit_test(without_time_and_event_they_are_zero),
		cmocka_unit_test(a_header_says_more_than_the_line),
		cmocka_unit_test(a_solaris_record_gets_no_trailer_and_nanoseconds),
		cmocka_unit_test(a_header_with_its_size_is_left_as_it_is),
		cmocka_unit_test(a_trailer_without_size_gets_the_records),
		cmocka_unit_test(raw_bytes_in_front_are_the_record),
		cmocka_unit_test(a_lone_file_token_stands_alone),
		cmocka_unit_test(fields_left_out_are_empty),
		cmocka_unit_test(lengths_follow_from_what_is_given),
		cmocka_unit_test(lists_take_count_and_padding),
		cmocka_unit_test(misspelled_names_get_a_suggestion),
		cmocka_unit_test(wrong_values_are_named),
		cmocka_unit_test(what_is_not_a_record_is_refused),
		cmocka_unit_test(a_record_larger_than_any_is_refused),
		cmocka_unit_test(a_line_beyond_the_limit_is_not_even_read),
		cmocka_unit_test(a_cut_line_is_refused_everywhere),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
