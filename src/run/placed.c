/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * placed.c - sources that go on where an earlier process was.
 *
 * A stream is made as soon as its row is read, so that the rows that follow
 * find it. Whether a file is the one of then is seen when its position is
 * there: if another took its place, the stream is left to what was, and a new
 * one is made for the new file.
 */
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bsm/status.h"
#include "run/followed.h"
#include "run/live.h"
#include "run/placed.h"
#include "run/seam.h"
#include "run/stream.h"
#include "run/watching.h"

struct positions {
	struct watching	*run;
	const char	*why;		/* NULL: all is well */
};

struct positions *
positions_new(struct watching *run)
{
	struct positions	*p = xcalloc(1, sizeof(*p));

	p->run = run;
	return p;
}

void
positions_free(struct positions *p)
{
	free(p);
}

const char *
positions_why(const struct positions *p)
{
	return p->why;
}

static bool
refuse(struct positions *p, const char *why)
{
	p->why = why;
	return false;
}

/* Reading. */

static char *
take_text(struct cursor *c)
{
	const struct slice	 text = cursor_take(c, cursor_uint(c, 2));

	if (text.n == 0 || text.n > PLACED_TEXT_MAX ||
	    memchr(text.p, '\0', text.n) != NULL) {
		(void)cursor_fail(c, BSM_ERANGE);
		return NULL;
	}
	return xstrndup(text.p, text.n);
}

static struct stream *
take_stream(struct cursor *c, const struct watching *run)
{
	const uint64_t	 number = cursor_uint(c, 4);

	if (c->err == 0 && number < run->nstreams)
		return run->streams[number];
	(void)cursor_fail(c, BSM_ERANGE);
	return NULL;
}

/* Streams. */

/* What a row says of a stream. */
struct placed {
	enum placed_kind	 kind;
	bool			 again;
	char			*path, *host;	/* host: or NULL */
};

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* The input that is asked for and is this one; nobody else has it yet. */
static size_t
find_input(const struct watching *run, const struct placed *p)
{
	for (size_t i = 0; i < run->o->ninputs; i++) {
		const struct input	*in = &run->o->inputs[i];

		if (run->lives[i].stream == NULL &&
		    placed_kind(in) == p->kind && p->kind != PLACED_GONE &&
		    strcmp(placed_path(in), p->path) == 0 &&
		    (in->followed || is_same(in->host, p->host)))
			return i;
	}
	return run->o->ninputs;
}

/* A stream of something that is not asked for, or not there any more. */
static struct input *
gone_input(const struct placed *p)
{
	struct input	*in = xcalloc(1, sizeof(*in));

	in->dir = xstrdup(p->path);
	in->path = in->name = in->dir;
	in->host = p->host == NULL ? NULL : xstrdup(p->host);
	in->fd = -1;
	in->again = p->again;
	in->followed = p->kind == PLACED_FOLLOWED;
	in->finished = p->kind == PLACED_FILE || p->kind == PLACED_PACKED;
	if (p->kind != PLACED_GONE && p->kind != PLACED_FOLLOWED)
		in->whole = xstrdup(p->path);
	return in;
}

static void
add_gone(struct watching *run, const struct placed *p)
{
	struct input	*in = gone_input(p);
	struct stream	*s = watching_stream(run, in);

	s->own = in;
	s->ended = true;
}

static struct followed *
follow(struct watching *run, size_t i)
{
	if (run->followed[i] == NULL)
		run->followed[i] = followed_new(run, &run->o->inputs[i]);
	return run->followed[i];
}

static bool
add_followed(struct positions *p, const struct placed *placed, size_t i)
{
	struct watching		*run = p->run;
	const size_t		 before = run->nstreams;
	struct followed		*f = follow(run, i);

	if (f == NULL)
		return refuse(p, "no event loop");
	if (followed_wants(f, placed->host))
		(void)following_host(followed_following(f), placed->host);
	else
		add_gone(run, placed);
	return run->nstreams == before + 1 ||
	    refuse(p, "sources: a host that is there twice");
}

static bool
add_stream(struct positions *p, const struct placed *placed)
{
	struct watching	*run = p->run;
	const size_t	 i = find_input(run, placed);

	if (i == run->o->ninputs)
		add_gone(run, placed);
	else if (placed->kind == PLACED_FOLLOWED)
		return add_followed(p, placed, i);
	else
		run->lives[i].stream = watching_stream(run,
		    &run->o->inputs[i]);
	return true;
}

