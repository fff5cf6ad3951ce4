/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * local.c - what this machine knows: names of events, users and groups.
 *
 * Users and groups are asked for once and remembered for a while, since a
 * directory service may answer slowly and a trail names the same few again and
 * again. The memory has a bound: a trail can name any number of users. Several
 * threads may ask: one at a time is answered.
 */
#include <sys/utsname.h>

#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/roster.h"
#include "run/loader.h"

#define OWN_TABLES	"/etc/security"
#define TABLE_MAX	(16u << 20)	/* bytes of a table file */
#define BAD_SAID	5		/* lines of a table told one by one */
#define CACHE_MAX	4096		/* users and groups remembered */
#define CACHE_S		600		/* seconds they are believed */
#define ASKED_FIRST	8u		/* names, before a roster is made */

/* Which systems have tables of their own, and for which records they are. */
static const struct {
	const char	*system;	/* as uname(3) has it */
	enum dialect	 dialect;
} own_tables[] = {
	{ "FreeBSD", DIALECT_FREEBSD },
	{ "Darwin", DIALECT_MACOS },
	{ "SunOS", DIALECT_SOLARIS },
};

struct tables {
	struct buf	 classes, events;
	const char	*dir;
	unsigned	 bad;
};

static void
on_bad(void *arg, unsigned line, const char *why)
{
	struct tables	*t = arg;

	if (t->bad++ < BAD_SAID)
		log_warn("%s: audit_class or audit_event: line %u: %s", t->dir,
		    line, why);
}

/* Read one table; 0 or an errno. */
static int
read_table(const char *dir, const char *name, struct buf *out)
{
	struct buf	 path = { 0 };
	int		 error;

	buf_printf(&path, "%s/%s", dir, name);
	error = loader_read(buf_cstr(&path), TABLE_MAX, out);
	buf_fini(&path);
	return error;
}

static int
read_tables(struct tables *t, const char *dir, const char **which)
{
	int	 error;

	t->dir = dir;
	*which = "audit_class";
	if ((error = read_table(dir, *which, &t->classes)) != 0)
		return error;
	*which = "audit_event";
	return read_table(dir, *which, &t->events);
}

/* The tables of --audit-dir hold for the records of every system. */
static bool
load_given(struct names *names, const char *dir)
{
	struct tables	 t = { 0 };
	const char	*which;
	const int	 error = read_tables(&t, dir, &which);

	if (error != 0)
		log_warn("%s/%s: %s", dir, which, strerror(error));
	for (int d = 0; error == 0 && d < DIALECTS; d++)
		(void)names_load(names, (enum dialect)d, buf_bytes(&t.classes),
		    buf_bytes(&t.events), d == 0 ? on_bad : NULL, &t);
	buf_fini(&t.classes);
	buf_fini(&t.events);
	return error == 0;
}

/* This system's own tables hold for its own records, if there are any. */
static void
load_own(struct names *names)
{
	struct utsname	 us;
	struct tables	 t = { 0 };
	const char	*which;

	if (uname(&us) == -1)
		return;
	for (size_t i = 0; i < sizeof(own_tables) / sizeof(own_tables[0]);
	    i++) {
		const enum dialect	 d = own_tables[i].dialect;

		if (strcmp(us.sysname, own_tables[i].system) != 0)
			continue;
		if (d != DIALECT_SOLARIS)
			names_set_bsd(names, d);
		if (read_tables(&t, OWN_TABLES, &which) == 0)
			(void)names_load(names, d, buf_bytes(&t.classes),
			    buf_bytes(&t.events), on_bad, &t);
	}
	buf_fini(&t.classes);
	buf_fini(&t.events);
}

struct names *
cli_names(const struct cli_shared *o)
{
	struct names	*names = names_new();
	enum dialect	 d;

	load_own(names);
	if (o->platform != NULL &&
	    names_dialect_find(slice_str(o->platform), &d))
		names_set_bsd(names, d);
	if (o->audit_dir != NULL && !load_given(names, o->audit_dir)) {
		names_free(names);
		return NULL;
	}
	return names;
}

void
cli_say_bsd(const struct cli_shared *o)
{
	struct utsname	 us;

	if (o->audit_dir != NULL || o->platform != NULL ||
	    !isatty(STDERR_FILENO) || uname(&us) == -1 ||
	    strcmp(us.sysname, "FreeBSD") == 0 ||
	    strcmp(us.sysname, "Darwin") == 0)
		return;
	log_info("events are named as FreeBSD has them; for trails of a Mac "
	    "say --platform macos");
}

