/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_engine.c - records and a program to alerts.
 *
 * The judge is a second engine, slow and obvious (judge.h). Programs and trails
 * are drawn by lot, and all that comes out of both must be the same in the same
 * order. When it is not, the trail is cut down to the records that it takes,
 * and they are printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/engine.h"

#include "draw.h"
#include "judge.h"
#include "state_case.h"

/* Programs and trails by lot. */

#define RULES_MAX	6
#define STATES_MAX	4
#define SETS_MAX	4
#define RECORDS_MAX	300

static const char *const	paths[] = { "/", "/bin", "/bin/ls",
    "/binary", "/tmp/a", "/tmp/b.so", "/usr/lib/x.so", "", "relative",
    "/tmp" };
static const char *const	prefixes[] = { "/", "/bin", "/tmp/", "",
    "/usr/lib", "/tmp/a" };
static const char *const	patterns[] = { "\\.so$", "^/tmp", "b",
    "^$", "x|y", "/a(?=$)" };
static const char *const	zones[] = { "web", "db", "web/1", "" };
static const char *const	zone_patterns[] = { "web", "*", "w*", "[!d]*",
    "web/?" };
static const uint16_t		events[] = { 23, 72, 2, 32800, 60000, 0 };
static const char *const	labels[RULES_MAX] = { "r0", "r1", "r2", "r3",
    "r4", "r5" };
static const struct trigger	a_trigger = { .text = "/bin/true" };

struct drawn {
	struct program		 program;
	struct rule		 rules[RULES_MAX];
	struct state		 states[RULES_MAX][STATES_MAX];
	struct id_set		 id_sets[SETS_MAX];
	uint32_t		 ids[SETS_MAX][4];
	struct event_set	 event_sets[SETS_MAX];
	uint16_t		 numbers[SETS_MAX][4];
	struct object_set	 object_sets[SETS_MAX];
	struct slice		 entries[SETS_MAX][3];
	struct words		 records[RECORDS_MAX];
	size_t			 nrecords;
	bool			 left_out[RECORDS_MAX];
	bool			 many;	/* records are fed at once */
};

static void
draw_sets(struct lot *l, struct drawn *d)
{
	for (unsigned i = 0; i < SETS_MAX; i++) {
		unsigned	 n = 1 + lot_below(l, 3), k = 0;
		bool		 pcre = lot_below(l, 2);

		for (uint32_t id = lot_below(l, 3); k < n; id++)
			d->ids[i][k++] = id == 3 ? UINT32_MAX : id;
		d->id_sets[i] = (struct id_set){ d->ids[i], n };
		for (k = 0; k < COUNT(events); k++)	/* ascending */
			if (lot_below(l, 3) == 0 && n > 0)
				n--;
		d->event_sets[i] = (struct event_set){ .classes = i == 0 };
		for (uint32_t e = 0; e <= UINT16_MAX; e++)
			if (among(events, COUNT(events), (uint16_t)e) &&
			    d->event_sets[i].n[0] < 4 && lot_below(l, 2))
				d->numbers[i][d->event_sets[i].n[0]++] =
				    (uint16_t)e;
		d->event_sets[i].numbers[DIALECT_FREEBSD] = d->numbers[i];
		d->object_sets[i] = (struct object_set){
		    pcre ? OBJECT_PCRE : OBJECT_PATH, d->entries[i],
		    1 + lot_below(l, 3) };
		for (k = 0; k < 3; k++)
			d->entries[i][k] = slice_str(pcre ?
			    patterns[lot_below(l, COUNT(patterns))] :
			    prefixes[lot_below(l, COUNT(prefixes))]);
	}
}

static void
draw_state(struct lot *l, struct state *s)
{
	*s = (struct state){ .never = lot_below(l, 40) == 0,
	    .any_event = lot_below(l, 4) == 0,
	    .not_event = lot_below(l, 4) == 0,
	    .events = lot_below(l, SETS_MAX),
	    .status = (enum test_status)lot_below(l, 3),
	    .not_object = lot_below(l, 3) == 0,
	    .objects = lot_below(l, 2) ? PROGRAM_NONE :
	    lot_below(l, SETS_MAX),
	    .multiplier = lot_below(l, 4) ? 1 : 1 + lot_below(l, 4),
	    .trigger = lot_below(l, 3) ? NULL : &a_trigger };
	if (s->any_event)
		s->events = PROGRAM_NONE;
}

/* Each draw is a statement: then every compiler draws the same. */
static uint32_t
often_zero(struct lot *l, uint32_t n)
{
	const bool	 zero = lot_below(l, 2) == 0;
	const uint32_t	 drawn = lot_below(l, n);

	return zero ? 0 : drawn;
}

static void
draw_rule(struct lot *l, struct rule *r, struct state *states)
{
	r->nstates = 1 + lot_below(l, STATES_MAX);
	for (size_t i = 0; i < r->nstates; i++)
		draw_state(l, &states[i]);
	r->states = states;
	r->subject = (enum subject)lot_below(l, 2 + 3 * lot_below(l, 2));
	r->any_subject = lot_below(l, 2);
	r->not_subject = lot_below(l, 3) == 0;
	r->subjects = r->any_subject ? PROGRAM_NONE : lot_below(l, SETS_MAX);
	r->timeout_s = lot_below(l, 3) == 0 ? 0 : 1 + lot_below(l, 30);
	r->scope = (enum scope)often_zero(l, 3);
	r->zone = (enum zone_mode)often_zero(l, 4);
	r->zone_pattern = zone_patterns[lot_below(l, COUNT(zone_patterns))];
	r->enabled = lot_below(l, 20) != 0;
}

