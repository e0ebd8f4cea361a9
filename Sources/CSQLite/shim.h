#pragma once
#include <sqlite3.h>

/* SQLITE_TRANSIENT, "copy the bytes", is a cast that Swift does not import. */
static inline int xs_bind_text(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    return sqlite3_bind_text(statement, index, (const char *)bytes, count, SQLITE_TRANSIENT);
}
static inline int xs_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    return sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}

/* SQLITE_STATIC, which is null: the bytes must stay in place until the statement has run. */
static inline int xs_bind_standing_text(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    return sqlite3_bind_text(statement, index, (const char *)bytes, count, (sqlite3_destructor_type)0);
}

/* Without statistics of its memory SQLite takes no lock for each allocation. Call it before
   anything else. */
static inline int xs_disable_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* sqlite3_db_config is variadic, which Swift does not import. */
static inline int xs_db_config(sqlite3 *database, int option, int value) {
    return sqlite3_db_config(database, option, value, (int *)0);
}
