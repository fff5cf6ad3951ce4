/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_feed.c - however records are fed, the same comes of them.
 *
 * A trail is drawn by lot and fed to three engines: record by record, so many
 * at once, and as bytes that are cut anywhere. All that they tell, and all that
 * they count, must be the same.
 */
#include "play.h"

#include "engine/feed.h"
#include "draw.h"

#define RECORDS	400u
#define LIVE	9000u			/* more than are near */
#define OPTS(words) "options { " words " };\n"
#define P(set) "object <path> { " set "; }; "

static const char *const	rules[] = {
	/* Nobody wants most of the records. */
	SEQ("a", "timeout 30 seconds; " S(U) S(X)),
	SEQ("a", S(EV("login") "trigger \"/bin/true\"; ")),
	/* Paths, and what is remembered of them. */
	SEQ("a", S(R P("/tmp, /etc/")) S(U P("/tmp/b")))
	SEQ("b", S(W "object not <path> { /etc; }; ")),
	OPTS("path-cache off; ")
	SEQ("a", S(R P("/tmp, /etc/")))
	SEQ("b", S(X "object <pcre> { b$; }; ")),
	OPTS("path-cache follow; ")
	SEQ("a", S(R P("/tmp/a")) S(EV("EXIT") P("/etc"))),
	/* Subjects of all kinds, and classes. */
	"sequence a { subject <auid> { 1, 3; }; " S(R) S(X) "};\n"
	"sequence b { subject not <euid> { 2; }; " S(U) "};\n"
	"sequence c { subject <auid> { 2; }; " S(R P("/tmp")) "};\n"
	"sequence d { subject any; state { event <auditclass> { fw; };"
	" status failure; }; };\n",
	/* Time in milliseconds, and the lack of records. */
	SEQ("a", S(R) S(W "within 2 seconds; ")),
	SEQ("a", "by pid; " S(R) S("absent 3 seconds; " U)),
	SEQ("a", "across hosts; " S(R) S(U "within 5 seconds; ")),
	/* What follows a lack of records is over age by those passed over. */
	SEQ("a", "timeout 4 seconds; " S(R) S("absent 2 seconds; " U) S(X)),
	SEQ("a", S(R) S("absent 1 seconds; " W) S(X "within 2 seconds; "))
	SEQ("b", "across hosts; timeout 9 seconds; " S(R)
	    S("absent 4 seconds; " U) S("absent 3 seconds; " W) S(U)),
	SEQ("a", "timeout 3 seconds; " S(R P("/tmp/"))
	    S("absent 2 seconds; " U) S(W "multiplier 2; ")),
	/* The same of records whose paths may be remembered. */
	SEQ("a", S(R P("/tmp/")) S(U P("/etc")) S("absent 1 seconds; " R))
	SEQ("b", S("object not <path> { /tmp/; }; " W)
	    S("absent 2 seconds; " X P("/tmp/b"))),
	OPTS("path-cache follow; ")
	SEQ("a", S(R P("/tmp/a")) S("absent 1 seconds; " R P("/etc"))),
	/* Those that see each record, and those that hear of others. */
	SEQ("a", "strict; " S(R) S(W)),
	SEQ("a", "strict; except { " U "}; " S(R) S(W)),
	SEQ("a", S(X "image <exact> { /tmp/a, /etc/b; }; ")),
	SEQ("a", S(U))
	SEQ("b", S("event <alert> { a; }; status any; ") S(R)),
};

struct heard {
	struct play	 play;
	struct buf	 unknown;
};

/* Another record of a trail, with things that few of them have. */
static void
draw_record(struct lot *l, struct buf *b, int64_t *ms)
{
	static const char	*paths[] = { NULL, "/tmp/a", "/tmp/b",
	    "/etc/b", "/etcetera", "/", "" };
	const size_t		 start = b->n;
	struct play_act		 a = { .letter = "rwuxelz"[lot_below(l, 7)],
	    .auid = 1 + lot_below(l, 3), .pid = 1 + lot_below(l, 3),
	    .session = 1, .failed = lot_below(l, 3) == 0,
	    .inode = lot_below(l, 4), .nobody = lot_below(l, 20) == 0 };

	*ms += lot_below(l, 900);
	if (lot_below(l, 15) == 0)
		*ms -= lot_below(l, 5000);
	a.ms = *ms;
	a.path = paths[lot_below(l, sizeof(paths) / sizeof(paths[0]))];
	a.npath = a.path == NULL ? 0 : strlen(a.path);
	play_bytes(b, &a);
	if (lot_below(l, 25) == 0) {		/* a header within */
		struct token	 t = { .layout = layout_find(TOK_HEADER32) };

		t.header.version = 11;
		t.header.event = lot_below(l, 2) ? 6 : 60000;
		t.header.seconds = (uint64_t)(*ms / 1000 + *ms % 9 - 4);
		assert_int_equal(build_token(b, &t), 0);
	}
	build_finish(b, start);
	if (lot_below(l, 10) == 0)		/* an event in no table */
		b->p[start + 6] = 0xf0;
	if (lot_below(l, 30) == 0)		/* or of another system */
		b->p[start + 5] = 2;
}

