/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_state_procs.c - processes and their images, saved and loaded.
 */
#include "section_case.h"

#include <stdio.h>

#include "engine/images.h"

#include "ask_case.h"

#define AUE_EXIT	1
#define AUE_FORK	2
#define AUE_EXECVE	23
#define NSOURCES	2u

/* How many processes there may be. */
struct world {
	struct names	*names;
	uint32_t	 max;
};

static struct engine *
fresh(void *arg)
{
	const struct world	*w = arg;
	struct engine		*e = xcalloc(1, sizeof(*e));

	e->nsources = NSOURCES;
	e->procs = procs_new(w->names, w->max);
	return e;
}

static void
end(struct engine *e)
{
	procs_free(e->procs);
	free(e);
}

/* What a process does. */
struct did {
	unsigned	 event;
	uint32_t	 source, pid, session, child;
	int64_t		 seconds;
	const char	*path;		/* or NULL */
};

static void
feed(struct engine *e, const struct did *d)
{
	struct made	 m;

	made_begin(&m, 11, d->event, d->seconds);
	if (d->path != NULL)
		made_text(&m, "path", d->path);
	made_subject(&m, 0, d->pid, d->session);
	made_return(&m, 0, d->child);
	made_end(&m, DIALECT_FREEBSD);
	procs_meet(e->procs, d->source, &m.record);
	procs_learn(e->procs, d->source, DIALECT_FREEBSD, &m.record);
	made_free(&m);
}

/* Something by lot, with few pids, so that they meet again. */
static void
act(struct lot *l, struct did *d, int64_t now, uint32_t pids)
{
	static const unsigned	 events[] = { AUE_FORK, AUE_FORK, AUE_FORK,
	    AUE_EXECVE, AUE_EXECVE, AUE_EXIT, AUE_EXIT, 72 };
	static char		 path[3000];

	*d = (struct did){ .event = events[lot_below(l, 8)],
	    .source = lot_below(l, NSOURCES), .pid = 1 + lot_below(l, pids),
	    .session = lot_below(l, 3), .seconds = now };
	if (d->event == AUE_FORK)
		d->child = 1 + lot_below(l, pids);
	if (d->event != AUE_EXECVE)
		return;
	memset(path, 'x', sizeof(path));
	(void)snprintf(path + lot_below(l, lot_below(l, 20) == 0 ? 2900 : 60),
	    20, "/bin/%u", lot_below(l, 50));
	d->path = path;
}

/* All that can be asked about a process. */
static void
agree(const struct engine *a, const struct engine *b, uint32_t source,
    uint32_t pid)
{
	uint32_t	 i = procs_find(a->procs, source, pid);
	uint32_t	 k = procs_find(b->procs, source, pid);

	for (unsigned n = 0; i != PROCS_NONE && n < 10; n++) {
		uint32_t	 one, two;
		struct slice	 mine, its;

		assert_int_not_equal(k, PROCS_NONE);
		assert_int_equal(procs_ppid(a->procs, i, &one),
		    procs_ppid(b->procs, k, &two));
		assert_int_equal(one, two);
		assert_int_equal(procs_image(a->procs, i, &mine),
		    procs_image(b->procs, k, &its));
		if (procs_image(a->procs, i, &mine))
			assert_true(slice_eq(mine, its));
		assert_true(procs_lineage(a->procs, i) ==
		    procs_lineage(b->procs, k));
		i = procs_parent(a->procs, i);
		k = procs_parent(b->procs, k);
	}
	if (i == PROCS_NONE)
		assert_int_equal(k, PROCS_NONE);
}

static void
use(struct engine *e)
{
	static struct lot	 l;
	struct did		 d;

	lot_seed(&l, 1);
	for (int64_t i = 0; i < 60; i++) {
		act(&l, &d, 100 + i, 12);
		feed(e, &d);
		agree(e, e, d.source, d.pid);
	}
}

static struct section_case
procs_case(struct world *w, uint32_t max)
{
	*w = (struct world){ names_new(), max };
	return (struct section_case){
	    { &section_images, &section_procs }, fresh, use, end, w };
}

static void
a_family_is_known_again(void **state)
{
	struct world			 w;
	const struct section_case	 sc = procs_case(&w, 0);
	struct engine			*a = fresh(&w), *b;

	(void)state;
	feed(a, &(struct did){ .event = AUE_EXECVE, .pid = 7, .seconds = 10,
	    .path = "/usr/sbin/sshd" });
	feed(a, &(struct did){ .event = AUE_FORK, .pid = 7, .child = 8,
	    .seconds = 11 });
	feed(a, &(struct did){ .event = AUE_FORK, .pid = 8, .child = 9,
	    .seconds = 12 });
	feed(a, &(struct did){ .event = AUE_EXIT, .pid = 8, .seconds = 13 });
	b = section_copy(&sc, a);
	agree(a, b, 0, 7);
	agree(a, b, 0, 9);
	assert_int_equal(procs_find(b->procs, 0, 8), PROCS_NONE);
	assert_int_equal(procs_find(b->procs, 1, 7), PROCS_NONE);
	end(a);
	end(b);
	names_free(w.names);
}

