/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gen.c - bsmtrace-gen: trails of any size, the same bytes for the same
 * options on every machine.
 *
 * A record is drawn in three steps: which group of events, what the group puts
 * into a record, who did it and how it ended. Low numbers of users come no more
 * often than high ones, low numbers of files and programs much more often.
 * Tokens are written by the token table of the program itself.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "bsm/build.h"
#include "bsm/names.h"
#include "scene.h"

#define CHUNK		(1u << 20)	/* bytes written at once */
#define FIRST_SECOND	1634202502u
#define PER_SECOND	1000u		/* records of trail time */
#define NSEC_PER_MSEC	1000000u
#define HUGE_TEXT	60000u		/* bytes, with the NUL */
#define VERSION_BSD	11u
#define VERSION_SOLARIS	2u

enum size { USUAL, TINY, HUGE };

struct options {
	uint64_t	 records, seed;
	uint64_t	 users, files, programs, zones;
	uint64_t	 fail, v6;	/* percent */
	uint64_t	 start;		/* seconds */
	uint64_t	 deep;		/* directories around all others */
	uint64_t	 apart;		/* ids of users, sessions, inodes */
	bool		 all_events, solaris, sweep, new_inodes;
	enum size	 size;
	const char	*out;
};

/* The layouts that are written, looked up once. */
struct kit {
	const struct layout	*header, *subject, *subject_ex, *ret;
	const struct layout	*arg, *args, *path, *attr, *text, *sock, *zone;
};

struct maker {
	const struct options	*opt;
	struct kit		 kit;
	uint64_t		 random;
	struct slice		*files, *programs;
	struct slice		 huge;
	struct buf		 names;		/* bytes of all of them */
	uint16_t		*events;	/* every one in the table */
	size_t			 nevents;
	uint64_t		 number;	/* of the record being made */
	uint32_t		 value;		/* it returns on success */
	struct buf		 out;
};

