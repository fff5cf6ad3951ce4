/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state_paths.c - the path cache as rows.
 *
 * Paths come back to the place in the ring where they were, so that the same
 * ones go next; also those that were forgotten, which still take room there.
 */
#include "engine/section.h"
#include "engine/stretch.h"

#define HEAD	20u			/* bytes before each path */
#define GONE	(UINT32_C(1) << 31)	/* beside the length */

static size_t
tell(struct buf *to, const uint8_t *p)
{
	struct inode_path	 one;
	bool			 gone;

	pathcache_look(p, &one, &gone);
	buf_u32(to, one.inode.source);
	buf_u32(to, one.inode.fsid);
	buf_u64(to, one.inode.node);
	buf_u32(to, (uint32_t)one.path.n | (gone ? GONE : 0));
	buf_slice(to, one.path);
	return pathcache_size(one.path.n);
}

static bool
read_one(void *arg, struct cursor *c, struct stretch_at *at)
{
	struct resuming		*r = arg;
	const struct slice	 head = cursor_take(c, HEAD);
	struct inode_path	 one;
	uint32_t		 length;
	uint64_t		 position;
	uint8_t			*to;

	if (c->err != 0)
		return resume_refuse(r, "a path is cut off");
	one.inode = (struct inode){ .source = be32(head.p),
	    .fsid = be32(head.p + 4), .node = be64(head.p + 8) };
	length = be32(head.p + 16);
	one.path = cursor_take(c, length & ~GONE);
	if (c->err != 0 || one.path.n > UINT16_MAX)
		return resume_refuse(r, "a path is too long");
	if (one.inode.source >= r->e->nsources)
		return resume_refuse(r, "a path of no source");
	if (one.inode.fsid == 0)
		return resume_refuse(r, "a path of no device");
	to = stretch_room(at, pathcache_size(one.path.n), &position);
	if (to == NULL)
		return resume_refuse(r, "a block is too full");
	return pathcache_restore(r->e->paths, &one, (length & GONE) != 0, to,
	    position) || resume_refuse(r, "an inode has two paths");
}

static const struct stretches	way = {
	PATHCACHE_BLOCK, PATHCACHE_BLOCKS, tell, read_one
};

static void
save(const struct engine *e, struct rows *rows)
{
	if (e->paths != NULL)
		stretches_save(&way, pathcache_ring(e->paths), rows);
}

static bool
read_row(struct resuming *r, const struct row *row)
{
	struct stretch_at	*s;

	if (r->e->paths == NULL)
		return true;		/* nobody asks any more */
	s = resume_scratch(r, SECTION_PATHS, sizeof(*s));
	if (s->way == NULL)
		stretches_begin(s, &way, pathcache_ring(r->e->paths));
	return stretches_row(s, r, row) ||
	    resume_refuse(r, "a stretch is not in its place");
}

static bool
end(struct resuming *r)
{
	struct stretch_at	*s = r->scratch[SECTION_PATHS];

	return s == NULL || stretches_end(s) ||
	    resume_refuse(r, "a block is missing");
}

static void
drop(void *scratch)
{
	stretches_fini(scratch);
}

const struct section	section_paths = {
	SECTION_PATHS, "paths", save, read_row, end, drop
};
