/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reader.c - the process that reads rules.
 *
 * It has one question under way at most, and takes a file piece by piece, each
 * when it asks for it: so the parent, which has others to look after, never
 * waits for room.
 */
#include "run/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/lectern.h"
#include "run/outline.h"

struct reader {
	struct station	*station;
	struct accounts	 accounts;
};

/* Wait for the answer of this type. */
static struct message
await(struct reader *r, uint32_t type)
{
	struct message	 m;

	station_receive(r->station, &m);
	if (m.type != type)
		station_exit(EXIT_FAILURE);
	return m;
}

/* Returns 0, with *N as ROLES_SHOWN has it, or an errno. */
static int
ask(struct reader *r, enum lectern_what what, const char *name, uint64_t *n)
{
	struct buf	 b = { 0 };
	struct message	 m;
	struct cursor	 c;
	int		 error = ENAMETOOLONG;

	buf_u8(&b, (uint8_t)what);
	roles_text(&b, name);
	if (b.n <= ROLES_TEXT_MAX) {
		station_send(r->station, ROLES_SHOW, &b);
		m = await(r, ROLES_SHOWN);
		c = (struct cursor){ .in = m.bytes };
		error = (int)cursor_uint(&c, 4);
		*n = cursor_uint(&c, 8);
	}
	buf_fini(&b);
	return error;
}

static int
ask_file(struct reader *r, enum lectern_what what, const char *name,
    struct buf *out)
{
	uint64_t	 left = 0;
	const int	 error = ask(r, what, name, &left);

	while (error == 0 && left > 0) {
		struct message	 m;

		station_send(r->station, ROLES_MORE, NULL);
		m = await(r, ROLES_PIECE);
		if (m.bytes.n > left)
			station_exit(EXIT_FAILURE);
		buf_slice(out, m.bytes);
		left -= m.bytes.n;
	}
	return error;
}

static int
load(void *arg, const char *path, struct buf *out)
{
	return ask_file(arg, LECTERN_FILE, path, out);
}

static int
zone(void *arg, const char *name, struct buf *out)
{
	return ask_file(arg, LECTERN_ZONE, name, out);
}

static int
check_dir(void *arg, const char *path)
{
	uint64_t	 nothing;

	return ask(arg, LECTERN_DIRECTORY, path, &nothing);
}

static int
check_program(void *arg, const char *path)
{
	uint64_t	 nothing;

	return ask(arg, LECTERN_PROGRAM, path, &nothing);
}

static bool
ask_id(struct reader *r, enum lectern_what what, const char *name,
    uint32_t *id)
{
	uint64_t	 n = 0;

	if (ask(r, what, name, &n) != 0)
		return false;
	*id = (uint32_t)n;
	return true;
}

static bool
uid_of(void *arg, const char *user, uint32_t *uid)
{
	return ask_id(arg, LECTERN_USER, user, uid);
}

static bool
gid_of(void *arg, const char *group, uint32_t *gid)
{
	return ask_id(arg, LECTERN_GROUP, group, gid);
}

/* Rules name users; what a number is called is of no use to them. */
static bool
no_name(void *arg, uint32_t id, char *name, size_t n)
{
	(void)arg;
	(void)id;
	(void)name;
	(void)n;
	return false;
}

struct reader *
reader_new(struct station *s, const struct privilege *p)
{
	struct reader	*r = xcalloc(1, sizeof(*r));

	r->station = s;
	r->accounts = (struct accounts){ uid_of, gid_of, no_name, no_name,
		r };
	station_close(s, p, NULL, 0);
	return r;
}

struct rules_env
reader_env(struct reader *r, const struct names *names)
{
	return (struct rules_env){ .names = names, .accounts = &r->accounts,
		.load = load, .check_dir = check_dir,
		.check_program = check_program, .zone = zone, .arg = r };
}

static void
send_on(void *arg, uint32_t type, const struct buf *b)
{
	struct reader	*r = arg;

	station_send(r->station, type, b);
}

static void
tell_faults(struct reader *r, struct slice text)
{
	struct buf	 b = { 0 };

	while (text.n > 0) {
		const size_t	 n = text.n < ROLES_TEXT_MAX ? text.n :
		    ROLES_TEXT_MAX;

		buf_clear(&b);
		buf_put(&b, text.p, n);
		station_send(r->station, ROLES_FAULTS, &b);
		text = (struct slice){ text.p + n, text.n - n };
	}
	buf_fini(&b);
}

void
reader_end(struct reader *r, const struct program *p,
    const struct buf *faults)
{
	const char	*why = p == NULL ? NULL : outline_tell(p, send_on, r);
	struct buf	 b = { 0 };

	if (why != NULL)
		log_warn("rules: %s", why);
	tell_faults(r, buf_bytes(faults));
	buf_u8(&b, p != NULL && why == NULL);
	station_send(r->station, ROLES_JUDGED, &b);
	station_exit(EXIT_SUCCESS);
}
