/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * texthop.c - print a record as text or XML without decoding it.
 *
 * Where token_size() can tell the length of every token and the last one ends
 * where the record does, each token has one layout and all its bytes are there.
 * So it nearly always is. Then each token is printed by its row of hops
 * (textrow.h), which read the values from where they stand, without further
 * checks, and write them where room was asked for once, for the whole token.
 */
#include "print/hop.h"
#include "print/lanes.h"
#include "print/texthop.h"
#include "print/textrow.h"
#include "print/xml.h"

#define XML_TAG_MAX 16u		/* bytes before a member of a list, or behind */
#define VALUE_MAX 128u		/* bytes that a hop writes without asking, but
				 * for those of strings */
#define ROOM (3 * HOPS_MAX * (BLOCK + VALUE_MAX))	/* for a row */
#define USUAL 256u		/* bytes of a token, mostly not more */

/* A record under way. */
struct trip {
	struct text	*t;
	struct buf	*out;
	const uint8_t	*end;		/* of the record */
	const uint8_t	*token_end;
	const uint8_t	*limit;		/* up to here is room for a token */
	size_t		 room;		/* for one, in bytes */
	uint8_t		 run;		/* the run that is kept next, or 0... */
	struct slice	 bytes;		/* ...what it is spelled from... */
	size_t		 begin;		/* ...and where in OUT */
};

/* From here on others write to the output... */
static inline void
lend(struct trip *trip, const uint8_t *o)
{
	trip->out->n = (size_t)(o - trip->out->p);
}

/* ...and we again, where this returns: there is room for a token. */
static inline uint8_t *
go_on(struct trip *trip)
{
	const struct buf	*b = trip->out;

	if (b->cap - b->n < trip->room)
		(void)buf_room(trip->out, trip->room);	/* without a limit */
	trip->limit = b->p + b->cap - trip->room;
	return b->p + b->n;
}

static inline lanes
is_nul(lanes v)
{
	return lanes_are(v, '\0');
}

/* Eight hexadecimal digits, the first in the lowest byte. */
static inline uint64_t
hex_split(uint32_t number)
{
	uint64_t	 v = number, tens;

	v = (v << 32 | v >> 16) & UINT64_C(0x0000ffff0000ffff);
	v = (v << 16 | v >> 8) & UINT64_C(0x00ff00ff00ff00ff);
	v = (v << 8 | v >> 4) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	tens = (v + UINT64_C(0x0606060606060606)) >> 4 &
	    UINT64_C(0x0101010101010101);
	return v + UINT64_C(0x3030303030303030) + tens * ('a' - '0' - 10);
}

/* Without leading zeros, and without asking how many digits there are. */
static inline uint8_t *
put_hex32(uint8_t *o, uint32_t v)
{
	const unsigned	 n = (unsigned)(35 - __builtin_clz(v | 1)) / 4;
	const uint64_t	 w = hex_split(v) >> (64 - 8 * n);

	for (unsigned i = 0; i < 8; i++)
		o[i] = (uint8_t)(w >> 8 * i);
	return o + n;
}

static inline uint8_t *
put_hex64(uint8_t *o, uint64_t v)
{
	uint64_t	 w;

	if (v <= UINT32_MAX)
		return put_hex32(o, (uint32_t)v);
	w = hex_split((uint32_t)v);
	o = put_hex32(o, (uint32_t)(v >> 32));
	for (unsigned i = 0; i < 8; i++)
		o[i] = (uint8_t)(w >> 8 * i);
	return o + 8;
}

static inline uint8_t *
put_account(struct trip *trip, uint8_t *o, uint32_t id, bool user)
{
	const struct account	*a = textform_account(trip->t, id, user);

	memcpy(o, a->name, NAME_USUAL);
	if (a->n > NAME_USUAL)
		memcpy(o + NAME_USUAL, a->name + NAME_USUAL,
		    sizeof(a->name) - NAME_USUAL);
	return o + a->n;
}

static inline uint8_t *
put_error(struct trip *trip, uint8_t *o, uint8_t error)
{
	const struct outcome	*e = &trip->t->outcomes[error];

	if (e->n == 0)
		textform_outcome(trip->t, error);
	memcpy(o, e->text, sizeof(e->text));
	return o + e->n;
}

static inline uint8_t *
put_time(struct trip *trip, uint8_t *o, uint64_t seconds)
{
	struct text	*t = trip->t;

	if ((!t->time_known || t->time != seconds) &&
	    !textform_seconds(t, seconds))
		return o + spell_dec(o, seconds);
	memcpy(o, t->spelled, BLOCK);
	return o + CTIME_BYTES;
}

/* A string, all NULs left out; nearly always there is one, at its end. */
static inline uint8_t *
put_str(struct trip *trip, uint8_t *o, struct slice s)
{
	if (s.n > 0 && s.p[s.n - 1] == '\0' && lanes_move(o,
	    (struct slice){ s.p, s.n - 1 }, trip->end, is_nul))
		return o + s.n - 1;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\0')
			*o++ = s.p[i];
	return o;
}

