/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_state_life.c - origins, pasts and tallies told as rows, and made again.
 */
#include "life_case.h"

enum { HEAD, UNUSED, ITEMS, UNUSED_RECORDS, RECORDS };

static const struct alert_out	nobody;

/* A count: its origins, pasts and records are not folded. */
static const char	counting[] =
    "sequence s { subject any; by none; timeout none;\n"
    " state { event <auditevent> { AUE_OPEN_R; }; status any; };\n"
    " state { event <auditevent> { AUE_OPEN_W; }; status any;\n"
    "  multiplier 3; };\n"
    " state { event <auditevent> { AUE_UNLINK; }; status any; }; };\n";

struct counted_case {
	struct rule_case	*c;
	struct engine		*e;
	struct saved		 s;
};

static void
begin(struct counted_case *cc)
{
	cc->c = life_case(counting);
	cc->e = life_engine(cc->c, &nobody);
	life_feed_one(cc->e, OPEN, "/a", 0);
	life_feed_one(cc->e, WRITE, "/a", 1);
	life_feed_one(cc->e, WRITE, "/a", 2);
	cc->s = saved_of(cc->e);
}

static void
end(struct counted_case *cc)
{
	saved_free(&cc->s);
	engine_free(cc->e);
	case_free(cc->c);
}

static void
they_are_these_rows(void **state)
{
	static const uint8_t	 origin[] = {
		0, 0, 0, 1,			/* number */
		0, 0, 0, 0, 0, 0, 0, 1,		/* record 1 */
		0, 0, 0, 0, 0x5f, 0x5e, 0x10, 0, /* 1600000000 */
		0, 0,				/* and no milliseconds */
		0, 0, 0, 0, 0, 0, 0, 0,		/* at offset 0 */
		0, 0, 0, 0,			/* epoch */
		0, 0,				/* source */
		0, 1,				/* it met state 1 */
		0				/* quality: FRAME_STRONG */
		/* and a hash */
	};
	static const uint8_t	 pasts[] = {
		0, 0, 0, 1,			/* number */
		0, 0, 0, 0, 0, 0, 0, 100,	/* at offset 100 */
		0x80, 0, 0, 1,			/* before it origin 1 */
		0, 0, 0, 2, 0,			/* source, state, quality */
		0, 0, 0, 2,
		0, 0, 0, 0, 0, 0, 0, 200,
		0x80, 0, 0, 1,
		0, 0, 0, 2, 0
	};
	static const uint8_t	 tally[] = {
		0, 0, 0, 1,			/* number */
		0,				/* clocks did not step back */
		0, 0, 0, 0,			/* nothing came out */
		0, 0, 0, 0, 0, 0, 0, 0
	};
	static const uint8_t	 records[] = {
		0, 0, 0, 1,			/* number */
		0, 0, 0, 1,			/* tally */
		0, 0, 0, 2,			/* the next one */
		0x00, 0x00, 0x01, 0x74, 0x87, 0x6e, 0x83, 0xe8,
		0, 0, 0, 0, 0, 0, 0, 0,		/* no value */
		0, 0, 0, 1,			/* past */
		0, 0, 0, 1,			/* it starts with origin 1 */
		0x00, 0x00, 0x01, 0x74, 0x87, 0x6e, 0x83, 0xe8,
		0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 1
		/* and the second */
	};
	struct counted_case	 cc;
	const struct row	*row;

	(void)state;
	begin(&cc);
	row = row_of(&cc.s, SECTION_ORIGINS, ITEMS);
	assert_int_equal(row->bytes.n, sizeof(origin) + 8);
	assert_int_equal(row->bytes.p[sizeof(origin) - 1],
	    (uint8_t)FRAME_STRONG);
	assert_memory_equal(row->bytes.p, origin, sizeof(origin) - 1);
	assert_row(row_of(&cc.s, SECTION_ORIGINS, HEAD), "\1\0\0\0\2", 5);
	row = row_of(&cc.s, SECTION_PASTS, ITEMS);
	assert_int_equal(row->bytes.n, sizeof(pasts));
	assert_memory_equal(row->bytes.p, pasts, 20);
	assert_row(row_of(&cc.s, SECTION_TALLIES, ITEMS), tally,
	    sizeof(tally));
	row = row_of(&cc.s, SECTION_TALLIES, RECORDS);
	assert_memory_equal(row->bytes.p, records, sizeof(records));
	end(&cc);
}

static void
a_past_of_itself_is_refused(void **state)
{
	struct counted_case	 cc;
	struct row		*row;
	uint8_t			*p;
	struct buf		 why = { 0 };

	(void)state;
	begin(&cc);
	row = row_of(&cc.s, SECTION_PASTS, ITEMS);
	p = (uint8_t *)(uintptr_t)row->bytes.p;
	/* The second is before the first, and the first before the second. */
	p[12] = p[12 + 21] = p[15 + 21] = 0;
	p[15] = 2;
	assert_string_equal(life_refused(cc.c, &cc.s, &why), "nothing");
	p[15 + 21] = 1;
	assert_string_equal(life_refused(cc.c, &cc.s, &why),
	    "pasts: records without end");
	/* And one is before itself. */
	p[15] = 1;
	p[15 + 21] = 0;
	assert_string_equal(life_refused(cc.c, &cc.s, &why),
	    "pasts: records without end");
	buf_fini(&why);
	end(&cc);
}

