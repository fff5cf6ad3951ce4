/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outline.c - of a program, what the parent has to know.
 *
 *	log file	its name
 *	log channel	type, priority (4 bytes each), name, directory
 *	rule		line, priority, triggers, channels (4 each), the number
 *			of each channel (4), label, file
 *	trigger		of the last rule: its text, words (4), and of each word
 *			pieces (4), and of each piece the variable (1), or 255
 *			and a text
 *
 * The parent does with it what only root may, so all that the front end of the
 * rules sees to is seen to here once more: a log file lies in its directory, a
 * syslog priority is one, a trigger has a program.
 */
#include "run/outline.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/arena.h"
#include "base/mem.h"
#include "bsm/status.h"
#include "rule/compile.h"

#define IS_TEXT		255u		/* of a piece */
#define NAME_MAX_BYTES	255u		/* of a log file */

_Static_assert(VAR_UID < IS_TEXT, "a variable is no text");

/* Telling. */

struct telling {
	void	(*send)(void *arg, uint32_t type, const struct buf *);
	void	*arg;
	struct buf	 b;
};

/* False when it is too long for a message. */
static bool
tell(struct telling *t, uint32_t type)
{
	const bool	 good = t->b.n <= ROLES_PIECE_MAX;

	if (good)
		t->send(t->arg, type, &t->b);
	buf_clear(&t->b);
	return good;
}

static bool
tell_trigger(struct telling *t, const struct trigger *trigger)
{
	roles_text(&t->b, trigger->text);
	buf_u32(&t->b, (uint32_t)trigger->n);
	for (size_t i = 0; i < trigger->n; i++) {
		const struct word	*w = &trigger->words[i];

		buf_u32(&t->b, (uint32_t)w->n);
		for (size_t k = 0; k < w->n; k++) {
			const struct piece	*p = &w->pieces[k];

			buf_u8(&t->b, p->kind == PIECE_TEXT ? IS_TEXT :
			    (uint8_t)p->variable);
			if (p->kind == PIECE_TEXT)
				roles_text(&t->b, p->text);
		}
	}
	return tell(t, ROLES_RULE_TRIGGER);
}

static bool
tell_rule(struct telling *t, const struct rule *r)
{
	size_t	 ntriggers = 0;
	bool	 good;

	for (size_t k = 0; k < r->nstates; k++)
		ntriggers += r->states[k].trigger != NULL;
	if (ntriggers == 0 && r->nchannels == 0)
		return true;
	buf_u32(&t->b, r->line);
	buf_u32(&t->b, (uint32_t)r->priority);
	buf_u32(&t->b, (uint32_t)ntriggers);
	buf_u32(&t->b, (uint32_t)r->nchannels);
	for (size_t k = 0; k < r->nchannels; k++)
		buf_u32(&t->b, r->channels[k]);
	roles_text(&t->b, r->label);
	roles_text(&t->b, r->file);
	good = tell(t, ROLES_RULE);
	for (size_t k = 0; good && k < r->nstates; k++)
		good = r->states[k].trigger == NULL ||
		    tell_trigger(t, r->states[k].trigger);
	return good;
}

static bool
tell_channel(struct telling *t, const struct channel *c)
{
	buf_u32(&t->b, (uint32_t)c->type);
	buf_u32(&t->b, (uint32_t)c->priority);
	roles_text(&t->b, c->name);
	roles_text(&t->b, c->directory);
	return tell(t, ROLES_LOG_CHANNEL);
}

const char *
outline_tell(const struct program *p,
    void (*send)(void *arg, uint32_t type, const struct buf *), void *arg)
{
	struct telling	 t = { .send = send, .arg = arg };
	bool		 good = true;

	for (size_t i = 0; good && i < p->nlogfiles; i++) {
		roles_text(&t.b, p->logfiles[i]);
		good = tell(&t, ROLES_LOG_FILE);
	}
	for (size_t i = 0; good && i < p->nchannels; i++)
		good = tell_channel(&t, &p->channels[i]);
	for (size_t i = 0; good && i < p->nrules; i++)
		good = tell_rule(&t, &p->rules[i]);
	buf_fini(&t.b);
	return good ? NULL : "a label, a channel or a trigger is longer than "
	    "a megabyte";
}

