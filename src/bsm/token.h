/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * token.h - the token table and the functions that walk it.
 *
 * Every token of OpenBSM, FreeBSD, macOS, Solaris and illumos is a row here,
 * and decoder, encoder, printers, rules and fuzzers read the same rows. Layouts
 * are those of audit.log(5) of OpenBSM, of illumos' libbsm and of xnu's
 * bsm_token.c; docs/trail-format.md tells where they disagree.
 *
 * The 32-bit, 64-bit and extended forms of a token decode into the same
 * members. Every number is a uint64_t, every string or address a slice that
 * borrows from the record.
 */
#ifndef BSM_TOKEN_H
#define BSM_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "bsm/cursor.h"

/* Token ids that somebody has to know by name; the rest stand in the table. */
enum token_id {
	TOK_FILE32	= 0x11,
	TOK_TRAILER	= 0x13,
	TOK_HEADER32	= 0x14,
	TOK_HEADER32_EX	= 0x15,
	TOK_DATA	= 0x21,
	TOK_IPC		= 0x22,
	TOK_PATH	= 0x23,
	TOK_SUBJECT32	= 0x24,
	TOK_PROCESS32	= 0x26,
	TOK_RETURN32	= 0x27,
	TOK_TEXT	= 0x28,
	TOK_ARGUMENT32	= 0x2d,
	TOK_SOCKET	= 0x2e,
	TOK_ATTR	= 0x31,
	TOK_EXEC_ARGS	= 0x3c,
	TOK_EXEC_ENV	= 0x3d,
	TOK_ATTR32	= 0x3e,
	TOK_CMD		= 0x51,
	TOK_EXIT	= 0x52,
	TOK_ZONENAME	= 0x60,
	TOK_ARGUMENT64	= 0x71,
	TOK_RETURN64	= 0x72,
	TOK_ATTR64	= 0x73,
	TOK_HEADER64	= 0x74,
	TOK_SUBJECT64	= 0x75,
	TOK_FILE64	= 0x78,
	TOK_HEADER64_EX	= 0x79,
	TOK_SUBJECT32_EX = 0x7a,
	TOK_PROCESS32_EX = 0x7b,
	TOK_SUBJECT64_EX = 0x7c,
	TOK_SOCKET_EX	= 0x7f,
	TOK_SOCKINET32	= 0x80,
	TOK_SOCKINET128	= 0x81,
	TOK_IDENTITY	= 0xed
};

#define TRAILER_MAGIC	0xb105u
#define TRAILER_SIZE	7u	/* bytes: id, magic, record size */
#define HEADER_MIN	18u	/* bytes of the smallest header, header32 */
#define SUBJECT32_SIZE	37u	/* bytes of tokens that nearly all records */
#define RETURN32_SIZE	6u	/* have, for whoever hops over them */
#define ATTR32_SIZE	29u

/* How a field is written in the trail. The comment: the member it fills. */
enum wire {
	W_U8, W_U16, W_U24, W_U32, W_U64,	/* uint64_t */
	W_STR,		/* slice: u16 length and bytes, the NUL among them */
	W_OPAQUE,	/* slice: u16 length and bytes */
	W_RAW4,		/* slice: four bytes, an IPv4 address */
	W_RAW16,	/* slice: sixteen bytes, an IPv6 address */
	W_UUID,		/* slice: sixteen bytes */
	W_ADDR,		/* slice: u32 type, 4 or 16, and that many bytes */
	W_ATYPE,	/* uint64_t: u16, 4 or 16, how long W_AT_ADDR are */
	W_AT_ADDR,	/* slice: as many bytes as the W_ATYPE before said */
	W_STRINGS,	/* strings: u32 count, then NUL-ended strings */
	W_STRS16,	/* strings: u16 count, then W_STR each */
	W_ZSTR,		/* slice: up to a NUL */
	W_U32S,		/* slice: u16 count and that many u32 */
	W_U32X16,	/* slice: sixteen u32, always */
	W_ITEMS,	/* slice: u8 count and that many of the field "unit" */
	W_WORDS,	/* slice: as many u32 as the field "words" said */
	W_TID,		/* uint64_t: u8, kind of terminal id, always 1 */
	W_N		/* how many there are */
};

