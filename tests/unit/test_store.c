/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <time.h>
#include <unistd.h>

#include "alert_case.h"
#include "sink/store.h"

#define FIRST_MS	INT64_C(1634210459522)	/* of the case's alert */

struct scene {
	struct alert_case	 a;
	char			 dir[64], path[80];
	struct store		*store;
	struct buf		 found;		/* labels and serials */
	size_t			 stop_after;	/* rows; 0: all */
	size_t			 n;
};

static int
setup(void **state)
{
	struct scene	*s = calloc(1, sizeof(*s));
	struct buf	 why = { 0 };

	case_init(&s->a, "/tmp/x", NULL);
	(void)snprintf(s->dir, sizeof(s->dir), "/tmp/store-XXXXXX");
	if (mkdtemp(s->dir) == NULL)
		return -1;
	(void)snprintf(s->path, sizeof(s->path), "%s/alerts.db", s->dir);
	s->store = store_open(s->path, true, &why);
	*state = s;
	return s->store == NULL;
}

static int
teardown(void **state)
{
	struct scene	*s = *state;
	char		 command[96];

	store_close(s->store);
	case_fini(&s->a);
	buf_fini(&s->found);
	(void)snprintf(command, sizeof(command), "rm -rf %s", s->dir);
	(void)!system(command);
	free(s);
	return 0;
}

/* An alert with this number, so many seconds after the first. */
static void
add(struct scene *s, uint32_t number, int64_t seconds)
{
	s->a.alert.uid[1] = number;
	s->a.alert.rule.serial = number;
	s->a.alert.millis = FIRST_MS + seconds * 1000;
	assert_true(store_add(s->store, &s->a.view, &s->a.world));
}

static bool
on_found(void *arg, const struct store_row *r)
{
	struct scene	*s = arg;

	buf_printf(&s->found, "%s@%lld ", r->rule,
	    (long long)(r->millis - FIRST_MS) / 1000);
	return ++s->n != s->stop_after;
}

static void
assert_found(struct scene *s, struct store_query q, const char *expected)
{
	buf_clear(&s->found);
	assert_true(store_find(s->store, &q, on_found, s));
	assert_string_equal(buf_cstr(&s->found), expected);
}

static struct store_query
all(void)
{
	return (struct store_query){ .since_ms = STORE_ANY,
	    .until_ms = STORE_ANY, .priority = STORE_ANY };
}

/* How many are there. */
static size_t
count(struct scene *s)
{
	const struct store_query	 q = all();

	s->n = 0;
	assert_true(store_find(s->store, &q, on_found, s));
	return s->n;
}

static void
alerts_come_by_time_whatever_the_order_they_were_added_in(void **state)
{
	struct scene	*s = *state;

	add(s, 1, 20);
	add(s, 2, 0);
	add(s, 3, 10);
	assert_true(store_commit(s->store));
	assert_found(s, all(), "login@0 login@10 login@20 ");
}

static void
alert_that_is_told_twice_is_there_once(void **state)
{
	struct scene	*s = *state;

	add(s, 1, 0);
	add(s, 1, 5);
	assert_true(store_commit(s->store));
	add(s, 1, 9);
	assert_found(s, all(), "login@0 ");
}

static void
period_includes_both_ends(void **state)
{
	struct scene		*s = *state;
	struct store_query	 q = all();

	for (uint32_t i = 0; i < 5; i++)
		add(s, i, i);
	q.since_ms = FIRST_MS + 1000;
	q.until_ms = FIRST_MS + 3000;
	assert_found(s, q, "login@1 login@2 login@3 ");
}

static void
limit_takes_the_latest(void **state)
{
	struct scene		*s = *state;
	struct store_query	 q = all();

	for (uint32_t i = 0; i < 5; i++)
		add(s, i, i);
	q.limit = 2;
	assert_found(s, q, "login@3 login@4 ");
}

