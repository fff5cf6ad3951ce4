/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roles.c - the processes of one `watch`, and what they may say to each other.
 */
#include "run/roles.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/rows.h"
#include "bsm/status.h"
#include "run/errand.h"

enum with { WITHOUT_FD, MAY_HAVE_FD, WITH_FD };

#define TO_BOTH		(PARENT_TO_WORKER | PARENT_TO_COURIER)
#define FROM_BOTH	(WORKER_TO_PARENT | COURIER_TO_PARENT)
#define FROM_ALL	(FROM_BOTH | READER_TO_PARENT)
#define FROM_PARENT	(TO_BOTH | PARENT_TO_READER)
#define FILLS_MAX	1024u		/* of what is not taken yet */
#define ERRAND_LEAST	33u		/* numbers and an id, and no text */

_Static_assert(ROWS_ROW_MAX + 8 <= ROLES_MAX, "a row fits in a message");

/* In the order of enum roles_type, which a test checks. */
static const struct saying {
	const char	*name;
	unsigned	 ways;
	uint32_t	 least, most;	/* bytes */
	enum with	 fd;
} rows[ROLES_TYPES] = {
	[ROLES_FILE] = { "file", TO_BOTH, 6, ROLES_TEXT_MAX, WITHOUT_FD },
	[ROLES_PIECE] = { "piece", FROM_PARENT, 1, ROLES_PIECE_MAX,
	    WITHOUT_FD },
	[ROLES_HERE] = { "here", FROM_PARENT, 0, 0, WITH_FD },
	[ROLES_PLACE] = { "place", PARENT_TO_WORKER, 0, 0, WITH_FD },
	[ROLES_PEER] = { "peer", TO_BOTH, 0, 0, WITH_FD },
	[ROLES_START] = { "start", FROM_PARENT, 13, 13, WITHOUT_FD },
	[ROLES_INPUT] = { "input", PARENT_TO_WORKER, 20, ROLES_TEXT_MAX,
	    MAY_HAVE_FD },
	[ROLES_POISON] = { "poison", PARENT_TO_WORKER, 32, ROLES_TEXT_MAX,
	    MAY_HAVE_FD },
	[ROLES_INPUTS_END] = { "inputs-end", PARENT_TO_WORKER, 0, 0,
	    WITHOUT_FD },
	[ROLES_BEGUN] = { "begun", PARENT_TO_WORKER, 28, ROLES_TEXT_MAX,
	    WITHOUT_FD },
	[ROLES_ENDED] = { "ended", PARENT_TO_WORKER, 8, 8, WITHOUT_FD },
	[ROLES_GROWN] = { "grown", PARENT_TO_WORKER, 4, 4, WITHOUT_FD },
	[ROLES_LOOKED] = { "looked", PARENT_TO_WORKER, 4, 4, WITHOUT_FD },
	[ROLES_OPENED] = { "opened", PARENT_TO_WORKER, 4, 4, MAY_HAVE_FD },
	[ROLES_LOOK_SAYS] = { "look-says", PARENT_TO_WORKER, 17, 17,
	    WITHOUT_FD },
	[ROLES_FIGURES] = { "figures", PARENT_TO_WORKER, 0, 0, WITHOUT_FD },
	[ROLES_SETTLED] = { "settled", PARENT_TO_WORKER, 24, 24, WITHOUT_FD },
	[ROLES_TRIGGERS] = { "triggers", PARENT_TO_WORKER, 24, 24,
	    WITHOUT_FD },
	[ROLES_REOPEN] = { "reopen", PARENT_TO_COURIER, 0, 0, WITHOUT_FD },
	[ROLES_NAMED] = { "named", PARENT_TO_COURIER, 5, 512, WITHOUT_FD },
	[ROLES_MARKED] = { "marked", PARENT_TO_COURIER, 8, 8, WITHOUT_FD },
	[ROLES_STOP] = { "stop", TO_BOTH, 0, 0, WITHOUT_FD },
	[ROLES_RULES] = { "rules", TO_BOTH | FROM_BOTH |
	    WORKER_TO_COURIER, 4, 4, WITHOUT_FD },
	[ROLES_SHOWN] = { "shown", PARENT_TO_READER, 12, 12, WITHOUT_FD },
	[ROLES_READY] = { "ready", FROM_ALL, 0, 0, WITHOUT_FD },
	[ROLES_SAY] = { "say", FROM_ALL, 1, ROLES_SAY_MAX, WITHOUT_FD },
	[ROLES_SHOW] = { "show", READER_TO_PARENT, 6, ROLES_TEXT_MAX,
	    WITHOUT_FD },
	[ROLES_MORE] = { "more", READER_TO_PARENT, 0, 0, WITHOUT_FD },
	[ROLES_FAULTS] = { "faults", READER_TO_PARENT, 1, ROLES_TEXT_MAX,
	    WITHOUT_FD },
	[ROLES_LOG_FILE] = { "log-file", READER_TO_PARENT, 6, 512,
	    WITHOUT_FD },
	[ROLES_LOG_CHANNEL] = { "log-channel", READER_TO_PARENT, 13,
	    ROLES_PIECE_MAX, WITHOUT_FD },
	[ROLES_RULE] = { "rule", READER_TO_PARENT, 20, ROLES_PIECE_MAX,
	    WITHOUT_FD },
	[ROLES_RULE_TRIGGER] = { "rule-trigger", READER_TO_PARENT, 9,
	    ROLES_PIECE_MAX, WITHOUT_FD },
	[ROLES_JUDGED] = { "judged", READER_TO_PARENT, 1, 1, WITHOUT_FD },
	[ROLES_OPEN] = { "open", WORKER_TO_PARENT, 8, 8, WITHOUT_FD },
	[ROLES_LOOK] = { "look", WORKER_TO_PARENT, 8, 8, WITHOUT_FD },
	[ROLES_SETTLE] = { "settle", WORKER_TO_PARENT, 0, 0, WITHOUT_FD },
	[ROLES_ALIVE] = { "alive", WORKER_TO_PARENT, 0, 0, WITHOUT_FD },
	[ROLES_ASIDE] = { "aside", WORKER_TO_PARENT, 20, 20, WITHOUT_FD },
	[ROLES_DONE] = { "done", WORKER_TO_PARENT, 18, 18, WITHOUT_FD },
	[ROLES_ALERT] = { "alert", WORKER_TO_COURIER, 16,
	    ROLES_ALERT_MAX + 8, WITHOUT_FD },
	[ROLES_ERRAND] = { "errand", WORKER_TO_COURIER, ERRAND_LEAST,
	    ERRAND_MAX, WITHOUT_FD },
	[ROLES_ASK] = { "ask", WORKER_TO_COURIER, 8, 8, WITHOUT_FD },
	[ROLES_METRICS] = { "metrics", WORKER_TO_COURIER, 0,
	    ROLES_PIECE_MAX, WITHOUT_FD },
	[ROLES_ROWS_WANTED] = { "rows-wanted", WORKER_TO_COURIER, 0, 0,
	    WITHOUT_FD },
	[ROLES_ROWS_LOADED] = { "rows-loaded", WORKER_TO_COURIER, 0,
	    ROLES_SAY_MAX, WITHOUT_FD },
	[ROLES_MARK] = { "mark", WORKER_TO_COURIER, 9, 9, WITH_FD },
	[ROLES_TOLD] = { "told", COURIER_TO_WORKER, 56, 56, WITHOUT_FD },
	[ROLES_ROW] = { "row", COURIER_TO_WORKER, 9, ROWS_ROW_MAX + 8,
	    WITHOUT_FD },
	[ROLES_ROWS_END] = { "rows-end", COURIER_TO_WORKER, 1, 1,
	    WITHOUT_FD },
	[ROLES_GOES_ON] = { "goes-on", COURIER_TO_WORKER, 17, 17,
	    WITHOUT_FD },
	[ROLES_RUN] = { "run", COURIER_TO_PARENT, ERRAND_LEAST, ERRAND_MAX,
	    WITHOUT_FD },
	[ROLES_WHO] = { "who", COURIER_TO_PARENT, 5, 5, WITHOUT_FD },
	[ROLES_ACCUSE] = { "accuse", COURIER_TO_PARENT, 0, 0, WITHOUT_FD },
	[ROLES_MARKING] = { "marking", COURIER_TO_PARENT, 8, 8, WITHOUT_FD },
	[ROLES_DURABLE] = { "durable", COURIER_TO_PARENT | COURIER_TO_WORKER,
	    41, 41, WITHOUT_FD },
};

