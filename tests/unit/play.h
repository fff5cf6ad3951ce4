/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * play.h - rules and a few records in short, and the alerts that come of them.
 *
 * A record is a letter, the second at which it was made, and after a colon what
 * else it says: "r0 w2.500:/tmp/x,u5 u9:!" is a file opened for reading, one
 * opened for writing by auid 5, a failed unlink. Letters: r, w, u, x for
 * execve, e for exit, l for login; a full stop is no record, but time that
 * passes. A word is a path, u for the auid, p the pid, s the session, @ the
 * source, a the address of a socket, i the inode of the path, h the host of the
 * source; n: without a subject, ! failed.
 *
 * An alert is its label, the second, and which records took part, from 0.
 *
 * With BSMTRACE_TEST_MOVES in the environment a new engine goes on before each
 * record, of very many now and then, from the rows of the one before.
 */
#ifndef TESTS_PLAY_H
#define TESTS_PLAY_H

#include <stdio.h>

#include "rule_case.h"

#include "bsm/build.h"
#include "engine/engine.h"

#include "state_case.h"

#define PLAY_BEGINS	INT64_C(1600000000)	/* second 0 */
#define PLAY_SOURCES	2u

struct play {
	struct rule_case	*c;
	struct engine		*e;
	struct buf		 told;
	uint64_t		 records;
	uint64_t		 uid[2];	/* of the last alert */
	size_t			 nsteps;
	uint32_t		 triggers, matches;
	struct engine_options	 options;
	struct buf		 hosts[PLAY_SOURCES];
	bool			 moves;
};

static inline void
play_seconds(struct buf *b, int64_t ms)
{
	ms -= PLAY_BEGINS * 1000;
	buf_printf(b, "%lld", (long long)(ms / 1000));
	if (ms % 1000 != 0)
		buf_printf(b, ".%03lld", (long long)(ms % 1000));
}

static inline void
play_value(struct buf *b, const struct alert_value *v)
{
	buf_printf(b, " %s=", v->name);
	if (v->is_number)
		buf_printf(b, "%llu", (unsigned long long)v->number);
	else if (v->cut)
		buf_printf(b, "(%zu)", v->bytes.n);
	else
		buf_slice(b, v->bytes);
}

static inline void
play_alert(void *arg, struct alert *a)
{
	struct play	*p = arg;
	struct buf	*b = &p->told;

	memcpy(p->uid, a->uid, sizeof(p->uid));
	p->nsteps = a->nsteps;
	if (b->n > 0)
		buf_str(b, "; ");
	buf_printf(b, "%s@", a->rule.label);
	play_seconds(b, a->millis);
	for (size_t i = 0; i < a->nsteps && i < 10; i++)
		buf_printf(b, "%c%llu", i == 0 ? '=' : ',',
		    (unsigned long long)a->steps[i].offset);
	for (size_t i = 0; i < a->nkey; i++)
		play_value(b, &a->key[i]);
	for (size_t i = 0; i < a->nbound; i++)
		play_value(b, &a->bound[i]);
	if (a->held_back > 0)
		buf_printf(b, " +%llu", (unsigned long long)a->held_back);
	if (a->absence)
		buf_str(b, " absence");
}

static inline void
play_trigger(void *arg, const struct alert_trigger *t)
{
	(void)t;
	((struct play *)arg)->triggers++;
}

static inline void
play_matched(void *arg, const struct record *r, uint32_t source)
{
	(void)r;
	(void)source;
	((struct play *)arg)->matches++;
}

static inline void
play_begin(struct play *p, const struct engine_options *options)
{
	const struct alert_out	 out = { play_matched, play_trigger,
	    play_alert, p };

	p->options = *options;
	p->moves = getenv("BSMTRACE_TEST_MOVES") != NULL;
	p->e = engine_new(p->c->program, p->c->names, options, &out);
	for (unsigned i = 0; i < PLAY_SOURCES; i++) {
		(void)engine_source(p->e, false);
		if (p->hosts[i].n > 0)
			engine_source_host(p->e, i, buf_bytes(&p->hosts[i]));
	}
}

/* A new engine goes on, of the rules as they are now. */
static inline void
play_move(struct play *p)
{
	struct engine			*e = p->e;
	const struct engine_options	 options = p->options;

	play_begin(p, &options);
	p->e = saved_move(e, p->e);
}

static inline struct play *
play_new(const char *rules)
{
	struct play	*p = xcalloc(1, sizeof(*p));

	p->c = case_good(rules);
	play_begin(p, &(struct engine_options){ .want_uid = true,
	    .max_open = 1 });
	return p;
}

static inline void
play_free(struct play *p)
{
	engine_free(p->e);
	case_free(p->c);
	buf_fini(&p->told);
	for (unsigned i = 0; i < PLAY_SOURCES; i++)
		buf_fini(&p->hosts[i]);
	free(p);
}

/* What a record says, as it is taken from the script. */
struct play_act {
	char		 letter;
	int64_t		 ms;
	const char	*path;
	size_t		 npath;
	uint32_t	 auid, pid, session, source, inode;
	uint8_t		 address[4];
	bool		 has_address, failed, nobody;
};

