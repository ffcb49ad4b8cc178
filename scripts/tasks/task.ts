import { join } from "node:path";
import type { Page } from "playwright-core";
import type { Desk } from "./desk.ts";
import { Effort, type EffortSpent } from "./effort.ts";
import { Terminal } from "./terminal.ts";

/** One step of a task. It ends with what its person then looks at. */
export interface Step {
  readonly does: string;
  /** It has failed after so long. */
  readonly secondsMax: number;
  run(): Promise<Page | Terminal>;
}

export interface Task {
  readonly name: string;
  /** Prepares what is there before the person comes, which isn't counted, and says the steps. */
  prepare(desk: Desk, effort: Effort): Promise<readonly Step[]>;
}

interface DoneStep extends EffortSpent {
  readonly does: string;
}

/** The effort of a task, as far as it got. */
export interface Done extends EffortSpent {
  readonly name: string;
  readonly failure?: string;
  readonly steps: readonly DoneStep[];
}

export async function runTask(task: Task, desk: Desk, pictures: string): Promise<Done> {
  const { name } = task;
  const effort = new Effort();
  const steps: DoneStep[] = [];
  const ended = (failure?: string): Done => ({
    ...{ name, ...sum(steps), steps },
    ...(failure === undefined ? {} : { failure }),
  });
  for (const [index, step] of (await task.prepare(desk, effort)).entries()) {
    const label = `${name}-${index + 1}`;
    effort.begin();
    try {
      const seen = await within(step);
      steps.push({ does: step.does, ...effort.spent() });
      await picture(desk, seen, join(pictures, `${label}.png`));
    } catch (error) {
      steps.push({ does: step.does, ...effort.spent() });
      await desk.takeAll((shown) => join(pictures, `${label}-failed-${shown}.png`));
      const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
      console.error(error);
      return ended(`failed at “${step.does}”: ${reason}`);
    }
    console.error(`${label}: ${step.does}`);
  }
  return ended();
}

async function within({ does, secondsMax, run }: Step): Promise<Page | Terminal> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`“${does}” took longer than ${secondsMax} seconds.`);
    timer = setTimeout(() => reject(error), secondsMax * 1_000);
  });
  try {
    return await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function picture(desk: Desk, seen: Page | Terminal, path: string): Promise<void> {
  if (seen instanceof Terminal) await desk.drawTerminal(seen, path);
  else await seen.screenshot({ path });
}

function sum(steps: readonly DoneStep[]): EffortSpent {
  const of = (member: keyof EffortSpent) => steps.reduce((total, step) => total + step[member], 0);
  return {
    ...{ clicks: of("clicks"), keys: of("keys") },
    ...{ pastes: of("pastes"), seconds: of("seconds") },
  };
}
