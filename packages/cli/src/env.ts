import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Command, Option } from "commander";
import { configSection, profileFiles } from "./aws-profile.ts";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { helpNotes } from "./help-notes.ts";
import { withSection } from "./ini-section.ts";
import { type Shell, shellLine } from "./shell-line.ts";
import { print, printJson } from "./terminal.ts";

interface EnvFlags extends ConnectionFlags {
  readonly shell: Shell;
  readonly profile?: string;
  readonly json?: boolean;
}

/** `rolecast env`: lines that point AWS's tools at the server, or a profile that does. */
export function envCommand(): Command {
  return withConnection(new Command("env"))
    .description("Print what points AWS's tools here, or write a profile.")
    .addOption(
      new Option("--shell <SHELL>", "whose syntax")
        .choices(["bash", "fish", "powershell"])
        .default(process.env.SHELL?.endsWith("/fish") ? "fish" : "bash"),
    )
    .option("--profile <NAME>", "write this profile into AWS's config and credentials files")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      helpNotes(
        '\nExamples:\n  eval "$($0 env)"\n  $0 env --shell fish | source\n  $0 env --profile rolecast && aws --profile rolecast s3 ls',
      ),
    )
    .action(async (flags: EnvFlags) => {
      const connection = new Connection(flags);
      if (flags.profile !== undefined) {
        const files = await writeProfile(flags.profile, connection);
        if (flags.json) printJson({ profile: flags.profile, files });
        else print(`The profile ${flags.profile} stands in ${files.join(" and ")}.`);
        return;
      }
      const variables = connection.environment();
      if (flags.json) printJson(variables);
      else
        for (const [name, value] of Object.entries(variables))
          print(shellLine(flags.shell, name, value));
    });
}

async function writeProfile(profile: string, connection: Connection): Promise<string[]> {
  const { endpoint, region, credentials } = connection;
  const files = profileFiles(process.env);
  const section = configSection(profile);
  await replaceSection(files.config, section, { region, endpoint_url: endpoint });
  await replaceSection(files.credentials, profile, {
    aws_access_key_id: credentials.accessKeyId,
    aws_secret_access_key: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined
      ? {}
      : { aws_session_token: credentials.sessionToken }),
  });
  return [files.config, files.credentials];
}

async function replaceSection(
  file: string,
  name: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const before = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  await writeFile(file, withSection(before, name, values), { mode: 0o600 });
}
