/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.c - records as the lines of praudit(1).
 *
 * The token table says which fields there are and what they mean. From it and
 * from the style a plan is made once: for each layout a few steps, each a form
 * of spelling and a field. A record is then printed by walking steps, without
 * looking at names or options. A small table holds the fields that praudit
 * spells in its own way.
 *
 * There are two ways through a record: texthop.c prints the usual one without
 * decoding it, and what it cannot tell at once is decoded by the table here.
 * The tests hold the two against each other.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "bsm/status.h"
#include "print/texthop.h"

/* Where praudit's spelling departs from what the table would give. */
static const struct exception {
	const char	*token;		/* NULL: any */
	const char	*field;
	enum form	 form;
} exceptions[] = {
	{ NULL, "fraction", F_MSEC },
	{ "trailer", "magic", F_HIDDEN },
	{ "return64", "value", F_SIGNED64 },
	{ "exit", "status", F_EXIT },
	{ NULL, "node", F_SIGNED64 },
	{ "ip", "version", F_BYTE },
	{ "ip", "tos", F_BYTE },
	{ "ip", "ttl", F_BYTE },
	{ "ip", "protocol", F_BYTE },
	{ "ip", "checksum", F_DEC },
	{ "iport", "port", F_PORT },
	{ "socket_ex", "domain", F_PORT },
	{ "socket_ex", "type", F_PORT },
	{ "socket_ex", "atype", F_HIDDEN },
	{ "socket_ex", "lport", F_PORT },
	{ "socket_ex", "rport", F_PORT },
	{ "socket_ex_short", "domain", F_PORT },
	{ "socket_ex_short", "type", F_PORT },
	{ "use_of_privilege", "success", F_PRIVILEGE },
	{ "arbitrary", "how", F_HIDDEN },
	{ "arbitrary", "unit", F_HIDDEN },
	{ "label", "words", F_HIDDEN },
};

static enum form
number_form(enum show show, const struct text_style *style)
{
	const bool	 raw = style->raw;

	switch (show) {
	case SHOW_UID:
		return raw || style->numeric_ids ? F_SIGNED32 : F_UID;
	case SHOW_GID:
		return raw || style->numeric_ids ? F_SIGNED32 : F_GID;
	case SHOW_OCT:
		return F_OCT;
	case SHOW_HEX:
		return F_HEX;
	case SHOW_EVENT:
		return raw ? F_DEC : F_EVENT;
	case SHOW_TIME:
		return raw ? F_DEC : F_SECONDS;
	case SHOW_ERROR:
		return raw ? F_DEC : F_ERROR;
	case SHOW_IPC:
		return raw ? F_DEC : F_IPC;
	case SHOW_DEC:
	case SHOW_DOMAIN:
	case SHOW_SOCKTYPE:
	case SHOW_UNIT:
	case SHOW_HOW:
		break;
	}
	return F_DEC;
}

static enum form
field_form(const struct layout *lay, const struct field *f,
    const struct text_style *style)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(*exceptions); i++) {
		const struct exception	*e = &exceptions[i];

		if (strcmp(e->field, f->name) != 0 ||
		    (e->token != NULL && strcmp(e->token, lay->name) != 0))
			continue;
		return e->form == F_MSEC && style->raw ? F_DEC : e->form;
	}
	switch (f->wire) {
	case W_U8:
	case W_U16:
	case W_U24:
	case W_U32:
	case W_U64:
	case W_ATYPE:
	case W_TID:
		return number_form(f->show, style);
	case W_STR:
	case W_ZSTR108:
		return F_STR;
	case W_OPAQUE:
		return F_BLOB;
	case W_RAW4:
	case W_RAW16:
	case W_ADDR:
	case W_AT_ADDR:
		return F_ADDRESS;
	case W_UUID:
		return F_UUID;
	case W_STRINGS:
	case W_STRS16:
		return F_STRINGS;
	case W_U32S:
	case W_U32X16:
		return F_GIDS;
	case W_ITEMS:
		return F_DATA;
	case W_WORDS:
	case W_N:
		break;
	}
	return F_HEXBYTES;
}

static void
make_plan(struct text *t, const struct layout *lay, struct plan *p)
{
	p->name_n = strlen(lay->label);
	assert(p->name_n <= sizeof(p->name));
	memcpy(p->name, lay->label, p->name_n);
	if (t->style.raw)
		p->name_n = spell_dec((uint8_t *)p->name, lay->id);
	for (const struct field *f = lay->fields; f->name != NULL; f++)
		*p->end++ = (struct step){ .wire = f->wire, .field = f,
		    .form = field_form(lay, f, &t->style) };
	texthop_plan(t, lay, p);
}

