import { AwsError } from "../../../kernel/aws-error.ts";
import type { Principal } from "../../../kernel/principal.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { MfaDeviceRow } from "../federation/federation-tables.ts";
import type { IamParts } from "../parts.ts";
import type { IamTables } from "../tables.ts";
import { findTotpStep, totpStep } from "./totp.ts";

/** How far a device's clock may be off when two of its codes are given, in periods of 30 s. */
const SYNCHRONISING_STEPS_MAX = 20;
/** How far it may have gone astray since; source: RFC 6238, section 6. */
const DRIFT_STEPS_MAX = 1;

/** What two consecutive codes tell of a device. */
export interface Synchronised {
  /** The later code's period: codes up to it are used up. */
  readonly last_step: number;
  /** The device's periods ahead of ours. */
  readonly drift_steps: number;
}

/** @throws InvalidAuthenticationCode */
export function requireConsecutiveCodes(
  parts: Pick<IamParts, "secrets">,
  device: MfaDeviceRow,
  codes: readonly [string, string],
  nowMs: number,
): Synchronised {
  const now = totpStep(nowMs);
  const from = now - SYNCHRONISING_STEPS_MAX - 1;
  const step = findTotpStep(seedOf(parts, device), codes, from, now + SYNCHRONISING_STEPS_MAX);
  if (step === undefined || step <= device.last_step) throw invalidCode();
  // The person types the later code while the device shows it, or the one after it.
  const off = step + 1 - now;
  return { last_step: step + 1, drift_steps: Math.abs(off) <= DRIFT_STEPS_MAX ? 0 : off };
}

/** See `FederationDirectory.verifyMfaCode`. */
export async function verifyMfaCode(
  parts: Pick<IamParts, "secrets">,
  principal: Principal,
  serialNumber: string,
  code: string,
  context: RequestContext,
): Promise<boolean> {
  if (principal.kind !== "user") return false;
  return context.transaction<IamTables, boolean>(async ({ db }) => {
    const device = await db
      .selectFrom("iam_mfa_devices")
      .selectAll()
      .where("serial_number", "=", serialNumber)
      .where("user_id", "=", principal.id)
      .executeTakeFirst();
    if (!device) return false;
    const shown = totpStep(context.nowMs) + device.drift_steps;
    const from = Math.max(shown - DRIFT_STEPS_MAX, device.last_step + 1);
    const step = findTotpStep(seedOf(parts, device), [code], from, shown + DRIFT_STEPS_MAX);
    if (step === undefined) return false;
    await db
      .updateTable("iam_mfa_devices")
      .set({ last_step: step })
      .where("serial_number", "=", serialNumber)
      .execute();
    return true;
  });
}

function seedOf(parts: Pick<IamParts, "secrets">, device: MfaDeviceRow): string {
  return parts.secrets.open(device.seed_sealed, device.serial_number);
}

function invalidCode(): AwsError {
  const message = "Authentication code for device is not valid.";
  return new AwsError("InvalidAuthenticationCode", message, { status: 403 });
}
