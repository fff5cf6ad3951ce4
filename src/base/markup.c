/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * markup.c - untrusted bytes in XML.
 *
 * First they become text as on a terminal, so that there is neither a control
 * byte nor what is not UTF-8; then what XML itself gives a meaning, or forbids,
 * is replaced.
 */
#include "base/markup.h"

static void
put_xml(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '<':
			buf_str(out, "&lt;");
			break;
		case '>':
			buf_str(out, "&gt;");
			break;
		case '&':
			buf_str(out, "&amp;");
			break;
		case '"':
			buf_str(out, "&quot;");
			break;
		case 0xef:	/* U+FFFE and U+FFFF are not for XML */
			if (s.n - i > 2 && s.p[i + 1] == 0xbf &&
			    s.p[i + 2] >= 0xbe) {
				buf_str(out, s.p[i + 2] == 0xbe ?
				    "\\ufffe" : "\\uffff");
				i += 2;
				break;
			}
			buf_u8(out, s.p[i]);
			break;
		default:
			buf_u8(out, s.p[i]);
		}
}

void
markup_escape(struct buf *out, struct slice s)
{
	struct buf	 shown = { 0 };

	buf_escape(&shown, s);
	put_xml(out, buf_bytes(&shown));
	buf_fini(&shown);
}
