/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procs.c - who ran it: processes and their parents, from the records.
 *
 * Each process is a row that names its parent's row and the generation of that
 * row, so that a row can be used again at any time: whoever still names it then
 * knows that the parent is gone. A row is in one of three lists, each from the
 * oldest to the latest: processes that live, by their latest record; those that
 * have ended and began nothing that is still known; those that have ended and
 * have. Room for another one is found in this order: ended without children,
 * ended with children, and the one that was not heard of for longest.
 */
#include "engine/procs.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/shards.h"
#include "bsm/parts.h"
#include "engine/images.h"

#define EVENTS		65536u
#define PROCS_MIN	16u	/* the process at hand is never evicted */

enum list { LIST_LIVE, LIST_ENDED, LIST_ELDERS, LISTS };

/* What an event teaches. */
enum lesson { LESSON_NONE, LESSON_FORK, LESSON_SPAWN, LESSON_EXEC,
	LESSON_EXIT };

struct procs {
	struct process	*rows;
	size_t		 n, cap;
	uint32_t	 max;
	struct {
		uint32_t	 first, last;
	}		 lists[LISTS];
	struct shards	*index;		/* of those that live, and of each
					 * pid the last that has ended */
	struct hash_key	 key;
	struct images	*images;
	struct parts	 parts;		/* for arguments */
	uint8_t		*lessons[DIALECTS];
	uint64_t	 evicted, images_lost;
};

static const struct hash_key	lineage_key = {
	0x62736d7472616365u, 0x6c696e6561676531u	/* "bsmtracelineage1" */
};

/* Life. */

static const struct {
	const char	*name;
	enum lesson	 lesson;
} lessons[] = {
	{ "AUE_FORK", LESSON_FORK }, { "AUE_FORKALL", LESSON_FORK },
	{ "AUE_FORK1", LESSON_FORK }, { "AUE_VFORK", LESSON_FORK },
	{ "AUE_RFORK", LESSON_FORK }, { "AUE_DARWIN_RFORK", LESSON_FORK },
	{ "AUE_PDFORK", LESSON_FORK }, { "AUE_PDRFORK", LESSON_FORK },
	{ "AUE_POSIX_SPAWN", LESSON_SPAWN },
	{ "AUE_EXEC", LESSON_EXEC }, { "AUE_EXECVE", LESSON_EXEC },
	{ "AUE_FEXECVE", LESSON_EXEC }, { "AUE_EXECVEAT", LESSON_EXEC },
	{ "AUE_MAC_EXECVE", LESSON_EXEC }, { "AUE_PFEXEC", LESSON_EXEC },
	{ "AUE_EXIT", LESSON_EXIT },
};

struct procs *
procs_new(const struct names *names, uint32_t max)
{
	struct procs	*ps = xcalloc(1, sizeof(*ps));

	ps->max = max == 0 ? PROCS_MAX : max < PROCS_MIN ? PROCS_MIN : max;
	ps->index = shards_new();
	ps->key = hash_key_random();
	ps->images = images_new(0);
	for (unsigned i = 0; i < LISTS; i++)
		ps->lists[i].first = ps->lists[i].last = PROCS_NONE;
	for (unsigned d = 0; d < DIALECTS; d++) {
		ps->lessons[d] = xcalloc(EVENTS, 1);
		for (size_t i = 0; i < sizeof(lessons) / sizeof(lessons[0]);
		    i++) {
			const struct event_name	*e = names_event_find(names,
			    (enum dialect)d, slice_str(lessons[i].name));

			if (e != NULL)
				ps->lessons[d][e->number] =
				    (uint8_t)lessons[i].lesson;
		}
	}
	return ps;
}

void
procs_free(struct procs *ps)
{
	if (ps == NULL)
		return;
	free(ps->rows);
	shards_free(ps->index);
	images_free(ps->images);
	parts_fini(&ps->parts);
	for (unsigned d = 0; d < DIALECTS; d++)
		free(ps->lessons[d]);
	free(ps);
}

void
procs_stats(const struct procs *ps, struct procs_stats *to)
{
	*to = (struct procs_stats){ ps->n, ps->evicted, ps->images_lost };
}

const char *
procs_event(size_t i)
{
	return i < sizeof(lessons) / sizeof(lessons[0]) ? lessons[i].name :
	    NULL;
}

/* Lists. */

