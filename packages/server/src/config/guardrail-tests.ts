import { dirname, resolve } from "node:path";
import { z } from "zod";

const texts = z.union([z.string(), z.array(z.string()).min(1).max(1_000)]).transform(listOf);
const accountId = z.string().regex(/^\d{12}$/, "an account id, in quotes");

const testSchema = z.strictObject({
  name: z.string().min(1).optional(),
  principal: texts,
  action: texts,
  resource: texts.default(["*"]),
  /** The resource's account, where its ARN doesn't say it; left out, the caller's. */
  resourceAccount: accountId.optional(),
  context: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
  expect: z.enum(["allow", "deny"]),
});

const fileSchema = z.strictObject({
  /** The folder of an organization, from the file's own; left out, the running server's. */
  organization: z.string().min(1).optional(),
  tests: z.array(testSchema).min(1).max(10_000),
});

/** A row of expectations: each of its principals, actions and resources is tried. */
export type GuardrailTest = z.output<typeof testSchema>;

export interface GuardrailTests {
  readonly organization: string | undefined;
  readonly tests: readonly GuardrailTest[];
}

/** Reads a file of expectations. Rejects with ConfigError that names file, line and column. */
export async function readGuardrailTests(file: string): Promise<GuardrailTests> {
  const { YamlFile } = await import("./yaml-file.ts");
  const { organization, tests } = new YamlFile(file, "file of tests").read(fileSchema);
  return {
    organization: organization === undefined ? undefined : resolve(dirname(file), organization),
    tests,
  };
}

function listOf(value: string | string[]): string[] {
  return [value].flat();
}
