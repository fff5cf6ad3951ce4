/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_alerts.c - `bsmtrace alerts`: look for what was raised.
 *
 * What `watch --store` keeps. Nothing in the database is trusted to be text:
 * it is escaped on its way to a terminal.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/csv.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "select/dates.h"
#include "sink/facts.h"
#include "sink/store.h"

enum { OPT_STORE = CLI_LONG, OPT_SUBJECT, OPT_TAG, OPT_PRIORITY, OPT_UID,
	OPT_FORMAT, OPT_COUNT, OPT_REMOVE };

static const struct cli_option options[] = {
	{ OPT_STORE, "store", "FILE", "the store (" BSMTRACE_STORE ")" },
	{ 'a', "after", "TIME", "alerts from this second on" },
	{ 'b', "before", "TIME", "alerts up to this second" },
	{ 'r', "rule", "NAME", "of this rule; * and ? stand for others" },
	{ OPT_SUBJECT, "subject", "USER",
	    "about this user, by name or number" },
	{ 'H', "host", "NAME", "from this host; * and ?" },
	{ OPT_TAG, "tag", "TAG", "of rules with this tag; * and ?" },
	{ OPT_PRIORITY, "priority", "N", "of at least this priority" },
	{ OPT_UID, "uid", "UID", "the alert whose uid begins so" },
	{ 'n', "limit", "N", "only the latest so many" },
	{ OPT_FORMAT, "format", "text|line|json|csv",
	    "what an alert looks like; line is the classic one" },
	{ OPT_COUNT, "count", NULL, "how many there are, of each rule" },
	{ OPT_REMOVE, "remove-older", "AGE",
	    "remove what is older, such as '90 days'" },
	{ 0 }
};

static const char *const examples[] = {
	"bsmtrace alerts --after yesterday --priority 5",
	"bsmtrace alerts --rule 'login.*' --subject alice --format json | jq .",
	NULL
};

static const struct cli_usage usage = {
	"alerts", "", "Look for alerts that `bsmtrace watch --store` kept.",
	options, examples, CLI_TIMES
};

/* How often a rule raised an alert. */
struct tally {
	char		*rule;
	uint64_t	 n;
	int64_t		 last_ms;
};

struct search {
	const char		*path, *after, *before, *older;
	struct store_query	 query;
	void			(*put)(struct buf *, const struct store_row *);
	bool			 count, head, failed;
	struct cli_shared	 shared;
	struct buf		 out;
	struct tally		*tallies;
	size_t			 ntallies, cap;
	uint64_t		 n;
};

/* What an alert looks like. */

static void
put_escaped(struct buf *b, const char *text)
{
	if (text != NULL)
		buf_escape(b, slice_str(text));
}

static void
put_subject(struct buf *b, const struct store_row *r)
{
	put_escaped(b, r->subject_type);
	buf_char(b, ' ');
	if (r->subject_name != NULL)
		put_escaped(b, r->subject_name);
	else
		buf_sdec(b, r->subject == (int64_t)UINT32_MAX ? -1 :
		    r->subject);
}

static void
put_text(struct buf *b, const struct store_row *r)
{
	facts_time(b, r->millis);
	buf_printf(b, "  %" PRId64 "  ", r->priority);
	put_escaped(b, r->rule);
	if (r->has_subject) {
		buf_str(b, "  ");
		put_subject(b, r);
	}
	if (r->host != NULL) {
		buf_str(b, "  on ");
		put_escaped(b, r->host);
	}
	if (r->description != NULL) {
		buf_str(b, "  ");
		put_escaped(b, r->description);
	}
	buf_char(b, '\n');
}

static void
put_line(struct buf *b, const struct store_row *r)
{
	put_escaped(b, r->line);
	buf_char(b, '\n');
}

/* It was JSON when it was stored; a line break in it would make it two. */
static void
put_json(struct buf *b, const struct store_row *r)
{
	for (const char *p = r->json; p != NULL && *p != '\0'; p++)
		buf_char(b, (unsigned char)*p < ' ' || *p == '\177' ? ' ' :
		    *p);
	buf_char(b, '\n');
}

#define CSV_HEAD	"time,uid,rule,priority,subject,subject_id," \
	"subject_name,host,source,duration_s,records,tags,description\n"

static void
put_cell(struct buf *b, const char *text)
{
	struct buf	 shown = { 0 };

	put_escaped(&shown, text);
	csv_cell(b, buf_bytes(&shown), true);
	buf_char(b, ',');
	buf_fini(&shown);
}

