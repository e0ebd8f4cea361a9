/*
 * Preloaded into a daemon, this replaces the hypervisor and the kernel's Xen devices, so that an
 * unmodified xenstored or oxenstored of Debian's Xen 4.17 runs on any machine. Nothing of the
 * daemon itself is replaced.
 *
 * Every domid that a domain can have belongs to a living domain, except those in $REPLAY_GONE. The
 * rings are frozen: they hold no requests and have no room for an answer, so what the daemon still
 * has to deliver stays in the daemon. With $REPLAY_RINGS they are alive: the ring of domain N is the
 * file ring.N in the run directory, port.N has the number of its event channel, and a port that is
 * written to the pipe `events` is an event.
 *
 * $REPLAY_DIR is the run directory. oxenstored has /var/run/xenstored built in; file names below it
 * are redirected to $REPLAY_DIR. A state file that the daemon removes after reading it is kept:
 * STATE becomes STATE.taken-1, STATE.taken-2 and so on.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { page_size = 4096, ring_size = 1024, first_reserved_domid = 0x7FF0, virq_port = 1 };

static const char *run_directory(void)
{
	const char *directory = getenv("REPLAY_DIR");

	return directory ? directory : "/nonexistent";
}

/* ---- Domains ---- */

static bool is_alive(uint32_t domid)
{
	const char *gone = getenv("REPLAY_GONE");
	char *end;

	if (domid >= first_reserved_domid)
		return false;
	while (gone && *gone) {
		if (strtoul(gone, &end, 10) == domid && end != gone)
			return false;
		gone = strchr(gone, ',');
		gone = gone ? gone + 1 : NULL;
	}
	return true;
}

/* A shared page: requests and answers, 1024 bytes each, then the indices that count the bytes
   consumed and produced. */
struct ring {
	char requests[ring_size], answers[ring_size];
	uint32_t request_consumed, request_produced, answer_consumed, answer_produced;
};

static bool has_live_rings(void)
{
	return getenv("REPLAY_RINGS") != NULL;
}

