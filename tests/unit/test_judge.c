/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_judge.c - records and criteria: one by one, and many by lot against a
 * slow reading of the token table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bsm/status.h"
#include "rule/rules.h"

#include "criteria_case.h"
#include "draw.h"

#define OPEN_R	72		/* AUE_OPEN_R, class fr */
#define EXECVE	23		/* AUE_EXECVE, classes pc and ex */

struct fixture {
	struct names	*names;
	struct criteria	*c;
	struct buf	 why, record;
	struct program	*where;
	struct criteria_note note;
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
	program_free(f->where);
	names_free(f->names);
	buf_fini(&f->why);
	buf_fini(&f->record);
	free(f);
	return 0;
}

static void
renew(struct fixture *f)
{
	criteria_free(f->c);
	f->c = criteria_new(f->names, &case_accounts);
}

static void
add(struct fixture *f, enum criterion which, const char *text)
{
	if (!criteria_add(f->c, which, text, &f->why))
		fail_msg("%s", buf_cstr(&f->why));
}

static void
count_run(void *arg, const struct criteria_run *run)
{
	*(uint64_t *)arg += run->records;
}

/* The same answer from criteria_scan(), when it has one. */
static bool
scan_agrees(struct fixture *f, struct slice bytes, bool wanted)
{
	uint64_t	 records = 0;
	const size_t	 n = criteria_scan(f->c, bytes, count_run, &records);

	return n == 0 || (n == bytes.n && records == wanted);
}

/* In a block of exactly these bytes. */
static bool
wanted_as(struct fixture *f, enum frame_quality quality)
{
	struct frame_record	 r = case_frame(&f->record);
	bool			 wanted;

	r.bytes = exact(r.bytes);
	r.quality = quality;
	wanted = criteria_want(f->c, &r, &f->note);
	if (quality == FRAME_STRONG)
		assert_true(scan_agrees(f, r.bytes, wanted));
	exact_free(r.bytes);
	return wanted;
}

/* Finish the record and judge it by what was added. */
static bool
wanted(struct fixture *f)
{
	bool	 answer;

	build_finish(&f->record, 0);
	criteria_ready(f->c);
	answer = wanted_as(f, FRAME_STRONG);
	assert_int_equal(wanted_as(f, FRAME_RECOVERED), answer);
	buf_clear(&f->record);
	return answer;
}

/* ------------------------------------------------------------------ header */

static void
without_criteria_all_is_wanted(void **state)
{
	struct fixture	*f = *state;

	case_header(&f->record, 1, 0);
	assert_true(wanted(f));
}

static void
time_bounds_are_part_of_the_period(void **state)
{
	static const struct {
		uint32_t	 seconds;
		bool		 wanted;
	} times[] = { { 99, false }, { 100, true }, { 200, true },
	    { 201, false }, { UINT32_MAX, false } };
	struct fixture	*f = *state;

	criteria_from(f->c, 100);
	criteria_until(f->c, 200);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		case_header(&f->record, 1, times[i].seconds);
		assert_int_equal(wanted(f), times[i].wanted);
	}
}

static void
every_kind_of_header_tells_its_time(void **state)
{
	static const uint8_t	 ids[] = { TOK_HEADER32, TOK_HEADER32_EX,
	    TOK_HEADER64, TOK_HEADER64_EX };
	static const uint8_t	 address[16] = { 1 };
	struct fixture		*f = *state;

	criteria_from(f->c, 100);
	criteria_until(f->c, 100);
	for (size_t i = 0; i < 4; i++)
		for (uint32_t t = 99; t <= 101; t++)
			for (size_t n = 4; n <= 16; n += 12) {
				const struct token	 head = {
				    .layout = layout_find(ids[i]),
				    .header.version = 11, .header.seconds = t,
				    .header.address = { address, n } };

				(void)build_token(&f->record, &head);
				assert_int_equal(wanted(f), t == 100);
			}
}

static void
a_time_before_1970_is_early(void **state)
{
	struct fixture		*f = *state;
	const struct token	 head = {
	    .layout = layout_find(TOK_HEADER64), .header.version = 11,
	    .header.seconds = UINT64_MAX };

	criteria_from(f->c, 0);
	(void)build_token(&f->record, &head);
	assert_false(wanted(f));
}

static void
any_of_the_events_will_do(void **state)
{
	struct fixture	*f = *state;

	add(f, CRIT_EVENT, "AUE_EXECVE");
	add(f, CRIT_EVENT, "7");
	case_header(&f->record, EXECVE, 0);
	assert_true(wanted(f));
	case_header(&f->record, 7, 0);
	assert_true(wanted(f));
	case_header(&f->record, OPEN_R, 0);
	assert_false(wanted(f));
}