/* A child that was heard of before the fork that made it. */
static void
who_came_ahead_of_his_fork_is_joined_to_it(void **state)
{
	struct world			 w;
	const struct section_case	 sc = procs_case(&w, 0);
	struct engine			*a = fresh(&w), *b;
	const struct did		 born = { .event = AUE_FORK,
	    .pid = 7, .child = 9, .seconds = 12 };

	(void)state;
	feed(a, &(struct did){ .event = 72, .pid = 7, .seconds = 10 });
	feed(a, &(struct did){ .event = AUE_EXECVE, .pid = 9, .seconds = 11,
	    .path = "/bin/child" });
	b = section_copy(&sc, a);
	feed(a, &born);
	feed(b, &born);
	agree(a, b, 0, 9);
	assert_int_not_equal(procs_parent(b->procs,
	    procs_find(b->procs, 0, 9)), PROCS_NONE);
	end(a);
	end(b);
	names_free(w.names);
}

/* Also when there are more than there is room for. */
static void
all_that_follows_is_the_same(uint32_t max, uint32_t pids)
{
	static struct lot		 l;
	struct world			 w;
	const struct section_case	 sc = procs_case(&w, max);
	struct engine			*a = fresh(&w);
	struct procs_stats		 one;
	int64_t				 now = 100;

	lot_seed(&l, max);
	for (unsigned round = 0; round < 30; round++) {
		struct engine	*b = section_copy(&sc, a);
		const uint32_t	 n = lot_below(&l, 400);

		for (uint32_t i = 0; i < n; i++) {
			struct did	 d;

			act(&l, &d, now += lot_below(&l, 2), pids);
			feed(a, &d);
			feed(b, &d);
		}
		for (uint32_t pid = 1; pid <= pids; pid++)
			for (uint32_t s = 0; s < NSOURCES; s++) {
				agree(a, b, s, pid);
				agree(b, a, s, pid);
			}
		procs_stats(a->procs, &one);
		end(round % 2 == 0 ? a : b);
		a = round % 2 == 0 ? b : a;
	}
	assert_true(one.processes <= max);
	end(a);
	names_free(w.names);
}

static void
the_same_processes_go_when_there_is_no_room(void **state)
{
	(void)state;
	all_that_follows_is_the_same(16, 20);
	all_that_follows_is_the_same(40, 30);
	all_that_follows_is_the_same(200, 60);
}

static void
who_does_not_ask_for_processes_passes_over_them(void **state)
{
	struct world			 w;
	const struct section_case	 sc = procs_case(&w, 0);
	struct engine			*a = fresh(&w), *b = fresh(&w);
	struct saved			 s;

	(void)state;
	use(a);
	s = section_saved(&sc, a);
	procs_free(b->procs);
	b->procs = NULL;
	assert_true(section_loaded(&sc, &s, b, NULL));
	saved_free(&s);
	s = section_saved(&sc, b);
	assert_int_equal(s.n, 0);
	end(a);
	end(b);
	names_free(w.names);
}

static void
a_record_changes_few_rows(void **state)
{
	struct world			 w;
	const struct section_case	 sc = procs_case(&w, 0);
	struct engine			*e = fresh(&w);
	struct saved			 was, is;

	(void)state;
	for (uint32_t i = 1; i < 5000; i++)
		feed(e, &(struct did){ .event = 72, .pid = i, .seconds = 1 });
	was = section_saved(&sc, e);
	feed(e, &(struct did){ .event = 72, .pid = 700, .seconds = 1 });
	is = section_saved(&sc, e);
	assert_int_equal(rows_new(&was, &is), 1);
	saved_free(&was);
	saved_free(&is);
	end(e);
	names_free(w.names);
}

static void
damage_is_refused_or_does_no_harm(void **state)
{
	static struct lot		 l;
	struct world			 w;
	const struct section_case	 sc = procs_case(&w, 16);
	struct engine			*e = fresh(&w);
	struct did			 d;

	(void)state;
	lot_seed(&l, 2);
	for (int64_t i = 0; i < 60; i++) {
		act(&l, &d, 100 + i, 6);
		if (d.path != NULL)
			d.path = i % 2 == 0 ? "/bin/a" : "/sbin/b";
		feed(e, &d);
	}
	section_damage(&sc, e);
	end(e);
	names_free(w.names);
}

/* Rooms that were given back are there again, and no others. */
static void
images_have_the_same_room(void **state)
{
	static struct lot	 l;
	static uint8_t		 bytes[300];
	struct images		*a = images_new(20 * 256);
	uint32_t		 held[30] = { 0 }, cells[IMAGES_SIZES];

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	lot_seed(&l, 4);
	for (unsigned i = 0; i < 3000; i++) {
		struct images	*b = images_new(20 * 256);
		const uint32_t	 k = lot_below(&l, 30);
		const size_t	 n = lot_below(&l, 300);

		for (uint32_t at = 0; at < images_end(a); at++)
			if (images_is(a, at))
				assert_true(images_restore(b, at,
				    images_path(a, at)));
		images_spare(a, cells);
		assert_true(images_restore_spare(b, cells));
		images_drop(a, held[k]);
		if (held[k] != IMAGE_NONE && !images_is(a, held[k]))
			images_drop(b, held[k]);
		held[k] = images_take(a, (struct slice){ bytes, n });
		assert_int_equal(images_take(b, (struct slice){ bytes, n }) ==
		    IMAGE_NONE, held[k] == IMAGE_NONE);
		images_free(b);
	}
	images_free(a);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
#define TEST(name) cmocka_unit_test(name)
		TEST(a_family_is_known_again),
		TEST(who_came_ahead_of_his_fork_is_joined_to_it),
		TEST(the_same_processes_go_when_there_is_no_room),
		TEST(who_does_not_ask_for_processes_passes_over_them),
		TEST(a_record_changes_few_rows),
		TEST(damage_is_refused_or_does_no_harm),
		TEST(images_have_the_same_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
