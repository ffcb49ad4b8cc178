import type * as iam from "@aws-sdk/client-iam";
import type { ContextEntries } from "../../../kernel/authorization.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { echoedTags } from "../answer-members.ts";
import type { MfaDeviceRow } from "../credential-tables.ts";
import { alreadyExists, deleteConflict } from "../errors.ts";
import { requestTags, untagKeys } from "../identities/authorization.ts";
import { readPage } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import {
  deleteMfaDevice,
  findMfaDevice,
  insertMfaDevice,
  mfaDevicesWithUsers,
  requireMfaDevice,
} from "../rows/mfa-devices.ts";
import { deleteTagsOf, putTags } from "../rows/tags.ts";
import type { Db, IamTables } from "../tables.ts";
import { onTaggedResource, tagPage, tagResource, untagResource } from "../tags/tagged-resources.ts";
import { userSummary } from "../users/user-details.ts";
import { qrCodePng } from "./qr-code-png.ts";

/** Base32 digits of a seed, as AWS's have: 320 bits. */
const SEED_LENGTH = 64;

/** Virtual MFA devices before and after they are a user's, and their tags. */
export function virtualMfaDeviceOperations(parts: IamParts) {
  const onDevice = (serial: string, context: RequestContext, extra: ContextEntries = {}) =>
    onTaggedResource(context, serial, serial, extra);
  const findSerial = (serial: string, context: RequestContext) => async (db: Db) =>
    (await requireMfaDevice(db, context.accountId, serial)).serial_number;

  return defineOperations<typeof iam>()({
    CreateVirtualMFADevice: {
      authorize: (input, context) =>
        onTaggedResource(context, serialOf(context, input), undefined, requestTags(input.Tags)),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const seed = parts.ids.base32(SEED_LENGTH);
          const device = await insertDevice(parts, db, context, input, seed);
          await putTags(db, context.accountId, device.serial_number, input.Tags);
          const { VirtualMFADeviceName: name } = input;
          return {
            VirtualMFADevice: {
              SerialNumber: device.serial_number,
              Base32StringSeed: Buffer.from(seed),
              QRCodePNG: qrCodePng(otpauthUri(context.accountId, name, seed)),
              ...echoedTags(input.Tags),
            },
          };
        }),
    },
    ListVirtualMFADevices: {
      authorize: (_input, context) => ({ action: `iam:${context.operation}`, resource: "*" }),
      handle: listVirtualDevices,
    },
    DeleteVirtualMFADevice: {
      authorize: (input, context) => onDevice(input.SerialNumber, context),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const { SerialNumber: serial } = input;
          const device = await requireMfaDevice(db, context.accountId, serial);
          if (device.user_id !== null)
            throw deleteConflict("MFA VirtualDevice in use. Must deactivate first.");
          await deleteTagsOf(db, device.serial_number);
          await deleteMfaDevice(db, device.serial_number);
          return {};
        }),
    },
    TagMFADevice: {
      authorize: ({ SerialNumber, Tags }, context) =>
        onDevice(SerialNumber, context, requestTags(Tags)),
      handle: ({ SerialNumber, Tags }, context) =>
        tagResource(parts, context, findSerial(SerialNumber, context), Tags),
    },
    UntagMFADevice: {
      authorize: ({ SerialNumber, TagKeys }, context) =>
        onDevice(SerialNumber, context, untagKeys(TagKeys)),
      handle: ({ SerialNumber, TagKeys }, context) =>
        untagResource(parts, context, findSerial(SerialNumber, context), TagKeys),
    },
    ListMFADeviceTags: withSubject({
      authorize: (input, context) => onDevice(input.SerialNumber, context),
      handle: async (input, context, { arn, tags }) => {
        await requireMfaDevice(context.db<IamTables>(), context.accountId, arn);
        return tagPage(arn, tags, input);
      },
    }),
  });
}

async function insertDevice(
  parts: IamParts,
  db: Db,
  context: RequestContext,
  input: Checked<iam.CreateVirtualMFADeviceRequest>,
  seed: string,
): Promise<MfaDeviceRow> {
  const serial = serialOf(context, input);
  if (await findMfaDevice(db, context.accountId, serial)) throw alreadyExists("MFA device");
  const device: MfaDeviceRow = {
    account_id: context.accountId,
    serial_number: serial,
    seed_sealed: parts.secrets.seal(seed, serial),
    user_id: null,
    enabled_ms: null,
    last_step: 0,
    used_steps: "[]",
    drift_steps: 0,
    created_ms: context.nowMs,
  };
  await insertMfaDevice(db, device);
  return device;
}

async function listVirtualDevices(
  input: iam.ListVirtualMFADevicesRequest,
  context: RequestContext,
) {
  const db = context.db<IamTables>();
  const page = await readPage(
    input,
    (after, limit) => {
      const { AssignmentStatus: status = "Any" } = input;
      const assigned = status === "Any" ? undefined : status === "Assigned";
      return mfaDevicesWithUsers(db, context.accountId, { assigned, after }, limit);
    },
    (device) => device.serial_number,
  );
  const VirtualMFADevices = page.items.map((row) => {
    const { serial_number: SerialNumber, enabled_ms: enabledMs } = row;
    const { account_id, user_id, user_name, path, created_ms } = row;
    if (account_id === null || user_id === null || user_name === null) return { SerialNumber };
    const user = { account_id, user_id, user_name, path: path ?? "/", created_ms: created_ms ?? 0 };
    const User = userSummary({ ...user, name_key: user_name, boundary_arn: null });
    return { SerialNumber, User, EnableDate: new Date(enabledMs ?? 0) };
  });
  return { VirtualMFADevices, ...page.output };
}

function serialOf(
  context: RequestContext,
  input: Checked<iam.CreateVirtualMFADeviceRequest>,
): string {
  const path = input.Path ?? "/";
  return `arn:aws:iam::${context.accountId}:mfa${path}${input.VirtualMFADeviceName}`;
}

/** Source: CreateVirtualMFADevice, `QRCodePNG`: the text that authenticator apps read. */
function otpauthUri(accountId: string, name: string, seed: string): string {
  const label = encodeURIComponent(`${name}@${accountId}`);
  return `otpauth://totp/Amazon%20Web%20Services:${label}?secret=${seed}&issuer=Amazon%20Web%20Services`;
}
