/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * statedb.c - the database of a checkpoint: rows, kept in a directory.
 *
 * Fingerprints stand in a table of their own, so that whoever writes can know
 * all of them without reading what they are of. One is keyed by random numbers
 * of the database: nobody outside can make a row that passes for another.
 *
 * A checkpoint is one transaction, and the disk is waited for. A process that
 * is killed while it writes leaves a journal, and whoever opens the database
 * next finds the checkpoint before.
 *
 * Each run notes a number of its own when it takes the database. A copy of an
 * earlier run that still lives finds another number there, and writes nothing.
 */
#include "run/statedb.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "engine/state.h"
#include "run/statedir.h"

/* The file says whose it is: "BSMS". See pragma application_id of SQLite. */
#define APPLICATION_ID	1112755539
#define FORMAT		1		/* of the tables */
#define CACHE_KB	"8192"

static const char	schema[] =
	"CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE prints (number INTEGER PRIMARY KEY, a INTEGER NOT NULL,"
	" b INTEGER NOT NULL);"
	"CREATE TABLE rows (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
	"PRAGMA application_id = 1112755539;"
	"PRAGMA user_version = 1;";

static const char	no_checkpoint[] = "no checkpoint was written there";

struct print {
	uint64_t	 a, b;
};

/* A row that was there when a checkpoint began. */
struct known {
	int64_t		 number;	/* section and page */
	struct print	 print;
	bool		 told;		/* it still is */
};

enum statement { PUT_ROW, PUT_PRINT, DROP_ROW, DROP_PRINT, STATEMENTS };

static const char *const	statements[STATEMENTS] = {
	[PUT_ROW] = "REPLACE INTO rows VALUES (?, ?)",
	[PUT_PRINT] = "REPLACE INTO prints VALUES (?, ?, ?)",
	[DROP_ROW] = "DELETE FROM rows WHERE number = ?",
	[DROP_PRINT] = "DELETE FROM prints WHERE number = ?",
};

struct statedb {
	sqlite3			*db;
	struct statedb_about	 about;
	struct hash_key		 key;
	struct buf		 why;
	bool			 bad;		/* it is damaged */

	/* While a checkpoint is written. */
	bool			 failed;
	sqlite3_stmt		*st[STATEMENTS];
	struct known		*known;		/* by number */
	size_t			 nknown, cap;
	struct print		 sum;		/* of all that are told */
	struct statedb_written	 written;
};

/* What went wrong. */

static bool
refuse(struct statedb *s, const char *why)
{
	s->failed = true;
	if (s->why.n == 0)
		buf_str(&s->why, why);
	return false;
}

static bool
damaged(struct statedb *s, const char *why)
{
	s->bad = true;
	return refuse(s, why);
}

/* What the system said of the last write; 0: nothing. */
static int
system_error(struct statedb *s)
{
	sqlite3_file	*journal = NULL;
	int		 error = 0;

	(void)sqlite3_file_control(s->db, "main", SQLITE_FCNTL_LAST_ERRNO,
	    &error);
	if (error == 0 && sqlite3_file_control(s->db, "main",
	    SQLITE_FCNTL_JOURNAL_POINTER, &journal) == SQLITE_OK &&
	    journal != NULL && journal->pMethods != NULL)
		(void)journal->pMethods->xFileControl(journal,
		    SQLITE_FCNTL_LAST_ERRNO, &error);
	return error != 0 ? error : sqlite3_system_errno(s->db);
}

/* The library's words, and the system's if it has some. */
static bool
failed(struct statedb *s)
{
	const int	 code = sqlite3_errcode(s->db);

	/* SQLITE_ERROR: the tables are not those that we have made. */
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB ||
	    code == SQLITE_MISMATCH || code == SQLITE_ERROR)
		s->bad = true;
	if (s->why.n == 0 && code == SQLITE_FULL)
		buf_str(&s->why, strerror(ENOSPC));
	if (s->why.n == 0 && (code == SQLITE_BUSY || code == SQLITE_LOCKED))
		buf_str(&s->why, "another process has it open, and does not "
		    "let go");
	if (s->why.n == 0 &&
	    sqlite3_extended_errcode(s->db) == SQLITE_READONLY_ROLLBACK)
		buf_str(&s->why, "its process was killed while it wrote, and "
		    "the next one has to go on from it first");
	if (s->why.n == 0 && (code == SQLITE_IOERR || code == SQLITE_CANTOPEN)
	    && system_error(s) != 0)
		buf_str(&s->why, strerror(system_error(s)));
	return refuse(s, sqlite3_errmsg(s->db));
}

