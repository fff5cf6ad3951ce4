#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# threads.sh - what comes out is the same on any number of processors.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
: "${BSMTRACE:?}" "${BSMTRACE_GEN:?}"
cd "$tmp" || exit 99

"$BSMTRACE_GEN" -n 20000 -u 50 -Z 3 -o plain.bsm
"$BSMTRACE_GEN" -n 9000 -u 50 -s 2 --solaris -o solaris.bsm
"$BSMTRACE_GEN" -n 60 -S huge -s 3 -o huge.bsm
: >empty.bsm

# Noise, zeros and a cut record in the middle; a header at the end.
size=$(($(wc -c <plain.bsm)))
{
	head -c $((size / 3)) plain.bsm
	echo 'this is no record'
	tail -c +$((size / 3 + 1000)) plain.bsm | head -c $((size / 3))
	head -c 5000 /dev/zero
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		head -c $((i * 77)) plain.bsm
	done
	cat solaris.bsm huge.bsm
	head -c 30 plain.bsm
} >damaged.bsm
gzip -c damaged.bsm >damaged.bsm.gz
gzip -c plain.bsm | head -c 100000 >short.bsm.gz

# Two hosts, of which one has trails that overlap, and one that is damaged.
mkdir -p dir/www1 dir/www2
"$BSMTRACE_GEN" -n 6000 -s 4 -o dir/www1/20211014090822.20211014091822.www1
"$BSMTRACE_GEN" -n 6000 -s 5 -o dir/www1/20211014090823.20211014091822.www1
gzip -c solaris.bsm >dir/www2/20211014090822.20211014101822.www2.gz
cp damaged.bsm dir/www2/20211014090825.20211014101822.www2
: >dir/www2/notes.txt

cat >rules.conf <<'EOF'
sequence failures {
	subject any;
	timeout 60 seconds;
	state { event any; status failure; };
	state { event any; status failure; };
	state { event any; status failure; };
};
sequence often {
	subject any;
	timeout 1 hours;
	state { event any; status success; multiplier 40; };
};
EOF

# What is written and said by `watch`, in one file.
watch()		# THREADS OUTPUT OPTION...
{
	n=$1
	to=$2
	shift 2
	"$BSMTRACE" watch --threads "$n" -F -f rules.conf "$@" >"$to" 2>&1
	echo "status $?" >>"$to"
}

for args in '-a plain.bsm' '-a solaris.bsm' '-a huge.bsm' '-a empty.bsm' \
    '-a damaged.bsm' '-a damaged.bsm --strict' '-a damaged.bsm.gz' \
    '-a short.bsm.gz' '-a dir' '-a dir --format json' \
    '-a damaged.bsm.gz --format long' \
    '-a plain.bsm -a damaged.bsm -a dir -a empty.bsm -a plain.bsm'; do
	# shellcheck disable=SC2086
	watch 1 one $args
	for n in 2 4; do
		# shellcheck disable=SC2086
		watch $n many $args
		same "watch $args is the same with --threads $n" one many
	done
done
has 'there were alerts' "$(cat one)" 'state machine: failures'
has 'and damage' "$(cat one)" 'bytes skipped'

# Records of an event that a rule wants, and among them one that nobody wants,
# in which there is another header, of an event that is wanted; so many that the
# tokens are found ahead.
header()	# SIZE EVENT, as escapes of one byte
{
	printf '\024\0\0\0%b\013\0%b\0\0\137\0\0\0\0\0\0\0' "$1" "$2"
}
rest()		# SIZE: subject, return, trailer
{
	printf '\044\0\0\0\001\0\0\0\001\0\0\0\001\0\0\0\001\0\0\0\001'
	printf '\0\0\0\001\0\0\0\001\0\0\0\001\0\0\0\0'
	printf '\047\0\0\0\0\0\023\261\005\0\0\0%b' "$1"
}
{
	for i in 1 2 3 4 5 6 7 8 9; do
		header '\0104' '\027'
		rest '\0104'
	done
	header '\0126' '\001'
	header '\022' '\0110'
	rest '\0126'
} >nested.bsm
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do
	cat nested.bsm nested.bsm >twice.bsm
	mv twice.bsm nested.bsm
done
cp rules.conf usual.conf
cat >rules.conf <<'EOF'
options { path-cache off; };
sequence within {
	subject any;
	state { event <auditevent> { 72; }; status any; };
};
sequence many {
	subject any;
	state { event <auditevent> { 23; }; status success; multiplier 1000; };
};
EOF
watch 1 one -a nested.bsm
is 'what is within another record is not met' \
    "$(grep -c 'machine: within' one) $(grep -c 'machine: many' one)" '0 73'
for n in 2 4; do
	watch $n many -a nested.bsm
	same "... and not with --threads $n" one many
done
mv usual.conf rules.conf

mkdir log1 log4
for n in 1 4; do
	"$BSMTRACE" -F -f rules.conf -a plain.bsm -a dir -l log$n -B -b \
	    --threads $n >records$n 2>said$n
done
same 'records of -b are the same' records1 records4
same 'what is said is the same' said1 said4
same 'log files are the same' log1/bsmtrace.log log4/bsmtrace.log
for n in 1 4; do			# their names end in a random number
	cksum log$n/failures/* | awk '{ print $1, $2 }' | sort >evidence$n
done
same 'evidence is the same' evidence1 evidence4
is '... for each alert' "$(($(wc -l <evidence1)))" \
    "$(grep -c 'machine: failures' log1/bsmtrace.log)"

# What `reduce` writes and says, with pipes among the trails.
reduce()	# THREADS OUTPUT ARGUMENT...
{
	n=$1
	to=$2
	shift 2
	"$BSMTRACE" reduce --threads "$n" "$@" >"$to" 2>"$to.err" <plain.bsm
	echo "status $?" >>"$to.err"
}

for args in 'plain.bsm' 'dir' '-u 1007 dir' '--concat dir' \
    '-V -c fr dir plain.bsm' '-v -m AUE_EXECVE damaged.bsm.gz dir -' \
    '--concat -A short.bsm.gz missing.bsm empty.bsm plain.bsm' \
    '-A short.bsm.gz damaged.bsm empty.bsm plain.bsm huge.bsm'; do
	# shellcheck disable=SC2086
	reduce 1 one $args
	for n in 2 4 16; do
		# shellcheck disable=SC2086
		reduce $n many $args
		same "reduce $args is the same with --threads $n" one many
		same '... and says the same' one.err many.err
	done
done
has 'there were gaps' "$(cat one.err)" 'bytes skipped'
has '... and a trail that is cut short' "$(cat one.err)" 'cut short'

for n in 0 17 x; do
	run "$BSMTRACE" reduce --threads $n plain.bsm
	is "reduce --threads $n is wrong usage" "$rc" 2
	run "$BSMTRACE" watch --threads $n -F -f rules.conf -a plain.bsm
	is "watch --threads $n is wrong usage" "$rc" 2
done

done_testing
