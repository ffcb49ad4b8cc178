import { AwsError } from "../kernel/aws-error.ts";
import { randomIds } from "../kernel/ids.ts";
import type { Invoke } from "../kernel/invoke.ts";
import {
  type ResourceCall,
  ResourceError,
  type ResourceModel,
  type ResourceType,
  type ResourceTypes,
  type Step,
} from "../kernel/resources.ts";
import { pause } from "../kernel/work/timers.ts";
import { pathText } from "./check-value.ts";
import { ConfigError } from "./config-error.ts";
import type { Seed } from "./seed-file.ts";

/** A path below an account: `["users", 0]`. */
export type Path = readonly (string | number)[];

/** A call that an operation refused. */
export interface RefusedCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** An entry of the file, as a resource of its type. */
export interface Entry {
  readonly path: Path;
  readonly typeName: string;
  readonly want: ResourceModel;
  /** The properties that name it; the rest is written again where it exists. */
  readonly names: readonly string[];
  /** The part of the entry that a refused call was about, below `path`. */
  partOf?(call: RefusedCall): Path;
}

/** Makes an account's resources as its root user; a refusal becomes an error with its place. */
export class SeedCalls {
  readonly #seed: Seed;
  readonly #invoke: Invoke;
  readonly #types: Pick<ResourceTypes, "find">;
  readonly #place: Place;

  constructor(seed: Seed, invoke: Invoke, types: Pick<ResourceTypes, "find">, place: Place) {
    this.#seed = seed;
    this.#invoke = invoke;
    this.#types = types;
    this.#place = place;
  }

  complain(path: Path, problem: string): ConfigError {
    const whole = ["accounts", this.#place.accountId, ...path];
    return new ConfigError(`${this.#seed.placeOf(whole)}: ${pathText(whole)}: ${problem}`);
  }

  /**
   * Creates the entry's resource, or writes its properties to the one that is there. Resolves to
   * the model of one that was created.
   */
  put(entry: Entry): Promise<ResourceModel | undefined> {
    const { typeName, want, names } = entry;
    return this.#about(entry, async (call) => {
      const type = await this.#typeOf(typeName);
      try {
        return await finish(call, (step) => type.create(want, step));
      } catch (error) {
        if (!isThere(error)) throw error;
        const known = pickNames(want, names);
        await finish(call, (step) => type.update(known, known, want, step));
        return undefined;
      }
    });
  }

  /** Works on an entry's resource by its type itself. */
  with<Result>(
    entry: Entry,
    work: (type: ResourceType, call: ResourceCall) => Promise<Result>,
  ): Promise<Result> {
    return this.#about(entry, async (call) => work(await this.#typeOf(entry.typeName), call));
  }

  async #typeOf(typeName: string): Promise<ResourceType> {
    const type = await this.#types.find(typeName);
    if (!type) throw new Error(`${typeName} is no type of this server`);
    return type;
  }

  async #about<Result>(
    { path, partOf = () => [] }: Pick<Entry, "path" | "partOf">,
    work: (call: ResourceCall) => Promise<Result>,
  ): Promise<Result> {
    const refusals = new WeakMap<AwsError, RefusedCall>();
    try {
      return await work(this.#call(refusals));
    } catch (error) {
      if (error instanceof ResourceError) throw this.complain(path, error.message);
      if (!(error instanceof AwsError)) throw error;
      const refused = refusals.get(error) ?? { operation: "", input: {} };
      const problem = `${refused.operation} answered ${error.code}: ${error.message}`;
      throw this.complain([...path, ...partOf(refused)], problem);
    }
  }

  #call(refusals: WeakMap<AwsError, RefusedCall>): ResourceCall {
    const { accountId, region } = this.#place;
    const arn = `arn:aws:iam::${accountId}:root`;
    const as = { principal: { kind: "root", accountId, arn } } as const;
    return {
      ...{ accountId, region, partition: "aws", state: undefined, token: randomIds.uuid() },
      invoke: async (service, operation, input, inRegion = region) => {
        const options = { as, region: inRegion, userAgent: "rolecast-seed" };
        try {
          return await this.#invoke(service, operation, input, options);
        } catch (error) {
          const call = { operation, input: input as RefusedCall["input"] };
          if (error instanceof AwsError) refusals.set(error, call);
          throw error;
        }
      },
    };
  }
}

/** All steps of a piece of work, one after the other. */
export async function finish(
  call: ResourceCall,
  run: (call: ResourceCall) => Promise<Step>,
): Promise<ResourceModel> {
  let step = await run(call);
  while (step.kind === "wait") {
    await pause(step.ms);
    step = await run({ ...call, state: step.state });
  }
  return step.model;
}

function isThere(error: unknown): boolean {
  return error instanceof AwsError && error.code === "EntityAlreadyExists";
}

function pickNames(want: ResourceModel, names: readonly string[]): ResourceModel {
  return Object.fromEntries(names.map((name) => [name, want[name]]));
}