const char *
statedb_why(const struct statedb *s)
{
	return s->why.n == 0 ? "" : buf_cstr((struct buf *)(uintptr_t)&s->why);
}

bool
statedb_is_bad(const struct statedb *s)
{
	return s->bad;
}

static bool
run(struct statedb *s, const char *sql)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
	    failed(s);
}

static sqlite3_stmt *
prepare(struct statedb *s, const char *sql)
{
	sqlite3_stmt	*st = NULL;

	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		(void)failed(s);
	return st;
}

/* What it says of itself. */

static bool
put_number(struct statedb *s, const char *name, uint64_t value)
{
	sqlite3_stmt	*st = prepare(s, "REPLACE INTO meta VALUES (?, ?)");
	bool		 good = st != NULL &&
	    sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC) == SQLITE_OK &&
	    sqlite3_bind_int64(st, 2, (int64_t)value) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_DONE;

	if (!good && st != NULL)
		(void)failed(s);
	(void)sqlite3_finalize(st);
	return good;
}

static bool
put_program(struct statedb *s)
{
	return run(s, "REPLACE INTO meta VALUES ('program', '"
	    BSMTRACE_VERSION "')");
}

/* A number that has to be there. */
static bool
get_number(struct statedb *s, const char *name, uint64_t *value)
{
	sqlite3_stmt	*st = prepare(s, "SELECT value FROM meta WHERE "
	    "name = ? AND typeof(value) = 'integer'");
	int		 got = SQLITE_ERROR;

	if (st == NULL)
		return false;
	if (sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC) == SQLITE_OK)
		got = sqlite3_step(st);
	if (got == SQLITE_ROW)
		*value = (uint64_t)sqlite3_column_int64(st, 0);
	else if (got == SQLITE_DONE)
		(void)damaged(s, "it does not say what is in it");
	else
		(void)failed(s);
	(void)sqlite3_finalize(st);
	return got == SQLITE_ROW;
}

static bool
get_program(struct statedb *s)
{
	sqlite3_stmt	*st = prepare(s, "SELECT value FROM meta WHERE "
	    "name = 'program'");
	const char	*text;

	if (st == NULL)
		return false;
	if (sqlite3_step(st) == SQLITE_ROW &&
	    (text = (const char *)sqlite3_column_text(st, 0)) != NULL)
		(void)snprintf(s->about.program, sizeof(s->about.program),
		    "%s", text);
	(void)sqlite3_finalize(st);
	return true;			/* it is only shown */
}

static bool
get_about(struct statedb *s)
{
	uint64_t	 millis, version;

	if (!get_number(s, "state_version", &version) || !get_program(s))
		return false;
	if (version != STATE_VERSION) {
		buf_printf(&s->why, "it was written by version %s of this "
		    "program, whose state this one does not understand",
		    s->about.program);
		return damaged(s, "");
	}
	if (!get_number(s, "run", &s->about.run) ||
	    !get_number(s, "number", &s->about.number) ||
	    !get_number(s, "millis", &millis) ||
	    !get_number(s, "rows", &s->about.rows) ||
	    !get_number(s, "bytes", &s->about.bytes) ||
	    !get_number(s, "sum_a", &s->sum.a) ||
	    !get_number(s, "sum_b", &s->sum.b) ||
	    !get_number(s, "key0", &s->key.k0) ||
	    !get_number(s, "key1", &s->key.k1))
		return false;
	s->about.millis = (int64_t)millis;
	return true;
}

/* What it says of the rows, when a checkpoint has ended. */
static bool
put_about(struct statedb *s)
{
	return put_program(s) && put_number(s, "number", s->about.number) &&
	    put_number(s, "millis", (uint64_t)s->about.millis) &&
	    put_number(s, "rows", s->about.rows) &&
	    put_number(s, "bytes", s->about.bytes) &&
	    put_number(s, "sum_a", s->sum.a) &&
	    put_number(s, "sum_b", s->sum.b);
}

static bool
make_tables(struct statedb *s)
{
	s->key = hash_key_random();
	return run(s, schema) && put_about(s) && put_number(s, "run", 0) &&
	    put_number(s, "state_version", STATE_VERSION) &&
	    put_number(s, "key0", s->key.k0) &&
	    put_number(s, "key1", s->key.k1);
}

/* Fingerprints. */

static bool
same(struct print x, struct print y)
{
	return x.a == y.a && x.b == y.b;
}

