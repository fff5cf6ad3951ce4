/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_criteria.c - what texts of criteria mean, and which mean nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "criteria_case.h"
#include "draw.h"

struct fixture {
	struct names	*names;
	struct criteria	*c;
	struct buf	 why, record;
};

static int
set_up(void **state)
{
	struct fixture	*f = calloc(1, sizeof(*f));

	f->names = names_new();
	f->c = criteria_new(f->names, &case_accounts);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture	*f = *state;

	criteria_free(f->c);
	names_free(f->names);
	buf_fini(&f->why);
	buf_fini(&f->record);
	free(f);
	return 0;
}

static void
assert_refused(struct fixture *f, enum criterion which, const char *text,
    const char *want)
{
	buf_clear(&f->why);
	assert_false(criteria_add(f->c, which, text, &f->why));
	assert_string_equal(buf_cstr(&f->why), want);
}

static bool
fits(struct fixture *f)
{
	const struct frame_record	 r = case_frame(&f->record);
	struct criteria_note		 note;

	return criteria_want(f->c, &r, &note);
}

/* Does the text, as an audit user, mean this number? */
static void
assert_user(const char *text, uint32_t auid)
{
	void		*state;
	struct fixture	*f;

	(void)set_up(&state);
	f = state;
	assert_true(criteria_add(f->c, CRIT_AUID, text, &f->why));
	criteria_ready(f->c);
	case_header(&f->record, 1, 0);
	case_ids(&f->record, TOK_SUBJECT32, auid, 1);
	build_finish(&f->record, 0);
	assert_true(fits(f));
	(void)tear_down(&state);
}

static void
users_are_names_or_numbers(void **state)
{
	(void)state;
	assert_user("1001", 1001);
	assert_user("alice", 1001);
	assert_user(" +7", 7);
	assert_user("-1", UINT32_MAX);
	assert_user("4294967295", UINT32_MAX);
	assert_user("-2147483648", 0x80000000u);
	assert_user("", 0);
}

static void
users_that_nobody_knows_are_refused(void **state)
{
	struct fixture	*f = *state;

	assert_refused(f, CRIT_AUID, "bob",
	    "there is no user 'bob' here; give the number");
	assert_refused(f, CRIT_EUID, "1001x",
	    "there is no user '1001x' here; give the number");
	assert_refused(f, CRIT_EGID, "alice",
	    "there is no group 'alice' here; give the number");
	assert_refused(f, CRIT_RGID, "+",
	    "there is no group '+' here; give the number");
	assert_refused(f, CRIT_AUID, "4294967296",
	    "'4294967296' does not fit 32 bits");
	assert_refused(f, CRIT_AUID, "-2147483649",
	    "'-2147483649' does not fit 32 bits");
	assert_refused(f, CRIT_AUID, "99999999999999999999999",
	    "'99999999999999999999999' does not fit 32 bits");
	assert_refused(f, CRIT_AUID, "\033x",
	    "there is no user '\\x1bx' here; give the number");
}

static void
numbers_have_nothing_behind_them(void **state)
{
	struct fixture	*f = *state;

	assert_true(criteria_add(f->c, CRIT_PID, " 12", &f->why));
	assert_refused(f, CRIT_PID, "12x", "'12x' is not a number");
	assert_refused(f, CRIT_PID, "-", "'-' is not a number");
	assert_refused(f, CRIT_SEM, "4294967296",
	    "'4294967296' does not fit 32 bits");
}

static void
events_are_numbers_or_known_names(void **state)
{
	struct fixture	*f = *state;

	assert_true(criteria_add(f->c, CRIT_EVENT, "0", &f->why));
	assert_true(criteria_add(f->c, CRIT_EVENT, "65535", &f->why));
	assert_true(criteria_add(f->c, CRIT_EVENT, "AUE_EXECVE", &f->why));
	assert_refused(f, CRIT_EVENT, "65536",
	    "'65536' is no event: numbers go from 0 to 65535");
	assert_refused(f, CRIT_EVENT, "-1",
	    "'-1' is no event: numbers go from 0 to 65535");
	assert_refused(f, CRIT_EVENT, "aue_execve",
	    "no audit event is called 'aue_execve'");
	assert_refused(f, CRIT_EVENT, "1x",
	    "no audit event is called '1x'");
	assert_refused(f, CRIT_EVENT, "", "'' is no event: numbers go from "
	    "0 to 65535");
}

