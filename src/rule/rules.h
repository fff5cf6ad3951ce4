/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules.h - the folder's face: rule files in, a program or diagnostics out.
 */
#ifndef RULE_RULES_H
#define RULE_RULES_H

#include <stdbool.h>

#include "base/buf.h"
#include "bsm/names.h"
#include "rule/diag.h"
#include "rule/program.h"

#define RULES_NO_FILE	(-1)	/* no errno is this */

/* What the front end needs from outside; it opens nothing itself. */
struct rules_env {
	const struct names	*names;
	const struct accounts	*accounts;
	/*
	 * Append the contents of a file. PATH is what the -f argument or an
	 * include names, already joined to the directory of the main file.
	 * Returns 0, or an errno.
	 */
	int	(*load)(void *arg, const char *path, struct buf *out);
	/*
	 * The same, of a file that an include names; RULES_NO_FILE if it is a
	 * pipe or a device, which may never end. NULL: as all others.
	 */
	int	(*include)(void *arg, const char *path, struct buf *out);
	/* Is it a directory? For channels. 0, or an errno. NULL: no check */
	int	(*check_dir)(void *arg, const char *path);
	/* Could this program be run? 0, or an errno. NULL: no check. */
	int	(*check_program)(void *arg, const char *path);
	/*
	 * Append the compiled file of a time zone, as Europe/Berlin. Returns 0,
	 * or an errno; it must refuse names that leave its directory. NULL:
	 * there are none.
	 */
	int	(*zone)(void *arg, const char *name, struct buf *out);
	void	*arg;
};

/*
 * Read, check and compile a rule file and what it includes. All errors and
 * warnings go to DIAGS. Returns the program, to be freed with program_free(),
 * or NULL when there was an error. Tests are read and checked, not run.
 */
struct program	*rules_load(const struct rules_env *, const char *path,
		    struct diags *);

/*
 * The predicates of one state as a program with one sequence that has one
 * state. NAME stands for the file in diagnostics.
 */
struct program	*rules_load_where(const struct rules_env *, const char *name,
		    struct slice text, struct diags *);

/*
 * A whole file, with the tests that stand in it, in its order; tree.h says
 * what they are. To be freed with tests_free(), before DIAGS, which has the
 * text that their words point into. *TESTS is NULL when NULL is returned. A
 * test runs its own rule alone: give the engine a copy of the program with
 * `rules` at rules[test.rule] and `nrules` 1; the copy is not freed, the
 * program is.
 */
struct tests;
struct program	*rules_load_tests(const struct rules_env *, const char *path,
		    struct diags *, struct tests **);
void		 tests_free(struct tests *);	/* NULL is allowed */

/*
 * A whole file with its tree, for whoever tells people about its rules in their
 * own words: free it with tree_free(), before DIAGS, from which it borrows.
 * *TREE is NULL when NULL is returned. Sets in it are known by name only.
 */
struct tree;
struct program	*rules_load_tree(const struct rules_env *, const char *path,
		    struct diags *, struct tree **);
void		 tree_free(struct tree *);		/* NULL is allowed */

/*
 * Check a rule file and append its canonical text: its own statements, with
 * includes as they are. Parsing that text gives the same rules. False when
 * there was an error.
 */
bool		 rules_print(const struct rules_env *, const char *path,
		    struct diags *, struct buf *out);

/*
 * Check a rule file and append pictures of its sequences: text for Graphviz, or
 * with SVG a file of that kind. LABEL picks one sequence; NULL: all of the file
 * and what it includes. Returns how many, 0 when none has the label; or -1 when
 * there was an error.
 */
int		 rules_graph(const struct rules_env *, const char *path,
		    const char *label, bool svg, struct diags *,
		    struct buf *out);

#endif
