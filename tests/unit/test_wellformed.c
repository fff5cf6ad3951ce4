/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_wellformed.c - whatever a trail holds, JSON lines are JSON, XML is XML,
 * and what goes to a terminal does nothing there. Judged by readers that are
 * not ours: jansson, and expat where it is installed.
 *
 * The trails: all that ever broke us, what the fuzzers found interesting, and
 * records by lot with hostile strings and wrong bytes in them.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#ifdef HAVE_EXPAT
#include <expat.h>
#endif

#include "base/utf8.h"
#include "bsm/frame.h"
#include "draw.h"
#include "print/lossless.h"
#include "print/text.h"

static struct names	*names;
static struct lossless	*lossless;
static struct text	*text;		/* in the style that is being judged */

/* A machine whose users have names that nobody should have. */
static bool
odd_name(void *arg, uint32_t id, char *name, size_t n)
{
	static const char *const	 odd[] = {
		"<b>&\"'", "\033[2J", "\xff\xfe", "]]>", "\xe2\x80\xae", "x"
	};

	(void)arg;
	(void)snprintf(name, n, "%s", odd[id % 6]);
	return id % 8 < 6;
}

static const struct accounts	accounts = {
	.user_of = odd_name, .group_of = odd_name
};

/* Some events are called what no event should be called, either. */
static int
begin(void **state)
{
	static const char	 events[] =
	    "0:AUE_\"NULL\":in<dir> & \"system\" call:no\n"
	    "23:AUE_EXECVE\033[2J:execve(2)\001\033[31m ]]>:pc\n"
	    "72:AUE_OPEN\xff_R:open(2) \xe2\x80\xae - \xffread:fr\n";

	(void)state;
	names = names_new();
	for (enum dialect d = 0; d < DIALECTS; d++)
		(void)names_load(names, d, slice_str("0x1:no:none\n"),
		    slice_str(events), NULL, NULL);
	lossless = lossless_new(names);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	lossless_free(lossless);
	names_free(names);
	return 0;
}

/* --------------------------------------------------------------- the trails */

typedef void (*judge_fn)(struct slice trail);

static void
judge_file(const char *path, judge_fn judge)
{
	struct buf	 b = { 0 };
	struct slice	 copy;
	FILE		*f = fopen(path, "rb");
	size_t		 n;

	if (f == NULL)
		fail_msg("%s cannot be read", path);
	do {
		uint8_t	*p = buf_room(&b, 65536);

		n = fread(p, 1, 65536, f);
		b.n += n;
	} while (n > 0);
	(void)fclose(f);		/* it was only read */
	copy = exact(buf_bytes(&b));
	judge(copy);
	exact_free(copy);
	buf_fini(&b);
}

static void
judge_folder(const char *name, judge_fn judge)
{
	const char	*top = getenv("TOP");
	char		 folder[1024], path[2048];
	struct dirent	*d;
	DIR		*dir;
	unsigned	 n = 0;

	(void)snprintf(folder, sizeof(folder), "%s/tests/%s",
	    top == NULL ? "." : top, name);
	if ((dir = opendir(folder)) == NULL)
		fail_msg("no folder %s", folder);
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder, d->d_name);
		judge_file(path, judge);
		n++;
	}
	(void)closedir(dir);
	assert_true(n > 0);
}

/* A record by lot, seldom intact: its size agrees, its tokens may not. */
static void
odd_record(struct lot *l, struct buf *b)
{
	const size_t	 start = b->n;
	const bool	 solaris = lot_below(l, 3) == 0;

	l->hostile = lot_below(l, 4) != 0;
	lot_record(l, b, solaris ? 2 : 11, 6, !solaris || lot_below(l, 2));
	for (uint32_t k = lot_below(l, 5); k > 0; k--) {
		const size_t	 n = b->n - start;

		if (n > 2 * HEADER_MIN)
			b->p[start + HEADER_MIN + lot_below(l, (uint32_t)n -
			    2 * HEADER_MIN)] = (uint8_t)(lot_below(l, 2) ?
			    lot_u64(l) : lot_below(l, 8));
	}
	build_sizes(b, start);
}

static void
judge_luck(judge_fn judge)
{
	struct lot	*l = calloc(1, sizeof(*l));
	struct buf	 trail = { 0 };

	assert_non_null(l);
	lot_seed(l, 51);
	for (unsigned i = 0; i < lot_runs(400); i++) {
		struct slice	 copy;

		buf_clear(&trail);
		for (unsigned k = 0; k < 10; k++)
			odd_record(l, &trail);
		for (uint32_t k = i % 2 == 0 ? 0 : lot_below(l, 9); k > 0; k--)
			trail.p[lot_below(l, (uint32_t)trail.n)] =
			    (uint8_t)lot_u64(l);
		copy = exact(buf_bytes(&trail));
		judge(copy);
		exact_free(copy);
	}
	buf_fini(&trail);
	free(l);
}

static void
judge_all(judge_fn judge)
{
	judge_folder("data/hostile", judge);
	judge_folder("fuzz/corpus/frame", judge);
	judge_folder("fuzz/corpus/record", judge);
	judge_luck(judge);
}

static struct frame *
frame_of(struct slice trail)
{
	struct frame	*frame = frame_new();

	(void)frame_feed(frame, trail.p, trail.n);	/* it is empty */
	frame_end(frame);
	return frame;
}

/* --------------------------------------------------------------------- JSON */

