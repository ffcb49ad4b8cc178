import { z } from "zod";
import type { EventFunction } from "../kernel/ports/event-function.ts";
import type { ReviewFunction } from "../kernel/ports/review-function.ts";

const FUNCTIONS_MAX = 100;

/** A Lambda function's ARN, as rooms and targets name it. */
const functionArn = z
  .string()
  .regex(/^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:.+$/, "it takes a Lambda function's ARN");

/** A URL by each function's ARN; in code, a function of JavaScript's can stand in its place. */
function functionsOf<Called extends (event: never) => unknown>(tsType: string) {
  const called = z.union(
    [
      z.url({ protocol: /^https?$/ }),
      z.custom<Called>((given) => typeof given === "function").meta({ tsType }),
    ],
    { error: "it takes a URL of http or https" },
  );
  return z
    .record(functionArn, called)
    .refine((given) => Object.keys(given).length <= FUNCTIONS_MAX, `at most ${FUNCTIONS_MAX}`);
}

export const chatReviewHandlersSchema = functionsOf<ReviewFunction>(
  "(event: Readonly<Record<string, unknown>>) => unknown",
);

export const eventFunctionsSchema = functionsOf<EventFunction>("(event: unknown) => unknown");
