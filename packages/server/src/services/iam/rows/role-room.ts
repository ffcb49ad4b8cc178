import type { Transaction } from "../../../kernel/store.ts";
import type { Db, IamTables } from "../tables.ts";
import { refuseOverQuota } from "./named-rows.ts";

/** The roles of an account since they were first counted; both figures only grow. */
interface Room {
  /** Roles inserted, those of transactions that were rolled back among them. */
  inserted: number;
  /** Up to so many inserted ones the quota holds without another count. */
  allowed: number;
}

/** By the dialect's adapter, which a database's transactions share with it; then by account. */
const rooms = new WeakMap<object, Map<string, Room>>();

/**
 * Must run before one more role is inserted. Counting an account's roles takes a sixth of the time
 * that the database needs for a new one, so that a count is remembered once it is committed: roles
 * that go since then make more room than that, and are counted when it is used up. On a database
 * that other nodes write each role is counted for. @throws LimitExceeded
 */
export async function refuseMoreRoles(
  tx: Pick<Transaction<IamTables>, "db" | "afterCommit">,
  isShared: boolean,
  accountId: string,
  limit: number,
): Promise<void> {
  const room = roomOf(tx.db, accountId);
  if (!isShared && room.inserted < room.allowed) return;
  const { inserted } = room;
  const count = await refuseOverQuota(tx.db, "iam_roles", accountId, "RolesPerAccount", limit);
  tx.afterCommit(() => {
    room.allowed = inserted + limit - count;
  });
}

/** Every insertion of a role notes itself. */
export function noteRole(db: Db, accountId: string): void {
  roomOf(db, accountId).inserted += 1;
}

function roomOf(db: Db, accountId: string): Room {
  const { adapter } = db.getExecutor();
  let ofDatabase = rooms.get(adapter);
  if (!ofDatabase) {
    ofDatabase = new Map();
    rooms.set(adapter, ofDatabase);
  }
  let room = ofDatabase.get(accountId);
  if (!room) {
    room = { inserted: 0, allowed: 0 };
    ofDatabase.set(accountId, room);
  }
  return room;
}