/* Reading by the letter, with jansson: one object, no key twice. */
static void
judge_line(struct slice line)
{
	struct slice	 copy = exact(line);
	json_error_t	 error;
	json_t		*j = json_loadb((const char *)copy.p, copy.n,
	    JSON_REJECT_DUPLICATES, &error);

	if (j == NULL)
		fail_msg("byte %d: %s: %.*s", error.position, error.text,
		    (int)line.n, (const char *)line.p);
	assert_true(json_is_object(j));
	assert_true(json_is_string(json_object_get(j, "source")));
	assert_true(json_is_integer(json_object_get(j, "offset")));
	if (json_object_get(j, "gap") != NULL)
		assert_true(json_is_string(json_object_get(j, "hex")));
	else
		assert_true(json_array_size(json_object_get(j, "tokens")) > 0);
	json_decref(j);
	exact_free(copy);
}

/* Nothing in it acts on a terminal, but for what is BLANK. */
static void
assert_harmless(struct slice s, const char *blank)
{
	const struct slice	 all = s;
	uint32_t		 code;

	for (size_t n; s.n > 0; s.p += n, s.n -= n) {
		struct buf	 shown = { 0 };

		n = utf8_decode(s, &code);
		if (n > 0 && (!utf8_is_control(code) || (code != 0 &&
		    code < 0x20 && strchr(blank, (int)code) != NULL)))
			continue;
		buf_escape(&shown, all);
		fail_msg("at %zu: %s", (size_t)(s.p - all.p),
		    buf_cstr(&shown));
	}
}

static void
judge_json(struct slice trail)
{
	struct frame		*frame = frame_of(trail);
	struct buf		 line = { 0 };
	struct frame_record	 f;

	while (frame_next(frame, &f) == 1) {
		buf_clear(&line);
		lossless_frame(lossless, &f, slice_str("a\"\033\xff\\b"),
		    &line);
		assert_ptr_equal(memchr(line.p, '\n', line.n),
		    line.p + line.n - 1);
		assert_harmless(buf_bytes(&line), "\n");
		judge_line(buf_bytes(&line));
	}
	buf_fini(&line);
	frame_free(frame);
}

static void
each_json_line_is_json(void **state)
{
	(void)state;
	judge_all(judge_json);
}

/* ---------------------------------------------------------------------- XML */

/* All trails, printed in each of N styles. */
static void
judge_styles(const struct text_style *styles, size_t n, judge_fn judge)
{
	for (size_t i = 0; i < n; i++) {
		text = text_new(&styles[i], names, &accounts);
		judge_all(judge);
		text_free(text);
	}
}

static void
print_trail(struct slice trail, struct buf *out)
{
	struct frame		*frame = frame_of(trail);
	struct frame_record	 f;
	size_t			 at;

	text_begin(text, out);
	while (frame_next(frame, &f) == 1)
		if (f.kind != FRAME_GAP)
			(void)text_record(text, f.bytes, out, &at);
	text_end(text, out);
	frame_free(frame);
}

#ifdef HAVE_EXPAT
static void
assert_xml(struct slice s)
{
	XML_Parser	 p = XML_ParserCreate(NULL);

	assert_non_null(p);
	if (XML_Parse(p, (const char *)s.p, (int)s.n, 1) != XML_STATUS_OK) {
		const size_t	 at = (size_t)XML_GetCurrentByteIndex(p);
		const size_t	 from = at < 200 ? 0 : at - 200;

		fail_msg("%s at %zu, behind: %.*s",
		    XML_ErrorString(XML_GetErrorCode(p)), at,
		    (int)(at - from), (const char *)s.p + from);
	}
	XML_ParserFree(p);
}
#else
static void
assert_xml(struct slice s)
{
	(void)s;
	print_message("# expat is not installed: nothing reads the XML\n");
	skip();
}
#endif

static void
judge_xml(struct slice trail)
{
	struct buf	 out = { 0 };

	print_trail(trail, &out);
	assert_xml(buf_bytes(&out));
	buf_fini(&out);
}

static void
each_document_is_xml(void **state)
{
	static const struct text_style	 styles[] = {
		{ .xml = true },
		{ .xml = true, .one_line = true, .utc = true },
		{ .xml = true, .raw = true },
		{ .xml = true, .event_names = true, .numeric_ids = true },
		{ .xml = true, .classic = true },
	};

	(void)state;
	judge_styles(styles, sizeof(styles) / sizeof(styles[0]), judge_xml);
}

/* ----------------------------------------------------------------- terminals */

static void
judge_lines(struct slice trail)
{
	struct buf	 out = { 0 };

	print_trail(trail, &out);
	assert_harmless(buf_bytes(&out), "\n");
	buf_fini(&out);
}

/* In XML a tab is a tab, as praudit(1) has it; it moves the cursor at most. */
static void
judge_elements(struct slice trail)
{
	struct buf	 out = { 0 };

	print_trail(trail, &out);
	assert_harmless(buf_bytes(&out), "\n\t");
	buf_fini(&out);
}

static void
no_control_reaches_a_terminal(void **state)
{
	static const struct text_style	 lines[] = {
		{ .escape = true },
		{ .escape = true, .one_line = true, .raw = true },
		{ .escape = true, .event_names = true, .numeric_ids = true },
		{ .escape = true, .classic = true },
	};
	static const struct text_style	 elements = {
		.escape = true, .xml = true
	};

	(void)state;
	judge_styles(lines, sizeof(lines) / sizeof(lines[0]), judge_lines);
	judge_styles(&elements, 1, judge_elements);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(each_json_line_is_json),
		cmocka_unit_test(each_document_is_xml),
		cmocka_unit_test(no_control_reaches_a_terminal),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
