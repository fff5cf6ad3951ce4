/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_state_groups.c - partial matches told as rows, and made again.
 */
#include "engine/keep.h"

#include "life_case.h"

enum { HEAD, UNUSED, UNUSED_PARTIALS, ITEMS };

#define FOLDED		37u		/* bytes: of a first record */

static const struct alert_out	nobody;

static void
a_folded_group_is_this_row(void **state)
{
	static const uint8_t	 head[] = {
		1,			/* hashes are told */
		0, 0, 0, 5,		/* groups are below this */
		0, 0, 0, 5,		/* and so are partial matches */
		/* one is queued: it is open */
		0x80, 0, 0, 2
	};
	static const uint8_t	 unused[] = { 0, 0, 0, 2, 0, 0, 0, 1 };
	static const uint8_t	 folded[] = {
		0, 0, 0, 1,		/* number */
		1 | 3 << 4,		/* folded; quality is 0 to 3 */
		0, 0, 0, 0,		/* rule */
		0, 0, 0, 4,		/* the next one as far as it */
	};
	static const uint8_t	 first[] = {
		1, 1,			/* waits for state 1 to 1 */
		0, 0, 0, 0, 1,		/* began with record 1 */
		0, 0, 0, 0, 0, 0,	/* at offset 0 */
		0, 0,			/* of source 0 */
		0x01, 0x74, 0x87, 0x6e, 0x80, 0x00,	/* 1600000000000 ms */
		0, 0, 0, 0,		/* epoch */
		0, 0, 0, 1		/* epoch for `within`, from 1 */
	};
	struct rule_case	*c = life_case(
	    "sequence s { subject any; by object; timeout 60 seconds;\n"
	    " state { event <auditevent> { AUE_OPEN_R; }; status any; };\n"
	    " state { event <auditevent> { AUE_OPEN_W; }; status any;\n"
	    "  within 30 seconds; };\n"
	    " state { event <auditevent> { AUE_UNLINK; }; status any;\n"
	    "  within 30 seconds; }; };\n");
	const struct engine_options	 options = { .max_open = 1,
	    .want_uid = true };
	struct engine		*e = engine_new(c->program, c->names,
	    &options, &nobody);
	struct saved		 s;
	const struct row	*row;

	(void)state;
	(void)engine_source(e, false);
	life_feed_one(e, OPEN, "/a", 0);
	life_feed_one(e, OPEN, "/b", 0);
	life_feed_one(e, OPEN, "/c", 0);
	life_feed_one(e, OPEN, "/d", 0);
	life_feed_one(e, WRITE, "/c", 1);
	life_feed_one(e, WRITE, "/b", 1);	/* that of /c is folded */
	s = saved_of(e);
	assert_row(row_of(&s, SECTION_GROUPS, HEAD), head, sizeof(head));
	assert_row(row_of(&s, SECTION_GROUPS, UNUSED_PARTIALS), unused,
	    sizeof(unused));
	row = row_of(&s, SECTION_GROUPS, ITEMS);
	assert_memory_equal(row->bytes.p, folded, 4);
	assert_int_equal(row->bytes.p[4] & 0xf, 1);
	assert_memory_equal(row->bytes.p + 5, folded + 5, 8);
	/* Then its id, and after that: */
	assert_memory_equal(row->bytes.p + 21, first, sizeof(first));
	/* A hash of its first record; the second group is open. */
	assert_memory_equal(row->bytes.p + 21 + sizeof(first) + 8,
	    "\0\0\0\2\0", 5);
	saved_free(&s);
	engine_free(e);
	case_free(c);
}

/* Each key has one combination of values. */
static const char	one_each[] =
    "sequence s { subject any; by object; timeout none;\n"
    " state { event <auditevent> { AUE_OPEN_R; }; status any;\n"
    "  bind $x object; };\n"
    " state { event <auditevent> { AUE_UNLINK; }; status any;\n"
    "  object == $x; }; };\n";

