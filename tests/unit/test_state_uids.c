/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_state_uids.c - the last uids, saved and loaded.
 */
#include "section_case.h"

static struct engine *
fresh(void *arg)
{
	struct engine	*e = xcalloc(1, sizeof(*e));

	(void)arg;
	e->uids = uids_new();
	return e;
}

static void
end(struct engine *e)
{
	uids_free(e->uids);
	free(e);
}

/* The uid of an alert; those of one SUBJECT and SOURCE are alike. */
static uint64_t
alert(struct engine *e, uint32_t subject, uint32_t source)
{
	const struct record	 last = { .bytes = slice_str("record") };
	struct alert		 a = { .last = &last, .source = source,
	    .has_subject = true, .subject = subject };

	uids_make(e->uids, 1, &a, 2);
	return a.uid[0];
}

static void
use(struct engine *e)
{
	for (uint32_t i = 0; i < 2 * UIDS_MAX; i += 100)
		(void)alert(e, i, 0);
}

static const struct section_case	sc = {
	{ &section_uids, NULL }, fresh, use, end, NULL
};

static void
alerts_that_are_alike_are_counted_on(void **state)
{
	struct engine	*a = fresh(NULL), *b;
	const uint64_t	 first = alert(a, 1, 0), second = alert(a, 1, 0);

	(void)state;
	b = section_copy(&sc, a);
	assert_true(alert(b, 1, 1) == first);
	assert_true(alert(b, 1, 1) == second);
	assert_true(alert(b, 1, 0) == alert(a, 1, 0));
	end(a);
	end(b);
}

/* Whatever was raised before, also when some are forgotten. */
static void
the_same_are_forgotten(void **state)
{
	static struct lot	 l;
	struct engine		*a = fresh(NULL);

	(void)state;
	lot_seed(&l, 5);
	for (unsigned round = 0; round < 40; round++) {
		struct engine	*b = section_copy(&sc, a);
		const uint32_t	 n = lot_below(&l, 200);

		for (uint32_t i = 0; i < n; i++) {
			const uint32_t	 subject = lot_below(&l, 300);
			const uint32_t	 source = lot_below(&l, 3);

			assert_true(alert(a, subject, source) ==
			    alert(b, subject, source));
		}
		end(round % 2 == 0 ? a : b);
		a = round % 2 == 0 ? b : a;
	}
	assert_int_equal(uids_count(a->uids), UIDS_MAX);
	end(a);
}

static void
another_alert_changes_two_rows(void **state)
{
	struct engine	*e = fresh(NULL);
	struct saved	 was, is;

	(void)state;
	for (uint32_t i = 0; i < UIDS_MAX + 300; i++)
		(void)alert(e, i, 0);
	was = section_saved(&sc, e);
	(void)alert(e, 7, 0);
	is = section_saved(&sc, e);
	assert_int_equal(rows_new(&was, &is), 2);
	saved_free(&was);
	saved_free(&is);
	end(e);
}

static void
damage_is_refused_or_does_no_harm(void **state)
{
	struct engine	*e = fresh(NULL);

	(void)state;
	for (uint32_t i = 0; i < 70; i++)
		(void)alert(e, i / 2, i % 2);
	section_damage(&sc, e);
	end(e);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(alerts_that_are_alike_are_counted_on),
		cmocka_unit_test(the_same_are_forgotten),
		cmocka_unit_test(another_alert_changes_two_rows),
		cmocka_unit_test(damage_is_refused_or_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
