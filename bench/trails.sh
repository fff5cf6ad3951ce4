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
users()		# NAME USERS [OPTIONS...]
{
	name=$1
	users=$2
	shift 2
	trail "$name-begun" -n "$users" -u "$users" --sweep "$@"
	trail "$name" -n $((2 * records + users)) -u "$users" --sweep "$@"
}

: >"$dir/nothing.bsm" || exit 1
trail usual -n "$records"
trail events -n "$records" --events all
trail solaris -n "$records" --solaris
trail inodes -n "$records" --new-inodes
trail tiny -n "$records" --size tiny
trail huge -n $((records / 400 + 1)) --size huge
trail deep -n $((records / 4 + 1)) --deep 80
trail short -n $((records / 4 + 1))
users few "$few"
users some "$some"
users many "$many"
users apart "$some" --apart 65536
trail later -n "$many" -u "$many" --start 1634302502

# A day of four hosts, and the same as it is kept for years.
mkdir -p "$dir/hosts" "$dir/packed" || exit 1
for host in 1 2 3 4; do
	day=20211014000000.20211015000000.host$host
	"$gen" -n $((records / 2 + 1)) -s $host -o "$dir/hosts/$day" &&
	    gzip -1c "$dir/hosts/$day" >"$dir/packed/$day.gz" || exit 1
done
