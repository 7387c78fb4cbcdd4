// A long, narrow link between the network namespace that it is started in and a new one, its own: for kernels without
// netem. Packets go from a TUN device to the other one, each after the time that the line takes for its octets and
// the way there. Nothing is lost but what finds the queue full.
//
//   link ONE_WAY_MS MBIT
//
// The devices are "cloud" and "laptop"; addresses are given to them by whoever starts it, once it has printed "ready".
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 1024 // netem holds 1000 packets unless told otherwise
#define LARGEST 2048
#define SECOND 1000000000ull

struct way {
  int from, to;
  uint64_t idle_at; // when the line has sent what it was given
  unsigned first, count;
  struct {
    uint64_t due;
    int length;
    char octets[LARGEST];
  } slots[SLOTS];
};

static uint64_t one_way, octets_per_second;

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * SECOND + t.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int open_device(const char *name) {
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  if (device < 0) fail("/dev/net/tun");
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (ioctl(device, TUNSETIFF, &request) < 0) fail(name);
  return device;
}

static void take(struct way *way) {
  char octets[LARGEST];
  int length;
  while ((length = read(way->from, octets, sizeof octets)) > 0) {
    if (way->count == SLOTS) continue;
    uint64_t at = now(), begins = way->idle_at > at ? way->idle_at : at;
    way->idle_at = begins + length * SECOND / octets_per_second;
    unsigned slot = (way->first + way->count++) % SLOTS;
    way->slots[slot].due = way->idle_at + one_way;
    way->slots[slot].length = length;
    memcpy(way->slots[slot].octets, octets, length);
  }
}

static void deliver(struct way *way) {
  while (way->count > 0 && way->slots[way->first].due <= now()) {
    // A device that is down yet takes nothing: as a cable that is not plugged in.
    if (write(way->to, way->slots[way->first].octets, way->slots[way->first].length) < 0 && errno != EIO &&
        errno != EAGAIN && errno != EINVAL)
      fail("write");
    way->first = (way->first + 1) % SLOTS;
    way->count--;
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "link ONE_WAY_MS MBIT\n"), 2;
  one_way = atof(argv[1]) * 1e6;
  octets_per_second = atof(argv[2]) * 1e6 / 8;
  int cloud = open_device("cloud");
  if (unshare(CLONE_NEWNET) < 0) fail("unshare");
  int laptop = open_device("laptop");
  static struct way down, up;
  down.from = up.to = cloud;
  down.to = up.from = laptop;
  puts("ready");
  fflush(stdout);
  for (;;) {
    uint64_t due = UINT64_MAX, at = now();
    if (down.count > 0) due = down.slots[down.first].due;
    if (up.count > 0 && up.slots[up.first].due < due) due = up.slots[up.first].due;
    uint64_t wait = due == UINT64_MAX ? SECOND : due > at ? due - at : 0;
    struct timespec timeout = {wait / SECOND, wait % SECOND};
    struct pollfd devices[] = {{.fd = cloud, .events = POLLIN}, {.fd = laptop, .events = POLLIN}};
    if (ppoll(devices, 2, &timeout, NULL) < 0 && errno != EINTR) fail("ppoll");
    take(&down);
    take(&up);
    deliver(&down);
    deliver(&up);
  }
}
