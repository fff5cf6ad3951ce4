/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * errors.c - BSM error numbers to names, text and the local errno.
 *
 * One row for each number of OpenBSM's sys/bsm/audit_errno.h. Up to 151 they
 * are those of Solaris. The text is that of glibc, which is what praudit(1)
 * prints on Linux, and OpenBSM's own for errors that Linux does not have.
 *
 * POSIX does not know half of the errors, so each of those gets NOT_HERE on a
 * system without it before the table is made.
 */
#include "bsm/errors.h"

#include <errno.h>

#define NOT_HERE (-1)

#ifndef ENOTBLK
#define ENOTBLK NOT_HERE
#endif
#ifndef ECHRNG
#define ECHRNG NOT_HERE
#endif
#ifndef EL2NSYNC
#define EL2NSYNC NOT_HERE
#endif
#ifndef EL3HLT
#define EL3HLT NOT_HERE
#endif
#ifndef EL3RST
#define EL3RST NOT_HERE
#endif
#ifndef ELNRNG
#define ELNRNG NOT_HERE
#endif
#ifndef EUNATCH
#define EUNATCH NOT_HERE
#endif
#ifndef ENOCSI
#define ENOCSI NOT_HERE
#endif
#ifndef EL2HLT
#define EL2HLT NOT_HERE
#endif
#ifndef EBADE
#define EBADE NOT_HERE
#endif
#ifndef EBADR
#define EBADR NOT_HERE
#endif
#ifndef EXFULL
#define EXFULL NOT_HERE
#endif
#ifndef ENOANO
#define ENOANO NOT_HERE
#endif
#ifndef EBADRQC
#define EBADRQC NOT_HERE
#endif
#ifndef EBADSLT
#define EBADSLT NOT_HERE
#endif
#ifndef EDEADLOCK
#define EDEADLOCK NOT_HERE
#endif
#ifndef EBFONT
#define EBFONT NOT_HERE
#endif
#ifndef ENOSTR
#define ENOSTR NOT_HERE
#endif
#ifndef ENODATA
#define ENODATA NOT_HERE
#endif
#ifndef ETIME
#define ETIME NOT_HERE
#endif
#ifndef ENOSR
#define ENOSR NOT_HERE
#endif
#ifndef ENONET
#define ENONET NOT_HERE
#endif
#ifndef ENOPKG
#define ENOPKG NOT_HERE
#endif
#ifndef EREMOTE
#define EREMOTE NOT_HERE
#endif
#ifndef EADV
#define EADV NOT_HERE
#endif
#ifndef ESRMNT
#define ESRMNT NOT_HERE
#endif
#ifndef ECOMM
#define ECOMM NOT_HERE
#endif
#ifndef ELOCKUNMAPPED
#define ELOCKUNMAPPED NOT_HERE
#endif
#ifndef ENOTACTIVE
#define ENOTACTIVE NOT_HERE
#endif
#ifndef ENOTUNIQ
#define ENOTUNIQ NOT_HERE
#endif
#ifndef EBADFD
#define EBADFD NOT_HERE
#endif
#ifndef EREMCHG
#define EREMCHG NOT_HERE
#endif
#ifndef ELIBACC
#define ELIBACC NOT_HERE
#endif
#ifndef ELIBBAD
#define ELIBBAD NOT_HERE
#endif
#ifndef ELIBSCN
#define ELIBSCN NOT_HERE
#endif
#ifndef ELIBMAX
#define ELIBMAX NOT_HERE
#endif
#ifndef ELIBEXEC
#define ELIBEXEC NOT_HERE
#endif
#ifndef ERESTART
#define ERESTART NOT_HERE
#endif
#ifndef ESTRPIPE
#define ESTRPIPE NOT_HERE
#endif
#ifndef EUSERS
#define EUSERS NOT_HERE
#endif
#ifndef ESOCKTNOSUPPORT
#define ESOCKTNOSUPPORT NOT_HERE
#endif
#ifndef EPFNOSUPPORT
#define EPFNOSUPPORT NOT_HERE
#endif
#ifndef ESHUTDOWN
#define ESHUTDOWN NOT_HERE
#endif
#ifndef ETOOMANYREFS
#define ETOOMANYREFS NOT_HERE
#endif
#ifndef EHOSTDOWN
#define EHOSTDOWN NOT_HERE
#endif
#ifndef EQFULL
#define EQFULL NOT_HERE
#endif
#ifndef EPROCLIM
#define EPROCLIM NOT_HERE
#endif
#ifndef EBADRPC
#define EBADRPC NOT_HERE
#endif
#ifndef ERPCMISMATCH
#define ERPCMISMATCH NOT_HERE
#endif
#ifndef EPROGUNAVAIL
#define EPROGUNAVAIL NOT_HERE
#endif
#ifndef EPROGMISMATCH
#define EPROGMISMATCH NOT_HERE
#endif
#ifndef EPROCUNAVAIL
#define EPROCUNAVAIL NOT_HERE
#endif
#ifndef EFTYPE
#define EFTYPE NOT_HERE
#endif
#ifndef EAUTH
#define EAUTH NOT_HERE
#endif
#ifndef ENEEDAUTH
#define ENEEDAUTH NOT_HERE
#endif
#ifndef ENOATTR
#define ENOATTR NOT_HERE
#endif
#ifndef EDOOFUS
#define EDOOFUS NOT_HERE
#endif
#ifndef EJUSTRETURN
#define EJUSTRETURN NOT_HERE
#endif
#ifndef ENOIOCTL
#define ENOIOCTL NOT_HERE
#endif
#ifndef EDIRIOCTL
#define EDIRIOCTL NOT_HERE
#endif
#ifndef EPWROFF
#define EPWROFF NOT_HERE
#endif
#ifndef EDEVERR
#define EDEVERR NOT_HERE
#endif
#ifndef EBADEXEC
#define EBADEXEC NOT_HERE
#endif
#ifndef EBADARCH
#define EBADARCH NOT_HERE
#endif
#ifndef ESHLIBVERS
#define ESHLIBVERS NOT_HERE
#endif
#ifndef EBADMACHO
#define EBADMACHO NOT_HERE
#endif
#ifndef EPOLICY
#define EPOLICY NOT_HERE
#endif
#ifndef EDOTDOT
#define EDOTDOT NOT_HERE
#endif
#ifndef EUCLEAN
#define EUCLEAN NOT_HERE
#endif
#ifndef ENOTNAM
#define ENOTNAM NOT_HERE
#endif
#ifndef ENAVAIL
#define ENAVAIL NOT_HERE
#endif
#ifndef EISNAM
#define EISNAM NOT_HERE
#endif
#ifndef EREMOTEIO
#define EREMOTEIO NOT_HERE
#endif
#ifndef ENOMEDIUM
#define ENOMEDIUM NOT_HERE
#endif
#ifndef EMEDIUMTYPE
#define EMEDIUMTYPE NOT_HERE
#endif
#ifndef ENOKEY
#define ENOKEY NOT_HERE
#endif
#ifndef EKEYEXPIRED
#define EKEYEXPIRED NOT_HERE
#endif
#ifndef EKEYREVOKED
#define EKEYREVOKED NOT_HERE
#endif
#ifndef EKEYREJECTED
#define EKEYREJECTED NOT_HERE
#endif
#ifndef ENOTCAPABLE
#define ENOTCAPABLE NOT_HERE
#endif
#ifndef ECAPMODE
#define ECAPMODE NOT_HERE
#endif
#ifndef EINTEGRITY
#define EINTEGRITY NOT_HERE
#endif

