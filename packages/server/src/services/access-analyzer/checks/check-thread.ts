import { answerInThread } from "../../../kernel/work/thread-program.ts";
import { type CheckName, POLICY_CHECKS } from "./policy-checks.ts";

/* A thread that checks policies: `CheckThreads` asks it. A file of its own when built. */

export interface CheckQuestion {
  readonly check: CheckName;
  readonly input: unknown;
}

answerInThread<CheckQuestion, unknown>(({ check, input }) => POLICY_CHECKS[check](input as never));