static void
draw_words(struct lot *l, struct words *w, int64_t *clock)
{
	*clock += lot_below(l, 4);
	if (lot_below(l, 12) == 0)
		*clock -= lot_below(l, 40);
	*w = (struct words){ .seconds = *clock };
	w->source = lot_below(l, 3) == 0;
	w->event = events[lot_below(l, COUNT(events))];
	w->pid = lot_below(l, 2);
	w->session = lot_below(l, 2);
	w->error = (uint8_t)often_zero(l, 256);
	w->subject = lot_below(l, 12) != 0;
	for (unsigned i = 0; i < REC_IDS; i++)
		w->ids[i] = lot_below(l, 10) ? lot_below(l, 3) : UINT32_MAX;
	if (lot_below(l, 2))
		w->path = paths[lot_below(l, COUNT(paths))];
	if (lot_below(l, 3) == 0)
		w->zone = zones[lot_below(l, COUNT(zones))];
	if (lot_below(l, 2)) {
		w->fsid = lot_below(l, 3);
		w->node = 1 + lot_below(l, 3);
	}
}

static void
draw_all(struct drawn *d, uint64_t seed)
{
	struct lot	*l = malloc(sizeof(*l));
	int64_t		 clock = 1600000000;

	assert_non_null(l);
	lot_seed(l, seed);
	memset(d, 0, sizeof(*d));
	d->many = seed % 2;
	draw_sets(l, d);
	d->program = (struct program){ .rules = d->rules,
	    .nrules = 1 + lot_below(l, RULES_MAX), .id_sets = d->id_sets,
	    .nid_sets = SETS_MAX, .event_sets = d->event_sets,
	    .nevent_sets = SETS_MAX, .object_sets = d->object_sets,
	    .nobject_sets = SETS_MAX };
	for (size_t i = 0; i < d->program.nrules; i++) {
		d->rules[i].label = labels[i];
		d->rules[i].id = i + 1;
		draw_rule(l, &d->rules[i], d->states[i]);
	}
	d->nrecords = 20 + lot_below(l, RECORDS_MAX - 20);
	for (size_t i = 0; i < d->nrecords; i++)
		draw_words(l, &d->records[i], &clock);
	free(l);
}

static void
print_story(const char *who, const struct story *s)
{
	static const char *const	 whats[] = { "matched", "ALERT",
	    "trigger" };

	for (size_t i = 0; i < s->n; i++)
		printf("# %s: %s %s time %lld subject %u duration %lld "
		    "records %llu last %d source %u\n", who,
		    whats[s->v[i].what], s->v[i].label ? s->v[i].label : "",
		    (long long)s->v[i].seconds, s->v[i].subject,
		    (long long)s->v[i].duration,
		    (unsigned long long)s->v[i].records, s->v[i].last,
		    s->v[i].source);
}

/*
 * Do both tell the same of what is not left out? Adds the alerts to *ALERTS.
 * Prints both stories when asked.
 */
static bool
agree(const struct drawn *d, size_t *alerts, bool print)
{
	struct judge	*j = malloc(sizeof(*j));
	struct story	 want = { 0 };
	struct run	 r;
	const struct words *w[RECORDS_MAX];
	size_t		 n = 0;
	bool		 same;

	assert_non_null(j);
	judge_init(j, &d->program, &want);
	run_new(&r, &d->program, &(struct engine_options){ 0 });
	(void)engine_source(r.e, false);
	(void)engine_source(r.e, true);
	for (size_t i = 0; i < d->nrecords; i++)
		if (!d->left_out[i]) {
			judge_feed(j, &d->records[i]);
			w[n++] = &d->records[i];
		}
	for (size_t i = 0; i < n;)
		i += feed_some(&r, w + i, n - i, d->many);
	same = want.n == r.story->n;
	for (size_t i = 0; same && i < want.n; i++) {
		same = same_happened(&want.v[i], &r.story->v[i]);
		*alerts += want.v[i].what == ALERT;
	}
	if (print) {
		print_story("wanted", &want);
		print_story("came", r.story);
	}
	run_free(&r);
	judge_fini(j);
	free(j);
	story_clear(&want);
	return same;
}

