/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_procs.c - who ran it, from records of fork, exec and exit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/procs.h"

#include "ask_case.h"
#include "draw.h"

#define AUE_EXIT	1
#define AUE_FORK	2
#define AUE_EXECVE	23
#define AUE_VFORK	25
#define AUE_OPEN_R	72
#define AUE_FORK1	241
#define AUE_OPENSSH	32800
#define AUE_POSIX_SPAWN	43190

struct host {
	struct names	*names;
	struct procs	*procs;
	enum dialect	 dialect;
	int64_t		 now;		/* seconds */
	uint32_t	 source;
};

static struct host
host_new(uint32_t max)
{
	struct host	 h = { .names = names_new(), .now = 1000 };

	h.procs = procs_new(h.names, max);
	return h;
}

static void
host_free(struct host *h)
{
	procs_free(h->procs);
	names_free(h->names);
}

/* What a record says; members that are 0 are left out. */
struct said {
	unsigned	 event;
	uint32_t	 pid, session;
	const char	*path;
	uint32_t	 child;		/* as an argument */
	uint32_t	 value;		/* returned */
	uint8_t		 error;
};

static void
feed(struct host *h, struct said s)
{
	struct made	 m;

	made_begin(&m, h->dialect == DIALECT_SOLARIS ? 2 : 11, s.event,
	    h->now);
	if (s.path != NULL)
		made_text(&m, "path", s.path);
	if (s.child != 0)
		made_argument(&m, 0, "child PID", s.child);
	made_subject(&m, 0, s.pid, s.session);
	made_return(&m, s.error, s.value);
	made_end(&m, h->dialect);
	procs_meet(h->procs, h->source, &m.record);
	procs_learn(h->procs, h->source, h->dialect, &m.record);
	made_free(&m);
}

static uint32_t
find(const struct host *h, uint32_t pid)
{
	return procs_find(h->procs, h->source, pid);
}

/* NULL: nobody knows it. */
static bool
image_is(const struct host *h, uint32_t process, const char *path)
{
	struct slice	 s;

	if (process == PROCS_NONE || !procs_image(h->procs, process, &s))
		return path == NULL;
	return path != NULL && slice_is(s, path);
}

static bool
ppid_is(const struct host *h, uint32_t pid, uint32_t want)
{
	uint32_t	 ppid;

	return procs_ppid(h->procs, find(h, pid), &ppid) && ppid == want;
}

static uint64_t
lineage(const struct host *h, uint32_t pid)
{
	return procs_lineage(h->procs, find(h, pid));
}

static void
a_process_older_than_the_trail_has_no_parent(void **state)
{
	struct host	 h = host_new(0);
	uint32_t	 ppid;

	(void)state;
	assert_int_equal(find(&h, 7), PROCS_NONE);
	feed(&h, (struct said){ .event = AUE_OPEN_R, .pid = 7 });
	assert_int_not_equal(find(&h, 7), PROCS_NONE);
	assert_false(procs_ppid(h.procs, find(&h, 7), &ppid));
	assert_int_equal(procs_parent(h.procs, find(&h, 7)), PROCS_NONE);
	assert_true(image_is(&h, find(&h, 7), NULL));
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 7, .path = "/a" });
	assert_true(image_is(&h, find(&h, 7), "/a"));
	host_free(&h);
	procs_free(NULL);
}

static void
a_child_runs_what_its_parent_ran_until_it_executes(void **state)
{
	struct host	 h = host_new(0);
	uint32_t	 parent;

	(void)state;
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 7,
	    .path = "/bin/sh" });
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 7, .value = 8 });
	assert_true(image_is(&h, find(&h, 8), "/bin/sh"));
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 8,
	    .path = "/bin/ls" });
	assert_true(image_is(&h, find(&h, 8), "/bin/ls"));
	parent = procs_parent(h.procs, find(&h, 8));
	assert_int_equal(parent, find(&h, 7));
	assert_true(image_is(&h, parent, "/bin/sh"));
	assert_true(ppid_is(&h, 8, 7));
	assert_true(lineage(&h, 8) == lineage(&h, 7));
	host_free(&h);
}

