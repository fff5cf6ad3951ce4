/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * draw.h - tokens and records drawn by lot, for the tests of src/bsm/.
 *
 * The same seed draws the same. Strings are written one behind the other into
 * the lot's pool, which is emptied with each record.
 */
#ifndef TESTS_DRAW_H
#define TESTS_DRAW_H

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "bsm/build.h"
#include "bsm/token.h"

struct lot {
	uint64_t	 state;		/* of the generator, not 0 */
	bool		 hostile;	/* strings are not only letters */
	size_t		 used;		/* bytes of the pool */
	uint8_t		 pool[1u << 16];
};

/* xorshift64* by S. Vigna. */
static inline uint64_t
lot_u64(struct lot *l)
{
	l->state ^= l->state >> 12;
	l->state ^= l->state << 25;
	l->state ^= l->state >> 27;
	return l->state * 0x2545f4914f6cdd1du;
}

static inline void
lot_seed(struct lot *l, uint64_t seed)
{
	l->state = seed * 0x9e3779b97f4a7c15u + 1;
	l->used = 0;
	l->hostile = false;
	(void)lot_u64(l);
}

static inline uint32_t
lot_below(struct lot *l, uint32_t n)
{
	return (uint32_t)((lot_u64(l) >> 32) * n >> 32);
}

/* A number of so many bytes, often one at the edge. */
static inline uint64_t
lot_number(struct lot *l, unsigned width)
{
	uint64_t	 top = width == 8 ? UINT64_MAX :
	    ((uint64_t)1 << (8 * width)) - 1;

	switch (lot_below(l, 5)) {
	case 0:
		return 0;
	case 1:
		return top;
	case 2:
		return top / 2 + lot_below(l, 2);
	case 3:
		return lot_below(l, 100);
	default:
		return lot_u64(l) & top;
	}
}

/*
 * What is hard to print: controls, quotes and marks, characters that turn the
 * direction of text or are none, and bytes that are not UTF-8. At most N bytes;
 * returns how many.
 */
static inline size_t
lot_hostile(struct lot *l, uint8_t *to, size_t n, bool nul)
{
	static const char *const	 odd[] = {
		"\"", "\\", "/", "<", ">", "&", "'", "]]>", "\\u0000", "\n",
		"\r", "\t", "\033[2J", "\177", "\xc3\xa9", "\xe2\x82\xac",
		"\xf0\x9d\x84\x9e", "\xc2\x85", "\xe2\x80\xae",
		"\xe2\x81\xa6", "\xef\xbb\xbf", "\xef\xbf\xbe",
		"\xf4\x8f\xbf\xbf", "\xed\xa0\x80", "\xc0\x80",
		"\xf8\x88\x80\x80\x80", "\xe2\x82", "\xff", "\x9b"
	};
	const char			*s = odd[lot_below(l, sizeof(odd) /
	    sizeof(odd[0]))];
	const size_t			 len = strlen(s);

	if (lot_below(l, 3) == 0 && len <= n) {
		memcpy(to, s, len);
		return len;
	}
	*to = (uint8_t)lot_below(l, 256);
	if (*to == 0 && !nul)
		*to = 1;
	return 1;
}

/* N bytes of text by lot. NUL: when hostile, there may be one. */
static inline struct slice
lot_text(struct lot *l, size_t n, bool nul)
{
	uint8_t		*p = l->pool + l->used;
	const uint32_t	 odds = l->hostile ? 1 + lot_below(l, 20) : 0;

	assert(n <= sizeof(l->pool) - l->used);
	l->used += n;
	for (size_t i = 0; i < n; ) {
		if (odds > 0 && lot_below(l, odds) == 0)
			i += lot_hostile(l, p + i, n - i, nul);
		else
			p[i++] = (uint8_t)('a' + lot_below(l, 26));
	}
	return (struct slice){ p, n };
}

/* N bytes by lot. */
static inline struct slice
lot_bytes(struct lot *l, size_t n)
{
	uint8_t	*p = l->pool + l->used;

	assert(n <= sizeof(l->pool) - l->used);
	l->used += n;
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)lot_below(l, 256);
	return (struct slice){ p, n };
}

/* A string with its NUL, seldom without, seldom none at all. */
static inline struct slice
lot_string(struct lot *l)
{
	struct slice	 s = lot_text(l, lot_below(l, 24), true);

	if (s.n > 0 && lot_below(l, 8) != 0)
		l->pool[l->used - 1] = '\0';
	return s;
}

/* COUNT strings in a row; COUNTED: each with its length before it. */
static inline struct strings
lot_strings(struct lot *l, uint32_t count, bool counted)
{
	struct strings	 s = { .claimed = count, .count = count,
	    .counted = counted };
	size_t		 start = l->used;

	for (uint32_t i = 0; i < count; i++) {
		uint8_t		*length = l->pool + l->used;
		struct slice	 one;

		l->used += counted ? 2 : 0;
		one = lot_text(l, 1 + lot_below(l, 12), counted);
		l->pool[l->used - 1] = '\0';
		if (counted) {
			length[0] = 0;
			length[1] = (uint8_t)one.n;
		}
	}
	s.bytes = (struct slice){ l->pool + start, l->used - start };
	return s;
}

