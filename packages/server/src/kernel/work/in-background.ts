import { errorClass } from "../error-class.ts";

type Report = (error: unknown) => void;

let report: Report = warn;

/**
 * Leaves work to itself: nothing waits for it, and it can't reject. An error that reaches this
 * place is a bug, or something outside that failed, and is reported; without this a
 * rejection ends the process. A tidy rule bans promises that are dropped in any other way.
 */
export function inBackground(work: Promise<unknown> | undefined): void {
  work?.catch((error: unknown) => report(error));
}

/** The same, for work whose end is waited for at a close: until then it is `running`. */
export function inBackgroundOf(running: Set<Promise<void>>, work: Promise<unknown>): void {
  const settled = work
    .then(undefined, (error: unknown) => report(error))
    .then(() => void running.delete(settled));
  running.add(settled);
}

/** Sends errors of work in the background there from now on: a process has one such place. */
export function reportBackgroundErrors(to: Report): void {
  report = to;
}

function warn(error: unknown): void {
  process.emitWarning(errorClass(error), "BackgroundError");
}
