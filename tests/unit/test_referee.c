/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_referee.c - sequences of the second edition, by lot: the engine raises
 * what the slow evaluator of referee.h raises, also when it is told as rows and
 * made again in between.
 *
 * Rules are drawn as text, so that the whole way from the parser on is tried,
 * and a pair that is judged differently is made as short as it can be before it
 * is shown. Vocabularies are tiny, so that much happens.
 */
#include "rule_case.h"

#include "bsm/build.h"
#include "engine/engine.h"

#include "draw.h"
#include "referee.h"
#include "state_case.h"

#define RULES_MAX	4u
#define DEEDS_MAX	60u
#define LINES_MAX	40u

/* A rule as lines, so that one may be left out. */
struct drawn {
	char		 lines[RULES_MAX][LINES_MAX][160];
	uint32_t	 nlines[RULES_MAX];
	uint32_t	 nrules;
	struct deed	 deeds[DEEDS_MAX];
	uint32_t	 ndeeds;
	bool		 moves[DEEDS_MAX];	/* another engine goes on */
	bool		 musters;
};

static const char *const	paths[] = { "/a", "/a/b", "/c" };

static const char *
pick(struct lot *l, const char *const *words, uint32_t n)
{
	return words[lot_below(l, n)];
}

static bool
chance(struct lot *l, uint32_t in)
{
	return lot_below(l, in) == 0;
}

static void
add_line(struct drawn *d, const char *fmt, ...)
{
	const uint32_t	 r = d->nrules;
	va_list		 ap;

	assert_true(d->nlines[r] < LINES_MAX);
	va_start(ap, fmt);
	(void)vsnprintf(d->lines[r][d->nlines[r]++], 160, fmt, ap);
	va_end(ap);
}

static const char *
draw_events(struct lot *l)
{
	static const char *const	 words[] = {
		"<auditevent> { AUE_OPEN_R; }", "<auditevent> { AUE_OPEN_W; }",
		"<auditevent> { AUE_OPEN_R, AUE_UNLINK; }", "any",
		"not <auditevent> { AUE_OPEN_R; }", "<auditclass> { fw; }",
	};

	return pick(l, words, 6);
}

static const char *
draw_status(struct lot *l)
{
	static const char *const	 words[] = { "any", "success",
	    "failure" };

	return pick(l, words, chance(l, 2) ? 1 : 3);
}

/* A predicate over one record, or over $x when it is bound. */
static void
draw_predicate(struct lot *l, struct drawn *d, bool bound)
{
	static const char *const	 words[] = {
		"object <path> { /a; }", "object not <path> { /a; }",
		"object <exact> { /a, /c; }", "object not <exact> { /c; }",
		"pid < 2", "pid == 1",
		"either { pid == 1; } or { object <exact> { /a; }; }",
		"object none",
	};
	static const char *const	 over[] = {
		"object == $x", "object == $x", "object != $x",
		"object in $x", "object not in $x",
	};

	add_line(d, "%s;", bound && !chance(l, 3) ? pick(l, over, 5) :
	    pick(l, words, 8));
}

static void
draw_count(struct lot *l, struct drawn *d, bool ordered, bool distinct)
{
	const uint32_t	 n = 2 + lot_below(l, 3);
	uint32_t	 form = lot_below(l, ordered ? 5 : 1), values;

	if (!distinct && form > 1)
		form = 4;
	switch (form) {
	case 0:
		add_line(d, "multiplier %u;", n);
		break;
	case 1:
		add_line(d, "multiplier %u in %u seconds;", n,
		    1 + lot_below(l, 6));
		break;
	case 2:
		values = 2 + lot_below(l, 2);
		add_line(d, "multiplier %u distinct object in %u seconds;",
		    values, 1 + lot_below(l, 9));
		break;
	case 3:
		add_line(d, "multiplier %u distinct object;",
		    2 + lot_below(l, 2));
		break;
	default:
		add_line(d, "multiplier %u or more;", 1 + lot_below(l, 2));
	}
}

struct shape {
	bool		 ordered, strict, timeout, by_none;
	uint32_t	 timeout_s;
	bool		 bound;		/* $x is, by a state before */
};