static void
on_unknown(void *arg, uint16_t event)
{
	struct heard	*h = arg;

	buf_printf(&h->unknown, "%u after %zu; ", event, h->play.told.n);
}

static void
begin(struct heard *h, struct rule_case *c)
{
	*h = (struct heard){ .play = { .c = c } };
	play_begin(&h->play, &(struct engine_options){ .want_uid = true });
	engine_on_unknown(h->play.e, on_unknown, h);
}

static void
end(struct heard *h)
{
	engine_free(h->play.e);
	buf_fini(&h->play.told);
	buf_fini(&h->unknown);
}

static void
assert_same(struct heard *a, struct heard *b)
{
	struct engine_stats	 sa, sb;

	engine_stats(a->play.e, &sa);
	engine_stats(b->play.e, &sb);
	assert_memory_equal(&sa, &sb, sizeof(sa));
	assert_string_equal(buf_cstr(&a->play.told),
	    buf_cstr(&b->play.told));
	assert_string_equal(buf_cstr(&a->unknown), buf_cstr(&b->unknown));
	assert_int_equal(a->play.matches, b->play.matches);
	assert_int_equal(a->play.triggers, b->play.triggers);
	assert_int_equal(engine_waiting(a->play.e, 0),
	    engine_waiting(b->play.e, 0));
}

/* The records of the trail, heads read. Returns how many. */
static size_t
cut(struct slice trail, struct record *r)
{
	size_t	 n = 0, size;

	for (size_t at = 0; at < trail.n; at += size) {
		struct frame_record	 f = { .kind = FRAME_RECORD,
		    .offset = at, .quality = FRAME_STRONG };

		size = frame_intact(trail.p + at, trail.n - at);
		assert_int_not_equal(size, 0);
		f.bytes = (struct slice){ trail.p + at, size };
		assert_int_equal(record_head(&r[n++], &f), 0);
	}
	return n;
}

static void
feed_pieces(struct engine *e, struct lot *l, struct slice trail, size_t n)
{
	uint64_t	 records = 0;

	for (size_t at = 0, to = 0; at < trail.n;) {
		struct engine_fed	 fed;
		uint8_t			*piece;

		to += lot_below(l, 3000);
		if (to > trail.n)
			to = trail.n;
		piece = xmemdup(trail.p + at, to - at);
		fed = engine_feed_bytes(e, 0, (struct slice){ piece,
		    to - at }, at);
		free(piece);
		assert_int_equal(fed.bytes == 0, fed.records == 0);
		if (fed.records > 0)
			assert_true(fed.version == 11 || fed.version == 2);
		at += fed.bytes;
		records += fed.records;
	}
	assert_int_equal(records, n);
}

static size_t
feed_each_way(struct rule_case *c, struct lot *l, struct slice trail,
    size_t records)
{
	struct record	*r = xcalloc(records, sizeof(*r));
	struct heard	 one, many, bytes;
	size_t		 n = cut(trail, r), told;

	assert_int_equal(n, records);
	begin(&one, c);
	begin(&many, c);
	begin(&bytes, c);
	for (size_t i = 0; i < n; i++)
		engine_feed(one.play.e, 0, &r[i]);
	(void)cut(trail, r);
	for (size_t i = 0, some; i < n; i += some) {
		some = lot_below(l, 3 * FEED_AHEAD);
		some = some < n - i ? some : n - i;
		engine_feed_many(many.play.e, 0, r + i, some);
	}
	feed_pieces(bytes.play.e, l, trail, n);
	assert_same(&one, &many);
	assert_same(&one, &bytes);
	told = one.play.told.n;
	end(&one);
	end(&many);
	end(&bytes);
	free(r);
	return told;
}

/* Trails of these rules, the I-th. */
static void
feed_trails(const char *text, size_t i)
{
	struct lot		*l = malloc(sizeof(*l));
	struct rule_case	*c = case_good(text);
	size_t			 told = 0;

	assert_non_null(l);
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct buf	 trail = { 0 };
		int64_t		 ms = PLAY_BEGINS * 1000;

		lot_seed(l, seed * 100 + i);
		for (unsigned k = 0; k < RECORDS; k++)
			draw_record(l, &trail, &ms);
		told += feed_each_way(c, l, buf_bytes(&trail), RECORDS);
		buf_fini(&trail);
	}
	assert_int_not_equal(told, 0);		/* something happened */
	case_free(c);
	free(l);
}

