import { parentPort } from "node:worker_threads";
import { AwsError, type AwsErrorOptions } from "../aws-error.ts";

/** A program's answer to a question. Errors lose their class on the way between threads. */
export type Outcome<Answer> =
  | { readonly answer: Answer }
  | {
      readonly refusal: { readonly code: string; readonly message: string } & Pick<
        AwsErrorOptions,
        "status" | "fields"
      >;
    };

/**
 * Makes this module the program of `Threads`: it answers one question after the other. AwsErrors
 * are answers; any other error ends the thread.
 */
export function answerInThread<Question, Answer>(
  answer: (question: Question) => Answer | Promise<Answer>,
): void {
  parentPort?.on("message", async (question: Question) => {
    parentPort?.postMessage(await outcomeOf(() => answer(question)));
  });
  parentPort?.postMessage("ready");
}

async function outcomeOf<Answer>(answer: () => Answer | Promise<Answer>): Promise<Outcome<Answer>> {
  try {
    return { answer: await answer() };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { code, message, status, fields } = error;
    return { refusal: { code, message, status, fields } };
  }
}
