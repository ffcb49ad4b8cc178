import { statSync } from "node:fs";
import { z } from "zod";

/* The kinds of values that several settings take. */

const NO_THROW = { throwIfNoEntry: false } as const;
export const port = wholeNumber(0, 65_535);
export const onOff = z
  .union([z.boolean(), z.enum(["true", "false", "1", "0"])], { error: "it takes true or false" })
  .transform((given) => given === true || given === "true" || given === "1");
export const accountId = z.string().regex(/^\d{12}$/, "an account id has 12 digits");
export const existingFile = z
  .string()
  .refine((path) => statSync(path, NO_THROW)?.isFile(), "there is no such file");
export const existingFolder = z
  .string()
  .refine((path) => statSync(path, NO_THROW)?.isDirectory(), "there is no such folder");
export const httpUrl = z.url({ protocol: /^https?$/ });

export const cores = z.preprocess(
  (given) => (typeof given === "string" && /^[\d.]+$/.test(given) ? Number(given) : given),
  z
    .custom<"auto" | number>(
      (given) => given === "auto" || (typeof given === "number" && given >= 0 && given <= 1_024),
      "it takes `auto` or a number from 0 to 1024",
    )
    // What the library's types say.
    .meta({ anyOf: [{ const: "auto" }, { type: "number" }] }),
) as unknown as z.ZodType<"auto" | number, "auto" | number>;

/** A whole number, which flags and variables give as text. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): z.ZodType<number, number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const error = `it takes a whole number ${range}`;
  return z.preprocess(
    (given) => (typeof given === "string" && /^\d+$/.test(given) ? Number(given) : given),
    z.int({ error }).min(min, { error }).max(max, { error }),
  ) as unknown as z.ZodType<number, number>;
}
