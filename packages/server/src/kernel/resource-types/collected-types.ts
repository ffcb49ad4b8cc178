import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import type { Contributions } from "../contributions.ts";
import { readGenerated } from "../files/read-generated.ts";
import type { ResourceSchema, ResourceType, ResourceTypes } from "../resources.ts";

const unpack = promisify(brotliDecompress);

/** The resource types that services contribute. Types and schemas are loaded when first wanted. */
export class CollectedResourceTypes implements ResourceTypes {
  readonly #contributed: Pick<Contributions, "resourceTypes">;
  #schemas: Promise<ReadonlyMap<string, ResourceSchema>> | undefined;

  constructor(contributed: Pick<Contributions, "resourceTypes">) {
    this.#contributed = contributed;
  }

  get typeNames(): readonly string[] {
    return this.#contributed.resourceTypes.flatMap(({ typeNames }) => typeNames);
  }

  async find(typeName: string): Promise<ResourceType | undefined> {
    const { resourceTypes } = this.#contributed;
    const source = resourceTypes.find(({ typeNames }) => typeNames.includes(typeName));
    const types = await source?.load();
    return types?.find((type) => type.typeName === typeName);
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
