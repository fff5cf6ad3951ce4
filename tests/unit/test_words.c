/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_words.c - `record` and `at` lines of rule tests: the records that they
 * make, and what is said about each word that is wrong.
 */
#include <stdio.h>

#include "rule_case.h"

#include "make/words.h"
#include "print/lossless.h"

#define NOON	INT64_C(1769860800123)	/* 2026-01-31T12:00:00.123Z */
#define LEXEMES	2048u

/* The words of one line, as the parser hands them over. */
struct line {
	struct rule_case	*c;
	struct arena		*arena;
	struct words_env	 env;
	struct lexeme		 words[LEXEMES];
	size_t			 n;
	struct buf		 record;
};

static struct line *
line_new(const char *text)
{
	struct line	*l = xcalloc(1, sizeof(*l));
	const size_t	 n = strlen(text);
	struct buf	 copy = { .p = xmemdup(text, n + 1), .n = n,
	    .cap = n + 1 };
	struct lexer	 lexer;

	l->c = case_new("");
	l->arena = arena_new();
	l->env = (struct words_env){ l->c->names, &l->c->accounts,
	    l->c->diags };
	lex_init(&lexer, l->c->diags, l->arena);
	assert_true(lex_push(&lexer, diags_file(l->c->diags, "t", &copy)));
	for (;;) {
		assert_true(l->n < LEXEMES);
		lex_next(&lexer, &l->words[l->n]);
		if (l->words[l->n].kind == LEX_END)
			return l;
		l->n++;
	}
}

static void
line_free(struct line *l)
{
	buf_fini(&l->record);
	arena_free(l->arena);
	case_free(l->c);
	free(l);
}

/* The words make this record, without its size and times. */
static void
makes(const char *text, const char *tokens)
{
	struct line		*l = line_new(text);
	struct lossless		*lossless = lossless_new(l->c->names);
	struct frame_record	 f = { .kind = FRAME_RECORD };
	struct buf		 json = { 0 };
	char			*from, *end;

	buf_str(&l->record, "before");
	if (!words_record(&l->env, l->words, l->n, NOON, &l->record))
		fail_msg("%s: %s", text, case_said(l->c));
	f.bytes = (struct slice){ l->record.p + 6, l->record.n - 6 };
	lossless_frame(lossless, &f, slice_str("t"), &json);
	from = strstr(buf_cstr(&json), "\"tokens\":[");
	assert_non_null(from);
	from = strchr(from, '}');
	assert_non_null(from);
	from += from[1] == ',' ? 2 : 1;
	end = strstr(from, ",{\"token\":\"trailer\"");
	if (end == NULL)
		end = strstr(from, "]}");
	assert_non_null(end);
	*end = '\0';
	assert_string_equal(from, tokens);
	buf_fini(&json);
	lossless_free(lossless);
	line_free(l);
}

/* The words make a record that begins so. */
static void
begins(const char *text, const char *header)
{
	struct line		*l = line_new(text);
	struct lossless		*lossless = lossless_new(l->c->names);
	struct frame_record	 f = { .kind = FRAME_RECORD };
	struct buf		 json = { 0 };

	assert_true(words_record(&l->env, l->words, l->n, NOON, &l->record));
	f.bytes = buf_bytes(&l->record);
	lossless_frame(lossless, &f, slice_str("t"), &json);
	assert_non_null(strstr(buf_cstr(&json), header));
	buf_fini(&json);
	lossless_free(lossless);
	line_free(l);
}

/* Of the words this is said, at column COL, and nothing is appended. */
static void
says(const char *text, unsigned col, const char *message)
{
	struct line	*l = line_new(text);
	char		 expected[512], *end;
	const char	*said;

	buf_str(&l->record, "before");
	assert_false(words_record(&l->env, l->words, l->n, NOON, &l->record));
	assert_int_equal(l->record.n, 6);
	(void)snprintf(expected, sizeof(expected), "t:1:%u: error: %s", col,
	    message);
	said = case_said(l->c);
	if ((end = strchr(said, '\n')) != NULL)
		*end = '\0';
	assert_string_equal(said, expected);
	assert_int_equal(diags_errors(l->c->diags), 1);
	line_free(l);
}

/* ------------------------------------------------------------- what is made */

#define RETURN(error, value)						\
	"{\"token\":\"return32\",\"error\":" #error ",\"value\":" #value "}"
