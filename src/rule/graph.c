/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * graph.c - the state machine of a sequence as a picture.
 *
 * Both kinds of picture are made from one list of boxes. A sequence is a chain,
 * so that a column of boxes with arrows between them needs no layout program;
 * text is measured as a monospaced font has it.
 */
#include "rule/graph.h"

#include <stdlib.h>

#include "base/markup.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "rule/unparse.h"
#include "rule/wrap.h"

enum box_kind { BOX_BEGIN, BOX_STATE, BOX_CANCEL, BOX_EXCEPT, BOX_ALERT };

struct box {
	enum box_kind	 kind;
	unsigned	 state;		/* of BOX_STATE, from 1 */
	struct buf	 text;		/* lines, each with its newline */
};

struct boxes {
	struct box	*v;
	size_t		 n, cap;
};

static struct buf *
add_box(struct boxes *b, enum box_kind kind, unsigned state)
{
	b->v = mem_grow(b->v, &b->cap, b->n + 1, sizeof(*b->v));
	b->v[b->n] = (struct box){ kind, state, { 0 } };
	return &b->v[b->n++].text;
}

static void
add_blocks(struct boxes *b, const struct item *item, enum clause_kind kind,
    enum box_kind as)
{
	unsigned	 n = 0;

	for (const struct clause *c = item->clauses; c != NULL; c = c->next)
		if (c->kind == kind)
			unparse_clauses(add_box(b, as, ++n), c->block);
}

/* Pictures are no wider than pages. */
static void
wrap_box(struct box *b)
{
	struct buf	 text = b->text;

	b->text = (struct buf){ 0 };
	wrap_lines(&b->text, buf_bytes(&text));
	buf_fini(&text);
}

static void
boxes_make(struct boxes *b, const struct item *item)
{
	const struct clause	*c;
	struct buf		*text;

	unparse_life(add_box(b, BOX_BEGIN, 0), item);
	add_blocks(b, item, CLAUSE_STATE, BOX_STATE);
	text = add_box(b, BOX_ALERT, 0);
	buf_slice(text, item->name.text);
	buf_char(text, '\n');
	if ((c = clause_last(item->clauses, CLAUSE_PRIORITY)) != NULL) {
		buf_str(text, "priority ");
		buf_slice(text, c->word.text);
		buf_char(text, '\n');
	}
	add_blocks(b, item, CLAUSE_CANCEL, BOX_CANCEL);
	add_blocks(b, item, CLAUSE_EXCEPT, BOX_EXCEPT);
	for (size_t i = 0; i < b->n; i++)
		wrap_box(&b->v[i]);
}

static void
boxes_free(struct boxes *b)
{
	for (size_t i = 0; i < b->n; i++)
		buf_fini(&b->v[i].text);
	free(b->v);
}

static const char *
heading(const struct box *b, struct buf *scratch)
{
	static const char *const	names[] = {
		[BOX_BEGIN] = "begins with", [BOX_CANCEL] = "cancelled by",
		[BOX_EXCEPT] = "never looks at", [BOX_ALERT] = "alert"
	};

	if (b->kind != BOX_STATE)
		return names[b->kind];
	buf_clear(scratch);
	buf_printf(scratch, "state %u", b->state);
	return buf_cstr(scratch);
}

/* The next line of a text, without its newline. False at the end. */
static bool
next_line(struct slice *rest, struct slice *line)
{
	const uint8_t	*end;

	if (rest->n == 0)
		return false;
	end = memchr(rest->p, '\n', rest->n);
	*line = (struct slice){ rest->p, end == NULL ? rest->n :
	    (size_t)(end - rest->p) };
	rest->p += line->n + (end != NULL);
	rest->n -= line->n + (end != NULL);
	return true;
}

/* Graphviz. */

/* A quoted text of dot: other bytes than text are shown as \xHH. */
static void
put_dot(struct buf *out, struct slice s)
{
	struct buf	 shown = { 0 };

	buf_escape(&shown, s);
	for (size_t i = 0; i < shown.n; i++) {
		if (shown.p[i] == '"' || shown.p[i] == '\\')
			buf_char(out, '\\');
		buf_u8(out, shown.p[i]);
	}
	buf_fini(&shown);
}

static void
put_dot_box(struct buf *out, const struct item *item, size_t number,
    const struct box *b)
{
	static const char *const	 looks[] = {
		[BOX_BEGIN] = "shape=plaintext",
		[BOX_STATE] = "shape=box, style=rounded",
		[BOX_CANCEL] = "shape=box, style=dashed, color=red",
		[BOX_EXCEPT] = "shape=box, style=dotted",
		[BOX_ALERT] = "shape=box, peripheries=2, color=red"
	};
	struct buf			 scratch = { 0 };
	struct slice			 rest = buf_bytes(&b->text), line;

	buf_printf(out, "\tr%u_%zu [%s, label=\"%s\\n", item->number, number,
	    looks[b->kind], heading(b, &scratch));
	while (next_line(&rest, &line)) {
		put_dot(out, line);
		buf_str(out, "\\l");
	}
	buf_str(out, "\"];\n");
	buf_fini(&scratch);
}

void
graph_dot_begin(struct buf *out)
{
	buf_str(out, "digraph rules {\n\trankdir=TB;\n"
	    "\tnode [fontname=monospace, fontsize=10];\n");
}

