/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_rules.c - any bytes as a rule file.
 *
 * The text can include itself under its own name and a rest of itself, from the
 * first 0x01 byte on, under any other; so statements that cross files and loops
 * are within reach. What is accepted must print, and the texts of its rules must
 * be accepted and mean the same.
 */
#include <errno.h>
#include <stdlib.h>

#include "rule/rules.h"
#include "rule/tree.h"
#include "rule/unparse.h"

#define MAIN "main.conf"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct input {
	struct slice	text;
	struct slice	rest;
};

static int
load(void *arg, const char *path, struct buf *out)
{
	const struct input	*in = arg;
	const bool		 whole = strcmp(path, MAIN) == 0;

	if (strcmp(path, "none") == 0)
		return ENOENT;
	buf_slice(out, whole ? in->text : in->rest);
	return 0;
}

static bool
id_of(void *arg, const char *name, uint32_t *id)
{
	(void)arg;
	*id = 0;
	return strcmp(name, "root") == 0;
}

static int
check_path(void *arg, const char *path)
{
	(void)arg;
	return path[0] == '/' ? 0 : ENOENT;
}

/* Does the text of a rule need no sets, channels or other rules? */
static bool
stands_alone(const char *text)
{
	return strstr(text, "\tlog ") == NULL &&
	    strstr(text, "<alert>") == NULL && strstr(text, " # ") == NULL;
}

/* The text of each rule by itself, one behind the other. */
static void
put_rules(const struct tree *tree, struct buf *out)
{
	struct buf	one = { 0 };

	for (const struct item *i = tree->items; i != NULL; i = i->next) {
		if (i->kind != ITEM_SEQUENCE)
			continue;
		buf_clear(&one);
		unparse_sequence(&one, i);
		if (stands_alone(buf_cstr(&one)))
			buf_slice(out, buf_bytes(&one));
	}
	buf_fini(&one);
}

/* The texts of single rules are good rule files, and print as themselves. */
static void
load_again(struct rules_env *env, struct diags *diags)
{
	struct buf	 text = { 0 }, again = { 0 };
	struct input	 printed = { 0 };
	struct tree	*tree;
	struct program	*program;

	if ((program = rules_load_tree(env, MAIN, diags, &tree)) == NULL)
		abort();
	put_rules(tree, &text);
	program_free(program);
	tree_free(tree);
	printed.text = buf_bytes(&text);
	env->arg = &printed;
	if ((program = rules_load_tree(env, MAIN, diags, &tree)) == NULL)
		abort();
	put_rules(tree, &again);
	if (!slice_eq(buf_bytes(&text), buf_bytes(&again)))
		abort();
	program_free(program);
	tree_free(tree);
	buf_fini(&text);
	buf_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const uint8_t	*mark = n == 0 ? NULL : memchr(p, 1, n);
	struct input	 in = { .text = { p, n } };
	struct accounts	 accounts = { .uid_of = id_of, .gid_of = id_of };
	struct rules_env env = {
		.accounts = &accounts, .load = load, .check_dir = check_path,
		.check_program = check_path, .arg = &in,
	};
	struct names	*names = names_new();
	struct diags	*diags = diags_new();
	struct tests	*tests;
	struct program	*program;
	struct buf	 out = { 0 };

	env.names = names;
	if (mark != NULL) {
		in.text.n = (size_t)(mark - p);
		in.rest = (struct slice){ mark + 1, n - in.text.n - 1 };
	}
	program = rules_load_tests(&env, MAIN, diags, &tests);
	if ((program == NULL) != (diags_errors(diags) > 0))
		abort();
	diags_print(diags, &out);
	if (program != NULL) {
		program_list(program, &out);
		if (!rules_print(&env, MAIN, diags, &out))
			abort();
		load_again(&env, diags);
	}
	tests_free(tests);
	program_free(program);
	diags_free(diags);
	names_free(names);
	buf_fini(&out);
	return 0;
}
