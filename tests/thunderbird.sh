#!/bin/sh
# A picture of how Thunderbird shows a letter, under a display and in a profile of its own:
#   sh tests/thunderbird.sh out/2026-W47/digest.eml letter.png [light|dark] [WIDTH] [HEIGHT]
# Needs Debian's thunderbird, xvfb, xdotool and imagemagick. Nothing is fetched.
set -eu
file=$(realpath "$1") picture=$2 mode=${3:-light} width=${4:-1280} height=${5:-11500}
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
mkdir "$home/profile"
[ "$mode" = dark ] && dark=1 || dark=0
cat >"$home/profile/user.js" <<USER
user_pref("ui.systemUsesDarkTheme", $dark);
user_pref("mail.provider.suppress_dialog_on_startup", true);
user_pref("mailnews.start_page.enabled", false);
user_pref("mail.shell.checkDefaultClient", false);
user_pref("app.donation.eoy.version.viewed", 999);
user_pref("app.update.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
USER
export HOME="$home" file picture width height
timeout 120 xvfb-run -a -s "-screen 0 ${width}x${height}x24" sh -eu <<'INSIDE'
thunderbird --profile "$HOME/profile" --no-remote "$file" >"$HOME/log" 2>&1 &
thunderbird=$!
# The letter's window is named by its subject; the other one says "Home".
letter=
for _ in $(seq 60); do
    sleep 1
    letter=$(xdotool search --onlyvisible --name ' - Mozilla Thunderbird$' 2>/dev/null | while read -r w; do
        case $(xdotool getwindowname "$w") in Home*) ;; *) echo "$w" ;; esac
    done | head -n 1)
    [ -z "$letter" ] || break
done
[ -n "$letter" ] || { tail "$HOME/log" >&2; kill $thunderbird; exit 1; }
xdotool windowsize "$letter" "$width" "$height" windowmove "$letter" 0 0
sleep 8 # pictures and layout
import -window root "$picture"
kill $thunderbird
wait $thunderbird || true
INSIDE
