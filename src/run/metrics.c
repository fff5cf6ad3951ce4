/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics.c - figures for whoever collects them over HTTP.
 *
 * libevent speaks HTTP. Whoever asks is on this machine, but need not be a
 * friend: requests are small, of one method, and have their time.
 */
#include "run/metrics.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/http.h>

#include "base/mem.h"
#include "engine/census.h"

#define REQUEST_MAX	8192	/* bytes of its head; its body is refused */
#define REQUEST_S	5	/* that it may take */

struct metrics {
	struct evhttp			*http;
	struct evhttp_bound_socket	*socket;
	void				(*put)(void *, struct buf *);
	void				*arg;
};

/* The answer. */

void
metrics_label(struct buf *b, const char *name, const char *value)
{
	buf_str(b, name);
	buf_str(b, "=\"");
	for (; *value != '\0'; value++) {
		if (*value == '\\' || *value == '"')
			buf_char(b, '\\');
		buf_str(b, *value == '\n' ? "\\n" : "");
		if (*value != '\n')
			buf_char(b, *value);
	}
	buf_char(b, '"');
}

void
metrics_put(struct buf *b, const char *name, const char *help,
    const char *kind, uint64_t value)
{
	buf_printf(b, "# HELP bsmtrace_%s %s\n# TYPE bsmtrace_%s %s\n"
	    "bsmtrace_%s %" PRIu64 "\n", name, help, name,
	    kind == NULL ? "counter" : kind, name, value);
}

static void
put_triggers(struct buf *b, const struct triggers_stats *t)
{
	buf_str(b, "# HELP bsmtrace_triggers_total Programs of rules, by what "
	    "became of them.\n# TYPE bsmtrace_triggers_total counter\n");
	buf_printf(b, "bsmtrace_triggers_total{result=\"run\"} %" PRIu64 "\n"
	    "bsmtrace_triggers_total{result=\"failed\"} %" PRIu64 "\n"
	    "bsmtrace_triggers_total{result=\"refused\"} %" PRIu64 "\n",
	    t->runs, t->failures, t->refusals);
}

static void
put_reloads(struct buf *b, const struct figures *f)
{
	buf_str(b, "# HELP bsmtrace_reloads_total How often rules were read "
	    "again.\n# TYPE bsmtrace_reloads_total counter\n");
	buf_printf(b, "bsmtrace_reloads_total{result=\"used\"} %" PRIu64 "\n"
	    "bsmtrace_reloads_total{result=\"refused\"} %" PRIu64 "\n",
	    f->reloads, f->reloads_failed);
}

/* A clock that is behind, or a record of the future, is no lag. */
static void
put_lag(struct buf *b, const struct figures *f)
{
	const bool	 behind = f->newest >= 0 && f->newest < f->now;

	metrics_put(b, "newest_record_timestamp_seconds", "When the newest "
	    "record was written, since 1970.", "gauge",
	    f->newest < 0 ? 0 : (uint64_t)f->newest);
	metrics_put(b, "lag_seconds", "How long ago that was.", "gauge",
	    behind ? (uint64_t)(f->now - f->newest) : 0);
}

void
metrics_events(struct buf *b, const struct census *c)
{
	struct census_row	 row;
	uint32_t		 at = 0;

	buf_str(b, "# HELP bsmtrace_events_total Audit records, by event.\n"
	    "# TYPE bsmtrace_events_total counter\n");
	while (census_next(c, &at, &row)) {
		buf_str(b, "bsmtrace_events_total{");
		metrics_label(b, "event", row.event == NULL ? "unknown" :
		    row.event);
		buf_char(b, ',');
		metrics_label(b, "system", names_dialect_name(row.dialect));
		buf_printf(b, "} %" PRIu64 "\n", row.records);
	}
}

