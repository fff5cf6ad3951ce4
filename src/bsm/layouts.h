/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layouts.h - the rows of the token table, for token.c alone.
 *
 * Widths and order of fields: audit.log(5) of OpenBSM, illumos
 * usr/src/lib/libbsm and uts/common/c2/audit_token.c, xnu bsd/security/audit.
 */
#ifndef BSM_LAYOUTS_H
#define BSM_LAYOUTS_H

#include "bsm/token.h"

#define AT(member)	offsetof(struct token, member)
#define END		{ NULL, W_N, 0, SHOW_DEC }

#define NUM(name, wire, member)		{ name, wire, AT(member), SHOW_DEC }
#define SHOWN(name, wire, member, how)	{ name, wire, AT(member), how }

#define HEADER_FIELDS							\
	NUM("size", W_U32, header.size),				\
	NUM("version", W_U8, header.version),				\
	SHOWN("event", W_U16, header.event, SHOW_EVENT),		\
	NUM("modifier", W_U16, header.modifier)
#define HEADER_TIME(wire)						\
	SHOWN("seconds", wire, header.seconds, SHOW_TIME),		\
	NUM("fraction", wire, header.fraction)

static const struct field header32[] = {
	HEADER_FIELDS, HEADER_TIME(W_U32), END
};
static const struct field header32_ex[] = {
	HEADER_FIELDS, NUM("address", W_ADDR, header.address),
	HEADER_TIME(W_U32), END
};
static const struct field header64[] = {
	HEADER_FIELDS, HEADER_TIME(W_U64), END
};
static const struct field header64_ex[] = {
	HEADER_FIELDS, NUM("address", W_ADDR, header.address),
	HEADER_TIME(W_U64), END
};

static const struct field trailer[] = {
	SHOWN("magic", W_U16, trailer.magic, SHOW_HEX),
	NUM("size", W_U32, trailer.size), END
};

static const struct field file32[] = {
	SHOWN("seconds", W_U32, file.seconds, SHOW_TIME),
	NUM("fraction", W_U32, file.fraction),
	NUM("name", W_STR, file.name), END
};
static const struct field file64[] = {
	SHOWN("seconds", W_U64, file.seconds, SHOW_TIME),
	NUM("fraction", W_U64, file.fraction),
	NUM("name", W_STR, file.name), END
};

#define SUBJECT_IDS							\
	SHOWN("auid", W_U32, subject.auid, SHOW_UID),			\
	SHOWN("euid", W_U32, subject.euid, SHOW_UID),			\
	SHOWN("egid", W_U32, subject.egid, SHOW_GID),			\
	SHOWN("ruid", W_U32, subject.ruid, SHOW_UID),			\
	SHOWN("rgid", W_U32, subject.rgid, SHOW_GID),			\
	NUM("pid", W_U32, subject.pid),					\
	NUM("session", W_U32, subject.session)

static const struct field subject32[] = {
	SUBJECT_IDS, NUM("port", W_U32, subject.port),
	NUM("address", W_RAW4, subject.address), END
};
static const struct field subject64[] = {
	SUBJECT_IDS, NUM("port", W_U64, subject.port),
	NUM("address", W_RAW4, subject.address), END
};
static const struct field subject32_ex[] = {
	SUBJECT_IDS, NUM("port", W_U32, subject.port),
	NUM("address", W_ADDR, subject.address), END
};
static const struct field subject64_ex[] = {
	SUBJECT_IDS, NUM("port", W_U64, subject.port),
	NUM("address", W_ADDR, subject.address), END
};

