/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rule_case.h - rule files in memory, for the tests of src/rule.
 *
 * A case has small tables of events and classes, three users, two groups, and
 * the files that it is given. Each file is handed over in a block of its exact
 * length.
 */
#ifndef TESTS_RULE_CASE_H
#define TESTS_RULE_CASE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rule/diag.h"
#include "rule/rules.h"
#include "rule/tree.h"
#include "rule/unparse.h"

struct case_file {
	const char	*path;
	const char	*text;
	size_t		 n;		/* 0: up to the NUL */
};

#define CASE_FILES 8

/* A good sequence but for what is put into it. */
#define RULE(options) \
	"sequence s { subject any; " options \
	" state { event any; status any; }; };\n"
#define STATE(words) \
	"sequence s { subject any; state { status any; " words " }; };\n"

struct rule_case {
	struct case_file	 files[CASE_FILES];
	struct names		*names;
	struct accounts		 accounts;
	struct rules_env	 env;
	struct diags		*diags;
	struct program		*program;
	struct buf		 said;		/* what case_said() made */
	struct buf		 rule;		/* and case_rule() */
};

static const char case_classes[] =
    "0x00000000:no:invalid class\n"
    "0x00000001:fr:file read\n"
    "0x00000002:fw:file write\n"
    "0x00000080:pc:process\n"
    "0x00001000:lo:login_logout\n"
    "0x40000000:ex:exec\n"
    "0xffffffff:all:all flags set\n";
static const char case_events[] =
    "0:AUE_NULL:indir system call:no\n"
    "1:AUE_EXIT:exit(2):pc\n"
    "6:AUE_UNLINK:unlink(2):fw\n"
    "23:AUE_EXECVE:execve(2):pc,ex\n"
    "72:AUE_OPEN_R:open(2) - read:fr\n"
    "76:AUE_OPEN_W:open(2) - write:fw\n"
    "6152:AUE_login:login - local:lo\n";
/* Solaris has names and numbers of its own. */
static const char case_solaris[] =
    "0:AUE_NULL:indir system call:no\n"
    "1:AUE_EXIT:exit(2):pc\n"
    "6:AUE_UNLINK:unlink(2):fw\n"
    "23:AUE_EXECVE:execve(2):pc,ex\n"
    "72:AUE_OPEN_R:open(2) - read:fr\n"
    "300:AUE_PFEXEC:execve(2) with pfexec:ex\n"
    "6153:AUE_login:login - local:lo\n";

static inline bool
case_user(void *arg, const char *name, uint32_t *id)
{
	static const struct {
		const char	*name;
		uint32_t	 id;
	} users[] = { { "root", 0 }, { "bind", 53 }, { "12", 1012 } };

	(void)arg;
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		if (strcmp(name, users[i].name) == 0) {
			*id = users[i].id;
			return true;
		}
	return false;
}

static inline bool
case_group(void *arg, const char *name, uint32_t *id)
{
	(void)arg;
	*id = strcmp(name, "wheel") == 0 ? 0 : 20;
	return strcmp(name, "wheel") == 0 || strcmp(name, "staff") == 0;
}

static inline int
case_load(void *arg, const char *path, struct buf *out)
{
	const struct case_file	*f = arg;

	for (size_t i = 0; i < CASE_FILES && f[i].path != NULL; i++) {
		const size_t	n = f[i].n != 0 ? f[i].n : strlen(f[i].text);

		if (strcmp(path, f[i].path) != 0)
			continue;
		buf_fini(out);
		out->p = xmalloc(n == 0 ? 1 : n);
		memcpy(out->p, f[i].text, n);
		out->n = out->cap = n;
		return 0;
	}
	return ENOENT;
}

static inline int
case_path(void *arg, const char *path)
{
	(void)arg;
	return strncmp(path, "/gone", 5) == 0 ? ENOENT : 0;
}

static inline struct slice
case_slice(const char *s)
{
	return slice_str(s);
}

/* A case whose main file is main.conf; others can be put behind it. */
static inline struct rule_case *
case_new(const char *text)
{
	struct rule_case	*c = xcalloc(1, sizeof(*c));

	c->files[0] = (struct case_file){ .path = "main.conf", .text = text };
	c->names = names_new();
	for (enum dialect d = 0; d < DIALECTS; d++)
		(void)names_load(c->names, d, case_slice(case_classes),
		    case_slice(d == DIALECT_SOLARIS ? case_solaris :
		    case_events), NULL, NULL);
	c->accounts.uid_of = case_user;
	c->accounts.gid_of = case_group;
	c->env = (struct rules_env){
		.names = c->names, .accounts = &c->accounts,
		.load = case_load, .check_dir = case_path,
		.check_program = case_path, .arg = c->files,
	};
	c->diags = diags_new();
	return c;
}

static inline void
case_free(struct rule_case *c)
{
	program_free(c->program);
	names_free(c->names);
	diags_free(c->diags);
	buf_fini(&c->said);
	buf_fini(&c->rule);
	free(c);
}

/* Put a file beside main.conf. */
static inline void
case_file(struct rule_case *c, const char *path, const char *text)
{
	size_t	i = 0;

	while (c->files[i].path != NULL)
		i++;
	assert_true(i < CASE_FILES);
	c->files[i] = (struct case_file){ .path = path, .text = text };
}

static inline struct program *
case_run(struct rule_case *c)
{
	program_free(c->program);
	c->program = rules_load(&c->env, c->files[0].path, c->diags);
	return c->program;
}

/* All diagnostics as text. */
static inline const char *
case_said(struct rule_case *c)
{
	buf_clear(&c->said);
	diags_print(c->diags, &c->said);
	return buf_cstr(&c->said);
}

/* The text of its only rule by itself, of which the id is a hash. */
static inline const char *
case_rule(struct rule_case *c)
{
	struct diags		*diags = diags_new();
	struct tree		*tree;
	struct program		*program = rules_load_tree(&c->env,
	    c->files[0].path, diags, &tree);
	const struct item	*item;

	assert_non_null(program);
	item = tree->items;
	while (item->kind != ITEM_SEQUENCE)
		item = item->next;
	buf_clear(&c->rule);
	unparse_sequence(&c->rule, item);
	program_free(program);
	tree_free(tree);
	diags_free(diags);
	return buf_cstr(&c->rule);
}

/* A case that must be a good rule file. */
static inline struct rule_case *
case_good(const char *text)
{
	struct rule_case	*c = case_new(text);

	if (case_run(c) == NULL)
		fail_msg("refused: %s", case_said(c));
	return c;
}

/* A file of which one thing is said, and it is this; freed again. */
static inline void
case_says(const char *text, enum diag id)
{
	struct rule_case	*c = case_new(text);
	const bool		 good = case_run(c) != NULL;

	if (diags_count(c->diags, id) != 1)
		fail_msg("no '%s' in: %s", diag_id(id), case_said(c));
	assert_int_equal(good, diag_severity(id) != DIAG_IS_ERROR);
	if (!good)
		assert_int_equal(diags_errors(c->diags), 1);
	case_free(c);
}

/* A file of which nothing is said; freed again. */
static inline void
case_silent(const char *text)
{
	struct rule_case	*c = case_good(text);

	assert_string_equal(case_said(c), "");
	case_free(c);
}

#endif
