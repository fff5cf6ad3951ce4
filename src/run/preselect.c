/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * preselect.c - which audit classes the rules need.
 *
 * First it is noted of each event with which outcome, and of whom, it is
 * wanted; then each of the four masks is filled until it selects all that were
 * noted for it. Masks of the kernel have 32 bits.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/atom.h"
#include "engine/procs.h"
#include "run/preselect.h"

#define EVENTS		65536u
#define CLASSES		32u
#define NO_AUDIT_ID	UINT32_MAX

/* How an event is wanted: bits of a byte. */
enum want { WANT_SUCCESS = 1, WANT_FAILURE = 2, WANT_NA_SUCCESS = 4,
	WANT_NA_FAILURE = 8 };
#define WANT_NA(w)	((w) << 2)

struct maker {
	const struct program	*p;
	const struct names	*names;
	enum dialect		 dialect;
	uint8_t			*wants;		/* by event */
	size_t			 weight[CLASSES]; /* events in the class */
	bool			 inodes;	/* paths are asked for, of
						 * records without one */
};

/* Records of these name a file by its descriptor alone. */
static const char *const	by_descriptor[] = {
	"AUE_FCHOWN", "AUE_FCHMOD", "AUE_FTRUNCATE", "AUE_FLOCK",
	"AUE_FSTATFS", "AUE_FCHDIR", "AUE_FCHROOT", "AUE_FSTAT",
	"AUE_OPENBSM_FSTAT", "AUE_DARWIN_FSTAT", "AUE_FACLSET",
	"AUE_FCHFLAGS", "AUE_FUTIMES", "AUE_FPATHCONF", "AUE_FSYNC",
	"AUE_FEXECVE", "AUE_MMAP", "AUE_CLOSE", "AUE_GETDIRENTRIES",
	"AUE_GETDIRENTRIESATTR", "AUE_ACL_GET_FD", "AUE_ACL_SET_FD",
	"AUE_ACL_DELETE_FD", "AUE_ACL_CHECK_FD", "AUE_EXTATTR_GET_FD",
	"AUE_EXTATTR_SET_FD", "AUE_EXTATTR_LIST_FD", "AUE_EXTATTR_DELETE_FD",
	"AUE_MAC_GET_FD", "AUE_MAC_SET_FD", "AUE_FCHMOD_EXTENDED",
	"AUE_FSTAT_EXTENDED", "AUE_FSPACECTL", NULL
};

/* Those that had told its path; and those that take it away. */
static const char *const	opening[] = {
	"AUE_OPEN_R", "AUE_OPEN_W", "AUE_OPEN_RW", "AUE_OPENAT_R",
	"AUE_OPENAT_W", "AUE_OPENAT_RW", NULL
};
static const char *const	removing[] = {
	"AUE_UNLINK", "AUE_UNLINKAT", "AUE_RMDIR", "AUE_RENAME",
	"AUE_RENAMEAT", NULL
};

/* What is wanted. */

static bool
is_by_descriptor(const struct maker *m, uint16_t event)
{
	const struct event_name	*e = names_event(m->names, m->dialect, event);

	for (size_t i = 0; e != NULL && by_descriptor[i] != NULL; i++)
		if (strcmp(e->name, by_descriptor[i]) == 0)
			return true;
	return false;
}

static void
want_name(struct maker *m, const char *name, unsigned want)
{
	const struct event_name	*e = names_event_find(m->names, m->dialect,
	    slice_str(name));

	if (e != NULL)
		m->wants[e->number] |= (uint8_t)want;
}

static void
want_names(struct maker *m, const char *const *names, unsigned want)
{
	for (; *names != NULL; names++)
		want_name(m, *names, want);
}

/* Can the subject of the rule be one who has no audit id? */
static bool
wants_unattributed(const struct program *p, const struct rule *r)
{
	if (r->subject != SUBJECT_AUID || r->any_subject)
		return true;
	return id_set_has(&p->id_sets[r->subjects], NO_AUDIT_ID) !=
	    r->not_subject;
}

static unsigned
outcomes(const struct program *p, const struct rule *r,
    const struct state *s)
{
	const unsigned	 want = s->status == STATUS_SUCCESS ? WANT_SUCCESS :
	    s->status == STATUS_FAILURE ? WANT_FAILURE :
	    WANT_SUCCESS | WANT_FAILURE;

	return wants_unattributed(p, r) ? want | WANT_NA(want) : want;
}

static bool
listens_to(const struct maker *m, const struct state *s, uint16_t event)
{
	if (s->any_event)
		return true;
	return event_set_has(&m->p->event_sets[s->events], m->dialect,
	    event) != s->not_event;
}

/*
 * Does an `except` that asks for nothing but the event keep it from the rule?
 * One behind another that asks for more does not count: that one may note what
 * it sees.
 */
static bool
is_excepted(const struct maker *m, const struct rule *r, uint16_t event)
{
	for (size_t i = 0; i < r->nexcepts; i++) {
		const struct state	*s = &r->excepts[i];

		if (s->never || s->nalerts > 0 || s->npredicates > 0 ||
		    s->status != STATUS_ANY || s->objects != PROGRAM_NONE)
			return false;
		if (listens_to(m, s, event))
			return true;
	}
	return false;
}