#define SUBJECT(ids, rest)						\
	"{\"token\":\"subject32\"," ids "," rest "},"
#define IDS(auid, euid, egid, ruid, rgid)				\
	"\"auid\":" #auid ",\"euid\":" #euid ",\"egid\":" #egid		\
	",\"ruid\":" #ruid ",\"rgid\":" #rgid
#define REST(pid, session, port, address)				\
	"\"pid\":" #pid ",\"session\":" #session ",\"port\":" #port	\
	",\"address\":\"" address "\""

static void
an_event_alone_makes_a_success(void **state)
{
	(void)state;
	makes("AUE_EXIT", RETURN(0, 0));
	makes("AUE_EXIT success", RETURN(0, 0));
	makes("\"AUE_EXIT\"", RETURN(0, 0));
	makes("AUE_EXIT return 7", RETURN(0, 7));
}

static void
an_event_is_a_name_or_any_number(void **state)
{
	(void)state;
	begins("AUE_EXIT", "\"event\":1,");
	begins("65535", "\"event\":65535,");
	begins("0x17", "\"event\":23,");
	begins("AUE_login", "\"event\":6152,");
}

static void
the_time_goes_into_the_header(void **state)
{
	(void)state;
	begins("AUE_EXIT", "\"version\":11,\"event\":1,\"modifier\":0,"
	    "\"seconds\":1769860800,\"fraction\":123}");
	begins("AUE_EXIT", "\"time\":\"2026-01-31T12:00:00.123Z\"");
}

static void
an_event_of_solaris_makes_a_record_of_solaris(void **state)
{
	(void)state;
	begins("AUE_PFEXEC", "{\"token\":\"header64\",\"size\":32,\"version\":2"
	    ",\"event\":300,\"modifier\":0,\"seconds\":1769860800,"
	    "\"fraction\":123000000}");
	makes("AUE_PFEXEC", RETURN(0, 0));
	begins("AUE_PFEXEC host 192.0.2.1", "\"header64_ex\"");
}

static void
a_host_stands_in_the_header(void **state)
{
	(void)state;
	begins("AUE_EXIT host 192.0.2.1", "{\"token\":\"header32_ex\","
	    "\"size\":39,\"version\":11,\"event\":1,\"modifier\":0,"
	    "\"address\":\"192.0.2.1\",");
	begins("AUE_EXIT host 2001:db8::1", "\"address\":\"2001:db8::1\"");
}

static void
failures_have_their_error(void **state)
{
	(void)state;
	makes("AUE_EXIT failure", RETURN(1, 0));
	makes("AUE_EXIT failure EACCES", RETURN(13, 0));
	makes("AUE_EXIT failure 255", RETURN(255, 0));
	makes("AUE_EXIT failure return 4294967295", RETURN(1, 4294967295));
	makes("AUE_EXIT failure success", RETURN(0, 0));
}

static void
ids_that_are_not_given_are_the_first_that_is(void **state)
{
	(void)state;
	makes("AUE_EXIT auid 12", SUBJECT(IDS(12, 12, 12, 12, 12),
	    REST(0, 0, 0, "0.0.0.0")) RETURN(0, 0));
	makes("AUE_EXIT auid -1 euid root ruid 5 egid wheel rgid staff",
	    SUBJECT(IDS(4294967295, 0, 0, 5, 20),
	    REST(0, 0, 0, "0.0.0.0")) RETURN(0, 0));
	makes("AUE_EXIT pid 1", SUBJECT(IDS(0, 0, 0, 0, 0),
	    REST(1, 0, 0, "0.0.0.0")) RETURN(0, 0));
	makes("AUE_EXIT session 0x10 port 010 terminal 192.0.2.1",
	    SUBJECT(IDS(0, 0, 0, 0, 0), REST(0, 16, 8, "192.0.2.1"))
	    RETURN(0, 0));
	makes("AUE_EXIT terminal 2001:db8::1", "{\"token\":\"subject32_ex\","
	    IDS(0, 0, 0, 0, 0) "," REST(0, 0, 0, "2001:db8::1") "},"
	    RETURN(0, 0));
}