/* S. Vigna, "splitmix64", 2015, public domain. */
static uint64_t
draw(struct maker *m)
{
	uint64_t	 z = m->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 to N - 1, each as likely. */
static uint32_t
below(struct maker *m, uint64_t n)
{
	return (uint32_t)(((draw(m) >> 32) * n) >> 32);
}

/* 0 to N - 1, low ones more often: the product of two draws. */
static uint32_t
popular(struct maker *m, uint64_t n)
{
	uint64_t	 r = draw(m);

	return (uint32_t)(((((r >> 32) * (r & UINT32_MAX)) >> 32) * n) >> 32);
}

static bool
chance(struct maker *m, uint64_t percent)
{
	return below(m, 100) < percent;
}

static void
put(struct maker *m, const struct token *t)
{
	if (build_token(&m->out, t) != 0)
		mem_end("a token does not fit its wire form");
}

/* Groups of tokens. */

static void
put_text(struct maker *m, const struct layout *layout, struct slice text)
{
	put(m, &(struct token){ .layout = layout, .str.text = text });
}

static void
put_arg(struct maker *m, unsigned number, uint32_t value, const char *what)
{
	put(m, &(struct token){ .layout = m->kit.arg, .arg = {
	    .number = number, .value = value, .text = build_cstr(what) } });
}

static void
put_attr(struct maker *m, uint32_t mode, uint32_t owner, uint64_t node)
{
	if (m->opt->new_inodes)
		node = SCENE_FIRST_NODE + m->number * m->opt->apart;
	put(m, &(struct token){ .layout = m->kit.attr, .attr = { .mode = mode,
	    .uid = owner, .gid = owner, .fsid = SCENE_DEVICE, .node = node,
	    .dev = 0xffffffff } });
}

static void
put_file(struct maker *m, bool twice)
{
	uint32_t	 n = popular(m, m->opt->files);

	put_text(m, m->kit.path, m->files[n]);
	if (twice)
		put_text(m, m->kit.path, m->files[n]);
	put_attr(m, 0100644, n % 7, SCENE_FIRST_NODE + n * m->opt->apart);
}

static void
exec_body(struct maker *m)
{
	uint32_t	 n = popular(m, m->opt->programs);
	uint32_t	 count = 1 + below(m, 5);
	struct buf	 list = { 0 };

	buf_slice(&list, m->programs[n]);
	for (uint32_t i = 1; i < count; i++)
		buf_slice(&list, i == 1 ? build_cstr("-l") :
		    m->files[popular(m, m->opt->files)]);
	put(m, &(struct token){ .layout = m->kit.args, .list.list = {
	    .claimed = count, .count = count, .bytes = buf_bytes(&list) } });
	buf_fini(&list);
	put_text(m, m->kit.path, m->programs[n]);
	put_attr(m, 0100555, 0, SCENE_PROGRAM_NODE + n * m->opt->apart);
}

static void
open_body(struct maker *m)
{
	put_arg(m, 2, below(m, 2) * 0x601, "flags");
	put_file(m, true);		/* as asked for, and as found */
	m->value = 3 + below(m, 60);
}

static void
change_body(struct maker *m)
{
	put_file(m, false);
}

static void
network_body(struct maker *m)
{
	static const uint16_t	 ports[] = { 22, 53, 80, 443, 5432, 8080 };
	uint32_t		 host = below(m, 1u << 24);
	const uint8_t		 address[4] = { 10, (uint8_t)(host >> 16),
	    (uint8_t)(host >> 8), (uint8_t)host };

	put_arg(m, 1, 3 + below(m, 60), "fd");
	if (!m->opt->solaris)
		put(m, &(struct token){ .layout = m->kit.sock, .sock = {
		    .domain = 2, .lport = ports[below(m, 6)],
		    .laddr = { address, sizeof(address) } } });
}

static void
process_body(struct maker *m)
{
	m->value = below(m, 99999);
	put_arg(m, 0, m->value, "process");
}

/* Only a descriptor: the path is known from an earlier record, or never was. */
static void
descriptor_body(struct maker *m)
{
	uint32_t	 n = popular(m, m->opt->files);

	put_arg(m, 1, 3 + below(m, 60), "fd");
	put_attr(m, 0100644, 0, SCENE_FIRST_NODE + m->opt->apart *
	    (n + (chance(m, 50) ? 0 : m->opt->files)));
}

static void
login_body(struct maker *m)
{
	put_text(m, m->kit.text, build_cstr("authentication from 192.0.2.7"));
}

/* Numbers of audit events are the same on all systems for these. */
static const struct group {
	uint32_t	 share;		/* percent */
	uint16_t	 events[8];	/* ends with 0 */
	void		(*body)(struct maker *);
} groups[] = {
	/* execve */
	{ 25, { 23 },				exec_body },
	/* open: read (twice as often), creat, write, truncate */
	{ 33, { 72, 72, 73, 76, 77, 79, 81 },	open_body },
	/* unlink, mknod, chmod, chown, symlink, rename, mkdir */
	{ 12, { 6, 9, 10, 11, 21, 42, 47 },	change_body },
	/* connect, accept, bind, sendto */
	{ 8, { 32, 33, 34, 184 },		network_body },
	/* exit, fork, kill, setuid */
	{ 12, { 1, 2, 15, 200 },		process_body },
	/* fcntl, fchmod, ioctl, sendmsg, recvmsg */
	{ 6, { 30, 39, 158, 188, 190 },		descriptor_body },
	/* login, logout, su, login by ssh */
	{ 4, { 6152, 6153, 6159, 6172 },	login_body },
};

/* Records. */

static const struct group *
pick_group(struct maker *m)
{
	uint32_t	 n = below(m, 100);
	size_t		 i = 0;

	for (; n >= groups[i].share; i++)
		n -= groups[i].share;
	return &groups[i];
}

static uint16_t
pick_event(struct maker *m, const struct group *g)
{
	uint32_t	 n = 0;

	if (m->opt->all_events)
		return m->events[below(m, m->nevents)];
	while (n < 8 && g->events[n] != 0)
		n++;
	return g->events[below(m, n)];
}

static void
put_header(struct maker *m, uint16_t event)
{
	uint64_t	 ms = m->number % PER_SECOND * 1000 / PER_SECOND;

	put(m, &(struct token){ .layout = m->kit.header, .header = {
	    .version = m->opt->solaris ? VERSION_SOLARIS : VERSION_BSD,
	    .event = event,
	    .seconds = m->opt->start + m->number / PER_SECOND,
	    .fraction = m->opt->solaris ? ms * NSEC_PER_MSEC : ms } });
}

/* Ids are numbers of 32 bits; if users are far apart, they go around. */
static void
put_subject(struct maker *m, uint32_t user)
{
	static const uint8_t	 v4[4] = { 192, 0, 2, 7 };
	static const uint8_t	 v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 };
	bool			 extended = chance(m, m->opt->v6);
	const uint32_t		 apart = (uint32_t)m->opt->apart;
	uint32_t		 uid = SCENE_FIRST_UID + user * apart;
	uint32_t		 euid = chance(m, 5) ? 0 : uid;

	put(m, &(struct token){
	    .layout = extended ? m->kit.subject_ex : m->kit.subject,
	    .subject = { .auid = uid, .euid = euid, .egid = euid,
	    .ruid = uid, .rgid = uid, .pid = 100 + below(m, 30000),
	    .session = (2 * (SCENE_FIRST_UID + user) + below(m, 2)) * apart,
	    .port = 0x1f900,
	    .address = extended ? (struct slice){ v6, 16 } :
	    (struct slice){ v4, 4 } } });
}

