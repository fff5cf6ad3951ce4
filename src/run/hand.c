/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand.c - a process that the parent has started, and what it is told.
 *
 * The parent never waits for one of them without hearing it at the same time:
 * two that wait for each other would wait for ever.
 */
#include "run/hand.h"

#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "run/spawn.h"

#define SETTLED_S	60	/* so long it lives that is well */

struct hand {
	enum role		 role;
	enum roles_way		 down, up;
	struct hand_to		 to;
	struct event_base	*base;
	pid_t			 pid;		/* 0: none */
	bool			 killed;	/* which was said */
	struct channel		*channel;	/* NULL: none, or at its end */
	struct event		*readable, *writable, *due;
	unsigned		 wait_s;
	int64_t			 since;		/* seconds, monotonic */
	unsigned		 lines;		/* that it may say now */
	int64_t			 lines_since;
	uint64_t		 unsaid;
};

static int64_t
now_s(void)
{
	struct timespec	 t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);	/* all have it */
	return t.tv_sec;
}

static void
on_due(evutil_socket_t fd, short what, void *arg)
{
	const struct hand	*h = arg;

	(void)fd;
	(void)what;
	h->to.start(h->to.arg);
}

struct hand *
hand_new(struct event_base *base, enum role role, const struct hand_to *to)
{
	struct hand	*h = xcalloc(1, sizeof(*h));

	h->role = role;
	h->down = roles_down(role);
	h->up = roles_up(role);
	h->to = *to;
	h->base = base;
	h->due = evtimer_new(base, on_due, h);
	if (h->due == NULL) {
		free(h);
		return NULL;
	}
	return h;
}

static void
close_channel(struct hand *h)
{
	if (h->readable != NULL)
		event_free(h->readable);
	if (h->writable != NULL)
		event_free(h->writable);
	h->readable = h->writable = NULL;
	channel_free(h->channel);
	h->channel = NULL;
}

void
hand_free(struct hand *h)
{
	if (h == NULL)
		return;
	if (h->pid != 0) {
		(void)kill(h->pid, SIGKILL);	/* it may have ended */
		(void)waitpid(h->pid, NULL, 0);	/* it has, now */
	}
	close_channel(h);
	event_free(h->due);
	free(h);
}

bool
hand_lives(const struct hand *h)
{
	return h->pid != 0;
}

/* Hearing. */

void
hand_kill(struct hand *h, const char *why)
{
	if (h->pid == 0 || h->killed)
		return;
	h->killed = true;
	log_warn("the %s is ended: %s", roles_name(h->role), why);
	(void)kill(h->pid, SIGKILL);	/* it may have ended by itself */
}

/* What it has sent, and what is still in the channel's memory. */
static void
take_all(struct hand *h)
{
	struct message	 m;
	const char	*why;
	int		 status = 0;

	while (h->channel != NULL &&
	    (status = roles_next(h->channel, h->up, &m, &why)) == 1)
		h->to.message(h->to.arg, &m);
	if (h->channel == NULL || status == 0)
		return;
	hand_kill(h, why);
	close_channel(h);
}

void
hand_hear(struct hand *h)
{
	int	 status = 1;

	while (h->channel != NULL && status == 1) {
		status = channel_fill(h->channel, false);
		take_all(h);
	}
	if (h->channel != NULL && status < 0)
		close_channel(h);
}

/* Once a turn, so that one that says much keeps nobody else from a word. */
static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct hand	*h = arg;
	const int	 status = channel_fill(h->channel, false);

	(void)fd;
	(void)what;
	take_all(h);
	if (h->channel != NULL && status < 0)
		close_channel(h);
}

