/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * textrow.c - what texthop.c does with a token: a row of hops, made once.
 *
 * A row comes from the plan of its layout, which has the fields and what stands
 * between them. A table tells how fields are read and written fast; those that
 * it lacks are left to textform.c. A layout with a field whose size only a
 * decoder can tell, or with others of the same id, gets no row.
 */
#include "print/textrow.h"

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
	{ F_ERROR, W_U8, H_ERROR, "", "" },
	{ F_SECONDS, W_U32, H_TIME32, "", "" },
	{ F_SECONDS, W_U64, H_TIME64, "", "" },
	{ F_ADDRESS, W_ADDR, H_ADDRESS, "", "" },
	{ F_ADDRESS, W_RAW4, H_IPV4, "", "" },
};

/*
 * Runs: what nearly all records share with some other of the last thousand, by
 * its first and its last field. Of fields that say who did it and what came of
 * it there are too many values: remembering these costs more than spelling.
 */
static const struct {
	const char	*first, *last;
} runs[] = {
	{ "version", "modifier" },
	{ "mode", "fsid" },
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
run_length(const struct hop *h, uint8_t *bytes)
{
	const char	*last = run_end(h);
	size_t		 sum = 0;

	for (size_t n = 1; last != NULL && h->way != H_END; n++, h++) {
		if (width_of(h->step->wire) == 0)
			break;
		sum += width_of(h->step->wire);
		if (strcmp(h->step->field->name, last) == 0) {
			*bytes = (uint8_t)sum;
			return sum >= MEMO_KEY_MIN && sum <= MEMO_KEY_MAX ?
			    n : 0;
		}
	}
	return 0;
}

void
textrow_make(struct text *t, const struct layout *lay, const struct plan *p)
{
	struct hop	 plain[HOPS_MAX] = { 0 }, *to = t->hops_end;
	size_t		 left = 0;

	if (lay->first_for != FOR_ALL || p->end - p->steps >= HOPS_MAX ||
	    !p->in_order || (t->style.classic && p->foreign) ||
	    t->style.escape || t->style.colour ||
	    t->delimiter.n > DELIMITER_MAX || !plain_hops(t, p, plain))
		return;
	t->rows[lay->id] = to;
	if (token_sizings[lay->id].how == TOKEN_HOP &&
	    token_sizings[lay->id].mask == 0)
		plain[0].size = token_sizings[lay->id].fixed;
	if (token_is_header(lay->id))
		plain[0].place = FIRST;
	else if (t->style.xml && lay->id == TOK_TRAILER)
		plain[0].place = LAST;
	for (const struct hop *h = plain; ; h++) {
		*to = *h;
		if (left == 0 && (left = run_length(h, &to->bytes)) > 0) {
			to->way = H_RUN;
			to->hops = (uint8_t)(left + 1);
			to->run = ++t->runs;
			*++to = *h;
		}
		to++;
		if (left > 0 && --left == 0)
			*to++ = (struct hop){ .way = H_KEEP };
		if (h->way == H_END)
			break;
	}
	t->hops_end = to;
}

