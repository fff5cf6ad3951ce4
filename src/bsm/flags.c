/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flags.c - audit flags: which outcomes of which classes are audited.
 */
#include "bsm/flags.h"

#include <string.h>

static bool
take(struct slice *s, char c)
{
	if (s->n == 0 || s->p[0] != (uint8_t)c)
		return false;
	s->p++;
	s->n--;
	return true;
}

/* The item up to the next comma; *LIST goes on behind it. */
static struct slice
item_next(struct slice *list)
{
	const uint8_t	*comma = memchr(list->p, ',', list->n);
	struct slice	 item = *list;

	if (comma != NULL)
		item.n = (size_t)(comma - list->p);
	list->p += item.n + (comma != NULL);
	list->n -= item.n + (comma != NULL);
	return item;
}

/* item := ["^"] ["+" | "-"] CLASS */
static bool
item_apply(const struct names *names, struct slice *item, struct flags *flags)
{
	const bool	 clear = take(item, '^');
	const bool	 success = take(item, '+');
	const bool	 failure = !success && take(item, '-');
	bool		 known = false;

	for (int d = 0; d < DIALECTS; d++) {
		const struct class_name	*c = names_class_find(names,
		    (enum dialect)d, *item);
		struct flags		*f = &flags[d];

		if (c == NULL)
			continue;
		known = true;
		if (!failure)
			f->success = clear ? f->success & ~c->mask :
			    f->success | c->mask;
		if (!success)
			f->failure = clear ? f->failure & ~c->mask :
			    f->failure | c->mask;
	}
	return known;
}

bool
flags_parse(const struct names *names, struct slice list,
    struct flags flags[DIALECTS], struct slice *bad)
{
	memset(flags, 0, DIALECTS * sizeof(flags[0]));
	while (list.n > 0) {
		struct slice	 item = item_next(&list);

		if (item.n > 0 && !item_apply(names, &item, flags)) {
			*bad = item;
			return false;
		}
	}
	return true;
}
