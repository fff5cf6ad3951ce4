/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * works.c - what is measured, a row each, and what is hoped for.
 *
 * Rules stand here in the sizes and kinds in which they are worst, too: all
 * about one event, with no set in common, over records of 70 bytes and of 60
 * kilobytes, over paths that differ only at their ends.
 */
#include "works.h"

#include <string.h>

const char *const	works_trails[TRAILS] = {
	[NOTHING] = "nothing", [USUAL] = "usual", [EVENTS] = "events",
	[SOLARIS] = "solaris", [INODES] = "inodes", [TINY] = "tiny",
	[HUGE] = "huge", [DEEP] = "deep", [SHORT] = "short",
	[FEW_BEGUN] = "few-begun", [SOME_BEGUN] = "some-begun",
	[MANY_BEGUN] = "many-begun", [FEW] = "few", [SOME] = "some",
	[MANY] = "many", [LATER] = "later", [APART_BEGUN] = "apart-begun",
	[APART] = "apart"
};

#define WAY(what, on, how) { .name = what, .trail = on, .way = how }
#define WATCH(what, on, which, how_many, ...) {				\
	.name = what, .trail = on, .rules = which, .n = how_many, __VA_ARGS__ }
#define LIVE(what, size, which, ...) {					\
	.name = what, .trail = size, .from = size##_BEGUN,		\
	.rules = which, .n = 1, __VA_ARGS__ }
#define SELECT(what, option, which, value, ...) {			\
	.name = what, .trail = USUAL, .reduce = option, .by = which,	\
	.text = value, __VA_ARGS__ }
#define PRINT(what, on, option, how, ...) {				\
	.name = what, .trail = on, .print = option, .style = how, __VA_ARGS__ }

#define GOAL(...)	.goals = { __VA_ARGS__ }
#define E(most)		{ TIMES_E, most, NULL }
#define OVER(ns)	{ OVER_E, ns, NULL }
#define ROW(most, row)	{ TIMES_ROW, most, row }
#define COUNT(most, row) { TIMES_COUNT, most, row }
#define OFF		.cache = "off"
#define ON		.cache = "classic"

static const struct text_style	as_text = { 0 },
	numeric = { .numeric_ids = true }, raw = { .raw = true },
	xml = { .xml = true };

