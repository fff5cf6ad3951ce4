/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lines.c - the classic line, as scripts have always parsed it.
 *
 *	SEC.FRAC state machine: LABEL subject: auid ID completed:
 *	    duration N seconds priority: P source: NAME
 *
 * (one line). Ids are signed, every subject is called an auid, and the fraction
 * stands as the record has it, without padding: parsers rely on all three. Not
 * kept from 3.1 are times after 2038 that turn negative, a line cut at 382
 * bytes, and a label whose newline breaks the line.
 */
#include "base/utf8.h"
#include "sink/format.h"

void
lines_text(struct buf *out, const char *s)
{
	struct slice	 in = slice_str(s);

	while (in.n > 0) {
		uint32_t	 code = 0;
		size_t		 n = utf8_decode(in, &code);

		/* What is not UTF-8 stays: the bytes that the rule has. */
		if (n != 0 && utf8_is_control(code))
			buf_escape(out, (struct slice){ in.p, n });
		else
			buf_put(out, in.p, n == 0 ? 1 : n);
		in.p += n == 0 ? 1 : n;
		in.n -= n == 0 ? 1 : n;
	}
}

void
lines_put(struct buf *out, const struct sink_view *v,
    const struct sink_world *world)
{
	const struct alert	*a = v->alert;

	(void)world;
	buf_sdec(out, a->seconds);
	buf_char(out, '.');
	buf_dec(out, a->fraction);
	buf_str(out, " state machine: ");
	lines_text(out, a->rule.label);
	buf_str(out, " subject: auid ");
	buf_sdec(out, (int32_t)a->subject);
	buf_str(out, " completed: duration ");
	buf_sdec(out, a->duration_s);
	buf_str(out, " seconds priority: ");
	buf_sdec(out, a->rule.priority);
	buf_str(out, " source: ");
	lines_text(out, v->source);
	buf_char(out, '\n');
}
