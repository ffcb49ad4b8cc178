import type { MiddlewareStack } from "@smithy/types";
import type { CallLog, RecordedCall } from "./call-log.ts";
import { shownInput } from "./shown-inputs.ts";

/** Adds a step to a client of the SDK that notes each call in the log. */
export function recordCalls<Input extends object, Output extends object>(
  stack: MiddlewareStack<Input, Output>,
  call: Pick<RecordedCall, "service" | "region">,
  log: CallLog,
): void {
  stack.add(
    (next, context) => async (step) => {
      const operation = String(context.commandName ?? "").replace(/Command$/, "");
      const input = shownInput(step.input);
      try {
        const output = await next(step);
        log.add({ ...call, operation, input, errorCode: undefined });
        return output;
      } catch (error) {
        const errorCode = error instanceof Error ? error.name : "Error";
        log.add({ ...call, operation, input, errorCode });
        throw error;
      }
    },
    { step: "initialize", name: "rolecastRecordCalls" },
  );
}
