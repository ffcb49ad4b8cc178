/** The source of time. All of the server asks it, so that tests can set the time. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

/** Times without their fraction, which neither HTTP dates nor most of AWS's APIs show. */
export function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/** AWS's query and JSON APIs show whole seconds: `2020-05-05T21:55:38Z`. */
export function isoSeconds(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds === lastSeconds) return lastText;
  lastText = `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
  lastSeconds = seconds;
  return lastText;
}

/** Most requests of one second ask for the same text. */
let lastSeconds = Number.NaN;
let lastText = "";
