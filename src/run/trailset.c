/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trailset.c - the trails that are named on a command line, read as one.
 *
 * A set is a list in the order of the operands. Read in turn, one trail is open
 * at a time. Merged, src/select/merge.c asks for the bytes of those it needs;
 * the time in a trail's name tells it when that is. The more are open, the
 * smaller the pieces in which they are read, so that a thousand take no more
 * memory than a few.
 *
 * With threads, so many compressed trails are decompressed ahead at a time:
 * those that are open, and those whose turn is next. Of the latter nothing is
 * said before it comes; one that cannot be opened early is tried again then.
 * The system itself reads ahead what is not compressed.
 */
#include "run/trailset.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "run/pieces.h"
#include "run/spoolfile.h"
#include "run/traildir.h"
#include "select/merge.h"
#include "source/compressed.h"
#include "source/source.h"

#define OPEN_MAX_TRAILS	1024u	/* more do not fit into a little memory */
#define OPEN_SPARE	64u	/* descriptors for everything else */
#define OPEN_COMPRESSED	64u	/* trails that a compressed one weighs */
#define PIECES		(2u << 20)	/* bytes, shared by all that are open */
#define AHEAD		(32u << 20)	/* bytes that wait, decompressed */
#define PIECE_AHEAD	(128u << 10)	/* bytes, of these */

struct member {
	struct trail		 trail;
	struct trailset		*set;
	char			*path, *host;
	char			*old;		/* path before it changed */
	bool			 standard;	/* input */
	bool			 once;		/* a pipe */
	bool			 announced;
	size_t			 number;	/* once there are turns */
	int			 fd;
	bool			 open;		/* its turn has come */
	struct file_source	*source;	/* while open, or else: */
	struct pieces		*pieces;	/* open, or begun early */
	uint64_t		 there;		/* bytes to read, when opened */
	uint64_t		 taken;
};

struct trailset {
	struct trailset_options	 o;
	pthread_mutex_t		 lock;		/* of each member's fd */
	void			(*wait)(void *arg);
	void			*wait_arg;
	void			(*say)(void *, const char *, const char *);
	void			*say_arg;
	struct member		**members;
	size_t			 n, cap;
	size_t			 nopen;
	unsigned		 threads, reading;	/* ahead */
	struct member		**turns;	/* members as they come */
	size_t			 next;		/* of these, to be begun */
	uint64_t		 size, taken;
	bool			 failed;
	struct merge		*merge;		/* once it is read merged */
	struct spoolfiles	 files;
	struct merge_spools	 spools;
	size_t			 at;		/* in turn: the trail at hand */
	struct frame		*frame;		/* of it */
};

/* Words. */

static void
say(void *arg, const char *trail, const char *why)
{
	struct trailset	*s = arg;
	struct buf	 text = { 0 };

	if (s->say != NULL) {
		s->say(s->say_arg, trail, why);
		return;
	}
	buf_escape(&text, slice_str(strcmp(trail, "-") == 0 ?
	    "standard input" : trail));
	log_warn("%s: %s", buf_cstr(&text), why);
	buf_fini(&text);
}

static void
say_failed(void *arg, const char *trail, const char *why)
{
	struct trailset	*s = arg;

	s->failed = true;
	say(s, trail, why);
}

/* What stays undone because of a trail. */
static int
fail(struct member *m, const char *why)
{
	m->trail.failed = true;
	say_failed(m->set, m->path, why);
	return -1;
}

/* The bytes of one trail. */

static size_t
piece(const struct trailset *s)
{
	const size_t	 share = PIECES / (2 * (s->nopen + 1));

	return share > FILE_PIECE ? FILE_PIECE :
	    share < FILE_PIECE_SMALL ? FILE_PIECE_SMALL : share;
}

static int
open_path(const struct member *m)
{
	if (m->standard)
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return open(m->path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
	    (m->trail.found ? O_NONBLOCK : 0));
}

/* A trail may have been closed or compressed since its directory was read. */
static bool
renamed(struct member *m)
{
	char	*path = m->old == NULL ? traildir_again(m->path) : NULL;

	if (path == NULL)
		return false;
	m->old = m->path;		/* others may hold it still */
	m->trail.path = m->path = path;
	m->trail.name = strrchr(path, '/') == NULL ? path :
	    strrchr(path, '/') + 1;
	return true;
}

