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
#include "print/textrow.h"
#include "print/xml.h"

#define FIELDS_MAX 16		/* of a token */

/* Tokens that OpenBSM's praudit does not decode. */
static const uint8_t	foreign[] = {
	0x20, 0x25, 0x30, 0x31, 0x33, 0x34, 0x35, 0x36, 0x3a, 0x3f, 0x40, 0x41,
	0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x51, 0x61,
	0x62, 0x70, 0x78, 0x83, 0xed, 0xee, 0xef
};

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
	case W_ZSTR:
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
text_plan(const struct layout *lay, const enum form *forms, struct plan *p)
{
	p->in_order = true;
	for (size_t i = 0; lay->fields[i].name != NULL; i++)
		*p->end++ = (struct step){ .wire = lay->fields[i].wire,
		    .field = &lay->fields[i], .form = forms[i] };
}

static void
make_plan(struct text *t, const struct layout *lay, struct plan *p)
{
	enum form	 forms[FIELDS_MAX];

	p->name_n = strlen(lay->label);
	assert(p->name_n <= sizeof(p->name));
	memcpy(p->name, lay->label, p->name_n);
	if (t->style.raw)
		p->name_n = spell_dec((uint8_t *)p->name, lay->id);
	p->foreign = memchr(foreign, lay->id, sizeof(foreign)) != NULL;
	for (size_t i = 0; lay->fields[i].name != NULL; i++) {
		assert(i < FIELDS_MAX);
		forms[i] = field_form(lay, &lay->fields[i], &t->style);
	}
	if (t->style.xml)
		xml_plan(lay, forms, p);
	else
		text_plan(lay, forms, p);
	textrow_make(t, lay, p);
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
	t->prefixes = xcalloc(fields + n, sizeof(*t->prefixes));
	/* an end for each row, and two around each run of two or more */
	t->hops = xcalloc(2 * fields + n, sizeof(*t->hops));
	t->hops_end = t->hops;
	fields = 0;
	for (size_t i = 0; i < n; i++) {
		t->plans[i].steps = t->plans[i].end = t->steps + fields;
		t->plans[i].prefixes = t->prefixes + fields + i;
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
	if (style->xml)			/* it always is escaped */
		t->style.escape = t->style.colour = false;
	t->delimiter = slice_str(style->delimiter == NULL ? "," :
	    style->delimiter);
	if (t->delimiter.n <= DELIMITER_MAX)
		memcpy(t->delimiter_block, t->delimiter.p, t->delimiter.n);
	t->names = names;
	t->accounts = accounts;
	memo_init(&t->memo);
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
	free(t->prefixes);
	free(t->hops);
	memo_fini(&t->memo);
	free(t);
}

/* One value of a token that was decoded. */
static void
put_value(struct text *t, const struct token *tok, const struct step *s)
{
	if (s->form == F_STRINGS)
		textform_strings(t, s, token_strings(tok, s->field));
	else if (s->form == F_GIDS)
		textform_groups(t, s, token_slice(tok, s->field));
	else if (s->form == F_DATA)
		textform_data(t, tok);
	else if (s->form < F_STR)
		textform_number(t, s->form, token_number(tok, s->field));
	else
		textform_value(t, s->form, token_slice(tok, s->field));
}

/* What follows is in this rendition of ECMA-48; empty: as usual. */
static void
colour(struct text *t, const char *how)
{
	if (!t->style.colour)
		return;
	buf_str(t->out, "\033[");
	buf_str(t->out, how);
	buf_char(t->out, 'm');
}

static void
put_text(struct text *t, const struct token *tok, const struct plan *p)
{
	colour(t, token_is_header(tok->id) ? "1" : "36");
	buf_put(t->out, p->name, p->name_n);
	colour(t, "");
	for (const struct step *s = p->steps; s < p->end; s++) {
		const bool	 failed = s->form == F_ERROR &&
		    token_number(tok, s->field) != 0;

		if (s->form == F_HIDDEN)
			continue;
		if (s->form != F_STRINGS && s->form != F_GIDS)
			textform_delimiter(t);
		if (failed)
			colour(t, "31");
		put_value(t, tok, s);
		if (failed)
			colour(t, "");
	}
}

/*
 * The same as XML. A header opens an element that its trailer closes; for a
 * trailer too many there is nothing to close.
 */
static void
put_xml(struct text *t, const struct token *tok, const struct plan *p)
{
	const struct prefix	*pre = p->prefixes;

	if (tok->id == TOK_TRAILER && t->open == 0)
		return;
	t->open += token_is_header(tok->id);
	t->open -= tok->id == TOK_TRAILER;
	for (const struct step *s = p->steps; s < p->end; s++, pre++) {
		buf_put(t->out, pre->bytes, pre->n);
		if (s->form != F_HIDDEN)
			put_value(t, tok, s);
	}
	buf_put(t->out, pre->bytes, pre->n);
}

static void
end_token(struct text *t)
{
	if (!t->style.one_line)
		buf_char(t->out, '\n');
	else if (!t->style.xml)
		textform_delimiter(t);
}

static void
put_token(struct text *t, const struct token *tok)
{
	const struct plan	*p = &t->plans[tok->layout - t->layouts];

	if (t->style.xml)
		put_xml(t, tok, p);
	else
		put_text(t, tok, p);
	end_token(t);
}

/*
 * Does praudit leave out the rest of a record when this token does not fit? It
 * does so for those it decodes; others it shows as bytes.
 */
static bool
praudit_decodes(const struct token *tok)
{
	return memchr(foreign, tok->id, sizeof(foreign)) == NULL &&
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
	const bool	 bsd = t->style.classic || t->version < 2 ||
	    t->version > 4;
	const size_t	 kept = 1 + (!w->trailer && bsd ? TRAILER_SIZE : 0);

	if (tok->len <= kept)
		return false;
	if (t->style.xml) {		/* it leaves no trace */
		end_token(t);
		return true;
	}
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

/*
 * An extended header whose address is of no known kind: praudit reads no bytes
 * of it, and goes on behind the times.
 */
static bool
put_odd_header(struct text *t, struct tokens *w, const struct token *bad)
{
	const struct layout	*lay = layout_find(bad->id);
	const size_t		 wide = bad->id == TOK_HEADER64_EX ? 8 : 4;
	const uint8_t		*p = w->record.p + bad->off;
	struct token		 tok = { .id = bad->id, .layout = lay,
	    .off = bad->off, .len = 14 + 2 * wide };

	if ((bad->id != TOK_HEADER32_EX && bad->id != TOK_HEADER64_EX) ||
	    bad->len < tok.len || be32(p + 10) == 4 || be32(p + 10) == 16)
		return false;
	tok.header.size = be32(p + 1);
	tok.header.version = p[5];
	tok.header.event = be16(p + 6);
	tok.header.modifier = be16(p + 8);
	tok.header.seconds = wide == 8 ? be64(p + 14) : be32(p + 14);
	tok.header.fraction = wide == 8 ? be64(p + 22) : be32(p + 18);
	put_token(t, &tok);
	w->c.pos = tok.off + tok.len;
	return true;
}

/* In classic style: take what praudit does not decode for bytes. */
static bool
disown(const struct text *t, struct tokens *w, struct token *tok)
{
	if (!t->style.classic || !t->plans[tok->layout - t->layouts].foreign ||
	    (tok->off == 0 && tok->id == TOK_FILE64))
		return false;
	*tok = (struct token){ .id = tok->id, .off = tok->off,
	    .len = w->c.in.n - tok->off };
	w->c.pos = w->c.in.n;
	return true;
}

/* Print by decoding each token. Returns 0 or BSM_E*, then with *AT set. */
static int
decode(struct text *t, struct tokens *w, size_t *at)
{
	struct token	 tok;
	int		 status, bad = 0;

	while ((status = tokens_next(w, &tok)) != 0) {
		if (status > 0 && !disown(t, w, &tok)) {
			put_token(t, &tok);
			continue;
		}
		bad = status > 0 ? BSM_EUNKNOWN : status;
		*at = tok.off;
		if (put_odd_header(t, w, &tok))
			continue;
		if (praudit_decodes(&tok) || !put_unknown(t, w, &tok))
			break;
		if (t->style.classic)	/* seven bytes are left */
			w->c.pos = w->record.n - TRAILER_SIZE;
	}
	return bad;
}

/* As praudit walks: nothing but the size of the record ends a token. */
static void
begin_classic(struct tokens *w)
{
	w->c.in.n = w->record.n;
	w->trailer = false;
	w->careful = false;
	w->version = 0;
}

/* Close what no trailer closed. */
static void
close_records(struct text *t)
{
	for (; t->open > 0; t->open--) {
		buf_str(t->out, "</record>");
		if (!t->style.one_line)
			buf_char(t->out, '\n');
	}
}

void
text_begin(const struct text *t, struct buf *out)
{
	if (t->style.xml)
		buf_str(out, XML_PROLOG);
}

void
text_end(const struct text *t, struct buf *out)
{
	if (t->style.xml)
		buf_str(out, XML_FOOTER);
}

/* What cannot be printed without decoding it. */
static int
decode_record(struct text *t, struct slice record, size_t *at)
{
	struct tokens	 w;
	int		 status;

	tokens_begin(&w, record);
	if (t->style.classic)
		begin_classic(&w);
	status = decode(t, &w, at);
	close_records(t);
	return status;
}

int
text_record(struct text *t, struct slice record, struct buf *out, size_t *at)
{
	const size_t	 start = out->n;
	int		 status = 0;

	t->out = out;
	t->open = 0;
	t->version = record.n >= HEADER_MIN && token_is_header(record.p[0]) ?
	    record.p[5] : 0;
	if (!texthop_record(t, record)) {
		out->n = start;
		status = decode_record(t, record, at);
	}
	if (t->style.one_line)
		buf_char(out, '\n');
	t->out = NULL;
	return status;
}
