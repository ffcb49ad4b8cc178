import type { IAM } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { totpOf, totpPeriod } from "../../support/totp.ts";
import { allow, failureOf, iamOf, makeUser } from "./iam-api.ts";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/;

let server: TestServer;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
});
afterAll(() => server.close());

async function readReport(): Promise<Record<string, string>[]> {
  const { Content, ReportFormat, GeneratedTime } = await iam.getCredentialReport();
  expect(ReportFormat).toBe("text/csv");
  expect(GeneratedTime).toBeInstanceOf(Date);
  const [header = "", ...lines] = Buffer.from(Content ?? [])
    .toString("utf8")
    .split("\n");
  const columns = header.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    expect(cells.length).toBe(columns.length);
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ""]));
  });
}

async function giveMfaDevice(UserName: string): Promise<void> {
  const { VirtualMFADevice } = await iam.createVirtualMFADevice({ VirtualMFADeviceName: UserName });
  const seed = Buffer.from(VirtualMFADevice?.Base32StringSeed ?? []).toString();
  const period = totpPeriod();
  await iam.enableMFADevice({
    UserName,
    SerialNumber: VirtualMFADevice?.SerialNumber,
    AuthenticationCode1: totpOf(seed, period - 1),
    AuthenticationCode2: totpOf(seed, period),
  });
}

describe("the credential report", () => {
  it("is made on demand, kept for four hours, and says what credentials each user has", async () => {
    expect(await failureOf(() => iam.getCredentialReport())).toMatchObject({
      code: "ReportNotPresent",
      status: 410,
    });
    await iam.updateAccountPasswordPolicy({ MaxPasswordAge: 30 });
    const key = await makeUser(iam, "busy", [allow("iam:GetUser")]);
    await iamOf(server, key).getUser();
    const { AccessKey } = await iam.createAccessKey({ UserName: "busy" });
    await iam.updateAccessKey({
      UserName: "busy",
      AccessKeyId: AccessKey?.AccessKeyId,
      Status: "Inactive",
    });
    await iam.createLoginProfile({ UserName: "busy", Password: "Correct-horse-1" });
    await giveMfaDevice("busy");
    await iam.createUser({ UserName: "idle", Path: "/team/" });

    expect(await iam.generateCredentialReport()).toMatchObject({
      State: "STARTED",
      Description: "No report exists. Starting a new report generation task",
    });
    expect((await iam.generateCredentialReport()).State).toBe("COMPLETE");
    const [root, busy, idle, ...rest] = await readReport();
    expect(rest).toEqual([]);
    expect(root).toMatchObject({
      user: "<root_account>",
      arn: "arn:aws:iam::000000000000:root",
      password_enabled: "not_supported",
      mfa_active: "false",
      access_key_1_active: "true",
    });
    expect(busy).toMatchObject({
      user: "busy",
      password_enabled: "true",
      password_last_used: "no_information",
      password_last_changed: expect.stringMatching(TIME),
      mfa_active: "true",
      access_key_1_active: "true",
      access_key_1_last_used_date: expect.stringMatching(TIME),
      access_key_1_last_used_region: "us-east-1",
      access_key_1_last_used_service: "iam",
      access_key_2_active: "false",
      access_key_2_last_rotated: expect.stringMatching(TIME),
      access_key_2_last_used_date: "N/A",
      cert_1_active: "false",
    });
    const changed = Date.parse(busy?.password_last_changed ?? "");
    const next = Date.parse(busy?.password_next_rotation ?? "");
    expect(next - changed).toBe(30 * 24 * 60 * 60 * 1000);
    expect(idle).toMatchObject({
      user: "idle",
      arn: "arn:aws:iam::000000000000:user/team/idle",
      password_enabled: "false",
      password_last_used: "N/A",
      password_next_rotation: "N/A",
      mfa_active: "false",
      access_key_1_active: "false",
      access_key_1_last_rotated: "N/A",
    });

    expect((await iam.getAccountSummary()).SummaryMap).toMatchObject({
      MFADevices: 1,
      MFADevicesInUse: 1,
    });
    await iam.createUser({ UserName: "late" });
    await iam.generateCredentialReport();
    expect(await readReport()).toHaveLength(3);
  });
});
