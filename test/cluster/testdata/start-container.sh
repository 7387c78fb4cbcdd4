# Does what a container runtime does for the image's user: start-container.sh TREE ROOT FILES
# TREE has app/ and usr/local/bin/node; ROOT is an empty folder, FILES what volumes bring: etc/coredns/Corefile.
# To be run as root in a mount namespace of its own.
set -eu
tree=$1 root=$2 files=$3

mount -t tmpfs tmpfs "$root"
for folder in usr/lib lib lib64; do
  # The libraries of the base image; this machine's are Debian's as well.
  [ -e "/$folder" ] || continue
  mkdir -p "$root/$folder"
  mount --bind "/$folder" "$root/$folder"
  mount -o remount,bind,ro "$root/$folder"
done
for folder in app usr/local/bin; do
  mkdir -p "$root/$folder"
  mount --bind "$tree/$folder" "$root/$folder"
  mount -o remount,bind,ro "$root/$folder"
done
mkdir -p "$root/proc" "$root/dev"
cp -r "$files/." "$root"
mount -t proc proc "$root/proc"
# The pod's volume in memory, which kubelet opens to all.
mkdir -p "$root/run/portolan"
mount -t tmpfs -o size=1m,mode=777,nosuid,nodev,noexec tmpfs "$root/run/portolan"
for device in null urandom; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -o remount,ro "$root"

# securityContext: drop ALL, add NET_BIND_SERVICE, allowPrivilegeEscalation: false. No ambient capabilities: Kubernetes
# gives none.
all=$(capsh --decode="$(awk '/^CapBnd/ { print $2 }' /proc/self/status)" | cut -d= -f2)
drop=$(echo "$all" | tr , '\n' | grep -vx cap_net_bind_service | paste -sd, -)
exec capsh --chroot="$root" --drop="$drop" --keep=1 --groups=65532 --gid=65532 --uid=65532 \
  --caps=cap_net_bind_service=eip --no-new-privs --shell=/usr/local/bin/node -- \
  /app/dist/main.js -conf /etc/coredns/Corefile
