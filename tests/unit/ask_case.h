/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ask_case.h - records token by token, and what is asked about them, for the
 * tests of predicates.
 */
#ifndef TESTS_ASK_CASE_H
#define TESTS_ASK_CASE_H

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "bsm/build.h"
#include "bsm/names.h"
#include "bsm/record.h"
#include "engine/ask.h"

/* A record that is being made, and then what is known of it. */
struct made {
	struct buf		 bytes;
	struct slice		 copy;		/* of exactly these bytes */
	struct record		 record;
	struct object		 object;
	struct asked		 asked;
};

static inline void
made_token(struct made *m, const char *layout, struct token t)
{
	t.layout = layout_by_name(slice_str(layout));
	assert(t.layout != NULL);
	t.id = t.layout->id;
	assert(build_token(&m->bytes, &t) == 0);
}

/* Begin with a header32 of this version, event and time. */
static inline void
made_begin(struct made *m, unsigned version, unsigned event, int64_t seconds)
{
	*m = (struct made){ 0 };
	made_token(m, "header32", (struct token){ .header = {
	    .version = version, .event = event,
	    .seconds = (uint64_t)seconds } });
}

static inline void
made_subject(struct made *m, uint32_t auid, uint32_t pid, uint32_t session)
{
	made_token(m, "subject32", (struct token){ .subject = {
	    .auid = auid, .euid = auid, .ruid = auid, .pid = pid,
	    .session = session,
	    .address = { (const uint8_t *)"\12\0\0\1", 4 } } });
}

static inline void
made_text(struct made *m, const char *layout, const char *text)
{
	made_token(m, layout, (struct token){ .str.text = build_cstr(text) });
}

/* N strings of N bytes altogether, each with its NUL. */
static inline void
made_strings(struct made *m, const char *layout, const char *all, size_t n,
    uint32_t count)
{
	made_token(m, layout, (struct token){ .list.list = {
	    .claimed = count, .count = count,
	    .bytes = { (const uint8_t *)all, n } } });
}

static inline void
made_argument(struct made *m, unsigned number, const char *text,
    uint64_t value)
{
	made_token(m, value > UINT32_MAX ? "argument64" : "argument32",
	    (struct token){ .arg = { .number = number, .value = value,
	    .text = build_cstr(text) } });
}

static inline void
made_return(struct made *m, uint64_t error, uint64_t value)
{
	made_token(m, "return32", (struct token){ .ret = { error, value } });
}

/* Index it, and fill in what is asked as an engine without a cache does. */
static inline void
made_index(struct made *m, enum dialect d)
{
	struct frame_record	 f;
	uint8_t			*p = malloc(m->bytes.n);

	memcpy(p, m->bytes.p, m->bytes.n);
	m->copy = (struct slice){ p, m->bytes.n };
	f = (struct frame_record){ .bytes = m->copy,
	    .quality = FRAME_WEAK };
	assert(record_head(&m->record, &f) == 0);
	record_index(&m->record);
	m->object.known = record_path(&m->record, &m->object.path);
	m->asked = (struct asked){ .record = &m->record, .dialect = d,
	    .object = &m->object };
	m->asked.has_zone = record_zone(&m->record, &m->asked.zone);
}

static inline void
made_end(struct made *m, enum dialect d)
{
	build_finish(&m->bytes, 0);
	made_index(m, d);
}

static inline void
made_free(struct made *m)
{
	free((void *)(uintptr_t)m->copy.p);
	buf_fini(&m->bytes);
}

#endif
