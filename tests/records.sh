# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# records.sh - audit records for the tests of whole commands.

# A record of one open(2) for reading as a JSON line, for `bsmtrace make`.
opened()	# SECONDS AUID PATH [ERROR] [PID]
{
	printf '{"tokens":[%s,%s,%s,%s]}\n' \
	    '{"token":"header32","version":11,"event":72,"modifier":0,"seconds":'"$1"',"fraction":7}' \
	    '{"token":"subject32","auid":'"$2"',"euid":0,"egid":0,"ruid":'"$2"',"rgid":0,"pid":'"${5:-77}"',"session":5,"port":0,"address":"192.0.2.7"}' \
	    '{"token":"path","path":"'"$3"'"}' \
	    '{"token":"return32","error":'"${4:-0}"',"value":0}'
}

# Those lines as the bytes of a trail.
trail()		# FILE < LINES
{
	"$BSMTRACE" make >"$1"
}

# Wait until a command is true, half a minute at most: many tests run at once.
wait_until()	# COMMAND...
{
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || return 1
		sleep 0.05
	done
}

# A test that waits for it; if it does not come, the messages may tell why.
is_wait()	# WHAT COMMAND...
{
	what=$1
	shift
	if wait_until "$@"; then
		ok "$what"
	else
		not_ok "$what" "$(tail -n 100 err)"
	fi
}
