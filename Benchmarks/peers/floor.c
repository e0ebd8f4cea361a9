/* A lower bound: inserts only the rows that the import of a first image writes for its nodes, one
   by one, through the same SQLite. No checks, findings, proof, digest, watches or connections.

   Usage: floor IMAGE DATABASE. Reads little-endian version 1 streams. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t number32(const unsigned char *p) {
    return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t number16(const unsigned char *p) {
    return p[0] | p[1] << 8;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, 0) != SQLITE_OK) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(db));
        exit(2);
    }
    return statement;
}

static void run(sqlite3_stmt *statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) exit(2);
    sqlite3_reset(statement);
}

int main(int argc, char **argv) {
    if (argc != 3) return 64;
    FILE *file = fopen(argv[1], "rb");
    if (!file) return 2;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    unsigned char *data = malloc(size);
    if (fread(data, 1, size, file) != (size_t)size) return 2;

    remove(argv[2]);
    sqlite3 *db;
    sqlite3_open_v2(argv[2], &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, 0);
    sqlite3_exec(
        db,
        "PRAGMA cache_size = -65536;"
        "CREATE TABLE path (path_id INTEGER PRIMARY KEY, path ANY NOT NULL) STRICT;"
        "CREATE UNIQUE INDEX path_text ON path (path);"
        "CREATE TABLE permset (permset_id INTEGER PRIMARY KEY, raw BLOB NOT NULL UNIQUE) STRICT;"
        "CREATE TABLE node_span (chain_id INTEGER NOT NULL, path_id INTEGER NOT NULL, ord INTEGER NOT NULL,"
        " first_gen INTEGER NOT NULL, last_gen INTEGER NOT NULL, permset_id INTEGER NOT NULL, value ANY NOT NULL,"
        " detail_id INTEGER, PRIMARY KEY (chain_id, path_id, ord, first_gen)) STRICT, WITHOUT ROWID;"
        "BEGIN",
        0, 0, 0);
    sqlite3_stmt *insert_path = prepare(db, "INSERT INTO path VALUES (?, ?)");
    sqlite3_stmt *insert_permset = prepare(db, "INSERT INTO permset (raw) VALUES (?)");
    sqlite3_stmt *find_permset = prepare(db, "SELECT permset_id FROM permset WHERE raw = ?");
    sqlite3_stmt *insert_node = prepare(db, "INSERT INTO node_span VALUES (1, ?, ?, 1, 0, ?, ?, NULL)");

    sqlite3_int64 count = 0, permset = 0;
    const unsigned char *last_perms = 0;
    size_t last_size = 0;
    for (long offset = 16; offset + 8 <= size;) {
        uint32_t type = number32(data + offset), length = number32(data + offset + 4);
        const unsigned char *body = data + offset + 8;
        if (type == 0) break;
        if (type == 5) {
            uint32_t path_length = number16(body + 8), value_length = number16(body + 10);
            size_t perms_size = 4 * number16(body + 14);
            const unsigned char *perms = body + 16, *path = perms + perms_size;
            count++;
            if (!last_perms || last_size != perms_size || memcmp(last_perms, perms, perms_size)) {
                sqlite3_bind_blob(find_permset, 1, perms, (int)perms_size, SQLITE_STATIC);
                if (sqlite3_step(find_permset) == SQLITE_ROW) {
                    permset = sqlite3_column_int64(find_permset, 0);
                } else {
                    sqlite3_bind_blob(insert_permset, 1, perms, (int)perms_size, SQLITE_STATIC);
                    run(insert_permset);
                    permset = sqlite3_last_insert_rowid(db);
                }
                sqlite3_reset(find_permset);
                last_perms = perms;
                last_size = perms_size;
            }
            sqlite3_bind_int64(insert_path, 1, count);
            sqlite3_bind_text(insert_path, 2, (const char *)path, (int)path_length - 1, SQLITE_STATIC);
            run(insert_path);
            sqlite3_bind_int64(insert_node, 1, count);
            sqlite3_bind_int64(insert_node, 2, count << 13);
            sqlite3_bind_int64(insert_node, 3, permset);
            sqlite3_bind_text(insert_node, 4, (const char *)path + path_length, (int)value_length, SQLITE_STATIC);
            run(insert_node);
        }
        offset += 8 + ((length + 7) & ~7u);
    }
    return sqlite3_exec(db, "COMMIT", 0, 0, 0) == SQLITE_OK ? 0 : 2;
}
