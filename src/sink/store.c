/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store.c - alerts in a database, to be looked for later.
 *
 * One row for each alert, with what people look for in columns, and the alert
 * as it was told: as a line and as JSON. Alerts are gathered in a table of this
 * connection alone, which is in memory, and moved from there in one go. When
 * the database is locked or the disk full they stay, and the next commit tries
 * again: nobody waits, and nothing is lost while there is room.
 *
 * A commit does not wait for the disk (synchronous = NORMAL): when a machine
 * loses its power, the alerts of the last moments may be missing here, while
 * the database stays whole. In a run that is kept they come again, since each
 * checkpoint waits for the disk (sinks_sync()).
 */
#include "sink/store.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "sink/facts.h"

/* The file says whose it is: "BSMT". See pragma application_id of SQLite. */
#define APPLICATION_ID	"1112755540"

static const char	schema[] =
	"CREATE TABLE alerts ("
	" number INTEGER PRIMARY KEY,"
	" uid TEXT NOT NULL UNIQUE,"
	" time_ms INTEGER NOT NULL,"
	" first_ms INTEGER NOT NULL,"
	" rule TEXT NOT NULL,"
	" serial INTEGER NOT NULL,"
	" priority INTEGER NOT NULL,"
	" description TEXT,"
	" subject_type TEXT,"
	" subject_id INTEGER,"
	" subject_name TEXT,"
	" host TEXT,"
	" source TEXT,"
	" duration_s INTEGER NOT NULL,"
	" records INTEGER NOT NULL,"
	" tags TEXT,"			/* between blanks, and around */
	" line TEXT NOT NULL,"
	" json TEXT NOT NULL);"
	"CREATE INDEX alerts_by_time ON alerts (time_ms, number);"
	"CREATE INDEX alerts_by_rule ON alerts (rule, time_ms);"
	"CREATE INDEX alerts_by_subject ON alerts (subject_id, time_ms);"
	"PRAGMA application_id = " APPLICATION_ID ";"
	"PRAGMA user_version = 1;";

#define COLUMNS \
	"uid, time_ms, first_ms, rule, serial, priority, description," \
	" subject_type, subject_id, subject_name, host, source, duration_s," \
	" records, tags, line, json"

static const char	waiting[] =
	"PRAGMA temp_store = MEMORY;"
	"CREATE TEMP TABLE waiting (" COLUMNS ")";

static const char	insert[] =
	"INSERT INTO temp.waiting (" COLUMNS ") VALUES"
	" (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char	move[] =
	"INSERT INTO main.alerts (" COLUMNS ") SELECT " COLUMNS
	" FROM temp.waiting WHERE true ORDER BY rowid"
	" ON CONFLICT (uid) DO NOTHING;"
	"DELETE FROM temp.waiting";

struct store {
	sqlite3		*db;
	sqlite3_stmt	*insert;
	uint64_t	 waiting;	/* alerts, and their bytes */
	size_t		 waiting_bytes;
	int64_t		 locked_since;	/* by our clock, ms; or 0 */
	int		 code;		/* of what went wrong last */
	struct buf	 why;
	struct buf	 line, json, tags;
	char		*path;
};

/* What went wrong last, in the library's words. */
static bool
failed(struct store *s)
{
	s->code = sqlite3_errcode(s->db);
	buf_clear(&s->why);
	buf_str(&s->why, sqlite3_errmsg(s->db));
	return false;
}

const char *
store_why(const struct store *s)
{
	return s->why.n == 0 ? "" : buf_cstr((struct buf *)(uintptr_t)&s->why);
}

int
store_errno(const struct store *s)
{
	switch (s->code) {
	case SQLITE_FULL:
		return ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return EBUSY;
	case SQLITE_READONLY:
		return EROFS;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return EACCES;
	default:
		return EIO;
	}
}

static bool
run(struct store *s, const char *sql)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
	    failed(s);
}

/* Opening. */

