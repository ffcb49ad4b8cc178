import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CDK_APP } from "./tasks/cdk-app.ts";
import { DENIED_CALL } from "./tasks/denied-call.ts";
import { Desk } from "./tasks/desk.ts";
import { FIRST_RECORDING } from "./tasks/first-recording.ts";
import { PRIVATE_VIDEO } from "./tasks/private-video.ts";
import { STAGE_BY_TELEPHONE } from "./tasks/stage-by-telephone.ts";
import { type Done, runTask, type Task } from "./tasks/task.ts";

/*
 * `npm run tasks -- --checkout DIR --pictures DIR`: what five people want of Rolecast, done with a
 * built checkout as they would do it, in a terminal and a browser. Clicks, keys and pasted texts
 * are counted; seconds are those of the machine, without a person's reading and thinking. After
 * each step a picture is taken. Nothing is tried twice.
 */
const TASKS: readonly Task[] = [
  FIRST_RECORDING,
  DENIED_CALL,
  CDK_APP,
  PRIVATE_VIDEO,
  STAGE_BY_TELEPHONE,
];

const { values } = parseArgs({
  options: {
    checkout: { type: "string", default: process.cwd() },
    pictures: { type: "string", default: join(process.cwd(), ".cache/tasks") },
    only: { type: "string" },
  },
});

function table(done: readonly Done[]): string {
  const lines = ["task                          clicks   keys  pastes  seconds"];
  for (const { name, clicks, keys, pastes, seconds, failure } of done) {
    const figures = [clicks, keys, pastes, seconds.toFixed(0)].map((figure, index) =>
      String(figure).padStart([6, 7, 8, 9][index] ?? 0),
    );
    lines.push(`${name.padEnd(30)}${figures.join("")}${failure ? `  ${failure}` : ""}`);
  }
  return lines.join("\n");
}

mkdirSync(values.pictures, { recursive: true });
const commit = execFileSync("git", ["-C", values.checkout, "rev-parse", "HEAD"]).toString().trim();
const done: Done[] = [];
for (const task of TASKS.filter(({ name }) => name === (values.only ?? name))) {
  const desk = await Desk.open(values.checkout);
  try {
    done.push(await runTask(task, desk, values.pictures));
  } finally {
    await desk.close();
  }
}
const figures = `figures${values.only === undefined ? "" : `-${values.only}`}.json`;
writeFileSync(
  join(values.pictures, figures),
  `${JSON.stringify({ commit, tasks: done }, null, 2)}\n`,
);
console.log(table(done));
if (done.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
