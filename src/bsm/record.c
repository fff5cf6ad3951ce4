/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record.c - a record, header to trailer, as an indexed list of tokens.
 *
 * Three speeds: the index hops from token to token by length alone and
 * remembers where the last of each wanted kind stands; what is longer than its
 * length says is looked into on the way; and only when its end cannot be told
 * like that is the record walked by the table. Members are read at their fixed
 * places inside a token, which tests compare with what the table decodes.
 */
#include "bsm/record.h"

#include "bsm/resync.h"
#include "bsm/status.h"

const uint8_t	record_kinds[256] = {
	[TOK_HEADER32] = REC_HEADER,
	[TOK_HEADER32_EX] = REC_HEADER,
	[TOK_HEADER64] = REC_HEADER,
	[TOK_HEADER64_EX] = REC_HEADER,
	[TOK_SUBJECT32] = REC_SUBJECT,
	[TOK_SUBJECT32_EX] = REC_SUBJECT,
	[TOK_SUBJECT64] = REC_SUBJECT,
	[TOK_SUBJECT64_EX] = REC_SUBJECT,
	[TOK_RETURN32] = REC_RETURN,
	[TOK_RETURN64] = REC_RETURN,
	[TOK_PATH] = REC_PATH,
	[TOK_ATTR] = REC_ATTR,
	[TOK_ATTR32] = REC_ATTR,
	[TOK_ATTR64] = REC_ATTR,
	[TOK_ZONENAME] = REC_ZONE,
};

/*
 * Size of the header that begins at P, 0 when it does not fit or its address
 * type is unknown.
 */
static size_t
header_size(const uint8_t *p, size_t n)
{
	size_t		 size = p[0] == TOK_HEADER32 ? 18 : 26;
	uint32_t	 type;

	if (p[0] == TOK_HEADER32_EX || p[0] == TOK_HEADER64_EX) {
		if (n < 14)
			return 0;
		type = be32(p + 10);
		if (type != 4 && type != 16)
			return 0;
		size = (p[0] == TOK_HEADER32_EX ? 22 : 30) + type;
	}
	return size <= n ? size : 0;
}

/* Event and time of the header at AT. Returns its size, 0 if it is too long. */
static size_t
read_header(struct record *r, uint32_t at)
{
	const uint8_t	*p = r->bytes.p + at;
	size_t		 size = header_size(p, r->bytes.n - at);

	if (size == 0)
		return 0;
	r->event = be16(p + 6);
	if (p[0] == TOK_HEADER32 || p[0] == TOK_HEADER32_EX) {
		r->seconds = be32(p + size - 8);
		r->fraction = be32(p + size - 4);
	} else {
		r->seconds = (int64_t)be64(p + size - 16);
		r->fraction = be64(p + size - 8);
	}
	return size;
}

int
record_head(struct record *r, const struct frame_record *f)
{
	r->bytes = f->bytes;
	r->offset = f->offset;
	r->quality = (uint8_t)f->quality;
	r->indexed = false;
	r->error = 0;
	if (f->bytes.n < HEADER_MIN)
		return BSM_ETRUNC;
	r->version = f->bytes.p[5];
	r->body = (uint8_t)read_header(r, 0);
	return r->body == 0 ? BSM_ETRUNC : 0;
}

size_t
record_heads(struct frame *f, struct record *r, size_t max)
{
	const struct slice	 ahead = frame_ahead(f);
	const uint64_t		 offset = frame_offset(f);
	size_t			 at = 0, n = 0, size;

	if (ahead.n == 0)
		return 0;
	for (; n < max && (size = frame_intact(ahead.p + at,
	    ahead.n - at)) > 0; at += size) {
		frame_fetch(ahead.p + at, ahead.n - at);
		if (record_head_intact(&r[n], (struct slice){ ahead.p + at,
		    size }, offset + at) != 0)
			break;
		n++;
	}
	frame_took(f, at);
	return n;
}

/* By the table: for records that hold something of uncertain length. */
static void
index_by_table(struct record *r)
{
	struct tokens	 w;
	struct token	 t;
	int		 status;

	memset(r->at, 0, sizeof(r->at));
	tokens_begin(&w, r->bytes);
	while ((status = tokens_next(&w, &t)) != 0) {
		if (status < 0) {
			r->error = (int16_t)status;
			r->error_at = (uint32_t)t.off;
		} else
			r->at[record_kinds[t.id]] = (uint32_t)t.off;
	}
}

/*
 * From POS on, by size alone, up to END or to what has to be looked into.
 * Returns where. A token that begins before SAFE has TRAILER_SIZE bytes behind
 * its id: so far a length can be read before it is known to be there, and
 * whether a token passes the end shows behind it. What most records are made of
 * is asked for one by one, which processors foresee better than a jump by a
 * table, and first what is there once in a record and tells most.
 */