/* The one number that the statement yields; false when it fails. */
static bool
ask_number(struct store *s, const char *sql, int64_t *number)
{
	sqlite3_stmt	*st = NULL;
	bool		 good = sqlite3_prepare_v2(s->db, sql, -1, &st,
	    NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW;

	if (good)
		*number = sqlite3_column_int64(st, 0);
	else
		(void)failed(s);
	(void)sqlite3_finalize(st);
	return good;
}

static bool
refuse(struct store *s, const char *why)
{
	buf_clear(&s->why);
	buf_str(&s->why, why);
	return false;
}

/* An empty file becomes a store; any other has to be one. */
static bool
look_at(struct store *s, bool create)
{
	int64_t	 id, version, tables;

	if (!ask_number(s, "PRAGMA application_id", &id) ||
	    !ask_number(s, "PRAGMA user_version", &version) ||
	    !ask_number(s, "SELECT count(*) FROM sqlite_master", &tables))
		return false;
	if (tables == 0 && create)
		return run(s, "BEGIN IMMEDIATE") && run(s, schema) &&
		    run(s, "COMMIT");
	if (id != strtoll(APPLICATION_ID, NULL, 10))
		return refuse(s, "is not a store of alerts");
	if (version > STORE_VERSION)
		return refuse(s, "was written by a later version of this "
		    "program");
	return true;
}

struct store *
store_open(const char *path, bool create, struct buf *why)
{
	struct store	*s = xcalloc(1, sizeof(*s));
	const int	 flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
	    (create ? SQLITE_OPEN_CREATE : 0);
	bool		 good;

	s->path = xstrdup(path);
	good = sqlite3_open_v2(path, &s->db, flags, NULL) == SQLITE_OK ||
	    failed(s);
	if (good)
		(void)sqlite3_busy_timeout(s->db, STORE_BUSY_MS);
	good = good && run(s, "PRAGMA trusted_schema = OFF") &&
	    look_at(s, create) &&
	    run(s, "PRAGMA journal_mode = WAL") &&
	    run(s, "PRAGMA synchronous = NORMAL") && run(s, waiting) &&
	    (sqlite3_prepare_v2(s->db, insert, -1, &s->insert, NULL) ==
	    SQLITE_OK || failed(s));
	if (good)
		return s;
	buf_str(why, store_why(s));
	store_close(s);
	return NULL;
}

const char *
store_path(const struct store *s)
{
	return s->path;
}

/* Adding. */

static void
bind_text(sqlite3_stmt *st, int at, const char *text)
{
	if (text == NULL)
		(void)sqlite3_bind_null(st, at);
	else
		(void)sqlite3_bind_text(st, at, text, -1, SQLITE_TRANSIENT);
}

/* A line without its end. */
static void
bind_line(sqlite3_stmt *st, int at, const struct buf *b)
{
	const size_t	 n = b->n > 0 && b->p[b->n - 1] == '\n' ? b->n - 1 :
	    b->n;

	(void)sqlite3_bind_text64(st, at, (const char *)b->p, n, SQLITE_STATIC,
	    SQLITE_UTF8);
}

static void
put_tags(struct buf *b, const char *const *tags)
{
	buf_clear(b);
	for (size_t i = 0; tags != NULL && tags[i] != NULL; i++) {
		if (i == 0)
			buf_char(b, ' ');
		buf_str(b, tags[i]);
		buf_char(b, ' ');
	}
}

static void
bind_subject(sqlite3_stmt *st, const struct alert *a,
    const struct sink_world *world)
{
	char	 name[64];

	if (!a->has_subject)
		return;
	bind_text(st, 8, a->rule.subject_type);
	(void)sqlite3_bind_int64(st, 9, a->subject);
	if (facts_subject(world->accounts, a->rule.subject_type, a->subject,
	    name, sizeof(name)))
		bind_text(st, 10, name);
}

static void
bind_alert(struct store *s, const struct sink_view *v,
    const struct sink_world *world)
{
	const struct alert	*a = v->alert;
	sqlite3_stmt		*st = s->insert;
	char			 uid[33];

	(void)snprintf(uid, sizeof(uid), "%016" PRIx64 "%016" PRIx64,
	    a->uid[0], a->uid[1]);
	bind_text(st, 1, uid);
	(void)sqlite3_bind_int64(st, 2, a->millis);
	(void)sqlite3_bind_int64(st, 3, a->first_millis);
	bind_text(st, 4, a->rule.label);
	(void)sqlite3_bind_int64(st, 5, a->rule.serial);
	(void)sqlite3_bind_int64(st, 6, a->rule.priority);
	bind_text(st, 7, a->rule.description);
	bind_subject(st, a, world);
	bind_text(st, 11, v->host);
	bind_text(st, 12, v->source);
	(void)sqlite3_bind_int64(st, 13, a->duration_s);
	(void)sqlite3_bind_int64(st, 14, (int64_t)a->records);
	put_tags(&s->tags, a->rule.tags);
	if (s->tags.n > 0)
		bind_line(st, 15, &s->tags);
	buf_clear(&s->line);
	lines_put(&s->line, v, world);
	bind_line(st, 16, &s->line);
	buf_clear(&s->json);
	jsonl_put(&s->json, v, world);
	bind_line(st, 17, &s->json);
}

/* All that waits to where it belongs, or nothing. */
static bool
move_waiting(struct store *s, int patience_ms)
{
	bool	 good;

	(void)sqlite3_busy_timeout(s->db, patience_ms);
	good = run(s, "BEGIN IMMEDIATE");
	(void)sqlite3_busy_timeout(s->db, STORE_BUSY_MS);
	good = good && run(s, move) && run(s, "COMMIT");
	if (good)
		s->waiting = s->waiting_bytes = 0;
	else if (sqlite3_get_autocommit(s->db) == 0)
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return good;
}

static int64_t
our_clock_ms(void)
{
	struct timespec	 now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);	/* all have it */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Somebody else who writes is soon done: that is no reason to complain. */
static bool
is_worth_a_word(struct store *s)
{
	if (store_errno(s) != EBUSY)
		return true;
	if (s->locked_since == 0)
		s->locked_since = our_clock_ms();
	return our_clock_ms() - s->locked_since >= STORE_BUSY_MS;
}

bool
store_commit(struct store *s)
{
	if (s->waiting == 0 || move_waiting(s, 0)) {
		s->locked_since = 0;
		return true;
	}
	return !is_worth_a_word(s);
}

bool
store_add(struct store *s, const struct sink_view *v,
    const struct sink_world *world)
{
	bool	 good;

	if (s->waiting_bytes > STORE_WAITING_MAX && !move_waiting(s, 0))
		return false;
	bind_alert(s, v, world);
	good = sqlite3_step(s->insert) == SQLITE_DONE || failed(s);
	(void)sqlite3_reset(s->insert);
	(void)sqlite3_clear_bindings(s->insert);
	if (!good)
		return false;
	s->waiting++;
	s->waiting_bytes += s->line.n + s->json.n;
	if (s->waiting % STORE_BATCH == 0)
		(void)store_commit(s);		/* else it waits */
	return true;
}

bool
store_settle(struct store *s, uint64_t *lost)
{
	if (s->waiting == 0 || move_waiting(s, STORE_END_MS))
		return true;
	*lost = s->waiting;
	(void)sqlite3_exec(s->db, "DELETE FROM temp.waiting", NULL, NULL,
	    NULL);				/* it goes with us anyway */
	s->waiting = s->waiting_bytes = 0;
	return false;
}

uint64_t
store_waiting(const struct store *s)
{
	return s->waiting;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->waiting > 0)
		(void)move_waiting(s, 0);	/* or it is dropped */
	(void)sqlite3_finalize(s->insert);
	(void)sqlite3_close(s->db);
	buf_fini(&s->why);
	buf_fini(&s->line);
	buf_fini(&s->json);
	buf_fini(&s->tags);
	free(s->path);
	free(s);
}

