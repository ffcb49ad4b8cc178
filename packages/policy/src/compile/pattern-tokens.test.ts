import { describe, expect, it } from "vitest";
import { tokenizePattern } from "./pattern-tokens.ts";

const ALL = { variables: true, wildcards: true };

function shown(pattern: string, syntax = ALL): string {
  return tokenizePattern(pattern, syntax)
    .map((token) => {
      switch (token.kind) {
        case "literal":
          return `'${token.text}'`;
        case "star":
          return "*";
        case "question":
          return "?";
        case "variable":
          return `<${token.key}|${token.defaultValue ?? ""}>`;
        default:
          return token satisfies never;
      }
    })
    .join(" ");
}

describe("tokenizePattern", () => {
  it.each([
    ["a*b?c", "'a' * 'b' ? 'c'"],
    ["home/${aws:UserName}/*", "'home/' <aws:username|> '/' *"],
    ["${aws:PrincipalTag/team, 'com}pany'}x", "<aws:principaltag/team|com}pany> 'x'"],
    ["a${*}b${?}${$}{c}", "'a*b?${c}'"],
    ["${unclosed *", "'${unclosed *'"],
    ["${k, 'unclosed} *", "'${k, 'unclosed} *'"],
    ["$x", "'$x'"],
    ["", ""],
  ])("reads %s", (pattern, tokens) => {
    expect(shown(pattern)).toBe(tokens);
  });

  it("takes variables and escapes literally where the version has none", () => {
    expect(shown("${aws:username}*", { variables: false, wildcards: true })).toBe(
      "'${aws:username}' *",
    );
  });
});