static void
subject_is_a_name_or_a_number(void **state)
{
	struct scene		*s = *state;
	struct store_query	 q = all();

	add(s, 1, 0);
	s->a.alert.subject = UINT32_MAX;
	add(s, 2, 1);
	s->a.alert.has_subject = false;
	add(s, 3, 2);
	q.subject = "alice";
	assert_found(s, q, "login@0 ");
	q.subject = "1001";
	assert_found(s, q, "login@0 ");
	q.subject = "-1";
	assert_found(s, q, "login@1 ");
	q.subject = "alic";
	assert_found(s, q, "");
}

static void
rule_host_tag_uid_and_priority_narrow_it_down(void **state)
{
	static const char *const	 tags[] = { "attack.t1110", "web",
	    NULL };
	struct scene			*s = *state;
	struct store_query		 q = all();

	add(s, 1, 0);
	s->a.alert.rule.label = "login[2].x";
	s->a.alert.rule.tags = tags;
	s->a.alert.rule.priority = 9;
	s->a.view.host = "www1";
	add(s, 2, 1);
	q.rule = "login*";
	assert_found(s, q, "login@0 login[2].x@1 ");
	q.rule = "login[2].?";
	assert_found(s, q, "login[2].x@1 ");
	q = all();
	q.tag = "attack.*";
	assert_found(s, q, "login[2].x@1 ");
	q.tag = "web";
	assert_found(s, q, "login[2].x@1 ");
	q.tag = "eb";
	assert_found(s, q, "");
	q = all();
	q.host = "www?";
	assert_found(s, q, "login[2].x@1 ");
	q = all();
	q.priority = 6;
	assert_found(s, q, "login[2].x@1 ");
	q = all();
	q.uid = "0000000000006f1c0000000000000001";
	assert_found(s, q, "login@0 ");
}

static void
search_stops_when_it_is_told_to(void **state)
{
	struct scene	*s = *state;

	for (uint32_t i = 0; i < 5; i++)
		add(s, i, i);
	s->stop_after = 2;
	assert_found(s, all(), "login@0 login@1 ");
}

static void
what_was_added_is_there_when_it_is_opened_again(void **state)
{
	struct scene	*s = *state;
	struct buf	 why = { 0 };

	for (uint32_t i = 0; i < STORE_BATCH + 3; i++)
		add(s, i, 0);
	store_close(s->store);
	s->store = store_open(s->path, false, &why);
	assert_non_null(s->store);
	buf_clear(&s->found);
	assert_true(store_find(s->store, &(struct store_query){
	    .since_ms = STORE_ANY, .until_ms = STORE_ANY,
	    .priority = STORE_ANY }, on_found, s));
	assert_int_equal(s->n, STORE_BATCH + 3);
}

static void
old_alerts_are_removed_and_then_the_oldest_of_too_many(void **state)
{
	struct scene	*s = *state;
	uint64_t	 removed;

	for (uint32_t i = 0; i < 4000; i++)
		add(s, i, i);
	assert_true(store_expire(s->store, FIRST_MS + 10 * 1000, 0,
	    &removed));
	assert_int_equal(removed, 10);
	assert_true(store_expire(s->store, STORE_ANY, 2u << 20, &removed));
	assert_in_range(removed, 1000, 3989);
	assert_true(store_expire(s->store, STORE_ANY, 1, &removed));
	assert_found(s, all(), "");
}

