/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_frame.c - whole records out of a stream, whole or damaged.
 *
 * What can be said of one stream is said in sight. What must hold for every
 * stream is tried on trails drawn by lot: seeds are fixed, and a failure names
 * its seed. Every piece is lent in a block of its exact length and freed when
 * it is used up.
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

#include "base/mem.h"
#include "bsm/frame.h"
#include "bsm/status.h"

#include "draw.h"

/* Cutting a stream. */

struct found {
	enum frame_kind		 kind;
	uint64_t		 offset;
	size_t			 n;
	enum frame_quality	 quality;
	enum frame_reason	 reason;
	bool			 more;
};

struct cut {
	struct found	*v;
	size_t		 n, cap;
	uint64_t	 end;		/* bytes accounted for */
};

/* How a stream is lent: in pieces of SIZE bytes, 0: by lot. */
struct manner {
	size_t		 size;
	uint64_t	 seed;
};
static const struct manner	whole = { SIZE_MAX, 0 };

/* Take what there is; nothing may be missing, twice, or other bytes. */
static void
drain(struct frame *f, struct slice all, struct cut *cut)
{
	struct frame_record	 r;

	while (frame_next(f, &r) == 1) {
		assert_true(r.offset == cut->end);
		assert_true(r.bytes.n <= all.n - cut->end);
		assert_memory_equal(r.bytes.p, all.p + r.offset, r.bytes.n);
		if (r.kind != FRAME_GAP)
			assert_true(r.bytes.n > 0);
		cut->end += r.bytes.n;
		cut->v = mem_grow(cut->v, &cut->cap, cut->n + 1,
		    sizeof(*cut->v));
		cut->v[cut->n++] = (struct found){ r.kind, r.offset, r.bytes.n,
		    r.quality, r.reason, r.more };
	}
}

static void
cut_stream(struct slice all, struct manner m, struct cut *cut)
{
	struct frame	*f = frame_new();
	struct lot	*lot = malloc(sizeof(*lot));

	assert_non_null(lot);
	lot_seed(lot, m.seed);
	*cut = (struct cut){ 0 };
	for (size_t at = 0; at < all.n;) {
		size_t		 n = m.size;
		struct slice	 piece;

		if (n == 0)
			n = 1 + lot_below(lot, 1u << lot_below(lot, 12));
		if (n > all.n - at)
			n = all.n - at;
		piece = exact((struct slice){ all.p + at, n });
		assert_int_equal(frame_feed(f, piece.p, n), 0);
		drain(f, all, cut);
		exact_free(piece);
		at += n;
	}
	frame_end(f);
	drain(f, all, cut);
	assert_true(cut->end == all.n);
	frame_free(f);
	free(lot);
}

static void
cut_fini(struct cut *cut)
{
	free(cut->v);
}

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

/* The piece that begins at OFFSET, or NULL. */
static const struct found *
found_at(const struct cut *cut, uint64_t offset)
{
	for (size_t i = 0; i < cut->n; i++)
		if (cut->v[i].offset == offset)
			return &cut->v[i];
	return NULL;
}

static size_t
count_gaps(const struct cut *cut)
{
	size_t	 n = 0;

	for (size_t i = 0; i < cut->n; i++)
		n += cut->v[i].kind == FRAME_GAP;
	return n;
}

/* Known records. */

static const uint8_t	execve[124] = {
	0x14, 0x00, 0x00, 0x00, 0x7c, 0x0b, 0x00, 0x17, 0x00, 0x00,
	0x61, 0x68, 0x12, 0x9b, 0x00, 0x00, 0x02, 0x24,
	0x3c, 0x00, 0x00, 0x00, 0x02, 'd', 'a', 't', 'e', 0, '+', '%', 's', 0,
	0x23, 0x00, 0x0a, '/', 'b', 'i', 'n', '/', 'd', 'a', 't', 'e', 0,
	0x3e, 0x00, 0x00, 0x01, 0x6d, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x5d,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x74, 0x27, 0x1c, 0x00, 0xe8, 0x31, 0xa0,
	0x24, 0x00, 0x00, 0x03, 0xe9, 0x00, 0x00, 0x03, 0xe9,
	0x00, 0x00, 0x03, 0xe9, 0x00, 0x00, 0x03, 0xe9, 0x00, 0x00, 0x03, 0xe9,
	0x00, 0x00, 0x07, 0x01, 0x00, 0x00, 0x06, 0xe8, 0x00, 0x00, 0xb8, 0x5a,
	0xc0, 0xa8, 0x17, 0x86,
	0x27, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x13, 0xb1, 0x05, 0x00, 0x00, 0x00, 0x7c,
};

