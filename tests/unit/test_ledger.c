/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "caught.h"
#include "run/ledger.h"

#define HEAD	16u

static struct ledger	*l;
static char		 dir[] = "/tmp/test_ledger.XXXXXX";

static void
open_ledger(void)
{
	struct buf	 why = { 0 };

	l = ledger_open(".", &why);
	assert_non_null(l);
	assert_int_equal(why.n, 0);
}

static int
setup(void **state)
{
	(void)state;
	open_ledger();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	ledger_close(l);
	l = NULL;
	unlink(LEDGER_NAME);
	return 0;
}

/* As after kill -9: nothing is told to it. */
static void
restart(void)
{
	ledger_close(l);
	open_ledger();
}

/* An id of this letter, in a heap block of its own length. */
static bool
start(char letter)
{
	uint8_t	*id = malloc(LEDGER_ID);
	bool	 good;

	memset(id, letter, LEDGER_ID);
	errno = 0;
	good = ledger_start(l, id);
	free(id);
	return good;
}

static void
passed_over(char letter)
{
	assert_false(start(letter));
	assert_int_equal(errno, 0);
}

static off_t
size(void)
{
	struct stat	 st;

	assert_int_equal(stat(LEDGER_NAME, &st), 0);
	return st.st_size;
}

static void
what_was_started_is_not_started_again(void **state)
{
	(void)state;
	assert_true(start('a'));
	assert_true(start('b'));
	restart();
	assert_int_equal(ledger_left(l), 2);
	passed_over('b');
	passed_over('a');
	assert_int_equal(ledger_left(l), 0);
	assert_true(start('a'));
	assert_true(start('c'));
}

static void
equal_ones_are_passed_over_as_often_as_they_were_started(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(start('a'));
	restart();
	for (int i = 0; i < 3; i++)
		passed_over('a');
	assert_true(start('a'));
}

static void
replay_that_is_interrupted_is_passed_over_again(void **state)
{
	(void)state;
	assert_true(start('a'));
	assert_true(start('b'));
	restart();
	passed_over('a');
	restart();
	passed_over('a');
	passed_over('b');
	assert_true(start('c'));
}

static void
durable_checkpoint_forgets_what_was_before_its_mark(void **state)
{
	(void)state;
	assert_true(start('a'));
	ledger_mark(l);
	assert_true(start('b'));
	ledger_durable(l);
	assert_int_equal(size(), HEAD + LEDGER_ID);
	assert_true(start('c'));
	restart();
	assert_int_equal(ledger_left(l), 2);
	assert_true(start('a'));
	passed_over('b');
	passed_over('c');
	ledger_mark(l);
	ledger_durable(l);
	assert_int_equal(size(), HEAD);
	restart();
	assert_int_equal(ledger_left(l), 0);
}

static void
checkpoint_that_fails_forgets_nothing(void **state)
{
	(void)state;
	assert_true(start('a'));
	ledger_mark(l);
	restart();
	passed_over('a');
	ledger_mark(l);
	assert_true(start('b'));
	ledger_mark(l);			/* the one before was not durable */
	ledger_durable(l);
	assert_int_equal(size(), HEAD);
}

/* A checkpoint within the replay: what has not come yet will come again. */
static void
checkpoint_within_the_replay_keeps_what_is_to_come(void **state)
{
	(void)state;
	for (const char *p = "abab"; *p != '\0'; p++)
		assert_true(start(*p));
	restart();
	passed_over('a');
	ledger_mark(l);
	ledger_durable(l);
	assert_int_equal(size(), HEAD + 3 * LEDGER_ID);
	restart();
	passed_over('b');
	passed_over('a');
	assert_true(start('a'));
	passed_over('b');
}