#define ERROR(number, name, text)	{ number, #name, text, name, true }
#define SILENT(number, name, text)	{ number, #name, text, name, false }

static const struct bsm_error errors[] = {	/* ascending */
	{ 0, "ESUCCESS", "Success", 0, true },
	ERROR(1, EPERM, "Operation not permitted"),
	ERROR(2, ENOENT, "No such file or directory"),
	ERROR(3, ESRCH, "No such process"),
	ERROR(4, EINTR, "Interrupted system call"),
	ERROR(5, EIO, "Input/output error"),
	ERROR(6, ENXIO, "No such device or address"),
	ERROR(7, E2BIG, "Argument list too long"),
	ERROR(8, ENOEXEC, "Exec format error"),
	ERROR(9, EBADF, "Bad file descriptor"),
	ERROR(10, ECHILD, "No child processes"),
	ERROR(11, EAGAIN, "Resource temporarily unavailable"),
	ERROR(12, ENOMEM, "Cannot allocate memory"),
	ERROR(13, EACCES, "Permission denied"),
	ERROR(14, EFAULT, "Bad address"),
	ERROR(15, ENOTBLK, "Block device required"),
	ERROR(16, EBUSY, "Device or resource busy"),
	ERROR(17, EEXIST, "File exists"),
	ERROR(18, EXDEV, "Invalid cross-device link"),
	ERROR(19, ENODEV, "No such device"),
	ERROR(20, ENOTDIR, "Not a directory"),
	ERROR(21, EISDIR, "Is a directory"),
	ERROR(22, EINVAL, "Invalid argument"),
	ERROR(23, ENFILE, "Too many open files in system"),
	ERROR(24, EMFILE, "Too many open files"),
	ERROR(25, ENOTTY, "Inappropriate ioctl for device"),
	ERROR(26, ETXTBSY, "Text file busy"),
	ERROR(27, EFBIG, "File too large"),
	ERROR(28, ENOSPC, "No space left on device"),
	ERROR(29, ESPIPE, "Illegal seek"),
	ERROR(30, EROFS, "Read-only file system"),
	ERROR(31, EMLINK, "Too many links"),
	ERROR(32, EPIPE, "Broken pipe"),
	ERROR(33, EDOM, "Numerical argument out of domain"),
	ERROR(34, ERANGE, "Numerical result out of range"),
	ERROR(35, ENOMSG, "No message of desired type"),
	ERROR(36, EIDRM, "Identifier removed"),
	ERROR(37, ECHRNG, "Channel number out of range"),
	ERROR(38, EL2NSYNC, "Level 2 not synchronized"),
	ERROR(39, EL3HLT, "Level 3 halted"),
	ERROR(40, EL3RST, "Level 3 reset"),
	ERROR(41, ELNRNG, "Link number out of range"),
	ERROR(42, EUNATCH, "Protocol driver not attached"),
	ERROR(43, ENOCSI, "No CSI structure available"),
	ERROR(44, EL2HLT, "Level 2 halted"),
	ERROR(45, EDEADLK, "Resource deadlock avoided"),
	ERROR(46, ENOLCK, "No locks available"),
	ERROR(47, ECANCELED, "Operation canceled"),
	ERROR(48, ENOTSUP, "Operation not supported"),
	ERROR(49, EDQUOT, "Disk quota exceeded"),
	ERROR(50, EBADE, "Invalid exchange"),
	ERROR(51, EBADR, "Invalid request descriptor"),
	ERROR(52, EXFULL, "Exchange full"),
	ERROR(53, ENOANO, "No anode"),
	ERROR(54, EBADRQC, "Invalid request code"),
	ERROR(55, EBADSLT, "Invalid slot"),
	ERROR(56, EDEADLOCK, "Resource deadlock avoided"),
	ERROR(57, EBFONT, "Bad font file format"),
	ERROR(58, EOWNERDEAD, "Owner died"),
	ERROR(59, ENOTRECOVERABLE, "State not recoverable"),
	ERROR(60, ENOSTR, "Device not a stream"),
	SILENT(61, ENODATA, "No data available"),
	SILENT(62, ETIME, "Timer expired"),
	SILENT(63, ENOSR, "Out of streams resources"),
	ERROR(64, ENONET, "Machine is not on the network"),
	ERROR(65, ENOPKG, "Package not installed"),
	ERROR(66, EREMOTE, "Object is remote"),
	ERROR(67, ENOLINK, "Link has been severed"),
	ERROR(68, EADV, "Advertise error"),
	ERROR(69, ESRMNT, "Srmount error"),
	ERROR(70, ECOMM, "Communication error on send"),
	ERROR(71, EPROTO, "Protocol error"),
	SILENT(72, ELOCKUNMAPPED, "Locked lock was unmapped"),
	SILENT(73, ENOTACTIVE, "Facility is not active"),
	ERROR(74, EMULTIHOP, "Multihop attempted"),
	ERROR(77, EBADMSG, "Bad message"),
	ERROR(78, ENAMETOOLONG, "File name too long"),
	ERROR(79, EOVERFLOW, "Value too large for defined data type"),
	ERROR(80, ENOTUNIQ, "Name not unique on network"),
	ERROR(81, EBADFD, "File descriptor in bad state"),
	ERROR(82, EREMCHG, "Remote address changed"),
	ERROR(83, ELIBACC, "Can not access a needed shared library"),
	ERROR(84, ELIBBAD, "Accessing a corrupted shared library"),
	ERROR(85, ELIBSCN, ".lib section in a.out corrupted"),
	ERROR(86, ELIBMAX, "Attempting to link in too many shared libraries"),
	ERROR(87, ELIBEXEC, "Cannot exec a shared library directly"),
	ERROR(88, EILSEQ, "Invalid or incomplete multibyte or wide character"),
	ERROR(89, ENOSYS, "Function not implemented"),
	ERROR(90, ELOOP, "Too many levels of symbolic links"),
	ERROR(91, ERESTART, "Interrupted system call should be restarted"),
	ERROR(92, ESTRPIPE, "Streams pipe error"),
	ERROR(93, ENOTEMPTY, "Directory not empty"),
	ERROR(94, EUSERS, "Too many users"),
	ERROR(95, ENOTSOCK, "Socket operation on non-socket"),
	ERROR(96, EDESTADDRREQ, "Destination address required"),
	ERROR(97, EMSGSIZE, "Message too long"),
	ERROR(98, EPROTOTYPE, "Protocol wrong type for socket"),
	ERROR(99, ENOPROTOOPT, "Protocol not available"),
	ERROR(120, EPROTONOSUPPORT, "Protocol not supported"),
	ERROR(121, ESOCKTNOSUPPORT, "Socket type not supported"),
	ERROR(122, EOPNOTSUPP, "Operation not supported"),
	ERROR(123, EPFNOSUPPORT, "Protocol family not supported"),
	ERROR(124, EAFNOSUPPORT, "Address family not supported by protocol"),
	ERROR(125, EADDRINUSE, "Address already in use"),
	ERROR(126, EADDRNOTAVAIL, "Cannot assign requested address"),
	ERROR(127, ENETDOWN, "Network is down"),
	SILENT(128, ENETUNREACH, "Network is unreachable"),
	ERROR(129, ENETRESET, "Network dropped connection on reset"),
	ERROR(130, ECONNABORTED, "Software caused connection abort"),
	ERROR(131, ECONNRESET, "Connection reset by peer"),
	ERROR(132, ENOBUFS, "No buffer space available"),
	ERROR(133, EISCONN, "Transport endpoint is already connected"),
	ERROR(134, ENOTCONN, "Transport endpoint is not connected"),
	ERROR(143, ESHUTDOWN, "Cannot send after transport endpoint shutdown"),
	ERROR(144, ETOOMANYREFS, "Too many references: cannot splice"),
	ERROR(145, ETIMEDOUT, "Connection timed out"),
	ERROR(146, ECONNREFUSED, "Connection refused"),
	ERROR(147, EHOSTDOWN, "Host is down"),
	ERROR(148, EHOSTUNREACH, "No route to host"),
	ERROR(149, EALREADY, "Operation already in progress"),
	ERROR(150, EINPROGRESS, "Operation now in progress"),
	ERROR(151, ESTALE, "Stale file handle"),
	SILENT(152, EQFULL, "Interface output queue is full"),
	SILENT(190, EPROCLIM, "Too many processes"),
	SILENT(191, EBADRPC, "RPC struct is bad"),
	SILENT(192, ERPCMISMATCH, "RPC version wrong"),
	SILENT(193, EPROGUNAVAIL, "RPC program not available"),
	SILENT(194, EPROGMISMATCH, "RPC program version wrong"),
	SILENT(195, EPROCUNAVAIL, "Bad procedure for program"),
	SILENT(196, EFTYPE, "Inappropriate file type or format"),
	SILENT(197, EAUTH, "Authentication error"),
	SILENT(198, ENEEDAUTH, "Need authenticator"),
	SILENT(199, ENOATTR, "Attribute not found"),
	SILENT(200, EDOOFUS, "Programming error"),
	SILENT(201, EJUSTRETURN, "Just return"),
	SILENT(202, ENOIOCTL, "ioctl not handled by this layer"),
	SILENT(203, EDIRIOCTL, "Direct ioctl in GEOM"),
	SILENT(204, EPWROFF, "Device power is off"),
	SILENT(205, EDEVERR, "Device error"),
	SILENT(206, EBADEXEC, "Bad executable"),
	SILENT(207, EBADARCH, "Bad CPU type in executable"),
	SILENT(208, ESHLIBVERS, "Shared library version mismatch"),
	SILENT(209, EBADMACHO, "Malformed Mach-O file"),
	SILENT(210, EPOLICY, "Operation failed by policy"),
	ERROR(211, EDOTDOT, "RFS specific error"),
	ERROR(212, EUCLEAN, "Structure needs cleaning"),
	ERROR(213, ENOTNAM, "Not a XENIX named type file"),
	ERROR(214, ENAVAIL, "No XENIX semaphores available"),
	ERROR(215, EISNAM, "Is a named type file"),
	ERROR(216, EREMOTEIO, "Remote I/O error"),
	ERROR(217, ENOMEDIUM, "No medium found"),
	ERROR(218, EMEDIUMTYPE, "Wrong medium type"),
	ERROR(219, ENOKEY, "Required key not available"),
	ERROR(220, EKEYEXPIRED, "Key has expired"),
	ERROR(221, EKEYREVOKED, "Key has been revoked"),
	ERROR(222, EKEYREJECTED, "Key was rejected by service"),
	SILENT(223, ENOTCAPABLE, "Capabilities insufficient"),
	SILENT(224, ECAPMODE, "Not permitted in capability mode"),
	SILENT(225, EINTEGRITY, "Integrity check failed"),
	{ 250,
	    "UNKNOWN", "Error without a number of its own", NOT_HERE, false },
};