const struct work	works[] = {
	WAY("extraction limit, with read(2)", USUAL, measure_extract_read),
	WAY("hops from header to header", USUAL, measure_hops),
	WAY("frames", USUAL, measure_frames),
	WAY("frames and index", USUAL, measure_indexed),
	WAY("frames, Solaris without trailers", SOLARIS, measure_frames),

	WATCH("one rule, nothing concerns it", USUAL, ruleset_idle, 1,
	    GOAL(E(0.65))),
	WATCH("one rule, a 25th of the records", USUAL, ruleset_logins, 1,
	    GOAL(E(0.65))),
	WATCH("one rule, a quarter of them", USUAL, ruleset_programs, 1, OFF,
	    GOAL(E(0.65))),
	WATCH("one rule, all of them", USUAL, ruleset_all, 1, OFF,
	    GOAL(E(1.15))),

	WATCH("10 rules by path, no cache", USUAL, ruleset_paths, 10, OFF,
	    GOAL(E(1.8))),
	WATCH("1,000 rules by path, no cache", USUAL, ruleset_paths, 1000, OFF,
	    GOAL(E(1.8), ROW(1.25, "10 rules by path, no cache"))),
	WATCH("10,000 rules by path, no cache", USUAL, ruleset_paths, 10000,
	    OFF, GOAL(E(1.8), ROW(1.25, "10 rules by path, no cache"))),
	WATCH("10 rules by path", USUAL, ruleset_paths, 10, ON, GOAL(E(2.4))),
	WATCH("1,000 rules by path", USUAL, ruleset_paths, 1000, ON,
	    GOAL(E(2.4), ROW(1.25, "10 rules by path"))),
	WATCH("10,000 rules by path", USUAL, ruleset_paths, 10000, ON,
	    GOAL(E(2.4), ROW(1.25, "10 rules by path"))),

	WATCH("four usual rules", USUAL, ruleset_usual, 4, ON, GOAL(E(2.2))),
	WATCH("four usual rules, new inodes", INODES, ruleset_usual, 4, ON,
	    GOAL(E(2.7))),
	WATCH("four usual rules, ids that collide", APART, ruleset_usual, 4,
	    ON, GOAL(E(2.2))),
	WATCH("four usual rules, all events", EVENTS, ruleset_usual, 4, ON,
	    GOAL(E(2.2))),
	WATCH("four usual rules, Solaris", SOLARIS, ruleset_usual, 4, ON),
	WATCH("five usual rules by event", USUAL, ruleset_events, 5, ON),
	WATCH("five usual rules by class", USUAL, ruleset_classes, 5, ON,
	    GOAL(COUNT(1.05, "five usual rules by event"))),
	WATCH("1,000 rules by class and path", USUAL, ruleset_class_paths,
	    1000, ON, GOAL(E(2.4))),

	WATCH("10 regular expressions", USUAL, ruleset_patterns, 10, OFF,
	    GOAL(OVER(100))),
	WATCH("100 regular expressions", USUAL, ruleset_patterns, 100, OFF,
	    GOAL(OVER(100), ROW(1.3, "10 regular expressions"))),
	WATCH("1,000 regular expressions", USUAL, ruleset_patterns, 1000, OFF,
	    GOAL(OVER(100), ROW(1.3, "10 regular expressions"))),

	WATCH("10 look-arounds and references", USUAL, ruleset_looking, 10,
	    OFF),
	WATCH("100 look-arounds and references", USUAL, ruleset_looking, 100,
	    OFF),

	LIVE("1,000 sequences, each found", FEW, ruleset_waiting,
	    GOAL(E(2.5))),
	LIVE("50,000 sequences, each found", SOME, ruleset_waiting,
	    GOAL(E(2.5))),
	LIVE("50,000 sequences that collide", APART, ruleset_waiting,
	    GOAL(E(2.5))),
	LIVE("1,000,000 sequences, each found", MANY, ruleset_waiting,
	    GOAL(E(2.5), ROW(1.8, "1,000 sequences, each found"))),
	LIVE("1,000 sequences, each advanced", FEW, ruleset_counting,
	    GOAL(E(2.5))),
	LIVE("1,000,000 sequences, each advanced", MANY, ruleset_counting,
	    GOAL(E(2.5), ROW(1.8, "1,000 sequences, each advanced"))),

	WATCH("100 rules that bind values", USUAL, ruleset_bound, 100, OFF,
	    GOAL(E(4))),
	WATCH("1,000 rules that bind values", SHORT, ruleset_bound, 1000, OFF),
	WATCH("100 sliding counts", USUAL, ruleset_sliding, 100, OFF,
	    GOAL(E(4))),
	WATCH("100 distinct counts", USUAL, ruleset_distinct, 100, OFF,
	    GOAL(E(4))),
	WATCH("100 absences", USUAL, ruleset_absent, 100, OFF, GOAL(E(4))),
	WATCH("100 of these, mixed", USUAL, ruleset_mixed, 100, OFF,
	    GOAL(E(4))),
	WATCH("1,000 of these, mixed", SHORT, ruleset_mixed, 1000, OFF),

	WATCH("1,000 rules by user, one event", USUAL, ruleset_users, 1000,
	    OFF, GOAL(E(1.8))),
	WATCH("1,000 rules by path, one event", USUAL, ruleset_one_event,
	    1000, OFF, GOAL(E(1.8))),
	WATCH("1,000 rules by user and path", USUAL, ruleset_both, 1000, OFF,
	    GOAL(E(1.8))),
	WATCH("1,000 rules that share a set", USUAL, ruleset_shared, 1000, OFF,
	    GOAL(E(1.8))),
	WATCH("1,000 rules, 70-byte records", TINY, ruleset_paths, 1000, ON,
	    GOAL(E(2.4))),
	WATCH("1,000 rules, 60-kilobyte records", HUGE, ruleset_paths, 1000,
	    ON, GOAL(E(2.4))),
	WATCH("1,000 rules, paths of 800 bytes", DEEP, ruleset_deep, 1000, ON),
	WATCH("1,000 rules, 800 bytes, one event", DEEP, ruleset_deep_event,
	    1000, OFF),
	WATCH("1,000 rules, 50,000 users", SOME, ruleset_paths, 1000, ON,
	    GOAL(E(2.4))),

	PRINT("printing as text", USUAL, "--local", &as_text, GOAL(E(5.5))),
	PRINT("printing, ids as numbers", USUAL, "-n", &numeric,
	    GOAL(E(5.5))),
	PRINT("printing, all as numbers", USUAL, "-r", &raw, GOAL(E(5.5))),
	PRINT("printing as XML", USUAL, "-x", &xml, GOAL(E(5.5))),
	PRINT("printing as JSON lines", USUAL, "-j", NULL, GOAL(E(12))),
	PRINT("printing, 50,000 users", SOME, "-n", &numeric, GOAL(E(5.5))),

	SELECT("selecting by event", "-m", CRIT_EVENT, "AUE_REBOOT", .mapped =
	    true, GOAL(ROW(2, "hops from header to header"))),
	SELECT("selecting by class", "-c", CRIT_CLASS, "ad", .mapped = true,
	    GOAL(ROW(2, "hops from header to header"))),
	SELECT("selecting by date", "-a", CRIT_FROM, "@4102444800", .mapped =
	    true, GOAL(ROW(2, "hops from header to header"))),
	SELECT("selecting by user", "-u", CRIT_AUID, "1010", GOAL(E(1.15))),
	SELECT("selecting by path", "-o", CRIT_FILE, "file=^/root/secret",
	    GOAL(E(1.15))),
	{ .name = "copying to a file", .trail = USUAL, .copy = true,
	    .to_file = true },
	SELECT("selecting all, to a file", "-Q", CRIT_NONE, NULL, .to_file =
	    true, GOAL(ROW(1.2, "copying to a file"))),

	{ .name = "wc -l", .trail = SOME, .command = "wc",
	    .with_start = true },
	WATCH("1,000 rules, start and all, no cache", SOME, ruleset_paths,
	    1000, OFF, .with_start = true, GOAL(ROW(2.2, "wc -l"))),
	WATCH("1,000 rules, start and all", SOME, ruleset_paths, 1000, ON,
	    .with_start = true, GOAL(ROW(2.2, "wc -l"))),
};
const size_t		works_n = sizeof(works) / sizeof(works[0]);

