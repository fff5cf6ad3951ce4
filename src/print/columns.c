/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * columns.c - chosen fields of records as CSV or TSV.
 *
 * A column is a kind of token and a field. The 32-bit, 64-bit and extended
 * forms of a token are one kind: its name without what tells them apart. All
 * tokens of a record are decoded once, and each is offered to every column.
 */
#include "print/columns.h"

#include <stdlib.h>

#include "base/csv.h"
#include "base/mem.h"
#include "bsm/record.h"
#include "print/textform.h"

struct column {
	struct slice	 name;		/* as it was asked for */
	struct slice	 kind;		/* of the token: "subject" */
	const char	*field;		/* NULL: the time of the record */
	struct buf	 value;		/* of the record at hand */
	bool		 text;		/* it came out of strings */
	bool		 any;		/* a token had the field */
};

struct columns {
	struct text	*text;		/* spells values; has the plans */
	enum columns_as	 as;
	bool		 raw;
	bool		 escape;	/* for a terminal */
	char		*list;		/* what the names are borrowed from */
	struct column	 cols[COLUMNS_MAX];
	size_t		 n;
};

/* Where a field is looked for whose token is not told. */
static const char *const	first_kinds[] = {
	"subject", "return", "header", "path", "attribute", "exec_args",
	"exec_env", "text", "argument", "exit"
};

/* The name of a layout without what tells its forms apart. */
static struct slice
kind_of(const struct layout *lay)
{
	static const char *const	 ends[] = {
		"_short", "_ex", "128", "32", "64", "16"
	};
	struct slice			 s = slice_str(lay->name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const struct slice	 e = slice_str(ends[i]);

		if (s.n > e.n && memcmp(s.p + s.n - e.n, e.p, e.n) == 0)
			s.n -= e.n;
	}
	return s;
}

/* The name of the field as the table has it, in a token of this kind. */
static const char *
field_in(struct slice kind, struct slice field)
{
	size_t			 n;
	const struct layout	*all = token_layouts(&n);

	for (size_t i = 0; i < n; i++) {
		if (!slice_eq(kind_of(&all[i]), kind))
			continue;
		for (const struct field *f = all[i].fields; f->name != NULL;
		    f++)
			if (slice_is(field, f->name))
				return f->name;
	}
	return NULL;
}

static bool
find_anywhere(struct column *c)
{
	size_t			 n;
	const struct layout	*all = token_layouts(&n);

	for (size_t i = 0; i < sizeof(first_kinds) / sizeof(first_kinds[0]);
	    i++) {
		c->kind = slice_str(first_kinds[i]);
		if ((c->field = field_in(c->kind, c->name)) != NULL)
			return true;
	}
	for (size_t i = 0; i < n; i++) {
		c->kind = kind_of(&all[i]);
		if ((c->field = field_in(c->kind, c->name)) != NULL)
			return true;
	}
	return false;
}

/* The kind that is meant: its name, or that of one of its forms. */
static struct slice
kind_named(struct slice name)
{
	size_t			 n;
	const struct layout	*all = token_layouts(&n);

	for (size_t i = 0; i < n; i++)
		if (slice_is(name, all[i].name))
			return kind_of(&all[i]);
	return name;
}

static bool
find_column(struct column *c)
{
	const uint8_t	*dot = c->name.n == 0 ? NULL :
	    memchr(c->name.p, '.', c->name.n);
	struct slice	 field;

	if (slice_is(c->name, "time"))
		return true;
	if (dot == NULL)
		return find_anywhere(c);
	c->kind = kind_named((struct slice){ c->name.p,
	    (size_t)(dot - c->name.p) });
	field = (struct slice){ dot + 1,
	    (size_t)(c->name.p + c->name.n - dot) - 1 };
	return (c->field = field_in(c->kind, field)) != NULL;
}

/* Returns false with *BAD set. */
static bool
find_columns(struct columns *c, struct slice *bad)
{
	const char	*s = c->list;

	for (;;) {
		const size_t	 n = strcspn(s, ",");
		struct column	*col = &c->cols[c->n];

		*bad = (struct slice){ (const uint8_t *)s, n };
		if (c->n == COLUMNS_MAX) {
			bad->n = 0;
			return false;
		}
		col->name = *bad;
		if (!find_column(col))
			return false;
		c->n++;
		if (s[n] == '\0')
			return true;
		s += n + 1;
	}
}