/* False when it listens to most events that there are, whatever they are. */
static bool
want_state(struct maker *m, struct atom a)
{
	const struct program		*p = m->p;
	const struct rule		*r = &p->rules[a.rule];
	const struct state		*s = atom_state(p, a);
	const unsigned			 want = outcomes(p, r, s);
	const bool			 object = atom_wants_object(p, a) ||
	    atom_rule_wants_object(p, r);
	size_t				 n, wanted = 0;
	const struct event_name		*rows = names_events(m->names,
	    m->dialect, &n);

	if (s->never || s->nalerts > 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		const uint16_t	 event = rows[i].number;

		if (!listens_to(m, s, event) || is_excepted(m, r, event))
			continue;
		wanted++;
		m->wants[event] |= (uint8_t)want;
		m->inodes |= object && is_by_descriptor(m, event);
	}
	return wanted <= n / 2;
}

/* The rule that would need most of all, or how many rules there are. */
static size_t
want_rules(struct maker *m)
{
	for (size_t i = 0; i < m->p->nrules; i++) {
		const struct rule	*r = &m->p->rules[i];

		if (!r->enabled)
			continue;
		for (uint32_t k = 0; k < atom_count(r); k++)
			if (!want_state(m, (struct atom){ (uint32_t)i, k }))
				return i;
	}
	return m->p->nrules;
}

/* What the engine learns from, whoever does it. */
static void
want_lessons(struct maker *m)
{
	const unsigned	 done = WANT_SUCCESS | WANT_NA_SUCCESS;
	const char	*name;

	for (size_t i = 0; m->p->wants_processes &&
	    (name = procs_event(i)) != NULL; i++)
		want_name(m, name, done);
	if (!m->inodes || m->p->path_cache == PATH_CACHE_OFF)
		return;
	want_names(m, opening, done);
	if (m->p->path_cache == PATH_CACHE_FOLLOW)
		want_names(m, removing, done);
}

/* Classes. */

static uint32_t
classes_of(const struct maker *m, uint16_t event)
{
	const struct event_name	*e = names_event(m->names, m->dialect, event);

	return e == NULL ? 0 : (uint32_t)e->classes;
}

static void
weigh(struct maker *m)
{
	for (uint32_t event = 0; event < EVENTS; event++) {
		const uint32_t	 classes = classes_of(m, (uint16_t)event);

		for (unsigned i = 0; i < CLASSES; i++)
			m->weight[i] += classes >> i & 1;
	}
}

static uint32_t
lightest(const struct maker *m, uint32_t classes)
{
	unsigned	 best = CLASSES;

	for (unsigned i = 0; i < CLASSES; i++)
		if ((classes >> i & 1) != 0 &&
		    (best == CLASSES || m->weight[i] < m->weight[best]))
			best = i;
	return UINT32_C(1) << best;
}

/* First what has no choice, so that the rest needs less. */
static uint32_t
cover(const struct maker *m, unsigned want)
{
	uint32_t	 mask = 0;

	for (unsigned round = 0; round < 2; round++)
		for (uint32_t event = 0; event < EVENTS; event++) {
			const uint32_t	 c = (m->wants[event] & want) == 0 ? 0 :
			    classes_of(m, (uint16_t)event);

			if (c == 0 || (c & mask) != 0)
				continue;
			if ((c & (c - 1)) == 0)
				mask |= c;
			else if (round == 1)
				mask |= lightest(m, c);
		}
	return mask;
}

static void
count_outside(const struct maker *m, struct preselect *to)
{
	for (uint32_t event = EVENTS; event-- > 0;)
		if (m->wants[event] != 0 &&
		    classes_of(m, (uint16_t)event) == 0) {
			to->outside++;
			to->outside_event = (uint16_t)event;
		}
}

void
preselect_make(struct preselect *to, const struct program *p,
    const struct names *names, enum dialect dialect)
{
	struct maker	 m = { .p = p, .names = names, .dialect = dialect };

	*to = (struct preselect){ 0 };
	m.wants = xcalloc(EVENTS, 1);
	to->rule = want_rules(&m);
	to->trail = to->rule < p->nrules;
	if (!to->trail) {
		want_lessons(&m);
		weigh(&m);
		to->flags.success = cover(&m, WANT_SUCCESS);
		to->flags.failure = cover(&m, WANT_FAILURE);
		to->naflags.success = cover(&m, WANT_NA_SUCCESS);
		to->naflags.failure = cover(&m, WANT_NA_FAILURE);
		count_outside(&m, to);
	}
	free(m.wants);
}

void
preselect_flags(const struct flags *f, const struct names *names,
    enum dialect dialect, struct buf *out)
{
	size_t				 n;
	const struct class_name		*rows = names_classes(names, dialect,
	    &n);
	const char			*comma = "";

	for (size_t i = 0; i < n; i++) {
		const uint64_t	 mask = rows[i].mask;
		const bool	 success = (f->success & mask) != 0;
		const bool	 failure = (f->failure & mask) != 0;

		/* One bit: `all` and its like are others together. */
		if ((mask & (mask - 1)) != 0 || (!success && !failure))
			continue;
		buf_printf(out, "%s%s%s", comma, success && failure ? "" :
		    success ? "+" : "-", rows[i].name);
		comma = ",";
	}
	if (*comma == '\0')
		buf_str(out, "no");
}
