// run_many COUNT PROGRAM [ARGUMENT...]: runs a program COUNT times, one after the other, its output thrown away, and
// prints as JSON how long a run took from spawn to reaped, and the largest resident set.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "figures.h"

extern char** environ;

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  int const count = atoi(argv[1]);
  if (count < 1) return 2;
  double* times = malloc(sizeof(double) * (size_t)count);
  if (!times) return 1;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  int failures = 0;
  long rss = 0;
  for (int i = 0; i < count; ++i) {
    pid_t pid;
    int status;
    struct rusage usage;
    double const begin = now_us();
    if (posix_spawnp(&pid, argv[2], &actions, NULL, argv + 2, environ) != 0) return 1;
    if (wait4(pid, &status, 0, &usage) < 0) return 1;
    times[i] = now_us() - begin;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) ++failures;
    if (usage.ru_maxrss > rss) rss = usage.ru_maxrss;
  }
  qsort(times, (size_t)count, sizeof(double), by_value);
  printf("{\"p50_us\":%.1f,\"p99_us\":%.1f,\"min_us\":%.1f,\"max_rss_kb\":%ld,\"failures\":%d}\n", times[count / 2],
         times[count * 99 / 100], times[0], rss, failures);
  return 0;
}