static void
every_system_tells_of_children_in_its_own_way(void **state)
{
	struct host	 h = host_new(0);

	(void)state;
	/* FreeBSD and macOS: an argument, whatever was returned. */
	feed(&h, (struct said){ .event = AUE_VFORK, .pid = 7, .child = 8,
	    .value = 99 });
	assert_true(ppid_is(&h, 8, 7));
	assert_int_equal(find(&h, 99), PROCS_NONE);
	h.dialect = DIALECT_SOLARIS;
	feed(&h, (struct said){ .event = AUE_FORK1, .pid = 7, .value = 9 });
	assert_true(ppid_is(&h, 9, 7));
	/* posix_spawn(2) returns 0 and makes a process of another image. */
	h.dialect = DIALECT_MACOS;
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 7,
	    .path = "/sbin/launchd" });
	feed(&h, (struct said){ .event = AUE_POSIX_SPAWN, .pid = 7,
	    .child = 10, .path = "/bin/ls" });
	assert_true(ppid_is(&h, 10, 7));
	assert_true(image_is(&h, find(&h, 10), "/bin/ls"));
	assert_true(image_is(&h, find(&h, 7), "/sbin/launchd"));
	feed(&h, (struct said){ .event = AUE_POSIX_SPAWN, .pid = 7,
	    .path = "/bin/x", .value = 11 });
	assert_int_equal(find(&h, 11), PROCS_NONE);
	host_free(&h);
}

static void
what_failed_teaches_nothing(void **state)
{
	struct host	 h = host_new(0);

	(void)state;
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 7, .value = 8,
	    .error = 35 });
	assert_int_equal(find(&h, 8), PROCS_NONE);
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 7, .path = "/a",
	    .error = 2 });
	assert_true(image_is(&h, find(&h, 7), NULL));
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 7, .value = 7 });
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 7 });
	assert_int_equal(procs_parent(h.procs, find(&h, 7)), PROCS_NONE);
	host_free(&h);
}

static void
a_parent_that_has_ended_is_still_the_parent(void **state)
{
	struct host	 h = host_new(0);
	uint32_t	 parent;

	(void)state;
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 7, .path = "/a" });
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 7, .value = 8 });
	feed(&h, (struct said){ .event = AUE_EXIT, .pid = 7 });
	assert_int_equal(find(&h, 7), PROCS_NONE);
	parent = procs_parent(h.procs, find(&h, 8));
	assert_true(image_is(&h, parent, "/a"));
	/* Another process of the same number is not the parent. */
	h.now += 100;
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 7, .path = "/b" });
	assert_int_equal(procs_parent(h.procs, find(&h, 8)), parent);
	assert_int_not_equal(find(&h, 7), parent);
	assert_true(lineage(&h, 7) != lineage(&h, 8));
	host_free(&h);
}

static void
a_number_that_is_used_again_is_another_process(void **state)
{
	struct host	 h = host_new(0);

	(void)state;
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 8, .path = "/a" });
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 7, .path = "/b" });
	h.now += 100;			/* the end of 8 was not audited */
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 7, .value = 8 });
	assert_true(image_is(&h, find(&h, 8), "/b"));
	assert_true(ppid_is(&h, 8, 7));
	host_free(&h);
}

static void
a_child_may_be_heard_of_before_its_fork(void **state)
{
	struct host	 h = host_new(0);

	(void)state;
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 7, .path = "/b" });
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 8, .path = "/a" });
	feed(&h, (struct said){ .event = AUE_VFORK, .pid = 7, .child = 8 });
	assert_true(image_is(&h, find(&h, 8), "/a"));
	assert_true(ppid_is(&h, 8, 7));
	assert_true(lineage(&h, 8) == lineage(&h, 7));
	host_free(&h);
}

/* After vfork(2) the parent stands still until the child executes something. */
static void
a_child_that_takes_its_time_is_known_by_its_exec(void **state)
{
	struct host	 h = host_new(0);

	(void)state;
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 7, .path = "/b" });
	feed(&h, (struct said){ .event = AUE_OPEN_R, .pid = 8 });
	h.now += 60;
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 8, .path = "/a" });
	feed(&h, (struct said){ .event = AUE_VFORK, .pid = 7, .child = 8 });
	assert_true(image_is(&h, find(&h, 8), "/a"));
	assert_true(ppid_is(&h, 8, 7));
	assert_true(lineage(&h, 8) == lineage(&h, 7));
	host_free(&h);
}

static void
what_a_child_began_before_its_fork_joins_the_lineage(void **state)
{
	struct host	 h = host_new(0);

	(void)state;
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 7, .path = "/b" });
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 8, .path = "/a" });
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 8, .child = 9 });
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 9, .child = 10 });
	assert_true(lineage(&h, 10) != lineage(&h, 7));
	feed(&h, (struct said){ .event = AUE_VFORK, .pid = 7, .child = 8 });
	assert_true(lineage(&h, 8) == lineage(&h, 7));
	assert_true(lineage(&h, 9) == lineage(&h, 7));
	assert_true(lineage(&h, 10) == lineage(&h, 7));
	host_free(&h);
}