static void
a_combination_that_is_alone_has_no_root_in_its_row(void **state)
{
	static const uint8_t	 values[] = {
		1, 0,			/* one value, of variable 0 */
		VALUE_TEXT, 0,		/* whole */
		0, 0, 0, 0, 0, 0, 0, 2, '/', 'a'
	};
	static const uint8_t	 next[] = { 0, 0, 0, 2 };
	struct rule_case	*c = life_case(one_each);
	struct engine		*e = life_engine(c, &nobody);
	struct saved		 s;
	const uint8_t		*p;

	(void)state;
	life_feed_one(e, OPEN, "/a", 0);
	life_feed_one(e, OPEN, "/b", 1);
	life_feed_one(e, OPEN, "/c", 2);
	s = saved_of(e);
	p = row_of(&s, SECTION_GROUPS, ITEMS)->bytes.p;
	assert_memory_equal(p, "\0\0\0\1", 4);
	assert_int_equal(p[4] & 0x4f, 1 | 2 | 64);
	/* Rule, next one, id, and what is told of its first record. */
	p += 5 + 8 + 8 + FOLDED;
	assert_memory_equal(p, values, sizeof(values));
	assert_memory_equal(p + sizeof(values), next, sizeof(next));
	saved_free(&s);
	engine_free(e);
	case_free(c);
}

/* In place of an epoch a folded count has its value. */
static void
a_folded_count_is_this_row(void **state)
{
	static const uint8_t	 first[] = {
		0, 0,			/* the first state counts */
		0, 0, 0, 0, 1,		/* began with record 1 */
		0, 0, 0, 0, 0, 0,	/* at offset 0 */
		0, 0,			/* of source 0 */
		0x01, 0x74, 0x87, 0x6e, 0x80, 0x00,	/* 1600000000000 ms */
		0, 0, 0, 0		/* epoch */
	};
	struct rule_case	*c = life_case(
	    "sequence s { subject any; by pid; timeout none;\n"
	    " state { event any; status any; multiplier 2 distinct object; };\n"
	    "};\n");
	struct engine		*e = life_engine(c, &nobody);
	uint64_t		 value;
	struct saved		 s;
	const struct row	*row;

	(void)state;
	life_feed_one(e, OPEN, "/a", 0);
	value = group_at(e->partials, 1)->f_value;
	s = saved_of(e);
	row = row_of(&s, SECTION_GROUPS, ITEMS);
	assert_int_equal(row->bytes.n, 21 + sizeof(first) + 8 + 8);
	assert_int_equal(row->bytes.p[4] & 0xf, 1);
	assert_memory_equal(row->bytes.p + 21, first, sizeof(first));
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(row->bytes.p[21 + sizeof(first) + i],
		    (uint8_t)(value >> (56 - 8 * i)));
	/* It would be a chain, or too long a one; or one that is further on. */
	assert_string_equal(life_changed(c, &s, row, 21, 1),
	    "groups: a group that cannot be");
	assert_string_equal(life_changed(c, &s, row, 21, 128),
	    "groups: a group that cannot be");
	assert_string_equal(life_changed(c, &s, row, 22, 1),
	    "groups: a group that cannot be");
	life_damage(c, &s, SECTION_GROUPS, SECTION_GROUPS);
	saved_free(&s);
	e = saved_move(e, life_engine(c, &nobody));
	life_feed_one(e, OPEN, "/a", 1);
	assert_true(group_at(e->partials, 1)->folded);
	life_feed_one(e, OPEN, "/b", 2);
	assert_int_equal(e->stats.alerts, 1);
	engine_free(e);
	case_free(c);
}

