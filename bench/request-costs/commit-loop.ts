import { closeSync, fdatasyncSync, openSync } from "node:fs";
import { join } from "node:path";
import Libsql from "libsql";

/*
 * What SQLite can do with a row and nothing else, one commit after the other, each on the disk
 * before the next: `node commit-loop.ts FOLDER MS` prints the commits of a second, and the
 * microseconds of processor time that one took.
 */
const [, , folder = ".", forMs = "1000"] = process.argv;
const file = join(folder, "commits.db");
const database = new Libsql(file);
database.exec("PRAGMA journal_mode = WAL");
database.exec("PRAGMA synchronous = NORMAL");
database.exec("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, text TEXT)");
const insert = database.prepare("INSERT INTO rows (text) VALUES (?)");
const log = openSync(`${file}-wal`, "r+");
const text = "r".repeat(400);
const startedMs = performance.now();
const before = process.cpuUsage();
let commits = 0;
for (; performance.now() - startedMs < Number(forMs); commits++) {
  database.exec("BEGIN IMMEDIATE");
  insert.run(text);
  database.exec("COMMIT");
  fdatasyncSync(log);
}
const { user, system } = process.cpuUsage(before);
const perSecond = commits / ((performance.now() - startedMs) / 1000);
console.log(JSON.stringify({ perSecond, processorUs: (user + system) / commits }));
closeSync(log);
database.close();
