export const DAY_MS = 24 * 60 * 60 * 1000;

/** The rotation period of a key that names none. Source: API reference, EnableKeyRotation. */
export const YEARLY_DAYS = 365;

export function nextRotationMs(nowMs: number, days: number): number {
  return nowMs + days * DAY_MS;
}
