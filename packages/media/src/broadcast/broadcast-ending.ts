/** Promises that callers wait for at the end of one broadcast. */
export class BroadcastEnding {
  /** Resolves when the end is published. */
  readonly concluded: Promise<void>;
  /** Resolves when the recording, if any, is complete or failed. */
  readonly recorded: Promise<void>;
  conclude: () => void = () => undefined;
  /** Called with the recording's own end, if there is a recording. */
  record: (finished: Promise<void> | undefined) => void = () => undefined;

  constructor() {
    this.concluded = new Promise((resolve) => {
      this.conclude = resolve;
    });
    this.recorded = new Promise((resolve) => {
      this.record = resolve;
    });
  }
}
