/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parts.c - what a record may have several of: one walk finds them all.
 *
 * Two speeds, as in record.c: from token to token by length alone, taking what
 * stands at known places; and by the token table, for records that hold a token
 * whose length that does not tell (other sockets, odd lists). A test compares
 * the two on random records.
 */
#include "bsm/parts.h"

#include <stdlib.h>

#include "base/mem.h"

/* How a token is read without the table. */
enum how {
	HOP_OVER, HOP_STRING, HOP_STRINGS, HOP_ARGUMENT32, HOP_ARGUMENT64,
	HOP_INET, HOP_INET6
};

static const struct {
	uint8_t	 how, kind;
} hops[256] = {
	[TOK_PATH] = { HOP_STRING, PART_PATH },
	[TOK_TEXT] = { HOP_STRING, PART_TEXT },
	[TOK_ARGUMENT32] = { HOP_ARGUMENT32, PART_ARGUMENT },
	[TOK_ARGUMENT64] = { HOP_ARGUMENT64, PART_ARGUMENT },
	[TOK_EXEC_ARGS] = { HOP_STRINGS, PART_ARGS },
	[TOK_EXEC_ENV] = { HOP_STRINGS, PART_ENV },
	[TOK_SOCKINET32] = { HOP_INET, PART_ADDRESS },
	[TOK_SOCKINET128] = { HOP_INET6, PART_ADDRESS },
};

/* A walk, whichever way. */
struct walk {
	struct parts		*parts;
	const struct record	*record;
	bool			 macos;
	unsigned		 kinds;
};

void
parts_fini(struct parts *ps)
{
	for (unsigned k = 0; k < PART_KINDS; k++)
		free(ps->of[k].p);
}

static void
clear(struct parts *ps)
{
	for (unsigned k = 0; k < PART_KINDS; k++)
		ps->of[k].n = 0;
}

static void
add(struct walk *w, enum part_kind kind, struct slice bytes, uint64_t number,
    uint8_t position)
{
	struct parts	*ps = w->parts;

	if ((w->kinds & PART_BIT(kind)) == 0)
		return;
	ps->of[kind].p = mem_grow(ps->of[kind].p, &ps->of[kind].cap,
	    ps->of[kind].n + 1, sizeof(struct part));
	ps->of[kind].p[ps->of[kind].n++] = (struct part){ .number = number,
	    .at = bytes.n == 0 ? 0 :
	    (uint32_t)(bytes.p - w->record->bytes.p),
	    .n = (uint32_t)bytes.n, .position = position };
}

static void
add_text(struct walk *w, enum part_kind kind, struct slice text)
{
	add(w, kind, slice_until_nul(text), 0, 0);
}

/*
 * macOS writes the port of an IPv6 socket as it lies in memory, with its bytes
 * swapped once too often (audit_bsm_token.c of xnu, au_to_sock_inet128).
 */
static void
add_port(struct walk *w, uint8_t id, uint64_t port)
{
	if (w->macos && id == TOK_SOCKINET128)
		port = (port >> 8 | port << 8) & UINT16_MAX;
	add(w, PART_PORT, (struct slice){ NULL, 0 }, port, 0);
}

static void
add_list(struct walk *w, enum part_kind kind, const struct strings *list)
{
	struct slice	 one;
	size_t		 at = 0;

	if ((w->kinds & PART_BIT(kind)) == 0)
		return;
	if (kind == PART_ARGS)
		w->parts->of[kind].n = 0;
	while (strings_next(list, &at, &one))
		add_text(w, kind, one);
}

/* By its length. */

/* The NUL-ended strings between P and END, which a NUL precedes. */
static void
hop_strings(struct walk *w, enum part_kind kind, const uint8_t *p,
    const uint8_t *end)
{
	const uint8_t	*nul;

	if ((w->kinds & PART_BIT(kind)) == 0)
		return;
	if (kind == PART_ARGS)
		w->parts->of[kind].n = 0;
	for (; p < end; p = nul + 1) {
		nul = memchr(p, 0, (size_t)(end - p));
		add(w, kind, (struct slice){ p, (size_t)(nul - p) }, 0, 0);
	}
}

