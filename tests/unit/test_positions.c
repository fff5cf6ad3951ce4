/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_positions.c - processes that go on where another one was.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>
#include <zlib.h>

#include "alert_case.h"
#include "base/mem.h"
#include "caught.h"
#include "rule/rules.h"
#include "run/finished.h"
#include "run/followed.h"
#include "run/live.h"
#include "run/logdir.h"
#include "run/positions.h"
#include "run/stream.h"
#include "run/upkeep.h"
#include "run/watching.h"

#define MANY	60000u			/* records: more than one piece */

static struct names	*names;
static struct accounts	 accounts;
static struct logdir	 logs;
static struct buf	 rec;		/* one record */
static char		 dir[] = "/tmp/test_positions.XXXXXX";

/* Rows that were told, all in one. */
struct told {
	struct row	 rows[64];
	size_t		 n;
};

struct process {
	struct watching		 run;
	struct pipeline_options	 o;
	struct pipeline_result	 result;
	struct program		*program;
	struct inputs		 inputs;
};

static int
load_text(void *arg, const char *name, struct buf *out)
{
	(void)name;
	buf_str(out, arg);
	return 0;
}

static bool
no_user(void *arg, const char *name, uint32_t *id)
{
	(void)arg;
	(void)name;
	(void)id;
	return false;
}

static int
setup(void **state)
{
	(void)state;
	names = names_new();
	accounts = (struct accounts){ no_user, no_user, case_user, case_group,
		NULL };
	rec = (struct buf){ 0 };
	case_record(&rec, "/tmp/x", NULL, 0);
	(void)snprintf(dir, sizeof(dir), "/tmp/test_positions.XXXXXX");
	return mkdtemp(dir) == NULL;
}

static int
teardown(void **state)
{
	char	 command[64];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	(void)!system(command);
	buf_fini(&rec);
	names_free(names);
	return 0;
}

static const char *
at(const char *name)
{
	static char	 paths[4][128];
	static unsigned	 turn;

	turn = (turn + 1) % 4;
	(void)snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", dir, name);
	return paths[turn];
}

static void
add(const char *to, size_t records)
{
	const int	 fd = open(to, O_WRONLY | O_CREAT | O_APPEND, 0600);

	for (size_t i = 0; i < records; i++)
		assert_int_equal(write(fd, rec.p, rec.n), rec.n);
	close(fd);
}

/* A life of the program. */

static void
name_input(struct process *p, const char *path, enum input_follow follow)
{
	assert_true(inputs_add(&p->inputs, path, follow));
}

static struct process *
born(void)
{
	static char		 text[] = "sequence one { subject any; state "
	    "{ event any; status failure; }; };\n";
	struct process		*p = xcalloc(1, sizeof(*p));
	struct diags		*d = diags_new();
	const struct rules_env	 env = { .names = names,
	    .accounts = &accounts, .load = load_text, .arg = text };
	const struct sinks_options so = { .format = sink_formats(),
	    .world = { names, &accounts }, .host = logdir_host(&logs),
	    .to_stderr = true, .syslog = SINK_NO_SYSLOG,
	    .stderr_fd = STDERR_FILENO };

	p->program = rules_load(&env, "rules", d);
	diags_free(d);
	assert_non_null(p->program);
	p->o = (struct pipeline_options){ .names = names,
	    .accounts = &accounts, .program = p->program,
	    .sinks = sinks_new(&so), .threads = 1 };
	p->run = (struct watching){ .o = &p->o, .result = &p->result,
	    .program = p->program, .base = event_base_new() };
	raising_init(&p->run.raising, &p->run);
	p->run.outward = outward_direct(&p->run);
	p->run.engine = watching_engine(&p->run, p->program);
	p->run.upkeep = upkeep_new(&p->run);
	progress_init(&p->run.progress, -1, 0);
	return p;
}

/* The sources of this process, as those of TOLD where they are the same. */
static bool
try_start(struct process *p, const struct told *told)
{
	struct watching		*run = &p->run;
	struct positions	*all;
	bool			 good = true;

	p->o.inputs = p->inputs.v;
	p->o.ninputs = p->inputs.n;
	run->lives = xcalloc(p->inputs.n + 1, sizeof(*run->lives));
	run->followed = xcalloc(p->inputs.n + 1, sizeof(*run->followed));
	all = positions_new(run);
	for (size_t i = 0; good && told != NULL && i < told->n; i++)
		good = positions_row(all, &told->rows[i]);
	good = good && positions_end(all);
	assert_true(good == (positions_why(all) == NULL));
	positions_free(all);
	if (!good) {
		positions_undo(run);
		engine_free(run->engine);
		run->engine = watching_engine(run, p->program);
	}
	for (size_t i = 0; i < p->inputs.n; i++)
		if (!p->inputs.v[i].followed && run->lives[i].stream == NULL)
			run->lives[i].stream = watching_stream(run,
			    &p->inputs.v[i]);
	positions_begin(run);
	return good;
}