/* Texts are the caller's to free, whatever is returned. */
static bool
take_placed(struct cursor *c, uint64_t *number, struct placed *placed)
{
	uint64_t	 kind, flags;

	*number = cursor_uint(c, 4);
	kind = cursor_uint(c, 1);
	flags = cursor_uint(c, 1);
	*placed = (struct placed){ .kind = (enum placed_kind)kind,
	    .again = (flags & PLACED_AGAIN) != 0, .path = take_text(c) };
	if ((flags & PLACED_HOST) != 0)
		placed->host = take_text(c);
	return c->err == 0 && *number < POSITIONS_MAX &&
	    kind <= PLACED_FOLLOWED && placed->again ==
	    (kind == PLACED_FILE || (kind == PLACED_GONE && placed->again));
}

static bool
load_stream(struct positions *p, struct cursor *c)
{
	struct placed	 placed;
	uint64_t	 number;
	bool		 good;

	good = take_placed(c, &number, &placed) && number == p->run->nstreams;
	good = good ? add_stream(p, &placed) :
	    refuse(p, "sources: one that cannot be");
	free(placed.path);
	free(placed.host);
	return good;
}

bool
positions_names(const struct row *row,
    void (*fn)(void *, const struct position_name *), void *arg)
{
	struct cursor	 c = { .in = row->bytes };
	bool		 good = true;

	while (good && cursor_left(&c) > 0) {
		struct placed	 placed;
		uint64_t	 number;

		good = take_placed(&c, &number, &placed);
		if (good)
			fn(arg, &(struct position_name){ (uint32_t)number,
			    placed.path, placed.host,
			    placed.kind == PLACED_FOLLOWED });
		free(placed.path);
		free(placed.host);
	}
	return good;
}

static bool
load_begun(struct positions *p, struct cursor *c)
{
	struct watching	*run = p->run;
	struct placed	 placed = { .kind = PLACED_FOLLOWED,
	    .path = take_text(c) };
	size_t		 i;

	if (placed.path == NULL)
		return refuse(p, "directories: one without a name");
	if ((i = find_input(run, &placed)) < run->o->ninputs) {
		if (follow(run, i) == NULL)
			p->why = "no event loop";
		else
			following_go_on(followed_following(run->followed[i]));
	}
	free(placed.path);
	return p->why == NULL;
}

/* Files. */

/* What a row says of a file. */
struct file_row {
	uint64_t	 dev, ino, start, disk, first_hash;
	uint32_t	 first_n;
	bool		 whole;
	struct place	 place;
	struct damage	 damage;
};

static bool
take_file(struct cursor *c, struct file_row *f)
{
	*f = (struct file_row){ .whole = cursor_uint(c, 1) != 0 };
	f->dev = cursor_uint(c, 8);
	f->ino = cursor_uint(c, 8);
	f->start = cursor_uint(c, 8);
	f->disk = cursor_uint(c, 8);
	f->first_n = (uint32_t)cursor_uint(c, 4);
	f->first_hash = cursor_uint(c, 8);
	(void)place_take(c, &f->place);
	return damage_take(c, &f->damage);
}

/*
 * A device may get another number when the system is started again; an inode
 * number may be given to another file.
 */
static const char *
what_is_wrong(const struct input *in, const struct file_row *f,
    const struct stat *st)
{
	uint64_t	 hash;

	if (in->ino != f->ino || in->start != f->start ||
	    (f->first_n == 0 && in->dev != f->dev))
		return "is not the file that was read before: it is read from "
		    "its beginning";
	if ((uint64_t)st->st_size < in->start || (in->again &&
	    (uint64_t)st->st_size - in->start < f->place.offset))
		return "is shorter than what was read of it before: it is "
		    "read from its beginning";
	if (!input_first(in, f->first_n, &hash) ||
	    (f->first_n > 0 && hash != f->first_hash))
		return "has another beginning than the file that was read "
		    "before: it is read from there";
	return NULL;
}

/* A new stream will be made for what took its place. */
static void
give_up_place(struct watching *run, struct stream *s, size_t i)
{
	const struct placed	 placed = { .kind = PLACED_GONE,
	    .again = s->in->again, .path = s->in->whole,
	    .host = s->in->host };

	s->own = gone_input(&placed);
	s->in = s->own;
	s->damage[0].trail = s->own->path;
	s->ended = true;
	raising_input(&run->raising, s->number, s->own);
	run->lives[i].stream = NULL;
}

static void
go_on(struct stream *s, struct input *in, const struct file_row *f,
    uint64_t size)
{
	const char	*trail = s->damage[0].trail;

	s->place = f->place;
	s->disk = f->disk;
	s->damage[0] = s->reached = f->damage;
	s->damage[0].trail = trail;
	s->whole = f->whole && size == f->disk;
	frame_free(s->frame);
	s->frame = place_frame(&s->place);
	in->from = &s->place;
}

/* One that is not asked for now may be the next time. */
static void
remember(struct stream *s, const struct file_row *f)
{
	struct input	*in = s->own;

	in->dev = f->dev;
	in->ino = f->ino;
	in->start = f->start;
	in->first_n = f->first_n;
	in->first_hash = f->first_hash;
	go_on(s, in, f, f->disk);
}

