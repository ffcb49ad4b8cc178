import type { TestServer } from "../../support/test-server.ts";

/** Work that takes long because of what is there: other requests have made it. */
export interface Load {
  readonly name: string;
  /** Makes what is there. */
  prepare(server: TestServer): Promise<void>;
  /** Resolves when all of the work is done, in the background too. */
  work(server: TestServer): Promise<void>;
}
