/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_names.c - the built-in event and class tables against the text they are
 * made from (read here by a parser of its own), and tables read from text.
 *
 * TOP is the top of the source tree; without it the tests begin there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "bsm/names.h"

#define ROWS 1024		/* more than any of our files has lines */

/* A line as the test reads it: fields point into `text`. */
struct row {
	char	 text[256];
	char	*field[4];
};

static struct row	events[ROWS], classes[ROWS];
static size_t		nevents, nclasses;

static FILE *
data_open(enum dialect d, const char *what)
{
	const char	*top = getenv("TOP");
	char		 path[1024];
	FILE		*f;

	(void)snprintf(path, sizeof(path), "%s/data/%s.%s",
	    top == NULL ? "." : top, names_dialect_name(d), what);
	if ((f = fopen(path, "r")) == NULL)
		fail_msg("cannot open %s", path);
	return f;
}

static size_t
rows_read(enum dialect d, const char *what, struct row *rows, size_t nfields)
{
	FILE	*f = data_open(d, what);
	size_t	 n = 0;

	while (fgets(rows[n].text, sizeof(rows[n].text), f) != NULL) {
		char	*p = rows[n].text;

		p[strcspn(p, "\n")] = '\0';
		if (p[0] == '#')
			continue;
		for (size_t i = 0; i < nfields; i++) {
			rows[n].field[i] = p;
			p += strcspn(p, ":");
			if (i + 1 < nfields) {
				assert_int_equal(*p, ':');
				*p++ = '\0';
			}
		}
		assert_int_equal(*p, '\0');
		assert_true(++n < ROWS);
	}
	(void)fclose(f);
	return n;
}

static void
tables_read(enum dialect d)
{
	nclasses = rows_read(d, "audit_class", classes, 3);
	nevents = rows_read(d, "audit_event", events, 4);
	assert_true(nclasses >= 20);
	assert_true(nevents >= 550);
}

static uint64_t
mask_expected(const char *list)
{
	uint64_t	mask = 0;

	for (const char *p = list; *p != '\0'; p += *p == ',') {
		const size_t	n = strcspn(p, ",");
		size_t		i = 0;

		while (i < nclasses && (strlen(classes[i].field[1]) != n ||
		    strncmp(classes[i].field[1], p, n) != 0))
			i++;
		if (i == nclasses)
			return 0;
		mask |= strtoull(classes[i].field[0], NULL, 16);
		p += n;
	}
	return mask;
}

static void
assert_event(const struct event_name *e, const struct row *row)
{
	assert_non_null(e);
	assert_int_equal(e->number, strtoul(row->field[0], NULL, 10));
	assert_string_equal(e->name, row->field[1]);
	assert_string_equal(e->text, row->field[2]);
	assert_true(e->classes == mask_expected(row->field[3]));
}

/* The first row that has the same field as row I. */
static const struct row *
first_like(const struct row *rows, size_t i, size_t field)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(rows[k].field[field], rows[i].field[field]) == 0)
			return &rows[k];
	return &rows[i];
}

static void
tables_expect(const struct names *n, enum dialect d)
{
	const struct event_name	*e;
	const struct class_name	*c;
	size_t			 count;

	tables_read(d);
	e = names_events(n, d, &count);
	assert_int_equal(count, nevents);
	for (size_t i = 0; i < nevents; i++) {
		const unsigned long number = strtoul(events[i].field[0], NULL,
		    10);

		assert_event(&e[i], &events[i]);
		assert_event(names_event(n, d, (uint16_t)number),
		    first_like(events, i, 0));
		assert_event(names_event_find(n, d,
		    slice_str(events[i].field[1])), first_like(events, i, 1));
	}
	c = names_classes(n, d, &count);
	assert_int_equal(count, nclasses);
	for (size_t i = 0; i < nclasses; i++) {
		assert_true(c[i].mask ==
		    strtoull(classes[i].field[0], NULL, 16));
		assert_string_equal(c[i].name, classes[i].field[1]);
		assert_string_equal(c[i].text, classes[i].field[2]);
		assert_ptr_equal(names_class_find(n, d,
		    slice_str(c[i].name)), &c[i]);
	}
}