/* How much of a file is still to be read; of anything else nobody knows. */
static uint64_t
bytes_there(int fd, const struct stat *st)
{
	off_t	 at;

	if (!S_ISREG(st->st_mode) || (at = lseek(fd, 0, SEEK_CUR)) == -1 ||
	    at > st->st_size)
		return 0;
	return (uint64_t)(st->st_size - at);
}

/* These fail only where they are misused. */

static void
lock(struct trailset *s)
{
	if (pthread_mutex_lock(&s->lock) != 0)
		mem_end("a lock is broken");
}

static void
unlock(struct trailset *s)
{
	if (pthread_mutex_unlock(&s->lock) != 0)
		mem_end("a lock is broken");
}

/* Somebody else may be reading at it: see trailset_at(). */
static void
set_fd(struct member *m, int fd)
{
	const int	 before = m->fd;

	lock(m->set);
	m->fd = fd;
	unlock(m->set);
	if (before != -1)
		(void)close(before);	/* it was only read */
}

/* Open it as it is called now. Returns a descriptor, or -1 with errno. */
static int
open_found(struct member *m, struct stat *st)
{
	int	 fd = open_path(m);

	if (fd == -1 && errno == ENOENT && m->trail.found && renamed(m))
		fd = open_path(m);
	if (fd != -1 && fstat(fd, st) == -1) {
		(void)close(fd);	/* nothing was done with it */
		return -1;
	}
	return fd;
}

/* Begin to decompress ahead, if it is compressed and a thread is left. */
static bool
start_ahead(struct member *m, int fd, const struct stat *st)
{
	struct trailset	*s = m->set;
	off_t		 at;

	if (s->reading == s->threads || !S_ISREG(st->st_mode) ||
	    (at = lseek(fd, 0, SEEK_CUR)) == -1 ||
	    file_peek(fd, (uint64_t)at) == NULL)
		return false;
	set_fd(m, fd);
	m->pieces = pieces_new(fd, PIECE_AHEAD, AHEAD / PIECE_AHEAD /
	    s->threads);
	s->reading++;
	return true;
}

/* When a trail begins at the earliest. */
static int64_t
start_of(const struct member *m)
{
	return m->trail.named ? m->trail.stamps.start - TRAILNAME_SLACK_S :
	    MERGE_NO_START;
}

