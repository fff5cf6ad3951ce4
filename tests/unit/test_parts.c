/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_parts.c - parts of records: the quick walk against the token table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bsm/parts.h"

#include "ask_case.h"
#include "draw.h"

#define EVERY	((1u << PART_KINDS) - 1)

static struct slice
nth(const struct made *m, const struct parts *ps, enum part_kind kind,
    size_t i)
{
	assert_true(i < ps->of[kind].n);
	return part_bytes(&m->record, &ps->of[kind].p[i]);
}

static void
each_kind_is_found_in_order(void **state)
{
	struct parts	 ps = { 0 };
	struct made	 m;

	(void)state;
	made_begin(&m, 11, 23, 1);
	made_text(&m, "path", "/a");
	made_strings(&m, "exec_args", "old\0", 4, 1);
	made_strings(&m, "exec_args", "ls\0-l\0\0x\0", 9, 4);
	made_strings(&m, "exec_env", "A=1\0B=2\0", 8, 2);
	made_text(&m, "text", "one");
	made_argument(&m, 2, "mode", 04755);
	made_argument(&m, 3, "addr", UINT64_C(0x7fff00000001));
	made_text(&m, "path", "/b");
	made_text(&m, "text", "two");
	made_token(&m, "sockinet32", (struct token){ .sock = { .domain = 2,
	    .lport = 443, .laddr = { (const uint8_t *)"\1\2\3\4", 4 } } });
	made_end(&m, DIALECT_FREEBSD);
	parts_read(&ps, &m.record, DIALECT_FREEBSD, EVERY);
	assert_int_equal(ps.of[PART_PATH].n, 2);
	assert_true(slice_is(nth(&m, &ps, PART_PATH, 0), "/a"));
	assert_true(slice_is(nth(&m, &ps, PART_PATH, 1), "/b"));
	assert_true(slice_is(nth(&m, &ps, PART_TEXT, 1), "two"));
	assert_int_equal(ps.of[PART_ARGS].n, 4);	/* the last list */
	assert_true(slice_is(nth(&m, &ps, PART_ARGS, 0), "ls"));
	assert_true(slice_is(nth(&m, &ps, PART_ARGS, 2), ""));
	assert_true(slice_is(nth(&m, &ps, PART_ARGS, 3), "x"));
	assert_true(slice_is(nth(&m, &ps, PART_ENV, 1), "B=2"));
	assert_int_equal(ps.of[PART_ARGUMENT].p[0].number, 04755);
	assert_int_equal(ps.of[PART_ARGUMENT].p[0].position, 2);
	assert_true(ps.of[PART_ARGUMENT].p[1].number ==
	    UINT64_C(0x7fff00000001));
	assert_true(slice_is(nth(&m, &ps, PART_ARGUMENT, 1), "addr"));
	assert_int_equal(ps.of[PART_PORT].p[0].number, 443);
	assert_memory_equal(nth(&m, &ps, PART_ADDRESS, 0).p, "\1\2\3\4", 4);
	parts_fini(&ps);
	made_free(&m);
}

static void
only_what_is_asked_for_is_taken(void **state)
{
	struct parts	 ps = { 0 };
	struct made	 m;

	(void)state;
	made_begin(&m, 11, 23, 1);
	made_text(&m, "path", "/a");
	made_text(&m, "text", "one");
	made_end(&m, DIALECT_FREEBSD);
	parts_read(&ps, &m.record, DIALECT_FREEBSD, EVERY);
	parts_read(&ps, &m.record, DIALECT_FREEBSD, PART_BIT(PART_TEXT));
	assert_int_equal(ps.of[PART_PATH].n, 0);
	assert_int_equal(ps.of[PART_TEXT].n, 1);
	parts_fini(&ps);
	made_free(&m);
}