static void
what_is_read_again_in_one_life_is_passed_over(void **state)
{
	(void)state;
	assert_true(start('a'));
	ledger_mark(l);
	assert_true(start('b'));
	ledger_durable(l);
	assert_true(start('c'));
	ledger_again(l);
	assert_int_equal(ledger_left(l), 2);
	passed_over('b');
	ledger_again(l);
	passed_over('b');
	passed_over('c');
	assert_true(start('a'));
	ledger_mark(l);
	ledger_durable(l);
	assert_int_equal(size(), HEAD);
	assert_true(start('b'));
}

static void
torn_id_at_the_end_counts_for_nothing(void **state)
{
	(void)state;
	assert_true(start('a'));
	assert_true(start('b'));
	for (off_t n = LEDGER_ID - 1; n > 0; n--) {
		assert_int_equal(truncate(LEDGER_NAME, HEAD + LEDGER_ID + n),
		    0);
		restart();
		assert_int_equal(ledger_left(l), 1);
		assert_int_equal(size(), HEAD + LEDGER_ID);
	}
	passed_over('a');
	assert_true(start('b'));
	restart();
	passed_over('a');
	passed_over('b');
}

static void
torn_head_is_written_anew(void **state)
{
	(void)state;
	for (off_t n = 0; n < HEAD; n++) {
		assert_int_equal(truncate(LEDGER_NAME, n), 0);
		restart();
		assert_int_equal(size(), HEAD);
	}
	assert_true(start('a'));
}

/* The length of a file may come to the disk before what is in it. */
static void
put_zeros(off_t from, size_t n)
{
	const int	 fd = open(LEDGER_NAME, O_WRONLY | O_CREAT, 0600);

	assert_int_equal(pwrite(fd, (const uint8_t[64]){ 0 }, n, from), n);
	close(fd);
}

static void
file_of_zeros_was_never_used(void **state)
{
	(void)state;
	for (size_t n = 1; n <= 64; n += 9) {
		ledger_close(l);
		unlink(LEDGER_NAME);
		put_zeros(0, n);
		open_ledger();
		assert_int_equal(size(), HEAD);
	}
	assert_true(start('a'));
	restart();
	passed_over('a');
}

static void
id_of_zeros_was_never_followed_by_a_start(void **state)
{
	(void)state;
	assert_true(start('a'));
	put_zeros(HEAD + LEDGER_ID, 2 * LEDGER_ID);
	restart();
	assert_int_equal(ledger_left(l), 1);
	passed_over('a');
}

static void
refused(const char *what)
{
	struct buf	 why = { 0 };

	ledger_close(l);
	l = ledger_open(".", &why);
	assert_null(l);
	assert_string_equal(buf_cstr(&why), what);
	buf_fini(&why);
}

static void
file_that_is_no_ledger_is_refused_and_kept(void **state)
{
	FILE	*f = fopen(LEDGER_NAME, "w");

	(void)state;
	fputs("this is the diary of somebody else\n", f);
	fclose(f);
	refused("./triggers: is not a list of triggers that were started");
	assert_int_equal(size(), 35);
	if (truncate(LEDGER_NAME, (off_t)LEDGER_MAX * 16 + 32) == -1)
		skip();
	refused("./triggers: is longer than it can be");
	unlink(LEDGER_NAME);
	assert_int_equal(mkfifo(LEDGER_NAME, 0600), 0);
	refused("./triggers: is not a regular file");
	unlink(LEDGER_NAME);
	assert_int_equal(symlink("elsewhere", LEDGER_NAME), 0);
	refused("./triggers: Too many levels of symbolic links");
}

static void
directory_that_is_not_there_is_said(void **state)
{
	struct buf	 why = { 0 };

	(void)state;
	assert_null(ledger_open("/non\nexistent", &why));
	assert_string_equal(buf_cstr(&why),
	    "/non\\nexistent/triggers: No such file or directory");
	buf_fini(&why);
}

