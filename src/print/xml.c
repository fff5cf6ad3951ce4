/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xml.c - records as the XML of praudit(1).
 *
 * The names of elements and attributes are a table of patterns, in which a
 * field of the token table stands in braces; a token without a row gets the
 * names of the token table. A pattern becomes a plan: for each field what
 * stands before it and how it is spelled, and what stands at the end.
 */
#include "print/xml.h"

#include <assert.h>

#define RECORD(host)							\
	"<record version='{version}' event='{event}' "			\
	"modifier='{modifier}' " host "time='{seconds}' "		\
	"msec='{fraction}' >"
#define FILE_TOKEN							\
	"<file time='{seconds}' msec='{fraction}' >{name}</file>"
/* praudit glues port and address together in all but one token */
#define SUBJECT(name, between)						\
	"<" name " audit-uid='{auid}' uid='{euid}' gid='{egid}' "	\
	"ruid='{ruid}' rgid='{rgid}' pid='{pid}' sid='{session}' "	\
	"tid='{port}" between "{address}' />"
#define IPC_PERM							\
	"<IPC_perm uid='{uid}' gid='{gid}' creator-uid='{cuid}' "	\
	"creator-gid='{cgid}' mode='{mode}' seq='{seq}' key='{key}' />"
#define ARGUMENT							\
	"<argument arg-num='{number}' value='{value}' desc='{text}' />"
#define UUID(name)							\
	"<" name " " name "-num='{number}' uuid='{uuid}' desc='{text}' />"
#define ATTRIBUTE							\
	"<attribute mode='{mode}' uid='{uid}' gid='{gid}' "		\
	"fsid='{fsid}' nodeid='{node}' device='{dev}' />"
#define GROUP	"<group>{groups}</group>"
#define ADDRESS	"<ip_address>{address}</ip_address>"
#define RETURN	"<return errval='{error}' retval='{value}' />"

static const struct {
	const char	*token;
	const char	*pattern;
} patterns[] = {
	{ "header32", RECORD("") },
	{ "header64", RECORD("") },
	{ "header32_ex", RECORD("host='{address}' ") },
	{ "header64_ex", RECORD("host='{address}' ") },
	{ "trailer", "</record>" },
	{ "file32", FILE_TOKEN },
	{ "file64", FILE_TOKEN },
	{ "arbitrary", "<arbitrary {items}</arbitrary>" },
	{ "ipc", "<IPC ipc-type='{kind}' ipc-id='{id}' />" },
	{ "ipc_perm", IPC_PERM },
	{ "ipc_perm_short", IPC_PERM },
	{ "zonename", "<zone name='{zone}' />" },
	{ "argument32", ARGUMENT },
	{ "argument64", ARGUMENT },
	{ "arg_uuid", UUID("arg_uuid") },
	{ "ret_uuid", UUID("ret_uuid") },
	{ "return32", RETURN },
	{ "return64", RETURN },
	{ "exit", "<exit errval='{status}' retval='{value}' />" },
	{ "sequence", "<sequence seq-num='{number}' />" },
	{ "opaque", "<opaque>{data}</opaque>" },
	{ "groups", GROUP },
	{ "groups16", GROUP },
	{ "exec_args", "<exec_args>{args}</exec_args>" },
	{ "exec_env", "<exec_env>{env}</exec_env>" },
	{ "cmd", "<cmd>{args}{env}</cmd>" },
	{ "xatpath", "<path_attr>{path}</path_attr>" },
	{ "krb5_principal", "<krb5_principal>{principals}</krb5_principal>" },
	{ "cert_hash", "<certificate_hash>{hashes}</certificate_hash>" },
	{ "attribute", ATTRIBUTE },
	{ "attribute32", ATTRIBUTE },
	{ "attribute64", ATTRIBUTE },
	{ "in_addr", ADDRESS },
	{ "in_addr_ex", ADDRESS },
	{ "ip", "<ip version='{version}' service_type='{tos}' "
	    "len='{length}' id='{id}' offset='{offset}' "
	    "time_to_live='{ttl}' protocol='{protocol}' "
	    "cksum='{checksum}' src_addr='{source}' "
	    "dest_addr='{destination}' />" },
	{ "iport", "<ip_port>{port}</ip_port>" },
	{ "socket", "<socket sock_type='{type}' lport='{lport}' "
	    "laddr='{laddr}' fport='{rport}' faddr='{raddr}' />" },
	{ "socket_short", "<socket sock_dom='{domain}' lport='{port}' "
	    "laddr='{address}' />" },
	{ "socket_ex", "<socket sock_dom='{domain}' sock_type='{type}' "
	    "lport='{lport}' laddr='{laddr}' faddr='{raddr}' "
	    "fport='{rport}' />" },
	{ "socket_ex_short", "<socket sock_dom='{domain}' "
	    "sock_type='{type}' />" },
	{ "sockinet32", "<socket-inet type='{domain}' port='{port}' "
	    "addr='{address}' />" },
	{ "sockinet128", "<socket-inet6 type='{domain}' port='{port}' "
	    "addr='{address}' />" },
	{ "sockunix", "<socket-unix type='{domain}' port='' "
	    "addr='{path}' />" },
	{ "subject32", SUBJECT("subject", " ") },
	{ "subject64", SUBJECT("subject", "") },
	{ "subject32_ex", SUBJECT("subject", "") },
	{ "subject64_ex", SUBJECT("subject", "") },
	{ "process32", SUBJECT("process", "") },
	{ "process64", SUBJECT("process", "") },
	{ "process32_ex", SUBJECT("process", "") },
	{ "process64_ex", SUBJECT("process", "") },
	{ "privilege", "<privilege type='{set}' priv='{privileges}' />" },
	{ "use_of_privilege", "<use_of_privilege status='{success}' "
	    "name='{privilege}' />" },
};

