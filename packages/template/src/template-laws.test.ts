import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Attributes,
  compareTemplates,
  type DeployedStack,
  type Evaluation,
  type MapValue,
  type TypeSchema,
} from "./index.ts";
import { evaluate } from "./testing/environment.testing.ts";
import { reversed, TEMPLATES } from "./testing/templates.testing.ts";

const TEXT = { kind: "string" } as const;
const SCHEMA: TypeSchema = {
  properties: {
    Name: { type: TEXT, replacement: "yes" },
    Display: { type: TEXT, replacement: "no" },
  },
  types: {},
};
const schemas = () => SCHEMA;
const RUNS = { numRuns: 50 };
const STAGES = fc.constantFrom("dev", "prod");

type State = ReadonlyMap<string, { readonly physicalId: string; readonly properties: MapValue }>;

/** Attributes of resources as they are: Ref gives the physical id, Display the property. */
const attributesOf =
  (state: State): Attributes =>
  (id, attribute) => {
    const resource = state.get(id);
    if (resource === undefined) throw new Error(`${attribute} of ${id}, which isn't there`);
    return attribute === "Ref" ? resource.physicalId : resource.properties.Display;
  };

/** Makes all resources of a template; each gets a physical id of the round and its name. */
function made(evaluation: Evaluation, round: number): State {
  const state = new Map<string, { physicalId: string; properties: MapValue }>();
  for (const id of evaluation.graph.order) {
    const { properties } = evaluation.resource(id, attributesOf(state));
    state.set(id, { physicalId: `${id}-${properties.Name}-${round}`, properties });
  }
  return state;
}

function stackOf(evaluation: Evaluation, state: State): DeployedStack {
  const resources = new Map(
    [...state].map(([id, resource]) => [id, { type: "AWS::Test::Thing", ...resource }]),
  );
  return { evaluation, resources, attributes: attributesOf(state) };
}

describe("order", () => {
  test("makes no difference where the graph doesn't say so", () => {
    fc.assert(
      fc.property(TEMPLATES, STAGES, (template, Stage) => {
        const [one, other] = [template, reversed(template)].map((text) =>
          evaluate(text, { Stage }),
        );
        if (one === undefined || other === undefined) throw new Error();
        const state = made(one, 1);
        expect(new Map([...made(other, 1)])).toEqual(new Map([...state]));
        const before = stackOf(one, state);
        for (const includeValues of [false, true])
          expect(compareTemplates({ before, after: other, schemas, includeValues })).toEqual([]);
      }),
      RUNS,
    );
  });

  test("puts every resource after those that it waits for", () => {
    fc.assert(
      fc.property(TEMPLATES, STAGES, (template, Stage) => {
        const { order, dependencies, dependents } = evaluate(reversed(template), { Stage }).graph;
        const places = new Map(order.map((id, place) => [id, place]));
        expect([...order].sort()).toEqual(Object.keys(template.Resources).sort());
        for (const [id, others] of dependencies)
          for (const other of others) {
            expect(Number(places.get(other))).toBeLessThan(Number(places.get(id)));
            expect(dependents.get(other)).toContain(id);
          }
      }),
      RUNS,
    );
  });
});

describe("a change set", () => {
  test("makes the second template's state of the first one's", () => {
    fc.assert(
      fc.property(TEMPLATES, TEMPLATES, STAGES, STAGES, (first, second, was, is) => {
        const evaluation = evaluate(first, { Stage: was });
        const after = evaluate(second, { Stage: is });
        const before = stackOf(evaluation, made(evaluation, 1));
        const changes = compareTemplates({ before, after, schemas, includeValues: false });
        const byId = new Map(changes.map((change) => [change.LogicalResourceId, change]));
        const state = new Map(before.resources);
        for (const id of after.graph.order) {
          const change = byId.get(id);
          if (change === undefined) continue;
          const { properties } = after.resource(id, attributesOf(state));
          const isNew = change.Action === "Add" || change.Replacement === "True";
          const physicalId = isNew
            ? `${id}-${properties.Name}-2`
            : (state.get(id)?.physicalId ?? "");
          state.set(id, { type: "AWS::Test::Thing", physicalId, properties });
        }
        for (const { Action, LogicalResourceId } of changes)
          if (Action === "Remove") state.delete(LogicalResourceId);
        // Every resource is as the template has it, those that weren't listed too.
        expect([...state.keys()].sort()).toEqual([...after.resources.keys()].sort());
        for (const [id, { properties }] of state)
          expect(properties).toEqual(after.resource(id, attributesOf(state)).properties);
      }),
    );
  });

  test("with values has no change that one without them lacks", () => {
    fc.assert(
      fc.property(TEMPLATES, TEMPLATES, STAGES, (first, second, Stage) => {
        const evaluation = evaluate(first, { Stage });
        const before = stackOf(evaluation, made(evaluation, 1));
        const after = evaluate(second, { Stage });
        const [all, sure] = [false, true].map((includeValues) =>
          compareTemplates({ before, after, schemas, includeValues }).map(
            ({ Action, LogicalResourceId }) => `${Action} ${LogicalResourceId}`,
          ),
        );
        expect(all).toEqual(expect.arrayContaining(sure ?? []));
      }),
      RUNS,
    );
  });
});

describe("texts", () => {
  const resolved = (value: unknown): unknown =>
    evaluate({ Resources: { A: { Type: "T", Properties: { P: value } } } }).resource(
      "A",
      () => undefined,
    ).properties.P;
  const DELIMITERS = fc.string({ minLength: 1, maxLength: 2 });

  test("joined of what was split are the same", () => {
    fc.assert(
      fc.property(fc.string(), DELIMITERS, (text, delimiter) => {
        const split = { "Fn::Split": [delimiter, text] };
        expect(resolved({ "Fn::Join": [delimiter, split] })).toBe(text);
      }),
    );
  });

  test("split of what was joined are the same, if none has the delimiter", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom("a", "b", "ä") }), { minLength: 1 }),
        (parts) => {
          expect(resolved({ "Fn::Split": ["|", { "Fn::Join": ["|", parts] }] })).toEqual(parts);
        },
      ),
    );
  });

  test("substituted are those joined", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), (parts) => {
        const text = parts.map((_, index) => `\${V${index}}`).join("");
        const variables = Object.fromEntries(parts.map((part, index) => [`V${index}`, part]));
        expect(resolved({ "Fn::Sub": [text, variables] })).toBe(parts.join(""));
      }),
    );
  });
});
