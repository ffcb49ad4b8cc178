import {
  type Environment,
  Evaluation,
  type GivenParameter,
  parseTemplate,
  resolveParameters,
} from "../index.ts";

/** An environment for tests, in an account that doesn't exist. */
export const ENVIRONMENT: Environment = {
  accountId: "111111111111",
  region: "eu-west-1",
  partition: "aws",
  urlSuffix: "amazonaws.com",
  stackName: "studio",
  stackId: "arn:aws:cloudformation:eu-west-1:111111111111:stack/studio/1",
  notificationArns: [],
  parameters: new Map(),
  exports: () => undefined,
  availabilityZones: (region) => ["a", "b", "c"].map((zone) => region + zone),
};

/** A template evaluated with parameters: `{ Env: "prod" }`. */
export function evaluate(
  template: string | object,
  values: Readonly<Record<string, string>> = {},
  environment: Partial<Environment> = {},
): Evaluation {
  const parsed = parseTemplate(typeof template === "string" ? template : JSON.stringify(template));
  const given = Object.entries(values).map(([name, value]): GivenParameter => ({ name, value }));
  const resolved = resolveParameters(parsed, given, new Map(), new Map());
  const parameters = new Map([...resolved].map(([name, { value }]) => [name, value]));
  return new Evaluation(parsed, { ...ENVIRONMENT, parameters, ...environment });
}
