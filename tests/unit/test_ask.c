/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_ask.c - predicates: what the words mean, and random ones over random
 * records against a plain evaluator that shares nothing with the quick one.
 */
#include "rule_case.h"

#include "ask_case.h"
#include "draw.h"
#include "plain_ask.h"

#define VARIABLES	4

/* In words. */

/* Does a state of these words hold? */
static bool
holds(const char *words, const struct made *m)
{
	struct buf		 text = { 0 };
	struct rule_case	*c;
	struct ask		*a;
	bool			 answer;

	buf_printf(&text, "sequence s { subject any; state { event any; "
	    "status any; %s }; };\n", words);
	c = case_good(buf_cstr(&text));
	a = ask_new(c->program);
	ask_record(a, &m->asked);
	answer = ask_state(a, &c->program->rules[0].states[0], NULL);
	assert_int_equal(ask_state(a, &c->program->rules[0].states[0], NULL),
	    answer);
	ask_free(a);
	case_free(c);
	buf_fini(&text);
	return answer;
}

/* What is said, and whether it holds. */
struct fact {
	const char	*words;
	bool		 holds;
};

static void
assert_facts(const struct fact *facts, size_t n, const struct made *m)
{
	for (size_t i = 0; i < n; i++)
		if (holds(facts[i].words, m) != facts[i].holds)
			fail_msg("%s", facts[i].words);
}
#define FACTS(facts, m)	\
	assert_facts(facts, sizeof(facts) / sizeof((facts)[0]), m)

/* A Saturday, 23:30 UTC. */
#define WHEN	1700955000 - 10800

static void
rich_record(struct made *m)
{
	made_begin(m, 11, 23, WHEN);
	made_text(m, "path", "/tmp/x");
	made_text(m, "path", "/usr/bin/curl");
	made_token(m, "attribute32", (struct token){ .attr = { 04755, 0, 20,
	    5, 77, 0 } });
	made_strings(m, "exec_args", "curl\0-o\0/tmp/x\0", 15, 3);
	made_strings(m, "exec_env", "PATH=/bin\0LD_PRELOAD=/tmp/l\0", 28, 2);
	made_argument(m, 2, "new file mode", 06755);
	made_text(m, "text", "one");
	made_text(m, "text", "two words");
	made_token(m, "socket_ex", (struct token){ .sock = { .domain = 2,
	    .type = 2, .atype = 4, .lport = 40000, .rport = 443,
	    .laddr = { (const uint8_t *)"\12\0\0\2", 4 },
	    .raddr = { (const uint8_t *)"\310\1\2\3", 4 } } });
	made_subject(m, 53, 99, 7);
	made_return(m, 13, UINT32_MAX);
	made_text(m, "zonename", "web1");
	made_end(m, DIALECT_FREEBSD);
}

static void
words_about_objects_mean_what_the_manual_says(void **state)
{
	static const struct fact	 facts[] = {
		{ "object <exact> { /usr/bin/curl; };", true },
		{ "object <exact> { /tmp/x; };", false },
		{ "object not <exact> { /tmp/x; };", true },
		{ "object <dir> { /usr; };", true },
		{ "object <dir> { /us; };", false },
		{ "object <glob> { /usr/*/curl; };", true },
		{ "object <glob> { /usr/*; };", false },
		{ "object <glob> { /usr/**; };", true },
		{ "any object <dir> { /tmp; };", true },
		{ "all objects <dir> { /tmp; };", false },
		{ "all objects <path> { /; };", true },
		{ "any object not <dir> { /tmp; };", true },
		{ "all objects not <dir> { /tmp; };", false },
		{ "all objects not <dir> { /var; };", true },
		{ "object none;", false },
	};
	struct made			 m;

	(void)state;
	rich_record(&m);
	FACTS(facts, &m);
	made_free(&m);
}