#define ERRORS (sizeof(errors) / sizeof(errors[0]))

const struct bsm_error *
errors_find(uint8_t number)
{
	size_t	lo = 0, hi = ERRORS;

	while (lo < hi) {
		const size_t	mid = lo + (hi - lo) / 2;

		if (errors[mid].number == number)
			return &errors[mid];
		if (number < errors[mid].number)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

const struct bsm_error *
errors_by_name(struct slice name)
{
	for (size_t i = 0; i < ERRORS; i++)
		if (slice_is(name, errors[i].name))
			return &errors[i];
	return NULL;
}

const char *
errors_text(uint8_t number)
{
	const struct bsm_error	*e = errors_find(number);

	return e == NULL || !e->printed ? NULL : e->text;
}

int
errors_local(uint8_t number)
{
	const struct bsm_error	*e = errors_find(number);

	return e == NULL ? NOT_HERE : e->local;
}

const struct bsm_error *
errors_all(size_t *n)
{
	*n = ERRORS;
	return errors;
}

uint8_t
errors_from_bsd(uint8_t number)
{
	static const uint8_t	 from_35[] = {	/* EAGAIN to ENEEDAUTH */
		11, 150, 149, 95, 96, 97, 98, 99, 120, 121, 122, 123, 124,
		125, 126, 127, 128, 129, 130, 131, 132, 133, 134, 143, 144,
		145, 146, 90, 78, 147, 148, 93, 190, 94, 49, 151, 66, 191,
		192, 193, 194, 195, 46, 89, 196, 197, 198
	};

	if (number == 11)
		return 45;		/* EDEADLK */
	if (number < 35 || number == ERRORS_MINUS_ONE)
		return number;
	if (number < 35 + sizeof(from_35))
		return from_35[number - 35];
	return ERRORS_UNKNOWN;
}
