/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_xml.c - records as XML: the elements of tokens, the spelling of bytes
 * that XML cannot hold, and that whatever comes in, what goes out is
 * well-formed. A small reader of XML is the judge of that.
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
#include "print/xml.h"

static bool
name_of(void *arg, uint32_t id, char *name, size_t n)
{
	(void)arg;
	assert_true(n > 16);
	if (id % 3 == 0)
		return false;
	strncpy(name, id % 3 == 1 ? "a<b" : "\"x\" & \xe9", n - 1);
	name[n - 1] = '\0';
	return true;
}

static const struct accounts	accounts = {
	.user_of = name_of, .group_of = name_of
};

static void
put_header(struct buf *b)
{
	const struct token	 t = { .layout = layout_find(TOK_HEADER32),
		.header = { .version = 11, .event = 23, .fraction = 548 } };

	assert_int_equal(build_token(b, &t), 0);
}

static int
show(const struct text_style *style, struct slice record, struct buf *out)
{
	struct names	*names = names_new();
	struct text	*text = text_new(style, names, &accounts);
	struct slice	 copy = exact(record);
	size_t		 at;
	int		 status = text_record(text, copy, out, &at);

	(void)buf_cstr(out);
	exact_free(copy);
	text_free(text);
	names_free(names);
	return status;
}

/* The element of the only token between header and trailer. */
static void
assert_element(const void *token, size_t n, const char *expected)
{
	const struct text_style	 style = { .utc = true, .xml = true,
		.numeric_ids = true };
	struct buf		 b = { 0 }, out = { 0 }, all = { 0 };

	put_header(&b);
	buf_put(&b, token, n);
	build_finish(&b, 0);
	assert_int_equal(show(&style, buf_bytes(&b), &out), 0);
	buf_printf(&all, "<record version=\"11\" event=\"execve(2)\" "
	    "modifier=\"0\" time=\"Thu Jan  1 00:00:00 1970\" "
	    "msec=\" + 548 msec\" >\n%s\n</record>\n", expected);
	assert_string_equal((char *)out.p, buf_cstr(&all));
	buf_fini(&b);
	buf_fini(&out);
	buf_fini(&all);
}

#define BYTES(...)	(const uint8_t[]){ __VA_ARGS__ },		\
			sizeof((const uint8_t[]){ __VA_ARGS__ })

static void
enclosed_tokens_have_attributes(void **state)
{
	(void)state;
	assert_element(BYTES(0x27, 0, 0, 0, 0, 7),
	    "<return errval=\"success\" retval=\"7\" />");
	assert_element(BYTES(0x22, 1, 0, 0, 0, 9),
	    "<IPC ipc-type=\"Message IPC\" ipc-id=\"9\" />");
	assert_element(BYTES(0x38, 0, 2, 'L', 0, 0, 2, 'x', 0),
	    "<privilege type=\"L\" priv=\"x\" />");
	assert_element(BYTES(0x82, 0, 1, '/', 's', 0),
	    "<socket-unix type=\"1\" port=\"\" addr=\"/s\" />");
}

static void
content_stands_between_tags(void **state)
{
	(void)state;
	assert_element(BYTES(0x23, 0, 2, '/', 0), "<path>/</path>");
	assert_element(BYTES(0x29, 0, 2, 0xab, 0), "<opaque>0xab00</opaque>");
	assert_element(BYTES(0x2c, 0, 22), "<ip_port>0x16</ip_port>");
}

static void
lists_have_an_element_for_each_member(void **state)
{
	(void)state;
	assert_element(BYTES(0x3c, 0, 0, 0, 2, 'a', 0, 0),
	    "<exec_args><arg>a</arg><arg></arg></exec_args>");
	assert_element(BYTES(0x3b, 0, 2, 0, 0, 0, 5, 255, 255, 255, 255),
	    "<group><gid>5</gid><gid>-1</gid></group>");
	assert_element(BYTES(0x3b, 0, 0), "<group></group>");
}

static void
only_the_32_bit_subject_parts_port_and_address(void **state)
{
	uint8_t	 subject[37] = { 0x24 }, process[37] = { 0x26 };

	(void)state;
	memcpy(subject + 29, "\0\0\0\2\1\2\3\4", 8);
	memcpy(process + 29, "\0\0\0\2\1\2\3\4", 8);
	assert_element(subject, sizeof(subject), "<subject audit-uid=\"0\" "
	    "uid=\"0\" gid=\"0\" ruid=\"0\" rgid=\"0\" pid=\"0\" sid=\"0\" "
	    "tid=\"2 1.2.3.4\" />");
	assert_element(process, sizeof(process), "<process audit-uid=\"0\" "
	    "uid=\"0\" gid=\"0\" ruid=\"0\" rgid=\"0\" pid=\"0\" sid=\"0\" "
	    "tid=\"21.2.3.4\" />");
}

