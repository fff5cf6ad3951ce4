#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# trails.sh GEN DIRECTORY RECORDS [FEW SOME MANY] - make what the bench reads.
#
# RECORDS is the size of the usual one; the others follow. FEW, SOME and MANY
# are numbers of users, each of whom has a record before anything else comes:
# a rule that wants everybody has so many live sequences then.

set -u
gen=$1
dir=$2
records=$3
few=${4:-1000}
some=${5:-50000}
many=${6:-1000000}

trail()		# NAME OPTIONS...
{
	to=$dir/$1.bsm
	shift
	"$gen" -o "$to" "$@" || exit 1
}

# As many records behind the first ones as are enough to see them.
users()		# NAME USERS
{
	trail "$1-begun" -n "$2" -u "$2" --sweep
	trail "$1" -n $((2 * records + $2)) -u "$2" --sweep
}

: >"$dir/nothing.bsm" || exit 1
trail usual -n "$records"
trail events -n "$records" --events all
trail solaris -n "$records" --solaris
trail inodes -n "$records" --new-inodes
trail tiny -n "$records" --size tiny
trail huge -n $((records / 400 + 1)) --size huge
trail deep -n $((records / 4 + 1)) --deep 80
users few "$few"
users some "$some"
users many "$many"
trail later -n "$many" -u "$many" --start 1634302502
