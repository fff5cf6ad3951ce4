/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "bsm/cursor.h"
#include "run/traildir.h"
#include "run/trailset.h"

#define A1 "20200101000000.20200102000000"	/* 1577836800 on */
#define A2 "20200102000000.20200103000000"
#define A3 "20200103000000.not_terminated"
#define DAY 86400u
#define T0 1577836800u

/* A directory for trails, the working directory meanwhile. */
struct place {
	char		*path;
	int		 back;
	struct trailset	*set;
	struct buf	 said, opened, out;
};

static void
record(struct buf *b, uint32_t seconds)
{
	buf_u8(b, 0x14);
	buf_u32(b, 25);
	buf_u8(b, 11);
	buf_u16(b, 1);
	buf_u16(b, 0);
	buf_u32(b, seconds);
	buf_u32(b, 0);
	buf_u8(b, 0x13);
	buf_u16(b, 0xb105);
	buf_u32(b, 25);
}

static void
file(const char *path, const struct buf *b)
{
	const int	 fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, b->p, b->n), b->n);
	close(fd);
}

/* A trail with records of these seconds after T0; 0 ends them. */
static void
trail(const char *path, const unsigned *seconds)
{
	struct buf	 b = { 0 };

	while (*seconds != 0)
		record(&b, T0 + *seconds++);
	file(path, &b);
	buf_fini(&b);
}

static void
gzip(const char *path, const unsigned *seconds, size_t cut)
{
	struct buf	 b = { 0 };
	uint8_t		 z[4096];
	z_stream	 s = { 0 };

	while (*seconds != 0)
		record(&b, T0 + *seconds++);
	assert_int_equal(deflateInit2(&s, 9, Z_DEFLATED, 15 + 16, 9,
	    Z_DEFAULT_STRATEGY), Z_OK);
	s.next_in = b.p;
	s.avail_in = (uInt)b.n;
	s.next_out = z;
	s.avail_out = sizeof(z);
	assert_int_equal(deflate(&s, Z_FINISH), Z_STREAM_END);
	deflateEnd(&s);
	buf_clear(&b);
	buf_put(&b, z, sizeof(z) - s.avail_out - cut);
	file(path, &b);
	buf_fini(&b);
}

#define S(...) ((const unsigned[]){ __VA_ARGS__, 0 })

static void
on_say(void *arg, const char *path, const char *why)
{
	struct place	*p = arg;

	buf_printf(&p->said, "%s: %s\n", path, why);
}

static void
on_opened(void *arg, const char *path)
{
	struct place	*p = arg;

	buf_printf(&p->opened, "%s\n", path);
}

static int
setup(void **state)
{
	struct place	*p = xcalloc(1, sizeof(*p));
	const char	*tmp = getenv("TMPDIR");
	struct buf	 path = { 0 };

	buf_printf(&path, "%s/trailset.XXXXXX", tmp == NULL ? "/tmp" : tmp);
	p->path = xstrdup(buf_cstr(&path));
	buf_fini(&path);
	assert_non_null(mkdtemp(p->path));
	p->back = open(".", O_RDONLY | O_DIRECTORY);
	assert_int_equal(chdir(p->path), 0);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct place	*p = *state;
	struct buf	 command = { 0 };

	assert_int_equal(fchdir(p->back), 0);
	close(p->back);
	buf_printf(&command, "rm -rf '%s'", p->path);
	assert_int_equal(system(buf_cstr(&command)), 0);
	buf_fini(&command);
	trailset_free(p->set);
	buf_fini(&p->said);
	buf_fini(&p->opened);
	buf_fini(&p->out);
	free(p->path);
	free(p);
	return 0;
}

static struct trailset_options
options(struct place *p, enum trailset_order order)
{
	return (struct trailset_options){ .order = order, .from = INT64_MIN,
	    .until = INT64_MAX, .say = on_say, .opened = on_opened, .arg = p };
}

static void
begin(struct place *p, enum trailset_order order)
{
	const struct trailset_options	 o = options(p, order);

	p->set = trailset_new(&o);
}

/* All that comes, as seconds after T0; a gap is g. */
static const char *
all(struct place *p)
{
	struct trailset_record	 r;

	buf_clear(&p->out);
	while (trailset_next(p->set, &r) == 1)
		if (r.frame.kind == FRAME_RECORD)
			buf_printf(&p->out, "%u ",
			    be32(r.frame.bytes.p + 10) - T0);
		else
			buf_str(&p->out, "g ");
	return buf_cstr(&p->out);
}

