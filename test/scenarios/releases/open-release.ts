import { preload } from "../../support/preload.ts";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";

/** Sessions, pending deliveries and CloudTrail's records end some time; leases are over by then. */
const LATER_MS = 10 * 60_000;

export interface OpenedRelease {
  readonly server: ServerProcess;
  /** The difference between the server's clock and this one's. */
  readonly offsetMs: number;
}

/**
 * Starts the current build with a release's data, in a process whose clock says that it is ten
 * minutes after that data was made: it doesn't grow older than a test of it can bear.
 */
export async function openRelease(
  folder: string,
  data: string,
  madeAtMs: number,
  database?: string,
): Promise<OpenedRelease> {
  const offsetMs = madeAtMs + LATER_MS - Date.now();
  const clock = `
    const Now = globalThis.Date;
    globalThis.Date = class extends Now {
      constructor(...parts) {
        if (parts.length === 0) super(Now.now() + ${offsetMs});
        else super(...parts);
      }
      static now() {
        return Now.now() + ${offsetMs};
      }
    };`;
  const environment = {
    ...(await preload(folder, "clock", clock)),
    ...(database === undefined ? {} : { ROLECAST_DATABASE: database }),
  };
  return { server: await startServerProcess(["--data", data], environment), offsetMs };
}