static void
make_plans(struct text *t)
{
	size_t		 n, fields = 0;

	t->layouts = token_layouts(&n);
	for (size_t i = 0; i < n; i++)
		for (const struct field *f = t->layouts[i].fields;
		    f->name != NULL; f++)
			fields++;
	t->plans = xcalloc(n, sizeof(*t->plans));
	t->steps = xcalloc(fields, sizeof(*t->steps));
	fields = 0;
	for (size_t i = 0; i < n; i++) {
		t->plans[i].steps = t->plans[i].end = t->steps + fields;
		make_plan(t, &t->layouts[i], &t->plans[i]);
		fields += (size_t)(t->plans[i].end - t->plans[i].steps);
	}
}

struct text *
text_new(const struct text_style *style, const struct names *names,
    const struct accounts *accounts)
{
	struct text	*t = xcalloc(1, sizeof(*t));

	t->style = *style;
	t->delimiter = slice_str(style->delimiter == NULL ? "," :
	    style->delimiter);
	if (t->delimiter.n <= DELIMITER_MAX)
		memcpy(t->delimiter_block, t->delimiter.p, t->delimiter.n);
	t->names = names;
	t->accounts = accounts;
	make_plans(t);
	tzset();			/* localtime_r() need not */
	return t;
}

void
text_free(struct text *t)
{
	if (t == NULL)
		return;
	free(t->plans);
	free(t->steps);
	free(t);
}

/* A token that was decoded. */
static void
put_token(struct text *t, const struct token *tok)
{
	const struct plan	*p = &t->plans[tok->layout - t->layouts];

	buf_put(t->out, p->name, p->name_n);
	for (const struct step *s = p->steps; s < p->end; s++) {
		if (s->form == F_HIDDEN)
			continue;
		if (s->form == F_STRINGS)
			textform_strings(t, token_strings(tok, s->field));
		else if (s->form == F_GIDS)
			textform_groups(t, token_slice(tok, s->field));
		else {
			textform_delimiter(t);
			if (s->form < F_STR)
				textform_number(t, s->form,
				    token_number(tok, s->field));
			else if (s->form == F_DATA)
				textform_data(t, tok);
			else
				textform_value(t, s->form,
				    token_slice(tok, s->field));
		}
	}
}

static void
end_token(struct text *t)
{
	if (t->style.one_line)
		textform_delimiter(t);
	else
		buf_char(t->out, '\n');
}

/*
 * Does praudit leave out the rest of a record when this token does not fit? It
 * does so for those it decodes; others it shows as bytes.
 */
static bool
praudit_decodes(const struct token *tok)
{
	static const uint8_t	 others[] = {	/* that the table has beside */
		0x20, 0x25, 0x30, 0x31, 0x33, 0x34, 0x35, 0x36, 0x3a, 0x3f,
		0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49,
		0x4a, 0x4b, 0x51, 0x61, 0x62, 0x70, 0x78, 0x83, 0xed, 0xee,
		0xef
	};

	return memchr(others, tok->id, sizeof(others)) == NULL &&
	    layout_find(tok->id) != NULL;
}

/*
 * The bytes behind an id that nobody knows. A record of a BSD keeps seven for
 * its trailer even where that is damaged, as praudit has it. False when there
 * are none to show: then praudit drops what is left of the record.
 */
static bool
put_unknown(struct text *t, const struct tokens *w, const struct token *tok)
{
	const bool	 bsd = t->version < 2 || t->version > 4;
	const size_t	 kept = 1 + (!w->trailer && bsd ? TRAILER_SIZE : 0);

	if (tok->len <= kept)
		return false;
	if (t->style.raw)
		buf_dec(t->out, tok->id);
	else
		buf_str(t->out, "unknown");
	textform_delimiter(t);
	textform_blob(t->out, (struct slice){ w->record.p + tok->off + 1,
	    tok->len - kept });
	end_token(t);
	return true;
}

/* Print by decoding each token. Returns 0 or BSM_E*, then with *AT set. */
static int
decode(struct text *t, struct tokens *w, size_t *at)
{
	struct token	 tok;
	int		 status, bad = 0;

	while ((status = tokens_next(w, &tok)) != 0) {
		if (status > 0) {
			put_token(t, &tok);
			end_token(t);
			continue;
		}
		bad = status;
		*at = tok.off;
		if (praudit_decodes(&tok) || !put_unknown(t, w, &tok))
			break;
	}
	return bad;
}

int
text_record(struct text *t, struct slice record, struct buf *out, size_t *at)
{
	const size_t	 start = out->n;
	struct tokens	 w;
	int		 status = 0;

	t->out = out;
	t->version = record.n >= HEADER_MIN && token_is_header(record.p[0]) ?
	    record.p[5] : 0;
	if (!texthop_record(t, record)) {
		out->n = start;
		tokens_begin(&w, record);
		status = decode(t, &w, at);
	}
	if (t->style.one_line)
		buf_char(out, '\n');
	t->out = NULL;
	return status;
}
