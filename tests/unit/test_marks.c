/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "alert_case.h"
#include "caught.h"
#include "run/logdir.h"
#include "sink/marks.h"

#define LOG SINK_DEFAULT_LOG

/* A run writes alerts to a directory; it may be interrupted and go on. */
static struct alert_case	 a;
static char			 dir[] = "/tmp/test_marks.XXXXXX";
static struct logdir		 d;
static struct sinks_options	 o;
static struct sinks		*s;
static struct buf		 rows;		/* of the last mark */

static void
start(void)
{
	static const char *const	 names[] = { "ssh.log" };
	int				 error;

	s = sinks_new(&o);
	assert_null(sinks_open(s, names, 1, &error));
}

static int
setup(void **state)
{
	(void)state;
	case_init(&a, "/tmp/x", NULL);
	assert_int_equal(logdir_init(&d, dir), 0);
	o = (struct sinks_options){
		.format = sink_format_find(slice_str("text")),
		.world = a.world,
		.host = logdir_host(&d),
		.files = true,
		.syslog = SINK_NO_SYSLOG,
		.stderr_fd = -1
	};
	start();
	sinks_resumed(s);
	return chdir(dir);
}

static int
teardown(void **state)
{
	DIR		*files = opendir(".");
	struct dirent	*e;

	(void)state;
	sinks_free(s);
	while ((e = readdir(files)) != NULL)
		(void)unlink(e->d_name);
	closedir(files);
	logdir_fini(&d);
	case_fini(&a);
	buf_fini(&rows);
	rows = (struct buf){ 0 };
	return 0;
}

/* Alerts of these seconds. */
static void
raise_alerts(const char *seconds)
{
	for (; *seconds != '\0'; seconds++) {
		a.alert.seconds = *seconds - '0';
		a.alert.millis = a.alert.seconds * 1000 + 522;
		sinks_alert(s, &a.view);
	}
}

static void
write_alerts(const char *seconds)
{
	raise_alerts(seconds);
	sinks_flush(s);
}

static bool
on_row(void *arg, const struct row *row)
{
	(void)arg;
	buf_u32(&rows, row->section);
	buf_u32(&rows, row->page);
	buf_u32(&rows, (uint32_t)row->bytes.n);
	buf_slice(&rows, row->bytes);
	return true;
}

static void
mark(void)
{
	struct rows	 r = { .fn = on_row };

	buf_clear(&rows);
	sinks_mark(s, &r);
	assert_true(rows_end(&r));
}

/* Killed, and started again from the last mark. */
static void
go_on(void)
{
	size_t	 at = 0;

	sinks_free(s);
	start();
	while (at < rows.n) {
		const uint8_t	*p = rows.p + at;
		const uint32_t	 n = be32(p + 8);
		uint8_t		*copy = malloc(n);
		const struct row row = { be32(p), be32(p + 4), { copy, n } };

		memcpy(copy, p + 12, n);
		assert_in_range(row.section, SINKS_FIRST, SINKS_LAST);
		assert_true(sinks_resume(s, &row));
		free(copy);
		at += 12 + n;
	}
	sinks_resumed(s);
}

/* The seconds of the texts in the file; anything else as '?'. */
static void
holds(const char *name, const char *expected)
{
	FILE	*f = fopen(name, "r");
	char	 line[1024], seen[64] = "";

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		const size_t	 n = strlen(seen);

		if (line[0] == ' ' || line[0] == '\n')
			continue;
		if (strncmp(line, "1970-01-01T00:00:0", 18) == 0)
			seen[n] = line[18];
		else
			seen[n] = line[1] == '.' &&
			    line[strlen(line) - 1] == '\n' ? line[0] : '?';
	}
	fclose(f);
	assert_string_equal(seen, expected);
}

static void
what_was_written_behind_the_mark_is_not_written_again(void **state)
{
	(void)state;
	write_alerts("12");
	mark();
	write_alerts("345");
	go_on();
	write_alerts("34567");
	holds(LOG, "1234567");
}

static void
alert_that_came_before_the_mark_and_comes_anew_is_written(void **state)
{
	(void)state;
	write_alerts("1");
	mark();
	write_alerts("2");
	go_on();
	write_alerts("1222");
	holds(LOG, "12122");
}

static void
lines_that_were_only_gathered_are_flushed_by_the_mark(void **state)
{
	(void)state;
	raise_alerts("12");
	mark();
	holds(LOG, "12");
	go_on();
	write_alerts("3");
	holds(LOG, "123");
}