/* The token of SIZE bytes that begins at P. */
static void
hop_token(struct walk *w, const uint8_t *p, size_t size)
{
	const enum part_kind	 kind = hops[p[0]].kind;

	switch ((enum how)hops[p[0]].how) {
	case HOP_OVER:
		break;
	case HOP_STRING:
		add_text(w, kind, (struct slice){ p + 3, size - 3 });
		break;
	case HOP_STRINGS:
		hop_strings(w, kind, p + 5, p + size);
		break;
	case HOP_ARGUMENT32:
		add(w, kind, slice_until_nul((struct slice){ p + 8,
		    size - 8 }), be32(p + 2), p[1]);
		break;
	case HOP_ARGUMENT64:
		add(w, kind, slice_until_nul((struct slice){ p + 12,
		    size - 12 }), be64(p + 2), p[1]);
		break;
	case HOP_INET:
	case HOP_INET6:
		add_port(w, p[0], be16(p + 3));
		add(w, kind, (struct slice){ p + 5, size - 5 }, 0, 0);
		break;
	}
}

/* False when some length could not be told. */
static bool
hop(struct walk *w)
{
	const uint8_t	*p = w->record->bytes.p;
	const size_t	 end = record_end(w->record);
	size_t		 pos = w->record->body, size;

	for (; pos < end; pos += size) {
		if ((size = token_size(p + pos, end - pos)) == 0)
			return false;
		hop_token(w, p + pos, size);
	}
	return pos == end;
}

/* By the table. */

/* The fields of a socket token: ports and addresses of both sides. */
static void
take_socket(struct walk *w, const struct token *t)
{
	for (const struct field *f = t->layout->fields; f->name != NULL; f++) {
		if (f->at == offsetof(struct token, sock.lport) ||
		    f->at == offsetof(struct token, sock.rport))
			add_port(w, t->id, token_number(t, f));
		else if (f->at == offsetof(struct token, sock.laddr) ||
		    f->at == offsetof(struct token, sock.raddr))
			add(w, PART_ADDRESS, token_slice(t, f), 0, 0);
	}
}

static void
take_token(struct walk *w, const struct token *t)
{
	switch (t->id) {
	case TOK_PATH:
		add_text(w, PART_PATH, t->str.text);
		break;
	case TOK_TEXT:
		add_text(w, PART_TEXT, t->str.text);
		break;
	case TOK_ARGUMENT32:
	case TOK_ARGUMENT64:
		add(w, PART_ARGUMENT, slice_until_nul(t->arg.text),
		    t->arg.value, (uint8_t)t->arg.number);
		break;
	case TOK_EXEC_ARGS:
		add_list(w, PART_ARGS, &t->list.list);
		break;
	case TOK_EXEC_ENV:
		add_list(w, PART_ENV, &t->list.list);
		break;
	case TOK_CMD:
		add_list(w, PART_ARGS, &t->list.list);
		add_list(w, PART_ENV, &t->list.second);
		break;
	case TOK_SOCKET:
	case TOK_SOCKET_EX:
	case TOK_SOCKINET32:
	case TOK_SOCKINET128:
		take_socket(w, t);
		break;
	}
}

void
parts_read(struct parts *ps, const struct record *r, enum dialect d,
    unsigned kinds)
{
	struct walk	 w = { ps, r, d == DIALECT_MACOS, kinds };
	struct tokens	 tokens;
	struct token	 t;
	int		 status;

	clear(ps);
	if (hop(&w))
		return;
	clear(ps);
	tokens_begin(&tokens, r->bytes);
	while ((status = tokens_next(&tokens, &t)) != 0)
		if (status > 0)
			take_token(&w, &t);
}
