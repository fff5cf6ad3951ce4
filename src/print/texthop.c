/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * texthop.c - print a record as text without decoding it.
 *
 * Where token_size() can tell the length of every token and the last one ends
 * where the record does, each token has one layout and all its bytes are there.
 * The members can then be printed from where they stand: that is nearly always
 * so, and several times as fast. A step says by one number what is read and how
 * it is written. Room is asked for once for each token, and strings of a known
 * small size are moved as whole blocks, of which only the beginning counts.
 *
 * Text and XML are one function, made twice: they differ in what stands between
 * the values, and in that XML has to look at the bytes of strings.
 */
#include "print/hop.h"
#include "print/texthop.h"
#include "print/xml.h"

#define XML_MEMBER_MAX 24u	/* bytes around a member of a list */

/* What a step reads, and how it is written; in the order of the switch. */
enum hop {
	H_DEC8, H_DEC16, H_DEC32, H_DEC64,
	H_UID, H_GID,			/* 32 bits */
	H_OCT32, H_HEX32, H_HEX64, H_SIGNED64,
	H_EVENT,			/* 16 bits */
	H_TIME32, H_MSEC32,
	H_ERROR,			/* 8 bits */
	H_STR, H_ADDRESS, H_IPV4, H_STRINGS,
	H_HIDDEN16, H_HIDDEN32,
	H_NUMBER, H_VALUE,		/* all others */
	H_END
};

static const struct {
	enum form	 form;
	enum wire	 wire;
	enum hop	 hop;
} hops[] = {
	{ F_DEC, W_U8, H_DEC8 },	{ F_DEC, W_U16, H_DEC16 },
	{ F_DEC, W_U32, H_DEC32 },	{ F_DEC, W_U64, H_DEC64 },
	{ F_UID, W_U32, H_UID },	{ F_GID, W_U32, H_GID },
	{ F_OCT, W_U32, H_OCT32 },	{ F_HEX, W_U32, H_HEX32 },
	{ F_HEX, W_U64, H_HEX64 },	{ F_SIGNED64, W_U64, H_SIGNED64 },
	{ F_EVENT, W_U16, H_EVENT },
	{ F_SECONDS, W_U32, H_TIME32 },	{ F_MSEC, W_U32, H_MSEC32 },
	{ F_ERROR, W_U8, H_ERROR },	{ F_STR, W_STR, H_STR },
	{ F_ADDRESS, W_ADDR, H_ADDRESS },	{ F_ADDRESS, W_RAW4, H_IPV4 },
	{ F_STRINGS, W_STRINGS, H_STRINGS },
	{ F_HIDDEN, W_U16, H_HIDDEN16 },	{ F_HIDDEN, W_U32, H_HIDDEN32 },
};

/* False for what cannot be read without knowing more than where it stands. */
static bool
find_hop(const struct step *s, uint8_t *hop)
{
	for (size_t i = 0; i < sizeof(hops) / sizeof(hops[0]); i++)
		if (hops[i].form == s->form && hops[i].wire == s->wire) {
			*hop = (uint8_t)hops[i].hop;
			return true;
		}
	switch (s->wire) {
	case W_U8:
	case W_U16:
	case W_U24:
	case W_U32:
	case W_U64:
		*hop = H_NUMBER;
		return s->form != F_HIDDEN;
	case W_OPAQUE:
	case W_RAW16:
	case W_UUID:
	case W_U32S:
	case W_U32X16:
		*hop = H_VALUE;
		return true;
	case W_STR:
	case W_RAW4:
	case W_ADDR:
	case W_ATYPE:
	case W_AT_ADDR:
	case W_STRINGS:
	case W_STRS16:
	case W_ZSTR:
	case W_ITEMS:
	case W_WORDS:
	case W_TID:
	case W_N:
		break;
	}
	return false;
}

void
texthop_plan(struct text *t, const struct layout *lay, struct plan *p)
{
	const size_t	 n = (size_t)(p->end - p->steps);
	bool		 good = lay->first_for == FOR_ALL && n < HOPS_MAX &&
	    p->in_order && !(t->style.classic && p->foreign) &&
	    !t->style.escape && !t->style.colour &&
	    t->delimiter.n <= DELIMITER_MAX;

	for (size_t i = 0; i < n && good; i++)
		good = find_hop(&p->steps[i], &p->hops[i]);
	for (size_t i = 0; i <= n && good; i++)
		good = p->prefixes[i].n <= BLOCK;
	if (!good)
		return;
	p->hops[n] = H_END;
	p->room = 2 * BLOCK + n * (DELIMITER_MAX + 2 * BLOCK);
	t->hops[lay->id] = p;
	t->growth = t->style.xml ? XML_MEMBER_MAX : 1 + t->delimiter.n;
}