static int
by_start(const void *va, const void *vb)
{
	const struct member	*a = *(struct member *const *)va;
	const struct member	*b = *(struct member *const *)vb;

	if (start_of(a) != start_of(b))
		return start_of(a) < start_of(b) ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

static void
put_in_turn(struct trailset *s)
{
	s->turns = xcalloc(s->n, sizeof(struct member *));
	for (size_t i = 0; i < s->n; i++) {
		s->turns[i] = s->members[i];
		s->turns[i]->number = i;
	}
	if (s->o.order == TRAILSET_MERGED)
		qsort(s->turns, s->n, sizeof(struct member *), by_start);
}

/* Begin with the next ones before their turn, as many as there are threads. */
static void
read_ahead(struct trailset *s)
{
	struct stat	 st;
	int		 fd;

	if (s->threads > 0 && s->turns == NULL)
		put_in_turn(s);
	for (; s->reading < s->threads && s->next < s->n; s->next++) {
		struct member	*m = s->turns[s->next];

		if (m->announced ||
		    compressed_suffix(slice_str(m->path)) == 0 ||
		    (fd = open_path(m)) == -1)
			continue;
		if (fstat(fd, &st) == -1 || !start_ahead(m, fd, &st))
			(void)close(fd);	/* nothing was done with it */
	}
}

static int
open_member(struct member *m)
{
	struct trailset	*s = m->set;
	struct stat	 st;
	int		 fd;

	if (s->o.opened != NULL && !m->announced)
		s->o.opened(s->o.arg, m->path);
	m->announced = true;
	if (m->pieces == NULL) {
		if ((fd = open_found(m, &st)) == -1)
			return fail(m, strerror(errno));
		if (m->trail.found && !S_ISREG(st.st_mode)) {
			(void)close(fd);	/* nothing was done with it */
			return fail(m, "is not a file any more");
		}
		m->there = bytes_there(fd, &st);
		if (!start_ahead(m, fd, &st)) {
			set_fd(m, fd);
			m->source = file_new_piece(fd, piece(s));
		}
	}
	m->open = true;
	s->nopen++;
	read_ahead(s);
	return 1;
}

static void
close_member(void *arg)
{
	struct member	*m = arg;

	m->set->nopen -= m->open;
	m->set->reading -= m->pieces != NULL;
	m->open = false;
	file_free(m->source);
	pieces_free(m->pieces);
	m->source = NULL;
	m->pieces = NULL;
	set_fd(m, -1);
	if (m->trail.ended || m->trail.failed)
		return;
	m->set->taken -= m->taken;	/* it begins again, if at all */
	m->taken = 0;
}

static void
count(struct member *m)
{
	const uint64_t	 taken = m->pieces != NULL ?
	    pieces_taken(m->pieces) : file_taken(m->source);

	m->set->taken += taken - m->taken;
	m->taken = taken;
}

/* As file_more(), of what is not read ahead. */
static int
more_now(struct member *m, struct slice *bytes)
{
	struct pollfd	 one = { .fd = m->fd, .events = POLLIN };
	int		 got;

	if (m->once && m->set->wait != NULL && poll(&one, 1, 0) == 0)
		m->set->wait(m->set->wait_arg);
	while ((got = file_more(m->source, bytes)) == -1 && errno == EAGAIN)
		(void)poll(&one, 1, -1);	/* read(2) says what is wrong */
	m->trail.compression = file_compression(m->source);
	return got;
}

static int
more(void *arg, struct slice *bytes)
{
	struct member	*m = arg;
	int		 got;

	if (m->trail.failed || (!m->open && open_member(m) != 1))
		return -1;
	if (m->pieces == NULL) {
		got = more_now(m, bytes);
	} else {
		got = pieces_more(m->pieces, bytes);
		m->trail.compression = pieces_compression(m->pieces);
	}
	count(m);
	if (got == 0 && m->trail.compression == NULL && m->taken < m->there)
		return fail(m, "became shorter while it was read");
	if (got == 0)
		m->trail.ended = true;
	return got != -1 ? got : fail(m, m->pieces != NULL ?
	    pieces_why(m->pieces) : file_why(m->source));
}

/* The list. */

static struct member *
add_member(struct trailset *s, const char *path)
{
	struct member	*m = xcalloc(1, sizeof(*m));

	m->set = s;
	m->fd = -1;
	m->path = xstrdup(path);
	m->trail.path = m->path;
	m->trail.name = strrchr(m->path, '/') == NULL ? m->path :
	    strrchr(m->path, '/') + 1;
	s->members = mem_grow(s->members, &s->cap, s->n + 1,
	    sizeof(struct member *));
	s->members[s->n++] = m;
	return m;
}

static bool
outside(const struct trailset *s, const struct trailname *stamps)
{
	return !trailname_overlaps(stamps, s->o.from, s->o.until);
}

static bool
wanted(const struct trailset *s, const struct traildir_trail *t)
{
	return !outside(s, &t->stamps) &&
	    (!s->o.closed_only || t->stamps.how != TRAIL_NOT_TERMINATED) &&
	    (s->o.host == NULL ||
	    (t->host != NULL && strcmp(t->host, s->o.host) == 0));
}

static void
add_found(struct trailset *s, const struct traildir_trail *t)
{
	struct member	*m = add_member(s, t->path);

	m->trail.found = m->trail.named = true;
	m->trail.stamps = t->stamps;
	m->trail.size = t->size;
	m->host = t->host == NULL ? NULL : xstrdup(t->host);
	m->trail.host = m->host;
	s->size += t->size;
}

static void
say_others(struct trailset *s, const char *path, const struct traildir *d)
{
	struct buf	 why = { 0 };

	buf_printf(&why, "%zu other file%s, such as '", d->nothers,
	    d->nothers == 1 ? "" : "s");
	buf_escape(&why, slice_str(d->other));
	buf_str(&why, "', left out: not named like a trail");
	say(s, path, buf_cstr(&why));
	buf_fini(&why);
}

static bool
add_directory(struct trailset *s, const char *path)
{
	struct traildir	 d;
	bool		 good = traildir_read(&d, path, say_failed, s);

	for (size_t i = 0; i < d.ntrails; i++)
		if (wanted(s, &d.trails[i]))
			add_found(s, &d.trails[i]);
	if (d.nothers > 0)
		say_others(s, path, &d);
	if (good && d.ntrails == 0 && !s->o.empty_too) {
		say_failed(s, path, "there are no trails in this directory");
		good = false;
	}
	traildir_fini(&d);
	return good;
}

/* A trail that was named itself. Its host is known only if it is so named. */
static void
add_operand(struct trailset *s, const char *path, const struct stat *st)
{
	struct trailname	 stamps;
	const bool		 named = traildir_name(path, &stamps);
	struct member		*m;

	if (named && s->o.operands_too && outside(s, &stamps))
		return;
	m = add_member(s, path);
	m->once = !S_ISREG(st->st_mode);
	if (!m->once && st->st_size > 0)
		m->trail.size = (uint64_t)st->st_size;
	s->size += m->trail.size;
	if (!named)
		return;
	m->trail.named = true;
	m->trail.stamps = stamps;
	m->trail.stamps.host = (struct slice){ NULL, 0 };
	if (stamps.host.n > 0)
		m->host = xstrndup(stamps.host.p, stamps.host.n);
	m->trail.host = m->host;
}

static void
add_standard_input(struct trailset *s)
{
	struct member	*m = add_member(s, "-");

	m->trail.name = "stdin";
	m->standard = m->once = true;
}

bool
trailset_add(struct trailset *s, const char *operand)
{
	struct stat	 st;

	if (strcmp(operand, "-") == 0) {
		add_standard_input(s);
		return true;
	}
	if (stat(operand, &st) == -1 || (!S_ISDIR(st.st_mode) &&
	    access(operand, R_OK) == -1)) {
		say_failed(s, operand, strerror(errno));
		return false;
	}
	if (S_ISDIR(st.st_mode))
		return add_directory(s, operand);
	add_operand(s, operand, &st);
	return true;
}

struct trailset *
trailset_take_host(struct trailset *from)
{
	struct trailset	*s;
	const char	*host;
	size_t		 kept = 0;

	if (from->n == 0)
		return NULL;
	s = trailset_new(&from->o);
	host = from->members[0]->host;
	for (size_t i = 0; i < from->n; i++) {
		struct member	*m = from->members[i];

		if ((host == NULL) != (m->host == NULL) || (host != NULL &&
		    strcmp(host, m->host) != 0)) {
			from->members[kept++] = m;
			continue;
		}
		s->members = mem_grow(s->members, &s->cap, s->n + 1,
		    sizeof(struct member *));
		s->members[s->n++] = m;
		m->set = s;
		s->size += m->trail.size;
		from->size -= m->trail.size;
	}
	from->n = kept;
	return s;
}

/* Reading. */

/*
 * How many trails may be open: as many as there are descriptors, once we have
 * asked for those we may have.
 */
static unsigned
room(size_t trails)
{
	struct rlimit	 have;
	rlim_t		 want = OPEN_SPARE +
	    (trails < OPEN_MAX_TRAILS ? trails : OPEN_MAX_TRAILS);

	if (getrlimit(RLIMIT_NOFILE, &have) == -1)
		return OPEN_SPARE;
	if (have.rlim_cur < want && have.rlim_cur < have.rlim_max) {
		const rlim_t	 before = have.rlim_cur;

		have.rlim_cur = want < have.rlim_max ? want : have.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &have) == -1)
			have.rlim_cur = before;
	}
	if (have.rlim_cur >= OPEN_SPARE + OPEN_MAX_TRAILS)
		return OPEN_MAX_TRAILS;
	return have.rlim_cur < 2 * OPEN_SPARE ?
	    (unsigned)have.rlim_cur / 2 : (unsigned)have.rlim_cur - OPEN_SPARE;
}