static void
an_event_is_that_of_the_records_dialect(void **state)
{
	struct fixture		*f = *state;
	struct token		 head = { .layout = layout_find(TOK_HEADER32),
	    .header.version = 11, .header.event = 6165 };

	add(f, CRIT_EVENT, "AUE_ftpd");
	(void)build_token(&f->record, &head);
	assert_true(wanted(f));
	head.header.event = 6171;	/* AUE_ftpd_logout but on macOS */
	renew(f);
	add(f, CRIT_EVENT, "AUE_ftpd_logout");
	head.header.version = 2;
	(void)build_token(&f->record, &head);
	assert_true(wanted(f));
}

static void
two_systems_that_look_alike_may_be_taken_for_each_other(void **state)
{
	static const struct {
		const char	*text;
		uint16_t	 event;		/* of the record */
		uint8_t		 version;
		bool		 unsure;
	} cases[] = {
		{ "AUE_BINDAT", 43207, 11, true },	/* not on a Mac */
		{ "AUE_BINDAT", 43207, 2, false },	/* but this is Solaris */
		{ "AUE_BINDAT", OPEN_R, 11, false },	/* the same for all */
		{ "43207", 43207, 11, false },		/* no name */
	};
	struct fixture		*f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct token	 head = {
		    .layout = layout_find(TOK_HEADER32),
		    .header.version = cases[i].version,
		    .header.event = cases[i].event };

		renew(f);
		add(f, CRIT_EVENT, cases[i].text);
		(void)build_token(&f->record, &head);
		(void)wanted(f);
		assert_int_equal(criteria_unsure(f->c), cases[i].unsure);
	}
}

/* --------------------------------------------------------------- the class */

static void
a_class_asks_for_the_outcome(void **state)
{
	static const struct {
		const char	*flags;
		int		 error;		/* -1: no return token */
		bool		 wanted;
	} cases[] = {
		{ "fr", 0, true }, { "fr", 13, true }, { "fr", -1, true },
		{ "+fr", 0, true }, { "+fr", 13, false }, { "+fr", -1, true },
		{ "-fr", 0, false }, { "-fr", 13, true }, { "-fr", -1, true },
		{ "fw", 0, false }, { "fw", 13, false }, { "", 0, false },
		{ "no", 0, false }, { "all", 0, true }, { "fr,^fr", 0, false },
	};
	struct fixture	*f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int every = 0; every < 2; every++) {
			renew(f);
			criteria_every(f->c, every);
			add(f, CRIT_CLASS, cases[i].flags);
			case_header(&f->record, OPEN_R, 0);
			if (cases[i].error >= 0)
				case_return(&f->record, TOK_RETURN64,
				    (uint8_t)cases[i].error);
			assert_int_equal(wanted(f), cases[i].wanted);
		}
}

static void
of_two_returns_one_or_both_must_fit(void **state)
{
	struct fixture	*f = *state;

	for (int every = 0; every < 2; every++) {
		renew(f);
		criteria_every(f->c, every);
		add(f, CRIT_CLASS, "+fr");
		case_header(&f->record, OPEN_R, 0);
		case_return(&f->record, TOK_RETURN32, 13);
		case_return(&f->record, TOK_RETURN32, 0);
		assert_int_equal(wanted(f), !every);
	}
}

static void
an_event_of_no_table_has_no_class(void **state)
{
	struct fixture	*f = *state;

	add(f, CRIT_CLASS, "all");
	case_header(&f->record, 64000, 0);
	assert_false(wanted(f));
}

/* ------------------------------------------------------------------ tokens */

static void
subjects_and_processes_of_all_kinds_have_ids(void **state)
{
	static const uint8_t	 ids[] = { 0x24, 0x26, 0x75, 0x77, 0x7a, 0x7b,
	    0x7c, 0x7d };
	static const enum criterion which[] = { CRIT_AUID, CRIT_EUID,
	    CRIT_RUID, CRIT_EGID, CRIT_RGID };
	struct fixture		*f = *state;

	for (size_t i = 0; i < sizeof(ids); i++)
		for (size_t j = 0; j < 5; j++) {
			renew(f);
			add(f, which[j], "7");
			case_header(&f->record, 1, 0);
			case_ids(&f->record, ids[i], 7, 1);
			assert_true(wanted(f));
			case_header(&f->record, 1, 0);
			case_ids(&f->record, ids[i], 8, 7);
			assert_false(wanted(f));
		}
}