static void
both_sides_of_a_socket_count(void **state)
{
	struct parts	 ps = { 0 };
	struct made	 m;

	(void)state;
	made_begin(&m, 11, 32, 1);
	made_token(&m, "socket_ex", (struct token){ .sock = { .domain = 2,
	    .type = 2, .atype = 4, .lport = 1000, .rport = 22,
	    .laddr = { (const uint8_t *)"\1\1\1\1", 4 },
	    .raddr = { (const uint8_t *)"\2\2\2\2", 4 } } });
	made_end(&m, DIALECT_FREEBSD);
	parts_read(&ps, &m.record, DIALECT_FREEBSD, EVERY);
	assert_int_equal(ps.of[PART_PORT].n, 2);
	assert_int_equal(ps.of[PART_PORT].p[0].number, 1000);
	assert_int_equal(ps.of[PART_PORT].p[1].number, 22);
	assert_memory_equal(nth(&m, &ps, PART_ADDRESS, 1).p, "\2\2\2\2", 4);
	parts_fini(&ps);
	made_free(&m);
}

static void
macos_swaps_the_ports_of_ipv6_sockets(void **state)
{
	struct parts	 ps = { 0 };
	struct made	 m;

	(void)state;
	made_begin(&m, 11, 32, 1);
	made_token(&m, "sockinet128", (struct token){ .sock = { .domain = 26,
	    .lport = 20480, .laddr = { (const uint8_t *)
	    "\1\2\3\4\5\6\7\10\1\2\3\4\5\6\7\10", 16 } } });
	made_token(&m, "sockinet32", (struct token){ .sock = { .domain = 2,
	    .lport = 80, .laddr = { (const uint8_t *)"\1\1\1\1", 4 } } });
	made_end(&m, DIALECT_MACOS);
	parts_read(&ps, &m.record, DIALECT_MACOS, EVERY);
	assert_int_equal(ps.of[PART_PORT].p[0].number, 80);
	assert_int_equal(ps.of[PART_PORT].p[1].number, 80);
	parts_read(&ps, &m.record, DIALECT_FREEBSD, EVERY);
	assert_int_equal(ps.of[PART_PORT].p[0].number, 20480);
	parts_fini(&ps);
	made_free(&m);
}

static void
the_profile_shell_of_solaris_has_a_command(void **state)
{
	struct parts	 ps = { 0 };
	struct made	 m;

	(void)state;
	made_begin(&m, 2, 6180, 1);
	made_token(&m, "cmd", (struct token){ .list = {
	    .list = { .claimed = 2, .count = 2, .counted = true,
		.bytes = { (const uint8_t *)"\0\3ls\0\0\3-l\0", 10 } },
	    .second = { .claimed = 1, .count = 1, .counted = true,
		.bytes = { (const uint8_t *)"\0\4A=1\0", 6 } } } });
	made_end(&m, DIALECT_SOLARIS);
	parts_read(&ps, &m.record, DIALECT_SOLARIS, EVERY);
	assert_int_equal(ps.of[PART_ARGS].n, 2);
	assert_true(slice_is(nth(&m, &ps, PART_ARGS, 1), "-l"));
	assert_true(slice_is(nth(&m, &ps, PART_ENV, 0), "A=1"));
	parts_fini(&ps);
	made_free(&m);
}

/* Against the table. */

/* What the table says, one part a time, by the names of fields. */
struct plain {
	struct parts	 parts;
	const uint8_t	*start;
};

static void
plain_add(struct plain *p, enum part_kind kind, struct slice bytes,
    uint64_t number, uint64_t position)
{
	if (kind != PART_ADDRESS)
		bytes = slice_until_nul(bytes);
	p->parts.of[kind].p = realloc(p->parts.of[kind].p,
	    (p->parts.of[kind].n + 1) * sizeof(struct part));
	p->parts.of[kind].p[p->parts.of[kind].n++] = (struct part){
		.number = number, .position = (uint8_t)position,
		.at = bytes.n == 0 ? 0 : (uint32_t)(bytes.p - p->start),
		.n = (uint32_t)bytes.n };
}

static void
plain_list(struct plain *p, enum part_kind kind, const struct strings *list)
{
	struct slice	 one;
	size_t		 at = 0;

	if (kind == PART_ARGS)
		p->parts.of[kind].n = 0;
	while (strings_next(list, &at, &one))
		plain_add(p, kind, one, 0, 0);
}