static void
built_in_tables_are_the_data_files(void **state)
{
	struct names	*n = names_new();

	(void)state;
	for (int d = 0; d < DIALECTS; d++)
		tables_expect(n, (enum dialect)d);
	names_free(n);
}

static void
numbers_in_no_file_have_no_event(void **state)
{
	struct names	*n = names_new();

	(void)state;
	for (int d = 0; d < DIALECTS; d++) {
		size_t	found = 0, first = 0;

		tables_read((enum dialect)d);
		for (unsigned i = 0; i <= UINT16_MAX; i++)
			found += names_event(n, (enum dialect)d,
			    (uint16_t)i) != NULL;
		for (size_t i = 0; i < nevents; i++)
			first += first_like(events, i, 0) == &events[i];
		assert_int_equal(found, first);
		assert_null(names_event(n, (enum dialect)d, 2047));
		assert_null(names_event(n, (enum dialect)d, 65535));
	}
	names_free(n);
}

/* The bytes of a string in a block of exactly its length. */
static struct slice
exact(const char *s)
{
	const size_t	n = strlen(s);

	return (struct slice){ xmemdup(s, n), n };
}

static void
exact_free(struct slice s)
{
	free((void *)(uintptr_t)s.p);
}

static const struct event_name *
find(const struct names *n, enum dialect d, const char *name)
{
	const struct slice	 exactly = exact(name);
	const struct event_name	*e = names_event_find(n, d, exactly);

	exact_free(exactly);
	return e;
}

static uint64_t
class_mask(const struct names *n, enum dialect d, const char *name)
{
	const struct class_name	*c = names_class_find(n, d, slice_str(name));

	assert_non_null(c);
	return c->mask;
}

static void
names_are_compared_whole(void **state)
{
	struct names	*n = names_new();

	(void)state;
	assert_int_equal(find(n, DIALECT_FREEBSD, "AUE_OPEN_R")->number, 72);
	assert_null(find(n, DIALECT_FREEBSD, ""));
	assert_null(find(n, DIALECT_FREEBSD, "AUE_"));
	assert_null(find(n, DIALECT_FREEBSD, "AUE_OPEN_"));
	assert_null(find(n, DIALECT_FREEBSD, "aue_open_r"));
	assert_null(find(n, DIALECT_FREEBSD, "AUE_OPEN_R "));
	assert_null(names_event_find(n, DIALECT_FREEBSD,
	    (struct slice){ (const uint8_t *)"AUE_OPEN_R", 11 }));
	assert_null(names_event_find(n, DIALECT_FREEBSD,
	    (struct slice){ NULL, 0 }));
	assert_null(names_class_find(n, DIALECT_FREEBSD, slice_str("f")));
	assert_null(names_class_find(n, DIALECT_FREEBSD, slice_str("frx")));
	names_free(n);
}

static void
first_row_of_a_number_counts_and_both_names_mean_it(void **state)
{
	struct names	*n = names_new();

	(void)state;
	assert_string_equal(names_event(n, DIALECT_FREEBSD, 301)->name,
	    "AUE_PORTFS");
	assert_int_equal(find(n, DIALECT_FREEBSD,
	    "AUE_DARWIN_GETFSSTAT")->number, 301);
	assert_string_equal(names_event(n, DIALECT_FREEBSD, 6168)->name,
	    "AUE_shutdown");
	assert_int_equal(find(n, DIALECT_FREEBSD, "AUE_poweroff")->number,
	    6168);
	assert_null(names_event(n, DIALECT_FREEBSD, 6169));
	/* 6172 is lo as a login by ssh, not ad as a shutdown of the audit. */
	assert_true(names_event(n, DIALECT_FREEBSD, 6172)->classes == 0x1000);
	assert_true(find(n, DIALECT_FREEBSD,
	    "AUE_DARWIN_audit_shutdown")->classes == 0x800);
	assert_string_equal(names_event(n, DIALECT_SOLARIS, 2)->name,
	    "AUE_FORKALL");
	assert_int_equal(find(n, DIALECT_SOLARIS, "AUE_FORK")->number, 2);
	assert_string_equal(names_event(n, DIALECT_MACOS, 233)->name,
	    "AUE_FUSERS");
	assert_int_equal(find(n, DIALECT_MACOS, "AUE_UTSSYS")->number, 233);
	names_free(n);
}

