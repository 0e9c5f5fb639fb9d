/*
 * A wall clock that is off by OFFSET_NS, for every program that is linked dynamically: LD_PRELOAD it.
 *
 * Debian's faketime does not do for bash: it reads its settings with getenv(), and bash has a getenv() of its own that
 * knows nothing yet when libfaketime's constructor asks. So the offset is compiled in. Calls through the vDSO are
 * covered as well, since programs get there by these functions of libc only.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const long long SECOND_NS = 1000000000LL;

static int is_wall_clock(clockid_t id) {
  return id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;
}

static struct timespec moved(struct timespec t, long long by_ns) {
  long long ns = t.tv_nsec + by_ns % SECOND_NS;
  t.tv_sec += by_ns / SECOND_NS;
  if (ns < 0) { ns += SECOND_NS; t.tv_sec--; }
  if (ns >= SECOND_NS) { ns -= SECOND_NS; t.tv_sec++; }
  t.tv_nsec = ns;
  return t;
}

int clock_gettime(clockid_t id, struct timespec *t) {
  int failed = syscall(SYS_clock_gettime, id, t);
  if (!failed && is_wall_clock(id)) *t = moved(*t, OFFSET_NS);
  return failed;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone) {
  struct timespec t;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &t)) return -1;
  tv->tv_sec = t.tv_sec;
  tv->tv_usec = t.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *out) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  if (out) *out = t.tv_sec;
  return t.tv_sec;
}

/* Waiting for a time of day: by the clock that the program sees. */
int clock_nanosleep(clockid_t id, int flags, const struct timespec *until, struct timespec *left) {
  struct timespec t = *until;
  if (is_wall_clock(id) && (flags & TIMER_ABSTIME)) t = moved(t, -OFFSET_NS);
  return syscall(SYS_clock_nanosleep, id, flags, &t, left) ? errno : 0;
}
