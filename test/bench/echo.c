/* The floor under any server's cost: a query comes in, goes out again as a reply, and nothing is looked at.
 * One thread, one system call for each packet each way. Its argument is the port. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int count, char **arguments) {
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  here.sin_port = htons(count > 1 ? atoi(arguments[1]) : 0);
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) < 0) {
    perror("bind");
    return 1;
  }
  for (;;) {
    unsigned char packet[4096];
    struct sockaddr_in client;
    socklen_t client_length = sizeof client;
    ssize_t octets = recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *)&client, &client_length);
    if (octets < 12) continue;
    packet[2] |= 0x80; /* QR */
    sendto(fd, packet, octets, 0, (struct sockaddr *)&client, client_length);
  }
}