static void
tokens_stand_in_the_order_of_the_kernel(void **state)
{
	(void)state;
	makes("AUE_EXIT zone z text t1 text t2 path /a path /b "
	    "address 192.0.2.7 port 80 argument 1 x 2 "
	    "environment \"A=1\", \"B=2\" args a, b, \"c d\" "
	    "owner 3 group wheel mode 0755 device 4 inode 5 auid 6",
	    "{\"token\":\"exec_args\",\"args\":[\"a\",\"b\",\"c d\"]},"
	    "{\"token\":\"exec_env\",\"env\":[\"A=1\",\"B=2\"]},"
	    "{\"token\":\"argument32\",\"number\":1,\"value\":2,"
	    "\"text\":\"x\"},"
	    "{\"token\":\"path\",\"path\":\"/a\"},"
	    "{\"token\":\"path\",\"path\":\"/b\"},"
	    "{\"token\":\"attribute32\",\"mode\":493,\"uid\":3,\"gid\":0,"
	    "\"fsid\":4,\"node\":5,\"dev\":0},"
	    "{\"token\":\"text\",\"text\":\"t1\"},"
	    "{\"token\":\"text\",\"text\":\"t2\"},"
	    "{\"token\":\"sockinet32\",\"domain\":2,\"port\":80,"
	    "\"address\":\"192.0.2.7\"},"
	    "{\"token\":\"zonename\",\"zone\":\"z\"},"
	    SUBJECT(IDS(6, 6, 6, 6, 6), REST(0, 0, 0, "0.0.0.0"))
	    RETURN(0, 0));
}

static void
large_values_make_the_wider_tokens(void **state)
{
	(void)state;
	makes("AUE_EXIT argument 255 x 4294967296",
	    "{\"token\":\"argument64\",\"number\":255,\"value\":4294967296,"
	    "\"text\":\"x\"}," RETURN(0, 0));
	makes("AUE_EXIT address 2001:db8::7",
	    "{\"token\":\"sockinet128\",\"domain\":26,\"port\":0,"
	    "\"address\":\"2001:db8::7\"}," RETURN(0, 0));
}

static void
quotes_make_a_value_of_any_word(void **state)
{
	(void)state;
	makes("AUE_EXIT path \"path\" text success",
	    "{\"token\":\"path\",\"path\":\"path\"},"
	    "{\"token\":\"text\",\"text\":\"success\"}," RETURN(0, 0));
}

/* ------------------------------------------------------------- what is wrong */

static void
an_event_must_come_first_and_be_known(void **state)
{
	(void)state;
	says(",", 1, "',': an audit event must follow");
	says("AUE_EXECV", 1, "no audit event is called 'AUE_EXECV'; did you "
	    "mean 'AUE_EXECVE'?");
	says("65536", 1, "no audit event is called '65536'");
}

static void
a_word_must_be_known(void **state)
{
	(void)state;
	says("AUE_EXIT pth /x", 10, "'pth' is not a word of a test; did you "
	    "mean 'path'?");
	says("AUE_EXIT \"path\" /x", 10, "'path' is not a word of a test");
	says("AUE_EXIT ,", 10, "',' is not a word of a test");
	says("AUE_EXIT failure EWHAT", 18, "no error is called 'EWHAT'");
	says("AUE_EXIT failure what", 18, "'what' is not a word of a test");
	says("AUE_EXIT failure 256", 18, "'256' is not a word of a test");
	says("AUE_EXIT failure 0", 18, "'0' is not a word of a test");
}

