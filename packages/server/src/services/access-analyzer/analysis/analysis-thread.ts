import { answerInThread } from "../../../kernel/work/thread-program.ts";
import { PROOFS, type ProofName } from "./proofs.ts";

/* A thread that finds proofs: `AnalysisThreads` asks it. A file of its own when built. */

export interface ProofQuestion {
  readonly proof: ProofName;
  readonly input: unknown;
}

answerInThread<ProofQuestion, unknown>(({ proof, input }) => PROOFS[proof](input as never));
