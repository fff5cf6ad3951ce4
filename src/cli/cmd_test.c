/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_test.c - `bsmtrace test`: run the tests that stand beside rules.
 *
 * A line for each test on standard output, what differed below it, and a
 * summary. With --trails the records of each test are written as a trail
 * instead, so that a rule can be tried, or a report shown, on real bytes.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "run/junit.h"
#include "run/loader.h"
#include "run/ruletest.h"

enum { OPT_TRAILS = CLI_LONG, OPT_JUNIT };

static const struct cli_option options[] = {
	{ OPT_TRAILS, "trails", "DIR",
	    "run nothing; write the records of each test as a trail here" },
	{ OPT_JUNIT, "junit", "FILE",
	    "write the results there as well, as JUnit XML" },
	{ 0 }
};

static const char *const examples[] = {
	"bsmtrace test /etc/bsmtrace.conf",
	"bsmtrace test --junit results.xml rules/",
	NULL
};

static const struct cli_usage usage = {
	"test", "FILE...", "Run the tests written beside rules; of a "
	"directory, those of its *.conf files.", options, examples, CLI_NAMES
};

struct tester {
	struct words_env	 words;
	struct rules_env	 rules;
	const char		*trails;	/* directory, or NULL */
	struct junit		*junit;		/* or NULL */
	unsigned		 passed, failed;
	bool			 broken;	/* a file could not be read */
};

