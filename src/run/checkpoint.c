/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checkpoint.c - what a run remembers, written every few seconds.
 *
 * The copy shares the memory of the process until one of them changes it, so
 * what it tells is of the moment of the fork, however long it takes. It does
 * nothing but that: no signal reaches it, it leaves the event loop alone and
 * says nothing, and it ends without the ceremonies of an ordinary end. What
 * became of it comes back through a pipe, at whose end it is collected.
 *
 * There is never more than one copy. What fails is said once, until it works
 * again; the next one is tried at its time.
 */
#include "run/checkpoint.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/statedir.h"

#define NICENESS	10		/* of a copy nobody waits for */
#define SURE_MS		60000		/* that one may take, waited for */
#define HEAD_BYTES	12u		/* of a row that is sent */
#define SENT_MAX	(UINT64_C(4) << 30) /* bytes, of all of them */

/* What comes back: from a process of this very program, as it is. */
struct outcome {
	bool			 good;
	bool			 bad;		/* the database is */
	struct statedb_written	 written;
	uint64_t		 us;		/* it took so long */
	char			 why[200];
};

struct checkpoint {
	struct checkpoint_options o;
	struct checkpoint_part	*parts;
	char			*dir;
	struct event_base	*base;
	struct event		*timer;

	pid_t			 child;		/* 0: none is under way */
	int			 pipe;
	struct event		*ready;		/* the pipe is */
	struct buf		 told;
	int64_t			 forked_ms;	/* since 1970 */
	bool			 durable;	/* the last one is */

	uint64_t		 silent;	/* failures since it was said */
	struct checkpoint_stats	 stats;
};

static uint64_t
micros(void)
{
	struct timespec	 t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);	/* all have it */
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int64_t
clock_ms(void)
{
	struct timespec	 t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Rows through a descriptor. */

static bool
write_all(int fd, const void *p, size_t n)
{
	const uint8_t	*at = p;

	while (n > 0) {
		const ssize_t	 some = write(fd, at, n);

		if (some == -1 && errno == EINTR)
			continue;
		if (some == -1)
			return false;
		at += some;
		n -= (size_t)some;
	}
	return true;
}

bool
checkpoint_send(int fd, const struct row *r)
{
	struct buf	 b = { 0 };
	bool		 good;

	buf_u32(&b, r->section);
	buf_u32(&b, r->page);
	buf_u32(&b, (uint32_t)r->bytes.n);
	buf_slice(&b, r->bytes);
	good = write_all(fd, b.p, b.n);
	buf_fini(&b);
	return good;
}

bool
checkpoint_send_end(int fd)
{
	static const uint8_t	 end[HEAD_BYTES];	/* a row of nothing */

	return write_all(fd, end, sizeof(end));
}

/* All N bytes; false at an end that comes before, or with errno. */
static bool
read_all(int fd, void *p, size_t n)
{
	uint8_t	*at = p;

	errno = 0;
	while (n > 0) {
		const ssize_t	 some = read(fd, at, n);

		if (some == -1 && errno == EINTR)
			continue;
		if (some <= 0)
			return false;
		at += some;
		n -= (size_t)some;
	}
	return true;
}

static uint32_t
number_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* May it come from elsewhere, behind the one with the number LAST? */
static bool
may_come(const struct checkpoint_options *o, const struct row *r,
    uint64_t last)
{
	const uint64_t	 number = (uint64_t)r->section << 32 | r->page;

	return (last == 0 || number > last) && r->section != 0 &&
	    (r->section < o->own_first || r->section > o->own_last) &&
	    r->bytes.n <= ROWS_ROW_MAX;
}

/* Rows that come to the copy from elsewhere, up to the mark behind them. */
static bool
receive(int fd, const struct checkpoint_options *o, struct statedb *db)
{
	uint8_t		 head[HEAD_BYTES];
	struct buf	 bytes = { 0 };
	uint64_t	 last = 0, all = 0;
	bool		 good = true, ended = false;

	while (good && !ended && read_all(fd, head, sizeof(head))) {
		const uint32_t	 n = number_at(head + 8);
		struct row	 r = { number_at(head), number_at(head + 4),
		    { NULL, n } };

		ended = n == 0;
		if (ended)
			break;
		buf_clear(&bytes);
		all += n;
		good = may_come(o, &r, last) && all <= SENT_MAX &&
		    read_all(fd, buf_room(&bytes, n), n);
		r.bytes.p = bytes.p;
		good = good && statedb_put(db, &r);
		last = (uint64_t)r.section << 32 | r.page;
	}
	buf_fini(&bytes);
	return good && ended;
}

/* The copy. */

static void
note_why(struct outcome *o, const char *why)
{
	if (o->why[0] == '\0')
		(void)snprintf(o->why, sizeof(o->why), "%s", why);
}

/* All rows of all parts, in one transaction. */
static bool
write_rows(const struct checkpoint *c, struct statedb *db, int late,
    struct outcome *o)
{
	const struct checkpoint_moments	*m = &c->o.moments;
	struct buf			 why = { 0 };
	bool				 good;

	good = statedb_begin(db, c->o.run);
	for (size_t i = 0; good && i < c->o.nparts; i++)
		good = c->parts[i].save(c->parts[i].arg, statedb_put, db);
	if (good && late != -1 && !receive(late, &c->o, db)) {
		note_why(o, statedb_why(db)[0] != '\0' ? statedb_why(db) :
		    "what was written until then is not known");
		good = false;
	}
	if (good && m->sync != NULL && !m->sync(m->arg, &why)) {
		note_why(o, buf_cstr(&why));
		good = false;
	}
	good = good && statedb_end(db, &o->written);
	note_why(o, statedb_why(db));
	buf_fini(&why);
	return good;
}

static void
write_database(const struct checkpoint *c, int late, struct outcome *o)
{
	struct statedb		*db;
	struct buf		 why = { 0 };
	enum statedb_how	 how = statedb_open(c->dir, &db, &why);

	if (how == STATEDB_GOOD) {
		o->good = write_rows(c, db, late, o);
		o->bad = statedb_is_bad(db);
	} else {
		note_why(o, buf_cstr(&why));
		o->bad = how == STATEDB_BAD;
	}
	statedb_close(db);
	buf_fini(&why);
}

/*
 * Signals of the process are none of the copy's; what is written too much is a
 * write that fails. They were blocked until here.
 */
static void
leave_signals(const sigset_t *before)
{
	static const int	 ignored[] = { SIGTERM, SIGINT, SIGHUP,
	    SIGUSR1, SIGUSR2, SIGPIPE, SIGXFSZ };
	sigset_t		 in_time;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGALRM, SIG_DFL);
	(void)pthread_sigmask(SIG_SETMASK, before, NULL);
	(void)sigemptyset(&in_time);
	(void)sigaddset(&in_time, SIGALRM);
	(void)pthread_sigmask(SIG_UNBLOCK, &in_time, NULL);
}

