import { expect, test } from "vitest";
import { ACCOUNT_FILMS_MAX, FILMS_MAX, FilmPlaces } from "./film-places.ts";

const [ONE, TWO, THREE] = ["000000000001", "000000000002", "000000000003"] as const;

test("an account that takes all it may leaves places to others", () => {
  const places = new FilmPlaces();
  const taken = Array.from({ length: ACCOUNT_FILMS_MAX }, () => places.take(ONE));
  expect(() => places.take(ONE)).toThrow(/at most 10 films of an account/);
  const others = places.take(TWO);
  for (const end of [taken[0], taken[0], others]) end?.();
  places.take(ONE);
  expect(() => places.take(ONE)).toThrow(/of an account/);
});

test("all accounts together have a bound as well", () => {
  const places = new FilmPlaces();
  for (let each = 0; each < FILMS_MAX; each++) places.take(each % 2 === 0 ? ONE : TWO);
  expect(() => places.take(THREE)).toThrow("The server makes at most 20 films at a time.");
});
