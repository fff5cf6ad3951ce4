/* SPDX-License-Identifier: BSD-2-Clause */
/* test_share.c - the same criteria, asked by several threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

#include "criteria_case.h"

struct bench {
	struct names	*names;
	struct criteria	*c;
	struct buf	 record;
};

static int
set_up(void **state)
{
	struct bench	*b = xcalloc(1, sizeof(*b));

	b->names = names_new();
	b->c = criteria_new(b->names, &case_accounts);
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench	*b = *state;

	criteria_free(b->c);
	names_free(b->names);
	buf_fini(&b->record);
	free(b);
	return 0;
}

static bool
wants(struct criteria *c, const struct buf *record)
{
	const struct frame_record	 f = { .bytes = buf_bytes(record) };
	struct criteria_note		 note;

	return criteria_want(c, &f, &note);
}

static void
a_record_with_path(struct bench *b, uint16_t event, const char *path)
{
	buf_clear(&b->record);
	case_header(&b->record, event, 1);
	case_text(&b->record, TOK_PATH, path);
	build_finish(&b->record, 0);
}

static void
both_judge_the_same(void **state)
{
	struct bench	*b = *state;
	struct buf	 why = { 0 };
	struct criteria	*other;

	assert_true(criteria_add(b->c, CRIT_FILE, "~^/etc/(x|y),^/etc",
	    &why));
	criteria_ready(b->c);
	other = criteria_share(b->c);
	a_record_with_path(b, 1, "/etc/passwd");
	assert_true(wants(b->c, &b->record));
	assert_true(wants(other, &b->record));
	a_record_with_path(b, 1, "/etc/yes");
	assert_false(wants(b->c, &b->record));
	assert_false(wants(other, &b->record));
	criteria_join(b->c, other);
	assert_false(wants(b->c, &b->record));
}

/* A class may have an event on one system and not on another. */
static void
what_one_was_unsure_of_the_other_learns(void **state)
{
	struct bench	*b = *state;
	struct buf	 why = { 0 };
	struct criteria	*other;
	uint16_t	 event = 0;

	assert_true(criteria_add(b->c, CRIT_CLASS, "fr,lo,pc,nt", &why));
	criteria_ready(b->c);
	other = criteria_share(b->c);
	while (!criteria_unsure(other) && event < UINT16_MAX) {
		a_record_with_path(b, event++, "/");
		(void)wants(other, &b->record);
	}
	assert_true(criteria_unsure(other));
	assert_false(criteria_unsure(b->c));
	criteria_join(b->c, other);
	assert_true(criteria_unsure(b->c));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test_setup_teardown(both_judge_the_same, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    what_one_was_unsure_of_the_other_learns, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
