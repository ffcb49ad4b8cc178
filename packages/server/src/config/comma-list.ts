import { z } from "zod";

/** A list of texts, which may be given as one text with commas: in a variable or by a flag. */
export function commaList(entry: z.ZodType<string, string>, max: number) {
  return z.preprocess(
    (given) =>
      typeof given === "string"
        ? given.split(",").flatMap((each) => each.trim() || [])
        : (given ?? []),
    z.array(entry).max(max),
  ) as z.ZodType<readonly string[], readonly string[] | string | undefined>;
}
