/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state_procs.c - processes and the paths that they run, as rows.
 *
 * Two sections: images first, since processes hold them by number. Of a list
 * each process tells who stands before it; how many children it has follows
 * from who names it.
 */
#include <stdlib.h>

#include "engine/chain.h"
#include "engine/images.h"
#include "engine/section.h"

enum { HAS_PARENT = 1, HAS_SESSION = 2, IN_INDEX = 4 };

/* Images. */

#define SPARE	(UINT32_C(1) << 31)	/* page of room that was given back */

static void
save_images(const struct engine *e, struct rows *rows)
{
	const struct images	*im;
	uint32_t		 cells[IMAGES_SIZES];

	if (e->procs == NULL)
		return;
	im = procs_images(e->procs);
	for (uint32_t i = 0; i < images_end(im) && !rows->stopped; i++) {
		struct buf	*to;
		struct slice	 path;

		if (!images_is(im, i))
			continue;
		to = rows_item(rows, i);
		path = images_path(im, i);
		buf_u16(to, (uint16_t)path.n);
		buf_slice(to, path);
	}
	images_spare(im, cells);
	for (unsigned i = 0; i < IMAGES_SIZES; i++)
		buf_u32(rows_page(rows, SPARE), cells[i]);
}

static bool
spare_row(struct resuming *r, const struct row *row)
{
	struct cursor	 c = { .in = row->bytes };
	uint32_t	 cells[IMAGES_SIZES];

	for (unsigned i = 0; i < IMAGES_SIZES; i++)
		cells[i] = (uint32_t)cursor_uint(&c, 4);
	return (c.err == 0 && cursor_left(&c) == 0 &&
	    images_restore_spare(procs_images(r->e->procs), cells)) ||
	    resume_refuse(r, "there is not so much room");
}

static bool
images_row(struct resuming *r, const struct row *row)
{
	struct cursor	 c = { .in = row->bytes };

	if (r->e->procs == NULL)
		return true;		/* nobody asks any more */
	if (row->page == SPARE)
		return spare_row(r, row);
	while (cursor_left(&c) > 0) {
		const uint32_t		 number = (uint32_t)cursor_uint(&c, 4);
		const size_t		 n = cursor_uint(&c, 2);
		const struct slice	 path = cursor_take(&c, n);

		if (c.err != 0)
			return resume_refuse(r, "a path is cut off");
		if (number / ROWS_ITEMS != row->page ||
		    !images_restore(procs_images(r->e->procs), number, path))
			return resume_refuse(r, "a path is not in its place");
	}
	return true;
}

const struct section	section_images = {
	SECTION_IMAGES, "images", save_images, images_row, NULL, NULL
};

/* Processes. */

static void
save_process(struct buf *to, const struct process *p)
{
	buf_u8(to, p->list);
	buf_u8(to, (uint8_t)((p->has_parent ? HAS_PARENT : 0) |
	    (p->has_session ? HAS_SESSION : 0) |
	    (p->in_index ? IN_INDEX : 0)));
	buf_u32(to, p->source);
	buf_u32(to, p->pid);
	buf_u64(to, p->lineage);
	buf_u64(to, (uint64_t)p->heard_ms);
	buf_u32(to, p->generation);
	buf_u32(to, p->image);
	buf_u32(to, p->session);
	buf_u32(to, p->before);
	if (!p->has_parent)
		return;
	buf_u32(to, p->parent);
	buf_u32(to, p->parent_generation);
	buf_u32(to, p->ppid);
}

static void
save_procs(const struct engine *e, struct rows *rows)
{
	if (e->procs == NULL)
		return;
	for (uint32_t i = 0; i < procs_count(e->procs) && !rows->stopped; i++)
		save_process(rows_item(rows, i), procs_at(e->procs, i));
}

static bool
read_process(struct cursor *c, struct process *p)
{
	uint8_t	 flags;

	*p = (struct process){ .list = (uint8_t)cursor_uint(c, 1) };
	flags = (uint8_t)cursor_uint(c, 1);
	p->has_parent = (flags & HAS_PARENT) != 0;
	p->has_session = (flags & HAS_SESSION) != 0;
	p->in_index = (flags & IN_INDEX) != 0;
	p->source = (uint32_t)cursor_uint(c, 4);
	p->pid = (uint32_t)cursor_uint(c, 4);
	p->lineage = cursor_uint(c, 8);
	p->heard_ms = (int64_t)cursor_uint(c, 8);
	p->generation = (uint32_t)cursor_uint(c, 4);
	p->image = (uint32_t)cursor_uint(c, 4);
	p->session = (uint32_t)cursor_uint(c, 4);
	p->before = (uint32_t)cursor_uint(c, 4);
	if (p->has_parent) {
		p->parent = (uint32_t)cursor_uint(c, 4);
		p->parent_generation = (uint32_t)cursor_uint(c, 4);
		p->ppid = (uint32_t)cursor_uint(c, 4);
	}
	return c->err == 0;
}

static bool
procs_row(struct resuming *r, const struct row *row)
{
	struct chain	*chain = resume_scratch(r, SECTION_PROCS,
	    sizeof(*chain));
	struct cursor	 c = { .in = row->bytes };
	struct process	 p;

	if (r->e->procs == NULL)
		return true;
	while (cursor_left(&c) > 0) {
		if (!chain_next(chain, row, &c, 0))
			return resume_refuse(r, "a process is missing");
		if (!read_process(&c, &p))
			return resume_refuse(r, "a process is cut off");
		if (p.source >= r->e->nsources)
			return resume_refuse(r, "a process of no source");
		if (!procs_restore(r->e->procs, &p))
			return resume_refuse(r, "a process that cannot be");
		chain_add(chain, p.before);
	}
	return true;
}

static bool
procs_end(struct resuming *r)
{
	const struct chain	*chain = r->scratch[SECTION_PROCS];
	uint32_t		*order;
	bool			 good;

	if (r->e->procs == NULL)
		return true;
	images_let_go(procs_images(r->e->procs));
	if (chain == NULL)
		return true;
	order = chain_order(chain);
	good = order != NULL && procs_restored(r->e->procs, order);
	free(order);
	return good || resume_refuse(r, "parents and order do not agree");
}

static void
procs_drop(void *scratch)
{
	chain_fini(scratch);
}

const struct section	section_procs = {
	SECTION_PROCS, "processes", save_procs, procs_row, procs_end,
	procs_drop
};