static void
one_fitting_token_will_do_unless_every_one_must(void **state)
{
	struct fixture	*f = *state;

	for (int every = 0; every < 2; every++) {
		renew(f);
		criteria_every(f->c, every);
		add(f, CRIT_AUID, "1");
		case_header(&f->record, 1, 0);
		case_ids(&f->record, TOK_SUBJECT32, 1, 1);
		case_ids(&f->record, TOK_PROCESS32, 2, 1);
		assert_int_equal(wanted(f), !every);
		case_header(&f->record, 1, 0);
		case_ids(&f->record, TOK_SUBJECT32, 1, 1);
		case_ids(&f->record, TOK_PROCESS32, 1, 1);
		assert_true(wanted(f));
		case_header(&f->record, 1, 0);
		assert_false(wanted(f));	/* no token of the kind */
	}
}

static void
different_tokens_may_meet_different_criteria(void **state)
{
	struct fixture	*f = *state;

	add(f, CRIT_AUID, "1");
	add(f, CRIT_EUID, "2");
	add(f, CRIT_FILE, "/etc");
	case_header(&f->record, 1, 0);
	case_ids(&f->record, TOK_SUBJECT32, 1, 1);
	case_ids(&f->record, TOK_PROCESS32, 2, 1);
	case_text(&f->record, TOK_PATH, "/etc/passwd");
	assert_true(wanted(f));
	case_header(&f->record, 1, 0);
	case_ids(&f->record, TOK_SUBJECT32, 1, 1);
	case_ids(&f->record, TOK_PROCESS32, 2, 1);
	assert_false(wanted(f));
}

static void
pids_of_subjects_are_not_those_of_objects(void **state)
{
	struct fixture	*f = *state;

	add(f, CRIT_PID, "5");
	case_header(&f->record, 1, 0);
	case_ids(&f->record, TOK_PROCESS32, 1, 5);
	assert_false(wanted(f));
	renew(f);
	add(f, CRIT_PROCESS, "5");
	case_header(&f->record, 1, 0);
	case_ids(&f->record, TOK_PROCESS32, 1, 5);
	assert_true(wanted(f));
	renew(f);
	add(f, CRIT_SESSION, "1005");
	case_header(&f->record, 1, 0);
	case_ids(&f->record, TOK_SUBJECT32, 1, 5);
	assert_true(wanted(f));
}

static void
owners_count_only_if_asked_for(void **state)
{
	static const uint32_t	 perm[] = { 1, 2, 9, 9, 0, 0, 0 };
	struct fixture		*f = *state;

	for (int owners = 0; owners < 2; owners++) {
		renew(f);
		criteria_ids(f->c, owners ? IDS_OWNERS : IDS_PROCESSES);
		add(f, CRIT_EUID, "9");
		case_header(&f->record, 1, 0);
		case_numbers(&f->record, 0x32, perm, 7);
		assert_int_equal(wanted(f), owners);
	}
}

static void
groups_count_as_real_groups_of_owners(void **state)
{
	static const uint8_t	 list[] = { 0, 0, 0, 1, 0, 0, 0, 7 };
	const struct token	 groups = { .layout = layout_find(0x3b),
	    .groups = { list, sizeof(list) } };
	struct fixture		*f = *state;

	criteria_ids(f->c, IDS_OWNERS);
	add(f, CRIT_RGID, "7");
	case_header(&f->record, 1, 0);
	(void)build_token(&f->record, &groups);
	assert_true(wanted(f));
	renew(f);
	criteria_ids(f->c, IDS_OWNERS);
	add(f, CRIT_RGID, "8");
	case_header(&f->record, 1, 0);
	(void)build_token(&f->record, &groups);
	assert_false(wanted(f));
}

static void
processes_can_be_left_out(void **state)
{
	struct fixture	*f = *state;

	criteria_ids(f->c, IDS_SUBJECTS);
	add(f, CRIT_AUID, "1");
	case_header(&f->record, 1, 0);
	case_ids(&f->record, TOK_PROCESS32, 1, 1);
	assert_false(wanted(f));
}

static void
an_ipc_object_has_a_kind_and_an_id(void **state)
{
	static const enum criterion which[] = { CRIT_MSGQ, CRIT_SEM,
	    CRIT_SHM };
	struct fixture		*f = *state;

	for (uint32_t kind = 0; kind < 6; kind++)
		for (uint32_t i = 0; i < 3; i++)
			for (uint32_t id = 5; id < 7; id++) {
				const uint32_t	 v[] = { kind, id };

				renew(f);
				add(f, which[i], "5");
				case_header(&f->record, 1, 0);
				case_numbers(&f->record, TOK_IPC, v, 2);
				assert_int_equal(wanted(f), kind == i + 1 &&
				    id == 5);
			}
}