static void
operands_are_read_in_turn(void **state)
{
	struct place	*p = *state;

	trail("b", S(5, 6));
	trail("a", S(1, 9));
	begin(p, TRAILSET_IN_TURN);
	assert_true(trailset_add(p->set, "b"));
	assert_true(trailset_add(p->set, "a"));
	assert_int_equal(trailset_size(p->set), 100);
	assert_string_equal(all(p), "5 6 1 9 ");
	assert_int_equal(trailset_taken(p->set), 100);
	assert_false(trailset_failed(p->set));
	assert_true(trailset_trail(p->set, 0)->ended);
	assert_string_equal(buf_cstr(&p->opened), "b\na\n");
	assert_string_equal(buf_cstr(&p->said), "");
}

static void
or_merged(void **state)
{
	struct place	*p = *state;

	trail("b", S(5, 6));
	trail("a", S(1, 9));
	begin(p, TRAILSET_MERGED);
	assert_true(trailset_add(p->set, "b"));
	assert_true(trailset_add(p->set, "a"));
	assert_string_equal(all(p), "1 5 6 9 ");
	assert_int_equal(trailset_taken(p->set), 100);
	assert_true(trailset_trail(p->set, 1)->ended);
}

static void
directory_is_its_trails_by_the_time_they_began(void **state)
{
	struct place	*p = *state;

	mkdir("d", 0700);
	trail("d/" A3, S(2 * DAY + 1));
	trail("d/" A1, S(1, 2));
	gzip("d/" A2 ".gz", S(DAY + 1, DAY + 2), 0);
	trail("d/20200101120000.crash_recovery", S(DAY / 2));
	assert_int_equal(symlink("/no/where/" A3, "d/current"), 0);
	begin(p, TRAILSET_IN_TURN);
	assert_true(trailset_add(p->set, "d/"));
	assert_int_equal(trailset_count(p->set), 4);
	assert_string_equal(all(p), "1 2 43200 86401 86402 172801 ");
	assert_string_equal(buf_cstr(&p->said), "");
	assert_string_equal(trailset_trail(p->set, 2)->compression, "gzip");
	assert_null(trailset_trail(p->set, 0)->host);
}

static void
other_files_are_left_out_and_counted(void **state)
{
	struct place	*p = *state;

	mkdir("d", 0700);
	trail("d/" A1, S(1));
	trail("d/notes", S(7));
	mkfifo("d/" A2, 0600);
	begin(p, TRAILSET_IN_TURN);
	assert_true(trailset_add(p->set, "d"));
	assert_string_equal(all(p), "1 ");
	assert_string_equal(buf_cstr(&p->said), "d: 1 other file, such as "
	    "'d/notes', left out: not named like a trail\n");
	assert_false(trailset_failed(p->set));
}

static void
directory_without_trails_is_an_error(void **state)
{
	struct place	*p = *state;

	mkdir("d", 0700);
	begin(p, TRAILSET_IN_TURN);
	assert_false(trailset_add(p->set, "d"));
	assert_false(trailset_add(p->set, "missing"));
	assert_string_equal(buf_cstr(&p->said),
	    "d: there are no trails in this directory\n"
	    "missing: No such file or directory\n");
	assert_true(trailset_failed(p->set));
	assert_string_equal(all(p), "");
}

static void
hosts_have_directories_or_names(void **state)
{
	struct place	*p = *state;
	struct trailset	*one;

	mkdir("d", 0700);
	mkdir("d/www", 0700);
	mkdir("d/db", 0700);
	mkdir("d/db/files", 0700);
	mkdir("d/remote", 0700);
	mkdir("d/remote/mail", 0700);
	trail("d/www/" A1, S(3));
	trail("d/www/" A2, S(DAY));
	trail("d/db/files/" A1, S(2));
	trail("d/remote/mail/" A1, S(4));
	trail("d/" A1 ".www", S(1));
	begin(p, TRAILSET_MERGED);
	assert_true(trailset_add(p->set, "d"));
	assert_int_equal(trailset_count(p->set), 5);
	one = p->set;
	p->set = trailset_take_host(one);
	assert_string_equal(trailset_trail(p->set, 0)->host, "db");
	assert_string_equal(all(p), "2 ");
	trailset_free(p->set);
	p->set = trailset_take_host(one);
	assert_string_equal(trailset_trail(p->set, 0)->host, "mail");
	trailset_free(p->set);
	p->set = trailset_take_host(one);
	assert_string_equal(trailset_trail(p->set, 1)->host, "www");
	assert_string_equal(all(p), "1 3 86400 ");
	assert_null(trailset_take_host(one));
	trailset_free(one);
}

