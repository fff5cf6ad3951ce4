/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ruleset.c - the text of the rules that the bench watches its trails with.
 *
 * Users are numbers, so that the rules mean the same on every machine. Rules
 * look closely at many records and fire on few of them, as good rules do: what
 * is measured is watching, not writing alerts.
 */
#include "ruleset.h"

#include "scene.h"

#define HIT		50u	/* one path rule in so many meets a real file */

/*
 * One of the usual rules, with what differs in its spellings left out: four of
 * them everybody has, the fifth is about a service of one's own.
 */
struct usual {
	const char	*before;	/* up to the event of the first state */
	const char	*events;
	const char	*classes;	/* nearest to these events */
	const char	*after;
};

static const struct usual	usual[] = {
	{ "sequence login.guessed {\n\tsubject any;\n\ttimeout 7 days;\n"
	  "\tstate { event ", "AUE_login, AUE_ssh, AUE_su", "lo",
	  "status failure; multiplier 5; };\n"
	  "\tstate { event <auditevent> { AUE_login, AUE_ssh; };"
	  " status success; };\n};\n" },
	{ "sequence exec.elsewhere {\n\tsubject any;\n\tstate { event ",
	  "AUE_EXECVE", "ex", "status success;\n"
	  "\t    object not <path> { /bin, /sbin, /usr/bin, /usr/sbin,"
	  " /usr/local/bin,\n\t    /usr/local/sbin, /usr/libexec,"
	  " /rescue; }; };\n};\n" },
	{ "sequence link.race {\n\tsubject not <auid> { 0; };\n"
	  "\ttimeout 10 seconds;\n"
	  "\tstate { event <auditevent> { AUE_SYMLINK; };"
	  " object <path> { /tmp, /var/tmp; }; status success; };\n"
	  "\tstate { event ", "AUE_OPEN_WC, AUE_OPEN_WTC", "fc",
	  "object <path> { /tmp, /var/tmp; }; status success; };\n};\n" },
	{ "sequence secrets.read {\n\tsubject not <euid> { 0; };\n"
	  "\ttimeout 1 hours;\n\tstate { event ",
	  "AUE_OPEN_R, AUE_OPEN_RC, AUE_OPEN_RWC", "fr",
	  "object <path> { /etc/master.passwd, /etc/spwd.db; };"
	  " status failure;\n\t    multiplier 3; };\n};\n" },
	{ "sequence service.writes {\n\tsubject <euid> { 1042; };\n"
	  "\tstate { event ", "AUE_OPEN_WC, AUE_OPEN_WTC, AUE_OPEN_RWC,"
	  " AUE_MKNOD, AUE_SYMLINK", "fc", "status success;\n"
	  "\t    object not <path> { /usr/local/www/data, /var/log; }; };\n"
	  "};\n" },
};

enum spelling { BY_NAME, BY_CLASS, BY_ALL_NAMES };

/* The names of all events of a class. */
static void
class_events(struct buf *b, const struct names *names, const char *class)
{
	const struct class_name	*c = names_class_find(names,
	    DIALECT_FREEBSD, slice_str(class));
	const char		*comma = "";
	const struct event_name	*all;
	size_t			 n;

	all = names_events(names, DIALECT_FREEBSD, &n);
	for (size_t i = 0; c != NULL && i < n; i++) {
		if ((all[i].classes & c->mask) == 0)
			continue;
		buf_printf(b, "%s%s", comma, all[i].name);
		comma = ", ";
	}
}

static void
spell(struct buf *b, const struct names *names, enum spelling how, unsigned n)
{
	for (unsigned i = 0; i < n && i < sizeof(usual) / sizeof(usual[0]);
	    i++) {
		const struct usual	*u = &usual[i];

		buf_str(b, u->before);
		buf_str(b, how == BY_CLASS ? "<auditclass> { " :
		    "<auditevent> { ");
		if (how == BY_NAME)
			buf_str(b, u->events);
		else if (how == BY_CLASS)
			buf_str(b, u->classes);
		else
			class_events(b, names, u->classes);
		buf_str(b, "; }; ");
		buf_str(b, u->after);
	}
}

void
ruleset_usual(struct buf *b, const struct names *names, unsigned n)
{
	spell(b, names, BY_NAME, n);
}

void
ruleset_classes(struct buf *b, const struct names *names, unsigned n)
{
	spell(b, names, BY_CLASS, n);
}

void
ruleset_events(struct buf *b, const struct names *names, unsigned n)
{
	spell(b, names, BY_ALL_NAMES, n);
}