static void
what_is_not_there_is_refused(void **state)
{
	struct counted_case	 cc;
	const struct row	*pasts, *origins, *tallies, *records, *groups;

	(void)state;
	begin(&cc);
	origins = row_of(&cc.s, SECTION_ORIGINS, ITEMS);
	pasts = row_of(&cc.s, SECTION_PASTS, ITEMS);
	tallies = row_of(&cc.s, SECTION_TALLIES, ITEMS);
	records = row_of(&cc.s, SECTION_TALLIES, RECORDS);
	groups = row_of(&cc.s, SECTION_GROUPS, 3);
	/* A source; an origin, a past, a record, a tally. */
	assert_string_equal(life_changed(cc.c, &cc.s, origins, 35, 1),
	    "origins: a beginning that cannot be");
	assert_string_equal(life_changed(cc.c, &cc.s, pasts, 15, 9),
	    "pasts: a record before it that is not there");
	assert_string_equal(life_changed(cc.c, &cc.s, pasts, 17, 1),
	    "pasts: a record that cannot be");
	assert_string_equal(life_changed(cc.c, &cc.s, tallies, 8, 9),
	    "tallies: a tally that cannot be");
	assert_string_equal(life_changed(cc.c, &cc.s, records, 7, 9),
	    "tallies: a record of a tally that is not there");
	assert_string_equal(life_changed(cc.c, &cc.s, records, 11, 9),
	    "tallies: a next record that is not there");
	assert_string_equal(life_changed(cc.c, &cc.s, records, 11, 1),
	    "tallies: records that are not in a row");
	assert_string_equal(life_changed(cc.c, &cc.s, records, 31, 9),
	    "tallies: a record that cannot be");
	/* A number that is not next to the one before. */
	assert_string_equal(life_changed(cc.c, &cc.s, pasts, 3, 7),
	    "pasts: a row is damaged");
	assert_true(groups->bytes.n > 0);
	end(&cc);
}

/* An origin's first record and its epoch go with a rule that is gone. */
static void
what_nobody_holds_is_gone(void **state)
{
	struct counted_case	 cc;
	struct rule_case	*other = life_case(
	    "sequence t { subject any; by none; timeout none;\n"
	    " state { event any; status failure; };\n"
	    " state { event any; status failure; }; };\n");
	struct engine		*e = life_engine(other, &nobody);
	struct state_loaded	 told;

	(void)state;
	begin(&cc);
	assert_true(saved_load(&cc.s, e, &told, NULL));
	assert_int_equal(told.dropped, 1);
	assert_int_equal(e->pasts.origins.used, 0);
	assert_int_equal(e->pasts.records.used, 0);
	assert_int_equal(tallies_used(e->tallies), 0);
	assert_int_equal(partials_count(e->partials), 0);
	engine_free(e);
	case_free(other);
	end(&cc);
}

static void
damage_is_refused_or_does_no_harm(void **state)
{
	struct counted_case	 cc;

	(void)state;
	begin(&cc);
	life_damage(cc.c, &cc.s, SECTION_ORIGINS, SECTION_GROUPS);
	end(&cc);
}

/* The milliseconds of a time that is too far for them are some, below 1000. */
static void
a_clock_that_was_never_right_may_begin_something(void **state)
{
	struct rule_case	*c = life_case(
	    "sequence s { subject any; by none; timeout none;\n"
	    " state { event any; status any; multiplier 2; }; };\n");
	struct engine		*e = life_engine(c, &nobody);
	struct token		 t = { .layout = layout_find(TOK_HEADER64) };
	struct frame_record	 f = { .kind = FRAME_RECORD,
	    .quality = FRAME_STRONG };
	struct buf		 b = { 0 };
	struct record		 r;

	(void)state;
	t.header.version = 11;
	t.header.event = WRITE;
	t.header.seconds = INT64_MAX / 1000 + 41;
	assert_int_equal(build_token(&b, &t), 0);
	t = (struct token){ .layout = layout_find(TOK_SUBJECT32) };
	t.subject.address = (struct slice){ (const uint8_t *)"\0\0\0", 4 };
	assert_int_equal(build_token(&b, &t), 0);
	t = (struct token){ .layout = layout_find(TOK_RETURN32) };
	assert_int_equal(build_token(&b, &t), 0);
	build_finish(&b, 0);
	f.bytes = buf_bytes(&b);
	assert_int_equal(record_head(&r, &f), 0);
	engine_feed(e, 0, &r);
	assert_int_equal(origin_at(&e->pasts, 1)->first_ms, 0);
	e = saved_move(e, life_engine(c, &nobody));
	engine_free(e);
	buf_fini(&b);
	case_free(c);
}

/* One tally for each of many keys, and long pasts. */
static void
many_are_told_and_made_again(void **state)
{
	struct rule_case	*c = life_case(
	    "sequence s { subject any; by object; timeout none;\n"
	    " state { event <auditevent> { AUE_OPEN_W; }; status any;\n"
	    "  multiplier 70; };\n"
	    " state { event <auditevent> { AUE_UNLINK; }; status any; }; };\n");
	struct engine		*e = life_engine(c, &nobody);
	char			 path[16];

	(void)state;
	for (uint32_t i = 0; i < 2000; i++) {
		(void)snprintf(path, sizeof(path), "/%u", i % 13);
		life_feed_one(e, WRITE, path, i);
		if (i % 500 == 99)
			e = saved_move(e, life_engine(c, &nobody));
	}
	engine_free(e);
	case_free(c);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(they_are_these_rows),
		cmocka_unit_test(a_past_of_itself_is_refused),
		cmocka_unit_test(what_is_not_there_is_refused),
		cmocka_unit_test(what_nobody_holds_is_gone),
		cmocka_unit_test(damage_is_refused_or_does_no_harm),
		cmocka_unit_test(
		    a_clock_that_was_never_right_may_begin_something),
		cmocka_unit_test(many_are_told_and_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