void
metrics_figures(struct buf *b, const struct figures *f)
{
	const struct {
		const char	*name, *help, *kind;
		uint64_t	 value;
	} rows[] = {
	    { "records_total", "Audit records that were read.", NULL,
		f->records },
	    { "bytes_total", "Bytes of trails that were read.", NULL,
		f->bytes },
	    { "gaps_total", "Damaged places in trails.", NULL, f->gaps },
	    { "missed_total", "Times of which records were not seen.", NULL,
		f->missed },
	    { "skipped_bytes_total", "Bytes given up for damage.", NULL,
		f->skipped },
	    { "recovered_records_total", "Records found after damage.", NULL,
		f->recovered },
	    { "partial_records_total", "Records decoded only in part.", NULL,
		f->engine.partial },
	    { "dropped_records_total", "Records dropped by the kernel.", NULL,
		f->dropped },
	    { "truncated_records_total", "Records cut by the kernel.", NULL,
		f->truncated },
	    { "own_records_total", "Records of our own, passed over.", NULL,
		f->passed },
	    { "poison_records_total", "Records left out that kill the worker.",
		NULL, f->aside },
	    { "instances", "Sequences under way.", "gauge", f->waiting },
	    { "instances_started_total", "Sequences begun.", NULL,
		f->engine.started },
	    { "instances_expired_total", "Sequences over age.", NULL,
		f->engine.expired },
	    { "instances_evicted_total", "Sequences given up for want of "
		"room.", NULL, f->engine.evicted },
	    { "forgotten_total", "Values and processes forgotten for want of "
		"room.", NULL, f->engine.forgotten },
	    { "steps_lost_total", "Records of steps that were not kept.",
		NULL, f->engine.steps_lost },
	    { "patterns_failed_total", "Times that a pattern gave up.", NULL,
		f->engine.patterns_failed },
	    { "alerts_held_back_total", "Alerts held back by cooldown.", NULL,
		f->engine.held_back },
	    { "alerts_queued", "Alerts that wait for their outputs.", "gauge",
		f->queued.items },
	    { "alerts_queued_bytes", "Bytes of them.", "gauge",
		f->queued.bytes },
	    { "alerts_queued_disk_bytes", "Of these, on disk.", "gauge",
		f->queued.on_disk },
	    { "alerts_lost_total", "Alerts that a sink did not get.", NULL,
		f->sinks.lost },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		metrics_put(b, rows[i].name, rows[i].help, rows[i].kind,
		    rows[i].value);
	put_triggers(b, &f->triggers);
	put_reloads(b, f);
	if (f->read)
		put_lag(b, f);
	if (f->remembers)
		metrics_checkpoint(b, &f->state);
}

static void
put_seconds(struct buf *b, const char *name, const char *help, uint64_t us)
{
	buf_printf(b, "# HELP bsmtrace_%s %s\n# TYPE bsmtrace_%s gauge\n"
	    "bsmtrace_%s %.6f\n", name, help, name, name, (double)us / 1e6);
}

void
metrics_checkpoint(struct buf *b, const struct checkpoint_stats *s)
{
	buf_printf(b, "# HELP bsmtrace_checkpoints_total What is remembered, "
	    "written or not.\n# TYPE bsmtrace_checkpoints_total counter\n"
	    "bsmtrace_checkpoints_total{result=\"written\"} %" PRIu64 "\n"
	    "bsmtrace_checkpoints_total{result=\"failed\"} %" PRIu64 "\n"
	    "bsmtrace_checkpoints_total{result=\"late\"} %" PRIu64 "\n",
	    s->taken, s->failed, s->late);
	if (s->millis > 0) {
		put_seconds(b, "checkpoint_timestamp_seconds", "Of which "
		    "moment the last one is, since 1970.",
		    (uint64_t)s->millis * 1000);
		put_seconds(b, "checkpoint_age_seconds", "How long ago that "
		    "was.", (uint64_t)s->age_ms * 1000);
	}
	put_seconds(b, "checkpoint_pause_seconds", "For how long nothing was "
	    "read, the last time.", s->pause_us);
	put_seconds(b, "checkpoint_pause_max_seconds", "The longest such "
	    "pause.", s->longest_us);
	put_seconds(b, "checkpoint_duration_seconds", "How long writing took, "
	    "besides reading.", s->writing_us);
	metrics_put(b, "checkpoint_bytes", "All that is remembered.", "gauge",
	    s->bytes);
	metrics_put(b, "checkpoint_rows", "The same, in rows.", "gauge",
	    s->rows);
	metrics_put(b, "checkpoint_written_bytes_total", "Of rows that had "
	    "changed.", NULL, s->written);
}

static void
on_metrics(struct evhttp_request *request, void *arg)
{
	struct metrics	*m = arg;
	struct evbuffer	*body = evhttp_request_get_output_buffer(request);
	struct buf	 text = { 0 };

	m->put(m->arg, &text);
	(void)evhttp_add_header(evhttp_request_get_output_headers(request),
	    "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
	if (evbuffer_add(body, text.p, text.n) == 0)
		evhttp_send_reply(request, HTTP_OK, "OK", NULL);
	else
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
	buf_fini(&text);
}

static void
on_other(struct evhttp_request *request, void *arg)
{
	(void)arg;
	evhttp_send_error(request, HTTP_NOTFOUND, "the figures are at "
	    "/metrics");
}

/* The place. */

/* "127.0.0.1:9480" in two; the address without its brackets. */
static bool
split(const char *where, char *address, size_t n, uint16_t *port)
{
	const char	*colon = strrchr(where, ':');
	size_t		 length;
	char		*end;
	long		 number;

	if (colon == NULL || colon == where)
		return false;
	number = strtol(colon + 1, &end, 10);
	if (colon[1] < '0' || colon[1] > '9' || *end != '\0' || number < 0 ||
	    number > UINT16_MAX)
		return false;
	length = (size_t)(colon - where);
	if (where[0] == '[' && colon[-1] == ']') {
		where++;
		length -= 2;
	}
	if (length == 0 || length >= n)
		return false;
	memcpy(address, where, length);
	address[length] = '\0';
	*port = (uint16_t)number;
	return true;
}

static bool
is_loopback(const char *address)
{
	struct in_addr	 v4;
	struct in6_addr	 v6;

	if (strcmp(address, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, address, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, address, &v6) == 1 &&
	    IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool
read_place(const char *where, char *address, size_t n, uint16_t *port,
    struct buf *why)
{
	if (!split(where, address, n, port)) {
		buf_str(why, "is not an address and a port such as "
		    "127.0.0.1:9480");
		return false;
	}
	if (!is_loopback(address)) {
		buf_str(why, "is not an address of this machine alone, such "
		    "as 127.0.0.1 or [::1]: put a proxy in front for others");
		return false;
	}
	return true;
}

bool
metrics_check(const char *where, struct buf *why)
{
	char		 address[64];
	uint16_t	 port;

	return read_place(where, address, sizeof(address), &port, why);
}

struct metrics *
metrics_new(struct event_base *base, const char *where,
    void (*put)(void *, struct buf *), void *arg, struct buf *why)
{
	struct metrics	*m;
	char		 address[64];
	uint16_t	 port;

	if (!read_place(where, address, sizeof(address), &port, why))
		return NULL;
	m = xcalloc(1, sizeof(*m));
	m->put = put;
	m->arg = arg;
	m->http = evhttp_new(base);
	if (m->http != NULL) {
		evhttp_set_allowed_methods(m->http,
		    EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
		evhttp_set_max_headers_size(m->http, REQUEST_MAX);
		evhttp_set_max_body_size(m->http, 0);
		evhttp_set_timeout(m->http, REQUEST_S);
		(void)evhttp_set_cb(m->http, "/metrics", on_metrics, m);
		evhttp_set_gencb(m->http, on_other, m);
		m->socket = evhttp_bind_socket_with_handle(m->http, address,
		    port);
	}
	if (m->socket != NULL)
		return m;
	buf_str(why, "cannot be listened at: another program may");
	metrics_free(m);
	return NULL;
}

void
metrics_free(struct metrics *m)
{
	if (m == NULL)
		return;
	if (m->http != NULL)
		evhttp_free(m->http);
	free(m);
}

uint16_t
metrics_port(const struct metrics *m)
{
	struct sockaddr_storage	 at = { 0 };
	socklen_t		 n = sizeof(at);

	if (getsockname(evhttp_bound_socket_get_fd(m->socket),
	    (struct sockaddr *)&at, &n) == -1)
		return 0;
	if (at.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)
		    (const void *)&at)->sin6_port);
	return ntohs(((const struct sockaddr_in *)(const void *)&at)->sin_port);
}
