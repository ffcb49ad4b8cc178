import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import type { Contributions } from "../contributions.ts";
import { readGenerated } from "../files/read-generated.ts";
import type { ResourceSchema, ResourceType, ResourceTypes } from "../resources.ts";

const unpack = promisify(brotliDecompress);

/** The resource types that services contribute. Types and schemas are loaded when first wanted. */
export class CollectedResourceTypes implements ResourceTypes {
  readonly #contributed: Pick<Contributions, "resourceTypes">;
  /** Types that have been loaded, by their names. */
  readonly #loaded = new Map<string, ResourceType>();
  #schemas: Promise<ReadonlyMap<string, ResourceSchema>> | undefined;

  constructor(contributed: Pick<Contributions, "resourceTypes">) {
    this.#contributed = contributed;
  }

  get typeNames(): readonly string[] {
    return this.#contributed.resourceTypes.flatMap(({ typeNames }) => typeNames);
  }

  async find(typeName: string): Promise<ResourceType | undefined> {
    const loaded = this.#loaded.get(typeName);
    if (loaded) return loaded;
    const { resourceTypes } = this.#contributed;
    const source = resourceTypes.find(({ typeNames }) => typeNames.includes(typeName));
    for (const type of (await source?.load()) ?? []) this.#loaded.set(type.typeName, type);
    return this.#loaded.get(typeName);
  }

  async schema(typeName: string): Promise<ResourceSchema | undefined> {
    this.#schemas ??= readSchemas().catch((error: unknown) => {
      this.#schemas = undefined;
      throw error;
    });
    return (await this.#schemas).get(typeName);
  }
}

async function readSchemas(): Promise<ReadonlyMap<string, ResourceSchema>> {
  const bytes = await readGenerated("resource-schemas.br");
  const text = await unpack(bytes.subarray(bytes.indexOf("\n") + 1));
  const schemas = JSON.parse(text.toString()) as readonly ResourceSchema[];
  return new Map(schemas.map((schema) => [schema.typeName, schema]));
}
