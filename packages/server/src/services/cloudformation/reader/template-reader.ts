import { parseTemplate, type Template, templateOfJson } from "@rolecast/template";
import type { Log } from "../../../kernel/ports/log.ts";
import { ThreadError, Threads } from "../../../kernel/work/threads.ts";
import { validation } from "../errors.ts";
import { keepTemplate, keptTemplate } from "./kept-templates.ts";

/** Shorter ones are read sooner than a thread is asked; requests carry no longer ones. */
const THREAD_CHARS_MIN = 51_201;
/** The largest template takes half a second. */
const DEADLINE_MS = 10_000;

/** Reads templates, large ones in a thread. */
export class TemplateReader {
  readonly #threads: Threads<string, string>;

  constructor(log: Log) {
    const program = new URL("./template-thread", import.meta.url);
    this.#threads = new Threads({ program, what: "a template", deadlineMs: DEADLINE_MS }, log);
  }

  /** `asker` is the account. Throws TemplateError, and ValidationError. */
  async read(text: string, asker: string): Promise<Template> {
    if (text.length < THREAD_CHARS_MIN) return parseTemplate(text);
    const kept = keptTemplate(text, false);
    if (kept) return kept;
    const template = templateOfJson(text, await this.asJson(text, asker));
    keepTemplate(template, text, false);
    return template;
  }

  /** The document of a text as JSON; a short one stays as it is. Throws as `read` does. */
  async asJson(text: string, asker: string): Promise<string> {
    if (text.length < THREAD_CHARS_MIN) return text;
    try {
      return await this.#threads.ask(text, asker);
    } catch (error) {
      if (!(error instanceof ThreadError) || error.reason === "closed") throw error;
      throw validation(
        error.reason === "busy"
          ? "Too many large templates wait to be read. Try again."
          : "The template takes too much to be read.",
      );
    }
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}
