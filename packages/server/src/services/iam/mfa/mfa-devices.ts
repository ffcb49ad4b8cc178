import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { mfaDeviceInUse, noSuchEntity, quotaExceeded } from "../errors.ts";
import type { MfaDeviceRow } from "../federation-tables.ts";
import { onOwner } from "../identities/authorization.ts";
import { requireCallerUserName } from "../identities/calling-user.ts";
import { pageOf } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { MFA_DEVICES_PER_USER } from "../quotas.ts";
import { required } from "../required.ts";
import { mfaDevicesOf, requireMfaDevice, setMfaDevice } from "../rows/mfa-devices.ts";
import { requireUser, type User } from "../rows/users.ts";
import type { Db, IamTables } from "../tables.ts";
import { requireConsecutiveCodes } from "./mfa-codes.ts";

interface NamedInput {
  readonly UserName?: string | undefined;
}

interface CodesInput {
  readonly AuthenticationCode1?: string | undefined;
  readonly AuthenticationCode2?: string | undefined;
}

/** MFA devices as users have them. */
export function mfaDeviceOperations(parts: IamParts) {
  const serialIn = (input: { SerialNumber?: string | undefined }) =>
    required(input.SerialNumber, "serialNumber");
  return defineOperations<typeof iam>()({
    EnableMFADevice: {
      authorize: onDevicesOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const user = await requireUser(db, context.accountId, nameIn(input, context));
          const device = await requireMfaDevice(db, context.accountId, serialIn(input));
          if (device.user_id !== null) throw mfaDeviceInUse();
          if ((await mfaDevicesOf(db, user.user_id)).length >= MFA_DEVICES_PER_USER)
            throw quotaExceeded("MFADevicesPerUser", MFA_DEVICES_PER_USER);
          await setMfaDevice(db, device.serial_number, {
            ...requireConsecutiveCodes(parts, device, codesIn(input), context.nowMs),
            user_id: user.user_id,
            enabled_ms: context.nowMs,
          });
          return {};
        }),
    },
    DeactivateMFADevice: {
      authorize: onDevicesOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const device = await requireUsersDevice(db, context, input, serialIn(input));
          await setMfaDevice(db, device.serial_number, { user_id: null, enabled_ms: null });
          return {};
        }),
    },
    ResyncMFADevice: {
      authorize: onDevicesOf,
      handle: (input, context) =>
        change(parts, context, async ({ db }) => {
          const device = await requireUsersDevice(db, context, input, serialIn(input));
          const synchronised = requireConsecutiveCodes(
            parts,
            device,
            codesIn(input),
            context.nowMs,
          );
          await setMfaDevice(db, device.serial_number, synchronised);
          return {};
        }),
    },
    ListMFADevices: {
      authorize: onDevicesOf,
      handle: async (input, context) => {
        if (isRootItself(input, context)) return { MFADevices: [], IsTruncated: false };
        const db = context.db<IamTables>();
        const user = await requireUser(db, context.accountId, nameIn(input, context));
        const devices = await mfaDevicesOf(db, user.user_id);
        const page = await pageOf(input, devices, (device) => device.serial_number);
        return { MFADevices: page.items.map((device) => shown(device, user)), ...page.output };
      },
    },
    GetMFADevice: {
      authorize: onDevicesOf,
      handle: async (input, context) => {
        const db = context.db<IamTables>();
        const user = await requireUser(db, context.accountId, nameIn(input, context));
        return shown(await requireUsersDevice(db, context, input, serialIn(input)), user);
      },
    },
  });
}

function onDevicesOf(input: NamedInput, context: RequestContext) {
  const { principal } = context.caller;
  if (principal.kind === "root" && input.UserName === undefined)
    return { action: `iam:${context.operation}`, resource: principal.arn };
  return onOwner(context, "user", nameIn(input, context));
}

function isRootItself(input: NamedInput, context: RequestContext): boolean {
  return input.UserName === undefined && context.caller.principal.kind === "root";
}

function nameIn(input: NamedInput, context: RequestContext): string {
  return input.UserName ?? requireCallerUserName(context);
}

function codesIn(input: CodesInput): readonly [string, string] {
  return [
    required(input.AuthenticationCode1, "authenticationCode1"),
    required(input.AuthenticationCode2, "authenticationCode2"),
  ];
}

async function requireUsersDevice(
  db: Db,
  context: RequestContext,
  input: NamedInput,
  serial: string,
): Promise<MfaDeviceRow> {
  const user = await requireUser(db, context.accountId, nameIn(input, context));
  const device = await requireMfaDevice(db, context.accountId, serial);
  if (device.user_id !== user.user_id) throw noSuchEntity("MFA Device invalid for user.");
  return device;
}

function shown(device: MfaDeviceRow, user: User) {
  return {
    UserName: user.user_name,
    SerialNumber: device.serial_number,
    EnableDate: new Date(device.enabled_ms ?? 0),
  } satisfies iam.MFADevice;
}
