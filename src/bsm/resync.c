/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resync.c - after damage, where does the next record begin?
 *
 * Three things are tried, in this order, since each rests on less than the one
 * before:
 *
 *	header side	the size in the header leads to a boundary that can be
 *			verified: only the trailer is broken
 *	trailer side	a trailer that claims to end a record which began just
 *			here: only the size in the header is broken
 *	search		the next place where header and trailer agree, or where
 *			two Solaris records without trailers follow each other
 *
 * Each waits until it has seen enough to decide, so that the result does not
 * depend on the pieces in which the stream came. How much that is has a bound:
 * a record or two, or FRAME_REPAIR_MAX. Positions reached are remembered, and
 * nothing is looked at again before there are as many bytes as it asked for.
 * Walks over tokens that come to nothing are paid from a credit that grows with
 * the stream, so that a hostile one costs a multiple of its size and no more.
 */
#include "bsm/resync.h"

#include <string.h>

#include "bsm/claim.h"
#include "bsm/cursor.h"
#include "bsm/record.h"
#include "bsm/token.h"

#define WALK_SPARE	(16u << 20)	/* bytes walked in vain, at first, */
#define WALK_RATE	4u		/* and more for each byte of stream */
#define CHAIN_MAX	16u	/* records in a row without their trailers */

/* Places in the window. */

/*
 * Are there N bytes of window from AT? V_MORE notes what is needed, unless no
 * more will come: then V_NO.
 */
static enum verdict
have(struct frame *f, struct slice w, size_t at, size_t n)
{
	if (at <= w.n && n <= w.n - at)
		return V_YES;
	if (impatient(f))
		return V_NO;
	f->need = at + n;
	return V_MORE;
}

/* The size of a file token at AT, in *N. */
static enum verdict
file_token(struct frame *f, struct slice w, size_t at, size_t *n)
{
	struct slice	 rest = { w.p + at, w.n - at };
	enum verdict	 v;

	if (file_fixed(rest.p[0]) == 0 || (*n = claimed_size(rest)) == 0)
		return V_NO;
	if ((v = have(f, w, at, *n)) != V_YES)
		return v;
	return sane_file(rest.p, *n) ? V_YES : V_NO;
}

/* Is a strong record at AT? */
static enum verdict
strong_at(struct frame *f, struct slice w, size_t at)
{
	enum verdict	 v = have(f, w, at, HEADER_MIN);
	uint32_t	 size;

	if (v != V_YES)
		return v;
	if (!sane_header(w.p + at))
		return V_NO;
	size = be32(w.p + at + 1);
	if ((v = have(f, w, at, size)) != V_YES)
		return v;
	return has_trailer(w.p + at, size) ? V_YES : V_NO;
}

/* Something that could begin a record: enough after a record whose tokens are
 * not all known. */
static enum verdict
start_at(struct frame *f, struct slice w, size_t at)
{
	size_t		 n;
	enum verdict	 v;

	if (at == w.n && impatient(f))
		return V_YES;
	if ((v = have(f, w, at, 1)) != V_YES)
		return v;
	if (file_fixed(w.p[at]) != 0)
		return file_token(f, w, at, &n);
	if ((v = have(f, w, at, HEADER_MIN)) != V_YES)
		return v;
	return sane_header(w.p + at) ? V_YES : V_NO;
}

/*
 * Do the tokens of the record at AT, of SIZE bytes, fit? A walk in vain is
 * taken from the credit; without any left nothing fits. R is what was read.
 */
static enum walk
walk(struct frame *f, struct slice w, size_t at, size_t size,
    struct record *r)
{
	const struct slice	 rec = { w.p + at, size };
	bool			 header = false;

	r->indexed = false;
	if (f->walked > WALK_SPARE + WALK_RATE * (f->offset + at))
		return WALK_FAILS;
	if (record_fits(rec, r) || tokens_fit(rec, w.p[at + 5], &header))
		return WALK_FITS;
	f->walked += size;
	return header ? WALK_HEADER : WALK_FAILS;
}