static void
words_about_who_and_what_mean_what_the_manual_says(void **state)
{
	static const struct fact	 facts[] = {
		{ "auid { bind; };", true },
		{ "auid not { bind; };", false },
		{ "euid <auid> { 53; };", true },
		{ "egid { wheel; };", true },
		{ "owner { root; };", true },
		{ "owner != euid;", true },
		{ "auid == euid;", true },
		{ "group { staff; };", true },
		{ "pid 99;", true },
		{ "pid 1..98;", false },
		{ "pid 1, 90..100;", true },
		{ "pid not 1..98;", true },
		{ "session == 7;", true },
		{ "session != 7;", false },
		{ "session < 8;", true },
		{ "session > 7;", false },
		{ "mode & 06000;", true },
		{ "mode & 02000;", false },
		{ "inode 0x4d;", true },
		{ "device 5;", true },
		{ "errno { EACCES; };", true },
		{ "errno { EPERM, ENOENT; };", false },
		{ "errno not { EPERM, ENOENT; };", true },
		{ "return 4294967295;", true },
		{ "argument \"new file mode\" & 06000;", true },
		{ "argument \"new file mode\" == 06755;", true },
		{ "argument 2 > 1;", true },
		{ "argument 3 > 1;", false },
		{ "argument \"mode\" != 1;", false },
		{ "terminal { 10.0.0.0/8; };", true },
		{ "terminal not { 10.0.0.1; };", false },
		{ "zone { web*; };", true },
		{ "zone not { web*; };", false },
		{ "host { *; };", false },	/* nobody knows it */
	};
	struct made			 m;

	(void)state;
	rich_record(&m);
	FACTS(facts, &m);
	made_free(&m);
}

static void
words_about_lists_mean_what_the_manual_says(void **state)
{
	static const struct fact	 facts[] = {
		{ "command <text> { \"-o /tmp\"; };", true },
		{ "command <glob> { \"curl *\"; };", true },
		{ "command <glob> { \"*/x\"; };", true },
		{ "command <pcre> { \"^curl -o [^ ]+$\"; };", true },
		{ "command[0] <exact> { curl; };", true },
		{ "command[1] <exact> { curl; };", false },
		{ "command[9] not <exact> { curl; };", false },
		{ "environment <glob> { \"LD_PRELOAD=*\"; };", true },
		{ "environment <glob> { \"LD_AUDIT=*\"; };", false },
		{ "text <exact> { one; };", true },
		{ "text not <exact> { one; };", true },
		{ "text <text> { words; };", true },
		{ "address { 10.0.0.0/8; };", true },
		{ "address not { 10.0.0.0/8; };", true },
		{ "address { 200.1.0.0/16; };", true },
		{ "address { 192.168.0.0/16, fe80::/10; };", false },
		{ "address == terminal;", false },
		{ "port { 443; };", true },
		{ "port { 1..1023; };", true },
		{ "port { 500..1023; };", false },
		{ "port not { 443; };", true },
	};
	struct made			 m;

	(void)state;
	rich_record(&m);
	FACTS(facts, &m);
	made_free(&m);
}

static void
words_about_time_mean_what_the_manual_says(void **state)
{
	static const struct fact	 facts[] = {
		{ "time 20:00..21:00;", true },
		{ "time 20:31..21:00;", false },
		{ "time 20:00..20:30;", false },	/* not its end */
		{ "time 20:30..20:31;", true },
		{ "time 20:00..06:00;", true },
		{ "time 21:00..06:00;", false },
		{ "day sat, sun;", true },
		{ "day mon, fri;", false },
	};
	struct made			 m;

	(void)state;
	rich_record(&m);
	setenv("TZ", "UTC", 1);
	FACTS(facts, &m);
	made_free(&m);
}

static void
blocks_of_either_hold_by_themselves(void **state)
{
	static const struct fact	 facts[] = {
		{ "either { pid 1; } or { pid 99; };", true },
		{ "either { pid 1; } or { pid 99; session 1; };", false },
		{ "either { event <auditevent> { AUE_EXECVE; }; } "
		  "or { pid 1; };", true },
		{ "either { event <auditevent> { AUE_EXIT; }; } "
		  "or { status success; };", false },
		{ "either { status failure; object <pcre> { curl$; }; } "
		  "or { pid 1; };", true },
		{ "either { status failure; object <pcre> { tmp; }; } "
		  "or { pid 1; };", false },
	};
	struct made			 m;

	(void)state;
	rich_record(&m);
	FACTS(facts, &m);
	made_free(&m);
}