/* Taking. */

/* A rule, and where its triggers begin. */
struct taken {
	struct rule		 rule;
	size_t			 first, n;
};

struct outline {
	struct arena		*arena;		/* the program's */
	struct program		*program;
	struct taken		*rules;
	size_t			 nrules, rules_cap;
	const struct trigger	**triggers;	/* of all rules */
	size_t			 ntriggers, triggers_cap;
	size_t			 due;		/* of them, of rules so far */
	const char		**logfiles;
	size_t			 nlogfiles, logfiles_cap;
	struct channel		*channels;
	size_t			 nchannels, channels_cap;
};

struct outline *
outline_new(void)
{
	struct outline	*o = xcalloc(1, sizeof(*o));

	o->arena = arena_new();
	o->program = program_new(o->arena);
	return o;
}

/* But for the arena, which may be the program's by now. */
static void
release(struct outline *o)
{
	free(o->rules);
	free(o->triggers);
	free(o->logfiles);
	free(o->channels);
	free(o);
}

void
outline_free(struct outline *o)
{
	if (o == NULL)
		return;
	arena_free(o->arena);
	release(o);
}

static const char *
take_text(struct outline *o, struct cursor *c)
{
	const char	*s = roles_take_text(c);

	return s == NULL ? NULL : arena_str(o->arena, slice_str(s));
}

/* The same, but one that must be there. */
static const char *
need_text(struct outline *o, struct cursor *c)
{
	const char	*s = take_text(o, c);

	if (s == NULL)
		(void)cursor_fail(c, BSM_ERANGE);
	return s;
}

/* A number of things of which each takes WIDTH bytes at least. */
static size_t
take_count(struct cursor *c, size_t width)
{
	const uint64_t	 n = cursor_uint(c, 4);

	if (n <= cursor_left(c) / width)
		return (size_t)n;
	(void)cursor_fail(c, BSM_ERANGE);
	return 0;
}

static bool
take_logfile(struct outline *o, struct cursor *c)
{
	const char	*name = need_text(o, c);

	if (name == NULL || !roles_taken(c) || name[0] == '\0' ||
	    strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strchr(name, '/') != NULL || strlen(name) > NAME_MAX_BYTES ||
	    o->nlogfiles == OUTLINE_FILES_MAX)
		return false;
	o->logfiles = mem_grow(o->logfiles, &o->logfiles_cap,
	    o->nlogfiles + 1, sizeof(*o->logfiles));
	o->logfiles[o->nlogfiles++] = name;
	return true;
}

static bool
take_channel(struct outline *o, struct cursor *c)
{
	struct channel	 k = { .type = (enum channel_type)cursor_uint(c, 4) };
	const uint64_t	 priority = cursor_uint(c, 4);

	k.name = need_text(o, c);
	k.directory = take_text(o, c);
	if (!roles_taken(c) || k.type > CHANNEL_BSM ||
	    priority > (LOG_FACMASK | LOG_PRIMASK) ||
	    o->nchannels == OUTLINE_LOGS_MAX)
		return false;
	k.priority = (int)priority;
	o->channels = mem_grow(o->channels, &o->channels_cap,
	    o->nchannels + 1, sizeof(*o->channels));
	o->channels[o->nchannels++] = k;
	return true;
}

/* All triggers of the one before are there by now. */
static bool
take_rule(struct outline *o, struct cursor *c)
{
	struct taken	 t = { .first = o->ntriggers };
	uint32_t	*channels;
	size_t		 n;

	t.rule.line = (unsigned)cursor_uint(c, 4);
	t.rule.priority = (int32_t)(uint32_t)cursor_uint(c, 4);
	t.n = (size_t)cursor_uint(c, 4);
	n = take_count(c, sizeof(*channels));
	channels = arena_array(o->arena, n, sizeof(*channels));
	for (size_t i = 0; i < n; i++) {
		channels[i] = (uint32_t)cursor_uint(c, 4);
		if (channels[i] >= o->nchannels)
			return false;
	}
	t.rule.channels = channels;
	t.rule.nchannels = n;
	t.rule.label = need_text(o, c);
	t.rule.file = need_text(o, c);
	if (!roles_taken(c) || t.n > RULE_STATES_MAX ||
	    o->ntriggers != o->due)
		return false;
	o->due += t.n;
	o->rules = mem_grow(o->rules, &o->rules_cap, o->nrules + 1,
	    sizeof(*o->rules));
	o->rules[o->nrules++] = t;
	return true;
}

