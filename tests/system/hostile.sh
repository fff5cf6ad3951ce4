#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# hostile.sh [N] - N hostile rule files and ten times as many hostile trails
# through the whole program.
#
# They are made out of what the fuzzers kept, and of what broke us once. No
# process may end by a signal, be still there after a while, or think about one
# input for longer than a second. Many go through one process; when that fails,
# each goes alone, and the one to blame is told by its number and kept.
#
#	BSMTRACE=... BSMTRACE_GEN=... BSMTRACE_MUTATE=... hostile.sh 10000
#
# HOSTILE_SEED	which files
# HOSTILE_KEEP	a folder for those to blame

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
: "${BSMTRACE:?}"
: "${BSMTRACE_GEN:?}"
: "${BSMTRACE_MUTATE:?}"
count=${1:-100}
# shellcheck disable=SC3045
ulimit -c 0
: "${HOSTILE_SEED:=1}"
: "${HOSTILE_KEEP:=$tmp/blamed}"
corpus=$TOP/tests/fuzz/corpus
batch=100
round=1000
mkdir -p "$HOSTILE_KEEP" || exit 99
cd "$tmp" || exit 99
mkdir seeds

# Sanitizers take their time.
cpu=1
if "$BSMTRACE" --help >/dev/null 2>&1 && grep -q __asan_init "$BSMTRACE"; then
	cpu=10
fi

# Whole trails, small and of all kinds, beside the pieces of the corpora.
"$BSMTRACE_GEN" -n 40 -o seeds/usual
"$BSMTRACE_GEN" -n 40 -e all -s 2 -o seeds/events
"$BSMTRACE_GEN" -n 40 --solaris -s 3 -o seeds/solaris
"$BSMTRACE_GEN" -n 40 -6 50 -Z 3 -s 4 -o seeds/zones
"$BSMTRACE_GEN" -n 2 -S huge -s 5 -o seeds/huge
"$BSMTRACE_GEN" -n 2000 -u 5 -f 40 -o plain

# What is asked of a batch of files, by name. One that only sleeps is ended, too.
bsmtrace()
{
	timeout -s KILL 60 "$BSMTRACE" "$@"
}
check_rules()
{
	bsmtrace check --print --cost "$@"
}
test_rules()
{
	bsmtrace test "$@"
}
# Those that would write somewhere are only read.
run_rules()
{
	for f in "$@"; do
		rc=0
		grep -aq 'directory\|channel' "$f" ||
		    bsmtrace watch -F --no-triggers -f "$f" -a plain \
			--max-instances 10000 || rc=$?
		[ $rc -lt 124 ] || return $rc
	done
}
watch_trails()
{
	for f in "$@"; do
		set -- "$@" -a "$f"
		shift
	done
	bsmtrace watch -F -f "$TOP/tests/system/soak.conf" --format json \
	    -b "$@"
}
lossless_trails()
{
	bsmtrace print -j "$@"
}
xml_trails()
{
	bsmtrace print -x "$@"
}
text_trails()
{
	bsmtrace print "$@"
}
reduce_trails()
{
	bsmtrace reduce -A "$@"
}

# In several processes the same is said, and the status is the same.
apart_rules()
{
	for f in "$@"; do
		! grep -aq 'directory\|channel' "$f" || continue
		for how in no-sandbox sandbox; do
			rc=0
			bsmtrace watch -F --$how --no-triggers -f "$f" \
			    -a plain --max-instances 10000 2>said || rc=$?
			LC_ALL=C sort said >"$how.said"
			echo "status $rc" >>"$how.said"
			[ $rc -lt 124 ] || return $rc
		done
		cmp no-sandbox.said sandbox.said >&2 || {
			diff no-sandbox.said sandbox.said | head -n 20 >&2
			return 125
		}
	done
}

# try SECONDS WHAT FILE...: does it end by itself, and soon?
try()
{
	most=$1
	shift
	(
		# shellcheck disable=SC3045
		ulimit -t "$most"
		"$@" >/dev/null 2>err </dev/null
	)
	rc=$?
	[ $rc -lt 124 ] && ! grep -qE 'Sanitizer|runtime error' err
}

faults=0
through()	# WHAT FILE...
{
	what=$1
	shift
	blamed=
	! try $((cpu * 4)) "$what" "$@" || return 0
	for f in "$@"; do
		! try "$cpu" "$what" "$f" || continue
		faults=$((faults + 1))
		cp "$f" "$HOSTILE_KEEP/$what-$HOSTILE_SEED-${f##*/}"
		[ $faults -gt 10 ] || not_ok "$what lives through ${f##*/}" \
		    "status $rc
$(tail -n 20 err)"
		blamed=yes
	done
	if [ -z "$blamed" ]; then
		faults=$((faults + 1))
		not_ok "$what lives through $1 to ${f##*/} together" \
		    "$(tail -n 20 err)"
	fi
}

# rounds TOTAL FLAGS WHATS FILE...: make files and send them through.
rounds()
{
	total=$1
	flags=$2
	whats=$3
	shift 3
	made=0
	faults=0
	while [ $made -lt "$total" ]; do
		n=$((total - made))
		[ $n -le $round ] || n=$round
		rm -rf inputs
		mkdir inputs
		# shellcheck disable=SC2086
		"$BSMTRACE_MUTATE" $flags -s "$HOSTILE_SEED" -f $made -n $n \
		    inputs "$@" || exit 99
		ls inputs >all
		while [ -s all ]; do
			head -n $batch all | sed 's,^,inputs/,' >now
			sed "1,${batch}d" all >rest
			mv rest all
			for w in $whats; do
				# shellcheck disable=SC2046
				through "$w" $(cat now)
			done
		done
		made=$((made + n))
	done
}

rounds "$count" -t 'check_rules test_rules run_rules' "$corpus"/rules/* \
    "$TOP"/rules/*.rules "$TOP"/rules/*.conf "$TOP"/tests/system/soak.conf
is "$count hostile rule files did no harm" $faults 0
rounds "$(((count + 9) / 10))" -t apart_rules "$corpus"/rules/* \
    "$TOP"/rules/*.rules "$TOP"/rules/*.conf "$TOP"/tests/system/soak.conf
is "$(((count + 9) / 10)) of them, read apart, are told the same" $faults 0
rounds "$((10 * count))" '' 'watch_trails lossless_trails xml_trails
    text_trails reduce_trails' "$corpus"/frame/* "$corpus"/record/* seeds/* \
    "$TOP"/tests/data/hostile/*.bsm
is "$((10 * count)) hostile trails did no harm" $faults 0
done_testing
