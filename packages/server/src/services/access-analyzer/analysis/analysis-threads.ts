import type { Log } from "../../../kernel/ports/log.ts";
import { ThreadError, Threads } from "../../../kernel/work/threads.ts";
import { throttling } from "../errors.ts";
import type { ProofQuestion } from "./analysis-thread.ts";
import type { ProofInput, ProofName, ProofOutput } from "./proofs.ts";

/** A bucket's policy of 20 KB that is made for it takes most of a minute. */
const DEADLINE_MS = 10_000;

/** Finds the proofs of analyzers in a thread: beside it nothing waits for them. */
export class AnalysisThreads {
  readonly #threads: Threads<ProofQuestion, unknown>;

  constructor(log: Log) {
    const program = new URL("./analysis-thread", import.meta.url);
    const what = "an analysis of policies";
    this.#threads = new Threads({ program, what, deadlineMs: DEADLINE_MS }, log);
  }

  /** `too-much` where the proof takes longer than it may. Throws ThrottlingException. */
  async run<Name extends ProofName>(
    proof: Name,
    input: ProofInput<Name>,
    accountId: string,
  ): Promise<ProofOutput<Name> | "too-much"> {
    try {
      return (await this.#threads.ask({ proof, input }, accountId)) as ProofOutput<Name>;
    } catch (error) {
      if (!(error instanceof ThreadError) || error.reason === "closed") throw error;
      if (error.reason === "busy") throw throttling("Too many resources wait to be analyzed.");
      return "too-much";
    }
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}
