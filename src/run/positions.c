/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * positions.c - how far each source was read, as rows.
 *
 * What a source is called, and what kind it is, decides whether it is the one
 * of then: a file, compressed or not, a pipe, or the trails of one host in a
 * directory. One that is not asked for any more keeps its number, since the
 * engine's rows speak of it, and is remembered on.
 */
#include "run/positions.h"

#include <string.h>

#include "run/followed.h"
#include "run/placed.h"
#include "run/seam.h"
#include "run/stream.h"
#include "run/watching.h"

/* Pages are numbered by stream, and then by what the stream has. */
_Static_assert(DONE_PAGES <= 1u << PLACED_PAGE_BITS &&
    FOLLOWING_PAGES <= 1u << PLACED_PAGE_BITS &&
    SEAM_PAGES <= 1u << PLACED_PAGE_BITS &&
    POSITIONS_MAX <= 1u << (32 - PLACED_PAGE_BITS),
    "the pages of a stream have numbers");

enum placed_kind
placed_kind(const struct input *in)
{
	if (in->followed)
		return PLACED_FOLLOWED;
	if (in->whole == NULL || in->set != NULL)
		return PLACED_GONE;
	if (!in->finished)
		return PLACED_PIPE;
	return in->again ? PLACED_FILE : PLACED_PACKED;
}

const char *
placed_path(const struct input *in)
{
	return in->whole == NULL ? in->path : in->whole;
}

void
positions_begin(struct watching *run)
{
	for (size_t i = 0; i < run->nstreams; i++) {
		struct stream	*s = run->streams[i];

		if (s->seam == NULL && placed_kind(s->in) == PLACED_PIPE)
			s->seam = seam_new(run->o->backfill != NULL);
	}
}

/* Rows. */

static void
put_text(struct buf *b, const char *text)
{
	const size_t	 n = strnlen(text, PLACED_TEXT_MAX);

	buf_u16(b, (uint16_t)n);
	buf_put(b, text, n);
}

static void
save_streams(const struct watching *run, struct rows *rows)
{
	rows_section(rows, POSITIONS_STREAMS);
	for (uint32_t i = 0; i < run->nstreams; i++) {
		const struct input	*in = run->streams[i]->in;
		struct buf		*b = rows_item(rows, i);

		buf_u8(b, (uint8_t)placed_kind(in));
		buf_u8(b, (uint8_t)((in->again ? PLACED_AGAIN : 0) |
		    (in->host != NULL ? PLACED_HOST : 0)));
		put_text(b, placed_path(in));
		if (in->host != NULL)
			put_text(b, in->host);
	}
}

static void
save_begun(const struct watching *run, struct rows *rows)
{
	rows_section(rows, POSITIONS_BEGUN);
	for (uint32_t i = 0; i < run->o->ninputs; i++) {
		const struct followed	*f = run->followed[i];

		if (f != NULL && following_has_begun(followed_following(f)))
			put_text(rows_page(rows, i / ROWS_ITEMS),
			    run->o->inputs[i].path);
	}
}

static void
save_file(struct buf *b, const struct stream *s)
{
	const struct input	*in = s->in;

	buf_u8(b, s->whole);
	buf_u64(b, in->dev);
	buf_u64(b, in->ino);
	buf_u64(b, in->start);
	buf_u64(b, s->disk);
	buf_u32(b, in->first_n);
	buf_u64(b, in->first_hash);
	place_put(b, &s->place);
	damage_put(b, &s->reached);
}

static void
save_files(const struct watching *run, struct rows *rows)
{
	rows_section(rows, POSITIONS_FILES);
	for (uint32_t i = 0; i < run->nstreams; i++) {
		const struct stream	*s = run->streams[i];
		const enum placed_kind	 kind = placed_kind(s->in);

		if ((kind == PLACED_FILE || kind == PLACED_PACKED) &&
		    (s->disk > 0 || s->whole))
			save_file(rows_item(rows, i), s);
	}
}

static void
save_live(const struct watching *run, struct rows *rows)
{
	rows_section(rows, POSITIONS_LIVE);
	for (uint32_t i = 0; i < run->nstreams; i++) {
		const struct stream	*s = run->streams[i];
		struct buf		*b;

		if (s->seam == NULL)
			continue;
		b = rows_item(rows, i);
		buf_u64(b, frame_offset(s->frame) + s->shift);
		seam_put(s->seam, b);
	}
	rows_section(rows, POSITIONS_SEEN);
	for (uint32_t i = 0; i < run->nstreams; i++)
		if (run->streams[i]->seam != NULL)
			seam_save(run->streams[i]->seam, rows,
			    i << PLACED_PAGE_BITS);
}

const struct followed *
placed_followed(const struct watching *run, const struct stream *s)
{
	for (size_t i = 0; i < run->o->ninputs; i++)
		if (run->followed[i] != NULL &&
		    followed_has(run->followed[i], s))
			return run->followed[i];
	return NULL;
}

static void
save_trails(const struct watching *run, struct rows *rows,
    enum positions_section section)
{
	rows_section(rows, section);
	for (uint32_t i = 0; i < run->nstreams; i++) {
		const struct stream	*s = run->streams[i];
		const struct followed	*f = !s->in->followed ? NULL :
		    placed_followed(run, s);

		if (f == NULL)
			continue;
		if (section == POSITIONS_TRAILS)
			following_save_trails(followed_following(f), s, rows,
			    i << PLACED_PAGE_BITS);
		else
			following_save_done(followed_following(f), s, rows,
			    i << PLACED_PAGE_BITS);
	}
}

bool
positions_save(const struct watching *run, row_fn fn, void *arg)
{
	struct rows	 rows = { .fn = fn, .arg = arg };

	save_streams(run, &rows);
	save_begun(run, &rows);
	save_files(run, &rows);
	save_live(run, &rows);
	save_trails(run, &rows, POSITIONS_TRAILS);
	save_trails(run, &rows, POSITIONS_DONE);
	return rows_end(&rows);
}