static void
start(struct process *p, const struct told *told)
{
	assert_true(try_start(p, told));
}

static bool
on_row(void *arg, const struct row *row)
{
	struct told	*t = arg;

	assert_true(t->n < 64);
	assert_true(row->section >= POSITIONS_FIRST);
	assert_true(row->section <= POSITIONS_LAST);
	assert_true(row->bytes.n <= ROWS_ROW_MAX);
	t->rows[t->n] = *row;
	t->rows[t->n++].bytes.p = xmemdup(row->bytes.p, row->bytes.n);
	return true;
}

static void
forget(struct told *t)
{
	for (size_t i = 0; i < t->n; i++)
		free((uint8_t *)(uintptr_t)t->rows[i].bytes.p);
	t->n = 0;
}

/* What is told then is what it leaves; or NULL. */
static void
die(struct process *p, struct told *told)
{
	struct watching	*run = &p->run;

	if (told != NULL) {
		forget(told);
		assert_true(positions_save(run, on_row, told));
	}
	for (size_t i = 0; i < p->inputs.n; i++) {
		live_fini(&run->lives[i]);
		followed_free(run->followed[i]);
	}
	for (size_t i = 0; i < run->nstreams; i++) {
		stream_fini(run->streams[i]);
		free(run->streams[i]);
	}
	free(run->lives);
	free(run->followed);
	free(run->streams);
	upkeep_free(run->upkeep);
	engine_free(run->engine);
	raising_fini(&run->raising);
	event_base_free(run->base);
	sinks_free(p->o.sinks);
	program_free(p->program);
	inputs_fini(&p->inputs);
	free(p);
}

static void
on_stop(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	((struct watching *)arg)->stop = true;
}

/* Read what comes until the loop has its first turn. */
static void
read_a_piece(struct process *p, size_t input)
{
	const struct timeval	 at_once = { 0, 0 };

	(void)event_base_once(p->run.base, -1, EV_TIMEOUT, on_stop, &p->run,
	    &at_once);
	finished_read(p->run.lives[input].stream);
}

/* One process after another reads a file; returns what was said at last. */
static uint64_t
read_file(struct told *told, const char *path, unsigned threads, bool some)
{
	struct process	*p = born();
	uint64_t	 n;

	p->o.threads = threads;
	name_input(p, path, INPUT_TO_END);
	start(p, told);
	if (some)
		read_a_piece(p, 0);
	else
		finished_read(p->run.lives[0].stream);
	n = p->run.records;
	die(p, told);
	return n;
}

/* The facts. */

static void
file_is_read_on_when_it_has_grown(void **state)
{
	struct told	 told = { 0 };
	const char	*path = at("trail");

	(void)state;
	add(path, 5);
	assert_int_equal(read_file(&told, path, 1, false), 5);
	assert_int_equal(read_file(&told, path, 1, false), 0);
	add(path, 3);
	assert_int_equal(read_file(&told, path, 1, false), 3);
	assert_int_equal(read_file(&told, path, 1, false), 0);
	forget(&told);
}

static void
record_that_was_cut_at_the_end_is_read_when_it_is_whole(void **state)
{
	struct told	 told = { 0 };
	const char	*path = at("trail");
	int		 fd;

	(void)state;
	add(path, 2);
	fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, rec.p, 20), 20);
	assert_int_equal(read_file(&told, path, 1, false), 2);
	assert_int_equal(read_file(&told, path, 1, false), 0);
	assert_int_equal(write(fd, rec.p + 20, rec.n - 20), rec.n - 20);
	close(fd);
	assert_int_equal(read_file(&told, path, 1, false), 1);
	forget(&told);
}

static void
pack(const char *from, const char *to)
{
	char		 bytes[65536];
	const int	 fd = open(from, O_RDONLY);
	gzFile		 z = gzopen(to, "wb");
	ssize_t		 n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		assert_int_equal(gzwrite(z, bytes, (unsigned)n), n);
	gzclose(z);
	close(fd);
}

