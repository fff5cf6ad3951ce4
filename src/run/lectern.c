/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lectern.c - where a reader gets the rules.
 *
 * A reader asks, and asks for each piece of a file, so that nothing waits here
 * for room in its channel. How often it may ask is bounded by what it was
 * given: each name that it asks for stands in the rules somewhere. Time begins
 * anew with each byte of rules that is new, and these are bounded as well. The
 * first file is that of the command line; all others it includes.
 */
#include "run/lectern.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/hand.h"
#include "run/loader.h"
#include "run/outline.h"
#include "run/spawn.h"

#define ASKED_FIRST	20000u		/* files that cannot be read, too */

struct lectern {
	struct lectern_options	 o;
	struct bundle		*bundle;
	struct rules_env	 env;		/* which keeps */
	struct hand		*hand;
	struct event		*limit;
	struct outline		*outline;
	struct buf		 faults;
	struct buf		 file;		/* that it asked for, and */
	size_t			 at;		/* what it has of it */
	size_t			 asked;
	bool			 begun;		/* the first file was */
	bool			 judged, good;
	bool			 refused;	/* it is given up */
};

static void
refuse(struct lectern *l, const char *why)
{
	if (!l->refused)
		hand_kill(l->hand, why);
	l->refused = true;
}

/* Answers. */

/* Paths begin where the program was started, and we may be elsewhere. */
static int
go_there(const struct lectern *l)
{
	const int	 from = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (from == -1 || fchdir(l->o.here) == -1)
		log_warn_errno("the directory of the rules");
	return from;
}

static void
go_back(int from)
{
	if (from != -1 && (fchdir(from) == -1 || close(from) == -1))
		log_warn_errno("the current directory");
}

static int
find_id(const struct lectern *l, bool group, const char *name, uint64_t *n)
{
	const struct accounts	*a = l->env.accounts;
	uint32_t		 id = 0;
	const bool		 found = (group ? a->gid_of : a->uid_of)
	    (a->arg, name, &id);

	*n = id;
	return found ? 0 : ENOENT;
}

static int
open_file(struct lectern *l, bool zone, const char *name, uint64_t *n)
{
	const bool	 first = !zone && !l->begun;
	int		 error;

	l->at = 0;
	buf_fini(&l->file);
	buf_init(&l->file, LOADER_FILE_MAX);
	error = (zone ? l->env.zone : first ? l->env.load : l->env.include)
	    (l->env.arg, name, &l->file);
	l->begun |= first;
	if (error != 0)
		buf_clear(&l->file);
	*n = l->file.n;
	return error;
}

static int
look_up(struct lectern *l, enum lectern_what what, const char *name,
    uint64_t *n)
{
	switch (what) {
	case LECTERN_FILE:
	case LECTERN_ZONE:
		return open_file(l, what == LECTERN_ZONE, name, n);
	case LECTERN_USER:
	case LECTERN_GROUP:
		return find_id(l, what == LECTERN_GROUP, name, n);
	case LECTERN_DIRECTORY:
		return l->env.check_dir(l->env.arg, name);
	default:
		return l->env.check_program(l->env.arg, name);
	}
}

static void
restart_limit(struct lectern *l)
{
	const struct timeval	 t = {
		.tv_sec = l->o.wait_s == 0 ? LECTERN_WAIT_S : l->o.wait_s
	};

	if (event_add(l->limit, &t) == -1)
		refuse(l, "there is no clock to watch it by");
}

static void
show(struct lectern *l, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };
	const uint64_t	 what = cursor_uint(&c, 1);
	const char	*name = roles_take_text(&c);
	const size_t	 size = bundle_size(l->bundle);
	struct buf	 b = { 0 };
	uint64_t	 n = 0;
	int		 from = -1;

	if (!roles_taken(&c) || name == NULL || what >= LECTERN_THINGS) {
		refuse(l, "it asks for what there is not");
		return;
	}
	if (l->asked++ > ASKED_FIRST + size) {
		refuse(l, "it asks for more than stands in the rules");
		return;
	}
	if (l->o.here != -1)
		from = go_there(l);
	buf_u32(&b, (uint32_t)look_up(l, (enum lectern_what)what, name, &n));
	buf_u64(&b, n);
	go_back(from);
	if (bundle_size(l->bundle) > size)
		restart_limit(l);
	if (bundle_size(l->bundle) > BUNDLE_BYTES_MAX)
		refuse(l, "its files are too large");
	else
		hand_send(l->hand, ROLES_SHOWN, &b, -1);
	buf_fini(&b);
}

static void
show_more(struct lectern *l)
{
	const size_t	 left = l->file.n - l->at;
	const size_t	 n = left < ROLES_PIECE_MAX ? left : ROLES_PIECE_MAX;
	struct buf	 b = { 0 };

	if (n == 0) {
		refuse(l, "it asks for what there is not");
		return;
	}
	buf_put(&b, l->file.p + l->at, n);
	l->at += n;
	hand_send(l->hand, ROLES_PIECE, &b, -1);
	buf_fini(&b);
}

/* What it says. */