static void
draw_state(struct lot *l, struct drawn *d, uint32_t nth, uint32_t of,
    struct shape *s)
{
	const bool	 first = nth == 0;
	const char	*events = draw_events(l), *status = draw_status(l);
	bool		 absent = false, counted = false;

	add_line(d, "state { event %s; status %s;", events, status);
	if (chance(l, 2))
		draw_predicate(l, d, s->ordered && s->bound);
	if (s->ordered && !first && chance(l, 4) &&
	    (!s->timeout || s->timeout_s > 1)) {
		absent = true;
		add_line(d, "absent %u seconds;", 1 + lot_below(l,
		    s->timeout ? s->timeout_s - 1 : 5));
	} else if (chance(l, 3)) {
		counted = true;
		/* Of a distinct count anybody's record could be the first. */
		draw_count(l, d, s->ordered, !s->strict && !(first &&
		    s->by_none));
	}
	if (s->ordered && !first && !absent && !counted && chance(l, 3))
		add_line(d, "within %u seconds;", 1 + lot_below(l, 5));
	if (s->ordered && !absent && !counted && !s->bound && nth + 1 < of &&
	    chance(l, 2)) {
		add_line(d, "bind $x object;");
		s->bound = true;
	}
	add_line(d, "};");
}

static void
draw_rule(struct lot *l, struct drawn *d)
{
	const uint32_t	 n = 1 + lot_below(l, 3);
	struct shape	 s = { .ordered = !chance(l, 5) };

	add_line(d, "sequence r%u {", d->nrules);
	add_line(d, "subject %s;", chance(l, 3) ? "<auid> { 0; }" : "any");
	s.strict = s.ordered && chance(l, 4);
	s.timeout = !s.ordered || chance(l, 2);
	s.timeout_s = 1 + lot_below(l, 12);
	if (s.timeout)
		add_line(d, "timeout %u seconds;", s.timeout_s);
	else
		add_line(d, "timeout none;");
	if (chance(l, 4))
		add_line(d, "scope %s;", chance(l, 2) ? "session" : "process");
	/* Whatever is drawn, it lives as the second edition has it. */
	if (!s.ordered)
		add_line(d, "order any;");
	else if (s.strict)
		add_line(d, "strict;");
	else {
		s.by_none = chance(l, 2);
		add_line(d, "by %s;", s.by_none ? "none" : "object");
	}
	if (chance(l, 6))
		add_line(d, "cooldown %u seconds;", 1 + lot_below(l, 9));
	if (chance(l, 5)) {
		add_line(d, "except { event %s;", draw_events(l));
		draw_predicate(l, d, false);
		add_line(d, "};");
	}
	for (uint32_t i = 0; i < n; i++)
		draw_state(l, d, i, n, &s);
	if (chance(l, 4)) {
		add_line(d, "cancel { event %s;", draw_events(l));
		draw_predicate(l, d, s.ordered && s.bound);
		add_line(d, "};");
	}
	add_line(d, "};");
	d->nrules++;
}

/* One draw after the other, so that each compiler makes the same of a lot. */
static void
draw_deed(struct lot *l, struct deed *deed)
{
	static const uint16_t	 events[] = { 72, 76, 6, 23 };

	deed->event = events[lot_below(l, 4)];
	deed->auid = chance(l, 4) ? 1001 : 0;
	deed->pid = 1 + lot_below(l, 2);
	deed->session = 7 + chance(l, 4);
	deed->error = chance(l, 4) ? 13 : 0;
	deed->path = chance(l, 5) ? NULL : pick(l, paths, 3);
}

static void
draw_deeds(struct lot *l, struct drawn *d)
{
	int64_t	 now = 1600000000000;

	d->ndeeds = 1 + lot_below(l, DEEDS_MAX);
	for (uint32_t i = 0; i < d->ndeeds; i++) {
		now += chance(l, 12) ? -(int64_t)lot_below(l, 4000) :
		    (int64_t)lot_below(l, chance(l, 8) ? 9000 : 1500);
		if (chance(l, 3))
			now -= now % 1000;
		draw_deed(l, &d->deeds[i]);
		d->deeds[i].millis = now;
	}
}

