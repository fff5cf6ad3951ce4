/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * triggers.c - runs the programs that rules name.
 *
 * A variable is filled into its word in whole, so what a record says can be
 * one argument or a part of one, but never two. posix_spawn(3) tells why a
 * program could not be run, and does not copy our memory. All other
 * descriptors of ours are close-on-exec. A slot is taken from the start of a
 * program until its end was collected: nobody else gets its process id before.
 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "run/ledger.h"
#include "run/triggers.h"

#define GRACE_S		2	/* from SIGTERM to SIGKILL */
#define ENDED_MAX	64	/* that are remembered for triggers_own() */
#define MINUTE_MS	60000
#define PATH_VALUE	"PATH=/sbin:/bin:/usr/sbin:/usr/bin:" \
			"/usr/local/sbin:/usr/local/bin"

/* One that runs. */
struct slot {
	struct triggers		*owner;
	char			*text;		/* of the trigger, whose rules
						 * may go before it ends;
						 * NULL: free */
	struct rate		*rate;
	pid_t			 pid;
	struct event		*limit;		/* time is over */
	bool			 asked;		/* SIGTERM was sent */
	bool			 late;		/* over its time */
};

/* A rule's last starts, and what it was told. */
struct rate {
	int64_t		*starts;	/* ring of milliseconds, monotonic */
	size_t		 next;
	uint64_t	 refused;
	bool		 said_refused, said_failed;
	char		*label;
};

struct ended {
	pid_t		 pid;
	int64_t		 millis;	/* since 1970 */
};

struct triggers {
	struct triggers_options	 o;
	struct event_base	*base;
	struct event		*child;
	struct slot		*slots;		/* o.running of them */
	unsigned		 running;
	struct map		*rates;
	struct ended		 ended[ENDED_MAX];
	size_t			 next_ended;
	struct triggers_stats	 stats;
};

/* Where the value of each variable stands. */
static const size_t values[] = {
	[VAR_SUBJECT] = offsetof(struct exec_values, subject),
	[VAR_ESUBJECT] = offsetof(struct exec_values, esubject),
	[VAR_OBJECT] = offsetof(struct exec_values, object),
	[VAR_RULE] = offsetof(struct exec_values, rule),
	[VAR_PRIORITY] = offsetof(struct exec_values, priority),
	[VAR_PID] = offsetof(struct exec_values, pid),
	[VAR_SESSION] = offsetof(struct exec_values, session),
	[VAR_ADDRESS] = offsetof(struct exec_values, address),
	[VAR_ZONE] = offsetof(struct exec_values, zone),
	[VAR_HOST] = offsetof(struct exec_values, host),
	[VAR_TIME] = offsetof(struct exec_values, time),
	[VAR_EVIDENCE] = offsetof(struct exec_values, evidence),
	[VAR_UID] = offsetof(struct exec_values, uid),
};

static void	over_time(evutil_socket_t, short, void *);
static void	child_ended(evutil_socket_t, short, void *);