/* The size of a record at AT that may be a Solaris one, in *N. */
static enum verdict
weak_at(struct frame *f, struct slice w, size_t at, size_t *n)
{
	enum verdict	 v = have(f, w, at, HEADER_MIN);

	if (v != V_YES)
		return v;
	if (!sane_header(w.p + at) || !may_be_weak(w.p + at))
		return V_NO;
	*n = be32(w.p + at + 1);
	return have(f, w, at, *n);
}

/*
 * A Solaris record at AT and behind it another, a strong one, a file token or
 * the end. All is there before anything is walked, so that each is walked once.
 */
static enum verdict
weak_pair(struct frame *f, struct slice w, size_t at)
{
	size_t		 first, second = 0, n;
	struct record	 r;
	enum verdict	 v;

	if ((v = weak_at(f, w, at, &first)) != V_YES)
		return v;
	if (at + first < w.n || !impatient(f)) {
		if ((v = have(f, w, at + first, 1)) != V_YES)
			return v;
		if ((v = file_token(f, w, at + first, &n)) == V_NO)
			v = strong_at(f, w, at + first);
		if (v == V_NO)
			v = weak_at(f, w, at + first, &second);
		if (v != V_YES)
			return v;
	}
	return walk(f, w, at, first, &r) == WALK_FITS && (second == 0 ||
	    walk(f, w, at + first, second, &r) == WALK_FITS) ? V_YES : V_NO;
}

/* A file token worth trusting in the midst of damage. */
static enum verdict
file_in_damage(struct frame *f, struct slice w, size_t at)
{
	size_t		 n, fixed = file_fixed(w.p[at]);
	enum verdict	 v = file_token(f, w, at, &n);

	if (v != V_YES)
		return v;
	if (n > fixed + 1 && memchr(w.p + at + fixed, '/', n - fixed) == NULL)
		return V_NO;
	return start_at(f, w, at + n);
}

/* Does something trustworthy begin at AT? */
static enum verdict
found_at(struct frame *f, struct slice w, size_t at)
{
	enum verdict	 v;

	if (file_fixed(w.p[at]) != 0)
		return file_in_damage(f, w, at);
	if (!token_is_header(w.p[at]))
		return V_NO;
	v = strong_at(f, w, at);
	return v == V_NO ? weak_pair(f, w, at) : v;
}

/* A boundary that can be verified: the end, or something trustworthy. */
static enum verdict
boundary_at(struct frame *f, struct slice w, size_t at)
{
	enum verdict	 v;

	if (at == w.n && impatient(f))
		return V_YES;
	v = have(f, w, at, 1);
	return v == V_YES ? found_at(f, w, at) : v;
}

/* Does something trustworthy begin inside these SIZE bytes? */
static enum verdict
found_inside(struct frame *f, struct slice w, size_t size)
{
	for (; f->inside_at < size; f->inside_at++) {
		enum verdict	 v = found_at(f, w, f->inside_at);

		if (v != V_NO)
			return v;
	}
	return V_NO;
}

/*
 * A record without a trailer, of SIZE bytes, all of which are there. Its tokens
 * should fit and another record begin behind it. When one of these is not so:
 * tokens that nobody knows are no damage, and neither is damage behind it. But
 * a size that leads past the beginning of another record is wrong, and so is
 * one whose record lost some bytes and made up for it with the next.
 */
enum verdict
resync_weak(struct frame *f, struct slice w, uint32_t size)
{
	enum verdict	 v;

	if (!may_be_weak(w.p) || !sane_header(w.p) ||
	    broken_trailer(w.p, size))
		return V_NO;
	if (f->walk == WALK_NONE) {
		f->walk = walk(f, w, 0, size, &f->front);
		f->inside_at = 1;
	}
	if (f->walk == WALK_HEADER)
		return V_NO;
	v = start_at(f, w, size);
	if (v != V_NO || f->walk == WALK_FAILS)
		return v;
	v = found_inside(f, w, size);
	return v == V_NO ? V_YES : v == V_YES ? V_NO : V_MORE;
}