/* The element around each member of a list. */
static const struct {
	const char	*field;
	const char	*element;
} members[] = {
	{ "args", "arg" },		{ "env", "env" },
	{ "groups", "gid" },		{ "path", "path" },
	{ "principals", "principal" },	{ "hashes", "hash" },
};

static const char *
member_element(const char *field)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strcmp(members[i].field, field) == 0)
			return members[i].element;
	return "item";
}

/* praudit's label, with what cannot stand in a name made an underline. */
static void
put_element(struct buf *b, const char *label)
{
	for (; *label != '\0'; label++)
		buf_char(b, *label == ' ' ? '_' : *label);
}

/* A pattern for a token that has no row, from the token table. */
static void
usual_pattern(struct buf *b, const struct layout *lay, const enum form *forms)
{
	const bool	 content = lay->fields[1].name == NULL &&
	    forms[0] == F_STR;

	buf_char(b, '<');
	put_element(b, lay->label);
	if (content) {
		buf_printf(b, ">{%s}</", lay->fields[0].name);
		put_element(b, lay->label);
		buf_char(b, '>');
		return;
	}
	for (size_t i = 0; lay->fields[i].name != NULL; i++)
		if (forms[i] != F_HIDDEN)
			buf_printf(b, " %s='{%s}'", lay->fields[i].name,
			    lay->fields[i].name);
	buf_str(b, " />");
}

static void
find_pattern(struct buf *b, const struct layout *lay, const enum form *forms)
{
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (strcmp(patterns[i].token, lay->name) == 0) {
			buf_str(b, patterns[i].pattern);
			return;
		}
	usual_pattern(b, lay, forms);
}

static void
add_char(struct prefix *pre, char c)
{
	assert(pre->n < sizeof(pre->bytes));	/* the table is ours */
	pre->bytes[pre->n++] = c == '\'' ? '"' : (uint8_t)c;
}

/* The field whose name ends at a brace, as its place in the layout. */
static size_t
field_at(const struct layout *lay, struct slice name)
{
	size_t	 i = 0;

	while (lay->fields[i].name != NULL &&
	    !slice_is(name, lay->fields[i].name))
		i++;
	assert(lay->fields[i].name != NULL);
	return i;
}

