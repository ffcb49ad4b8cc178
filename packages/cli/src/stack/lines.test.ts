import { expect, test } from "vitest";
import { changeLines } from "./change-lines.ts";
import { driftLines } from "./drift-lines.ts";
import { eventLine, isDeployed, isSettled } from "./event-lines.ts";

const CHANNEL = { LogicalResourceId: "Live", ResourceType: "AWS::IVS::Channel" };

test.each([
  ["Add", {}, ["+ AWS::IVS::Channel Live"]],
  ["Remove", {}, ["- AWS::IVS::Channel Live"]],
  ["Import", {}, ["< AWS::IVS::Channel Live"]],
  ["Modify", { Replacement: "True" }, ["~ AWS::IVS::Channel Live (replaced)"]],
  ["Modify", { Replacement: "Conditional" }, ["~ AWS::IVS::Channel Live (replaced, perhaps)"]],
  [
    "Modify",
    {
      Replacement: "False",
      Details: [
        { Target: { Name: "Type" } },
        { Target: { Path: "/Properties/Name", BeforeValue: "a", AfterValue: "b" } },
        { Target: { Path: "/Properties/Tags/0", AfterValue: "new" } },
        {
          Target: {
            ...{ Path: "/Properties/RecordingConfigurationArn", BeforeValue: "arn:old" },
            AfterValue: "{{changeSet:KNOWN_AFTER_APPLY}}",
          },
        },
        // AWS gives a parameter's change twice.
        { Target: { Path: "/Properties/Name", BeforeValue: "a", AfterValue: "b" } },
      ],
    },
    [
      "~ AWS::IVS::Channel Live",
      "    Type",
      "    Name: a → b",
      "    Tags/0: nothing → new",
      "    RecordingConfigurationArn: arn:old → (known afterwards)",
    ],
  ],
] as const)("%s %j is shown as %j", (Action, change, lines) => {
  const { Details, ...rest } = { Details: [], ...change };
  const ResourceChange = { ...CHANNEL, Action, ...rest, Details: [...Details] };
  expect(changeLines({ Type: "Resource", ResourceChange })).toEqual(lines);
});

test("an event's line has its time, status, resource and reason", () => {
  const event = {
    ...{ ...CHANNEL, StackId: "s", EventId: "e", StackName: "studio" },
    Timestamp: new Date("2026-01-02T03:04:05.678Z"),
    ResourceStatus: "CREATE_FAILED",
    ResourceStatusReason: "no",
  } as const;
  expect(eventLine(event)).toBe("03:04:05  CREATE_FAILED             AWS::IVS::Channel Live  no");
});

test.each([
  ["CREATE_COMPLETE", true, true],
  ["UPDATE_COMPLETE", true, true],
  ["IMPORT_COMPLETE", true, true],
  ["ROLLBACK_COMPLETE", true, false],
  ["UPDATE_ROLLBACK_COMPLETE", true, false],
  ["CREATE_FAILED", true, false],
  ["REVIEW_IN_PROGRESS", true, false],
  ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", false, false],
  ["ROLLBACK_IN_PROGRESS", false, false],
])("%s is settled: %s, deployed: %s", (status, settled, deployed) => {
  expect([isSettled(status), isDeployed(status)]).toEqual([settled, deployed]);
});

test.each([
  ["DELETED", [], ["- AWS::IVS::Channel Live (deleted)"]],
  [
    "MODIFIED",
    [
      ["/Name", "a", "b"],
      ["/Tags/0", "", "x"],
    ],
    ["~ AWS::IVS::Channel Live", "    Name: a → b", "    Tags/0: nothing → x"],
  ],
] as const)("a resource that is %s is shown with what differs", (status, differences, lines) => {
  const drift = {
    ...{ ...CHANNEL, StackId: "s", Timestamp: new Date(0), StackResourceDriftStatus: status },
    PropertyDifferences: differences.map(([PropertyPath, ExpectedValue, ActualValue]) => ({
      ...{ PropertyPath, ExpectedValue, ActualValue, DifferenceType: "NOT_EQUAL" as const },
    })),
  };
  expect(driftLines(drift)).toEqual(lines);
});