static int64_t
millis_of(clockid_t clock)
{
	struct timespec	 t = { 0 };

	(void)clock_gettime(clock, &t);		/* both clocks exist */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct triggers *
triggers_new(struct event_base *base, const struct triggers_options *o)
{
	struct triggers	*t = xcalloc(1, sizeof(*t));

	t->o = *o;
	t->base = base;
	t->rates = map_new();
	t->slots = xcalloc(o->running, sizeof(*t->slots));
	for (unsigned i = 0; i < o->running; i++)
		t->slots[i].owner = t;
	t->child = evsignal_new(base, SIGCHLD, child_ended, t);
	if (t->child == NULL || event_add(t->child, NULL) == -1) {
		triggers_free(t);
		return NULL;
	}
	return t;
}

void
triggers_free(struct triggers *t)
{
	struct slice	 key;

	if (t == NULL)
		return;
	for (unsigned i = 0; i < t->o.running; i++) {
		if (t->slots[i].limit != NULL)
			event_free(t->slots[i].limit);
		free(t->slots[i].text);
	}
	for (size_t i = 0; i < map_count(t->rates); i++) {
		struct rate	*r = map_at(t->rates, i, &key);

		free(r->starts);
		free(r->label);
		free(r);
	}
	map_free(t->rates);
	free(t->slots);
	if (t->child != NULL)
		event_free(t->child);
	free(t);
}

/* "TRIGGER: what" with the trigger's text, which may hold any bytes. */
static void
say(const char *trigger, const char *what)
{
	struct buf	 text = { 0 };

	buf_escape(&text, slice_str(trigger));
	log_warn("%s: %s", buf_cstr(&text), what);
	buf_fini(&text);
}

/* Rules are told apart by the place where they are defined. */
static struct rate *
rate_of(struct triggers *t, const struct alert_rule *rule)
{
	struct buf	 key = { 0 };
	struct rate	*r;

	buf_printf(&key, "%s:%u:%s", rule->file, rule->line, rule->label);
	r = map_find(t->rates, buf_bytes(&key));
	if (r == NULL) {
		r = xcalloc(1, sizeof(*r));
		r->starts = xcalloc(t->o.per_minute, sizeof(*r->starts));
		for (unsigned i = 0; i < t->o.per_minute; i++)
			r->starts[i] = INT64_MIN;
		r->label = xstrdup(rule->label);
		(void)map_put(t->rates, buf_bytes(&key), r);
	}
	buf_fini(&key);
	return r;
}

static void
refuse(struct triggers *t, struct rate *r, const char *why)
{
	struct buf	 text = { 0 };

	t->stats.refusals++;
	r->refused++;
	if (r->said_refused)
		return;
	r->said_refused = true;
	buf_escape(&text, slice_str(r->label));
	log_warn("%s: trigger not run: %s; further ones of this rule are "
	    "only counted", buf_cstr(&text), why);
	buf_fini(&text);
}

bool
triggers_allow(struct triggers *t, const struct alert_rule *rule)
{
	struct rate	*r = rate_of(t, rule);
	const int64_t	 oldest = r->starts[r->next];
	const char	*why = NULL;

	if (t->running == t->o.running)
		child_ended(0, 0, t);
	if (t->running == t->o.running)
		why = "as many as allowed are running";
	else if (oldest != INT64_MIN &&
	    millis_of(CLOCK_MONOTONIC) - oldest < MINUTE_MS)
		why = "too many in a minute";
	if (why != NULL)
		refuse(t, r, why);
	return why == NULL;
}

bool
triggers_uses(const struct trigger *trigger, enum trigger_variable variable)
{
	for (size_t i = 0; i < trigger->n; i++)
		for (size_t k = 0; k < trigger->words[i].n; k++) {
			const struct piece *p = &trigger->words[i].pieces[k];

			if (p->kind == PIECE_VARIABLE &&
			    p->variable == variable)
				return true;
		}
	return false;
}

static const char *
value_of(const struct exec_values *v, enum trigger_variable variable)
{
	return *(const char *const *)(const void *)((const char *)v +
	    values[variable]);
}

/* One argument: its pieces put together. NULL when a value is missing. */
static char *
fill(struct arena *a, const struct word *w, const struct exec_values *v)
{
	struct buf	 text = { 0 };
	char		*whole = NULL;

	for (size_t i = 0; i < w->n; i++) {
		const struct piece	*p = &w->pieces[i];
		const char		*s = p->kind == PIECE_TEXT ? p->text :
		    value_of(v, p->variable);

		if (s == NULL)
			goto out;
		buf_str(&text, s);
	}
	whole = arena_str(a, buf_bytes(&text));
out:
	buf_fini(&text);
	return whole;
}

/* Signals as the program expects them, and a group of its own. */
static int
set_attributes(posix_spawnattr_t *attr)
{
	sigset_t	 none, all;

	(void)sigemptyset(&none);	/* neither can fail */
	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGKILL);
	(void)sigdelset(&all, SIGSTOP);
	if (posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) != 0 ||
	    posix_spawnattr_setpgroup(attr, 0) != 0 ||
	    posix_spawnattr_setsigmask(attr, &none) != 0)
		return EINVAL;
	return posix_spawnattr_setsigdefault(attr, &all);
}

