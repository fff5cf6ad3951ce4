/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_frame_damage.c - what must hold for every stream, tried on trails drawn
 * by lot and on streams made to be slow. Seeds are fixed, and a failure names
 * its seed.
 */
#include <sys/resource.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "bsm/frame.h"

#include "cut.h"
#include "draw.h"

static void
assert_same_cut(const struct cut *a, const struct cut *b, uint64_t seed)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (a->v[i].kind != b->v[i].kind ||
		    a->v[i].offset != b->v[i].offset ||
		    a->v[i].n != b->v[i].n ||
		    a->v[i].quality != b->v[i].quality ||
		    a->v[i].reason != b->v[i].reason ||
		    a->v[i].more != b->v[i].more)
			fail_msg("seed %llu: at %llu it depends on the pieces",
			    (unsigned long long)seed,
			    (unsigned long long)a->v[i].offset);
	assert_int_equal(a->n, b->n);
}

static size_t
count_gaps(const struct cut *cut)
{
	size_t	 n = 0;

	for (size_t i = 0; i < cut->n; i++)
		n += cut->v[i].kind == FRAME_GAP;
	return n;
}

/* Properties. */

enum style { STYLE_BSD, STYLE_SOLARIS, STYLE_FILES, STYLES };

struct trail {
	struct buf	 b;
	size_t		 at[128];	/* where records and tokens begin */
	size_t		 n;
};

static void
file_token(struct lot *l, struct buf *b)
{
	struct token	 t;
	char		 name[64];

	l->used = 0;
	lot_token(l, layout_find(lot_below(l, 2) ? TOK_FILE32 : TOK_FILE64),
	    &t);
	(void)snprintf(name, sizeof(name), "/var/audit/%u.not_terminated.h",
	    lot_below(l, 100000));
	t.file.name = build_cstr(lot_below(l, 4) ? name : "");
	assert_int_equal(build_token(b, &t), 0);
}

static void
draw_trail(struct lot *l, enum style style, size_t n, struct trail *t)
{
	static const uint8_t	 bsd[] = { 11, 11, 10, 1 };

	*t = (struct trail){ 0 };
	for (size_t i = 0; i < n; i++) {
		t->at[t->n++] = t->b.n;
		if (style == STYLE_FILES && (i == 0 || lot_below(l, 6) == 0))
			file_token(l, &t->b);
		else if (style == STYLE_BSD ||
		    (style == STYLE_FILES && lot_below(l, 2)))
			lot_record(l, &t->b, bsd[lot_below(l, 4)], 6, true);
		else
			lot_record(l, &t->b, 2, 6, lot_below(l, 2));
	}
	t->at[t->n] = t->b.n;
}

/* A byte, and where it stood in the undamaged trail; -1: nowhere. */
struct cell {
	uint8_t	 byte;
	int32_t	 from;
};

struct cells {
	struct cell	 v[1u << 16];
	size_t		 n;
};

static void
cells_of(const struct trail *t, struct cells *c)
{
	c->n = t->b.n;
	assert_true(c->n < sizeof(c->v) / sizeof(c->v[0]) / 2);
	for (size_t i = 0; i < c->n; i++)
		c->v[i] = (struct cell){ t->b.p[i], (int32_t)i };
}

static void
flip(struct lot *l, struct cells *c, size_t at)
{
	c->v[at] = (struct cell){
	    (uint8_t)(c->v[at].byte ^ 1u << lot_below(l, 8)), -1 };
}

static void
cut_out(struct cells *c, size_t at, size_t n)
{
	if (n > c->n - at)
		n = c->n - at;
	memmove(c->v + at, c->v + at + n, (c->n - at - n) * sizeof(*c->v));
	c->n -= n;
}

static void
insert(struct lot *l, struct cells *c, size_t at, size_t n)
{
	memmove(c->v + at + n, c->v + at, (c->n - at) * sizeof(*c->v));
	for (size_t i = 0; i < n; i++)
		c->v[at + i] = (struct cell){ (uint8_t)lot_u64(l), -1 };
	c->n += n;
}

static void
zero(struct cells *c, size_t at, size_t n)
{
	for (size_t i = at; i < c->n && i < at + n; i++)
		if (c->v[i].byte != 0)
			c->v[i] = (struct cell){ 0, -1 };
}

