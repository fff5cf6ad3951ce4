/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts.c - what a record says of itself, for the formats that show steps.
 *
 * A record is taken apart here only after it raised an alert, so this goes the
 * plain way: the index of record.c, then one walk over the tokens.
 */
#include "bsm/errors.h"
#include "bsm/record.h"
#include "print/spell.h"
#include "sink/facts.h"

/* Exec arguments and text: tokens that the index does not remember. */
static void
read_tokens(struct facts *f, struct slice record)
{
	struct tokens	 walk;
	struct token	 tok;

	tokens_begin(&walk, record);
	while (tokens_next(&walk, &tok) != 0) {
		if (tok.layout == NULL)
			continue;
		if (tok.id == TOK_EXEC_ARGS) {
			f->args = *token_strings(&tok, tok.layout->fields);
			f->has_args = true;
		} else if (tok.id == TOK_TEXT) {
			f->text = slice_until_nul(token_slice(&tok,
			    tok.layout->fields));
			f->has_text = true;
		}
	}
}

static bool
unspecified(struct slice address)
{
	for (size_t i = 0; i < address.n; i++)
		if (address.p[i] != 0)
			return false;
	return true;
}

void
facts_read(struct facts *f, const struct names *names, struct slice bytes)
{
	const struct frame_record	 frame = {
		.kind = FRAME_RECORD, .bytes = bytes
	};
	const struct event_name		*event;
	const struct bsm_error		*error;
	struct record			 rec;

	*f = (struct facts){ .length = bytes.n };
	if (bytes.n == 0 || record_head(&rec, &frame) != 0)
		return;
	record_index(&rec);
	f->known = true;
	f->millis = record_millis(&rec);
	f->event = rec.event;
	event = names_event(names, names_dialect(names, rec.version),
	    rec.event);
	f->event_name = event == NULL ? NULL : event->name;
	f->error = record_error(&rec);
	f->failed = f->error != 0;
	if (f->failed && (error = errors_find(f->error)) != NULL)
		f->error_name = error->name;
	f->has_subject = rec.at[REC_SUBJECT] != 0;
	f->pid = record_pid(&rec);
	f->session = record_session(&rec);
	f->address = record_address(&rec);
	if (unspecified(f->address))
		f->address = (struct slice){ 0 };
	f->has_path = record_path(&rec, &f->path);
	read_tokens(f, bytes);
}

void
facts_time(struct buf *out, int64_t millis)
{
	uint8_t		 text[SPELL_TIME_MAX];
	const size_t	 n = spell_rfc3339(text, millis);

	if (n > 0)
		buf_put(out, text, n);
	else
		buf_sdec(out, millis / 1000);
}

void
facts_address(struct buf *out, struct slice address)
{
	uint8_t		 text[SPELL_ADDRESS_MAX];

	if (!unspecified(address))
		buf_put(out, text, spell_address(text, address));
}

bool
facts_subject(const struct accounts *accounts, const char *type, uint32_t id,
    char *name, size_t n)
{
	const bool	 group = strcmp(type, "egid") == 0 ||
	    strcmp(type, "rgid") == 0;

	if (group)
		return accounts->group_of(accounts->arg, id, name, n);
	return accounts->user_of(accounts->arg, id, name, n);
}