static void
a_child_that_let_somebody_in_before_its_fork_stays_apart(void **state)
{
	struct host	 h = host_new(0);

	(void)state;
	feed(&h, (struct said){ .event = AUE_OPEN_R, .pid = 7, .session = 1 });
	feed(&h, (struct said){ .event = AUE_OPEN_R, .pid = 8, .session = 2 });
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 7, .child = 8,
	    .session = 1 });
	assert_true(ppid_is(&h, 8, 7));
	assert_true(lineage(&h, 8) != lineage(&h, 7));
	host_free(&h);
}

/* Its pid is free again: the fork does not bring it back to life. */
static void
a_child_may_end_before_its_fork_is_read(void **state)
{
	struct host	 h = host_new(0);
	uint32_t	 parent;

	(void)state;
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 7, .path = "/b" });
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 8, .path = "/a" });
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 8, .child = 9 });
	feed(&h, (struct said){ .event = AUE_EXIT, .pid = 8 });
	feed(&h, (struct said){ .event = AUE_VFORK, .pid = 7, .child = 8 });
	assert_int_equal(find(&h, 8), PROCS_NONE);
	parent = procs_parent(h.procs, find(&h, 9));
	assert_true(image_is(&h, parent, "/a"));
	assert_int_equal(procs_parent(h.procs, parent), find(&h, 7));
	/* Another one of that number, later on. */
	h.now += 10;
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 7, .child = 8 });
	assert_true(image_is(&h, find(&h, 8), "/b"));
	host_free(&h);
}

static void
a_pid_used_again_and_again_is_one_process_at_a_time(void **state)
{
	struct host		 h = host_new(0);
	struct procs_stats	 stats;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		feed(&h, (struct said){ .event = AUE_FORK, .pid = 7,
		    .child = 8 });
		feed(&h, (struct said){ .event = AUE_EXIT, .pid = 8 });
		h.now += 5;
	}
	procs_stats(h.procs, &stats);
	assert_int_equal(stats.processes, 1001);
	assert_int_equal(find(&h, 8), PROCS_NONE);
	host_free(&h);
}

static void
children_of_the_first_process_and_new_sessions_begin_lineages(void **state)
{
	struct host	 h = host_new(0);
	uint64_t	 before;

	(void)state;
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 1, .value = 50 });
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 1, .value = 60 });
	assert_true(lineage(&h, 50) != lineage(&h, 1));
	assert_true(lineage(&h, 50) != lineage(&h, 60));
	/* A daemon's child lets somebody in. */
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 50, .value = 51 });
	feed(&h, (struct said){ .event = AUE_OPEN_R, .pid = 51 });
	assert_true(lineage(&h, 51) == lineage(&h, 50));
	/* A program's own record may say what it likes. */
	feed(&h, (struct said){ .event = AUE_OPENSSH, .pid = 51,
	    .session = 9 });
	assert_true(lineage(&h, 51) == lineage(&h, 50));
	h.now++;
	feed(&h, (struct said){ .event = AUE_OPEN_R, .pid = 51,
	    .session = 9 });
	before = lineage(&h, 51);
	assert_true(before != lineage(&h, 50));
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 51, .value = 52,
	    .session = 9 });
	feed(&h, (struct said){ .event = AUE_OPEN_R, .pid = 52,
	    .session = 9 });
	assert_true(lineage(&h, 52) == before);
	host_free(&h);
}

static void
hosts_share_no_processes(void **state)
{
	struct host	 h = host_new(0);

	(void)state;
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 7, .path = "/a" });
	h.source = 1;
	assert_int_equal(find(&h, 7), PROCS_NONE);
	feed(&h, (struct said){ .event = AUE_EXECVE, .pid = 7, .path = "/b" });
	assert_true(image_is(&h, find(&h, 7), "/b"));
	h.source = 0;
	assert_true(image_is(&h, find(&h, 7), "/a"));
	host_free(&h);
}