static void
the_far_address_of_a_socket_stands_before_its_port(void **state)
{
	(void)state;
	assert_element(BYTES(0x7f, 0, 2, 0, 1, 0, 4, 0, 80, 1, 2, 3, 4, 0, 0,
	    5, 6, 7, 8), "<socket sock_dom=\"0x2\" sock_type=\"0x1\" "
	    "lport=\"0x50\" laddr=\"1.2.3.4\" faddr=\"5.6.7.8\" "
	    "fport=\"0\" />");
}

static void
arbitrary_data_tells_what_it_is(void **state)
{
	(void)state;
	assert_element(BYTES(0x21, 4, 0, 3, 'a', 0, '<'),
	    "<arbitrary print=\"string\" type=\"1\" count=\"3\" >"
	    "a\\^@&lt;</arbitrary>");
	assert_element(BYTES(0x21, 9, 1, 1, 'a', 'b'),
	    "<arbitrary print=\"9\" type=\"2\" count=\"1\" >"
	    "6162</arbitrary>");
}

static void
assert_escaped(const void *bytes, size_t n, const char *expected)
{
	struct buf	 out = { 0 };
	struct slice	 copy = exact((struct slice){ bytes, n });

	xml_escape(&out, copy);
	assert_string_equal(buf_cstr(&out), expected);
	exact_free(copy);
	buf_fini(&out);
}

static void
what_xml_cannot_hold_is_spelled_as_vis_does(void **state)
{
	(void)state;
	assert_escaped("a&b<c>d\"e'f", 11, "a&amp;b&lt;c&gt;d&quot;e&apos;f");
	assert_escaped("\t\n\r\b\a\v\f\\", 8, "\t\n\\r\\b\\a\\v\\f\\\\");
	assert_escaped("\x01\x1b\x7f", 3, "\\^A\\^[\\^?");
	assert_escaped("\xe9\x80\xff\xa0", 4, "\\M-i\\M^@\\M^?\\240");
	assert_escaped("\xbc", 1, "\\M-&lt;");
	assert_escaped("", 0, "");
}

/* The quick look may only err in one direction. */
static void
no_odd_byte_is_taken_for_a_plain_one(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++)
		for (unsigned at = 0; at < sizeof(lanes); at++) {
			uint8_t		 b[sizeof(lanes)], one = (uint8_t)c;
			struct buf	 out = { 0 };
			bool		 odd;

			memset(b, 'a', sizeof(b));
			b[at] = one;
			odd = lanes_any(xml_odd(lanes_load(b)));
			xml_escape(&out, (struct slice){ &one, 1 });
			if (c != '\t' && c != '\n')
				assert_int_equal(odd, out.n != 1);
			else
				assert_true(odd);
			buf_fini(&out);
		}
}

static void
a_record_without_a_trailer_is_closed(void **state)
{
	const struct text_style	 style = { .xml = true, .one_line = true };
	struct buf		 b = { 0 }, out = { 0 };

	(void)state;
	put_header(&b);
	put_header(&b);			/* a header inside */
	(void)show(&style, buf_bytes(&b), &out);
	assert_true(out.n > 19);
	assert_string_equal((char *)out.p + out.n - 19,
	    "</record></record>\n");
	buf_fini(&b);
	buf_fini(&out);
}

static void
a_trailer_too_many_leaves_an_empty_line(void **state)
{
	const uint8_t	 trailer[] = { 0x13, 0xb1, 0x05, 0, 0, 0, 9 };
	const struct text_style	 style = { .xml = true };
	struct buf		 b = { 0 }, out = { 0 };

	(void)state;
	put_header(&b);
	buf_put(&b, trailer, sizeof(trailer));
	build_finish(&b, 0);
	assert_int_equal(show(&style, buf_bytes(&b), &out), 0);
	assert_string_equal(strstr((char *)out.p, ">\n") + 2,
	    "</record>\n\n");
	buf_fini(&b);
	buf_fini(&out);
}

/* A reader of as much XML as we write: elements, attributes, entities. */

#define DEEP 64

static size_t
name_length(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_-");
}

/* One character of content or of a value; NULL when it may not stand there. */
static const char *
take_char(const char *s)
{
	static const char *const	 known[] = { "&amp;", "&lt;", "&gt;",
		"&quot;", "&apos;" };

	if (*s != '&')
		return *s == '\t' || *s == '\n' || (*s >= ' ' && *s < 0x7f) ?
		    s + 1 : NULL;
	for (size_t i = 0; i < 5; i++)
		if (strncmp(s, known[i], strlen(known[i])) == 0)
			return s + strlen(known[i]);
	return NULL;
}

/* The attributes of a tag, up to its ">" or "/>". */
static const char *
take_attributes(const char *s)
{
	for (;;) {
		const size_t	 blank = strspn(s, " ");
		const size_t	 n = name_length(s + blank);

		if (n == 0 || blank == 0)
			return s + blank;
		s += blank + n;
		if (strncmp(s, "=\"", 2) != 0)
			return NULL;
		for (s += 2; *s != '"'; )
			if (*s == '<' || (s = take_char(s)) == NULL)
				return NULL;
		s++;
	}
}

