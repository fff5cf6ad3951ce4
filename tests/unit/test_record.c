/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_record.c - the quick index against the table, member by member.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bsm/record.h"
#include "bsm/status.h"

#include "draw.h"

/* What the table says of a record: of each kind the last token. */
struct by_table {
	struct token	 header, subject, ret, path, attr, zone;
	bool		 has_subject, has_return, has_path, has_attr, has_zone;
	int		 error;
	size_t		 error_at;
};

static void
note(struct by_table *b, const struct token *t)
{
	const char	*label = t->layout->label;

	if (token_is_header(t->id)) {
		b->header = *t;
	} else if (strncmp(label, "subject", 7) == 0) {
		b->subject = *t;
		b->has_subject = true;
	} else if (strcmp(label, "return") == 0) {
		b->ret = *t;
		b->has_return = true;
	} else if (strcmp(label, "path") == 0) {
		b->path = *t;
		b->has_path = true;
	} else if (strcmp(label, "attribute") == 0) {
		b->attr = *t;
		b->has_attr = true;
	} else if (strcmp(label, "zone") == 0) {
		b->zone = *t;
		b->has_zone = true;
	}
}

static void
read_by_table(struct slice bytes, struct by_table *b)
{
	struct tokens	 w;
	struct token	 t;
	int		 status;

	*b = (struct by_table){ 0 };
	tokens_begin(&w, bytes);
	while ((status = tokens_next(&w, &t)) != 0)
		if (status == 1) {
			note(b, &t);
		} else {
			b->error = status;
			b->error_at = t.off;
		}
}

static void
assert_string(bool has, struct slice got, bool want_has, struct slice want)
{
	assert_int_equal(has, want_has);
	if (has)
		assert_true(slice_eq(got, slice_until_nul(want)));
}

static void
assert_subject(const struct record *r, const struct by_table *b)
{
	const struct token	*s = &b->subject;	/* zeros: none */

	assert_int_equal(r->at[REC_SUBJECT] != 0, b->has_subject);
	assert_true(record_id(r, REC_AUID) == s->subject.auid);
	assert_true(record_id(r, REC_EUID) == s->subject.euid);
	assert_true(record_id(r, REC_EGID) == s->subject.egid);
	assert_true(record_id(r, REC_RUID) == s->subject.ruid);
	assert_true(record_id(r, REC_RGID) == s->subject.rgid);
	assert_true(record_pid(r) == s->subject.pid);
	assert_true(record_session(r) == s->subject.session);
	assert_true(slice_eq(record_address(r), s->subject.address));
}

/* All that record.h offers against the table. */
static void
assert_as_table(struct slice bytes, enum frame_quality quality, uint64_t seed)
{
	struct frame_record	 f = { .bytes = exact(bytes), .offset = 7,
	    .quality = quality };
	struct record		 r;
	struct by_table		 b;
	struct slice		 s = { NULL, 0 };
	uint64_t		 fsid, node, value;

	if (record_head(&r, &f) != 0) {
		exact_free(f.bytes);
		return;
	}
	record_index(&r);
	read_by_table(f.bytes, &b);
	if (r.error != b.error || r.error_at != b.error_at)
		fail_msg("seed %llu: error %d at %u, by the table %d at %zu",
		    (unsigned long long)seed, r.error, r.error_at, b.error,
		    b.error_at);
	if (b.header.layout != NULL) {
		assert_int_equal(r.event, b.header.header.event);
		assert_true((uint64_t)r.seconds == b.header.header.seconds);
		assert_true(r.fraction == b.header.header.fraction);
	}
	assert_subject(&r, &b);
	assert_int_equal(record_error(&r), b.ret.ret.error);
	assert_int_equal(r.at[REC_RETURN] != 0, b.has_return);
	assert_string(record_path(&r, &s), s, b.has_path, b.path.str.text);
	assert_string(record_zone(&r, &s), s, b.has_zone, b.zone.str.text);
	record_inode(&r, &fsid, &node);
	assert_true(fsid == b.attr.attr.fsid);
	assert_true(node == b.attr.attr.node);
	assert_int_equal(r.at[REC_ATTR] != 0, b.has_attr);
	assert_true(record_attr(&r, REC_MODE) == b.attr.attr.mode);
	assert_true(record_attr(&r, REC_OWNER) == b.attr.attr.uid);
	assert_true(record_attr(&r, REC_GROUP) == b.attr.attr.gid);
	assert_int_equal(record_return(&r, &value), b.has_return);
	if (b.has_return)
		assert_true(value == b.ret.ret.value);
	if (b.header.layout != NULL)
		assert_true(slice_eq(record_host(&r),
		    b.header.header.address));
	assert_int_equal(r.offset, 7);
	assert_int_equal(r.version, f.bytes.p[5]);
	(void)record_millis(&r);		/* any time is harmless */
	exact_free(f.bytes);
}