/* A predicate over what the record lacks is false, negated or not. */
static void
what_a_record_lacks_fits_neither_way(void **state)
{
	static const struct fact	 facts[] = {
		{ "auid { root; };", false }, { "auid not { root; };", false },
		{ "pid 1;", false }, { "pid != 1;", false },
		{ "owner { root; };", false },
		{ "owner not { root; };", false },
		{ "errno not { EPERM; };", false },
		{ "return not 5;", false },
		{ "command not <text> { x; };", false },
		{ "environment not <text> { x; };", false },
		{ "text not <text> { x; };", false },
		{ "address not { 1.1.1.1; };", false },
		{ "port not { 1; };", false },
		{ "terminal not { 1.1.1.1; };", false },
		{ "argument 1 != 1;", false },
		{ "zone not { x; };", false },
		{ "host not { x; };", false },
		{ "ppid != 1;", false },
		{ "image not <exact> { /x; };", false },
		{ "parent not <exact> { /x; };", false },
		{ "ancestor not <exact> { /x; };", false },
		{ "object not <exact> { /x; };", false },
		{ "all objects not <exact> { /x; };", false },
		{ "any object not <exact> { /x; };", false },
		{ "object none;", true },
		{ "owner != euid;", false },
	};
	struct made			 m;

	(void)state;
	made_begin(&m, 11, 72, 0);
	made_end(&m, DIALECT_FREEBSD);
	FACTS(facts, &m);
	made_free(&m);
}

static void
variables_that_are_not_bound_fit_nothing(void **state)
{
	struct rule_case	*c = case_good("sequence s { subject any; "
	    "timeout none; state { event any; status any; bind $x object; "
	    "bind $y pid; }; state { event any; status any; object == $x; "
	    "pid != $y; }; };\n");
	struct ask		*a = ask_new(c->program);
	const struct state	*s = &c->program->rules[0].states[1];
	struct value		 bound[2] = { { .kind = VALUE_NOTHING } };
	struct made		 m;

	(void)state;
	rich_record(&m);
	ask_record(a, &m.asked);
	assert_true(ask_state(a, s, NULL));
	assert_false(ask_state(a, s, bound));
	bound[0] = (struct value){ .kind = VALUE_TEXT,
	    .bytes = slice_str("/usr/bin/curl") };
	assert_false(ask_state(a, s, bound));
	bound[1] = (struct value){ .kind = VALUE_NUMBER, .number = 98 };
	assert_true(ask_state(a, s, bound));
	bound[1].number = 99;
	assert_false(ask_state(a, s, bound));
	ask_free(a);
	case_free(c);
	made_free(&m);
}

static void
objects_lie_in_what_was_bound(void **state)
{
	struct rule_case	*c = case_good("sequence s { subject any; "
	    "timeout none; state { event any; status any; bind $x object; }; "
	    "state { event any; status any; object in $x; }; "
	    "state { event any; status any; object not in $x; }; };\n");
	struct ask		*a = ask_new(c->program);
	const struct state	*s = c->program->rules[0].states;
	struct value		 x = { .kind = VALUE_TEXT };
	struct made		 m;
	static const struct {
		const char	*dir;
		bool		 in;
	}			 dirs[] = {
		{ "/usr", true }, { "/usr/bin/curl", true }, { "/us", false },
		{ "/", true }, { "/tmp", false },
	};

	(void)state;
	rich_record(&m);
	ask_record(a, &m.asked);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		x.bytes = slice_str(dirs[i].dir);
		assert_int_equal(ask_state(a, &s[1], &x), dirs[i].in);
		assert_int_equal(ask_state(a, &s[2], &x), !dirs[i].in);
	}
	ask_free(a);
	case_free(c);
	made_free(&m);
}