static void
start_merge(struct trailset *s)
{
	s->files = (struct spoolfiles){ say_failed, s };
	s->spools = spoolfile_spools(&s->files);
	s->merge = merge_new(room(s->n), &s->spools);
	for (size_t i = 0; i < s->n; i++) {
		struct member			*m = s->members[i];
		const struct merge_input	 in = {
			.more = more,
			.close = close_member,
			.arg = m,
			.start = start_of(m),
			.once = m->once,
			.weight = compressed_suffix(slice_str(m->path)) > 0 ?
			    OPEN_COMPRESSED : 1
		};

		(void)merge_add(s->merge, &in);		/* numbers it so, too */
	}
}

static void
say_note(struct trailset *s, const struct merge_record *r)
{
	struct buf	 why = { 0 };

	buf_printf(&why, r->note == MERGE_EARLY ?
	    "byte %llu: records of before the time in the trail's name" :
	    "byte %llu: time runs backwards here; the records of this trail "
	    "keep their order", (unsigned long long)r->frame.offset);
	say(s, s->members[r->trail]->path, buf_cstr(&why));
	buf_fini(&why);
}

static int
next_merged(struct trailset *s, struct trailset_record *out)
{
	struct merge_record	 r;
	int			 got;

	if (s->merge == NULL)
		start_merge(s);
	if ((got = merge_next(s->merge, &r)) != 1) {
		s->failed |= got == -1;
		return 0;
	}
	if (r.note != MERGE_FINE)
		say_note(s, &r);
	*out = (struct trailset_record){ r.frame,
	    &s->members[r.trail]->trail, r.trail };
	return 1;
}

