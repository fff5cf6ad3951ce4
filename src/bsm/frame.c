/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame.c - cut a byte stream into whole BSM records.
 *
 * At a boundary stands a header, a stand-alone file token, or damage. After
 * damage three things are tried, in this order, since each rests on less than
 * the one before:
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
 * a record, or FRAME_REPAIR_MAX. Positions reached are remembered, so that no
 * byte is looked at again for each piece.
 *
 * The window is what can be looked at: the lent piece, or the carry, which
 * holds bytes of earlier pieces and as many of this one as were needed.
 */
#include "bsm/frame.h"

#include <stdlib.h>

#include "base/mem.h"
#include "bsm/cursor.h"
#include "bsm/status.h"
#include "bsm/token.h"

#define FILE_NAME_MAX	1024u	/* bytes of the name in a file token */
#define WEAK_WALKS_MAX	64u	/* records walked in search, for each gap */

/* What looking at a boundary came to. */
enum verdict { V_MORE, V_NO, V_YES };

struct frame {
	const uint8_t	*piece;		/* lent by the caller */
	size_t		 piece_n, piece_pos;

	uint8_t		*carry;
	size_t		 carry_n, carry_pos, carry_cap;
	size_t		 borrowed;	/* last bytes of the carry, which are
					 * copies of the piece's */
	uint64_t	 offset;	/* of the window in the stream */
	size_t		 need;		/* bytes of window wanted for V_MORE */
	bool		 ended;
	bool		 quiet;

	bool		 damaged;	/* the window begins with damage */
	bool		 searching;	/* both repairs have failed */
	bool		 all_zero;	/* what was given up so far */
	enum frame_reason reason;
	size_t		 repair_at;	/* place reached by the repair */
	size_t		 search_at;	/* place reached by the search */
	unsigned	 walks;		/* left in this gap */
	uint64_t	 suspect_until;	/* records before it are recovered */
};

struct frame *
frame_new(void)
{
	return xcalloc(1, sizeof(struct frame));
}

void
frame_free(struct frame *f)
{
	if (f == NULL)
		return;
	free(f->carry);
	free(f);
}

int
frame_feed(struct frame *f, const void *p, size_t n)
{
	if (f->piece_pos < f->piece_n)
		return BSM_EBUSY;
	f->piece = p;
	f->piece_n = n;
	f->piece_pos = 0;
	f->borrowed = 0;
	f->quiet = false;
	return 0;
}

void
frame_end(struct frame *f)
{
	f->ended = true;
}

void
frame_quiet(struct frame *f)
{
	f->quiet = true;
}

const char *
frame_strreason(enum frame_reason reason)
{
	switch (reason) {
	case FRAME_NOT_A_RECORD:
		return "no record begins here";
	case FRAME_BAD_SIZE:
		return "impossible record size";
	case FRAME_BAD_HEADER:
		return "unknown header version or address type";
	case FRAME_BAD_TRAILER:
		return "header and trailer do not agree";
	case FRAME_TRUNCATED:
		return "the trail ends inside a record";
	case FRAME_ZEROS:
		return "nothing but zero bytes";
	}
	return "damage";
}

/* The window. */

static struct slice
window(const struct frame *f)
{
	if (f->carry_n > 0)
		return (struct slice){ f->carry + f->carry_pos,
		    f->carry_n - f->carry_pos };
	return (struct slice){ f->piece == NULL ? NULL :
	    f->piece + f->piece_pos, f->piece_n - f->piece_pos };
}

/* Take N bytes from the front; back to the piece when only it is left. */
static void
consume(struct frame *f, size_t n)
{
	size_t	 left;

	f->offset += n;
	if (f->carry_n == 0) {
		f->piece_pos += n;
		return;
	}
	f->carry_pos += n;
	left = f->carry_n - f->carry_pos;
	if (left <= f->borrowed) {
		f->piece_pos -= left;
		f->carry_n = f->carry_pos = f->borrowed = 0;
	}
}

/*
 * Widen the window towards `need` bytes. Returns false when the piece is used
 * up; what was not consumed of it is in the carry then.
 */
static bool
widen(struct frame *f)
{
	size_t	 held = f->carry_n - f->carry_pos;
	size_t	 left = f->piece_n - f->piece_pos;
	size_t	 take = left;

	if (left == 0)
		return false;
	if (held > 0 && f->need > held && f->need - held < left)
		take = f->need - held;
	if (f->carry_pos > 0)
		memmove(f->carry, f->carry + f->carry_pos, held);
	f->carry_n = held;
	f->carry_pos = 0;
	f->carry = mem_grow(f->carry, &f->carry_cap, f->carry_n + take, 1);
	memcpy(f->carry + f->carry_n, f->piece + f->piece_pos, take);
	f->carry_n += take;
	f->borrowed += take;
	f->piece_pos += take;
	return true;
}

/* Nothing more will come, for now or for ever. */
static bool
impatient(const struct frame *f)
{
	return f->ended || (f->quiet && f->piece_pos == f->piece_n);
}

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