/* The same in XML: what needs to be escaped goes the slow way. */
static inline uint8_t *
put_xml_str(struct trip *trip, uint8_t *o, struct slice s)
{
	if (s.n > 0 && s.p[s.n - 1] == '\0')
		s.n--;
	if (lanes_move(o, s, trip->end, xml_odd))
		return o + s.n;
	lend(trip, o);
	textform_string(trip->t, s);
	return go_on(trip);
}

/*
 * Strings that fill LIST, each with its NUL: the count need not be asked. A
 * delimiter of one byte takes the place of the NULs.
 */
static uint8_t *
put_strings(struct trip *trip, uint8_t *o, struct slice list)
{
	const struct slice	 delimiter = trip->t->delimiter;
	const uint8_t		*d = trip->t->delimiter_block;

	if (delimiter.n == 1 && list.n > 0 &&
	    (size_t)(trip->end - list.p) >= list.n + sizeof(lanes)) {
		*o++ = *d;
		for (size_t i = 0; i < list.n; i += sizeof(lanes)) {
			const lanes	 v = lanes_load(list.p + i);

			lanes_store(o + i, v | (is_nul(v) & *d));
		}
		return o + list.n - 1;
	}
	while (list.n > 0) {
		const struct slice	 one = slice_until_nul(list);

		memcpy(o, d, DELIMITER_MAX);
		memcpy(o + delimiter.n, one.p, one.n);
		o += delimiter.n + one.n;
		list.p += one.n + 1;
		list.n -= one.n + 1;
	}
	return o;
}

/* In XML each stands in an element. */
static uint8_t *
put_xml_strings(struct trip *trip, uint8_t *o, struct slice list,
    const char *element)
{
	const size_t	 n = strlen(element);
	uint8_t		 begin[XML_TAG_MAX] = "<", end[XML_TAG_MAX] = "</";

	memcpy(begin + 1, element, n);
	begin[n + 1] = '>';
	memcpy(end + 2, element, n);
	end[n + 2] = '>';
	while (list.n > 0) {
		const struct slice	 one = slice_until_nul(list);

		memcpy(o, begin, sizeof(begin));
		o = put_xml_str(trip, o + n + 2, one);
		memcpy(o, end, sizeof(end));
		o += n + 3;
		list.p += one.n + 1;
		list.n -= one.n + 1;
	}
	return o;
}

/* The number of N bytes at P; *P moves behind it. */
static uint64_t
take_number(const uint8_t **p, size_t n)
{
	uint64_t	 v = 0;

	for (; n > 0; n--)
		v = v << 8 | *(*p)++;
	return v;
}

static struct slice
take_value(const uint8_t **p, const struct hop *h)
{
	struct slice	 v = { .n = h->bytes };

	if (v.n == 0)			/* a count stands before it */
		v.n = (h->step->wire == W_U32S ? 4 : 1) *
		    (size_t)take_number(p, 2);
	v.p = *p;
	*p += v.n;
	return v;
}

/* Let the slow forms write, and go on behind it. */
static uint8_t *
put_other(struct trip *trip, uint8_t *o, const struct hop *h,
    const uint8_t **p)
{
	const struct step	*s = h->step;
	struct text		*t = trip->t;

	lend(trip, o);
	if (s->form == F_GIDS)
		textform_groups(t, s, take_value(p, h));
	else if (s->form < F_STR)
		textform_number(t, s->form, take_number(p, h->bytes));
	else
		textform_value(t, s->form, take_value(p, h));
	return go_on(trip);
}

/*
 * The text of a run, if it is known: then *P and *O are behind it. If not, a
 * run that is to be spelled and kept begins there.
 */
static inline bool
recall(struct trip *trip, const struct hop *h, const uint8_t **p, uint8_t **o)
{
	struct memo		*m = &trip->t->memo;
	struct memo_luck	*l = &m->luck[h->run];
	const struct memo_slot	*s;
	const size_t		 n = h->bytes;
	struct memo_key		 key;

	if (!memo_tries(l)) {
		trip->run = 0;
		return false;
	}
	key = memo_key(h->run, *p, n);
	s = &m->slots[key.place];
	if (memo_has(s, &key)) {
		memo_hit(l);
		*o += memo_copy(s, *o);
		*p += n;
		return true;
	}
	memo_missed(l);
	trip->run = h->run;
	trip->bytes = (struct slice){ *p, n };
	trip->begin = (size_t)(*o - trip->out->p);
	return false;
}

/* The run that was to be kept ends at O. */
static void
keep(struct trip *trip, const uint8_t *o)
{
	const uint8_t	*text = trip->out->p + trip->begin;
	struct memo_key	 key;

	if (trip->run == 0)
		return;
	key = memo_key(trip->run, trip->bytes.p, trip->bytes.n);
	memo_keep(&trip->t->memo, &key, text, (size_t)(o - text));
}

/* The number without its sign, which is written. */
static inline uint64_t
put_sign(uint8_t **o, int64_t v)
{
	if (v >= 0)
		return (uint64_t)v;
	*(*o)++ = '-';
	return -(uint64_t)v;
}