static int
spawn(const struct triggers *t, char **argv, pid_t *pid)
{
	char				 path[] = PATH_VALUE;
	char				*env[] = { path, NULL };
	posix_spawn_file_actions_t	 files;
	posix_spawnattr_t		 attr;
	int				 error;

	if ((error = posix_spawnattr_init(&attr)) != 0)
		return error;
	if ((error = posix_spawn_file_actions_init(&files)) != 0) {
		(void)posix_spawnattr_destroy(&attr);
		return error;
	}
	error = posix_spawn_file_actions_addopen(&files, STDIN_FILENO,
	    "/dev/null", O_RDONLY, 0);
	if (error == 0 && t->o.keep_stdout)
		error = posix_spawn_file_actions_adddup2(&files,
		    STDERR_FILENO, STDOUT_FILENO);
	if (error == 0)
		error = set_attributes(&attr);
	if (error == 0)
		error = posix_spawn(pid, argv[0], &files, &attr, argv, env);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attr);
	return error;
}

/* One more of this minute. */
static void
count_start(const struct triggers *t, struct rate *r)
{
	r->starts[r->next] = millis_of(CLOCK_MONOTONIC);
	r->next = (r->next + 1) % t->o.per_minute;
}

static void
take_slot(struct triggers *t, const char *text, struct rate *r, pid_t pid)
{
	const struct timeval	 limit = { .tv_sec = t->o.time_s };
	struct slot		*s = t->slots;

	while (s->text != NULL)
		s++;		/* triggers_allow() saw a free one */
	if (s->limit == NULL)
		s->limit = evtimer_new(t->base, over_time, s);
	s->text = xstrdup(text);
	s->rate = r;
	s->pid = pid;
	s->asked = s->late = false;
	if (s->limit == NULL || evtimer_add(s->limit, &limit) == -1)
		log_warn("no timer for a trigger: it has no time limit");
	t->running++;
	t->stats.runs++;
	count_start(t, r);
}

static void
say_passed(const struct triggers *t)
{
	log_info("%llu trigger%s had been started before the restart and %s "
	    "not started again", (unsigned long long)t->stats.passed,
	    t->stats.passed == 1 ? "" : "s",
	    t->stats.passed == 1 ? "was" : "were");
}

/* May it be started, as far as that is noted? It counts as if it were. */
static bool
note_start(struct triggers *t, struct rate *r, const uint8_t *id)
{
	struct buf	 why = { 0 };

	if (t->o.ledger == NULL || id == NULL ||
	    ledger_start(t->o.ledger, id))
		return true;
	if (errno == 0) {
		t->stats.passed++;
		count_start(t, r);
		if (ledger_left(t->o.ledger) == 0)
			say_passed(t);
		return false;
	}
	buf_printf(&why, "its start cannot be noted: %s", strerror(errno));
	refuse(t, r, buf_cstr(&why));
	buf_fini(&why);
	return false;
}

/* A failure is told once for each rule. */
static void
failed(struct triggers *t, const char *trigger, struct rate *r,
    const char *what)
{
	t->stats.failures++;
	if (!r->said_failed)
		say(trigger, what);
	r->said_failed = true;
}

void
triggers_start(struct triggers *t, const struct trigger *trigger,
    const struct alert_rule *rule, const struct exec_values *v,
    const uint8_t *id)
{
	struct arena	*a = arena_new();
	char		**argv = arena_array(a, trigger->n + 1, sizeof(*argv));
	struct rate	*r = rate_of(t, rule);
	struct buf	 why = { 0 };
	pid_t		 pid;
	int		 error;

	for (size_t i = 0; i < trigger->n; i++) {
		argv[i] = fill(a, &trigger->words[i], v);
		if (argv[i] == NULL) {
			refuse(t, r, "the record has no path for $object");
			goto out;
		}
	}
	if (!note_start(t, r, id))
		goto out;
	error = spawn(t, argv, &pid);
	if (error == 0) {
		take_slot(t, trigger->text, r, pid);
		log_debug("trigger started: process %ld", (long)pid);
		goto out;
	}
	buf_escape(&why, slice_str(argv[0]));
	buf_printf(&why, ": %s", strerror(error));
	failed(t, trigger->text, r, buf_cstr(&why));
out:
	buf_fini(&why);
	arena_free(a);
}

