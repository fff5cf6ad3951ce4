/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * csv.c - cells of tables whose values are separated by commas.
 */
#include "base/csv.h"

#include <string.h>

static bool
is_among(uint8_t c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* Numbers may begin with a minus, texts are made harmless. */
void
csv_cell(struct buf *out, struct slice s, bool text)
{
	const bool	 formula = text && s.n > 0 &&
	    is_among(s.p[0], "=+-@\t\r");
	bool		 quoted = s.n > 0 && (s.p[0] == ' ' ||
	    s.p[s.n - 1] == ' ');

	for (size_t i = 0; i < s.n && !quoted; i++)
		quoted = is_among(s.p[i], ",\"\r\n");
	if (quoted)
		buf_char(out, '"');
	if (formula)
		buf_char(out, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_char(out, '"');
		buf_u8(out, s.p[i]);
	}
	if (quoted)
		buf_char(out, '"');
}