static const struct field return32[] = {
	SHOWN("error", W_U8, ret.error, SHOW_ERROR),
	NUM("value", W_U32, ret.value), END
};
static const struct field return64[] = {
	SHOWN("error", W_U8, ret.error, SHOW_ERROR),
	NUM("value", W_U64, ret.value), END
};
static const struct field exit_status[] = {
	NUM("status", W_U32, ret.error), NUM("value", W_U32, ret.value), END
};
static const struct field argument32[] = {
	NUM("number", W_U8, arg.number),
	SHOWN("value", W_U32, arg.value, SHOW_HEX),
	NUM("text", W_STR, arg.text), END
};
static const struct field argument64[] = {
	NUM("number", W_U8, arg.number),
	SHOWN("value", W_U64, arg.value, SHOW_HEX),
	NUM("text", W_STR, arg.text), END
};
static const struct field uuid[] = {
	NUM("number", W_U8, arg.number), NUM("uuid", W_UUID, arg.uuid),
	NUM("text", W_STR, arg.text), END
};
static const struct field rights[] = {
	SHOWN("rights0", W_U64, num.v[0], SHOW_HEX),
	SHOWN("rights1", W_U64, num.v[1], SHOW_HEX), END
};
static const struct field data[] = {
	SHOWN("how", W_U8, data.how, SHOW_HOW),
	SHOWN("unit", W_U8, data.unit, SHOW_UNIT),
	NUM("items", W_ITEMS, data.items), END
};

static const struct field path[] = { NUM("path", W_STR, str.text), END };
static const struct field text[] = { NUM("text", W_STR, str.text), END };
static const struct field opaque[] = { NUM("data", W_OPAQUE, str.text), END };
static const struct field zonename[] = { NUM("zone", W_STR, str.text), END };
static const struct field fmri[] = { NUM("fmri", W_STR, str.text), END };
static const struct field xatpath[] = {
	NUM("path", W_STRINGS, list.list), END
};
static const struct field exec_args[] = {
	NUM("args", W_STRINGS, list.list), END
};
static const struct field exec_env[] = {
	NUM("env", W_STRINGS, list.list), END
};
static const struct field cmd[] = {
	NUM("args", W_STRS16, list.list), NUM("env", W_STRS16, list.second), END
};

#define ATTR_FIELDS							\
	SHOWN("mode", W_U32, attr.mode, SHOW_OCT),			\
	SHOWN("uid", W_U32, attr.uid, SHOW_UID),			\
	SHOWN("gid", W_U32, attr.gid, SHOW_GID),			\
	NUM("fsid", W_U32, attr.fsid)
static const struct field attr_old[] = {
	ATTR_FIELDS, NUM("node", W_U32, attr.node), NUM("dev", W_U32, attr.dev),
	END
};
static const struct field attr32[] = {
	ATTR_FIELDS, NUM("node", W_U64, attr.node), NUM("dev", W_U32, attr.dev),
	END
};
static const struct field attr64[] = {
	ATTR_FIELDS, NUM("node", W_U64, attr.node), NUM("dev", W_U64, attr.dev),
	END
};
static const struct field acl[] = {
	NUM("type", W_U32, num.v[0]), NUM("id", W_U32, num.v[1]),
	SHOWN("permissions", W_U32, num.v[2], SHOW_OCT), END
};
static const struct field ace[] = {
	NUM("who", W_U32, num.v[0]), SHOWN("mask", W_U32, num.v[1], SHOW_HEX),
	SHOWN("flags", W_U16, num.v[2], SHOW_HEX),
	NUM("type", W_U16, num.v[3]), END
};

static const struct field ipc[] = {
	SHOWN("kind", W_U8, num.v[0], SHOW_IPC), NUM("id", W_U32, num.v[1]), END
};
#define IPC_PERM_FIELDS							\
	SHOWN("uid", W_U32, num.v[0], SHOW_UID),			\
	SHOWN("gid", W_U32, num.v[1], SHOW_GID),			\
	SHOWN("cuid", W_U32, num.v[2], SHOW_UID),			\
	SHOWN("cgid", W_U32, num.v[3], SHOW_GID),			\
	SHOWN("mode", W_U32, num.v[4], SHOW_OCT),			\
	NUM("seq", W_U32, num.v[5])
static const struct field ipc_perm[] = {
	IPC_PERM_FIELDS, NUM("key", W_U32, num.v[6]), END
};
/* FreeBSD up to 7.1 and old Darwin leave out the key's last byte. */
static const struct field ipc_perm_short[] = {
	IPC_PERM_FIELDS, NUM("key", W_U24, num.v[6]), END
};