static int
next_in_turn(struct trailset *s, struct trailset_record *out)
{
	struct slice	 bytes;

	for (; s->at < s->n; s->at++) {
		struct member	*m = s->members[s->at];

		if (s->frame == NULL)
			s->frame = frame_new();
		do {
			if (frame_next(s->frame, &out->frame) == 1) {
				out->trail = &m->trail;
				out->number = s->at;
				return 1;
			}
			if (m->trail.ended || m->trail.failed)
				break;
			if (more(m, &bytes) == 1)	/* nothing is left */
				(void)frame_feed(s->frame, bytes.p, bytes.n);
			else
				frame_end(s->frame);
		} while (true);
		frame_free(s->frame);
		s->frame = NULL;
		close_member(m);
	}
	return 0;
}

int
trailset_next(struct trailset *s, struct trailset_record *out)
{
	return s->o.order == TRAILSET_MERGED && s->n > 1 ?
	    next_merged(s, out) : next_in_turn(s, out);
}

struct slice
trailset_ahead(struct trailset *s)
{
	if (s->merge != NULL)
		return merge_ahead(s->merge);
	return s->frame == NULL ? (struct slice){ NULL, 0 } :
	    frame_ahead(s->frame);
}

void
trailset_took(struct trailset *s, size_t n)
{
	if (s->merge != NULL)
		merge_took(s->merge, n);
	else if (s->frame != NULL)
		frame_took(s->frame, n);
}

/* The rest. */

struct trailset *
trailset_new(const struct trailset_options *o)
{
	struct trailset	*s = xcalloc(1, sizeof(*s));

	s->o = *o;
	if (pthread_mutex_init(&s->lock, NULL) != 0)
		mem_end("there is no memory for a lock");
	trailset_on_say(s, o->say, o->arg);
	return s;
}

void
trailset_free(struct trailset *s)
{
	if (s == NULL)
		return;
	merge_free(s->merge);
	frame_free(s->frame);
	for (size_t i = 0; i < s->n; i++) {
		close_member(s->members[i]);
		free(s->members[i]->path);
		free(s->members[i]->old);
		free(s->members[i]->host);
		free(s->members[i]);
	}
	free(s->members);
	free(s->turns);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

void
trailset_on_say(struct trailset *s,
    void (*say_to)(void *arg, const char *trail, const char *why), void *arg)
{
	s->say = say_to;
	s->say_arg = arg;
}

void
trailset_use_threads(struct trailset *s, unsigned n)
{
	s->threads = n;
}

size_t
trailset_count(const struct trailset *s)
{
	return s->n;
}

const struct trail *
trailset_trail(const struct trailset *s, size_t i)
{
	return &s->members[i]->trail;
}

void
trailset_on_wait(struct trailset *s, void (*wait)(void *arg), void *arg)
{
	s->wait = wait;
	s->wait_arg = arg;
}

bool
trailset_failed(const struct trailset *s)
{
	return s->failed;
}

bool
trailset_plain(const struct trailset *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->members[i]->once ||
		    compressed_suffix(slice_str(s->members[i]->path)) > 0)
			return false;
	return true;
}

ssize_t
trailset_at(struct trailset *s, size_t trail, uint64_t offset, void *to,
    size_t n)
{
	const struct member	*m;
	ssize_t			 got = -1;
	int			 fd;

	if (trail >= s->n)
		return 0;
	m = s->members[trail];
	lock(s);
	fd = m->fd;
	if (fd != -1)
		got = file_at(fd, offset, to, n);
	unlock(s);
	if (fd != -1 || (fd = open_path(m)) == -1)
		return got;
	got = file_at(fd, offset, to, n);
	(void)close(fd);		/* it was only read */
	return got;
}

uint64_t
trailset_size(const struct trailset *s)
{
	return s->size;
}

uint64_t
trailset_taken(const struct trailset *s)
{
	return s->taken;
}
