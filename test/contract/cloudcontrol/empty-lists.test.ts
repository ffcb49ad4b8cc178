import { CloudControl } from "@aws-sdk/client-cloudcontrol";
import { CloudFormation, paginateListTypes } from "@aws-sdk/client-cloudformation";
import { expect, test } from "vitest";
import { ROOT, startTestServer } from "../../support/test-server.ts";

test("a list of what an account has none of is empty, for every type", async () => {
  const server = await startTestServer();
  try {
    const { endpoint } = server;
    const options = { endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 };
    const client = new CloudFormation(options);
    const cloudControl = new CloudControl(options);
    const types: string[] = [];
    for await (const page of paginateListTypes({ client }, { Visibility: "PUBLIC" }))
      for (const { TypeName = "" } of page.TypeSummaries ?? []) types.push(TypeName);
    expect(types.length).toBeGreaterThan(50);
    const refusals: string[] = [];
    for (const TypeName of types)
      await cloudControl.listResources({ TypeName }).catch((error: Error) => {
        // Some are no types of Cloud Control, some have no lists, some want to know whose.
        const isOfType = /^(?:TypeNotFound|UnsupportedAction|InvalidRequest)Exception$/;
        if (!isOfType.test(error.name)) refusals.push(`${TypeName}: ${error.message}`);
      });
    expect(refusals).toEqual([]);
  } finally {
    await server.close();
  }
});