static void
print_drawn(const struct drawn *d)
{
	for (size_t i = 0; i < d->program.nrules; i++) {
		const struct rule	*r = &d->rules[i];

		printf("# %s: subject %d any %d not %d set %u, timeout %lld, "
		    "scope %d, zone %d %s\n", r->label, (int)r->subject,
		    r->any_subject, r->not_subject, r->subjects,
		    (long long)r->timeout_s, (int)r->scope, (int)r->zone,
		    r->zone_pattern);
		for (size_t k = 0; k < r->nstates; k++)
			printf("#   any %d not %d events %u status %d "
			    "not %d objects %u x%u\n", r->states[k].any_event,
			    r->states[k].not_event, r->states[k].events,
			    (int)r->states[k].status, r->states[k].not_object,
			    r->states[k].objects, r->states[k].multiplier);
	}
	for (size_t i = 0; i < d->nrecords; i++) {
		const struct words	*w = &d->records[i];

		if (!d->left_out[i])
			printf("# source %u event %u time %lld ids %u %u %u "
			    "%u %u error %u path %s zone %s inode %u/%u\n",
			    w->source, w->event, (long long)w->seconds,
			    w->ids[0], w->ids[1], w->ids[2], w->ids[3],
			    w->ids[4], w->error, w->path ? w->path : "-",
			    w->zone ? w->zone : "-", w->fsid,
			    (unsigned)w->node);
	}
}

static void
every_program_alerts_as_the_slow_engine_does(void **state)
{
	struct drawn	*d = malloc(sizeof(*d));
	unsigned	 runs = lot_runs(1500);
	size_t		 alerts = 0, none = 0;

	(void)state;
	assert_non_null(d);
	for (uint64_t seed = 1; seed <= runs; seed++) {
		draw_all(d, seed);
		if (agree(d, &alerts, false))
			continue;
		for (size_t i = 0; i < d->nrecords; i++) {
			d->left_out[i] = true;
			if (agree(d, &none, false))
				d->left_out[i] = false;
		}
		print_drawn(d);
		(void)agree(d, &none, true);
		fail_msg("seed %llu", (unsigned long long)seed);
	}
	assert_true(alerts > 10 * (size_t)runs);	/* it tried something */
	free(d);
}

/* The same with interruptions. */

/* Where the same is told twice, it is the same in all that can be told. */
static bool
tell_the_same(const struct story *a, const struct story *b)
{
	bool	 same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = same_happened(&a->v[i], &b->v[i]) &&
		    a->v[i].uid[0] == b->v[i].uid[0] &&
		    a->v[i].uid[1] == b->v[i].uid[1] &&
		    a->v[i].steps == b->v[i].steps;
	return same;
}

static struct engine *
two_sources(struct engine *e)
{
	(void)engine_source(e, false);
	(void)engine_source(e, true);
	engine_source_host(e, 1, slice_str("host"));
	return e;
}

static struct engine *
another(const struct run *r, const struct program *p)
{
	return two_sources(engine_new(p, r->names, &r->options, &r->out));
}

/* From here on it is a new engine. */
static void
interrupt(struct run *r, const struct program *p)
{
	r->e = saved_move(r->e, another(r, p));
	r->story->live = r->e;
}

/* And other rules. */
static void
reload(struct run *r, const struct program *p)
{
	struct engine		*e = another(r, p);
	struct saved		 was = saved_of(r->e);
	struct state_loaded	 told;
	struct buf		 why = { 0 };

	if (!saved_load(&was, e, &told, &why))
		fail_msg("%s", buf_cstr(&why));
	saved_free(&was);
	engine_free(r->e);
	r->e = e;
	r->story->live = e;
}

/* Feed all records; LOT: interrupted again and again. */
static void
run_drawn(struct run *r, const struct drawn *d, struct lot *lot)
{
	const struct words	*w[RECORDS_MAX];

	r->story->live = two_sources(r->e);
	for (size_t i = 0; i < d->nrecords; i++)
		w[i] = &d->records[i];
	for (size_t i = 0; i < d->nrecords;) {
		size_t	 most = d->nrecords - i;

		if (lot != NULL && lot_below(lot, 3) == 0)
			interrupt(r, &d->program);
		if (most > 1 + i % 7)
			most = 1 + i % 7;
		i += feed_some(r, w + i, most, d->many);
	}
}

static void
nobody_notices_an_interruption(void **state)
{
	struct drawn	*d = malloc(sizeof(*d));
	struct lot	*l = malloc(sizeof(*l));
	const unsigned	 runs = lot_runs(150);
	size_t		 alerts = 0;

	(void)state;
	assert_non_null(d);
	assert_non_null(l);
	lot_seed(l, 4);
	for (uint64_t seed = 1; seed <= runs; seed++) {
		const struct engine_options	 o = { .want_uid = true,
		    .max_instances = seed % 3 == 0 ? 5 : 0,
		    .skip_steps = seed % 7 == 0 };
		struct engine_stats		 once, often;
		struct run			 a, b;

		draw_all(d, seed);
		for (size_t i = 0; i < d->program.nrules; i++)
			if (lot_below(l, 4) == 0) {
				d->rules[i].window_s = 1 + lot_below(l, 20);
				d->rules[i].window_prob = 65;
			}
		run_new(&a, &d->program, &o);
		run_new(&b, &d->program, &o);
		run_drawn(&a, d, NULL);
		run_drawn(&b, d, l);
		engine_stats(a.e, &once);
		engine_stats(b.e, &often);
		if (!tell_the_same(a.story, b.story) ||
		    memcmp(&once, &often, sizeof(once)) != 0) {
			print_drawn(d);
			print_story("once", a.story);
			print_story("often", b.story);
			fail_msg("seed %llu", (unsigned long long)seed);
		}
		alerts += once.alerts;
		run_free(&a);
		run_free(&b);
	}
	assert_true(alerts > 5 * (size_t)runs);
	free(d);
	free(l);
}

