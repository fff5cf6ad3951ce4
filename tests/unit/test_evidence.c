/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "alert_case.h"
#include "sink/evidence.h"

static struct alert_case	 a;
static char			 dir[] = "/tmp/test_evidence.XXXXXX";

static int
setup(void **state)
{
	(void)state;
	case_init(&a, "/tmp/x", NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	case_fini(&a);
	return 0;
}

static void
named(const char *label, const char *expected)
{
	struct buf	 b = { 0 };

	evidence_dirname(&b, label);
	assert_string_equal(buf_cstr(&b), expected);
	buf_fini(&b);
}

static void
usual_label_is_the_name_of_its_directory(void **state)
{
	(void)state;
	named("login.brute.force", "login.brute.force");
	named("a b\"c\\d%e", "a b\"c\\d%e");
	named("...", "...");
	named(".hidden", ".hidden");
	named("\xc3\xa9", "\xc3\xa9");
}

static void
label_that_would_lead_elsewhere_is_escaped(void **state)
{
	(void)state;
	named("", "%");
	named(".", "%2e");
	named("..", "%2e.");
	named("../x", "..%2fx");
	named("/etc", "%2fetc");
	named("a\nb\x7f", "a%0ab%7f");
}

static void
long_labels_have_short_names_that_differ(void **state)
{
	struct buf	 one = { 0 }, two = { 0 };
	char		 label[1000];

	(void)state;
	memset(label, 'x', sizeof(label));
	label[sizeof(label) - 1] = '\0';
	evidence_dirname(&one, label);
	label[sizeof(label) - 2] = 'y';
	evidence_dirname(&two, label);
	assert_int_equal(one.n, EVIDENCE_NAME_MAX);
	assert_int_equal(two.n, EVIDENCE_NAME_MAX);
	assert_false(slice_eq(buf_bytes(&one), buf_bytes(&two)));
	buf_fini(&one);
	buf_fini(&two);
}

struct opener {
	unsigned	 calls, taken;	/* names that are taken at first */
	int		 error;		/* or fail with it */
	char		 name[64];
};

static int
open_file(void *arg, const char *base, const char *sub, const char *file,
    struct buf *path)
{
	struct opener	*o = arg;

	assert_null(base);
	assert_string_equal(sub, "login");
	o->calls++;
	if (o->error != 0 || o->calls <= o->taken) {
		errno = o->error != 0 ? o->error : EEXIST;
		return -1;
	}
	(void)snprintf(o->name, sizeof(o->name), "%s", file);
	buf_printf(path, "%s/evidence", dir);
	return open(buf_cstr(path), O_RDWR | O_CREAT | O_TRUNC, 0600);
}

static void
file_holds_the_records_in_order(void **state)
{
	struct opener	 o = { .taken = 3 };
	struct buf	 path = { 0 };
	uint8_t		 back[400];
	size_t		 missing;
	int		 fd;

	(void)state;
	for (int i = 1; i < 3; i++)
		a.steps[i] = a.steps[0];
	a.alert.nsteps = a.alert.records = 3;
	assert_int_equal(evidence_write(open_file, &o, NULL, &a.alert, &path,
	    &missing), 0);
	assert_int_equal(missing, 0);
	assert_int_equal(o.calls, 4);		/* three names were taken */
	assert_memory_equal(o.name, "1634210459.522.", 15);
	assert_int_equal(strspn(o.name + 15, "0123456789"),
	    strlen(o.name + 15));
	assert_true(strtoul(o.name + 15, NULL, 10) <= INT32_MAX);
	fd = open(buf_cstr(&path), O_RDONLY);
	assert_int_equal(read(fd, back, sizeof(back)), 3 * a.bytes.n);
	assert_memory_equal(back + a.bytes.n, a.bytes.p, a.bytes.n);
	close(fd);
	unlink(buf_cstr(&path));
	buf_fini(&path);
}

static void
records_that_are_gone_are_counted(void **state)
{
	struct opener	 o = { 0 };
	struct buf	 path = { 0 };
	size_t		 missing;

	(void)state;
	a.steps[1] = (struct alert_step){ .state = 2 };
	a.alert.nsteps = 2;
	a.alert.records = 10;		/* eight were never kept */
	assert_int_equal(evidence_write(open_file, &o, NULL, &a.alert, &path,
	    &missing), 0);
	assert_int_equal(missing, 9);
	unlink(buf_cstr(&path));
	buf_fini(&path);
}

static void
failure_to_open_is_told_by_its_errno(void **state)
{
	struct opener	 o = { .error = EROFS };
	struct buf	 path = { 0 };
	size_t		 missing;

	(void)state;
	assert_int_equal(evidence_write(open_file, &o, NULL, &a.alert, &path,
	    &missing), EROFS);
	assert_int_equal(o.calls, 1);
	o = (struct opener){ .taken = 1000000 };
	assert_int_equal(evidence_write(open_file, &o, NULL, &a.alert, &path,
	    &missing), EEXIST);
	buf_fini(&path);
}

/* Runs that are kept: files of the names that were asked for, in DIR. */

static int
open_kept(void *arg, const char *base, const char *sub, const char *file,
    struct buf *path)
{
	(void)arg;
	(void)base;
	(void)sub;
	buf_printf(path, "%s/%s", dir, file);
	return open(buf_cstr(path), O_WRONLY | O_CREAT | O_EXCL, 0600);
}

static int
reopen_kept(void *arg, const char *base, const char *sub, const char *file,
    struct buf *path)
{
	unsigned	*n = arg;

	(void)base;
	(void)sub;
	++*n;
	buf_printf(path, "%s/%s", dir, file);
	return open(buf_cstr(path), O_RDWR);
}

static unsigned			 calls;
static const struct evidence_files kept = { open_kept, reopen_kept, &calls };

static void
keep(struct buf *path)
{
	size_t	 missing;

	buf_clear(path);
	assert_int_equal(evidence_keep(&kept, NULL, &a.alert, path, &missing),
	    0);
	assert_int_equal(missing, 0);
}

static void
file_is_that_of_the_records(const char *path)
{
	uint8_t		 back[1000];
	const int	 fd = open(path, O_RDONLY);

	assert_true(fd != -1);
	assert_int_equal(read(fd, back, sizeof(back)), 2 * a.bytes.n);
	assert_memory_equal(back, a.bytes.p, a.bytes.n);
	assert_memory_equal(back + a.bytes.n, a.bytes.p, a.bytes.n);
	close(fd);
}

static void
alert_that_is_told_again_finds_its_file_whole_or_torn(void **state)
{
	struct buf	 first = { 0 }, again = { 0 };

	(void)state;
	calls = 0;
	a.steps[1] = a.steps[0];
	a.alert.nsteps = a.alert.records = 2;
	keep(&first);
	assert_int_equal(calls, 0);
	assert_non_null(strstr(buf_cstr(&first), "/1634210459.522."));
	for (size_t n = 0; n <= 2 * a.bytes.n; n++) {
		assert_int_equal(truncate(buf_cstr(&first), (off_t)n), 0);
		keep(&again);
		assert_string_equal(buf_cstr(&first), buf_cstr(&again));
		file_is_that_of_the_records(buf_cstr(&again));
	}
	unlink(buf_cstr(&first));
	buf_fini(&first);
	buf_fini(&again);
}

/* Zeros where the disk had nothing yet: at each byte, and up to any length. */
static void
evidence_that_did_not_come_to_the_disk_is_written_again(void **state)
{
	const size_t	 all = 2 * a.bytes.n;
	struct buf	 first = { 0 }, again = { 0 };

	(void)state;
	a.steps[1] = a.steps[0];
	a.alert.nsteps = a.alert.records = 2;
	keep(&first);
	for (size_t at = 0; at < all; at++) {
		const int	 fd = open(buf_cstr(&first), O_RDWR);
		const size_t	 n = all - at < 16 ? all - at : 16;

		assert_int_equal(pwrite(fd, (const uint8_t[16]){ 0 }, n,
		    (off_t)at), n);
		if (at % 3 == 0)
			assert_int_equal(ftruncate(fd, (off_t)(at + n)), 0);
		close(fd);
		keep(&again);
		assert_string_equal(buf_cstr(&first), buf_cstr(&again));
		file_is_that_of_the_records(buf_cstr(&again));
	}
	unlink(buf_cstr(&first));
	buf_fini(&first);
	buf_fini(&again);
}

/* It has the name that this one would have. */
static void
evidence_of_another_alert_is_left_as_it_is(void **state)
{
	struct buf	 other = { 0 }, path = { 0 };
	uint8_t		 back[1000];

	(void)state;
	a.steps[1] = a.steps[0];
	a.alert.nsteps = a.alert.records = 2;
	keep(&other);
	for (unsigned i = 0; i < 2; i++) {
		const int	 fd = open(buf_cstr(&other), O_RDWR);
		const size_t	 n = i == 0 ? 2 * a.bytes.n + 1 : 1;

		/* Longer than ours; or of other bytes. */
		assert_int_equal(ftruncate(fd, (off_t)n), 0);
		if (i == 1)
			assert_int_equal(pwrite(fd, "x", 1, 0), 1);
		keep(&path);
		file_is_that_of_the_records(buf_cstr(&path));
		assert_string_not_equal(buf_cstr(&path), buf_cstr(&other));
		assert_int_equal(pread(fd, back, sizeof(back), 0), n);
		close(fd);
		unlink(buf_cstr(&path));
	}
	unlink(buf_cstr(&other));
	buf_fini(&other);
	buf_fini(&path);
}

static void
alerts_of_the_same_records_have_files_by_their_uids(void **state)
{
	struct buf	 one = { 0 }, two = { 0 };

	(void)state;
	keep(&one);
	a.alert.uid[0]++;
	keep(&two);
	assert_string_not_equal(buf_cstr(&one), buf_cstr(&two));
	unlink(buf_cstr(&one));
	unlink(buf_cstr(&two));
	buf_fini(&one);
	buf_fini(&two);
}

static int
open_taken(void *arg, const char *base, const char *sub, const char *file,
    struct buf *path)
{
	(void)arg;
	(void)base;
	(void)sub;
	(void)file;
	(void)path;
	errno = EEXIST;
	return -1;
}

static void
file_that_cannot_be_kept_is_told_by_its_errno(void **state)
{
	const struct evidence_files	 taken = { open_taken, open_taken,
	    NULL };
	struct buf			 path = { 0 };
	size_t				 missing;

	(void)state;
	assert_int_equal(rmdir(dir), 0);
	a.alert.records = 3;
	assert_int_equal(evidence_keep(&kept, NULL, &a.alert, &path,
	    &missing), ENOENT);
	assert_int_equal(missing, 2);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(evidence_keep(&taken, NULL, &a.alert, &path,
	    &missing), EEXIST);
	buf_fini(&path);
}

static void
notice_is_that_of_the_older_program(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	evidence_notice(&b, &a.view, "/var/log/login/1.2.3");
	assert_string_equal(buf_cstr(&b), "1634210459.522 sequence login match "
	    "evidence file: /var/log/login/1.2.3 source: trail.bsm");
	buf_fini(&b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(usual_label_is_the_name_of_its_directory),
		TEST(label_that_would_lead_elsewhere_is_escaped),
		TEST(long_labels_have_short_names_that_differ),
		TEST(file_holds_the_records_in_order),
		TEST(records_that_are_gone_are_counted),
		TEST(failure_to_open_is_told_by_its_errno),
		TEST(alert_that_is_told_again_finds_its_file_whole_or_torn),
		TEST(evidence_that_did_not_come_to_the_disk_is_written_again),
		TEST(evidence_of_another_alert_is_left_as_it_is),
		TEST(alerts_of_the_same_records_have_files_by_their_uids),
		TEST(file_that_cannot_be_kept_is_told_by_its_errno),
		TEST(notice_is_that_of_the_older_program),
	};
	int	 failed;

	if (mkdtemp(dir) == NULL)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(dir);
	return failed;
}