static void
an_unknown_class_takes_an_event_out_of_all(void **state)
{
	struct names	*n = names_new();

	(void)state;
	assert_true(names_event(n, DIALECT_FREEBSD, 6214)->classes == 0);
	assert_true(names_event(n, DIALECT_FREEBSD, 6215)->classes == 0);
	assert_true(names_event(n, DIALECT_MACOS, 6214)->classes == 0);
	assert_true(names_event(n, DIALECT_SOLARIS, 6214)->classes != 0);
	names_free(n);
}

static void
dialects_give_a_number_different_events(void **state)
{
	static const struct {
		uint16_t	 number;
		const char	*freebsd, *macos, *solaris;
	} rows[] = {
		{ 2,	"AUE_FORK", "AUE_FORK", "AUE_FORKALL" },
		{ 117,	NULL, NULL, "AUE_OPEN_S" },
		{ 128,	"AUE_WRITEL", "AUE_WRITEL", NULL },
		{ 233,	"AUE_UTSSYS", "AUE_FUSERS", "AUE_FUSERS" },
		{ 307,	"AUE_DARWIN_SETLOGIN", "AUE_DARWIN_SETLOGIN",
			"AUE_SETSID" },
		{ 6160,	"AUE_halt", "AUE_halt", "AUE_halt_solaris" },
		{ 6204,	"AUE_listdevice_succ", "AUE_listdevice_succ", NULL },
		{ 6205,	"AUE_listdevice_fail", "AUE_listdevice_fail",
			"AUE_listdevice_succ" },
		{ 6300,	"AUE_DARWIN_sudo", "AUE_DARWIN_sudo",
			"AUE_nwam_enable" },
		{ 9101,	NULL, NULL, "AUE_ClientConnect" },
		{ 43187, "AUE_CAP_RIGHTS_GET", "AUE_CAP_GETRIGHTS", NULL },
		{ 43200, "AUE_PDWAIT", "AUE_PDWAIT", NULL },
		{ 43201, "AUE_WAIT6", "AUE_GETATTRLISTBULK", NULL },
		{ 43210, "AUE_PREADV", "AUE_CLONEFILEAT", NULL },
		{ 43216, "AUE_AIO_WRITE", "AUE_PREADV", NULL },
		{ 43218, "AUE_AIO_SUSPEND", "AUE_FREADLINK", NULL },
		{ 43219, "AUE_AIO_CANCEL", NULL, NULL },
		{ 43248, NULL, NULL, NULL },
		{ 43273, "AUE_PDRFORK", NULL, NULL },
		{ 44901, NULL, "AUE_SESSION_START", NULL },
		{ 45028, "AUE_sudo", "AUE_sudo", NULL },
	};
	struct names	*n = names_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *const	want[DIALECTS] = {
			rows[i].freebsd, rows[i].macos, rows[i].solaris
		};

		for (int d = 0; d < DIALECTS; d++) {
			const struct event_name	*e = names_event(n,
			    (enum dialect)d, rows[i].number);

			if (want[d] == NULL)
				assert_null(e);
			else
				assert_string_equal(e->name, want[d]);
		}
	}
	names_free(n);
}

static void
dialects_give_a_class_different_bits(void **state)
{
	struct names	*n = names_new();

	(void)state;
	assert_true(class_mask(n, DIALECT_FREEBSD, "pc") == 0x80);
	assert_true(class_mask(n, DIALECT_MACOS, "pc") == 0x80);
	assert_true(class_mask(n, DIALECT_SOLARIS, "pc") == 0x300000);
	assert_true(class_mask(n, DIALECT_FREEBSD, "ad") == 0x800);
	assert_true(class_mask(n, DIALECT_SOLARIS, "ad") == 0xf0000);
	assert_true(class_mask(n, DIALECT_FREEBSD, "aa") == 0x2000);
	assert_true(class_mask(n, DIALECT_SOLARIS, "aa") == 0x80000);
	assert_true(class_mask(n, DIALECT_MACOS, "res") == 0x10000000);
	assert_null(names_class_find(n, DIALECT_FREEBSD, slice_str("res")));
	assert_true(class_mask(n, DIALECT_FREEBSD, "no") == 0);
	assert_true(class_mask(n, DIALECT_FREEBSD, "all") == 0xffffffff);
	/* exit(2): process on the BSDs, start or end of one on Solaris. */
	assert_true(names_event(n, DIALECT_FREEBSD, 1)->classes == 0x80);
	assert_true(names_event(n, DIALECT_SOLARIS, 1)->classes == 0x100000);
	names_free(n);
}

