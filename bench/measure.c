/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * measure.c - one reading of the clock for one way through a trail.
 *
 * What is set up only once in the life of a program (an engine, a buffer) is
 * not in the figures of a way in this process; it is in those of the whole
 * program.
 */
#include "measure.h"

#include <sys/types.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "bsm/frame.h"
#include "bsm/record.h"
#include "engine/engine.h"
#include "extract.h"
#include "print/lossless.h"
#include "rule/rules.h"

#define READ_SIZE	(256u << 10)	/* bytes asked for at once */
#define OUT_SIZE	(256u << 10)	/* bytes printed, and then forgotten */

static double
clock_ns(clockid_t which)
{
	struct timespec	 t;

	(void)clock_gettime(which, &t);		/* known clocks */
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static struct taken
now(void)
{
	return (struct taken){ clock_ns(CLOCK_MONOTONIC),
	    clock_ns(CLOCK_PROCESS_CPUTIME_ID) };
}

static struct taken
since(struct taken start)
{
	struct taken	 end = now();

	return (struct taken){ end.wall_ns - start.wall_ns,
	    end.cpu_ns - start.cpu_ns };
}

int
trail_map(struct trail *t, const char *path)
{
	struct extracted	 e = { 0 };
	struct stat		 st;
	void			*p;
	int			 fd = open(path, O_RDONLY | O_CLOEXEC);
	int			 error = 0;

	if (fd < 0)
		return errno;
	if (fstat(fd, &st) != 0)
		error = errno;
	else if (st.st_size == 0)
		error = EINVAL;
	else {
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd,
		    0);
		if (p == MAP_FAILED)
			error = errno;
	}
	(void)close(fd);			/* only read from */
	if (error != 0)
		return error;
	*t = (struct trail){ .path = path, .p = p, .n = (size_t)st.st_size };
	if (extract(&e, t->p, t->n) != t->n) {
		trail_unmap(t);
		*t = (struct trail){ 0 };	/* the path is the caller's */
		return EINVAL;
	}
	t->records = e.records;
	return 0;
}

void
trail_unmap(struct trail *t)
{
	if (t->p != NULL)
		(void)munmap((void *)(uintptr_t)t->p, t->n);	/* ours */
	t->p = NULL;
}

/* What was computed is looked at, so that it has to be computed. */
static void
expect(bool as_it_should_be)
{
	if (!as_it_should_be)
		mem_end("the trail has changed while it was measured");
}

struct taken
measure_extract(const struct trail *t)
{
	struct extracted	 e = { 0 };
	struct taken		 start = now(), taken;
	size_t			 n = extract(&e, t->p, t->n);

	taken = since(start);
	expect(n == t->n && e.records == t->records && e.sum != 0);
	return taken;
}

struct taken
measure_extract_read(const struct trail *t)
{
	struct extracted	 e = { 0 };
	uint8_t			*b = xmalloc(READ_SIZE + FRAME_RECORD_MAX);
	struct taken		 start = now(), taken;
	int			 fd = open(t->path, O_RDONLY | O_CLOEXEC);
	size_t			 have = 0;
	ssize_t			 n;

	expect(fd >= 0);
	while ((n = read(fd, b + have, READ_SIZE)) > 0) {
		size_t	 used;

		have += (size_t)n;
		used = extract(&e, b, have);
		have -= used;
		memmove(b, b + used, have);
		expect(have < FRAME_RECORD_MAX);
	}
	(void)close(fd);			/* only read from */
	taken = since(start);
	expect(n == 0 && have == 0 && e.records == t->records && e.sum != 0);
	free(b);
	return taken;
}