static inline uint64_t
lot_value(struct lot *l, const struct layout *lay, const struct field *f)
{
	static const unsigned	 widths[] = { 1, 2, 3, 4, 8 };

	if (f->wire == W_ATYPE)
		return lot_below(l, 2) ? 4 : 16;
	if (f->wire == W_TID)
		return 1;
	if (lay->id == TOK_DATA && f->show == SHOW_UNIT)
		return lot_below(l, 4);
	if (lay->id == TOK_SOCKET_EX && f->show == SHOW_DOMAIN)
		return lot_below(l, 2) ? 2 : 26;	/* with addresses */
	return lot_number(l, widths[f->wire]);
}

static inline struct slice
lot_slice(struct lot *l, const struct field *f, const struct token *t)
{
	switch (f->wire) {
	case W_STR:
		return lot_string(l);
	case W_RAW4:
		return lot_bytes(l, 4);
	case W_RAW16:
	case W_UUID:
		return lot_bytes(l, 16);
	case W_ADDR:
		return lot_bytes(l, lot_below(l, 2) ? 4 : 16);
	case W_AT_ADDR:
		return lot_bytes(l, (size_t)t->sock.atype);
	case W_U32S:
		return lot_bytes(l, 4 * (size_t)lot_below(l, 40));
	case W_U32X16:
		return lot_bytes(l, 64);
	case W_ITEMS:
		return lot_bytes(l, (size_t)lot_below(l, 20) << t->data.unit);
	case W_WORDS:
		return lot_bytes(l, 4 * (size_t)t->num.v[1]);
	case W_ZSTR: {
		struct slice	 s = lot_text(l, 1 + lot_below(l, 108), false);

		l->pool[l->used - 1] = '\0';
		return s;
	}
	default:				/* W_OPAQUE */
		return lot_bytes(l, lot_below(l, 40));
	}
}

/* A token of this layout; its slices live as long as the pool. */
static inline void
lot_token(struct lot *l, const struct layout *lay, struct token *t)
{
	*t = (struct token){ .id = lay->id, .layout = lay };
	for (const struct field *f = lay->fields; f->name != NULL; f++) {
		void	*member = (char *)t + f->at;

		if (wire_is_number(f->wire))
			*(uint64_t *)member = lot_value(l, lay, f);
		else if (f->wire == W_STRINGS || f->wire == W_STRS16)
			*(struct strings *)member = lot_strings(l,
			    lot_below(l, 6), f->wire == W_STRS16);
		else
			*(struct slice *)member = lot_slice(l, f, t);
	}
}

/* A layout that may stand inside a record of this version. */
static inline const struct layout *
lot_layout(struct lot *l, uint8_t version)
{
	bool			 solaris = version >= 2 && version <= 4;
	size_t			 n;
	const struct layout	*all = token_layouts(&n), *lay;

	do
		lay = &all[lot_below(l, (uint32_t)n)];
	while (token_is_header(lay->id) || lay->id == TOK_TRAILER ||
	    lay->first_for == FOR_NOBODY ||
	    lay->first_for == (solaris ? FOR_BSD : FOR_SOLARIS));
	return lay;
}

/* A header of one of the four kinds, with a likely time. */
static inline void
lot_header(struct lot *l, struct buf *b, uint8_t version)
{
	static const uint8_t	 ids[] = { TOK_HEADER32, TOK_HEADER32,
	    TOK_HEADER32_EX, TOK_HEADER64, TOK_HEADER64_EX };
	struct token		 t;

	lot_token(l, layout_find(ids[lot_below(l, 5)]), &t);
	t.header.version = version;
	t.header.seconds = 1600000000 + lot_below(l, 100000000);
	t.header.fraction = lot_below(l, 1000);
	(void)build_token(b, &t);	/* every drawn value fits */
}

/*
 * Append a whole record: a header, up to MOST tokens, and a trailer when
 * wanted. Empties the pool.
 */
static inline void
lot_record(struct lot *l, struct buf *b, uint8_t version, uint32_t most,
    bool trailer)
{
	size_t	 start = b->n;

	l->used = 0;
	lot_header(l, b, version);
	for (uint32_t n = lot_below(l, most + 1); n > 0; n--) {
		struct token	 t;

		lot_token(l, lot_layout(l, version), &t);
		(void)build_token(b, &t);
	}
	if (trailer)
		build_finish(b, start);
	else
		build_sizes(b, start);
}

/* A copy in a block of exactly these bytes, so that overreads are noticed. */
static inline struct slice
exact(struct slice s)
{
	uint8_t	*p = malloc(s.n == 0 ? 1 : s.n);

	assert(p != NULL);
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return (struct slice){ p, s.n };
}

static inline void
exact_free(struct slice s)
{
	free((void *)(uintptr_t)s.p);
}

/* A number of the environment, 1 if there is none. */
static inline unsigned
lot_setting(const char *name)
{
	const char		*text = getenv(name);
	const unsigned long	 n = text == NULL ? 0 : strtoul(text, NULL, 10);

	return n == 0 ? 1 : (unsigned)n;
}

/*
 * How often a test of luck is tried: BSMTRACE_TEST_RUNS times the usual, and of
 * these one in BSMTRACE_TEST_PART, the first ones.
 */
static inline unsigned
lot_runs(unsigned usual)
{
	const unsigned	 runs = usual * lot_setting("BSMTRACE_TEST_RUNS") /
	    lot_setting("BSMTRACE_TEST_PART");

	return runs == 0 ? 1 : runs;
}

#endif