static void
an_ipc_object_of_no_known_kind_fails_every(void **state)
{
	static const uint32_t	 good[] = { 2, 5 }, odd[] = { 4, 5 },
	    other[] = { 1, 6 };
	struct fixture		*f = *state;

	criteria_every(f->c, true);
	add(f, CRIT_SEM, "5");
	case_header(&f->record, 1, 0);
	case_numbers(&f->record, TOK_IPC, good, 2);
	case_numbers(&f->record, TOK_IPC, other, 2);
	assert_true(wanted(f));
	case_header(&f->record, 1, 0);
	case_numbers(&f->record, TOK_IPC, good, 2);
	case_numbers(&f->record, TOK_IPC, odd, 2);
	assert_false(wanted(f));
}

static void
ipc_permissions_belong_to_the_object_before_them(void **state)
{
	static const uint32_t	 sem[] = { 2, 5 };
	static const uint32_t	 perm[] = { 1, 2, 3, 4, 0, 0, 0 };
	struct fixture		*f = *state;

	add(f, CRIT_SEM_OWNER, "3");
	add(f, CRIT_SEM_GROUP, "2");
	case_header(&f->record, 1, 0);
	case_numbers(&f->record, TOK_IPC, sem, 2);
	case_numbers(&f->record, 0x32, perm, 7);
	assert_true(wanted(f));
	renew(f);
	add(f, CRIT_SHM_OWNER, "3");
	case_header(&f->record, 1, 0);
	case_numbers(&f->record, TOK_IPC, sem, 2);
	case_numbers(&f->record, 0x32, perm, 7);
	assert_false(wanted(f));
}

static void
paths_are_judged_one_by_one(void **state)
{
	struct fixture	*f = *state;

	for (int every = 0; every < 2; every++) {
		renew(f);
		criteria_every(f->c, every);
		add(f, CRIT_FILE, "^/etc/");
		case_header(&f->record, 1, 0);
		case_text(&f->record, TOK_PATH, "/usr/x");
		case_text(&f->record, TOK_PATH, "/etc/x");
		assert_int_equal(wanted(f), !every);
	}
}

static void
a_zone_is_a_shell_pattern(void **state)
{
	struct fixture	*f = *state;

	add(f, CRIT_ZONE, "db-[!a]*");
	case_header(&f->record, 1, 0);
	case_text(&f->record, TOK_ZONENAME, "db-b");
	assert_true(wanted(f));
	case_header(&f->record, 1, 0);
	case_text(&f->record, TOK_ZONENAME, "db-b/x");
	assert_false(wanted(f));
	case_header(&f->record, 1, 0);
	case_text(&f->record, TOK_ZONENAME, "db-a");
	assert_false(wanted(f));
}

static void
an_fmri_is_a_part_or_a_pattern(void **state)
{
	const char	*name = "svc:/network/ssh:default";
	struct fixture	*f = *state;

	add(f, CRIT_FMRI, "network/ssh");
	case_header(&f->record, 1, 0);
	case_text(&f->record, 0x20, name);
	assert_true(wanted(f));
	renew(f);
	add(f, CRIT_FMRI, "svc:/*/ssh:*");
	case_header(&f->record, 1, 0);
	case_text(&f->record, 0x20, name);
	assert_true(wanted(f));
	renew(f);
	add(f, CRIT_FMRI, "telnet");
	case_header(&f->record, 1, 0);
	case_text(&f->record, 0x20, name);
	assert_false(wanted(f));
}

static void
a_user_token_has_a_number_and_a_name(void **state)
{
	const struct token	 user = { .layout = layout_find(0x36),
	    .str = { .number = 1001, .text = build_cstr("eve") } };
	static const char *const	 good[] = { "1001", "alice", "eve" };
	static const char *const	 bad[] = { "1002", "bob", "ev" };
	struct fixture		*f = *state;

	for (size_t i = 0; i < 6; i++) {
		renew(f);
		add(f, CRIT_USER, i < 3 ? good[i] : bad[i - 3]);
		case_header(&f->record, 1, 0);
		(void)build_token(&f->record, &user);
		assert_int_equal(wanted(f), i < 3);
	}
}

static void
a_socket_has_two_sides(void **state)
{
	static const uint8_t	 here[] = { 127, 0, 0, 1 },
	    there[] = { 192, 0, 2, 7 };
	static const uint8_t	 mapped[16] = { [10] = 0xff, 0xff, 192, 0, 2,
	    7 };
	const struct token	 ex = { .layout = layout_find(TOK_SOCKET_EX),
	    .sock = { .domain = 2, .atype = 4, .lport = 22, .rport = 4000,
	    .laddr = { here, 4 }, .raddr = { there, 4 } } };
	const struct token	 in6 = { .layout = layout_find(0x81),
	    .sock = { .domain = 26, .lport = 22, .laddr = { mapped, 16 } } };
	static const char *const wants[] = { "22", "4000", "0x16",
	    "192.0.2.7", "127.0.0.1", "0", "::1" };
	static const bool	 fits_ex[] = { true, true, true, true, true,
	    false, false };
	static const bool	 fits_in6[] = { true, false, true, true,
	    false, false, false };
	struct fixture		*f = *state;

	for (size_t i = 0; i < 7; i++) {
		renew(f);
		add(f, CRIT_SOCKET, wants[i]);
		case_header(&f->record, 1, 0);
		(void)build_token(&f->record, &ex);
		assert_int_equal(wanted(f), fits_ex[i]);
		case_header(&f->record, 1, 0);
		(void)build_token(&f->record, &in6);
		assert_int_equal(wanted(f), fits_in6[i]);
	}
}

