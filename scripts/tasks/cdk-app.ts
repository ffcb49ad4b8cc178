import { execFile } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Task } from "./task.ts";

const EXAMPLE = join(import.meta.dirname, "../../examples/cdk");

/** A stack of the CDK is deployed, and the policy that its execution role really needs found. */
export const CDK_APP: Task = {
  name: "cdk-app",
  async prepare(desk, effort) {
    const app = join(desk.folder, "studio");
    cpSync(EXAMPLE, app, { recursive: true, filter: (path) => !path.includes("node_modules") });
    const packages = ["install", "--prefer-offline", "--no-audit", "--no-fund"];
    await promisify(execFile)("npm", packages, { cwd: app });
    const server = await desk.serve(effort, "npx rolecast start");
    const shell = desk.terminal(effort, "studio");
    const hand = await desk.browser(effort);
    const { page } = hand;
    return [
      {
        does: "point the shell at the server, and bootstrap",
        secondsMax: 120,
        async run() {
          shell.pasteVariables(server.variables);
          shell.type("npx cdk bootstrap");
          await shell.end();
          return shell;
        },
      },
      {
        does: "deploy",
        secondsMax: 180,
        async run() {
          shell.type("npx cdk deploy");
          await shell.prints(/\(y\/n\)|do you wish to deploy/i);
          shell.answerWith("y");
          await shell.end();
          return shell;
        },
      },
      {
        does: "find the execution role in the console",
        secondsMax: 60,
        async run() {
          await hand.follow(`${server.endpoint}/`);
          await hand.side("IAM", "Roles");
          await hand.link(/^cdk-\w+-cfn-exec-role/);
          await hand.heading(/^cdk-\w+-cfn-exec-role/);
          return page;
        },
      },
      {
        does: "copy the smallest policy that it needs",
        secondsMax: 60,
        async run() {
          await hand.click(page.getByRole("tab", { name: "Used", exact: true }));
          await hand.click(page.getByRole("button", { name: /smallest policy that allows/ }));
          await page.getByText("ivs:CreateChannel").last().waitFor();
          await hand.button("Copy");
          return page;
        },
      },
    ];
  },
};