/* All together, in whatever order: none is missing. */
static void
sum_up(struct print *sum, int64_t number, struct print p)
{
	sum->a += p.a ^ (uint64_t)number;
	sum->b += p.b;
}

static void
note_known(struct statedb *s, sqlite3_stmt *st)
{
	s->known = mem_grow(s->known, &s->cap, s->nknown + 1,
	    sizeof(*s->known));
	s->known[s->nknown++] = (struct known){
		.number = sqlite3_column_int64(st, 0),
		.print = { (uint64_t)sqlite3_column_int64(st, 1),
		    (uint64_t)sqlite3_column_int64(st, 2) }
	};
}

/* All fingerprints; together they are what the last checkpoint has noted. */
static bool
read_known(struct statedb *s)
{
	sqlite3_stmt	*st = prepare(s, "SELECT number, a, b FROM prints "
	    "ORDER BY number");
	struct print	 sum = { 0, 0 };
	int		 got;

	if (st == NULL)
		return false;
	s->nknown = 0;
	while ((got = sqlite3_step(st)) == SQLITE_ROW) {
		note_known(s, st);
		sum_up(&sum, s->known[s->nknown - 1].number,
		    s->known[s->nknown - 1].print);
	}
	if (got != SQLITE_DONE)
		(void)failed(s);
	(void)sqlite3_finalize(st);
	if (got == SQLITE_DONE && (s->nknown != s->about.rows ||
	    !same(sum, s->sum)))
		return damaged(s, "rows are missing");
	return got == SQLITE_DONE;
}

/* Opening. */

static bool
ask_number(struct statedb *s, const char *sql, int64_t *number)
{
	sqlite3_stmt	*st = prepare(s, sql);
	bool		 good = st != NULL && sqlite3_step(st) == SQLITE_ROW;

	if (good)
		*number = sqlite3_column_int64(st, 0);
	else if (st != NULL)
		(void)failed(s);
	(void)sqlite3_finalize(st);
	return good;
}

/* Is it one of ours? An empty file may get its tables. */
static bool
look_at(struct statedb *s, bool make)
{
	int64_t	 id, format, tables;

	if (!ask_number(s, "PRAGMA application_id", &id) ||
	    !ask_number(s, "PRAGMA user_version", &format) ||
	    !ask_number(s, "SELECT count(*) FROM sqlite_master", &tables))
		return false;
	if (tables == 0)
		return make ? make_tables(s) : refuse(s, no_checkpoint);
	if (id != APPLICATION_ID)
		return damaged(s, "it is a database of something else");
	if (format != FORMAT)
		return damaged(s, "it was written by a later version of this "
		    "program");
	return get_about(s);
}

static bool
prepare_to_read(struct statedb *s)
{
	return run(s, "PRAGMA trusted_schema = OFF") &&
	    run(s, "PRAGMA cell_size_check = ON") &&
	    run(s, "PRAGMA temp_store = MEMORY") &&
	    run(s, "PRAGMA cache_size = -" CACHE_KB);
}

/* Within a transaction, so that nobody else makes the tables, too. */
static bool
begin_to_look(struct statedb *s)
{
	return prepare_to_read(s) &&
	    run(s, "PRAGMA journal_mode = TRUNCATE") &&
	    run(s, "PRAGMA synchronous = FULL") &&
	    run(s, "BEGIN IMMEDIATE") && look_at(s, true);
}