static void
the_same_comes_of_records_however_they_are_fed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		feed_trails(rules[i], i);
}

/* So many prefixes that paths are looked up together. */
static void
the_same_comes_of_them_with_many_prefixes(void **state)
{
	static const struct {
		const char	*rules, *wants;
	} others[] = {
		{ OPTS("path-cache off; ")
		SEQ("b", "timeout 30 seconds; " S(R P("/tmp, /etc/")) S(U)),
		"event any; status any; " },
		{ SEQ("b", S(R P("/tmp, /etc/")) S(U P("/tmp/b")))
		SEQ("c", S(W "object not <path> { /etc; }; ")),
		"event any; status any; " },
		{ SEQ("b", S(R P("/tmp, /etc/")) S(W "within 2 seconds; "))
		"sequence c { subject <auid> { 2; }; " S(R P("/tmp")) "};\n",
		"event any; status any; " },
		{ SEQ("b", "timeout 5 seconds; " S(R P("/tmp/"))
		    S("absent 2 seconds; " U) S(W)), "event any; status any; " },
		/* What nobody wants teaches the path cache, in its place. */
		{ SEQ("b", S(R P("/tmp/a"))), R },
		{ SEQ("b", S(X P("/etc"))), U },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct buf	 text = { 0 };

		buf_str(&text, others[i].rules);
		buf_printf(&text, "sequence a { subject any; state { %s"
		    "object <path> { /etc/b", others[i].wants);
		for (unsigned k = 0; k < 20000; k++)
			buf_printf(&text, ", /tmp/a%05u", k);
		buf_str(&text, "; }; }; };\n");
		feed_trails(buf_cstr(&text), i);
		buf_fini(&text);
	}
}

/* Each of them is looked up ahead then, while others end and begin. */
static void
nor_does_it_matter_how_many_sequences_there_are(void **state)
{
	static const char	*many[] = {
		SEQ("a", S(R) S(W)),
		SEQ("a", "timeout 300 seconds; " S(R) S(W "multiplier 2; "))
		SEQ("b", S(R "multiplier 3; ")),
	};
	struct lot		*l = malloc(sizeof(*l));

	(void)state;
	assert_non_null(l);
	for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++) {
		struct rule_case	*c = case_good(many[i]);
		struct buf		 trail = { 0 };
		int64_t			 ms = PLAY_BEGINS * 1000;

		lot_seed(l, i + 1);
		for (unsigned k = 0; k < LIVE; k++) {
			const size_t	 start = trail.n;

			play_bytes(&trail, &(struct play_act){ .letter = 'r',
			    .auid = 100 + k, .session = 1, .ms = ms });
			build_finish(&trail, start);
		}
		for (unsigned k = 0; k < RECORDS; k++)
			draw_record(l, &trail, &ms);
		assert_int_not_equal(feed_each_way(c, l, buf_bytes(&trail),
		    LIVE + RECORDS), 0);
		buf_fini(&trail);
		case_free(c);
	}
	free(l);
}

static void
bytes_are_taken_up_to_what_is_no_whole_record(void **state)
{
	struct play	*p = play_new(SEQ("a", S(R)));
	struct play_act	 a = { .letter = 'r', .ms = PLAY_BEGINS * 1000,
	    .path = "/x", .npath = 2 };
	struct buf	 b = { 0 };
	struct engine_fed fed;
	size_t		 whole;

	(void)state;
	play_bytes(&b, &a);
	build_finish(&b, 0);
	whole = b.n;
	for (size_t n = 0; n < whole; n++) {
		uint8_t	*cut = xmemdup(b.p, n);

		fed = engine_feed_bytes(p->e, 0, (struct slice){ cut, n }, 0);
		assert_int_equal(fed.bytes, 0);
		assert_int_equal(fed.records, 0);
		free(cut);
	}
	buf_str(&b, "no record");
	fed = engine_feed_bytes(p->e, 0, buf_bytes(&b), 7);
	assert_int_equal(fed.bytes, whole);
	assert_int_equal(fed.records, 1);
	assert_int_equal(fed.version, 11);
	assert_string_equal(buf_cstr(&p->told), "a@0=7");
	buf_fini(&b);
	play_free(p);
}

static void
a_header_that_does_not_fit_ends_what_is_taken(void **state)
{
	/* An extended header whose address is of no known kind. */
	static const uint8_t	 bytes[] = {
		0x15, 0, 0, 0, 40, 11, 0, 72, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0x13, 0xb1, 0x05, 0, 0, 0, 40
	};
	struct play		*p = play_new(SEQ("a", S(EV("EXIT"))));
	struct engine_fed	 fed;

	(void)state;
	assert_int_equal(frame_intact(bytes, sizeof(bytes)), sizeof(bytes));
	fed = engine_feed_bytes(p->e, 0, (struct slice){ bytes,
	    sizeof(bytes) }, 0);
	assert_int_equal(fed.bytes, 0);
	play_free(p);
}

