/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/sieve.h"

#include "criteria_case.h"

/* A directory to work in, what is selected, and the parts of a sieve. */
struct bench {
	char		*dir;
	int		 back;
	struct names	*names;
	struct criteria	*c;
	struct trailset	*set;
	struct trailout	*out;
	struct sieve	*s;
};

static int
set_up(void **state)
{
	struct bench	*b = xcalloc(1, sizeof(*b));

	b->dir = xstrdup("/tmp/sieve.XXXXXX");
	b->back = open(".", O_RDONLY);
	if (mkdtemp(b->dir) == NULL || chdir(b->dir) == -1)
		return -1;
	b->names = names_new();
	b->c = criteria_new(b->names, &case_accounts);
	b->out = trailout_file("out");
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench	*b = *state;

	sieve_free(b->s);
	trailset_free(b->set);
	trailout_free(b->out);
	criteria_free(b->c);
	names_free(b->names);
	(void)unlink("a");
	(void)unlink("b");
	(void)fchdir(b->back);
	close(b->back);
	(void)rmdir(b->dir);
	free(b->dir);
	free(b);
	return 0;
}

/* Records of these events, and then what else is given. */
static void
trail(const char *path, const char *events, const char *tail)
{
	struct buf	 b = { 0 };
	const int	 fd = open(path, O_WRONLY | O_CREAT, 0600);

	for (; *events != '\0'; events++) {
		const size_t	 start = b.n;

		case_header(&b, (uint16_t)(*events - '0'), 1);
		build_finish(&b, start);
	}
	buf_str(&b, tail);
	assert_int_equal(write(fd, b.p, b.n), b.n);
	close(fd);
	buf_fini(&b);
}

static bool
run(struct bench *b, enum trailset_order order, bool stop, const char *last)
{
	const struct trailset_options	 o = { .order = order,
	    .from = INT64_MIN, .until = INT64_MAX };
	const struct sieve_options	 so = { .quiet = true, .stop = stop };

	b->set = trailset_new(&o);
	assert_true(trailset_add(b->set, "a"));
	if (last != NULL)
		(void)trailset_add(b->set, last);
	criteria_ready(b->c);
	b->s = sieve_new(&so, b->c, b->set, b->out);
	return sieve_run(b->s);
}

static void
wanted_records_of_all_trails_come_out(void **state)
{
	struct bench	*b = *state;
	struct buf	 why = { 0 };

	trail("a", "12112", "");
	trail("b", "21", "");
	assert_true(criteria_add(b->c, CRIT_EVENT, "1", &why));
	assert_true(run(b, TRAILSET_IN_TURN, false, "b"));
	assert_int_equal(trailout_records(b->out), 4);
	assert_false(sieve_damaged_any(b->s));
}

static void
merged_they_are_the_same(void **state)
{
	struct bench	*b = *state;
	struct buf	 why = { 0 };

	trail("a", "12112", "");
	trail("b", "21", "");
	assert_true(criteria_add(b->c, CRIT_EVENT, "1", &why));
	assert_true(run(b, TRAILSET_MERGED, false, "b"));
	assert_int_equal(trailout_records(b->out), 4);
}

static void
damage_is_known_by_its_trail(void **state)
{
	struct bench	*b = *state;

	trail("a", "11", "");
	trail("b", "111", "garbage");
	assert_true(run(b, TRAILSET_IN_TURN, false, "b"));
	assert_int_equal(trailout_records(b->out), 5);
	assert_false(sieve_damaged(b->s, 0));
	assert_true(sieve_damaged(b->s, 1));
	assert_false(sieve_damaged(b->s, 2));	/* there is no such */
	assert_true(sieve_damaged_any(b->s));
}

static void
a_trail_that_is_missing_fails_the_run(void **state)
{
	struct bench	*b = *state;

	trail("a", "11", "");
	assert_false(run(b, TRAILSET_IN_TURN, true, "b"));
	assert_int_equal(trailout_records(b->out), 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		CASE(wanted_records_of_all_trails_come_out),
		CASE(merged_they_are_the_same),
		CASE(damage_is_known_by_its_trail),
		CASE(a_trail_that_is_missing_fails_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
