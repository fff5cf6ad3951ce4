/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_rules.c - the rule files of tests/rules, and the face of the folder.
 *
 * good/NAME.conf is accepted and prints as NAME.out, which prints as itself.
 * bad/ID.conf or bad/ID.more.conf says exactly what the .err beside it says, the
 * message ID of the catalogue among it; the records of its tests are made, too.
 * With RULES_UPDATE set the expected files are written instead of compared.
 */
#include <dirent.h>
#include <stdio.h>

#include "rule_case.h"

#include "rule/tree.h"
#include "run/ruletest.h"

static char	folder[1024];		/* where case files are read from */

static int
load_file(void *arg, const char *path, struct buf *out)
{
	char	 name[2048];
	FILE	*f;
	size_t	 n;

	(void)arg;
	(void)snprintf(name, sizeof(name), "%s/%s", folder, path);
	if ((f = fopen(name, "rb")) == NULL)
		return errno;
	do {
		uint8_t	*p = buf_room(out, 4096);

		assert_non_null(p);
		n = fread(p, 1, 4096, f);
		out->n += n;
	} while (n > 0);
	(void)fclose(f);
	return 0;
}

static void
enter(const char *name)
{
	const char	*top = getenv("TOP");

	(void)snprintf(folder, sizeof(folder), "%s/tests/rules/%s",
	    top == NULL ? "." : top, name);
}

static struct rule_case *
on_disk(void)
{
	struct rule_case	*c = case_new("");

	c->env.load = load_file;
	return c;
}

/* NAME.conf with another ending, as a string for the caller to free. */
static char *
with_ending(const char *name, const char *ending)
{
	const size_t	 n = strlen(name) - strlen(".conf") + strlen(ending);
	char		*s = xmalloc(n + 1);

	(void)snprintf(s, n + 1, "%.*s%s", (int)(strlen(name) - 5), name,
	    ending);
	return s;
}

static void
compare(const char *name, const struct buf *got)
{
	struct buf	 expected = { 0 };
	char		 path[2048];
	FILE		*f;

	if (getenv("RULES_UPDATE") != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
		assert_non_null(f = fopen(path, "wb"));
		assert_int_equal(fwrite(got->p, 1, got->n, f), got->n);
		assert_int_equal(fclose(f), 0);
		return;
	}
	if (load_file(NULL, name, &expected) != 0)
		fail_msg("no %s", name);
	if (!slice_eq(buf_bytes(&expected), buf_bytes(got)))
		fail_msg("%s:\n%.*s\nexpected:\n%.*s", name, (int)got->n,
		    got->n == 0 ? "" : (const char *)got->p, (int)expected.n,
		    expected.n == 0 ? "" : (const char *)expected.p);
	buf_fini(&expected);
}

/* Call DO_FILE with each .conf file of the folder; returns how many. */
static size_t
each(const char *name, void (*do_file)(const char *))
{
	struct dirent	*d;
	DIR		*dir;
	size_t		 n = 0;

	enter(name);
	assert_non_null(dir = opendir(folder));
	while ((d = readdir(dir)) != NULL) {
		const char	*dot = strrchr(d->d_name, '.');

		if (dot == NULL || strcmp(dot, ".conf") != 0)
			continue;
		do_file(d->d_name);
		n++;
	}
	(void)closedir(dir);
	return n;
}

static void
good_file(const char *name)
{
	struct rule_case	*c = on_disk();
	struct buf		 out = { 0 };
	struct buf		 again = { 0 };
	char			*expected = with_ending(name, ".out");

	if (!rules_print(&c->env, name, c->diags, &out))
		fail_msg("%s", case_said(c));
	compare(expected, &out);
	assert_true(rules_print(&c->env, expected, c->diags, &again));
	assert_true(slice_eq(buf_bytes(&out), buf_bytes(&again)));
	buf_fini(&out);
	buf_fini(&again);
	free(expected);
	case_free(c);
}

static void
good_files_print_as_canonical_text(void **state)
{
	(void)state;
	assert_true(each("good", good_file) >= 9);
}

