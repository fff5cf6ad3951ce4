/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "run/statedb.h"
#include "run/statedir.h"

struct scene {
	char			 dir[64];
	struct statedb		*db;
	struct statedb_about	 about;
	struct statedb_written	 written;
	struct buf		 told, why;
	size_t			 stop_after;	/* rows; 0: never */
};

static const char *
path(const char *name)
{
	static char	 text[128];
	static char	 dir[64];

	if (name[0] == '/') {
		(void)snprintf(dir, sizeof(dir), "%s", name);
		return dir;
	}
	(void)snprintf(text, sizeof(text), "%s/%s", dir, name);
	return text;
}

static enum statedb_how
take(struct scene *s)
{
	enum statedb_how	 how;

	statedb_close(s->db);
	buf_clear(&s->why);
	how = statedb_take(s->dir, &s->db, &s->why);
	if (how == STATEDB_GOOD)
		statedb_about(s->db, &s->about);
	return how;
}

static int
setup(void **state)
{
	struct scene	*s = calloc(1, sizeof(*s));

	(void)snprintf(s->dir, sizeof(s->dir), "/tmp/statedb-XXXXXX");
	if (mkdtemp(s->dir) == NULL)
		return -1;
	(void)path(s->dir);
	*state = s;
	return take(s) != STATEDB_GOOD;
}

static int
teardown(void **state)
{
	struct scene	*s = *state;
	char		 command[96];

	statedb_close(s->db);
	buf_fini(&s->told);
	buf_fini(&s->why);
	(void)snprintf(command, sizeof(command), "rm -rf %s", s->dir);
	(void)!system(command);
	free(s);
	return 0;
}

static bool
put(struct scene *s, uint32_t section, uint32_t page, const char *text)
{
	const struct row	 r = { section, page, slice_str(text) };

	return statedb_put(s->db, &r);
}

static bool
on_row(void *arg, const struct row *r)
{
	struct scene	*s = arg;

	buf_printf(&s->told, "%u.%u=%.*s ", r->section, r->page,
	    (int)r->bytes.n, (const char *)r->bytes.p);
	return s->stop_after == 0 || --s->stop_after > 0;
}

static void
assert_rows(struct scene *s, uint32_t first, uint32_t last, const char *text)
{
	buf_clear(&s->told);
	assert_true(statedb_rows(s->db, first, last, on_row, s));
	assert_string_equal(buf_cstr(&s->told), text);
}

static bool
begin(struct scene *s)
{
	return statedb_begin(s->db, s->about.run);
}

static bool
end(struct scene *s)
{
	return statedb_end(s->db, &s->written);
}

/* One checkpoint of three rows. */
static void
write_three(struct scene *s)
{
	assert_true(begin(s));
	assert_true(put(s, 1, 0, "one"));
	assert_true(put(s, 2, 7, "two"));
	assert_true(put(s, 48, 1, "three"));
	assert_true(end(s));
}

