/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame.c - cut a byte stream into whole BSM records.
 *
 * At a boundary stands a header, a stand-alone file token, or damage. What is
 * whole is taken here; the rest is a matter of resync.c.
 *
 * The window is what can be looked at: the lent piece, or the carry, which
 * holds bytes of earlier pieces and as many of this one as were needed.
 */
#include "bsm/frame.h"

#include <stdlib.h>

#include "base/mem.h"
#include "bsm/claim.h"
#include "bsm/resync.h"
#include "bsm/status.h"

#define WIDEN_MIN	1024u		/* bytes copied in one go, if there */

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
	f->need = 0;
	f->walk = WALK_NONE;
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
	if (take < WIDEN_MIN)
		take = left < WIDEN_MIN ? left : WIDEN_MIN;
	if (f->carry_pos >= held) {	/* a byte is moved but so often */
		if (held > 0)
			memmove(f->carry, f->carry + f->carry_pos, held);
		f->carry_n = held;
		f->carry_pos = 0;
	}
	f->carry = mem_grow(f->carry, &f->carry_cap, f->carry_n + take, 1);
	memcpy(f->carry + f->carry_n, f->piece + f->piece_pos, take);
	f->carry_n += take;
	f->borrowed += take;
	f->piece_pos += take;
	return true;
}

/* The usual case. */

/*
 * Take a whole record or file token from the front of the window. A quiet
 * stream may still bring the rest of one, so only its end ends the waiting.
 */
static enum verdict
take_whole(struct frame *f, struct slice w, struct frame_record *out)
{
	size_t		 n = claimed_size(w);
	enum verdict	 v;

	if (n == 0)
		return V_NO;
	if (w.n < n) {
		f->need = n;
		return at_end(f) ? V_NO : V_MORE;
	}
	if (!token_is_header(w.p[0])) {
		if (!sane_file(w.p, n))
			return V_NO;
		fill(f, w, n, FRAME_STRONG, out);
		out->kind = FRAME_FILE;
		return V_YES;
	}
	if (has_trailer(w.p, (uint32_t)n)) {
		fill(f, w, n, FRAME_STRONG, out);
		return V_YES;
	}
	if ((v = resync_weak(f, w, (uint32_t)n)) == V_YES)
		fill(f, w, n, FRAME_WEAK, out);
	return v;
}

struct slice
frame_ahead(const struct frame *f)
{
	if (f->carry_n > 0 || f->damaged || f->piece == NULL ||
	    f->offset < f->suspect_until)
		return (struct slice){ NULL, 0 };
	return window(f);
}

void
frame_took(struct frame *f, size_t n)
{
	if (n > 0)
		consume(f, n);
}

uint64_t
frame_offset(const struct frame *f)
{
	return f->offset;
}

uint64_t
frame_lent(const struct frame *f)
{
	return f->offset + (f->carry_n - f->carry_pos) +
	    (f->piece_n - f->piece_pos);
}

/* The lender may have the piece back. */
static void
release(struct frame *f)
{
	f->piece = NULL;
	f->piece_n = f->piece_pos = f->borrowed = 0;
}

int
frame_next(struct frame *f, struct frame_record *out)
{
	for (;;) {
		struct slice	 w = window(f);
		enum verdict	 v = V_MORE;

		if (w.n == 0)
			break;
		if (w.n >= f->need || impatient(f)) {
			v = f->damaged ? V_NO : take_whole(f, w, out);
			if (v == V_NO)
				v = resync_repair(f, w, out);
		}
		if (v == V_YES) {
			consume(f, out->bytes.n);
			return 1;
		}
		if (!widen(f))
			break;
	}
	release(f);
	return 0;
}
