import type { LastUsed } from "../last-used/last-used.ts";
import { accessKeysOfAccount } from "../rows/access-keys.ts";
import { findAccount } from "../rows/accounts.ts";
import { passwordDates } from "../rows/login-profiles.ts";
import { userIdsWithMfa } from "../rows/mfa-devices.ts";
import { findPasswordPolicy } from "../rows/password-policies.ts";
import { signingCertificatesOfAccount } from "../rows/signing-certificates.ts";
import { type User, userArn, usersOfAccount } from "../rows/users.ts";
import type { Db } from "../tables.ts";

/** Source: IAM User Guide, "Understanding the report format". */
const COLUMNS = [
  "user",
  "arn",
  "user_creation_time",
  "password_enabled",
  "password_last_used",
  "password_last_changed",
  "password_next_rotation",
  "mfa_active",
  ...[1, 2].flatMap((number) =>
    ["active", "last_rotated", "last_used_date", "last_used_region", "last_used_service"].map(
      (column) => `access_key_${number}_${column}`,
    ),
  ),
  ...[1, 2].flatMap((number) => [`cert_${number}_active`, `cert_${number}_last_rotated`]),
];

const NOT_APPLICABLE = "N/A";
const NOT_SUPPORTED = "not_supported";
/** The last use of a password that was never used. */
const NEVER = "no_information";
/** The report has columns for this many access keys and signing certificates. */
const SHOWN = 2;
const DAY_MS = 24 * 60 * 60 * 1000;

interface CertificateColumns {
  readonly active: boolean;
  readonly createdMs: number;
}

interface KeyColumns {
  readonly active: boolean;
  readonly createdMs: number;
  readonly usedMs: number | null;
  readonly usedRegion: string | null;
  readonly usedService: string | null;
}

/**
 * The account's credential report: comma-separated lines, the root user's first. Names and ARNs
 * can't hold what would need quoting. Bounded by the quota of users.
 */
export async function writeCredentialReport(
  parts: { readonly lastUsed: LastUsed },
  db: Db,
  accountId: string,
): Promise<string> {
  const users = await usersOfAccount(db, accountId);
  const keys = await keysByUser(parts.lastUsed, db, accountId);
  const passwords = await passwordsByUser(db, accountId);
  const lines = [COLUMNS, await rootLine(db, accountId, keys.get(accountId) ?? [])];
  const withMfa = await userIdsWithMfa(db, accountId);
  const certificates = await certificatesByUser(db, accountId);
  for (const user of users) {
    const { user_id: id } = user;
    lines.push(
      userLine(
        user,
        passwords.get(id),
        withMfa.has(id),
        keys.get(id) ?? [],
        certificates.get(id) ?? [],
      ),
    );
  }
  return lines.map((line) => line.join(",")).join("\n");
}

async function rootLine(db: Db, accountId: string, keys: readonly KeyColumns[]): Promise<string[]> {
  const account = await findAccount(db, accountId);
  return [
    "<root_account>",
    `arn:aws:iam::${accountId}:root`,
    time(account?.created_ms ?? 0),
    NOT_SUPPORTED,
    NEVER,
    NOT_SUPPORTED,
    NOT_SUPPORTED,
    // Virtual devices here are users' alone.
    "false",
    ...keyColumns(keys),
    ...certificateColumns([]),
  ];
}

function userLine(
  user: User,
  password: { readonly changedMs: number; readonly expiresMs: number | undefined } | undefined,
  hasMfa: boolean,
  keys: readonly KeyColumns[],
  certificates: readonly CertificateColumns[],
): string[] {
  return [
    user.user_name,
    userArn(user),
    time(user.created_ms),
    String(password !== undefined),
    password === undefined ? NOT_APPLICABLE : NEVER,
    password === undefined ? NOT_APPLICABLE : time(password.changedMs),
    password?.expiresMs === undefined ? NOT_APPLICABLE : time(password.expiresMs),
    String(hasMfa),
    ...keyColumns(keys),
    ...certificateColumns(certificates),
  ];
}

function keyColumns(keys: readonly KeyColumns[]): string[] {
  return Array.from({ length: SHOWN }, (_, index) => keys[index]).flatMap((key) =>
    key === undefined
      ? ["false", NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE]
      : [
          String(key.active),
          time(key.createdMs),
          key.usedMs === null ? NOT_APPLICABLE : time(key.usedMs),
          key.usedRegion ?? NOT_APPLICABLE,
          key.usedService ?? NOT_APPLICABLE,
        ],
  );
}

function certificateColumns(certificates: readonly CertificateColumns[]): string[] {
  return Array.from({ length: SHOWN }, (_, index) => certificates[index]).flatMap((certificate) =>
    certificate === undefined
      ? ["false", NOT_APPLICABLE]
      : [String(certificate.active), time(certificate.createdMs)],
  );
}

/** Each user's signing certificates, the oldest first. */
async function certificatesByUser(
  db: Db,
  accountId: string,
): Promise<Map<string, CertificateColumns[]>> {
  const rows = await signingCertificatesOfAccount(db, accountId);
  const certificates = new Map<string, CertificateColumns[]>();
  for (const { user_id: id, status, created_ms: createdMs } of rows) {
    const certificate = { active: status === "Active", createdMs };
    certificates.set(id, [...(certificates.get(id) ?? []), certificate]);
  }
  return certificates;
}

/** The keys of each user and, by the account's id, of the root user, the oldest first. */
async function keysByUser(
  lastUsed: LastUsed,
  db: Db,
  accountId: string,
): Promise<Map<string, KeyColumns[]>> {
  const rows = await accessKeysOfAccount(db, accountId);
  const keys = new Map<string, KeyColumns[]>();
  for (const row of rows) {
    const latest = lastUsed.latestOfKey(row.access_key_id);
    const key = {
      active: row.status === "Active",
      createdMs: row.created_ms,
      usedMs: latest?.atMs ?? row.last_used_ms,
      usedRegion: latest?.region ?? row.last_used_region,
      usedService: latest?.service ?? row.last_used_service,
    };
    keys.set(row.user_id, [...(keys.get(row.user_id) ?? []), key]);
  }
  return keys;
}

async function passwordsByUser(db: Db, accountId: string) {
  const maxAgeDays = (await findPasswordPolicy(db, accountId))?.max_age_days ?? undefined;
  const rows = await passwordDates(db, accountId);
  return new Map(
    rows.map((row) => [
      row.user_id,
      {
        changedMs: row.changed_ms,
        expiresMs: maxAgeDays === undefined ? undefined : row.changed_ms + maxAgeDays * DAY_MS,
      },
    ]),
  );
}

/** `2015-06-17T19:11:50+00:00`: the report's own form. */
function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+00:00`;
}
