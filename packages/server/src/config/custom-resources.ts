import { z } from "zod";

const ENDPOINTS_MAX = 100;

/** A Lambda function's ARN or an SNS topic's, as templates name it. */
const serviceToken = z
  .string()
  .regex(
    /^arn:aws:(?:lambda:[a-z0-9-]+:\d{12}:function|sns:[a-z0-9-]+:\d{12}):.+$/,
    "it takes the ARN of a Lambda function or an SNS topic",
  );

export const customResourcesSchema = z
  .record(serviceToken, z.url({ protocol: /^https?$/ }))
  .refine((given) => Object.keys(given).length <= ENDPOINTS_MAX, `at most ${ENDPOINTS_MAX}`);