/* A file token and a Solaris record without a trailer. */
static const uint8_t	solaris[66 + 77] =
	"\x78\0\0\0\0\x65\x93\x7e\x4c\0\0\0\0\0\x01\xe2\x40\0\x2f"
	"/var/audit/20240102030405.20240102030900.host1\0"
	"\x74\0\0\0\x4d\x02\0\x01\0\0\0\0\0\0\x65\x93\x7e\x4d"
	"\0\0\0\0\x3a\xde\x68\xb1"
	"\x75\0\0\x01\xf5\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x04\xd2"
	"\0\0\x10\xe1\0\0\0\0\0\0\0\x1f\xc0\0\x02\x07"
	"\x72\0\0\0\0\0\0\0\0";		/* the last NUL is the literal's */

static void
assert_found(const struct cut *cut, size_t i, enum frame_kind kind,
    uint64_t offset, size_t n)
{
	assert_true(i < cut->n);
	assert_int_equal(cut->v[i].kind, kind);
	assert_int_equal(cut->v[i].offset, offset);
	assert_int_equal(cut->v[i].n, n);
}

static void
a_record_with_its_trailer_is_strong(void **state)
{
	struct cut	 cut;

	(void)state;
	cut_stream((struct slice){ execve, 124 }, whole, &cut);
	assert_int_equal(cut.n, 1);
	assert_found(&cut, 0, FRAME_RECORD, 0, 124);
	assert_int_equal(cut.v[0].quality, FRAME_STRONG);
	cut_fini(&cut);
}

static void
a_solaris_trail_begins_with_a_file_token_and_a_weak_record(void **state)
{
	struct cut	 cut;

	(void)state;
	cut_stream((struct slice){ solaris, sizeof(solaris) }, whole, &cut);
	assert_int_equal(cut.n, 2);
	assert_found(&cut, 0, FRAME_FILE, 0, 66);
	assert_found(&cut, 1, FRAME_RECORD, 66, 77);
	assert_int_equal(cut.v[1].quality, FRAME_WEAK);
	cut_fini(&cut);
}

static void
a_file_token_inside_a_record_is_part_of_it(void **state)
{
	static const uint8_t	 r[41] = "\x14\0\0\0\x29\x0b\0\0\0\0"
	    "\x49\x57\x97\x52\0\0\0\x7e\x11\0\x01\x23\x45\0\0\x01\xa8"
	    "\0\x05test\0\x13\xb1\x05\0\0\0\x29";
	struct cut		 cut;

	(void)state;
	cut_stream((struct slice){ r, 41 }, whole, &cut);
	assert_int_equal(cut.n, 1);
	assert_found(&cut, 0, FRAME_RECORD, 0, 41);
	cut_fini(&cut);
	cut_stream((struct slice){ r + 18, 16 }, whole, &cut);
	assert_int_equal(cut.n, 1);
	assert_found(&cut, 0, FRAME_FILE, 0, 16);
	cut_fini(&cut);
}

static void
an_unknown_version_is_taken_when_the_trailer_agrees(void **state)
{
	uint8_t		 r[124];
	struct cut	 cut;

	(void)state;
	memcpy(r, execve, 124);
	r[5] = 99;
	cut_stream((struct slice){ r, 124 }, whole, &cut);
	assert_int_equal(cut.n, 1);
	assert_found(&cut, 0, FRAME_RECORD, 0, 124);
	assert_int_equal(cut.v[0].quality, FRAME_STRONG);
	cut_fini(&cut);
}

/* Damage, one kind at a time: three times the known record. */

struct three {
	uint8_t	 b[3 * 124 + 8];
	size_t	 n;
};

static void
three_records(struct three *t)
{
	for (size_t i = 0; i < 3; i++)
		memcpy(t->b + 124 * i, execve, 124);
	t->n = 3 * sizeof(execve);
}

