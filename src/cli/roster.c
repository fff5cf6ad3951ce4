/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roster.c - which users and groups there can be on this system.
 *
 * nsswitch.conf(5) tells which services are asked. Of those that only read
 * files, what getpwent(3) lists is all there is. systemd(1) lists what it has
 * in files, too, but where it runs it makes ids up as well, in ranges of its
 * own: such ids may always be somebody's. So may any with another service, or
 * without such a file.
 */
#include <sys/stat.h>

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/roster.h"
#include "run/loader.h"

#define SERVICES	"/etc/nsswitch.conf"
#define SERVICES_MAX	(64u << 10)	/* bytes of it */
#define SYSTEMD_RUNS	"/run/systemd/system"	/* see sd_booted(3) */
#define NOBODY		65534u		/* stands in no file at times */
#define LISTED_MAX	(1u << 18)	/* ids; more are not worth it */

struct ids {
	uint32_t	*v;		/* ascending */
	size_t		 n, cap;
	bool		 whole;		/* there are no others */
	bool		 numbers;	/* one has a number for a name */
};

struct roster {
	struct ids	 users, groups;
	bool		 made_up;	/* some may be */
};

/* The next word of a line; empty at its end. */
static struct slice
next_word(struct slice *line)
{
	struct slice	 word;

	while (line->n > 0 && memchr(" \t", *line->p, 2) != NULL) {
		line->p++;
		line->n--;
	}
	word = (struct slice){ line->p, 0 };
	while (line->n > 0 && memchr(" \t", *line->p, 2) == NULL) {
		line->p++;
		line->n--;
		word.n++;
	}
	return word;
}

/* `database: service service`, without conditions such as [NOTFOUND=return]. */
static bool
line_is_whole(struct slice line)
{
	static const char *const	 whole[] = { "files", "systemd" };
	struct slice			 word = next_word(&line);

	if (word.n == 0)
		return false;
	for (; word.n > 0; word = next_word(&line)) {
		bool	 known = false;

		for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
			known |= slice_is(word, whole[i]);
		if (!known)
			return false;
	}
	return true;
}

bool
roster_is_whole(struct slice text, const char *database)
{
	const size_t	 n = strlen(database);

	while (text.n > 0) {
		const uint8_t	*end = memchr(text.p, '\n', text.n);
		struct slice	 line = { text.p, end == NULL ? text.n :
		    (size_t)(end - text.p) };

		text.p += line.n + (end != NULL);
		text.n -= line.n + (end != NULL);
		if (line.n > n && memcmp(line.p, database, n) == 0 &&
		    line.p[n] == ':')
			return line_is_whole((struct slice){
			    line.p + n + 1, line.n - n - 1 });
	}
	return false;
}

static bool
is_number(const char *name)
{
	return name[0] != '\0' && name[strspn(name, "0123456789")] == '\0';
}

/* False when there are too many to be listed. */
static bool
add(struct ids *ids, uint32_t id, const char *name)
{
	ids->numbers |= is_number(name);
	ids->v = mem_grow(ids->v, &ids->cap, ids->n + 1, sizeof(*ids->v));
	ids->v[ids->n++] = id;
	return ids->n <= LISTED_MAX;
}

static int
by_id(const void *a, const void *b)
{
	const uint32_t	*x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* As its page on users, groups, UIDs and GIDs has it. */
static bool
is_of_systemd(uint32_t id)
{
	return (id > 60000 && id < 65536) || id >= 524288;
}

static bool
may_have(const struct roster *r, const struct ids *ids, uint32_t id)
{
	return !ids->whole || id == 0 || id == NOBODY ||
	    (r->made_up && is_of_systemd(id)) ||
	    bsearch(&id, ids->v, ids->n, sizeof(id), by_id) != NULL;
}

static void
list_users(struct ids *ids)
{
	const struct passwd	*user;

	setpwent();
	while (ids->whole && (user = getpwent()) != NULL)
		ids->whole = add(ids, (uint32_t)user->pw_uid,
		    user->pw_name);
	endpwent();
}

static void
list_groups(struct ids *ids)
{
	const struct group	*group;

	setgrent();
	while (ids->whole && (group = getgrent()) != NULL)
		ids->whole = add(ids, (uint32_t)group->gr_gid,
		    group->gr_name);
	endgrent();
}

struct roster *
roster_new(void)
{
	struct roster	*r = xcalloc(1, sizeof(*r));
	struct buf	 text = { 0 };
	struct stat	 st;

	r->made_up = stat(SYSTEMD_RUNS, &st) == 0;
	if (loader_read(SERVICES, SERVICES_MAX, &text) == 0) {
		r->users.whole = roster_is_whole(buf_bytes(&text), "passwd");
		r->groups.whole = roster_is_whole(buf_bytes(&text), "group");
	}
	buf_fini(&text);
	list_users(&r->users);
	list_groups(&r->groups);
	if (r->users.n > 0)
		qsort(r->users.v, r->users.n, sizeof(uint32_t), by_id);
	if (r->groups.n > 0)
		qsort(r->groups.v, r->groups.n, sizeof(uint32_t), by_id);
	return r;
}

void
roster_free(struct roster *r)
{
	if (r == NULL)
		return;
	free(r->users.v);
	free(r->groups.v);
	free(r);
}

bool
roster_may_have_user(const struct roster *r, uint32_t uid)
{
	return may_have(r, &r->users, uid);
}

bool
roster_may_have_group(const struct roster *r, uint32_t gid)
{
	return may_have(r, &r->groups, gid);
}

/* systemd makes up no name that is a number. */
static bool
may_name(const struct ids *ids, const char *name)
{
	return !ids->whole || ids->numbers || !is_number(name);
}

bool
roster_may_name_user(const struct roster *r, const char *name)
{
	return may_name(&r->users, name);
}

bool
roster_may_name_group(const struct roster *r, const char *name)
{
	return may_name(&r->groups, name);
}
