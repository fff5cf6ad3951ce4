/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sifted.c - files that are read and judged ahead.
 *
 * Also to be run under -fsanitize=thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/sifted.h"

#include "criteria_case.h"

#define FILES	3

struct bench {
	struct names	*names;
	struct criteria	*c;
};

static int
set_up(void **state)
{
	struct bench	*b = xcalloc(1, sizeof(*b));
	struct buf	 why = { 0 };

	b->names = names_new();
	b->c = criteria_new(b->names, &case_accounts);
	assert_true(criteria_add(b->c, CRIT_EVENT, "7", &why));
	criteria_ready(b->c);
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench	*b = *state;

	criteria_free(b->c);
	names_free(b->names);
	free(b);
	return 0;
}

/* N records, every third of event 7, and then what else is given. */
static FILE *
file(unsigned n, const char *tail)
{
	FILE		*f = tmpfile();
	struct buf	 b = { 0 };

	assert_non_null(f);
	for (unsigned i = 0; i < n; i++) {
		const size_t	 start = b.n;

		case_header(&b, i % 3 == 0 ? 7 : 6, i);
		build_finish(&b, start);
	}
	buf_str(&b, tail);
	assert_int_equal(write(fileno(f), b.p, b.n), b.n);
	assert_int_equal(lseek(fileno(f), 0, SEEK_SET), 0);
	buf_fini(&b);
	return f;
}

/* Records and wanted ones up to the end, which comes once; gaps behind it. */
static void
take_all(struct sifted *s, unsigned n, unsigned gaps)
{
	const struct sifted_block	*b;
	unsigned			 ends = 0, records = 0, wanted = 0;
	unsigned			 behind = 0;

	while ((b = sifted_next(s)) != NULL) {
		struct judged_at	 at;
		struct frame_record	 f;
		struct judgement	 j;
		struct judged_time	 time;
		bool			 timed;

		ends += b->end == 0;
		judged_begin(&at, &b->judged);
		while (judged_next(&at, &f, &j, &time, &timed)) {
			records += f.kind == FRAME_RECORD;
			wanted += j.as == JUDGED_WANTED;
			behind += f.kind == FRAME_GAP && ends > 0;
		}
	}
	assert_int_equal(ends, 1);
	assert_int_equal(records, n);
	assert_int_equal(wanted, (n + 2) / 3);
	assert_int_equal(behind, gaps);
	assert_null(sifted_next(s));
}

static void
try_files(struct bench *b, unsigned threads, unsigned n, size_t room)
{
	const struct sifted_size	 size = { 4000, room, threads == 3 };
	struct sifters			*by = sifters_new(b->c, threads);
	struct sifted			*s[FILES];
	FILE				*f[FILES];

	for (unsigned i = 0; i < FILES; i++) {
		f[i] = file(n, i == 1 ? "cut" : "");
		s[i] = sifted_new(by, fileno(f[i]), &size);
	}
	for (unsigned i = 0; i < FILES; i++) {
		take_all(s[i], n, i == 1);
		sifted_free(s[i]);
		assert_int_equal(fclose(f[i]), 0);
	}
	sifters_free(by);
}

static void
all_records_come_and_then_the_end(void **state)
{
	for (unsigned threads = 0; threads < 4; threads++) {
		try_files(*state, threads, 5000, 0);
		try_files(*state, threads, 5000, 1 << 20);
		try_files(*state, threads, 0, 0);
		try_files(*state, threads, 1, 1 << 20);
	}
}

static void
a_file_is_left_before_its_end(void **state)
{
	struct bench			*b = *state;
	const struct sifted_size	 size = { 4000, 0, false };
	struct sifters			*by = sifters_new(b->c, 2);
	FILE				*f = file(50000, "");
	struct sifted			*s = sifted_new(by, fileno(f), &size);

	assert_non_null(sifted_next(s));
	sifted_free(s);
	sifters_free(by);
	assert_int_equal(fclose(f), 0);
}

static void
a_file_that_cannot_be_read_says_why(void **state)
{
	struct bench			*b = *state;
	const struct sifted_size	 size = { 4000, 0, false };
	struct sifters			*by = sifters_new(b->c, 2);
	FILE				*f = file(0, "\037\213\010 no gzip");
	struct sifted			*s = sifted_new(by, fileno(f), &size);
	const struct sifted_block	*block = sifted_next(s);

	assert_non_null(block);
	assert_int_equal(block->end, -1);
	assert_non_null(sifted_why(s));
	sifted_free(s);
	sifters_free(by);
	assert_int_equal(fclose(f), 0);
}

/* Of this process; 0 where nobody tells. */
static unsigned
threads(void)
{
	DIR		*d = opendir("/proc/self/task");
	unsigned	 n = 0;

	if (d == NULL)
		return 0;
	for (const struct dirent *e; (e = readdir(d)) != NULL;)
		n += e->d_name[0] != '.';
	(void)closedir(d);
	return n;
}

static void
threads_begin_with_a_file(void **state)
{
	struct bench			*b = *state;
	const struct sifted_size	 size = { 4000, 0, false };
	const unsigned			 before = threads();
	struct sifters			*by;
	FILE				*f;
	struct sifted			*s;

	if (before == 0)
		skip();
	by = sifters_new(b->c, 2);
	assert_int_equal(threads(), before);
	f = file(50000, "");
	s = sifted_new(by, fileno(f), &size);
	assert_true(threads() > before);
	sifted_free(s);
	sifters_free(by);
	assert_int_equal(fclose(f), 0);
	sifters_free(sifters_new(b->c, 2));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test_setup_teardown(threads_begin_with_a_file,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    all_records_come_and_then_the_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_is_left_before_its_end,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_file_that_cannot_be_read_says_why, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