/* Canonical text makes the same rules, so that their ids are the same. */
static void
same_rules(const char *name)
{
	struct rule_case	*c = on_disk();
	char			*canonical = with_ending(name, ".out");
	struct program		*p = rules_load(&c->env, name, c->diags);
	struct program		*q = rules_load(&c->env, canonical, c->diags);

	assert_non_null(p);
	assert_non_null(q);
	assert_int_equal(p->nrules, q->nrules);
	for (size_t i = 0; i < p->nrules; i++)
		assert_true(p->rules[i].id == q->rules[i].id);
	program_free(p);
	program_free(q);
	free(canonical);
	case_free(c);
}

static void
canonical_text_means_the_same(void **state)
{
	(void)state;
	(void)each("good", same_rules);
}

static void
bad_file(const char *name)
{
	struct rule_case	*c = on_disk();
	char			*id = with_ending(name, "");
	char			*expected = with_ending(name, ".err");
	const struct words_env	 words = { c->names, &c->accounts, c->diags };
	struct tests		*tests;
	struct program		*p = rules_load_tests(&c->env, name, c->diags,
	    &tests);
	struct buf		 trail = { 0 };
	enum diag		 d = 0;

	assert_int_equal(p == NULL, diags_errors(c->diags) > 0);
	for (size_t i = 0; tests != NULL && i < tests->n; i++)
		(void)ruletest_trail(&words, &tests->tests[i], &trail);
	buf_fini(&trail);
	id[strcspn(id, ".")] = '\0';	/* ID.more.conf is about ID, too */
	while (d < DIAGS && strcmp(diag_id(d), id) != 0)
		d++;
	if (d == DIAGS || diags_count(c->diags, d) == 0)
		fail_msg("%s: not said: %s", name, case_said(c));
	(void)case_said(c);
	compare(expected, &c->said);
	tests_free(tests);
	program_free(p);
	free(id);
	free(expected);
	case_free(c);
}

static void
bad_files_say_exactly_what_is_wrong(void **state)
{
	(void)state;
	assert_true(each("bad", bad_file) > 50);
}

static void
every_message_has_a_file(void **state)
{
	/* Needing megabytes, or nobody's file: other tests have them. */
	static const enum diag	elsewhere[] = {
		DIAG_FILE_UNREADABLE, DIAG_FILE_LARGE, DIAG_INCLUDE_DEEP,
		DIAG_INCLUDE_MANY, DIAG_INCLUDE_AGAIN, DIAG_SET_LARGE,
		DIAG_STATES_MANY, DIAG_ALERT_MANY, DIAG_WHERE_FIELD
	};

	(void)state;
	enter("bad");
	for (enum diag d = 0; d < DIAGS; d++) {
		struct buf	text = { 0 };
		char		name[64];
		size_t		i = 0;

		while (i < sizeof(elsewhere) / sizeof(elsewhere[0]) &&
		    elsewhere[i] != d)
			i++;
		if (i < sizeof(elsewhere) / sizeof(elsewhere[0]) ||
		    diag_severity(d) == DIAG_IS_NOTE)
			continue;
		(void)snprintf(name, sizeof(name), "%s.conf", diag_id(d));
		if (load_file(NULL, name, &text) != 0)
			fail_msg("no %s", name);
		buf_fini(&text);
	}
}

static void
tests_come_with_the_rules_they_are_for(void **state)
{
	struct rule_case	*c = case_new(
	    "test b { expect 0; };\n"
	    "sequence a { subject any; state { event any; status any; }; };\n"
	    "test a { record AUE_EXIT success; expect 1; };\n"
	    "sequence b { subject any; state { event any; status any; }; };\n"
	    "sequence a { subject any; state { event any; status any; }; };\n"
	    "test a { };\n");
	struct tests		*tests;
	const struct test_line	*l;

	(void)state;
	c->program = rules_load_tests(&c->env, "main.conf", c->diags, &tests);
	assert_non_null(c->program);
	assert_int_equal(tests->n, 3);
	assert_int_equal(tests->tests[0].rule, 1);
	assert_int_equal(tests->tests[1].rule, 0);
	assert_int_equal(tests->tests[2].rule, 2);
	assert_int_equal(tests->tests[1].item->at.line, 3);
	l = tests->tests[1].item->lines;
	assert_int_equal(l->kind, LINE_RECORD);
	assert_int_equal(l->nwords, 2);
	assert_true(slice_is(l->words[0].text, "AUE_EXIT"));
	assert_int_equal(l->next->number, 1);
	assert_null(tests->tests[2].item->lines);
	tests_free(tests);
	case_free(c);
}