static void
put_zone(struct maker *m, uint32_t user)
{
	char	 name[32];

	if (m->opt->zones == 0 || user % 5 != 0)
		return;
	(void)snprintf(name, sizeof(name), "jail%" PRIu64,
	    user / 5 % m->opt->zones);	/* always fits */
	put_text(m, m->kit.zone, build_cstr(name));
}

static void
make_record(struct maker *m)
{
	static const uint8_t	 errors[] = { 1, 2, 2, 13, 13, 17 };
	const size_t		 start = m->out.n;
	bool			 first = m->opt->sweep &&
	    m->number < m->opt->users;
	const struct group	*g = first ? &groups[0] : pick_group(m);
	uint32_t		 user = first ? (uint32_t)m->number :
	    below(m, m->opt->users);
	bool			 failed = !first && chance(m, m->opt->fail);

	m->value = 0;
	put_header(m, first ? g->events[0] : pick_event(m, g));
	if (m->opt->size != TINY)
		g->body(m);
	if (m->opt->size == HUGE)
		put_text(m, m->kit.text, m->huge);
	put_zone(m, user);
	put_subject(m, user);
	put(m, &(struct token){ .layout = m->kit.ret, .ret = {
	    .error = failed ? errors[below(m, sizeof(errors))] : 0,
	    .value = failed ? UINT32_MAX : m->value } });
	if (m->opt->solaris)
		build_sizes(&m->out, start);
	else
		build_finish(&m->out, start);
}

/* The whole. */

static const struct layout *
layout(const char *name)
{
	return layout_by_name(slice_str(name));
}

static struct kit
kit_make(bool solaris)
{
	return (struct kit){
		.header = layout(solaris ? "header64" : "header32"),
		.subject = layout("subject32"),
		.subject_ex = layout("subject32_ex"),
		.ret = layout("return32"), .arg = layout("argument32"),
		.args = layout("exec_args"), .path = layout("path"),
		.attr = layout("attribute32"), .text = layout("text"),
		.sock = layout("sockinet32"), .zone = layout("zonename"),
	};
}

/* Make N names; they are cut out of the buffer when it moves no more. */
static void
name_all(struct maker *m, struct slice *names, uint64_t n,
    void (*scene)(struct buf *, uint32_t))
{
	for (uint32_t i = 0; i < n; i++) {
		size_t	 start = m->names.n;

		scene_deep(&m->names, (uint32_t)m->opt->deep);
		scene(&m->names, i);
		buf_u8(&m->names, 0);
		names[i].n = m->names.n - start;
	}
}

