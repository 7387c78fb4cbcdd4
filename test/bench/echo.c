/* The floor under any server's cost: a query comes in, goes out again as a reply, and nothing is looked at.
 * Over UDP one system call for each packet each way; over TCP one for as much as has come in, one for its
 * replies. Its arguments are the port, and how many processes share the UDP socket's work. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 12, PACKET = 4096, CONNECTIONS = 4096, EVENTS = 64 };

static int open_socket(int type, int port) {
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  here.sin_port = htons(port);
  int fd = socket(AF_INET, type, 0);
  int on = 1;
  setsockopt(fd, SOL_SOCKET, type == SOCK_DGRAM ? SO_REUSEPORT : SO_REUSEADDR, &on, sizeof on);
  if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) < 0) {
    perror("bind");
    exit(1);
  }
  return fd;
}

static void echo_packets(int fd) {
  for (;;) {
    unsigned char packet[PACKET];
    struct sockaddr_in client;
    socklen_t client_length = sizeof client;
    ssize_t octets = recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *)&client, &client_length);
    if (octets < HEADER) continue;
    packet[2] |= 0x80; /* QR */
    sendto(fd, packet, octets, 0, (struct sockaddr *)&client, client_length);
  }
}

/* What has come in on a connection and is not a whole message yet. */
static struct {
  unsigned char octets[2 * PACKET];
  size_t length;
} streams[CONNECTIONS];

/* Sends back what is whole; a message has its length in two octets before it. Returns 0 at the end of the stream. */
static int echo_stream(int fd) {
  unsigned char *octets = streams[fd].octets;
  ssize_t received = recv(fd, octets + streams[fd].length, sizeof streams[fd].octets - streams[fd].length, 0);
  if (received <= 0) return 0;
  size_t length = streams[fd].length + received, end = 0;
  for (;;) {
    if (length - end < 2 + HEADER) break;
    size_t next = end + 2 + (octets[end] << 8 | octets[end + 1]);
    if (next > length) break;
    octets[end + 4] |= 0x80; /* QR */
    end = next;
  }
  if (end > 0 && send(fd, octets, end, 0) < 0) return 0;
  streams[fd].length = length - end;
  memmove(octets, octets + end, length - end);
  return 1;
}

static void echo_streams(int listener) {
  int poll = epoll_create1(0);
  struct epoll_event wanted = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
  listen(listener, SOMAXCONN);
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &wanted);
  for (;;) {
    int count = epoll_wait(poll, events, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd != listener) {
        if (!echo_stream(fd)) close(fd);
        continue;
      }
      wanted.data.fd = accept(listener, NULL, NULL);
      if (wanted.data.fd >= CONNECTIONS) close(wanted.data.fd);
      if (wanted.data.fd < 0 || wanted.data.fd >= CONNECTIONS) continue;
      streams[wanted.data.fd].length = 0;
      epoll_ctl(poll, EPOLL_CTL_ADD, wanted.data.fd, &wanted);
    }
  }
}

/* True in a new process, which ends with this one. */
static int start_process(void) {
  if (fork() != 0) return 0;
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  return 1;
}

int main(int count, char **arguments) {
  int port = count > 1 ? atoi(arguments[1]) : 0;
  int processes = count > 2 ? atoi(arguments[2]) : 1;
  signal(SIGPIPE, SIG_IGN);
  int listener = open_socket(SOCK_STREAM, port);
  if (start_process()) echo_streams(listener);
  close(listener);
  for (int i = 1; i < processes; i++) {
    if (start_process()) echo_packets(open_socket(SOCK_DGRAM, port));
  }
  echo_packets(open_socket(SOCK_DGRAM, port));
}