unsigned
triggers_running(const struct triggers *t)
{
	return t->running;
}

/* First SIGTERM to the whole group, then SIGKILL. */
static void
end_group(struct slot *s)
{
	const struct timeval	 grace = { .tv_sec = GRACE_S };

	(void)kill(-s->pid, s->asked ? SIGKILL : SIGTERM); /* may be gone */
	s->asked = true;
	if (s->limit != NULL)
		(void)evtimer_add(s->limit, &grace);
}

static void
over_time(evutil_socket_t fd, short what, void *arg)
{
	struct slot	*s = arg;

	(void)fd;
	(void)what;
	if (s->text == NULL)
		return;
	if (!s->asked)
		s->late = true;
	end_group(s);
}

void
triggers_stop(struct triggers *t)
{
	for (unsigned i = 0; i < t->o.running; i++)
		if (t->slots[i].text != NULL && !t->slots[i].asked)
			end_group(&t->slots[i]);
}

/* What its end says; empty for a good one. */
static void
put_end(struct buf *out, const struct triggers *t, const struct slot *s,
    int status)
{
	if (s->late)
		buf_printf(out, "ended after %u seconds, the time limit",
		    t->o.time_s);
	else if (WIFSIGNALED(status) && !s->asked)
		buf_printf(out, "died of signal %d", WTERMSIG(status));
	else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		buf_printf(out, "ended with status %d", WEXITSTATUS(status));
}

static void
free_slot(struct triggers *t, struct slot *s, int status)
{
	struct buf	 why = { 0 };

	put_end(&why, t, s, status);
	if (why.n > 0)
		failed(t, s->text, s->rate, buf_cstr(&why));
	buf_fini(&why);
	t->ended[t->next_ended] = (struct ended){ s->pid,
		millis_of(CLOCK_REALTIME) };
	t->next_ended = (t->next_ended + 1) % ENDED_MAX;
	free(s->text);
	s->text = NULL;
	if (s->limit != NULL)
		(void)evtimer_del(s->limit);	/* fails if not pending */
	t->running--;
}

/* Its process id, and so the group's, stays taken until it is collected. */
static bool
has_ended(pid_t pid)
{
	siginfo_t	 info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
	    0 && info.si_pid == pid;
}

/* Collect those that have ended; never a child that is not ours. */
static void
child_ended(evutil_socket_t fd, short what, void *arg)
{
	struct triggers	*t = arg;

	(void)fd;
	(void)what;
	for (unsigned i = 0; i < t->o.running; i++) {
		struct slot	*s = &t->slots[i];
		int		 status = 0;

		if (s->text == NULL || !has_ended(s->pid))
			continue;
		if (s->asked)
			(void)kill(-s->pid, SIGKILL);	/* what it left */
		(void)waitpid(s->pid, &status, 0);	/* has ended */
		free_slot(t, s, status);
	}
}

bool
triggers_own(const struct triggers *t, uint32_t pid, int64_t millis)
{
	for (unsigned i = 0; i < t->o.running; i++)
		if (t->slots[i].text != NULL &&
		    (uint32_t)t->slots[i].pid == pid)
			return true;
	for (size_t i = 0; i < ENDED_MAX; i++)
		if (t->ended[i].pid != 0 && (uint32_t)t->ended[i].pid == pid &&
		    millis <= t->ended[i].millis)
			return true;
	return false;
}

void
triggers_stats(const struct triggers *t, struct triggers_stats *stats)
{
	*stats = t->stats;
}

void
triggers_end(const struct triggers *t)
{
	struct slice	 key;

	if (t->stats.passed > 0 && ledger_left(t->o.ledger) > 0)
		say_passed(t);		/* else that was said */
	for (size_t i = 0; i < map_count(t->rates); i++) {
		const struct rate	*r = map_at(t->rates, i, &key);
		struct buf		 text = { 0 };

		if (r->refused == 0)
			continue;
		buf_escape(&text, slice_str(r->label));
		log_warn("%s: %llu trigger%s not run", buf_cstr(&text),
		    (unsigned long long)r->refused,
		    r->refused == 1 ? "" : "s");
		buf_fini(&text);
	}
}