static inline uint8_t *
put_string(struct trip *trip, uint8_t *o, const uint8_t **p, bool xml)
{
	const struct slice	 s = { *p + 2, be16(*p) };

	*p = s.p + s.n;
	return xml ? put_xml_str(trip, o, s) : put_str(trip, o, s);
}

/* The rest of the token. */
static inline uint8_t *
put_all(struct trip *trip, uint8_t *o, const struct hop *h, const uint8_t **p)
{
	const struct slice	 s = { *p + 4,
	    (size_t)(trip->token_end - *p - 4) };

	*p = trip->token_end;
	return h->way == H_STRINGS ? put_strings(trip, o, s) :
	    put_xml_strings(trip, o, s, h->step->member);
}

/*
 * The fields of the token, which begin at P, to where O is; returns where they
 * end. Reading needs no checks: token_size() has made them.
 */
static inline uint8_t *
put_fields(struct trip *trip, const struct hop *h, const uint8_t *p,
    uint8_t *o)
{
	for (;; h++) {
		struct slice	 s;
		uint64_t	 v = 0;

		memcpy(o, h->before, BLOCK);
		o += h->before_n;
		switch ((enum way)h->way) {
		case H_DEC8:
			v = *p++;
			break;
		case H_DEC16:
			v = be16(p);
			p += 2;
			break;
		case H_DEC32:
			v = be32(p);
			p += 4;
			break;
		case H_DEC64:
			v = be64(p);
			p += 8;
			break;
		case H_SIGNED32:
			v = put_sign(&o, (int32_t)be32(p));
			p += 4;
			break;
		case H_SIGNED64:
			v = put_sign(&o, (int64_t)be64(p));
			p += 8;
			break;
		case H_UID:
		case H_GID:
			o = put_account(trip, o, be32(p), h->way == H_UID);
			p += 4;
			continue;
		case H_HEX32:
			o = put_hex32(o, be32(p));
			p += 4;
			continue;
		case H_HEX64:
			o = put_hex64(o, be64(p));
			p += 8;
			continue;
		case H_ERROR:
			o = put_error(trip, o, *p++);
			continue;
		case H_TIME32:
			o = put_time(trip, o, be32(p));
			p += 4;
			continue;
		case H_TIME64:
			o = put_time(trip, o, be64(p));
			p += 8;
			continue;
		case H_STR:
		case H_XML_STR:
			o = put_string(trip, o, &p, h->way == H_XML_STR);
			continue;
		case H_STRINGS:
		case H_XML_STRINGS:
			o = put_all(trip, o, h, &p);
			continue;
		case H_ADDRESS:
			s = (struct slice){ p + 4, be32(p) };
			o += spell_address(o, s);
			p = s.p + s.n;
			continue;
		case H_IPV4:
			o += spell_ipv4(o, p);
			p += 4;
			continue;
		case H_NUMBER:
		case H_VALUE:
			o = put_other(trip, o, h, &p);
			continue;
		case H_HIDDEN:
			p += h->bytes;
			continue;
		case H_RUN:
			if (recall(trip, h, &p, &o))
				h += h->hops;
			else
				o -= h->before_n; /* the next has it, too */
			continue;
		case H_KEEP:
			keep(trip, o);
			continue;
		case H_END:
			return o;
		default:
			__builtin_unreachable();
		}
		o += spell_dec(o, v);	/* all that are but numbers */
	}
}

/*
 * XML elements nest: no header but the first token, no trailer but the last. In
 * all styles a header that is not the first may be of another version than the
 * one by which the events of this record are named.
 */
static bool
in_place(struct slice record, const uint8_t *token, enum place place)
{
	return token == (place == FIRST ? record.p :
	    record.p + record.n - TRAILER_SIZE);
}

bool
texthop_record(struct text *t, struct slice record)
{
	const bool	 xml = t->style.xml;
	const size_t	 growth = xml ? 2 * XML_TAG_MAX : 1 + t->delimiter.n;
	const uint8_t	*p = record.p, *last = p;
	struct trip	 trip = { .t = t, .out = t->out,
	    .end = p + record.n, .room = ROOM + USUAL * growth };
	uint8_t		*o = go_on(&trip);

	if (xml && (record.n < HEADER_MIN + TRAILER_SIZE ||
	    !token_is_header(*p)))
		return false;
	for (; p < trip.end; p = trip.token_end) {
		const struct hop	*h = t->rows[p[0]];
		const size_t		 left = (size_t)(trip.end - p);
		size_t			 n;

		if (h == NULL || (h->place != ANYWHERE &&
		    !in_place(record, p, h->place)))
			return false;
		n = h->size != 0 ? h->size : token_size(p, left);
		if (n == 0 || n > left)
			return false;
		trip.token_end = p + n;
		if (n > USUAL || o > trip.limit) {
			trip.room = ROOM + (n > USUAL ? n : USUAL) * growth;
			lend(&trip, o);
			o = go_on(&trip);
		}
		o = put_fields(&trip, h, p + 1, o);
		last = p;
	}
	lend(&trip, o);
	return xml ? *last == TOK_TRAILER :
	    hop_arrived(record, (size_t)(last - record.p));
}
