import {
  type AuthorizationData,
  isKeyNamed,
  type ServiceAction,
  type ServiceAuthorization,
} from "../advise/authorization-data.ts";
import { type Glob, globOf } from "../compile/glob.ts";
import { tokenizePattern } from "../compile/pattern-tokens.ts";
import { ownValue } from "../own-value.ts";

export interface IndexedAction extends ServiceAction {
  /** "s3:GetObject" */
  readonly name: string;
}

export interface IndexedService {
  readonly prefix: string;
  /** By their names in lower case. */
  readonly actions: ReadonlyMap<string, IndexedAction>;
  /** ARN templates by the types of resources. */
  readonly resources: Readonly<Record<string, string>>;
  readonly keys: KeyTypes;
  /** Condition keys of any of its actions, beside the global ones that every request has. */
  readonly actionKeys: ReadonlySet<string>;
}

/** The parts of an ARN that AWS documents, as far as rules compare them. */
export interface ArnTemplate {
  readonly region: string;
  readonly account: string;
  /** The literal text before the first part that differs, in lower case. */
  readonly start: string;
  /** Matches the resources in lower case: AWS compares them in any case. */
  readonly resource: Glob;
}

/** Condition keys and their types; a name may begin all keys of its kind. */
class KeyTypes {
  readonly #exact = new Map<string, string>();
  readonly #begun: (readonly [string, string])[] = [];

  constructor(keys: Readonly<Record<string, string>>) {
    for (const [name, type] of Object.entries(keys)) {
      if (/[$<]|tag-key$/.test(name)) this.#begun.push([name, type]);
      else this.#exact.set(name.toLowerCase(), type);
    }
  }

  typeOf(key: string): string | undefined {
    const exact = this.#exact.get(key.toLowerCase());
    return exact ?? this.#begun.find(([name]) => isKeyNamed(key, name))?.[1];
  }
}

/** AWS's authorization data as the rules ask it; each part is indexed when first asked for. */
export class DataIndex {
  readonly #data: AuthorizationData;
  readonly #services = new Map<string, IndexedService | undefined>();
  readonly #globalKeys: KeyTypes;
  #templates: ReadonlyMap<string, readonly ArnTemplate[]> | undefined;
  #rcpServices: ReadonlySet<string> | undefined;

  private constructor(data: AuthorizationData) {
    this.#data = data;
    this.#globalKeys = new KeyTypes(data.globalKeys);
  }

  static readonly #known = new WeakMap<AuthorizationData, DataIndex>();

  static of(data: AuthorizationData): DataIndex {
    let index = DataIndex.#known.get(data);
    if (!index) {
      index = new DataIndex(data);
      DataIndex.#known.set(data, index);
    }
    return index;
  }

  service(name: string): IndexedService | undefined {
    const prefix = name.toLowerCase();
    if (!this.#services.has(prefix)) {
      const own = Object.hasOwn(this.#data.services, prefix);
      const found = own ? this.#data.services[prefix] : undefined;
      this.#services.set(prefix, found && indexed(prefix, found));
    }
    return this.#services.get(prefix);
  }

  /** The prefixes of all services. */
  prefixes(): readonly string[] {
    return Object.keys(this.#data.services);
  }

  /** The names of the global condition keys and of a service's own. */
  keyNames(service: string): readonly string[] {
    const own = this.service(service) && ownValue(this.#data.services, service.toLowerCase())?.keys;
    return [...Object.keys(this.#data.globalKeys), ...Object.keys(own ?? {})];
  }

  action(name: string): IndexedAction | undefined {
    const colon = name.indexOf(":");
    return this.service(name.slice(0, colon))?.actions.get(name.slice(colon + 1).toLowerCase());
  }

  /** Whether it is one of the keys that requests of every service may have. */
  isGlobalKey(key: string): boolean {
    return this.#globalKeys.typeOf(key) !== undefined;
  }

  /** The type of a condition key; undefined if AWS lists no such key. */
  keyType(key: string): string | undefined {
    const own = this.service(key.slice(0, Math.max(0, key.indexOf(":"))));
    return this.#globalKeys.typeOf(key) ?? own?.keys.typeOf(key) ?? this.#foreignType(key);
  }

  /** Keys that a service has under another name: those of identity providers, all of STS. */
  #foreignType(key: string): string | undefined {
    return this.service("sts")?.keys.typeOf(key);
  }

  /** The ARNs of a service's resources; undefined if no ARN has this service. */
  templates(service: string): readonly ArnTemplate[] | undefined {
    this.#templates ??= templatesOf(this.#data);
    return this.#templates.get(service);
  }

  reachedByControlPolicies(service: string): boolean {
    this.#rcpServices ??= new Set(this.#data.rcpServices);
    return this.#rcpServices.has(service.toLowerCase());
  }
}

function indexed(prefix: string, service: ServiceAuthorization): IndexedService {
  const actions = new Map<string, IndexedAction>();
  const actionKeys = new Set<string>();
  for (const [name, action] of Object.entries(service.actions)) {
    actions.set(name.toLowerCase(), { ...action, name: `${prefix}:${name}` });
    for (const key of action.keys) actionKeys.add(key.toLowerCase());
  }
  const { resources } = service;
  return { prefix, actions, resources, actionKeys, keys: new KeyTypes(service.keys) };
}

const PLACEHOLDER = /\$\{[^}]*\}/g;

function templatesOf({ services }: AuthorizationData): ReadonlyMap<string, readonly ArnTemplate[]> {
  const found = new Map<string, ArnTemplate[]>();
  const seen = new Set<string>();
  for (const [prefix, { resources }] of Object.entries(services)) {
    for (const template of Object.values(resources)) {
      if (seen.has(template)) continue;
      seen.add(template);
      const [, , named = "", region = "", account = "", ...rest] = template.split(":");
      // AWS Backup's recovery points are of the service whose resource was saved, or its own.
      const service = named.startsWith("${") ? prefix : named;
      const list = found.get(service) ?? [];
      const resource = rest.join(":").replaceAll(PLACEHOLDER, "*").toLowerCase();
      const [start = ""] = resource.split("*", 1);
      const glob = globOf(tokenizePattern(resource, { variables: false, wildcards: true }));
      list.push({ region, account, start, resource: glob });
      found.set(service, list);
    }
  }
  return found;
}