/* A list of strings as it stands in the record. */
struct strings {
	uint32_t	 claimed;	/* what the count on the wire says */
	uint32_t	 count;		/* how many really are there */
	struct slice	 bytes;		/* the strings, one behind the other */
	struct slice	 padding;	/* zero bytes of an old writer's bug */
	bool		 counted;	/* W_STRS16: each has a length before */
};

/*
 * A token. `layout` says which member of the union is meant; walk its fields
 * (token_number, token_slice...) rather than switch on the id where possible.
 */
struct token {
	uint8_t			 id;
	const struct layout	*layout;	/* NULL: unknown */
	size_t			 off;		/* place in the record */
	size_t			 len;		/* bytes, the id included */
	union {
		struct {
			uint64_t	 size, version, event, modifier;
			struct slice	 address;	/* extended forms */
			uint64_t	 seconds, fraction;
		} header;
		struct {
			uint64_t	 seconds, fraction;
			struct slice	 name;
		} file;
		struct {
			uint64_t	 magic, size;
		} trailer;
		struct {		/* subject and process */
			uint64_t	 auid, euid, egid, ruid, rgid;
			uint64_t	 pid, session, port;
			struct slice	 address;
		} subject;
		struct {		/* return and exit */
			uint64_t	 error, value;
		} ret;
		struct {		/* argument, argument with a UUID */
			uint64_t	 number, value;
			struct slice	 uuid, text;
		} arg;
		struct {
			uint64_t	 how, unit;
			struct slice	 items;
		} data;
		struct {		/* whatever is one string or blob */
			struct slice	 text;
			struct slice	 more, most;	/* a second, a third */
			uint64_t	 number;	/* and a number */
		} str;
		struct {
			struct strings	 list, second;
		} list;
		struct {
			uint64_t	 mode, uid, gid, fsid, node, dev;
		} attr;
		struct {		/* plain numbers in order */
			uint64_t	 v[8];
			struct slice	 a, b;
		} num;
		struct {		/* sockets of all kinds */
			uint64_t	 domain, type, atype;
			uint64_t	 lport, rport;
			struct slice	 laddr, raddr;
		} sock;
		struct {
			uint64_t	 signer, id_cut, team_cut;
			struct slice	 id, team, hash;
		} identity;
		struct slice		 groups;
	};
};

/* What a number means, for whoever prints it. */
enum show {
	SHOW_DEC,	/* unsigned decimal */
	SHOW_UID, SHOW_GID,		/* -1 is "none" */
	SHOW_OCT,	/* file modes */
	SHOW_HEX,	/* values of arguments, X ids */
	SHOW_EVENT,	/* an audit event number */
	SHOW_TIME,	/* seconds since 1970, UTC */
	SHOW_ERROR,	/* a BSM error number */
	SHOW_DOMAIN, SHOW_SOCKTYPE,	/* BSM socket numbers */
	SHOW_IPC,	/* kind of IPC object */
	SHOW_UNIT, SHOW_HOW		/* of arbitrary data */
};

struct field {
	const char	*name;	/* one word for rules, JSON, XML and manual */
	enum wire	 wire;
	size_t		 at;	/* where the value lands in struct token */
	enum show	 show;
};

/* Which of several layouts with one id is tried first. */
enum layout_for {
	FOR_ALL,	/* the only layout of its id */
	FOR_BOTH,	/* always, but there is another */
	FOR_BSD,	/* header versions 1, 10, 11 */
	FOR_SOLARIS,	/* header versions 2, 3, 4 */
	FOR_NOBODY	/* only when the first does not fit */
};

struct layout {
	uint8_t			 id;
	const char		*name;		/* unique: JSON, rules */
	const char		*label;		/* as praudit(1) prints it */
	const struct field	*fields;	/* ends with a NULL name */
	enum layout_for		 first_for;
};

/* The table, ascending by id, layouts of one id side by side. */
const struct layout	*token_layouts(size_t *n);

/* The first row of an id, NULL when nobody knows it. */
const struct layout	*layout_find(uint8_t id);
const struct layout	*layout_by_name(struct slice name);

static inline bool
token_is_header(uint8_t id)
{
	return id == TOK_HEADER32 || id == TOK_HEADER32_EX ||
	    id == TOK_HEADER64 || id == TOK_HEADER64_EX;
}