/* ----------------------------------------------------------- the other side */

static void
inverted_the_others_are_wanted(void **state)
{
	struct fixture	*f = *state;

	criteria_invert(f->c, true);
	add(f, CRIT_AUID, "1");
	case_header(&f->record, 1, 0);
	case_ids(&f->record, TOK_SUBJECT32, 1, 1);
	assert_false(wanted(f));
	case_header(&f->record, 1, 0);
	case_ids(&f->record, TOK_SUBJECT32, 2, 1);
	assert_true(wanted(f));
	case_header(&f->record, 1, 0);
	assert_true(wanted(f));
}

static void
file_tokens_meet_no_criterion(void **state)
{
	static const uint8_t		 token[] = { 0x11, 0, 0, 0, 1, 0, 0, 0,
	    0, 0, 1, 0 };
	const struct frame_record	 r = { .kind = FRAME_FILE,
	    .bytes = { token, sizeof(token) } };
	struct fixture			*f = *state;

	criteria_ready(f->c);
	assert_true(criteria_want(f->c, &r, &f->note));
	renew(f);
	criteria_header(f->c);
	criteria_ready(f->c);
	assert_false(criteria_want(f->c, &r, &f->note));
	renew(f);
	criteria_invert(f->c, true);
	criteria_ready(f->c);
	assert_true(criteria_want(f->c, &r, &f->note));
}

static void
inverted_alone_wants_what_has_no_header(void **state)
{
	struct fixture	*f = *state;

	criteria_invert(f->c, true);
	case_header(&f->record, 1, 0);
	assert_false(wanted(f));
}

/* ------------------------------------------------------------------ damage */

static void
a_token_nobody_knows_is_noted_and_the_rest_counts(void **state)
{
	struct fixture	*f = *state;

	add(f, CRIT_AUID, "1");
	add(f, CRIT_FILE, "/etc");
	case_header(&f->record, 1, 0);
	case_ids(&f->record, TOK_SUBJECT32, 1, 1);
	buf_u8(&f->record, 0xfe);
	buf_str(&f->record, "what is in /etc");
	assert_false(wanted(f));
	assert_int_equal(f->note.status, BSM_EUNKNOWN);
	assert_int_equal(f->note.at, 18 + 37);
	renew(f);
	criteria_every(f->c, true);
	add(f, CRIT_AUID, "1");
	case_header(&f->record, 1, 0);
	case_ids(&f->record, TOK_SUBJECT32, 1, 1);
	buf_u8(&f->record, 0xfe);
	assert_true(wanted(f));
	assert_int_equal(f->note.status, BSM_EUNKNOWN);
}

static void
what_cannot_hide_in_a_strange_token_is_no_matter_of_doubt(void **state)
{
	struct fixture	*f = *state;

	for (int invert = 0; invert < 2; invert++) {
		renew(f);
		criteria_invert(f->c, invert);
		add(f, CRIT_AUID, "1");
		add(f, CRIT_FILE, "/etc");
		case_header(&f->record, 1, 0);
		case_ids(&f->record, TOK_SUBJECT32, 1, 1);
		buf_u8(&f->record, 0xfe);
		buf_str(&f->record, "what is in /usr");
		assert_int_equal(wanted(f), invert);
		assert_int_equal(f->note.status, 0);
	}
}

static void
a_scan_leaves_what_has_to_be_said(void **state)
{
	struct fixture	*f = *state;
	uint64_t	 records = 0;
	size_t		 good;

	add(f, CRIT_AUID, "1");
	criteria_ready(f->c);
	case_header(&f->record, 1, 0);
	case_ids(&f->record, TOK_SUBJECT32, 1, 1);
	build_finish(&f->record, 0);
	good = f->record.n;
	case_header(&f->record, 1, 0);
	buf_u8(&f->record, 0xfe);
	buf_u32(&f->record, 1);		/* the id, perhaps */
	build_finish(&f->record, good);
	assert_int_equal(criteria_scan(f->c, buf_bytes(&f->record), count_run,
	    &records), good);
	assert_int_equal(records, 1);
}