static void
draw(struct lot *l, struct drawn *d)
{
	memset(d->nlines, 0, sizeof(d->nlines));
	d->nrules = 0;
	for (uint32_t n = 1 + lot_below(l, RULES_MAX - 1); n > 0; n--)
		draw_rule(l, d);
	draw_deeds(l, d);
	for (uint32_t i = 0; i < DEEDS_MAX; i++)
		d->moves[i] = chance(l, 16);
	d->musters = d->ndeeds % 2;
}

static void
text_of(const struct drawn *d, struct buf *text)
{
	buf_clear(text);
	for (uint32_t r = 0; r < d->nrules; r++)
		for (uint32_t i = 0; i < d->nlines[r]; i++) {
			buf_str(text, d->lines[r][i]);
			buf_char(text, '\n');
		}
}

/* A deed as FreeBSD writes it. */
static void
put_deed(struct buf *b, const struct deed *d)
{
	const size_t	 start = b->n;
	struct token	 t = { .layout = layout_find(TOK_HEADER32) };

	t.header.version = 11;
	t.header.event = d->event;
	t.header.seconds = (uint64_t)(d->millis / 1000);
	t.header.fraction = (uint64_t)(d->millis % 1000);
	assert_int_equal(build_token(b, &t), 0);
	if (d->path != NULL) {
		t = (struct token){ .layout = layout_find(TOK_PATH) };
		t.str.text = build_cstr(d->path);
		assert_int_equal(build_token(b, &t), 0);
	}
	t = (struct token){ .layout = layout_find(TOK_SUBJECT32) };
	t.subject.auid = t.subject.euid = t.subject.ruid = d->auid;
	t.subject.pid = d->pid;
	t.subject.session = d->session;
	t.subject.address = (struct slice){ (const uint8_t *)"\0\0\0", 4 };
	assert_int_equal(build_token(b, &t), 0);
	t = (struct token){ .layout = layout_find(TOK_RETURN32) };
	t.ret.error = d->error;
	assert_int_equal(build_token(b, &t), 0);
	build_finish(b, start);
}

/* What the engine tells of a record, as lines like the referee's. */
struct heard {
	struct buf	*lines;
	size_t		 n, cap;
};

static void
hear(void *arg, struct alert *a)
{
	struct heard	*h = arg;
	struct buf	 line = { 0 };

	buf_printf(&line, "%s at %lld held %llu:", a->rule.label,
	    (long long)a->millis, (unsigned long long)a->held_back);
	for (size_t i = 0; i < a->nsteps; i++)
		buf_printf(&line, " %u", (unsigned)a->steps[i].offset);
	for (size_t i = 0; i < a->nbound; i++) {
		buf_printf(&line, " $%s=", a->bound[i].name);
		buf_slice(&line, a->bound[i].bytes);
	}
	h->lines = mem_grow(h->lines, &h->cap, h->n + 1, sizeof(*h->lines));
	h->lines[h->n++] = line;
}

static int
by_text(const void *va, const void *vb)
{
	struct buf	*a = (void *)(uintptr_t)va, *b = (void *)(uintptr_t)vb;

	return strcmp(buf_cstr(a), buf_cstr(b));
}

/*
 * Where clocks step back, a count that the engine keeps as one queue may hold
 * other records in its middle than so many single states would, of equal right:
 * bsmtrace.conf(5). The rest of the line is the same, and as long.
 */
static bool
same_line(struct buf *va, struct buf *vb, bool steps_back)
{
	const char	*a = buf_cstr(va), *b = buf_cstr(vb);
	const char	*ra = strchr(a, ':'), *rb = strchr(b, ':');
	unsigned	 first[2], n = 0, last[2] = { 0 };

	if (strcmp(a, b) == 0)
		return true;
	if (!steps_back || ra - a != rb - b ||
	    strncmp(a, b, (size_t)(ra - a)) != 0)
		return false;
	first[0] = (unsigned)strtoul(ra + 1, NULL, 10);
	first[1] = (unsigned)strtoul(rb + 1, NULL, 10);
	for (ra++, rb++; *ra == ' ' && *rb == ' ' && ra[1] != '$' &&
	    rb[1] != '$'; n++) {
		char	*end;

		last[0] = (unsigned)strtoul(ra, &end, 10);
		ra = end;
		last[1] = (unsigned)strtoul(rb, &end, 10);
		rb = end;
	}
	return n > 2 && first[0] == first[1] && last[0] == last[1] &&
	    strcmp(ra, rb) == 0;
}