/* The rules that stay, in another order, with some of the others. */
static struct program
change(struct lot *l, const struct drawn *d, size_t stay, struct rule *rules)
{
	struct program	 p = d->program;

	p.rules = rules;
	p.nrules = 0;
	for (size_t i = 0; i < d->program.nrules; i++) {
		size_t	 at = lot_below(l, (uint32_t)p.nrules + 1);

		if (i >= stay && lot_below(l, 2) == 0)
			continue;
		memmove(&rules[at + 1], &rules[at],
		    (p.nrules++ - at) * sizeof(*rules));
		rules[at] = d->rules[i];
	}
	return p;
}

/* What happened to a rule, and nothing else. */
static struct story
story_of(const struct story *s, const char *label)
{
	struct story	 some = { 0 };

	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].label == label)
			tell(&some, s->v[i]);
	return some;
}

static void
rules_that_stay_do_not_notice_that_others_come_and_go(void **state)
{
	struct drawn	*d = malloc(sizeof(*d));
	struct lot	*l = malloc(sizeof(*l));
	const unsigned	 runs = lot_runs(150);
	size_t		 happened = 0;

	(void)state;
	assert_non_null(d);
	assert_non_null(l);
	lot_seed(l, 5);
	for (uint64_t seed = 1; seed <= runs; seed++) {
		const struct engine_options	 o = { .want_uid = true };
		struct rule			 rules[3][RULES_MAX + 1];
		struct program			 p[3];
		const struct words		*w;
		size_t				 stay;
		struct run			 a, b;

		draw_all(d, seed);
		stay = 1 + lot_below(l, (uint32_t)d->program.nrules);
		for (unsigned i = 0; i < 3; i++)
			p[i] = change(l, d, stay, rules[i]);
		run_new(&a, &d->program, &o);
		run_drawn(&a, d, NULL);
		run_new(&b, &p[0], &o);
		b.story->live = two_sources(b.e);
		for (size_t i = 0; i < d->nrecords; i++) {
			w = &d->records[i];
			if (lot_below(l, 8) == 0)
				reload(&b, &p[lot_below(l, 3)]);
			(void)feed_some(&b, &w, 1, d->many);
		}
		for (size_t i = 0; i < stay; i++) {
			struct story	 once = story_of(a.story, labels[i]);
			struct story	 often = story_of(b.story, labels[i]);

			if (!tell_the_same(&once, &often)) {
				print_drawn(d);
				print_story("once", &once);
				print_story("often", &often);
				fail_msg("seed %llu",
				    (unsigned long long)seed);
			}
			happened += once.n;
			story_clear(&once);
			story_clear(&often);
		}
		run_free(&a);
		run_free(&b);
	}
	assert_true(happened > 5 * (size_t)runs);
	free(d);
	free(l);
}

/* Facts, with rules in sight. */

#define EVENT_A	23
#define EVENT_B	72
#define EVENT_C	2
#define EVENT_UNKNOWN	60000

static const uint16_t	number_a = EVENT_A, number_b = EVENT_B,
    number_c = EVENT_C;
static const struct event_set	sets[] = {
	{ .numbers = { &number_a }, .n = { 1 } },
	{ .numbers = { &number_b }, .n = { 1 } },
	{ .numbers = { &number_c }, .n = { 1 }, .classes = true },
};
#define STATE(set, times)	{ .events = set, .objects = PROGRAM_NONE, \
	.multiplier = times, .trigger = &a_trigger }
#define RULE(name, list)	{ .label = name, .any_subject = true,	\
	.subjects = PROGRAM_NONE, .states = list, .nstates = COUNT(list), \
	.enabled = true, .id = 77 }
#define PROGRAM(list)		{ .rules = list, .nrules = COUNT(list),	\
	.event_sets = sets, .nevent_sets = COUNT(sets) }

static const struct state	a_b_c[] = { STATE(0, 1), STATE(1, 1),
    STATE(2, 1) };
static const struct state	a_then_b[] = { STATE(0, 1), STATE(1, 1) };
static const struct state	single_a[] = { STATE(0, 1) };

static void
feed_event(struct run *r, uint16_t event, uint32_t auid, int64_t seconds)
{
	struct words	 w = { .event = event, .seconds = seconds,
	    .subject = true };

	w.ids[REC_AUID] = auid;
	feed(r, &w);
}

static size_t
count_of(const struct story *s, enum happening what)
{
	size_t	 n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->v[i].what == what;
	return n;
}