static const struct field in_addr[] = { NUM("address", W_RAW4, num.a), END };
static const struct field in_addr_ex[] = { NUM("address", W_ADDR, num.a), END };
static const struct field ip[] = {	/* an IPv4 header, RFC 791 */
	SHOWN("version", W_U8, num.v[0], SHOW_HEX),
	SHOWN("tos", W_U8, num.v[1], SHOW_HEX),
	NUM("length", W_U16, num.v[2]), NUM("id", W_U16, num.v[3]),
	NUM("offset", W_U16, num.v[4]), NUM("ttl", W_U8, num.v[5]),
	NUM("protocol", W_U8, num.v[6]),
	SHOWN("checksum", W_U16, num.v[7], SHOW_HEX),
	NUM("source", W_RAW4, num.a), NUM("destination", W_RAW4, num.b), END
};
static const struct field iport[] = {
	NUM("port", W_U16, num.v[0]), END
};
static const struct field socket[] = {
	SHOWN("type", W_U16, sock.type, SHOW_SOCKTYPE),
	NUM("lport", W_U16, sock.lport), NUM("laddr", W_RAW4, sock.laddr),
	NUM("rport", W_U16, sock.rport), NUM("raddr", W_RAW4, sock.raddr), END
};
/* The Solaris kernel writes an address here. */
static const struct field socket_short[] = {
	SHOWN("domain", W_U16, sock.domain, SHOW_DOMAIN),
	NUM("port", W_U16, sock.lport), NUM("address", W_RAW4, sock.laddr), END
};
static const struct field socket_ex[] = {
	SHOWN("domain", W_U16, sock.domain, SHOW_DOMAIN),
	SHOWN("type", W_U16, sock.type, SHOW_SOCKTYPE),
	NUM("atype", W_ATYPE, sock.atype),
	NUM("lport", W_U16, sock.lport), NUM("laddr", W_AT_ADDR, sock.laddr),
	NUM("rport", W_U16, sock.rport), NUM("raddr", W_AT_ADDR, sock.raddr),
	END
};
/* illumos ends the token here for a domain without addresses. */
static const struct field socket_ex_short[] = {
	SHOWN("domain", W_U16, sock.domain, SHOW_DOMAIN),
	SHOWN("type", W_U16, sock.type, SHOW_SOCKTYPE), END
};
static const struct field sockinet32[] = {
	SHOWN("domain", W_U16, sock.domain, SHOW_DOMAIN),
	NUM("port", W_U16, sock.lport), NUM("address", W_RAW4, sock.laddr), END
};
static const struct field sockinet128[] = {
	SHOWN("domain", W_U16, sock.domain, SHOW_DOMAIN),
	NUM("port", W_U16, sock.lport), NUM("address", W_RAW16, sock.laddr), END
};
static const struct field sockunix[] = {
	SHOWN("domain", W_U16, sock.domain, SHOW_DOMAIN),
	NUM("path", W_ZSTR, sock.laddr), END
};
static const struct field tid[] = {	/* kind 1, IP, is the only one known */
	NUM("kind", W_TID, num.v[0]), NUM("rport", W_U16, num.v[1]),
	NUM("lport", W_U16, num.v[2]), NUM("address", W_ADDR, num.a), END
};
static const struct field host[] = { NUM("address", W_RAW4, num.a), END };
static const struct field liaison[] = { NUM("liaison", W_U32, num.v[0]), END };

static const struct field groups16[] = { NUM("groups", W_U32X16, groups), END };
static const struct field groups[] = { NUM("groups", W_U32S, groups), END };
static const struct field user[] = {
	SHOWN("uid", W_U32, str.number, SHOW_UID),
	NUM("name", W_STR, str.text), END
};
static const struct field priv[] = {
	NUM("set", W_STR, str.text), NUM("privileges", W_STR, str.more), END
};
static const struct field upriv[] = {
	NUM("success", W_U8, str.number), NUM("privilege", W_STR, str.text), END
};
static const struct field uauth[] = {
	NUM("authorization", W_STR, str.text), END
};
static const struct field uauth_upriv[] = {
	NUM("success", W_U8, str.number), NUM("authorization", W_STR, str.text),
	END
};
static const struct field label[] = {
	NUM("id", W_U8, num.v[0]), NUM("words", W_U8, num.v[1]),
	NUM("class", W_U16, num.v[2]), NUM("compartments", W_WORDS, num.a), END
};
static const struct field secflags[] = {
	NUM("set", W_STR, str.text), NUM("flags", W_STR, str.more), END
};
static const struct field seq[] = { NUM("number", W_U32, num.v[0]), END };