static void
torn_line_is_cut_off_and_written_whole(void **state)
{
	struct stat	 st;

	(void)state;
	write_alerts("1");
	mark();
	write_alerts("23");
	assert_int_equal(stat(LOG, &st), 0);
	assert_int_equal(truncate(LOG, st.st_size - 10), 0);
	go_on();
	holds(LOG, "12");
	write_alerts("234");
	holds(LOG, "1234");
}

/* The file has its length, but from there on only zeros came to the disk. */
static void
lose(const char *name, off_t from, off_t n)
{
	const int	 fd = open(name, O_WRONLY);
	uint8_t		*zeros = calloc(1, (size_t)n);

	assert_true(fd != -1);
	assert_int_equal(pwrite(fd, zeros, (size_t)n, from), n);
	close(fd);
	free(zeros);
}

static void
what_did_not_come_to_the_disk_is_cut_off_and_comes_again(void **state)
{
	struct stat	 before, after;

	(void)state;
	write_alerts("1");
	mark();
	assert_int_equal(stat(LOG, &before), 0);
	write_alerts("2345");
	assert_int_equal(stat(LOG, &after), 0);
	for (off_t at = before.st_size; at < after.st_size; at += 7) {
		struct caught	 c;
		const off_t	 left = after.st_size - at;

		lose(LOG, at, left < 40 ? left : 40);
		catch_stderr(&c);
		go_on();
		assert_non_null(strstr(caught_text(&c), "came to the disk"));
		write_alerts("2345");
		holds(LOG, "12345");
	}
}

static void
rotated_file_of_ours_is_cut_as_well_but_no_other(void **state)
{
	struct caught	 c;
	struct stat	 st;
	int		 fd;

	(void)state;
	write_alerts("1");
	mark();
	assert_int_equal(rename(LOG, LOG ".1"), 0);
	sinks_reopen(s);
	write_alerts("23");
	assert_int_equal(rename(LOG, LOG ".0"), 0);
	assert_int_equal(stat(LOG ".0", &st), 0);
	lose(LOG ".0", st.st_size - 10, 10);
	fd = open(LOG ".gz", O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "x\ny\0", 4), 4);
	close(fd);
	catch_stderr(&c);
	go_on();
	assert_non_null(strstr(caught_text(&c), "came to the disk"));
	write_alerts("23");
	holds(LOG ".1", "1");
	holds(LOG ".0", "2");
	holds(LOG, "3");
	assert_int_equal(stat(LOG ".gz", &st), 0);
	assert_int_equal(st.st_size, 4);
}

/* At each byte that the file may end with. */
static void
kill_at_any_byte_leaves_each_alert_once(void **state)
{
	static const char *const	 formats[] = { "text", "long", "json" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct stat	 before, after;

		sinks_free(s);
		unlink(LOG);
		o.format = sink_format_find(slice_str(formats[i]));
		start();
		write_alerts("1");
		mark();
		assert_int_equal(stat(LOG, &before), 0);
		write_alerts("23");
		assert_int_equal(stat(LOG, &after), 0);
		for (off_t n = after.st_size; n >= before.st_size; n--) {
			struct stat	 again;

			assert_int_equal(truncate(LOG, n), 0);
			go_on();
			write_alerts("23");
			assert_int_equal(stat(LOG, &again), 0);
			assert_int_equal(again.st_size, after.st_size);
			if (i < 2)
				holds(LOG, "123");
		}
	}
}

static void
file_that_was_renamed_counts_with_the_one_that_took_its_place(void **state)
{
	struct stat	 st;

	(void)state;
	write_alerts("1");
	mark();
	write_alerts("23");
	assert_int_equal(rename(LOG, LOG ".0"), 0);
	sinks_reopen(s);
	write_alerts("45");
	assert_int_equal(stat(LOG, &st), 0);
	assert_int_equal(truncate(LOG, st.st_size - 1), 0);
	go_on();
	write_alerts("23456");
	holds(LOG ".0", "123");
	holds(LOG, "456");
}

static void
file_that_was_renamed_while_nobody_ran_is_found(void **state)
{
	struct stat	 st;

	(void)state;
	write_alerts("1");
	mark();
	write_alerts("23");
	assert_int_equal(stat(LOG, &st), 0);
	assert_int_equal(truncate(LOG, st.st_size - 5), 0);
	assert_int_equal(rename(LOG, "old"), 0);
	go_on();
	write_alerts("234");
	holds("old", "12");
	holds(LOG, "34");
}

