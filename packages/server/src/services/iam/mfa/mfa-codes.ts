import { AwsError } from "../../../kernel/aws-error.ts";
import type { Principal } from "../../../kernel/principal.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { MfaDeviceRow } from "../credential-tables.ts";
import type { IamParts } from "../parts.ts";
import { findMfaDeviceOf, setMfaDevice } from "../rows/mfa-devices.ts";
import type { IamTables } from "../tables.ts";
import { findTotpStep, totpCodes, totpStep } from "./totp.ts";

/**
 * The later of two codes, and a single code, may be this far from what was known of a device's
 * clock, in periods of 30 s, as AWS was seen to accept them.
 */
const PAIR_STEPS_BEHIND_MAX = 998;
const PAIR_STEPS_AHEAD_MAX = 1000;
const DRIFT_STEPS_MAX = 2;
/** More than can be within reach at one time, even after the clock is set anew. */
const USED_STEPS_KEPT = 50;

/** The state of a device's clock, found from two consecutive codes. */
export interface Synchronised {
  /** The later code's period: no pair of codes may reach back to it. */
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
  const shown = now + device.drift_steps - 1;
  const from = Math.max(shown - PAIR_STEPS_BEHIND_MAX, device.last_step + 1);
  const step = findTotpStep(codesOf(parts, device), codes, from, shown + PAIR_STEPS_AHEAD_MAX);
  if (step === undefined) throw invalidCode();
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
    const device = await findMfaDeviceOf(db, principal.id, serialNumber);
    if (!device) return false;
    const shown = totpStep(context.nowMs) + device.drift_steps;
    const [from, to] = [shown - DRIFT_STEPS_MAX, shown + DRIFT_STEPS_MAX];
    const step = findTotpStep(codesOf(parts, device), [code], from, to);
    const used: readonly number[] = JSON.parse(device.used_steps);
    if (step === undefined || used.includes(step)) return false;
    const used_steps = JSON.stringify([...used, step].slice(-USED_STEPS_KEPT));
    await setMfaDevice(db, serialNumber, { used_steps });
    return true;
  });
}

function codesOf(parts: Pick<IamParts, "secrets">, device: MfaDeviceRow): (step: number) => string {
  return totpCodes(parts.secrets.open(device.seed_sealed, device.serial_number));
}

function invalidCode(): AwsError {
  const message = "Authentication code for device is not valid.";
  return new AwsError("InvalidAuthenticationCode", message, { status: 403 });
}