/* Without the blanks around them. */
static void
put_tags(struct buf *b, const char *tags)
{
	const size_t	 n = tags == NULL ? 0 : strlen(tags);
	struct buf	 bare = { 0 };

	if (n > 2)
		buf_put(&bare, tags + 1, n - 2);
	put_cell(b, n > 2 ? buf_cstr(&bare) : NULL);
	buf_fini(&bare);
}

static void
put_number(struct buf *b, int64_t number)
{
	buf_sdec(b, number);
	buf_char(b, ',');
}

static void
put_csv(struct buf *b, const struct store_row *r)
{
	facts_time(b, r->millis);
	buf_char(b, ',');
	put_cell(b, r->uid);
	put_cell(b, r->rule);
	put_number(b, r->priority);
	put_cell(b, r->subject_type);
	if (r->has_subject)
		put_number(b, r->subject);
	else
		buf_char(b, ',');
	put_cell(b, r->subject_name);
	put_cell(b, r->host);
	put_cell(b, r->source);
	put_number(b, r->duration_s);
	put_number(b, r->records);
	put_tags(b, r->tags);
	put_cell(b, r->description);
	b->p[b->n - 1] = '\n';		/* instead of the last comma */
}

static const struct {
	const char	*name;
	void		(*put)(struct buf *, const struct store_row *);
} formats[] = {
	{ "text", put_text }, { "line", put_line }, { "json", put_json },
	{ "csv", put_csv }, { NULL, NULL }
};

/* Options. */

static bool
set_format(struct search *s)
{
	for (size_t i = 0; formats[i].name != NULL; i++)
		if (strcmp(formats[i].name, optarg) == 0)
			s->put = formats[i].put;
	s->head = s->put == put_csv;
	return s->put != NULL;
}

static bool
set_number(int c, int64_t *number)
{
	unsigned	 n;

	if (!cli_number(&usage, c, INT32_MAX, &n))
		return false;
	*number = (int64_t)n;
	return true;
}

static bool
set_limit(struct search *s, int c)
{
	int64_t	 n;

	if (!set_number(c, &n))
		return false;
	s->query.limit = (uint64_t)n;
	return true;
}

static bool
take(struct search *s, int c)
{
	switch (c) {
	case 'a': s->after = optarg; return true;
	case 'b': s->before = optarg; return true;
	case 'r': s->query.rule = optarg; return true;
	case 'H': s->query.host = optarg; return true;
	case 'n': return set_limit(s, c);
	case OPT_STORE: s->path = optarg; return true;
	case OPT_SUBJECT: s->query.subject = optarg; return true;
	case OPT_TAG: s->query.tag = optarg; return true;
	case OPT_PRIORITY: return set_number(c, &s->query.priority);
	case OPT_UID: s->query.uid = optarg; return true;
	case OPT_FORMAT: return set_format(s);
	case OPT_COUNT: s->count = true; return true;
	case OPT_REMOVE: s->older = optarg; return true;
	default: return false;
	}
}

static bool
bad_time(const char *option, const char *text, struct buf *why)
{
	struct buf	 shown = { 0 };

	buf_escape(&shown, slice_str(text));
	(void)cli_usage_error(&usage, "--%s '%s': %s", option,
	    buf_cstr(&shown), buf_cstr(why));
	buf_fini(&shown);
	return false;
}

/* The times that were given, in milliseconds; a second is all of it. */
static bool
read_times(struct search *s, int64_t *older_ms)
{
	const struct dates	 now = { (int64_t)time(NULL), s->shared.utc };
	struct buf		 why = { 0 };
	int64_t			 t;
	bool			 good = true;

	if (s->after != NULL) {
		if ((good = dates_parse(&now, s->after, &t, &why)))
			s->query.since_ms = t * 1000;
		else
			(void)bad_time("after", s->after, &why);
	}
	if (good && s->before != NULL) {
		if ((good = dates_parse(&now, s->before, &t, &why)))
			s->query.until_ms = t * 1000 + 999;
		else
			(void)bad_time("before", s->before, &why);
	}
	if (good && s->older != NULL) {
		if ((good = dates_length(s->older, &t, &why)))
			*older_ms = (now.now - t) * 1000;
		else
			(void)bad_time("remove-older", s->older, &why);
	}
	buf_fini(&why);
	return good;
}

/* The search. */

static bool
write_out(struct search *s)
{
	if (fwrite(s->out.p, 1, s->out.n, stdout) != s->out.n) {
		log_warn_errno("standard output");
		s->failed = true;
	}
	buf_clear(&s->out);
	return !s->failed;
}

