/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * texthop.c - print a record as text or XML without decoding it.
 *
 * Where token_size() can tell the length of every token and the last one ends
 * where the record does, each token has one layout and all its bytes are there.
 * So it is nearly always, and then three things make printing fast:
 *
 * - A token is a row of hops, made once from the plan. A hop first moves what
 *   stands before a value, a block of which only the beginning counts: names,
 *   delimiters, the markup of XML, and constant words of the value itself. Then
 *   it reads the value from where it stands and writes it.
 * - Room is asked for once for each token.
 * - Fields that neighbouring records have in common are a run: its text is
 *   remembered by the bytes of the fields (memo.h), and copied as a whole. When
 *   it is not known, its hops are done one by one, and what they wrote is kept.
 */
#include "print/hop.h"
#include "print/lanes.h"
#include "print/texthop.h"
#include "print/xml.h"

#define XML_MEMBER_MAX 24u	/* bytes around a member of a list */
#define VALUE_MAX 128u		/* bytes that a hop writes without asking, but
				 * for those of strings */
#define ROOM (3 * HOPS_MAX * (BLOCK + VALUE_MAX))	/* for a token's hops */
#define USUAL 256u		/* bytes of a token, at most */

/* What a hop reads, and how it is written; in the order of the switch. */
enum way {
	H_DEC8, H_DEC16, H_DEC32, H_DEC64,
	H_SIGNED32, H_SIGNED64,
	H_UID, H_GID,			/* 32 bits */
	H_HEX32, H_HEX64,
	H_TIME32, H_TIME64,
	H_STR, H_XML_STR, H_STRINGS, H_XML_STRINGS,
	H_ADDRESS, H_IPV4,
	H_NUMBER, H_VALUE,		/* all others */
	H_HIDDEN,
	H_RUN, H_KEEP,			/* around the fields of a run */
	H_END
};

/* Constant words of a value are moved with what stands before and behind it. */
static const struct {
	enum form	 form;
	enum wire	 wire;
	enum way	 way;
	const char	*before, *behind;
} ways[] = {
	{ F_DEC, W_U8, H_DEC8, "", "" },
	{ F_DEC, W_U16, H_DEC16, "", "" },
	{ F_DEC, W_U32, H_DEC32, "", "" },
	{ F_DEC, W_U64, H_DEC64, "", "" },
	{ F_MSEC, W_U32, H_DEC32, " + ", " msec" },
	{ F_MSEC, W_U64, H_DEC64, " + ", " msec" },
	{ F_SIGNED32, W_U32, H_SIGNED32, "", "" },
	{ F_SIGNED64, W_U64, H_SIGNED64, "", "" },
	{ F_UID, W_U32, H_UID, "", "" },
	{ F_GID, W_U32, H_GID, "", "" },
	{ F_HEX, W_U32, H_HEX32, "0x", "" },
	{ F_HEX, W_U64, H_HEX64, "0x", "" },
	{ F_SECONDS, W_U32, H_TIME32, "", "" },
	{ F_SECONDS, W_U64, H_TIME64, "", "" },
	{ F_ADDRESS, W_ADDR, H_ADDRESS, "", "" },
	{ F_ADDRESS, W_RAW4, H_IPV4, "", "" },
};

/*
 * Runs: what neighbouring records have in common, by its first and its last
 * field. Process ids, sizes and inodes, which differ, lie between them.
 */
static const struct {
	const char	*first, *last;
} runs[] = {
	{ "version", "modifier" },
	{ "auid", "rgid" },
	{ "session", "address" },
	{ "mode", "fsid" },
	{ "number", "value" },
	{ "error", "value" },
};

/* Bytes of a field, if they are always as many; else 0. */
static uint8_t
width_of(enum wire w)
{
	static const uint8_t	 widths[W_N] = {
		[W_U8] = 1, [W_U16] = 2, [W_U24] = 3, [W_U32] = 4, [W_U64] = 8,
		[W_RAW4] = 4, [W_RAW16] = 16, [W_UUID] = 16, [W_U32X16] = 64
	};

	return widths[w];
}