static void
damage(struct lot *l, struct cells *c)
{
	size_t	 at = lot_below(l, (uint32_t)c->n);

	switch (lot_below(l, 4)) {
	case 0:
		flip(l, c, at);
		break;
	case 1:
		cut_out(c, at, 1 + lot_below(l, 300));
		break;
	case 2:
		insert(l, c, at, 1 + lot_below(l, 300));
		break;
	default:
		zero(c, at, 1 + lot_below(l, 50));
		break;
	}
}

static struct slice
bytes_of(const struct cells *c)
{
	uint8_t	*p = malloc(c->n + 1);

	assert_non_null(p);
	for (size_t i = 0; i < c->n; i++)
		p[i] = c->v[i].byte;
	return (struct slice){ p, c->n };
}

/* Where the N bytes from START still stand as they were; false: nowhere. */
static bool
survived(const struct cells *c, size_t start, size_t n, size_t *where)
{
	size_t	 run = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].from == (int32_t)(start + run))
			run++;
		else
			run = c->v[i].from == (int32_t)start;
		if (run == n) {
			*where = i + 1 - n;
			return true;
		}
	}
	return false;
}

/* The weak record inside which this place is, or NULL. */
static const struct found *
weak_around(const struct cut *cut, size_t where)
{
	for (size_t i = 0; i < cut->n; i++)
		if (cut->v[i].kind == FRAME_RECORD &&
		    cut->v[i].quality == FRAME_WEAK &&
		    cut->v[i].offset < where &&
		    where - cut->v[i].offset < cut->v[i].n)
			return &cut->v[i];
	return NULL;
}

/*
 * How many undamaged records and file tokens did not come out. Those that one
 * weak record covers are one: see
 * what_a_size_leads_over_may_be_tokens_that_nobody_knows().
 */
static size_t
count_lost(const struct trail *t, const struct cells *c,
    const struct cut *cut)
{
	const struct found	*around = NULL, *last;
	size_t			 lost = 0, where;

	for (size_t i = 0; i < t->n; i++) {
		size_t			 n = t->at[i + 1] - t->at[i];
		const struct found	*f;

		if (!survived(c, t->at[i], n, &where))
			continue;
		f = found_at(cut, where);
		if (f != NULL && f->kind != FRAME_GAP && f->n == n)
			continue;
		last = around;
		around = weak_around(cut, where);
		lost += around == NULL || around != last;
	}
	return lost;
}

struct scene {
	struct lot	 lot;
	struct trail	 trail;
	struct cells	 cells;
};

static struct scene *
scene_new(uint64_t seed, enum style style, size_t n)
{
	struct scene	*s = malloc(sizeof(*s));

	assert_non_null(s);
	lot_seed(&s->lot, seed);
	draw_trail(&s->lot, style, n, &s->trail);
	cells_of(&s->trail, &s->cells);
	return s;
}

static void
scene_free(struct scene *s)
{
	buf_fini(&s->trail.b);
	free(s);
}

static void
an_undamaged_trail_has_no_gap(void **state)
{
	unsigned	 runs = lot_runs(400);

	(void)state;
	for (uint64_t seed = 1; seed <= runs; seed++) {
		struct scene	*s = scene_new(seed,
		    (enum style)(seed % STYLES), 30);
		struct cut	 cut;

		cut_stream(buf_bytes(&s->trail.b), whole, &cut);
		if (count_gaps(&cut) != 0 || cut.n != s->trail.n)
			fail_msg("seed %llu", (unsigned long long)seed);
		for (size_t i = 0; i < cut.n; i++) {
			assert_true(cut.v[i].offset == s->trail.at[i]);
			assert_int_not_equal(cut.v[i].quality,
			    FRAME_RECOVERED);
		}
		cut_fini(&cut);
		scene_free(s);
	}
}

static void
the_result_does_not_depend_on_the_pieces(void **state)
{
	unsigned	 runs = lot_runs(300);

	(void)state;
	for (uint64_t seed = 1; seed <= runs; seed++) {
		struct scene	*s = scene_new(seed + 10000,
		    (enum style)(seed % STYLES), 20);
		struct slice	 b;
		struct cut	 one, other;

		for (uint32_t k = lot_below(&s->lot, 6); k > 0; k--)
			damage(&s->lot, &s->cells);
		b = bytes_of(&s->cells);
		cut_stream(b, whole, &one);
		cut_stream(b, (struct manner){ 1, 0 }, &other);
		assert_same_cut(&one, &other, seed);
		cut_fini(&other);
		for (uint64_t k = 0; k < 3; k++) {
			cut_stream(b, (struct manner){ 0, seed + k }, &other);
			assert_same_cut(&one, &other, seed);
			cut_fini(&other);
		}
		cut_fini(&one);
		exact_free(b);
		scene_free(s);
	}
}