static void
header_version_tells_solaris_from_the_others(void **state)
{
	struct names	*n = names_new();

	(void)state;
	assert_int_equal(names_dialect(n, 11), DIALECT_FREEBSD);
	names_set_bsd(n, DIALECT_MACOS);
	assert_int_equal(names_dialect(n, 1), DIALECT_MACOS);
	assert_int_equal(names_dialect(n, 2), DIALECT_SOLARIS);
	assert_int_equal(names_dialect(n, 3), DIALECT_SOLARIS);
	assert_int_equal(names_dialect(n, 4), DIALECT_SOLARIS);
	assert_int_equal(names_dialect(n, 5), DIALECT_MACOS);
	assert_int_equal(names_dialect(n, 10), DIALECT_MACOS);
	assert_int_equal(names_dialect(n, 11), DIALECT_MACOS);
	names_free(n);
}

static void
dialects_have_names(void **state)
{
	enum dialect	d = DIALECTS;

	(void)state;
	for (int i = 0; i < DIALECTS; i++) {
		const char	*name = names_dialect_name((enum dialect)i);

		assert_true(names_dialect_find(slice_str(name), &d));
		assert_int_equal(d, i);
	}
	assert_true(names_dialect_find(slice_str("macos"), &d));
	assert_int_equal(d, DIALECT_MACOS);
	assert_false(names_dialect_find(slice_str("FreeBSD"), &d));
	assert_false(names_dialect_find(slice_str(""), &d));
	assert_int_equal(d, DIALECT_MACOS);
}

/* What was reported: how often, and the last line and reason. */
struct reports {
	unsigned	 count, line;
	const char	*why;
};

static void
note(void *arg, unsigned line, const char *why)
{
	struct reports	*r = arg;

	r->count++;
	r->line = line;
	r->why = why;
}

#define CLASSES "0x1:fr:file read\n0x10:fc:file create\n0x80:pc:process\n"

/* Load both texts from blocks of exactly their length. */
static struct reports
load(struct names *n, enum dialect d, const char *class_text,
    const char *event_text, size_t entries)
{
	const struct slice	c = exact(class_text), e = exact(event_text);
	struct reports		r = { 0 };

	assert_int_equal(names_load(n, d, c, e, note, &r), entries);
	exact_free(c);
	exact_free(e);
	return r;
}

static void
text_replaces_one_dialect_only(void **state)
{
	struct names		*n = names_new();
	const struct event_name	*old, *e;
	struct reports		 r;
	size_t			 count;

	(void)state;
	old = names_event(n, DIALECT_MACOS, 23);
	r = load(n, DIALECT_MACOS, CLASSES, "7:AUE_SEVEN:seven:fr,pc\n", 4);
	assert_int_equal(r.count, 0);
	assert_null(names_event(n, DIALECT_MACOS, 23));
	assert_null(names_class_find(n, DIALECT_MACOS, slice_str("all")));
	e = names_event(n, DIALECT_MACOS, 7);
	assert_string_equal(e->name, "AUE_SEVEN");
	assert_string_equal(e->text, "seven");
	assert_true(e->classes == 0x81);
	assert_ptr_equal(find(n, DIALECT_MACOS, "AUE_SEVEN"), e);
	assert_ptr_equal(names_events(n, DIALECT_MACOS, &count), e);
	assert_int_equal(count, 1);
	assert_non_null(names_event(n, DIALECT_FREEBSD, 23));
	/* What was lent stays, also when its table is replaced again. */
	(void)load(n, DIALECT_MACOS, CLASSES, "", 3);
	assert_string_equal(old->name, "AUE_EXECVE");
	assert_string_equal(e->name, "AUE_SEVEN");
	assert_null(names_event(n, DIALECT_MACOS, 7));
	names_free(n);
}