static void
list_remove(struct procs *ps, uint32_t i)
{
	const struct process	*p = &ps->rows[i];

	*(p->before == PROCS_NONE ? &ps->lists[p->list].first :
	    &ps->rows[p->before].after) = p->after;
	*(p->after == PROCS_NONE ? &ps->lists[p->list].last :
	    &ps->rows[p->after].before) = p->before;
}

static void
list_append(struct procs *ps, uint32_t i, enum list list)
{
	struct process	*p = &ps->rows[i];

	p->list = (uint8_t)list;
	p->before = ps->lists[list].last;
	p->after = PROCS_NONE;
	*(p->before == PROCS_NONE ? &ps->lists[list].first :
	    &ps->rows[p->before].after) = i;
	ps->lists[list].last = i;
}

static void
list_move(struct procs *ps, uint32_t i, enum list list)
{
	list_remove(ps, i);
	list_append(ps, i, list);
}

/* Rows. */

static uint64_t
hash(const struct procs *ps, uint32_t source, uint32_t pid)
{
	return hash_word(&ps->key, (uint64_t)source << 32 | pid);
}

/* The one that lives, or else the one that has ended. */
static uint32_t
find(const struct procs *ps, uint32_t source, uint32_t pid, bool lives)
{
	const uint64_t	 h = hash(ps, source, pid);
	uint32_t	 at = 0, i;

	while ((i = shards_find(ps->index, h, &at)) != SHARDS_NONE)
		if (ps->rows[i].pid == pid && ps->rows[i].source == source &&
		    (ps->rows[i].list == LIST_LIVE) == lives)
			return i;
	return PROCS_NONE;
}

uint32_t
procs_find(const struct procs *ps, uint32_t source, uint32_t pid)
{
	return find(ps, source, pid, true);
}

static void
leave_index(struct procs *ps, uint32_t i)
{
	struct process	*p = &ps->rows[i];

	if (p->in_index)
		shards_remove(ps->index, hash(ps, p->source, p->pid), i);
	p->in_index = false;
}

/* The process is over; what it was stays known for a while. */
static void
end(struct procs *ps, uint32_t i)
{
	const struct process	*p = &ps->rows[i];
	const uint32_t		 before = find(ps, p->source, p->pid, false);

	if (before != PROCS_NONE)	/* so that no pid is long to find */
		leave_index(ps, before);
	list_move(ps, i, p->children > 0 ? LIST_ELDERS : LIST_ENDED);
}

/* Its parent has a child less that is known. */
static void
leave_parent(struct procs *ps, uint32_t i)
{
	const uint32_t	 parent = procs_parent(ps, i);

	if (parent == PROCS_NONE)
		return;
	if (--ps->rows[parent].children == 0 &&
	    ps->rows[parent].list == LIST_ELDERS)
		list_move(ps, parent, LIST_ENDED);
}

/* Forget a process that has ended. */
static void
forget(struct procs *ps, uint32_t i)
{
	leave_parent(ps, i);
	leave_index(ps, i);
	list_remove(ps, i);
	images_drop(ps->images, ps->rows[i].image);
}

/* A row for another process. */
static uint32_t
take_row(struct procs *ps)
{
	uint32_t	 i;

	if (ps->n < ps->max) {
		ps->rows = mem_grow(ps->rows, &ps->cap, ps->n + 1,
		    sizeof(*ps->rows));
		ps->rows[ps->n] = (struct process){ 0 };
		return (uint32_t)ps->n++;
	}
	if ((i = ps->lists[LIST_ENDED].first) == PROCS_NONE) {
		ps->evicted++;
		if ((i = ps->lists[LIST_ELDERS].first) == PROCS_NONE) {
			i = ps->lists[LIST_LIVE].first;
			end(ps, i);
		}
	}
	forget(ps, i);
	return i;
}

/* A lineage that begins here; the same whenever the records are read again. */
static uint64_t
new_lineage(uint32_t pid, int64_t millis)
{
	return hash_word(&lineage_key, pid + hash_word(&lineage_key,
	    (uint64_t)millis));
}

/* A process that was not known. */
static uint32_t
add(struct procs *ps, uint32_t source, uint32_t pid, int64_t millis)
{
	const uint32_t	 i = take_row(ps);

	ps->rows[i] = (struct process){ .source = source, .pid = pid,
	    .generation = ps->rows[i].generation + 1, .heard_ms = millis,
	    .lineage = new_lineage(pid, millis), .in_index = true };
	list_append(ps, i, LIST_LIVE);
	shards_add(ps->index, hash(ps, source, pid), i);
	return i;
}

/* Records. */

/*
 * Programs that write records of their own may give any session. Numbers below
 * 2048, and from 43000, are the kernels'.
 */
