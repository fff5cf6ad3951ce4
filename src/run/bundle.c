/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bundle.c - the files that rules are made of, to be read once.
 */
#include "run/bundle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

enum has { HAS_FILE, HAS_ZONE, HAS_USER, HAS_GROUP, HAS_KINDS };

struct file {
	enum has	 kind;
	struct buf	 bytes;
};

struct bundle {
	const struct rules_env	*env;		/* where files come from */
	struct accounts		 accounts;	/* by way of us */
	/* struct file, by name; a number has 4 bytes. */
	struct map		*files[HAS_KINDS];
	struct file		*last;		/* that pieces belong to */
	size_t			 size;		/* bytes of all, and names */
};

struct bundle *
bundle_new(void)
{
	struct bundle	*b = xcalloc(1, sizeof(*b));

	for (size_t k = 0; k < HAS_KINDS; k++)
		b->files[k] = map_new();
	return b;
}

void
bundle_free(struct bundle *b)
{
	if (b == NULL)
		return;
	for (size_t k = 0; k < HAS_KINDS; k++) {
		for (size_t i = 0; i < map_count(b->files[k]); i++) {
			struct file	*f = map_at(b->files[k], i, NULL);

			buf_fini(&f->bytes);
			free(f);
		}
		map_free(b->files[k]);
	}
	free(b);
}

size_t
bundle_size(const struct bundle *b)
{
	return b->size;
}

/*
 * An empty file of this name; one that was there is replaced. Its name counts:
 * one file has as many of them as somebody likes.
 */
static struct file *
add(struct bundle *b, enum has kind, struct slice name)
{
	struct file	*f = map_find(b->files[kind], name);

	if (f == NULL) {
		f = xcalloc(1, sizeof(*f));
		(void)map_put(b->files[kind], name, f);
		b->size += name.n + sizeof(*f);
	}
	f->kind = kind;
	b->size -= f->bytes.n;
	buf_clear(&f->bytes);
	return f;
}

/* Keeping. */

static void
keep(struct bundle *b, enum has kind, const char *name, const struct buf *out,
    size_t from)
{
	struct file	*f = add(b, kind, slice_str(name));

	buf_put(&f->bytes, out->p + from, out->n - from);
	b->size += out->n - from;
}

static int
load_and_keep(void *arg, const char *path, struct buf *out)
{
	struct bundle	*b = arg;
	const size_t	 from = out->n;
	const int	 error = b->env->load(b->env->arg, path, out);

	if (error == 0)
		keep(b, HAS_FILE, path, out, from);
	return error;
}

static int
include_and_keep(void *arg, const char *path, struct buf *out)
{
	struct bundle	*b = arg;
	const size_t	 from = out->n;
	const int	 error = (b->env->include != NULL ? b->env->include :
	    b->env->load)(b->env->arg, path, out);

	if (error == 0)
		keep(b, HAS_FILE, path, out, from);
	return error;
}

static int
zone_and_keep(void *arg, const char *name, struct buf *out)
{
	struct bundle	*b = arg;
	const size_t	 from = out->n;
	const int	 error = b->env->zone(b->env->arg, name, out);

	if (error == 0)
		keep(b, HAS_ZONE, name, out, from);
	return error;
}

static int
check_dir(void *arg, const char *path)
{
	const struct bundle	*b = arg;

	return b->env->check_dir(b->env->arg, path);
}

static int
check_program(void *arg, const char *path)
{
	const struct bundle	*b = arg;

	return b->env->check_program(b->env->arg, path);
}

static void
keep_number(struct bundle *b, enum has kind, const char *name, uint32_t id)
{
	struct file	*f = add(b, kind, slice_str(name));

	buf_u32(&f->bytes, id);
	b->size += sizeof(id);
}

static bool
uid_and_keep(void *arg, const char *user, uint32_t *uid)
{
	struct bundle		*b = arg;
	const struct accounts	*a = b->env->accounts;
	const bool		 found = a->uid_of(a->arg, user, uid);

	if (found)
		keep_number(b, HAS_USER, user, *uid);
	return found;
}

static bool
gid_and_keep(void *arg, const char *group, uint32_t *gid)
{
	struct bundle		*b = arg;
	const struct accounts	*a = b->env->accounts;
	const bool		 found = a->gid_of(a->arg, group, gid);

	if (found)
		keep_number(b, HAS_GROUP, group, *gid);
	return found;
}