/* Read by one or two threads, compressed or not, with interruptions. */
static void
each_record_is_fed_once(void **state)
{
	struct told	 told = { 0 };
	const char	*path = at("trail"), *packed = at("trail.gz");

	(void)state;
	add(path, MANY);
	pack(path, packed);
	for (unsigned i = 0; i < 4; i++) {
		const char	*it = i < 2 ? path : packed;
		const unsigned	 threads = 1 + i % 2;
		uint64_t	 n = read_file(&told, it, threads, true);

		assert_true(n > 0);
		assert_true(n < MANY);
		if (i < 2)		/* else a piece is passed over */
			n += read_file(&told, it, 3 - threads, true);
		assert_true(n < MANY);
		n += read_file(&told, it, threads, false);
		assert_int_equal(n, MANY);
		assert_int_equal(read_file(&told, it, threads, false), 0);
		forget(&told);
	}
}

static void
another_file_in_its_place_is_another_source(void **state)
{
	struct told	 told = { 0 };
	struct process	*p = born();
	const char	*path = at("trail");
	struct caught	 c;

	(void)state;
	add(path, 5);
	assert_int_equal(read_file(&told, path, 1, false), 5);
	add(at("other"), 7);
	assert_int_equal(rename(at("other"), path), 0);
	catch_stderr(&c);
	name_input(p, path, INPUT_TO_END);
	start(p, &told);
	finished_read(p->run.lives[0].stream);
	assert_int_equal(p->run.records, 7);
	assert_int_equal(p->run.nstreams, 2);
	assert_int_equal(p->run.lives[0].stream->number, 1);
	die(p, &told);
	assert_non_null(strstr(caught_text(&c), "trail: is not the file that "
	    "was read before"));
	assert_int_equal(read_file(&told, path, 1, false), 0);
	forget(&told);
}

static void
file_that_was_cut_is_read_from_its_beginning(void **state)
{
	struct told	 told = { 0 };
	const char	*path = at("trail");
	struct caught	 c;

	(void)state;
	add(path, 5);
	assert_int_equal(read_file(&told, path, 1, false), 5);
	assert_int_equal(truncate(path, (off_t)(2 * rec.n)), 0);
	catch_stderr(&c);
	assert_int_equal(read_file(&told, path, 1, false), 2);
	assert_non_null(strstr(caught_text(&c), "shorter than what was read"));
	forget(&told);
}

static void
sources_keep_their_numbers(void **state)
{
	static const char *const	 orders[] = { "ab", "ba", "b", "cab" };
	struct told			 told = { 0 };

	(void)state;
	add(at("a"), 1);
	add(at("b"), 2);
	add(at("c"), 3);
	for (size_t i = 0; i < 4; i++) {
		struct process	*p = born();
		char		 name[2] = "";

		for (const char *c = orders[i]; *c != '\0'; c++) {
			name[0] = *c;
			name_input(p, at(name), INPUT_TO_END);
		}
		start(p, &told);
		for (size_t k = 0; k < p->inputs.n; k++)
			finished_read(p->run.lives[k].stream);
		assert_int_equal(p->run.records, i == 0 ? 3 : i == 3 ? 3 : 0);
		assert_int_equal(p->run.nstreams, i == 3 ? 3 : 2);
		for (size_t k = 0; k < p->inputs.n; k++)
			assert_int_equal(p->run.lives[k].stream->number,
			    orders[i][k] - 'a');
		die(p, &told);
	}
	forget(&told);
}

/* Followed directories. */

#define STAMP	"202401010000"

static void
spin(struct process *p, unsigned ms)
{
	const struct timeval	 t = { .tv_usec = (suseconds_t)ms * 1000 };

	(void)event_base_loopexit(p->run.base, &t);
	(void)event_base_dispatch(p->run.base);
}

static struct process *
follow(struct told *told, uint64_t expected)
{
	struct process	*p = born();

	p->o.from = FOLLOWING_ALL;
	name_input(p, at("d"), INPUT_FOLLOW);
	start(p, told);
	if (p->run.followed[0] == NULL)
		p->run.followed[0] = followed_new(&p->run, &p->inputs.v[0]);
	followed_start(p->run.followed[0]);
	for (unsigned i = 0; i < 200 && p->run.records < expected; i++)
		spin(p, 20);
	spin(p, 20);
	assert_int_equal(p->run.records, expected);
	return p;
}

