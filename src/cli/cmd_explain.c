/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_explain.c - `bsmtrace explain`: why a rule did or did not fire.
 *
 * Trails are read as `watch` reads them: each one that is named, and of a
 * directory each host, is a source of its own. With --state no trail is read,
 * but what a run remembers.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "bsm/status.h"
#include "cli/cli.h"
#include "run/damage.h"
#include "run/explain.h"
#include "run/loader.h"
#include "run/standing.h"
#include "run/trailset.h"

enum { OPT_SUBJECT = CLI_LONG, OPT_ALL, OPT_STATE, OPT_LIMIT };

#define LIMIT_MAX	1000000u

static const struct cli_option options[] = {
	{ 'f', "rules", "FILE", "the rules (" BSMTRACE_CONF ")" },
	{ OPT_SUBJECT, "subject", "USER",
	    "look at this user only; of rules about groups, this group" },
	{ OPT_ALL, "all", NULL, "leave out no key and nothing of them" },
	{ 'j', "json", NULL, "JSON lines, one for each step" },
	{ OPT_STATE, "state", "DIR",
	    "tell what waits now in a run that has its state there" },
	{ OPT_LIMIT, "limit", "N",
	    "of these show so many of the rule (20)" },
	{ 0 }
};

static const char *const examples[] = {
	"bsmtrace explain login.guessed /var/audit/current",
	"bsmtrace explain --state /var/db/bsmtrace exec.from.tmp",
	NULL
};

static const struct cli_usage usage = {
	"explain", "RULE TRAIL... | --state DIR [RULE]", "Tell how far each "
	"key of a rule came in finished trails, and what kept it\nfrom the "
	"next state. Or tell what waits now.", options, examples,
	 CLI_NAMES | CLI_DAMAGE
};

struct explaining {
	struct cli_shared	 shared;
	const char		*rules, *subject, *label, *state;
	unsigned		 limit;		/* 0: not given */
	struct explain_options	 o;
	struct names		*names;
	struct diags		*diags;
	struct program		*program;
	struct tree		*tree;
	struct explain		*x;
	bool			 damaged, failed, bsd;
};

static bool
load(struct explaining *e)
{
	struct rules_env	 env;
	struct buf		 text = { 0 };

	if ((e->names = cli_names(&e->shared)) == NULL)
		return false;
	env = loader_env(e->names, cli_accounts());
	e->diags = diags_new();
	e->program = rules_load_tree(&env, e->rules, e->diags, &e->tree);
	if (e->program == NULL) {
		diags_print(e->diags, &text);
		(void)fputs(buf_cstr(&text), stderr);
	}
	buf_fini(&text);
	return e->program != NULL;
}

static void
say_unknown(const struct explaining *e)
{
	struct nearest	 near;
	struct buf	 text = { 0 };

	nearest_init(&near, slice_str(e->label));
	for (size_t i = 0; i < e->program->nrules; i++)
		nearest_try(&near, slice_str(e->program->rules[i].label));
	buf_str(&text, "no sequence is called '");
	buf_escape(&text, slice_str(e->label));
	buf_char(&text, '\'');
	if (near.best.n > 0) {
		buf_str(&text, "; did you mean '");
		buf_escape(&text, near.best);
		buf_str(&text, "'?");
	}
	log_warn("%s", buf_cstr(&text));
	buf_fini(&text);
}

/* Of several with that label, which all run, the last. */
static bool
find_rule(struct explaining *e)
{
	const struct program	*p = e->program;
	struct buf		 text = { 0 };
	size_t			 n = 0;

	for (size_t i = 0; i < p->nrules; i++)
		if (slice_is(slice_str(p->rules[i].label), e->label)) {
			e->o.rule = (uint32_t)i;
			n++;
		}
	if (n == 0)
		say_unknown(e);
	if (n > 1) {
		buf_escape(&text, slice_str(p->rules[e->o.rule].file));
		log_warn("%zu rules have this name; this is the one of %s:%u",
		    n, buf_cstr(&text), p->rules[e->o.rule].line);
	}
	buf_fini(&text);
	return n > 0;
}

/* A number and nothing else, that fits an id. */
static bool
parse_id(const char *word, uint32_t *id)
{
	uint64_t	 v = 0;
	const char	*c = word;

	for (; *c >= '0' && *c <= '9' && v <= UINT32_MAX; c++)
		v = v * 10 + (uint64_t)(*c - '0');
	*id = (uint32_t)v;
	return c != word && *c == '\0' && v <= UINT32_MAX;
}

/* Whom --subject names, as the rule means it. */
static bool
find_subject(struct explaining *e)
{
	const struct accounts	*a = cli_accounts();
	const enum subject	 s = e->program->rules[e->o.rule].subject;
	const bool		 group = s == SUBJECT_EGID ||
	    s == SUBJECT_RGID;
	struct buf		 text = { 0 };

	if (e->subject == NULL)
		return true;
	e->o.has_subject = true;
	if (parse_id(e->subject, &e->o.subject) || (group ?
	    a->gid_of(a->arg, e->subject, &e->o.subject) :
	    a->uid_of(a->arg, e->subject, &e->o.subject)))
		return true;
	buf_escape(&text, slice_str(e->subject));
	log_warn("no %s is called '%s'", group ? "group" : "user",
	    buf_cstr(&text));
	buf_fini(&text);
	return false;
}

/* Trails. */

static void
take(struct explaining *e, uint32_t source, const struct trailset_record *t,
    struct damage *d)
{
	struct record	 r;
	int		 status = 0;

