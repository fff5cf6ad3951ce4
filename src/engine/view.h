/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view.h - a record as rules see it: fields and their values.
 *
 * The one place that knows which token a field is in. What costs something to
 * find is found when it is first asked for, once for each record.
 */
#ifndef ENGINE_VIEW_H
#define ENGINE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "bsm/parts.h"
#include "engine/ask.h"
#include "engine/value.h"
#include "rule/program.h"

#define VIEW_HOST_MAX	46u		/* bytes of an address as text */

/* Starts as zeros. */
struct view {
	struct asked	 asked;
	struct parts	 parts;
	unsigned	 read;		/* kinds that `parts` has */
	unsigned	 wanted;	/* kinds that were ever asked for */
	bool		 joined;	/* `command` is that of this record */
	struct buf	 command;
	bool		 spelled;	/* so is `host` */
	size_t		 nhost;
	char		 host[VIEW_HOST_MAX];
	bool		 met;		/* so is `process` */
	uint32_t	 process;
	uint8_t		 mapped[16];	/* an IPv4 address, spelled IPv6 */
};

void	view_fini(struct view *);

/* Another record, which must be indexed. O(1). */
void	view_record(struct view *, const struct asked *);

/*
 * Which of all values of the record a predicate is about: of a command all
 * words or one; of the numbered arguments those with this text, else in this
 * position; of paths the one that rules call the object, or those of all path
 * tokens.
 */
struct aspect {
	enum rule_field	 field;
	uint32_t	 part;		/* PART_ALL, or a word from 0 */
	const char	*argument;	/* or NULL */
	uint32_t	 position;
	bool		 every_path;
};

/* What rules call the object: view_last() of that. */
static inline bool
view_object(const struct view *v, struct value *to)
{
	const struct object	*o = v->asked.object;

	*to = (struct value){ .kind = o->known ? VALUE_TEXT : VALUE_NOTHING,
	    .bytes = o->path };
	return o->known;
}

/* How many there may be: see view_value(). */
size_t	view_count(struct view *, const struct aspect *);

/* The last of them all; false when there is none. */
bool	view_last(struct view *, const struct aspect *, struct value *);

/*
 * The I-th of them, I below view_count(), in the order of the record. False
 * when it is not meant after all. Texts are borrowed until the next record,
 * addresses, of 16 bytes, until the next call.
 */
bool	view_value(struct view *, const struct aspect *, size_t i,
	    struct value *);

#endif
