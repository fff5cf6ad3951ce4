/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_token.c - the token table and the walk over it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "bsm/status.h"
#include "bsm/token.h"

#include "draw.h"

/* A record taken apart. */
struct walked {
	struct slice	 record;	/* in a block of its exact length */
	struct token	 v[64];
	int		 status[64];
	size_t		 n;
};

/* Walk it; every byte must be in exactly one token. */
static void
walk(struct slice record, struct walked *w)
{
	struct tokens	 t;
	size_t		 pos = 0;

	w->n = 0;
	w->record = exact(record);
	tokens_begin(&t, w->record);
	while ((w->status[w->n] = tokens_next(&t, &w->v[w->n])) != 0) {
		assert_true(w->v[w->n].off == pos);
		assert_true(w->v[w->n].len > 0);
		assert_true(w->v[w->n].len <= record.n - pos);
		pos += w->v[w->n].len;
		w->n++;
		assert_true(w->n < 64);
	}
	assert_int_equal(pos, record.n);
}

static void
walk_fini(struct walked *w)
{
	exact_free(w->record);
}

/* A header of this version; the caller appends tokens and ends the record. */
static void
begin(struct buf *b, uint8_t version)
{
	struct token	 t = { .layout = layout_find(TOK_HEADER32) };

	t.header.version = version;
	t.header.event = 23;
	t.header.seconds = 1634210459;
	assert_int_equal(build_token(b, &t), 0);
}

static const struct layout *
named(const char *name)
{
	const struct layout	*lay = layout_by_name(slice_str(name));

	assert_non_null(lay);
	return lay;
}

/* The names of all layouts of the walk, with blanks between; "-": unknown. */
static void
assert_names(const struct walked *w, const char *want)
{
	char	 names[1024] = "";
	size_t	 n = 0;

	for (size_t i = 0; i < w->n; i++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s",
		    i == 0 ? "" : " ", w->v[i].layout == NULL ? "-" :
		    w->v[i].layout->name);
	assert_string_equal(names, want);
}

/* The table. */

static void
the_table_ascends_and_variants_stand_side_by_side(void **state)
{
	size_t			 n;
	const struct layout	*all = token_layouts(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		bool	 second = i > 0 && all[i - 1].id == all[i].id;
		bool	 another = i + 1 < n && all[i + 1].id == all[i].id;

		assert_true(i == 0 || all[i - 1].id <= all[i].id);
		assert_false(second && another);	/* two at the most */
		assert_int_equal(second || another,
		    all[i].first_for != FOR_ALL);
		assert_ptr_equal(layout_find(all[i].id),
		    second ? &all[i - 1] : &all[i]);
		assert_ptr_equal(layout_by_name(slice_str(all[i].name)),
		    &all[i]);
	}
}

static void
unknown_ids_and_names_are_not_found(void **state)
{
	(void)state;
	assert_null(layout_find(0));
	assert_null(layout_find(0x12));
	assert_null(layout_find(0x37));
	assert_null(layout_find(0xff));
	assert_null(layout_by_name(slice_str("head")));
	assert_null(layout_by_name(slice_str("")));
}

static void
fields_of_a_layout_do_not_overlap(void **state)
{
	size_t			 n;
	const struct layout	*all = token_layouts(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct field	*fields = all[i].fields;

		for (const struct field *f = fields; f->name != NULL; f++)
			for (const struct field *g = fields; g != f; g++) {
				assert_true(f->at != g->at);
				assert_string_not_equal(f->name, g->name);
			}
	}
}

/* One token, of every layout. */

/* A version in whose records the layout is the usual one. */
static uint8_t
version_for(const struct layout *lay)
{
	return lay->first_for == FOR_SOLARIS ? 2 : 11;
}

