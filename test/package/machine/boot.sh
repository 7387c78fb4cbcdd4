# Boots a file tree as a machine of its own, with its systemd as process 1: boot.sh ROOT GROUP
# GROUP is a folder of the second version of control groups, which is all that systemd gets to see of them. To be run as root.
set -eu
mkdir -p "$2"
echo $$ >"$2/cgroup.procs"
exec unshare --mount --net --pid --uts --ipc --cgroup --fork --kill-child sh -eu -c '
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
# What is set there holds for all machines.
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
  touch dev/$device
  mount --bind /dev/$device dev/$device
done
mkdir dev/pts dev/shm dev/old
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs tmpfs tmp
ip link set lo up
pivot_root . dev/old
cd /
umount -l dev/old
rmdir dev/old
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=multi-user.target
' sh "$1"