static void
the_ended_are_forgotten_before_the_living(void **state)
{
	struct host		 h = host_new(16);
	struct procs_stats	 stats;

	(void)state;
	for (uint32_t pid = 101; pid <= 116; pid++)
		feed(&h, (struct said){ .event = AUE_EXECVE, .pid = pid,
		    .path = "/a" });
	feed(&h, (struct said){ .event = AUE_EXIT, .pid = 105 });
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 103, .value = 200 });
	procs_stats(h.procs, &stats);
	assert_int_equal(stats.processes, 16);
	assert_int_equal(stats.evicted, 0);
	/* 103 has ended with a child: it goes before those that live. */
	feed(&h, (struct said){ .event = AUE_EXIT, .pid = 103 });
	feed(&h, (struct said){ .event = AUE_OPEN_R, .pid = 101 });
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 101, .value = 201 });
	procs_stats(h.procs, &stats);
	assert_int_equal(stats.evicted, 1);
	assert_int_equal(procs_parent(h.procs, find(&h, 200)), PROCS_NONE);
	assert_true(ppid_is(&h, 200, 103));	/* that is still known */
	/* Nobody has ended: the one not heard of for longest. */
	feed(&h, (struct said){ .event = AUE_FORK, .pid = 101, .value = 202 });
	assert_int_equal(find(&h, 102), PROCS_NONE);
	assert_int_not_equal(find(&h, 104), PROCS_NONE);
	host_free(&h);
}

/* Each ends after it has forked: a chain that never ends is bounded. */
static void
a_chain_of_forks_is_bounded(void **state)
{
	struct host	 h = host_new(64);
	unsigned	 depth = 0;

	(void)state;
	feed(&h, (struct said){ .event = AUE_OPEN_R, .pid = 100 });
	for (uint32_t pid = 100; pid < 1100; pid++) {
		feed(&h, (struct said){ .event = AUE_FORK, .pid = pid,
		    .value = pid + 1 });
		feed(&h, (struct said){ .event = AUE_EXIT, .pid = pid });
	}
	for (uint32_t p = find(&h, 1100); p != PROCS_NONE;
	    p = procs_parent(h.procs, p))
		depth++;
	assert_int_equal(depth, 64);
	host_free(&h);
}

/* Whatever is said, nothing breaks, and the same is known at the end. */
static void
random_records_leave_the_same_behind(void **state)
{
	static const unsigned	 events[] = { AUE_EXIT, AUE_FORK, AUE_FORK,
	    AUE_EXECVE, AUE_VFORK, AUE_OPEN_R, AUE_POSIX_SPAWN };
	static struct lot	 l;

	(void)state;
	for (unsigned seed = 0; seed < 20; seed++) {
		struct host	 h[2] = { host_new(20), host_new(20) };

		for (int k = 0; k < 2; k++) {
			lot_seed(&l, seed);
			for (int i = 0; i < 1500; i++) {
				char	 path[] = "/a";

				path[1] = (char)('a' + lot_below(&l, 20));
				h[k].now += lot_below(&l, 3);
				feed(&h[k], (struct said){
				    .event = events[lot_below(&l, 7)],
				    .pid = 1 + lot_below(&l, 30),
				    .session = lot_below(&l, 3),
				    .path = path,
				    .child = lot_below(&l, 30),
				    .error = lot_below(&l, 5) == 0 });
			}
		}
		for (uint32_t pid = 0; pid < 32; pid++) {
			assert_int_equal(find(&h[0], pid), find(&h[1], pid));
			if (find(&h[0], pid) != PROCS_NONE)
				assert_true(lineage(&h[0], pid) ==
				    lineage(&h[1], pid));
		}
		host_free(&h[0]);
		host_free(&h[1]);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_process_older_than_the_trail_has_no_parent),
		cmocka_unit_test(
		    a_child_runs_what_its_parent_ran_until_it_executes),
		cmocka_unit_test(every_system_tells_of_children_in_its_own_way),
		cmocka_unit_test(what_failed_teaches_nothing),
		cmocka_unit_test(a_parent_that_has_ended_is_still_the_parent),
		cmocka_unit_test(a_number_that_is_used_again_is_another_process),
		cmocka_unit_test(a_child_may_be_heard_of_before_its_fork),
		cmocka_unit_test(
		    a_child_that_takes_its_time_is_known_by_its_exec),
		cmocka_unit_test(
		    what_a_child_began_before_its_fork_joins_the_lineage),
		cmocka_unit_test(
		    a_child_that_let_somebody_in_before_its_fork_stays_apart),
		cmocka_unit_test(a_child_may_end_before_its_fork_is_read),
		cmocka_unit_test(
		    a_pid_used_again_and_again_is_one_process_at_a_time),
		cmocka_unit_test(
		    children_of_the_first_process_and_new_sessions_begin_lineages),
		cmocka_unit_test(hosts_share_no_processes),
		cmocka_unit_test(the_ended_are_forgotten_before_the_living),
		cmocka_unit_test(a_chain_of_forks_is_bounded),
		cmocka_unit_test(random_records_leave_the_same_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