static void
trail_that_is_there_twice_is_read_once(void **state)
{
	struct place	*p = *state;

	mkdir("d", 0700);
	mkdir("d/dist", 0700);
	trail("d/" A1, S(1));
	gzip("d/" A1 ".gz", S(1), 0);
	assert_int_equal(link("d/" A1, "d/dist/" A1), 0);
	begin(p, TRAILSET_IN_TURN);
	assert_true(trailset_add(p->set, "d"));
	assert_string_equal(all(p), "1 ");
	assert_string_equal(buf_cstr(&p->said), "d/" A1 ".gz: is left out: it "
	    "is there without being compressed, too\n");
}

static void
trails_outside_the_period_are_not_opened(void **state)
{
	struct place			*p = *state;
	struct trailset_options		 o = options(p, TRAILSET_MERGED);

	mkdir("d", 0700);
	trail("d/" A1, S(1));
	trail("d/" A2, S(DAY));
	trail("d/" A3, S(2 * DAY));
	trail(A1, S(9));
	o.from = T0 + DAY + TRAILNAME_SLACK_S + 1;
	o.until = T0 + 2 * DAY - TRAILNAME_SLACK_S - 1;
	p->set = trailset_new(&o);
	assert_true(trailset_add(p->set, "d"));
	assert_true(trailset_add(p->set, A1));
	(void)all(p);
	assert_string_equal(buf_cstr(&p->opened), A1 "\nd/" A2 "\n");
	trailset_free(p->set);
	buf_clear(&p->opened);
	o.operands_too = true;
	p->set = trailset_new(&o);
	assert_true(trailset_add(p->set, A1));
	assert_string_equal(all(p), "");
	assert_false(trailset_failed(p->set));
}

static void
some_are_chosen_by_host_or_end(void **state)
{
	struct place			*p = *state;
	struct trailset_options		 o = options(p, TRAILSET_MERGED);

	mkdir("d", 0700);
	trail("d/" A1 ".a", S(1));
	trail("d/" A2 ".b", S(DAY));
	trail("d/" A3 ".a", S(2 * DAY));
	o.closed_only = true;
	o.host = "a";
	p->set = trailset_new(&o);
	assert_true(trailset_add(p->set, "d"));
	assert_string_equal(all(p), "1 ");
}

static void
trail_closed_meanwhile_is_found_again(void **state)
{
	struct place	*p = *state;

	mkdir("d", 0700);
	trail("d/" A3, S(2 * DAY));
	begin(p, TRAILSET_IN_TURN);
	assert_true(trailset_add(p->set, "d"));
	assert_int_equal(rename("d/" A3, "d/20200103000000.20200104000000"),
	    0);
	assert_string_equal(all(p), "172800 ");
	assert_string_equal(trailset_trail(p->set, 0)->path,
	    "d/20200103000000.20200104000000");
}

static void
trail_removed_meanwhile_fails_and_the_rest_is_read(void **state)
{
	struct place	*p = *state;

	trail("a", S(1));
	trail("b", S(2));
	begin(p, TRAILSET_MERGED);
	assert_true(trailset_add(p->set, "a"));
	assert_true(trailset_add(p->set, "b"));
	unlink("a");
	assert_string_equal(all(p), "2 ");
	assert_true(trailset_failed(p->set));
	assert_true(trailset_trail(p->set, 0)->failed);
	assert_string_equal(buf_cstr(&p->said),
	    "a: No such file or directory\n");
}

static void
trail_removed_while_it_is_read_is_read_on(void **state)
{
	struct place		*p = *state;
	struct trailset_record	 r;

	trail("a", S(1, 2, 3));
	begin(p, TRAILSET_IN_TURN);
	assert_true(trailset_add(p->set, "a"));
	assert_int_equal(trailset_next(p->set, &r), 1);
	unlink("a");
	assert_string_equal(all(p), "2 3 ");
	assert_false(trailset_failed(p->set));
}

static void
compressed_trail_cut_short_is_said(void **state)
{
	struct place	*p = *state;

	gzip("a.gz", S(1, 5, 9), 12);
	trail("b", S(4));
	begin(p, TRAILSET_MERGED);
	assert_true(trailset_add(p->set, "a.gz"));
	assert_true(trailset_add(p->set, "b"));
	assert_string_equal(all(p), "1 4 5 g ");
	assert_true(trailset_failed(p->set));
	assert_false(trailset_trail(p->set, 0)->ended);
	assert_string_equal(buf_cstr(&p->said),
	    "a.gz: the gzip data is cut short\n");
}

static void
time_that_runs_backwards_is_said_once(void **state)
{
	struct place	*p = *state;

	trail("a", S(50, 10, 40, 20));
	trail("b", S(45));
	begin(p, TRAILSET_MERGED);
	assert_true(trailset_add(p->set, "a"));
	assert_true(trailset_add(p->set, "b"));
	assert_string_equal(all(p), "45 50 10 40 20 ");
	assert_string_equal(buf_cstr(&p->said), "a: byte 25: time runs "
	    "backwards here; the records of this trail keep their order\n");
	assert_false(trailset_failed(p->set));
}