static void
hosts_keep_their_numbers(void **state)
{
	struct told	 told = { 0 };
	struct process	*p;

	(void)state;
	assert_int_equal(mkdir(at("d"), 0700), 0);
	add(at("d/" STAMP "05.not_terminated.b"), 1);
	die(follow(NULL, 1), &told);
	add(at("d/" STAMP "00.not_terminated.a"), 2);
	die(follow(&told, 2), &told);
	add(at("d/" STAMP "05.not_terminated.b"), 3);
	add(at("d/" STAMP "00.not_terminated.a"), 4);
	p = follow(&told, 7);
	assert_int_equal(p->run.nstreams, 2);
	assert_string_equal(p->run.streams[0]->in->host, "b");
	assert_int_equal(p->run.streams[0]->records, 3);
	assert_string_equal(p->run.streams[1]->in->host, "a");
	die(p, NULL);
	forget(&told);
}

static void
trail_that_is_gone_is_said_and_counted(void **state)
{
	struct told	 told = { 0 };
	struct caught	 c;
	struct process	*p;

	(void)state;
	assert_int_equal(mkdir(at("d"), 0700), 0);
	add(at("d/" STAMP "05.not_terminated"), 3);
	die(follow(NULL, 3), &told);
	assert_int_equal(rename(at("d/" STAMP "05.not_terminated"),
	    at("away")), 0);
	catch_stderr(&c);
	p = follow(&told, 0);
	assert_int_equal(p->result.gaps, 1);
	assert_non_null(strstr(caught_text(&c), "05.not_terminated: is gone: "
	    "what came behind its first "));
	die(p, &told);
	/* Once; and when it comes back it is read on. */
	assert_int_equal(rename(at("away"),
	    at("d/" STAMP "05." STAMP "09")), 0);
	add(at("d/" STAMP "05." STAMP "09"), 2);
	p = follow(&told, 2);
	assert_int_equal(p->result.gaps, 0);
	die(p, NULL);
	forget(&told);
}

/* Whatever stands in a row, it is refused or does no harm. */
static void
hostile_rows_do_no_harm(void **state)
{
	struct told	 good = { 0 };
	struct caught	 c;
	uint64_t	 drawn = 1;

	(void)state;
	assert_int_equal(mkdir(at("d"), 0700), 0);
	add(at("d/" STAMP "05.not_terminated.b"), 1);
	add(at("trail"), 3);
	catch_stderr(&c);
	for (unsigned run = 0; run < 300; run++) {
		struct process	*p = born();
		struct told	 bad = { .n = good.n };

		for (size_t i = 0; i < good.n; i++) {
			bad.rows[i] = good.rows[i];
			bad.rows[i].bytes.p = xmemdup(good.rows[i].bytes.p,
			    good.rows[i].bytes.n);
		}
		for (unsigned k = 0; good.n > 0 && k < 1 + run % 3; k++) {
			struct row	*r;

			drawn = drawn * 6364136223846793005u + 1;
			r = &bad.rows[(drawn >> 40) % bad.n];
			if (drawn >> 62 == 0 && r->bytes.n > 1)
				r->bytes.n--;
			else
				((uint8_t *)(uintptr_t)r->bytes.p)[(drawn >>
				    32) % r->bytes.n] ^= (uint8_t)(1u <<
				    (drawn >> 61));
		}
		name_input(p, at("trail"), INPUT_TO_END);
		name_input(p, at("d"), INPUT_FOLLOW);
		p->o.from = FOLLOWING_ALL;
		(void)try_start(p, &bad);
		if (p->run.followed[1] == NULL)
			p->run.followed[1] = followed_new(&p->run,
			    &p->inputs.v[1]);
		finished_read(p->run.lives[0].stream);
		followed_start(p->run.followed[1]);
		spin(p, 1);
		forget(&bad);
		die(p, run == 0 ? &good : NULL);
	}
	(void)caught_text(&c);
	forget(&good);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file_is_read_on_when_it_has_grown),
		TEST(record_that_was_cut_at_the_end_is_read_when_it_is_whole),
		TEST(each_record_is_fed_once),
		TEST(another_file_in_its_place_is_another_source),
		TEST(file_that_was_cut_is_read_from_its_beginning),
		TEST(sources_keep_their_numbers),
		TEST(hosts_keep_their_numbers),
		TEST(trail_that_is_gone_is_said_and_counted),
		TEST(hostile_rows_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