/* Damage in so many places of trails of a style; what was lost in all. */
static size_t
try_damage(enum style style, unsigned places, uint64_t first, unsigned runs)
{
	size_t	 total = 0;

	for (uint64_t seed = first; seed < first + runs; seed++) {
		struct scene	*s = scene_new(seed, style, 30);
		struct slice	 b;
		struct cut	 cut;
		size_t		 lost;

		for (unsigned k = 0; k < places; k++)
			damage(&s->lot, &s->cells);
		b = bytes_of(&s->cells);
		cut_stream(b, (struct manner){ seed % 2 ? 4096 : 0, seed },
		    &cut);
		lost = count_lost(&s->trail, &s->cells, &cut);
		if (lost > places)
			fail_msg("style %d, seed %llu: %zu lost in %u places",
			    (int)style, (unsigned long long)seed, lost,
			    places);
		total += lost;
		cut_fini(&cut);
		exact_free(b);
		scene_free(s);
	}
	return total;
}

static void
one_place_of_damage_costs_no_other_strong_record(void **state)
{
	(void)state;
	assert_int_equal(try_damage(STYLE_BSD, 1, 20000, lot_runs(2000)), 0);
}

static void
damage_costs_at_most_a_neighbour_for_each_place(void **state)
{
	(void)state;
	for (unsigned places = 1; places <= 4; places++)
		for (int style = 0; style < STYLES; style++)
			(void)try_damage((enum style)style, places,
			    30000 + places * 1000, lot_runs(400));
}

/*
 * A damaged record without a trailer, the size of which happens to lead to a
 * record: so does that of an intact one with tokens of a later system, and
 * whoever names files there must not take it apart.
 */
static void
what_a_size_leads_over_may_be_tokens_that_nobody_knows(void **state)
{
	static const uint8_t	 cut_off[20] = {
		0x14, 0, 0, 0, 20 + 124 + 18, 2, 0, 1, 0, 0,
		0x61, 0x68, 0x12, 0x9b, 0, 0, 0, 1, 0xee, 0xee,
	}, short_one[18] = {
		0x14, 0, 0, 0, 18, 2, 0, 1, 0, 0,
		0x61, 0x68, 0x12, 0x9b, 0, 0, 0, 1,
	};
	struct buf		 b = { 0 };
	struct cut		 cut;

	(void)state;
	buf_put(&b, cut_off, 20);
	buf_put(&b, execve, 124);
	buf_put(&b, short_one, 18);
	buf_put(&b, execve, 124);
	cut_stream(buf_bytes(&b), whole, &cut);
	assert_int_equal(cut.n, 2);
	assert_found(&cut, 0, FRAME_RECORD, 0, 162);
	assert_int_equal(cut.v[0].quality, FRAME_WEAK);
	assert_found(&cut, 1, FRAME_RECORD, 162, 124);
	cut_fini(&cut);

	/* It leads to no record: what is inside counts. */
	b.p[4]++;
	cut_stream(buf_bytes(&b), whole, &cut);
	assert_int_equal(cut.n, 4);
	assert_found(&cut, 0, FRAME_GAP, 0, 20);
	assert_found(&cut, 1, FRAME_RECORD, 20, 124);
	assert_found(&cut, 2, FRAME_RECORD, 144, 18);
	cut_fini(&cut);
	buf_fini(&b);
}

/* Forged records. */

/* An execve record whose only argument ends with strong records. */
static void
draw_forged(struct buf *b, size_t forged)
{
	size_t	 start = b->n;

	buf_put(b, execve, 18);
	buf_put(b, "\x29", 1);			/* an opaque token */
	buf_u16(b, (uint16_t)(4 + forged * 124));
	buf_put(b, "/x/y", 4);
	for (size_t i = 0; i < forged; i++)
		buf_put(b, execve, 124);
	buf_put(b, execve + 74, 37 + 6);	/* subject, return */
	build_finish(b, start);
}

static void
forged_records_inside_an_intact_record_are_never_seen(void **state)
{
	struct buf	 b = { 0 };
	struct cut	 cut;

	(void)state;
	buf_put(&b, "\xaa", 1);			/* damage before it */
	draw_forged(&b, 5);
	buf_put(&b, execve, 124);
	cut_stream(buf_bytes(&b), whole, &cut);
	assert_int_equal(cut.n, 3);
	assert_found(&cut, 0, FRAME_GAP, 0, 1);
	assert_found(&cut, 1, FRAME_RECORD, 1, b.n - 125);
	assert_found(&cut, 2, FRAME_RECORD, b.n - 124, 124);
	cut_fini(&cut);
	buf_fini(&b);
}