static const struct field xatom[] = { NUM("atom", W_STR, str.text), END };
static const struct field xobj[] = {
	NUM("oid", W_U32, num.v[0]), SHOWN("xid", W_U32, num.v[1], SHOW_HEX),
	SHOWN("cuid", W_U32, num.v[2], SHOW_UID), END
};
static const struct field xproto[] = { NUM("pid", W_U32, num.v[0]), END };
static const struct field xselect[] = {
	NUM("property", W_STR, str.text), NUM("type", W_STR, str.more),
	NUM("data", W_STR, str.most), END
};
static const struct field xid[] = {
	SHOWN("xid", W_U32, num.v[0], SHOW_HEX),
	SHOWN("cuid", W_U32, num.v[1], SHOW_UID), END
};
static const struct field xproperty[] = {
	SHOWN("xid", W_U32, num.v[0], SHOW_HEX),
	SHOWN("cuid", W_U32, num.v[1], SHOW_UID),
	NUM("property", W_STR, num.a), END
};
static const struct field xclient[] = { NUM("client", W_U32, num.v[0]), END };

static const struct field identity[] = {
	NUM("signer", W_U32, identity.signer),
	NUM("signing_id", W_STR, identity.id),
	NUM("signing_id_cut", W_U8, identity.id_cut),
	NUM("team_id", W_STR, identity.team),
	NUM("team_id_cut", W_U8, identity.team_cut),
	NUM("cdhash", W_OPAQUE, identity.hash), END
};
static const struct field krb5[] = {
	NUM("principals", W_STRINGS, list.list), END
};
static const struct field cert_hash[] = {
	NUM("hashes", W_STRINGS, list.list), END
};

