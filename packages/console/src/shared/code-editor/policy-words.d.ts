/** As `PolicyWords` of `policy-completion.ts`, which a declaration of a module can't import. */
declare module "virtual:policy-words" {
  export const POLICY_WORDS: {
    readonly actions: Readonly<Record<string, readonly string[]>>;
    readonly keys: Readonly<Record<string, readonly string[]>>;
    readonly globalKeys: readonly string[];
  };
}

/** The actions of the server's services, and the resources that each is about. */
declare module "virtual:service-reference" {
  export const SERVICE_REFERENCE: import("@rolecast/policy").AuthorizationData;
}