static void
an_unknown_class_is_refused(void **state)
{
	assert_refused(*state, CRIT_CLASS, "lo,zz", "no audit class is called "
	    "'zz'; a list is like lo,+ex,^-fc");
}

static void
sockets_are_ports_or_addresses(void **state)
{
	struct fixture	*f = *state;

	assert_true(criteria_add(f->c, CRIT_SOCKET, "22", &f->why));
	assert_true(criteria_add(f->c, CRIT_SOCKET, "0x50", &f->why));
	assert_true(criteria_add(f->c, CRIT_SOCKET, "127.0.0.1", &f->why));
	assert_true(criteria_add(f->c, CRIT_SOCKET, "::1", &f->why));
	assert_refused(f, CRIT_SOCKET, "65536",
	    "'65536' is no port: they go from 0 to 65535");
	assert_refused(f, CRIT_SOCKET, "99999999999999999999999",
	    "'99999999999999999999999' is no port: they go from 0 to 65535");
	assert_refused(f, CRIT_SOCKET, "0x",
	    "'0x' is neither a port nor an address in numbers");
	assert_refused(f, CRIT_SOCKET, "localhost",
	    "'localhost' is neither a port nor an address in numbers");
	assert_refused(f, CRIT_SOCKET, "",
	    "'' is neither a port nor an address in numbers");
}

static void
objects_have_names(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	assert_int_equal(criteria_object(slice_str("file")), CRIT_FILE);
	assert_int_equal(criteria_object(slice_str("path")), CRIT_FILE);
	assert_int_equal(criteria_object(slice_str("shmgroup")),
	    CRIT_SHM_GROUP);
	assert_int_equal(criteria_object(slice_str("File")), CRIT_NONE);
	assert_int_equal(criteria_object(slice_str("")), CRIT_NONE);
	criteria_objects(&b);
	assert_string_equal(buf_cstr(&b), "file, fileowner, filegroup, msgqid, "
	    "msgqowner, msgqgroup, semid, semowner, semgroup, shmid, "
	    "shmowner, shmgroup, pid, procowner, procgroup, sock, fmri, user");
	buf_fini(&b);
}

static void
the_last_of_a_kind_counts_but_of_events_each(void **state)
{
	struct fixture	*f = *state;

	assert_true(criteria_add(f->c, CRIT_PID, "1", &f->why));
	assert_true(criteria_add(f->c, CRIT_PID, "2", &f->why));
	assert_true(criteria_add(f->c, CRIT_CLASS, "all", &f->why));
	assert_true(criteria_add(f->c, CRIT_CLASS, "ex,pc", &f->why));
	assert_true(criteria_add(f->c, CRIT_FILE, "y", &f->why));
	assert_true(criteria_add(f->c, CRIT_FILE, "/x", &f->why));
	assert_true(criteria_add(f->c, CRIT_ZONE, "b", &f->why));
	assert_true(criteria_add(f->c, CRIT_ZONE, "a", &f->why));
	assert_true(criteria_add(f->c, CRIT_EVENT, "AUE_EXECVE", &f->why));
	assert_true(criteria_add(f->c, CRIT_EVENT, "1", &f->why));
	criteria_ready(f->c);
	case_header(&f->record, 23, 0);			/* AUE_EXECVE */
	case_ids(&f->record, TOK_SUBJECT32, 1, 2);
	case_text(&f->record, TOK_PATH, "/x");
	case_text(&f->record, TOK_ZONENAME, "a");
	build_finish(&f->record, 0);
	assert_true(fits(f));
}

