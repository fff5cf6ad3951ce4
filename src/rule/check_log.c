/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_log.c - log files and log channels: their names, and who uses them.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "rule/checker.h"
#include "rule/priority.h"

#define LOGFILE_MAX	255u		/* bytes */
#define CHANNELS_MAX	256u		/* a rule may name them all */

/* A name that a `log` gave, or the set that is named there. */
static void
unknown_channel(struct checker *c, const struct ref_node *ref,
    struct slice name)
{
	struct span	at = ref->name.at;
	struct nearest	near;
	struct slice	known;

	if (ref->body != NULL)
		at = ref->body->type.at;
	for (const struct entry_node *e = ref->body == NULL ? NULL :
	    ref->body->entries; e != NULL; e = e->next)
		if (e->kind != ENTRY_SET && slice_eq(e->word.text, name))
			at = e->word.at;
	nearest_init(&near, name);
	for (size_t i = 0; i < map_count(c->channels) && diags_wants(c->diags);
	    i++) {
		(void)map_at(c->channels, i, &known);
		nearest_try(&near, known);
	}
	diag_unknown_near(c->diags, DIAG_CHANNEL_UNKNOWN, at, &near);
}

/*
 * A set of channels, or a channel alone. The set is looked for first: its
 * entries are checked here, where they are used.
 */
void
checker_log(struct checker *c, struct clause *clause)
{
	const struct ref_node	*ref = clause->ref;
	const struct slice	*names = &ref->name.text;
	struct set		*set = NULL;
	const struct item	*channel;
	size_t			 n = 1;

	if (ref->body != NULL || ((set = sets_find(c->sets, &ref->name)) != NULL
	    && (set->type == SET_CHANNELS || map_find(c->channels,
	    ref->name.text) == NULL)))
		set = sets_take(c->sets, ref, SET_TYPES);
	else
		set = NULL;
	if (set != NULL && set->broken)
		return;
	if (set != NULL && set->type != SET_CHANNELS) {
		diag_error(c->diags, DIAG_TYPE_WRONG, ref->body != NULL ?
		    ref->body->type.at : ref->name.at,
		    slice_str(set_type_name(set->type)),
		    slice_str("'logchannel'"));
		return;
	}
	if (set != NULL) {
		names = set->words;
		n = set->nwords;
	}
	clause->channels = arena_array(c->tree->inner,
	    map_count(c->channels), sizeof(clause->channels[0]));
	for (size_t i = 0; i < n; i++) {
		if ((channel = map_find(c->channels, names[i])) == NULL) {
			unknown_channel(c, ref, names[i]);
			return;
		}
		clause->channels[clause->nchannels++] = channel;
	}
}

void
checker_set_logfile(struct checker *c, uint32_t file, const struct item *item)
{
	while (c->nlogfiles <= file) {
		size_t	cap = c->nlogfiles;

		c->logfiles = mem_grow(c->logfiles, &cap, file + 1,
		    sizeof(c->logfiles[0]));
		while (c->nlogfiles < cap)
			c->logfiles[c->nlogfiles++] = NULL;
	}
	c->logfiles[file] = item;
}

void
checker_logfile(struct checker *c, const struct item *item)
{
	const struct slice	name = item->name.text;
	const char		*why = NULL;

	if (item->broken)
		return;
	if (name.n == 0 || slice_is(name, ".") || slice_is(name, ".."))
		why = "it names no file";
	else if (memchr(name.p, '/', name.n) != NULL)
		why = "it must lie in the log directory, so no '/' is allowed";
	else if (name.n > LOGFILE_MAX)
		why = "it is longer than 255 bytes";
	if (why != NULL)
		diag_error(c->diags, DIAG_LOGFILE_NAME, item->name.at, name,
		    slice_str(why));
	checker_set_logfile(c, item->name.at.file,
	    slice_is(name, "bsmtrace.log") ? NULL : item);
}

static void
check_directory(struct checker *c, const struct clause *k)
{
	char	*path;
	int	 why;

	if (c->env->check_dir == NULL)
		return;
	path = xstrndup(k->word.text.p, k->word.text.n);
	why = c->env->check_dir(c->env->arg, path);
	free(path);
	if (why != 0)
		diag_error(c->diags, DIAG_CHANNEL_DIRECTORY, k->word.at,
		    k->word.text, slice_str(strerror(why)));
}

const struct name check_channel_types[] = {
	{ "bsm", CHANNEL_BSM }, { "syslog", CHANNEL_SYSLOG },
	{ "stderr", CHANNEL_STDERR }, { 0 }
};

void
checker_channel(struct checker *c, struct item *item)
{
	const struct name	*type;
	bool			 directory = false;

	if (item->type.text.p == NULL)
		return;				/* the parser has said why */
	type = name_find(check_channel_types, item->type.text);
	if (type == NULL)
		diag_unknown(c->diags, DIAG_CHANNEL_TYPE, item->type.at,
		    item->type.text, check_channel_types);
	for (const struct clause *k = item->clauses; k != NULL; k = k->next) {
		if (k->kind == CLAUSE_DIRECTORY) {
			check_directory(c, k);
			directory = true;
		} else if (type != NULL && type->value != CHANNEL_SYSLOG)
			checker_error(c, DIAG_CHANNEL_PRIORITY, k->at,
			    DIAG_NOTHING);
		else if (!priority_find(k->word.text, &item->priority))
			checker_error(c, DIAG_PRIORITY_UNKNOWN, k->word.at,
			    k->word.text);
	}
	checker_repeats(c, item->clauses);
	if (type != NULL && type->value == CHANNEL_BSM && !directory &&
	    !item->broken)
		checker_warn(c, DIAG_CHANNEL_NOWHERE, item->name.at,
		    item->name.text);
	if (c->nchannels == CHANNELS_MAX)
		checker_error(c, DIAG_CHANNEL_MANY, item->name.at,
		    DIAG_NOTHING);
	item->number = c->nchannels++;
	if (c->nchannels <= CHANNELS_MAX)
		(void)map_put(c->channels, item->name.text, item);
}