static void
the_index_finds_what_the_table_finds(void **state)
{
	static const uint8_t	 versions[] = { 1, 2, 10, 11 };
	struct lot		*l = calloc(1, sizeof(*l));
	unsigned		 runs = lot_runs(6000);

	(void)state;
	assert_non_null(l);
	for (uint64_t seed = 1; seed <= runs; seed++) {
		struct buf	 b = { 0 };
		bool		 trailer = seed % 5 != 0;

		lot_seed(l, seed);
		lot_record(l, &b, versions[seed % 4], 10, trailer);
		assert_as_table(buf_bytes(&b),
		    trailer ? FRAME_STRONG : FRAME_WEAK, seed);
		assert_as_table(buf_bytes(&b), FRAME_RECOVERED, seed);
		buf_fini(&b);
	}
	free(l);
}

static void
the_index_finds_what_the_table_finds_in_mutilated_records(void **state)
{
	static const uint8_t	 versions[] = { 1, 2, 10, 11 };
	struct lot		*l = calloc(1, sizeof(*l));
	unsigned		 runs = lot_runs(20000);

	(void)state;
	assert_non_null(l);
	for (uint64_t seed = 1; seed <= runs; seed++) {
		struct buf	 b = { 0 };
		uint32_t	 last;

		lot_seed(l, seed);
		lot_record(l, &b, versions[seed % 4], 6, true);
		last = (uint32_t)b.n - TRAILER_SIZE;
		for (uint32_t k = 1 + lot_below(l, 3); k > 0; k--) {
			uint32_t	 at = 5 + lot_below(l, last - 5);

			b.p[at] = (uint8_t)(lot_below(l, 2) ? lot_u64(l) :
			    b.p[at] ^ 1u << lot_below(l, 8));
		}
		assert_as_table(buf_bytes(&b), FRAME_STRONG, seed);
		assert_as_table(buf_bytes(&b), FRAME_RECOVERED, seed);
		b.p[b.n - 1 - lot_below(l, 7)] ^= 1;	/* the trailer */
		assert_as_table(buf_bytes(&b), FRAME_RECOVERED, seed);
		buf_fini(&b);
	}
	free(l);
}

/* What the frame has found out about a record is what the index finds. */
static void
assert_framed_as_indexed(const struct frame *f, const struct frame_record *fr,
    unsigned *known)
{
	struct record	 framed, indexed;

	assert_int_equal(record_head(&framed, fr), 0);
	indexed = framed;
	record_index(&indexed);
	record_index_framed(&framed, f);
	if (fr->quality != FRAME_WEAK)
		assert_false(framed.indexed);
	*known += framed.indexed;
	record_index(&framed);
	assert_int_equal(framed.error, indexed.error);
	assert_int_equal(framed.error_at, indexed.error_at);
	assert_memory_equal(framed.at, indexed.at, sizeof(framed.at));
}

static void
what_a_frame_had_to_find_is_what_the_index_finds(void **state)
{
	struct lot	*l = calloc(1, sizeof(*l));
	unsigned	 runs = lot_runs(1500), known = 0;

	(void)state;
	assert_non_null(l);
	for (uint64_t seed = 1; seed <= runs; seed++) {
		struct frame		*f = frame_new();
		struct frame_record	 fr;
		struct buf		 b = { 0 };

		lot_seed(l, seed);
		for (uint32_t n = 1 + lot_below(l, 4); n > 0; n--)
			lot_record(l, &b, 2, 1 + lot_below(l, 6),
			    lot_below(l, 3) == 0);
		for (size_t at = 0, n; at < b.n; at += n) {
			n = 1 + lot_below(l, (uint32_t)(b.n - at));
			assert_int_equal(frame_feed(f, b.p + at, n), 0);
			if (at + n == b.n)
				frame_end(f);
			while (frame_next(f, &fr) == 1)
				if (fr.kind == FRAME_RECORD)
					assert_framed_as_indexed(f, &fr,
					    &known);
		}
		buf_fini(&b);
		frame_free(f);
	}
	assert_true(known > runs / 4);
	free(l);
}

