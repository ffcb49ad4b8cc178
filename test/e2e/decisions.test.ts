import { CreatePolicyCommand, PutUserPermissionsBoundaryCommand } from "@aws-sdk/client-iam";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { allow, createUser, policyOf } from "../support/principals.ts";
import { overflow, violations } from "./axe.ts";
import { type TestBrowser, takePicture, visit } from "./browser.ts";
import { resize } from "./settled.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

const WINDOW = { width: 1280, height: 900 };
const PHONE = { width: 400, height: 850 };

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let page: Page;

  startConsole("decisions", async (started) => {
    ({ server, browser } = started);
    page = await browser.open(server.endpoint);
  });

  /** Looks at the page in both widths. */
  async function faults(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const size of [PHONE, WINDOW]) {
      await resize(page, size);
      found.push(...(await violations(page)), ...(await overflow(page)));
    }
    return found;
  }

  test("a decision is a way through all kinds of policies, the deciding one marked", async () => {
    const { iam } = server.root;
    const ann = await createUser(iam, "ann", [allow("s3:*")]);
    const PolicyDocument = policyOf([allow("iam:*")]);
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: "only-iam", PolicyDocument }),
    );
    const PermissionsBoundary = Policy?.Arn;
    await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: "ann", PermissionsBoundary }));
    const list = server.clients(ann).s3.send(new ListBucketsCommand({}));
    const error = (await list.catch((thrown: unknown) => thrown)) as {
      $response?: { headers: Record<string, string> };
    };
    const id = error.$response?.headers["x-rolecast-authorization-id"] ?? "";
    await visit(page, `/authorization-details/${id}`, "Authorization details");
    const stations = page.locator("ol.layers > li");
    await stations.first().waitFor();
    expect(await stations.allInnerTexts()).toEqual([
      expect.stringMatching(/^Service control policies\s+None$/),
      expect.stringMatching(/^Resource control policies\s+None$/),
      expect.stringMatching(/^Permissions boundary\s+Doesn't allow it\s+Decides$/),
      expect.stringMatching(/^Session policy\s+None$/),
      expect.stringMatching(/^Identity-based policies\s+Allows$/),
      expect.stringMatching(/^Resource-based policy\s+None$/),
    ]);
    await takePicture(page, "decision-layers");
    expect(await faults()).toEqual([]);
  });

  test("a draft is compared with a user's policies, with a request as the proof", async () => {
    await visit(page, "/iam/users/ann", "ann");
    await page.getByRole("tab", { name: "Compare" }).click();
    const editor = page.getByRole("textbox", { name: "Draft", exact: true });
    const compare = page.getByRole("button", { name: "Compare", exact: true });
    await editor.fill(policyOf([allow(["s3:Get*", "ivs:*"])]));
    await compare.click();
    const newly = page.getByText("Newly allowed, for example");
    await newly.waitFor();
    await page.getByText(/^ivs:\w+ on arn:aws:ivs:us-east-1:/).waitFor();
    await page.getByText("No longer allowed, for example").waitFor();
    await page.getByText(/^s3:\w+ on /).waitFor();
    await page.getByText("Some requests are newly allowed, and others no longer are.").waitFor();
    await takePicture(page, "compare-draft");
    expect(await faults()).toEqual([]);
    await editor.fill(policyOf([allow("s3:*")]));
    await newly.waitFor({ state: "detached" });
    await compare.click();
    await page.getByText("The same is allowed, by every request there may be.").waitFor();
  });
});
