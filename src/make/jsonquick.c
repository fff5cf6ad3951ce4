/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonquick.c - the lines that print -j writes, to the bytes of records.
 *
 * Such a line has no blanks, and its keys stand in the order of the token
 * table. So nothing has to be parsed: the texts around the values are compared
 * with what would have to stand there, and each value goes out as it is met.
 * What is not so to the letter, an escape or a field that was left out, is no
 * error here; the line is then read as JSON. Values have one spelling only, and
 * whatever is taken means the same to both readers, which a test compares.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "bsm/frame.h"
#include "bsm/token.h"
#include "make/jsonquick.h"

#define PIECE_MAX	48u		/* bytes; longer ones are not kept */
#define NAMES		256u		/* slots for names of tokens */
#define EXACT_MAX	((uint64_t)1 << 53)	/* above: a string of digits */
#define LINE_MAX_QUICK	(1u << 20)	/* bytes; bounds the room for it */

/* What every token begins with; its name comes next. */
#define TOKEN		"{\"token\":\""

/* Text between values. */
struct piece {
	uint8_t		 p[PIECE_MAX];
	size_t		 n;
};

struct step {
	enum wire	 wire;
	struct piece	 after;		/* the next key, or } */
};

struct plan {
	const struct layout *layout;
	struct piece	 begin;		/* text","text": */
	struct step	*steps, *end;
};

struct jsonquick {
	struct plan	*plans;
	struct step	*steps;
	const struct plan *by_name[NAMES];	/* open addressing */
};

/* A line under way: what is left of it, and where its bytes go. */
struct reader {
	const uint8_t	*p, *end;
	uint8_t		*o;		/* jsonquick_line() has made room */
};

static bool
is_usual(enum wire w)
{
	switch (w) {
	case W_U8:
	case W_U16:
	case W_U24:
	case W_U32:
	case W_U64:
	case W_STR:
	case W_RAW4:
	case W_RAW16:
	case W_ADDR:
	case W_STRINGS:
	case W_U32S:
		return true;
	case W_OPAQUE:
	case W_UUID:
	case W_ATYPE:
	case W_AT_ADDR:
	case W_STRS16:
	case W_ZSTR:
	case W_U32X16:
	case W_ITEMS:
	case W_WORDS:
	case W_TID:
	case W_N:
		break;
	}
	return false;
}

/* --------------------------------------------------------------- the pieces */

/* Keep what stands in B behind FROM bytes; false when it is too long. */
static bool
keep(struct piece *piece, struct buf *b, size_t from)
{
	piece->n = b->n - from;
	if (piece->n <= PIECE_MAX)
		memcpy(piece->p, b->p + from, piece->n);
	buf_clear(b);
	return piece->n <= PIECE_MAX;
}

/* False when tokens of this layout are not for us. */
static bool
make_plan(struct plan *p, const struct layout *lay, struct buf *b)
{
	const struct field	*f = lay->fields;
	bool			 good;
	struct json		 j;

	p->layout = lay;
	if (lay->id == TOK_TRAILER)	/* its magic is not shown */
		f++;
	json_init(&j, b);
	json_begin_object(&j);
	json_key(&j, "token");
	json_cstr(&j, lay->name);
	json_key(&j, f->name);
	good = keep(&p->begin, b, strlen(TOKEN));
	for (; f->name != NULL; f++) {
		struct step	*s = p->end++;

		s->wire = f->wire;
		j.comma[j.depth] = true;	/* behind the value */
		if (f[1].name != NULL)
			json_key(&j, f[1].name);
		else
			json_end_object(&j);
		good &= keep(&s->after, b, 0) && is_usual(f->wire);
	}
	return good;
}

static size_t
slot(struct slice name)
{
	return (name.n + 5u * name.p[0] + 11u * name.p[name.n / 2] +
	    23u * name.p[name.n - 1]) % NAMES;
}

static const struct plan *
plan_find(const struct jsonquick *q, struct slice name)
{
	size_t	 i;

	if (name.n == 0)
		return NULL;
	for (i = slot(name); q->by_name[i] != NULL; i = (i + 1) % NAMES)
		if (slice_is(name, q->by_name[i]->layout->name))
			break;
	return q->by_name[i];
}

