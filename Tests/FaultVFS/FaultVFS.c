#include "FaultVFS.h"

#include <sqlite3.h>
#include <string.h>

/* Each thread has its own plan, so that tests may run at the same time. */
static _Thread_local struct {
    int mask;
    long n;
    int lasting;
    int full;
    long count;
} plan;

static sqlite3_vfs *below;

typedef struct {
    sqlite3_file base;
    sqlite3_file *real;
} fault_file;

static sqlite3_file *real(sqlite3_file *file) {
    return ((fault_file *)file)->real;
}

/* Counts an operation, and returns whether it fails. */
static int fails(int operation) {
    if (!(plan.mask & operation)) return 0;
    plan.count++;
    return plan.n > 0 && (plan.count == plan.n || (plan.lasting && plan.count > plan.n));
}

static int fault_close(sqlite3_file *file) {
    return real(file)->pMethods ? real(file)->pMethods->xClose(real(file)) : SQLITE_OK;
}
static int fault_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    if (fails(FAULT_READ)) return SQLITE_IOERR_READ;
    return real(file)->pMethods->xRead(real(file), bytes, count, offset);
}
static int fault_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    if (fails(FAULT_WRITE)) {
        /* A torn write. A dead process writes nothing more. */
        if (!plan.lasting || plan.count == plan.n) real(file)->pMethods->xWrite(real(file), bytes, count / 2, offset);
        return plan.full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    return real(file)->pMethods->xWrite(real(file), bytes, count, offset);
}
static int fault_truncate(sqlite3_file *file, sqlite3_int64 size) {
    if (fails(FAULT_TRUNCATE)) return SQLITE_IOERR_TRUNCATE;
    return real(file)->pMethods->xTruncate(real(file), size);
}
static int fault_sync(sqlite3_file *file, int flags) {
    if (fails(FAULT_SYNC)) return SQLITE_IOERR_FSYNC;
    return real(file)->pMethods->xSync(real(file), flags);
}
static int fault_size(sqlite3_file *file, sqlite3_int64 *size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}
static int fault_lock(sqlite3_file *file, int level) {
    return real(file)->pMethods->xLock(real(file), level);
}
static int fault_unlock(sqlite3_file *file, int level) {
    return real(file)->pMethods->xUnlock(real(file), level);
}
static int fault_reserved(sqlite3_file *file, int *result) {
    return real(file)->pMethods->xCheckReservedLock(real(file), result);
}
static int fault_control(sqlite3_file *file, int operation, void *argument) {
    /* A size hint would let SQLite write without being counted. */
    if (operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
static int fault_sector(sqlite3_file *file) {
    return real(file)->pMethods->xSectorSize(real(file));
}
static int fault_characteristics(sqlite3_file *file) {
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static const sqlite3_io_methods methods = {
    1, fault_close, fault_read, fault_write, fault_truncate, fault_sync, fault_size, fault_lock, fault_unlock, fault_reserved,
    fault_control, fault_sector, fault_characteristics,
    0, 0, 0, 0, 0, 0
};

static int fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out) {
    fault_file *mine = (fault_file *)file;
    (void)vfs;
    memset(mine, 0, sizeof *mine);
    mine->real = (sqlite3_file *)(mine + 1);
    if (fails(FAULT_OPEN)) return SQLITE_CANTOPEN;
    int code = below->xOpen(below, name, mine->real, flags, out);
    if (mine->real->pMethods) mine->base.pMethods = &methods;
    return code;
}
static int fault_delete(sqlite3_vfs *vfs, const char *name, int sync) {
    (void)vfs;
    if (fails(FAULT_DELETE)) return SQLITE_IOERR_DELETE;
    return below->xDelete(below, name, sync);
}
static int fault_access(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
    (void)vfs;
    return below->xAccess(below, name, flags, result);
}
static int fault_name(sqlite3_vfs *vfs, const char *name, int count, char *out) {
    (void)vfs;
    return below->xFullPathname(below, name, count, out);
}
static int fault_random(sqlite3_vfs *vfs, int count, char *out) {
    (void)vfs;
    return below->xRandomness(below, count, out);
}
static int fault_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return below->xSleep(below, microseconds);
}
static int fault_time(sqlite3_vfs *vfs, double *time) {
    (void)vfs;
    return below->xCurrentTime(below, time);
}
static int fault_error(sqlite3_vfs *vfs, int count, char *out) {
    (void)vfs;
    return below->xGetLastError(below, count, out);
}

static sqlite3_vfs layer;

int fault_register(void) {
    if (below) return 0;
    sqlite3_vfs *system = sqlite3_vfs_find(0);
    if (!system) return 1;
    layer.iVersion = 1;
    layer.szOsFile = (int)sizeof(fault_file) + system->szOsFile;
    layer.mxPathname = system->mxPathname;
    layer.zName = "fault";
    layer.xOpen = fault_open;
    layer.xDelete = fault_delete;
    layer.xAccess = fault_access;
    layer.xFullPathname = fault_name;
    layer.xRandomness = fault_random;
    layer.xSleep = fault_sleep;
    layer.xCurrentTime = fault_time;
    layer.xGetLastError = fault_error;
    below = system;
    return sqlite3_vfs_register(&layer, 0) == SQLITE_OK ? 0 : 1;
}

void fault_plan(int mask, long n, int lasting, int full) {
    plan.mask = mask;
    plan.n = n;
    plan.lasting = lasting;
    plan.full = full;
    plan.count = 0;
}

long fault_count(void) {
    return plan.count;
}
