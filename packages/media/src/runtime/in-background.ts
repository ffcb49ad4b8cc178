type Report = (error: unknown) => void;

let report: Report = warn;

/**
 * Leaves work to itself: nothing waits for it, and it can't reject. An error that reaches this
 * place is a bug, or a disk or a program that failed, and is reported; without this a
 * rejection ends the process. A tidy rule bans promises that are dropped in any other way.
 */
export function inBackground(work: Promise<unknown> | undefined): void {
  work?.catch((error: unknown) => report(error));
}

/** Sends errors of work in the background there from now on: a process has one such place. */
export function reportBackgroundErrors(to: Report): void {
  report = to;
}

/** Worker processes share their standard error with the process that started them. */
function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error), "BackgroundError");
}
