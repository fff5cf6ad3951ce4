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
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "bsm/course.h"
#include "bsm/frame.h"
#include "bsm/record.h"
#include "engine/engine.h"
#include "child.h"
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

struct taken
measure_now(void)
{
	return (struct taken){ clock_ns(CLOCK_MONOTONIC),
	    clock_ns(CLOCK_PROCESS_CPUTIME_ID) };
}

struct taken
measure_since(struct taken start)
{
	struct taken	 end = measure_now();

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
		*t = (struct trail){ .path = path };
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
	struct taken		 start = measure_now(), taken;
	size_t			 n = extract(&e, t->p, t->n);

	taken = measure_since(start);
	expect(n == t->n && e.records == t->records && e.sum != 0);
	return taken;
}

struct taken
measure_extract_read(const struct trail *t)
{
	struct extracted	 e = { 0 };
	uint8_t			*b = xmalloc(READ_SIZE + FRAME_RECORD_MAX);
	struct taken		 start = measure_now(), taken;
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
	taken = measure_since(start);
	expect(n == 0 && have == 0 && e.records == t->records && e.sum != 0);
	free(b);
	return taken;
}

/*
 * From header to header, and whether the trailers agree: what it costs at the
 * least to know where records are.
 */
struct taken
measure_hops(const struct trail *t)
{
	struct taken	 start = measure_now(), taken;
	uint64_t	 sum = 0, n = 0;
	size_t		 at = 0;

	while (t->n - at >= HEADER_MIN + TRAILER_SIZE) {
		const uint8_t	*p = t->p + at;
		const size_t	 size = be32(p + 1);

		if (p[0] != TOK_HEADER32 || size > t->n - at ||
		    size < HEADER_MIN + TRAILER_SIZE ||
		    p[size - TRAILER_SIZE] != TOK_TRAILER ||
		    be32(p + size - 4) != size)
			break;
		sum += be16(p + 6);
		at += size;
		n++;
	}
	taken = measure_since(start);
	expect(at == t->n && n == t->records && sum != 0);
	return taken;
}

/*
 * Cut these bytes into records; what is done with each is inlined. Returns how
 * many there were.
 */
static inline uint64_t
each_record(struct slice bytes, void (*fn)(void *, struct record *), void *arg)
{
	struct frame		*f = frame_new();
	struct frame_record	 fr;
	struct record		 r;
	uint64_t		 n = 0;

	(void)frame_feed(f, bytes.p, bytes.n);	/* a new frame is never busy */
	frame_end(f);
	while (frame_next(f, &fr) == 1) {
		if (fr.kind != FRAME_RECORD || record_head(&r, &fr) != 0)
			continue;
		fn(arg, &r);
		n++;
	}
	frame_free(f);
	return n;
}

static struct slice
all(const struct trail *t)
{
	return (struct slice){ t->p, t->n };
}

static void
add_event(void *sum, struct record *r)
{
	*(uint64_t *)sum += r->event;
}

/* As the engine does it. */
struct indexing {
	uint64_t	 sum;
	struct courses	 courses;
};

static void
add_index(void *arg, struct record *r)
{
	struct indexing	*x = arg;

	course_index(&x->courses, r);
	x->sum += r->at[REC_SUBJECT];
}

struct taken
measure_frames(const struct trail *t)
{
	struct taken	 start = measure_now(), taken;
	uint64_t	 sum = 0;
	uint64_t	 n = each_record(all(t), add_event, &sum);

	taken = measure_since(start);
	expect(n == t->records && sum != 0);
	return taken;
}

struct taken
measure_indexed(const struct trail *t)
{
	struct indexing	*x = xcalloc(1, sizeof(*x));
	struct taken	 start = measure_now(), taken;
	uint64_t	 n = each_record(all(t), add_index, x);

	taken = measure_since(start);
	expect(n == t->records && x->sum != 0);
	free(x);
	return taken;
}

/* As run/stream.c does it: all that the engine takes by itself. */
static void
feed(struct engine *e, uint32_t source, struct slice bytes)
{
	struct frame		*f = frame_new();
	struct frame_record	 fr;
	struct record		 r;

	(void)frame_feed(f, bytes.p, bytes.n);	/* a new frame is never busy */
	frame_end(f);
	for (;;) {
		frame_took(f, engine_feed_bytes(e, source, frame_ahead(f),
		    frame_offset(f)).bytes);
		if (frame_next(f, &fr) != 1)
			break;
		if (fr.kind == FRAME_RECORD && record_head(&r, &fr) == 0)
			engine_feed(e, source, &r);
	}
	frame_free(f);
}

static void
count_alert(void *arg, struct alert *a)
{
	(void)a;
	++*(uint64_t *)arg;
}

struct taken
measure_engine(const struct trail *t, size_t from, const struct program *p,
    const struct names *names, uint64_t *alerts)
{
	struct engine_options	 options = { .skip_steps = true };
	struct alert_out	 out = { .alert = count_alert, .arg = alerts };
	struct engine		*e = engine_new(p, names, &options, &out);
	const uint32_t		 source = engine_source(e, false);
	struct taken		 start, taken;

	*alerts = 0;
	feed(e, source, (struct slice){ t->p, from });
	start = measure_now();
	feed(e, source, (struct slice){ t->p + from, t->n - from });
	taken = measure_since(start);
	engine_free(e);
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
	struct taken	 start = measure_now(), taken;
	size_t		 n;

	*records = 0;
	n = criteria_scan(c, (struct slice){ t->p, t->n }, count_wanted,
	    records);
	taken = measure_since(start);
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
	struct taken		 start = measure_now(), taken;
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
	taken = measure_since(start);
	expect(f.offset == t->n);
	buf_fini(&out);
	lossless_free(json);
	text_free(text);
	return taken;
}

struct taken
measure_copy(const struct trail *t, const char *dir)
{
	uint8_t		*b = xpages(READ_SIZE);	/* the copy to beat is a good one */
	const int	 to = child_target(dir);
	struct taken	 start = measure_now(), taken;
	const int	 from = open(t->path, O_RDONLY | O_CLOEXEC);
	ssize_t		 n;

	expect(from >= 0 && to >= 0);
	while ((n = read(from, b, READ_SIZE)) > 0)
		expect(write(to, b, (size_t)n) == n);
	(void)close(from);			/* only read from */
	taken = measure_since(start);
	(void)close(to);			/* it is gone anyway */
	expect(n == 0);
	free(b);
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
	struct taken		 start = measure_now();
	struct program		*p = rules_load(&env, "bench.conf", diags);

	*taken = measure_since(start);
	if (p == NULL) {
		diags_print(diags, &said);
		(void)fwrite(said.p, 1, said.n, stderr);	/* the end */
	}
	buf_fini(&said);
	diags_free(diags);
	return p;
}