/* The same lines, in whatever order; WHERE says what differs. */
static bool
same_lines(struct buf *a, size_t na, struct buf *b, size_t nb,
    uint32_t ordinal, bool steps_back, struct buf *where)
{
	bool	 same = na == nb;

	if (na > 1)
		qsort(a, na, sizeof(*a), by_text);
	if (nb > 1)
		qsort(b, nb, sizeof(*b), by_text);
	for (size_t i = 0; same && i < na; i++)
		same = same_line(&a[i], &b[i], steps_back);
	if (same)
		return true;
	buf_printf(where, "record %u:\n", ordinal);
	for (size_t i = 0; i < na; i++)
		buf_printf(where, "  referee: %s\n", buf_cstr(&a[i]));
	for (size_t i = 0; i < nb; i++)
		buf_printf(where, "  engine:  %s\n", buf_cstr(&b[i]));
	return false;
}

static uint64_t	 alerts_seen;		/* so that luck can be seen */

static struct engine *
engine_of(const struct rule_case *c, const struct engine_options *options,
    const struct alert_out *out, uint32_t sources, bool live)
{
	struct engine	*e = engine_new(c->program, c->names, options, out);

	for (uint32_t i = 0; i < sources; i++)
		(void)engine_source(e, live);
	return e;
}

/* The engine takes this record, the one with this number of its source. */
static void
feed(struct engine *e, uint32_t source, const struct deed *d, uint32_t number)
{
	struct buf		 bytes = { 0 };
	struct frame_record	 frame = { .kind = FRAME_RECORD,
	    .quality = FRAME_STRONG, .offset = number };
	struct record		 r;

	put_deed(&bytes, d);
	frame.bytes = buf_bytes(&bytes);
	assert_int_equal(record_head(&r, &frame), 0);
	engine_feed(e, source, &r);
	buf_fini(&bytes);
}

/* Do both raise the same? WHERE says where not. */
static bool
agree(const struct rule_case *c, const struct drawn *d, struct buf *where)
{
	struct heard			 heard = { 0 };
	const struct alert_out		 out = { .alert = hear,
	    .arg = &heard };
	const struct engine_options	 options = { .max_open = 1,
	    .muster_from = d->musters };
	struct engine			*e = engine_of(c, &options, &out, 1,
	    false);
	struct referee			 f = { .program = c->program,
	    .dialect = DIALECT_FREEBSD, .deeds = d->deeds };
	bool				 same = true, steps_back = false;

	for (uint32_t i = 0; same && i < d->ndeeds; i++) {
		steps_back |= i > 0 &&
		    d->deeds[i].millis < d->deeds[i - 1].millis;
		if (d->moves[i])
			e = saved_move(e, engine_of(c, &options, &out, 1,
			    false));
		feed(e, 0, &d->deeds[i], i);
		referee_feed(&f, i);
		alerts_seen += f.ntold;
		same = same_lines(f.told, f.ntold, heard.lines, heard.n, i,
		    steps_back, where);
		for (size_t j = 0; j < heard.n; j++)
			buf_fini(&heard.lines[j]);
		heard.n = 0;
	}
	free(heard.lines);
	referee_fini(&f);
	engine_free(e);
	return same;
}

/* All that can be seen of an engine, as text. */
struct seen {
	struct engine	*e;
	bool		 live;
	struct buf	 text;
};

static void
see_trigger(void *arg, const struct alert_trigger *t)
{
	struct seen	*s = arg;

	buf_printf(&s->text, "trigger %s source %u record %llu\n",
	    t->rule->label, t->source, (unsigned long long)t->record->offset);
}