static void
a_count_of_a_rule_that_counts_no_more_is_refused(void **state)
{
	struct rule_case	*c = life_case(one_each);
	struct engine		*e = life_engine(c, &nobody);
	struct saved		 s;
	const struct row	*row;

	(void)state;
	life_feed_one(e, OPEN, "/a", 0);
	s = saved_of(e);
	row = row_of(&s, SECTION_GROUPS, ITEMS);
	((uint8_t *)(uintptr_t)row->bytes.p)[22] = 0;
	assert_string_equal(life_changed(c, &s, row, 21, 0),
	    "groups: a group that cannot be");
	saved_free(&s);
	engine_free(e);
	case_free(c);
}

static void
a_combination_that_is_alone_goes_on(void **state)
{
	struct rule_case	*c = life_case(one_each);
	struct engine		*e = life_engine(c, &nobody);
	struct saved		 s;

	(void)state;
	life_feed_one(e, OPEN, "/a", 0);
	life_feed_one(e, OPEN, "/b", 1);
	life_feed_one(e, OPEN, "/c", 2);
	s = saved_of(e);
	life_damage(c, &s, SECTION_GROUPS, SECTION_GROUPS);
	saved_free(&s);
	e = saved_move(e, life_engine(c, &nobody));
	life_feed_one(e, UNLINK, "/a", 3);
	life_feed_one(e, UNLINK, "/c", 3);
	assert_int_equal(e->stats.alerts, 2);
	assert_int_equal(partials_count(e->partials), 1);
	engine_free(e);
	case_free(c);
}

static void
what_is_made_again_is_told_alike(void **state)
{
	struct rule_case	*c = life_case(all_kinds);
	struct engine		*e = life_engine(c, &nobody);

	(void)state;
	for (uint32_t i = 0; i < 6; i++) {
		life_some(e, 20 * i);
		e = saved_move(e, life_engine(c, &nobody));
	}
	engine_free(e);
	case_free(c);
}

static void
a_touched_group_changes_few_rows(void **state)
{
	struct rule_case	*c = life_case(
	    "sequence s { subject any; by object; timeout none;\n"
	    " state { event <auditevent> { AUE_OPEN_R; }; status any; };\n"
	    " state { event <auditevent> { AUE_OPEN_W; }; status any; };\n"
	    " state { event <auditevent> { AUE_UNLINK; }; status any; }; };\n");
	struct engine		*e = life_engine(c, &nobody);
	struct saved		 was, is;
	size_t			 n = 0;
	char			 path[16];

	(void)state;
	for (uint32_t i = 0; i < 2000; i++) {
		(void)snprintf(path, sizeof(path), "/%u", i);
		life_feed_one(e, OPEN, path, 1);
	}
	was = saved_of(e);
	life_feed_one(e, WRITE, "/1000", 2);
	is = saved_of(e);
	for (size_t i = 0, k = 0; i < is.n; i++) {
		while (k < was.n && (was.v[k].section < is.v[i].section ||
		    (was.v[k].section == is.v[i].section &&
		    was.v[k].page < is.v[i].page)))
			k++;
		n += is.v[i].section == SECTION_GROUPS && (k == was.n ||
		    was.v[k].page != is.v[i].page ||
		    !slice_eq(was.v[k].bytes, is.v[i].bytes));
	}
	/* The head, the group, and the one before it. */
	assert_in_range(n, 2, 3);
	saved_free(&was);
	saved_free(&is);
	engine_free(e);
	case_free(c);
}

static void
end_all(struct engine *e)
{
	for (uint32_t i = 1; i < partials_size(e->partials); i++)
		while (group_in_use(e->partials, i) &&
		    group_holds(e->partials, i))
			keep_end_group(e, i);
	assert_int_equal(partials_count(e->partials), 0);
}

static void
what_is_made_again_is_counted_again(void **state)
{
	struct rule_case	*c = life_case(all_kinds);
	struct engine		*e = life_engine(c, &nobody);

	(void)state;
	life_some(e, 0);
	e = saved_move(e, life_engine(c, &nobody));
	end_all(e);
	assert_int_equal(e->bounds.bytes, 0);
	assert_int_equal(e->pasts.records.used, 0);
	assert_int_equal(e->pasts.origins.used, 0);
	assert_int_equal(tallies_used(e->tallies), 0);
	assert_int_equal(e->sources[0].watch.absences.n, 0);
	engine_free(e);
	case_free(c);
}