static int64_t
now_us(void)
{
	struct timespec	 t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* What became of one test. */
struct outcome {
	struct buf	 differences;
	unsigned	 expects;
	const struct diags *diags;
};

static void
note(void *arg, const struct ruletest_result *r)
{
	struct outcome	*o = arg;

	o->expects++;
	if (r->expected != r->got)
		buf_printf(&o->differences,
		    "     %s:%" PRIu32 ": expected %" PRIu64
		    " alert%s, got %" PRIu64 "\n",
		    diags_name(o->diags, r->at.file), r->at.line, r->expected,
		    r->expected == 1 ? "" : "s", r->got);
}

/* Why the rule did or did not fire, each line further in. */
static void
explain_test(const struct tester *t, const struct program *p,
    const struct test *test, struct buf *to)
{
	struct buf	 text = { 0 };

	ruletest_explain(&t->words, p, test, &text);
	for (size_t i = 0; i < text.n; i++) {
		if ((i == 0 || text.p[i - 1] == '\n') && text.p[i] != '\n')
			buf_str(to, "       ");
		buf_u8(to, text.p[i]);
	}
	buf_fini(&text);
}

static void
run_test(struct tester *t, const struct program *p, const struct test *test)
{
	const int64_t	 before = now_us();
	struct outcome	 o = { .diags = t->words.diags };
	struct buf	 name = { 0 };
	bool		 ok = ruletest_run(&t->words, p, test, note, &o);

	buf_escape(&name, test->item->name.text);
	if (ok && o.differences.n > 0)
		explain_test(t, p, test, &o.differences);
	if (!ok)
		buf_str(&o.differences,
		    "     a line of it is not understood, see the errors\n");
	if (ok && o.expects == 0)
		buf_str(&o.differences,
		    "     nothing is expected here, so it cannot fail\n");
	ok = o.differences.n == 0;
	printf("%s %s (%s:%" PRIu32 ")\n", ok ? "ok  " : "FAIL",
	    buf_cstr(&name), diags_name(o.diags, test->item->at.file),
	    test->item->at.line);
	fputs(buf_cstr(&o.differences), stdout);
	*(ok ? &t->passed : &t->failed) += 1;
	if (t->junit != NULL)
		junit_case(t->junit, &(struct junit_case){
		    .name = test->item->name.text,
		    .file = diags_name(o.diags, test->item->at.file),
		    .line = test->item->at.line, .failed = !ok,
		    .why = buf_bytes(&o.differences),
		    .micros = now_us() - before });
	buf_fini(&name);
	buf_fini(&o.differences);
}

/* A label as part of a file name: nothing that leaves the directory. */
static void
put_name(struct buf *b, struct slice label)
{
	for (size_t i = 0; i < label.n; i++) {
		uint8_t	 c = label.p[i];
		bool	 plain = (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '_' || (c == '.' && i > 0);

		buf_char(b, plain ? (char)c : '_');
	}
}

/* DIR/LABEL.N.bsm, N counting the tests of one rule from 1. */
static void
write_trail(struct tester *t, const struct test *test, unsigned nth)
{
	struct buf	 path = { 0 }, trail = { 0 };
	size_t		 done = 0;
	int		 fd = -1;

	buf_printf(&path, "%s/", t->trails);
	put_name(&path, test->item->name.text);
	buf_printf(&path, ".%u.bsm", nth);
	if (!ruletest_trail(&t->words, test, &trail)) {
		t->failed++;
		goto out;
	}
	fd = open(buf_cstr(&path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0640);
	while (fd != -1 && done < trail.n) {
		ssize_t	 n = write(fd, trail.p + done, trail.n - done);

		if (n == -1 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	if (fd == -1 || done < trail.n) {
		log_warn_errno("%s", buf_cstr(&path));
		t->broken = true;
	} else {
		printf("%s\n", buf_cstr(&path));
		t->passed++;
	}
out:
	if (fd != -1)
		(void)close(fd);	/* a failed write was seen above */
	buf_fini(&path);
	buf_fini(&trail);
}

static void
each_test(struct tester *t, const struct program *p, const struct tests *all)
{
	for (size_t i = 0; i < all->n; i++) {
		unsigned	 nth = 1;

		if (t->trails == NULL) {
			run_test(t, p, &all->tests[i]);
			continue;
		}
		for (size_t j = 0; j < i; j++)
			nth += slice_eq(all->tests[j].item->name.text,
			    all->tests[i].item->name.text);
		write_trail(t, &all->tests[i], nth);
	}
}

static void
test_file(struct tester *t, const char *path)
{
	struct diags	*diags = diags_new();
	struct tests	*tests = NULL;
	struct buf	 text = { 0 };
	struct program	*p;

	t->words.diags = diags;
	if (t->junit != NULL)
		junit_suite(t->junit, path);
	p = rules_load_tests(&t->rules, path, diags, &tests);
	if (p == NULL)
		t->broken = true;
	else
		each_test(t, p, tests);
	fflush(stdout);
	if (diags_errors(diags) > 0) {
		diags_print(diags, &text);
		fputs(buf_cstr(&text), stderr);
	}
	if (p == NULL && t->junit != NULL)
		junit_broken(t->junit, buf_bytes(&text));
	buf_fini(&text);
	tests_free(tests);
	program_free(p);
	diags_free(diags);
}

static int
is_conf(const struct dirent *d)
{
	size_t	 n = strlen(d->d_name);

	return n > 5 && d->d_name[0] != '.' &&
	    strcmp(d->d_name + n - 5, ".conf") == 0;
}

static void
test_path(struct tester *t, const char *path)
{
	struct dirent	**names;
	struct stat	  st;
	int		  n;

	if (stat(path, &st) == -1 || !S_ISDIR(st.st_mode)) {
		test_file(t, path);
		return;
	}
	if ((n = scandir(path, &names, is_conf, alphasort)) == -1) {
		log_warn_errno("%s", path);
		if (t->junit != NULL) {
			junit_suite(t->junit, path);
			junit_broken(t->junit, slice_str("the directory "
			    "cannot be read"));
		}
		t->broken = true;
		return;
	}
	for (int i = 0; i < n; i++) {
		struct buf	 full = { 0 };

		buf_printf(&full, "%s%s%s", path,
		    path[strlen(path) - 1] == '/' ? "" : "/",
		    names[i]->d_name);
		test_file(t, buf_cstr(&full));
		buf_fini(&full);
		free(names[i]);
	}
	free(names);
}

/* Results go to the file, whatever they are. */
static void
write_junit(struct tester *t, const char *path)
{
	struct buf	 xml = { 0 };
	FILE		*f;
	bool		 good;

	junit_end(t->junit, &xml);
	f = fopen(path, "we");
	good = f != NULL && fwrite(xml.p, 1, xml.n, f) == xml.n;
	if (f != NULL && fclose(f) != 0)
		good = false;
	if (!good) {
		log_warn_errno("%s", path);
		t->broken = true;
	}
	buf_fini(&xml);
}

static int
cmd_test(int argc, char **argv)
{
	struct cli_shared	 shared = { 0 };
	struct tester		 t = { 0 };
	const char		*junit = NULL;
	struct names		*names;
	int			 c;

	while ((c = cli_getopt(&usage, &shared, argc, argv)) > 0) {
		if (c == '?')
			return EXIT_USAGE;
		*(c == OPT_JUNIT ? &junit : &t.trails) = optarg;
	}
	if (c == 0)
		return EXIT_DONE;
	if (optind == argc)
		return cli_usage_error(&usage, "no rule file is named");
	if (junit != NULL && t.trails != NULL)
		return cli_usage_error(&usage, "--trails runs nothing, so "
		    "there are no results for --junit");
	if ((names = cli_names(&shared)) == NULL)
		return EXIT_FAILED;
	t.words = (struct words_env){ .names = names,
	    .accounts = cli_accounts() };
	t.rules = loader_env(names, cli_accounts());
	if (junit != NULL)
		t.junit = junit_new();
	for (; optind < argc; optind++)
		test_path(&t, argv[optind]);
	if (junit != NULL)
		write_junit(&t, junit);
	if (t.trails == NULL)
		printf("%u passed, %u failed\n", t.passed, t.failed);
	names_free(names);
	return t.failed > 0 || t.broken ? EXIT_FAILED : EXIT_DONE;
}

const struct command	command_test = {
	"test", cmd_test, &usage, "run the tests written beside rules"
};