static void
trail_cut_while_it_is_read_is_said(void **state)
{
	struct place		*p = *state;
	struct trailset_record	 r;
	struct buf		 b = { 0 };
	unsigned		 n = 0;

	for (unsigned i = 0; i < 100000; i++)
		record(&b, T0 + 1);
	file("a", &b);
	buf_fini(&b);
	begin(p, TRAILSET_IN_TURN);
	assert_true(trailset_add(p->set, "a"));
	assert_int_equal(trailset_next(p->set, &r), 1);
	assert_int_equal(truncate("a", 25 * 60000), 0);
	while (trailset_next(p->set, &r) == 1)
		n++;
	assert_int_equal(n, 59999);
	assert_string_equal(buf_cstr(&p->said),
	    "a: became shorter while it was read\n");
	assert_true(trailset_failed(p->set));
	assert_false(trailset_trail(p->set, 0)->ended);
}

/* Each of 16 kB, so that none is whole in memory. */
static void
a_thousand_trails_take_little_memory(void **state)
{
	struct place		*p = *state;
	struct trailset_record	 r;
	struct rusage		 before, after;
	struct buf		 b = { 0 }, name = { 0 };
	unsigned		 n = 0;

	for (unsigned i = 0; i < 640; i++)
		record(&b, T0 + i);
	begin(p, TRAILSET_MERGED);
	for (unsigned i = 0; i < 1000; i++) {
		buf_clear(&name);
		buf_printf(&name, "t%u", i);
		file(buf_cstr(&name), &b);
		assert_true(trailset_add(p->set, buf_cstr(&name)));
	}
	buf_fini(&b);
	buf_fini(&name);
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	while (trailset_next(p->set, &r) == 1)
		n++;
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	assert_int_equal(n, 640000);
	assert_true(after.ru_maxrss - before.ru_maxrss < 24 * 1024);
}

/* For good: whoever is not root cannot raise the limit again. */
static void
more_trails_than_descriptors_are_merged(void **state)
{
	struct place	*p = *state;
	struct rlimit	 few = { 100, 100 };
	struct buf	 name = { 0 };
	const char	*out;

	begin(p, TRAILSET_MERGED);
	for (unsigned i = 0; i < 300; i++) {
		buf_clear(&name);
		buf_printf(&name, "t%u", i);
		trail(buf_cstr(&name), S(1, 1000 + i));
		assert_true(trailset_add(p->set, buf_cstr(&name)));
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	setenv("TMPDIR", p->path, 1);
	out = all(p);
	assert_memory_equal(out, "1 1 1 1 ", 8);
	assert_non_null(strstr(out, " 1 1000 1001 1002 "));
	assert_non_null(strstr(out, " 1298 1299 "));
	assert_string_equal(buf_cstr(&p->said), "");
	unsetenv("TMPDIR");
	buf_fini(&name);
}

static void
what_stands_ahead_can_be_taken_at_once(void **state)
{
	struct place		*p = *state;
	struct trailset_record	 r;
	struct slice		 ahead;

	trail("a", S(1, 2, 3, 4));
	begin(p, TRAILSET_IN_TURN);
	assert_true(trailset_add(p->set, "a"));
	assert_int_equal(trailset_ahead(p->set).n, 0);
	assert_int_equal(trailset_next(p->set, &r), 1);
	ahead = trailset_ahead(p->set);
	assert_int_equal(ahead.n, 75);
	assert_int_equal(be32(ahead.p + 10), T0 + 2);
	trailset_took(p->set, 50);
	assert_string_equal(all(p), "4 ");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(operands_are_read_in_turn),
		TEST(or_merged),
		TEST(directory_is_its_trails_by_the_time_they_began),
		TEST(other_files_are_left_out_and_counted),
		TEST(directory_without_trails_is_an_error),
		TEST(hosts_have_directories_or_names),
		TEST(trail_that_is_there_twice_is_read_once),
		TEST(trails_outside_the_period_are_not_opened),
		TEST(some_are_chosen_by_host_or_end),
		TEST(trail_closed_meanwhile_is_found_again),
		TEST(trail_removed_meanwhile_fails_and_the_rest_is_read),
		TEST(trail_removed_while_it_is_read_is_read_on),
		TEST(compressed_trail_cut_short_is_said),
		TEST(time_that_runs_backwards_is_said_once),
		TEST(trail_cut_while_it_is_read_is_said),
		TEST(a_thousand_trails_take_little_memory),
		TEST(what_stands_ahead_can_be_taken_at_once),
		TEST(more_trails_than_descriptors_are_merged),	/* last */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
