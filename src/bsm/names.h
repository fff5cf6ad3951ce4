/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names.h - audit events and classes by number and name, a table for each
 * dialect; users and groups through a callback.
 *
 * Solaris, FreeBSD and macOS give some numbers different names, and some class
 * names different bits. A record's header version tells Solaris (2 to 4) from
 * the others; between FreeBSD (OpenBSM) and macOS the version does not tell,
 * so the caller says which it is.
 *
 * Tables are built in; text files of the form of audit_event(5) and
 * audit_class(5) replace them. This module reads no files: it is given bytes.
 */
#ifndef BSM_NAMES_H
#define BSM_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum dialect {
	DIALECT_FREEBSD,	/* OpenBSM's own tables */
	DIALECT_MACOS,
	DIALECT_SOLARIS,	/* illumos too */
	DIALECTS
};

struct names;

struct event_name {
	uint16_t	 number;
	const char	*name;		/* AUE_EXECVE */
	const char	*text;		/* execve(2) */
	uint64_t	 classes;	/* mask, as its class file has it */
};

struct class_name {
	uint64_t	 mask;
	const char	*name;		/* fr */
	const char	*text;		/* file read */
};

struct names	*names_new(void);		/* the built-in tables */
void		 names_free(struct names *);	/* NULL is allowed */

/*
 * Replace the tables of a dialect by the text of audit_event and audit_class
 * files (classes first: events refer to them). A bad line is skipped and
 * reported through ON_BAD with its number, counted from 1 in each text. A line
 * with an empty field is reported and taken as OpenBSM takes it. ON_BAD may be
 * NULL. Returns the number of entries taken.
 */
typedef void	 (*names_bad_fn)(void *arg, unsigned line, const char *why);
size_t		 names_load(struct names *, enum dialect, struct slice classes,
		    struct slice events, names_bad_fn, void *arg);

/* The dialect of version 1, 10 and 11 headers; DIALECT_FREEBSD at first. */
void		 names_set_bsd(struct names *, enum dialect);
enum dialect	 names_dialect(const struct names *, uint8_t version);

/*
 * Borrowed, valid as long as NAMES; NULL when there is none. The first row of a
 * number or name counts, as with getauevnum(3).
 */
const struct event_name	*names_event(const struct names *, enum dialect,
			    uint16_t number);
const struct event_name	*names_event_find(const struct names *, enum dialect,
			    struct slice name);
const struct class_name	*names_class_find(const struct names *, enum dialect,
			    struct slice name);

/*
 * Does any dialect's built-in table have the name, whatever was loaded since?
 * A rule may speak of events that this machine's own tables lack.
 */
bool		 names_event_known(struct slice name);
bool		 names_class_known(struct slice name);

/* All rows of a dialect in the order of the table, for listings. */
const struct event_name	*names_events(const struct names *, enum dialect,
			    size_t *n);
const struct class_name	*names_classes(const struct names *, enum dialect,
			    size_t *n);

/* "freebsd", "macos", "solaris" to a dialect; false when it is none of them. */
bool		 names_dialect_find(struct slice, enum dialect *);
const char	*names_dialect_name(enum dialect);

/*
 * Users and groups. Each returns false when there is no such entry. A name is
 * written NUL-terminated to the caller's buffer of N bytes.
 */
struct accounts {
	bool	(*uid_of)(void *arg, const char *user, uint32_t *uid);
	bool	(*gid_of)(void *arg, const char *group, uint32_t *gid);
	bool	(*user_of)(void *arg, uint32_t uid, char *name, size_t n);
	bool	(*group_of)(void *arg, uint32_t gid, char *name, size_t n);
	void	*arg;
};

#endif