static void
the_time_of_records_that_concern_nobody_counts(void **state)
{
	(void)state;
	/* The first opening is over age when the others come. */
	plays(SEQ("a", "timeout 10 seconds; " S(R) S(W)),
	    "r0:u1 e11 e1 w2:u1 r2:u1 w3:u1", "a@3=4,5");
}

/*
 * Records that concern nobody at all, that somebody asks for, that are looked
 * into for their paths, that none is passed over with, and so on.
 */
static const char *const	beside[] = {
	OPTS("path-cache off; "),
	OPTS("path-cache off; ") "sequence b { subject <auid> { 9; }; " S(X)
	"};\n",
	OPTS("path-cache off; ") SEQ("b", S(X P("/tmp"))),
	OPTS("path-cache off; ") SEQ("b", S(X) S(U)),
	OPTS("path-cache off; ") SEQ("b", S(U) S("absent 300 seconds; " U)),
	OPTS("path-cache off; ") SEQ("b", "strict; " S(U) S(U)),
	SEQ("b", S(U P("/tmp"))),
	SEQ("b", S(X P("/tmp"))),
	OPTS("path-cache follow; ") SEQ("b", S(U P("/tmp"))),
	SEQ("b", S(U "image <exact> { /tmp/a, /etc/b; }; ")),
};

static void
put_record(struct buf *trail, char letter, int64_t s, int64_t within)
{
	const size_t		 start = trail->n;
	const struct play_act	 a = { .letter = letter, .session = 1,
	    .ms = (PLAY_BEGINS + s) * 1000 };
	struct token		 t = { .layout = layout_find(TOK_HEADER32) };

	play_bytes(trail, &a);
	t.header.version = 11;
	t.header.event = 23;			/* an execve, too */
	t.header.seconds = (uint64_t)(PLAY_BEGINS + within);
	if (within >= 0)
		assert_int_equal(build_token(trail, &t), 0);
	build_finish(trail, start);
}

/* In one way or another. */
enum way { ONE_BY_ONE, TOGETHER, AS_BYTES, LOOKED_INTO };

static void
feed_in_way(struct engine *e, enum way way, struct slice trail)
{
	struct record	 r[8];
	const size_t	 n = cut(trail, r);

	for (size_t i = 0; i < n && way == LOOKED_INTO; i++)
		record_index(&r[i]);
	if (way == AS_BYTES)
		(void)engine_feed_bytes(e, 0, trail, 0);
	else if (way == TOGETHER)
		engine_feed_many(e, 0, r, n);
	else
		for (size_t i = 0; i < n; i++)
			engine_feed(e, 0, &r[i]);
}

/* A record of this time, and of another within, between two that are told. */
static void
told_with(const char *timed, int64_t s, int64_t within, bool alert)
{
	struct buf	 trail = { 0 };

	put_record(&trail, 'e', 0, -1);
	put_record(&trail, 'x', 0, -1);
	put_record(&trail, 'r', 0, -1);
	put_record(&trail, 'x', s, within);
	put_record(&trail, 'w', 1, -1);
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++)
		for (enum way way = ONE_BY_ONE; way <= LOOKED_INTO; way++) {
			struct buf	 text = { 0 };
			struct play	*p;

			buf_printf(&text, "%s%s", beside[i], timed);
			p = play_new(buf_cstr(&text));
			feed_in_way(p->e, way, buf_bytes(&trail));
			if (alert != (strstr(buf_cstr(&p->told), "a@") !=
			    NULL))
				fail_msg("beside %zu, fed %d: %s", i, way,
				    buf_cstr(&p->told));
			play_free(p);
			buf_fini(&text);
		}
	buf_fini(&trail);
}

static void
the_first_header_tells_the_time_to_all_clocks(void **state)
{
	static const char *const	cases[] = {
		SEQ("a", "timeout 10 seconds; " S(R) S(W)),
		SEQ("a", "across hosts; timeout 10 seconds; " S(R) S(W)),
		SEQ("a", S(R) S(W "within 10 seconds; ")),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		told_with(cases[i], 1, 100, true);
		told_with(cases[i], 100, 1, false);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(
		    the_same_comes_of_records_however_they_are_fed),
		cmocka_unit_test(the_same_comes_of_them_with_many_prefixes),
		cmocka_unit_test(
		    nor_does_it_matter_how_many_sequences_there_are),
		cmocka_unit_test(
		    bytes_are_taken_up_to_what_is_no_whole_record),
		cmocka_unit_test(
		    a_header_that_does_not_fit_ends_what_is_taken),
		cmocka_unit_test(
		    the_time_of_records_that_concern_nobody_counts),
		cmocka_unit_test(
		    the_first_header_tells_the_time_to_all_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
