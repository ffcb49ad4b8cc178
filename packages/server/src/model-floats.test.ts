import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Shape, StructureShape } from "@rolecast/wire";
import { beforeAll, describe, expect, test } from "vitest";
import type { LoadedService } from "./gateway/registered-service.ts";
import { loadedServices } from "./testing/loaded-services.ts";

/*
 * Holds each number of each answer of all services against AWS's model of the service, as botocore
 * has it: an integer or a floating-point number. Members that an older botocore lacks are left out.
 */

/** Debian's python3-botocore. */
const MODELS = "/usr/lib/python3/dist-packages/botocore/data";
const FOLDERS: Readonly<Record<string, string>> = {
  "cloudwatch-cbor": "cloudwatch",
  "cloudwatch-json": "cloudwatch",
  "access-analyzer": "accessanalyzer",
  "ivs-chat": "ivschat",
};
/** Not AWS's. */
const OWN_SERVICES = ["rolecast", "iam-toolbox"];

interface ModelShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly value?: { readonly shape: string };
}

interface Model {
  readonly operations: Readonly<Record<string, { readonly output?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, ModelShape>>;
}

/** Numbers that the model calls something else than the wire, of one structure's members. */
class Comparison {
  readonly numbers: Record<string, boolean> = {};
  readonly expected: Record<string, boolean> = {};
  readonly #seen = new Set<StructureShape>();
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  add(shape: Shape, modelName: string | undefined, path: string): void {
    const model = modelName === undefined ? undefined : this.#model.shapes[modelName];
    switch (shape.kind) {
      case "structure":
      case "union":
        if (this.#seen.has(shape)) return;
        this.#seen.add(shape);
        for (const { name, target } of shape.members)
          this.add(target, model?.members?.[name]?.shape, `${shape.name}.${name}`);
        return;
      case "list":
        this.add(shape.member.target, model?.member?.shape, path);
        return;
      case "map":
        this.add(shape.value.target, model?.value?.shape, path);
        return;
      case "number":
        this.numbers[path] = shape.isFloat === true;
        if (model) this.expected[path] = ["float", "double"].includes(model.type);
    }
  }
}

function modelOf(name: string): Model {
  const folder = `${MODELS}/${FOLDERS[name] ?? name}`;
  const version = readdirSync(folder).sort().at(-1);
  return JSON.parse(readFileSync(`${folder}/${version}/service-2.json`, "utf8")) as Model;
}

describe.skipIf(!existsSync(MODELS))("numbers in answers", () => {
  let services: readonly LoadedService[];
  beforeAll(async () => {
    services = (await loadedServices()).filter(
      ({ wire }) => !OWN_SERVICES.includes(wire.definition.name),
    );
  });

  test("are floating-point or integers as in AWS's model, in each service and protocol", () => {
    const found = services.map(({ wire }) => {
      const { name, floats = [] } = wire.definition;
      const model = modelOf(name);
      const comparison = new Comparison(model);
      for (const operation of wire.operations.values())
        if (operation.output)
          comparison.add(operation.output, model.operations[operation.name]?.output?.shape, "");
      for (const { structure } of wire.errors.values())
        comparison.add(structure, structure.name, "");
      const { numbers, expected } = comparison;
      expect(numbers, name).toMatchObject(expected);
      // What is declared is there.
      expect(numbers, name).toMatchObject(Object.fromEntries(floats.map((path) => [path, true])));
      return { name, compared: Object.keys(expected).length };
    });
    expect(found.length).toBeGreaterThan(15);
    expect(found).toContainEqual({ name: "cloudwatch", compared: expect.any(Number) });
    expect(found.reduce((sum, { compared }) => sum + compared, 0)).toBeGreaterThan(300);
  });
});