/* Looking. */

/* A name with * and ? as a pattern of GLOB, where [ would mean more. */
static void
bind_glob(sqlite3_stmt *st, int at, const char *name, const char *around)
{
	struct buf	 b = { 0 };

	buf_str(&b, around);
	for (; *name != '\0'; name++)
		if (*name == '[')
			buf_str(&b, "[[]");
		else
			buf_char(&b, *name);
	buf_str(&b, around[0] == '\0' ? "" : " *");
	bind_text(st, at, buf_cstr(&b));
	buf_fini(&b);
}

/* What is not asked for holds of every row. */
static const char	find[] =
	"SELECT * FROM (SELECT number, time_ms, uid, rule, subject_type,"
	" subject_name, host, source, tags, description, priority, duration_s,"
	" records, subject_id, line, json FROM alerts WHERE time_ms >= ?1"
	" AND time_ms <= ?2 AND (?3 IS NULL OR rule GLOB ?3)"
	" AND (?4 IS NULL OR subject_name = ?4 OR subject_id = ?5)"
	" AND (?6 IS NULL OR host GLOB ?6) AND (?7 IS NULL OR tags GLOB ?7)"
	" AND priority >= ?8 AND (?10 IS NULL OR uid GLOB ?10)"
	" ORDER BY time_ms DESC, number DESC LIMIT ?9)"
	" ORDER BY time_ms, number";