static inline void
play_bytes(struct buf *b, const struct play_act *a)
{
	static const struct { char letter; uint16_t event; } events[] = {
		{ 'r', 72 }, { 'w', 76 }, { 'u', 6 }, { 'x', 23 }, { 'e', 1 },
		{ 'l', 6152 },
	};
	struct token	 t = { .layout = layout_find(TOK_HEADER32) };
	char		 path[5000];

	t.header.version = 11;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i].letter == a->letter)
			t.header.event = events[i].event;
	t.header.seconds = (uint64_t)(a->ms / 1000);
	t.header.fraction = (uint64_t)(a->ms % 1000);
	assert_int_equal(build_token(b, &t), 0);
	if (a->path != NULL) {
		assert_true(a->npath < sizeof(path));
		memcpy(path, a->path, a->npath);
		path[a->npath] = '\0';
		t = (struct token){ .layout = layout_find(TOK_PATH) };
		t.str.text = build_cstr(path);
		assert_int_equal(build_token(b, &t), 0);
	}
	if (a->inode != 0) {
		t = (struct token){ .layout = layout_find(TOK_ATTR32) };
		t.attr.fsid = 1;
		t.attr.node = a->inode;
		assert_int_equal(build_token(b, &t), 0);
	}
	if (a->has_address) {
		t = (struct token){ .layout = layout_find(TOK_SOCKINET32) };
		t.sock.domain = 2;
		t.sock.lport = 80;
		t.sock.laddr = (struct slice){ a->address, 4 };
		assert_int_equal(build_token(b, &t), 0);
	}
	if (!a->nobody) {
		t = (struct token){ .layout = layout_find(TOK_SUBJECT32) };
		t.subject.auid = t.subject.euid = a->auid;
		t.subject.pid = a->pid;
		t.subject.session = a->session;
		t.subject.address = (struct slice){
		    (const uint8_t *)"\0\0\0", 4 };
		assert_int_equal(build_token(b, &t), 0);
	}
	t = (struct token){ .layout = layout_find(TOK_RETURN32) };
	t.ret.error = a->failed ? 13 : 0;
	assert_int_equal(build_token(b, &t), 0);
}

static inline uint32_t
play_number(const char *word)
{
	return (uint32_t)strtoul(word, NULL, 10);
}

/* One word behind the colon, and where the next one begins. */
static inline const char *
play_word(struct play *p, struct play_act *a, const char *w)
{
	const size_t	 n = strcspn(w, ", ");
	unsigned	 b[4];

	switch (*w) {
	case '/':
		a->path = w;
		a->npath = n;
		break;
	case 'u':
		a->auid = play_number(w + 1);
		break;
	case 'p':
		a->pid = play_number(w + 1);
		break;
	case 's':
		a->session = play_number(w + 1);
		break;
	case 'i':
		a->inode = play_number(w + 1);
		break;
	case '@':
		a->source = play_number(w + 1);
		break;
	case 'a':
		assert_int_equal(sscanf(w + 1, "%u.%u.%u.%u", &b[0], &b[1],
		    &b[2], &b[3]), 4);
		for (unsigned i = 0; i < 4; i++)
			a->address[i] = (uint8_t)b[i];
		a->has_address = true;
		break;
	case 'h':
		buf_clear(&p->hosts[a->source]);
		buf_put(&p->hosts[a->source], w + 1, n - 1);
		engine_source_host(p->e, a->source,
		    buf_bytes(&p->hosts[a->source]));
		break;
	case 'n':
		a->nobody = true;
		break;
	default:
		assert_int_equal(*w, '!');
		a->failed = true;
	}
	return w[n] == ',' ? w + n + 1 : NULL;
}

static inline void
play_feed(struct play *p, const struct play_act *a)
{
	struct buf		 b = { 0 };
	struct frame_record	 f = { .kind = FRAME_RECORD,
	    .offset = p->records++ };
	struct record		 r;

	if (a->letter == '.') {
		p->records--;
		engine_pass(p->e, a->source, a->ms);
		return;
	}
	play_bytes(&b, a);
	build_finish(&b, 0);
	f.bytes = (struct slice){ xmemdup(b.p, b.n), b.n };
	assert_int_equal(record_head(&r, &f), 0);
	engine_feed(p->e, a->source, &r);
	free((void *)(uintptr_t)f.bytes.p);
	buf_fini(&b);
}

/* Borrowed until the next call: the alerts that these records raise. */
static inline const char *
play(struct play *p, const char *script)
{
	buf_clear(&p->told);
	for (const char *at = script; *at != '\0';) {
		struct play_act	 a = { .letter = *at, .session = 1,
		    .pid = 1 };
		char		*end;

		a.ms = (PLAY_BEGINS + strtol(at + 1, &end, 10)) * 1000;
		if (*end == '.')
			a.ms += strtol(end + 1, &end, 10);
		for (const char *w = *end == ':' ? end + 1 : NULL; w != NULL;)
			w = play_word(p, &a, w);
		if (p->moves && (p->records < 64 || p->records % 97 == 0))
			play_move(p);
		play_feed(p, &a);
		at = end + strcspn(end, " ");
		at += strspn(at, " ");
	}
	return buf_cstr(&p->told);
}

/* All of it at once. */
static inline void
plays(const char *rules, const char *script, const char *alerts)
{
	struct play	*p = play_new(rules);

	assert_string_equal(play(p, script), alerts);
	play_free(p);
}

/* In short: sequences and states of a test. */
#define EV(name)	"event <auditevent> { AUE_" name "; }; status any; "
#define R		EV("OPEN_R")
#define W		EV("OPEN_W")
#define U		EV("UNLINK")
#define X		EV("EXECVE")
#define S(words)	"state { " words "}; "
#define SEQ(label, words) "sequence " label " { subject any; " words "};\n"

#endif