static _Noreturn void
be_the_copy(const struct checkpoint *c, int to, int late, bool nice)
{
	const uint64_t	 begun = micros();
	struct outcome	 o = { 0 };

	statedb_forked();
	if (late != -1)			/* whoever sends may mean it ill */
		(void)alarm(SURE_MS / 1000);
	if (nice)
		(void)setpriority(PRIO_PROCESS, 0, NICENESS);
	write_database(c, late, &o);
	o.us = micros() - begun;
	(void)write_all(to, &o, sizeof(o));	/* nobody else would hear */
	_exit(o.good ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* What comes back. */

static void
say_failure(struct checkpoint *c, const char *why)
{
	c->stats.failed++;
	if (c->silent++ == 0)
		log_warn("%s: what is remembered cannot be written: %s; this "
		    "is tried again", c->dir, why);
	else
		log_debug("%s: cannot be written: %s", c->dir, why);
}

/* What nobody can read any more gives way, and the next one begins anew. */
static void
set_aside(const struct checkpoint *c)
{
	struct buf	 name = { 0 };

	if (statedir_set_aside(c->dir, &name))
		log_warn("%s: " STATEDB_FILE " is %s now, and a new one is "
		    "begun", c->dir, buf_cstr(&name));
	else
		log_warn_errno("%s/" STATEDB_FILE, c->dir);
	buf_fini(&name);
}

static void
say_success(struct checkpoint *c, const struct outcome *o)
{
	struct checkpoint_stats	*s = &c->stats;

	if (c->silent > 0)
		log_warn("%s: what is remembered is written again, after %"
		    PRIu64 " times that it was not", c->dir, c->silent);
	c->silent = 0;
	s->taken++;
	s->millis = c->forked_ms;
	s->writing_us = o->us;
	s->rows = o->written.all_rows;
	s->bytes = o->written.all_bytes;
	s->written += o->written.bytes;
	log_debug("%s: checkpoint %" PRIu64 ": %" PRIu64 " of %" PRIu64
	    " rows, %" PRIu64 " of %" PRIu64 " bytes written, %" PRIu64
	    " removed; paused %" PRIu64 " us, written in %" PRIu64 " us",
	    c->dir, s->taken, o->written.rows, o->written.all_rows,
	    o->written.bytes, o->written.all_bytes, o->written.removed,
	    s->pause_us, o->us);
}

/* Its end of the pipe is closed: it has ended, or is about to. */
static void
collect(struct checkpoint *c)
{
	struct outcome	 o = { 0 };
	char		 why[80];
	int		 status = 0;

	while (waitpid(c->child, &status, 0) == -1 && errno == EINTR)
		;
	c->child = 0;
	if (c->ready != NULL)
		event_free(c->ready);
	c->ready = NULL;
	(void)close(c->pipe);
	if (c->told.n == sizeof(o)) {
		memcpy(&o, c->told.p, sizeof(o));
	} else {
		if (WIFSIGNALED(status))
			(void)snprintf(why, sizeof(why), "the copy of the "
			    "process died of signal %d", WTERMSIG(status));
		else
			(void)snprintf(why, sizeof(why), "the copy of the "
			    "process ended with status %d",
			    WEXITSTATUS(status));
		note_why(&o, why);
	}
	c->durable = o.good;
	if (o.good)
		say_success(c, &o);
	else
		say_failure(c, o.why);
	if (o.bad)
		set_aside(c);
	if (c->o.moments.over != NULL)
		c->o.moments.over(c->o.moments.arg, o.good);
}

/* What there is to read; false when it was the end. */
static bool
read_some(struct checkpoint *c)
{
	uint8_t		 bytes[sizeof(struct outcome)];
	const ssize_t	 n = read(c->pipe, bytes, sizeof(bytes));

	if (n > 0)
		buf_put(&c->told, bytes, (size_t)n);
	return n > 0 || (n == -1 && (errno == EINTR || errno == EAGAIN));
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct checkpoint	*c = arg;

	(void)fd;
	(void)what;
	if (!read_some(c))
		collect(c);
}

/* Without the event loop; one that takes too long is given up. */
static void
wait_for_it(struct checkpoint *c)
{
	const uint64_t	 begun = micros();
	struct pollfd	 one = { .fd = c->pipe, .events = POLLIN };

	while (c->child != 0) {
		const uint64_t	 ms = (micros() - begun) / 1000;

		if (ms >= SURE_MS)
			(void)kill(c->child, SIGKILL);
		(void)poll(&one, 1, ms < SURE_MS ? SURE_MS - (int)ms : 100);
		if (one.revents != 0 && !read_some(c))
			collect(c);
	}
}

/* Beginning. */

static bool
open_pipe(int ends[2])
{
	if (pipe(ends) == -1)
		return false;
	if (fcntl(ends[0], F_SETFD, FD_CLOEXEC) != -1 &&
	    fcntl(ends[1], F_SETFD, FD_CLOEXEC) != -1)
		return true;
	(void)close(ends[0]);
	(void)close(ends[1]);
	return false;
}

/* As fork(2), but no signal reaches the copy before it is one. */
static pid_t
fork_quietly(void)
{
	sigset_t	 all, before;
	pid_t		 pid;
	int		 error;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	pid = fork();
	error = errno;
	if (pid == 0)
		leave_signals(&before);
	else
		(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return pid;
}

/* The parent's side of a fork that went well. */
static void
listen_to(struct checkpoint *c, int fd)
{
	c->pipe = fd;
	buf_clear(&c->told);
	c->ready = event_new(c->base, fd, EV_READ | EV_PERSIST, on_ready, c);
	if (c->ready == NULL || event_add(c->ready, NULL) == -1)
		wait_for_it(c);		/* then it takes so long */
}

static void
note_pause(struct checkpoint *c, uint64_t begun)
{
	c->stats.pause_us = micros() - begun;
	if (c->stats.pause_us > c->stats.longest_us)
		c->stats.longest_us = c->stats.pause_us;
}

static bool
copy_process(struct checkpoint *c, int late, bool nice)
{
	int		 ends[2], error;
	pid_t		 pid = -1;

	if (!open_pipe(ends))
		return false;
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != -1)
		pid = fork_quietly();
	if (pid == 0)
		be_the_copy(c, ends[1], late, nice);
	error = errno;
	(void)close(ends[1]);		/* the copy has its own */
	if (pid == -1) {
		(void)close(ends[0]);
		errno = error;
		return false;
	}
	c->child = pid;
	listen_to(c, ends[0]);
	return true;
}

static bool
take(struct checkpoint *c, bool nice)
{
	const struct checkpoint_moments	*m = &c->o.moments;
	const uint64_t			 begun = micros();
	int				 late = -1;
	bool				 good;

	if (m->mark != NULL)
		late = m->mark(m->arg);
	c->forked_ms = clock_ms();
	good = copy_process(c, late, nice);
	if (!good)
		say_failure(c, strerror(errno));
	if (late != -1)
		(void)close(late);	/* the copy has its own */
	note_pause(c, begun);
	if (!good && m->over != NULL)
		m->over(m->arg, false);
	return good;
}

bool
checkpoint_take(struct checkpoint *c)
{
	if (c->child != 0) {
		c->stats.late++;
		return false;
	}
	return take(c, true);
}

bool
checkpoint_sure(struct checkpoint *c)
{
	wait_for_it(c);
	c->durable = false;
	if (!take(c, false))
		return false;
	wait_for_it(c);
	return c->durable;
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)checkpoint_take(arg);	/* what went wrong was said */
}

/* Telling. */

static bool
send_row(void *arg, const struct row *r)
{
	const int	*fd = arg;

	return checkpoint_send(*fd, r);
}

static _Noreturn void
tell(const struct checkpoint_tell *t, int to)
{
	bool	 good = true;

	(void)alarm(SURE_MS / 1000);	/* nobody waits longer */
	for (size_t i = 0; i < t->nclose; i++)
		(void)close(t->close[i]);
	for (size_t i = 0; good && i < t->nparts; i++)
		good = t->parts[i].save(t->parts[i].arg, send_row, &to);
	good = good && checkpoint_send_end(to);
	_exit(good ? EXIT_SUCCESS : EXIT_FAILURE);
}

pid_t
checkpoint_tell(const struct checkpoint_tell *t, int *from)
{
	int	 ends[2], error;
	pid_t	 pid;

	if (!open_pipe(ends))
		return -1;
	if ((pid = fork_quietly()) == 0) {
		(void)close(ends[0]);	/* so that its end is seen */
		tell(t, ends[1]);
	}
	error = errno;
	(void)close(ends[1]);		/* the copy has its own */
	*from = ends[0];
	if (pid == -1)
		(void)close(ends[0]);
	errno = error;
	return pid;
}

/* Life. */

struct checkpoint *
checkpoint_new(struct event_base *base, const struct checkpoint_options *o)
{
	struct checkpoint	*c = xcalloc(1, sizeof(*c));
	const struct timeval	 every = { .tv_sec = (time_t)o->every_s };

	c->o = *o;
	c->base = base;
	c->stats.millis = o->millis;
	c->dir = xstrdup(o->dir);
	c->parts = xmemdup(o->parts, mem_product(o->nparts,
	    sizeof(*o->parts)));
	c->timer = event_new(base, -1, EV_PERSIST, on_time, c);
	if (c->timer == NULL ||
	    (o->every_s > 0 && event_add(c->timer, &every) == -1)) {
		checkpoint_free(c);
		return NULL;
	}
	return c;
}

/* A copy that still writes may come to its end; nobody hears of it. */
void
checkpoint_free(struct checkpoint *c)
{
	if (c == NULL)
		return;
	if (c->timer != NULL)
		event_free(c->timer);
	if (c->ready != NULL)
		event_free(c->ready);
	if (c->child != 0)
		(void)close(c->pipe);
	buf_fini(&c->told);
	free(c->parts);
	free(c->dir);
	free(c);
}

void
checkpoint_stats(const struct checkpoint *c, struct checkpoint_stats *stats)
{
	const int64_t	 now = clock_ms();

	*stats = c->stats;
	if (stats->millis > 0 && now > stats->millis)
		stats->age_ms = now - stats->millis;
}