/*
 * Flip each bit of the record around them, cut out or blank a few bytes at each
 * place behind the size: whatever comes out of its inside must be marked.
 */
static void
assert_marked(struct slice b, size_t inner, size_t after, size_t at)
{
	struct cut	 cut;

	cut_stream(b, whole, &cut);
	for (size_t i = 0; i < cut.n; i++)
		if (cut.v[i].kind == FRAME_RECORD &&
		    cut.v[i].offset > inner && cut.v[i].offset < after &&
		    cut.v[i].quality != FRAME_RECOVERED)
			fail_msg("damage at %zu: a forged record at %llu is "
			    "taken for intact", at,
			    (unsigned long long)cut.v[i].offset);
	cut_fini(&cut);
}

static void
forged_records_inside_a_damaged_record_are_marked(void **state)
{
	struct buf	 b = { 0 };
	size_t		 after;

	(void)state;
	buf_put(&b, execve, 124);
	draw_forged(&b, 3);
	after = b.n;
	buf_put(&b, execve, 124);
	for (size_t at = 124; at < after; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			b.p[at] ^= (uint8_t)(1u << bit);
			assert_marked(buf_bytes(&b), 124, after, at);
			b.p[at] ^= (uint8_t)(1u << bit);
		}
	}
	for (size_t at = 124 + 18; at < after; at++) {
		struct buf	 less = { 0 };

		buf_put(&less, b.p, at);
		buf_put(&less, b.p + at + 3, b.n - at - 3);
		assert_marked(buf_bytes(&less), 124, after - 3, at);
		buf_fini(&less);
	}
	buf_fini(&b);
}

static void
a_forged_header_does_not_end_the_suspicion(void **state)
{
	struct buf	 b = { 0 };
	struct cut	 cut;
	size_t		 start;

	(void)state;
	start = b.n;
	buf_put(&b, execve, 18);
	buf_put(&b, "\x29\x02\0", 3);
	buf_put(&b, execve, 124);		/* forged */
	buf_put(&b, execve, 18);		/* a forged header, small */
	b.p[b.n - 14] = 30;
	buf_put(&b, "twelve bytes", 12);
	for (unsigned i = 0; i < 2; i++)
		buf_put(&b, execve, 124);	/* forged, after it */
	while (b.n < 21 + 512)
		buf_u8(&b, 'x');
	build_finish(&b, start);
	b.p[b.n - 1] ^= 1;			/* the damage */
	cut_stream(buf_bytes(&b), whole, &cut);
	for (size_t i = 0; i < cut.n; i++)
		assert_int_equal(cut.v[i].quality, FRAME_RECOVERED);
	cut_fini(&cut);
	buf_put(&b, "!", 1);			/* now no boundary behind it */
	cut_stream(buf_bytes(&b), whole, &cut);
	assert_true(cut.n > 2);
	for (size_t i = 0; i < cut.n; i++)
		assert_int_equal(cut.v[i].quality, FRAME_RECOVERED);
	cut_fini(&cut);
	buf_fini(&b);
}

/* Bounds. */

static void
a_long_gap_comes_in_pieces(void **state)
{
	size_t		 n = 2 * (size_t)FRAME_GAP_MAX + 77;
	uint8_t		*p = malloc(n + 124);
	struct cut	 cut;

	(void)state;
	assert_non_null(p);
	memset(p, 0xee, n);
	memcpy(p + n, execve, 124);
	cut_stream((struct slice){ p, n + 124 }, (struct manner){ 65536, 0 },
	    &cut);
	assert_int_equal(cut.n, 4);
	assert_found(&cut, 0, FRAME_GAP, 0, FRAME_GAP_MAX);
	assert_true(cut.v[0].more && cut.v[1].more && !cut.v[2].more);
	assert_found(&cut, 2, FRAME_GAP, 2 * (uint64_t)FRAME_GAP_MAX, 77);
	assert_found(&cut, 3, FRAME_RECORD, n, 124);
	cut_fini(&cut);
	free(p);
}

/*
 * Streams made to be slow: headers that claim a mebibyte each, small steps from
 * one to the next. All is decided in time and room that grow with the input.
 */
