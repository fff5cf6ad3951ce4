#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# manual.sh - the manual pages are good mdoc.

: "${TOP:=$(cd "$(dirname "$0")/.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"

for page in "$TOP"/man/*.[1-9]; do
	what="mandoc finds nothing wrong with ${page##*/}"
	if command -v mandoc >/dev/null 2>&1; then
		is "$what" "$(mandoc -T lint -W warning "$page" 2>&1)" ''
	else
		skip "$what" 'no mandoc'
	fi
done

done_testing
