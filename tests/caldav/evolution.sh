#!/usr/bin/env bash
# Evolution's data server, the engine of GNOME Calendar, has a CalDAV calendar in a home and a session
# bus of its own.
#
#   evolution.sh URL FROM TO FOLDER
#
# URL is the calendar's, with the slash at its end; FROM and TO are days. FOLDER is where it remembers
# what it has: called again with the same one, it does what it does when its interval has passed.
# Prints the instances it then holds, as evolution.py says.
set -euo pipefail
url=$1 from=$2 to=$3
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$4"
home=$(cd "$4" && pwd)

rest=${url#*://}
authority=${rest%%/*}
path=/${rest#*/}
host=${authority%%:*}
port=80
if [ "$host" != "$authority" ]; then port=${authority##*:}; fi

export HOME=$home XDG_RUNTIME_DIR=$home/run TZ=UTC
export XDG_CONFIG_HOME=$home/config XDG_CACHE_HOME=$home/cache XDG_DATA_HOME=$home/data
export GSETTINGS_BACKEND=memory GIO_USE_VFS=local
mkdir -p "$XDG_CONFIG_HOME/evolution/sources" "$XDG_RUNTIME_DIR"
chmod 700 "$XDG_RUNTIME_DIR"
cat >"$XDG_CONFIG_HOME/evolution/sources/almanac.source" <<SOURCE
[Data Source]
DisplayName=almanac
Enabled=true
Parent=caldav-stub

[Authentication]
Host=$host
Port=$port
Method=none

[Security]
Method=none

[WebDAV Backend]
ResourcePath=$path
CalendarAutoSchedule=false

[Calendar]
BackendName=caldav
Selected=true

[Offline]
StaySynchronized=true

[Refresh]
Enabled=true
IntervalMinutes=60
SOURCE

timeout 90 dbus-run-session -- /usr/bin/python3 "$here/evolution.py" "$from" "$to" \
    >"$home/rows" 2>"$home/log" || { tail -n 5 "$home/log" >&2; exit 1; }
sort "$home/rows"
