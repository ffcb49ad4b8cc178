import type { MiddlewareStack } from "@smithy/types";
import type { CallLog } from "./call-log.ts";

/** Adds a step to a client of the SDK that notes each call in the log. */
export function recordCalls<Input extends object, Output extends object>(
  stack: MiddlewareStack<Input, Output>,
  service: string,
  log: CallLog,
): void {
  stack.add(
    (next, context) => async (step) => {
      const operation = String(context.commandName ?? "").replace(/Command$/, "");
      const input = { ...step.input } as Readonly<Record<string, unknown>>;
      try {
        const output = await next(step);
        log.add({ service, operation, input, errorCode: undefined });
        return output;
      } catch (error) {
        const errorCode = error instanceof Error ? error.name : "Error";
        log.add({ service, operation, input, errorCode });
        throw error;
      }
    },
    { step: "initialize", name: "rolecastRecordCalls" },
  );
}
