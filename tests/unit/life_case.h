/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * life_case.h - engines with a few rules and records, told as rows and made
 * again, for the tests of what partial matches are told as.
 */
#ifndef TESTS_LIFE_CASE_H
#define TESTS_LIFE_CASE_H

#include <stdio.h>

#include "rule_case.h"

#include "bsm/build.h"
#include "engine/section.h"

#include "draw.h"
#include "state_case.h"

#define OPEN	72u			/* AUE_OPEN_R, "fr" */
#define WRITE	76u			/* AUE_OPEN_W, "fw" */
#define UNLINK	6u			/* AUE_UNLINK, "fw" */

#define FIRST_S	1600000000		/* the time of record 0 */

/* One of each kind of thing that lives. */
static const char	all_kinds[] =
    "sequence steps { subject any; by object; timeout 60 seconds;\n"
    " state { event <auditevent> { AUE_OPEN_R; }; status any; };\n"
    " state { event <auditevent> { AUE_OPEN_W; }; status any;\n"
    "  within 30 seconds; };\n"
    " state { event <auditevent> { AUE_UNLINK; }; status any; }; };\n"
    "sequence binds { subject any; by none; timeout none;\n"
    " state { event <auditevent> { AUE_OPEN_R; }; status any;\n"
    "  bind $x object; };\n"
    " state { event <auditevent> { AUE_UNLINK; }; status any;\n"
    "  object == $x; }; };\n"
    "sequence counts { subject any; by none; timeout none;\n"
    " state { event <auditevent> { AUE_OPEN_W; }; status any; };\n"
    " state { event any; status any; multiplier 3 distinct object; };\n"
    " state { event <auditevent> { AUE_OPEN_W; }; status failure; }; };\n"
    "sequence absent { subject any; by none; timeout none;\n"
    " state { event <auditevent> { AUE_OPEN_R; }; status any; };\n"
    " state { event <auditevent> { AUE_UNLINK; }; status failure;\n"
    "  absent 9 seconds; }; };\n"
    "sequence order { subject any; order any; timeout 50 seconds;\n"
    " state { event <auditevent> { AUE_OPEN_R; }; status any;\n"
    "  multiplier 5; };\n"
    " state { event <auditevent> { AUE_UNLINK; }; status failure; }; };\n";

static struct engine *
life_engine(const struct rule_case *c, const struct alert_out *out)
{
	const struct engine_options	 options = { .max_open = 2,
	    .want_uid = true };
	struct engine			*e = engine_new(c->program, c->names,
	    &options, out);

	(void)engine_source(e, false);
	return e;
}

/* A record of user 1001, SECONDS after the first. */
static void
life_feed_one(struct engine *e, uint16_t event, const char *path,
    uint32_t seconds)
{
	struct buf		 b = { 0 };
	struct token		 t = { .layout = layout_find(TOK_HEADER32) };
	struct frame_record	 f = { .kind = FRAME_RECORD,
	    .quality = FRAME_STRONG, .offset = 100 * (uint64_t)seconds };
	struct record		 r;

	t.header.version = 11;
	t.header.event = event;
	t.header.seconds = FIRST_S + seconds;
	assert_int_equal(build_token(&b, &t), 0);
	t = (struct token){ .layout = layout_find(TOK_PATH) };
	t.str.text = build_cstr(path);
	assert_int_equal(build_token(&b, &t), 0);
	t = (struct token){ .layout = layout_find(TOK_SUBJECT32) };
	t.subject.auid = 1001;
	t.subject.address = (struct slice){ (const uint8_t *)"\0\0\0", 4 };
	assert_int_equal(build_token(&b, &t), 0);
	t = (struct token){ .layout = layout_find(TOK_RETURN32) };
	assert_int_equal(build_token(&b, &t), 0);
	build_finish(&b, 0);
	f.bytes = buf_bytes(&b);
	assert_int_equal(record_head(&r, &f), 0);
	engine_feed(e, 0, &r);
	buf_fini(&b);
}

static struct rule_case *
life_case(const char *text)
{
	struct rule_case	*c = case_new(text);

	if (case_run(c) == NULL)
		fail_msg("%s", case_said(c));
	return c;
}

