/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wrap.c - long lines of rules to several.
 *
 * Words are put one after the other, each with the blank before it or with a
 * new line instead. A text in quotes is a word, since a newline in it would be
 * part of it.
 */
#include "rule/wrap.h"

#define TAB	8u
#define DEEPER	4u		/* blanks that lines which go on have more */

/* The next word, up to a blank that is not in quotes. */
static struct slice
take_word(struct slice *line)
{
	struct slice	 word = *line;
	bool		 quoted = false;
	size_t		 i;

	for (i = 0; i < line->n && (quoted || line->p[i] != ' '); i++)
		if (line->p[i] == '"')
			quoted = !quoted;
		else if (quoted && line->p[i] == '\\')
			i++;
	word.n = i < line->n ? i : line->n;
	line->p += word.n;
	line->n -= word.n;
	return word;
}

/* How many columns it takes: characters of UTF-8 have one. */
static size_t
columns_of(struct slice s)
{
	size_t	 n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\t' ? TAB : (s.p[i] & 0xc0) != 0x80;
	return n;
}

static void
wrap_line(struct buf *out, struct slice line)
{
	struct slice	 indent = { line.p, 0 }, word;
	size_t		 at;

	while (indent.n < line.n && line.p[indent.n] == '\t')
		indent.n++;
	word = take_word(&line);
	buf_slice(out, word);
	at = columns_of(word);
	while (line.n > 0) {
		line.p++;			/* the blank */
		line.n--;
		word = take_word(&line);
		if (at + 1 + columns_of(word) > WRAP_COLUMNS) {
			buf_char(out, '\n');
			buf_slice(out, indent);
			for (unsigned i = 1; i < DEEPER; i++)
				buf_char(out, ' ');
			at = columns_of(indent) + DEEPER - 1;
		}
		buf_char(out, ' ');
		buf_slice(out, word);
		at += 1 + columns_of(word);
	}
}

void
wrap_lines(struct buf *out, struct slice text)
{
	while (text.n > 0) {
		const uint8_t	*end = memchr(text.p, '\n', text.n);
		const size_t	 n = end == NULL ? text.n :
		    (size_t)(end - text.p);

		wrap_line(out, (struct slice){ text.p, n });
		if (end != NULL)
			buf_char(out, '\n');
		text.p += n + (end != NULL);
		text.n -= n + (end != NULL);
	}
}
