/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lossless.c - records as JSON, a line each, that lose nothing.
 *
 * Each token is written by its row of the token table. Before that it is built
 * again from the values that were decoded, and compared: whatever would not
 * come back bit for bit is written as raw bytes instead, so that no odd
 * encoding needs a case of its own here.
 */
#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"
#include "bsm/build.h"
#include "bsm/record.h"
#include "print/lossless.h"
#include "print/spell.h"

struct lossless {
	const struct names	*names;
	struct buf		 line;
	struct buf		 again;		/* a token, built again */
	struct json		 j;
};

struct lossless *
lossless_new(const struct names *names)
{
	struct lossless	*l = xcalloc(1, sizeof(*l));

	l->names = names;
	buf_init(&l->line, LOSSLESS_LINE_MAX);
	buf_init(&l->again, 0);
	return l;
}

void
lossless_free(struct lossless *l)
{
	if (l == NULL)
		return;
	buf_fini(&l->line);
	buf_fini(&l->again);
	free(l);
}

/* A string as it is on the wire: with its NUL, if it has one. */
static void
put_string(struct lossless *l, struct slice s)
{
	const bool	 ended = s.n > 0 && s.p[s.n - 1] == '\0';

	if (ended)
		s.n--;
	if (ended && json_is_text(s)) {
		json_text(&l->j, s);
		return;
	}
	json_begin_object(&l->j);
	json_key(&l->j, "hex");
	json_hex(&l->j, s);
	if (!ended) {
		json_key(&l->j, "nul");
		json_bool(&l->j, false);
	}
	json_end_object(&l->j);
}

static void
put_strings(struct lossless *l, const struct strings *list)
{
	struct cursor	 c = { .in = list->bytes };

	json_begin_array(&l->j);
	while (cursor_left(&c) > 0 && c.err == 0)
		put_string(l, list->counted ?
		    cursor_take(&c, (size_t)cursor_uint(&c, 2)) :
		    cursor_zstr(&c, SIZE_MAX));
	json_end_array(&l->j);
	if (list->claimed != list->count) {
		json_key(&l->j, "count");
		json_uint(&l->j, list->claimed);
	}
	if (list->padding.n > 0) {
		json_key(&l->j, "padding");
		json_uint(&l->j, list->padding.n);
	}
}

static void
put_numbers(struct lossless *l, struct slice s)
{
	json_begin_array(&l->j);
	for (size_t i = 0; i + 4 <= s.n; i += 4)
		json_uint(&l->j, be32(s.p + i));
	json_end_array(&l->j);
}

static void
put_address(struct lossless *l, struct slice s)
{
	uint8_t		 text[SPELL_ADDRESS_MAX];

	json_text(&l->j, (struct slice){ text, spell_address(text, s) });
}

static void
put_uuid(struct lossless *l, struct slice s)
{
	uint8_t		 text[SPELL_UUID_MAX];

	json_text(&l->j, (struct slice){ text, spell_uuid(text, s) });
}

static void
put_field(struct lossless *l, const struct token *t, const struct field *f)
{
	json_key(&l->j, f->name);
	switch (f->wire) {
	case W_U8:
	case W_U16:
	case W_U24:
	case W_U32:
	case W_U64:
	case W_ATYPE:
	case W_TID:
		json_uint(&l->j, token_number(t, f));
		return;
	case W_STR:
	case W_ZSTR108:
		put_string(l, token_slice(t, f));
		return;
	case W_RAW4:
	case W_RAW16:
	case W_ADDR:
	case W_AT_ADDR:
		put_address(l, token_slice(t, f));
		return;
	case W_UUID:
		put_uuid(l, token_slice(t, f));
		return;
	case W_STRINGS:
	case W_STRS16:
		put_strings(l, token_strings(t, f));
		return;
	case W_U32S:
	case W_U32X16:
		put_numbers(l, token_slice(t, f));
		return;
	case W_OPAQUE:
	case W_ITEMS:
	case W_WORDS:
	case W_N:
		break;
	}
	json_hex(&l->j, token_slice(t, f));
}