/* Is there the file? MAKE: for nobody else to read. False with words. */
static bool
find_file(struct statedb *s, const char *path, bool make)
{
	const int	 fd = open(path, (make ? O_RDWR | O_CREAT : O_RDONLY) |
	    O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (fd == -1)
		return refuse(s, strerror(errno));
	(void)close(fd);			/* nothing was written */
	return true;
}

/* It is ours now: what there is has to be all there. */
static bool
take_it(struct statedb *s)
{
	do
		s->about.run = hash_key_random().k0;
	while (s->about.run == 0);
	return read_known(s) && put_number(s, "run", s->about.run);
}

static bool
open_file(struct statedb *s, const char *dir, bool make)
{
	struct buf	 path = { 0 };
	const int	 flags = SQLITE_OPEN_NOMUTEX | (make ?
	    SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
	bool		 good;

	statedir_path(&path, dir, STATEDB_FILE);
	good = find_file(s, buf_cstr(&path), make);
	if (good)
		good = sqlite3_open_v2(buf_cstr(&path), &s->db, flags,
		    NULL) == SQLITE_OK || failed(s);
	if (good)
		(void)sqlite3_busy_timeout(s->db, STATEDB_BUSY_MS);
	buf_fini(&path);
	return good;
}

static bool
look_and_take(struct statedb *s, bool take)
{
	return begin_to_look(s) && (!take || take_it(s)) && run(s, "COMMIT");
}

/* All of one checkpoint: the transaction lasts until it is closed. */
static bool
look_only(struct statedb *s)
{
	return prepare_to_read(s) && run(s, "BEGIN") && look_at(s, false) &&
	    (s->about.number > 0 || refuse(s, no_checkpoint)) &&
	    read_known(s);
}

enum purpose { TO_WRITE, TO_TAKE, TO_LOOK };

static enum statedb_how
open_it(const char *dir, enum purpose to, struct statedb **db,
    struct buf *why)
{
	struct statedb		*s = xcalloc(1, sizeof(*s));
	enum statedb_how	 how = STATEDB_GOOD;

	if (!open_file(s, dir, to != TO_LOOK) || !(to == TO_LOOK ?
	    look_only(s) : look_and_take(s, to == TO_TAKE))) {
		how = s->bad ? STATEDB_BAD : STATEDB_FAILED;
		buf_str(why, statedb_why(s));
		statedb_close(s);
		s = NULL;
	}
	*db = s;
	return how;
}

enum statedb_how
statedb_open(const char *dir, struct statedb **db, struct buf *why)
{
	return open_it(dir, TO_WRITE, db, why);
}

enum statedb_how
statedb_take(const char *dir, struct statedb **db, struct buf *why)
{
	return open_it(dir, TO_TAKE, db, why);
}

enum statedb_how
statedb_look(const char *dir, struct statedb **db, struct buf *why)
{
	return open_it(dir, TO_LOOK, db, why);
}

void
statedb_close(struct statedb *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < STATEMENTS; i++)
		(void)sqlite3_finalize(s->st[i]);
	(void)sqlite3_close(s->db);	/* what was not ended is undone */
	free(s->known);
	buf_fini(&s->why);
	free(s);
}

void
statedb_about(const struct statedb *s, struct statedb_about *about)
{
	*about = s->about;
}

/* Rows. */

static int64_t
number_of(uint32_t section, uint32_t page)
{
	return (int64_t)((uint64_t)section << 32 | page);
}

static struct print
print_of(const struct statedb *s, struct slice bytes)
{
	const struct hash_key	 other = { ~s->key.k0, s->key.k1 };

	return (struct print){ hash_bytes(&s->key, bytes),
	    hash_bytes(&other, bytes) };
}

static bool
tell_row(struct statedb *s, sqlite3_stmt *st, row_fn fn, void *arg)
{
	const uint64_t		 number = (uint64_t)sqlite3_column_int64(st, 0);
	const struct print	 print = {
	    (uint64_t)sqlite3_column_int64(st, 1),
	    (uint64_t)sqlite3_column_int64(st, 2) };
	const void		*p = sqlite3_column_blob(st, 3);
	const int		 n = sqlite3_column_bytes(st, 3);
	struct row		 row = { (uint32_t)(number >> 32),
	    (uint32_t)number, { p, (size_t)n } };

	if (sqlite3_column_type(st, 3) != SQLITE_BLOB || p == NULL || n <= 0 ||
	    n > (int)ROWS_ROW_MAX || !same(print, print_of(s, row.bytes)))
		return damaged(s, "a row is not what was written");
	return fn(arg, &row);
}

bool
statedb_rows(struct statedb *s, uint32_t first, uint32_t last, row_fn fn,
    void *arg)
{
	sqlite3_stmt	*st = prepare(s, "SELECT prints.number, a, b, bytes "
	    "FROM prints LEFT JOIN rows ON rows.number = prints.number "
	    "WHERE prints.number BETWEEN ? AND ? ORDER BY prints.number");
	int		 got = SQLITE_ERROR;
	bool		 good = st != NULL;

	if (st == NULL)
		return false;
	if (sqlite3_bind_int64(st, 1, number_of(first, 0)) != SQLITE_OK ||
	    sqlite3_bind_int64(st, 2, number_of(last, UINT32_MAX)) !=
	    SQLITE_OK)
		good = failed(s);
	while (good && (got = sqlite3_step(st)) == SQLITE_ROW)
		good = tell_row(s, st, fn, arg);
	if (good && got != SQLITE_DONE)
		good = failed(s);
	(void)sqlite3_finalize(st);
	return good;
}

/* A checkpoint. */

static bool
prepare_all(struct statedb *s)
{
	for (size_t i = 0; i < STATEMENTS; i++)
		if (s->st[i] == NULL &&
		    (s->st[i] = prepare(s, statements[i])) == NULL)
			return false;
	return true;
}

/* One that was never taken has been made just now: the other was removed. */
static bool
is_ours(struct statedb *s, uint64_t run_number)
{
	if (s->about.run == 0)
		return put_number(s, "run", run_number);
	return s->about.run == run_number ||
	    refuse(s, "another run has taken it since");
}

static bool
begin(struct statedb *s, uint64_t run_number)
{
	if (!run(s, "BEGIN IMMEDIATE") || !get_about(s) ||
	    !is_ours(s, run_number))
		return false;
	s->written = (struct statedb_written){ 0 };
	if (!read_known(s) || !prepare_all(s))
		return false;
	s->sum = (struct print){ 0, 0 };
	return true;
}

static bool
undo(struct statedb *s)
{
	if (sqlite3_get_autocommit(s->db) == 0)
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

bool
statedb_begin(struct statedb *s, uint64_t run_number)
{
	buf_clear(&s->why);
	s->failed = false;
	return begin(s, run_number) || undo(s);
}

static bool
step(struct statedb *s, sqlite3_stmt *st)
{
	const bool	 good = sqlite3_step(st) == SQLITE_DONE || failed(s);

	(void)sqlite3_reset(st);
	return good;
}

static bool
write_row(struct statedb *s, int64_t number, struct print p,
    struct slice bytes)
{
	sqlite3_stmt	*row = s->st[PUT_ROW], *print = s->st[PUT_PRINT];

	(void)sqlite3_bind_int64(row, 1, number);
	(void)sqlite3_bind_blob64(row, 2, bytes.p, bytes.n, SQLITE_STATIC);
	(void)sqlite3_bind_int64(print, 1, number);
	(void)sqlite3_bind_int64(print, 2, (int64_t)p.a);
	(void)sqlite3_bind_int64(print, 3, (int64_t)p.b);
	s->written.rows++;
	s->written.bytes += bytes.n;
	return step(s, row) && step(s, print);
}

static struct known *
find_known(const struct statedb *s, int64_t number)
{
	size_t	 from = 0, to = s->nknown;

	while (from < to) {
		const size_t	 mid = from + (to - from) / 2;

		if (s->known[mid].number == number)
			return &s->known[mid];
		if (s->known[mid].number < number)
			from = mid + 1;
		else
			to = mid;
	}
	return NULL;
}

bool
statedb_put(void *db, const struct row *r)
{
	struct statedb		*s = db;
	const int64_t		 number = number_of(r->section, r->page);
	const struct print	 print = print_of(s, r->bytes);
	struct known		*k = find_known(s, number);

	if (s->failed)
		return false;
	if (r->bytes.n > ROWS_ROW_MAX || r->bytes.n == 0)
		return refuse(s, "a row is too long");
	s->written.all_rows++;
	s->written.all_bytes += r->bytes.n;
	sum_up(&s->sum, number, print);
	if (k != NULL)
		k->told = true;
	return (k != NULL && same(k->print, print)) ||
	    write_row(s, number, print, r->bytes);
}

/* Those that were not told are gone. */
static bool
remove_rest(struct statedb *s)
{
	for (size_t i = 0; i < s->nknown; i++) {
		const struct known	*k = &s->known[i];

		if (k->told)
			continue;
		(void)sqlite3_bind_int64(s->st[DROP_ROW], 1, k->number);
		(void)sqlite3_bind_int64(s->st[DROP_PRINT], 1, k->number);
		if (!step(s, s->st[DROP_ROW]) || !step(s, s->st[DROP_PRINT]))
			return false;
		s->written.removed++;
	}
	return true;
}

static int64_t
now_ms(void)
{
	struct timespec	 now;

	(void)clock_gettime(CLOCK_REALTIME, &now);	/* all have it */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
end(struct statedb *s)
{
	if (s->failed || !remove_rest(s))
		return false;
	if (s->written.rows == 0 && s->written.removed == 0)
		return run(s, "ROLLBACK");	/* nothing has happened */
	s->about.number++;
	s->about.millis = now_ms();
	s->about.rows = s->written.all_rows;
	s->about.bytes = s->written.all_bytes;
	return put_about(s) && run(s, "COMMIT");
}

bool
statedb_end(struct statedb *s, struct statedb_written *written)
{
	const bool	 good = end(s) || undo(s);

	*written = s->written;
	return good;
}

void
statedb_forked(void)
{
	(void)sqlite3_shutdown();
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
}
