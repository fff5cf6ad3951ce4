/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * self.c - which records are our own doing.
 *
 * An audit session tells it best: every process started below us is in it, and
 * nobody else. Without one our process id and those of the triggers have to do
 * while they live.
 */
#ifdef HAVE_SETAUDIT_ADDR
#include <sys/types.h>
#include <sys/param.h>
#include <bsm/audit.h>
#endif

#include <unistd.h>

#include "base/log.h"
#include "run/self.h"

#ifdef HAVE_SETAUDIT_ADDR
/* A session named by our process id, with all else as it was. */
static bool
own_session(uint32_t *session)
{
	struct auditinfo_addr	 info = { 0 };

	if (getaudit_addr(&info, sizeof(info)) == -1)
		return false;
	info.ai_asid = (au_asid_t)getpid();
	if (setaudit_addr(&info, sizeof(info)) == -1 ||
	    getaudit_addr(&info, sizeof(info)) == -1)
		return false;
	*session = (uint32_t)info.ai_asid;	/* as the kernel has it now */
	return true;
}
#else
static bool
own_session(uint32_t *session)
{
	*session = 0;
	return false;
}
#endif

void
self_init(struct self *s)
{
	*s = (struct self){ .pid = getpid() };
	s->has_session = own_session(&s->session);
	log_debug(s->has_session ? "in an audit session of our own" :
	    "no audit session of our own: records are told by process id");
}

bool
self_own(struct self *s, const struct triggers *triggers,
    const struct record *rec)
{
	uint32_t	 pid;
	bool		 own;

	if (rec->at[REC_SUBJECT] == 0)
		return false;
	pid = record_pid(rec);
	own = pid == (uint32_t)s->pid ||
	    (s->has_session && record_session(rec) == s->session) ||
	    (triggers != NULL && triggers_own(triggers, pid,
		record_millis(rec)));
	s->passed += own;
	return own;
}
