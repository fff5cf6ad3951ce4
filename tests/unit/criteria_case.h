/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * criteria_case.h - criteria by text, and records to try them on, for the tests
 * of src/select/.
 */
#ifndef TESTS_CRITERIA_CASE_H
#define TESTS_CRITERIA_CASE_H

#include <stdlib.h>
#include <string.h>

#include "bsm/build.h"
#include "bsm/frame.h"
#include "select/criteria.h"

/* Only alice and wheel are known here. */
static inline bool
case_uid(void *arg, const char *user, uint32_t *uid)
{
	(void)arg;
	*uid = 1001;
	return strcmp(user, "alice") == 0;
}

static inline bool
case_gid(void *arg, const char *group, uint32_t *gid)
{
	(void)arg;
	*gid = 0;
	return strcmp(group, "wheel") == 0;
}

static const struct accounts	case_accounts = {
	.uid_of = case_uid, .gid_of = case_gid
};

/* Begin a record of this event with a header32 of version 11. */
static inline void
case_header(struct buf *b, uint16_t event, uint32_t seconds)
{
	const struct token	 t = { .layout = layout_find(TOK_HEADER32),
	    .header.version = 11, .header.event = event,
	    .header.seconds = seconds };

	assert_int_equal(build_token(b, &t), 0);
}

static inline void
case_ids(struct buf *b, uint8_t id, uint32_t all, uint32_t pid)
{
	static const uint8_t	 zeros[16] = { 0 };
	const struct token	 t = { .layout = layout_find(id),
	    .subject = { .auid = all, .euid = all, .egid = all, .ruid = all,
	    .rgid = all, .pid = pid, .session = pid + 1000,
	    .address = { zeros, 4 } } };

	assert_int_equal(build_token(b, &t), 0);
}

/* Path, zone, fmri: whatever is one string, by its layout's id. */
static inline void
case_text(struct buf *b, uint8_t id, const char *text)
{
	const struct token	 t = { .layout = layout_find(id),
	    .str.text = build_cstr(text) };

	assert_int_equal(build_token(b, &t), 0);
}

static inline void
case_return(struct buf *b, uint8_t id, uint8_t error)
{
	const struct token	 t = { .layout = layout_find(id),
	    .ret.error = error };

	assert_int_equal(build_token(b, &t), 0);
}

/* Numbers in order: IPC, IPC permissions, attributes of X objects. */
static inline void
case_numbers(struct buf *b, uint8_t id, const uint32_t *v, size_t n)
{
	struct token	 t = { .layout = layout_find(id) };

	for (size_t i = 0; i < n; i++)
		t.num.v[i] = v[i];
	assert_int_equal(build_token(b, &t), 0);
}

/* The frame of a buffer that holds one record. */
static inline struct frame_record
case_frame(const struct buf *b)
{
	return (struct frame_record){ .kind = FRAME_RECORD,
	    .bytes = buf_bytes(b), .quality = FRAME_STRONG };
}

#endif
