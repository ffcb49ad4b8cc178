import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import type { AuthorizationData } from "@rolecast/policy";
import type { Plugin } from "vite";

/** The services that a server has: completing another one's actions would help nobody here. */
const SERVICES = [
  ...["access-analyzer", "cloudformation", "cloudtrail", "cloudwatch", "ecr", "events", "iam"],
  ...["ivs", "ivschat", "kms", "organizations", "rolecast", "s3", "ssm", "sts"],
];

/** The file that the server's checks of policies read; the build writes it before the console. */
const DATA = fileURLToPath(
  new URL("../server/generated/service-authorization.br", import.meta.url),
);

const MODULE = "virtual:policy-words";

/** Gives the policy editor the actions and condition keys that the server's checks go by. */
export const policyWords: Plugin = {
  name: "rolecast-policy-words",
  resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
  async load(id) {
    if (id !== `\0${MODULE}`) return undefined;
    return `export const POLICY_WORDS = ${JSON.stringify(wordsOf(await readData()))};`;
  },
};

async function readData(): Promise<AuthorizationData> {
  const bytes = await readFile(DATA);
  const text = brotliDecompressSync(bytes.subarray(bytes.indexOf("\n") + 1));
  return JSON.parse(text.toString()) as AuthorizationData;
}

function wordsOf({ services, globalKeys }: AuthorizationData) {
  const named = SERVICES.map((name) => {
    const service = services[name];
    if (!service) throw new Error(`no service ${name} in ${DATA}`);
    return [name, service] as const;
  });
  return {
    actions: Object.fromEntries(
      named.map(([name, { actions }]) => [name, Object.keys(actions).toSorted()]),
    ),
    keys: Object.fromEntries(named.map(([name, { keys }]) => [name, Object.keys(keys).toSorted()])),
    globalKeys: Object.keys(globalKeys).toSorted(),
  };
}
