/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * damage.c - what is said of a trail that is not whole.
 *
 * The first places are told one by one, the rest is counted: a trail of noise
 * has thousands. What is counted is always told at the end.
 */
#include "base/buf.h"
#include "base/log.h"
#include "run/damage.h"
#include "run/figures.h"

/* Is there room for one more line? */
static bool
say(struct damage *d)
{
	if (d->gaps + d->recovered + d->before.gaps + d->before.recovered <=
	    DAMAGE_SAID)
		return true;
	d->quiet++;
	return false;
}

static void
put_place(struct buf *out, const struct damage *d, uint64_t offset)
{
	buf_escape(out, slice_str(d->trail));
	buf_char(out, ':');
	buf_dec(out, offset);
	buf_str(out, ": ");
}

bool
damage_gap(struct damage *d, const struct frame_record *f, const char *why)
{
	const uint64_t	 before = d->gap_n, n = before + f->bytes.n;
	struct buf	 text = { 0 };

	d->skipped += f->bytes.n;
	d->gap_n = f->more ? n : 0;
	if (f->more)
		return false;
	d->gaps++;
	if (!say(d))
		return true;
	put_place(&text, d, f->offset - before);
	buf_printf(&text, "%llu bytes skipped: %s", (unsigned long long)n,
	    why);
	log_warn("%s", buf_cstr(&text));
	buf_fini(&text);
	return true;
}

void
damage_recovered(struct damage *d, const struct frame_record *f)
{
	struct buf	 text = { 0 };

	d->recovered++;
	if (!say(d))
		return;
	put_place(&text, d, f->offset);
	buf_str(&text, "record found by searching after damage, "
	    "may be forged");
	log_warn("%s", buf_cstr(&text));
	buf_fini(&text);
}

void
damage_end(const struct damage *d)
{
	const struct damage_before	 all = {
		d->gaps + d->before.gaps, d->skipped + d->before.skipped,
		d->recovered + d->before.recovered
	};
	struct buf			 text = { 0 };

	if (all.gaps + all.recovered == 0)
		return;
	buf_escape(&text, slice_str(d->trail));
	buf_str(&text, ": ");
	figures_count(&text, all.skipped, "byte");
	buf_str(&text, " skipped in ");
	figures_count(&text, all.gaps, "place");
	buf_str(&text, ", ");
	figures_count(&text, all.recovered, "record");
	buf_str(&text, " found after damage");
	if (d->quiet > 0)
		buf_printf(&text, " (%llu of these not shown)",
		    (unsigned long long)d->quiet);
	log_warn("%s", buf_cstr(&text));
	buf_fini(&text);
}

void
damage_put(struct buf *b, const struct damage *d)
{
	buf_u64(b, d->gaps + d->before.gaps);
	buf_u64(b, d->skipped + d->before.skipped);
	buf_u64(b, d->recovered + d->before.recovered);
	buf_u64(b, d->quiet);
	buf_u64(b, d->gap_n);
}

bool
damage_take(struct cursor *c, struct damage *d)
{
	d->before.gaps = cursor_uint(c, 8);
	d->before.skipped = cursor_uint(c, 8);
	d->before.recovered = cursor_uint(c, 8);
	d->quiet = cursor_uint(c, 8);
	d->gap_n = cursor_uint(c, 8);
	return c->err == 0;
}
