import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import type { ContextEntries, RequestContext } from "../../../kernel/request-context.ts";
import { echoedTags } from "../answer-members.ts";
import { alreadyExists, deleteConflict } from "../errors.ts";
import type { MfaDeviceRow } from "../federation-tables.ts";
import { requestTags, untagKeys } from "../identities/authorization.ts";
import { readPage } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { required } from "../required.ts";
import {
  deleteMfaDevice,
  findMfaDevice,
  insertMfaDevice,
  mfaDevicesWithUsers,
  requireMfaDevice,
} from "../rows/mfa-devices.ts";
import { deleteTagsOf, putTags } from "../rows/tags.ts";
import type { Db, IamTables } from "../tables.ts";
import {
  listResourceTags,
  onTaggedResource,
  tagResource,
  untagResource,
} from "../tags/tagged-resources.ts";
import { userSummary } from "../users/user-details.ts";
import { qrCodePng } from "./qr-code-png.ts";

/** Base32 digits of a seed, as AWS's have: 320 bits. */
const SEED_LENGTH = 64;

interface SerialInput {
  readonly SerialNumber?: string | undefined;
}

/** Virtual MFA devices before and after they are a user's, and their tags. */
export function virtualMfaDeviceOperations(parts: IamParts) {
  const serialIn = (input: SerialInput) => required(input.SerialNumber, "serialNumber");
  const onDevice = (input: SerialInput, context: RequestContext, extra: ContextEntries = {}) =>
    onTaggedResource(context, serialIn(input), serialIn(input), extra);
  const findSerial = (input: SerialInput, context: RequestContext) => async (db: Db) =>
    (await requireMfaDevice(db, context.accountId, serialIn(input))).serial_number;

  return defineOperations<typeof iam>()({
    CreateVirtualMFADevice: {
      authorize: (input, context) =>
        onTaggedResource(context, serialOf(context, input), undefined, requestTags(input.Tags)),
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const seed = parts.ids.base32(SEED_LENGTH);
          const device = await insertDevice(parts, db, context, input, seed);
          await putTags(db, context.accountId, device.serial_number, input.Tags);
          const name = required(input.VirtualMFADeviceName, "virtualMFADeviceName");
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
      authorize: onDevice,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const device = await requireMfaDevice(db, context.accountId, serialIn(input));
          if (device.user_id !== null)
            throw deleteConflict("MFA VirtualDevice in use. Must deactivate first.");
          await deleteTagsOf(db, device.serial_number);
          await deleteMfaDevice(db, device.serial_number);
          return {};
        }),
    },
    TagMFADevice: {
      authorize: (input, context) => onDevice(input, context, requestTags(input.Tags)),
      handle: (input, context) =>
        tagResource(parts, context, findSerial(input, context), input.Tags),
    },
    UntagMFADevice: {
      authorize: (input, context) => onDevice(input, context, untagKeys(input.TagKeys)),
      handle: (input, context) =>
        untagResource(parts, context, findSerial(input, context), input.TagKeys),
    },
    ListMFADeviceTags: {
      authorize: onDevice,
      handle: (input, context) => listResourceTags(context, findSerial(input, context), input),
    },
  });
}

async function insertDevice(
  parts: IamParts,
  db: Db,
  context: RequestContext,
  input: iam.CreateVirtualMFADeviceRequest,
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

function serialOf(context: RequestContext, input: iam.CreateVirtualMFADeviceRequest): string {
  const path = input.Path ?? "/";
  const name = required(input.VirtualMFADeviceName, "virtualMFADeviceName");
  return `arn:aws:iam::${context.accountId}:mfa${path}${name}`;
}

/** Source: CreateVirtualMFADevice, `QRCodePNG`: the text that authenticator apps read. */
function otpauthUri(accountId: string, name: string, seed: string): string {
  const label = encodeURIComponent(`${name}@${accountId}`);
  return `otpauth://totp/Amazon%20Web%20Services:${label}?secret=${seed}&issuer=Amazon%20Web%20Services`;
}