static void
over_the_ceiling_the_least_advanced_and_oldest_goes(void **state)
{
	static const struct rule	 rules[] = { RULE("r", a_b_c) };
	static const struct program	 p = PROGRAM(rules);
	struct engine_stats		 s;
	struct run			 r;

	(void)state;
	run_new(&r, &p, &(struct engine_options){ .max_instances = 3 });
	(void)engine_source(r.e, false);
	feed_event(&r, EVENT_A, 1, 100);
	feed_event(&r, EVENT_B, 1, 101);	/* 1 is further than others */
	feed_event(&r, EVENT_A, 2, 102);
	feed_event(&r, EVENT_A, 3, 103);
	feed_event(&r, EVENT_A, 4, 104);	/* 2 goes */
	engine_stats(r.e, &s);
	assert_int_equal(s.instances, 3);
	assert_int_equal(s.evicted, 1);
	assert_int_equal(s.started, 4);
	for (uint32_t auid = 1; auid <= 4; auid++) {
		feed_event(&r, EVENT_B, auid, 110);
		feed_event(&r, EVENT_C, auid, 111);
	}
	assert_int_equal(count_of(r.story, ALERT), 3);
	for (size_t i = 0; i < r.story->n; i++)
		if (r.story->v[i].what == ALERT)
			assert_int_not_equal(r.story->v[i].subject, 2);
	engine_stats(r.e, &s);
	assert_int_equal(s.instances, 0);
	assert_int_equal(s.alerts, 3);
	run_free(&r);
}

static void
old_instances_are_swept_away_while_new_ones_begin(void **state)
{
	static const struct rule	 rules[] = { { .label = "r",
	    .any_subject = true, .states = a_then_b, .nstates = 2,
	    .enabled = true, .timeout_s = 10 } };
	static const struct program	 p = PROGRAM(rules);
	struct engine_stats		 s;
	struct run			 r;

	(void)state;
	run_new(&r, &p, &(struct engine_options){ 0 });
	(void)engine_source(r.e, false);
	for (uint32_t i = 0; i < 5000; i++)
		feed_event(&r, EVENT_A, i, 1000 + i);
	engine_stats(r.e, &s);
	assert_true(s.instances < 100);
	assert_int_equal(s.started, 5000);
	assert_int_equal(s.started - s.expired, s.instances);
	assert_int_equal(s.evicted, 0);
	assert_int_equal(engine_waiting(r.e, 0), 11);
	run_free(&r);
}

/* The uid of the alert that an event A, in these words, raises. */
static void
uid_of(const struct words *w, unsigned times, uint64_t uid[2])
{
	static const struct rule	 rules[] = { RULE("r", single_a) };
	static const struct program	 p = PROGRAM(rules);
	struct run			 r;

	run_new(&r, &p, &(struct engine_options){ .want_uid = true });
	(void)engine_source(r.e, false);
	(void)engine_source(r.e, false);
	while (times-- > 0)
		feed(&r, w);
	uid[0] = r.story->uid[0];
	uid[1] = r.story->uid[1];
	run_free(&r);
}

