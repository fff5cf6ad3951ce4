/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * junit.c - results of tests as JUnit XML, which build servers read.
 *
 * The counts of a suite stand before its cases, so these are collected first.
 * Nobody has a standard; this is what Jenkins, GitLab and GitHub take.
 */
#include "run/junit.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/markup.h"
#include "base/mem.h"

struct counts {
	uint64_t	 tests, failures, errors;
	int64_t		 micros;
};

struct junit {
	struct counts	 all, suite;
	struct buf	 suites;	/* those that are complete */
	struct buf	 name;		/* of the suite, for an attribute */
	struct buf	 cases;
	bool		 open;
};

struct junit *
junit_new(void)
{
	return xcalloc(1, sizeof(struct junit));
}

/* Lines, each of them untrusted. */
static void
put_lines(struct buf *out, struct slice s)
{
	while (s.n > 0) {
		const uint8_t	*end = memchr(s.p, '\n', s.n);
		const size_t	 n = end == NULL ? s.n : (size_t)(end - s.p);

		markup_escape(out, (struct slice){ s.p, n });
		buf_char(out, '\n');
		s.p += n + (end != NULL);
		s.n -= n + (end != NULL);
	}
}

static void
put_seconds(struct buf *out, int64_t micros)
{
	micros = micros < 0 ? 0 : micros;
	buf_printf(out, " time=\"%" PRId64 ".%06" PRId64 "\"",
	    micros / 1000000, micros % 1000000);
}

static void
put_counts(struct buf *out, const struct counts *c)
{
	buf_printf(out, " tests=\"%" PRIu64 "\" failures=\"%" PRIu64
	    "\" errors=\"%" PRIu64 "\"", c->tests, c->failures, c->errors);
	put_seconds(out, c->micros);
}

static void
close_suite(struct junit *j)
{
	if (!j->open)
		return;
	buf_str(&j->suites, "  <testsuite name=\"");
	buf_slice(&j->suites, buf_bytes(&j->name));
	buf_char(&j->suites, '"');
	put_counts(&j->suites, &j->suite);
	buf_str(&j->suites, ">\n");
	buf_slice(&j->suites, buf_bytes(&j->cases));
	buf_str(&j->suites, "  </testsuite>\n");
	j->all.tests += j->suite.tests;
	j->all.failures += j->suite.failures;
	j->all.errors += j->suite.errors;
	j->all.micros += j->suite.micros;
	j->suite = (struct counts){ 0 };
	buf_clear(&j->cases);
	buf_clear(&j->name);
	j->open = false;
}

void
junit_suite(struct junit *j, const char *file)
{
	close_suite(j);
	markup_escape(&j->name, slice_str(file));
	j->open = true;
}

static void
begin_case(struct junit *j, struct slice name)
{
	buf_str(&j->cases, "    <testcase classname=\"");
	buf_slice(&j->cases, buf_bytes(&j->name));
	buf_str(&j->cases, "\" name=\"");
	markup_escape(&j->cases, name);
	buf_char(&j->cases, '"');
	j->suite.tests++;
}

/* The first line is the message, all of them the text. */
static void
put_why(struct junit *j, const char *element, struct slice why)
{
	const uint8_t	*end = why.n == 0 ? NULL : memchr(why.p, '\n', why.n);
	struct slice	 first = { why.p, end == NULL ? why.n :
	    (size_t)(end - why.p) };

	while (first.n > 0 && *first.p == ' ') {
		first.p++;
		first.n--;
	}
	buf_printf(&j->cases, "      <%s message=\"", element);
	markup_escape(&j->cases, first);
	buf_str(&j->cases, "\">");
	put_lines(&j->cases, why);
	buf_printf(&j->cases, "</%s>\n    </testcase>\n", element);
}

void
junit_case(struct junit *j, const struct junit_case *c)
{
	begin_case(j, c->name);
	buf_str(&j->cases, " file=\"");
	markup_escape(&j->cases, slice_str(c->file));
	buf_printf(&j->cases, "\" line=\"%" PRIu32 "\"", c->line);
	put_seconds(&j->cases, c->micros);
	j->suite.micros += c->micros;
	j->suite.failures += c->failed;
	if (!c->failed) {
		buf_str(&j->cases, "/>\n");
		return;
	}
	buf_str(&j->cases, ">\n");
	put_why(j, "failure", c->why.n > 0 ? c->why :
	    slice_str("a line of the test could not be understood"));
}

void
junit_broken(struct junit *j, struct slice why)
{
	begin_case(j, slice_str("the file"));
	buf_str(&j->cases, ">\n");
	j->suite.errors++;
	put_why(j, "error", why);
}

void
junit_end(struct junit *j, struct buf *out)
{
	close_suite(j);
	buf_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<testsuites name=\"bsmtrace test\"");
	put_counts(out, &j->all);
	buf_str(out, ">\n");
	buf_slice(out, buf_bytes(&j->suites));
	buf_str(out, "</testsuites>\n");
	buf_fini(&j->suites);
	buf_fini(&j->name);
	buf_fini(&j->cases);
	free(j);
}