/* Each word at the end of the line, where its value is missing. */
static void
a_value_must_follow(void **state)
{
	static const struct {
		const char	*word, *wanted;
	} rows[] = {
		{ "auid", "a name or an id must follow" },
		{ "euid", "a name or an id must follow" },
		{ "ruid", "a name or an id must follow" },
		{ "egid", "a name or an id must follow" },
		{ "rgid", "a name or an id must follow" },
		{ "owner", "a name or an id must follow" },
		{ "group", "a name or an id must follow" },
		{ "pid", "a number must follow" },
		{ "session", "a number must follow" },
		{ "port", "a number must follow" },
		{ "mode", "a number must follow" },
		{ "device", "a number must follow" },
		{ "inode", "a number must follow" },
		{ "return", "a number must follow" },
		{ "argument", "a number must follow" },
		{ "argument 1", "a text must follow" },
		{ "argument 1 x", "a number must follow" },
		{ "path", "a text must follow" },
		{ "text", "a text must follow" },
		{ "zone", "a text must follow" },
		{ "args", "a text must follow" },
		{ "args a,", "a text must follow" },
		{ "environment", "a text must follow" },
		{ "terminal", "an address must follow" },
		{ "host", "an address must follow" },
		{ "address", "an address must follow" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char		 text[64], message[64];
		const char	*last;

		(void)snprintf(text, sizeof(text), "AUE_EXIT %s",
		    rows[i].word);
		last = strrchr(text, ' ') + 1;
		if (text[strlen(text) - 1] == ',')
			last = text + strlen(text) - 1;
		(void)snprintf(message, sizeof(message), "'%s': %s", last,
		    rows[i].wanted);
		says(text, (unsigned)(last - text) + 1, message);
		(void)strncat(text, " ;", sizeof(text) - strlen(text) - 1);
		(void)snprintf(message, sizeof(message), "';': %s",
		    rows[i].wanted);
		says(text, (unsigned)strlen(text), message);
	}
}

static void
numbers_must_be_numbers_that_fit(void **state)
{
	static const char *const	 bad[] = {
		"x", "1x", "0x", "0xg", "08", "-1", "", "18446744073709551616",
		"0xfffffffffffffffff"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char	 text[64], message[64];

		(void)snprintf(text, sizeof(text), "AUE_EXIT inode \"%s\"",
		    bad[i]);
		(void)snprintf(message, sizeof(message), "'%s': not a number",
		    bad[i]);
		says(text, 16, message);
	}
	says("AUE_EXIT pid 4294967296", 14, "'4294967296': too large a number");
	says("AUE_EXIT argument 256 x 1", 19, "'256': too large a number");
	says("AUE_EXIT address 192.0.2.1 port 65536", 33,
	    "'65536': too large a number");
	says("AUE_EXIT port 4294967296", 15, "'4294967296': too large a number");
}

static void
users_and_groups_must_be_known(void **state)
{
	char	 text[128], message[160];

	(void)state;
	says("AUE_EXIT auid nobody", 15, "'nobody': no such user here; an id "
	    "may be given as a number");
	says("AUE_EXIT egid nobody", 15, "'nobody': no such group here");
	says("AUE_EXIT auid 4294967296", 15, "'4294967296': too large a number");
	(void)snprintf(text, sizeof(text), "AUE_EXIT auid %064d", 9);
	(void)snprintf(message, sizeof(message), "'%064d': no such user or "
	    "group here", 9);
	says(text, 15, message);
}

static void
without_accounts_names_are_unknown(void **state)
{
	struct line	*l = line_new("AUE_EXIT auid root");

	(void)state;
	l->env.accounts = NULL;
	assert_false(words_record(&l->env, l->words, l->n, NOON, &l->record));
	assert_non_null(strstr(case_said(l->c), "'root': no such user here"));
	line_free(l);
}

static void
addresses_must_be_addresses(void **state)
{
	static const char *const	 bad[] = {
		"x", "192.0.2", "192.0.2.256", "2001:db8::1::", "",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:000"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char	 text[128], message[128];

		(void)snprintf(text, sizeof(text), "AUE_EXIT host \"%s\"",
		    bad[i]);
		(void)snprintf(message, sizeof(message), "'%s': not an address",
		    bad[i]);
		says(text, 15, message);
	}
}

/* WHAT so often, after the event. */
static char *
repeated(const char *what, size_t n)
{
	struct buf	 b = { 0 };

	buf_str(&b, "AUE_EXIT");
	while (n-- > 0)
		buf_str(&b, what);
	(void)buf_cstr(&b);
	return (char *)b.p;
}

static void
a_record_holds_so_many_and_no_more(void **state)
{
	static const struct {
		const char	*what;
		size_t		 most;
	} rows[] = {
		{ " path /", 16 }, { " text t", 16 },
	};
	char			*text;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct line	*l;

		text = repeated(rows[i].what, rows[i].most);
		l = line_new(text);
		assert_true(words_record(&l->env, l->words, l->n, NOON,
		    &l->record));
		line_free(l);
		free(text);
		text = repeated(rows[i].what, rows[i].most + 1);
		says(text, (unsigned)strlen(text), rows[i].what[1] == 'p' ?
		    "'/': too many of them in one record" :
		    "'t': too many of them in one record");
		free(text);
	}
	text = repeated(" argument 1 x 1", 17);
	says(text, (unsigned)strlen(text) - 13, "'argument': too many "
	    "arguments in one record");
	free(text);
	text = repeated(" args a", 65);
	says(text, (unsigned)strlen(text), "'a': too many of them in one "
	    "record");
	free(text);
}

