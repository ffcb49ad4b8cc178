import { inflateSync } from "node:zlib";
import type { IAM } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { totpOf, totpPeriod } from "../../support/totp.ts";
import { failureOf, iamOf } from "./iam-api.ts";

const MFA = "arn:aws:iam::000000000000:mfa";

let server: TestServer;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
  await iam.createUser({ UserName: "alice" });
  await iam.createUser({ UserName: "bob" });
});
afterAll(() => server.close());

async function createDevice(name: string, extra: object = {}) {
  const made = await iam.createVirtualMFADevice({ VirtualMFADeviceName: name, ...extra });
  const { SerialNumber = "", Base32StringSeed = new Uint8Array() } = made.VirtualMFADevice ?? {};
  const seed = Buffer.from(Base32StringSeed).toString();
  /** The codes of the period `ahead` periods from now and of the one after it. */
  const codes = (ahead = -1) => {
    const step = totpPeriod() + ahead;
    return {
      AuthenticationCode1: totpOf(seed, step),
      AuthenticationCode2: totpOf(seed, step + 1),
    };
  };
  return { ...made.VirtualMFADevice, SerialNumber, seed, codes };
}

describe("virtual MFA devices", () => {
  it("have names of at most 226 characters, each of which has its QR code", async () => {
    const longest = await createDevice("@".repeat(226));
    expect(longest.SerialNumber).toHaveLength(256);
    expect(longest.QRCodePNG?.length).toBeGreaterThan(100);
    await iam.deleteVirtualMFADevice({ SerialNumber: longest.SerialNumber });
    expect(await failureOf(() => createDevice("@".repeat(227)))).toMatchObject({
      code: "ValidationError",
      message: expect.stringContaining("length less than or equal to 226"),
    });
  });

  it("are made with a seed and its QR code, tagged and listed by assignment", async () => {
    const device = await createDevice("phone", {
      Path: "/team/",
      Tags: [{ Key: "owner", Value: "alice" }],
    });
    const { SerialNumber } = device;
    expect(SerialNumber).toBe(`${MFA}/team/phone`);
    expect(device.seed).toMatch(/^[A-Z2-7]{64}$/);
    const png = Buffer.from(device.QRCodePNG ?? []);
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    const pixels = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
    expect(pixels.length).toBe(height * (1 + Math.ceil(width / 8)));
    await iam.tagMFADevice({ SerialNumber, Tags: [{ Key: "stage", Value: "test" }] });
    await iam.untagMFADevice({ SerialNumber, TagKeys: ["owner"] });
    const { Tags } = await iam.listMFADeviceTags({ SerialNumber });
    expect(Tags).toEqual([{ Key: "stage", Value: "test" }]);
    const list = async (AssignmentStatus?: "Assigned" | "Unassigned" | "Any") =>
      (await iam.listVirtualMFADevices({ AssignmentStatus })).VirtualMFADevices;
    expect(await list()).toEqual([{ SerialNumber }]);
    expect(await list("Unassigned")).toEqual([{ SerialNumber }]);
    expect(await list("Assigned")).toEqual([]);
    await iam.deleteVirtualMFADevice({ SerialNumber });
    expect(await list("Any")).toEqual([]);
  });

  it("are enabled with two consecutive codes and belong to the user until deactivated", async () => {
    const { SerialNumber, codes, seed } = await createDevice("enabled");
    const alice = { UserName: "alice", SerialNumber };
    const wrong = [
      { AuthenticationCode1: "000000", AuthenticationCode2: "000000" },
      { ...codes(), AuthenticationCode2: totpOf(seed, totpPeriod() + 7) },
      codes(-1100),
    ];
    for (const each of wrong)
      expect(await failureOf(() => iam.enableMFADevice({ ...alice, ...each }))).toEqual({
        code: "InvalidAuthenticationCode",
        status: 403,
        message: "Authentication code for device is not valid.",
      });
    expect((await iam.listMFADevices({ UserName: "alice" })).MFADevices).toEqual([]);
    await iam.enableMFADevice({ ...alice, ...codes() });
    const shown = { ...alice, EnableDate: expect.any(Date) };
    expect((await iam.listMFADevices({ UserName: "alice" })).MFADevices).toEqual([shown]);
    expect(await iam.getMFADevice(alice)).toMatchObject(shown);
    const assigned = await iam.listVirtualMFADevices({ AssignmentStatus: "Assigned" });
    expect(assigned.VirtualMFADevices).toMatchObject([
      { SerialNumber, EnableDate: expect.any(Date), User: { UserName: "alice", Path: "/" } },
    ]);
    expect(
      await failureOf(() => iam.enableMFADevice({ ...alice, UserName: "bob", ...codes() })),
    ).toMatchObject({ code: "EntityAlreadyExists", message: "MFA Device is already in use." });
    expect(await failureOf(() => iam.deleteUser({ UserName: "alice" }))).toMatchObject({
      code: "DeleteConflict",
      message: "Cannot delete entity, must delete MFA device first.",
    });
    expect(await failureOf(() => iam.deleteVirtualMFADevice({ SerialNumber }))).toMatchObject({
      code: "DeleteConflict",
      message: "MFA VirtualDevice in use. Must deactivate first.",
    });
    expect(
      await failureOf(() => iam.deactivateMFADevice({ ...alice, UserName: "bob" })),
    ).toMatchObject({ code: "NoSuchEntity" });
    // The pair that enabled it is not accepted again, those after it are.
    const again = codes();
    expect(await failureOf(() => iam.resyncMFADevice({ ...alice, ...again }))).toMatchObject({
      code: "InvalidAuthenticationCode",
    });
    await iam.resyncMFADevice({ ...alice, ...codes(5) });
    await iam.deactivateMFADevice(alice);
    expect((await iam.listMFADevices({ UserName: "alice" })).MFADevices).toEqual([]);
    await iam.deleteVirtualMFADevice({ SerialNumber });
  });

  const missing = `${MFA}/missing`;
  const gone = `MFA Device with serial number ${missing} does not exist.`;
  const path =
    "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.";
  const codes = { AuthenticationCode1: "123456", AuthenticationCode2: "654321" };
  type Row = readonly [code: string, message: string, call: () => Promise<unknown>];
  const rows: readonly Row[] = [
    ["NoSuchEntity", gone, () => iam.deleteVirtualMFADevice({ SerialNumber: missing })],
    [
      "NoSuchEntity",
      gone,
      () => iam.enableMFADevice({ UserName: "alice", SerialNumber: missing, ...codes }),
    ],
    [
      "NoSuchEntity",
      "The user with name nobody cannot be found.",
      () => iam.enableMFADevice({ UserName: "nobody", SerialNumber: missing, ...codes }),
    ],
    [
      "ValidationError",
      path,
      () => iam.createVirtualMFADevice({ VirtualMFADeviceName: "p", Path: "/team" }),
    ],
    [
      "EntityAlreadyExists",
      "MFA device already exists.",
      async () => {
        await createDevice("twice");
        await createDevice("twice");
      },
    ],
    [
      "ValidationError",
      "1 validation error detected: Value at 'authenticationCode1' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\d]+",
      () =>
        iam.enableMFADevice({
          UserName: "alice",
          SerialNumber: missing,
          ...codes,
          AuthenticationCode1: "12345x",
        }),
    ],
  ];

  it.each(rows)("answer %s %s", async (code, message, call) => {
    expect(await failureOf(call)).toMatchObject({ code, message });
  });
});