/* Digits of BITS each: octal or hexadecimal. */
static inline uint8_t *
put_digits(uint8_t *o, uint64_t v, unsigned bits)
{
	unsigned	 shift = 0;

	while (shift + bits < 64 && v >> (shift + bits) != 0)
		shift += bits;
	for (;; shift -= bits) {
		*o++ = (uint8_t)"0123456789abcdef"[
		    v >> shift & ((1u << bits) - 1)];
		if (shift == 0)
			return o;
	}
}

static inline uint8_t *
put_dec(uint8_t *o, uint64_t v)
{
	return o + spell_dec(o, v);
}

static inline uint8_t *
put_hex(uint8_t *o, uint64_t v)
{
	memcpy(o, "0x", 2);
	return put_digits(o + 2, v, 4);
}

static inline uint8_t *
put_msec(uint8_t *o, uint64_t v)
{
	memcpy(o, " + ", 3);
	o = put_dec(o + 3, v);
	memcpy(o, " msec", 5);
	return o + 5;
}

/* A string, all NULs left out; nearly always there is one, at its end. */
static inline uint8_t *
put_str(uint8_t *o, struct slice s)
{
	if (s.n > 0 && s.p[s.n - 1] == '\0' &&
	    hop_move(o, s.p, s.n - 1, hop_zero))
		return o + s.n - 1;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\0')
			*o++ = s.p[i];
	return o;
}

/* The same in XML: what needs to be escaped goes the slow way. */
static inline uint8_t *
put_xml_str(struct text *t, uint8_t *o, struct slice s, size_t room)
{
	if (s.n > 0 && s.p[s.n - 1] == '\0')
		s.n--;
	if (hop_move(o, s.p, s.n, xml_odd))
		return o + s.n;
	t->out->n = (size_t)(o - t->out->p);
	textform_string(t, s);
	return buf_room(t->out, room);
}

static inline uint8_t *
put_string(struct text *t, uint8_t *o, struct slice s, size_t room,
    const bool xml)
{
	return xml ? put_xml_str(t, o, s, room) : put_str(o, s);
}

static inline uint8_t *
put_delimiter(const struct text *t, uint8_t *o)
{
	memcpy(o, t->delimiter_block, DELIMITER_MAX);
	return o + t->delimiter.n;
}

static inline uint8_t *
put_account(struct text *t, uint8_t *o, uint32_t id, bool user)
{
	const struct account	*a = textform_account(t, id, user);

	memcpy(o, a->name, 16);
	if (a->n > 16)
		memcpy(o + 16, a->name + 16, sizeof(a->name) - 16);
	return o + a->n;
}

/* Strings up to END, each with its NUL: the count need not be asked. */
static uint8_t *
put_strings(const struct text *t, uint8_t *o, const uint8_t *p,
    const uint8_t *end)
{
	uint64_t	 w;

	while (p < end) {
		o = put_delimiter(t, o);
		for (; end - p >= 8; p += 8, o += 8) {
			memcpy(&w, p, 8);
			if (hop_zero(w) != 0)
				break;
			memcpy(o, &w, 8);
		}
		while (*p != '\0')
			*o++ = *p++;
		p++;
	}
	return o;
}

/* In XML each stands in an element. */
static uint8_t *
put_xml_strings(struct text *t, const struct step *step, uint8_t *o,
    struct slice list, size_t room)
{
	const size_t	 n = strlen(step->member);

	while (list.n > 0) {
		const struct slice	 one = slice_until_nul(list);

		*o++ = '<';
		memcpy(o, step->member, n);
		o[n] = '>';
		o = put_xml_str(t, o + n + 1, one, room);
		memcpy(o, "</", 2);
		memcpy(o + 2, step->member, n);
		o[n + 2] = '>';
		o += n + 3;
		list.p += one.n + 1;
		list.n -= one.n + 1;
	}
	return o;
}

/* Let the slow forms write, and go on behind it; ROOM is what may follow. */
static uint8_t *
put_rare(struct text *t, uint8_t *o, enum form form, uint64_t v, size_t room)
{
	t->out->n = (size_t)(o - t->out->p);
	textform_number(t, form, v);
	return buf_room(t->out, room);
}