static void
claim(struct buf *b, uint32_t size, uint8_t version)
{
	buf_u8(b, TOK_HEADER32);
	buf_u32(b, size);
	buf_u8(b, version);
	buf_put(b, "\0\1\0\0\x61\x68\x12\x9b\0\0\0\1", 12);
}

static void
put_trailer(struct buf *b, uint32_t size)
{
	buf_u8(b, TOK_TRAILER);
	buf_u16(b, TRAILER_MAGIC);
	buf_u32(b, size);
}

static void
draw_hostile(struct buf *b, unsigned kind, size_t n)
{
	while (b->n < n) {
		switch (kind) {
		case 0:			/* each a walk of a mebibyte */
			claim(b, FRAME_RECORD_MAX - 3, 2);
			break;
		case 1:			/* mended after 25 bytes */
			claim(b, FRAME_RECORD_MAX - 3, 2);
			put_trailer(b, 25);
			break;
		case 2:			/* a find after 64 walks */
			for (unsigned i = 0; i < 64; i++)
				claim(b, FRAME_RECORD_MAX - 3, 2);
			claim(b, 25, 11);
			put_trailer(b, 25);
			break;
		case 3:			/* lists whose ends fit nowhere */
			claim(b, FRAME_RECORD_MAX, 2);
			for (unsigned i = 0; i < 30000; i++)
				buf_put(b, "\x3c\0\0\xff\0", 5);
			break;
		default:		/* file tokens that nearly fit */
			buf_put(b, "\x11\x11\0\x10\0\0\0\0\0\x03\xff", 11);
			break;
		}
	}
}

static double
seconds_now(void)
{
	struct timespec	 t;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
hostile_streams_take_bounded_time(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < 5; kind++) {
		struct buf	 b = { 0 };
		struct cut	 cut;
		double		 start = seconds_now(), took;

		draw_hostile(&b, kind, 3u << 20);
		cut_stream(buf_bytes(&b), (struct manner){ 65536, 0 }, &cut);
		took = seconds_now() - start;
		if (took > 8)
			fail_msg("kind %u took %.1f s", kind, took);
		cut_fini(&cut);
		buf_fini(&b);
	}
}

static void
hostile_streams_are_cut_alike_in_any_pieces(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < 5; kind++) {
		struct buf	 b = { 0 };
		struct cut	 one, other;

		draw_hostile(&b, kind, (1u << 20) + 70000);
		cut_stream(buf_bytes(&b), whole, &one);
		cut_stream(buf_bytes(&b), (struct manner){ 777, 0 }, &other);
		assert_same_cut(&one, &other, kind);
		cut_fini(&one);
		cut_fini(&other);
		buf_fini(&b);
	}
}

static void
memory_does_not_grow_with_the_stream(void **state)
{
	static uint8_t		 piece[65536];
	struct frame		*f = frame_new();
	struct frame_record	 r;
	struct rusage		 before, after;
	struct buf		 b = { 0 };

	(void)state;
	draw_hostile(&b, 0, 4u << 20);
	memcpy(piece, b.p + 5, sizeof(piece));
	buf_fini(&b);
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	for (unsigned i = 0; i < 512; i++) {
		assert_int_equal(frame_feed(f, piece, sizeof(piece)), 0);
		while (frame_next(f, &r) == 1)
			assert_true(r.bytes.n <= FRAME_GAP_MAX);
	}
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	assert_true(after.ru_maxrss - before.ru_maxrss < 24 * 1024);
	frame_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_undamaged_trail_has_no_gap),
		cmocka_unit_test(the_result_does_not_depend_on_the_pieces),
		cmocka_unit_test(
		    one_place_of_damage_costs_no_other_strong_record),
		cmocka_unit_test(
		    damage_costs_at_most_a_neighbour_for_each_place),
		cmocka_unit_test(
		    what_a_size_leads_over_may_be_tokens_that_nobody_knows),
		cmocka_unit_test(
		    forged_records_inside_an_intact_record_are_never_seen),
		cmocka_unit_test(
		    forged_records_inside_a_damaged_record_are_marked),
		cmocka_unit_test(a_forged_header_does_not_end_the_suspicion),
		cmocka_unit_test(a_long_gap_comes_in_pieces),
		cmocka_unit_test(hostile_streams_take_bounded_time),
		cmocka_unit_test(hostile_streams_are_cut_alike_in_any_pieces),
		cmocka_unit_test(memory_does_not_grow_with_the_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