/* A header32_ex whose address is of a type that nobody knows: no bytes. */
static void
strange_header(struct buf *b, uint32_t seconds)
{
	static const uint8_t	 address[4] = { 1 };
	const struct token	 head = {
	    .layout = layout_find(TOK_HEADER32_EX), .header.version = 11,
	    .header.event = OPEN_R, .header.address = { address, 4 } };

	(void)build_token(b, &head);
	b->n -= 12;			/* address and times */
	b->p[13] = 5;
	buf_u32(b, seconds);
	buf_u32(b, 0);
}

static void
a_header_of_an_unknown_address_has_none(void **state)
{
	struct fixture	*f = *state;

	criteria_from(f->c, 100);
	strange_header(&f->record, 99);
	assert_false(wanted(f));
	assert_int_equal(f->note.status, BSM_EADDR);
	strange_header(&f->record, 100);
	assert_true(wanted(f));
	assert_int_equal(f->note.status, BSM_EADDR);
	renew(f);
	strange_header(&f->record, 0);
	assert_true(wanted(f));
	renew(f);
	add(f, CRIT_AUID, "7");
	strange_header(&f->record, 0);
	case_ids(&f->record, TOK_SUBJECT32, 7, 1);
	assert_true(wanted(f));
	strange_header(&f->record, 0);
	case_ids(&f->record, TOK_SUBJECT32, 8, 1);
	assert_false(wanted(f));
	assert_int_equal(f->note.status, BSM_EADDR);
}

/* As auditreduce has it; the trailer is what stands behind the token. */
static void
where_every_token_has_to_fit_a_cut_one_takes_what_follows(void **state)
{
	struct fixture	*f = *state;

	for (int every = 0; every < 2; every++) {
		renew(f);
		add(f, CRIT_AUID, "7");
		criteria_every(f->c, every != 0);
		case_header(&f->record, 1, 0);
		case_ids(&f->record, TOK_SUBJECT32, 7, 1);
		f->record.n -= 2;
		build_finish(&f->record, 0);
		criteria_ready(f->c);
		assert_int_equal(wanted_as(f, FRAME_STRONG), every);
		buf_clear(&f->record);
	}
}

/* ------------------------------------------------------------------- where */

static void
where(struct fixture *f, const char *text)
{
	const struct rules_env	 env = { .names = f->names,
	    .accounts = &case_accounts };
	struct diags		*d = diags_new();
	struct buf		 said = { 0 };

	renew(f);
	program_free(f->where);
	f->where = rules_load_where(&env, "--where", slice_str(text), d);
	diags_print(d, &said);
	if (f->where == NULL)
		fail_msg("%s", buf_cstr(&said));
	assert_int_equal(said.n, 0);
	criteria_where(f->c, f->where);
	buf_fini(&said);
	diags_free(d);
}

static bool
where_open(struct fixture *f, const char *path, uint8_t error)
{
	case_header(&f->record, OPEN_R, 0);
	case_text(&f->record, TOK_PATH, path);
	case_return(&f->record, TOK_RETURN32, error);
	return wanted(f);
}

static void
predicates_of_a_state_select(void **state)
{
	struct fixture	*f = *state;

	where(f, "event <auditclass> { fr; }; object <path> { /etc; }; "
	    "status failure;");
	assert_true(where_open(f, "/etc/x", 13));
	assert_false(where_open(f, "/etc/x", 0));
	assert_false(where_open(f, "/usr/x", 13));
	case_header(&f->record, EXECVE, 0);
	assert_false(wanted(f));
}

static void
predicates_that_are_left_out_are_any(void **state)
{
	struct fixture	*f = *state;

	where(f, "status failure");
	assert_true(where_open(f, "/etc/x", 13));
	assert_false(where_open(f, "/etc/x", 0));
	where(f, "event not <auditevent> { AUE_EXECVE; }");
	assert_true(where_open(f, "/etc/x", 0));
	case_header(&f->record, EXECVE, 0);
	assert_false(wanted(f));
	where(f, "");
	assert_true(where_open(f, "/etc/x", 13));
}

static void
patterns_are_those_of_rules(void **state)
{
	struct fixture	*f = *state;

	where(f, "object <pcre> { \"^/(etc|usr)/[a-z]+$\"; };");
	assert_true(where_open(f, "/usr/x", 0));
	assert_false(where_open(f, "/usr/-", 0));
	add(f, CRIT_FILE, "/etc");
	assert_false(where_open(f, "/usr/x", 0));
	assert_true(where_open(f, "/etc/x", 0));
}

static void
all_predicates_over_a_record_select(void **state)
{
	struct fixture	*f = *state;

	where(f, "object <glob> { \"/etc/*\"; }; errno { EACCES; };");
	assert_true(where_open(f, "/etc/x", 13));
	assert_false(where_open(f, "/etc/x", 2));
	assert_false(where_open(f, "/etc/x/y", 13));
	assert_false(where_open(f, "/etc/x", 0));
	where(f, "either { object <exact> { /a; }; } or { return 0; };");
	assert_true(where_open(f, "/a", 13));
	where(f, "any object <pcre> { \"^/a+$\"; };");
	assert_true(where_open(f, "/aaa", 0));
}