/* Headers. */

static size_t
header_min(const uint8_t *p)
{
	switch (p[0]) {
	case TOK_HEADER32:
		return 18;
	case TOK_HEADER64:
		return 26;
	case TOK_HEADER32_EX:
		return 26;
	default:
		return 34;
	}
}

static bool
known_version(uint8_t v)
{
	return (v >= 1 && v <= 4) || v == 10 || v == 11;
}

/* Could the size that a header claims be true? */
static bool
sane_size(const uint8_t *p)
{
	uint32_t	 size = be32(p + 1);

	return size >= header_min(p) && size <= FRAME_RECORD_MAX;
}

/* Is what follows a header id what a header holds? P has HEADER_MIN bytes. */
static bool
sane_header(const uint8_t *p)
{
	uint32_t	 type;

	if (!token_is_header(p[0]) || !sane_size(p) || !known_version(p[5]))
		return false;
	if (p[0] == TOK_HEADER32_EX || p[0] == TOK_HEADER64_EX) {
		type = be32(p + 10);
		return (type == 4 || type == 16) &&
		    be32(p + 1) >= header_min(p) - 4 + type;
	}
	return true;
}

/* Do size and trailer agree? P has the whole record. */
static bool
has_trailer(const uint8_t *p, uint32_t size)
{
	const uint8_t	*t = p + size - TRAILER_SIZE;

	return size >= HEADER_MIN + TRAILER_SIZE && t[0] == TOK_TRAILER &&
	    be16(t + 1) == TRAILER_MAGIC && be32(t + 3) == size;
}

/* May a record of this version come without a trailer? */
static bool
may_be_weak(const uint8_t *p)
{
	return p[5] >= 1 && p[5] <= 4;
}

/* The size of a file token at AT, in *N. */
static enum verdict
file_token(struct frame *f, struct slice w, size_t at, size_t *n)
{
	size_t		 fixed = w.p[at] == TOK_FILE32 ? 11 : 19;
	uint16_t	 len;
	enum verdict	 v;

	if (w.p[at] != TOK_FILE32 && w.p[at] != TOK_FILE64)
		return V_NO;
	if ((v = have(f, w, at, fixed)) != V_YES)
		return v;
	len = be16(w.p + at + fixed - 2);
	if (len < 1 || len > FILE_NAME_MAX)
		return V_NO;
	if ((v = have(f, w, at, fixed + len)) != V_YES)
		return v;
	*n = fixed + len;
	return w.p[at + *n - 1] == '\0' ? V_YES : V_NO;
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

/* A boundary that can be verified: the end, a strong record, a file token. */
static enum verdict
boundary_at(struct frame *f, struct slice w, size_t at)
{
	size_t		 n;
	enum verdict	 v;

	if (at == w.n && impatient(f))
		return V_YES;
	if ((v = have(f, w, at, 1)) != V_YES)
		return v;
	v = strong_at(f, w, at);
	return v == V_NO ? file_token(f, w, at, &n) : v;
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
	if (w.p[at] == TOK_FILE32 || w.p[at] == TOK_FILE64)
		return file_token(f, w, at, &n);
	if ((v = have(f, w, at, HEADER_MIN)) != V_YES)
		return v;
	return sane_header(w.p + at) ? V_YES : V_NO;
}

/* The usual case. */

static void
fill(const struct frame *f, struct slice w, size_t n, enum frame_quality q,
    struct frame_record *out)
{
	*out = (struct frame_record){ .kind = FRAME_RECORD,
	    .bytes = { w.p, n }, .offset = f->offset, .quality = q };
	if (f->offset < f->suspect_until) {
		out->quality = FRAME_RECOVERED;
		out->reason = f->reason;
	}
}

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
	if (f->ended && be32(w.p + 1) > w.n)
		return FRAME_TRUNCATED;
	return FRAME_BAD_TRAILER;
}

/* A record without a trailer, of SIZE bytes, all of which are there. */
static enum verdict
weak_record(struct frame *f, struct slice w, uint32_t size)
{
	if (!may_be_weak(w.p) || !sane_header(w.p))
		return V_NO;
	if (tokens_fit((struct slice){ w.p, size }, w.p[5]))
		return V_YES;
	return start_at(f, w, size);
}

/* Take a whole record or file token from the front of the window. */
static enum verdict
take_whole(struct frame *f, struct slice w, struct frame_record *out)
{
	enum verdict	 v;
	uint32_t	 size;
	size_t		 n;

	if (!token_is_header(w.p[0])) {
		if ((v = file_token(f, w, 0, &n)) != V_YES)
			return v;
		fill(f, w, n, FRAME_STRONG, out);
		out->kind = FRAME_FILE;
		return V_YES;
	}
	if ((v = have(f, w, 0, HEADER_MIN)) != V_YES)
		return v;
	if (!sane_size(w.p))
		return V_NO;
	size = be32(w.p + 1);
	if (w.n < size)
		return f->ended ? V_NO : (f->need = size, V_MORE);
	if (has_trailer(w.p, size)) {
		fill(f, w, size, FRAME_STRONG, out);
		return V_YES;
	}
	if ((v = weak_record(f, w, size)) == V_YES)
		fill(f, w, size, FRAME_WEAK, out);
	return v;
}

