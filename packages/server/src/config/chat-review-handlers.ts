import { z } from "zod";
import type { ReviewFunction } from "../kernel/ports/review-function.ts";

const HANDLERS_MAX = 100;

/** A Lambda function's ARN, as rooms name it. */
const functionArn = z
  .string()
  .regex(/^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:.+$/, "it takes a Lambda function's ARN");

/** A URL; in code, a function of JavaScript's can stand in its place. */
const handler = z.union(
  [
    z.url({ protocol: /^https?$/ }),
    z
      .custom<ReviewFunction>((given) => typeof given === "function")
      .meta({ tsType: "(event: Readonly<Record<string, unknown>>) => unknown" }),
  ],
  { error: "it takes a URL of http or https" },
);

export const chatReviewHandlersSchema = z
  .record(functionArn, handler)
  .refine((given) => Object.keys(given).length <= HANDLERS_MAX, `at most ${HANDLERS_MAX}`);