static bool
from_kernel(uint16_t event)
{
	return event < 2048 || (event >= 43000 && event < 44900);
}

void
procs_meet(struct procs *ps, uint32_t source, const struct record *r)
{
	const uint32_t	 session = record_session(r);
	uint32_t	 i;
	struct process	*p;

	if (r->at[REC_SUBJECT] == 0)
		return;
	i = procs_find(ps, source, record_pid(r));
	if (i == PROCS_NONE)
		i = add(ps, source, record_pid(r), record_millis(r));
	else if (ps->lists[LIST_LIVE].last != i)
		list_move(ps, i, LIST_LIVE);
	p = &ps->rows[i];
	if (!from_kernel(r->event))
		return;
	if (p->has_session && p->session != session)	/* somebody came in */
		p->lineage = new_lineage(p->pid, record_millis(r));
	p->has_session = true;
	p->session = session;
}

/* The pid of a child: of an argument, or else of the return value. */
static uint32_t
child_of(struct procs *ps, enum dialect d, const struct record *r,
    enum lesson lesson)
{
	uint64_t	 value = 0;

	parts_read(&ps->parts, r, d, PART_BIT(PART_ARGUMENT));
	for (size_t i = 0; i < ps->parts.of[PART_ARGUMENT].n; i++) {
		const struct part	*p =
		    &ps->parts.of[PART_ARGUMENT].p[i];

		if (slice_is(part_bytes(r, p), "child PID"))
			return (uint32_t)p->number;
	}
	/* posix_spawn(2) returns no pid. */
	if (lesson == LESSON_FORK)
		(void)record_return(r, &value);
	return (uint32_t)value;
}

/*
 * A child, and what it began before it was known whose child it is, belong to
 * the lineage of its parent. What it began is among those heard of last.
 */
static void
join_lineage(struct procs *ps, uint32_t child, uint64_t lineage)
{
	struct process	*c = &ps->rows[child];
	const uint64_t	 alone = c->lineage;
	uint32_t	 at = c->children > 0 ? ps->lists[LIST_LIVE].last :
	    PROCS_NONE;

	for (unsigned i = 0; at != PROCS_NONE && i < PROCS_DEPTH; i++) {
		if (ps->rows[at].lineage == alone)
			ps->rows[at].lineage = lineage;
		at = ps->rows[at].before;
	}
	c->lineage = lineage;
}

static void
set_parent(struct procs *ps, uint32_t child, uint32_t parent)
{
	struct process	*c = &ps->rows[child], *p = &ps->rows[parent];

	c->has_parent = true;
	c->parent = parent;
	c->parent_generation = p->generation;
	c->ppid = p->pid;
	p->children++;
	if (p->pid != PROCS_FIRST_PID && !(c->has_session &&
	    p->has_session && c->session != p->session))
		join_lineage(ps, child, p->lineage);
	if (c->image == IMAGE_NONE) {
		c->image = p->image;
		images_hold(ps->images, c->image);
	}
	if (!c->has_session) {
		c->has_session = p->has_session;
		c->session = p->session;
	}
}

/*
 * Was the process heard of so shortly before, or after, and its parent not?
 * After vfork(2) it is its exec that sets the parent going, however long it
 * took to come to that.
 */
static bool
came_ahead(const struct procs *ps, uint32_t i, int64_t millis)
{
	const struct process	*p = &ps->rows[i];
	const uint64_t		 apart = p->heard_ms < millis ?
	    (uint64_t)millis - (uint64_t)p->heard_ms :
	    (uint64_t)p->heard_ms - (uint64_t)millis;

	return !p->has_parent && apart <= PROCS_AHEAD_MS;
}

/* The child of PARENT that this record tells of; PROCS_NONE: of none. */
static uint32_t
learn_child(struct procs *ps, uint32_t parent, uint32_t pid,
    const struct record *r)
{
	const uint32_t	 source = ps->rows[parent].source;
	uint32_t	 child;

	if (pid == 0 || pid == ps->rows[parent].pid)
		return PROCS_NONE;
	child = procs_find(ps, source, pid);
	if (child == PROCS_NONE)
		child = find(ps, source, pid, false);
	if (child == PROCS_NONE ||
	    !came_ahead(ps, child, record_millis(r))) {
		/* If another one lives, its end was not audited. */
		if (child != PROCS_NONE && ps->rows[child].list == LIST_LIVE)
			end(ps, child);
		child = add(ps, source, pid, record_millis(r));
	}
	set_parent(ps, child, parent);
	return child;
}