static void
a_uid_is_the_same_in_every_run_and_from_every_source(void **state)
{
	struct words	 w = { .event = EVENT_A, .seconds = 5 };
	uint64_t	 a[2], b[2];

	(void)state;
	uid_of(&w, 1, a);
	uid_of(&w, 1, b);
	assert_memory_equal(a, b, sizeof(a));
	assert_true(a[0] != 0 && a[0] != a[1]);
	w.source = 1;
	uid_of(&w, 1, b);
	assert_memory_equal(a, b, sizeof(a));
	w.seconds = 6;
	uid_of(&w, 1, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void
alerts_of_equal_records_are_counted_apart(void **state)
{
	struct words	 w = { .event = EVENT_A, .seconds = 5 };
	uint64_t	 a[2], b[2];

	(void)state;
	uid_of(&w, 1, a);
	uid_of(&w, 2, b);
	assert_memory_not_equal(a, b, sizeof(a));
	uid_of(&w, 3000, a);		/* more than are remembered */
	uid_of(&w, 3001, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void
steps_name_state_source_and_place(void **state)
{
	static const struct state	 states[] = { STATE(0, 2),
	    STATE(1, 3) };
	static const struct rule	 rules[] = { RULE("r", states) };
	static const struct program	 p = PROGRAM(rules);
	static const uint32_t		 want[] = { 1, 1, 2, 2, 2 };
	struct run			 r;
	uint64_t			 at[5];

	(void)state;
	run_new(&r, &p, &(struct engine_options){ 0 });
	(void)engine_source(r.e, false);
	for (unsigned i = 0; i < 5; i++) {
		feed_event(&r, EVENT_C, 1, 10);		/* foreign */
		at[i] = r.offset;
		feed_event(&r, i < 2 ? EVENT_A : EVENT_B, 1, 10 + i);
	}
	assert_int_equal(count_of(r.story, ALERT), 1);
	assert_int_equal(r.story->nsteps, 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(r.story->steps[i].state, want[i]);
		assert_int_equal(r.story->steps[i].offset, at[i]);
		assert_int_equal(r.story->steps[i].quality, FRAME_STRONG);
	}
	run_free(&r);
}

static void
of_many_steps_the_first_and_last_half_are_kept(void **state)
{
	(void)state;
	for (uint32_t n = 998; n < 3100; n = n < 1003 ? n + 1 : n + 499) {
		struct state		 states[] = { STATE(0, 1),
		    STATE(1, 1) };
		const struct rule	 rules[] = { RULE("r", states) };
		const struct program	 p = PROGRAM(rules);
		struct run		 r;
		size_t			 size;

		states[1].multiplier = n - 1;
		run_new(&r, &p, &(struct engine_options){ 0 });
		(void)engine_source(r.e, false);
		feed_event(&r, EVENT_A, 1, 10);
		size = r.offset;	/* all are of that size */
		for (uint32_t i = 1; i < n; i++)
			feed_event(&r, EVENT_B, 1, 10);
		assert_int_equal(count_of(r.story, ALERT), 1);
		assert_int_equal(r.story->nsteps, n < ALERT_STEPS_MAX ? n :
		    ALERT_STEPS_MAX);
		for (size_t i = 0; i < r.story->nsteps; i++) {
			size_t	 nth = i < 500 ? i : n - r.story->nsteps + i;

			assert_int_equal(r.story->steps[i].offset,
			    nth * size);
			assert_int_equal(r.story->steps[i].state,
			    nth == 0 ? 1 : 2);
		}
		run_free(&r);
	}
}

static void
steps_that_nobody_asks_for_are_not_kept(void **state)
{
	static const struct rule	 rules[] = { RULE("r", a_then_b) };
	static const struct program	 p = PROGRAM(rules);
	struct run			 r;

	(void)state;
	run_new(&r, &p, &(struct engine_options){ .skip_steps = true });
	(void)engine_source(r.e, true);
	feed_event(&r, EVENT_A, 1, 10);
	feed_event(&r, EVENT_B, 1, 11);
	assert_int_equal(count_of(r.story, ALERT), 1);
	assert_int_equal(r.story->nsteps, 0);
	run_free(&r);
}

static void
records_of_a_live_source_are_kept_for_their_alert(void **state)
{
	static const struct rule	 rules[] = { RULE("r", a_then_b) };
	static const struct program	 p = PROGRAM(rules);
	struct words			 w = { .event = EVENT_A,
	    .seconds = 10, .path = "/first" };
	struct buf			 b = { 0 };
	struct run			 r;
	struct alert_step		*s;

	(void)state;
	run_new(&r, &p, &(struct engine_options){ 0 });
	(void)engine_source(r.e, true);
	r.offset = 1000;
	put_words(&b, &w);
	feed(&r, &w);
	w.event = EVENT_B;
	feed(&r, &w);
	assert_int_equal(r.story->nsteps, 2);
	s = r.story->steps;
	engine_kept(r.e, &s[0]);
	engine_kept(r.e, &s[1]);
	assert_int_equal(s[0].offset, 1000);
	assert_int_equal(s[1].offset, 1000 + b.n);
	assert_int_equal(s[0].bytes.n, b.n);
	assert_memory_equal(s[0].bytes.p, b.p, b.n);
	buf_fini(&b);
	run_free(&r);
}

/* A record of this size: event A and one opaque token after another. */
static void
put_large(struct buf *b, size_t size)
{
	struct words	 w = { .event = EVENT_A, .seconds = 10 };
	size_t		 start = b->n;

	put_words(b, &w);
	b->n -= TRAILER_SIZE;
	while (b->n - start < size - TRAILER_SIZE) {
		size_t	 n = size - TRAILER_SIZE - (b->n - start) - 3;

		if (n > 60000)
			n = 60000;
		buf_u8(b, 0x29);
		buf_u16(b, (uint16_t)n);
		for (; n > 0; n--)
			buf_u8(b, 'x');
	}
	build_finish(b, start);
	assert_int_equal(b->n - start, size);
}

static void
the_largest_record_can_be_kept_and_old_ones_make_room(void **state)
{
	static const struct rule	 rules[] = { RULE("r", single_a) };
	static const struct program	 p = PROGRAM(rules);
	struct buf			 b = { 0 };
	struct run			 r;
	struct alert_step		 first, *last, gone;

	(void)state;
	put_large(&b, FRAME_RECORD_MAX);
	run_new(&r, &p, &(struct engine_options){ 0 });
	(void)engine_source(r.e, true);
	feed_bytes(&r, 0, buf_bytes(&b));
	first = gone = r.story->steps[0];
	engine_kept(r.e, &first);
	assert_int_equal(first.bytes.n, FRAME_RECORD_MAX);
	for (unsigned i = 0; i < 70; i++)
		feed_bytes(&r, 0, buf_bytes(&b));
	engine_kept(r.e, &gone);
	assert_int_equal(gone.bytes.n, 0);
	last = &r.story->steps[0];
	engine_kept(r.e, last);
	assert_int_equal(last->offset, 70 * (uint64_t)b.n);
	assert_int_equal(last->bytes.n, b.n);
	assert_memory_equal(last->bytes.p, b.p, b.n);
	buf_fini(&b);
	run_free(&r);
}

static void
count_unknown(void *arg, uint16_t event)
{
	assert_int_equal(event, EVENT_UNKNOWN);
	++*(unsigned *)arg;
}

static void
an_event_that_no_table_has_is_told_once(void **state)
{
	static const struct rule	 rules[] = { RULE("r", a_b_c) };
	static const struct program	 p = PROGRAM(rules);
	struct run			 r;
	unsigned			 told = 0;

	(void)state;
	run_new(&r, &p, &(struct engine_options){ 0 });
	(void)engine_source(r.e, false);
	engine_on_unknown(r.e, count_unknown, &told);
	for (unsigned i = 0; i < 3; i++) {
		feed_event(&r, EVENT_UNKNOWN, 1, 10);
		feed_event(&r, EVENT_C, 1, 10);
	}
	assert_int_equal(told, 1);
	run_free(&r);
}

static void
unknown_events_are_no_matter_while_nobody_asks_for_classes(void **state)
{
	static const struct rule	 rules[] = { RULE("r", a_then_b) };
	static const struct program	 p = PROGRAM(rules);
	struct run			 r;
	unsigned			 told = 0;

	(void)state;
	run_new(&r, &p, &(struct engine_options){ 0 });
	(void)engine_source(r.e, false);
	engine_on_unknown(r.e, count_unknown, &told);
	feed_event(&r, EVENT_UNKNOWN, 1, 10);
	assert_int_equal(told, 0);
	run_free(&r);
}

static void
a_trigger_runs_on_a_real_transition_only(void **state)
{
	static const struct rule	 rules[] = { RULE("r", a_then_b) };
	static const struct program	 p = PROGRAM(rules);
	struct run			 r;

	(void)state;
	run_new(&r, &p, &(struct engine_options){ 0 });
	(void)engine_source(r.e, false);
	for (unsigned i = 0; i < 3; i++)	/* one begins, two repeat */
		feed_event(&r, EVENT_A, 1, 10);
	assert_int_equal(count_of(r.story, TRIGGER), 1);
	assert_int_equal(count_of(r.story, MATCHED), 3);
	assert_false(r.story->v[1].last);
	feed_event(&r, EVENT_B, 1, 11);
	assert_int_equal(count_of(r.story, TRIGGER), 2);
	assert_int_equal(r.story->v[r.story->n - 2].what, ALERT);
	assert_true(r.story->v[r.story->n - 1].last);
	run_free(&r);
}

static void
a_trigger_is_told_the_path_that_the_cache_found(void **state)
{
	static const struct slice	 entry = { (const uint8_t *)"/tmp",
	    4 };
	static const struct object_set	 objects = { OBJECT_PATH, &entry, 1 };
	static const struct state	 states[] = { { .events = 0,
	    .objects = 0, .multiplier = 1, .trigger = &a_trigger } };
	static const struct rule	 rules[] = { RULE("r", states) };
	static const struct program	 p = { .rules = rules, .nrules = 1,
	    .event_sets = sets, .nevent_sets = 3, .object_sets = &objects,
	    .nobject_sets = 1 };
	struct words			 w = { .event = EVENT_B,
	    .seconds = 10, .path = "/tmp/seen", .fsid = 1, .node = 9 };
	struct run			 r;

	(void)state;
	run_new(&r, &p, &(struct engine_options){ 0 });
	(void)engine_source(r.e, false);
	(void)engine_source(r.e, false);
	feed(&r, &w);			/* an event that nobody wants */
	w.event = EVENT_A;
	w.path = NULL;
	w.source = 1;			/* another host's inodes */
	feed(&r, &w);
	assert_int_equal(r.story->n, 0);
	w.source = 0;
	feed(&r, &w);
	assert_int_equal(count_of(r.story, TRIGGER), 1);
	assert_true(slice_is(r.story->object, "/tmp/seen"));
	run_free(&r);
}

static void
two_sources_have_their_own_clock_and_instances(void **state)
{
	static const struct rule	 rules[] = { { .label = "r",
	    .any_subject = true, .states = a_then_b, .nstates = 2,
	    .enabled = true, .timeout_s = 10 } };
	static const struct program	 p = PROGRAM(rules);
	struct words			 w = { .event = EVENT_A,
	    .seconds = 100 };
	struct run			 r;

	(void)state;
	run_new(&r, &p, &(struct engine_options){ 0 });
	assert_int_equal(engine_source(r.e, false), 0);
	assert_int_equal(engine_source(r.e, false), 1);
	feed(&r, &w);
	w.source = 1;
	w.event = EVENT_B;
	feed(&r, &w);			/* completes nothing */
	w.seconds = 9999;		/* and ages nothing */
	feed(&r, &w);
	assert_int_equal(count_of(r.story, ALERT), 0);
	w.source = 0;
	w.seconds = 110;
	feed(&r, &w);
	assert_int_equal(count_of(r.story, ALERT), 1);
	run_free(&r);
}

static void
a_window_lengthens_the_timeout_by_no_more_than_itself(void **state)
{
	static const int64_t	 later[] = { 10, 11, 12, 40, 41 };

	(void)state;
	for (uint32_t auid = 0; auid < 300; auid++)
		for (size_t i = 0; i < COUNT(later); i++) {
			const struct rule	 rules[] = { { .label = "r",
			    .any_subject = true, .states = a_then_b,
			    .nstates = 2, .enabled = true, .timeout_s = 10,
			    .window_s = auid % 2 ? 30 : 1,
			    .window_prob = 65 } };
			const struct program	 p = PROGRAM(rules);
			struct run		 r;
			size_t			 n;
			int64_t			 most = auid % 2 ? 40 : 11;

			run_new(&r, &p, &(struct engine_options){ 0 });
			(void)engine_source(r.e, false);
			feed_event(&r, EVENT_A, auid, 100);
			feed_event(&r, EVENT_B, auid, 100 + later[i]);
			n = count_of(r.story, ALERT);
			if (later[i] <= 10)
				assert_int_equal(n, 1);
			if (later[i] > most)
				assert_int_equal(n, 0);
			run_free(&r);
			auid += i + 1 == COUNT(later) ? 20 : 0;
		}
}

static void
a_window_without_a_timeout_is_one(void **state)
{
	(void)state;
	for (uint32_t auid = 0; auid < 200; auid++) {
		const struct rule	 rules[] = { { .label = "r",
		    .any_subject = true, .states = a_then_b, .nstates = 2,
		    .enabled = true, .window_s = 1, .window_prob = 100 } };
		const struct program	 p = PROGRAM(rules);
		struct run		 r;

		run_new(&r, &p, &(struct engine_options){ 0 });
		(void)engine_source(r.e, false);
		feed_event(&r, EVENT_A, auid, 100);
		feed_event(&r, EVENT_B, auid, 100000);
		assert_int_equal(count_of(r.story, ALERT), 0);
		run_free(&r);
		auid += 20;
	}
}

static void
times_at_the_ends_of_what_64_bits_hold_are_harmless(void **state)
{
	static const uint64_t		 times[] = { 0, INT64_MAX,
	    (uint64_t)INT64_MIN, UINT64_MAX, 1, 0x8000000000000001 };
	static const struct rule	 rules[] = { { .label = "r",
	    .any_subject = true, .states = a_then_b, .nstates = 2,
	    .enabled = true, .timeout_s = 10 } };
	static const struct program	 p = PROGRAM(rules);
	struct run			 r;

	(void)state;
	run_new(&r, &p, &(struct engine_options){ .want_uid = true });
	(void)engine_source(r.e, false);
	for (size_t i = 0; i < COUNT(times) * COUNT(times); i++) {
		struct buf	 b = { 0 };
		struct token	 t = { .layout = layout_find(TOK_HEADER64) };

		t.header.version = 2;
		t.header.event = i % 2 ? EVENT_B : EVENT_A;
		t.header.seconds = times[i % COUNT(times)];
		t.header.fraction = times[i / COUNT(times)];
		assert_int_equal(build_token(&b, &t), 0);
		build_finish(&b, 0);
		feed_bytes(&r, 0, buf_bytes(&b));
		buf_fini(&b);
	}
	run_free(&r);
}

static void
many_steps_back_of_the_clock_need_no_more_room_than_instances(void **state)
{
	static const struct rule	 rules[] = { { .label = "r",
	    .any_subject = true, .states = a_then_b, .nstates = 2,
	    .enabled = true, .timeout_s = 1000 } };
	static const struct program	 p = PROGRAM(rules);
	struct run			 r;
	struct engine_stats		 s;

	(void)state;
	run_new(&r, &p, &(struct engine_options){ .max_instances = 10,
	    .skip_steps = true });
	(void)engine_source(r.e, false);
	for (uint32_t i = 0; i < 70000; i++)	/* a second back each time */
		feed_event(&r, EVENT_A, i, 1000000 - (int64_t)i);
	engine_stats(r.e, &s);
	assert_int_equal(s.instances, 10);
	feed_event(&r, EVENT_B, 69999, 1000000 - 69999 + 1000);
	assert_int_equal(count_of(r.story, ALERT), 1);
	feed_event(&r, EVENT_B, 69998, 1000000);	/* over age now */
	assert_int_equal(count_of(r.story, ALERT), 1);
	run_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_program_alerts_as_the_slow_engine_does),
		cmocka_unit_test(nobody_notices_an_interruption),
		cmocka_unit_test(
		    rules_that_stay_do_not_notice_that_others_come_and_go),
		cmocka_unit_test(
		    over_the_ceiling_the_least_advanced_and_oldest_goes),
		cmocka_unit_test(
		    old_instances_are_swept_away_while_new_ones_begin),
		cmocka_unit_test(
		    a_uid_is_the_same_in_every_run_and_from_every_source),
		cmocka_unit_test(alerts_of_equal_records_are_counted_apart),
		cmocka_unit_test(steps_name_state_source_and_place),
		cmocka_unit_test(
		    of_many_steps_the_first_and_last_half_are_kept),
		cmocka_unit_test(steps_that_nobody_asks_for_are_not_kept),
		cmocka_unit_test(
		    records_of_a_live_source_are_kept_for_their_alert),
		cmocka_unit_test(
		    the_largest_record_can_be_kept_and_old_ones_make_room),
		cmocka_unit_test(an_event_that_no_table_has_is_told_once),
		cmocka_unit_test(
		    unknown_events_are_no_matter_while_nobody_asks_for_classes),
		cmocka_unit_test(a_trigger_runs_on_a_real_transition_only),
		cmocka_unit_test(
		    a_trigger_is_told_the_path_that_the_cache_found),
		cmocka_unit_test(
		    two_sources_have_their_own_clock_and_instances),
		cmocka_unit_test(
		    a_window_lengthens_the_timeout_by_no_more_than_itself),
		cmocka_unit_test(a_window_without_a_timeout_is_one),
		cmocka_unit_test(
		    times_at_the_ends_of_what_64_bits_hold_are_harmless),
		cmocka_unit_test(
		many_steps_back_of_the_clock_need_no_more_room_than_instances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