	if (t->frame.kind == FRAME_RECORD &&
	    t->frame.quality == FRAME_RECOVERED)
		damage_recovered(d, &t->frame);
	if (t->frame.kind == FRAME_RECORD)
		status = record_head(&r, &t->frame);
	if (t->frame.kind == FRAME_GAP || status != 0) {
		e->damaged = true;
		(void)damage_gap(d, &t->frame, status != 0 ?
		    bsm_strstatus(status) : frame_strreason(t->frame.reason));
	} else if (t->frame.kind == FRAME_RECORD) {
		e->bsd |= r.version < 2 || r.version > 4;
		explain_feed(e->x, source, t->trail->name, &r);
	}
}

/* The trails of a host, as one source. */
static void
read_host(struct explaining *e, struct trailset *set)
{
	const uint32_t		 source = explain_source(e->x,
	    trailset_trail(set, 0)->host);
	const size_t		 n = trailset_count(set);
	struct damage		*damage = xcalloc(n, sizeof(*damage));
	struct trailset_record	 t;

	for (size_t i = 0; i < n; i++)
		damage[i].trail = trailset_trail(set, i)->path;
	while (trailset_next(set, &t) == 1)
		take(e, source, &t, &damage[t.number]);
	for (size_t i = 0; i < n; i++)
		damage_end(&damage[i]);
	free(damage);
	e->failed |= trailset_failed(set);
}

static void
read_operand(struct explaining *e, const char *operand)
{
	const struct trailset_options	 o = { .order = TRAILSET_MERGED,
	    .from = INT64_MIN, .until = INT64_MAX };
	struct trailset			*set = trailset_new(&o), *one;

	e->failed |= !trailset_add(set, operand);
	while ((one = trailset_take_host(set)) != NULL) {
		read_host(e, one);
		trailset_free(one);
	}
	trailset_free(set);
}

/* Whether it got there is looked at in the end. */
static void
put_line(void *arg, struct slice line)
{
	(void)arg;
	(void)fwrite(line.p, 1, line.n, stdout);
}

static void
write_out(struct explaining *e, const struct buf *out)
{
	if (out->n > 0)
		put_line(NULL, buf_bytes(out));
	if (fflush(stdout) != 0 || ferror(stdout)) {
		log_warn_errno("standard output");
		e->failed = true;
	}
}

static void
tell(struct explaining *e)
{
	struct buf	 out = { 0 };

	explain_tell(e->x, &out);
	write_out(e, &out);
	buf_fini(&out);
}

static void
unload(struct explaining *e)
{
	program_free(e->program);
	tree_free(e->tree);
	diags_free(e->diags);
	names_free(e->names);
}

static int
explain(struct explaining *e, char **trails)
{
	int	 status = EXIT_FAILED;

	if (load(e) && find_rule(e) && find_subject(e)) {
		e->o.program = e->program;
		e->o.item = explain_item(e->tree, e->o.rule);
		e->o.names = e->names;
		e->o.accounts = cli_accounts();
		e->x = explain_new(&e->o);
		for (; *trails != NULL; trails++)
			read_operand(e, *trails);
		if (e->bsd)
			cli_say_bsd(&e->shared);
		tell(e);
		if (!e->failed && !(e->shared.strict && e->damaged))
			status = EXIT_DONE;
	}
	explain_free(e->x);
	unload(e);
	return status;
}

/* What lives now. */

static bool
tell_standing(struct explaining *e)
{
	const struct standing_options	 o = { .dir = e->state,
	    .program = e->program, .tree = e->tree, .names = e->names,
	    .accounts = cli_accounts(), .json = e->o.line != NULL,
	    .rule = e->label == NULL ? PROGRAM_NONE : e->o.rule,
	    .limit = e->o.all ? SIZE_MAX : e->limit > 0 ? e->limit :
	    STANDING_LIMIT };
	struct buf			 out = { 0 };
	const bool			 good = standing_tell(&o, &out);

	if (good)
		write_out(e, &out);
	buf_fini(&out);
	return good && !e->failed;
}

static int
explain_state(struct explaining *e)
{
	const bool	 good = load(e) && (e->label == NULL || find_rule(e)) &&
	    tell_standing(e);

	unload(e);
	return good ? EXIT_DONE : EXIT_FAILED;
}

/* Each of the two ways has operands and options of its own. */
static const char *
wrong_usage(const struct explaining *e, int operands)
{
	if (e->state != NULL)
		return operands > 1 ? "with --state no trail is read" :
		    e->subject != NULL ? "--subject needs trails: what is "
		    "remembered of keys are hashes" : NULL;
	return e->limit > 0 ? "--limit needs --state" :
	    operands == 0 ? "no rule is named" :
	    operands == 1 ? "no trail is named" : NULL;
}

static int
cmd_explain(int argc, char **argv)
{
	struct explaining	 e = { .rules = BSMTRACE_CONF };
	const char		*wrong;
	int			 c;

	while ((c = cli_getopt(&usage, &e.shared, argc, argv)) > 0)
		switch (c) {
		case 'f':
			e.rules = optarg;
			break;
		case OPT_SUBJECT:
			e.subject = optarg;
			break;
		case OPT_ALL:
			e.o.all = true;
			break;
		case 'j':
			e.o.line = put_line;
			break;
		case OPT_STATE:
			e.state = optarg;
			break;
		case OPT_LIMIT:
			if (!cli_number(&usage, c, LIMIT_MAX, &e.limit))
				return EXIT_USAGE;
			break;
		default:
			return EXIT_USAGE;
		}
	if (c == 0)
		return EXIT_DONE;
	if ((wrong = wrong_usage(&e, argc - optind)) != NULL)
		return cli_usage_error(&usage, "%s", wrong);
	e.label = argv[optind];
	return e.state != NULL ? explain_state(&e) :
	    explain(&e, argv + optind + 1);
}

const struct command	command_explain = {
	"explain", cmd_explain, &usage, "tell why a rule did or did not fire"
};