static void
the_quick_size_agrees_with_decoding_for_every_layout(void **state)
{
	size_t			 n, told = 0;
	const struct layout	*all = token_layouts(&n);
	struct lot		*l = malloc(sizeof(*l));

	(void)state;
	assert_non_null(l);
	lot_seed(l, 1);
	for (unsigned run = lot_runs(100); run > 0; run--)
		for (size_t i = 0; i < n; i++) {
			struct buf	 b = { 0 };
			struct token	 t;
			struct slice	 s;
			size_t		 size;

			l->used = 0;
			lot_token(l, &all[i], &t);
			assert_int_equal(build_token(&b, &t), 0);
			s = exact(buf_bytes(&b));
			size = token_size(s.p, s.n);
			assert_true(size == 0 || size == s.n);
			told += size != 0;
			exact_free(s);
			buf_put(&b, "\x27\0\0\0\0\0", 6);	/* and more */
			assert_true(token_size(b.p, b.n) == size);
			buf_fini(&b);
		}
	assert_true(told > 40 * 100);	/* of most layouts */
	free(l);
}

static void
the_quick_size_is_not_told_of_what_is_cut_short(void **state)
{
	size_t			 n;
	const struct layout	*all = token_layouts(&n);
	struct lot		*l = malloc(sizeof(*l));

	(void)state;
	assert_non_null(l);
	lot_seed(l, 2);
	for (size_t i = 0; i < n; i++) {
		struct buf	 b = { 0 };
		struct token	 t;

		l->used = 0;
		lot_token(l, &all[i], &t);
		assert_int_equal(build_token(&b, &t), 0);
		for (size_t cut = 1; cut < b.n; cut++) {
			struct slice	 s = exact((struct slice){ b.p, cut });

			assert_int_equal(token_size(s.p, cut), 0);
			exact_free(s);
		}
		buf_fini(&b);
	}
	free(l);
}

/*
 * May this prefix be a token of its own? Where an id has two layouts the
 * shorter may fit, a list of strings may be taken for a shorter one, and a
 * socket's path may end with the record.
 */
static bool
has_short_forms(const struct layout *lay)
{
	return lay->first_for != FOR_ALL ||
	    lay->fields[0].wire == W_STRINGS ||
	    (lay->fields[0].name != NULL && lay->fields[1].name != NULL &&
	    lay->fields[1].wire == W_ZSTR);
}

static void
no_proper_prefix_of_a_token_is_taken(void **state)
{
	size_t			 n;
	const struct layout	*all = token_layouts(&n);
	struct lot		*l = malloc(sizeof(*l));

	(void)state;
	assert_non_null(l);
	lot_seed(l, 3);
	for (size_t i = 0; i < n; i++) {
		struct buf	 b = { 0 };
		struct token	 t;

		if (token_is_header(all[i].id))
			continue;
		l->used = 0;
		lot_token(l, &all[i], &t);
		begin(&b, version_for(&all[i]));
		assert_int_equal(build_token(&b, &t), 0);
		for (size_t cut = HEADER_MIN + 1; cut < b.n; cut++) {
			struct buf	 short_one = { 0 };
			struct walked	 w;

			buf_put(&short_one, b.p, cut);
			build_finish(&short_one, 0);
			walk(buf_bytes(&short_one), &w);
			if (!has_short_forms(&all[i])) {
				assert_int_equal(w.n, 3);
				assert_true(w.status[1] < 0);
				assert_null(w.v[1].layout);
				assert_int_equal(w.v[1].len, cut - HEADER_MIN);
			}
			assert_int_equal(w.v[w.n - 1].id, TOK_TRAILER);
			walk_fini(&w);
			buf_fini(&short_one);
		}
		buf_fini(&b);
	}
	free(l);
}

