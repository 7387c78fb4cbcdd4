/* The resolver that everybody forwards to: any A question gets 192.0.2.1 for an hour, any AAAA question
 * 2001:db8::1, any other type gets no data. Its argument is the port. UDP only, and no EDNS: the answers are small. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { HEADER = 12, PACKET = 4096 };

/* An answer whose owner points at the question's name:
 *
 *   c0 0c | 00 01 | 00 01 | 00 00 0e 10 | 00 04 | c0 00 02 01
 *   owner   A       IN      3600 s        4       192.0.2.1   */
static const unsigned char ANSWER[] = {0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0x0e, 0x10, 0, 4, 192, 0, 2, 1};

/* The same for AAAA, type 28. */
static const unsigned char ANSWER6[] = {0xc0, HEADER, 0, 28, 0, 1, 0, 0, 0x0e, 0x10, 0, 16,
                                        0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

/* Turns the query into its reply, in place; returns the reply's length, 0 for a packet that is no query. */
static size_t reply_to(unsigned char *packet, size_t octets) {
  if (octets < HEADER || (packet[2] & 0x80)) return 0;
  size_t at = HEADER;
  while (at < octets && packet[at] != 0) at += 1 + packet[at];
  size_t end = at + 5; /* the root label, type, class */
  if (end > octets) return 0;
  int type = packet[at + 1] << 8 | packet[at + 2];
  const unsigned char *answer = type == 28 ? ANSWER6 : ANSWER;
  size_t answer_octets = type == 28 ? sizeof ANSWER6 : type == 1 ? sizeof ANSWER : 0;
  packet[2] |= 0x80; /* QR */
  packet[3] = 0x80;  /* RA, NOERROR */
  memset(packet + 6, 0, 6);
  packet[7] = answer_octets > 0;
  memcpy(packet + end, answer, answer_octets);
  return end + answer_octets;
}

int main(int count, char **arguments) {
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  here.sin_port = htons(count > 1 ? atoi(arguments[1]) : 0);
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  int buffer = 4 << 20;
  if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) < 0) {
    perror("bind");
    return 1;
  }
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  for (;;) {
    unsigned char packet[PACKET + sizeof ANSWER6];
    struct sockaddr_in client;
    socklen_t client_length = sizeof client;
    ssize_t octets = recvfrom(fd, packet, PACKET, 0, (struct sockaddr *)&client, &client_length);
    size_t reply = octets < 0 ? 0 : reply_to(packet, octets);
    if (reply > 0) sendto(fd, packet, reply, 0, (struct sockaddr *)&client, client_length);
  }
}
