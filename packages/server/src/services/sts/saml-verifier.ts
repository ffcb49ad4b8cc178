import type { Log } from "../../kernel/ports/log.ts";
import { ThreadError, Threads } from "../../kernel/work/threads.ts";
import { invalidIdentityToken, throttling } from "./errors.ts";
import type { SamlIdentity, SamlRequest } from "./saml-identity.ts";

/** The largest accepted response takes about a tenth of a second. */
const DEADLINE_MS = 5_000;

/**
 * Verifies SAML responses in a thread of its own: the sender hasn't proven an identity yet, and a
 * response must not delay other requests.
 */
export class SamlVerifier {
  readonly #threads: Threads<{ response: string; request: SamlRequest }, SamlIdentity>;

  constructor(log: Log, { deadlineMs = DEADLINE_MS } = {}) {
    const program = new URL("./saml-thread", import.meta.url);
    this.#threads = new Threads({ program, what: "a SAML response", deadlineMs }, log);
  }

  /**
   * The subject of a response. `address` is its sender's.
   *
   * @throws Throttling when too many wait, and what `verifySamlResponse` throws
   */
  async verify(response: string, request: SamlRequest, address: string): Promise<SamlIdentity> {
    try {
      return await this.#threads.ask({ response, request }, address);
    } catch (error) {
      if (!(error instanceof ThreadError) || error.reason === "closed") throw error;
      throw error.reason === "busy"
        ? throttling("Rate exceeded: too many SAML responses wait to be verified. Try again.")
        : invalidIdentityToken("The SAML response takes too much to be verified.");
    }
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}