/* Several times, and no checkpoint in between. */
static void
files_that_were_begun_and_renamed_since_count_too(void **state)
{
	(void)state;
	write_alerts("1");
	mark();
	write_alerts("2");
	assert_int_equal(rename(LOG, LOG ".1"), 0);
	go_on();
	write_alerts("23");
	assert_int_equal(rename(LOG, LOG ".0"), 0);
	go_on();
	write_alerts("234");
	go_on();
	write_alerts("2345");
	holds(LOG ".1", "12");
	holds(LOG ".0", "3");
	holds(LOG, "45");
}

/* A number of an inode is used again. */
static void
other_file_in_its_place_is_not_cut(void **state)
{
	struct caught	 c;
	const int	 fd = open(LOG, O_RDWR);

	(void)state;
	write_alerts("12");
	mark();
	write_alerts("3");
	assert_int_equal(pwrite(fd, "9.9", 3, 60), 3);	/* before the mark */
	assert_int_equal(rename(LOG, "other.gz"), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END) > 0 && write(fd, "torn", 4) ==
	    4, 1);
	catch_stderr(&c);
	go_on();
	assert_non_null(strstr(caught_text(&c), "/" LOG ": the file of the "
	    "last checkpoint is not as it was: alerts may be told twice\n"));
	write_alerts("34");
	holds(LOG, "34");
	holds("other.gz", "123?");
	close(fd);
}

static void
file_that_is_gone_is_said_and_its_place_counts(void **state)
{
	struct caught	 c;
	const char	*said;

	(void)state;
	write_alerts("1");
	mark();
	write_alerts("2");
	assert_int_equal(rename(LOG, "/tmp/test_marks.gone"), 0);
	sinks_reopen(s);
	write_alerts("3");
	catch_stderr(&c);
	go_on();
	said = caught_text(&c);
	assert_non_null(strstr(said, "/" LOG ": the file of the last "
	    "checkpoint is gone: alerts may be told twice\n"));
	write_alerts("234");
	holds(LOG, "324");
	unlink("/tmp/test_marks.gone");
}

static void
file_that_is_shorter_is_said_and_nothing_is_passed_over(void **state)
{
	struct caught	 c;

	(void)state;
	write_alerts("12");
	mark();
	write_alerts("3");
	assert_int_equal(truncate(LOG, 0), 0);
	catch_stderr(&c);
	go_on();
	assert_non_null(strstr(caught_text(&c), "/" LOG ": is shorter than it "
	    "was: alerts may be told twice\n"));
	write_alerts("34");
	holds(LOG, "34");
}

/* The replay itself is interrupted, behind a mark and before all came. */
static void
what_has_not_come_again_is_known_to_the_next_mark(void **state)
{
	(void)state;
	write_alerts("1");
	mark();
	write_alerts("23456");
	go_on();
	write_alerts("23");
	mark();
	write_alerts("4");
	go_on();
	write_alerts("4567");
	holds(LOG, "1234567");
	mark();
	go_on();
	write_alerts("7");		/* another one like it */
	holds(LOG, "12345677");
}

static void
each_file_is_compared_with_its_own(void **state)
{
	(void)state;
	write_alerts("1");
	a.alert.rule.logfile = "ssh.log";
	write_alerts("2");
	mark();
	write_alerts("34");
	a.alert.rule.logfile = NULL;
	write_alerts("5");
	go_on();
	write_alerts("35");
	a.alert.rule.logfile = "ssh.log";
	write_alerts("345");
	holds(LOG, "153");
	holds("ssh.log", "2345");
}

static void
what_never_comes_again_is_forgotten_in_time(void **state)
{
	size_t	 n;

	(void)state;
	mark();
	write_alerts("1");
	go_on();
	mark();
	n = rows.n;
	for (unsigned i = 0; i < 719; i++)
		mark();
	assert_int_equal(rows.n, n);
	mark();
	assert_true(rows.n < n);
	write_alerts("1");
	holds(LOG, "11");
}

static void
rows_are_the_same_when_nothing_happened(void **state)
{
	struct buf	 before = { 0 };

	(void)state;
	mark();
	write_alerts("123");
	go_on();
	write_alerts("2");
	mark();
	buf_slice(&before, buf_bytes(&rows));
	mark();
	assert_true(slice_eq(buf_bytes(&before), buf_bytes(&rows)));
	buf_fini(&before);
}