static void
put_raw(struct lossless *l, struct slice bytes)
{
	json_begin_object(&l->j);
	json_key(&l->j, "token");
	json_cstr(&l->j, "raw");
	json_key(&l->j, "hex");
	json_hex(&l->j, bytes);
	json_end_object(&l->j);
}

/* Do the values that were decoded give the same bytes? */
static bool
comes_back(struct lossless *l, const struct token *t, struct slice bytes)
{
	buf_clear(&l->again);
	return build_token(&l->again, t) == 0 &&
	    slice_eq(buf_bytes(&l->again), bytes);
}

static void
put_token(struct lossless *l, const struct token *t, struct slice record)
{
	const struct slice	 bytes = { record.p + t->off, t->len };

	if (t->layout == NULL || !comes_back(l, t, bytes)) {
		put_raw(l, bytes);
		return;
	}
	json_begin_object(&l->j);
	json_key(&l->j, "token");
	json_cstr(&l->j, t->layout->name);
	for (const struct field *f = t->layout->fields; f->name != NULL; f++)
		if (t->id != TOK_TRAILER || f->wire != W_U16 ||
		    t->trailer.magic != TRAILER_MAGIC)
			put_field(l, t, f);
	json_end_object(&l->j);
}

static void
put_tokens(struct lossless *l, struct slice record)
{
	struct tokens	 w;
	struct token	 t;

	json_key(&l->j, "tokens");
	json_begin_array(&l->j);
	tokens_begin(&w, record);
	while (tokens_next(&w, &t) != 0)
		put_token(l, &t, record);
	json_end_array(&l->j);
}

/* When and what: for readers, since the header says it again. */
static void
put_summary(struct lossless *l, const struct frame_record *f)
{
	const struct event_name	*name;
	struct record		 r;
	uint8_t			 time[SPELL_TIME_MAX];
	size_t			 n;

	if (f->kind != FRAME_RECORD || record_head(&r, f) != 0)
		return;
	if ((n = spell_rfc3339(time, record_millis(&r))) > 0) {
		json_key(&l->j, "time");
		json_text(&l->j, (struct slice){ time, n });
	}
	name = names_event(l->names, names_dialect(l->names, r.version),
	    r.event);
	json_key(&l->j, "event");
	if (name != NULL)
		json_cstr(&l->j, name->name);
	else
		json_uint(&l->j, r.event);
}

/* The line, with all bytes as one raw token if WHOLE. */
static void
put_line(struct lossless *l, const struct frame_record *f, struct slice source,
    bool whole)
{
	buf_clear(&l->line);
	json_init(&l->j, &l->line);
	json_begin_object(&l->j);
	if (f->kind == FRAME_GAP) {
		json_key(&l->j, "gap");
		json_cstr(&l->j, frame_strreason(f->reason));
	}
	put_summary(l, f);
	json_key(&l->j, "source");
	json_text(&l->j, source);
	json_key(&l->j, "offset");
	json_uint(&l->j, f->offset);
	if (f->kind == FRAME_GAP) {
		json_key(&l->j, "hex");
		json_hex(&l->j, f->bytes);
	} else {
		if (f->quality == FRAME_RECOVERED) {
			json_key(&l->j, "recovered");
			json_bool(&l->j, true);
		}
		if (!whole)
			put_tokens(l, f->bytes);
		else {
			json_key(&l->j, "tokens");
			json_begin_array(&l->j);
			put_raw(l, f->bytes);
			json_end_array(&l->j);
		}
	}
	json_end_object(&l->j);
	buf_char(&l->line, '\n');
}

void
lossless_frame(struct lossless *l, const struct frame_record *f,
    struct slice source, struct buf *out)
{
	put_line(l, f, source, false);
	if (l->line.full)
		put_line(l, f, source, true);
	buf_slice(out, buf_bytes(&l->line));
}