static void
values_are_the_last_or_the_nth(void **state)
{
	struct rule_case	*c = case_good(RULE(""));
	struct ask		*a = ask_new(c->program);
	struct made		 m;
	struct value		 v;

	(void)state;
	rich_record(&m);
	ask_record(a, &m.asked);
	assert_true(ask_value(a, FIELD_TEXT, PART_ALL, &v));
	assert_true(slice_is(v.bytes, "two words"));
	assert_true(ask_value(a, FIELD_PORT, PART_ALL, &v));
	assert_int_equal(v.number, 443);
	assert_true(ask_value(a, FIELD_COMMAND, 2, &v));
	assert_true(slice_is(v.bytes, "/tmp/x"));
	assert_false(ask_value(a, FIELD_COMMAND, 3, &v));
	assert_true(ask_nth_value(a, FIELD_OBJECT, PART_ALL, 0, &v));
	assert_true(slice_is(v.bytes, "/tmp/x"));
	assert_true(ask_nth_value(a, FIELD_OBJECT, PART_ALL, 1, &v));
	assert_false(ask_nth_value(a, FIELD_OBJECT, PART_ALL, 2, &v));
	assert_true(ask_nth_value(a, FIELD_PID, PART_ALL, 0, &v));
	assert_false(ask_nth_value(a, FIELD_PID, PART_ALL, 1, &v));
	ask_free(a);
	case_free(c);
	made_free(&m);
}

/* Ten thousand strings of environment, each as slow as can be. */
static void
slow_patterns_are_given_up_for_the_record_as_a_whole(void **state)
{
	static char	 env[10000 * 50];
	struct buf	 text = { 0 };
	struct rule_case *c;
	struct ask	*a;
	struct ask_stats stats;
	struct made	 m;

	(void)state;
	for (size_t i = 0; i < 10000; i++) {
		memset(env + 50 * i, 'a', 48);
		env[50 * i + 48] = 'b';
		env[50 * i + 49] = '\0';
	}
	made_begin(&m, 11, 23, 0);
	made_strings(&m, "exec_env", env, sizeof(env), 10000);
	made_end(&m, DIALECT_FREEBSD);
	buf_printf(&text, RULE("") "sequence t { subject any; state { "
	    "event any; status any; "
	    "environment <pcre> { \"(*NO_JIT)^(a+)+$\"; }; }; "
	    "};\n");
	c = case_new(buf_cstr(&text));
	assert_non_null(case_run(c));
	a = ask_new(c->program);
	ask_record(a, &m.asked);
	assert_false(ask_state(a, &c->program->rules[1].states[0], NULL));
	ask_stats(a, &stats);
	assert_true(stats.patterns_failed > 0);
	ask_free(a);
	case_free(c);
	made_free(&m);
	buf_fini(&text);
}

/* Against the plain. */

/* What was drawn lives until the next draw. */
struct drawn {
	struct program		 program;
	struct predicate	 predicates[40];
	struct state		 blocks[8];
	uint32_t		 listed[8][2];
	struct match_set	 sets[40];
	struct slice		 entries[40][4];
	uint32_t		 ids[40][2];
	struct range		 ranges[40][2];
	struct network		 networks[40][3];
	uint8_t			 errors[3];
	size_t			 nblocks;
};

static const char *const	words[] = { "/", "/a", "/a/", "/a/b", "/ab",
    "a", "b", "ab", "a b", "" };

static struct slice
word(struct lot *l)
{
	return slice_str(words[lot_below(l, 10)]);
}

static bool
is_text(enum rule_field f)
{
	return f == FIELD_OBJECT || f == FIELD_TEXT || f == FIELD_COMMAND ||
	    f == FIELD_ENVIRONMENT || f == FIELD_ZONE || f == FIELD_HOST;
}

static bool
is_address(enum rule_field f)
{
	return f == FIELD_ADDRESS || f == FIELD_TERMINAL;
}