static void
no_header_is_read_past_its_end(void **state)
{
	static const uint8_t	 ids[] = { TOK_HEADER32, TOK_HEADER32_EX,
	    TOK_HEADER64, TOK_HEADER64_EX };
	struct lot		*l = malloc(sizeof(*l));

	(void)state;
	assert_non_null(l);
	lot_seed(l, 4);
	for (unsigned i = 0; i < 4; i++) {
		struct buf	 b = { 0 };
		struct token	 t;

		lot_token(l, layout_find(ids[i]), &t);
		assert_int_equal(build_token(&b, &t), 0);
		for (size_t cut = 1; cut < b.n; cut++) {
			struct walked	 w;

			walk((struct slice){ b.p, cut }, &w);
			assert_int_equal(w.n, 1);
			assert_true(w.status[0] < 0);
			walk_fini(&w);
		}
		buf_fini(&b);
	}
	free(l);
}

/* Two layouts of one id. */

static void
walk_of(struct walked *w, uint8_t version, const char *names[], size_t n)
{
	struct buf	 b = { 0 };
	struct lot	*l = malloc(sizeof(*l));

	assert_non_null(l);
	lot_seed(l, 6);
	begin(&b, version);
	for (size_t i = 0; i < n; i++) {
		struct token	 t;

		lot_token(l, named(names[i]), &t);
		t.sock.domain = t.layout->id == TOK_SOCKET_EX ? 2 :
		    t.sock.domain;
		assert_int_equal(build_token(&b, &t), 0);
	}
	build_finish(&b, 0);
	walk(buf_bytes(&b), w);
	buf_fini(&b);
	free(l);
}

static void
a_socket_is_long_on_bsd_and_short_on_solaris_when_both_fit(void **state)
{
	/* 15 bytes that are one long socket, or a short one and an ipc */
	static const uint8_t	 both[] = { 0x2e, 0, 1, 0, 80, 10, 0, 0, 1,
	    0x22, 1, 0, 0, 0, 7 };
	struct buf		 b = { 0 };
	struct walked		 w;

	(void)state;
	begin(&b, 11);
	buf_put(&b, both, sizeof(both));
	build_finish(&b, 0);
	walk(buf_bytes(&b), &w);
	assert_names(&w, "header32 socket trailer");
	walk_fini(&w);
	b.p[5] = 2;
	walk(buf_bytes(&b), &w);
	assert_names(&w, "header32 socket_short ipc trailer");
	walk_fini(&w);
	buf_fini(&b);
}

static void
the_other_layout_is_taken_when_only_it_fits(void **state)
{
	static const char	*variants[][3] = {
		{ "socket", "path", "return32" },
		{ "socket_short", "path", "return32" },
		{ "ipc_perm", "path", "return32" },
		{ "ipc_perm_short", "path", "return32" },
		{ "socket_ex", "path", "return32" },
		{ "socket_ex_short", "path", "return32" },
		{ "use_of_authorization", "path", "return32" },
		{ "use_of_authorization_upriv", "path", "return32" },
	};
	static const uint8_t	 versions[] = { 1, 2, 10, 11 };

	(void)state;
	for (size_t i = 0; i < 8; i++)
		for (size_t v = 0; v < 4; v++) {
			struct walked	 w;
			char		 want[100];

			walk_of(&w, versions[v], variants[i], 3);
			(void)snprintf(want, sizeof(want),
			    "header32 %s path return32 trailer",
			    variants[i][0]);
			assert_names(&w, want);
			walk_fini(&w);
		}
}

static void
a_solaris_socket_without_addresses_ends_after_its_type(void **state)
{
	struct buf	 b = { 0 };
	struct walked	 w;

	(void)state;
	begin(&b, 2);
	buf_put(&b, "\x7f\0\1\0\2", 5);		/* PF_UNIX */
	buf_put(&b, "\x27\0\0\0\0\0", 6);
	build_finish(&b, 0);
	walk(buf_bytes(&b), &w);
	assert_names(&w, "header32 socket_ex_short return32 trailer");
	walk_fini(&w);
	buf_fini(&b);
}

static void
several_doubtful_tokens_are_settled_together(void **state)
{
	static const char	*names[] = { "ipc_perm_short",
	    "use_of_authorization_upriv", "socket_short", "exec_args",
	    "ipc_perm_short", "return32" };
	struct walked		 w;

	(void)state;
	walk_of(&w, 11, names, 6);
	assert_names(&w, "header32 ipc_perm_short use_of_authorization_upriv "
	    "socket_short exec_args ipc_perm_short return32 trailer");
	walk_fini(&w);
}