static void
a_header_that_does_not_fit_is_refused(void **state)
{
	struct lot		*l = calloc(1, sizeof(*l));
	struct record		 r;

	(void)state;
	assert_non_null(l);
	for (uint64_t seed = 1; seed < 60; seed++) {
		struct buf	 b = { 0 };

		lot_seed(l, seed);
		lot_header(l, &b, 11);
		for (size_t n = 1; n <= b.n; n++) {
			struct frame_record	 f = {
			    .bytes = exact((struct slice){ b.p, n }) };

			assert_int_equal(record_head(&r, &f),
			    n < b.n ? BSM_ETRUNC : 0);
			exact_free(f.bytes);
		}
		buf_fini(&b);
	}
	free(l);
}

static void
fractions_count_milliseconds_or_on_solaris_nanoseconds(void **state)
{
	(void)state;
	assert_true(record_time_millis(11, 5, 70) == 5070);
	assert_true(record_time_millis(10, 5, 999) == 5999);
	assert_true(record_time_millis(1, 5, 7) == 5007);
	assert_true(record_time_millis(2, 5, 987654321) == 5987);
	assert_true(record_time_millis(2, 5, 999999) == 5000);
}

static void
times_beyond_what_fits_are_clamped(void **state)
{
	(void)state;
	assert_true(record_time_millis(11, 5, 1000) == 5999);
	assert_true(record_time_millis(2, 5, UINT64_MAX) == 5999);
	assert_true(record_time_millis(11, INT64_MAX, 0) > 0);
	assert_true(record_time_millis(11, (uint64_t)INT64_MIN, 0) < 0);
	assert_true(record_time_millis(11, UINT64_MAX, 500) == -500);
}

/* What a head says, so that two runs can be compared. */
static void
note_head(struct buf *out, const struct record *r)
{
	buf_printf(out, "%llu %zu %u %u %u %u %lld %llu\n",
	    (unsigned long long)r->offset, r->bytes.n, r->event, r->version,
	    r->body, r->quality, (long long)r->seconds,
	    (unsigned long long)r->fraction);
}

/* The heads of what the frame has, MANY at a time, or 0: one by one. */
static void
drain_heads(struct frame *f, size_t many, struct buf *out)
{
	struct frame_record	 one;
	struct record		 r[16];
	size_t			 n;

	assert_true(many <= 16);
	for (;;) {
		while (many > 0 && (n = record_heads(f, r, many)) > 0)
			for (size_t i = 0; i < n; i++)
				note_head(out, &r[i]);
		if (frame_next(f, &one) != 1)
			break;
		if (one.kind != FRAME_RECORD)
			buf_printf(out, "kind %d\n", (int)one.kind);
		else if (record_head(&r[0], &one) != 0)
			buf_printf(out, "no head\n");
		else
			note_head(out, &r[0]);
	}
}

static void
heads_of(struct slice stream, size_t piece, size_t many, struct buf *out)
{
	struct frame	*f = frame_new();

	for (size_t i = 0; i < stream.n; i += piece) {
		const size_t	 left = stream.n - i;
		struct slice	 p = exact((struct slice){ stream.p + i,
		    left < piece ? left : piece });

		assert_int_equal(frame_feed(f, p.p, p.n), 0);
		drain_heads(f, many, out);
		exact_free(p);
	}
	frame_end(f);
	drain_heads(f, many, out);
	frame_free(f);
}