/* Both readers of our files, the script's and the program's, agree. */
static void
our_files_as_text_are_the_built_in_tables(void **state)
{
	struct names	*n = names_new();

	(void)state;
	for (int d = 0; d < DIALECTS; d++) {
		static char	 text[2][65536];
		const char	*what[2] = { "audit_class", "audit_event" };
		struct slice	 s[2];
		struct reports	 r = { 0 };

		for (int i = 0; i < 2; i++) {
			FILE	*f = data_open((enum dialect)d, what[i]);

			s[i].n = fread(text[i], 1, sizeof(text[i]), f);
			s[i].p = (const uint8_t *)text[i];
			assert_true(s[i].n < sizeof(text[i]));
			(void)fclose(f);
		}
		(void)names_load(n, (enum dialect)d, s[0], s[1], note, &r);
		assert_int_equal(r.count, 0);
		tables_expect(n, (enum dialect)d);
	}
	names_free(n);
}

static void
first_line_of_a_number_or_name_counts_in_text(void **state)
{
	struct names	*n = names_new();
	size_t		 count;

	(void)state;
	(void)load(n, DIALECT_FREEBSD, CLASSES "0x2:fr:another\n",
	    "9:AUE_A:first:fr\n9:AUE_B:second:pc\n8:AUE_A:third:fc\n", 7);
	assert_string_equal(names_event(n, DIALECT_FREEBSD, 9)->name, "AUE_A");
	assert_true(names_event(n, DIALECT_FREEBSD, 9)->classes == 1);
	assert_int_equal(find(n, DIALECT_FREEBSD, "AUE_B")->number, 9);
	assert_int_equal(find(n, DIALECT_FREEBSD, "AUE_A")->number, 9);
	assert_string_equal(names_event(n, DIALECT_FREEBSD, 8)->text, "third");
	assert_true(class_mask(n, DIALECT_FREEBSD, "fr") == 1);
	(void)names_events(n, DIALECT_FREEBSD, &count);
	assert_int_equal(count, 3);
	names_free(n);
}

static uint64_t
flags_mask(const char *flags)
{
	struct names	*n = names_new();
	char		 line[64];
	uint64_t	 mask;

	(void)snprintf(line, sizeof(line), "5:AUE_X:x:%s\n", flags);
	(void)load(n, DIALECT_FREEBSD, CLASSES, line, 4);
	mask = names_event(n, DIALECT_FREEBSD, 5)->classes;
	names_free(n);
	return mask;
}

static void
of_a_list_of_flags_the_success_half_is_used(void **state)
{
	(void)state;
	assert_true(flags_mask("fr,fc") == 0x11);
	assert_true(flags_mask("+fr,-fc") == 0x1);
	assert_true(flags_mask("fr,fc,^fr") == 0x10);
	assert_true(flags_mask("fr,^+fr") == 0);
	assert_true(flags_mask("fr,^-fr") == 0x1);
	assert_true(flags_mask("^fr,fr") == 0x1);
	assert_true(flags_mask(",,fr,,fc,") == 0x11);
	/* The prefixes have one order, and blanks belong to the name. */
	assert_true(flags_mask("+^fr") == 0);
	assert_true(flags_mask("+-fr") == 0);
	assert_true(flags_mask("fr, fc") == 0);
	assert_true(flags_mask("fr,zz") == 0);
	assert_true(flags_mask("fr,-zz") == 0);
	assert_true(flags_mask("fr,^") == 0);
	assert_true(flags_mask("FR") == 0);
}

static void
masks_are_numbers_of_64_bits_in_any_base(void **state)
{
	struct names	*n = names_new();
	struct reports	 r;

	(void)state;
	r = load(n, DIALECT_SOLARIS,
	    "0xffffffffffffffff:all:all\n0x8000000000000000:top:top bit\n"
	    "0X20:hex:upper case\n020:oct:octal\n20:dec:decimal\n0:no:none\n",
	    "1:AUE_A:a:top,dec\n2:AUE_B:b:all,^top\n", 8);
	assert_int_equal(r.count, 0);
	assert_true(class_mask(n, DIALECT_SOLARIS, "all") == UINT64_MAX);
	assert_true(class_mask(n, DIALECT_SOLARIS, "hex") == 0x20);
	assert_true(class_mask(n, DIALECT_SOLARIS, "oct") == 020);
	assert_true(class_mask(n, DIALECT_SOLARIS, "dec") == 20);
	assert_true(names_event(n, DIALECT_SOLARIS, 1)->classes ==
	    (UINT64_C(1) << 63 | 20));
	assert_true(names_event(n, DIALECT_SOLARIS, 2)->classes ==
	    UINT64_MAX >> 1);
	names_free(n);
}

