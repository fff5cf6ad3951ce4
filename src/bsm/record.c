/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record.c - a record, header to trailer, as an indexed list of tokens.
 *
 * Two speeds: the index hops from token to token by length alone and remembers
 * where the last of each wanted kind stands; only when a length cannot be told
 * that way is the record walked by the table. Members are read at their fixed
 * places inside a token, which tests compare with what the table decodes.
 */
#include "bsm/record.h"

#include "bsm/status.h"

/* Which kind a token id is. */
static const uint8_t	kinds[256] = {
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

#define NSEC_PER_MSEC	1000000
#define MILLIS_MAX	(INT64_MAX / 1000 - 1)	/* seconds; see below */

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
	r->quality = f->quality;
	r->indexed = false;
	r->error = 0;
	r->error_at = 0;
	memset(r->at, 0, sizeof(r->at));
	if (f->bytes.n < HEADER_MIN)
		return BSM_ETRUNC;
	r->version = f->bytes.p[5];
	r->body = (uint8_t)read_header(r, 0);
	return r->body == 0 ? BSM_ETRUNC : 0;
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
			r->error = status;
			r->error_at = (uint32_t)t.off;
		} else
			r->at[kinds[t.id]] = (uint32_t)t.off;
	}
}

void
record_index(struct record *r)
{
	const uint8_t	*p = r->bytes.p;
	const size_t	 end = record_end(r);
	size_t		 pos = r->body, size;

	if (r->indexed)
		return;
	r->indexed = true;
	for (; pos < end; pos += size) {
		if ((size = token_size(p + pos, end - pos)) == 0)
			break;
		r->at[kinds[p[pos]]] = (uint32_t)pos;
	}
	if (pos != end)			/* or the header reaches past it */
		index_by_table(r);
	if (r->at[REC_HEADER] != 0)
		(void)read_header(r, r->at[REC_HEADER]);	/* it fits */
}

uint32_t
record_id(const struct record *r, enum record_id id)
{
	uint32_t	 at = r->at[REC_SUBJECT];

	return at == 0 ? 0 : be32(r->bytes.p + at + 1 + 4 * (unsigned)id);
}

uint32_t
record_pid(const struct record *r)
{
	uint32_t	 at = r->at[REC_SUBJECT];

	return at == 0 ? 0 : be32(r->bytes.p + at + 21);
}

uint32_t
record_session(const struct record *r)
{
	uint32_t	 at = r->at[REC_SUBJECT];

	return at == 0 ? 0 : be32(r->bytes.p + at + 25);
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

struct slice
record_host(const struct record *r)
{
	const uint8_t	*p = r->bytes.p + r->at[REC_HEADER];

	if (p[0] != TOK_HEADER32_EX && p[0] != TOK_HEADER64_EX)
		return (struct slice){ NULL, 0 };
	return (struct slice){ p + 14, be32(p + 10) };
}

uint8_t
record_error(const struct record *r)
{
	uint32_t	 at = r->at[REC_RETURN];

	return at == 0 ? 0 : r->bytes.p[at + 1];
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

void
record_inode(const struct record *r, uint64_t *fsid, uint64_t *node)
{
	const uint8_t	*p = r->bytes.p + r->at[REC_ATTR];

	*fsid = *node = 0;
	if (r->at[REC_ATTR] == 0)
		return;
	*fsid = be32(p + 13);
	*node = p[0] == TOK_ATTR ? be32(p + 17) : be64(p + 17);
}

uint32_t
record_attr(const struct record *r, enum record_attr which)
{
	uint32_t	 at = r->at[REC_ATTR];

	return at == 0 ? 0 : be32(r->bytes.p + at + 1 + 4 * (unsigned)which);
}

int64_t
record_time_millis(uint8_t version, uint64_t seconds, uint64_t fraction)
{
	int64_t	 s = (int64_t)seconds;

	if (version >= 2 && version <= 4)
		fraction /= NSEC_PER_MSEC;
	if (fraction > 999)		/* a clock that was never right */
		fraction = 999;
	if (s > MILLIS_MAX)
		s = MILLIS_MAX;
	if (s < -MILLIS_MAX)
		s = -MILLIS_MAX;
	return s * 1000 + (int64_t)fraction;
}

int64_t
record_millis(const struct record *r)
{
	return record_time_millis(r->version, (uint64_t)r->seconds,
	    r->fraction);
}