void
graph_dot(struct buf *out, const struct item *item)
{
	struct boxes	 b = { 0 };
	size_t		 last = 0;

	boxes_make(&b, item);
	buf_printf(out, "\tsubgraph cluster_%u {\n\tlabel=\"", item->number);
	put_dot(out, item->name.text);
	buf_str(out, "\";\n");
	for (size_t i = 0; i < b.n; i++)
		put_dot_box(out, item, i, &b.v[i]);
	for (size_t i = 1; i < b.n; i++) {
		if (b.v[i].kind == BOX_EXCEPT)
			continue;
		if (b.v[i].kind == BOX_CANCEL) {
			buf_printf(out, "\tr%u_%zu -> r%u_0 [style=dashed, "
			    "color=red];\n", item->number, i, item->number);
			continue;
		}
		buf_printf(out, "\tr%u_%zu -> r%u_%zu;\n", item->number, last,
		    item->number, i);
		last = i;
	}
	buf_str(out, "\t}\n");
	boxes_free(&b);
}

void
graph_dot_end(struct buf *out)
{
	buf_str(out, "}\n");
}

/* SVG. */

#define CHAR_W	7u		/* of the font, in its size of 12 */
#define LINE_H	16u
#define PAD	10u
#define GAP	28u		/* for an arrow */
#define MARGIN	20u

/* How many columns a line takes, tabs as four. */
static size_t
columns_of(struct slice line)
{
	struct buf	 shown = { 0 };
	size_t		 n = 0;

	buf_escape(&shown, line);
	for (size_t i = 0; i < shown.n; i++)
		n += (shown.p[i] & 0xc0) != 0x80;
	buf_fini(&shown);
	return n;
}

static void
measure(const struct box *b, size_t *width, size_t *height)
{
	struct buf	 scratch = { 0 };
	struct slice	 rest = buf_bytes(&b->text), line;

	*width = columns_of(slice_str(heading(b, &scratch)));
	*height = 1;
	for (; next_line(&rest, &line); ++*height)
		if (columns_of(line) > *width)
			*width = columns_of(line);
	*width = *width * CHAR_W + 2 * PAD;
	*height = *height * LINE_H + 2 * PAD;
	buf_fini(&scratch);
}

static void
put_svg_box(struct buf *out, const struct box *b, size_t x, size_t y,
    size_t width)
{
	static const char *const	 looks[] = {
		[BOX_BEGIN] = "fill=\"none\" stroke=\"none\"",
		[BOX_STATE] = "rx=\"8\" fill=\"#f4f8ff\" stroke=\"#335\"",
		[BOX_CANCEL] = "fill=\"none\" stroke=\"#b00\" "
		    "stroke-dasharray=\"6 3\"",
		[BOX_EXCEPT] = "fill=\"none\" stroke=\"#777\" "
		    "stroke-dasharray=\"2 3\"",
		[BOX_ALERT] = "fill=\"#fff0f0\" stroke=\"#b00\" "
		    "stroke-width=\"3\""
	};
	struct buf			 scratch = { 0 };
	struct slice			 rest = buf_bytes(&b->text), line;
	size_t				 w, h;

	measure(b, &w, &h);
	buf_printf(out, "<rect x=\"%zu\" y=\"%zu\" width=\"%zu\" "
	    "height=\"%zu\" %s/>\n<text x=\"%zu\" y=\"%zu\" "
	    "font-weight=\"bold\">%s</text>\n", x, y, width, h,
	    looks[b->kind], x + PAD, y + PAD + 12, heading(b, &scratch));
	for (y += PAD + 12; next_line(&rest, &line);) {
		y += LINE_H;
		buf_printf(out, "<text x=\"%zu\" y=\"%zu\" "
		    "xml:space=\"preserve\">", x + PAD, y);
		markup_escape(out, line);
		buf_str(out, "</text>\n");
	}
	buf_fini(&scratch);
}

static void
put_arrow(struct buf *out, size_t x, size_t y)
{
	buf_printf(out, "<line x1=\"%zu\" y1=\"%zu\" x2=\"%zu\" y2=\"%zu\" "
	    "stroke=\"#335\" marker-end=\"url(#a)\"/>\n", x, y, x,
	    y + GAP - 4);
}

/* One sequence at Y; returns where it ends. *RIGHT: how far it reaches. */
static size_t
put_svg_sequence(struct buf *out, const struct item *item, size_t y,
    size_t *right)
{
	struct boxes	 b = { 0 };
	size_t		 width = 0, w, h;

	boxes_make(&b, item);
	for (size_t i = 0; i < b.n; i++) {
		measure(&b.v[i], &w, &h);
		width = w > width ? w : width;
	}
	for (size_t i = 0; i < b.n; i++) {
		if (b.v[i].kind == BOX_STATE || b.v[i].kind == BOX_ALERT)
			put_arrow(out, MARGIN + width / 2, y);
		y += i > 0 ? GAP : 0;
		measure(&b.v[i], &w, &h);
		put_svg_box(out, &b.v[i], MARGIN, y, width);
		y += h;
	}
	if (*right < 2 * MARGIN + width)
		*right = 2 * MARGIN + width;
	boxes_free(&b);
	return y;
}

void
graph_svg(struct buf *out, const struct item *const *items, size_t n)
{
	struct buf	 body = { 0 };
	size_t		 y = MARGIN, right = 2 * MARGIN;

	for (size_t i = 0; i < n; i++)
		y = put_svg_sequence(&body, items[i], y, &right) + 2 * MARGIN;
	buf_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" "
	    "height=\"%zu\" font-family=\"monospace\" font-size=\"12\">\n"
	    "<defs><marker id=\"a\" viewBox=\"0 0 10 10\" refX=\"9\" "
	    "refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" "
	    "orient=\"auto\"><path d=\"M0 0L10 5L0 10z\" fill=\"#335\"/>"
	    "</marker></defs>\n<rect width=\"100%%\" height=\"100%%\" "
	    "fill=\"white\"/>\n", right, y);
	buf_slice(out, buf_bytes(&body));
	buf_str(out, "</svg>\n");
	buf_fini(&body);
}
