import { expect, test } from "vitest";
import { isTest, listModules } from "./modules.ts";

/** Tags of users and sessions, whose keys IAM and STS keep apart irrespective of case. */
const UNIQUE = /principaltag\//;

/** A condition key that ends with a name: `aws:requesttag/${key.toLowerCase()}`. */
const BUILT = /[`"']?[a-z0-9-]+:[a-z]+[/:]\$\{[^}]*toLowerCase\(\)/g;

test("condition keys with a name in them are made by namedKeys alone", () => {
  expect([..."`aws:requesttag/${key.toLowerCase()}`".matchAll(BUILT)]).toHaveLength(1);
  const found = listModules()
    .filter(({ path }) => path.startsWith("packages/server/src/") && !isTest(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(BUILT)]
        .filter(([built]) => !UNIQUE.test(built))
        .map(([built]) => `${path}: ${built}`),
    );
  expect(found).toEqual([]);
});