static void
take_faults(struct lectern *l, struct slice bytes)
{
	if (bytes.n > LECTERN_FAULTS_MAX - l->faults.n)
		refuse(l, "it finds too many words for what is wrong");
	else
		buf_slice(&l->faults, bytes);
}

static void
on_reader(void *arg, const struct message *m)
{
	struct lectern	*l = arg;

	if (l->refused)
		return;
	if (m->type == ROLES_SAY) {
		hand_say(l->hand, m->bytes);
		return;
	}
	if (l->judged) {
		refuse(l, "it goes on when all is said");
		return;
	}
	switch (m->type) {
	case ROLES_READY:
		break;
	case ROLES_SHOW:
		show(l, m->bytes);
		break;
	case ROLES_MORE:
		show_more(l);
		break;
	case ROLES_FAULTS:
		take_faults(l, m->bytes);
		break;
	case ROLES_JUDGED:
		l->judged = true;
		l->good = m->bytes.p[0] == 1;
		break;
	default:			/* roles_check() knows no other */
		if (!outline_take(l->outline, m))
			refuse(l, "what it tells of the rules makes no "
			    "sense");
		break;
	}
}

static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	refuse(arg, "it takes too long");
}

/* It is never started again. */
static void
on_start(void *arg)
{
	(void)arg;
}

/* Life. */

static bool
start(struct lectern *l)
{
	struct buf	 b = { 0 };
	int		 here = -1;

	if (!hand_start(l->hand, l->o.argv))
		return false;
	restart_limit(l);
	here = l->o.here == -1 ? open(".", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC) : fcntl(l->o.here, F_DUPFD_CLOEXEC, 0);
	if (here == -1) {
		log_warn_errno("the current directory");
		return false;
	}
	hand_send(l->hand, ROLES_HERE, NULL, here);
	buf_u8(&b, 0);			/* no audit session; no record */
	buf_u32(&b, 0);
	buf_u32(&b, (uint32_t)getpid());
	buf_u32(&b, 0);
	hand_send(l->hand, ROLES_START, &b, -1);
	buf_fini(&b);
	return true;
}

struct lectern *
lectern_new(struct event_base *base, const struct lectern_options *o)
{
	struct lectern		*l = xcalloc(1, sizeof(*l));
	const struct hand_to	 to = { on_reader, on_start, l };

	l->o = *o;
	l->bundle = bundle_new();
	l->env = bundle_keeping(l->bundle, o->files);
	l->outline = outline_new();
	l->limit = evtimer_new(base, on_limit, l);
	l->hand = l->limit == NULL ? NULL : hand_new(base, ROLE_READER, &to);
	if (l->hand != NULL && start(l))
		return l;
	lectern_free(l);
	return NULL;
}

void
lectern_free(struct lectern *l)
{
	if (l == NULL)
		return;
	hand_free(l->hand);
	if (l->limit != NULL)
		event_free(l->limit);
	outline_free(l->outline);
	bundle_free(l->bundle);
	buf_fini(&l->faults);
	buf_fini(&l->file);
	free(l);
}

/*
 * Lines as they are, but for what would act on a terminal. A tab does not, and
 * the mark below a line has the same.
 */
static void
put_faults(const struct lectern *l, struct buf *out)
{
	struct slice	 rest = buf_bytes(&l->faults);

	while (rest.n > 0) {
		size_t	 n = 0;

		while (n < rest.n && rest.p[n] != '\n' && rest.p[n] != '\t')
			n++;
		hand_line(out, (struct slice){ rest.p, n });
		if (n < rest.n)
			buf_u8(out, rest.p[n++]);
		rest.p += n;
		rest.n -= n;
	}
}

static void
say_end(int status)
{
	struct buf	 text = { 0 };

	spawn_put_end(&text, status);
	log_warn("the reader %s", buf_cstr(&text));
	buf_fini(&text);
}

bool
lectern_done(struct lectern *l, struct lectern_told *told)
{
	int	 status;

	if (!hand_ended(l->hand, &status))
		return false;
	*told = (struct lectern_told){ 0 };
	if (l->refused)
		return true;
	if (!l->judged || status != 0) {
		say_end(status);
		return true;
	}
	put_faults(l, &told->faults);
	if (!l->good)
		return true;
	told->outline = outline_end(l->outline);
	l->outline = NULL;
	if (told->outline == NULL) {
		log_warn("the reader has not told all of the rules");
		return true;
	}
	told->bundle = l->bundle;
	l->bundle = NULL;
	return true;
}

static void
on_child(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

void
lectern_read(const struct lectern_options *o, struct lectern_told *told)
{
	struct event_base	*base = event_base_new();
	struct event		*child = base == NULL ? NULL :
	    evsignal_new(base, SIGCHLD, on_child, NULL);
	struct lectern		*l = NULL;

	*told = (struct lectern_told){ 0 };
	if (child == NULL || event_add(child, NULL) == -1)
		log_warn("no event loop");
	else
		l = lectern_new(base, o);
	while (l != NULL && !lectern_done(l, told))
		if (event_base_loop(base, EVLOOP_ONCE) == -1) {
			log_warn("the event loop failed");
			break;
		}
	lectern_free(l);
	if (child != NULL)
		event_free(child);
	if (base != NULL)
		event_base_free(base);
}