/* A description, when it is known and has a usual length. */
static inline uint8_t *
put_event(struct text *t, uint8_t *o, uint16_t number, size_t room)
{
	const struct slice	 name = textform_event(t, number);

	if (name.n == 0 || name.n > 2 * BLOCK ||
	    t->events[number % EVENTS].odd)
		return put_rare(t, o, F_EVENT, number, room);
	memcpy(o, name.p, name.n);
	return o + name.n;
}

static inline uint8_t *
put_time(struct text *t, uint8_t *o, uint64_t seconds, size_t room)
{
	if ((!t->time_known || t->time != seconds) &&
	    !textform_seconds(t, seconds))
		return put_rare(t, o, F_SECONDS, seconds, room);
	memcpy(o, t->spelled, BLOCK);
	return o + CTIME_BYTES;
}

static inline uint8_t *
put_error(struct text *t, uint8_t *o, uint64_t error, size_t room)
{
	if (error != 0)
		return put_rare(t, o, F_ERROR, error, room);
	memcpy(o, "success", 7);
	return o + 7;
}

/* The number at P; *P moves behind it. */
static uint64_t
take_number(const uint8_t **p, enum wire w)
{
	static const uint8_t	 widths[] = {
		[W_U8] = 1, [W_U16] = 2, [W_U24] = 3, [W_U32] = 4, [W_U64] = 8
	};
	uint64_t		 v = 0;

	for (unsigned i = widths[w]; i > 0; i--)
		v = v << 8 | *(*p)++;
	return v;
}

static inline struct slice
take_address(const uint8_t **p, bool ipv4)
{
	const uint8_t	*from = ipv4 ? *p : *p + 4;
	const uint32_t	 n = ipv4 ? 4 : be32(*p);

	*p = from + n;
	return (struct slice){ from, n };
}

static struct slice
take_value(const uint8_t **p, enum wire w)
{
	struct slice	 v = { .n = 16 };	/* W_RAW16, W_UUID */

	if (w == W_OPAQUE)
		v.n = (size_t)take_number(p, W_U16);
	else if (w == W_U32S)
		v.n = 4 * (size_t)take_number(p, W_U16);
	else if (w == W_U32X16)
		v.n = 64;
	v.p = *p;
	*p += v.n;
	return v;
}

static uint8_t *
put_value(struct text *t, uint8_t *o, const struct step *s, const uint8_t **p,
    size_t room)
{
	const struct slice	 v = take_value(p, s->wire);

	t->out->n = (size_t)(o - t->out->p);
	if (s->form == F_GIDS)
		textform_groups(t, s, v);
	else {
		if (!t->style.xml)
			textform_delimiter(t);
		textform_value(t, s->form, v);
	}
	return buf_room(t->out, room);
}

static uint8_t *
put_other(struct text *t, uint8_t *o, const struct step *s, const uint8_t **p,
    size_t room)
{
	return put_rare(t, o, s->form, take_number(p, s->wire), room);
}

static inline uint8_t *
put_prefix(uint8_t *o, const struct prefix *pre)
{
	memcpy(o, pre->bytes, BLOCK);
	return o + pre->n;
}

/*
 * The fields of the token, to where O is; returns where they end. Reading needs
 * no checks: token_size() has made them.
 */