/* Damage. */

/* Why a header that was looked at in vain is not one. */
static enum frame_reason
why_not(const struct frame *f, struct slice w)
{
	if (w.n == 0 || !token_is_header(w.p[0]))
		return FRAME_NOT_A_RECORD;
	if (w.n < HEADER_MIN)
		return FRAME_TRUNCATED;
	if (!sane_size(w.p))
		return FRAME_BAD_SIZE;
	if (!sane_header(w.p))
		return FRAME_BAD_HEADER;
	if (at_end(f) && be32(w.p + 1) > w.n)
		return FRAME_TRUNCATED;
	return FRAME_BAD_TRAILER;
}

/* Give up N bytes from the front. MORE: the gap goes on. */
static void
give_up(struct frame *f, struct slice w, size_t n, bool more,
    struct frame_record *out)
{
	for (size_t i = 0; i < n && f->all_zero; i++)
		f->all_zero = w.p[i] == 0;
	*out = (struct frame_record){ .kind = FRAME_GAP, .bytes = { w.p, n },
	    .offset = f->offset, .quality = FRAME_RECOVERED,
	    .reason = f->all_zero ? FRAME_ZEROS : f->reason, .more = more };
}

/* What begins before this place may be forged. */
static void
suspect(struct frame *f, uint64_t until)
{
	if (f->suspect_until < until)
		f->suspect_until = until;
}

/*
 * Only the id is broken? The size behind it leads to a trailer that agrees.
 * Nothing can be read of such a record, and nothing is searched for inside.
 */
static enum verdict
without_id(struct frame *f, struct slice w, struct frame_record *out)
{
	enum verdict	 v = have(f, w, 0, HEADER_MIN);
	uint32_t	 size;

	if (v != V_YES)
		return v;
	size = be32(w.p + 1);
	if (token_is_header(w.p[0]) || size < HEADER_MIN + TRAILER_SIZE ||
	    size > FRAME_RECORD_MAX)
		return V_NO;
	if ((v = have(f, w, 0, size)) != V_YES)
		return v;
	if (!has_trailer(w.p, size))
		return V_NO;
	give_up(f, w, size, false, out);
	return V_YES;
}

/* Do these SIZE bytes end with the whole of another record? */
static bool
ends_with_another(const uint8_t *p, uint32_t size)
{
	const uint8_t	*t = p + size - TRAILER_SIZE;
	uint32_t	 own = be32(t + 3);

	return own >= HEADER_MIN + TRAILER_SIZE && own < size &&
	    sane_header(p + size - own) && be32(p + size - own + 1) == own &&
	    has_trailer(p + size - own, own);
}

/*
 * A boundary that can be verified, or headers whose sizes lead to one: several
 * records in a row may have lost their trailers.
 */
static enum verdict
chain_at(struct frame *f, struct slice w, size_t at)
{
	enum verdict	 v = V_NO;

	for (unsigned i = 0; i < CHAIN_MAX; i++) {
		uint32_t	 size;

		if ((v = boundary_at(f, w, at)) != V_NO ||
		    (v = have(f, w, at, HEADER_MIN)) != V_YES)
			return v;
		if (!sane_header(w.p + at))
			return V_NO;
		size = be32(w.p + at + 1);
		if ((v = have(f, w, at, size)) != V_YES)
			return v;
		if (ends_with_another(w.p + at, size))
			return V_NO;
		at += size;
	}
	return V_NO;
}

/*
 * Only the trailer is broken? With nothing left of it the size has less to show
 * for itself, and must not pass over other records.
 */
