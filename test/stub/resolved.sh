# Runs in namespaces of its own (mount, network, process ids): test/stub/resolved.test.ts reads what it prints.
# $1: a folder for it alone; $2: the unpacked package of systemd-resolved, "" for the system's; $3: the command portolan
set -u
here=$1 package=$2 portolan=$3 corefiles=$(dirname "$0")
resolved=$package/lib/systemd/systemd-resolved
export PATH="$here/bin:$package/usr/bin:$PATH"
say() { echo "$1=$(echo $2)"; }
address() { getent ahostsv4 "$1" | awk 'NR == 1 { print $1 }'; }
state_of_files() { tar -C / --sort=name --mtime=@0 -cf - etc var/lib | sha256sum | cut -c 1-64; }
start_resolved() {
  rm -f /run/systemd/resolve/io.systemd.Resolve
  "$resolved" 2>>"$here/resolved.log" & echo $! >"$here/resolved.pid"
  until [ -S /run/systemd/resolve/io.systemd.Resolve ] && resolvectl status >/dev/null 2>&1; do sleep 0.05; done
  resolvectl dns eth9 192.0.2.1 && resolvectl default-route eth9 yes
}
start_ours() {
  # It is for the cluster's names only, but says so if it is asked for others.
  "$portolan" -conf "$here/ours" -quiet >>"$here/ours.log" 2>&1 & ours=$!
  until "$portolan" query kubernetes.default.svc.cluster.local @127.0.0.1:10053 >/dev/null 2>&1; do sleep 0.1; done
}

mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/lib
cp -a /etc "$here/etc" && mount --bind "$here/etc" /etc
umount /etc/resolv.conf 2>/dev/null
ip link set lo up
ip link add eth9 type veth peer name peer9
ip address add 192.0.2.1/24 dev eth9 && ip link set eth9 up && ip link set peer9 up && ip route add default dev eth9
id systemd-resolve >/dev/null 2>&1 || {
  echo 'systemd-resolve:x:993:993::/:/usr/sbin/nologin' >>/etc/passwd
  echo 'systemd-resolve:x:993:' >>/etc/group
}
mkdir -p /run/dbus /run/systemd/resolve "$here/bin" && chown systemd-resolve: /run/systemd/resolve
[ -z "$package" ] || cp "$package"/usr/share/dbus-1/system.d/*.conf /etc/dbus-1/system.d/
printf 'passwd: files\ngroup: files\nhosts: files dns\n' >/etc/nsswitch.conf
rm -f /etc/resolv.conf && ln -s ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
# In the place of systemd, which does not run here.
cat >"$here/bin/systemctl" <<END
#!/bin/bash
kill \$(cat $here/resolved.pid); while kill -0 \$(cat $here/resolved.pid) 2>/dev/null; do sleep 0.05; done
touch $here/restart; while [ -e $here/restart ]; do sleep 0.05; done
END
chmod +x "$here"/bin/*
cat >"$here/outside" <<'END'
.:53 {
    bind 192.0.2.1
    hosts {
        203.0.113.9 outside.example another.example third.example fourth.example
    }
}
END
cat >"$here/ours" <<END
.:10053 {
    bind 127.0.0.1
    log . {
        class all
    }
    kubernetes cluster.local {
        manifests $corefiles/../../deploy/examples
    }
}
END
dbus-daemon --system --fork --nopidfile
start_resolved
while sleep 0.05; do [ ! -e "$here/restart" ] || { start_resolved && rm "$here/restart"; }; done &
watcher=$!
"$portolan" -conf "$here/outside" -quiet >"$here/outside.log" 2>&1 & outside=$!
until "$portolan" query outside.example @192.0.2.1 +short 2>/dev/null | grep -q 203; do sleep 0.1; done
start_ours
before=$(state_of_files)
say outside_before "$(address outside.example)"
say cluster_before "$(address web.shop.svc.cluster.local)"

"$portolan" stub install >"$here/stub.log" 2>&1; say "install" $?
say "again" "$("$portolan" stub install | grep -c already)"
say "cluster" "$(address web.shop.svc.cluster.local)"
say "search" "$(address web.shop)"
say "outside" "$(address another.example)"
# A global server is asked for all names, docs/stub.md says so.
say asked_outside "$(grep -q another.example "$here/ours.log" && echo yes)"
"$portolan" stub status >"$here/status.log"; say "status" $?
"$portolan" stub doctor web.shop.svc.cluster.local >"$here/doctor-stub.log"; say "doctor" $?
kill $ours; wait $ours
resolvectl flush-caches
say "stopped.outside" "$(address third.example)"
"$portolan" stub status >>"$here/status.log"; say "stopped.status" $?
"$portolan" stub doctor >>"$here/doctor-stub.log"; say "stopped.doctor" $?
"$portolan" stub uninstall >>"$here/stub.log" 2>&1; say "uninstall" $?
say "same" "$([ "$(state_of_files)" = "$before" ] && echo yes)"
say "after.outside" "$(address fourth.example)"
kill $watcher $ours $outside $(cat "$here/resolved.pid")
