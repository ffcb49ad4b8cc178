import { expect, test } from "vitest";
import { UsesOfPrincipal } from "./uses-of-principal.ts";

const principal = { entityId: "AIDA", arn: "arn:aws:iam::1:user/u", accountId: "1" };
const user = { ...principal, kind: "user", id: "AIDA", userName: "u" } as const;

test("values that a caller makes up take a bounded room", () => {
  const uses = new UsesOfPrincipal(principal);
  for (let n = 0; n < 1_000; n += 1)
    uses.note(
      {
        principal: user,
        action: "iam:CreateServiceLinkedRole",
        resource: `arn:aws:iam::1:role/aws-service-role/s${n}.amazonaws.com/AWSServiceRoleForS`,
        resourceAccountId: "1",
        context: new Map([["iam:awsservicename", `s${n}.amazonaws.com`]]),
      },
      { service: "iam", operation: "CreateServiceLinkedRole", nowMs: n + 1 },
      true,
    );
  const actions = [...uses.actions()];
  expect(actions.length).toBeLessThanOrEqual(51);
  expect(uses.size).toBeLessThanOrEqual(251);
  // Those beyond are remembered without their value.
  const rest = actions.filter(({ condition }) => condition === "{}");
  expect(rest.map(({ resources }) => [...resources.values()].at(-1)?.lastMs)).toEqual([1_000]);
});