static void
cut_three(const struct three *t, struct cut *cut)
{
	struct slice	 s = exact((struct slice){ t->b, t->n });

	cut_stream(s, whole, cut);
	exact_free(s);
}

static void
a_broken_size_in_the_header_is_mended_by_the_trailer(void **state)
{
	struct three	 t;
	struct cut	 cut;

	(void)state;
	three_records(&t);
	memset(t.b + 125, 0xff, 4);
	cut_three(&t, &cut);
	assert_int_equal(cut.n, 3);
	assert_found(&cut, 1, FRAME_RECORD, 124, 124);
	assert_int_equal(cut.v[1].quality, FRAME_RECOVERED);
	assert_int_equal(cut.v[1].reason, FRAME_BAD_SIZE);
	assert_int_equal(cut.v[2].quality, FRAME_STRONG);
	cut_fini(&cut);
}

static void
a_size_too_large_by_one_is_mended_by_the_trailer(void **state)
{
	struct three	 t;
	struct cut	 cut;

	(void)state;
	three_records(&t);
	t.b[124 + 4]++;
	cut_three(&t, &cut);
	assert_int_equal(cut.n, 3);
	assert_found(&cut, 1, FRAME_RECORD, 124, 124);
	assert_int_equal(cut.v[1].quality, FRAME_RECOVERED);
	cut_fini(&cut);
}

static void
a_size_that_spans_two_records_does_not_swallow_the_second(void **state)
{
	struct three	 t;
	struct cut	 cut;

	(void)state;
	three_records(&t);
	t.b[4] = 2 * 124;
	cut_three(&t, &cut);
	assert_int_equal(cut.n, 3);
	assert_found(&cut, 0, FRAME_RECORD, 0, 124);
	assert_int_equal(cut.v[0].quality, FRAME_RECOVERED);
	assert_found(&cut, 1, FRAME_RECORD, 124, 124);
	assert_int_equal(cut.v[1].quality, FRAME_STRONG);
	cut_fini(&cut);
}

static void
a_broken_trailer_is_mended_by_the_next_record(void **state)
{
	struct three	 t;
	struct cut	 cut;

	(void)state;
	for (size_t i = 124 - 7; i < 124; i++) {
		three_records(&t);
		t.b[124 + i] ^= 0x40;
		cut_three(&t, &cut);
		assert_int_equal(cut.n, 3);
		assert_found(&cut, 1, FRAME_RECORD, 124, 124);
		assert_int_equal(cut.v[1].quality, FRAME_RECOVERED);
		assert_int_equal(cut.v[1].reason, FRAME_BAD_TRAILER);
		assert_int_equal(cut.v[2].quality, FRAME_STRONG);
		cut_fini(&cut);
	}
}

static void
a_stray_byte_costs_just_itself(void **state)
{
	struct three	 t;
	struct cut	 cut;

	(void)state;
	three_records(&t);
	memmove(t.b + 125, t.b + 124, 2 * 124);
	t.b[124] = 0xaa;
	t.n++;
	cut_three(&t, &cut);
	assert_int_equal(cut.n, 4);
	assert_found(&cut, 1, FRAME_GAP, 124, 1);
	assert_int_equal(cut.v[1].reason, FRAME_NOT_A_RECORD);
	assert_found(&cut, 2, FRAME_RECORD, 125, 124);
	assert_int_equal(cut.v[2].quality, FRAME_RECOVERED);
	assert_found(&cut, 3, FRAME_RECORD, 249, 124);
	assert_int_equal(cut.v[3].quality, FRAME_STRONG);
	cut_fini(&cut);
}

static void
zeros_between_records_are_told_as_such(void **state)
{
	uint8_t		 b[2 * 124 + 50] = { 0 };
	struct cut	 cut;

	(void)state;
	memcpy(b, execve, 124);
	memcpy(b + 124 + 50, execve, 124);
	cut_stream((struct slice){ b, sizeof(b) }, whole, &cut);
	assert_int_equal(cut.n, 3);
	assert_found(&cut, 1, FRAME_GAP, 124, 50);
	assert_int_equal(cut.v[1].reason, FRAME_ZEROS);
	cut_fini(&cut);
}