static void
what_is_of_rules_that_are_gone_is_dropped(void **state)
{
	struct rule_case	*c = life_case(all_kinds), *less;
	const char		*end = strstr(all_kinds, "sequence counts");
	char			*text = xstrndup(all_kinds,
	    (size_t)(end - all_kinds));
	struct engine		*e = life_engine(c, &nobody), *f, *g;
	struct saved		 s;
	struct state_loaded	 told;
	struct buf		 why = { 0 };

	(void)state;
	less = life_case(text);
	f = life_engine(less, &nobody);
	g = life_engine(less, &nobody);
	life_some(e, 0);
	life_some(g, 0);
	s = saved_of(e);
	if (!saved_load(&s, f, &told, &why))
		fail_msg("%s", buf_cstr(&why));
	assert_int_equal(told.rules_gone, 3);
	assert_int_equal(told.dropped, 3);
	/* The others have all that they had, and nothing besides is there. */
	assert_int_equal(partials_count(f->partials),
	    partials_count(g->partials));
	assert_int_equal(f->bounds.bytes, g->bounds.bytes);
	assert_int_equal(tallies_used(f->tallies), 0);
	assert_int_equal(f->sources[0].watch.absences.n, 0);
	life_some(f, 30);
	end_all(f);
	assert_int_equal(f->bounds.bytes, 0);
	assert_int_equal(f->pasts.records.used, 0);
	assert_int_equal(f->pasts.origins.used, 0);
	engine_free(e);
	engine_free(f);
	engine_free(g);
	saved_free(&s);
	case_free(c);
	case_free(less);
	free(text);
}

/* A rule that comes before others moves their numbers. */
static void
rules_may_have_other_numbers(void **state)
{
	struct rule_case	*c = life_case(all_kinds), *more;
	struct buf		 text = { 0 };
	struct engine		*e = life_engine(c, &nobody), *f;
	struct saved		 s;
	struct state_loaded	 told;
	const struct engine	*both[2];

	(void)state;
	buf_str(&text, "sequence new { subject any; by none; timeout none;\n"
	    " state { event any; status failure; };\n"
	    " state { event any; status failure; }; };\n");
	buf_str(&text, all_kinds);
	more = life_case(buf_cstr(&text));
	f = life_engine(more, &nobody);
	life_some(e, 0);
	s = saved_of(e);
	assert_true(saved_load(&s, f, &told, NULL));
	assert_int_equal(told.dropped, 0);
	life_some(e, 30);
	life_some(f, 30);
	both[0] = e;
	both[1] = f;
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(both[i]->stats.alerts, e->stats.alerts);
	assert_int_equal(partials_count(e->partials),
	    partials_count(f->partials));
	engine_free(e);
	engine_free(f);
	saved_free(&s);
	case_free(c);
	case_free(more);
	buf_fini(&text);
}

static void
links_that_lead_astray_are_refused(void **state)
{
	struct rule_case	*c = life_case(all_kinds);
	struct engine		*e = life_engine(c, &nobody);
	struct saved		 s;
	const struct row	*head, *items;

	(void)state;
	life_some(e, 0);
	s = saved_of(e);
	head = row_of(&s, SECTION_GROUPS, HEAD);
	items = row_of(&s, SECTION_GROUPS, ITEMS);
	/* There is one group more, or a queued one that is not there. */
	assert_string_equal(life_changed(c, &s, head, 4, 200),
	    "groups: it is not whole");
	assert_string_equal(life_changed(c, &s, head, head->bytes.n - 1, 200),
	    "groups: a group that is not there");
	/* The number of the first group, then its rule, then the next one. */
	assert_string_equal(life_changed(c, &s, items, 3, 63),
	    "groups: a number that cannot be");
	assert_string_equal(life_changed(c, &s, items, 12, 200),
	    "groups: a next one that is not there");
	assert_string_equal(life_changed(c, &s, items, 12, 1),
	    "groups: a next one that is elsewhere");
	saved_free(&s);
	engine_free(e);
	case_free(c);
}

