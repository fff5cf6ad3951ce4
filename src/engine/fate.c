/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fate.c - records by which a path is no longer what it was.
 *
 * The kernels write the file's own device and inode behind the first path; a
 * rename has the new one as its last.
 */
#include "engine/fate.h"

static const struct {
	const char	*name;
	enum fate	 what;
} events[FATE_EVENTS] = {
	{ "AUE_UNLINK", FATE_GONE },
	{ "AUE_UNLINKAT", FATE_GONE },
	{ "AUE_RMDIR", FATE_GONE },
	{ "AUE_RENAME", FATE_MOVED },
	{ "AUE_RENAMEAT", FATE_MOVED },
};

void
fate_init(struct fates *f, const struct names *names)
{
	for (unsigned d = 0; d < DIALECTS; d++)
		for (unsigned i = 0; i < FATE_EVENTS; i++) {
			const struct event_name	*e = names_event_find(names,
			    (enum dialect)d, slice_str(events[i].name));

			f->numbers[d][i] = e == NULL ? 0 : e->number;
		}
}

enum fate
fate_of(const struct fates *f, enum dialect d, const struct record *r)
{
	for (unsigned i = 0; i < FATE_EVENTS; i++)
		if (r->event != 0 && f->numbers[d][i] == r->event)
			return record_error(r) == 0 ? events[i].what :
			    FATE_NONE;
	return FATE_NONE;
}