/* Each line is the second of its text, behind a comment. */
static void
bad_lines_are_skipped_and_reported(void **state)
{
	static const char *const bad_events[] = {
		"x", ":", "::::", "7", "7:", ":7:", "AUE_A:7:a:fr",
		"65536:AUE_A:a:fr", "99999999999999999999999:AUE_A:a:fr",
		"-1:AUE_A:a:fr", "+1:AUE_A:a:fr", "0x10:AUE_A:a:fr",
		"7x:AUE_A:a:fr", "7 :AUE_A:a:fr",
		("0000000000000000000000000000000000000000000000000000000000"
		"0000000000000000000000000000007:AUE_A:a:fr"),
	};
	static const char *const bad_classes[] = {
		"x", "0x1", "0x1:fr", "0x1::fr", "zz:fr:a", "-1:fr:a", ":",
		"0x10000000000000000:fr:a", "18446744073709551616:fr:a",
		"0x:fr:a", "1 2:fr:a", "08:fr:a",
	};
	struct names	*n = names_new();
	char		 text[256];
	struct reports	 r;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_events) / sizeof(char *); i++) {
		(void)snprintf(text, sizeof(text), "#\n%s\n1:AUE_GOOD:g:fr",
		    bad_events[i]);
		r = load(n, DIALECT_FREEBSD, CLASSES, text, 4);
		assert_true(r.count >= 1);
		assert_int_equal(r.line, 2);
		assert_non_null(r.why);
		assert_true(names_event(n, DIALECT_FREEBSD, 1)->classes == 1);
	}
	for (size_t i = 0; i < sizeof(bad_classes) / sizeof(char *); i++) {
		(void)snprintf(text, sizeof(text), "#\n%s\n0x2:fr:good",
		    bad_classes[i]);
		r = load(n, DIALECT_FREEBSD, text, "1:AUE_GOOD:g:fr", 2);
		assert_true(r.count >= 1);
		assert_int_equal(r.line, 2);
		assert_true(names_event(n, DIALECT_FREEBSD, 1)->classes == 2);
	}
	names_free(n);
}

static void
reports_are_not_needed(void **state)
{
	struct names	*n = names_new();

	(void)state;
	assert_int_equal(names_load(n, DIALECT_FREEBSD, slice_str("x\n"),
	    slice_str("y\n"), NULL, NULL), 0);
	assert_null(names_event(n, DIALECT_FREEBSD, 0));
	assert_null(find(n, DIALECT_FREEBSD, "AUE_NULL"));
	names_free(n);
}

static void
nothing_is_a_table_without_entries(void **state)
{
	struct names		*n = names_new();
	const struct slice	 none = { NULL, 0 };
	size_t			 count = 1;

	(void)state;
	assert_int_equal(names_load(n, DIALECT_MACOS, none, none, NULL, NULL),
	    0);
	(void)names_events(n, DIALECT_MACOS, &count);
	assert_int_equal(count, 0);
	(void)names_classes(n, DIALECT_MACOS, &count);
	assert_int_equal(count, 0);
	assert_null(names_class_find(n, DIALECT_MACOS, slice_str("fr")));
	names_free(n);
}

static void
text_and_classes_of_an_event_may_be_missing(void **state)
{
	struct names	*n = names_new();
	struct reports	 r;

	(void)state;
	r = load(n, DIALECT_FREEBSD, CLASSES,
	    "1:AUE_A\n2:AUE_B:b\n3:AUE_C:c:\n4:AUE_D:d:fr:more:yet\n", 7);
	assert_int_equal(r.count, 0);
	assert_string_equal(names_event(n, DIALECT_FREEBSD, 1)->text, "");
	assert_true(names_event(n, DIALECT_FREEBSD, 1)->classes == 0);
	assert_string_equal(names_event(n, DIALECT_FREEBSD, 2)->text, "b");
	assert_true(names_event(n, DIALECT_FREEBSD, 3)->classes == 0);
	assert_true(names_event(n, DIALECT_FREEBSD, 4)->classes == 1);
	names_free(n);
}

