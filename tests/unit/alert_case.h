/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alert_case.h - one alert with its record, for the tests of sinks.
 *
 * The record: event 23 (execve), 1634210459 s and 522 ms, auid 1001, euid 0,
 * pid 1768, session 4711, from 192.0.2.7, a path, a text, failure with EPERM.
 */
#ifndef TESTS_ALERT_CASE_H
#define TESTS_ALERT_CASE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "bsm/names.h"
#include "engine/alert.h"
#include "sink/format.h"

struct alert_case {
	struct buf		 bytes;
	struct record		 record;
	struct alert_step	 steps[1000];
	struct alert		 alert;
	struct sink_view	 view;
	struct sink_world	 world;
	struct names		*names;
	struct accounts		 accounts;
};

static inline void
case_string(struct buf *b, uint8_t id, const char *s)
{
	buf_u8(b, id);
	buf_u16(b, (uint16_t)(strlen(s) + 1));
	buf_put(b, s, strlen(s) + 1);
}

static inline void
case_record(struct buf *b, const char *path, const char *text, uint8_t error)
{
	const size_t	 start = b->n;
	size_t		 size;

	buf_u8(b, 0x14);			/* header32 */
	buf_u32(b, 0);
	buf_u8(b, 11);
	buf_u16(b, 23);
	buf_u16(b, 0);
	buf_u32(b, 1634210459);
	buf_u32(b, 522);
	buf_u8(b, 0x24);			/* subject32 */
	buf_u32(b, 1001);
	buf_u32(b, 0);
	buf_u32(b, 0);
	buf_u32(b, 1001);
	buf_u32(b, 1001);
	buf_u32(b, 1768);
	buf_u32(b, 4711);
	buf_u32(b, 9);
	buf_u32(b, 0xc0000207);
	if (path != NULL)
		case_string(b, 0x23, path);
	if (text != NULL)
		case_string(b, 0x28, text);
	buf_u8(b, 0x27);			/* return32 */
	buf_u8(b, error);
	buf_u32(b, 0);
	buf_u8(b, 0x13);			/* trailer */
	buf_u16(b, 0xb105);
	size = b->n - start + 4;
	buf_u32(b, (uint32_t)size);
	for (unsigned i = 0; i < 4; i++)
		b->p[start + 1 + i] = (uint8_t)(size >> (24 - 8 * i));
}

static inline bool
case_user(void *arg, uint32_t id, char *name, size_t n)
{
	(void)arg;
	if (id != 0 && id != 1001)
		return false;
	(void)snprintf(name, n, "%s", id == 0 ? "root" : "alice");
	return true;
}

static inline bool
case_group(void *arg, uint32_t id, char *name, size_t n)
{
	(void)arg;
	(void)snprintf(name, n, "%s", "wheel");
	return id == 0;
}

/* Everything of it dies with case_fini(). */
static inline void
case_init(struct alert_case *c, const char *path, const char *text)
{
	struct frame_record	 f = { .kind = FRAME_RECORD };

	memset(c, 0, sizeof(*c));
	case_record(&c->bytes, path, text, 1);
	f.bytes = buf_bytes(&c->bytes);
	if (record_head(&c->record, &f) != 0)
		abort();
	record_index(&c->record);
	c->names = names_new();
	c->accounts.user_of = case_user;
	c->accounts.group_of = case_group;
	c->world = (struct sink_world){ c->names, &c->accounts };
	c->steps[0] = (struct alert_step){ .state = 1, .bytes = f.bytes };
	c->alert = (struct alert){
		.rule = { .label = "login", .file = "ssh.conf", .line = 3,
		    .priority = 5, .subject_type = "auid" },
		.uid = { 0x6f1c, 0x2a },
		.seconds = 1634210459, .fraction = 522,
		.millis = 1634210459522, .first_millis = 1634209923100,
		.duration_s = 536, .has_subject = true, .subject = 1001,
		.last = &c->record, .records = 1, .steps = c->steps,
		.nsteps = 1
	};
	c->view = (struct sink_view){ &c->alert, "trail.bsm", NULL };
}

static inline void
case_fini(struct alert_case *c)
{
	buf_fini(&c->bytes);
	names_free(c->names);
}

#endif