static void
values_of_no_key_are_refused(void **state)
{
	struct rule_case	*c = life_case(
	    "sequence s { subject any; by none; timeout none;\n"
	    " state { event <auditevent> { AUE_OPEN_R; }; status any;\n"
	    "  bind $x object; };\n"
	    " state { event <auditevent> { AUE_UNLINK; }; status any;\n"
	    "  object == $x; }; };\n");
	struct engine		*e = life_engine(c, &nobody);
	struct saved		 s;
	const struct row	*items;

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		life_feed_one(e, OPEN, (const char *[]){ "/a", "/b", "/c",
		    "/d" }[i], i);
	s = saved_of(e);
	items = row_of(&s, SECTION_GROUPS, ITEMS);
	/* The first one was alone; the second number is the root's. */
	assert_memory_equal(items->bytes.p + 5 + 8 + FOLDED, "\0\0\0\2", 4);
	for (uint8_t to = 0; to < 8; to += 3)	/* nobody, a combination, */
		assert_string_equal(life_changed(c, &s, items,	/* no such */
		    5 + 8 + FOLDED + 3, to),
		    "groups: values of a key that is not there");
	saved_free(&s);
	engine_free(e);
	case_free(c);
}

/* It is told of it, BEHIND its end, and it was not the hundredth. */
static void
refuses_the_hundredth(const char *rules, size_t behind, const char *says)
{
	struct rule_case	*c = life_case(rules);
	struct engine		*e = life_engine(c, &nobody);
	struct saved		 s;
	const struct row	*items;
	size_t			 nth;

	life_feed_one(e, OPEN, "/a", 0);
	life_feed_one(e, OPEN, "/a", 20);
	s = saved_of(e);
	items = row_of(&s, SECTION_GROUPS, ITEMS);
	nth = items->bytes.n - behind - 8;
	assert_memory_equal(items->bytes.p + nth, "\0\0\0\0\0\0\0\1", 8);
	assert_string_equal(life_changed(c, &s, items, nth + 7, 0), "nothing");
	assert_string_equal(life_changed(c, &s, items, nth + 7, 99), says);
	saved_free(&s);
	engine_free(e);
	case_free(c);
}

static void
an_absence_that_nobody_has_waited_for_is_refused(void **state)
{
#define ABSENT	"sequence s { subject any; by none; timeout none;\n"	\
	" state { event <auditevent> { AUE_OPEN_R; }; status any; };\n"	\
	" state { event <auditevent> { AUE_UNLINK; }; status any;\n"	\
	"  absent 9 seconds; }; "

	(void)state;
	refuses_the_hundredth(ABSENT "};\n", 8,
	    "groups: a group that cannot be");
	refuses_the_hundredth(ABSENT "strict; };\n", 0,
	    "groups: a partial match that cannot be");
#undef ABSENT
}

/* An absence after the count would be looked for on the clock of all hosts. */
static void
a_count_on_another_clock_than_its_rule_is_refused(void **state)
{
	struct rule_case	*c = life_case(
	    "sequence s { subject any; by none; timeout none;\n"
	    " state { event <auditevent> { AUE_OPEN_R; }; status any;\n"
	    "  multiplier 3; };\n"
	    " state { event <auditevent> { AUE_UNLINK; }; status any;\n"
	    "  absent 9 seconds; }; };\n");
	struct engine		*e = life_engine(c, &nobody);
	const size_t		 bits = 38;	/* of the first origin */
	struct saved		 s;
	const struct row	*origins;

	(void)state;
	life_feed_one(e, OPEN, "/a", 0);
	life_feed_one(e, OPEN, "/b", 1);
	s = saved_of(e);
	origins = row_of(&s, SECTION_ORIGINS, ITEMS - 1);
	assert_memory_equal(origins->bytes.p, "\0\0\0\1", 4);
	assert_string_equal(life_changed(c, &s, origins, bits,
	    origins->bytes.p[bits] | 4),
	    "groups: a partial match that cannot be");
	saved_free(&s);
	engine_free(e);
	case_free(c);
}

