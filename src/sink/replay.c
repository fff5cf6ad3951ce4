/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay.c - texts of alerts that a file holds already, and that come again.
 *
 * Where a text begins can be seen in every format: its first line begins with
 * a digit, a minus or a brace, and any further line of it with a blank, for a
 * newline that a rule or a record brings is escaped. So a line that begins with
 * anything else is somebody else's (newsyslog(8) leaves one), and ends a text
 * as the next first line does. Empty lines count for nothing: one ends a long
 * text, and one stands behind a text that was torn by a full disk and went on
 * in the file as a broken line; without them what follows is known again.
 *
 * The last text is whole when its end is there: its newline, or the empty line
 * of a long one. What is behind that was torn off by the interruption. When the
 * power was lost, a file may have its new length and zeros where the disk did
 * not come to write: no text has any, so they are the end as well. In a file
 * that may be somebody else's they are passed over with their line.
 *
 * A trail that grew under one name has another when it is read again, since it
 * was ended meanwhile: 20211014091059.not_terminated, 20211014091059.2021... So
 * of such a name only the beginning counts.
 *
 * A text is told by two hashes over pieces of a fixed size, so that a line of
 * any length takes no memory. They are sorted when the first is asked for. The
 * number of an entry stays from then on, and so do the pages they make.
 */
#include "sink/replay.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "bsm/cursor.h"

#define PIECE		4096u		/* bytes that are hashed at once */
#define STAMP		14u		/* bytes of each half of a name */
#define CHUNK		(64u << 10)	/* bytes that are read at once */
#define PAGE_ENTRIES	(REPLAY_TEXTS_MAX / REPLAY_PAGES)

/* Fixed: they stand in rows, which outlive the process. */
static const struct hash_key	keys[2] = {
	{ 0x62736d7472616365u, 0x7465787473207772u },	/* "bsmtracetexts wr" */
	{ 0x697474656e206265u, 0x666f726520746865u },	/* "itten before the" */
};

struct entry {
	uint64_t	 h[2];
	uint32_t	 count;		/* 0: all were taken */
};

struct replay {
	struct entry	*v;
	size_t		 n, cap;
	uint64_t	 left;
	bool		 sorted;
};

/* A text as it goes by. */
struct digest {
	uint64_t	 h[2];
	uint8_t		 piece[PIECE];
	size_t		 n;
	unsigned	 digits;	/* so many were the last */
	unsigned	 end;		/* so many may be of a trail's end */
};

struct replay *
replay_new(void)
{
	return xcalloc(1, sizeof(struct replay));
}

void
replay_free(struct replay *r)
{
	if (r == NULL)
		return;
	free(r->v);
	free(r);
}

uint64_t
replay_left(const struct replay *r)
{
	return r->left;
}

/* Texts as numbers. */

static void
digest_begin(struct digest *d)
{
	d->h[0] = d->h[1] = 0;
	d->n = 0;
	d->digits = d->end = 0;
}

static void
digest_piece(struct digest *d)
{
	const struct slice	 piece = { d->piece, d->n };

	for (unsigned i = 0; i < 2; i++)
		d->h[i] = hash_more(&keys[i], d->h[i], piece);
	d->n = 0;
}

/* Does this byte say when a trail ended? */
static bool
is_end(struct digest *d, uint8_t c)
{
	const bool	 digit = c >= '0' && c <= '9';

	if (d->end > 0 && (digit || (c >= 'a' && c <= 'z') || c == '_')) {
		d->end--;
		return true;
	}
	d->end = c == '.' && d->digits == STAMP ? STAMP : 0;
	d->digits = digit ? d->digits + (d->digits <= STAMP) : 0;
	return false;
}

static void
digest_put(struct digest *d, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (is_end(d, p[i]))
			continue;
		d->piece[d->n++] = p[i];
		if (d->n == PIECE)
			digest_piece(d);
	}
}