static void
expiry_goes_a_little_at_a_time(void **state)
{
	struct scene	*s = *state;
	uint64_t	 removed, sum = 0;

	for (uint32_t i = 0; i < 1000; i++)
		add(s, i, i);
	for (;;) {
		assert_true(store_expire_some(s->store, FIRST_MS + 600 * 1000,
		    0, &removed));
		assert_true(removed <= STORE_STEP);
		if (removed == 0)
			break;
		sum += removed;
	}
	assert_int_equal(sum, 600);
	/* A size that is far off, and one that is not reached. */
	assert_true(store_expire_some(s->store, STORE_ANY, 1u << 30,
	    &removed));
	assert_int_equal(removed, 0);
	assert_true(store_expire_some(s->store, STORE_ANY, 1, &removed));
	assert_int_equal(removed, STORE_STEP);
	add(s, 2000, 600);			/* older than what is left */
	assert_true(store_expire_some(s->store, FIRST_MS + 650 * 1000,
	    1, &removed));
	assert_int_equal(removed, 1);		/* for its age alone */
}

static void
path_is_as_it_was_given(void **state)
{
	const struct scene	*s = *state;

	assert_string_equal(store_path(s->store), s->path);
}

/* Killed with some committed, and some in a transaction. */
static void
kill_within_a_transaction_leaves_each_alert_once(void **state)
{
	struct scene	*s = *state;
	struct buf	 why = { 0 };
	pid_t		 pid;
	int		 status;

	store_close(s->store);
	assert_true((pid = fork()) != -1);
	if (pid == 0) {
		s->store = store_open(s->path, false, &why);
		for (uint32_t i = 0; i < 3; i++)
			add(s, i, i);
		if (!store_commit(s->store))
			_exit(1);
		for (uint32_t i = 3; i < 6; i++)
			add(s, i, i);
		(void)raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	s->store = store_open(s->path, false, &why);
	assert_non_null(s->store);
	assert_found(s, all(), "login@0 login@1 login@2 ");
	for (uint32_t i = 1; i < 7; i++)
		add(s, i, i);			/* the same come again */
	assert_true(store_commit(s->store));
	assert_found(s, all(), "login@0 login@1 login@2 login@3 login@4 "
	    "login@5 login@6 ");
}

/* Another program holds the database: what waits is not lost. */
static void
alerts_survive_a_locked_database(void **state)
{
	struct scene	*s = *state;
	sqlite3		*other;

	assert_int_equal(sqlite3_open(s->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL,
	    NULL), SQLITE_OK);
	for (uint32_t i = 0; i < STORE_BATCH + 1; i++)
		add(s, i, i);
	assert_true(store_commit(s->store));	/* it may soon be free */
	assert_int_equal(store_waiting(s->store), STORE_BATCH + 1);
	(void)usleep((STORE_BUSY_MS + 100) * 1000);
	assert_false(store_commit(s->store));
	assert_string_equal(store_why(s->store), "database is locked");
	assert_int_equal(store_errno(s->store), EBUSY);
	add(s, 1, 0);				/* told twice */
	assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_true(store_commit(s->store));
	assert_int_equal(store_waiting(s->store), 0);
	assert_int_equal(count(s), STORE_BATCH + 1);
	(void)sqlite3_close(other);
}

static void
expiry_a_little_at_a_time_waits_for_nobody(void **state)
{
	struct scene	*s = *state;
	sqlite3		*other;
	uint64_t	 removed;
	const time_t	 begun = time(NULL);

	add(s, 1, 1);
	assert_true(store_commit(s->store));
	assert_int_equal(sqlite3_open(s->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL,
	    NULL), SQLITE_OK);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(store_expire_some(s->store, FIRST_MS + 5000, 0,
		    &removed));
		assert_int_equal(removed, 0);	/* next time */
	}
	assert_true(time(NULL) - begun < 4);
	(void)sqlite3_close(other);
	assert_true(store_expire_some(s->store, FIRST_MS + 5000, 0,
	    &removed));
	assert_int_equal(removed, 1);
}

/* In a process of its own, which has it for some seconds. */
static pid_t
locked_for(const struct scene *s, unsigned seconds)
{
	int	 ends[2];
	char	 c;
	pid_t	 pid;

	assert_int_equal(pipe(ends), 0);
	assert_true((pid = fork()) != -1);
	if (pid == 0) {
		sqlite3	*db;

		if (sqlite3_open(s->path, &db) != SQLITE_OK ||
		    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) !=
		    SQLITE_OK || write(ends[1], "", 1) != 1)
			_exit(1);
		(void)sleep(seconds);
		_exit(0);
	}
	assert_int_equal(read(ends[0], &c, 1), 1);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(close(ends[1]), 0);
	return pid;
}

