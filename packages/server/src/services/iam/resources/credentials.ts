import { systemClock } from "../../../kernel/clock.ts";
import { declareType } from "../../../kernel/resource-types/declare-type.ts";
import { listed, listOf, pick } from "../../../kernel/resource-types/members.ts";
import { unlessGone } from "../../../kernel/resource-types/parts.ts";
import { ResourceError } from "../../../kernel/resources.ts";
import { TOTP_PERIOD_MS, totpCodes, totpStep } from "../mfa/totp.ts";
import { all, iam, iamItems, iamTags } from "./iam-calls.ts";

interface AccessKey {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Status: string;
}

/** The secret is answered once: only whoever remembers it has it. */
export const accessKeyType = declareType({
  typeName: "AWS::IAM::AccessKey",
  isRemembered: true,
  secretAttributes: ["SecretAccessKey"],
  // A new serial number makes a new key: it says nothing else.
  fixed: ["UserName", "Serial"],
  parts: [
    {
      properties: ["Status"],
      async write({ id: { Id, UserName }, was, want }, call) {
        const { Status = "Active" } = want;
        if (Status === (was.Status ?? "Active")) return;
        await iam(call, "UpdateAccessKey", { AccessKeyId: Id, UserName, Status });
      },
    },
  ],
  async create({ UserName }, call) {
    const answer = await iam<{ AccessKey: AccessKey }>(call, "CreateAccessKey", { UserName });
    const { AccessKeyId, SecretAccessKey } = answer.AccessKey;
    return { Id: AccessKeyId, SecretAccessKey, UserName };
  },
  async read({ Id, UserName }, call) {
    const items = iamItems<AccessKey>(call, "ListAccessKeys", { UserName }, "AccessKeyMetadata");
    const found = (await all(items)).find(({ AccessKeyId }) => AccessKeyId === Id);
    if (!found) throw new ResourceError("NotFound", `The access key ${Id} cannot be found.`);
    return { Id, UserName, Status: found.Status };
  },
  async delete({ Id, UserName }, call) {
    await iam(call, "DeleteAccessKey", { AccessKeyId: Id, UserName });
    return undefined;
  },
});

interface ServerCertificate {
  readonly ServerCertificateMetadata: {
    readonly Arn: string;
    readonly ServerCertificateName: string;
    readonly Path: string;
  };
  readonly CertificateBody: string;
  readonly CertificateChain?: string;
  readonly Tags?: readonly unknown[];
}

export const serverCertificateType = declareType({
  typeName: "AWS::IAM::ServerCertificate",
  naming: { property: "ServerCertificateName", lengthMax: 128 },
  fixed: ["ServerCertificateName", "CertificateBody", "CertificateChain", "PrivateKey"],
  parts: [
    {
      properties: ["Path"],
      isCreated: true,
      async write({ id: { ServerCertificateName }, want: { Path = "/" } }, call) {
        await iam(call, "UpdateServerCertificate", { ServerCertificateName, NewPath: Path });
      },
    },
    iamTags("ServerCertificate", "ServerCertificateName"),
  ],
  async create(want, call) {
    const { ServerCertificateMetadata } = await iam<ServerCertificate>(
      call,
      "UploadServerCertificate",
      want,
    );
    return pick(ServerCertificateMetadata, ["ServerCertificateName", "Arn"]);
  },
  async read({ ServerCertificateName }, call) {
    const answer = await iam<{ ServerCertificate: ServerCertificate }>(
      call,
      "GetServerCertificate",
      { ServerCertificateName },
    );
    const { ServerCertificateMetadata: metadata, Tags, ...rest } = answer.ServerCertificate;
    return {
      ...pick(metadata, ["ServerCertificateName", "Arn", "Path"]),
      ...pick(rest, ["CertificateBody", "CertificateChain"]),
      Tags: listed(Tags),
    };
  },
  async delete({ ServerCertificateName }, call) {
    await iam(call, "DeleteServerCertificate", { ServerCertificateName });
    return undefined;
  },
  async *list(_model, call) {
    const member = "ServerCertificateMetadataList";
    const items = iamItems<ServerCertificate["ServerCertificateMetadata"]>(
      call,
      "ListServerCertificates",
      {},
      member,
    );
    for await (const { ServerCertificateName } of items) yield { ServerCertificateName };
  },
});

interface VirtualDevice {
  readonly SerialNumber: string;
  readonly Base32StringSeed: Uint8Array;
  readonly User?: { readonly UserName: string };
}

/** The device is its users' at once: the type shows IAM two codes of the seed that it was given. */
export const virtualMfaDeviceType = declareType({
  typeName: "AWS::IAM::VirtualMFADevice",
  naming: { property: "VirtualMfaDeviceName", lengthMax: 226 },
  fixed: ["VirtualMfaDeviceName", "Path"],
  parts: [
    {
      properties: ["Users"],
      isCreated: true,
      async write() {
        throw new ResourceError(
          "NotUpdatable",
          "The users of a virtual MFA device can't change: its seed isn't known any more.",
        );
      },
      async clear({ SerialNumber, Users }, call) {
        for (const UserName of listOf<string>(Users))
          await unlessGone(iam(call, "DeactivateMFADevice", { UserName, SerialNumber }));
      },
    },
    iamTags("MFADevice", "SerialNumber"),
  ],
  async create(want, call) {
    const answer = await iam<{ VirtualMFADevice: VirtualDevice }>(call, "CreateVirtualMFADevice", {
      ...pick(want, ["Path", "Tags"]),
      VirtualMFADeviceName: want.VirtualMfaDeviceName,
    });
    const { SerialNumber, Base32StringSeed } = answer.VirtualMFADevice;
    const codeAt = totpCodes(Buffer.from(Base32StringSeed).toString());
    const step = totpStep(systemClock.nowMs() - TOTP_PERIOD_MS);
    for (const UserName of listOf<string>(want.Users)) {
      const codes = { AuthenticationCode1: codeAt(step), AuthenticationCode2: codeAt(step + 1) };
      await iam(call, "EnableMFADevice", { UserName, SerialNumber, ...codes });
    }
    return { SerialNumber };
  },
  async read({ SerialNumber }, call) {
    const items = iamItems<VirtualDevice>(call, "ListVirtualMFADevices", {}, "VirtualMFADevices");
    const found = (await all(items)).find((device) => device.SerialNumber === SerialNumber);
    if (!found)
      throw new ResourceError("NotFound", `VirtualMFADevice ${SerialNumber} does not exist.`);
    const [, ...path] = String(SerialNumber).split(":mfa")[1]?.split("/") ?? [];
    const VirtualMfaDeviceName = path.pop();
    const Tags = await all(iamItems(call, "ListMFADeviceTags", { SerialNumber }, "Tags"));
    return {
      SerialNumber,
      VirtualMfaDeviceName,
      Path: path.length > 0 ? `/${path.join("/")}/` : "/",
      Users: found.User ? [found.User.UserName] : [],
      Tags: listed(Tags),
    };
  },
  async delete({ SerialNumber }, call) {
    await iam(call, "DeleteVirtualMFADevice", { SerialNumber });
    return undefined;
  },
  async *list(_model, call) {
    const member = "VirtualMFADevices";
    const items = iamItems<VirtualDevice>(call, "ListVirtualMFADevices", {}, member);
    for await (const { SerialNumber } of items) yield { SerialNumber };
  },
});