static void
refused_files_have_no_tests(void **state)
{
	struct rule_case	*c = case_new("test a { };");
	struct tests		*tests = NULL;

	(void)state;
	assert_null(rules_load_tests(&c->env, "main.conf", c->diags, &tests));
	assert_null(tests);
	case_free(c);
}

static void
callbacks_may_be_missing(void **state)
{
	struct rule_case	*c = case_new("log-channel c <bsm> { directory "
	    "/gone; };" STATE("event any; trigger /gone;"));

	(void)state;
	c->env.check_dir = NULL;
	c->env.check_program = NULL;
	assert_non_null(case_run(c));
	assert_string_equal(case_said(c), "");
	case_free(c);
}

static void
diagnostics_of_several_loads_add_up(void **state)
{
	struct rule_case	*c = case_new("logfile a/b;");

	(void)state;
	case_file(c, "other.conf", RULE(""));
	assert_null(case_run(c));
	c->program = rules_load(&c->env, "other.conf", c->diags);
	assert_non_null(c->program);
	assert_int_equal(diags_errors(c->diags), 1);
	case_free(c);
}

/* Statements are taken a few at a time, but nobody can tell. */
static void
mistakes_come_in_order_wherever_they_stand(void **state)
{
	enum { N = 20 };		/* statements, one on each line */

	(void)state;
	for (unsigned read = 1; read <= N; read++)
		for (unsigned check = 1; check <= N; check++) {
			struct buf		 text = { 0 };
			const bool		 first = read < check;
			struct rule_case	*c;
			char			 want[128];

			if (read == check)
				continue;
			for (unsigned i = 1; i <= N; i++)
				buf_printf(&text, "sequence s%u { subject any;"
				    " state { event %s; status any; }; }%s\n",
				    i, i == check ? "$gone" : "any",
				    i == read ? "" : ";");
			c = case_new(buf_cstr(&text));
			assert_null(case_run(c));
			assert_int_equal(diags_errors(c->diags), 2);
			(void)snprintf(want, sizeof(want), "main.conf:%u:",
			    first ? read + 1 : check);
			assert_memory_equal(case_said(c), want, strlen(want));
			(void)snprintf(want, sizeof(want), "\nmain.conf:%u:",
			    first ? check : read + 1);
			assert_non_null(strstr(case_said(c), want));
			case_free(c);
			buf_fini(&text);
		}
}

/* What a rule is does not depend on those that are taken with it. */
static void
a_rule_is_the_same_in_any_place(void **state)
{
	static const char	 rule[] = "sequence r { subject any; state {"
				    " event <auditevent> { AUE_EXIT; };"
				    " status any; object <path> { /a, /b; };"
				    " }; };\n";
	struct rule_case	*alone = case_new(rule);
	const uint64_t		 id = case_run(alone)->rules[0].id;

	(void)state;
	for (unsigned before = 0; before < 20; before++) {
		struct buf		 text = { 0 };
		struct rule_case	*c;
		struct program		*p;

		for (unsigned i = 0; i < before; i++)
			buf_printf(&text, "sequence s%u { subject any; state {"
			    " event any; status any; }; };\n", i);
		buf_str(&text, rule);
		c = case_new(buf_cstr(&text));
		assert_non_null(p = case_run(c));
		assert_int_equal(p->nrules, before + 1);
		assert_true(p->rules[before].id == id);
		assert_string_equal(p->rules[before].label, "r");
		assert_int_equal(p->rules[before].line, before + 1);
		case_free(c);
		buf_fini(&text);
	}
	case_free(alone);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(good_files_print_as_canonical_text),
		cmocka_unit_test(canonical_text_means_the_same),
		cmocka_unit_test(bad_files_say_exactly_what_is_wrong),
		cmocka_unit_test(every_message_has_a_file),
		cmocka_unit_test(tests_come_with_the_rules_they_are_for),
		cmocka_unit_test(refused_files_have_no_tests),
		cmocka_unit_test(callbacks_may_be_missing),
		cmocka_unit_test(diagnostics_of_several_loads_add_up),
		cmocka_unit_test(mistakes_come_in_order_wherever_they_stand),
		cmocka_unit_test(a_rule_is_the_same_in_any_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
