#!/bin/bash
# In namespaces for mounts and processes, as root: portolan dev -stub, and the ways in which it can end.
# held.sh FOLDER PORTOLAN MANIFESTS; says what came of it as NAME=VALUE.
here=$1 portolan=$2 manifests=$3
say() { echo "$1=$2"; }
begin() {
  "$portolan" dev -manifests "$manifests" -admin off -stub >"$here/$1" 2>&1 & dev=$!
  until grep -q "resolver asks here" "$here/$1" || ! kill -0 $dev 2>/dev/null; do sleep 0.05; done
}
ours() { grep -c portolan /etc/resolv.conf; }
await_none() { until [ "$(ours)" = 0 ]; do sleep 0.05; done; }

umount /etc/resolv.conf 2>/dev/null
cp -a /etc "$here/etc" && mount --bind "$here/etc" /etc && mount -t tmpfs none /var/lib
rm -f /etc/resolv.conf /etc/nsswitch.conf
printf 'nameserver 192.0.2.1\n' >/etc/resolv.conf
printf 'hosts: files dns\n' >/etc/nsswitch.conf

begin term
say term.ours "$(ours)"
say term.address "$(getent hosts web.shop.svc.cluster.local | cut -d' ' -f1)"
say term.status "$("$portolan" stub status | grep -c 'taken back when process')"
say term.second "$("$portolan" stub install -using resolv.conf -server 127.0.0.1:53 2>&1 | grep -c 'until it ends')"
kill $dev; wait $dev; say term.exit $?
say term.after "$(cat /etc/resolv.conf)"

begin kill
kill -9 $dev; await_none
say kill.after "$(cat /etc/resolv.conf)"

begin crash
kill -9 $(sed -n 's/.*"holder": //p' /var/lib/portolan/stub.json) $dev; wait $dev
say crash.ours "$(ours)"
say crash.status "$("$portolan" stub status | grep -c 'is gone')"
"$portolan" stub uninstall >/dev/null; say crash.uninstall $?
say crash.after "$(cat /etc/resolv.conf)"

begin again
kill -9 $(sed -n 's/.*"holder": //p' /var/lib/portolan/stub.json) $dev; wait $dev
begin next
say next.ours "$(ours)"
echo '# somebody else was here' >>/etc/resolv.conf
kill $dev; wait $dev
say next.exit $?
say next.said "$(grep -c 'Cannot put back "/etc/resolv.conf": somebody has changed it' "$here/next")"
say next.theirs "$(grep -c 'somebody else' /etc/resolv.conf)"
"$portolan" stub uninstall -restore >/dev/null
say next.after "$(cat /etc/resolv.conf)"