static enum verdict
header_side(struct frame *f, struct slice w, struct frame_record *out)
{
	enum verdict	 v = have(f, w, 0, HEADER_MIN);
	uint32_t	 size;

	if (v != V_YES)
		return v;
	if (!sane_header(w.p))
		return V_NO;
	size = be32(w.p + 1);
	if ((v = have(f, w, 0, size)) != V_YES)
		return v;
	if (ends_with_another(w.p, size) || f->walk == WALK_HEADER)
		return V_NO;
	if ((v = chain_at(f, w, size)) != V_YES)
		return v;
	if (!broken_trailer(w.p, size) &&
	    (v = found_inside(f, w, size)) != V_NO)
		return v == V_YES ? V_NO : V_MORE;
	fill(f, w, size, FRAME_RECOVERED, out);
	out->reason = FRAME_BAD_TRAILER;
	return V_YES;
}

/* Only the size in the header is broken? */
static enum verdict
trailer_side(struct frame *f, struct slice w, struct frame_record *out)
{
	size_t	 end = w.n < FRAME_REPAIR_MAX ? w.n : FRAME_REPAIR_MAX;
	size_t	 at = f->repair_at > HEADER_MIN ? f->repair_at : HEADER_MIN;

	if (!token_is_header(w.p[0]) ||
	    (w.n > 5 && !known_version(w.p[5])))
		return V_NO;
	while (at + TRAILER_SIZE <= end) {
		const uint8_t	*t = memchr(w.p + at, TOK_TRAILER,
		    end - TRAILER_SIZE + 1 - at);

		if (t == NULL) {
			at = end - TRAILER_SIZE + 1;
			break;
		}
		at = (size_t)(t - w.p);
		if (be16(t + 1) == TRAILER_MAGIC &&
		    be32(t + 3) == at + TRAILER_SIZE) {
			fill(f, w, at + TRAILER_SIZE, FRAME_RECOVERED, out);
			out->reason = FRAME_BAD_SIZE;
			return V_YES;
		}
		at++;
	}
	f->repair_at = at;
	if (w.n >= FRAME_REPAIR_MAX || impatient(f))
		return V_NO;
	f->need = w.n + 1;
	return V_MORE;
}

/* The next trustworthy place, or the end of what is looked at in one go. */
static enum verdict
search(struct frame *f, struct slice w, struct frame_record *out)
{
	size_t	 at = f->search_at;

	for (; at < w.n && at < FRAME_GAP_MAX; at++) {
		enum verdict	 v = found_at(f, w, at);

		if (v == V_NO)
			continue;
		f->search_at = at;
		if (v == V_MORE)
			return V_MORE;
		give_up(f, w, at, false, out);
		suspect(f, f->offset + at + 1);
		f->damaged = f->searching = false;
		return V_YES;
	}
	if (at_end(f) && at >= w.n) {
		give_up(f, w, w.n, false, out);
		f->damaged = f->searching = false;
		return V_YES;
	}
	if (at == FRAME_GAP_MAX && at < w.n) {
		give_up(f, w, at, true, out);
		f->search_at = 0;
		return V_YES;
	}
	if (!f->quiet)
		f->search_at = at;	/* else pending places remain */
	f->need = at + 1;
	return V_MORE;
}

enum verdict
resync_repair(struct frame *f, struct slice w, struct frame_record *out)
{
	enum verdict	 v;

	if (!f->damaged) {
		f->damaged = f->all_zero = true;
		f->searching = false;
		f->reason = why_not(f, w);
		f->repair_at = 0;
		f->inside_at = 1;
	}
	if (!f->searching) {
		if ((v = without_id(f, w, out)) == V_NO)
			v = header_side(f, w, out);
		if (v == V_NO)
			v = trailer_side(f, w, out);
		if (v == V_YES)
			f->damaged = false;
		if (v != V_NO)
			return v;
		f->searching = true;
		f->search_at = 1;
		if (w.n >= HEADER_MIN && sane_header(w.p))
			suspect(f, f->offset + be32(w.p + 1));
	}
	return search(f, w, out);
}