/* ------------------------------------------------------------------ by lot */

/* What the token table says of one field that has one value. */
static void
reference(struct slice rec, const char *const *labels, const char *field,
    uint64_t value, bool *hit, bool *miss)
{
	struct tokens	 w;
	struct token	 t;
	int		 status;

	*hit = *miss = false;
	tokens_begin(&w, rec);
	while ((status = tokens_next(&w, &t)) != 0) {
		bool	 mine = false;

		for (size_t i = 0; status > 0 && labels[i] != NULL; i++)
			mine |= strcmp(t.layout->label, labels[i]) == 0;
		if (!mine)
			continue;
		for (const struct field *f = t.layout->fields; f->name != NULL;
		    f++)
			if (strcmp(f->name, field) == 0)
				*(token_number(&t, f) == value ? hit :
				    miss) = true;
	}
}

static void
ids_are_found_as_the_table_reads_them(void **state)
{
	static const struct {
		enum criterion		 which;
		const char		*labels[5];
		const char		*field;
	} rows[] = {
		{ CRIT_AUID, { "subject", "subject_ex", "process",
		    "process_ex" }, "auid" },
		{ CRIT_RGID, { "subject", "subject_ex", "process",
		    "process_ex" }, "rgid" },
		{ CRIT_PID, { "subject", "subject_ex" }, "pid" },
		{ CRIT_SESSION, { "subject", "subject_ex" }, "session" },
		{ CRIT_FILE_OWNER, { "attribute" }, "uid" },
		{ CRIT_FILE_GROUP, { "attribute" }, "gid" },
	};
	static const uint8_t	 versions[] = { 11, 11, 10, 2 };
	struct fixture		*f = *state;
	struct lot		*lot = calloc(1, sizeof(*lot));
	unsigned		 hits = 0;

	lot_seed(lot, 3);
	for (unsigned i = 0; i < lot_runs(20000); i++) {
		const unsigned		 row = lot_below(lot, 6);
		const bool		 every = lot_below(lot, 2) == 0;
		const uint64_t		 value = lot_below(lot, 3) == 0 ?
		    UINT32_MAX : 0;
		struct frame_record	 r;
		bool			 hit, miss, want;

		buf_clear(&f->record);
		lot_record(lot, &f->record, versions[lot_below(lot, 4)], 8,
		    true);
		renew(f);
		criteria_every(f->c, every);
		add(f, rows[row].which, value == 0 ? "0" : "-1");
		criteria_ready(f->c);
		reference(buf_bytes(&f->record), rows[row].labels,
		    rows[row].field, value, &hit, &miss);
		want = every ? hit && !miss : hit;
		r = case_frame(&f->record);
		r.bytes = exact(r.bytes);
		assert_int_equal(criteria_want(f->c, &r, &f->note), want);
		assert_true(scan_agrees(f, r.bytes, want));
		exact_free(r.bytes);
		hits += want;
	}
	assert_true(hits > 100);
	free(lot);
}

/* Damaged records, each cut and bent: nothing is read outside of them. */
static void
no_record_is_read_beyond_its_end(void **state)
{
	struct fixture	*f = *state;
	struct lot	*lot = calloc(1, sizeof(*lot));

	criteria_ids(f->c, IDS_OWNERS);
	add(f, CRIT_EUID, "1");
	add(f, CRIT_RGID, "1");
	add(f, CRIT_FILE, "~x,[a-z]");
	add(f, CRIT_ZONE, "*a*");
	add(f, CRIT_FMRI, "x");
	add(f, CRIT_USER, "x");
	add(f, CRIT_SOCKET, "22");
	add(f, CRIT_SEM_OWNER, "1");
	add(f, CRIT_CLASS, "+all");
	criteria_ready(f->c);
	lot_seed(lot, 5);
	for (unsigned i = 0; i < lot_runs(20000); i++) {
		struct frame_record	 r;

		buf_clear(&f->record);
		lot_record(lot, &f->record, 11, 6, true);
		for (unsigned n = lot_below(lot, 4); n > 0; n--)
			f->record.p[HEADER_MIN + lot_below(lot,
			    (uint32_t)(f->record.n - HEADER_MIN))] =
			    (uint8_t)lot_below(lot, 256);
		r = case_frame(&f->record);
		r.quality = FRAME_RECOVERED;
		if (lot_below(lot, 2) == 0)
			r.bytes.n -= lot_below(lot,
			    (uint32_t)(r.bytes.n - HEADER_MIN + 1));
		r.bytes = exact(r.bytes);
		(void)criteria_want(f->c, &r, &f->note);
		(void)scan_agrees(f, r.bytes, true);
		exact_free(r.bytes);
	}
	free(lot);
}

