declare module "virtual:policy-words" {
  import type { PolicyWords } from "./policy-completion.ts";
  export const POLICY_WORDS: PolicyWords;
}