static inline __attribute__((always_inline)) uint8_t *
put_fields(struct text *t, const struct plan *plan, struct slice token,
    uint8_t *o, const bool xml)
{
	const uint8_t	*p = token.p + 1, *end = token.p + token.n;
	const uint8_t	*hop = plan->hops;
	const size_t	 d = xml ? 0 : t->delimiter.n;
	const size_t	 room = plan->room + token.n * t->growth;
	const struct step *step = plan->steps;
	struct slice	 str;
	uint64_t	 block;

	memcpy(&block, t->delimiter_block, DELIMITER_MAX);
	for (;; hop++, step++) {
		if (xml)
			o = put_prefix(o, &plan->prefixes[step - plan->steps]);
		else
			memcpy(o, &block, DELIMITER_MAX);
		o += d;
		switch ((enum hop)*hop) {
		case H_DEC8:
			o = put_dec(o, *p++);
			break;
		case H_DEC16:
			o = put_dec(o, be16(p));
			p += 2;
			break;
		case H_DEC32:
			o = put_dec(o, be32(p));
			p += 4;
			break;
		case H_DEC64:
			o = put_dec(o, be64(p));
			p += 8;
			break;
		case H_SIGNED64:
			o = (int64_t)be64(p) >= 0 ? put_dec(o, be64(p)) :
			    put_rare(t, o, F_SIGNED64, be64(p), room);
			p += 8;
			break;
		case H_UID:
		case H_GID:
			o = put_account(t, o, be32(p), *hop == H_UID);
			p += 4;
			break;
		case H_OCT32:
			o = put_digits(o, be32(p), 3);
			p += 4;
			break;
		case H_HEX32:
		case H_HEX64:
			o = put_hex(o, *hop == H_HEX32 ? be32(p) : be64(p));
			p += *hop == H_HEX32 ? 4 : 8;
			break;
		case H_EVENT:
			o = put_event(t, o, be16(p), room);
			p += 2;
			break;
		case H_TIME32:
			o = put_time(t, o, be32(p), room);
			p += 4;
			break;
		case H_MSEC32:
			o = put_msec(o, be32(p));
			p += 4;
			break;
		case H_ERROR:
			o = put_error(t, o, *p++, room);
			break;
		case H_STR:
			str = (struct slice){ p + 2, be16(p) };
			o = put_string(t, o, str, room, xml);
			p = str.p + str.n;
			break;
		case H_ADDRESS:
		case H_IPV4:
			str = take_address(&p, *hop == H_IPV4);
			o += spell_address(o, str);
			break;
		case H_STRINGS:
			str = (struct slice){ p + 4, (size_t)(end - p - 4) };
			o = xml ? put_xml_strings(t, step, o, str, room) :
			    put_strings(t, o - d, p + 4, end);
			p = end;
			break;
		case H_HIDDEN16:
		case H_HIDDEN32:
			o -= d;
			p += *hop == H_HIDDEN16 ? 2 : 4;
			break;
		case H_NUMBER:
			o = put_other(t, o, step, &p, room);
			break;
		case H_VALUE:
			o = put_value(t, o - d, step, &p, room);
			break;
		case H_END:
			return o - d;
		}
	}
}

/* The token of N bytes at P, at the end of the output. */
static void
put_token(struct text *t, const struct plan *plan, const uint8_t *p, size_t n)
{
	struct buf	*out = t->out;
	const size_t	 room = plan->room + n * t->growth;
	uint8_t		*o = out->cap - out->n >= room ? out->p + out->n :
	    buf_room(out, room);

	memcpy(o, plan->name, BLOCK);
	o = put_fields(t, plan, (struct slice){ p, n }, o + plan->name_n,
	    false);
	if (t->style.one_line)
		o = put_delimiter(t, o);
	else
		*o++ = '\n';
	out->n = (size_t)(o - out->p);
}

static void
put_xml(struct text *t, const struct plan *plan, const uint8_t *p, size_t n)
{
	struct buf	*out = t->out;
	const size_t	 room = plan->room + n * t->growth;
	uint8_t		*o = out->cap - out->n >= room ? out->p + out->n :
	    buf_room(out, room);

	o = put_fields(t, plan, (struct slice){ p, n }, o, true);
	*o = '\n';
	o += !t->style.one_line;
	out->n = (size_t)(o - out->p);
}

/* One header at the beginning, one trailer at the end: elements that nest. */
static bool
hop_xml(struct text *t, struct slice record)
{
	size_t		 at = 0, n;

	if (record.n < HEADER_MIN + TRAILER_SIZE ||
	    record.p[record.n - TRAILER_SIZE] != TOK_TRAILER)
		return false;
	for (; at < record.n; at += n) {
		const uint8_t		*p = record.p + at;
		const struct plan	*plan = t->hops[p[0]];

		if (plan == NULL || token_is_header(p[0]) != (at == 0) ||
		    (p[0] == TOK_TRAILER) != (at == record.n - TRAILER_SIZE) ||
		    (n = token_size(p, record.n - at)) == 0)
			return false;
		put_xml(t, plan, p, n);
	}
	return true;
}

bool
texthop_record(struct text *t, struct slice record)
{
	size_t		 at = 0, last = 0, n;

	if (t->style.xml)
		return hop_xml(t, record);
	for (; at < record.n; at += n) {
		const uint8_t		*p = record.p + at;
		const struct plan	*plan = t->hops[p[0]];

		if (plan == NULL || (n = token_size(p, record.n - at)) == 0)
			return false;
		put_token(t, plan, p, n);
		last = at;
	}
	return hop_arrived(record, last);
}