static void
learn_image(struct procs *ps, uint32_t i, const struct record *r)
{
	struct slice	 path;
	uint32_t	 image;

	if (!record_path(r, &path))
		return;
	image = images_take(ps->images, path);
	if (image == IMAGE_NONE)
		ps->images_lost++;
	images_drop(ps->images, ps->rows[i].image);
	ps->rows[i].image = image;
}

void
procs_learn(struct procs *ps, uint32_t source, enum dialect d,
    const struct record *r)
{
	const enum lesson	 lesson = ps->lessons[d][r->event];
	uint32_t		 i, child;

	if (lesson == LESSON_NONE || r->at[REC_SUBJECT] == 0 ||
	    record_error(r) != 0)
		return;
	if ((i = procs_find(ps, source, record_pid(r))) == PROCS_NONE)
		return;
	switch (lesson) {
	case LESSON_NONE:
		break;
	case LESSON_FORK:
		(void)learn_child(ps, i, child_of(ps, d, r, lesson), r);
		break;
	case LESSON_SPAWN:
		child = learn_child(ps, i, child_of(ps, d, r, lesson), r);
		if (child != PROCS_NONE)
			learn_image(ps, child, r);
		break;
	case LESSON_EXEC:
		learn_image(ps, i, r);
		ps->rows[i].heard_ms = record_millis(r);
		break;
	case LESSON_EXIT:
		end(ps, i);
		break;
	}
}

/* Answers. */

bool
procs_ppid(const struct procs *ps, uint32_t i, uint32_t *ppid)
{
	*ppid = ps->rows[i].ppid;
	return ps->rows[i].has_parent;
}

uint32_t
procs_parent(const struct procs *ps, uint32_t i)
{
	const struct process	*p = &ps->rows[i];

	if (!p->has_parent ||
	    ps->rows[p->parent].generation != p->parent_generation)
		return PROCS_NONE;
	return p->parent;
}

bool
procs_image(const struct procs *ps, uint32_t i, struct slice *path)
{
	if (ps->rows[i].image == IMAGE_NONE)
		return false;
	*path = images_path(ps->images, ps->rows[i].image);
	return true;
}

uint64_t
procs_lineage(const struct procs *ps, uint32_t i)
{
	return ps->rows[i].lineage;
}

/* What is told and put back. */

uint32_t
procs_count(const struct procs *ps)
{
	return (uint32_t)ps->n;
}

const struct process *
procs_at(const struct procs *ps, uint32_t i)
{
	return &ps->rows[i];
}

struct images *
procs_images(const struct procs *ps)
{
	return ps->images;
}

bool
procs_restore(struct procs *ps, const struct process *from)
{
	const bool	 lives = from->list == LIST_LIVE;
	const uint32_t	 i = (uint32_t)ps->n;
	struct process	*p;

	if (ps->n >= ps->max || from->list >= LISTS ||
	    (lives && !from->in_index) ||
	    (from->in_index && find(ps, from->source, from->pid, lives) !=
	    PROCS_NONE) ||
	    (from->image != IMAGE_NONE && !images_is(ps->images, from->image)))
		return false;
	ps->rows = mem_grow(ps->rows, &ps->cap, ps->n + 1, sizeof(*ps->rows));
	p = &ps->rows[ps->n++];
	*p = *from;
	p->children = 0;
	images_hold(ps->images, p->image);
	if (p->in_index)
		shards_add(ps->index, hash(ps, p->source, p->pid), i);
	return true;
}

/* Parents have as many children as name them; nobody is his own. */
static bool
count_children(struct procs *ps)
{
	for (uint32_t i = 0; i < ps->n; i++) {
		uint32_t	 parent;

		if (ps->rows[i].has_parent && ps->rows[i].parent >= ps->n)
			return false;
		parent = procs_parent(ps, i);
		if (parent == i)
			return false;
		if (parent != PROCS_NONE)
			ps->rows[parent].children++;
	}
	return true;
}

bool
procs_restored(struct procs *ps, const uint32_t *order)
{
	if (!count_children(ps))
		return false;
	for (size_t k = 0; k < ps->n; k++) {
		const struct process	*p = &ps->rows[order[k]];
		const enum list		 list = (enum list)p->list;

		if (p->before != ps->lists[list].last ||
		    (list == LIST_ENDED && p->children > 0) ||
		    (list == LIST_ELDERS && p->children == 0))
			return false;
		list_append(ps, order[k], list);
	}
	return true;
}