/* The next field that a pattern names from *S on, *S then at its brace. */
static bool
next_field(const struct layout *lay, const char **s, size_t *i)
{
	const char	*start = strchr(*s, '{'), *end;

	if (start == NULL)
		return false;
	end = strchr(start, '}');
	*i = field_at(lay, (struct slice){ (const uint8_t *)start + 1,
	    (size_t)(end - start - 1) });
	*s = end;
	return true;
}

/* Does the pattern name fields in the order of the layout? */
static bool
is_in_order(const struct layout *lay, const char *pattern)
{
	size_t	 i, next = 0;

	while (next_field(lay, &pattern, &i)) {
		if (i < next)
			return false;
		next = i + 1;
	}
	return true;
}

/* Pass over a field; what PRE has so far is for the next one. */
static struct prefix *
hide(struct plan *p, const struct field *f, struct prefix *pre)
{
	*p->end++ = (struct step){ F_HIDDEN, f->wire, f, NULL };
	pre[1] = pre[0];
	*pre = (struct prefix){ 0 };
	return pre + 1;
}

/*
 * Patterns mostly name fields in the order of the layout. Then those that they
 * leave out get a hidden step, so that texthop.c can pass over them.
 */
void
xml_plan(const struct layout *lay, const enum form *forms, struct plan *p)
{
	struct buf	 pattern = { 0 };
	struct prefix	*pre = p->prefixes;
	size_t		 next = 0;		/* the layout's fields so far */

	find_pattern(&pattern, lay, forms);
	p->in_order = is_in_order(lay, buf_cstr(&pattern));
	for (const char *s = buf_cstr(&pattern); *s != '\0'; s++) {
		size_t	 i;

		if (*s != '{') {
			add_char(pre, *s);
			continue;
		}
		(void)next_field(lay, &s, &i);	/* it stands here */
		for (; p->in_order && next < i; next++)
			pre = hide(p, &lay->fields[next], pre);
		*p->end++ = (struct step){ forms[i], lay->fields[i].wire,
		    &lay->fields[i], member_element(lay->fields[i].name) };
		pre++;
		next = i + 1;
	}
	for (; p->in_order && lay->fields[next].name != NULL; next++)
		pre = hide(p, &lay->fields[next], pre);
	buf_fini(&pattern);
}

/* One byte, in the manner of vis(3) and with the entities of XML. */
static void
escape_byte(struct buf *out, uint8_t c)
{
	static const char	 marks[] = "&<>\"'\\\r\b\a\v\f";
	static const char *const texts[] = { "&amp;", "&lt;", "&gt;",
		"&quot;", "&apos;", "\\\\", "\\r", "\\b", "\\a", "\\v", "\\f" };
	const char		*mark = c == 0 ? NULL : strchr(marks, c);

	if (mark != NULL)
		buf_str(out, texts[mark - marks]);
	else if ((c >= ' ' && c < 0x7f) || c == '\t' || c == '\n')
		buf_char(out, (char)c);
	else if (c < 0x80)
		buf_printf(out, "\\^%c", c ^ 0x40);
	else if (c == 0xa0)
		buf_str(out, "\\240");
	else if ((c & 0x7f) < ' ' || c == 0xff)
		buf_printf(out, "\\M^%c", (c & 0x7f) ^ 0x40);
	else {
		buf_str(out, "\\M-");
		c &= 0x7f;
		if (c == '\\')
			buf_char(out, '\\');
		else
			escape_byte(out, c);	/* it may be a mark */
	}
}

void
xml_escape(struct buf *out, struct slice s)
{
	size_t	 plain = 0;

	for (size_t i = 0; i < s.n; i++) {
		const uint8_t	 c = s.p[i];

		if (c > '>' && c < 0x7f && c != '\\') {
			plain++;
			continue;
		}
		buf_put(out, s.p + i - plain, plain);
		plain = 0;
		escape_byte(out, c);
	}
	if (s.n > 0)
		buf_put(out, s.p + s.n - plain, plain);
}