static bool
is_well_formed(const char *s)
{
	const char	*open[DEEP];
	size_t		 depth = 0;

	while (*s != '\0') {
		if (*s != '<') {
			if (*s == '>' || (s = take_char(s)) == NULL)
				return false;
			continue;
		}
		if (s[1] == '/') {
			const size_t	 n = name_length(s + 2);

			if (depth-- == 0 ||
			    strncmp(open[depth], s + 2, n) != 0 ||
			    name_length(open[depth]) != n || s[n + 2] != '>')
				return false;
			s += n + 3;
			continue;
		}
		if (name_length(s + 1) == 0 || depth == DEEP)
			return false;
		open[depth++] = s + 1;
		s = take_attributes(s + 1 + name_length(s + 1));
		if (s == NULL)
			return false;
		if (*s == '/') {
			depth--;
			s++;
		}
		if (*s++ != '>')
			return false;
	}
	return depth == 0;
}

static void
the_judge_knows_what_is_wrong(void **state)
{
	(void)state;
	assert_true(is_well_formed("<a b=\"&lt;\" ><c/>x</a>\n"));
	assert_false(is_well_formed("<a>"));
	assert_false(is_well_formed("<a></b>"));
	assert_false(is_well_formed("</a>"));
	assert_false(is_well_formed("<a b=\"<\"/>"));
	assert_false(is_well_formed("a & b"));
	assert_false(is_well_formed("\x1b"));
	assert_false(is_well_formed("<ab=\"x\"y=\"z\"/>"));
}

static void
whatever_comes_in(const struct text_style *style, uint64_t seed)
{
	struct lot	*l = calloc(1, sizeof(*l));
	struct names	*names = names_new();
	struct text	*text = text_new(style, names, &accounts);
	struct buf	 b = { 0 }, out = { 0 };
	struct slice	 copy;
	size_t		 at;

	assert_non_null(l);
	lot_seed(l, seed);
	for (unsigned i = 0; i < lot_runs(4000); i++) {
		buf_clear(&b);
		buf_clear(&out);
		lot_record(l, &b, i % 4 == 0 ? 2 : 11, 8, i % 7 != 0);
		for (unsigned n = i % 5; n > 0; n--)
			b.p[lot_below(l, (uint32_t)b.n)] = (uint8_t)lot_u64(l);
		copy = exact(buf_bytes(&b));
		(void)text_record(text, copy, &out, &at);
		assert_true(is_well_formed(buf_cstr(&out)));
		exact_free(copy);
	}
	text_free(text);
	names_free(names);
	buf_fini(&b);
	buf_fini(&out);
	free(l);
}

static void
every_record_is_well_formed(void **state)
{
	(void)state;
	whatever_comes_in(&(struct text_style){ .xml = true }, 21);
	whatever_comes_in(&(struct text_style){ .xml = true, .raw = true,
	    .one_line = true, .classic = true }, 22);
}

/* Every layout, also those that have no pattern of their own. */
static void
every_token_is_well_formed(void **state)
{
	size_t			 n;
	const struct layout	*all = token_layouts(&n);
	struct lot		*l = calloc(1, sizeof(*l));

	(void)state;
	assert_non_null(l);
	lot_seed(l, 23);
	for (size_t i = 0; i < n; i++) {
		struct buf	 b = { 0 }, out = { 0 };
		struct token	 t;

		l->used = 0;
		lot_token(l, &all[i], &t);
		put_header(&b);
		assert_int_equal(build_token(&b, &t), 0);
		build_finish(&b, 0);
		(void)show(&(struct text_style){ .xml = true }, buf_bytes(&b),
		    &out);
		assert_true(is_well_formed((char *)out.p));
		buf_fini(&b);
		buf_fini(&out);
	}
	free(l);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(enclosed_tokens_have_attributes),
		cmocka_unit_test(content_stands_between_tags),
		cmocka_unit_test(lists_have_an_element_for_each_member),
		cmocka_unit_test(
		    only_the_32_bit_subject_parts_port_and_address),
		cmocka_unit_test(
		    the_far_address_of_a_socket_stands_before_its_port),
		cmocka_unit_test(arbitrary_data_tells_what_it_is),
		cmocka_unit_test(what_xml_cannot_hold_is_spelled_as_vis_does),
		cmocka_unit_test(no_odd_byte_is_taken_for_a_plain_one),
		cmocka_unit_test(a_record_without_a_trailer_is_closed),
		cmocka_unit_test(a_trailer_too_many_leaves_an_empty_line),
		cmocka_unit_test(the_judge_knows_what_is_wrong),
		cmocka_unit_test(every_record_is_well_formed),
		cmocka_unit_test(every_token_is_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