static void
take_piece(struct outline *o, struct cursor *c, struct piece *p)
{
	const uint64_t	 what = cursor_uint(c, 1);

	if (what == IS_TEXT) {
		p->kind = PIECE_TEXT;
		p->text = need_text(o, c);
	} else if (what <= VAR_UID) {
		p->kind = PIECE_VARIABLE;
		p->variable = (enum trigger_variable)what;
	} else {
		(void)cursor_fail(c, BSM_ERANGE);
	}
}

static void
take_word(struct outline *o, struct cursor *c, struct word *w)
{
	struct piece	*pieces;

	w->n = take_count(c, 1);
	w->pieces = pieces = arena_array(o->arena, w->n, sizeof(*pieces));
	for (size_t k = 0; k < w->n && c->err == 0; k++)
		take_piece(o, c, &pieces[k]);
}

static bool
take_trigger(struct outline *o, struct cursor *c)
{
	struct trigger	*t = arena_alloc(o->arena, sizeof(*t));
	struct word	*words;

	t->text = need_text(o, c);
	t->n = take_count(c, 4);
	t->words = words = arena_array(o->arena, t->n, sizeof(*words));
	for (size_t i = 0; i < t->n && c->err == 0; i++)
		take_word(o, c, &words[i]);
	if (!roles_taken(c) || t->n == 0 || o->ntriggers == o->due)
		return false;
	o->triggers = mem_grow(o->triggers, &o->triggers_cap,
	    o->ntriggers + 1, sizeof(*o->triggers));
	o->triggers[o->ntriggers++] = t;
	return true;
}

/* With what outline_end() will make of it. */
static size_t
size_of(const struct outline *o)
{
	return arena_size(o->arena) +
	    o->rules_cap * (sizeof(*o->rules) + sizeof(struct rule)) +
	    o->triggers_cap * (sizeof(*o->triggers) + sizeof(struct state));
}

bool
outline_take(struct outline *o, const struct message *m)
{
	struct cursor	 c = { .in = m->bytes };
	bool		 good;

	if (m->type == ROLES_LOG_FILE)
		good = take_logfile(o, &c);
	else if (m->type == ROLES_LOG_CHANNEL)
		good = take_channel(o, &c);
	else if (m->type == ROLES_RULE)
		good = take_rule(o, &c);
	else if (m->type == ROLES_RULE_TRIGGER)
		good = take_trigger(o, &c);
	else
		good = false;
	return good && size_of(o) <= OUTLINE_BYTES_MAX;
}

static void
put_states(const struct outline *o, struct rule *r, const struct taken *t)
{
	struct state	*states = arena_array(o->arena, t->n,
	    sizeof(*states));

	for (size_t k = 0; k < t->n; k++)
		states[k].trigger = o->triggers[t->first + k];
	*r = t->rule;
	r->states = states;
	r->nstates = t->n;
}

struct program *
outline_end(struct outline *o)
{
	struct program	*p = o->program;
	struct rule	*rules;

	if (o->ntriggers != o->due) {
		outline_free(o);
		return NULL;
	}
	rules = arena_array(o->arena, o->nrules, sizeof(*rules));
	for (size_t i = 0; i < o->nrules; i++)
		put_states(o, &rules[i], &o->rules[i]);
	p->rules = rules;
	p->nrules = o->nrules;
	p->logfiles = arena_copy(o->arena, o->logfiles,
	    o->nlogfiles * sizeof(*o->logfiles));
	p->nlogfiles = o->nlogfiles;
	p->channels = arena_copy(o->arena, o->channels,
	    o->nchannels * sizeof(*o->channels));
	p->nchannels = o->nchannels;
	release(o);
	return p;
}