static const struct layout layouts[] = {	/* ascending id */
	{ 0x11, "file32", "file", file32, FOR_ALL },
	{ 0x13, "trailer", "trailer", trailer, FOR_ALL },
	{ 0x14, "header32", "header", header32, FOR_ALL },
	{ 0x15, "header32_ex", "header_ex", header32_ex, FOR_ALL },
	{ 0x20, "fmri", "fmri", fmri, FOR_ALL },
	{ 0x21, "arbitrary", "arbitrary", data, FOR_ALL },
	{ 0x22, "ipc", "IPC", ipc, FOR_ALL },
	{ 0x23, "path", "path", path, FOR_ALL },
	{ 0x24, "subject32", "subject", subject32, FOR_ALL },
	{ 0x25, "xatpath", "path_attr", xatpath, FOR_ALL },
	{ 0x26, "process32", "process", subject32, FOR_ALL },
	{ 0x27, "return32", "return", return32, FOR_ALL },
	{ 0x28, "text", "text", text, FOR_ALL },
	{ 0x29, "opaque", "opaque", opaque, FOR_ALL },
	{ 0x2a, "in_addr", "ip addr", in_addr, FOR_ALL },
	{ 0x2b, "ip", "ip", ip, FOR_ALL },
	{ 0x2c, "iport", "ip port", iport, FOR_ALL },
	{ 0x2d, "argument32", "argument", argument32, FOR_ALL },
	{ 0x2e, "socket", "socket", socket, FOR_BSD },
	{ 0x2e, "socket_short", "socket", socket_short, FOR_SOLARIS },
	{ 0x2f, "sequence", "sequence", seq, FOR_ALL },
	{ 0x30, "acl", "acl", acl, FOR_ALL },
	{ 0x31, "attribute", "attribute", attr_old, FOR_ALL },
	{ 0x32, "ipc_perm", "IPC perm", ipc_perm, FOR_BOTH },
	{ 0x32, "ipc_perm_short", "IPC perm", ipc_perm_short, FOR_NOBODY },
	{ 0x33, "label", "sensitivity label", label, FOR_ALL },
	{ 0x34, "groups16", "group", groups16, FOR_ALL },
	{ 0x35, "ace", "acl", ace, FOR_ALL },
	{ 0x36, "user", "user", user, FOR_ALL },
	{ 0x38, "privilege", "privilege", priv, FOR_ALL },
	{ 0x39, "use_of_privilege", "use of privilege", upriv, FOR_ALL },
	{ 0x3a, "liaison", "liaison", liaison, FOR_ALL },
	{ 0x3b, "groups", "group", groups, FOR_ALL },
	{ 0x3c, "exec_args", "exec arg", exec_args, FOR_ALL },
	{ 0x3d, "exec_env", "exec env", exec_env, FOR_ALL },
	{ 0x3e, "attribute32", "attribute", attr32, FOR_ALL },
	{ 0x3f, "use_of_authorization", "use of authorization", uauth,
	    FOR_BOTH },
	/* illumos' au_to_upriv() wrote this id before its own fields */
	{ 0x3f, "use_of_authorization_upriv", "use of authorization",
	    uauth_upriv, FOR_NOBODY },
	{ 0x40, "xatom", "X atom", xatom, FOR_ALL },
	{ 0x41, "xobj", "X object", xobj, FOR_ALL },
	{ 0x42, "xproto", "X protocol", xproto, FOR_ALL },
	{ 0x43, "xselect", "X selection", xselect, FOR_ALL },
	{ 0x44, "xcolormap", "X color map", xid, FOR_ALL },
	{ 0x45, "xcursor", "X cursor", xid, FOR_ALL },
	{ 0x46, "xfont", "X font", xid, FOR_ALL },
	{ 0x47, "xgc", "X graphic context", xid, FOR_ALL },
	{ 0x48, "xpixmap", "X pixmap", xid, FOR_ALL },
	{ 0x49, "xproperty", "X property", xproperty, FOR_ALL },
	{ 0x4a, "xwindow", "X window", xid, FOR_ALL },
	{ 0x4b, "xclient", "X client", xclient, FOR_ALL },
	{ 0x51, "cmd", "cmd", cmd, FOR_ALL },
	{ 0x52, "exit", "exit", exit_status, FOR_ALL },
	{ 0x60, "zonename", "zone", zonename, FOR_ALL },
	{ 0x61, "tid", "tid", tid, FOR_ALL },
	{ 0x62, "secflags", "secflags", secflags, FOR_ALL },
	{ 0x70, "host", "host", host, FOR_ALL },
	{ 0x71, "argument64", "argument", argument64, FOR_ALL },
	{ 0x72, "return64", "return", return64, FOR_ALL },
	{ 0x73, "attribute64", "attribute", attr64, FOR_ALL },
	{ 0x74, "header64", "header", header64, FOR_ALL },
	{ 0x75, "subject64", "subject", subject64, FOR_ALL },
	{ 0x77, "process64", "process", subject64, FOR_ALL },
	{ 0x78, "file64", "file", file64, FOR_ALL },
	{ 0x79, "header64_ex", "header_ex", header64_ex, FOR_ALL },
	{ 0x7a, "subject32_ex", "subject_ex", subject32_ex, FOR_ALL },
	{ 0x7b, "process32_ex", "process_ex", subject32_ex, FOR_ALL },
	{ 0x7c, "subject64_ex", "subject_ex", subject64_ex, FOR_ALL },
	{ 0x7d, "process64_ex", "process_ex", subject64_ex, FOR_ALL },
	{ 0x7e, "in_addr_ex", "ip addr ex", in_addr_ex, FOR_ALL },
	{ 0x7f, "socket_ex", "socket", socket_ex, FOR_BOTH },
	{ 0x7f, "socket_ex_short", "socket", socket_ex_short, FOR_NOBODY },
	{ 0x80, "sockinet32", "socket-inet", sockinet32, FOR_ALL },
	{ 0x81, "sockinet128", "socket-inet6", sockinet128, FOR_ALL },
	{ 0x82, "sockunix", "socket-unix", sockunix, FOR_ALL },
	{ 0x83, "rights", "rights", rights, FOR_ALL },
	{ 0x84, "arg_uuid", "arg_uuid", uuid, FOR_ALL },
	{ 0x85, "ret_uuid", "ret_uuid", uuid, FOR_ALL },
	{ 0xed, "identity", "identity", identity, FOR_ALL },
	{ 0xee, "krb5_principal", "krb5 principal", krb5, FOR_ALL },
	{ 0xef, "cert_hash", "certificate hash", cert_hash, FOR_ALL },
};

#endif