/* Lists of strings. */

/* What a macOS record has behind its arguments, with many zeros in it. */
static void
put_rest(struct buf *b)
{
	struct token	 t = { .layout = layout_find(TOK_PATH) };

	t.str.text = build_cstr("/bin/ls");
	assert_int_equal(build_token(b, &t), 0);
	t = (struct token){ .layout = layout_find(TOK_ATTR32) };
	assert_int_equal(build_token(b, &t), 0);
	t = (struct token){ .layout = layout_find(TOK_SUBJECT32) };
	t.subject.address = (struct slice){ (const uint8_t *)"\0\0\0", 4 };
	assert_int_equal(build_token(b, &t), 0);
	t = (struct token){ .layout = layout_find(TOK_RETURN32) };
	assert_int_equal(build_token(b, &t), 0);
}

static void
a_list_shorter_than_its_count_is_found(void **state)
{
	static const uint32_t	 claims[] = { 4, 20, 64, 90, 500, 60000 };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct buf	 b = { 0 };
		struct walked	 w;

		begin(&b, 11);
		buf_u8(&b, TOK_EXEC_ARGS);
		buf_u32(&b, claims[i]);
		buf_put(&b, "ls\0-l\0/\0", 8);
		put_rest(&b);
		build_finish(&b, 0);
		walk(buf_bytes(&b), &w);
		assert_names(&w, "header32 exec_args path attribute32 "
		    "subject32 return32 trailer");
		assert_int_equal(w.v[1].list.list.claimed, claims[i]);
		assert_int_equal(w.v[1].list.list.count, 3);
		assert_int_equal(w.v[1].list.list.bytes.n, 8);
		walk_fini(&w);
		buf_fini(&b);
	}
}

/* String by string; 0 when they do not fit. */
static size_t
list_size(const uint8_t *p, size_t n, uint32_t count)
{
	size_t	 at = 5;

	for (; count > 0; count--) {
		const uint8_t	*nul = at == n ? NULL :
		    memchr(p + at, 0, n - at);

		if (nul == NULL)
			return 0;
		at = (size_t)(nul - p) + 1;
	}
	return at;
}

static void
a_list_is_as_long_as_its_strings(void **state)
{
	uint32_t	 x = 1;

	(void)state;
	for (size_t n = 5; n < 400; n++) {
		uint8_t	*p = malloc(n);
		uint32_t count;

		assert_non_null(p);
		for (size_t i = 0; i < n; i++) {
			x = x * 1103515245 + 12345;
			p[i] = (x >> 16) % (n % 3 == 0 ? 2 : 17) == 0 ? 0 :
			    (uint8_t)(x >> 17 | 0x80 | i % 2);
		}
		p[0] = TOK_EXEC_ARGS;
		p[1] = p[2] = p[3] = 0;
		for (count = 0; count < 256; count++) {
			p[4] = (uint8_t)count;
			assert_int_equal(token_size_strings(p, n),
			    list_size(p, n, count));
		}
		assert_int_equal(token_size_strings(p, 4), 0);
		free(p);
	}
}

static void
a_short_list_at_the_end_of_the_record_is_found(void **state)
{
	struct buf	 b = { 0 };
	struct walked	 w;

	(void)state;
	begin(&b, 11);
	buf_put(&b, "\x3c\0\0\0\x09ls\0-l\0", 11);
	build_finish(&b, 0);
	walk(buf_bytes(&b), &w);
	assert_names(&w, "header32 exec_args trailer");
	assert_int_equal(w.v[1].list.list.count, 2);
	walk_fini(&w);
	buf_fini(&b);
}

