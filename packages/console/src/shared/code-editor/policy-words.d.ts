declare module "virtual:policy-words" {
  import type { PolicyWords } from "./policy-completion.ts";

  const words: PolicyWords;
  export default words;
}