static void
see(void *arg, struct alert *a)
{
	struct seen	*s = arg;

	buf_printf(&s->text, "%s %llx%llx first %lld at %lld held %llu "
	    "records %llu source %u absence %d last %llu:", a->rule.label,
	    (unsigned long long)a->uid[0], (unsigned long long)a->uid[1],
	    (long long)a->first_millis, (long long)a->millis,
	    (unsigned long long)a->held_back, (unsigned long long)a->records,
	    a->source, a->absence, (unsigned long long)a->last->offset);
	for (size_t i = 0; i < a->nsteps; i++) {
		struct alert_step	 step = a->steps[i];

		if (s->live)
			engine_kept(s->e, &step);
		buf_printf(&s->text, " %u:%u:%llu", step.state, step.source,
		    (unsigned long long)step.offset);
	}
	for (size_t i = 0; i < a->nbound; i++) {
		buf_printf(&s->text, " $%s=", a->bound[i].name);
		buf_slice(&s->text, a->bound[i].bytes);
	}
	buf_char(&s->text, '\n');
}

static void
see_stats(struct seen *s)
{
	struct engine_stats	 stats;

	engine_stats(s->e, &stats);
	buf_printf(&s->text, "live %llu started %llu expired %llu "
	    "evicted %llu alerts %llu waiting %llu\n",
	    (unsigned long long)stats.instances,
	    (unsigned long long)stats.started,
	    (unsigned long long)stats.expired,
	    (unsigned long long)stats.evicted,
	    (unsigned long long)stats.alerts,
	    (unsigned long long)engine_waiting(s->e, 0));
}

/* Run it, with interruptions or without, and see. */
static void
run(const struct rule_case *c, const struct drawn *d, uint32_t seed,
    bool moves, struct seen *s)
{
	const struct engine_options	 options = { .want_uid = true,
	    .max_open = 1 + seed % 3, .skip_steps = seed % 7 == 0,
	    .muster_from = seed / 3 % 2,
	    .max_instances = seed % 2 == 0 ? 0 : 1 + seed / 2 % 5 };
	const struct alert_out		 out = { .trigger = see_trigger,
	    .alert = see, .arg = s };

	s->live = seed % 3 == 0;
	s->e = engine_of(c, &options, &out, 2, s->live);
	for (uint32_t i = 0; i < d->ndeeds; i++) {
		if (moves && d->moves[i])
			s->e = saved_move(s->e, engine_of(c, &options, &out,
			    2, s->live));
		feed(s->e, seed % 5 == 0 ? i / 3 % 2 : 0, &d->deeds[i], i);
		if (s->live && i % 9 == 0)
			engine_pass(s->e, 0, d->deeds[i].millis + 1500);
		see_stats(s);
	}
	engine_free(s->e);
}

enum verdict { AGREED, DISAGREED, REFUSED };

/* The referee knows no other life: a line left out must not change that. */
static bool
all_new_life(const struct program *p)
{
	for (size_t i = 0; i < p->nrules; i++)
		if (!p->rules[i].new_life)
			return false;
	return true;
}

static enum verdict
judge(const struct drawn *d, struct buf *where)
{
	struct buf		 text = { 0 };
	struct rule_case	*c;
	enum verdict		 v = REFUSED;

	text_of(d, &text);
	c = case_new(buf_cstr(&text));
	buf_clear(where);
	if (case_run(c) == NULL)
		buf_str(where, case_said(c));
	else if (all_new_life(c->program))
		v = agree(c, d, where) ? AGREED : DISAGREED;
	case_free(c);
	buf_fini(&text);
	return v;
}