void
ruleset_idle(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	(void)n;
	buf_str(b, "sequence idle {\n\tsubject any;\n"
	    "\tstate { event <auditevent> { AUE_REBOOT; }; status any; };\n"
	    "};\n");
}

void
ruleset_logins(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	(void)n;
	buf_str(b, "sequence logins {\n\tsubject any;\n\ttimeout 7 days;\n"
	    "\tstate { event <auditevent> { AUE_login, AUE_ssh; };"
	    " status failure;\n\t    multiplier 1000; };\n};\n");
}

void
ruleset_programs(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	(void)n;
	buf_str(b, "sequence programs {\n\tsubject any;\n"
	    "\tstate { event <auditevent> { AUE_EXECVE; }; status success;\n"
	    "\t    object <path> { /tmp/.hidden, /dev/, /var/run/; }; };\n"
	    "};\n");
}

void
ruleset_all(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	(void)n;
	buf_str(b, "sequence all {\n\tsubject not <auid> { 0; };\n"
	    "\tstate { event any; status failure;\n"
	    "\t    object <path> { /etc/shadow, /root/, /var/cron/; }; };\n"
	    "};\n");
}

/*
 * A few prefixes that many paths of the trail go along with for long, below so
 * many directories.
 */
static void
put_object(struct buf *b, unsigned i, unsigned levels)
{
	buf_str(b, " object <path> { ");
	scene_deep(b, levels);
	scene_directory(b, i);
	buf_printf(b, "guard%u, ", i);
	scene_deep(b, levels);
	scene_file(b, i + 100);
	buf_str(b, i % HIT == 0 ? ", " : "/inner, ");
	scene_deep(b, levels);
	scene_directory(b, 7 * i);
	buf_printf(b, "item%u/key; };", 7 * i);
}

static const char *const	openings[] = {
	"AUE_OPEN_R, AUE_OPEN_RC", "AUE_OPEN_W, AUE_OPEN_WC, AUE_OPEN_WTC",
	"AUE_UNLINK, AUE_RENAME", "AUE_CHMOD, AUE_CHOWN"
};

static void
put_paths(struct buf *b, unsigned i, const char *events, unsigned levels)
{
	buf_printf(b, "sequence path.%u {\n\tsubject any;\n\tstate {"
	    " event <auditevent> { %s; }; status success;\n\t   ", i,
	    events);
	put_object(b, i, levels);
	buf_str(b, " };\n};\n");
}

void
ruleset_paths(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	for (unsigned i = 0; i < n; i++)
		put_paths(b, i, openings[i % 4], 0);
}

void
ruleset_one_event(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	for (unsigned i = 0; i < n; i++)
		put_paths(b, i, "AUE_OPEN_R", 0);
}

void
ruleset_deep(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	for (unsigned i = 0; i < n; i++)
		put_paths(b, i, openings[i % 4], SCENE_LEVELS);
}

void
ruleset_deep_event(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	for (unsigned i = 0; i < n; i++)
		put_paths(b, i, "AUE_OPEN_R", SCENE_LEVELS);
}

void
ruleset_shared(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	buf_str(b, "define set $watched <path> { /etc/, /usr/local/etc/,"
	    " /var/spool/, /home/; };\n");
	for (unsigned i = 0; i < n; i++)
		buf_printf(b, "sequence shared.%u {\n\tsubject <auid> { %u; };"
		    "\n\tstate { event <auditevent> { %s; }; status success;"
		    "\n\t    object $watched; multiplier 1000; };\n};\n", i,
		    SCENE_FIRST_UID + i, openings[i % 4]);
}

void
ruleset_class_paths(struct buf *b, const struct names *names, unsigned n)
{
	static const char *const	 classes[] = { "fr", "fw", "fd, fc",
	    "fm" };

	(void)names;
	for (unsigned i = 0; i < n; i++) {
		buf_printf(b, "sequence class.%u {\n\tsubject any;\n\tstate {"
		    " event <auditclass> { %s; }; status success;\n\t   ", i,
		    classes[i % 4]);
		put_object(b, i, 0);
		buf_str(b, " };\n};\n");
	}
}

void
ruleset_both(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	for (unsigned i = 0; i < n; i++) {
		buf_printf(b, "sequence both.%u {\n\tsubject <auid> { %u; };\n"
		    "\tstate { event <auditevent> { %s; }; status success;\n"
		    "\t   ", i, SCENE_FIRST_UID + i, openings[i % 4]);
		put_object(b, i, 0);
		buf_str(b, " };\n};\n");
	}
}

