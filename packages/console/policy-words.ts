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

const WORDS = "virtual:policy-words";
const REFERENCE = "virtual:service-reference";

/**
 * Gives the policy editor the actions and condition keys that the server's checks go by, and the
 * comparison of policies the resources that those actions are about.
 */
export const policyWords: Plugin = {
  name: "rolecast-policy-words",
  resolveId: (id) => (id === WORDS || id === REFERENCE ? `\0${id}` : undefined),
  async load(id) {
    if (id === `\0${WORDS}`)
      return `export const POLICY_WORDS = ${JSON.stringify(wordsOf(await readData()))};`;
    if (id === `\0${REFERENCE}`)
      return `export const SERVICE_REFERENCE = ${JSON.stringify(referenceOf(await readData()))};`;
    return undefined;
  },
};

async function readData(): Promise<AuthorizationData> {
  const bytes = await readFile(DATA);
  const text = brotliDecompressSync(bytes.subarray(bytes.indexOf("\n") + 1));
  return JSON.parse(text.toString()) as AuthorizationData;
}

function servicesOf({ services }: AuthorizationData) {
  return SERVICES.map((name) => {
    const service = services[name];
    if (!service) throw new Error(`no service ${name} in ${DATA}`);
    return [name, service] as const;
  });
}

/** The data without condition keys, which are most of it. */
function referenceOf(data: AuthorizationData): AuthorizationData {
  const services = servicesOf(data).map(([name, { actions, resources }]) => {
    const known = Object.entries(actions).map(([action, { resources: types }]) => [
      action,
      { resources: types, keys: [] },
    ]);
    return [name, { actions: Object.fromEntries(known), resources, keys: {} }];
  });
  return { services: Object.fromEntries(services), globalKeys: {}, rcpServices: [] };
}

function wordsOf(data: AuthorizationData) {
  const named = servicesOf(data);
  return {
    actions: Object.fromEntries(
      named.map(([name, { actions }]) => [name, Object.keys(actions).toSorted()]),
    ),
    keys: Object.fromEntries(named.map(([name, { keys }]) => [name, Object.keys(keys).toSorted()])),
    globalKeys: Object.keys(data.globalKeys).toSorted(),
  };
}
