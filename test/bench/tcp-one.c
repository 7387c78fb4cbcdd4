/* A load generator for one query a connection: connect, ask, read the reply, close, over and over. (dnsperf looks at
 * new connections only every tenth of a second.) Its arguments are the port, a file with an A question in each line
 * ("name A"), the seconds to ask for, and how many connections are open at once. It reports as dnsperf does. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 12, PACKET = 300, REPLY = 4096, EVENTS = 64, FILES = 4096, RCODES = 16, PATIENCE_MS = 2000 };

static const char *RCODE_NAMES[RCODES] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
static struct { unsigned char octets[PACKET]; size_t length; } *questions;
static size_t question_count, next_question;
static double sent_at[FILES], latency_sum;
static unsigned long sent, completed, lost, rcodes[RCODES];
static struct sockaddr_in server = {.sin_family = AF_INET};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

/* A message behind its length: header with RD and one question, the name's labels, type A, class IN. */
static void add_question(char *line) {
  line[strcspn(line, " \n")] = 0;
  if (*line == 0 || strlen(line) > 250) return;
  questions = realloc(questions, (question_count + 1) * sizeof *questions);
  unsigned char *octets = questions[question_count].octets;
  memcpy(octets, "\0\0\0\1\1\0\0\1\0\0\0\0\0\0", 2 + HEADER);
  size_t at = 2 + HEADER;
  for (char *label = strtok(line, "."); label != NULL; label = strtok(NULL, ".")) {
    octets[at++] = strlen(label);
    memcpy(octets + at, label, strlen(label));
    at += strlen(label);
  }
  memcpy(octets + at, "\0\0\1\0\1", 5);
  at += 5;
  octets[0] = (at - 2) >> 8;
  octets[1] = (at - 2) & 255;
  questions[question_count++].length = at;
}

/* On the loopback a connection is there at once: the server's kernel accepts it. */
static void ask(int poll) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || fd >= FILES) exit((perror("socket"), 1));
  while (connect(fd, (struct sockaddr *)&server, sizeof server) < 0) {
    if (errno != EADDRNOTAVAIL) exit((perror("connect"), 1));
    usleep(1000); /* all ports are in TIME_WAIT */
  }
  size_t question = next_question++ % question_count;
  struct epoll_event wanted = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(poll, EPOLL_CTL_ADD, fd, &wanted);
  sent_at[fd] = now();
  send(fd, questions[question].octets, questions[question].length, MSG_NOSIGNAL);
  sent++;
}

static void take_reply(int fd) {
  unsigned char reply[REPLY];
  ssize_t octets = recv(fd, reply, sizeof reply, 0);
  close(fd);
  if (octets < 2 + HEADER) {
    lost++;
    return;
  }
  completed++;
  rcodes[reply[5] & 15]++;
  latency_sum += now() - sent_at[fd];
}

static void report(double seconds) {
  printf("\nStatistics:\n  Queries sent: %lu\n  Queries completed: %lu\n  Queries lost: %lu\n", sent, completed, lost);
  printf("  Response codes: ");
  for (int rcode = 0; rcode < RCODES; rcode++) {
    const char *name = RCODE_NAMES[rcode] == NULL ? "OTHER" : RCODE_NAMES[rcode];
    if (rcodes[rcode] > 0) printf("%s %lu (%.2f%%) ", name, rcodes[rcode], 100.0 * rcodes[rcode] / completed);
  }
  printf("\n  Run time (s): %.6f\n  Average Latency (s): %.6f\n", seconds, completed ? latency_sum / completed : 0);
}

int main(int count, char **arguments) {
  if (count != 5) return 1;
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  server.sin_port = htons(atoi(arguments[1]));
  FILE *file = fopen(arguments[2], "r");
  char line[1024];
  while (file != NULL && fgets(line, sizeof line, file) != NULL) add_question(line);
  if (question_count == 0) return fputs("no questions\n", stderr), 1;
  double start = now(), end = start + atof(arguments[3]), last = start;
  int poll = epoll_create1(0), open = atoi(arguments[4]);
  for (int i = 0; i < open; i++) ask(poll);
  while (open > 0) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(poll, events, EVENTS, PATIENCE_MS);
    if (ready <= 0) break;
    for (int i = 0; i < ready; i++) {
      take_reply(events[i].data.fd);
      if (now() < end) ask(poll);
      else open--;
    }
    last = now();
  }
  lost += open;
  report(last - start);
  return 0;
}