void
ruleset_users(struct buf *b, const struct names *names, unsigned n)
{
	static const char *const	 types[] = { "auid", "euid", "ruid" };
	static const char *const	 states[] = {
		"\tstate { event <auditevent> { AUE_EXECVE; };"
		" status failure; multiplier 100; };\n",
		"\ttimeout 2 seconds;\n"
		"\tstate { event <auditevent> { AUE_EXECVE; };"
		" status success; };\n"
		"\tstate { event <auditevent> { AUE_SETUID; };"
		" status failure; };\n",
		"\tstate { event <auditevent> { AUE_EXECVE; };"
		" status any; multiplier 300; };\n",
		"\tstate { event <auditevent> { AUE_EXECVE; };"
		" status failure; };\n"
		"\tstate { event <auditevent> { AUE_REBOOT; };"
		" status any; };\n",
	};

	(void)names;
	for (unsigned i = 0; i < n; i++)
		buf_printf(b, "sequence user.%u {\n\tsubject <%s> { %u; };\n"
		    "%s};\n", i, types[i % 3], SCENE_FIRST_UID + i,
		    states[i % 4]);
}

void
ruleset_patterns(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	for (unsigned i = 0; i < n; i++) {
		buf_printf(b, "sequence pattern.%u {\n\tsubject any;\n"
		    "\tstate { event <auditevent> { AUE_OPEN_R, AUE_OPEN_RC;"
		    " }; status success;\n\t    object <pcre> { ", i);
		/* A bare word keeps its backslashes; a comma would end it. */
		switch (i % 4) {
		case 0:
			buf_printf(b, "^/home/[a-z]+/src/.*/item%u0\\.tmp$",
			    i);
			break;
		case 1:
			buf_printf(b, "/guard%u[0-9]*/key$", i);
			break;
		case 2:
			buf_printf(b, "^/(tmp|var/tmp)/.*%u(\\.sh|\\.pl)$", i);
			break;
		default:
			buf_printf(b, "item%u-[0-9a-f]+$", i);
			break;
		}
		buf_str(b, "; }; };\n};\n");
	}
}

void
ruleset_looking(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	for (unsigned i = 0; i < n; i++) {
		buf_printf(b, "sequence looking.%u {\n\tsubject any;\n"
		    "\tstate { event <auditevent> { AUE_OPEN_R, AUE_OPEN_RC;"
		    " }; status success;\n\t    object <pcre> { ", i);
		switch (i % 4) {
		case 0:
			buf_printf(b, "^/home/(?!anna/)[a-z]+/src/.*item%u0$",
			    i);
			break;
		case 1:
			buf_printf(b, "/([a-z]+)/(.*/)?\\1[^/]*%u$", i);
			break;
		case 2:
			buf_printf(b, "\"(?<!stable)/item%u[0-9]*5$\"", i);
			break;
		default:
			buf_printf(b, "^(?=.*/conf\\.d/).*([0-9])\\g{1}%u$", i);
			break;
		}
		buf_str(b, "; }; };\n};\n");
	}
}

void
ruleset_waiting(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	(void)n;
	buf_str(b, "sequence waiting {\n\tsubject any;\n"
	    "\tstate { event any; status any; };\n"
	    "\tstate { event <auditevent> { AUE_REBOOT; }; status any; };\n"
	    "};\n");
}

void
ruleset_counting(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	(void)n;
	buf_str(b, "sequence counting {\n\tsubject any;\n"
	    "\tstate { event any; status any; };\n"
	    "\tstate { event any; status any; multiplier 1000000; };\n"
	    "};\n");
}

void
ruleset_hasty(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	(void)n;
	buf_str(b, "sequence hasty {\n\tsubject any;\n\ttimeout 1 hours;\n"
	    "\tstate { event any; status any; };\n"
	    "\tstate { event <auditevent> { AUE_REBOOT; }; status any; };\n"
	    "};\n");
}

void
ruleset_cancelled(struct buf *b, const struct names *names, unsigned n)
{
	(void)names;
	(void)n;
	buf_str(b, "sequence cancelled {\n\tsubject any;\n"
	    "\tstate { event any; status any; };\n"
	    "\tstate { event <auditevent> { AUE_REBOOT; }; status any; };\n"
	    "\tcancel { event <auditevent> { AUE_MOUNT; }; };\n};\n");
}