/* Add to what a hop moves first; false when that becomes too much. */
static bool
before(struct hop *h, const void *bytes, size_t n)
{
	if (n > sizeof(h->before) - h->before_n)
		return false;
	memcpy(h->before + h->before_n, bytes, n);
	h->before_n = (uint8_t)(h->before_n + n);
	return true;
}

/* The way of a value that has none of its own; H_END: it is to be decoded. */
static enum way
other_way(const struct step *s, bool xml)
{
	switch (s->wire) {
	case W_U8:
	case W_U16:
	case W_U24:
	case W_U32:
	case W_U64:
		return s->form == F_HIDDEN ? H_HIDDEN : H_NUMBER;
	case W_STR:
		return xml ? H_XML_STR : H_STR;
	case W_STRINGS:
		return xml ? H_XML_STRINGS : H_STRINGS;
	case W_OPAQUE:
	case W_RAW16:
	case W_UUID:
	case W_U32S:
	case W_U32X16:
		return H_VALUE;
	case W_RAW4:
	case W_ADDR:
	case W_ATYPE:
	case W_AT_ADDR:
	case W_STRS16:
	case W_ZSTR:
	case W_ITEMS:
	case W_WORDS:
	case W_TID:
	case W_N:
		break;
	}
	return H_END;
}

/* False for what cannot be read without knowing more than where it stands. */
static bool
find_way(struct hop *h, const struct step *s, bool xml)
{
	h->step = s;
	h->bytes = width_of(s->wire);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (ways[i].form == s->form && ways[i].wire == s->wire) {
			h->way = (uint8_t)ways[i].way;
			return before(h, ways[i].before,
			    strlen(ways[i].before)) &&
			    before(h + 1, ways[i].behind,
			    strlen(ways[i].behind));
		}
	h->way = (uint8_t)other_way(s, xml);
	return h->way != H_END &&
	    (h->way == H_HIDDEN || s->form != F_HIDDEN);
}

/* Lists put a delimiter before each member; what is hidden has none. */
static bool
has_delimiter(const struct step *s)
{
	return s->form != F_HIDDEN && s->form != F_STRINGS && s->form != F_GIDS;
}

/* A hop for each step of the plan, with what stands before it, and an end. */
static bool
plain_hops(const struct text *t, const struct plan *p, struct hop *hops)
{
	const size_t	 n = (size_t)(p->end - p->steps);
	bool		 fit = t->style.xml || before(hops, p->name, p->name_n);

	for (size_t i = 0; i < n && fit; i++) {
		const struct step	*s = &p->steps[i];

		if (t->style.xml)
			fit = before(&hops[i], p->prefixes[i].bytes,
			    p->prefixes[i].n);
		else if (has_delimiter(s))
			fit = before(&hops[i], t->delimiter.p, t->delimiter.n);
		fit = fit && find_way(&hops[i], s, t->style.xml);
	}
	hops[n].way = H_END;
	if (t->style.xml)
		fit = fit && before(&hops[n], p->prefixes[n].bytes,
		    p->prefixes[n].n);
	if (!t->style.one_line)
		return fit && before(&hops[n], "\n", 1);
	return fit && (t->style.xml ||
	    before(&hops[n], t->delimiter.p, t->delimiter.n));
}

/* Does a run begin with this field? Then the name of its last one. */
static const char *
run_end(const struct hop *h)
{
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		if (h->way != H_END &&
		    strcmp(h->step->field->name, runs[i].first) == 0)
			return runs[i].last;
	return NULL;
}

/* How many hops from H on are a run, and of how many bytes. */
static size_t
run_length(const struct hop *h, size_t *bytes)
{
	const char	*last = run_end(h);

	*bytes = 0;
	for (size_t n = 1; last != NULL && h->way != H_END; n++, h++) {
		*bytes += width_of(h->step->wire);
		if (strcmp(h->step->field->name, last) == 0)
			return *bytes >= MEMO_KEY_MIN &&
			    *bytes <= MEMO_KEY_MAX ? n : 0;
		if (width_of(h->step->wire) == 0)
			break;
	}
	return 0;
}