struct jsonquick *
jsonquick_new(void)
{
	struct jsonquick	*q = xcalloc(1, sizeof(*q));
	struct buf		 b = { 0 };
	struct step		*steps;
	size_t			 n, fields = 0;
	const struct layout	*layouts = token_layouts(&n);

	for (size_t i = 0; i < n; i++)
		for (const struct field *f = layouts[i].fields;
		    f->name != NULL; f++)
			fields++;
	q->plans = xcalloc(n, sizeof(*q->plans));
	q->steps = steps = xcalloc(fields, sizeof(*q->steps));
	for (size_t i = 0; i < n; i++) {
		struct plan	*p = &q->plans[i];
		size_t		 at = slot(slice_str(layouts[i].name));

		p->steps = p->end = steps;
		if (make_plan(p, &layouts[i], &b)) {
			while (q->by_name[at] != NULL)
				at = (at + 1) % NAMES;
			q->by_name[at] = p;
		}
		steps = p->end;
	}
	buf_fini(&b);
	return q;
}

void
jsonquick_free(struct jsonquick *q)
{
	if (q == NULL)
		return;
	free(q->plans);
	free(q->steps);
	free(q);
}

/* --------------------------------------------------------------- the values */

/* Pass over these very bytes. */
static inline bool
pass(struct reader *r, const void *bytes, size_t n)
{
	if ((size_t)(r->end - r->p) < n || memcmp(r->p, bytes, n) != 0)
		return false;
	r->p += n;
	return true;
}

static inline bool
pass_text(struct reader *r, const char *s)
{
	return pass(r, s, strlen(s));
}

/* Digits without a leading zero, of at most 64 bits. */
static bool
take_digits(struct reader *r, uint64_t *v)
{
	const uint8_t	*from = r->p;

	for (*v = 0; r->p < r->end; r->p++) {
		const unsigned	 d = (unsigned)*r->p - '0';

		if (d > 9)
			break;
		if (*v > (UINT64_MAX - d) / 10)
			return false;
		*v = 10 * *v + d;
	}
	return r->p > from && (*from != '0' || r->p == from + 1);
}

/* A number as json_uint() writes it. */
static bool
take_number(struct reader *r, uint64_t max, uint64_t *v)
{
	const bool	 quoted = pass_text(r, "\"");

	return take_digits(r, v) && *v <= max && quoted == (*v > EXACT_MAX) &&
	    (!quoted || pass_text(r, "\""));
}

static inline void
put_number(struct reader *r, uint64_t v, unsigned width)
{
	while (width-- > 0)
		*r->o++ = (uint8_t)(v >> 8 * width);
}

static bool
move_number(struct reader *r, unsigned width)
{
	uint64_t	 v;

	if (!take_number(r, UINT64_MAX >> (64 - 8 * width), &v))
		return false;
	put_number(r, v, width);
	return true;
}

/* A string in quotes that has nothing escaped. */
static bool
take_string(struct reader *r, struct slice *s)
{
	const uint8_t	*from;
	struct slice	 left;
	uint32_t	 code;

	if (!pass_text(r, "\""))
		return false;
	from = r->p;
	for (size_t n = 0;; r->p += n) {
		r->p += utf8_plain((struct slice){ r->p,
		    (size_t)(r->end - r->p) });
		left = (struct slice){ r->p, (size_t)(r->end - r->p) };
		n = utf8_decode(left, &code);
		if (n < 2)			/* '"', or what is not text */
			break;
	}
	*s = (struct slice){ from, (size_t)(r->p - from) };
	return pass_text(r, "\"");
}

static void
put_cstr(struct reader *r, struct slice s)
{
	if (s.n > 0)
		memcpy(r->o, s.p, s.n);
	r->o += s.n;
	*r->o++ = 0;
}

static bool
move_string(struct reader *r)
{
	struct slice	 s;

	if (!take_string(r, &s) || s.n >= UINT16_MAX)
		return false;
	put_number(r, s.n + 1, 2);
	put_cstr(r, s);
	return true;
}

static bool
move_ipv4(struct reader *r)
{
	uint64_t	 v;

	for (unsigned i = 0; i < 4; i++) {
		if ((i > 0 && !pass_text(r, ".")) || !take_digits(r, &v) ||
		    v > 255)
			return false;
		put_number(r, v, 1);
	}
	return true;
}