static const struct {
	const char	*name, *argv0;
	enum roles_way	 up, down;	/* to the parent, and from it */
} roles[] = {
	[ROLE_PARENT] = { "parent", "bsmtrace", 0, 0 },
	[ROLE_WORKER] = { "worker", "bsmtrace: worker", WORKER_TO_PARENT,
	    PARENT_TO_WORKER },
	[ROLE_COURIER] = { "courier", "bsmtrace: courier", COURIER_TO_PARENT,
	    PARENT_TO_COURIER },
	[ROLE_READER] = { "reader", "bsmtrace: reader", READER_TO_PARENT,
	    PARENT_TO_READER },
};

const char *
roles_type_name(uint32_t type)
{
	return type == 0 || type >= ROLES_TYPES ? "unknown" : rows[type].name;
}

const char *
roles_name(enum role r)
{
	return roles[r].name;
}

enum roles_way
roles_up(enum role r)
{
	return roles[r].up;
}

enum roles_way
roles_down(enum role r)
{
	return roles[r].down;
}

enum role
roles_of(const char *argv0)
{
	for (int r = ROLE_WORKER; r <= ROLE_READER; r++)
		if (strcmp(argv0, roles[r].argv0) == 0)
			return (enum role)r;
	return ROLE_PARENT;
}

