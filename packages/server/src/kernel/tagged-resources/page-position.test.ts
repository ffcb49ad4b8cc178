import fc from "fast-check";
import { expect, test } from "vitest";
import { type PagePosition, pageOf, positionIn } from "./page-position.ts";

const position = fc.record({ createdAtMs: fc.nat(), id: fc.string({ minLength: 1 }) });
const scope = fc.array(fc.string(), { minLength: 1, maxLength: 3 });

test("a page's token reads back to its last row, for its own list alone", () => {
  fc.assert(
    fc.property(
      fc.array(position, { minLength: 2, maxLength: 6 }),
      scope,
      scope,
      (rows, own, other) => {
        const page = pageOf(rows, rows.length - 1, own, (row: PagePosition) => row);
        expect(page.rows).toHaveLength(rows.length - 1);
        expect(page.nextToken).toMatch(/^[a-zA-Z0-9+/=_-]+$/);
        const token = page.nextToken ?? "";
        expect(positionIn(token, own)).toEqual(page.rows.at(-1));
        if (JSON.stringify(own) !== JSON.stringify(other))
          expect(positionIn(token, other)).toBeUndefined();
      },
    ),
  );
});

test("a text that is no token has no position", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      expect(positionIn(text, ["list"])).toBeUndefined();
    }),
  );
});