static uint32_t
draw_set(struct lot *l, struct drawn *d, enum rule_field f)
{
	static const enum match_type	 of_texts[] = { MATCH_PREFIX,
	    MATCH_PCRE, MATCH_EXACT, MATCH_DIR, MATCH_GLOB, MATCH_TEXT };
	static const char *const	 globs[] = { "*", "/*", "/**", "?",
	    "/a*", "[ab]", "*b", "a?b", "**b", "" };
	static const char *const	 patterns[] = { "a", "^/a$", "b$",
	    "^$", "a.b", "/", "[^/]b", "x", "^a", "b/" };
	const uint32_t			 i = (uint32_t)d->program.nmatch_sets++;
	struct match_set		*s = &d->sets[i];

	*s = (struct match_set){ .n = 1 + lot_below(l, 2),
	    .entries = d->entries[i], .ids = d->ids[i],
	    .ranges = d->ranges[i], .networks = d->networks[i] };
	for (size_t k = 0; k < 2; k++) {
		d->ids[i][k] = 2 * (uint32_t)k + lot_below(l, 2);
		d->ranges[i][k] = (struct range){ 3 * k + lot_below(l, 2),
		    3 * k + 1 };
		d->networks[i][k] = (struct network){ { 0 },
		    (uint8_t)lot_below(l, 129) };
		memset(d->networks[i][k].bytes + 10, 0xff, 2);
		d->networks[i][k].bytes[15] = (uint8_t)lot_below(l, 4);
	}
	if (is_text(f)) {
		s->type = of_texts[lot_below(l, 6)];
		for (size_t k = 0; k < s->n; k++)
			d->entries[i][k] = s->type == MATCH_GLOB ?
			    slice_str(globs[lot_below(l, 10)]) :
			    s->type == MATCH_PCRE ?
			    slice_str(patterns[lot_below(l, 10)]) : word(l);
	} else if (is_address(f)) {
		s->type = MATCH_ADDRESS;
	} else if (f == FIELD_ERRNO) {
		s->type = MATCH_ERRNO;
		for (unsigned k = 0; k < DIALECTS; k++) {
			s->errors[k] = d->errors;
			s->nerrors[k] = 1 + lot_below(l, 3);
		}
	} else {
		s->type = lot_below(l, 2) ? MATCH_ID : MATCH_RANGE;
	}
	return i;
}

static void
draw_pair(struct lot *l, struct predicate *p)
{
	static const enum rule_field	 texts[] = { FIELD_OBJECT, FIELD_TEXT,
	    FIELD_COMMAND, FIELD_ZONE, FIELD_ENVIRONMENT };
	static const enum rule_field	 numbers[] = { FIELD_AUID, FIELD_EUID,
	    FIELD_PID, FIELD_OWNER, FIELD_INODE, FIELD_PORT };

	p->compare = lot_below(l, 2) ? COMPARE_EQ : COMPARE_NE;
	if (is_text(p->field)) {
		p->other = texts[lot_below(l, 5)];
		if (p->kind == PRED_BOUND && lot_below(l, 3) == 0) {
			p->compare = COMPARE_IN;
			p->negated = lot_below(l, 2) != 0;
		}
		p->variable = lot_below(l, 2);
	} else if (is_address(p->field)) {
		p->other = lot_below(l, 2) ? FIELD_ADDRESS : FIELD_TERMINAL;
		p->variable = 2;
	} else {
		p->other = numbers[lot_below(l, 6)];
		p->variable = 3;
	}
	p->bound = p->kind == PRED_BOUND;
}

static void
draw_either(struct lot *l, struct drawn *d, struct predicate *p)
{
	p->nblocks = 2;
	p->blocks = &d->blocks[d->nblocks];
	for (int k = 0; k < 2; k++) {
		struct state	*s = &d->blocks[d->nblocks];

		*s = (struct state){ .any_event = true,
		    .events = PROGRAM_NONE, .objects = PROGRAM_NONE,
		    .status = (enum test_status)lot_below(l, 3),
		    .predicates = d->listed[d->nblocks],
		    .npredicates = 1 + lot_below(l, 2) };
		for (size_t i = 0; i < 2; i++)
			d->listed[d->nblocks][i] = lot_below(l,
			    (uint32_t)d->program.npredicates);
		for (size_t i = 0; i < s->npredicates; i++)
			p->bound |= d->predicates[s->predicates[i]].bound;
		d->nblocks++;
	}
}

