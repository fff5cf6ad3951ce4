#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sifting.sh - `reduce` judges on any number of processors, and nobody can tell.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
: "${BSMTRACE:?}" "${BSMTRACE_GEN:?}"
cd "$tmp" || exit 99

gen()		# OPTION...
{
	"$BSMTRACE_GEN" -u 40 -Z 3 -P 300 "$@"
}

# Three hosts: trails that follow each other, some compressed; a clock that was
# set back and damage; nanoseconds, and records without trailers.
mkdir -p root/one root/two root/sun out
for i in 0 1 2 3; do
	gen -n 3000 -s 1$i --start $((1634202502 + 3 * i)) \
	    -o "root/one/2021101409082$((2 + 3 * i)).2021101409082$((5 +
	    3 * i)).one"
done
gzip root/one/20211014090825.*
gen -n 5000 -s 20 --start 1634202503 -o a
gen -n 2000 -s 21 --start 1634202500 -o b
size=$(($(wc -c <a)))
{
	head -c $((size / 3)) a
	echo 'this is no record'
	tail -c +$((size / 3 + 1000)) a
	head -c 3000 /dev/zero
	cat b
	head -c 100 a
} >root/two/20211014090823.20211014090900.two
gen -n 3000 -s 22 --start 1634202501 --solaris \
    -o root/sun/20211014090821.20211014090824.sun
gen -n 30 -S huge -s 23 -o root/two/20211014090822.20211014090822.two
gzip -c b | head -c 20000 >short.bsm.gz
cat root/one/*.one >big.bsm
: >empty.bsm

# What is written and what is said, on each number of threads.
each()		# ARGUMENT...
{
	for n in 1 2 4 7; do
		"$BSMTRACE" reduce --threads $n "$@" >w$n 2>s$n <a
		echo "status $?" >>s$n
	done
	for n in 2 4 7; do
		same "reduce $* writes the same with --threads $n" w1 w$n
		same '... and says the same' s1 s$n
	done
}

for what in '-u 1007' '-v -e 1007' '-c fr,-fw' '-m AUE_FORK -m AUE_EXECVE' \
    '-o file=/etc' '-o file=~\.conf$,^/usr/(local|lib)' '-o pid=3000' \
    '-z jail*' '-j 3000' '-d 20211014 -u 1003' '-A' '-u 1' \
    '--every -u 1007 -r 1007' '--every -N -f 1007' \
    '-a 20211014090823 -b 20211014090826 -u 1007' '-Q -u 1007' \
    '--strict -u 1007' '-V -u 1007' '-C -u 1007' '--owners -f 0' \
    '-S one -R root' '-M two -R root'; do
	dir=root
	case $what in
	*-R*)	dir= ;;
	esac
	# shellcheck disable=SC2086
	each $what $dir
done
each --where 'object <path> { /etc; }; status failure;' root
each --where 'object <pcre> { "/item[0-9]*7$"; };' root big.bsm
each --where 'object <pcre> { "/item[0-9]*7$"; };' big.bsm
for what in -u\ 1007 -A; do
	# shellcheck disable=SC2086
	each $what --concat big.bsm short.bsm.gz empty.bsm - root/one/*
	# shellcheck disable=SC2086
	each $what short.bsm.gz big.bsm - root missing a
	# shellcheck disable=SC2086
	each $what big.bsm
done

# What comes through a pipe is judged when it comes, behind files of which the
# last record is not wanted.
gen -n 100 -s 24 --start 1650000000 -o late
for n in 1 2 4; do
	# shellcheck disable=SC2002
	cat late | "$BSMTRACE" reduce --threads $n --concat -a @1640000000 \
	    big.bsm - >p$n 2>said
	same "a pipe behind a file is read whole with --threads $n" late p$n
done

# Merged and then selected is the same as selected and then merged.
"$BSMTRACE" reduce -A -Q root >all 2>said
for what in '-u 1007' '-c fr' '-m AUE_FORK' '-v -u 1007'; do
	# shellcheck disable=SC2086
	"$BSMTRACE" reduce $what all >picked 2>/dev/null
	# shellcheck disable=SC2086
	"$BSMTRACE" reduce $what -Q --threads 4 root >now 2>said
	cmp -s now /dev/null && not_ok "$what: there are none"
	same "the order of $what is that of all records" picked now
done

# The new trail has the same name.
for n in 1 4; do
	"$BSMTRACE" reduce --threads $n -u 1007 -O out/t$n root 2>said
done
is 'a new trail is named by the same times' \
    "$(cd out && echo *.t1 | sed 's/t1$//')" \
    "$(cd out && echo *.t4 | sed 's/t4$//')"
same '... and holds the same' out/*.t1 out/*.t4

# A reader that has seen enough, and one that comes to nothing.
"$BSMTRACE" reduce --threads 4 -A root 2>said | head -c 1000 >some
is 'who has seen enough is no failure' "$(grep -c -e rror -e ipe said)" 0
if [ -c /dev/full ]; then
	run "$BSMTRACE" reduce --threads 4 -A root
	rc=0
	"$BSMTRACE" reduce --threads 4 -A root >/dev/full 2>said || rc=$?
	is 'a full disk is one' "$rc" 1
	has '... and said' "$(cat said)" 'standard output: '
fi

# More trails than may be open at once.
mkdir many
i=100
while [ $i -lt 190 ]; do
	gen -n 40 -s $i --start $((1634202502 + i % 7)) \
	    -o many/202110140908$((22 + i % 7)).20211014090830.h$i
	i=$((i + 1))
done
(
	# shellcheck disable=SC3045
	ulimit -n 100
	for n in 1 4; do
		"$BSMTRACE" reduce --threads $n -v -u 1007 many >m$n 2>e$n
	done
)
same 'with few descriptors the order is the same' m1 m4
same '... and what is said' e1 e4

done_testing