static void
what_is_behind_an_empty_field_moves_up(void **state)
{
	struct names	*n = names_new();
	struct reports	 r;

	(void)state;
	r = load(n, DIALECT_FREEBSD, CLASSES,
	    "1:AUE_A::fr\n2:AUE_B:b::fr\n:3:AUE_C:c:fr\n", 6);
	assert_int_equal(r.count, 3);
	assert_int_equal(r.line, 3);
	assert_string_equal(names_event(n, DIALECT_FREEBSD, 1)->text, "fr");
	assert_true(names_event(n, DIALECT_FREEBSD, 1)->classes == 0);
	assert_true(names_event(n, DIALECT_FREEBSD, 2)->classes == 1);
	assert_string_equal(names_event(n, DIALECT_FREEBSD, 3)->name, "AUE_C");
	names_free(n);
}

static void
comments_and_empty_lines_say_nothing(void **state)
{
	struct names	*n = names_new();
	struct reports	 r;

	(void)state;
	r = load(n, DIALECT_FREEBSD, CLASSES,
	    "#5:AUE_E:e:fr\n\n\r\n1:AUE_A:a:fr\r\n#\n", 4);
	assert_int_equal(r.count, 0);
	assert_null(names_event(n, DIALECT_FREEBSD, 5));
	assert_true(names_event(n, DIALECT_FREEBSD, 1)->classes == 1);
	names_free(n);
}

static void
blanks_around_lines_are_solaris_only(void **state)
{
	static const char	 text[] = "\t 1:AUE_A:a:fr \t\n   \n # no\n";
	struct names		*n = names_new();
	struct reports		 r;

	(void)state;
	r = load(n, DIALECT_SOLARIS, CLASSES, text, 4);
	assert_int_equal(r.count, 0);
	assert_true(names_event(n, DIALECT_SOLARIS, 1)->classes == 1);
	r = load(n, DIALECT_FREEBSD, CLASSES, text, 4);
	assert_int_equal(r.count, 2);
	assert_true(names_event(n, DIALECT_FREEBSD, 1)->classes == 0);
	names_free(n);
}

static void
lines_may_be_of_any_length(void **state)
{
	const size_t		 n_text = 1 << 20;
	struct names		*n = names_new();
	struct slice		 text;
	char			*line = xmalloc(n_text);
	const struct event_name	*e;

	(void)state;
	memset(line, 'a', n_text);
	memcpy(line, "1:AUE_", 6);
	line[40] = ':';			/* a name of 38 bytes */
	memcpy(&line[n_text - 4], ":fr\n", 4);
	text = (struct slice){ (const uint8_t *)line, n_text };
	assert_int_equal(names_load(n, DIALECT_FREEBSD, slice_str(CLASSES),
	    text, NULL, NULL), 4);
	e = names_event(n, DIALECT_FREEBSD, 1);
	assert_int_equal(strlen(e->name), 38);
	assert_int_equal(strlen(e->text), n_text - 4 - 41);
	assert_true(e->classes == 1);
	free(line);
	names_free(n);
}

static void
a_list_of_a_megabyte_is_read_to_its_end(void **state)
{
	const size_t	 n_text = 1 << 20;
	struct names	*n = names_new();
	char		*line = xmalloc(n_text);
	struct slice	 text = { (const uint8_t *)line, n_text };

	(void)state;
	memcpy(line, "1:A:a:fr", 8);
	for (size_t i = 8; i < n_text; i += 4)
		memcpy(&line[i], ",fc,", 4);
	assert_int_equal(names_load(n, DIALECT_FREEBSD, slice_str(CLASSES),
	    text, NULL, NULL), 4);
	assert_true(names_event(n, DIALECT_FREEBSD, 1)->classes == 0x11);
	line[n_text - 2] = 'z';
	assert_int_equal(names_load(n, DIALECT_FREEBSD, slice_str(CLASSES),
	    text, NULL, NULL), 4);
	assert_true(names_event(n, DIALECT_FREEBSD, 1)->classes == 0);
	free(line);
	names_free(n);
}