static void
name_scene(struct maker *m)
{
	const struct options	*o = m->opt;
	size_t			 at = 0;

	m->files = xcalloc(o->files, sizeof(*m->files));
	m->programs = xcalloc(o->programs, sizeof(*m->programs));
	name_all(m, m->files, o->files, scene_file);
	name_all(m, m->programs, o->programs, scene_program);
	for (uint64_t i = 0; i < o->files + o->programs; i++) {
		struct slice	*s = i < o->files ? &m->files[i] :
		    &m->programs[i - o->files];

		s->p = m->names.p + at;
		at += s->n;
	}
}

static void
list_events(struct maker *m, const struct names *names)
{
	const struct event_name	*all = names_events(names, m->opt->solaris ?
	    DIALECT_SOLARIS : DIALECT_FREEBSD, &m->nevents);

	m->events = xcalloc(m->nevents, sizeof(*m->events));
	for (size_t i = 0; i < m->nevents; i++)
		m->events[i] = all[i].number;
}

static bool
make_trail(const struct options *o, FILE *f)
{
	struct names	*names = names_new();
	struct maker	 m = { .opt = o, .random = o->seed };
	uint8_t		*text = xmalloc(HUGE_TEXT);

	memset(text, 'x', HUGE_TEXT - 1);
	text[HUGE_TEXT - 1] = '\0';
	m.huge = (struct slice){ text, HUGE_TEXT };
	m.kit = kit_make(o->solaris);
	name_scene(&m);
	list_events(&m, names);
	for (; m.number < o->records; m.number++) {
		make_record(&m);
		if (m.out.n < CHUNK && m.number + 1 < o->records)
			continue;
		if (fwrite(m.out.p, 1, m.out.n, f) != m.out.n)
			break;
		buf_clear(&m.out);
	}
	buf_fini(&m.out);
	buf_fini(&m.names);
	free(m.files);
	free(m.programs);
	free(m.events);
	free(text);
	names_free(names);
	return m.number == o->records;
}

/* Options. */

static const char	usage[] =
"usage: bsmtrace-gen [OPTION]... [-o FILE]\n"
"  -n, --records N    how many (100000)\n"
"  -s, --seed N       of the random numbers (1)\n"
"  -u, --users N      audit ids from 1001 on (1000)\n"
"  -P, --files N      different files (65000)\n"
"  -X, --programs N   different programs (4000)\n"
"  -f, --fail N       percent of the records that fail (12)\n"
"  -6, --v6 N         percent that come from an IPv6 address (0)\n"
"  -Z, --zones N      jails that every fifth user lives in (0)\n"
"  -e, --events few|all\n"
"                     those of everyday life, or all of the table (few)\n"
"  -S, --size usual|tiny|huge\n"
"                     about 150 bytes, 70 bytes, 60 kilobytes (usual)\n"
"      --deep N       put all files N directories deeper (0)\n"
"      --new-inodes   no file has the inode of another record\n"
"      --apart N      from each user, session and inode to the next (1)\n"
"      --start N      the second of the first record (1634202502)\n"
"      --sweep        first of all an execve of each user in order\n"
"      --solaris      64-bit headers, nanoseconds, no trailers\n"
"  -o, --output FILE  (standard output)\n";

enum {
	OPT_SOLARIS = 256, OPT_SWEEP, OPT_DEEP, OPT_NEW_INODES, OPT_START,
	OPT_APART
};