static void
count(struct search *s, const struct store_row *r)
{
	size_t	 i;

	for (i = 0; i < s->ntallies; i++)
		if (strcmp(s->tallies[i].rule, r->rule) == 0)
			break;
	if (i == s->ntallies) {
		s->tallies = mem_grow(s->tallies, &s->cap, i + 1,
		    sizeof(*s->tallies));
		s->tallies[s->ntallies++] = (struct tally){
			.rule = xstrdup(r->rule) };
	}
	s->tallies[i].n++;
	s->tallies[i].last_ms = r->millis;
}

static bool
on_found(void *arg, const struct store_row *r)
{
	struct search	*s = arg;

	s->n++;
	if (s->count) {
		count(s, r);
		return true;
	}
	s->put(&s->out, r);
	return s->out.n < BUFSIZ || write_out(s);
}

static int
most_first(const void *va, const void *vb)
{
	const struct tally	*a = va, *b = vb;

	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return strcmp(a->rule, b->rule);
}

static void
put_counts(struct search *s)
{
	if (s->ntallies > 1)
		qsort(s->tallies, s->ntallies, sizeof(*s->tallies),
		    most_first);
	for (size_t i = 0; i < s->ntallies; i++) {
		buf_printf(&s->out, "%8" PRIu64 "  last ", s->tallies[i].n);
		facts_time(&s->out, s->tallies[i].last_ms);
		buf_str(&s->out, "  ");
		put_escaped(&s->out, s->tallies[i].rule);
		buf_char(&s->out, '\n');
		free(s->tallies[i].rule);
	}
	free(s->tallies);
	buf_printf(&s->out, "%8" PRIu64 "  in all\n", s->n);
}

static int
search(struct search *s, struct store *store)
{
	if (s->head && !s->count)
		buf_str(&s->out, CSV_HEAD);
	if (!store_find(store, &s->query, on_found, s)) {
		log_warn("%s: %s", s->path, store_why(store));
		s->failed = true;
	}
	if (s->count)
		put_counts(s);
	if (!s->failed && write_out(s) && fflush(stdout) != 0) {
		log_warn_errno("standard output");
		s->failed = true;
	}
	return s->failed ? EXIT_FAILED : EXIT_DONE;
}

static int
remove_older(struct search *s, struct store *store, int64_t before_ms)
{
	uint64_t	 removed;

	if (!store_expire(store, before_ms, 0, &removed)) {
		log_warn("%s: %s", s->path, store_why(store));
		return EXIT_FAILED;
	}
	log_info("%s: %" PRIu64 " alert%s removed", s->path, removed,
	    removed == 1 ? "" : "s");
	return EXIT_DONE;
}

/* Does the search ask for less than all there is? */
static bool
is_narrowed(const struct search *s)
{
	const struct store_query	*q = &s->query;

	return s->after != NULL || s->before != NULL || q->rule != NULL ||
	    q->subject != NULL || q->host != NULL || q->tag != NULL ||
	    q->uid != NULL || q->priority != STORE_ANY || q->limit != 0;
}

static int
cmd_alerts(int argc, char **argv)
{
	struct search	 s = { .path = BSMTRACE_STORE, .put = put_text,
	    .query = { .since_ms = STORE_ANY, .until_ms = STORE_ANY,
		.priority = STORE_ANY } };
	struct buf	 why = { 0 };
	struct store	*store;
	int64_t		 older_ms = STORE_ANY;
	int		 c, status;

	while ((c = cli_getopt(&usage, &s.shared, argc, argv)) > 0)
		if (!take(&s, c))
			return EXIT_USAGE;
	if (c == 0)
		return EXIT_DONE;
	if (optind < argc)
		return cli_usage_error(&usage, "there is nothing to do with "
		    "'%s'; the store is named with --store", argv[optind]);
	if (s.older != NULL && is_narrowed(&s))
		return cli_usage_error(&usage, "--remove-older removes alerts "
		    "of all rules, users and hosts: give it alone");
	if (!read_times(&s, &older_ms))
		return EXIT_USAGE;
	if ((store = store_open(s.path, false, &why)) == NULL) {
		log_warn("%s: %s", s.path, buf_cstr(&why));
		buf_fini(&why);
		return EXIT_FAILED;
	}
	status = s.older != NULL ? remove_older(&s, store, older_ms) :
	    search(&s, store);
	store_close(store);
	buf_fini(&s.out);
	return status;
}

const struct command	command_alerts = {
	"alerts", cmd_alerts, &usage, "look for alerts that were raised"
};