static void
arguments_and_environment_may_both_be_short(void **state)
{
	struct buf	 b = { 0 };
	struct walked	 w;

	(void)state;
	begin(&b, 11);
	buf_put(&b, "\x3c\0\0\1\x30ls\0-l\0", 11);
	buf_put(&b, "\x3d\0\0\1\x40" "A=b\0C=d\0", 13);
	put_rest(&b);
	build_finish(&b, 0);
	walk(buf_bytes(&b), &w);
	assert_names(&w, "header32 exec_args exec_env path attribute32 "
	    "subject32 return32 trailer");
	assert_int_equal(w.v[1].list.list.count, 2);
	assert_int_equal(w.v[2].list.list.count, 2);
	walk_fini(&w);
	buf_fini(&b);
}

static void
the_padding_of_old_writers_is_part_of_the_list(void **state)
{
	struct buf	 b = { 0 };
	struct walked	 w;

	(void)state;
	begin(&b, 10);
	buf_put(&b, "\x3c\0\0\0\2ls\0-l\0\0\0", 13);
	put_rest(&b);
	build_finish(&b, 0);
	walk(buf_bytes(&b), &w);
	assert_names(&w, "header32 exec_args path attribute32 subject32 "
	    "return32 trailer");
	assert_int_equal(w.v[1].list.list.count, 2);
	assert_int_equal(w.v[1].list.list.bytes.n, 6);
	assert_int_equal(w.v[1].list.list.padding.n, 2);
	walk_fini(&w);
	buf_fini(&b);
}

static void
strings_are_taken_one_by_one_without_their_nul(void **state)
{
	static const uint8_t	 plain[] = "a\0\0bc";	/* and its NUL */
	static const uint8_t	 counted[] = "\0\2a\0\0\0\0\2bc";
	struct strings		 s = { .bytes = { plain, 6 } };
	struct slice		 one;
	size_t			 at = 0;

	(void)state;
	assert_true(strings_next(&s, &at, &one) && slice_is(one, "a"));
	assert_true(strings_next(&s, &at, &one) && slice_is(one, ""));
	assert_true(strings_next(&s, &at, &one) && slice_is(one, "bc"));
	assert_false(strings_next(&s, &at, &one));
	s = (struct strings){ .bytes = { counted, 10 }, .counted = true };
	at = 0;
	assert_true(strings_next(&s, &at, &one) && slice_is(one, "a"));
	assert_true(strings_next(&s, &at, &one) && slice_is(one, ""));
	assert_true(strings_next(&s, &at, &one) && slice_is(one, "bc"));
	assert_false(strings_next(&s, &at, &one));
}

/* Whole records. */

static void
an_unknown_token_ends_the_decoding_before_the_trailer(void **state)
{
	struct buf	 b = { 0 };
	struct walked	 w;

	(void)state;
	begin(&b, 11);
	buf_put(&b, "\x27\0\0\0\0\0\x99\x27\0\0\0\0\0", 13);
	build_finish(&b, 0);
	walk(buf_bytes(&b), &w);
	assert_names(&w, "header32 return32 - trailer");
	assert_int_equal(w.status[2], BSM_EUNKNOWN);
	assert_int_equal(w.v[2].id, 0x99);
	assert_int_equal(w.v[2].off, 24);
	assert_int_equal(w.v[2].len, 7);
	walk_fini(&w);
	buf_fini(&b);
}

static void
a_token_does_not_reach_into_the_trailer(void **state)
{
	struct buf	 b = { 0 };
	struct walked	 w;

	(void)state;
	begin(&b, 11);
	buf_put(&b, "\x28\0\x09" "xy", 5);	/* the trailer would make 9 */
	build_finish(&b, 0);
	walk(buf_bytes(&b), &w);
	assert_names(&w, "header32 - trailer");
	assert_int_equal(w.status[1], BSM_ETRUNC);
	walk_fini(&w);
	buf_fini(&b);
}