/* So many keys that would stand in one place of the index. */
static void
keys_that_somebody_has_aimed_are_refused(void **state)
{
	struct rule_case	*c = life_case(
	    "sequence s { subject any; by object; timeout none;\n"
	    " state { event <auditevent> { AUE_OPEN_R; }; status any; };\n"
	    " state { event <auditevent> { AUE_UNLINK; }; status any; }; };\n");
	struct engine		*e = life_engine(c, &nobody);
	struct saved		 s;
	struct buf		 why = { 0 };
	uint32_t		 n = 0;
	char			 path[16];

	(void)state;
	for (uint32_t i = 0; i < 6000; i++) {
		(void)snprintf(path, sizeof(path), "/%u", i);
		life_feed_one(e, OPEN, path, 1);
	}
	s = saved_of(e);
	for (size_t i = 0; i < s.n; i++) {
		uint8_t	*p = (uint8_t *)(uintptr_t)s.v[i].bytes.p;

		if (s.v[i].section != SECTION_GROUPS ||
		    s.v[i].page >> 26 != ITEMS)
			continue;
		for (size_t at = 0; n < 5990 && at < s.v[i].bytes.n;
		    at += 58, n++) {
			/* What differs is what the index does not look at. */
			memset(p + at + 13, 0, 8);
			p[at + 13 + 2] = (uint8_t)(n >> 8);
			p[at + 13 + 3] = (uint8_t)n;
		}
	}
	assert_int_equal(n, 5990);
	assert_string_equal(life_refused(c, &s, &why),
	    "groups: keys that are no hashes");
	buf_fini(&why);
	saved_free(&s);
	engine_free(e);
	case_free(c);
}

static void
damage_is_refused_or_does_no_harm(void **state)
{
	struct rule_case	*c = life_case(all_kinds);
	struct engine		*e = life_engine(c, &nobody);
	struct saved		 s;

	(void)state;
	life_some(e, 0);
	s = saved_of(e);
	life_damage(c, &s, SECTION_GROUPS, SECTION_GROUPS);
	saved_free(&s);
	engine_free(e);
	case_free(c);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(a_folded_group_is_this_row),
		cmocka_unit_test(
		    a_combination_that_is_alone_has_no_root_in_its_row),
		cmocka_unit_test(a_folded_count_is_this_row),
		cmocka_unit_test(
		    a_count_of_a_rule_that_counts_no_more_is_refused),
		cmocka_unit_test(a_combination_that_is_alone_goes_on),
		cmocka_unit_test(what_is_made_again_is_told_alike),
		cmocka_unit_test(a_touched_group_changes_few_rows),
		cmocka_unit_test(what_is_made_again_is_counted_again),
		cmocka_unit_test(what_is_of_rules_that_are_gone_is_dropped),
		cmocka_unit_test(rules_may_have_other_numbers),
		cmocka_unit_test(links_that_lead_astray_are_refused),
		cmocka_unit_test(values_of_no_key_are_refused),
		cmocka_unit_test(
		    an_absence_that_nobody_has_waited_for_is_refused),
		cmocka_unit_test(
		    a_count_on_another_clock_than_its_rule_is_refused),
		cmocka_unit_test(keys_that_somebody_has_aimed_are_refused),
		cmocka_unit_test(damage_is_refused_or_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