static void
bind_query(sqlite3_stmt *st, const struct store_query *q)
{
	char		*end;
	long long	 id;

	(void)sqlite3_bind_int64(st, 1, q->since_ms);
	(void)sqlite3_bind_int64(st, 2, q->until_ms == STORE_ANY ? INT64_MAX :
	    q->until_ms);
	if (q->rule != NULL)
		bind_glob(st, 3, q->rule, "");
	if (q->subject != NULL) {
		bind_text(st, 4, q->subject);
		id = strtoll(q->subject, &end, 10);
		if (*end == '\0' && end != q->subject)	/* -1 is an id, too */
			(void)sqlite3_bind_int64(st, 5, id == -1 ?
			    (int64_t)UINT32_MAX : id);
	}
	if (q->host != NULL)
		bind_glob(st, 6, q->host, "");
	if (q->tag != NULL)
		bind_glob(st, 7, q->tag, "* ");
	(void)sqlite3_bind_int64(st, 8, q->priority);
	(void)sqlite3_bind_int64(st, 9, q->limit == 0 ||
	    q->limit > INT64_MAX ? -1 : (int64_t)q->limit);
	if (q->uid != NULL) {
		struct buf	 b = { 0 };

		buf_str(&b, q->uid);
		buf_char(&b, '*');
		bind_glob(st, 10, buf_cstr(&b), "");
		buf_fini(&b);
	}
}

static const char *
text_at(sqlite3_stmt *st, int at)
{
	return (const char *)sqlite3_column_text(st, at);
}

/* What is always there, unless somebody else made the tables. */
static const char *
sure_text_at(sqlite3_stmt *st, int at)
{
	const char	*text = text_at(st, at);

	return text == NULL ? "" : text;
}

static void
read_row(sqlite3_stmt *st, struct store_row *r)
{
	*r = (struct store_row){
		.millis = sqlite3_column_int64(st, 1),
		.uid = sure_text_at(st, 2), .rule = sure_text_at(st, 3),
		.subject_type = text_at(st, 4), .subject_name = text_at(st, 5),
		.host = text_at(st, 6), .source = text_at(st, 7),
		.tags = text_at(st, 8), .description = text_at(st, 9),
		.priority = sqlite3_column_int64(st, 10),
		.duration_s = sqlite3_column_int64(st, 11),
		.records = sqlite3_column_int64(st, 12),
		.has_subject = sqlite3_column_type(st, 13) != SQLITE_NULL,
		.subject = sqlite3_column_int64(st, 13),
		.line = sure_text_at(st, 14), .json = sure_text_at(st, 15)
	};
}

