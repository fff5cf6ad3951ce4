/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * station.c - how a new process takes up its role.
 *
 * Without a parent a role has nobody to work for, and nobody to tell: it ends.
 * Signals are for the parent, who turns those that mean something into words;
 * a terminal or a service manager sends them to all of us. A file that may not
 * grow is a write that fails.
 */
#include "run/station.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

static const int	not_for_us[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1,
	SIGPIPE, SIGXFSZ };

void
station_exit(int status)
{
	/* What libraries do at an exit may not be allowed any more. */
	_exit(status);
}

/* The parent tells why it ended us, or is no more. */
static void __attribute__((noreturn))
lost(void)
{
	station_exit(EXIT_FAILURE);
}

static void
say(void *arg, int level, const char *text)
{
	struct station	*s = arg;
	const size_t	 n = strlen(text);
	struct buf	 b = { 0 };

	buf_u8(&b, (uint8_t)level);
	buf_put(&b, text, n < ROLES_SAY_MAX ? n : ROLES_SAY_MAX - 1);
	station_send(s, ROLES_SAY, &b);
	buf_fini(&b);
}

void
station_send(struct station *s, uint32_t type, const struct buf *b)
{
	if (roles_send(s->parent, s->up, type, b, -1) != 0 ||
	    channel_flush(s->parent, true) != 0)
		lost();
}

void
station_tell(struct station *s, uint32_t type)
{
	if (channel_flush(s->parent, false) != 0)
		lost();
	if (!channel_waiting(s->parent) &&
	    (roles_send(s->parent, s->up, type, NULL, -1) != 0 ||
	    channel_flush(s->parent, false) != 0))
		lost();
}

bool
station_next(struct station *s, struct message *m)
{
	const char	*why;
	const int	 status = roles_next(s->parent, s->down, m, &why);

	if (status < 0)
		lost();
	return status == 1;
}

void
station_fill(struct station *s)
{
	if (channel_fill(s->parent, false) < 0)
		lost();
}

void
station_receive(struct station *s, struct message *m)
{
	while (!station_next(s, m))
		if (channel_fill(s->parent, true) < 0)
			lost();
}

static void
take_start(struct station *s, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };

	s->has_session = cursor_uint(&c, 1) == 1;
	s->session = (uint32_t)cursor_uint(&c, 4);
	s->parent_pid = (uint32_t)cursor_uint(&c, 4);
	s->rules = (uint32_t)cursor_uint(&c, 4);
}

/* Paths of the command line begin where the program was started. */
static void
go_there(int fd)
{
	if (fchdir(fd) == -1)
		log_warn_errno("the directory of the start");
	(void)close(fd);		/* we are there */
}

void
station_rules(struct station *s, const struct message *m)
{
	if (!bundle_take(s->bundle, m))
		lost();
}

static void
take(struct station *s, const struct message *m)
{
	switch (m->type) {
	case ROLES_FILE:
	case ROLES_PIECE:
		station_rules(s, m);
		break;
	case ROLES_HERE:
		go_there(m->fd);
		break;
	case ROLES_PLACE:
		s->place = m->fd;
		break;
	case ROLES_PEER:
		s->peer = m->fd;
		break;
	case ROLES_START:
		take_start(s, m->bytes);
		break;
	default:
		lost();
	}
}

struct station *
station_new(enum role role)
{
	struct station	*s = xcalloc(1, sizeof(*s));
	struct message	 m;

	for (size_t i = 0; i < sizeof(not_for_us) / sizeof(int); i++)
		(void)signal(not_for_us[i], SIG_IGN);	/* they exist */
	s->role = role;
	s->up = roles_up(role);
	s->down = roles_down(role);
	s->peer = s->place = -1;
	s->bundle = bundle_new();
	s->parent = channel_new(ROLES_CHANNEL_FD, ROLES_MAX);
	log_divert(say, s);
	do {
		station_receive(s, &m);
		take(s, &m);
	} while (m.type != ROLES_START);
	return s;
}

void
station_close(struct station *s, const struct privilege *p,
    const char *const *dirs, size_t ndirs)
{
	const char	*why;

	tzset();		/* while its file can be read */
	bundle_free(s->bundle);
	s->bundle = bundle_new();	/* for others, later */
	if (s->role != ROLE_COURIER && !privilege_drop(p)) {
		log_warn("privileges cannot be given up");
		lost();
	}
	why = sandbox_kind() == NULL ? "there is no sandbox on this system" :
	    sandbox_enter(s->role != ROLE_COURIER ? SANDBOX_WORKER :
	    s->copies ? SANDBOX_KEEPER : SANDBOX_COURIER, dirs, ndirs);
	if (why != NULL)
		log_debug("%s: %s", roles_name(s->role), why);
	station_send(s, ROLES_READY, NULL);
}