static void
sql(const char *text)
{
	sqlite3	*db;

	assert_int_equal(sqlite3_open(path(STATEDB_FILE), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
rows_come_back_in_order(void **state)
{
	struct scene	*s = *state;

	assert_true(begin(s));
	assert_true(put(s, 48, 1, "three"));
	assert_true(put(s, 1, UINT32_MAX, "last page"));
	assert_true(put(s, 2, 7, "two"));
	assert_true(put(s, 1, 0, "one"));
	assert_true(end(s));
	assert_rows(s, 1, 31, "1.0=one 1.4294967295=last page 2.7=two ");
	assert_rows(s, 48, 63, "48.1=three ");
	assert_rows(s, 3, 47, "");
	assert_int_equal(take(s), STATEDB_GOOD);
	assert_rows(s, 0, 63, "1.0=one 1.4294967295=last page 2.7=two "
	    "48.1=three ");
	assert_int_equal(s->about.rows, 4);
	assert_int_equal(s->about.bytes, 20);
	assert_int_equal(s->about.number, 1);
	assert_string_equal(s->about.program, BSMTRACE_VERSION);
	assert_true(s->about.millis > 0);
}

static void
a_new_database_has_nothing(void **state)
{
	struct scene	*s = *state;

	assert_rows(s, 0, UINT32_MAX >> 1, "");
	assert_int_equal(s->about.number, 0);
	assert_int_equal(s->about.millis, 0);
}

static void
nobody_else_may_read_it(void **state)
{
	struct stat	 st;

	(void)state;
	assert_int_equal(stat(path(STATEDB_FILE), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
only_what_has_changed_is_written(void **state)
{
	struct scene	*s = *state;

	write_three(s);
	assert_int_equal(s->written.rows, 3);
	assert_int_equal(s->written.bytes, 11);
	assert_true(begin(s));
	assert_true(put(s, 1, 0, "one"));
	assert_true(put(s, 2, 7, "TWO"));
	assert_true(put(s, 48, 1, "three"));
	assert_true(end(s));
	assert_int_equal(s->written.rows, 1);
	assert_int_equal(s->written.bytes, 3);
	assert_int_equal(s->written.all_rows, 3);
	assert_int_equal(s->written.all_bytes, 11);
	assert_rows(s, 1, 48, "1.0=one 2.7=TWO 48.1=three ");
}

static void
nothing_is_written_when_nothing_has_changed(void **state)
{
	struct scene	*s = *state;
	struct stat	 before, after;

	write_three(s);
	assert_int_equal(stat(path(STATEDB_FILE), &before), 0);
	write_three(s);
	assert_int_equal(s->written.rows, 0);
	assert_int_equal(stat(path(STATEDB_FILE), &after), 0);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	assert_int_equal(take(s), STATEDB_GOOD);
	assert_int_equal(s->about.number, 1);
}

static void
what_is_not_told_any_more_is_gone(void **state)
{
	struct scene	*s = *state;

	write_three(s);
	assert_true(begin(s));
	assert_true(put(s, 2, 7, "two"));
	assert_true(end(s));
	assert_int_equal(s->written.removed, 2);
	assert_rows(s, 0, 63, "2.7=two ");
	assert_int_equal(take(s), STATEDB_GOOD);
	assert_rows(s, 0, 63, "2.7=two ");
}

static void
one_that_is_not_ended_never_was(void **state)
{
	struct scene	*s = *state;

	write_three(s);
	assert_true(begin(s));
	assert_true(put(s, 1, 0, "other"));
	assert_int_equal(take(s), STATEDB_GOOD);
	assert_rows(s, 0, 63, "1.0=one 2.7=two 48.1=three ");
}

static void
a_row_that_is_too_long_fails_the_whole(void **state)
{
	struct scene	*s = *state;
	char		*big = calloc(1, ROWS_ROW_MAX + 1);
	struct row	 r = { 3, 0, { (uint8_t *)big, ROWS_ROW_MAX + 1 } };

	write_three(s);
	assert_true(begin(s));
	assert_false(statedb_put(s->db, &r));
	assert_false(put(s, 1, 0, "other"));
	assert_false(end(s));
	assert_string_equal(statedb_why(s->db), "a row is too long");
	assert_rows(s, 0, 63, "1.0=one 2.7=two 48.1=three ");
	assert_true(begin(s));
	r.bytes.n = ROWS_ROW_MAX;
	assert_true(statedb_put(s->db, &r));
	assert_true(end(s));
	free(big);
}

static void
who_is_told_may_stop(void **state)
{
	struct scene	*s = *state;

	write_three(s);
	s->stop_after = 2;
	assert_false(statedb_rows(s->db, 0, 63, on_row, s));
	assert_string_equal(buf_cstr(&s->told), "1.0=one 2.7=two ");
	assert_string_equal(statedb_why(s->db), "");
}

/* Damage. */

static void
a_row_that_was_changed_is_seen(void **state)
{
	struct scene	*s = *state;

	write_three(s);
	sql("UPDATE rows SET bytes = x'545857' WHERE number = 8589934599");
	assert_int_equal(take(s), STATEDB_GOOD);
	assert_false(statedb_rows(s->db, 0, 63, on_row, s));
	assert_string_equal(buf_cstr(&s->told), "1.0=one ");
	assert_string_equal(statedb_why(s->db), "a row is not what was "
	    "written");
	assert_true(statedb_is_bad(s->db));
}

static void
a_row_that_is_missing_is_seen(void **state)
{
	struct scene	*s = *state;

	write_three(s);
	sql("DELETE FROM rows WHERE number = 8589934599");
	assert_int_equal(take(s), STATEDB_GOOD);
	assert_false(statedb_rows(s->db, 0, 63, on_row, s));
	assert_true(statedb_is_bad(s->db));
	sql("DELETE FROM prints WHERE number = 8589934599");
	assert_int_equal(take(s), STATEDB_BAD);
	assert_string_equal(buf_cstr(&s->why), "rows are missing");
}

static void
a_row_of_another_kind_is_damage(void **state)
{
	struct scene	*s = *state;

	write_three(s);
	sql("UPDATE rows SET bytes = 'two' WHERE number = 8589934599");
	assert_int_equal(take(s), STATEDB_GOOD);
	assert_false(statedb_rows(s->db, 0, 63, on_row, s));
	assert_true(statedb_is_bad(s->db));
}

static void
what_it_says_of_itself_has_to_be_there(void **state)
{
	struct scene	*s = *state;

	write_three(s);
	sql("DELETE FROM meta WHERE name = 'key1'");
	assert_int_equal(take(s), STATEDB_BAD);
	assert_string_equal(buf_cstr(&s->why), "it does not say what is in "
	    "it");
	sql("DROP TABLE meta");
	assert_int_equal(take(s), STATEDB_BAD);
}

static void
another_version_is_not_understood(void **state)
{
	struct scene	*s = *state;

	sql("UPDATE meta SET value = 99 WHERE name = 'state_version';"
	    "UPDATE meta SET value = '7.1' WHERE name = 'program'");
	assert_int_equal(take(s), STATEDB_BAD);
	assert_string_equal(buf_cstr(&s->why), "it was written by version 7.1 "
	    "of this program, whose state this one does not understand");
	sql("PRAGMA user_version = 2");
	assert_int_equal(take(s), STATEDB_BAD);
	assert_string_equal(buf_cstr(&s->why), "it was written by a later "
	    "version of this program");
}

static void
a_database_of_something_else_is_left_alone(void **state)
{
	struct scene	*s = *state;

	sql("PRAGMA application_id = 7");
	assert_int_equal(take(s), STATEDB_BAD);
	assert_string_equal(buf_cstr(&s->why), "it is a database of something "
	    "else");
}

/* Any byte may be wrong: words, and never a row that was not written. */
static void
no_damaged_byte_goes_unseen(void **state)
{
	struct scene	*s = *state;
	struct stat	 st;
	char		 byte;
	unsigned	 unseen = 0;
	int		 fd;

	write_three(s);
	statedb_close(s->db);
	s->db = NULL;
	fd = open(path(STATEDB_FILE), O_RDWR);
	assert_int_equal(fstat(fd, &st), 0);
	for (off_t at = 0; at < st.st_size; at += 31) {
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= 0x55;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		buf_clear(&s->told);
		if (statedb_open(s->dir, &s->db, &s->why) == STATEDB_GOOD &&
		    statedb_rows(s->db, 0, 63, on_row, s) &&
		    strcmp(buf_cstr(&s->told), "1.0=one 2.7=two "
		    "48.1=three ") != 0)
			unseen++;
		statedb_close(s->db);
		s->db = NULL;
		byte ^= 0x55;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	(void)close(fd);
	assert_int_equal(unseen, 0);
	assert_int_equal(take(s), STATEDB_GOOD);
	assert_rows(s, 0, 63, "1.0=one 2.7=two 48.1=three ");
}

static void
a_text_is_no_database(void **state)
{
	struct scene	*s = *state;
	FILE		*f;

	statedb_close(s->db);
	s->db = NULL;
	f = fopen(path(STATEDB_FILE), "w");
	for (unsigned i = 0; i < 1000; i++)
		(void)fputs("this is not a database\n", f);
	(void)fclose(f);
	assert_int_equal(take(s), STATEDB_BAD);
	assert_string_equal(buf_cstr(&s->why), "file is not a database");
}

static void
a_damaged_one_gives_way(void **state)
{
	struct scene	*s = *state;
	struct buf	 name = { 0 };

	write_three(s);
	statedb_close(s->db);
	s->db = NULL;
	assert_true(statedir_set_aside(s->dir, &name));
	assert_string_equal(buf_cstr(&name), "state.db.bad-1");
	assert_int_equal(access(path("state.db.bad-1"), R_OK), 0);
	assert_int_equal(take(s), STATEDB_GOOD);
	assert_rows(s, 0, 63, "");
	statedb_close(s->db);
	s->db = NULL;
	buf_clear(&name);
	assert_true(statedir_set_aside(s->dir, &name));
	assert_string_equal(buf_cstr(&name), "state.db.bad-2");
	buf_clear(&name);
	assert_false(statedir_set_aside(s->dir, &name));
	buf_fini(&name);
}

/* Others. */

static void
whoever_had_it_before_writes_nothing(void **state)
{
	struct scene	*s = *state;
	const uint64_t	 before = s->about.run;

	write_three(s);
	assert_int_equal(take(s), STATEDB_GOOD);
	assert_int_not_equal(s->about.run, before);
	assert_false(statedb_begin(s->db, before));
	assert_string_equal(statedb_why(s->db), "another run has taken it "
	    "since");
	assert_false(put(s, 1, 0, "late"));
	assert_false(end(s));
	assert_rows(s, 0, 63, "1.0=one 2.7=two 48.1=three ");
	assert_false(statedb_is_bad(s->db));
	write_three(s);
}

static void
one_that_was_removed_is_made_again(void **state)
{
	struct scene	*s = *state;

	write_three(s);
	statedb_close(s->db);
	assert_int_equal(unlink(path(STATEDB_FILE)), 0);
	assert_int_equal(statedb_open(s->dir, &s->db, &s->why), STATEDB_GOOD);
	write_three(s);
	assert_int_equal(s->written.rows, 3);
	write_three(s);
	assert_int_equal(s->written.rows, 0);
}

static void
a_directory_is_taken_by_one_process(void **state)
{
	struct scene	*s = *state;
	struct buf	 why = { 0 };
	char		 expected[96];
	const int	 fd = statedir_lock(s->dir, &why);
	int		 status;
	pid_t		 pid;

	assert_int_not_equal(fd, -1);
	(void)snprintf(expected, sizeof(expected), "another bsmtrace has its "
	    "state there: process %ld", (long)getpid());
	if ((pid = fork()) == 0)
		_exit(statedir_lock(s->dir, &why) == -1 &&
		    strcmp(buf_cstr(&why), expected) == 0 ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	(void)close(fd);
	if ((pid = fork()) == 0)
		_exit(statedir_lock(s->dir, &why) == -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	buf_fini(&why);
}

static void
a_directory_is_made_for_nobody_else(void **state)
{
	struct buf	 why = { 0 };
	struct stat	 st;
	const int	 fd = statedir_lock(path("new"), &why);

	(void)state;
	assert_int_not_equal(fd, -1);
	assert_int_equal(stat(path("new"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	(void)close(fd);
	assert_int_equal(statedir_lock(path("no/where"), &why), -1);
	assert_string_equal(buf_cstr(&why), "No such file or directory");
	buf_fini(&why);
}

/* The disk is full: in a process of its own, since a limit stays. */
static void
a_full_disk_leaves_the_one_before(void **state)
{
	struct scene	*s = *state;
	const struct rlimit little = { 64 << 10, 64 << 10 };
	char		*big = calloc(1, 1 << 20);
	struct row	 r = { 3, 0, { (uint8_t *)big, 1 << 20 } };
	int		 status;
	pid_t		 pid;

	write_three(s);
	if ((pid = fork()) == 0) {
		struct statedb	*db;

		(void)signal(SIGXFSZ, SIG_IGN);
		(void)setrlimit(RLIMIT_FSIZE, &little);
		statedb_forked();
		if (statedb_open(s->dir, &db, &s->why) != STATEDB_GOOD ||
		    !statedb_begin(db, s->about.run))
			_exit(1);
		(void)statedb_put(db, &r);
		if (statedb_end(db, &s->written))
			_exit(2);
		_exit(strcmp(statedb_why(db), "File too large") == 0 ||
		    strcmp(statedb_why(db), "No space left on device") == 0 ?
		    0 : 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(take(s), STATEDB_GOOD);
	assert_rows(s, 0, 63, "1.0=one 2.7=two 48.1=three ");
	free(big);
}

/* At any moment: what is found then is one of the checkpoints, whole. */
static void
a_process_that_is_killed_leaves_one_of_them(void **state)
{
	struct scene	*s = *state;
	char		 text[64];
	int		 status;
	unsigned	 n;
	pid_t		 pid;

	statedb_close(s->db);
	s->db = NULL;
	for (unsigned round = 0; round < 20; round++) {
		assert_int_equal(take(s), STATEDB_GOOD);
		if ((pid = fork()) == 0) {
			struct statedb	*db;

			statedb_forked();
			(void)statedb_open(s->dir, &db, &s->why);
			s->db = db;
			for (unsigned i = 0;; i++) {
				(void)begin(s);
				(void)snprintf(text, sizeof(text), "%u",
				    round * 100000 + i);
				for (uint32_t k = 0; k < 200; k++)
					(void)put(s, 1, k, text);
				(void)end(s);
			}
		}
		(void)usleep(1000 + round * 1777);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(take(s), STATEDB_GOOD);
		buf_clear(&s->told);
		assert_true(statedb_rows(s->db, 0, 63, on_row, s));
		if (s->told.n == 0)
			continue;
		assert_int_equal(sscanf(buf_cstr(&s->told), "1.0=%u ", &n), 1);
		(void)snprintf(text, sizeof(text), "1.199=%u ", n);
		assert_non_null(strstr(buf_cstr(&s->told), text));
		assert_int_equal(s->about.rows, 200);
	}
}

/* Only looking: in a process of its own, as it is meant. */

/* What it finds, or why it finds nothing. */
static void
looks(struct scene *s, const char *expected)
{
	int	 status;
	pid_t	 pid;

	if ((pid = fork()) == 0) {
		struct buf	 why = { 0 };
		struct statedb	*db;

		statedb_forked();
		if (statedb_look(s->dir, &db, &why) != STATEDB_GOOD)
			_exit(strcmp(buf_cstr(&why), expected) != 0);
		buf_clear(&s->told);
		_exit(!statedb_rows(db, 0, 63, on_row, s) ||
		    strcmp(buf_cstr(&s->told), expected) != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
whoever_only_looks_finds_the_last_checkpoint(void **state)
{
	struct scene	*s = *state;
	struct stat	 before, after;

	write_three(s);
	assert_int_equal(stat(path(STATEDB_FILE), &before), 0);
	looks(s, "1.0=one 2.7=two 48.1=three ");
	assert_true(begin(s));
	assert_true(put(s, 1, 0, "later"));
	looks(s, "1.0=one 2.7=two 48.1=three ");
	assert_int_equal(stat(path(STATEDB_FILE), &after), 0);
	assert_int_equal(before.st_size, after.st_size);
	assert_int_equal(before.st_mtime, after.st_mtime);
	assert_true(end(s));
	looks(s, "1.0=later ");
}

static void
without_a_checkpoint_there_is_nothing_to_look_at(void **state)
{
	struct scene	*s = *state;

	looks(s, "no checkpoint was written there");
	statedb_close(s->db);
	s->db = NULL;
	assert_int_equal(truncate(path(STATEDB_FILE), 0), 0);
	looks(s, "no checkpoint was written there");
	assert_int_equal(unlink(path(STATEDB_FILE)), 0);
	looks(s, "No such file or directory");
	assert_int_equal(access(path(STATEDB_FILE), F_OK), -1);
}

static void
whoever_looks_sees_damage(void **state)
{
	struct scene	*s = *state;

	write_three(s);
	sql("DELETE FROM rows WHERE number = 4294967296; "
	    "DELETE FROM prints WHERE number = 4294967296");
	looks(s, "rows are missing");
}

/* It needs more room than a cache has, and is not ended. */
static void
what_was_being_written_is_not_undone_by_looking(void **state)
{
	struct scene	*s = *state;
	const size_t	 n = 4 << 20;
	uint8_t		*big = malloc(n);
	int		 status;
	pid_t		 pid;

	write_three(s);
	memset(big, 'x', n);
	if ((pid = fork()) == 0) {
		struct statedb	*db;

		statedb_forked();
		(void)statedb_open(s->dir, &db, &s->why);
		(void)statedb_begin(db, s->about.run);
		for (uint32_t i = 0; i < 5; i++)
			(void)statedb_put(db, &(struct row){ 3, i,
			    { big, n } });
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	free(big);
	looks(s, "its process was killed while it wrote, and the next one "
	    "has to go on from it first");
	assert_int_equal(take(s), STATEDB_GOOD);
	looks(s, "1.0=one 2.7=two 48.1=three ");
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(rows_come_back_in_order),
		T(a_new_database_has_nothing),
		T(nobody_else_may_read_it),
		T(only_what_has_changed_is_written),
		T(nothing_is_written_when_nothing_has_changed),
		T(what_is_not_told_any_more_is_gone),
		T(one_that_is_not_ended_never_was),
		T(a_row_that_is_too_long_fails_the_whole),
		T(who_is_told_may_stop),
		T(a_row_that_was_changed_is_seen),
		T(a_row_that_is_missing_is_seen),
		T(a_row_of_another_kind_is_damage),
		T(what_it_says_of_itself_has_to_be_there),
		T(another_version_is_not_understood),
		T(a_database_of_something_else_is_left_alone),
		T(no_damaged_byte_goes_unseen),
		T(a_text_is_no_database),
		T(a_damaged_one_gives_way),
		T(whoever_had_it_before_writes_nothing),
		T(one_that_was_removed_is_made_again),
		T(a_directory_is_taken_by_one_process),
		T(a_directory_is_made_for_nobody_else),
		T(a_full_disk_leaves_the_one_before),
		T(a_process_that_is_killed_leaves_one_of_them),
		T(whoever_only_looks_finds_the_last_checkpoint),
		T(without_a_checkpoint_there_is_nothing_to_look_at),
		T(whoever_looks_sees_damage),
		T(what_was_being_written_is_not_undone_by_looking),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