static void
a_stream_that_ends_inside_a_record_is_truncated(void **state)
{
	(void)state;
	for (size_t n = 1; n < 124; n++) {
		struct three	 t;
		struct cut	 cut;

		three_records(&t);
		t.n = 124 + n;
		cut_three(&t, &cut);
		assert_int_equal(cut.n, 2);
		assert_found(&cut, 1, FRAME_GAP, 124, n);
		assert_int_equal(cut.v[1].reason, FRAME_TRUNCATED);
		cut_fini(&cut);
	}
}

static void
a_broken_solaris_trailer_is_not_taken_for_none(void **state)
{
	struct buf	 b = { 0 };
	struct cut	 cut;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		size_t	 start = b.n;

		buf_put(&b, solaris + 66, 77);
		build_finish(&b, start);
	}
	b.p[77 + 6] ^= 1;		/* the size in the first trailer */
	cut_stream(buf_bytes(&b), whole, &cut);
	assert_int_equal(cut.n, 2);
	assert_found(&cut, 0, FRAME_RECORD, 0, 84);
	assert_int_equal(cut.v[0].quality, FRAME_RECOVERED);
	assert_int_equal(cut.v[0].reason, FRAME_BAD_TRAILER);
	assert_int_equal(cut.v[1].quality, FRAME_STRONG);
	cut_fini(&cut);
	buf_fini(&b);
}

static void
a_weak_record_does_not_swallow_the_next(void **state)
{
	uint8_t		 b[4 * 77];
	struct cut	 cut;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		memcpy(b + 77 * i, solaris + 66, 77);
	b[4] = 3 * 77;			/* ends where a record ends */
	cut_stream((struct slice){ b, sizeof(b) }, whole, &cut);
	assert_non_null(found_at(&cut, 77));
	assert_found(&cut, 0, FRAME_GAP, 0, 77);
	assert_found(&cut, 1, FRAME_RECORD, 77, 77);
	assert_found(&cut, 2, FRAME_RECORD, 154, 77);
	cut_fini(&cut);
}

/* Feeding. */

static void
a_second_piece_is_refused_while_the_first_is_not_used_up(void **state)
{
	struct frame		*f = frame_new();
	struct frame_record	 r;

	(void)state;
	assert_int_equal(frame_feed(f, execve, 124), 0);
	assert_int_equal(frame_feed(f, execve, 124), BSM_EBUSY);
	assert_int_equal(frame_next(f, &r), 1);
	assert_ptr_equal(r.bytes.p, execve);	/* nothing was copied */
	assert_int_equal(frame_next(f, &r), 0);
	assert_int_equal(frame_feed(f, execve, 124), 0);
	assert_int_equal(frame_next(f, &r), 1);
	assert_int_equal(r.offset, 124);
	frame_free(f);
	frame_free(NULL);
}

static void
an_end_told_before_the_last_piece_is_used_up_changes_nothing(void **state)
{
	struct frame		*f = frame_new();
	struct frame_record	 r;

	(void)state;
	assert_int_equal(frame_feed(f, execve, 60), 0);
	assert_int_equal(frame_next(f, &r), 0);
	assert_int_equal(frame_feed(f, execve + 60, 64), 0);
	frame_end(f);
	assert_int_equal(frame_next(f, &r), 1);
	assert_int_equal(r.kind, FRAME_RECORD);
	assert_int_equal(r.bytes.n, 124);
	assert_int_equal(r.quality, FRAME_STRONG);
	assert_int_equal(frame_next(f, &r), 0);
	frame_free(f);
}