/* Users and groups. */

struct cache {
	pthread_mutex_t	 lock;
	struct map	*names;		/* 'u' or 'g' and the id, to char * */
	struct roster	*roster;	/* who need not be asked for */
	time_t		 since;
	unsigned	 asked;		/* names of users and groups */
};

static void
forget(struct cache *c)
{
	struct slice	 key;

	for (size_t i = 0; c->names != NULL && i < map_count(c->names); i++)
		free(map_at(c->names, i, &key));
	map_free(c->names);
	c->names = map_new();
	roster_free(c->roster);
	c->roster = roster_new();
	c->since = time(NULL);
}

static void
refresh(struct cache *c)
{
	if (c->names == NULL || map_count(c->names) >= CACHE_MAX ||
	    time(NULL) - c->since > CACHE_S)
		forget(c);
}

/* The name of a user ('u') or group ('g'), asked of the system. */
static const char *
ask(char kind, uint32_t id)
{
	const struct passwd	*user;
	const struct group	*group;

	if (kind == 'u')
		return (user = getpwuid((uid_t)id)) == NULL ? NULL :
		    user->pw_name;
	return (group = getgrgid((gid_t)id)) == NULL ? NULL : group->gr_name;
}

/* An empty name stands for nobody. */
static bool
name_of(struct cache *c, char kind, uint32_t id, char *name, size_t n)
{
	uint8_t		 bytes[1 + sizeof(id)] = { (uint8_t)kind };
	struct slice	 key = { bytes, sizeof(bytes) };
	const char	*found;
	char		*kept;

	if (id == UINT32_MAX || n == 0)
		return false;		/* not attributable */
	refresh(c);
	if (!(kind == 'u' ? roster_may_have_user : roster_may_have_group)(
	    c->roster, id))
		return false;
	memcpy(bytes + 1, &id, sizeof(id));
	if ((kept = map_find(c->names, key)) == NULL) {
		found = ask(kind, id);
		kept = xstrdup(found == NULL ? "" : found);
		(void)map_put(c->names, key, kept);
	}
	if (kept[0] == '\0' || strlen(kept) >= n)
		return false;
	memcpy(name, kept, strlen(kept) + 1);
	return true;
}

static bool
name_locked(struct cache *c, char kind, uint32_t id, char *name, size_t n)
{
	bool	 found;

	if (pthread_mutex_lock(&c->lock) != 0)
		mem_end("a lock is broken");
	found = name_of(c, kind, id, name, n);
	if (pthread_mutex_unlock(&c->lock) != 0)
		mem_end("a lock is broken");
	return found;
}

static bool
user_of(void *arg, uint32_t uid, char *name, size_t n)
{
	return name_locked(arg, 'u', uid, name, n);
}

static bool
group_of(void *arg, uint32_t gid, char *name, size_t n)
{
	return name_locked(arg, 'g', gid, name, n);
}

/* Rules have many ids, each of which could be somebody's name. */
static bool
may_name(struct cache *c, bool (*may)(const struct roster *, const char *),
    const char *name)
{
	if (c->asked < ASKED_FIRST) {
		c->asked++;
		return true;
	}
	refresh(c);
	return may(c->roster, name);
}

static bool
uid_of(void *arg, const char *user, uint32_t *uid)
{
	const struct passwd	*found = NULL;

	if (may_name(arg, roster_may_name_user, user))
		found = getpwnam(user);
	if (found != NULL)
		*uid = (uint32_t)found->pw_uid;
	return found != NULL;
}

static bool
gid_of(void *arg, const char *group, uint32_t *gid)
{
	const struct group	*found = NULL;

	if (may_name(arg, roster_may_name_group, group))
		found = getgrnam(group);
	if (found != NULL)
		*gid = (uint32_t)found->gr_gid;
	return found != NULL;
}

const struct accounts *
cli_accounts(void)
{
	static struct cache		 cache = {
		.lock = PTHREAD_MUTEX_INITIALIZER
	};
	static const struct accounts	 accounts = {
		uid_of, gid_of, user_of, group_of, &cache
	};

	return &accounts;
}