void
texthop_plan(struct text *t, const struct layout *lay, const struct plan *p)
{
	struct hop	 plain[HOPS_MAX] = { 0 }, *to = t->hops_end;
	size_t		 left = 0, bytes;

	if (lay->first_for != FOR_ALL || p->end - p->steps >= HOPS_MAX ||
	    !p->in_order || (t->style.classic && p->foreign) ||
	    t->style.escape || t->style.colour ||
	    t->delimiter.n > DELIMITER_MAX || !plain_hops(t, p, plain))
		return;
	t->hops[lay->id] = to;
	for (const struct hop *h = plain; ; h++) {
		if (left == 0 && (left = run_length(h, &bytes)) > 0) {
			*to = *h;
			to->way = H_RUN;
			to->bytes = (uint8_t)bytes;
			to->hops = (uint8_t)(left + 1);
			to++->kind = ++t->runs;
		}
		*to++ = *h;
		if (left > 0 && --left == 0)
			*to++ = (struct hop){ .way = H_KEEP,
			    .kind = t->runs, .bytes = (uint8_t)bytes };
		if (h->way == H_END)
			break;
	}
	t->hops_end = to;
	t->growth = t->style.xml ? XML_MEMBER_MAX : 1 + t->delimiter.n;
}

/* A record under way. */
struct trip {
	struct text	*t;
	struct buf	*out;
	const uint8_t	*end;		/* of the record */
	const uint8_t	*token_end;
	const uint8_t	*limit;		/* up to here is room for a token */
	size_t		 room;		/* for one, in bytes */
	size_t		 begin;		/* of a run in OUT that is kept next */
};

/* From here on others write to the output... */
static inline void
lend(struct trip *trip, const uint8_t *o)
{
	trip->out->n = (size_t)(o - trip->out->p);
}

/* ...and we again, where this returns: there is room for a token. */
static uint8_t *
go_on(struct trip *trip)
{
	uint8_t	*o = buf_room(trip->out, trip->room);

	trip->limit = trip->out->p + trip->out->cap - trip->room;
	return o;
}

static inline lanes
is_nul(lanes v)
{
	return lanes_are(v, '\0');
}

static inline uint8_t *
put_hex(uint8_t *o, uint64_t v)
{
	unsigned	 shift = 0;

	while (shift + 4 < 64 && v >> (shift + 4) != 0)
		shift += 4;
	for (;; shift -= 4) {
		*o++ = (uint8_t)"0123456789abcdef"[v >> shift & 15];
		if (shift == 0)
			return o;
	}
}

static inline uint8_t *
put_account(struct trip *trip, uint8_t *o, uint32_t id, bool user)
{
	const struct account	*a = textform_account(trip->t, id, user);

	memcpy(o, a->name, sizeof(a->name));
	return o + a->n;
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

	while (list.n > 0) {
		const struct slice	 one = slice_until_nul(list);

		*o++ = '<';
		memcpy(o, element, n);
		o[n] = '>';
		o = put_xml_str(trip, o + n + 1, one);
		memcpy(o, "</", 2);
		memcpy(o + 2, element, n);
		o[n + 2] = '>';
		o += n + 3;
		list.p += one.n + 1;
		list.n -= one.n + 1;
	}
	return o;
}

/* The number at P; *P moves behind it. */
static uint64_t
take_number(const uint8_t **p, enum wire w)
{
	uint64_t	 v = 0;

	for (unsigned i = width_of(w); i > 0; i--)
		v = v << 8 | *(*p)++;
	return v;
}

static struct slice
take_value(const uint8_t **p, enum wire w)
{
	struct slice	 v = { .n = width_of(w) };

	if (w == W_OPAQUE)
		v.n = (size_t)take_number(p, W_U16);
	else if (w == W_U32S)
		v.n = 4 * (size_t)take_number(p, W_U16);
	v.p = *p;
	*p += v.n;
	return v;
}

/* Let the slow forms write, and go on behind it. */
static uint8_t *
put_other(struct trip *trip, uint8_t *o, const struct step *s,
    const uint8_t **p)
{
	struct text	*t = trip->t;

	lend(trip, o);
	if (s->form == F_GIDS)
		textform_groups(t, s, take_value(p, s->wire));
	else if (s->form < F_STR)
		textform_number(t, s->form, take_number(p, s->wire));
	else
		textform_value(t, s->form, take_value(p, s->wire));
	return go_on(trip);
}