/* Written under a text that was torn before the mark: a newline goes first. */
static void
mark_within_a_broken_line_is_gone_on_behind(void **state)
{
	const int	 fd = open(LOG, O_WRONLY | O_APPEND);

	(void)state;
	write_alerts("1");
	assert_int_equal(write(fd, "2.5 torn", 8), 8);
	close(fd);
	mark();
	go_on();
	write_alerts("3");
	go_on();
	write_alerts("34");
	holds(LOG, "1234");
}

static void
device_in_place_of_a_file_is_left_alone(void **state)
{
	(void)state;
	assert_int_equal(unlink(LOG), 0);
	assert_int_equal(symlink("/dev/null", LOG), 0);
	sinks_reopen(s);
	write_alerts("1");
	mark();
	go_on();
	write_alerts("1");
	mark();
}

static void
sync_of_files_and_store_says_what_is_wrong(void **state)
{
	struct buf	 why = { 0 };
	struct store	*store = store_open("alerts.db", true, &why);

	(void)state;
	assert_non_null(store);
	sinks_use_store(s, store);
	write_alerts("12");
	assert_true(sinks_sync(s, &why));
	unlink("alerts.db");
	assert_false(sinks_sync(s, &why));
	assert_string_equal(buf_cstr(&why),
	    "alerts.db: No such file or directory");
	store_close(store);
	buf_fini(&why);
}

static bool
row(uint32_t section, uint32_t page, const char *bytes, size_t n)
{
	uint8_t		*copy = malloc(n);
	const struct row r = { section, page, { copy, n } };
	bool		 good;

	memcpy(copy, bytes, n);
	good = sinks_resume(s, &r);
	free(copy);
	return good;
}

static void
rows_that_make_no_sense_are_refused(void **state)
{
	static const char	 file[] = "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2"
	    "\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0\5x.log";
	char			 bad[45];

	(void)state;
	for (size_t n = 1; n <= 40; n++)
		assert_false(row(48, 0, file, n));
	assert_false(row(48, 1, file, 45));
	assert_false(row(47, 0, file, 45));
	assert_false(row(49, 0, file, 20));	/* of no file */
	memcpy(bad, file, 45);
	bad[16] = (char)0x80;			/* its length */
	assert_false(row(48, 0, bad, 45));
	memcpy(bad, file, 45);
	bad[42] = '\0';				/* its name */
	assert_false(row(48, 0, bad, 45));
	assert_true(row(48, 0, file, 45));
	assert_false(row(48, 0, file, 45));
	assert_true(row(48, 0, file, 45));	/* all was forgotten */
	assert_true(row(48, 1, file, 45));
	assert_false(row(49, 2 * REPLAY_PAGES, file, 20));
	sinks_resumed(s);
	write_alerts("1");
	holds(LOG, "1");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_written_behind_the_mark_is_not_written_again),
		TEST(alert_that_came_before_the_mark_and_comes_anew_is_written),
		TEST(lines_that_were_only_gathered_are_flushed_by_the_mark),
		TEST(torn_line_is_cut_off_and_written_whole),
		TEST(what_did_not_come_to_the_disk_is_cut_off_and_comes_again),
		TEST(rotated_file_of_ours_is_cut_as_well_but_no_other),
		TEST(kill_at_any_byte_leaves_each_alert_once),
		TEST(
		file_that_was_renamed_counts_with_the_one_that_took_its_place),
		TEST(file_that_was_renamed_while_nobody_ran_is_found),
		TEST(files_that_were_begun_and_renamed_since_count_too),
		TEST(other_file_in_its_place_is_not_cut),
		TEST(file_that_is_gone_is_said_and_its_place_counts),
		TEST(file_that_is_shorter_is_said_and_nothing_is_passed_over),
		TEST(what_has_not_come_again_is_known_to_the_next_mark),
		TEST(each_file_is_compared_with_its_own),
		TEST(what_never_comes_again_is_forgotten_in_time),
		TEST(rows_are_the_same_when_nothing_happened),
		TEST(mark_within_a_broken_line_is_gone_on_behind),
		TEST(device_in_place_of_a_file_is_left_alone),
		TEST(sync_of_files_and_store_says_what_is_wrong),
		TEST(rows_that_make_no_sense_are_refused),
	};
	int	 failed;

	if (mkdtemp(dir) == NULL)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (chdir("/") == 0)
		rmdir(dir);
	return failed;
}
