import type { Log } from "../../../kernel/ports/log.ts";
import { ThreadError, Threads } from "../../../kernel/work/threads.ts";
import { throttling, unprocessable } from "../errors.ts";
import type { CheckQuestion } from "./check-thread.ts";
import type { CheckInput, CheckName, CheckOutput } from "./policy-checks.ts";

/** Two policies of 64 KB of wildcards take some seconds to be compared. */
const DEADLINE_MS = 20_000;
const COUNT = 2;

/** Checks policies in threads: their proofs take seconds where policies are made for it. */
export class CheckThreads {
  readonly #threads: Threads<CheckQuestion, unknown>;

  constructor(log: Log) {
    const program = new URL("./check-thread", import.meta.url);
    const what = "a check of a policy";
    this.#threads = new Threads({ program, what, deadlineMs: DEADLINE_MS, count: COUNT }, log);
  }

  /** Throws ThrottlingException, UnprocessableEntityException, and what the check throws. */
  async run<Name extends CheckName>(
    check: Name,
    input: CheckInput<Name>,
    accountId: string,
  ): Promise<CheckOutput<Name>> {
    try {
      return (await this.#threads.ask({ check, input }, accountId)) as CheckOutput<Name>;
    } catch (error) {
      if (!(error instanceof ThreadError) || error.reason === "closed") throw error;
      throw error.reason === "busy"
        ? throttling("Too many policies wait to be checked. Try again.")
        : unprocessable("The check of the policy takes too much.");
    }
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}
