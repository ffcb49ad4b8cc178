import {
  type ConfigInput,
  choicesOf,
  defaultOf,
  flagOf,
  SETTINGS,
  type Setting,
  type SettingName,
} from "@rolecast/server";
import { Command, Option } from "commander";
import { helpNotes } from "./help-notes.ts";

/** `rolecast start`: its flags are the settings. */
export function startCommand(): Command {
  const command = new Command("start")
    .description("Start the server, and serve until Ctrl-C.")
    .option("--config <FILE>", "rolecast.yml with settings (or ROLECAST_CONFIG)")
    .option("--json", "once it is ready, print one line of JSON that says where")
    .option("--quiet", "log errors alone: --log-level error")
    .addHelpText(
      "after",
      helpNotes(
        "\nExamples:\n  $0 start\n  $0 start --data memory --port 0 --rtmp-port 0 --rtmps-port 0 --json\n  $0 start --seed rolecast.seed.yml --ready-dir ready.d\n\nSettings are also taken from ROLECAST_… variables and from --config;\ndocs/settings.md.",
      ),
    );
  for (const [name, setting] of Object.entries(SETTINGS) as [SettingName, Setting][]) {
    if (setting.structured) continue;
    const value = setting.placeholder === undefined ? "" : ` <${setting.placeholder}>`;
    const option = new Option(`${flagOf(name)}${value}`, helpOf(setting));
    command.addOption(option.helpGroup(`${setting.group}:`));
  }
  return command.action(async (flags: StartFlags & ConfigInput) => {
    const { config, json = false, quiet = false, ...settings } = flags;
    const given: ConfigInput = quiet ? { logLevel: "error", ...settings } : settings;
    // Brings the server, which no other command needs.
    const { serve } = await import("./serve.ts");
    await serve(given, config ?? process.env.ROLECAST_CONFIG, json);
  });
}

interface StartFlags {
  readonly config?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Describes a setting with the values that it takes and its default. */
function helpOf(setting: Setting): string {
  const choices = choicesOf(setting);
  const value = setting.placeholder === undefined ? undefined : defaultOf(setting);
  const facts = [
    ...(choices === undefined ? [] : [`one of ${choices.join(", ")}`]),
    ...(value === undefined || value === "[]" ? [] : [`default ${value}`]),
  ];
  return facts.length === 0 ? setting.description : `${setting.description} (${facts.join("; ")})`;
}