static void
at_the_end_whoever_has_it_locked_is_waited_for(void **state)
{
	struct scene	*s = *state;
	uint64_t	 lost = 0;
	const pid_t	 pid = locked_for(s, 1);

	add(s, 0, 0);
	assert_true(store_settle(s->store, &lost));
	assert_int_equal(lost, 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(count(s), 1);
}

static void
what_cannot_be_put_there_at_the_end_is_counted(void **state)
{
	struct scene	*s = *state;
	uint64_t	 lost = 0;
	const pid_t	 pid = locked_for(s, STORE_END_MS / 1000 + 5);

	for (uint32_t i = 0; i < 5; i++)
		add(s, i, i);
	assert_false(store_settle(s->store, &lost));
	assert_int_equal(lost, 5);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(count(s), 0);
}

/* A file that cannot grow stands for a disk that is full. */
static void
alerts_survive_a_full_disk_as_far_as_memory_goes(void **state)
{
	struct scene	*s = *state;
	struct rlimit	 before, small;
	uint32_t	 n = 0;

	add(s, 0, 0);
	assert_true(store_commit(s->store));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 4096;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (n = 1; n < 1000; n++)
		add(s, n, n);
	assert_false(store_commit(s->store));
	assert_int_equal(store_waiting(s->store), 999);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(store_commit(s->store));
	assert_int_equal(count(s), 1000);
}

static void
assert_refused(const char *path, bool create, const char *expected)
{
	struct buf	 why = { 0 };

	assert_null(store_open(path, create, &why));
	assert_string_equal(buf_cstr(&why), expected);
	buf_fini(&why);
}

static void
files_that_are_no_store_are_refused(void **state)
{
	struct scene	*s = *state;
	char		 path[96];
	sqlite3		*db;
	FILE		*f;

	(void)snprintf(path, sizeof(path), "%s/other", s->dir);
	assert_refused(path, false, "unable to open database file");
	assert_non_null(f = fopen(path, "w"));
	for (unsigned i = 0; i < 1000; i++)
		(void)fputs("no database at all", f);
	assert_int_equal(fclose(f), 0);
	assert_refused(path, true, "file is not a database");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (a)", NULL, NULL,
	    NULL), SQLITE_OK);
	(void)sqlite3_close(db);
	assert_refused(path, true, "is not a store of alerts");
	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 99", NULL,
	    NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
	assert_refused(s->path, true, "was written by a later version of "
	    "this program");
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(alerts_come_by_time_whatever_the_order_they_were_added_in),
		TEST(alert_that_is_told_twice_is_there_once),
		TEST(period_includes_both_ends),
		TEST(limit_takes_the_latest),
		TEST(subject_is_a_name_or_a_number),
		TEST(rule_host_tag_uid_and_priority_narrow_it_down),
		TEST(search_stops_when_it_is_told_to),
		TEST(what_was_added_is_there_when_it_is_opened_again),
		TEST(old_alerts_are_removed_and_then_the_oldest_of_too_many),
		TEST(expiry_goes_a_little_at_a_time),
		TEST(path_is_as_it_was_given),
		TEST(kill_within_a_transaction_leaves_each_alert_once),
		TEST(alerts_survive_a_locked_database),
		TEST(expiry_a_little_at_a_time_waits_for_nobody),
		TEST(at_the_end_whoever_has_it_locked_is_waited_for),
		TEST(what_cannot_be_put_there_at_the_end_is_counted),
		TEST(alerts_survive_a_full_disk_as_far_as_memory_goes),
		TEST(files_that_are_no_store_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