static inline size_t
index_by_size(struct record *r, size_t pos, size_t end)
{
	const uint8_t	*const p = r->bytes.p;
	const size_t	 safe = r->bytes.n - TRAILER_SIZE;

	while (pos < safe) {
		const uint8_t			*const t = p + pos;
		const struct token_sizing	*s;

		if (t[0] == TOK_ATTR32) {
			r->at[REC_ATTR] = (uint32_t)pos;
			pos += ATTR32_SIZE;
		} else if (t[0] == TOK_SUBJECT32) {
			r->at[REC_SUBJECT] = (uint32_t)pos;
			pos += SUBJECT32_SIZE;
		} else if (t[0] == TOK_RETURN32) {
			r->at[REC_RETURN] = (uint32_t)pos;
			pos += RETURN32_SIZE;
		} else if (t[0] == TOK_PATH) {
			r->at[REC_PATH] = (uint32_t)pos;
			pos += 3 + (size_t)be16(t + 1);
		} else if (t[0] == TOK_ARGUMENT32) {
			pos += 8 + (size_t)be16(t + 6);
		} else {
			s = &token_sizings[t[0]];
			if (s->how != TOKEN_HOP || s->fixed > end - pos)
				break;
			r->at[record_kinds[t[0]]] = (uint32_t)pos;
			pos += s->fixed + (size_t)(be16(t + s->fixed - 2) &
			    s->mask);
		}
	}
	return pos;
}

/* The same with what has to be looked into. At END, if all is well. */
static inline size_t
index_all(struct record *r, size_t pos, size_t end)
{
	while (pos < end) {
		const uint8_t	*const t = r->bytes.p + pos;
		const size_t	 size = t[0] == TOK_EXEC_ARGS ?
		    token_size_strings(t, end - pos) :
		    token_size(t, end - pos);

		if (size == 0)
			break;
		r->at[record_kinds[t[0]]] = (uint32_t)pos;
		pos = index_by_size(r, pos + size, end);
	}
	return pos;
}

bool
record_fits(struct slice bytes, struct record *r)
{
	if (record_head(r, &(struct frame_record){ .bytes = bytes }) != 0)
		return false;
	r->error_at = 0;
	memset(r->at, 0, sizeof(r->at));
	r->indexed = index_all(r, index_by_size(r, r->body, bytes.n),
	    bytes.n) == bytes.n && r->at[REC_HEADER] == 0;
	return r->indexed;
}

void
record_index_framed(struct record *r, const struct frame *f)
{
	const struct record	*front = &f->front;

	if (r->quality != FRAME_WEAK || !front->indexed ||
	    front->bytes.n != r->bytes.n)
		return;
	memcpy(r->at, front->at, sizeof(r->at));
	r->error_at = 0;
	r->indexed = true;
}

/*
 * The rest of a record, from POS on, in which there are other tokens: on its
 * own, so that most records need no room on the stack.
 */
static void __attribute__((noinline))
index_rest(struct record *r, size_t pos, size_t end)
{
	pos = index_all(r, pos, end);
	if (pos != end)			/* or the header reaches past it */
		index_by_table(r);
	if (r->at[REC_HEADER] != 0)
		(void)read_header(r, r->at[REC_HEADER]);	/* it fits */
}

void
record_index(struct record *r)
{
	const size_t	 end = record_end(r);
	size_t		 pos;

	if (r->indexed)
		return;
	r->indexed = true;
	r->error_at = 0;
	memset(r->at, 0, sizeof(r->at));
	pos = r->body;
	/* Arguments stand there, if there are any. */
	if (pos >= end || r->bytes.p[pos] != TOK_EXEC_ARGS)
		pos = index_by_size(r, pos, end);
	if (pos != end || r->at[REC_HEADER] != 0)
		index_rest(r, pos, end);
}

void
record_as_it_came(struct record *r)
{
	const struct frame_record	 f = { .bytes = r->bytes,
	    .offset = r->offset, .quality = r->quality };

	if (r->indexed && r->at[REC_HEADER] != 0)
		(void)record_head(r, &f);	/* as it did before */
}

struct record_time
record_time_reread(const struct record *r)
{
	struct record	 first = *r;

	record_as_it_came(&first);
	return (struct record_time){ first.seconds, first.fraction };
}

uint32_t
record_pid(const struct record *r)
{
	uint32_t	 at = r->at[REC_SUBJECT];

	return at == 0 ? 0 : be32(r->bytes.p + at + 21);
}

struct slice
record_address(const struct record *r)
{
	const uint8_t	*p = r->bytes.p + r->at[REC_SUBJECT];

	if (r->at[REC_SUBJECT] == 0)
		return (struct slice){ NULL, 0 };
	switch (p[0]) {
	case TOK_SUBJECT32:
		return (struct slice){ p + 33, 4 };
	case TOK_SUBJECT64:
		return (struct slice){ p + 37, 4 };
	case TOK_SUBJECT32_EX:
		return (struct slice){ p + 37, be32(p + 33) };
	default:
		return (struct slice){ p + 41, be32(p + 37) };
	}
}

bool
record_return(const struct record *r, uint64_t *value)
{
	const uint8_t	*p = r->bytes.p + r->at[REC_RETURN];

	if (r->at[REC_RETURN] == 0)
		return false;
	*value = p[0] == TOK_RETURN32 ? be32(p + 2) : be64(p + 2);
	return true;
}

/* The string of a token that is an id, a length and that many bytes. */
static bool
string_at(const struct record *r, uint32_t at, struct slice *s)
{
	const uint8_t	*p = r->bytes.p + at;

	if (at == 0)
		return false;
	*s = slice_until_nul((struct slice){ p + 3, be16(p + 1) });
	return true;
}

bool
record_path(const struct record *r, struct slice *s)
{
	return string_at(r, r->at[REC_PATH], s);
}

bool
record_zone(const struct record *r, struct slice *s)
{
	return string_at(r, r->at[REC_ZONE], s);
}

uint32_t
record_attr(const struct record *r, enum record_attr which)
{
	uint32_t	 at = r->at[REC_ATTR];

	return at == 0 ? 0 : be32(r->bytes.p + at + 1 + 4 * (unsigned)which);
}