struct columns *
columns_new(const char *list, enum columns_as as,
    const struct text_style *style, const struct names *names,
    const struct accounts *accounts, struct slice *bad)
{
	struct columns		*c = xcalloc(1, sizeof(*c));
	struct text_style	 own = *style;
	size_t			 at;

	own.event_names = !style->raw;
	own.delimiter = " ";		/* between the members of a list */
	own.escape = own.xml = own.colour = own.one_line = false;
	c->as = as;
	c->raw = style->raw;
	c->escape = style->escape;
	c->list = xstrdup(list);
	if (!find_columns(c, bad)) {
		at = (size_t)((const char *)bad->p - c->list);
		bad->p = (const uint8_t *)list + at;
		columns_free(c);
		return NULL;
	}
	c->text = text_new(&own, names, accounts);
	return c;
}

void
columns_free(struct columns *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++)
		buf_fini(&c->cols[i].value);
	text_free(c->text);
	free(c->list);
	free(c);
}

static void
put_cell(const struct columns *c, struct buf *out, size_t i, struct slice s,
    bool text)
{
	struct buf	 shown = { 0 };

	if (i > 0)
		buf_char(out, c->as == COLUMNS_CSV ? ',' : '\t');
	if (c->as == COLUMNS_TSV) {
		buf_escape(out, s);
	} else if (c->escape) {
		buf_escape(&shown, s);
		csv_cell(out, buf_bytes(&shown), text);
		buf_fini(&shown);
	} else {
		csv_cell(out, s, text);
	}
}

void
columns_head(const struct columns *c, struct buf *out)
{
	for (size_t i = 0; i < c->n; i++)
		put_cell(c, out, i, c->cols[i].name, false);
	buf_char(out, '\n');
}

/* Milliseconds in UTC; in raw style, or beyond the year 9999, the seconds. */
static void
put_time(struct columns *c, const struct token *header)
{
	const uint64_t	 seconds = header->header.seconds;
	uint8_t		 spelled[SPELL_TIME_MAX];
	size_t		 n = 0;

	if (!c->raw)
		n = spell_rfc3339(spelled, record_time_millis(c->text->version,
		    seconds, header->header.fraction));
	if (n == 0)
		buf_dec(c->text->out, seconds);
	buf_put(c->text->out, spelled, n);
}

static void
put_value(struct columns *c, struct column *col, const struct token *tok,
    const struct step *s)
{
	struct text	*t = c->text;
	const size_t	 start = t->out->n;

	if (s->form == F_STRINGS)
		textform_strings(t, s, token_strings(tok, s->field));
	else if (s->form == F_GIDS)
		textform_groups(t, s, token_slice(tok, s->field));
	else if (s->form == F_DATA)
		textform_data(t, tok);
	else if (s->form == F_BLOB)
		textform_blob(t->out, token_slice(tok, s->field));
	else if (s->form == F_HIDDEN && wire_is_number(s->wire))
		buf_dec(t->out, token_number(tok, s->field));
	else if (s->form < F_STR)
		textform_number(t, s->form, token_number(tok, s->field));
	else
		textform_value(t, s->form, token_slice(tok, s->field));
	if ((s->form == F_STRINGS || s->form == F_GIDS) &&
	    t->out->n > start) {		/* a blank stands before each */
		memmove(t->out->p + start, t->out->p + start + 1,
		    t->out->n - start - 1);
		t->out->n--;
	}
	col->text = s->form >= F_STR;
}

static void
offer(struct columns *c, struct column *col, const struct token *tok)
{
	const struct plan	*p =
	    &c->text->plans[tok->layout - c->text->layouts];

	c->text->out = &col->value;
	if (col->field == NULL) {
		if (token_is_header(tok->id) && !col->any)
			put_time(c, tok);
		col->any |= token_is_header(tok->id);
		return;
	}
	if (!slice_eq(kind_of(tok->layout), col->kind))
		return;
	for (const struct step *s = p->steps; s < p->end; s++)
		if (strcmp(s->field->name, col->field) == 0) {
			if (col->any)
				buf_char(&col->value, ';');
			put_value(c, col, tok, s);
			col->any = true;
		}
}

int
columns_record(struct columns *c, struct slice record, struct buf *out,
    size_t *at)
{
	struct tokens	 w;
	struct token	 tok;
	int		 status, bad = 0;

	tokens_begin(&w, record);
	c->text->version = w.version;
	for (size_t i = 0; i < c->n; i++) {
		buf_clear(&c->cols[i].value);
		c->cols[i].text = c->cols[i].any = false;
	}
	while ((status = tokens_next(&w, &tok)) != 0) {
		if (status < 0) {
			bad = status;
			*at = tok.off;
			continue;
		}
		for (size_t i = 0; i < c->n; i++)
			offer(c, &c->cols[i], &tok);
	}
	for (size_t i = 0; i < c->n; i++)
		put_cell(c, out, i, buf_bytes(&c->cols[i].value),
		    c->cols[i].text);
	buf_char(out, '\n');
	c->text->out = NULL;
	return bad;
}