static void
each_error_of_a_token_has_its_code(void **state)
{
	static const struct {
		const char	*bytes;
		size_t		 n;
		int		 status;
	} cases[] = {
		{ "\x7e\0\0\0\5abcde", 10, BSM_EADDR },
		{ "\x21\0\4\1x", 5, BSM_EUNIT },
		{ "\x61\2\0\0", 4, BSM_EUNKNOWN },
		{ "\x3c\0\0\0\1x", 6, BSM_ENUL },
		{ "\x3c\xff\xff\xff\xffx", 6, BSM_ETRUNC },
		{ "\x3b\xff\xff" "abcd", 7, BSM_ETRUNC },
		{ "\x51\0\2\0\1", 5, BSM_ETRUNC },
		{ "\x82\0", 2, BSM_ETRUNC },
		{ "\x82\0\1", 3, BSM_ENUL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf	 b = { 0 };
		struct walked	 w;

		begin(&b, 11);
		buf_put(&b, cases[i].bytes, cases[i].n);
		build_finish(&b, 0);
		walk(buf_bytes(&b), &w);
		assert_int_equal(w.n, 3);
		assert_int_equal(w.status[1], cases[i].status);
		walk_fini(&w);
		buf_fini(&b);
	}
}

static void
a_long_group_list_keeps_in_step(void **state)
{
	struct buf	 b = { 0 };
	struct walked	 w;

	(void)state;
	begin(&b, 11);
	buf_put(&b, "\x3b\x03\xe8", 3);
	for (uint32_t i = 0; i < 1000; i++)
		buf_u32(&b, i);
	put_rest(&b);
	build_finish(&b, 0);
	walk(buf_bytes(&b), &w);
	assert_names(&w, "header32 groups path attribute32 subject32 "
	    "return32 trailer");
	assert_int_equal(w.v[1].groups.n, 4000);
	walk_fini(&w);
	buf_fini(&b);
}

static void
a_file_token_stands_alone(void **state)
{
	struct walked	 w;

	(void)state;
	walk((struct slice){ (const uint8_t *)
	    "\x11\0\1\x23\x45\0\0\1\xa8\0\5test", 16 }, &w);
	assert_names(&w, "file32");
	assert_int_equal(w.v[0].file.seconds, 74565);
	assert_int_equal(w.v[0].file.name.n, 5);
	walk_fini(&w);
	walk((struct slice){ NULL, 0 }, &w);
	assert_int_equal(w.n, 0);
	walk_fini(&w);
}

static void
another_header_does_not_fit_where_there_is_no_trailer(void **state)
{
	struct buf	 b = { 0 };
	bool		 header;

	(void)state;
	begin(&b, 2);
	buf_put(&b, "\x27\0\0\0\0\0", 6);
	assert_true(tokens_fit(buf_bytes(&b), 2, &header));
	assert_false(header);
	begin(&b, 2);
	assert_false(tokens_fit(buf_bytes(&b), 2, &header));
	assert_true(header);
	assert_false(tokens_fit((struct slice){ b.p, 23 }, 2, &header));
	assert_false(header);
	buf_fini(&b);
}

static void
drawn_records_are_decoded_to_the_last_byte(void **state)
{
	static const uint8_t	 versions[] = { 1, 2, 10, 11 };
	struct lot		*l = malloc(sizeof(*l));
	unsigned		 runs = lot_runs(3000);

	(void)state;
	assert_non_null(l);
	for (uint64_t seed = 1; seed <= runs; seed++) {
		struct buf	 b = { 0 };
		struct walked	 w;

		lot_seed(l, seed);
		lot_record(l, &b, versions[seed % 4], 12, true);
		walk(buf_bytes(&b), &w);
		for (size_t i = 0; i < w.n; i++)
			if (w.status[i] != 1)
				fail_msg("seed %llu, token %zu",
				    (unsigned long long)seed, i);
		walk_fini(&w);
		buf_fini(&b);
	}
	free(l);
}

/* Hostile records. */

static double
seconds_to_walk(const struct buf *b)
{
	struct timespec	 t0, t1;
	struct tokens	 w;
	struct token	 t;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0), 0);
	tokens_begin(&w, buf_bytes(b));
	while (tokens_next(&w, &t) != 0)
		;
	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1), 0);
	return (double)(t1.tv_sec - t0.tv_sec) +
	    (double)(t1.tv_nsec - t0.tv_nsec) / 1e9;
}

