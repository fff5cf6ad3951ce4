/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * eval.c - run one predicate over one record.
 *
 * Straight from the language: a state without a condition holds, a record
 * without a path meets no condition on objects, negated or not.
 */
#include "engine/eval.h"

#include <fnmatch.h>
#include <string.h>

bool
eval_event(const struct program *p, const struct state *s, enum dialect d,
    uint16_t event)
{
	if (s->never)
		return false;
	if (s->any_event)
		return true;
	return event_set_has(&p->event_sets[s->events], d, event) !=
	    s->not_event;
}

bool
eval_status(enum test_status want, uint8_t error)
{
	switch (want) {
	case STATUS_ANY:
		return true;
	case STATUS_SUCCESS:
		return error == 0;
	case STATUS_FAILURE:
		return error != 0;
	}
	return false;
}

static bool
has_prefix_in(const struct object_set *set, struct slice path)
{
	for (size_t i = 0; i < set->n; i++)
		if (slice_has_prefix(path, set->entries[i]))
			return true;
	return false;
}

struct patterns *
eval_patterns(const struct program *p)
{
	struct patterns	*patterns = patterns_new();

	for (size_t i = 0; i < p->nobject_sets; i++) {
		const struct object_set	*set = &p->object_sets[i];

		/* The front end has refused those that do not compile. */
		for (size_t j = 0; set->type == OBJECT_PCRE && j < set->n; j++)
			patterns_add_known(patterns, set->entries[j],
			    (uint32_t)i);
	}
	patterns_prepare(patterns);
	return patterns;
}

bool
eval_object(const struct program *p, struct patterns *patterns,
    const struct state *s, const struct object *object, bool *limit)
{
	const struct object_set	*set;
	int			 hit;

	if (s->objects == PROGRAM_NONE)
		return true;
	if (!object->known)
		return false;
	set = &p->object_sets[s->objects];
	if (set->type == OBJECT_PATH)
		return has_prefix_in(set, object->path) != s->not_object;
	hit = patterns_match(patterns, s->objects, object->path);
	if (hit < 0) {			/* neither holds when it is unknown */
		*limit = true;
		return false;
	}
	return (hit == 1) != s->not_object;
}

bool
eval_zone(const struct rule *r, const struct slice *zone)
{
	char	 name[1024];

	switch (r->zone) {
	case ZONE_FREE:
		return true;
	case ZONE_NONE:
		return zone == NULL;
	case ZONE_ANY:
		return zone != NULL;
	case ZONE_PATTERN:
		break;
	}
	if (zone == NULL || zone->n >= sizeof(name))
		return false;
	if (zone->n > 0)
		memcpy(name, zone->p, zone->n);
	name[zone->n] = '\0';
	return fnmatch(r->zone_pattern, name, FNM_PATHNAME) == 0;
}

bool
eval_subject(const struct program *p, const struct rule *r, uint32_t id)
{
	if (r->any_subject)
		return true;
	return id_set_has(&p->id_sets[r->subjects], id) != r->not_subject;
}