/* False: there are too many. */
static bool
add(struct replay *r, uint64_t h0, uint64_t h1, uint32_t count)
{
	if (r->n == REPLAY_TEXTS_MAX)
		return false;
	r->v = mem_grow(r->v, &r->cap, r->n + 1, sizeof(*r->v));
	r->v[r->n++] = (struct entry){ { h0, h1 }, count };
	r->left += count;
	return true;
}

static bool
digest_end(struct digest *d, struct replay *r)
{
	digest_piece(d);
	return add(r, d->h[0], d->h[1], 1);
}

/* Reading a file. */

struct walk {
	struct replay	*r;
	bool		 many_lines;
	bool		 line_start;	/* the next byte begins a line */
	bool		 inside;	/* of a text */
	bool		 ended;		/* with an empty line behind it */
	bool		 full;
	bool		 ours;		/* a zero is the end */
	bool		 hole;		/* it has come */
	uint64_t	 at;		/* in the file */
	uint64_t	 whole;		/* nothing before is torn */
	struct digest	 digest;
};

static bool
begins_text(uint8_t c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '{';
}

static void
end_text(struct walk *w)
{
	if (w->inside && !digest_end(&w->digest, w->r))
		w->full = true;
	w->inside = w->ended = false;
}

/* A line begins with this byte. False: it is empty, and passed over. */
static bool
begin_line(struct walk *w, uint8_t c)
{
	if (c == '\n') {
		w->ended = w->inside;
		w->whole = ++w->at;
		return false;
	}
	w->line_start = false;
	if (c == ' ' && w->inside && w->many_lines && !w->ended)
		return true;
	end_text(w);
	w->whole = w->at;
	w->inside = begins_text(c);
	if (w->inside)
		digest_begin(&w->digest);
	return true;
}

/* A line, or the rest of one, with a zero in it; false: here all ends. */
static bool
pass_zeros(struct walk *w)
{
	w->hole = w->ours;
	if (w->hole)
		return false;
	if (w->line_start)
		(void)begin_line(w, '\0');	/* it is not empty */
	w->inside = false;
	return true;
}

static void
walk_chunk(struct walk *w, const uint8_t *p, size_t n)
{
	while (n > 0 && !w->full) {
		const uint8_t	*newline = memchr(p, '\n', n);
		size_t		 some = newline == NULL ? n :
		    (size_t)(newline - p) + 1;

		if (w->line_start && *p != '\0' && !begin_line(w, *p)) {
			p++;
			n--;
			continue;
		}
		if (memchr(p, '\0', some) != NULL && !pass_zeros(w))
			return;
		if (w->inside)
			digest_put(&w->digest, p, some);
		p += some;
		n -= some;
		w->at += some;
		w->line_start = newline != NULL;
		if (w->line_start && !(w->inside && w->many_lines))
			w->whole = w->at;
	}
}

/* Returns 0 at the end of the file, or an errno. */
static int
walk_file(struct walk *w, int fd, uint8_t *chunk)
{
	for (;;) {
		const ssize_t	 n = pread(fd, chunk, CHUNK, (off_t)w->at);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return errno;
		if (n == 0)
			return 0;
		walk_chunk(w, chunk, (size_t)n);
		if (w->full)
			return EFBIG;
		if (w->hole)
			return 0;
	}
}

/* Does a line begin there? It does not behind a text that was torn before. */
static bool
is_line_start(int fd, uint64_t at)
{
	uint8_t	 c;

	return at == 0 || (pread(fd, &c, 1, (off_t)(at - 1)) == 1 && c == '\n');
}

int
replay_read(struct replay *r, struct replay_file *f)
{
	struct walk	*w;
	struct stat	 st;
	uint8_t		*chunk;
	int		 error;

	f->whole = f->from;
	f->hole = false;
	if (fstat(f->fd, &st) == -1)
		return errno;
	if ((uint64_t)st.st_size > f->from &&
	    (uint64_t)st.st_size - f->from > REPLAY_BYTES_MAX)
		return EFBIG;
	w = xcalloc(1, sizeof(*w));
	chunk = xmalloc(CHUNK);
	w->r = r;
	w->many_lines = f->many_lines;
	w->ours = f->ours;
	w->line_start = is_line_start(f->fd, f->from);
	w->at = w->whole = f->from;
	if ((error = walk_file(w, f->fd, chunk)) == 0) {
		if (w->inside && (w->many_lines ? w->ended : w->line_start))
			end_text(w);
		f->whole = w->whole;
		f->hole = w->hole;
	}
	free(chunk);
	free(w);
	return error;
}

