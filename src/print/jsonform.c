/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonform.c - values of token fields as JSON that loses nothing.
 */
#include "print/jsonform.h"
#include "print/spell.h"

/* A string as it is on the wire: with its NUL, if it has one. */
void
jsonform_string(struct json *j, struct slice s)
{
	const bool	 ended = s.n > 0 && s.p[s.n - 1] == '\0';

	if (ended)
		s.n--;
	if (ended && json_is_text(s)) {
		json_text(j, s);
		return;
	}
	json_begin_object(j);
	json_key(j, "hex");
	json_hex(j, s);
	if (!ended) {
		json_key(j, "nul");
		json_bool(j, false);
	}
	json_end_object(j);
}

static void
put_strings(struct json *j, const struct strings *list)
{
	struct cursor	 c = { .in = list->bytes };

	json_begin_array(j);
	while (cursor_left(&c) > 0 && c.err == 0)
		jsonform_string(j, list->counted ?
		    cursor_take(&c, (size_t)cursor_uint(&c, 2)) :
		    cursor_zstr(&c, SIZE_MAX));
	json_end_array(j);
	if (list->claimed != list->count) {
		json_key(j, "count");
		json_uint(j, list->claimed);
	}
	if (list->padding.n > 0) {
		json_key(j, "padding");
		json_uint(j, list->padding.n);
	}
}

static void
put_numbers(struct json *j, struct slice s)
{
	json_begin_array(j);
	for (size_t i = 0; i + 4 <= s.n; i += 4)
		json_uint(j, be32(s.p + i));
	json_end_array(j);
}

static void
put_address(struct json *j, struct slice s)
{
	uint8_t		 text[SPELL_ADDRESS_MAX];

	json_text(j, (struct slice){ text, spell_address(text, s) });
}

static void
put_uuid(struct json *j, struct slice s)
{
	uint8_t		 text[SPELL_UUID_MAX];

	json_text(j, (struct slice){ text, spell_uuid(text, s) });
}

void
jsonform_field(struct json *j, const struct token *t, const struct field *f)
{
	json_key(j, f->name);
	switch (f->wire) {
	case W_U8:
	case W_U16:
	case W_U24:
	case W_U32:
	case W_U64:
	case W_ATYPE:
	case W_TID:
		json_uint(j, token_number(t, f));
		return;
	case W_STR:
	case W_ZSTR:
		jsonform_string(j, token_slice(t, f));
		return;
	case W_RAW4:
	case W_RAW16:
	case W_ADDR:
	case W_AT_ADDR:
		put_address(j, token_slice(t, f));
		return;
	case W_UUID:
		put_uuid(j, token_slice(t, f));
		return;
	case W_STRINGS:
	case W_STRS16:
		put_strings(j, token_strings(t, f));
		return;
	case W_U32S:
	case W_U32X16:
		put_numbers(j, token_slice(t, f));
		return;
	case W_OPAQUE:
	case W_ITEMS:
	case W_WORDS:
	case W_N:
		break;
	}
	json_hex(j, token_slice(t, f));
}

