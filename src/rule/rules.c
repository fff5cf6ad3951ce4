/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules.c - the folder's face: rule files in, a program or diagnostics out.
 *
 * Statements are read, checked and compiled a few at a time: what there is to
 * say of them is the same as if it were one by one, but each part of the front
 * end stays in the processor's cache for all of them. So there are three
 * arenas: the tree's, which is gone afterwards unless there are tests; that of
 * what is in sequences, of which each few are forgotten before the next are
 * read, unless somebody wants to see the tree; and the program's, which is the
 * program.
 */
#include "rule/check.h"
#include "rule/compile.h"
#include "rule/graph.h"
#include "rule/parse.h"
#include "rule/rules.h"
#include "rule/sets.h"
#include "rule/unparse.h"
#include "rule/wrap.h"

#define FEW	8u		/* statements taken together */

/* What every kind of load has. */
struct load {
	struct arena	*arena;		/* of the tree */
	struct tree	*tree;		/* NULL: the file cannot be read */
	struct program	*program;	/* NULL: there was an error */
};

/* What is done to statements. */
struct work {
	struct diags	*diags;
	size_t		 errors;	/* that were there before */
	struct arena	*keep;		/* of the program */
	struct sets	*sets;
	struct checker	*checker;
	struct compiler	*compiler;
};

static void
begin(struct work *w, const struct rules_env *env, struct tree *tree)
{
	w->keep = arena_new();
	w->sets = sets_new(env->names, env->accounts, tree, w->diags);
	w->checker = check_new(env, tree, w->sets, w->keep, w->diags);
	w->compiler = compile_new(env->names, w->diags, w->keep);
}

/* From the first of them on to the newest. */
static void
take(struct work *w, struct item *first)
{
	diags_phase(w->diags, DIAGS_CHECKING);
	for (struct item *i = first; i != NULL; i = i->next)
		check_item(w->checker, i);
	for (const struct item *i = first; i != NULL &&
	    diags_errors(w->diags) == w->errors; i = i->next)
		compile_item(w->compiler, i);
	diags_phase(w->diags, DIAGS_READING);
}

/* NULL when there was an error. */
static struct program *
end(struct work *w, const struct tree *tree)
{
	struct program	*program = NULL;

	diags_phase(w->diags, DIAGS_CHECKING);
	check_end(w->checker);
	if (diags_errors(w->diags) == w->errors)
		program = compile_end(w->compiler, tree);
	else
		arena_free(w->keep);
	check_free(w->checker);
	compile_free(w->compiler);
	sets_free(w->sets);
	return program;
}

/* Forget what is in sequences, unless it will be looked at again. */
static void
forget(const struct work *w, struct arena *inner, struct item *first)
{
	if (inner == NULL || check_looks_back(w->checker))
		return;
	for (struct item *i = first; i != NULL; i = i->next)
		if (i->kind == ITEM_SEQUENCE)
			i->clauses = NULL;
	arena_reset(inner);
}

/* Read a few statements, and return the first; NULL: that was the last. */
static struct item *
read_few(struct parser *p)
{
	struct item	*first = parse_next(p), *item = first;

	for (unsigned n = 1; n < FEW && item != NULL; n++)
		item = parse_next(p);
	return first;
}

/* INNER: the arena of what is in sequences; NULL: it stays in the tree. */
static void
load_file(const struct rules_env *env, const char *path, struct arena *inner,
    struct diags *diags, struct load *l)
{
	const struct parse_from	 from = { env->load, env->arg,
	    env->include };
	struct work		 w = { .diags = diags,
	    .errors = diags_errors(diags) };
	struct parser		*p;
	struct item		*item;

	*l = (struct load){ .arena = arena_new() };
	diags_phase(diags, DIAGS_READING);
	p = parse_open(&from, path, l->arena, inner != NULL ? inner : l->arena,
	    diags);
	if (p == NULL)
		return;
	l->tree = parse_tree(p);
	begin(&w, env, l->tree);
	while ((item = read_few(p)) != NULL) {
		take(&w, item);
		forget(&w, inner, item);
	}
	l->program = end(&w, l->tree);
	parse_close(p);
}

/* A file whose tree is looked at afterwards, if only that of its tests. */
static void
load(const struct rules_env *env, const char *path, struct diags *diags,
    struct load *l)
{
	load_file(env, path, NULL, diags, l);
}

struct program *
rules_load(const struct rules_env *env, const char *path, struct diags *diags)
{
	struct arena	*inner = arena_new();
	struct load	 l;

	load_file(env, path, inner, diags, &l);
	arena_free(inner);
	arena_free(l.arena);
	return l.program;
}

struct program *
rules_load_where(const struct rules_env *env, const char *name,
    struct slice text, struct diags *diags)
{
	struct work	 w = { .diags = diags,
	    .errors = diags_errors(diags) };
	struct arena	*arena = arena_new();
	struct tree	*tree;
	struct program	*program;

	diags_phase(diags, DIAGS_READING);
	tree = parse_where(name, text, arena, diags);
	tree->where = true;
	begin(&w, env, tree);
	take(&w, tree->items);
	program = end(&w, tree);
	arena_free(arena);
	return program;
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
