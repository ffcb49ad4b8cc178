import fc from "fast-check";

/** A resource of a drawn template; references go to resources of lower numbers. */
interface DrawnResource {
  readonly name: string;
  readonly display: unknown;
  readonly dependsOn: number | undefined;
}

/** A template whose references make no circle, with the members in any order. */
export interface DrawnTemplate {
  readonly Parameters: object;
  readonly Conditions: object;
  readonly Resources: Readonly<Record<string, object>>;
}

const NAMES = ["a", "b", "c"];

/** A value that may refer to a resource before the one of the number, or to a parameter. */
function display(number: number): fc.Arbitrary<unknown> {
  const references =
    number === 0
      ? []
      : [fc.nat({ max: number - 1 }).chain((other) => fc.constantFrom(...referring(`R${other}`)))];
  return fc.oneof(
    fc.constantFrom<unknown>("x", "y", { Ref: "Stage" }, { "Fn::Sub": "${Stage}-${AWS::Region}" }),
    ...references,
  );
}

function referring(id: string): readonly unknown[] {
  const attribute = { "Fn::GetAtt": [id, "Display"] };
  return [
    { Ref: id },
    attribute,
    { "Fn::Join": ["-", ["x", attribute]] },
    { "Fn::Sub": `\${${id}}/\${${id}.Display}` },
    { "Fn::If": ["Prod", { Ref: id }, "none"] },
  ];
}

const resource = (number: number): fc.Arbitrary<DrawnResource> =>
  fc.record({
    name: fc.constantFrom(...NAMES),
    display: display(number),
    dependsOn:
      number === 0
        ? fc.constant(undefined)
        : fc.option(fc.nat({ max: number - 1 }), { nil: undefined }),
  });

/** Draws templates of up to eight resources. */
export const TEMPLATES: fc.Arbitrary<DrawnTemplate> = fc
  .nat({ max: 7 })
  .chain((count) => fc.tuple(...Array.from({ length: count + 1 }, (_, number) => resource(number))))
  .map((resources) => ({
    Parameters: { Stage: { Type: "String" } },
    Conditions: { Prod: { "Fn::Equals": [{ Ref: "Stage" }, "prod"] } },
    Resources: Object.fromEntries(
      resources.map(({ name, display, dependsOn }, number) => [
        `R${number}`,
        {
          Type: "AWS::Test::Thing",
          Properties: { Name: name, Display: display },
          ...(dependsOn !== undefined && { DependsOn: `R${dependsOn}` }),
        },
      ]),
    ),
  }));

/** The same template with its resources, and their members, in another order. */
export function reversed(template: DrawnTemplate): DrawnTemplate {
  const turn = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(turn);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, below]) => [key, turn(below)]),
    );
  };
  return turn(template) as DrawnTemplate;
}
