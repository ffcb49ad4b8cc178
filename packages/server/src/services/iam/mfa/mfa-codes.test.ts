import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SecretBox } from "../../../kernel/crypto/secret-box.ts";
import type { Principal } from "../../../kernel/principal.ts";
import { RequestContext } from "../../../kernel/request-context.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import type { MfaDeviceRow } from "../credential-tables.ts";
import { iamMigrations } from "../migrations.ts";
import type { IamTables } from "../tables.ts";
import { requireConsecutiveCodes, verifyMfaCode } from "./mfa-codes.ts";
import { TOTP_PERIOD_MS, totpCodes } from "./totp.ts";

const SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const codeAt = totpCodes(SEED);
const SERIAL = "arn:aws:iam::000000000000:mfa/phone";
/** The period that it is, in all of these tests. */
const NOW = 5000;
const NOW_MS = NOW * TOTP_PERIOD_MS;
const ALICE: Principal = {
  kind: "user",
  accountId: "000000000000",
  arn: "arn:aws:iam::000000000000:user/alice",
  id: "AIDAQAAAAAAAAAAAAAAAA",
  userName: "alice",
};

const parts = { secrets: new SecretBox(new Uint8Array(32), "test") };
const device: MfaDeviceRow = {
  account_id: "000000000000",
  serial_number: SERIAL,
  seed_sealed: parts.secrets.seal(SEED, SERIAL),
  user_id: ALICE.id,
  enabled_ms: 0,
  last_step: 0,
  used_steps: "[]",
  drift_steps: 0,
  created_ms: 0,
};
const dir = mkdtempSync(join(tmpdir(), "rolecast-mfa-"));
let store: OpenedStore;
let context: RequestContext;

async function keep(values: Partial<MfaDeviceRow> = {}): Promise<void> {
  await store.tables<IamTables>().transaction(async ({ db }) => {
    await db.deleteFrom("iam_mfa_devices").execute();
    await db
      .insertInto("iam_mfa_devices")
      .values({ ...device, ...values })
      .execute();
  });
}

function verify(step: number, principal: Principal = ALICE, serial = SERIAL): Promise<boolean> {
  return verifyMfaCode(parts, principal, serial, codeAt(step), context);
}

beforeAll(async () => {
  const file = join(dir, "a.db");
  const options = { durable: false, migrations: iamMigrations, nowMs: () => NOW_MS };
  store = await openStore({ file, ...options });
});
beforeEach(async () => {
  context = new RequestContext({
    requestId: "r",
    service: "sts",
    operation: "GetSessionToken",
    region: "us-east-1",
    caller: { principal: ALICE },
    nowMs: NOW_MS,
    sourceIp: undefined,
    userAgent: undefined,
    secure: false,
    store,
    invoke: () => Promise.reject(new Error("nobody is called")),
  });
  await keep();
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

describe("a code", () => {
  it.each([
    [-3, false],
    [-2, true],
    [0, true],
    [2, true],
    [3, false],
  ])("of %i periods from now is accepted: %s", async (ahead, accepted) => {
    expect(await verify(NOW + ahead)).toBe(accepted);
  });

  it("is accepted once, whichever were before it", async () => {
    const both = await Promise.all([verify(NOW), verify(NOW)]);
    expect(both.filter((accepted) => accepted)).toHaveLength(1);
    await keep();
    const answers: boolean[] = [];
    for (const ahead of [0, 0, -1, -1, 1, 0]) answers.push(await verify(NOW + ahead));
    expect(answers).toEqual([true, false, true, false, true, false]);
  });

  it("may be one of the two that synchronised the device, and doesn't keep others from it", async () => {
    const pair = (first: number) =>
      requireConsecutiveCodes(
        parts,
        { ...device, last_step: NOW },
        [codeAt(first), codeAt(first + 1)],
        NOW_MS,
      );
    await keep({ last_step: NOW });
    expect([await verify(NOW), await verify(NOW - 1)]).toEqual([true, true]);
    expect(await verify(NOW + 1)).toBe(true);
    expect(pair(NOW + 1)).toEqual({ last_step: NOW + 2, drift_steps: 0 });
    expect(() => pair(NOW)).toThrow("Authentication code for device is not valid.");
  });

  it("is the user's own, of a device that is enabled", async () => {
    expect(await verify(NOW, { ...ALICE, id: "AIDAQAAAAAAABBBBBBBBB" })).toBe(false);
    expect(await verify(NOW, ALICE, `${SERIAL}2`)).toBe(false);
    const root: Principal = { kind: "root", accountId: ALICE.accountId, arn: "arn" };
    expect(await verify(NOW, root)).toBe(false);
    await keep({ user_id: null });
    expect(await verify(NOW)).toBe(false);
  });

  it("counts from the device's own clock after a synchronisation", async () => {
    const codes = (first: number) => [codeAt(first), codeAt(first + 1)] as const;
    const far = requireConsecutiveCodes(parts, device, codes(NOW + 10), NOW_MS);
    expect(far).toEqual({ last_step: NOW + 11, drift_steps: 11 });
    await keep({ ...far, last_step: 0 });
    expect([await verify(NOW), await verify(NOW + 11)]).toEqual([false, true]);
    const near = requireConsecutiveCodes(parts, device, codes(NOW - 1), NOW_MS);
    expect(near).toEqual({ last_step: NOW, drift_steps: 0 });
    const drifted = { ...device, drift_steps: 100 };
    for (const [from, row] of [
      [NOW, device],
      [NOW + 100, drifted],
    ] as const)
      for (const [later, accepted] of [
        [-999, false],
        [-998, true],
        [1000, true],
        [1001, false],
      ] as const) {
        const call = () => requireConsecutiveCodes(parts, row, codes(from + later - 1), NOW_MS);
        if (accepted) expect(call()).toMatchObject({ last_step: from + later });
        else expect(call).toThrow("Authentication code for device is not valid.");
      }
  });
});
