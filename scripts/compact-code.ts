import assert from "node:assert";
import { minifySync, parseSync, Visitor } from "rolldown/utils";

/** A stretch of code, from its first character to the one after its last. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Signs that no neighbour joins into another one. What isn't among them keeps its spaces. */
const SEPARATE = new Set("{}()[];,=<>!&|?:*%^~\"'`");
const SPACES = /[\t ]+/g;

/**
 * A module without its indentation and the spaces that its signs don't need. All names and all
 * lines stay as they are, so that stack traces say what they said.
 */
export function compacted(code: string): string {
  let compact = "";
  let at = 0;
  for (const { start, end } of literals(code)) {
    compact += withoutSpaces(code, { start: at, end: start }) + code.slice(start, end);
    at = end;
  }
  compact += withoutSpaces(code, { start: at, end: code.length });
  assert.equal(printed(compact), printed(code), "compacting has changed the program");
  return compact;
}

/** In the order of their places; spaces within them mean something. */
function literals(code: string): readonly Span[] {
  const { program, comments, errors } = parseSync("module.mjs", code, { astType: "js" });
  assert.equal(errors.length, 0, errors[0]?.message);
  const found: Span[] = [...comments];
  const note = ({ start, end }: Span) => {
    found.push({ start, end });
  };
  new Visitor({ Literal: note, TemplateElement: note }).visit(program);
  return found.sort((a, b) => a.start - b.start);
}

function withoutSpaces(code: string, { start, end }: Span): string {
  return code.slice(start, end).replace(SPACES, (spaces, offset: number) => {
    const before = code[start + offset - 1] ?? "\n";
    const after = code[start + offset + spaces.length] ?? "\n";
    if (before === "\n" || after === "\n") return "";
    // "<!--" and "-->" begin comments in old scripts.
    const isOld = (before === "<" && after === "!") || (before === "-" && after === ">");
    return !isOld && (SEPARATE.has(before) || SEPARATE.has(after)) ? "" : " ";
  });
}

/** The program in the one form that the printer gives it. */
function printed(code: string): string {
  const codegen = { removeWhitespace: true };
  return minifySync("module.mjs", code, { compress: false, mangle: false, codegen }).code;
}