/* Leave out records, rules and lines as long as they still disagree. */
static void
shrink(struct drawn *d, struct buf *where)
{
	struct drawn	*try = xcalloc(1, sizeof(*try));
	bool		 smaller = true;

	while (smaller) {
		smaller = false;
		for (uint32_t i = d->ndeeds; i-- > 0;) {
			*try = *d;
			try->ndeeds--;
			memmove(&try->deeds[i], &try->deeds[i + 1],
			    (try->ndeeds - i) * sizeof(try->deeds[0]));
			memmove(&try->moves[i], &try->moves[i + 1],
			    (try->ndeeds - i) * sizeof(try->moves[0]));
			if (judge(try, where) == DISAGREED) {
				*d = *try;
				smaller = true;
			}
		}
		for (uint32_t r = d->nrules; r-- > 0;)
			for (uint32_t i = d->nlines[r]; i-- > 0;) {
				*try = *d;
				memmove(try->lines[r][i],
				    try->lines[r][i + 1],
				    (--try->nlines[r] - i) * 160);
				if (judge(try, where) == DISAGREED) {
					*d = *try;
					smaller = true;
				}
			}
		for (uint32_t r = d->nrules; r-- > 0;) {
			*try = *d;
			try->nlines[r] = 0;
			if (d->nlines[r] > 0 &&
			    judge(try, where) == DISAGREED) {
				*d = *try;
				smaller = true;
			}
		}
	}
	free(try);
	(void)judge(d, where);
}

static void
show(const struct drawn *d, uint64_t seed, const struct buf *where)
{
	struct buf	 text = { 0 }, told = { 0 };

	text_of(d, &text);
	buf_slice(&told, buf_bytes(where));
	print_message("seed %llu\n%s", (unsigned long long)seed,
	    buf_cstr(&text));
	for (uint32_t i = 0; i < d->ndeeds; i++)
		print_message("# %u: %lld event %u auid %u pid %u session %u "
		    "error %u %s\n", i, (long long)d->deeds[i].millis,
		    d->deeds[i].event, d->deeds[i].auid, d->deeds[i].pid,
		    d->deeds[i].session, d->deeds[i].error,
		    d->deeds[i].path == NULL ? "-" : d->deeds[i].path);
	fail_msg("%s", buf_cstr(&told));
}

static void
the_engine_agrees_with_the_referee(void **state)
{
	const unsigned	 runs = lot_runs(2000);
	const char	*from = getenv("BSMTRACE_TEST_SEED");
	const uint64_t	 first = from == NULL ? 1 : strtoull(from, NULL, 10);
	struct drawn	*d = xcalloc(1, sizeof(*d));
	struct lot	*l = xcalloc(1, sizeof(*l));
	struct buf	 where = { 0 };
	unsigned	 refused = 0;

	(void)state;
	for (uint64_t seed = first; seed < first + runs; seed++) {
		enum verdict	 v;

		lot_seed(l, seed);
		draw(l, d);
		v = judge(d, &where);
		refused += v == REFUSED;
		if (v != DISAGREED)
			continue;
		shrink(d, &where);
		show(d, seed, &where);
	}
	/* What cannot be, as two values of what is one, is drawn too. */
	assert_true(refused < runs / 5);
	print_message("%u rules and trails, %u refused, %llu alerts\n", runs,
	    refused, (unsigned long long)alerts_seen);
	assert_true(alerts_seen > runs / 4);
	free(d);
	free(l);
	buf_fini(&where);
}

/*
 * The clock steps back, so that what began last is over age first. What was
 * counted for it counts for the one before.
 */
static void
they_agree_on_values_that_outlive_a_beginning(void **state)
{
	static const struct deed	 deeds[] = {
		{ 72, 26000, 0, 1, 7, 0, "/a" },
		{ 23, 22179, 0, 1, 7, 13, "/a" },
		{ 72, 22338, 0, 1, 7, 0, "/c" },
		{ 76, 23355, 0, 1, 7, 13, "/a/b" },
		{ 6, 26829, 0, 1, 7, 13, "/c" },
		{ 76, 27000, 0, 1, 7, 0, "/a" },
	};
	const uint64_t	 before = alerts_seen;
	struct drawn	*d = xcalloc(1, sizeof(*d));
	struct buf	 where = { 0 };

	(void)state;
	add_line(d, "sequence r0 { subject any; by none; timeout 1 seconds;");
	add_line(d, "state { event <auditevent> { AUE_OPEN_R; }; status any;");
	add_line(d, "}; state { event any; status failure;");
	add_line(d, "multiplier 3 distinct object; };");
	add_line(d, "state { event <auditevent> { AUE_OPEN_W; }; status any;");
	add_line(d, "}; };");
	d->nrules = 1;
	d->ndeeds = sizeof(deeds) / sizeof(deeds[0]);
	memcpy(d->deeds, deeds, sizeof(deeds));
	if (judge(d, &where) != AGREED)
		show(d, 0, &where);
	assert_int_equal(alerts_seen - before, 1);
	buf_fini(&where);
	free(d);
}