static bool
move_ipv6(struct reader *r)
{
	struct slice	 s;
	char		 text[INET6_ADDRSTRLEN];

	r->p--;				/* its quote */
	if (!take_string(r, &s) || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	r->p--;
	r->o += 16;
	return inet_pton(AF_INET6, text, r->o - 16) == 1;
}

static bool
move_address(struct reader *r, enum wire w)
{
	const uint8_t	*quote;
	bool		 six;

	if (!pass_text(r, "\"") ||
	    (quote = memchr(r->p, '"', (size_t)(r->end - r->p))) == NULL)
		return false;
	six = memchr(r->p, ':', (size_t)(quote - r->p)) != NULL;
	if (w == W_ADDR)
		put_number(r, six ? 16 : 4, 4);
	else if (six != (w == W_RAW16))
		return false;
	return (six ? move_ipv6(r) : move_ipv4(r)) && pass_text(r, "\"");
}

/* A list, its count in WIDTH bytes before it; at most MAX. */
static bool
move_list(struct reader *r, unsigned width, uint64_t max,
    bool (*move)(struct reader *))
{
	uint8_t		*count = r->o, *end;
	uint64_t	 n = 0;

	if (!pass_text(r, "["))
		return false;
	for (r->o += width; !pass_text(r, "]"); n++)
		if (n == max || (n > 0 && !pass_text(r, ",")) || !move(r))
			return false;
	end = r->o;
	r->o = count;
	put_number(r, n, width);
	r->o = end;
	return true;
}

static bool
move_cstr(struct reader *r)
{
	struct slice	 s;

	if (!take_string(r, &s))
		return false;
	put_cstr(r, s);
	return true;
}

static bool
move_u32(struct reader *r)
{
	return move_number(r, 4);
}

static bool
move_value(struct reader *r, enum wire w)
{
	switch (w) {
	case W_U8:
		return move_number(r, 1);
	case W_U16:
		return move_number(r, 2);
	case W_U24:
		return move_number(r, 3);
	case W_U32:
		return move_number(r, 4);
	case W_U64:
		return move_number(r, 8);
	case W_STR:
		return move_string(r);
	case W_STRINGS:
		return move_list(r, 4, UINT32_MAX, move_cstr);
	case W_U32S:
		return move_list(r, 2, UINT16_MAX, move_u32);
	default:			/* W_RAW4, W_RAW16, W_ADDR */
		return move_address(r, w);
	}
}

/* --------------------------------------------------------------- the record */

/* The next token; NULL when it is not one of ours. */
static const struct plan *
move_token(const struct jsonquick *q, struct reader *r)
{
	const struct plan	*plan;
	const uint8_t		*end;

	if (!pass_text(r, TOKEN) ||
	    (end = memchr(r->p, '"', (size_t)(r->end - r->p))) == NULL)
		return NULL;
	plan = plan_find(q, (struct slice){ r->p, (size_t)(end - r->p) });
	if (plan == NULL || !pass(r, plan->begin.p, plan->begin.n))
		return NULL;
	*r->o++ = plan->layout->id;
	if (plan->layout->id == TOK_TRAILER)
		put_number(r, TRAILER_MAGIC, 2);
	for (const struct step *s = plan->steps; s < plan->end; s++)
		if (!move_value(r, s->wire) ||
		    !pass(r, s->after.p, s->after.n))
			return NULL;
	return plan;
}

/* What stands before the tokens, for readers. */
static bool
pass_head(struct reader *r)
{
	struct slice	 s;
	uint64_t	 v;

	if (!pass_text(r, "{"))
		return false;
	if (pass_text(r, "\"time\":") &&
	    (!take_string(r, &s) || !pass_text(r, ",")))
		return false;
	if (pass_text(r, "\"event\":")) {
		if (r->p < r->end && *r->p != '"' ?
		    !take_number(r, UINT16_MAX, &v) : !take_string(r, &s))
			return false;
		if (!pass_text(r, ","))
			return false;
	}
	if (!pass_text(r, "\"source\":") || !take_string(r, &s) ||
	    !pass_text(r, ",\"offset\":") || !take_number(r, UINT64_MAX, &v))
		return false;
	(void)pass_text(r, ",\"recovered\":true");
	return pass_text(r, ",\"tokens\":[");
}

/* A header and what follows, or a file token alone. */
static bool
move_tokens(const struct jsonquick *q, struct reader *r)
{
	const struct plan	*plan = move_token(q, r);

	if (plan == NULL)
		return false;
	if (token_is_header(plan->layout->id))
		while (pass_text(r, ","))
			if (move_token(q, r) == NULL)
				return false;
	return (token_is_header(plan->layout->id) ||
	    plan->layout->id == TOK_FILE32 || plan->layout->id == TOK_FILE64) &&
	    pass_text(r, "]}") && r->p == r->end;
}

bool
jsonquick_line(const struct jsonquick *q, struct slice line, struct buf *out)
{
	/* No value is more than twice as long in a record: "0," are 4 bytes. */
	struct reader	 r = { .p = line.p, .end = line.p + line.n };
	uint8_t		*start;

	if (line.n > LINE_MAX_QUICK || !pass_head(&r) ||
	    (start = buf_room(out, 2 * line.n)) == NULL)
		return false;
	r.o = start;
	if (!move_tokens(q, &r) ||
	    (size_t)(r.o - start) > FRAME_RECORD_MAX)
		return false;
	out->n += (size_t)(r.o - start);
	return true;
}