static void
a_text_may_fill_a_token_and_no_more(void **state)
{
	struct line	*l;
	char		*text = xmalloc(UINT16_MAX + 32);
	const char	*said;
	int		 at = snprintf(text, 32, "AUE_EXIT path ");

	(void)state;
	memset(text + at, 'x', UINT16_MAX);
	text[at + UINT16_MAX - 1] = '\0';
	l = line_new(text);
	assert_true(words_record(&l->env, l->words, l->n, NOON, &l->record));
	line_free(l);
	text[at + UINT16_MAX - 1] = 'x';
	text[at + UINT16_MAX] = '\0';
	l = line_new(text);
	assert_false(words_record(&l->env, l->words, l->n, NOON, &l->record));
	said = case_said(l->c);
	assert_non_null(strstr(said, ": too long\n"));
	line_free(l);
	free(text);
}

static void
a_record_is_not_larger_than_any_record(void **state)
{
	struct buf	 b = { 0 };
	struct line	*l;

	(void)state;
	buf_str(&b, "AUE_EXIT");
	for (size_t i = 0; i < 17; i++) {
		buf_str(&b, i == 0 ? " args " : ", ");
		for (size_t k = 0; k < UINT16_MAX - 1; k++)
			buf_char(&b, 'x');
	}
	l = line_new(buf_cstr(&b));
	assert_false(words_record(&l->env, l->words, l->n, NOON, &l->record));
	assert_int_equal(l->record.n, 0);
	assert_non_null(strstr(case_said(l->c),
	    "larger than a record may be\n"));
	line_free(l);
	buf_fini(&b);
}

/* ---------------------------------------------------------------- at a time */

static bool
at(const char *text, int64_t *millis, const char *message)
{
	struct line	*l = line_new(text);
	const bool	 good = words_time(&l->env, l->words, l->n, millis);

	if (!good)
		assert_non_null(strstr(case_said(l->c), message));
	line_free(l);
	return good;
}

static void
a_time_is_in_utc(void **state)
{
	int64_t	 millis;

	(void)state;
	assert_true(at("\"2026-01-31 12:00:00\"", &millis, ""));
	assert_true(millis == NOON - 123);
	assert_true(at("\"1970-01-01 00:00:00\"", &millis, ""));
	assert_true(millis == 0);
}

static void
a_time_that_is_none_shows_what_one_looks_like(void **state)
{
	static const char *const	 bad[] = {
		"noon", "\"2026-01-31\"", "\"2026-02-30 12:00:00\"",
		"\"1969-12-31 23:59:59\"", "\"2026-01-31 12:00:00 \"",
		"\"2026-01-31 12:00:00\" UTC", "2026-01-31 12:00:00",
		"\"2026-1-31 12:00:00\"", "\"2026-01-31 24:00:00\""
	};
	int64_t				 millis;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(at(bad[i], &millis, ": a time looks like "
		    "\"2026-01-31 23:59:00\"\n"));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(an_event_alone_makes_a_success),
		cmocka_unit_test(an_event_is_a_name_or_any_number),
		cmocka_unit_test(the_time_goes_into_the_header),
		cmocka_unit_test(an_event_of_solaris_makes_a_record_of_solaris),
		cmocka_unit_test(a_host_stands_in_the_header),
		cmocka_unit_test(failures_have_their_error),
		cmocka_unit_test(ids_that_are_not_given_are_the_first_that_is),
		cmocka_unit_test(tokens_stand_in_the_order_of_the_kernel),
		cmocka_unit_test(large_values_make_the_wider_tokens),
		cmocka_unit_test(quotes_make_a_value_of_any_word),
		cmocka_unit_test(an_event_must_come_first_and_be_known),
		cmocka_unit_test(a_word_must_be_known),
		cmocka_unit_test(a_value_must_follow),
		cmocka_unit_test(numbers_must_be_numbers_that_fit),
		cmocka_unit_test(users_and_groups_must_be_known),
		cmocka_unit_test(without_accounts_names_are_unknown),
		cmocka_unit_test(addresses_must_be_addresses),
		cmocka_unit_test(a_record_holds_so_many_and_no_more),
		cmocka_unit_test(a_text_may_fill_a_token_and_no_more),
		cmocka_unit_test(a_record_is_not_larger_than_any_record),
		cmocka_unit_test(a_time_is_in_utc),
		cmocka_unit_test(a_time_that_is_none_shows_what_one_looks_like),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