static void
all_criteria_may_be_given_at_once(void **state)
{
	struct fixture	*f = *state;

	criteria_ids(f->c, IDS_OWNERS);
	for (int which = CRIT_CLASS; which < CRIT_WHERE; which++)
		add(f, (enum criterion)which, which == CRIT_CLASS ? "+all" :
		    which == CRIT_SOCKET ? "22" : "1");
	case_header(&f->record, 1, 0);
	assert_false(wanted(f));
}

/* ------------------------------------------------------------------- runs */

struct runs {
	struct slice	 bytes[8];
	uint64_t	 records[8];
	size_t		 n;
};

static void
note_run(void *arg, const struct criteria_run *run)
{
	struct runs	*r = arg;

	assert_true(r->n < 8);
	r->bytes[r->n] = run->bytes;
	r->records[r->n++] = run->records;
	assert_true(run->last >= run->bytes.p &&
	    run->last < run->bytes.p + run->bytes.n);
}

static void
neighbours_make_one_run(void **state)
{
	static const uint16_t	 events[] = { 1, 1, 2, 1, 2, 2, 1, 1 };
	struct fixture		*f = *state;
	struct runs		 r = { .n = 0 };

	add(f, CRIT_EVENT, "1");
	criteria_ready(f->c);
	for (size_t i = 0; i < 8; i++) {
		const size_t	 start = f->record.n;

		case_header(&f->record, events[i], 0);
		build_finish(&f->record, start);
	}
	buf_u8(&f->record, TOK_HEADER32);	/* of a record to come */
	assert_int_equal(criteria_scan(f->c, buf_bytes(&f->record), note_run,
	    &r), 8 * 25);
	assert_int_equal(r.n, 3);
	assert_int_equal(r.bytes[0].n, 50);
	assert_ptr_equal(r.bytes[1].p, f->record.p + 75);
	assert_int_equal(r.bytes[1].n, 25);
	assert_int_equal(r.records[2], 2);
	assert_ptr_equal(r.bytes[2].p + r.bytes[2].n, f->record.p + 200);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		CASE(without_criteria_all_is_wanted),
		CASE(time_bounds_are_part_of_the_period),
		CASE(every_kind_of_header_tells_its_time),
		CASE(a_time_before_1970_is_early),
		CASE(any_of_the_events_will_do),
		CASE(an_event_is_that_of_the_records_dialect),
		CASE(two_systems_that_look_alike_may_be_taken_for_each_other),
		CASE(a_class_asks_for_the_outcome),
		CASE(of_two_returns_one_or_both_must_fit),
		CASE(an_event_of_no_table_has_no_class),
		CASE(subjects_and_processes_of_all_kinds_have_ids),
		CASE(one_fitting_token_will_do_unless_every_one_must),
		CASE(different_tokens_may_meet_different_criteria),
		CASE(pids_of_subjects_are_not_those_of_objects),
		CASE(owners_count_only_if_asked_for),
		CASE(groups_count_as_real_groups_of_owners),
		CASE(processes_can_be_left_out),
		CASE(an_ipc_object_has_a_kind_and_an_id),
		CASE(an_ipc_object_of_no_known_kind_fails_every),
		CASE(ipc_permissions_belong_to_the_object_before_them),
		CASE(paths_are_judged_one_by_one),
		CASE(a_zone_is_a_shell_pattern),
		CASE(an_fmri_is_a_part_or_a_pattern),
		CASE(a_user_token_has_a_number_and_a_name),
		CASE(a_socket_has_two_sides),
		CASE(inverted_the_others_are_wanted),
		CASE(file_tokens_meet_no_criterion),
		CASE(inverted_alone_wants_what_has_no_header),
		CASE(a_token_nobody_knows_is_noted_and_the_rest_counts),
		CASE(
		    what_cannot_hide_in_a_strange_token_is_no_matter_of_doubt),
		CASE(a_scan_leaves_what_has_to_be_said),
		CASE(a_header_of_an_unknown_address_has_none),
		CASE(
		    where_every_token_has_to_fit_a_cut_one_takes_what_follows),
		CASE(predicates_of_a_state_select),
		CASE(predicates_that_are_left_out_are_any),
		CASE(patterns_are_those_of_rules),
		CASE(all_predicates_over_a_record_select),
		CASE(ids_are_found_as_the_table_reads_them),
		CASE(no_record_is_read_beyond_its_end),
		CASE(all_criteria_may_be_given_at_once),
		CASE(neighbours_make_one_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