/*
 * The tokens of one record. `in` of the cursor ends before the trailer of an
 * intact frame, so no token reaches into it.
 */
struct tokens {
	struct cursor	 c;
	struct slice	 record;	/* the whole frame */
	uint8_t		 version;	/* of the header; picks layouts */
	bool		 trailer;	/* the frame ends with its trailer */
	bool		 careful;	/* first choices do not fit: try all */
	bool		 alone;		/* nothing outside vouches for the
					 * size: other headers, odd lists do
					 * not fit */
	size_t		 budget;	/* bytes left for such trials */
};

/*
 * Walk the record, header first. Also takes a stand-alone file token. Some ids
 * have two layouts, and a list of strings may hold fewer than it says: when the
 * first choices do not lead to the end of the record, others are tried, within
 * a budget of TOKEN_TRIALS times its size.
 */
#define TOKEN_TRIALS	16
#define TOKEN_DEPTH	8	/* nested trials; beyond, the usual choice */
void		tokens_begin(struct tokens *, struct slice record);

/*
 * Do the tokens of these bytes, of such a header version, end exactly, with no
 * header but the first, and no list of strings that is shorter or longer than
 * it says? *HEADER is set when the usual walk comes upon another header.
 */
bool		tokens_fit(struct slice, uint8_t version, bool *header);

/*
 * The next token. Returns 1 and fills TOK; 0 at the end of the record; BSM_E*
 * when what follows cannot be decoded: TOK then spans all that is left before
 * the trailer, with a NULL layout, and the walk goes on with the trailer. So
 * every byte of the record is in exactly one token.
 */
int		tokens_next(struct tokens *, struct token *);

/* How to tell the size of a token from its first bytes. */
enum token_how {
	TOKEN_DECODE,		/* not at all */
	TOKEN_HOP,		/* fixed, or its last two bytes count others */
	TOKEN_ADDR32,		/* its last four bytes: an address of 4 or 16 */
	TOKEN_HEADER,		/* the same, but times stand behind it */
	TOKEN_STRINGS, TOKEN_GROUPS
};
struct token_sizing {
	uint8_t		 fixed;		/* bytes */
	uint16_t	 mask;		/* of a count of bytes in TOKEN_HOP */
	uint8_t		 how;		/* enum token_how */
};
extern const struct token_sizing	token_sizings[256];
size_t		token_size_slow(const uint8_t *p, size_t left);

/* The same of a list of strings with a count of four bytes. */
size_t		token_size_strings(const uint8_t *p, size_t left);

/*
 * The size of the token that begins at P without decoding it, at most LEFT
 * bytes, at least one; 0 when it needs to be decoded to know, or does not fit.
 */
static inline size_t
token_size(const uint8_t *p, size_t left)
{
	const struct token_sizing	*s = &token_sizings[p[0]];
	size_t				 size = s->fixed;

	if (s->how != TOKEN_HOP)
		return token_size_slow(p, left);
	if (left < size)
		return 0;
	size += be16(p + size - 2) & s->mask;
	return size <= left ? size : 0;
}

/* A member by its field. The field must be of that kind. */
static inline uint64_t
token_number(const struct token *t, const struct field *f)
{
	return *(const uint64_t *)(const void *)((const char *)t + f->at);
}

static inline struct slice
token_slice(const struct token *t, const struct field *f)
{
	return *(const struct slice *)(const void *)((const char *)t + f->at);
}

static inline const struct strings *
token_strings(const struct token *t, const struct field *f)
{
	return (const void *)((const char *)t + f->at);
}

/* Bytes of a plain number; 0 for whatever else. */
static inline uint8_t
wire_width(enum wire w)
{
	switch (w) {
	case W_U8:
		return 1;
	case W_U16:
		return 2;
	case W_U24:
		return 3;
	case W_U32:
		return 4;
	case W_U64:
		return 8;
	default:
		return 0;
	}
}

/* Does the field hold a number (token_number)? */
bool		wire_is_number(enum wire);

/*
 * Take the next string of a list, without its NUL. Start with *AT = 0. Returns
 * false at the end.
 */
bool		strings_next(const struct strings *, size_t *at,
		    struct slice *one);

#endif
