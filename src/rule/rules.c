/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules.c - the folder's face: rule files in, a program or diagnostics out.
 *
 * Two arenas: the tree's, which is gone afterwards unless there are tests, and
 * the program's, which is the program.
 */
#include "rule/check.h"
#include "rule/compile.h"
#include "rule/graph.h"
#include "rule/parse.h"
#include "rule/rules.h"
#include "rule/sets.h"
#include "rule/unparse.h"
#include "rule/wrap.h"

/* What every kind of load has. */
struct load {
	struct arena	*arena;		/* of the tree */
	struct tree	*tree;		/* NULL: the file cannot be read */
	struct program	*program;	/* NULL: there was an error */
};

/* Check and compile the tree; ERRORS is how many there were before it. */
static void
finish(const struct rules_env *env, size_t errors, struct diags *diags,
    struct load *l)
{
	struct arena		*keep = arena_new();
	struct sets		*sets = NULL;

	if (l->tree != NULL) {
		sets = sets_new(env->names, env->accounts, l->tree->file,
		    l->arena, diags);
		check_tree(env, l->tree, sets, keep, diags);
	}
	if (diags_errors(diags) == errors)
		l->program = compile_tree(l->tree, env->names, diags, keep);
	else
		arena_free(keep);
	sets_free(sets);
}

static void
load(const struct rules_env *env, const char *path, struct diags *diags,
    struct load *l)
{
	const size_t		 errors = diags_errors(diags);
	const struct parse_from	 from = { env->load, env->arg,
	    env->include };

	*l = (struct load){ .arena = arena_new() };
	l->tree = parse_file(&from, path, l->arena, diags);
	finish(env, errors, diags, l);
}

struct program *
rules_load(const struct rules_env *env, const char *path, struct diags *diags)
{
	struct load	l;

	load(env, path, diags, &l);
	arena_free(l.arena);
	return l.program;
}

struct program *
rules_load_where(const struct rules_env *env, const char *name,
    struct slice text, struct diags *diags)
{
	const size_t	 errors = diags_errors(diags);
	struct load	 l = { .arena = arena_new() };

	l.tree = parse_where(name, text, l.arena, diags);
	l.tree->where = true;
	finish(env, errors, diags, &l);
	arena_free(l.arena);
	return l.program;
}

static struct tests *
tests_take(struct load *l)
{
	struct tests	*t = arena_alloc(l->arena, sizeof(*t));
	struct test	*list;

	for (const struct item *i = l->tree->items; i != NULL; i = i->next)
		t->n += i->kind == ITEM_TEST;
	list = arena_array(l->arena, t->n, sizeof(list[0]));
	t->arena = l->arena;
	t->tests = list;
	for (const struct item *i = l->tree->items; i != NULL; i = i->next)
		if (i->kind == ITEM_TEST)
			*list++ = (struct test){ i, i->sequence->number };
	return t;
}

struct program *
rules_load_tests(const struct rules_env *env, const char *path,
    struct diags *diags, struct tests **tests)
{
	struct load	l;

	load(env, path, diags, &l);
	*tests = NULL;
	if (l.program != NULL)
		*tests = tests_take(&l);
	else
		arena_free(l.arena);
	return l.program;
}

void
tests_free(struct tests *t)
{
	if (t != NULL)
		arena_free(t->arena);	/* in which it is itself */
}

struct program *
rules_load_tree(const struct rules_env *env, const char *path,
    struct diags *diags, struct tree **tree)
{
	struct load	l;

	load(env, path, diags, &l);
	*tree = l.program == NULL ? NULL : l.tree;
	if (l.program == NULL)
		arena_free(l.arena);
	return l.program;
}

void
tree_free(struct tree *t)
{
	if (t != NULL)
		arena_free(t->arena);	/* in which it is itself */
}

bool
rules_print(const struct rules_env *env, const char *path,
    struct diags *diags, struct buf *out)
{
	struct load	l;
	struct buf	text = { 0 };
	bool		good;

	load(env, path, diags, &l);
	good = l.program != NULL;
	if (good) {
		unparse_file(&text, l.tree, l.tree->file);
		wrap_lines(out, buf_bytes(&text));
	}
	buf_fini(&text);
	program_free(l.program);
	arena_free(l.arena);
	return good;
}

int
rules_graph(const struct rules_env *env, const char *path, const char *label,
    bool svg, struct diags *diags, struct buf *out)
{
	struct load		  l;
	const struct item	**items;
	size_t			  n = 0;
	int			  made = -1;

	load(env, path, diags, &l);
	if (l.program != NULL) {
		items = arena_array(l.arena, l.program->nrules,
		    sizeof(items[0]));
		for (const struct item *i = l.tree->items; i != NULL;
		    i = i->next)
			if (i->kind == ITEM_SEQUENCE && (label == NULL ||
			    slice_is(i->name.text, label)))
				items[n++] = i;
		if (svg)
			graph_svg(out, items, n);
		else
			graph_dot_begin(out);
		for (size_t i = 0; !svg && i < n; i++)
			graph_dot(out, items[i]);
		if (!svg)
			graph_dot_end(out);
		made = (int)n;
	}
	program_free(l.program);
	arena_free(l.arena);
	return made;
}
