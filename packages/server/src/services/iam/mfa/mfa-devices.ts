import type * as iam from "@aws-sdk/client-iam";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { MfaDeviceRow } from "../credential-tables.ts";
import { mfaDeviceInUse, noSuchEntity, quotaExceeded } from "../errors.ts";
import { onUserOrSelf } from "../identities/authorization.ts";
import { mustNameUser } from "../identities/calling-user.ts";
import { current, existing, type OwnerSubject, type PolicyOwner } from "../identities/owners.ts";
import { pageOf } from "../pagination.ts";
import { change, type IamParts } from "../parts.ts";
import { MFA_DEVICES_PER_USER } from "../quotas.ts";
import { mfaDevicesOf, requireMfaDevice, setMfaDevice } from "../rows/mfa-devices.ts";
import type { User } from "../rows/users.ts";
import type { Db, IamTables } from "../tables.ts";
import { requireConsecutiveCodes } from "./mfa-codes.ts";

interface CodesInput {
  readonly AuthenticationCode1: string;
  readonly AuthenticationCode2: string;
}

/** MFA devices as users have them. */
export function mfaDeviceOperations(parts: IamParts) {
  return defineOperations<typeof iam>()({
    EnableMFADevice: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: (input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const user = await current(db, refuseRoot(subject));
          const device = await requireMfaDevice(db, context.accountId, input.SerialNumber);
          if (device.user_id !== null) throw mfaDeviceInUse();
          if ((await mfaDevicesOf(db, user.id)).length >= MFA_DEVICES_PER_USER)
            throw quotaExceeded("MFADevicesPerUser", MFA_DEVICES_PER_USER);
          await setMfaDevice(db, device.serial_number, {
            ...requireConsecutiveCodes(parts, device, codesIn(input), context.nowMs),
            user_id: user.id,
            enabled_ms: context.nowMs,
          });
          return {};
        }),
    }),
    DeactivateMFADevice: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: ({ SerialNumber: serial }, context, subject) =>
        change(parts, context, async ({ db }) => {
          const user = await current(db, refuseRoot(subject));
          const device = await requireUsersDevice(db, context, user, serial);
          await setMfaDevice(db, device.serial_number, { user_id: null, enabled_ms: null });
          return {};
        }),
    }),
    ResyncMFADevice: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: (input, context, subject) =>
        change(parts, context, async ({ db }) => {
          const user = await current(db, refuseRoot(subject));
          const device = await requireUsersDevice(db, context, user, input.SerialNumber);
          const synchronised = requireConsecutiveCodes(
            parts,
            device,
            codesIn(input),
            context.nowMs,
          );
          await setMfaDevice(db, device.serial_number, synchronised);
          return {};
        }),
    }),
    ListMFADevices: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: async (input, context, subject) => {
        if (!subject) return { MFADevices: [], IsTruncated: false };
        const { row: user } = existing(subject);
        const devices = await mfaDevicesOf(context.db<IamTables>(), user.user_id);
        const page = await pageOf(input, devices, (device) => device.serial_number);
        return { MFADevices: page.items.map((device) => shown(device, user)), ...page.output };
      },
    }),
    GetMFADevice: withSubject({
      authorize: (input, context) => onUserOrSelf(input, context),
      handle: async ({ SerialNumber: serial }, context, subject) => {
        const user = existing(refuseRoot(subject));
        const db = context.db<IamTables>();
        return shown(await requireUsersDevice(db, context, user, serial), user.row);
      },
    }),
  });
}

/** Root has no devices here. @throws ValidationError */
function refuseRoot(subject: OwnerSubject<"user"> | undefined): OwnerSubject<"user"> {
  if (!subject) throw mustNameUser();
  return subject;
}

function codesIn(input: CodesInput): readonly [string, string] {
  return [input.AuthenticationCode1, input.AuthenticationCode2];
}

async function requireUsersDevice(
  db: Db,
  context: RequestContext,
  user: PolicyOwner<"user">,
  serial: string,
): Promise<MfaDeviceRow> {
  const device = await requireMfaDevice(db, context.accountId, serial);
  if (device.user_id !== user.id) throw noSuchEntity("MFA Device invalid for user.");
  return device;
}

function shown(device: MfaDeviceRow, user: User) {
  return {
    UserName: user.user_name,
    SerialNumber: device.serial_number,
    EnableDate: new Date(device.enabled_ms ?? 0),
  } satisfies iam.MFADevice;
}