bool
store_find(struct store *s, const struct store_query *q,
    bool (*found)(void *arg, const struct store_row *), void *arg)
{
	sqlite3_stmt		*st = NULL;
	struct store_row	 r;
	int			 status;

	(void)store_commit(s);		/* what waits still is not found */
	if (sqlite3_prepare_v2(s->db, find, -1, &st, NULL) != SQLITE_OK)
		return failed(s);
	bind_query(st, q);
	while ((status = sqlite3_step(st)) == SQLITE_ROW) {
		read_row(st, &r);
		if (!found(arg, &r)) {
			status = SQLITE_DONE;
			break;
		}
	}
	if (status != SQLITE_DONE)
		(void)failed(s);
	(void)sqlite3_finalize(st);
	return status == SQLITE_DONE;
}

/* Forgetting. */

/* Bytes of what is in use; what was freed is used again first. */
static bool
size_of(struct store *s, uint64_t *bytes)
{
	int64_t	 pages, unused, page;

	if (!ask_number(s, "PRAGMA page_count", &pages) ||
	    !ask_number(s, "PRAGMA freelist_count", &unused) ||
	    !ask_number(s, "PRAGMA page_size", &page))
		return false;
	*bytes = (uint64_t)(pages - unused) * (uint64_t)page;
	return true;
}

#define EXPIRE_MANY	1000u		/* alerts, when nobody waits */

/*
 * The oldest, if they are from before that: N of them. Who removes a few at a
 * time does not wait until somebody else has written.
 */
static bool
remove_some(struct store *s, int64_t before_ms, unsigned n, uint64_t *removed)
{
	sqlite3_stmt	*st = NULL;
	bool		 good;

	(void)sqlite3_busy_timeout(s->db, n > STORE_STEP ? STORE_BUSY_MS : 0);
	good = sqlite3_prepare_v2(s->db,
	    "DELETE FROM alerts WHERE number IN (SELECT number FROM alerts"
	    " WHERE time_ms < ? ORDER BY time_ms, number LIMIT ?)", -1, &st,
	    NULL) == SQLITE_OK &&
	    sqlite3_bind_int64(st, 1, before_ms) == SQLITE_OK &&
	    sqlite3_bind_int64(st, 2, n) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_DONE;

	if (good)
		*removed = (uint64_t)sqlite3_changes(s->db);
	else
		(void)failed(s);
	(void)sqlite3_finalize(st);
	(void)sqlite3_busy_timeout(s->db, STORE_BUSY_MS);
	return good;
}

static bool
remove_step(struct store *s, int64_t before_ms, uint64_t max, unsigned n,
    uint64_t *removed)
{
	uint64_t	 bytes;

	*removed = 0;
	if (!store_commit(s))
		return false;
	if (before_ms != STORE_ANY) {
		if (!remove_some(s, before_ms, n, removed))
			return false;
		if (*removed > 0)
			return true;
	}
	return max == 0 || (size_of(s, &bytes) &&
	    (bytes <= max || remove_some(s, INT64_MAX, n, removed)));
}

bool
store_expire_some(struct store *s, int64_t before_ms, uint64_t max,
    uint64_t *removed)
{
	return remove_step(s, before_ms, max, STORE_STEP, removed) ||
	    !is_worth_a_word(s);
}

bool
store_expire(struct store *s, int64_t before_ms, uint64_t max,
    uint64_t *removed)
{
	uint64_t	 some;

	*removed = 0;
	do {
		if (!remove_step(s, before_ms, max, EXPIRE_MANY, &some))
			return false;
		*removed += some;
	} while (some > 0);
	return true;
}