static void
lines_with_a_nul_are_refused(void **state)
{
	static const char	 text[] = "1:AUE\0_A:a:fr\n2:AUE_B:b:fr\n\0";
	struct names		*n = names_new();
	struct reports		 r = { 0 };

	(void)state;
	assert_int_equal(names_load(n, DIALECT_FREEBSD, slice_str(CLASSES),
	    (struct slice){ (const uint8_t *)text, sizeof(text) - 1 }, note,
	    &r), 4);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.line, 3);
	assert_null(names_event(n, DIALECT_FREEBSD, 1));
	assert_true(names_event(n, DIALECT_FREEBSD, 2)->classes == 1);
	names_free(n);
}

/* More lines than there are event numbers twice over. */
static void
endless_text_is_cut_and_reported(void **state)
{
	const size_t	 lines = (1 << 17) + 1000;
	struct names	*n = names_new();
	char		*text = xmalloc(lines * 4);
	struct reports	 r = { 0 };

	(void)state;
	for (size_t i = 0; i < lines; i++)
		memcpy(&text[i * 4], i % 2 ? "3:b\n" : "4:a\n", 4);
	assert_int_equal(names_load(n, DIALECT_FREEBSD, slice_str(CLASSES),
	    (struct slice){ (const uint8_t *)text, lines * 4 }, note, &r),
	    3 + (1 << 17));
	assert_int_equal(r.count, 1);
	assert_int_equal(r.line, (1 << 17) + 1);
	assert_int_equal(find(n, DIALECT_FREEBSD, "b")->number, 3);
	assert_string_equal(names_event(n, DIALECT_FREEBSD, 4)->name, "a");
	free(text);
	names_free(n);
}

/* Every prefix of good text in a block of its length: no byte is overread. */
static void
text_may_end_anywhere(void **state)
{
	static const char	 text[] =
	    "#c\n12:AUE_A:a:^+fr,-fc\n3:AUE_B:b:pc";
	struct names		*n = names_new();

	(void)state;
	for (size_t i = 0; i <= sizeof(text) - 1; i++) {
		const struct slice	 s = { xmemdup(text, i), i };
		const struct slice	 c = { xmemdup(CLASSES, i), i };

		assert_true(names_load(n, DIALECT_FREEBSD, c, s, NULL, NULL)
		    <= 5);
		exact_free(s);
		exact_free(c);
	}
	assert_int_equal(names_event(n, DIALECT_FREEBSD, 3)->number, 3);
	names_free(n);
}

static void
freeing_nothing_is_allowed(void **state)
{
	(void)state;
	names_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_in_tables_are_the_data_files),
		cmocka_unit_test(numbers_in_no_file_have_no_event),
		cmocka_unit_test(names_are_compared_whole),
		cmocka_unit_test(
		    first_row_of_a_number_counts_and_both_names_mean_it),
		cmocka_unit_test(an_unknown_class_takes_an_event_out_of_all),
		cmocka_unit_test(dialects_give_a_number_different_events),
		cmocka_unit_test(dialects_give_a_class_different_bits),
		cmocka_unit_test(header_version_tells_solaris_from_the_others),
		cmocka_unit_test(dialects_have_names),
		cmocka_unit_test(text_replaces_one_dialect_only),
		cmocka_unit_test(our_files_as_text_are_the_built_in_tables),
		cmocka_unit_test(first_line_of_a_number_or_name_counts_in_text),
		cmocka_unit_test(of_a_list_of_flags_the_success_half_is_used),
		cmocka_unit_test(masks_are_numbers_of_64_bits_in_any_base),
		cmocka_unit_test(bad_lines_are_skipped_and_reported),
		cmocka_unit_test(reports_are_not_needed),
		cmocka_unit_test(nothing_is_a_table_without_entries),
		cmocka_unit_test(text_and_classes_of_an_event_may_be_missing),
		cmocka_unit_test(what_is_behind_an_empty_field_moves_up),
		cmocka_unit_test(comments_and_empty_lines_say_nothing),
		cmocka_unit_test(blanks_around_lines_are_solaris_only),
		cmocka_unit_test(lines_may_be_of_any_length),
		cmocka_unit_test(a_list_of_a_megabyte_is_read_to_its_end),
		cmocka_unit_test(lines_with_a_nul_are_refused),
		cmocka_unit_test(endless_text_is_cut_and_reported),
		cmocka_unit_test(text_may_end_anywhere),
		cmocka_unit_test(freeing_nothing_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