/* Rules that come and go around others which stay. */

#define CHANGES	3u			/* programs, one after the other */

/* What the referee does not know, leaning on the first rule that was drawn. */
static const char	more_rules[] =
    "sequence hears { subject any; by object; timeout 20 seconds;\n"
    " state { event <alert> { r0; }; status any; };\n"
    " state { event any; status any; }; };\n"
    "sequence fresh { subject any; by none; cooldown 2 seconds;\n"
    " state { event any; status any; new object in 5 seconds learning none;\n"
    " }; };\n"
    "sequence far { subject any; by none; across hosts; timeout none;\n"
    " state { event <auditevent> { AUE_OPEN_R; }; status any;\n"
    "  bind $x object; };\n"
    " state { event <auditevent> { AUE_UNLINK; }; status any;\n"
    "  absent 2 seconds; };\n"
    " state { event any; status any; object == $x; }; };\n"
    "sequence runs { subject any;\n"
    " state { event <auditevent> { AUE_OPEN_R; }; status any;\n"
    "  image <exact> { /c; }; }; };\n"
    "sequence old { subject any; timeout 9 seconds;\n"
    " state { event <auditevent> { AUE_OPEN_R; }; status any; };\n"
    " state { event any; status failure; multiplier 2; }; };\n";

static void
put_rule(struct buf *text, const struct drawn *d, uint32_t rule,
    const char *label)
{
	buf_printf(text, "sequence %s%u {\n", label, rule);
	for (uint32_t i = 1; i < d->nlines[rule]; i++)
		buf_printf(text, "%s\n", d->lines[rule][i]);
}

/* Those that stay, from any of them on, with some of the others in between. */
static void
changed_text(struct lot *l, const struct drawn *stay,
    const struct drawn *others, struct buf *text)
{
	const uint32_t	 first = lot_below(l, stay->nrules);
	const bool	 early = chance(l, 2);

	buf_clear(text);
	if (early)
		buf_str(text, more_rules);
	for (uint32_t i = 0; i < RULES_MAX; i++) {
		if (i < others->nrules && chance(l, 2))
			put_rule(text, others, i, "other");
		if (i < stay->nrules)
			put_rule(text, stay, (first + i) % stay->nrules, "r");
	}
	if (!early)
		buf_str(text, more_rules);
}

/* Programs of the same rules and some others; NULL: one of them is refused. */
static bool
changed_cases(struct lot *l, const struct drawn *stay,
    const struct drawn *others, struct rule_case *cases[CHANGES])
{
	struct buf	 text = { 0 };
	bool		 good = true;

	for (unsigned i = 0; i < CHANGES; i++) {
		changed_text(l, stay, others, &text);
		cases[i] = case_new(buf_cstr(&text));
		good &= case_run(cases[i]) != NULL;
	}
	buf_fini(&text);
	return good;
}

/* With rules that change now and then, or with the first ones for ever. */
static void
run_changing(struct lot *l, struct rule_case *const cases[CHANGES],
    const struct drawn *d, bool changes, struct seen *s)
{
	const struct engine_options	 options = { .want_uid = true,
	    .max_open = 1, .muster_from = 1 };
	const struct alert_out		 out = { .trigger = see_trigger,
	    .alert = see, .arg = s };
	const bool			 two = lot_below(l, 2) == 0;

	s->live = lot_below(l, 2) == 0;
	s->e = engine_of(cases[0], &options, &out, 2, s->live);
	for (uint32_t i = 0; i < d->ndeeds; i++) {
		if (changes && chance(l, 8))
			s->e = saved_reload(s->e, engine_of(
			    cases[lot_below(l, CHANGES)], &options, &out, 2,
			    s->live));
		feed(s->e, two ? i / 3 % 2 : 0, &d->deeds[i], i);
	}
	engine_free(s->e);
}

