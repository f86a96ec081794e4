/** The measured process: runs the one task that it is told and prints what was measured. Arguments: name, options as JSON. */
import { filterFile } from './filter.js';
import { countByAwk, inspectSummary, inspectText } from './inspect.js';
import { decodeFile, decodeLive, streamLive } from './ours.js';
import { applyOurs } from './ours-apply.js';
import { pipeHuge } from './ours-huge.js';
import { pipelineKafka } from './ours-kafka.js';
import { pipelineManyRows } from './ours-many-rows.js';
import { runDebezium } from './peers/debezium.js';
import { runGo } from './peers/go.js';
import { runMaxwell } from './peers/maxwell.js';
import { printMysqlbinlog } from './peers/mysqlbinlog.js';
import { runRowtide } from './peers/rowtide.js';
import { decodeZongji } from './peers/zongji.js';
import { pipelineZongji } from './peers/zongji-kafkajs.js';

const tasks = {
  decodeFile,
  decodeLive,
  filterFile,
  streamLive,
  decodeZongji,
  printMysqlbinlog,
  pipelineKafka,
  pipelineZongji,
  pipelineManyRows,
  runRowtide,
  runDebezium,
  runMaxwell,
  runGo,
  pipeHuge,
  inspectSummary,
  inspectText,
  countByAwk,
  applyOurs,
};
export type TaskName = keyof typeof tasks;

const [name, options] = process.argv.slice(2) as [TaskName, string];
const measured = await (tasks[name] as (options: unknown) => Promise<unknown>)(JSON.parse(options));
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