static void
plain_token(struct plain *p, const struct token *t)
{
	const char	*name = t->layout->name;

	for (const struct field *f = t->layout->fields; f->name != NULL; f++) {
		const char	*n = f->name;

		if (strcmp(n, "path") == 0 && strcmp(name, "path") == 0)
			plain_add(p, PART_PATH, token_slice(t, f), 0, 0);
		else if (strcmp(name, "text") == 0)
			plain_add(p, PART_TEXT, token_slice(t, f), 0, 0);
		else if (strcmp(n, "args") == 0)
			plain_list(p, PART_ARGS, token_strings(t, f));
		else if (strcmp(n, "env") == 0)
			plain_list(p, PART_ENV, token_strings(t, f));
		else if (strncmp(name, "argument", 8) == 0 &&
		    strcmp(n, "text") == 0)
			plain_add(p, PART_ARGUMENT, t->arg.text,
			    t->arg.value, t->arg.number);
		else if (strncmp(t->layout->label, "socket", 6) != 0 ||
		    strcmp(name, "sockunix") == 0)
			continue;
		else if (strstr(n, "port") != NULL)
			plain_add(p, PART_PORT, (struct slice){ NULL, 0 },
			    token_number(t, f), 0);
		else if (strstr(n, "addr") != NULL)
			plain_add(p, PART_ADDRESS, token_slice(t, f), 0, 0);
	}
}

static void
random_records_have_the_parts_that_the_table_says(void **state)
{
	static const uint8_t	 versions[] = { 1, 2, 10, 11 };
	static struct lot	 l;
	struct parts		 ps = { 0 };
	size_t			 found[PART_KINDS] = { 0 };

	(void)state;
	for (unsigned i = 0; i < lot_runs(20000); i++) {
		struct buf		 b = { 0 };
		struct plain		 want = { 0 };
		struct frame_record	 f = { .quality = FRAME_WEAK };
		struct record		 r;
		struct tokens		 w;
		struct token		 t;
		int			 status;

		lot_seed(&l, i);
		lot_record(&l, &b, versions[lot_below(&l, 4)], 10,
		    lot_below(&l, 3) != 0);
		if (lot_below(&l, 4) == 0)	/* damage */
			b.p[18 + lot_below(&l, (uint32_t)b.n - 18)] ^=
			    (uint8_t)(1u << lot_below(&l, 8));
		f.bytes = exact(buf_bytes(&b));
		if (record_head(&r, &f) == 0) {
			record_index(&r);
			want.start = f.bytes.p;
			tokens_begin(&w, f.bytes);
			while ((status = tokens_next(&w, &t)) != 0)
				if (status > 0)
					plain_token(&want, &t);
			parts_read(&ps, &r, DIALECT_FREEBSD, EVERY);
			for (unsigned k = 0; k < PART_KINDS; k++) {
				found[k] += ps.of[k].n;
				if (ps.of[k].n != want.parts.of[k].n)
					fail_msg("seed %u kind %u: %zu", i, k,
					    ps.of[k].n);
				for (size_t j = 0; j < ps.of[k].n; j++) {
					const struct part *a =
					    &ps.of[k].p[j], *c =
					    &want.parts.of[k].p[j];

					if (a->number != c->number ||
					    a->at != c->at || a->n != c->n ||
					    a->position != c->position)
						fail_msg("seed %u kind %u",
						    i, k);
				}
			}
		}
		exact_free(f.bytes);
		buf_fini(&b);
		parts_fini(&want.parts);
	}
	for (unsigned k = 0; k < PART_KINDS; k++)
		assert_true(found[k] > 100);
	parts_fini(&ps);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(each_kind_is_found_in_order),
		cmocka_unit_test(only_what_is_asked_for_is_taken),
		cmocka_unit_test(both_sides_of_a_socket_count),
		cmocka_unit_test(macos_swaps_the_ports_of_ipv6_sockets),
		cmocka_unit_test(the_profile_shell_of_solaris_has_a_command),
		cmocka_unit_test(
		    random_records_have_the_parts_that_the_table_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