static bool
load_file(struct positions *p, struct cursor *c)
{
	struct watching	*run = p->run;
	struct stream	*s = take_stream(c, run);
	struct file_row	 f;
	struct stat	 st;
	const char	*why;
	size_t		 i = 0;

	if (!take_file(c, &f) || s == NULL || !s->in->finished)
		return refuse(p, "files: a position that cannot be");
	if (s->own != NULL) {
		remember(s, &f);
		return true;
	}
	while (i < run->o->ninputs && run->lives[i].stream != s)
		i++;
	if (i == run->o->ninputs || s->place.offset > 0 ||
	    fstat(s->in->fd, &st) == -1)
		return refuse(p, "files: a position of nothing");
	if ((why = what_is_wrong(s->in, &f, &st)) != NULL) {
		watching_say(run, s->in, why);
		give_up_place(run, s, i);
	} else {
		go_on(s, &run->o->inputs[i], &f,
		    (uint64_t)st.st_size - s->in->start);
	}
	return true;
}

/* Live sources. */

static bool
load_live(struct positions *p, struct cursor *c)
{
	struct stream	*s = take_stream(c, p->run);
	const uint64_t	 offset = cursor_uint(c, 8);
	struct seam	*seam;

	if (s == NULL || s->seam != NULL ||
	    placed_kind(s->in) != PLACED_PIPE || offset > INT64_MAX)
		return refuse(p, "live sources: one that cannot be");
	seam = seam_new(p->run->o->backfill != NULL || s->own != NULL);
	s->seam = seam;
	s->shift = offset;
	return seam_take(seam, c) ||
	    refuse(p, "live sources: a time that cannot be");
}

/* Of a stream, by the number of a page. */

static struct stream *
stream_of(const struct watching *run, uint32_t page)
{
	const uint32_t	 number = page >> PLACED_PAGE_BITS;

	return number < run->nstreams ? run->streams[number] : NULL;
}

static bool
load_seen(struct positions *p, const struct row *row)
{
	const struct stream	*s = stream_of(p->run, row->page);

	return (s != NULL && s->seam != NULL &&
	    seam_page(s->seam, row->bytes)) ||
	    refuse(p, "live sources: records of none");
}

static bool
load_trails(struct positions *p, const struct row *row)
{
	const struct stream	*s = stream_of(p->run, row->page);
	const struct followed	*f = s == NULL ? NULL :
	    placed_followed(p->run, s);
	const uint32_t		 page = row->page &
	    ((1u << PLACED_PAGE_BITS) - 1);
	bool			 good;

	if (s == NULL || !s->in->followed)
		return refuse(p, "trails: of no directory");
	if (f == NULL)			/* it is not asked for any more */
		return true;
	good = row->section == POSITIONS_TRAILS ?
	    following_load_trails(followed_following(f), s, row->bytes) :
	    following_load_done(followed_following(f), s, page, row->bytes);
	return good || refuse(p, "trails: one that cannot be");
}

/* All of it. */

static bool
load_items(struct positions *p, const struct row *row,
    bool (*load)(struct positions *, struct cursor *))
{
	struct cursor	 c = { .in = row->bytes };

	while (cursor_left(&c) > 0)
		if (!load(p, &c))
			return false;
	return true;
}

bool
positions_row(struct positions *p, const struct row *row)
{
	switch (row->section) {
	case POSITIONS_STREAMS:
		return load_items(p, row, load_stream);
	case POSITIONS_BEGUN:
		return load_items(p, row, load_begun);
	case POSITIONS_FILES:
		return load_items(p, row, load_file);
	case POSITIONS_LIVE:
		return load_items(p, row, load_live);
	case POSITIONS_SEEN:
		return load_seen(p, row);
	case POSITIONS_TRAILS:
	case POSITIONS_DONE:
		return load_trails(p, row);
	default:
		return refuse(p, "a section that nobody knows");
	}
}

bool
positions_end(struct positions *p)
{
	const struct watching	*run = p->run;

	for (size_t i = 0; i < run->o->ninputs; i++)
		if (run->followed[i] != NULL &&
		    !following_loaded(followed_following(run->followed[i])))
			return refuse(p, "trails: one that is there twice");
	return true;
}

void
positions_undo(struct watching *run)
{
	for (size_t i = 0; i < run->nstreams; i++) {
		stream_fini(run->streams[i]);
		free(run->streams[i]);
	}
	run->nstreams = 0;
	for (size_t i = 0; i < run->o->ninputs; i++) {
		followed_free(run->followed[i]);
		run->followed[i] = NULL;
		run->lives[i].stream = NULL;
		run->o->inputs[i].from = NULL;
	}
}
