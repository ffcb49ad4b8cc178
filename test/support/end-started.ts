import { afterAll } from "vitest";
import { endStarted } from "./started-processes.ts";

/* Before each file, so that this comes after its own steps that end things. */
afterAll(endStarted);
