import { z } from "zod";

const WEBHOOKS_MAX = 20;
const names = z.array(z.string().min(1).max(256)).min(1).max(100).optional();

/** Receivers of events. Source of the signature: Standard Webhooks specification. */
export const webhooksSchema = z
  .array(
    z.strictObject({
      url: z.url({ protocol: /^https?$/ }),
      /** At least as long as the signature's strength. */
      secret: z.string().min(16, "at least 16 characters").max(256),
      sources: names,
      detailTypes: names,
    }),
  )
  .max(WEBHOOKS_MAX);