static void
flush(struct hand *h)
{
	if (h->channel == NULL || channel_flush(h->channel, false) != 0)
		return;			/* its end is heard of */
	if (channel_waiting(h->channel))
		(void)event_add(h->writable, NULL);	/* or next time */
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

void
hand_give(struct hand *h, const struct bundle *rules)
{
	if (h->channel == NULL ||
	    bundle_send(rules, h->channel, h->down) != 0)
		hand_kill(h, "it does not take the rules");
}

void
hand_send(struct hand *h, uint32_t type, const struct buf *b, int fd)
{
	if (h->channel == NULL) {
		if (fd != -1)
			(void)close(fd);	/* nobody is there */
		return;
	}
	if (roles_send(h->channel, h->down, type, b, fd) == 0)
		flush(h);
	else
		hand_kill(h, "it does not take what it is told");
}

/* Does it show as it is? An honest line does: who said it has seen to it. */
static bool
is_text(struct slice s)
{
	uint32_t	 code;

	while (s.n > 0) {
		const size_t	 n = utf8_decode(s, &code);

		if (n == 0 || utf8_is_control(code))
			return false;
		s.p += n;
		s.n -= n;
	}
	return true;
}

void
hand_line(struct buf *out, struct slice line)
{
	if (is_text(line))
		buf_slice(out, line);
	else
		buf_escape(out, line);
}

void
hand_say(struct hand *h, struct slice bytes)
{
	const int64_t	 now = now_s();
	const int64_t	 more = (now - h->lines_since) * HAND_LINES_S;
	const int	 level = bytes.p[0];
	struct buf	 text = { 0 };

	if (more > 0) {
		h->lines = more > HAND_LINES - h->lines ? HAND_LINES :
		    h->lines + (unsigned)more;
		h->lines_since = now;
	}
	if (h->lines == 0) {
		h->unsaid++;
		return;
	}
	h->lines--;
	if (h->unsaid > 0)
		log_warn("the %s had %llu more lines to say",
		    roles_name(h->role), (unsigned long long)h->unsaid);
	h->unsaid = 0;
	hand_line(&text, (struct slice){ bytes.p + 1, bytes.n - 1 });
	log_line(level == LOG_INFO || level == LOG_DEBUG ? level :
	    LOG_WARNING, buf_cstr(&text));
	buf_fini(&text);
}

/* Life. */

bool
hand_start(struct hand *h, char *const *argv)
{
	int	 ends[2];
	int	 error = channel_pair(ends);

	if (error != 0) {
		errno = error;
		log_warn_errno("a channel to the %s", roles_name(h->role));
		return false;
	}
	h->killed = false;
	h->pid = spawn_role(h->role, argv, ends[1]);
	if (h->pid == -1) {
		log_warn_errno("the %s cannot be started",
		    roles_name(h->role));
		h->pid = 0;
	}
	(void)close(ends[1]);		/* the new process has its own */
	h->since = h->lines_since = now_s();
	h->lines = HAND_LINES;
	h->channel = channel_new(ends[0], ROLES_MAX);
	h->readable = event_new(h->base, ends[0], EV_READ | EV_PERSIST,
	    on_readable, h);
	h->writable = event_new(h->base, ends[0], EV_WRITE, on_writable, h);
	if (h->pid == 0 || h->readable == NULL || h->writable == NULL ||
	    event_add(h->readable, NULL) == -1) {
		close_channel(h);
		return false;
	}
	log_debug("the %s is process %ld", roles_name(h->role),
	    (long)h->pid);
	return true;
}

unsigned
hand_wait(unsigned before, int64_t lived_s)
{
	if (before == 0 || lived_s >= SETTLED_S)
		return 1;
	return before > HAND_WAIT_MAX_S / 2 ? HAND_WAIT_MAX_S : before * 2;
}

void
hand_start_later(struct hand *h, bool now)
{
	struct timeval	 t = { 0 };

	h->wait_s = hand_wait(h->wait_s, now_s() - h->since);
	if (!now) {
		t.tv_sec = (time_t)h->wait_s;
		log_warn("the %s is started again in %u second%s",
		    roles_name(h->role), h->wait_s, h->wait_s == 1 ? "" : "s");
	}
	if (event_add(h->due, &t) == -1)
		h->to.start(h->to.arg);
}

void
hand_start_never(struct hand *h)
{
	(void)event_del(h->due);		/* fails if it is not due */
}

bool
hand_ended(struct hand *h, int *status)
{
	if (h->pid == 0 || waitpid(h->pid, status, WNOHANG) != h->pid)
		return false;
	hand_hear(h);
	close_channel(h);
	h->pid = 0;
	if (h->unsaid > 0)
		log_warn("the %s had %llu more lines to say",
		    roles_name(h->role), (unsigned long long)h->unsaid);
	h->unsaid = 0;
	return true;
}