const char *
roles_argv0(enum role r)
{
	return roles[r].argv0;
}

const char *
roles_check(enum roles_way way, const struct message *m)
{
	const struct saying	*r;

	if (m->type == 0 || m->type >= ROLES_TYPES)
		return "a message of no known type";
	r = &rows[m->type];
	if ((r->ways & way) == 0)
		return "a message that is not its to send";
	if (m->bytes.n < r->least)
		return "a message that is too short";
	if (m->bytes.n > r->most)
		return "a message that is too long";
	if (m->fd != -1 && r->fd == WITHOUT_FD)
		return "a descriptor that nobody asked for";
	if (m->fd == -1 && r->fd == WITH_FD)
		return "a message without its descriptor";
	return NULL;
}

/*
 * Send what waits. The parent listens meanwhile, since the other one may wait
 * for it; within limits, since the other one may mean it ill.
 */
static bool
wait_for_room(struct channel *c, enum roles_way way)
{
	struct pollfd	 one = { .fd = channel_fd(c),
	    .events = POLLIN | POLLOUT };

	if ((way & FROM_PARENT) == 0)
		return channel_flush(c, true) == 0;
	for (unsigned i = 0; i < FILLS_MAX; i++) {
		if (channel_flush(c, false) != 0)
			return false;
		if (!channel_waiting(c))
			return true;
		if (poll(&one, 1, -1) == 1 && (one.revents & POLLIN) != 0)
			(void)channel_fill(c, false);	/* sending tells */
	}
	return false;
}

int
roles_send(struct channel *c, enum roles_way way, uint32_t type,
    const struct buf *bytes, int fd)
{
	const struct message	 m = { .type = type, .fd = fd,
	    .bytes = bytes == NULL ? (struct slice){ NULL, 0 } :
	    buf_bytes(bytes) };
	int			 status = CHANNEL_EBAD;

	if (roles_check(way, &m) == NULL)
		while ((status = channel_send(c, type, m.bytes, fd)) ==
		    CHANNEL_EFULL && wait_for_room(c, way))
			;
	if (status != 0 && fd != -1)
		(void)close(fd);	/* else the channel does it */
	return status;
}

int
roles_next(struct channel *c, enum roles_way way, struct message *m,
    const char **why)
{
	const int	 status = channel_next(c, m);

	*why = NULL;
	if (status == 0)
		return 0;
	if (status == 1)
		*why = roles_check(way, m);
	else
		*why = channel_strstatus(status);
	if (*why == NULL)
		return 1;
	if (status == 1 && m->fd != -1)
		(void)close(m->fd);	/* of a message that is refused */
	return status == 1 ? CHANNEL_EBAD : status;
}

void
roles_text(struct buf *b, const char *s)
{
	const size_t	 n = s == NULL ? 0 : strlen(s) + 1;

	buf_u32(b, (uint32_t)n);
	buf_put(b, s, n);
}

const char *
roles_take_text(struct cursor *c)
{
	const struct slice	 s = cursor_take(c,
	    (size_t)cursor_uint(c, 4));

	if (s.n == 0)
		return NULL;
	if (memchr(s.p, '\0', s.n) != s.p + s.n - 1) {
		(void)cursor_fail(c, BSM_ENUL);
		return NULL;
	}
	return (const char *)s.p;
}

bool
roles_taken(const struct cursor *c)
{
	return c->err == 0 && cursor_left(c) == 0;
}