static bool
name_user(void *arg, uint32_t uid, char *name, size_t n)
{
	const struct bundle	*b = arg;
	const struct accounts	*a = b->env->accounts;

	return a->user_of(a->arg, uid, name, n);
}

static bool
name_group(void *arg, uint32_t gid, char *name, size_t n)
{
	const struct bundle	*b = arg;
	const struct accounts	*a = b->env->accounts;

	return a->group_of(a->arg, gid, name, n);
}

struct rules_env
bundle_keeping(struct bundle *b, const struct rules_env *env)
{
	b->env = env;
	b->accounts = (struct accounts){ uid_and_keep, gid_and_keep,
		name_user, name_group, b };
	return (struct rules_env){ .names = env->names,
		.accounts = &b->accounts, .load = load_and_keep,
		.include = include_and_keep,
		.check_dir = check_dir, .check_program = check_program,
		.zone = zone_and_keep, .arg = b };
}

/* Giving. */

static int
give(const struct bundle *b, enum has kind, const char *name,
    struct buf *out)
{
	const struct file	*f = map_find(b->files[kind],
	    slice_str(name));

	if (f == NULL)
		return ENOENT;
	buf_put(out, f->bytes.p, f->bytes.n);
	return 0;
}

static int
give_file(void *arg, const char *path, struct buf *out)
{
	return give(arg, HAS_FILE, path, out);
}

static int
give_zone(void *arg, const char *name, struct buf *out)
{
	return give(arg, HAS_ZONE, name, out);
}

static bool
give_number(const struct bundle *b, enum has kind, const char *name,
    uint32_t *id)
{
	const struct file	*f = map_find(b->files[kind],
	    slice_str(name));

	if (f == NULL || f->bytes.n != sizeof(*id))
		return false;
	*id = be32(f->bytes.p);
	return true;
}

static bool
give_user(void *arg, const char *user, uint32_t *uid)
{
	return give_number(arg, HAS_USER, user, uid);
}

static bool
give_group(void *arg, const char *group, uint32_t *gid)
{
	return give_number(arg, HAS_GROUP, group, gid);
}

struct rules_env
bundle_giving(struct bundle *b, const struct rules_env *env)
{
	b->env = env;
	b->accounts = (struct accounts){ give_user, give_group, name_user,
		name_group, b };
	return (struct rules_env){ .names = env->names,
		.accounts = &b->accounts, .load = give_file,
		.zone = give_zone, .arg = b };
}

/* On the way. */

static int
send_file(const struct file *f, struct slice name, struct channel *c,
    enum roles_way way)
{
	struct buf	 b = { 0 };
	int		 status;

	buf_u8(&b, (uint8_t)f->kind);
	buf_u32(&b, (uint32_t)name.n + 1);
	buf_slice(&b, name);
	buf_u8(&b, 0);
	status = roles_send(c, way, ROLES_FILE, &b, -1);
	for (size_t at = 0; status == 0 && at < f->bytes.n;) {
		const size_t	 left = f->bytes.n - at;
		const size_t	 n = left < ROLES_PIECE_MAX ? left :
		    ROLES_PIECE_MAX;

		buf_clear(&b);
		buf_put(&b, f->bytes.p + at, n);
		status = roles_send(c, way, ROLES_PIECE, &b, -1);
		at += n;
	}
	buf_fini(&b);
	return status;
}

int
bundle_send(const struct bundle *b, struct channel *c, enum roles_way way)
{
	int	 status = 0;

	for (size_t k = 0; k < HAS_KINDS; k++)
		for (size_t i = 0; status == 0 && i < map_count(b->files[k]);
		    i++) {
			struct slice		 name;
			const struct file	*f = map_at(b->files[k], i,
			    &name);

			status = send_file(f, name, c, way);
		}
	return status;
}

static bool
take_file(struct bundle *b, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };
	const uint64_t	 kind = cursor_uint(&c, 1);
	const char	*name = roles_take_text(&c);

	if (!roles_taken(&c) || name == NULL || kind >= HAS_KINDS)
		return false;
	b->last = add(b, (enum has)kind, slice_str(name));
	return b->size <= BUNDLE_BYTES_MAX;
}

bool
bundle_take(struct bundle *b, const struct message *m)
{
	if (m->type == ROLES_FILE)
		return take_file(b, m->bytes);
	if (m->type != ROLES_PIECE || b->last == NULL ||
	    m->bytes.n > BUNDLE_BYTES_MAX - b->size)
		return false;
	buf_slice(&b->last->bytes, m->bytes);
	b->size += m->bytes.n;
	return true;
}