const char *const	works_counted[] = {
	"one rule, a quarter of them", "one rule, all of them",
	"1,000 rules by path, no cache", "four usual rules",
	"five usual rules by class", "100 regular expressions",
	"1,000 sequences, each advanced", "100 of these, mixed",
	"printing as text", "printing as JSON lines", "selecting by event",
	"selecting by user", NULL
};

size_t
work_find(const char *name)
{
	size_t	 i = 0;

	while (i < works_n && strcmp(works[i].name, name) != 0)
		i++;
	return i;
}

void
work_rules(const struct work *w, const struct names *names, struct buf *text)
{
	if (w->cache != NULL)
		buf_printf(text, "options { path-cache %s; };\n", w->cache);
	w->rules(text, names, w->n);
}

bool
work_arguments(const struct work *w, const struct work_files *f,
    const char *arguments[WORK_ARGUMENTS])
{
	size_t	 n = 0;

	arguments[n++] = w->command == NULL ? f->program : w->command;
	if (w->command != NULL) {
		arguments[n++] = "-l";
		arguments[n++] = f->trail;
	} else if (w->rules != NULL) {
		arguments[n++] = "-F";
		if (f->one_thread) {
			arguments[n++] = "--threads";
			arguments[n++] = "1";
		}
		arguments[n++] = "-a";
		arguments[n++] = f->trail;
		arguments[n++] = "-f";
		arguments[n++] = f->rules;
	} else if (w->print != NULL) {
		arguments[n++] = "print";
		arguments[n++] = "--threads";
		arguments[n++] = "1";
		arguments[n++] = w->print;
		arguments[n++] = f->trail;
	} else if (w->reduce != NULL) {
		arguments[n++] = "reduce";
		arguments[n++] = w->reduce;
		if (w->text != NULL)
			arguments[n++] = w->text;
		arguments[n++] = f->trail;
	} else
		return false;
	arguments[n] = NULL;
	return true;
}