static void
heads_taken_together_are_those_taken_one_by_one(void **state)
{
	static const uint8_t	 versions[] = { 1, 2, 10, 11 };
	struct lot		*l = calloc(1, sizeof(*l));
	struct buf		 stream = { 0 }, one = { 0 }, many = { 0 };

	(void)state;
	assert_non_null(l);
	lot_seed(l, 21);
	for (unsigned i = 0; i < lot_runs(400); i++) {
		buf_clear(&stream);
		buf_clear(&one);
		buf_clear(&many);
		for (unsigned n = lot_below(l, 40); n > 0; n--)
			lot_record(l, &stream, versions[lot_below(l, 4)], 4,
			    lot_below(l, 9) != 0);
		for (unsigned n = lot_below(l, 6); n > 2 && stream.n > 0; n--)
			stream.p[lot_below(l, (uint32_t)stream.n)] ^=
			    (uint8_t)(1 + lot_below(l, 255));
		heads_of(buf_bytes(&stream), 1 + lot_below(l, 4000), 0, &one);
		heads_of(buf_bytes(&stream), 1 + lot_below(l, 4000),
		    1 + lot_below(l, 16), &many);
		assert_string_equal(buf_cstr(&one), buf_cstr(&many));
	}
	buf_fini(&stream);
	buf_fini(&one);
	buf_fini(&many);
	free(l);
}

static void
of_each_kind_the_last_token_counts(void **state)
{
	struct buf		 b = { 0 };
	struct frame_record	 f;
	struct record		 r;
	struct slice		 s;
	struct token		 t = { .layout = layout_find(TOK_HEADER32) };

	(void)state;
	t.header.version = 11;
	assert_int_equal(build_token(&b, &t), 0);
	t = (struct token){ .layout = layout_find(TOK_PATH) };
	t.str.text = build_cstr("/first");
	assert_int_equal(build_token(&b, &t), 0);
	t.str.text = (struct slice){ (const uint8_t *)"/last\0hidden", 12 };
	assert_int_equal(build_token(&b, &t), 0);
	buf_put(&b, "\x27\1\0\0\0\0\x27\2\0\0\0\0", 12);
	build_finish(&b, 0);
	f = (struct frame_record){ .bytes = buf_bytes(&b) };
	assert_int_equal(record_head(&r, &f), 0);
	record_index(&r);
	assert_true(record_path(&r, &s));
	assert_true(slice_is(s, "/last"));
	assert_int_equal(record_error(&r), 2);
	assert_false(record_zone(&r, &s));
	assert_int_equal(record_id(&r, REC_AUID), 0);
	assert_int_equal(record_address(&r).n, 0);
	buf_fini(&b);
}

static void
the_first_header_is_found_again_behind_one_within(void **state)
{
	struct token		 t = { .layout = layout_find(TOK_HEADER32) };
	struct buf		 b = { 0 };
	struct record		 r;

	(void)state;
	for (uint64_t n = 1; n <= 2; n++) {
		t.header.version = 11;
		t.header.event = (uint16_t)n;
		t.header.seconds = 100 * n;
		t.header.fraction = 10 * n;
		assert_int_equal(build_token(&b, &t), 0);
	}
	build_finish(&b, 0);
	assert_int_equal(record_head(&r, &(struct frame_record){
	    .bytes = buf_bytes(&b) }), 0);
	assert_int_equal(record_first_time(&r).seconds, 100);
	record_as_it_came(&r);
	assert_int_equal(r.event, 1);
	record_index(&r);
	assert_int_equal(r.event, 2);
	assert_int_equal(r.seconds, 200);
	assert_int_equal(record_first_time(&r).seconds, 100);
	assert_int_equal(record_first_time(&r).fraction, 10);
	assert_int_equal(r.event, 2);		/* it was only asked */
	record_as_it_came(&r);
	assert_int_equal(r.event, 1);
	assert_int_equal(r.seconds, 100);
	assert_int_equal(r.fraction, 10);
	assert_false(r.indexed);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_index_finds_what_the_table_finds),
		cmocka_unit_test(
		    the_index_finds_what_the_table_finds_in_mutilated_records),
		cmocka_unit_test(
		    what_a_frame_had_to_find_is_what_the_index_finds),
		cmocka_unit_test(a_header_that_does_not_fit_is_refused),
		cmocka_unit_test(
		    fractions_count_milliseconds_or_on_solaris_nanoseconds),
		cmocka_unit_test(times_beyond_what_fits_are_clamped),
		cmocka_unit_test(
		    heads_taken_together_are_those_taken_one_by_one),
		cmocka_unit_test(of_each_kind_the_last_token_counts),
		cmocka_unit_test(
		    the_first_header_is_found_again_behind_one_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