/* Some digits, and this. */
static bool
begins_number(struct slice s, char behind)
{
	size_t	 n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return n > 0 && n < s.n && s.p[n] == (uint8_t)behind;
}

bool
replay_begins(int fd)
{
	static const char	 json[] = "{\"time\":\"";
	uint8_t			 bytes[32];
	const ssize_t		 n = pread(fd, bytes, sizeof(bytes), 0);
	struct slice		 s = { bytes, n < 0 ? 0 : (size_t)n };

	if (slice_has_prefix(s, slice_str(json)))
		return true;
	if (s.n > 0 && s.p[0] == '-')
		s = slice_from(s, 1);
	return begins_number(s, '.') ||	/* seconds since 1970 */
	    (s.n > 10 && begins_number(s, '-') && s.p[10] == 'T');
}

/* Taking them. */

static int
compare(const void *a, const void *b)
{
	const struct entry	*x = a, *y = b;

	if (x->h[0] != y->h[0])
		return x->h[0] < y->h[0] ? -1 : 1;
	return x->h[1] == y->h[1] ? 0 : x->h[1] < y->h[1] ? -1 : 1;
}

/* Equal ones become one that counts. */
static void
settle(struct replay *r)
{
	size_t	 n = 0;

	if (r->sorted)
		return;
	r->sorted = true;
	if (r->n == 0)
		return;
	qsort(r->v, r->n, sizeof(*r->v), compare);
	for (size_t i = 1; i < r->n; i++)
		if (compare(&r->v[n], &r->v[i]) != 0)
			r->v[++n] = r->v[i];
		else if (r->v[n].count <= UINT32_MAX - r->v[i].count)
			r->v[n].count += r->v[i].count;
		else
			r->left -= r->v[i].count;
	r->n = n + 1;
}

bool
replay_take(struct replay *r, struct slice text)
{
	struct entry	*found, wanted;
	struct digest	 d;

	settle(r);
	if (r->left == 0)
		return false;
	digest_begin(&d);
	while (text.n > 0) {
		const uint8_t	*newline = memchr(text.p, '\n', text.n);
		const size_t	 n = newline == NULL ? text.n :
		    (size_t)(newline - text.p) + 1;

		if (newline != text.p)		/* not empty */
			digest_put(&d, text.p, n);
		text.p += n;
		text.n -= n;
	}
	digest_piece(&d);
	wanted = (struct entry){ { d.h[0], d.h[1] }, 0 };
	found = bsearch(&wanted, r->v, r->n, sizeof(*r->v), compare);
	if (found == NULL || found->count == 0)
		return false;
	found->count--;
	r->left--;
	return true;
}

/* As rows: two hashes and a count for each. */

void
replay_put(struct replay *r, struct rows *rows, uint32_t first)
{
	settle(r);
	for (size_t i = 0; r->left > 0 && i < r->n; i++) {
		const struct entry	*e = &r->v[i];
		struct buf		*b;

		if (e->count == 0)
			continue;
		b = rows_page(rows, first + (uint32_t)(i / PAGE_ENTRIES));
		buf_u64(b, e->h[0]);
		buf_u64(b, e->h[1]);
		buf_u32(b, e->count);
	}
}

bool
replay_row(struct replay *r, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };

	while (cursor_left(&c) > 0) {
		const uint64_t	 h0 = cursor_uint(&c, 8);
		const uint64_t	 h1 = cursor_uint(&c, 8);
		const uint32_t	 count = (uint32_t)cursor_uint(&c, 4);

		if (c.err != 0 || count == 0 || !add(r, h0, h1, count))
			return false;
	}
	return true;
}