/* Cut the trail into records; what is done with each is inlined. */
static inline struct taken
each_record(const struct trail *t, void (*fn)(void *, struct record *),
    void *arg)
{
	struct frame		*f = frame_new();
	struct frame_record	 fr;
	struct record		 r;
	uint64_t		 n = 0;
	struct taken		 start = now(), taken;

	(void)frame_feed(f, t->p, t->n);	/* a new frame is never busy */
	frame_end(f);
	while (frame_next(f, &fr) == 1) {
		if (fr.kind != FRAME_RECORD || record_head(&r, &fr) != 0)
			continue;
		fn(arg, &r);
		n++;
	}
	taken = since(start);
	expect(n == t->records);
	frame_free(f);
	return taken;
}

static void
add_event(void *sum, struct record *r)
{
	*(uint64_t *)sum += r->event;
}

static void
add_index(void *sum, struct record *r)
{
	record_index(r);
	*(uint64_t *)sum += r->at[REC_SUBJECT];
}

struct taken
measure_frames(const struct trail *t)
{
	uint64_t	 sum = 0;
	struct taken	 taken = each_record(t, add_event, &sum);

	expect(sum != 0);
	return taken;
}

struct taken
measure_indexed(const struct trail *t)
{
	uint64_t	 sum = 0;
	struct taken	 taken = each_record(t, add_index, &sum);

	expect(sum != 0);
	return taken;
}

/*
 * As run/pipeline.c does it: a few at a time, but for records that the frame
 * had to copy.
 */
struct feeding {
	const struct trail *trail;
	struct engine	*engine;
	uint32_t	 source;
	struct record	 held[ENGINE_AHEAD];
	size_t		 n;
};

static void
feed_held(struct feeding *f)
{
	engine_expect(f->engine, f->source, f->held, f->n);
	for (size_t i = 0; i < f->n; i++)
		engine_feed(f->engine, f->source, &f->held[i]);
	f->n = 0;
}

static void
feed(void *arg, struct record *r)
{
	struct feeding	*f = arg;

	f->held[f->n++] = *r;
	if (f->n == ENGINE_AHEAD ||
	    (uintptr_t)r->bytes.p - (uintptr_t)f->trail->p >= f->trail->n)
		feed_held(f);
}

static void
count_alert(void *arg, struct alert *a)
{
	(void)a;
	++*(uint64_t *)arg;
}

struct taken
measure_engine(const struct trail *t, const struct program *p,
    const struct names *names, uint64_t *alerts)
{
	struct engine_options	 options = { .skip_steps = true };
	struct alert_out	 out = { .alert = count_alert, .arg = alerts };
	struct feeding		 f = { .trail = t };
	struct taken		 taken;

	*alerts = 0;
	f.engine = engine_new(p, names, &options, &out);
	f.source = engine_source(f.engine, false);
	taken = each_record(t, feed, &f);
	feed_held(&f);			/* the last few, not in the figure */
	engine_free(f.engine);
	return taken;
}

static void
count_wanted(void *arg, const struct criteria_run *run)
{
	*(uint64_t *)arg += run->records;
}

struct taken
measure_select(const struct trail *t, struct criteria *c, uint64_t *records)
{
	struct taken	 start = now(), taken;
	size_t		 n;

	*records = 0;
	n = criteria_scan(c, (struct slice){ t->p, t->n }, count_wanted,
	    records);
	taken = since(start);
	expect(n == t->n);
	return taken;
}

struct taken
measure_print(const struct trail *t, const struct text_style *style,
    const struct names *names)
{
	struct text		*text = style == NULL ? NULL :
	    text_new(style, names, measure_nobody());
	struct lossless		*json = lossless_new(names);
	struct buf		 out = { 0 };
	struct frame_record	 f = { .kind = FRAME_RECORD };
	struct taken		 start = now(), taken;
	size_t			 n, bad;

	for (; (n = frame_intact(t->p + f.offset, t->n - f.offset)) > 0;
	    f.offset += n) {
		f.bytes = (struct slice){ t->p + f.offset, n };
		if (text != NULL)
			(void)text_record(text, f.bytes, &out, &bad);
		else
			lossless_frame(json, &f, slice_str(t->path), &out);
		if (out.n > OUT_SIZE)
			buf_clear(&out);
	}
	taken = since(start);
	expect(f.offset == t->n);
	buf_fini(&out);
	lossless_free(json);
	text_free(text);
	return taken;
}