static void
draw_predicate(struct lot *l, struct drawn *d)
{
	static const enum pred_kind	 kinds[] = { PRED_SET, PRED_SET,
	    PRED_SET, PRED_NUMBER, PRED_RANGES, PRED_FIELD, PRED_BOUND,
	    PRED_BOUND, PRED_CLOCK, PRED_DAY, PRED_NONE, PRED_EITHER };
	struct predicate		*p =
	    &d->predicates[d->program.npredicates];

	*p = (struct predicate){ .kind = kinds[lot_below(l, 12)],
	    .part = PART_ALL, .set = PROGRAM_NONE, .other = FIELDS,
	    .negated = lot_below(l, 2) != 0, .number = lot_below(l, 5) };
	if (p->kind == PRED_EITHER && (d->program.npredicates == 0 ||
	    d->nblocks + 2 > 8))
		p->kind = PRED_NONE;
	do
		p->field = (enum rule_field)lot_below(l, FIELD_HOST + 1);
	while (p->field == FIELD_EVENT);
	if (p->kind == PRED_NUMBER || p->kind == PRED_RANGES) {
		p->field = (enum rule_field)lot_below(l, FIELD_RETURN + 1);
		if (p->field == FIELD_TERMINAL)
			p->field = FIELD_PORT;
		if (lot_below(l, 3) == 0)
			p->field = FIELD_ARGUMENT;
		p->compare = (enum compare)lot_below(l, COMPARE_BITS + 1);
	}
	if (p->field == FIELD_OBJECT)
		p->which = (enum quantifier)lot_below(l, 3);
	if (p->field == FIELD_COMMAND && lot_below(l, 2))
		p->part = lot_below(l, 3);
	if (p->field == FIELD_ARGUMENT) {
		p->argument = lot_below(l, 2) ? "a" : NULL;
		p->position = lot_below(l, 3);
	}
	p->from = (uint16_t)lot_below(l, 1440);
	p->until = (uint16_t)lot_below(l, 1441);
	if (p->kind == PRED_DAY)
		p->number = lot_below(l, 128);
	if (p->kind == PRED_SET)
		p->set = draw_set(l, d, p->field);
	if (p->kind == PRED_RANGES) {
		p->set = draw_set(l, d, FIELD_PID);
		d->sets[p->set].type = MATCH_RANGE;
	}
	if (p->kind == PRED_FIELD || p->kind == PRED_BOUND) {
		p->negated = false;
		draw_pair(l, p);
	}
	if (p->kind == PRED_EITHER)
		draw_either(l, d, p);
	d->program.npredicates++;
}

/* Random records. */

static struct slice
small_address(struct lot *l, size_t n)
{
	uint8_t	*p = l->pool + l->used;

	l->used += n;
	memset(p, 0, n);
	if (n == 16 && lot_below(l, 2))
		memset(p + 10, 0xff, 2);
	p[n - 1] = (uint8_t)lot_below(l, 4);
	return (struct slice){ p, n };
}

/* Make the values of a drawn token likely to meet those of predicates. */
static void
tame(struct lot *l, struct token *t)
{
	for (const struct field *f = t->layout->fields; f->name != NULL; f++) {
		void	*member = (char *)t + f->at;

		switch (f->wire) {
		case W_STR:
			*(struct slice *)member = build_cstr(
			    words[lot_below(l, 10)]);
			break;
		case W_RAW4: case W_RAW16: case W_ADDR: case W_AT_ADDR:
			*(struct slice *)member = small_address(l,
			    ((struct slice *)member)->n);
			break;
		case W_STRINGS: {
			static const struct strings	 lists[] = {
				{ .claimed = 2, .count = 2,
				    .bytes = { (const uint8_t *)"a\0b", 4 } },
				{ .claimed = 1, .count = 1,
				    .bytes = { (const uint8_t *)"/a", 3 } },
				{ .claimed = 0 },
			};

			*(struct strings *)member = lists[lot_below(l, 3)];
			break;
		}
		case W_U8: case W_U16: case W_U32: case W_U64:
			if (f->show != SHOW_DOMAIN && f->show != SHOW_UNIT)
				*(uint64_t *)member = lot_below(l, 5);
			break;
		default:
			break;
		}
	}
}

