import { readFileSync } from "node:fs";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { z } from "zod";
import { checkValue, pathText } from "./check-value.ts";
import { ConfigError } from "./config-error.ts";

type Path = readonly PropertyKey[];

/**
 * A YAML file that a person wrote: its value, and the place of each part in the text. This module
 * brings the YAML library, so that those who need it import it when they do.
 */
export class YamlFile {
  readonly #file: string;
  readonly #document: Document;
  readonly #lines = new LineCounter();
  readonly #value: unknown;

  /** @throws ConfigError that names file, line and column */
  constructor(file: string, what: string) {
    this.#file = file;
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") throw new ConfigError(`The ${what} ${file} isn't there.`);
      throw new ConfigError(`The ${what} ${file} can't be read: ${message}.`);
    }
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const [error] = this.#document.errors;
    if (!error) {
      this.#value = this.#read();
      return;
    }
    // After a colon the parser may quote the text, which may contain keys.
    const problem = error.message.split(":")[0];
    throw new ConfigError(`${this.#at(error.pos[0])}: this isn't YAML: ${problem}.`);
  }

  get value(): unknown {
    return this.#value;
  }

  #read(): unknown {
    visit(this.#document, {
      Alias: (_key, alias) => {
        if (alias.resolve(this.#document)) return;
        const place = this.#at(alias.range?.[0] ?? 0);
        throw new ConfigError(`${place}: this alias has no anchor before it.`);
      },
    });
    try {
      return this.#document.toJS() ?? {};
    } catch {
      // Aliases of aliases, whose message may quote what stands there.
      throw new ConfigError(`${this.#at(0)}: the aliases of this file can't be resolved.`);
    }
  }

  /**
   * Reads the value by a schema.
   * @throws ConfigError with all problems, each with its place
   */
  read<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
    const result = checkValue(schema, this.value);
    if ("value" in result) return result.value;
    const complaints = result.problems.map(
      ({ path, message }) => `${this.placeOf(path)}: ${pathText(path) || "the file"} ${message}.`,
    );
    throw new ConfigError(complaints.join("\n"));
  }

  /**
   * The place of the deepest existing part of the path, `rolecast.yml:3:7`: its key, else the
   * entry.
   */
  placeOf(path: Path): string {
    for (let depth = path.length; depth > 0; depth--) {
      const key = path[depth - 1];
      const parent = depth === 1 ? this.#document.contents : this.#node(path.slice(0, depth - 1));
      const pair = isMap(parent)
        ? parent.items.find((item) => nameOf(item.key) === key)
        : undefined;
      const node = pair ? pair.key : this.#node(path.slice(0, depth));
      if (isNode(node) && node.range) return this.#at(node.range[0]);
    }
    return this.#at(0);
  }

  #node(path: Path): unknown {
    return this.#document.getIn(path, true);
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  }
}

/**
 * The value of a variable that holds YAML, undefined for none. Messages don't quote the text, which
 * may contain keys.
 * @throws ConfigError that names the variable
 */
export function parseVariable(variable: string, text: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (!error) return document.toJS() ?? undefined;
  throw new ConfigError(`The variable ${variable} isn't YAML: ${error.code} at ${error.pos[0]}.`);
}

function nameOf(key: unknown): unknown {
  return isScalar(key) ? String(key.value) : key;
}