/* A file that is gone when it is closed: its pages are new each time. */
static int
open_target(const char *dir)
{
	char	 path[4096];
	int	 fd = -1;

	if ((size_t)snprintf(path, sizeof(path), "%s/target.XXXXXX", dir) <
	    sizeof(path) && (fd = mkstemp(path)) != -1)
		(void)unlink(path);		/* or it stays with the rest */
	return fd;
}

struct taken
measure_copy(const struct trail *t, const char *dir)
{
	uint8_t		*b = xmalloc(READ_SIZE);
	const int	 to = open_target(dir);
	struct taken	 start = now(), taken;
	const int	 from = open(t->path, O_RDONLY | O_CLOEXEC);
	ssize_t		 n;

	expect(from >= 0 && to >= 0);
	while ((n = read(from, b, READ_SIZE)) > 0)
		expect(write(to, b, (size_t)n) == n);
	(void)close(from);			/* only read from */
	taken = since(start);
	(void)close(to);			/* it is gone anyway */
	expect(n == 0);
	free(b);
	return taken;
}

/* In the child: never returns. */
static void
run(char *const *arguments, int to)
{
	const int	 null = open("/dev/null", O_RDWR);

	if (null >= 0 && dup2(to >= 0 ? to : null, STDOUT_FILENO) >= 0 &&
	    dup2(null, STDERR_FILENO) >= 0)
		(void)execv(arguments[0], arguments);
	_exit(127);
}

static double
timeval_ns(struct timeval t)
{
	return (double)t.tv_sec * 1e9 + (double)t.tv_usec * 1e3;
}

struct taken
measure_program(char *const *arguments, const char *dir, int *status)
{
	const int	 to = dir == NULL ? -1 : open_target(dir);
	struct taken	 start = now(), taken;
	struct rusage	 used;
	pid_t		 pid = fork();
	int		 how = -1;

	if (pid == 0)
		run(arguments, to);
	while (pid > 0 && wait4(pid, &how, 0, &used) == -1 && errno == EINTR)
		;
	taken = since(start);
	if (to >= 0)
		(void)close(to);		/* it is gone anyway */
	*status = how != -1 && WIFEXITED(how) ? WEXITSTATUS(how) : -1;
	if (*status != -1)
		taken.cpu_ns = timeval_ns(used.ru_utime) +
		    timeval_ns(used.ru_stime);
	return taken;
}

static int
load_text(void *arg, const char *path, struct buf *out)
{
	const struct slice	*text = arg;

	(void)path;
	buf_slice(out, *text);
	return 0;
}

static bool
no_id(void *arg, const char *name, uint32_t *id)
{
	(void)arg;
	(void)name;
	(void)id;
	return false;
}

static bool
no_name(void *arg, uint32_t id, char *name, size_t n)
{
	(void)arg;
	(void)id;
	(void)name;
	(void)n;
	return false;
}

const struct accounts *
measure_nobody(void)
{
	static const struct accounts	 accounts = { no_id, no_id, no_name,
	    no_name, NULL };

	return &accounts;
}

struct program *
measure_load(struct slice rules, const struct names *names,
    struct taken *taken)
{
	const struct rules_env	 env = { .names = names,
	    .accounts = measure_nobody(), .load = load_text, .arg = &rules };
	struct diags		*diags = diags_new();
	struct buf		 said = { 0 };
	struct taken		 start = now();
	struct program		*p = rules_load(&env, "bench.conf", diags);

	*taken = since(start);
	if (p == NULL) {
		diags_print(diags, &said);
		(void)fwrite(said.p, 1, said.n, stderr);	/* the end */
	}
	buf_fini(&said);
	diags_free(diags);
	return p;
}
