/** A getter as the bundler writes it, compacted. */
const ONE = new RegExp(
  [
    String.raw`^Object\.defineProperty\(exports,"([\w$]+)",\{`,
    String.raw`enumerable:true,\nget:function\(\)\{\nreturn (.*);\n\}\n\}\);\n?`,
  ].join("\n"),
);
const ALL = new RegExp(`(?:${ONE.source})+`, "gm");

/**
 * A compacted CommonJS module whose exports are defined by one loop over their getters; the bundler
 * writes seven lines for each of thousands.
 */
export function withShortExports(code: string): string {
  return code.replace(ALL, (all) => {
    const ones = all.matchAll(new RegExp(ONE.source, "gm"));
    const getters = Array.from(ones, ([, name, value]) => `${name}:()=>${value}`).join(",\n");
    const defined = "Object.defineProperty(exports,name,{enumerable:true,get});";
    return `for(const [name,get] of Object.entries({\n${getters}\n}))${defined}\n`;
  });
}