/* Opens a file of the run directory that belongs to a domain, like ring.5. */
static int domain_file(const char *kind, uint32_t domid)
{
	char name[PATH_MAX];

	snprintf(name, sizeof name, "%s/%s.%u", run_directory(), kind, domid);
	return REAL(open)(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static void *live_page(uint32_t domid)
{
	void *page = MAP_FAILED;
	int fd = domain_file("ring", domid);

	if (fd < 0)
		return NULL;
	if (ftruncate(fd, page_size) == 0)
		page = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return page == MAP_FAILED ? NULL : page;
}

static void *ring_page(uint32_t domid)
{
	struct ring *ring;

	if (has_live_rings())
		return live_page(domid);
	ring = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ring == MAP_FAILED)
		return NULL;
	ring->answer_produced = ring_size;
	return ring;
}

/* Domain 0's ring is a file that the daemon maps. */
static int ring_file(void)
{
	struct ring ring = { .answer_produced = ring_size };
	int fd = memfd_create("ring", MFD_CLOEXEC);

	if (fd >= 0 && (pwrite(fd, &ring, sizeof ring, 0) != sizeof ring || ftruncate(fd, page_size))) {
		close(fd);
		return -1;
	}
	return fd;
}

void *xc_interface_open(void *logger, void *build_logger, unsigned int flags)
{
	return calloc(1, 1);
}

int xc_interface_close(void *handle)
{
	free(handle);
	return 0;
}

/* The first members of Xen 4.17's structures; the rest stays zero: neither dying nor shut down. */
struct getinfo { uint32_t domid, ssidref, flags; };
struct getinfolist { uint16_t domid, pad; uint32_t flags; };

int xc_domain_getinfo(void *handle, uint32_t first, unsigned int count, struct getinfo *info)
{
	if (count == 0 || !is_alive(first))
		return 0;
	*info = (struct getinfo){ .domid = first };
	return 1;
}

int xc_domain_getinfolist(void *handle, uint32_t first, unsigned int count, struct getinfolist *info)
{
	if (count == 0 || !is_alive(first))
		return 0;
	*info = (struct getinfolist){ .domid = first };
	return 1;
}

void *xc_map_foreign_range(void *handle, uint32_t domid, int size, int protection, unsigned long mfn)
{
	if (is_alive(domid))
		return ring_page(domid);
	errno = EINVAL;
	return NULL;
}

void *xengnttab_open(void *logger, unsigned int flags)
{
	return calloc(1, 1);
}

int xengnttab_close(void *handle)
{
	free(handle);
	return 0;
}

int xengnttab_set_max_grants(void *handle, uint32_t count)
{
	return 0;
}

void *xengnttab_map_grant_ref(void *handle, uint32_t domid, uint32_t reference, int protection)
{
	if (is_alive(domid))
		return ring_page(domid);
	errno = EINVAL;
	return NULL;
}

int xengnttab_unmap(void *handle, void *start, uint32_t count)
{
	return munmap(start, (size_t)count * page_size);
}

/* ---- Event channels: a pipe, on which something arrives only if the rings are alive ---- */

struct channel { int fd; };

static struct channel *channel_of(int fd)
{
	struct channel *channel = fd < 0 ? NULL : calloc(1, sizeof *channel);

	if (channel)
		channel->fd = fd;
	return channel;
}

struct channel *xenevtchn_open(void *logger, unsigned int flags)
{
	char name[PATH_MAX];

	snprintf(name, sizeof name, "%s/events", run_directory());
	if (mkfifo(name, 0600) && errno != EEXIST)
		return NULL;
	/* Bit 0: the descriptor outlives an exec. */
	return channel_of(REAL(open)(name, O_RDWR | (flags & 1 ? 0 : O_CLOEXEC)));
}

struct channel *xenevtchn_fdopen(void *logger, int fd, unsigned int flags)
{
	return channel_of(fd);
}

int xenevtchn_close(struct channel *channel)
{
	close(channel->fd);
	free(channel);
	return 0;
}

int xenevtchn_fd(struct channel *channel)
{
	return channel->fd;
}

int xenevtchn_pending(struct channel *channel)
{
	uint32_t port;

	return read(channel->fd, &port, sizeof port) == sizeof port ? (int)port : -1;
}

int xenevtchn_bind_virq(struct channel *channel, unsigned int virq)
{
	return virq_port;
}

/* Ports have to differ from each other and from those of the state. */
int xenevtchn_bind_interdomain(struct channel *channel, uint32_t domid, uint32_t port)
{
	static int last = 100000;
	int fd;

	last++;
	fd = has_live_rings() ? domain_file("port", domid) : -1;
	if (fd >= 0) {
		if (ftruncate(fd, 0) == 0)
			dprintf(fd, "%d", last);
		close(fd);
	}
	return last;
}

int xenevtchn_notify(struct channel *channel, uint32_t port)
{
	return 0;
}

int xenevtchn_unbind(struct channel *channel, uint32_t port)
{
	return 0;
}

int xenevtchn_unmask(struct channel *channel, uint32_t port)
{
	return 0;
}

/* ---- Files ---- */

/* Redirects names below /var/run/xenstored to the run directory. */
static const char *led(const char *name, char room[PATH_MAX])
{
	static const char built_in[] = "/var/run/xenstored";
	const size_t length = sizeof built_in - 1;

	if (!name || strncmp(name, built_in, length) || (name[length] && name[length] != '/'))
		return name;
	snprintf(room, PATH_MAX, "%s%s", run_directory(), name + length);
	return room;
}

/* The descriptor of a Xen device; -2 for any other name. */
static int device(const char *name)
{
	char room[PATH_MAX];
	int fd;

	if (!name || strncmp(name, "/proc/xen/", 10))
		return -2;
	if (!strcmp(name + 10, "xsd_kva"))
		return ring_file();
	if (strcmp(name + 10, "xsd_port"))
		return -2;
	snprintf(room, sizeof room, "%s/port", run_directory());
	fd = REAL(open)(room, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0 && pwrite(fd, "2", 1, 0) != 1)
		return -1;
	return fd;
}

#define OPEN(name)								\
int name(const char *file, int flags, ...)					\
{										\
	char room[PATH_MAX];							\
	mode_t mode = 0;							\
	int fd = device(file);							\
										\
	if (flags & (O_CREAT | O_TMPFILE)) {					\
		va_list arguments;						\
		va_start(arguments, flags);					\
		mode = va_arg(arguments, mode_t);				\
		va_end(arguments);						\
	}									\
	return fd != -2 ? fd : REAL(name)(led(file, room), flags, mode);	\
}
OPEN(open)
OPEN(open64)

/* Calls with one file name, which is redirected. */
#define LED(name, parameters, arguments)					\
int name parameters								\
{										\
	char room[PATH_MAX];							\
										\
	file = led(file, room);							\
	return REAL(name) arguments;						\
}
LED(access, (const char *file, int mode), (file, mode))
LED(chmod, (const char *file, mode_t mode), (file, mode))
LED(mkdir, (const char *file, mode_t mode), (file, mode))
LED(stat64, (const char *file, struct stat64 *status), (file, status))

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char room[PATH_MAX];
	const char *file;

	if (address->sa_family != AF_UNIX)
		return REAL(bind)(fd, address, length);
	file = led(((const struct sockaddr_un *)address)->sun_path, room);
	if (strlen(file) >= sizeof to.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(to.sun_path, file);
	return REAL(bind)(fd, (const struct sockaddr *)&to, sizeof to);
}

static bool is_state(const char *file)
{
	const char *name = file ? strrchr(file, '/') : NULL;

	return name && (!strcmp(name, "/state_dump") || !strcmp(name, "/db"));
}

int unlink(const char *file)
{
	char room[PATH_MAX], kept[PATH_MAX + 32];
	int number = 0;

	file = led(file, room);
	if (!is_state(file))
		return REAL(unlink)(file);
	do
		snprintf(kept, sizeof kept, "%s.taken-%d", file, ++number);
	while (REAL(access)(kept, F_OK) == 0);
	return rename(file, kept);
}

/* A daemon asks for more descriptors than a container may allow; it does not need them here. */
int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
	REAL(setrlimit)(resource, limit);
	return 0;
}