/* Damage. */

/* Only the trailer is broken? */
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
	if ((v = boundary_at(f, w, size)) != V_YES)
		return v;
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
	return have(f, w, 0, FRAME_REPAIR_MAX) == V_MORE ? V_MORE : V_NO;
}

/* Two Solaris records in a row, the first at AT, or one and the end. */
static enum verdict
weak_pair(struct frame *f, struct slice w, size_t at)
{
	size_t	 n;

	for (unsigned i = 0; i < 2; i++) {
		enum verdict	 v;
		uint32_t	 size;

		if (i > 0 && at == w.n && impatient(f))
			return V_YES;
		if ((v = have(f, w, at, HEADER_MIN)) != V_YES)
			return i > 0 && v == V_NO && at < w.n ?
			    file_token(f, w, at, &n) : v;
		if (i > 0 && file_token(f, w, at, &n) == V_YES)
			return V_YES;
		if (!sane_header(w.p + at) || !may_be_weak(w.p + at))
			return V_NO;
		size = be32(w.p + at + 1);
		if ((v = have(f, w, at, size)) != V_YES)
			return v;
		if (f->walks == 0)
			return V_NO;
		f->walks--;
		if (!tokens_fit((struct slice){ w.p + at, size }, w.p[at + 5]))
			return V_NO;
		at += size;
	}
	return V_YES;
}

/* A file token worth trusting in the midst of damage. */
static enum verdict
file_in_damage(struct frame *f, struct slice w, size_t at)
{
	size_t		 n, fixed = w.p[at] == TOK_FILE32 ? 11 : 19;
	enum verdict	 v = file_token(f, w, at, &n);
	const uint8_t	*name = w.p + at + fixed;

	if (v != V_YES)
		return v;
	n -= fixed;
	if (memchr(name, 0, n) != name + n - 1 ||
	    (n > 1 && memchr(name, '/', n) == NULL))
		return V_NO;
	return start_at(f, w, at + fixed + n);
}

/* Does something trustworthy begin at AT? */
static enum verdict
found_at(struct frame *f, struct slice w, size_t at)
{
	enum verdict	 v;

	if (w.p[at] == TOK_FILE32 || w.p[at] == TOK_FILE64)
		return file_in_damage(f, w, at);
	if (!token_is_header(w.p[at]))
		return V_NO;
	v = strong_at(f, w, at);
	return v == V_NO && w.n - at >= HEADER_MIN && may_be_weak(w.p + at) ?
	    weak_pair(f, w, at) : v;
}

/*
 * Give up N bytes from the front. MORE: the gap goes on. The place behind it
 * was searched for, so what begins there may be forged, and so may whatever
 * begins inside the record that the damaged header claims.
 */
static void
give_up(struct frame *f, struct slice w, size_t n, bool more,
    struct frame_record *out)
{
	for (size_t i = 0; i < n && f->all_zero; i++)
		f->all_zero = w.p[i] == 0;
	*out = (struct frame_record){ .kind = FRAME_GAP, .bytes = { w.p, n },
	    .offset = f->offset, .quality = FRAME_RECOVERED,
	    .reason = f->all_zero ? FRAME_ZEROS : f->reason, .more = more };
	if (f->suspect_until < f->offset + n + 1)
		f->suspect_until = f->offset + n + 1;
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
		f->damaged = f->searching = false;
		return V_YES;
	}
	if (f->ended && at == w.n) {
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

/* The window begins with damage. */
static enum verdict
repair(struct frame *f, struct slice w, struct frame_record *out)
{
	enum verdict	 v;

	if (!f->damaged) {
		f->damaged = f->all_zero = true;
		f->searching = false;
		f->reason = why_not(f, w);
		f->repair_at = 0;
		f->walks = WEAK_WALKS_MAX;
	}
	if (!f->searching) {
		if ((v = header_side(f, w, out)) == V_NO)
			v = trailer_side(f, w, out);
		if (v == V_YES)
			f->damaged = false;
		if (v != V_NO)
			return v;
		f->searching = true;
		f->search_at = 1;
		if (w.n >= HEADER_MIN && sane_header(w.p))
			f->suspect_until = f->offset + be32(w.p + 1);
	}
	return search(f, w, out);
}

int
frame_next(struct frame *f, struct frame_record *out)
{
	for (;;) {
		struct slice	 w = window(f);
		enum verdict	 v;

		if (w.n == 0)
			return 0;
		v = f->damaged ? V_NO : take_whole(f, w, out);
		if (v == V_NO)
			v = repair(f, w, out);
		if (v == V_YES) {
			consume(f, out->bytes.n);
			return 1;
		}
		if (!widen(f) && (!f->ended || window(f).n == w.n))
			return 0;
	}
}