static void
a_mebibyte_of_doubt_takes_bounded_time(void **state)
{
	static const struct {
		const char	*unit;
		size_t		 n;
	} hostile[] = {
		{ "\x3c\0\0\xff\0", 5 },	/* lists inside lists */
		{ "\x3c\0\0\0\0", 5 },
		{ "\x3c\0\0\0\1", 5 },
		{ "\x3c\0\x0f\xff\xff\0", 6 },
		{ "\x3c\0\x01\0\0\x27\0\0\0\0\0", 11 },
		{ "\x3f\0\0", 3 },		/* each has two layouts */
		{ "\x2e\0\0\0\0\0\0\0\0", 9 },
		{ "\x7f\0\0\0\0", 5 },
		{ "\x32\x32\x32\x32", 4 },
		{ "\x3c\0\0\0\x01\0\x3d\0\0\0\x01\0", 12 },
		{ "\x27\0\0\0\0\0", 6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
		for (unsigned head = 0; head < 2; head++) {
			struct buf	 b = { 0 };
			double		 took;

			begin(&b, 11);
			if (head != 0)		/* a list that claims much */
				buf_put(&b, "\x3c\0\x0f\0\0", 5);
			while (b.n < (1u << 20) - 100)
				buf_put(&b, hostile[i].unit, hostile[i].n);
			buf_u8(&b, 0x99);	/* so that nothing ever fits */
			build_finish(&b, 0);
			took = seconds_to_walk(&b);
			if (took > 3)
				fail_msg("case %zu took %.1f s", i, took);
			buf_fini(&b);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_table_ascends_and_variants_stand_side_by_side),
		cmocka_unit_test(unknown_ids_and_names_are_not_found),
		cmocka_unit_test(fields_of_a_layout_do_not_overlap),
		cmocka_unit_test(
		    the_quick_size_agrees_with_decoding_for_every_layout),
		cmocka_unit_test(
		    the_quick_size_is_not_told_of_what_is_cut_short),
		cmocka_unit_test(no_proper_prefix_of_a_token_is_taken),
		cmocka_unit_test(no_header_is_read_past_its_end),
		cmocka_unit_test(
		    a_socket_is_long_on_bsd_and_short_on_solaris_when_both_fit),
		cmocka_unit_test(the_other_layout_is_taken_when_only_it_fits),
		cmocka_unit_test(
		    a_solaris_socket_without_addresses_ends_after_its_type),
		cmocka_unit_test(several_doubtful_tokens_are_settled_together),
		cmocka_unit_test(a_list_shorter_than_its_count_is_found),
		cmocka_unit_test(a_list_is_as_long_as_its_strings),
		cmocka_unit_test(
		    a_short_list_at_the_end_of_the_record_is_found),
		cmocka_unit_test(arguments_and_environment_may_both_be_short),
		cmocka_unit_test(
		    the_padding_of_old_writers_is_part_of_the_list),
		cmocka_unit_test(
		    strings_are_taken_one_by_one_without_their_nul),
		cmocka_unit_test(
		    an_unknown_token_ends_the_decoding_before_the_trailer),
		cmocka_unit_test(a_token_does_not_reach_into_the_trailer),
		cmocka_unit_test(each_error_of_a_token_has_its_code),
		cmocka_unit_test(a_long_group_list_keeps_in_step),
		cmocka_unit_test(a_file_token_stands_alone),
		cmocka_unit_test(
		    another_header_does_not_fit_where_there_is_no_trailer),
		cmocka_unit_test(drawn_records_are_decoded_to_the_last_byte),
		cmocka_unit_test(a_mebibyte_of_doubt_takes_bounded_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
