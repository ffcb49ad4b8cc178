import type { Task } from "./task.ts";
import type { Terminal } from "./terminal.ts";

const CALL = "aws s3api get-object --bucket reports --key 2026/a.txt a.txt";
const POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::reports/2025/*" }],
};

/** An application's call is denied: why, the smallest change that allows it, and the call again. */
export const DENIED_CALL: Task = {
  name: "denied-call",
  async prepare(desk, effort) {
    const server = await desk.serve(effort, "npx rolecast start");
    const shell = desk.terminal(effort);
    await makeApplication(desk.terminal(effort), server.variables, shell);
    const hand = await desk.browser(effort);
    const { page } = hand;
    const resource = () => page.getByRole("textbox", { name: "Statement to try", exact: true });
    return [
      {
        does: "make the call, which is denied",
        secondsMax: 30,
        async run() {
          shell.type(CALL);
          if ((await shell.exitCode()) === 0) throw new Error("The call wasn't denied.");
          await shell.prints(/AccessDenied/);
          return shell;
        },
      },
      {
        does: "see why",
        secondsMax: 60,
        async run() {
          const { terminal, endpoint } = server;
          // A newer server's line of a denial ends with a link to its page.
          await terminal.prints(/denied[\s\S]*?(?:explain|http)/);
          const link = /denied[\s\S]*?(https?:\/\/\S+)/.exec(terminal.answer)?.[1];
          await hand.follow(link ?? `${endpoint}/`);
          if (link === undefined) await hand.link("Why?");
          await hand.heading(/Authorization details|denied/i);
          await page.getByRole("button", { name: /^Try / }).first().waitFor();
          return page;
        },
      },
      {
        does: "try a change of the statement that comes near",
        secondsMax: 60,
        async run() {
          await hand.button("Try a change");
          await resource().waitFor();
          await hand.replaceWord(resource(), "2025", "2026");
          await hand.button("Decide again");
          await page
            .getByText(/^ALLOW$|^Allowed?$/i)
            .first()
            .waitFor();
          return page;
        },
      },
      {
        does: "put the change into the policy",
        secondsMax: 60,
        async run() {
          const save = page.getByRole("button", { name: /^(?:Save|Apply)/ });
          if (await save.first().isVisible()) {
            await hand.click(save.first());
          } else {
            await hand.side("IAM", "Users");
            await hand.link("app");
            await hand.button("reports");
            const editor = page
              .getByRole("dialog")
              .getByRole("textbox", { name: "Policy", exact: true });
            await hand.replaceWord(editor, "2025", "2026");
            await hand.click(
              page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }),
            );
          }
          await page
            .getByText(/is saved|was saved/)
            .first()
            .waitFor();
          return page;
        },
      },
      {
        does: "make the call again",
        secondsMax: 30,
        async run() {
          shell.again(CALL);
          await shell.end();
          return shell;
        },
      },
    ];
  },
};

/** A bucket, and a user whose policy has last year's prefix; the shell gets the user's key. */
async function makeApplication(
  root: Terminal,
  variables: Readonly<Record<string, string>>,
  shell: Terminal,
): Promise<void> {
  root.pasteVariables(variables);
  const run = async (line: string) => {
    root.type(line);
    return root.end();
  };
  await run(
    "aws s3 mb s3://reports && echo report > a.txt && aws s3 cp a.txt s3://reports/2026/a.txt",
  );
  await run("aws iam create-user --user-name app");
  const document = JSON.stringify(POLICY);
  const put = "aws iam put-user-policy --user-name app --policy-name reports";
  await run(`${put} --policy-document '${document}'`);
  const key = JSON.parse(await run("aws iam create-access-key --user-name app")) as {
    readonly AccessKey: { readonly AccessKeyId: string; readonly SecretAccessKey: string };
  };
  shell.pasteVariables({
    ...variables,
    AWS_ACCESS_KEY_ID: key.AccessKey.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: key.AccessKey.SecretAccessKey,
  });
}