/* As on a full disk: the file may not grow. */
static void
start_that_cannot_be_noted_is_refused_and_leaves_nothing(void **state)
{
	struct rlimit	 before, small;

	(void)state;
	assert_true(start('a'));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = HEAD + LEDGER_ID + 5;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_false(start('b'));
	assert_int_equal(errno, EFBIG);
	assert_int_equal(size(), HEAD + LEDGER_ID);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(start('b'));
	restart();
	assert_int_equal(ledger_left(l), 2);
}

static void
file_that_cannot_be_made_shorter_is_said_once_and_kept(void **state)
{
	struct caught	 c;

	(void)state;
	assert_true(start('a'));
	ledger_mark(l);
	assert_true(start('b'));
	assert_int_equal(mkdir(LEDGER_NAME ".new", 0700), 0);
	catch_stderr(&c);
	ledger_durable(l);
	ledger_durable(l);
	assert_string_equal(caught_text(&c), "bsmtrace: ./triggers: File "
	    "exists\n");
	assert_int_equal(size(), HEAD + 2 * LEDGER_ID);
	assert_int_equal(rmdir(LEDGER_NAME ".new"), 0);
	ledger_durable(l);
	assert_int_equal(size(), HEAD + LEDGER_ID);
	restart();
	passed_over('b');
}

static void
ids_that_never_come_again_are_forgotten_in_time(void **state)
{
	struct caught	 c;

	(void)state;
	assert_true(start('a'));
	restart();
	catch_stderr(&c);
	for (unsigned i = 0; i < 721; i++) {
		assert_int_equal(ledger_left(l), 1);
		ledger_mark(l);
		ledger_durable(l);
	}
	assert_non_null(strstr(caught_text(&c), "did not come again"));
	assert_int_equal(ledger_left(l), 0);
	assert_int_equal(size(), HEAD);
	assert_true(start('a'));
}

static void
id_tells_all_that_it_is_made_of(void **state)
{
	const struct slice		 record = slice_str("record");
	const struct ledger_start	 starts[] = {
		{ 1, 2, record, { 3, 4 } }, { 2, 2, record, { 3, 4 } },
		{ 1, 3, record, { 3, 4 } }, { 1, 2, record, { 4, 4 } },
		{ 1, 2, record, { 3, 5 } },
		{ 1, 2, slice_str("recorD"), { 3, 4 } },
		{ 1, 2, slice_str("recor"), { 3, 4 } },
	};
	const size_t	 n = sizeof(starts) / sizeof(starts[0]);
	uint8_t		 one[LEDGER_ID], two[LEDGER_ID];

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			ledger_id(one, &starts[i]);
			ledger_id(two, &starts[k]);
			assert_int_equal(memcmp(one, two, LEDGER_ID) == 0,
			    i == k);
		}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_started_is_not_started_again),
		TEST(equal_ones_are_passed_over_as_often_as_they_were_started),
		TEST(replay_that_is_interrupted_is_passed_over_again),
		TEST(durable_checkpoint_forgets_what_was_before_its_mark),
		TEST(checkpoint_that_fails_forgets_nothing),
		TEST(checkpoint_within_the_replay_keeps_what_is_to_come),
		TEST(what_is_read_again_in_one_life_is_passed_over),
		TEST(torn_id_at_the_end_counts_for_nothing),
		TEST(torn_head_is_written_anew),
		TEST(file_of_zeros_was_never_used),
		TEST(id_of_zeros_was_never_followed_by_a_start),
		TEST(file_that_is_no_ledger_is_refused_and_kept),
		TEST(directory_that_is_not_there_is_said),
		TEST(start_that_cannot_be_noted_is_refused_and_leaves_nothing),
		TEST(file_that_cannot_be_made_shorter_is_said_once_and_kept),
		TEST(ids_that_never_come_again_are_forgotten_in_time),
		TEST(id_tells_all_that_it_is_made_of),
	};
	int	 failed;

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (chdir("/") == 0)
		rmdir(dir);
	return failed;
}