/* The text of a run, if it is known; *P and *O then are behind it. */
static inline bool
recall(struct trip *trip, const struct hop *h, const uint8_t **p,
    uint8_t **o)
{
	const struct memo_key	 key = memo_key(h->kind, *p, h->bytes);
	const struct memo_slot	*s = &trip->t->memo.slots[key.place];

	if (!memo_has(s, &key))
		return false;
	*o += memo_copy(s, *o);
	*p += h->bytes;
	return true;
}

/* Remember what a run that ends at P has become, up to O. */
static void
keep(struct trip *trip, const struct hop *h, const uint8_t *p,
    const uint8_t *o)
{
	const struct memo_key	 key = memo_key(h->kind, p - h->bytes, h->bytes);
	const uint8_t		*text = trip->out->p + trip->begin;

	memo_keep(&trip->t->memo, &key, text, (size_t)(o - text));
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
		case H_SIGNED64:
			v = h->way == H_SIGNED64 ? be64(p) :
			    (uint64_t)(int32_t)be32(p);
			p += h->bytes;
			if ((int64_t)v < 0) {
				*o++ = '-';
				v = -v;
			}
			break;
		case H_UID:
		case H_GID:
			o = put_account(trip, o, be32(p), h->way == H_UID);
			p += 4;
			continue;
		case H_HEX32:
			o = put_hex(o, be32(p));
			p += 4;
			continue;
		case H_HEX64:
			o = put_hex(o, be64(p));
			p += 8;
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
			s = (struct slice){ p + 2, be16(p) };
			o = h->way == H_STR ? put_str(trip, o, s) :
			    put_xml_str(trip, o, s);
			p = s.p + s.n;
			continue;
		case H_STRINGS:
		case H_XML_STRINGS:
			s = (struct slice){ p + 4,
			    (size_t)(trip->token_end - p - 4) };
			o = h->way == H_STRINGS ? put_strings(trip, o, s) :
			    put_xml_strings(trip, o, s, h->step->member);
			p = trip->token_end;
			continue;
		case H_ADDRESS:
			s = (struct slice){ p + 4, be32(p) };
			o += spell_address(o, s);
			p = s.p + s.n;
			continue;
		case H_IPV4:
			o += spell_address(o, (struct slice){ p, 4 });
			p += 4;
			continue;
		case H_NUMBER:
		case H_VALUE:
			o = put_other(trip, o, h->step, &p);
			continue;
		case H_HIDDEN:
			p += h->bytes;
			continue;
		case H_RUN:
			if (recall(trip, h, &p, &o)) {
				h += h->hops;
				continue;
			}
			trip->begin = (size_t)(o - trip->out->p);
			o -= h->before_n;	/* the next hop has it, too */
			continue;
		case H_KEEP:
			keep(trip, h, p, o);
			continue;
		case H_END:
			return o;
		}
		o += spell_dec(o, v);	/* all that are but numbers */
	}
}

/*
 * May a token stand here in XML? Elements nest: there has to be a header at the
 * beginning and a trailer at the end, and no others.
 */
static bool
in_place(struct slice record, const uint8_t *token)
{
	const size_t	 at = (size_t)(token - record.p);

	if (token_is_header(*token))
		return at == 0;
	return at > 0 && (*token == TOK_TRAILER) ==
	    (at == record.n - TRAILER_SIZE);
}

bool
texthop_record(struct text *t, struct slice record)
{
	struct trip	 trip = { .t = t, .out = t->out,
	    .end = record.p + record.n, .room = ROOM + USUAL * t->growth };
	const bool	 xml = t->style.xml;
	const uint8_t	*p = record.p, *last = p;
	uint8_t		*o = go_on(&trip);

	if (xml && record.n < HEADER_MIN + TRAILER_SIZE)
		return false;
	for (; p < trip.end; p = trip.token_end) {
		const struct hop	*h = t->hops[p[0]];
		const size_t		 n = token_size(p,
		    (size_t)(trip.end - p));

		if (h == NULL || n == 0 || (xml && !in_place(record, p)))
			return false;
		trip.token_end = p + n;
		if (n > USUAL || o > trip.limit) {
			trip.room = ROOM + (n > USUAL ? n : USUAL) * t->growth;
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