/* What was told of one rule, to be freed. */
static struct buf
told_of(struct seen *s, const char *label)
{
	struct buf	 of = { 0 };
	const size_t	 n = strlen(label);

	for (const char *at = buf_cstr(&s->text), *end; *at != '\0';
	    at = end + 1) {
		const char	*name = strncmp(at, "trigger ", 8) == 0 ?
		    at + 8 : at;

		end = strchr(at, '\n');
		if (strncmp(name, label, n) == 0 && name[n] == ' ')
			buf_put(&of, at, (size_t)(end - at) + 1);
	}
	return of;
}

static void
assert_told_alike(struct seen *once, struct seen *often, const char *label,
    uint32_t seed, size_t *happened)
{
	struct buf	 a = told_of(once, label), b = told_of(often, label);

	if (!slice_eq(buf_bytes(&a), buf_bytes(&b)))
		fail_msg("seed %u rule %s\n%s\nbut:\n%s", seed, label,
		    buf_cstr(&a), buf_cstr(&b));
	*happened += a.n;
	buf_fini(&a);
	buf_fini(&b);
}

static void
rules_that_stay_do_not_notice_that_others_come_and_go(void **state)
{
	static const char *const	 labels[] = { "r0", "r1", "r2",
	    "hears", "fresh", "far", "runs", "old" };
	const unsigned	 runs = lot_runs(300);
	struct drawn	*stay = xcalloc(1, sizeof(*stay));
	struct drawn	*others = xcalloc(1, sizeof(*others));
	struct lot	*l = xcalloc(1, sizeof(*l));
	size_t		 happened[8] = { 0 };

	(void)state;
	for (uint32_t seed = 1; seed <= runs; seed++) {
		struct seen		 once = { 0 }, often = { 0 };
		struct rule_case	*cases[CHANGES];

		lot_seed(l, seed + UINT64_C(2000000));
		draw(l, others);
		draw(l, stay);
		if (changed_cases(l, stay, others, cases)) {
			lot_seed(l, seed);
			run_changing(l, cases, stay, false, &once);
			lot_seed(l, seed);
			run_changing(l, cases, stay, true, &often);
			for (size_t i = 0; i < 8; i++)
				assert_told_alike(&once, &often, labels[i],
				    seed, &happened[i]);
		}
		for (unsigned i = 0; i < CHANGES; i++)
			case_free(cases[i]);
		buf_fini(&once.text);
		buf_fini(&often.text);
	}
	for (size_t i = 0; i < 8; i++)
		assert_true(happened[i] > 20 * (size_t)runs);
	free(stay);
	free(others);
	free(l);
}

/* With its order, its uids, who is evicted and who is over age. */
static void
an_interruption_changes_nothing_that_can_be_seen(void **state)
{
	const unsigned	 runs = lot_runs(400);
	struct drawn	*d = xcalloc(1, sizeof(*d));
	struct lot	*l = xcalloc(1, sizeof(*l));
	struct buf	 text = { 0 };

	(void)state;
	for (uint32_t seed = 1; seed <= runs; seed++) {
		struct seen		 whole = { 0 }, parts = { 0 };
		struct rule_case	*c;

		lot_seed(l, seed + UINT64_C(1000000));
		draw(l, d);
		text_of(d, &text);
		c = case_new(buf_cstr(&text));
		if (case_run(c) != NULL) {
			run(c, d, seed, false, &whole);
			run(c, d, seed, true, &parts);
			if (!slice_eq(buf_bytes(&whole.text),
			    buf_bytes(&parts.text)))
				fail_msg("seed %u\n%s\n%s\nbut:\n%s",
				    seed, buf_cstr(&text),
				    buf_cstr(&whole.text),
				    buf_cstr(&parts.text));
		}
		case_free(c);
		buf_fini(&whole.text);
		buf_fini(&parts.text);
	}
	buf_fini(&text);
	free(d);
	free(l);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(the_engine_agrees_with_the_referee),
		cmocka_unit_test(they_agree_on_values_that_outlive_a_beginning),
		cmocka_unit_test(
		    an_interruption_changes_nothing_that_can_be_seen),
		cmocka_unit_test(
		    rules_that_stay_do_not_notice_that_others_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