/* Things of all kinds, some opened, some folded, some gone again. */
static void
life_some(struct engine *e, uint32_t from)
{
	static const struct {
		uint16_t	 event;
		const char	*path;
	} deeds[] = {
		{ OPEN, "/a" }, { OPEN, "/b" }, { WRITE, "/a" }, { OPEN, "/c" },
		{ UNLINK, "/a" }, { WRITE, "/c" }, { OPEN, "/d" },
		{ WRITE, "/d" }, { OPEN, "/a" }, { OPEN, "/e" },
	};

	for (uint32_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		life_feed_one(e, deeds[i].event, deeds[i].path, from + i);
}

/* The first row of a section, its page with this kind; or the test ends. */
static struct row *
row_of(const struct saved *s, uint32_t section, uint32_t kind)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].section == section && s->v[i].page >> 26 == kind)
			return &s->v[i];
	fail_msg("section %u has no page of kind %u", section, kind);
	return NULL;
}

static void
assert_row(const struct row *row, const void *bytes, size_t n)
{
	assert_int_equal(row->bytes.n, n);
	assert_memory_equal(row->bytes.p, bytes, n);
}

/* Load it, and if that is possible go on for a while. */
static void
life_try(const struct rule_case *c, const struct saved *s)
{
	static const struct alert_out	 out;
	struct engine			*e = life_engine(c, &out);
	struct state_loaded		 told;

	if (saved_load(s, e, &told, NULL)) {
		life_some(e, 30);
		life_some(e, 200);
	}
	engine_free(e);
}

/* What is wrong with it; the text is BUF's. */
static const char *
life_refused(const struct rule_case *c, const struct saved *s, struct buf *b)
{
	static const struct alert_out	 out;
	struct engine			*e = life_engine(c, &out);
	struct state_loaded		 told;
	const bool			 good = saved_load(s, e, &told, b);

	engine_free(e);
	return good ? "nothing" : buf_cstr(b);
}

/* The row's byte AT becomes TO, and what is wrong then; it is put back. */
static const char *
life_changed(const struct rule_case *c, const struct saved *s,
    const struct row *row, size_t at, uint8_t to)
{
	static char	 text[200];
	struct buf	 b = { 0 };
	uint8_t		*p = (uint8_t *)(uintptr_t)row->bytes.p;
	const uint8_t	 was = p[at];

	assert_true(at < row->bytes.n);
	p[at] = to;
	(void)snprintf(text, sizeof(text), "%s", life_refused(c, s, &b));
	p[at] = was;
	buf_fini(&b);
	return text;
}

/* Bytes of these sections flipped one by one, rows cut and left out. */
static void
life_damage(const struct rule_case *c, const struct saved *s, uint32_t from,
    uint32_t to)
{
	struct saved	 less = { .n = s->n };

	less.v = xreallocarray(NULL, s->n, sizeof(*less.v));
	memcpy(less.v, s->v, s->n * sizeof(*less.v));
	for (size_t i = 0; i < s->n; i++) {
		uint8_t	*p = (uint8_t *)(uintptr_t)s->v[i].bytes.p;

		if (s->v[i].section < from || s->v[i].section > to)
			continue;
		for (size_t at = 0; at < s->v[i].bytes.n; at++) {
			const uint8_t	 was = p[at];

			/* Of high bytes all bits, of low ones any. */
			p[at] = (uint8_t)(was ^ (at % 3 == 0 ? 0xffu :
			    1u << at % 8));
			life_try(c, s);
			p[at] = was;
		}
		less.v[i].bytes = exact((struct slice){ p,
		    s->v[i].bytes.n / 2 });
		if (less.v[i].bytes.n > 0)
			life_try(c, &less);
		exact_free(less.v[i].bytes);
		memmove(&less.v[i], &less.v[i + 1],
		    (--less.n - i) * sizeof(*less.v));
		life_try(c, &less);
		memcpy(less.v, s->v, (less.n = s->n) * sizeof(*less.v));
	}
	free(less.v);
}

#endif