static void
draw_record(struct lot *l, struct buf *b)
{
	static const char *const	 likely[] = { "path", "path", "text",
	    "exec_args", "exec_env", "argument32", "argument64", "sockinet32",
	    "sockinet128", "socket_ex", "subject32", "subject32_ex",
	    "subject64", "attribute32", "attribute64", "return32", "return64",
	    "zonename" };
	static const uint8_t		 versions[] = { 11, 11, 10, 2 };
	const uint8_t			 version = versions[lot_below(l, 4)];

	l->used = 0;
	lot_header(l, b, version);
	for (uint32_t n = lot_below(l, 9); n > 0; n--) {
		const struct layout	*lay = lot_below(l, 8) == 0 ?
		    lot_layout(l, version) :
		    layout_by_name(slice_str(likely[lot_below(l, 18)]));
		struct token		 t;

		lot_token(l, lay, &t);
		if (lot_below(l, 10) != 0)
			tame(l, &t);
		(void)build_token(b, &t);
	}
	build_finish(b, 0);
	/* Damage, but not to the header. */
	for (uint32_t n = lot_below(l, 4) == 0 ? 1 + lot_below(l, 3) : 0;
	    n > 0 && b->n > 60; n--)
		b->p[50 + lot_below(l, (uint32_t)b->n - 50)] ^=
		    (uint8_t)(1u << lot_below(l, 8));
}

static void
random_predicates_hold_where_they_plainly_do(void **state)
{
	static struct lot	 l;
	static struct drawn	 d;
	uint64_t		 answers[2] = { 0, 0 };

	(void)state;
	setenv("TZ", "UTC", 1);
	for (unsigned seed = 0; seed < lot_runs(4000); seed++) {
		struct ask	*a;

		lot_seed(&l, seed);
		memset(&d, 0, sizeof(d));
		d.program.predicates = d.predicates;
		d.program.match_sets = d.sets;
		d.errors[0] = 1;
		d.errors[1] = 3;
		d.errors[2] = 4;
		for (int i = 0; i < 20; i++)
			draw_predicate(&l, &d);
		a = ask_new(&d.program);
		for (int k = 0; k < 5; k++) {
			struct made	 m = { 0 };
			struct value	 bound[VARIABLES] = { { 0 } };
			struct plain	 plain;
			uint8_t		 address[16] = { [10] = 255, 255 };

			draw_record(&l, &m.bytes);
			made_index(&m, DIALECT_FREEBSD);
			bound[0] = (struct value){ .kind = VALUE_TEXT,
			    .bytes = word(&l) };
			bound[2] = (struct value){ .kind = VALUE_ADDRESS,
			    .bytes = { address, 16 } };
			address[15] = (uint8_t)lot_below(&l, 4);
			if (lot_below(&l, 4) != 0)
				bound[3] = (struct value){
				    .kind = VALUE_NUMBER,
				    .number = lot_below(&l, 5) };
			ask_record(a, &m.asked);
			plain_read(&plain, &d.program, &m.asked);
			for (uint32_t p = 0; p < 20; p++) {
				const bool	 want = plain_predicate(&plain,
				    p, bound);

				answers[want]++;
				if (ask_predicate(a, p, bound) != want ||
				    ask_predicate(a, p, bound) != want)
					fail_msg("seed %u record %d "
					    "predicate %u: not %d", seed, k, p,
					    want);
			}
			plain_free(&plain);
			made_free(&m);
		}
		ask_free(a);
	}
	assert_true(answers[0] > 10000 && answers[1] > 10000);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(words_about_objects_mean_what_the_manual_says),
		cmocka_unit_test(
		    words_about_who_and_what_mean_what_the_manual_says),
		cmocka_unit_test(words_about_lists_mean_what_the_manual_says),
		cmocka_unit_test(words_about_time_mean_what_the_manual_says),
		cmocka_unit_test(blocks_of_either_hold_by_themselves),
		cmocka_unit_test(what_a_record_lacks_fits_neither_way),
		cmocka_unit_test(variables_that_are_not_bound_fit_nothing),
		cmocka_unit_test(objects_lie_in_what_was_bound),
		cmocka_unit_test(values_are_the_last_or_the_nth),
		cmocka_unit_test(
		    slow_patterns_are_given_up_for_the_record_as_a_whole),
		cmocka_unit_test(random_predicates_hold_where_they_plainly_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
