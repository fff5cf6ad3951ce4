/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * textform.c - how single values look as text.
 *
 * The forms are praudit's, down to its two spellings of a failure. Names of
 * users and groups and the spelled time are remembered, since neighbouring
 * records share them.
 */
#include <assert.h>

#include "bsm/errors.h"
#include "print/textform.h"
#include "print/xml.h"

/* Room for N bytes. The buffer has no limit, so there always is. */
static inline uint8_t *
room(struct buf *out, size_t n)
{
	if (out->cap - out->n >= n && out->p != NULL)
		return out->p + out->n;
	return buf_room(out, n);
}

static inline void
put_slice(struct buf *out, struct slice s)
{
	if (s.n == 0)
		return;
	memcpy(room(out, s.n), s.p, s.n);
	out->n += s.n;
}

static inline void
put_char(struct buf *out, char c)
{
	*room(out, 1) = (uint8_t)c;
	out->n++;
}

static void
put_cstr(struct buf *out, const char *s)
{
	put_slice(out, slice_str(s));
}

static void
put_dec(struct buf *out, uint64_t v)
{
	out->n += spell_dec(room(out, SPELL_NUMBER_MAX), v);
}

static void
put_signed(struct buf *out, int64_t v)
{
	if (v < 0)
		put_char(out, '-');
	put_dec(out, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

static void
put_hex(struct buf *out, uint64_t v)
{
	put_slice(out, (struct slice){ (const uint8_t *)"0x", 2 });
	buf_hex(out, v);
}

void
textform_blob(struct buf *out, struct slice s)
{
	if (s.n == 0)
		return;
	put_slice(out, (struct slice){ (const uint8_t *)"0x", 2 });
	buf_hexbytes(out, s);
}

void
textform_delimiter(struct text *t)
{
	if (t->delimiter.n == 1)
		put_char(t->out, (char)t->delimiter.p[0]);
	else
		put_slice(t->out, t->delimiter);
}

/* Bytes as they are, or fit for XML, or made harmless for a terminal. */
static void
put_fit(const struct text_style *style, struct buf *out, struct slice s)
{
	if (style->xml)
		xml_escape(out, s);
	else if (style->escape)
		buf_escape(out, s);
	else
		put_slice(out, s);
}

static void
put_bytes(struct text *t, struct slice s)
{
	put_fit(&t->style, t->out, s);
}

/* A string without any of its NULs: praudit joins what stands around them. */
void
textform_string(struct text *t, struct slice s)
{
	while (s.n > 0) {
		const struct slice	 part = slice_until_nul(s);

		put_bytes(t, part);
		s.p += part.n;
		s.n -= part.n;
		if (s.n > 0) {
			s.p++;
			s.n--;
		}
	}
}

/* Make a name fit to go out. False when it then is too long. */
static bool
fit_name(const struct text_style *style, struct account *a)
{
	struct buf	 fit = { 0 };
	bool		 fits;

	put_fit(style, &fit, slice_str(a->name));
	if ((fits = fit.n < sizeof(a->name)))
		memcpy(a->name, buf_cstr(&fit), fit.n + 1);
	buf_fini(&fit);
	return fits;
}

void
textform_ask(struct text *t, uint32_t id, struct account *a, bool user)
{
	const int32_t	 v = (int32_t)id;
	uint8_t		*to = (uint8_t *)a->name;

	a->id = id;
	if ((user ? t->accounts->user_of : t->accounts->group_of)(
	    t->accounts->arg, id, a->name, sizeof(a->name)) &&
	    a->name[0] != '\0' && fit_name(&t->style, a)) {
		a->n = (uint8_t)strnlen(a->name, sizeof(a->name));
		return;
	}
	*to = '-';
	a->n = (uint8_t)(v < 0 ? 1 + spell_dec(to + 1, (uint64_t)-(int64_t)v) :
	    spell_dec(to, id));
}

static void
put_account(struct text *t, uint64_t id, bool user)
{
	const struct account	*a = textform_account(t, (uint32_t)id, user);

	put_slice(t->out, (struct slice){ (const uint8_t *)a->name, a->n });
}

/* Its description or name; the number when it has none. */
static void
put_event(struct text *t, uint64_t number)
{
	const struct event_name	*name = names_event(t->names,
	    names_dialect(t->names, t->version), (uint16_t)number);
	const char		*text = name == NULL ? "" :
	    t->style.event_names ? name->name : name->text;

	if (*text == '\0')
		put_dec(t->out, number);
	else
		put_bytes(t, slice_str(text));
}

/* Write t->tm as ctime(3) does, without its newline. */
static void
spell_ctime(struct text *t)
{
	static const char	 days[] = "SunMonTueWedThuFriSat";
	static const char	 months[] =
	    "JanFebMarAprMayJunJulAugSepOctNovDec";
	const struct tm		*tm = &t->tm;
	uint8_t			*p = t->spelled;

	memcpy(p, "Www Mmm dd hh:mm:ss yyyy", CTIME_BYTES);
	memcpy(p, days + 3 * tm->tm_wday, 3);
	memcpy(p + 4, months + 3 * tm->tm_mon, 3);
	spell_two(p + 8, (unsigned)tm->tm_mday);
	if (p[8] == '0')
		p[8] = ' ';
	spell_two(p + 11, (unsigned)tm->tm_hour);
	spell_two(p + 14, (unsigned)tm->tm_min);
	spell_two(p + 17, (unsigned)tm->tm_sec);
	spell_two(p + 20, (unsigned)(tm->tm_year + 1900) / 100);
	spell_two(p + 22, (unsigned)(tm->tm_year + 1900) % 100);
}

/*
 * Make t->tm mean SECONDS. Within a minute only the seconds differ: no zone
 * changes in the middle of one. False for a year that has not four digits.
 */
static bool
break_down(struct text *t, uint64_t seconds)
{
	const int64_t	 step = (int64_t)(seconds - t->time);
	const time_t	 when = (time_t)seconds;

	if (seconds > 253402300799 + 86400)	/* of the year 9999 */
		return false;
	if (t->time_known && step > -60 && step < 60 &&
	    t->tm.tm_sec + step >= 0 && t->tm.tm_sec + step < 60) {
		t->tm.tm_sec += (int)step;
		return true;
	}
	t->time_known = (t->style.utc ? gmtime_r(&when, &t->tm) :
	    localtime_r(&when, &t->tm)) != NULL &&
	    t->tm.tm_year + 1900 >= 1000 && t->tm.tm_year + 1900 <= 9999;
	return t->time_known;
}

bool
textform_seconds(struct text *t, uint64_t seconds)
{
	if (t->time_known && seconds == t->time)
		return true;
	if (!break_down(t, seconds))
		return false;
	t->time = seconds;
	spell_ctime(t);
	return true;
}

static void
put_seconds(struct text *t, uint64_t seconds)
{
	if (textform_seconds(t, seconds))
		put_slice(t->out, (struct slice){ t->spelled, CTIME_BYTES });
	else
		put_dec(t->out, seconds);
}

static void
put_error(struct buf *out, uint64_t number)
{
	const char	*text;

	if (number == 0) {
		put_cstr(out, "success");
		return;
	}
	text = errors_text((uint8_t)number);
	if (text != NULL) {
		put_cstr(out, "failure : ");
		put_cstr(out, text);
	} else {
		put_cstr(out, "failure: Unknown error: ");
		put_dec(out, number);
	}
}

void
textform_outcome(struct text *t, uint8_t error)
{
	struct outcome	*o = &t->outcomes[error];
	struct buf	 b = { 0 };

	put_error(&b, error);
	assert(b.n > 0 && b.n <= sizeof(o->text));
	memcpy(o->text, b.p, b.n);
	o->n = (uint8_t)b.n;
	buf_fini(&b);
}

static void
put_ipc(struct buf *out, uint64_t kind)
{
	static const char *const	 kinds[] = {
		"Message IPC", "Semaphore IPC", "Shared Memory IPC"
	};

	if (kind >= 1 && kind <= sizeof(kinds) / sizeof(kinds[0]))
		put_cstr(out, kinds[kind - 1]);
	else
		put_dec(out, kind);
}

/* What stands before a member of a list ("<") and behind it ("</"). */
static void
member(struct text *t, const struct step *step, const char *side)
{
	if (t->style.xml) {
		put_cstr(t->out, side);
		put_cstr(t->out, step->member);
		put_char(t->out, '>');
	} else if (side[1] == '\0')
		textform_delimiter(t);
}

void
textform_groups(struct text *t, const struct step *step, struct slice list)
{
	for (size_t i = 0; i + 4 <= list.n; i += 4) {
		const uint32_t	 id = be32(list.p + i);

		member(t, step, "<");
		if (t->style.raw || t->style.numeric_ids)
			put_signed(t->out, (int32_t)id);
		else
			put_account(t, id, false);
		member(t, step, "</");
	}
}

void
textform_strings(struct text *t, const struct step *step,
    const struct strings *list)
{
	size_t		 at = 0;
	struct slice	 one;

	while (strings_next(list, &at, &one)) {
		member(t, step, "<");
		textform_string(t, one);
		member(t, step, "</");
	}
}

/* One item of WIDTH bytes; BSD and macOS write them as their machines do. */
static uint64_t
data_item(const struct text *t, const uint8_t *p, size_t width)
{
	const bool	 big = t->version >= 2 && t->version <= 4;
	uint64_t	 v = 0;

	for (size_t i = 0; i < width; i++)
		v = v << 8 | p[big ? i : width - 1 - i];
	return v;
}

static void
put_data_item(struct text *t, uint64_t how, uint64_t v, size_t width)
{
	const uint8_t	 low = (uint8_t)v;

	if (how != 4)
		put_char(t->out, ' ');
	switch (how) {
	case 1:
		buf_oct(t->out, v);
		break;
	case 2:
		put_signed(t->out, width == 4 ? (int32_t)v : (int64_t)v);
		break;
	case 3:
		buf_hex(t->out, v);
		break;
	default:
		put_bytes(t, (struct slice){ &low, 1 });
		break;
	}
}

/* What stands before the items; HOW is NULL for a number without a name. */
static void
put_data_head(struct text *t, const struct token *tok, const char *how)
{
	static const char *const	 units[] = {
		"byte", "short", "int", "int64"
	};
	const size_t			 width = (size_t)1 << tok->data.unit;
	const size_t			 count = tok->data.items.n / width;

	if (!t->style.xml) {
		put_cstr(t->out, how);
		textform_delimiter(t);
		put_cstr(t->out, units[tok->data.unit]);
		textform_delimiter(t);
		put_dec(t->out, count);
		textform_delimiter(t);
		return;
	}
	if (how != NULL)
		buf_printf(t->out, "print=\"%s\"", how);
	else
		buf_printf(t->out, "print=\"%u\"", (unsigned)tok->data.how);
	buf_printf(t->out, " type=\"%zu\" count=\"%zu\" >", width, count);
}

/* Arbitrary data: how it wants to be shown, in which units, how many, which. */
void
textform_data(struct text *t, const struct token *tok)
{
	static const char *const	 hows[] = {
		"binary", "octal", "decimal", "hex", "string"
	};
	const bool			 known = tok->data.how <
	    sizeof(hows) / sizeof(hows[0]);
	const struct slice		 items = tok->data.items;
	const size_t			 width = (size_t)1 << tok->data.unit;

	if (!known && !t->style.xml)
		return;
	put_data_head(t, tok, known ? hows[tok->data.how] : NULL);
	if (!known) {
		buf_hexbytes(t->out, items);
		return;
	}
	if (tok->data.how == 4 && width == 1) {
		put_bytes(t, items);
		return;
	}
	for (size_t i = 0; i + width <= items.n; i += width)
		put_data_item(t, tok->data.how,
		    data_item(t, items.p + i, width), width);
}

void
textform_number(struct text *t, enum form form, uint64_t v)
{
	struct buf	*out = t->out;
	uint8_t		 low;

	switch (form) {
	case F_SIGNED64:
		put_signed(out, (int64_t)v);
		break;
	case F_SIGNED32:
		put_signed(out, (int32_t)v);
		break;
	case F_OCT:
		buf_oct(out, v);
		break;
	case F_PORT:
		if (v == 0) {
			put_char(out, '0');
			break;
		}
		put_hex(out, v);
		break;
	case F_HEX:
		put_hex(out, v);
		break;
	case F_BYTE:
		low = (uint8_t)v;
		textform_blob(out, (struct slice){ &low, 1 });
		break;
	case F_UID:
		put_account(t, v, true);
		break;
	case F_GID:
		put_account(t, v, false);
		break;
	case F_EVENT:
		put_event(t, v);
		break;
	case F_SECONDS:
		put_seconds(t, v);
		break;
	case F_MSEC:
		put_cstr(out, " + ");
		put_dec(out, v);
		put_cstr(out, " msec");
		break;
	case F_ERROR:
		put_error(out, v);
		break;
	case F_EXIT:
		put_cstr(out, "Error ");
		put_dec(out, v);
		break;
	case F_IPC:
		put_ipc(out, v);
		break;
	case F_PRIVILEGE:
		put_cstr(out, v != 0 ? "successful use of priv" :
		    "failed use of priv");
		break;
	default:
		put_dec(out, v);
		break;
	}
}

/* A value that is neither a number nor a list of strings. */
void
textform_value(struct text *t, enum form form, struct slice bytes)
{
	struct buf	*out = t->out;

	switch (form) {
	case F_STR:
		textform_string(t, bytes);
		break;
	case F_BLOB:
		if (!t->style.xml) {
			put_dec(out, bytes.n);
			textform_delimiter(t);
		}
		textform_blob(out, bytes);
		break;
	case F_ADDRESS:
		if (bytes.n == 0)
			put_cstr(out, "invalid");
		out->n += spell_address(room(out, SPELL_ADDRESS_MAX), bytes);
		break;
	case F_UUID:
		out->n += spell_uuid(room(out, SPELL_UUID_MAX), bytes);
		break;
	default:
		textform_blob(out, bytes);
		break;
	}
}

