import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { LONGEST } from "./longest-files.ts";

/** Black-box tests but for those of one call each, and units that start encoders. */
const STARTS_PROGRAMS = /^test\/(?!contract\/)|\.ffmpeg\.test\.ts$/;
/** Files in between that start nothing: about the time that a file with programs waits. */
const BETWEEN = 3;

/**
 * Begins with the longest files, then spreads those that start servers, browsers and encoders over
 * those that don't. They wait most of their time, during which the others use the processors, so
 * that few workers suffice; and none of them is what all wait for at the end. A clean clone has no
 * durations to order them by.
 */
export class ProgramsSpread extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const paths = new Map(files.map((file) => [this.#path(file), file]));
    const first = LONGEST.flatMap((path) => paths.get(path) ?? []);
    const sorted = (await super.sort(files)).filter((file) => !first.includes(file));
    const others = sorted.filter((file) => !this.#startsPrograms(file));
    const spread = sorted
      .filter((file) => this.#startsPrograms(file))
      .flatMap((file) => [file, ...others.splice(0, BETWEEN)]);
    return [...first, ...spread, ...others];
  }

  #path({ moduleId }: TestSpecification): string {
    return relative(this.ctx.config.root, moduleId).replaceAll("\\", "/");
  }

  #startsPrograms(file: TestSpecification): boolean {
    return STARTS_PROGRAMS.test(this.#path(file));
  }
}
