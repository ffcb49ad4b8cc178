import { expect, test } from "vitest";
import { stationsOf } from "./layer-stations.ts";

test("every kind of policies is a station in AWS's order, and the deciding one is marked", () => {
  const stations = stationsOf([
    { type: "SERVICE_CONTROL_POLICY", effect: "ALLOW", decides: false },
    { type: "ROLE_TRUST_POLICY", effect: "ALLOW", decides: false },
    { type: "IDENTITY_BASED_POLICY", effect: "IMPLICIT_DENY", decides: true },
  ]);
  expect(stations.map(({ title, effect, decides }) => `${title}: ${effect}, ${decides}`)).toEqual([
    "Service control policies: ALLOW, false",
    "Resource control policies: undefined, false",
    "Permissions boundary: undefined, false",
    "Session policy: undefined, false",
    "Identity-based policies: IMPLICIT_DENY, true",
    "Resource-based policy: ALLOW, false",
  ]);
});