static void
the_period_is_what_was_given(void **state)
{
	struct fixture	*f = *state;
	int64_t		 from, until;

	criteria_period(f->c, &from, &until);
	assert_true(from == INT64_MIN && until == INT64_MAX);
	criteria_from(f->c, 5);
	criteria_until(f->c, 7);
	criteria_period(f->c, &from, &until);
	assert_true(from == 5 && until == 7);
}

/* ------------------------------------------------------------- everything */

/* A header of any kind, mostly a good one, and what is left of the record. */
static void
any_record(struct lot *lot, struct buf *b)
{
	static const uint8_t	 ids[] = { TOK_HEADER32, TOK_HEADER32,
	    TOK_HEADER32_EX, TOK_HEADER64, TOK_HEADER64_EX, TOK_TEXT };
	const size_t		 start = b->n;
	const uint8_t		 id = ids[lot_below(lot,
	    lot_below(lot, 20) == 0 ? 6 : 5)];
	const uint32_t		 size = 25 + lot_below(lot, 60);
	const uint32_t		 type = lot_below(lot, 9);

	buf_u8(b, id);
	buf_u32(b, size);
	buf_u8(b, 11);
	buf_u16(b, (uint16_t)lot_below(lot, 50));
	buf_u16(b, 0);
	buf_u32(b, type == 0 ? 1 : type < 4 ? 16 : 4);
	while (b->n < start + size - TRAILER_SIZE)
		buf_u8(b, (uint8_t)lot_below(lot, 256));
	buf_u8(b, TOK_TRAILER);
	buf_u16(b, TRAILER_MAGIC);
	buf_u32(b, size + (lot_below(lot, 50) == 0));
}

/* Runs that were told as one; what else there is to know of them. */
struct told {
	struct slice	 bytes;
	uint64_t	 records;
	const uint8_t	*last;
};

static void
join(void *arg, const struct criteria_run *run)
{
	struct told	*t = arg;

	assert_true(t->records == 0 ||
	    t->bytes.p + t->bytes.n == run->bytes.p);
	if (t->records == 0)
		t->bytes = (struct slice){ run->bytes.p, 0 };
	t->bytes.n += run->bytes.n;
	t->records += run->records;
	t->last = run->last;
}

static void
everything_is_what_fits_any_time(void **state)
{
	struct fixture	*f = *state;
	struct criteria	*any = criteria_new(f->names, &case_accounts);
	struct lot	*lot = calloc(1, sizeof(*lot));
	uint64_t	 records = 0;

	criteria_from(any, INT64_MIN);		/* so each is judged */
	criteria_ready(any);
	criteria_header(f->c);
	criteria_ready(f->c);
	lot_seed(lot, 22);
	for (unsigned i = 0; i < 2000; i++) {
		struct told	 a = { .records = 0 }, b = { .records = 0 };
		size_t		 n, m, cut;

		buf_clear(&f->record);
		for (unsigned k = lot_below(lot, 40); k > 0; k--)
			any_record(lot, &f->record);
		cut = lot_below(lot, 30);
		f->record.n -= cut < f->record.n ? cut : f->record.n;
		n = criteria_scan(f->c, buf_bytes(&f->record), join, &a);
		m = criteria_scan(any, buf_bytes(&f->record), join, &b);
		assert_int_equal(n, m);
		assert_int_equal(a.bytes.n, n);
		assert_true(a.bytes.p == b.bytes.p);
		assert_int_equal(b.bytes.n, n);
		assert_int_equal(a.records, b.records);
		assert_true(a.last == b.last);
		records += a.records;
	}
	assert_true(records > 5000);
	criteria_free(any);
	free(lot);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		CASE(users_are_names_or_numbers),
		CASE(users_that_nobody_knows_are_refused),
		CASE(numbers_have_nothing_behind_them),
		CASE(events_are_numbers_or_known_names),
		CASE(an_unknown_class_is_refused),
		CASE(sockets_are_ports_or_addresses),
		CASE(objects_have_names),
		CASE(the_last_of_a_kind_counts_but_of_events_each),
		CASE(the_period_is_what_was_given),
		CASE(everything_is_what_fits_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
