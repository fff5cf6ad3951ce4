/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trailset.c - the trails that are named on a command line, read as one.
 *
 * A set is a list in the order of the operands. Read in turn, one trail is open
 * at a time. Merged, src/select/merge.c asks for the bytes of those it needs;
 * the time in a trail's name tells it when that is. How a trail is opened and
 * read is in member.c.
 */
#include "run/trailset.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "run/member.h"
#include "run/spoolfile.h"
#include "run/traildir.h"
#include "select/merge.h"
#include "source/compressed.h"

#define OPEN_MAX_TRAILS	1024u	/* more do not fit into a little memory */
#define OPEN_SPARE	64u	/* descriptors for everything else */
#define OPEN_COMPRESSED	64u	/* trails that a compressed one weighs */

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

void
trailset_say_failed(void *arg, const char *trail, const char *why)
{
	struct trailset	*s = arg;

	s->failed = true;
	say(s, trail, why);
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
	bool		 good = traildir_read(&d, path, trailset_say_failed, s);

	for (size_t i = 0; i < d.ntrails; i++)
		if (wanted(s, &d.trails[i]))
			add_found(s, &d.trails[i]);
	if (d.nothers > 0)
		say_others(s, path, &d);
	if (good && d.ntrails == 0 && !s->o.empty_too) {
		trailset_say_failed(s, path,
		    "there are no trails in this directory");
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
		trailset_say_failed(s, operand, strerror(errno));
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
room(size_t trails, unsigned sets)
{
	struct rlimit	 have;
	const rlim_t	 most = (rlim_t)OPEN_MAX_TRAILS * sets;
	rlim_t		 want = OPEN_SPARE + (trails < OPEN_MAX_TRAILS ?
	    trails * (rlim_t)sets : most);

	if (getrlimit(RLIMIT_NOFILE, &have) == -1)
		return OPEN_SPARE;
	if (have.rlim_cur < want && have.rlim_cur < have.rlim_max) {
		const rlim_t	 before = have.rlim_cur;

		have.rlim_cur = want < have.rlim_max ? want : have.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &have) == -1)
			have.rlim_cur = before;
	}
	if (have.rlim_cur >= OPEN_SPARE + most)
		return OPEN_MAX_TRAILS;
	have.rlim_cur = have.rlim_cur < 2 * OPEN_SPARE ?
	    have.rlim_cur / 2 : have.rlim_cur - OPEN_SPARE;
	return have.rlim_cur < sets ? 1 : (unsigned)(have.rlim_cur / sets);
}

static void
start_merge(struct trailset *s)
{
	s->files = (struct spoolfiles){ trailset_say_failed, s };
	s->spools = spoolfile_spools(&s->files);
	s->merge = merge_new(s->room != 0 ? s->room : room(s->n, 1),
	    &s->spools);
	for (size_t i = 0; i < s->n; i++) {
		struct member			*m = s->members[i];
		const struct merge_input	 in = {
			.more = member_more,
			.judged = member_judged,
			.close = member_close,
			.arg = m,
			.start = member_start(m),
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
	    &s->members[r.trail]->trail, r.trail, r.judged };
	return 1;
}

/* The next of what was judged, as a merge would give it. */
static bool
next_judged(struct trailset *s, struct trailset_record *out)
{
	struct judged_time	 time;
	bool			 timed;

	while (judged_next(&s->judged, &out->frame, &out->judged, &time,
	    &timed)) {
		if (timed)
			judged_more(&s->judged, &out->frame, &out->judged,
			    &time, INT64_MAX, true);
		if (!judged_passes(&out->frame, &out->judged))
			return true;
	}
	return false;
}

/* In turn, nothing is left of what is at hand: get more. False at the end. */
static bool
go_on(struct trailset *s, struct member *m)
{
	struct slice	 bytes;

	if (s->over)
		return false;
	s->judged = (struct judged_at){ 0 };	/* it is given back */
	switch (member_more(m, &bytes)) {
	case 1:
		(void)frame_feed(s->frame, bytes.p, bytes.n);
		break;
	case MERGE_JUDGED:
		judged_begin(&s->judged, member_judged(m));
		break;
	default:
		frame_end(s->frame);
		s->over = true;
	}
	return true;
}

/* Of what is at hand, judged or not. */
static bool
next_of(struct trailset *s, struct trailset_record *out)
{
	if (next_judged(s, out))
		return true;
	out->judged = (struct judgement){ .as = JUDGED_NOT };
	return frame_next(s->frame, &out->frame) == 1;
}

static int
next_in_turn(struct trailset *s, struct trailset_record *out)
{
	for (; s->at < s->n; s->at++) {
		struct member	*m = s->members[s->at];

		if (s->frame == NULL)
			s->frame = frame_new();
		do {
			if (next_of(s, out)) {
				out->trail = &m->trail;
				out->number = s->at;
				return 1;
			}
		} while (go_on(s, m));
		frame_free(s->frame);
		s->frame = NULL;
		s->judged = (struct judged_at){ 0 };
		s->over = false;
		member_close(m);
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
		member_close(s->members[i]);
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

void
trailset_share_room(struct trailset *s, unsigned sets)
{
	s->room = room(s->n, sets);
}

void
trailset_on_step(struct trailset *s, void (*step)(void *arg), void *arg)
{
	s->step = step;
	s->step_arg = arg;
}

void
trailset_use_sifters(struct trailset *s, struct sifters *by, unsigned n)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->members[i]->sifted != NULL)
			member_close(s->members[i]);
	s->sifters = by;
	s->threads = 2 * n;		/* one may be through before its turn */
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
	return trail >= s->n ? 0 :
	    member_at(s->members[trail], offset, to, n);
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