static const struct option	long_options[] = {
	{ "records", required_argument, NULL, 'n' },
	{ "seed", required_argument, NULL, 's' },
	{ "users", required_argument, NULL, 'u' },
	{ "files", required_argument, NULL, 'P' },
	{ "programs", required_argument, NULL, 'X' },
	{ "fail", required_argument, NULL, 'f' },
	{ "v6", required_argument, NULL, '6' },
	{ "zones", required_argument, NULL, 'Z' },
	{ "events", required_argument, NULL, 'e' },
	{ "size", required_argument, NULL, 'S' },
	{ "sweep", no_argument, NULL, OPT_SWEEP },
	{ "deep", required_argument, NULL, OPT_DEEP },
	{ "new-inodes", no_argument, NULL, OPT_NEW_INODES },
	{ "start", required_argument, NULL, OPT_START },
	{ "apart", required_argument, NULL, OPT_APART },
	{ "solaris", no_argument, NULL, OPT_SOLARIS },
	{ "output", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

/* The options that are a number, and from where to where it may be. */
static const struct limit {
	int		 option;
	size_t		 at;		/* in struct options */
	uint64_t	 min, max;
} limits[] = {
	{ 'n', offsetof(struct options, records), 0, UINT64_MAX },
	{ 's', offsetof(struct options, seed), 0, UINT64_MAX },
	{ 'u', offsetof(struct options, users), 1, 100000000 },
	{ 'P', offsetof(struct options, files), 1, 10000000 },
	{ 'X', offsetof(struct options, programs), 1, 10000000 },
	{ 'f', offsetof(struct options, fail), 0, 100 },
	{ '6', offsetof(struct options, v6), 0, 100 },
	{ 'Z', offsetof(struct options, zones), 0, 1000000 },
	{ OPT_DEEP, offsetof(struct options, deep), 0, SCENE_LEVELS },
	{ OPT_START, offsetof(struct options, start), 0, UINT32_MAX / 2 },
	{ OPT_APART, offsetof(struct options, apart), 1, 1u << 24 },
};

static bool
set_number(struct options *o, int option, const char *text)
{
	char	*end;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		uint64_t	 v;

		if (limits[i].option != option)
			continue;
		v = strtoull(text, &end, 10);
		if (*text < '0' || *text > '9' || *end != '\0' ||
		    v < limits[i].min || v > limits[i].max)
			return false;
		*(uint64_t *)(void *)((char *)o + limits[i].at) = v;
		return true;
	}
	return false;
}

/* Which of the words, ended by NULL, the text is; -1: none. */
static int
which(const char *const *words, const char *text)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	return -1;
}

static bool
set_option(struct options *o, int option, const char *text)
{
	static const char *const	 sets[] = { "few", "all", NULL };
	static const char *const	 sizes[] = { "usual", "tiny", "huge",
	    NULL };
	int				 n;

	switch (option) {
	case 'e':
		n = which(sets, text);
		o->all_events = n == 1;
		return n >= 0;
	case 'S':
		n = which(sizes, text);
		o->size = n == 1 ? TINY : n == 2 ? HUGE : USUAL;
		return n >= 0;
	case 'o':
		o->out = text;
		return true;
	case OPT_SWEEP:
		return o->sweep = true;
	case OPT_NEW_INODES:
		return o->new_inodes = true;
	case OPT_SOLARIS:
		return o->solaris = true;
	default:
		return set_number(o, option, text);
	}
}

int
main(int argc, char **argv)
{
	struct options	 o = { .records = 100000, .seed = 1, .users = 1000,
	    .files = 65000, .programs = 4000, .fail = 12,
	    .start = FIRST_SECOND, .apart = 1 };
	FILE		*f = stdout;
	int		 option;
	bool		 ok;

	while ((option = getopt_long(argc, argv, "n:s:u:P:X:f:6:Z:e:S:o:h",
	    long_options, NULL)) != -1) {
		if (option == 'h')
			return fputs(usage, stdout) == EOF;
		if (option == '?' || !set_option(&o, option, optarg)) {
			(void)fputs(usage, stderr);
			return 2;
		}
	}
	if (optind != argc) {
		(void)fputs(usage, stderr);
		return 2;
	}
	if (o.out != NULL && (f = fopen(o.out, "wb")) == NULL) {
		perror(o.out);
		return 1;
	}
	ok = make_trail(&o, f);
	if (fclose(f) != 0 || !ok) {
		perror(o.out == NULL ? "standard output" : o.out);
		return 1;
	}
	return 0;
}