static void
a_quiet_stream_decides_on_damage_with_what_there_is(void **state)
{
	struct frame		*f = frame_new();
	struct frame_record	 r;
	uint8_t			 b[124 + 18];

	(void)state;
	memcpy(b, execve, 124);
	b[0] = 0x55;			/* then a header of a record to come */
	memcpy(b + 124, execve, 18);
	b[4] = 0x80;			/* no size that leads anywhere */
	assert_int_equal(frame_feed(f, b, sizeof(b)), 0);
	while (frame_next(f, &r) == 1)
		;
	frame_quiet(f);
	while (frame_next(f, &r) == 1)
		assert_int_equal(r.kind, FRAME_GAP);
	assert_int_equal(frame_feed(f, execve + 18, 106), 0);
	assert_int_equal(frame_next(f, &r), 1);
	if (r.kind == FRAME_GAP)
		assert_int_equal(frame_next(f, &r), 1);
	assert_int_equal(r.kind, FRAME_RECORD);
	assert_int_equal(r.offset, 124);
	assert_int_equal(r.bytes.n, 124);
	assert_int_equal(frame_next(f, &r), 0);
	frame_free(f);
}

static void
quiet_does_not_harm_a_record_that_is_still_coming(void **state)
{
	(void)state;
	for (size_t n = 1; n < 124; n++) {
		struct frame		*f = frame_new();
		struct frame_record	 r;

		assert_int_equal(frame_feed(f, execve, n), 0);
		assert_int_equal(frame_next(f, &r), 0);
		frame_quiet(f);
		assert_int_equal(frame_next(f, &r), 0);
		assert_int_equal(frame_feed(f, execve + n, 124 - n), 0);
		assert_int_equal(frame_next(f, &r), 1);
		assert_int_equal(r.kind, FRAME_RECORD);
		assert_int_equal(r.quality, FRAME_STRONG);
		frame_free(f);
	}
}

static void
every_reason_has_words(void **state)
{
	(void)state;
	for (int i = FRAME_NOT_A_RECORD; i <= FRAME_ZEROS; i++)
		for (int j = FRAME_NOT_A_RECORD; j < i; j++)
			assert_string_not_equal(
			    frame_strreason((enum frame_reason)i),
			    frame_strreason((enum frame_reason)j));
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

/* How many undamaged records and file tokens did not come out. */
static size_t
count_lost(const struct trail *t, const struct cells *c,
    const struct cut *cut)
{
	size_t	 lost = 0, where;

	for (size_t i = 0; i < t->n; i++) {
		size_t			 n = t->at[i + 1] - t->at[i];
		const struct found	*f;

		if (!survived(c, t->at[i], n, &where))
			continue;
		f = found_at(cut, where);
		lost += f == NULL || f->kind == FRAME_GAP || f->n != n;
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
		cmocka_unit_test(a_record_with_its_trailer_is_strong),
		cmocka_unit_test(
		    a_solaris_trail_begins_with_a_file_token_and_a_weak_record),
		cmocka_unit_test(a_file_token_inside_a_record_is_part_of_it),
		cmocka_unit_test(
		    an_unknown_version_is_taken_when_the_trailer_agrees),
		cmocka_unit_test(
		    a_broken_size_in_the_header_is_mended_by_the_trailer),
		cmocka_unit_test(
		    a_size_too_large_by_one_is_mended_by_the_trailer),
		cmocka_unit_test(
		    a_size_that_spans_two_records_does_not_swallow_the_second),
		cmocka_unit_test(a_broken_trailer_is_mended_by_the_next_record),
		cmocka_unit_test(a_stray_byte_costs_just_itself),
		cmocka_unit_test(zeros_between_records_are_told_as_such),
		cmocka_unit_test(
		    a_stream_that_ends_inside_a_record_is_truncated),
		cmocka_unit_test(
		    a_broken_solaris_trailer_is_not_taken_for_none),
		cmocka_unit_test(a_weak_record_does_not_swallow_the_next),
		cmocka_unit_test(
		    a_second_piece_is_refused_while_the_first_is_not_used_up),
		cmocka_unit_test(
		an_end_told_before_the_last_piece_is_used_up_changes_nothing),
		cmocka_unit_test(
		    a_quiet_stream_decides_on_damage_with_what_there_is),
		cmocka_unit_test(
		    quiet_does_not_harm_a_record_that_is_still_coming),
		cmocka_unit_test(every_reason_has_words),
		cmocka_unit_test(an_undamaged_trail_has_no_gap),
		cmocka_unit_test(the_result_does_not_depend_on_the_pieces),
		cmocka_unit_test(
		    one_place_of_damage_costs_no_other_strong_record),
		cmocka_unit_test(
		    damage_costs_at_most_a_neighbour_for_each_place),
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
